"""MessagePassing: the contract of PyG, with each layer written once for both libraries and compared."""

import pytest
import torch
import torch_geometric.nn as pyg
from tests.graphs import corner_case

from edgewise import Adjacency
from edgewise.nn import MessagePassing
from edgewise.ops import spmm

EDGES = torch.tensor([[2, 0, 1, 2, 0, 3, 1], [2, 1, 0, 0, 2, 3, 0]])


def edge_convolution(base):
    class EdgeConvolution(base):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.scale = 3.0

        def forward(self, x, edge_index, edge_attr=None, size=None):
            return self.propagate(edge_index, x=x, edge_attr=edge_attr, size=size)

        def message(self, x_i, x_j, edge_attr, index, size_i):
            message = torch.sin(x_i) * x_j + size_i + index.view(-1, 1)
            return message if edge_attr is None else message * edge_attr

        def update(self, aggr_out, x):
            x = x[1] if isinstance(x, tuple) else x
            return aggr_out + self.scale * x.repeat(1, aggr_out.shape[-1] // x.shape[-1])

    return EdgeConvolution


@pytest.mark.parametrize("flow", ["source_to_target", "target_to_source"])
@pytest.mark.parametrize("aggr", ["sum", "add", "mean", "min", "max", ["mean", "max"]])
def test_same_as_pyg_forward_and_gradient(aggr, flow):
    x = torch.randn(5, 3, dtype=torch.float64, requires_grad=True)
    edge_attr = torch.randn(7, 1, dtype=torch.float64, requires_grad=True)
    results = []
    for base in (MessagePassing, pyg.MessagePassing):
        layer = edge_convolution(base)(aggr=aggr, flow=flow)
        out = layer(x, EDGES, edge_attr)
        results.append([out, *torch.autograd.grad((out**2).sum(), [x, edge_attr])])

    for ours, theirs in zip(*results, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-12, atol=1e-12)


def test_bipartite_pairs_and_missing_destination_features():
    edge_index, num_src, num_dst = corner_case("bipartite")
    x = (torch.randn(num_src, 3), torch.randn(num_dst, 3))
    ours, theirs = (edge_convolution(base)()(x, edge_index) for base in (MessagePassing, pyg.MessagePassing))
    torch.testing.assert_close(ours, theirs)

    class Copy(MessagePassing):
        def forward(self, x, edge_index, size):
            return self.propagate(edge_index, x=x, size=size)

    out = Copy()((x[0], None), edge_index, (num_src, num_dst))
    assert out.shape == (num_dst, 3)


def test_static_graphs_have_nodes_on_axis_minus_two():
    x = torch.randn(4, 5, 3)

    def forward(base):
        layer = type("Copy", (base,), {"forward": lambda self, x, edge_index: self.propagate(edge_index, x=x)})
        return layer(aggr="max")(x, EDGES)

    torch.testing.assert_close(forward(MessagePassing), forward(pyg.MessagePassing))


def test_user_aggregate_gets_index_and_dim_size():
    class Softened(MessagePassing):
        def forward(self, x, edge_index):
            return self.propagate(edge_index, x=x)

        def aggregate(self, inputs, index, ptr=None, dim_size=None):
            assert ptr is None
            return super().aggregate(inputs.exp(), index, dim_size=dim_size).log1p()

    x = torch.randn(5, 3)
    expected = torch.zeros(5, 3).index_add(0, EDGES[1], x[EDGES[0]].exp()).log1p()
    torch.testing.assert_close(Softened()(x, EDGES), expected)


def test_message_and_aggregate_takes_sparse_matrices_as_in_pyg():
    class Fused(MessagePassing):
        def forward(self, x, edge_index):
            return self.propagate(edge_index, x=x)

        def message_and_aggregate(self, adj_t, x):
            return 10 * (adj_t @ x)

    layer, x = Fused(), torch.randn(5, 3)
    matrix = torch.zeros(5, 5).index_put((EDGES[1], EDGES[0]), torch.ones(7)).to_sparse_csr()
    torch.testing.assert_close(layer(x, matrix), 10 * (matrix.to_dense() @ x))
    torch.testing.assert_close(layer(x, EDGES), spmm(Adjacency.of(EDGES, (5, 5)), x))

    class Messaging(Fused):  # a subclass with its own message is not bypassed
        def message(self, x_j):
            return -x_j

    torch.testing.assert_close(Messaging()(x, matrix), -(matrix.to_dense() @ x))


def test_edge_updater():
    def layer(base):
        class Edges(base):
            def forward(self, x, edge_index):
                return self.edge_updater(edge_index, x=x)

            def edge_update(self, x_i, x_j):
                return x_i - x_j

        return Edges()

    x = torch.randn(5, 3)
    assert torch.equal(layer(MessagePassing)(x, EDGES), layer(pyg.MessagePassing)(x, EDGES))


def test_adjacency_keeps_the_callers_edge_order():
    x, edge_attr = torch.randn(5, 3), torch.randn(7, 1)
    layer = edge_convolution(MessagePassing)()
    torch.testing.assert_close(layer(x, Adjacency.of(EDGES, (5, 5)), edge_attr), layer(x, EDGES, edge_attr))
