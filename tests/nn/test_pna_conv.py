"""PNAConv beyond check_conv: blocks, sparse adjacencies, flow, subclasses, and what it prints."""

import pytest
import torch
import torch_geometric.nn as pyg
from tests.nn.parity import assert_same

from edgewise.nn import PNAConv, SoftmaxAggregation, _blocks, plan

DEG = torch.tensor([0, 1, 2, 4, 2])
EDGES = torch.randint(0, 30, (2, 200), generator=torch.Generator().manual_seed(0)).unique(dim=1)
X = torch.randn(30, 6, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
SETTINGS = (["mean", "max", "std"], ["identity", "amplification"], DEG)


@pytest.mark.parametrize("kwargs", [{}, {"pre_layers": 2}, {"edge_dim": 4}, {"towers": 2, "edge_dim": 4}], ids=str)
def test_flow_against_the_flow(kwargs):
    both = (layer(6, 8, *SETTINGS, flow="target_to_source", **kwargs) for layer in (PNAConv, pyg.PNAConv))
    edge_attr = [torch.randn(EDGES.shape[1], 4, dtype=torch.float64)] if "edge_dim" in kwargs else []
    assert_same(*both, (X,), EDGES, *edge_attr)


@pytest.mark.parametrize("kwargs", [{"pre_layers": 2}, {"edge_dim": 4, "towers": 2}], ids=str)
def test_blocks_are_the_whole(kwargs, monkeypatch):
    conv = PNAConv(6, 8, *SETTINGS, train_norm=True, **kwargs).double()
    edge_attr = torch.randn(EDGES.shape[1], 4, dtype=torch.float64) if "edge_dim" in kwargs else None
    results = []
    for worthwhile in (0, 2**40):
        monkeypatch.setattr(_blocks, "_WORTHWHILE_BYTES", worthwhile)
        monkeypatch.setattr(_blocks, "_BLOCK_BYTES", 1)
        monkeypatch.setattr(_blocks, "_MIN_EDGES", 32)
        x = X.clone().requires_grad_()
        out = conv(x, EDGES, edge_attr)
        assert ("_Blocked" in _nodes_behind(out)) == (worthwhile == 0)
        wanted = [p for p in conv.parameters() if p is not conv.aggr_module.avg_deg_lin]
        results.append([out, *torch.autograd.grad((out**2).sum(), [x, *wanted])])
    for mine, other in zip(*results, strict=True):
        torch.testing.assert_close(mine, other)


def _nodes_behind(out):
    names, stack, seen = [], [out.grad_fn], set()
    while stack:
        node = stack.pop()
        if node is not None and node not in seen:
            seen.add(node)
            names.append(type(node).__name__)
            stack += [following for following, _ in node.next_functions]
    return " ".join(names)


def test_sparse_adjacency():
    conv = PNAConv(6, 8, *SETTINGS).double()
    matrix = torch.zeros(30, 30).index_put((EDGES[1], EDGES[0]), torch.ones(EDGES.shape[1])).to_sparse_csr()
    torch.testing.assert_close(conv(X, matrix), conv(X, EDGES))


def test_a_subclass_sees_both_ends():
    class Negated(PNAConv):
        def message(self, x_i, x_j, edge_attr):
            assert x_i.shape == (EDGES.shape[1], 1, 6)
            return -super().message(x_i, x_j, edge_attr)

    class Plain(pyg.PNAConv):
        def message(self, x_i, x_j, edge_attr):
            return -super().message(x_i, x_j, edge_attr)

    assert_same(Negated(6, 8, *SETTINGS), Plain(6, 8, *SETTINGS), (X,), EDGES)


def test_aggregators_that_need_messages():
    aggregators = ["mean", "softmax", "mul"]
    both = (layer(6, 8, aggregators, ["identity"], DEG) for layer in (PNAConv, pyg.PNAConv))
    assert_same(*both, (X,), EDGES)
    built = PNAConv(6, 8, [SoftmaxAggregation(learn=True)], ["identity"], DEG)
    assert "aggr_module.aggr.aggrs.0.t" in built.state_dict()
    assert built.double()(X, EDGES).shape == (30, 8)


def test_a_large_common_part_does_not_cancel():
    conv = PNAConv(6, 8, ["std"], ["identity"], DEG)
    near, far = X.float(), X.float() + 1000
    with torch.no_grad():
        for part in (near, far):
            h = part.unsqueeze(1)
            found = conv._aggregate_neighbours(EDGES, h)
            expected = conv.double()._aggregate_neighbours(EDGES, h.double())
            torch.testing.assert_close(found.double(), expected, rtol=1e-3, atol=5e-3)
            conv.float()


@pytest.mark.parametrize("act", ["ReLU", "leaky_relu", "prelu", torch.nn.Tanh(), None])
def test_activations(act):
    conv = PNAConv(6, 8, *SETTINGS, pre_layers=2, post_layers=2, act=act)
    assert conv(X.float(), EDGES).isfinite().all()
    if act == "prelu":
        assert "pre_nns.0.1.weight" in conv.state_dict()


def test_repr_and_plan():
    conv = PNAConv(6, 8, *SETTINGS, towers=2)
    assert repr(conv) == repr(pyg.PNAConv(6, 8, *SETTINGS, towers=2)) == "PNAConv(6, 8, towers=2, edge_dim=None)"
    assert "aggregates without messages" in str(plan(conv, (X.float(), EDGES)))


def test_histogram_of_degrees():
    class Graph:
        def __init__(self, edge_index, num_nodes):
            self.edge_index, self.num_nodes = edge_index, num_nodes

    graphs = [Graph(EDGES, 30), Graph(EDGES[:, :0], 4), Graph(torch.tensor([[0, 1], [1, 1]]), 2)]
    found = PNAConv.get_degree_histogram(graphs)
    assert torch.equal(found, pyg.PNAConv.get_degree_histogram(graphs))
    assert found.sum() == 36
