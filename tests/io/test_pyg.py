"""Graphs from and to PyTorch Geometric: the same tensors in the other library's containers."""

import pytest
import torch
from torch_geometric.data import Batch as PyGBatch
from torch_geometric.data import Data as PyGData
from torch_geometric.data import HeteroData as PyGHetero
from torch_geometric.data import TemporalData as PyGTemporal
from torch_geometric.datasets import FakeDataset, FakeHeteroDataset

from edgewise.data import Batch, Data, HeteroData, PackedDataset
from edgewise.data.temporal_data import TemporalData
from edgewise.errors import ShapeError
from edgewise.io.pyg import from_pyg, to_pyg


def values(graph):
    """Every attribute of a graph of either library, by type and name."""
    told = graph.to_dict()
    return told if isinstance(graph, HeteroData | PyGHetero) else {None: told}


def assert_shared(one, other):
    assert values(one).keys() - {"_global_store"} == values(other).keys() - {"_global_store"}
    for key, attributes in values(one).items():
        assert attributes.keys() == values(other)[key].keys()
        for name, value in attributes.items():
            same = values(other)[key][name]
            assert same is value or (not isinstance(value, torch.Tensor) and same == value)


def example():
    edge_index = torch.tensor([[0, 1, 2], [1, 2, 0]])
    mask = torch.tensor([True, False, False])
    return {"x": torch.randn(3, 2), "edge_index": edge_index, "edge_attr": torch.randn(3, 4), "train_mask": mask}


def test_one_graph():
    theirs = PyGData(**example(), name="three", y=2)
    ours = from_pyg(theirs)
    assert type(ours) is Data
    assert_shared(ours, theirs)
    back = to_pyg(ours)
    assert type(back) is PyGData
    assert_shared(back, theirs)
    assert back.validate(raise_on_error=True)
    bare = from_pyg(PyGData(edge_index=torch.tensor([[0], [1]]), num_nodes=5))
    assert bare.num_nodes == 5
    assert to_pyg(bare).num_nodes == 5
    assert to_pyg(from_pyg(PyGData())).to_dict() == {}


def test_typed_graph():
    theirs = FakeHeteroDataset(num_graphs=1)[0]
    theirs["lonely"].num_nodes = 7
    theirs.title = "fake"
    ours = from_pyg(theirs)
    assert isinstance(ours, HeteroData)
    assert ours.metadata() == theirs.metadata()
    assert ours["lonely"].num_nodes == 7
    assert_shared(ours, theirs)
    back = to_pyg(ours)
    assert isinstance(back, PyGHetero)
    assert back.metadata() == theirs.metadata()
    assert_shared(back, theirs)
    assert back.num_nodes == theirs.num_nodes


def test_several():
    dataset = FakeDataset(num_graphs=3)
    for source in (dataset, list(dataset), tuple(dataset), iter(dataset)):
        ours = from_pyg(source)
        assert [graph.num_nodes for graph in ours] == [graph.num_nodes for graph in dataset]
        for mine, other in zip(to_pyg(ours), dataset, strict=True):
            assert torch.equal(mine.x, other.x)
    assert to_pyg(PackedDataset.from_list([Data(**example())]))[0].num_nodes == 3
    assert from_pyg([]) == to_pyg([]) == []


def test_batches():
    graphs = [PyGData(**example()), PyGData(**example())]
    theirs = PyGBatch.from_data_list(graphs)
    ours = from_pyg(theirs)
    assert isinstance(ours, Batch)
    assert torch.equal(ours.edge_index, theirs.edge_index)
    assert torch.equal(ours.ptr, theirs.ptr)
    assert torch.equal(ours[1].x, graphs[1].x)
    back = to_pyg(ours)
    assert isinstance(back, PyGBatch)
    assert torch.equal(back[1].edge_index, graphs[1].edge_index)
    plain = from_pyg(PyGBatch(x=theirs.x, edge_index=theirs.edge_index, batch=theirs.batch, ptr=theirs.ptr))
    assert not isinstance(plain, Batch)
    assert plain.batch is theirs.batch


def test_events():
    theirs = PyGTemporal(src=torch.tensor([0, 1]), dst=torch.tensor([2, 3]), t=torch.tensor([5, 6]))
    ours = from_pyg(theirs)
    assert isinstance(ours, TemporalData)
    assert ours.src is theirs.src
    assert isinstance(to_pyg(ours), PyGTemporal)
    assert to_pyg(ours).t is theirs.t


def test_own_tensors_of_pyg_become_plain():
    from torch_geometric import EdgeIndex

    edges = EdgeIndex([[0, 1], [1, 0]], sort_order="row", sparse_size=(2, 2))
    assert type(from_pyg(PyGData(edge_index=edges)).edge_index) is torch.Tensor


def test_broken_graphs_are_refused():
    with pytest.raises(ShapeError, match=r"^Data: expected edge_index of shape \[2, edges\], got \[3, 2\]"):
        from_pyg(PyGData(edge_index=torch.zeros(3, 2, dtype=torch.int64)))
