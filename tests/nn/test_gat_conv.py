"""GATConv against PyG with the same weights, against its formula in dense matrices, and against itself permuted."""

import pytest
import torch
import torch_geometric.nn as pyg
from hypothesis import given, settings
from tests.graphs import CORNER_CASES, corner_case, graphs
from tests.nn.parity import assert_same

from edgewise.errors import ShapeError
from edgewise.nn import GATConv

SETTINGS = [
    {},
    {"heads": 3},
    {"heads": 3, "concat": False},
    {"negative_slope": 0.0},
    {"negative_slope": 0.7},
    {"add_self_loops": False},
    {"bias": False},
    {"residual": True, "heads": 2},
    {"residual": True, "heads": 2, "concat": False},
    {"flow": "target_to_source", "heads": 2},
]
EDGES = torch.randint(0, 12, (2, 60), generator=torch.Generator().manual_seed(0))


def features(*shape, seed=1):
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("kwargs", SETTINGS, ids=str)
def test_parity_with_pyg(kwargs):
    assert_same(GATConv(6, 4, **kwargs), pyg.GATConv(6, 4, **kwargs), (features(12, 6),), EDGES)


@pytest.mark.parametrize("fill", ["mean", "add", "min", "max", 0.0, 2.5])
@pytest.mark.parametrize("loops", [True, False])
def test_parity_with_edge_features(fill, loops):
    kwargs = {"heads": 2, "edge_dim": 5, "fill_value": fill, "add_self_loops": loops}
    # PyG's own reduction for "min" and "max" starts from zeros, so features are positive or negative.
    edge_attr = features(60, 5, seed=2).abs() * (-1 if fill == "min" else 1)
    ours, theirs = GATConv(6, 4, **kwargs), pyg.GATConv(6, 4, **kwargs)
    assert_same(ours, theirs, (features(12, 6), EDGES, edge_attr))


@pytest.mark.parametrize("kwargs", [{}, {"heads": 2, "residual": True}, {"add_self_loops": False}], ids=str)
@pytest.mark.parametrize("sizes", [(7, 4), (4, 7), (5, 5)])
@pytest.mark.parametrize("edge_dim", [None, 3])
def test_parity_on_bipartite_graphs(kwargs, sizes, edge_dim):
    generator = torch.Generator().manual_seed(4)
    edge_index = torch.stack([torch.randint(0, n, (30,), generator=generator) for n in sizes])
    pair = (features(sizes[0], 6), features(sizes[1], 3, seed=2))
    attributes = [] if edge_dim is None else [features(30, edge_dim, seed=3)]
    ours, theirs = (cls((6, 3), 4, edge_dim=edge_dim, **kwargs) for cls in (GATConv, pyg.GATConv))
    if edge_dim and sizes[0] < sizes[1] and ours.add_self_loops:  # where PyG reads out of range
        explicit = ours.double()(pair, edge_index, *attributes, return_attention_weights=True)[0]
        torch.testing.assert_close(ours(pair, edge_index, *attributes), explicit)
        return
    assert_same(ours, theirs, (pair, edge_index, *attributes))
    if "residual" not in kwargs:
        assert_same(ours, theirs, ((pair[0], None), edge_index, *attributes), size=sizes)


def test_attention_weights_are_pygs():
    ours, theirs = GATConv(6, 4, heads=2).double(), pyg.GATConv(6, 4, heads=2).double()
    theirs.load_state_dict(ours.state_dict())
    x = features(12, 6)
    out, (edges, alpha) = ours(x, EDGES, return_attention_weights=True)
    expected, (their_edges, their_alpha) = theirs(x, EDGES, return_attention_weights=True)
    assert torch.equal(edges, their_edges)
    torch.testing.assert_close(alpha, their_alpha)
    torch.testing.assert_close(out, expected)
    torch.testing.assert_close(ours(x, EDGES), out)


@settings(max_examples=40, deadline=None)
@given(graph=graphs(square=True))
def test_formula_in_dense_matrices(graph):
    edge_index, nodes, _ = graph
    conv = GATConv(3, 2).double()
    x = features(nodes, 3)
    h = x @ conv.lin.weight.t()
    A = torch.zeros(nodes, nodes, dtype=torch.float64)
    for j, i in edge_index.t().tolist():
        A[i, j] += i != j
    A = A + torch.eye(nodes, dtype=torch.float64)
    E = torch.nn.functional.leaky_relu((h @ conv.att_dst[0, 0])[:, None] + (h @ conv.att_src[0, 0])[None, :], 0.2)
    weights = A * (E - E.amax(1, keepdim=True)).exp() if nodes else A
    expected = weights / weights.sum(1, keepdim=True) @ h + conv.bias

    torch.testing.assert_close(conv(x, edge_index), expected)


@pytest.mark.parametrize("name", [name for name, case in CORNER_CASES.items() if case[1] == case[2]])
@pytest.mark.parametrize("dtype", [torch.int32, torch.int64])
def test_corner_cases(name, dtype):
    edge_index, nodes, _ = corner_case(name, dtype)
    conv, x = GATConv(3, 2, heads=2), torch.randn(nodes, 3)
    torch.testing.assert_close(conv(x, edge_index), conv(x, edge_index, return_attention_weights=True)[0])


def test_permuted_nodes_give_permuted_results():
    x, order = torch.randn(12, 5), torch.randperm(12)
    conv = GATConv(5, 3, heads=2)
    torch.testing.assert_close(conv(x[order], order.argsort()[EDGES]), conv(x, EDGES)[order])


def test_own_message_is_used():
    class Doubled(GATConv):
        def message(self, x_j, alpha):
            return 2 * super().message(x_j, alpha)

    plain, doubled = GATConv(5, 3, bias=False), Doubled(5, 3, bias=False)
    doubled.load_state_dict(plain.state_dict())
    x = torch.randn(12, 5)
    torch.testing.assert_close(doubled(x, EDGES), 2 * plain(x, EDGES))


def test_weights_are_dropped_in_training_alone():
    conv, x = GATConv(5, 3, dropout=0.5), torch.randn(12, 5)
    assert not torch.equal(conv(x, EDGES), conv(x, EDGES))
    conv.eval()
    assert torch.equal(conv(x, EDGES), conv(x, EDGES))


def test_sparse_adjacency_and_open_width():
    edges = EDGES.unique(dim=1)
    matrix = torch.zeros(12, 12).index_put((edges[1], edges[0]), torch.ones(edges.shape[1])).to_sparse_csr()
    conv, x = GATConv(-1, 3), torch.randn(12, 5)
    torch.testing.assert_close(conv(x, edges), conv(x, matrix))
    assert conv.lin.weight.shape == (3, 5)
    torch.testing.assert_close(conv(x, matrix, return_attention_weights=True)[0], conv(x, edges))


@pytest.mark.unhooked
def test_edge_features_nobody_asked_for():
    with pytest.raises(ShapeError) as caught:
        GATConv(5, 3)(torch.randn(12, 5), EDGES, torch.randn(60, 4))
    assert str(caught.value) == (
        "GATConv: expected no edge_attr (built with edge_dim=None), got [60, 4]. Build it with edge_dim=4."
    )
