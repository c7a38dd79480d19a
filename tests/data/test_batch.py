"""Batch: against PyG's, graph by graph and from a packed table; and back to the graphs."""

import copy
import pickle

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.graphs import graphs
from torch_geometric.data import Batch as PyGBatch
from torch_geometric.data import Data as PyGData
from torch_geometric.data import HeteroData as PyGHeteroData

from edgewise.data import Batch, Data, HeteroData, PackedDataset

ARRANGEMENTS = [lambda graphs: graphs, lambda graphs: PackedDataset.from_list(graphs).__getitems__(range(len(graphs)))]
AS_LIST, AS_TABLE = ARRANGEMENTS


def attributes(nodes, edge_index, seed=0):
    generator = torch.Generator().manual_seed(seed)
    edges = edge_index.shape[1]
    return {
        "x": torch.randn(nodes, 3, generator=generator),
        "edge_index": edge_index,
        "edge_attr": torch.randn(edges, 2, generator=generator),
        "y": torch.tensor([seed % 3]),
        "level": float(seed),
        "count": seed,
        "scale": torch.tensor(1.5 + seed),
        "face": torch.zeros(3, 1, dtype=torch.int64) if nodes else torch.zeros(3, 0, dtype=torch.int64),
        "train_mask": torch.rand(nodes, generator=generator) > 0.5,
        "name": f"graph {seed}",
    }


def assert_same(ours, theirs):
    assert set(ours.keys()) == set(theirs.keys())
    for name in list(theirs.keys()):
        value = theirs[name]
        mine = ours[name]
        if isinstance(value, torch.Tensor):
            assert (mine.dtype, mine.shape) == (value.dtype, value.shape), name
            assert torch.equal(mine, value), name
        else:
            assert mine == value, name


@settings(max_examples=40, deadline=None)
@given(given_graphs=st.lists(graphs(square=True), min_size=1, max_size=5), arrange=st.sampled_from(ARRANGEMENTS))
def test_equals_pyg(given_graphs, arrange):
    values = [attributes(n, e.long(), seed) for seed, (e, n, _) in enumerate(given_graphs)]
    ours = Batch.from_data_list(arrange([Data(**v) for v in values]), ["x"], ["edge_attr"])
    theirs = PyGBatch.from_data_list([PyGData(**v) for v in values], ["x"], ["edge_attr"])
    assert_same(ours, theirs)
    assert (ours.num_graphs, ours.num_nodes, len(ours)) == (theirs.num_graphs, theirs.num_nodes, len(theirs))


@pytest.mark.parametrize("arrange", ARRANGEMENTS)
def test_back_to_the_graphs(arrange):
    values = [attributes(n, torch.randint(n, (2, 2 * n)), n) for n in (3, 1, 5)]
    batch = Batch.from_data_list(arrange([Data(**v) for v in values]))
    for found in (batch.to_data_list(), [batch[i] for i in range(3)], batch[torch.tensor([True, True, True])]):
        for graph, value in zip(found, values, strict=True):
            assert type(graph) is Data
            assert graph.keys() == list(value)
            for name, expected in value.items():
                same = (
                    torch.equal(graph[name], expected)
                    if isinstance(expected, torch.Tensor)
                    else graph[name] == expected
                )
                assert same, name
    assert [graph.num_nodes for graph in batch[1:]] == [1, 5]
    with pytest.raises(IndexError, match=r"Batch: expected a graph in 0..2, got 3."):
        batch[3]


class PairData(Data):
    """Two graphs in one, as PyG's documentation has it."""

    def __inc__(self, name, value, *args):
        if name == "edge_index_t":
            return self.x_t.size(0)
        if name == "pair_index":
            return torch.tensor([[self.x.size(0)], [self.x_t.size(0)]])
        return super().__inc__(name, value, *args)

    def __cat_dim__(self, name, value, *args):
        return None if name == "whole" else super().__cat_dim__(name, value, *args)


class PyGPairData(PyGData):
    __inc__ = lambda self, name, value, *args: PairData.__inc__(self, name, value, *args)  # noqa: E731


def pair(n):
    return {
        "x": torch.randn(n, 2),
        "edge_index": torch.randint(n, (2, 4)),
        "x_t": torch.randn(n + 1, 2),
        "edge_index_t": torch.randint(n + 1, (2, 3)),
        "pair_index": torch.randint(n, (2, 3)),
        "whole": torch.randn(2, 2),
    }


