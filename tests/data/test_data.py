"""Data: the container the field knows, checked against PyG's where both have a say."""

import copy
import pickle

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.graphs import graphs
from torch_geometric.data import Data as PyGData

from edgewise.data import Data
from edgewise.errors import EdgewiseWarning

EDGES = torch.tensor([[0, 1, 1, 2], [1, 0, 2, 1]])


def example():
    return Data(x=torch.arange(8.0).reshape(4, 2), edge_index=EDGES, edge_attr=torch.ones(4, 3), y=torch.arange(4), n=7)


def test_attributes_items_and_iteration():
    data = example()
    assert data.keys() == ["x", "edge_index", "edge_attr", "y", "n"]
    assert [name for name, _ in data] == data.keys()
    assert len(data) == 5
    assert ("x" in data, "pos" in data, data.pos, data["n"]) == (True, False, None, 7)
    data["z"] = torch.zeros(4)
    assert data.z is data["z"]
    del data.z
    with pytest.raises(AttributeError, match="no attribute 'z'; it has x, edge_index"):
        _ = data.z
    data.y = None
    assert "y" not in data


def test_counts_as_pyg():
    ours, theirs = example(), PyGData(**example().to_dict())
    for name in ("num_nodes", "num_edges", "num_features", "num_node_features", "num_edge_features"):
        assert getattr(ours, name) == getattr(theirs, name)
    for name in ("is_undirected", "is_directed", "has_isolated_nodes", "has_self_loops"):
        assert getattr(ours, name)() == getattr(theirs, name)()
    assert str(Data(x=ours.x, edge_index=EDGES)) == str(PyGData(x=ours.x, edge_index=EDGES))


@settings(max_examples=60, deadline=None)
@given(graph=graphs(square=True))
def test_questions_about_edges_as_pyg(graph):
    edge_index, nodes, _ = graph
    edge_index = edge_index.long()
    ours, theirs = Data(edge_index=edge_index, num_nodes=nodes), PyGData(edge_index=edge_index, num_nodes=nodes)
    assert ours.has_self_loops() == theirs.has_self_loops()
    assert ours.has_isolated_nodes() == theirs.has_isolated_nodes()
    assert ours.is_undirected() == _is_symmetric(edge_index, nodes)


def _is_symmetric(edge_index, nodes):
    counts = torch.zeros(nodes, nodes).index_put((edge_index[0], edge_index[1]), torch.ones(()), accumulate=True)
    return torch.equal(counts, counts.t())


def test_repr_names_what_surprises():
    data = Data(
        x=torch.zeros(2, 3, dtype=torch.float64),
        edge_index=EDGES.int()[:, :1],
        name="two",
        adj=torch.eye(2).to_sparse(),
    )
    assert repr(data) == "Data(x=[2, 3] float64, edge_index=[2, 1] int32, name='two', adj=[2, 2] sparse_coo)"
    assert repr(Data(edge_index=EDGES, num_nodes=9)) == "Data(edge_index=[2, 4], num_nodes=9)"


@pytest.mark.unhooked  # whose frames would be taken for the caller
def test_number_of_nodes():
    assert Data(x=torch.ones(5, 1), num_nodes=9).num_nodes == 9
    assert Data(pos=torch.ones(3, 2)).num_nodes == 3
    assert Data(train_mask=torch.ones(6, dtype=torch.bool)).num_nodes == 6
    assert Data().num_nodes == 0
    with pytest.warns(EdgewiseWarning, match=r"guessed 3 from the largest node.*Pass num_nodes=") as caught:
        assert Data(edge_index=EDGES).num_nodes == 3
    assert caught[0].filename == __file__


def test_copies():
    data = example()
    shallow, deep = copy.copy(data), data.clone()
    assert shallow.x is data.x
    assert deep.x is not data.x
    shallow.x = None
    deep.x.zero_()
    assert data.x is not None
    assert data.x.any()
    again = pickle.loads(pickle.dumps(data))
    assert repr(again) == repr(data)
    assert torch.equal(Data.from_dict(data.to_dict()).x, data.x)


def test_to_and_apply():
    data = example().to("cpu").apply(lambda tensor: tensor.double(), "x")
    assert (data.x.dtype, data.edge_attr.dtype) == (torch.float64, torch.float32)
    moved = example().to("meta", "x")
    assert (moved.x.device.type, moved.y.device.type) == ("meta", "cpu")


def test_numpy_is_converted():
    data = Data(x=np.ones((2, 3), dtype=np.float32), edge_index=np.array([[0, 1], [1, 0]]))
    assert isinstance(data.x, torch.Tensor)
    assert data.edge_index.tolist() == [[0, 1], [1, 0]]
    locked = np.array([[0, 1], [1, 0]], dtype=np.uint16)[:, ::-1]
    locked.setflags(write=False)
    assert Data(edge_index=locked).edge_index.tolist() == [[1, 0], [0, 1]]
    backwards = np.arange(4.0)[::-1]
    assert Data(y=backwards).y.tolist() == [3, 2, 1, 0]
    assert Data(y=np.array(2)).y.item() == 2


