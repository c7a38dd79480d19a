"""What is said where graphs cannot be joined, packed or read."""

import json

import pytest
import torch

from edgewise.data import Batch, Data, HeteroData, PackedDataset, PackedWriter
from edgewise.errors import ArgumentError, DataError, DTypeError, FileError, GraphIndexError, ShapeError
from edgewise.loader import DataLoader

ONE, TWO = Data(x=torch.ones(2, 3)), Data(x=torch.ones(2, 4))


def exact(call, error, text):
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value) == text


@pytest.mark.parametrize(
    ("graphs", "error", "text"),
    [
        ([], ArgumentError, "Batch.from_data_list: expected at least one graph, got none. Leave empty batches out."),
        (
            [ONE, TWO],
            ShapeError,
            "Batch: expected x of the same width in every graph, got [2, 3] in graph 0 and [2, 4] in graph 1. Pad it, "
            "or pass exclude_keys=['x'].",
        ),
        (
            [ONE, Data(num_nodes=2)],
            DataError,
            "Batch: expected x in every graph, as graph 0 has it, got none in graph 1. Set it there, or pass "
            "exclude_keys=['x'].",
        ),
        (
            [Data(mine=torch.ones(1)), Data(mine="a")],
            DataError,
            "Batch: expected mine to be a tensor in every graph, got str in graph 1. Set it to a tensor there, or pass "
            "exclude_keys=['mine'].",
        ),
        (
            [HeteroData(a={"x": torch.ones(1, 1)}), HeteroData(b={"x": torch.ones(1, 1)})],
            DataError,
            "Batch: expected the type 'a' in every graph, got none in graph 1. Add it, empty.",
        ),
    ],
)
def test_batches(graphs, error, text):
    exact(lambda: Batch.from_data_list(graphs), error, text)


def test_loader():
    exact(
        lambda: next(iter(DataLoader([object()]))),
        DTypeError,
        "DataLoader: expected graphs, tensors or numbers, got object. Return Data.",
    )


def test_batches_made_by_hand():
    exact(
        lambda: Batch(x=torch.ones(1, 1)).num_graphs,
        DataError,
        "Batch.num_graphs: expected ptr or batch, got neither. Make the batch by Batch.from_data_list.",
    )
    exact(
        lambda: Batch(batch=torch.zeros(1, dtype=torch.long))[0],
        DataError,
        "Batch.get_example: expected a batch made by Batch.from_data_list, got another. Make it so.",
    )


def test_batches_changed_since():
    batch = Batch.from_data_list([ONE, ONE])
    batch.x = batch.x[:3]
    exact(
        lambda: batch[0],
        DataError,
        "Batch.get_example: expected x with the 4 rows that it had when the batch was made, got [3, 3]. Take graphs "
        "out first, or transform them before they are joined.",
    )


class NeedsArgument(Data):
    def __init__(self, size):
        super().__init__(x=torch.ones(size, 1))


@pytest.mark.parametrize(
    ("graphs", "error", "text"),
    [
        ([], ArgumentError, "PackedDataset.from_list: expected at least one graph, got none. Pass a list of Data."),
        (
            [ONE, Data(x=torch.ones(2, 3), z=torch.ones(1))],
            DataError,
            "PackedDataset: expected the same attributes in every graph, got others in graph 1 than in graph 0: z. Set "
            "them in all graphs, or in none.",
        ),
        (
            [Data(adj_t=torch.eye(2).to_sparse())],
            DTypeError,
            "PackedDataset: expected adj_t as a dense tensor, got sparse_coo. Store edge_index and edge_weight; a "
            "transform such as ToSparseTensor makes the matrix when it is needed.",
        ),
        (
            [NeedsArgument(1)],
            DataError,
            "PackedDataset: expected graphs of a class that can be made without arguments, got NeedsArgument "
            "(NeedsArgument.__init__() missing 1 required positional argument: 'size'). Give its arguments defaults.",
        ),
    ],
)
def test_packing(graphs, error, text):
    exact(lambda: PackedDataset.from_list(graphs), error, text)


