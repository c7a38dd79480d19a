"""RGCNConv where check_conv does not look: nodes without features, relations in turns, sparse matrices, subclasses."""

import pytest
import torch
import torch_geometric.nn as pyg
from tests.nn.parity import assert_same

from edgewise.adjacency import Adjacency
from edgewise.nn import FastRGCNConv, RGCNConv
from edgewise.nn.conv import _relations

GENERATOR = torch.Generator().manual_seed(0)
EDGES = torch.randint(0, 12, (2, 60), generator=GENERATOR).unique(dim=1)
TYPES = torch.randint(0, 4, (EDGES.shape[1],), generator=GENERATOR)
X = torch.randn(12, 6, dtype=torch.float64, generator=GENERATOR)


def layers(*args, **kwargs):
    return RGCNConv(*args, **kwargs), pyg.RGCNConv(*args, **kwargs)


@pytest.mark.parametrize(
    "kwargs", [{}, {"num_bases": 2}, {"aggr": "add"}, {"aggr": "max"}, {"root_weight": False}], ids=str
)
@pytest.mark.parametrize("x", [None, torch.tensor([3, 0, 3, 11, 1, 2, 4, 5, 6, 7, 8, 9])], ids=["all", "rows"])
def test_nodes_without_features(kwargs, x):
    assert_same(*layers(12, 5, 4, **kwargs), (x,), EDGES, TYPES)


def test_bipartite_rows_are_embeddings_of_their_side():
    source, target = torch.tensor([5, 0, 2]), torch.tensor([1, 0])
    edge_index, kind = torch.tensor([[0, 1, 2, 2], [1, 1, 0, 1]]), torch.tensor([0, 1, 0, 0])
    assert_same(*layers((6, 2), 3, 2), ((source, target),), edge_index, kind)


@pytest.mark.parametrize("widths", [(6, 8), (6, 2)])
@pytest.mark.parametrize("aggr", ["mean", "add", "max"])
def test_relations_in_turns_give_what_all_at_once_give(monkeypatch, widths, aggr):
    built = []
    make = _relations.Relations._make_parts
    monkeypatch.setattr(_relations.Relations, "_make_parts", lambda *a, **k: built.append(make(*a, **k)) or built[-1])
    monkeypatch.setattr(_relations, "_TABLE", 24 * widths[0 if aggr == "max" else widths.index(min(widths))] + 1)
    assert_same(*layers(*widths, 5, aggr=aggr), (X,), EDGES.clone(), TYPES)  # the last relation has no edge
    assert [(part.first, part.last) for part in built[0]] == [(0, 2), (2, 4), (4, 5)]


@pytest.mark.parametrize("widths", [(6, 8), (6, 2)])
@pytest.mark.parametrize("kwargs", [{}, {"num_blocks": 2}, {"aggr": "max"}], ids=str)
def test_flow_and_order_of_edges(widths, kwargs):
    conv = RGCNConv(*widths, 4, **kwargs).double()
    turned = RGCNConv(*widths, 4, flow="target_to_source", **kwargs).double()
    turned.load_state_dict(conv.state_dict())
    torch.testing.assert_close(turned(X, EDGES.flip(0), TYPES.int()), conv(X, EDGES, TYPES))


def test_sparse_adjacency_holds_relations():
    conv = RGCNConv(6, 8, 4).double()
    # Values of 0 are entries, too: relation 0.
    matrix = torch.sparse_coo_tensor(EDGES.flip(0), TYPES, (12, 12), check_invariants=True)
    torch.testing.assert_close(conv(X, matrix), conv(X, EDGES, TYPES))
    by_rows = matrix.coalesce().to_sparse_csr()
    torch.testing.assert_close(conv(X, by_rows), conv(X, EDGES, TYPES))
    torch.testing.assert_close(conv(X, matrix, TYPES.flip(0)), conv(X, EDGES, TYPES.flip(0)))


@pytest.mark.parametrize("kwargs", [{}, {"num_blocks": 2}, {"flow": "target_to_source"}], ids=str)
def test_a_subclass_with_its_own_message(kwargs):
    class Doubled(RGCNConv):
        def message(self, x_j):
            return 2 * x_j

    conv, stock = Doubled(6, 4, 4, root_weight=False, bias=False, **kwargs), RGCNConv(6, 4, 4, **kwargs)
    stock.load_state_dict(conv.state_dict(), strict=False)
    stock.root = None
    torch.testing.assert_close(conv(X.float(), EDGES, TYPES), 2 * stock(X.float(), EDGES, TYPES))
    pair = torch.randn(12, 6), torch.randn(15, 6)
    torch.testing.assert_close(conv(pair, EDGES, TYPES), 2 * stock(pair, EDGES, TYPES))


def test_a_subclass_takes_embeddings_and_other_aggregations():
    class Same(RGCNConv):
        def message(self, x_j):
            return x_j + 0

    for x in (None, torch.arange(12)):
        conv, stock = Same(12, 4, 4), RGCNConv(12, 4, 4)
        stock.load_state_dict(conv.state_dict())
        torch.testing.assert_close(conv(x, EDGES, TYPES), stock(x, EDGES, TYPES))
    conv = RGCNConv(6, 4, 1, aggr="std", root_weight=False).double()
    edges = torch.tensor([[0, 1, 2], [3, 3, 3]])
    torch.testing.assert_close(
        conv(X, edges, torch.zeros(3).long())[3], X[:3].std(0, correction=0) @ conv.weight[0] + conv.bias
    )


def test_edges_are_grouped_once(monkeypatch):
    built = []
    original = Adjacency.__init__
    monkeypatch.setattr(Adjacency, "__init__", lambda self, *args: (built.append(1), original(self, *args))[1])
    conv, edges, kind = RGCNConv(6, 4, 4).double(), EDGES.clone(), TYPES.clone()
    x = X.clone().requires_grad_()
    conv(x, edges, kind).sum().backward()
    once = len(built)
    conv(x, edges, kind).sum().backward()
    assert len(built) == once > 0
    before = conv(x, edges, kind)
    kind.add_(1).remainder_(4)  # a change in place is noticed
    assert not torch.equal(conv(x, edges, kind), before)


def test_constant_features_are_summed_once_and_anew_when_they_change():
    conv, x = RGCNConv(6, 8, 4).double(), X.clone()
    first = conv(x, EDGES, TYPES)
    assert torch.equal(conv(x, EDGES, TYPES), first)
    first.sum().backward()
    assert conv.weight.grad is not None
    x.mul_(2)
    torch.testing.assert_close(conv(x, EDGES, TYPES), 2 * first - conv.bias)


def test_repr():
    assert repr(RGCNConv((6, 3), 4, 2)) == "RGCNConv((6, 3), 4, num_relations=2)"
    assert repr(FastRGCNConv(6, 4, 2)) == "FastRGCNConv(6, 4, num_relations=2)"