@pytest.mark.parametrize("arrange", ARRANGEMENTS)
def test_hooks_of_a_class_of_ones_own(arrange):
    values = [pair(n) for n in (2, 3, 4)]
    batch = Batch.from_data_list(arrange([PairData(**v) for v in values]))
    assert isinstance(batch, PairData)
    assert type(batch).__name__ == "PairDataBatch"
    assert batch.whole.shape == (3, 2, 2)
    at = torch.tensor([[0, 2, 5], [0, 3, 7]])
    expected = [v["pair_index"] + at[:, n : n + 1] for n, v in enumerate(values)]
    assert torch.equal(batch.pair_index, torch.cat(expected, 1))
    moved = [v["edge_index_t"] + at[1, n] for n, v in enumerate(values)]
    assert torch.equal(batch.edge_index_t, torch.cat(moved, 1))
    for graph, value in zip(batch.to_data_list(), values, strict=True):
        assert type(graph) is PairData
        assert all(torch.equal(graph[name], expected) for name, expected in value.items())


def hetero(kind, n):
    data = kind()
    data["paper"].x = torch.randn(n, 2)
    data["author"].num_nodes = n + 1
    data["author", "writes", "paper"].edge_index = torch.randint(n, (2, 5))
    data["paper", "cites", "paper"].edge_index = torch.randint(n, (2, 3))
    data["paper", "cites", "paper"].edge_attr = torch.randn(3, 1)
    data.y = torch.tensor([n])
    return data


@pytest.mark.parametrize("arrange", ARRANGEMENTS)
def test_hetero_equals_pyg(arrange):
    ours, theirs = [], []
    for n in (2, 4, 3):
        state = torch.get_rng_state()
        ours.append(hetero(HeteroData, n))
        torch.set_rng_state(state)
        theirs.append(hetero(PyGHeteroData, n))
    batch, expected = Batch.from_data_list(arrange(ours)), PyGBatch.from_data_list(theirs)
    assert batch.metadata() == expected.metadata()
    assert torch.equal(batch.y, expected.y)
    for key in (*batch.node_types, *batch.edge_types):
        assert_same(batch[key], expected[key])
    for graph, one in zip(batch.to_data_list(), ours, strict=True):
        assert type(graph) is HeteroData
        assert torch.equal(graph["paper"].x, one["paper"].x)
        assert graph["author"].num_nodes == one["author"].num_nodes
        for key in graph.edge_types:
            assert torch.equal(graph[key].edge_index, one[key].edge_index)


def test_sparse_matrices_become_blocks():
    dense = [torch.tensor([[0.0, 1], [2, 0]]), torch.tensor([[3.0]])]
    for convert in (torch.Tensor.to_sparse, torch.Tensor.to_sparse_csr):
        batch = Batch.from_data_list([Data(x=torch.ones(len(d), 1), adj_t=convert(d)) for d in dense])
        assert torch.equal(batch.adj_t.to_dense(), torch.block_diag(*dense))
        assert torch.equal(batch[1].adj_t.to_dense(), dense[1])


def test_dictionaries_and_lists():
    graphs = [Data(x=torch.ones(n, 1), scores={"a": torch.ones(n), "b": n}, tags=["t"] * n) for n in (1, 2)]
    batch = Batch.from_data_list(graphs)
    assert batch.scores["a"].shape == (3,)
    assert batch.scores["b"].tolist() == [1, 2]
    assert batch.tags == [["t"], ["t", "t"]]
    assert batch[1].scores["b"] == 2
    assert batch[1].tags == ["t", "t"]


def test_a_batch_is_data():
    graphs = [Data(x=torch.ones(n, 1), edge_index=torch.zeros(2, 1, dtype=torch.long)) for n in (1, 2)]
    batch = Batch.from_data_list(graphs)
    assert isinstance(batch, Batch)
    assert isinstance(batch, Data)
    assert batch.validate() is batch
    assert batch.to("cpu") is batch
    for again in (copy.copy(batch), copy.deepcopy(batch), pickle.loads(pickle.dumps(batch))):
        assert isinstance(again, Batch)
        assert again.num_graphs == 2
        assert torch.equal(again[1].x, graphs[1].x)
    made = Batch(x=torch.ones(3, 1), batch=torch.tensor([0, 0, 1]))
    assert (made.num_graphs, repr(made)) == (2, "DataBatch(x=[3, 1], batch=[3])")


def test_a_batch_of_batches_has_one_batch_vector():
    graph = Data(x=torch.ones(2, 1), edge_index=torch.tensor([[0], [1]]))
    batch = Batch.from_data_list([Batch.from_data_list([graph, graph]), Batch.from_data_list([graph])])
    assert batch.edge_index.tolist() == [[0, 2, 4], [1, 3, 5]]
    assert batch.batch.tolist() == [0, 0, 0, 0, 1, 1]