@pytest.mark.parametrize(
    ("index", "error", "text"),
    [
        ("a", DTypeError, "PackedDataset: expected an integer, slice, list or tensor, got str. Use one."),
        ([0.5], DTypeError, "PackedDataset: expected integers or booleans, got float32. Use .long()."),
        ([2], ArgumentError, "PackedDataset: expected graphs in 0..1, got 2. Choose among the 2 there are."),
        (
            [True],
            ArgumentError,
            "PackedDataset: expected one boolean for each of the 2 graphs, got [1]. Make the mask as long as the "
            "dataset.",
        ),
        (2, GraphIndexError, "PackedDataset: expected a graph in 0..1, got 2. Choose among the 2 there are."),
    ],
)
def test_choosing(index, error, text):
    exact(lambda: PackedDataset.from_list([ONE, ONE])[index], error, text)


def test_writing(tmp_path):
    (tmp_path / "mine.txt").write_text("precious")
    exact(
        lambda: PackedWriter(tmp_path),
        FileError,
        f"PackedWriter: expected an empty folder, got {tmp_path} with other files. Choose a new folder.",
    )
    with PackedWriter(tmp_path / "new") as writer:
        writer.append(ONE)
        exact(
            lambda: writer.append(TWO),
            DataError,
            "PackedWriter: expected x as float32 with rows of shape [3] as in the graphs before, got float32 [4] in "
            "graph 1. Convert or pad it.",
        )
        exact(
            lambda: writer.append(Data(num_nodes=3)),
            DataError,
            "PackedWriter: expected the same class and attributes in every graph, got another set in graph 1 (x). Set "
            "them in all graphs, or in none.",
        )
        exact(
            lambda: writer.append(Data(x=torch.ones(1, 3), y=object())),
            DTypeError,
            "PackedDataset: expected y as a tensor, a number or a JSON value, got object. Convert or remove it.",
        )
    assert len(PackedDataset(tmp_path / "new")) == 1


def test_reading(tmp_path):
    with pytest.raises(FileError, match="PackedDataset: expected a folder that PackedWriter wrote, got /nowhere"):
        PackedDataset("/nowhere")
    PackedDataset.from_list([ONE, ONE]).save(tmp_path)
    rows = tmp_path / "packed-0-rows.npy"
    whole = rows.read_bytes()
    rows.write_bytes(whole[:-8])
    with pytest.raises(FileError, match=r"expected whole tables in .* \(.*\). Write them again."):
        PackedDataset(tmp_path)
    rows.write_bytes(whole)
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    (tmp_path / "manifest.json").write_text(json.dumps({**manifest, "format": "other"}))
    exact(
        lambda: PackedDataset(tmp_path),
        FileError,
        f"PackedDataset: expected whole tables in {tmp_path}, got broken ones (its manifest is not of edgewise packed "
        "graphs 1). Write them again.",
    )


def test_hetero_keys():
    data = HeteroData()
    data["a", "likes", "b"].edge_index = data["a", "hates", "b"].edge_index = torch.zeros(2, 0, dtype=torch.long)
    exact(
        lambda: data["a", "b"],
        ArgumentError,
        "HeteroData: expected the relation between 'a' and 'b', got none, and there are several: likes, hates. Write "
        "data['a', 'likes', 'b'].",
    )
    exact(
        lambda: data[3],
        ArgumentError,
        "HeteroData: expected a node type or (source type, relation, destination type), got 3. Write "
        'data["author", "writes", "paper"].',
    )
    exact(
        data.validate,
        DataError,
        "HeteroData[('a', 'likes', 'b')].validate: expected nodes of type 'a', got none. Set data['a'].num_nodes or x.",
    )
    data["a"].y = 3
    exact(
        data.validate,
        DataError,
        "HeteroData.validate: expected to know how many nodes of type 'a' there are, got no attribute that tells. Set "
        "data['a'].num_nodes or x.",
    )
