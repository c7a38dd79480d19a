"""Graphs from and to NetworkX, as PyG converts them."""

import networkx as nx
import pytest
import torch
import torch_geometric.utils as pyg
from torch_geometric.data import Data as PyGData

from edgewise.data import Data
from edgewise.datasets import KarateClub
from edgewise.errors import ArgumentError, DataError
from edgewise.utils import from_networkx, to_networkx

FIELDS = {
    "x": torch.arange(8.0).reshape(4, 2),
    "edge_index": torch.tensor([[0, 1, 1, 2, 0, 0], [1, 0, 1, 1, 1, 3]]),
    "edge_attr": torch.arange(6),
    "label": 3,
}


@pytest.mark.parametrize("to_undirected", [False, True, "upper", "lower"])
@pytest.mark.parametrize("to_multi", [False, True])
@pytest.mark.parametrize("remove_self_loops", [False, True])
def test_to_networkx_as_pyg(to_undirected, to_multi, remove_self_loops):
    arguments = (["x"], ["edge_attr"], ["label"], to_undirected, to_multi, remove_self_loops)
    ours, theirs = to_networkx(Data(**FIELDS), *arguments), pyg.to_networkx(PyGData(**FIELDS), *arguments)
    assert type(ours) is type(theirs)
    assert list(ours.nodes(data=True)) == list(theirs.nodes(data=True))
    assert list(ours.edges(data=True)) == list(theirs.edges(data=True))
    assert ours.graph == theirs.graph


@pytest.mark.parametrize("directed", [False, True])
def test_from_networkx_as_pyg(directed):
    G = nx.DiGraph(name="g") if directed else nx.Graph(name="g")
    G.add_node("a", age=3, weight=[1.0, 2.0], kind="x")
    G.add_node("b", age=5, weight=[3.0, 4.0], kind="y")
    G.add_edge("a", "b", length=2.5, age=1)
    for arguments in ((None, None), (["age", "weight"], ["length"]), (["age", "weight"], ["length", "age"])):
        ours, theirs = from_networkx(G, *arguments), pyg.from_networkx(G, *arguments)
        assert sorted(ours.keys()) == sorted(theirs.keys())
        for name in ours.keys():  # noqa: SIM118
            if isinstance(ours[name], torch.Tensor):
                torch.testing.assert_close(ours[name], theirs[name])
            else:
                assert ours[name] == theirs[name]


def test_there_and_back():
    data = KarateClub()[0]
    again = from_networkx(to_networkx(data, node_attrs=["x", "y"]))
    assert torch.equal(again.edge_index, data.edge_index)
    assert torch.equal(again.x, data.x)
    empty = from_networkx(nx.Graph())
    assert (empty.num_nodes, empty.num_edges) == (0, 0)


def test_messages():
    with pytest.raises(ArgumentError, match=r"expected an attribute of data, got 'size'\. It has x, edge_index"):
        to_networkx(Data(**FIELDS), node_attrs=["size"])
    with pytest.raises(ArgumentError, match="expected to_undirected to be a bool, 'upper' or 'lower', got 'up'"):
        to_networkx(Data(**FIELDS), to_undirected="up")
    G = nx.Graph()
    G.add_node(0, a=1)
    G.add_node(1)
    with pytest.raises(DataError, match=r"expected every node to have the attributes \['a'\], got \[\] at node 1"):
        from_networkx(G)
