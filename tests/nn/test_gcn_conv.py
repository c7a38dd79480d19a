"""GCNConv against PyG with the same weights, against its formula in dense matrices, and against itself permuted."""

import pytest
import torch
import torch_geometric.nn as pyg
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.graphs import CORNER_CASES, corner_case, graphs
from torch_geometric.nn.conv.gcn_conv import gcn_norm as pyg_gcn_norm

from edgewise.nn import GCN, GCNConv
from edgewise.nn.conv import gcn_norm

SETTINGS = [
    {},
    {"improved": True},
    {"add_self_loops": False},
    {"normalize": False},
    {"bias": False},
    {"flow": "target_to_source"},
    {"aggr": "max"},
    {"cached": True},
]


def pair(in_channels=6, out_channels=4, **kwargs):
    """Ours and PyG's with equal weights, in float64."""
    ours, theirs = GCNConv(in_channels, out_channels, **kwargs), pyg.GCNConv(in_channels, out_channels, **kwargs)
    theirs.load_state_dict(ours.state_dict())
    return ours.double(), theirs.double()


def assert_same(ours, theirs, x, edge_index, edge_weight=None):
    results = []
    for layer in (ours, theirs):
        inputs = [x.clone().requires_grad_()]
        if edge_weight is not None:
            inputs.append(edge_weight.clone().requires_grad_())
        out = layer(inputs[0], edge_index, *inputs[1:])
        leaves = [*inputs, *layer.parameters()]
        results.append([out, *torch.autograd.grad((out**2).sum(), leaves, allow_unused=True)])
    for mine, other in zip(*results, strict=True):
        if mine is None or other is None:  # nobody depends on an edge that does not exist
            assert not any(grad is not None and grad.any() for grad in (mine, other))
        else:
            torch.testing.assert_close(mine, other, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("kwargs", SETTINGS, ids=str)
@pytest.mark.parametrize("weighted", [False, True])
def test_parity_with_pyg(kwargs, weighted):
    torch.manual_seed(0)
    edge_index = torch.cat([torch.randint(0, 9, (2, 30)), torch.tensor([[3, 5], [3, 5]])], dim=1)
    edge_index = edge_index[:, (edge_index[0] != edge_index[1]) | (torch.arange(32) >= 30)]  # one loop a node at most
    x = torch.randn(10, 6, dtype=torch.float64)
    weight = torch.rand(edge_index.shape[1], dtype=torch.float64) if weighted else None
    if kwargs.get("improved") and not weighted:
        weight = torch.ones(edge_index.shape[1], dtype=torch.float64)  # without weights PyG ignores `improved`
    if weighted and kwargs.get("cached"):
        weight = None  # PyG keeps the graph of the first backward pass
    assert_same(*pair(**kwargs), x, edge_index, weight)


def test_a_sparse_matrix_that_lists_an_entry_twice():
    edge_index, x = torch.randint(0, 20, (2, 300)), torch.randn(20, 6)
    matrix = torch.sparse_coo_tensor(edge_index.flip(0), torch.ones(300), (20, 20), check_invariants=True)
    conv = GCNConv(6, 4)
    torch.testing.assert_close(conv(x, matrix), conv(x, edge_index))


@settings(max_examples=40, deadline=None)
@given(graph=graphs(square=True), improved=st.booleans())
def test_formula_in_dense_matrices(graph, improved):
    edge_index, nodes, _ = graph
    conv = GCNConv(3, 2, improved=improved).double()
    x = torch.randn(nodes, 3, dtype=torch.float64)
    A = torch.zeros(nodes, nodes, dtype=torch.float64)
    for j, i in edge_index.t().tolist():
        A[i, j] = 1 if i == j else A[i, j] + 1  # loops given twice count once, edges as often as they come
    A = A + torch.diag((A.diagonal() == 0) * (2.0 if improved else 1.0))
    D = torch.diag(A.sum(1).pow(-0.5))

    torch.testing.assert_close(conv(x, edge_index), D @ A @ D @ x @ conv.lin.weight.t() + conv.bias)


@pytest.mark.parametrize("name", [name for name, case in CORNER_CASES.items() if case[1] == case[2]])
def test_corner_cases_as_pyg(name):
    edge_index, nodes, _ = corner_case(name)
    assert_same(*pair(), torch.randn(nodes, 6, dtype=torch.float64), edge_index)


def test_permuting_nodes_permutes_the_output():
    edge_index, order = torch.randint(0, 20, (2, 60)), torch.randperm(20)
    x, conv = torch.randn(20, 4), GCNConv(4, 3)
    torch.testing.assert_close(conv(x[order], torch.argsort(order)[edge_index]), conv(x, edge_index)[order])


@pytest.mark.parametrize("layout", ["csr", "coo", "csc"])
def test_sparse_adjacency_carries_weights(layout):
    edge_index, weight = torch.tensor([[0, 1, 2, 3], [1, 2, 0, 3]]), torch.tensor([1.0, 2.0, 3.0, 4.0])
    dense = torch.zeros(4, 4).index_put((edge_index[1], edge_index[0]), weight)
    matrix = {"coo": dense.to_sparse_coo, "csr": dense.to_sparse_csr, "csc": dense.to_sparse_csc}[layout]()
    conv, x = GCNConv(3, 2), torch.randn(4, 3)
    torch.testing.assert_close(conv(x, matrix), conv(x, edge_index, weight))


def test_every_change_in_place_is_seen():
    conv, x = GCNConv(3, 2), torch.randn(4, 3)
    edge_index, weight = torch.tensor([[0, 1, 2, 3], [1, 2, 0, 3]]), torch.rand(4)
    for change in (lambda: edge_index[1].copy_(torch.tensor([2, 3, 1, 0])), lambda: weight.mul_(2), lambda: x.add_(1)):
        before = conv(x, edge_index, weight)
        assert torch.equal(conv(x, edge_index, weight), before)
        change()
        after = conv(x, edge_index, weight)
        assert not torch.equal(after, before)
        torch.testing.assert_close(after, conv(x.clone(), edge_index.clone(), weight.clone()))


def test_subclass_with_its_own_message_is_not_bypassed():
    def doubled(base):
        class Doubled(base):
            def message(self, x_j, edge_weight):
                return 2 * edge_weight.view(-1, 1) * x_j

        return Doubled

    ours, theirs = doubled(GCNConv)(3, 2), doubled(pyg.GCNConv)(3, 2)
    theirs.load_state_dict(ours.state_dict())
    x, edge_index = torch.randn(5, 3), torch.randint(0, 5, (2, 9))
    torch.testing.assert_close(ours(x, edge_index), theirs(x, edge_index))


def test_width_from_the_first_call_and_state_dict():
    x, edge_index = torch.randn(5, 3), torch.randint(0, 5, (2, 9))
    conv = GCNConv(-1, 2)
    out = conv(x, edge_index)
    assert (out.shape, conv.in_channels, repr(conv)) == ((5, 2), 3, "GCNConv(3, 2)")
    again = GCNConv(-1, 2)
    again.load_state_dict(conv.state_dict())
    assert torch.equal(again(x, edge_index), out)
    assert list(conv.state_dict()) == list(pyg.GCNConv(3, 2).state_dict())


def test_same_seed_same_weights_as_pyg():
    weights = []
    for layer in (GCNConv, pyg.GCNConv):
        torch.manual_seed(7)
        weights.append(layer(5, 4).lin.weight)
    assert torch.equal(*weights)


def test_gcn_norm_as_pyg():
    edge_index, nodes, _ = corner_case("self loops")
    weight = torch.rand(4)
    for ours, theirs in zip(gcn_norm(edge_index, weight, nodes), pyg_gcn_norm(edge_index, weight, nodes), strict=True):
        torch.testing.assert_close(ours, theirs)


@pytest.mark.parametrize("kwargs", [{"out_channels": 3}, {}, {"out_channels": 3, "act": "tanh", "num_layers": 1}])
def test_gcn_model_as_pyg(kwargs):
    arguments = {"in_channels": 6, "hidden_channels": 5, "num_layers": 3, **kwargs}
    ours, theirs = GCN(**arguments), pyg.GCN(**arguments)
    theirs.load_state_dict(ours.state_dict())
    x, edge_index = torch.randn(9, 6), torch.randint(0, 9, (2, 30))
    torch.testing.assert_close(ours(x, edge_index), theirs(x, edge_index))
    if kwargs.get("num_layers") != 1:
        assert ours.embed(x, edge_index).shape == (9, 5)