def test_from_edges():
    named = Data.from_edges(
        [("ann", "bob"), ("bob", "eve"), ("bob", "ann")], undirected=True, y=torch.tensor([0, 1, 0])
    )
    assert named.edge_index.tolist() == [[0, 1, 1, 2], [1, 0, 2, 1]]
    assert (named.node_names, named.num_nodes, named.y.tolist()) == (["ann", "bob", "eve"], 3, [0, 1, 0])
    ordered = Data.from_edges([("a", "c")], nodes=["c", "b", "a"])
    assert (ordered.edge_index.tolist(), ordered.num_nodes) == ([[2], [0]], 3)
    for pairs in ([(0, 4), (4, 2)], torch.tensor([[0, 4], [4, 2]]), np.array([[0, 4], [4, 2]])):
        data = Data.from_edges(pairs)
        assert (data.edge_index.tolist(), data.num_nodes) == ([[0, 4], [4, 2]], 5)
    for none in ([], np.array([]), torch.zeros(0, 2)):
        assert Data.from_edges(none, num_nodes=2).edge_index.shape == (2, 0)
    assert Data.from_edges([(0, 1)], x=torch.ones(5, 2)).num_nodes == 5
    assert Data.from_edges([(0, 1)], num_nodes=3).num_nodes == 3


@pytest.mark.parametrize(
    "pairs",
    [
        [(np.int64(3), np.int64(1))],
        [np.array([3, 1])],
        [torch.tensor([3, 1])],
        [[3, 1]],
        np.array([[3, 1]], dtype=np.uint8),
        torch.tensor([[3, 1]], dtype=torch.int32),
        ((s, t) for s, t in [(3, 1)]),
    ],
)
def test_numbers_stay_what_they_are_however_they_are_wrapped(pairs):
    data = Data.from_edges(pairs)
    assert (data.edge_index.tolist(), data.edge_index.dtype, data.num_nodes) == ([[3], [1]], torch.int64, 4)
    assert "node_names" not in data


def test_names_however_they_are_wrapped():
    for pairs in (np.array([["a", "b"]]), np.array([["a", "b"]], dtype=object), [(np.str_("a"), np.str_("b"))]):
        data = Data.from_edges(pairs)
        assert (data.edge_index.tolist(), data.node_names) == ([[0], [1]], ["a", "b"])
    numbered = Data.from_edges(torch.tensor([[10, 30]]), nodes=np.array([30, 20, 10]))
    assert (numbered.edge_index.tolist(), numbered.node_names) == ([[2], [0]], ["30", "20", "10"])


@settings(max_examples=60, deadline=None)
@given(pairs=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=30), named=st.booleans())
def test_undirected_pairs_carry_their_weight(pairs, named):
    weight = {frozenset(pair): float(i) for i, pair in enumerate(pairs)}
    given_weight = torch.tensor([weight[frozenset(pair)] for pair in pairs])
    listed = [(f"n{s}", f"n{t}") for s, t in pairs] if named else pairs
    data = Data.from_edges(listed, undirected=True, edge_weight=given_weight)
    names = [int(name[1:]) for name in data.node_names] if named and pairs else range(10)
    stored = [(names[s], names[t]) for s, t in data.edge_index.t().tolist()]
    assert sorted(stored) == sorted({*pairs, *((t, s) for s, t in pairs)})
    assert data.edge_weight.tolist() == [weight[frozenset(pair)] for pair in stored]


def test_sparse_edges():
    dense = torch.tensor([[0, 1, 0], [0, 0, 0], [0, 0, 1]])
    for matrix in (dense.to_sparse_coo(), dense.to_sparse_csr(), dense.to_sparse_csc()):
        data = Data(edge_index=matrix)
        assert (data.num_nodes, data.num_edges, data.is_undirected(), data.has_self_loops()) == (3, 2, False, True)
        assert data.validate() is data


def test_items_as_pyg():
    data = Data(x=torch.ones(3, 1), num_nodes=3)
    assert (data["num_nodes"], data["pos"]) == (3, None)
    with pytest.raises(KeyError, match="missing"):
        _ = data["missing"]
    with pytest.raises(KeyError, match="clone"):
        _ = data["clone"]


def test_direction_needs_no_node_count():
    assert Data(edge_index=EDGES).is_undirected()  # and so does not warn of a guessed one
    assert not Data(edge_index=EDGES[:, :3]).is_undirected()


def test_validate_passes_what_is_right():
    data = example()
    data.train_mask = torch.tensor([True, False, False, False])
    assert data.validate() is data
    unlabelled = Data(x=torch.ones(2, 1), edge_index=EDGES[:, :2], y=torch.tensor([-1, 0]))
    assert unlabelled.validate() is unlabelled
    assert Data(x=torch.ones(0, 3), edge_index=torch.zeros(2, 0, dtype=torch.long)).validate().num_nodes == 0
    large = Data(x=torch.full((2, 2), 3e38), edge_index=EDGES[:, :2])  # finite, though their sum is not
    assert large.validate() is large
