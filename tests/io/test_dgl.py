"""Graphs from and to DGL.

Its wheels do not load under this torch (their graphbolt library names its version), so a stand-in has the few methods
of ``dgl.DGLGraph`` that are used, with the check that DGL makes of features.
"""

import sys
from types import SimpleNamespace

import pytest
import torch

from edgewise.data import Data, HeteroData
from edgewise.io.dgl import from_dgl, to_dgl
from edgewise.utils import to_torch_csr_tensor


class Features(dict):
    """Features of one type: a row for each of its nodes or edges."""

    def __init__(self, rows):
        super().__init__()
        self.rows = rows

    def update(self, other):
        for name, value in other.items():
            assert value.shape[0] == self.rows, f"DGL expects {self.rows} rows of {name}"
            self[name] = value


class Graph:
    """The part of ``dgl.DGLGraph`` that the conversion stands on."""

    def __init__(self, ends, counts):
        self.canonical_etypes, self._ends, self._counts = list(ends), ends, counts
        self.ntypes = sorted(counts)
        self.is_homogeneous = list(ends) == [("_N", "_E", "_N")]
        self.nodes = {name: SimpleNamespace(data=Features(count)) for name, count in counts.items()}
        self.edges = _Edges({name: SimpleNamespace(data=Features(len(pair[0]))) for name, pair in ends.items()}, ends)

    def num_nodes(self, ntype=None):
        return sum(self._counts.values()) if ntype is None else self._counts[ntype]

    def num_edges(self, etype=None):
        return len(self.edges(etype)[0])

    @property
    def ndata(self):
        return self.nodes["_N"].data

    @property
    def edata(self):
        return self.edges["_N", "_E", "_N"].data


class _Edges(dict):
    def __init__(self, views, ends):
        super().__init__(views)
        self._ends = ends

    def __call__(self, etype=None):
        return self._ends[etype if etype is not None else next(iter(self._ends))]


@pytest.fixture(autouse=True)
def stand_in(monkeypatch):
    fake = SimpleNamespace(
        graph=lambda ends, num_nodes: Graph({("_N", "_E", "_N"): ends}, {"_N": num_nodes}),
        heterograph=lambda ends, num_nodes_dict: Graph(ends, num_nodes_dict),
    )
    monkeypatch.setitem(sys.modules, "dgl", fake)


def typed():
    data = HeteroData(title="two authors")
    data["paper"].x = torch.randn(3, 2)
    data["author"].num_nodes = 4
    data["author", "writes", "paper"].edge_index = torch.tensor([[0, 1, 1], [0, 1, 2]])
    data["author", "writes", "paper"].edge_attr = torch.randn(3, 5)
    data["paper", "cites", "paper"].edge_index = torch.tensor([[0], [2]])
    return data


def test_one_graph_there_and_back():
    fields = {"x": torch.randn(4, 3), "edge_index": torch.tensor([[0, 1], [1, 2]]), "edge_attr": torch.randn(2, 6)}
    data = Data(**fields, y=torch.tensor([0, 1, 0, 1]), name="four", scale=torch.tensor(2.0))
    g = to_dgl(data)
    assert (g.num_nodes(), g.num_edges()) == (4, 2)
    assert sorted(g.ndata) == ["x", "y"]
    assert list(g.edata) == ["edge_attr"]
    again = from_dgl(g)
    assert torch.equal(again.edge_index, data.edge_index)
    assert again.x is data.x
    assert again.y is data.y
    assert again.edge_attr is data.edge_attr
    assert again.to_dict().keys() == {"edge_index", "x", "y", "edge_attr"}


def test_nodes_without_edges_and_features():
    g = to_dgl(Data(edge_index=torch.tensor([[0], [1]]), num_nodes=5))
    assert from_dgl(g).num_nodes == 5
    bare = to_dgl(Data(x=torch.ones(2, 1)))
    assert (bare.num_nodes(), bare.num_edges()) == (2, 0)


def test_sparse_adjacency():
    edge_index = torch.tensor([[0, 2, 1], [1, 1, 2]])
    transposed = to_torch_csr_tensor(edge_index.flip(0), size=(3, 3))
    source, target = to_dgl(Data(edge_index=transposed, num_nodes=3)).edges()
    assert set(zip(source.tolist(), target.tolist(), strict=True)) == {(0, 1), (2, 1), (1, 2)}


def test_typed_graph_there_and_back():
    data = typed()
    g = to_dgl(data)
    assert g.num_nodes("author") == 4
    again = from_dgl(g)
    assert set(again.node_types) == {"paper", "author"}
    assert again.edge_types == data.edge_types
    assert again["author"].num_nodes == 4
    assert again["paper"].x is data["paper"].x
    edges = again["author", "writes", "paper"]
    assert torch.equal(edges.edge_index, data["author", "writes", "paper"].edge_index)
    assert edges.edge_attr is data["author", "writes", "paper"].edge_attr
    assert again["paper", "cites", "paper"].edge_index.tolist() == [[0], [2]]
