"""SAGEConv against PyG with the same weights, against its formula in dense matrices, and against itself permuted."""

import pytest
import torch
import torch_geometric.nn as pyg
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.graphs import CORNER_CASES, corner_case, graphs
from tests.nn.parity import assert_same

from edgewise.nn import SAGEConv
from edgewise.nn.message_passing import MessagePassing

SETTINGS = [
    {},
    {"aggr": "sum"},
    {"aggr": "max"},
    {"aggr": "min"},
    {"aggr": ["mean", "max"]},
    {"normalize": True},
    {"root_weight": False},
    {"project": True},
    {"bias": False},
    {"flow": "target_to_source"},
]


@pytest.mark.parametrize("kwargs", SETTINGS, ids=str)
@pytest.mark.parametrize("widths", [(6, 4), (3, 8), (5, 5)])
def test_parity_with_pyg(kwargs, widths):
    edge_index = torch.randint(0, 12, (2, 50), generator=torch.Generator().manual_seed(0))
    edge_index = edge_index.unique(dim=1)  # PyG splits the gradient of a maximum among duplicates otherwise
    x = torch.randn(12, widths[0], dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    assert_same(SAGEConv(*widths, **kwargs), pyg.SAGEConv(*widths, **kwargs), (x,), edge_index)


@pytest.mark.parametrize("kwargs", [{}, {"aggr": "max"}, {"aggr": "sum", "root_weight": False}], ids=str)
@pytest.mark.parametrize("with_target", [True, False])
def test_parity_on_bipartite_graphs(kwargs, with_target):
    edge_index = torch.stack([torch.randint(0, 7, (30,)), torch.randint(0, 4, (30,))]).unique(dim=1)
    pair = (torch.randn(7, 6, dtype=torch.float64), torch.randn(4, 3, dtype=torch.float64) if with_target else None)
    assert_same(SAGEConv((6, 3), 4, **kwargs), pyg.SAGEConv((6, 3), 4, **kwargs), (pair,), edge_index, size=(7, 4))


@settings(max_examples=40, deadline=None)
@given(graph=graphs(), aggr=st.sampled_from(["mean", "sum", "max"]))
def test_formula_in_dense_matrices(graph, aggr):
    edge_index, num_src, num_dst = graph
    conv = SAGEConv((3, 2), 4, aggr=aggr).double()
    source, target = (torch.randn(n, w, dtype=torch.float64) for n, w in ((num_src, 3), (num_dst, 2)))
    mixed = torch.zeros(num_dst, 3, dtype=torch.float64)
    for i in range(num_dst):
        neighbours = source[edge_index[0, edge_index[1] == i].long()]
        if len(neighbours):
            mixed[i] = {"mean": neighbours.mean(0), "sum": neighbours.sum(0), "max": neighbours.amax(0)}[aggr]
    expected = mixed @ conv.lin_l.weight.t() + conv.lin_l.bias + target @ conv.lin_r.weight.t()

    torch.testing.assert_close(conv((source, target), edge_index), expected)


@pytest.mark.parametrize("name", CORNER_CASES)
@pytest.mark.parametrize("dtype", [torch.int32, torch.int64])
def test_corner_cases(name, dtype):
    edge_index, num_src, num_dst = corner_case(name, dtype)
    conv = SAGEConv((3, 3), 2)
    source, target = torch.randn(num_src, 3), torch.randn(num_dst, 3)
    out = conv((source, target), edge_index)
    explicit = MessagePassing.propagate(_Explicit(), edge_index, x=(source, target), size=(num_src, num_dst))
    expected = conv.lin_l(explicit) + conv.lin_r(target)
    torch.testing.assert_close(out, expected)


class _Explicit(MessagePassing):
    def __init__(self):
        super().__init__("mean")


def test_permuted_nodes_give_permuted_results():
    edge_index, x, order = torch.randint(0, 20, (2, 90)), torch.randn(20, 5), torch.randperm(20)
    conv = SAGEConv(5, 3)
    position = order.argsort()
    torch.testing.assert_close(conv(x[order], position[edge_index]), conv(x, edge_index)[order])


def test_sparse_adjacency_and_open_width():
    edge_index, x = torch.randint(0, 20, (2, 90)), torch.randn(20, 5)
    conv = SAGEConv(-1, 3)
    out = conv(x, edge_index)
    matrix = torch.zeros(20, 20).index_put((edge_index[1], edge_index[0]), torch.ones(90)).to_sparse_csr()
    torch.testing.assert_close(conv(x, matrix), conv(x, edge_index.unique(dim=1)))
    assert out.shape == (20, 3)
    assert conv.lin_l.weight.shape == (3, 5)
    assert repr(conv) == "SAGEConv(-1, 3)"


@pytest.mark.unhooked
def test_open_width_cannot_be_projected():
    from edgewise.errors import ArgumentError, ShapeError

    with pytest.raises(ArgumentError) as caught:
        SAGEConv(-1, 3, project=True)
    assert str(caught.value) == (
        "SAGEConv: expected in_channels with project=True, got -1. Pass the width of the sources."
    )
    with pytest.raises(ShapeError) as wrong:
        SAGEConv((3, 4), 2)((torch.ones(2, 3), torch.ones(2, 5)), torch.tensor([[0], [1]]))
    assert str(wrong.value) == (
        "SAGEConv: expected x of the destinations with 4 features (built with in_channels=4), got 5. "
        "Build it with in_channels=5, or -1 to read the width from the data."
    )
