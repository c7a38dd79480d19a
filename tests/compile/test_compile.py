"""Layers and operators under torch.compile and torch.export: one graph, equal results, edges sorted once."""

import pytest
import torch

from edgewise import Adjacency
from edgewise.nn import GCN, GCNConv, MessagePassing
from edgewise.ops import segment_reduce, spmm

EDGES = torch.randint(0, 20, (2, 70), generator=torch.Generator().manual_seed(0))


def assert_compiles(function, *inputs, backend="aot_eager"):
    torch._dynamo.reset()
    leaves = [value for value in inputs if value.requires_grad]
    expected = function(*inputs)
    out = torch.compile(function, fullgraph=True, backend=backend)(*inputs)
    torch.testing.assert_close(out, expected)
    for mine, other in zip(
        torch.autograd.grad((out**2).sum(), leaves), torch.autograd.grad((expected**2).sum(), leaves), strict=True
    ):
        torch.testing.assert_close(mine, other)


@pytest.mark.parametrize("reduce", ["sum", "mean", "min", "max"])
@pytest.mark.parametrize("weighted", [False, True])
def test_spmm(reduce, weighted):
    x = torch.randn(20, 5, requires_grad=True)
    weight = [torch.rand(70, requires_grad=True)] if weighted else []
    assert_compiles(lambda x, *w: spmm(EDGES, x, *w, reduce=reduce), x, *weight)


def test_segment_reduce():
    assert_compiles(lambda m: segment_reduce(m, EDGES[1], 20, "mean"), torch.randn(70, 3, requires_grad=True))


@pytest.mark.parametrize(
    "kwargs",
    [{}, {"flow": "target_to_source"}, {"normalize": False}, {"add_self_loops": False}],
    ids=str,
)
def test_gcn_conv(kwargs):
    conv = GCNConv(5, 3, **kwargs)
    assert_compiles(conv, torch.randn(20, 5, requires_grad=True), EDGES)
    weight = torch.rand(70, requires_grad=True)
    assert_compiles(conv, torch.randn(20, 5, requires_grad=True), EDGES, weight)


def test_own_message():
    class Mine(MessagePassing):
        def forward(self, x, edge_index):
            return self.propagate(edge_index, x=x)

        def message(self, x_i, x_j):
            return torch.sin(x_i) * x_j

    assert_compiles(Mine(aggr="max"), torch.randn(20, 4, requires_grad=True), EDGES)


def test_model_with_the_real_backend():
    assert_compiles(GCN(5, 8, 2, 3), torch.randn(20, 5, requires_grad=True), EDGES, backend="inductor")


def test_compiled_model_sorts_its_edges_once(monkeypatch):
    built = []
    original = Adjacency.__init__
    monkeypatch.setattr(Adjacency, "__init__", lambda self, *args: (built.append(1), original(self, *args))[1])
    torch._dynamo.reset()
    model, x, edges = torch.compile(GCN(5, 8, 3, 3), backend="aot_eager"), torch.randn(20, 5), EDGES.clone()
    for _ in range(3):
        model(x, edges).sum().backward()
    assert 1 <= len(built) <= 2  # the adjacency and its transpose


def test_no_recompilation_after_the_second_size():
    torch._dynamo.reset()
    counter = torch._dynamo.testing.CompileCounterWithBackend("aot_eager")
    conv = torch.compile(GCNConv(5, 3), backend=counter, fullgraph=True)
    for nodes in (20, 30, 40, 50):
        conv(torch.randn(nodes, 5), torch.randint(0, nodes, (2, 3 * nodes)))
    assert counter.frame_count <= 2


def test_export_with_dynamic_sizes():
    nodes, edges = torch.export.Dim("nodes", min=2), torch.export.Dim("edges", min=2)
    model = GCN(5, 8, 2, 3).eval()
    shapes = {"x": {0: nodes}, "edge_index": {1: edges}}
    program = torch.export.export(model, (torch.randn(20, 5), EDGES), dynamic_shapes=shapes)
    x, other = torch.randn(33, 5), torch.randint(0, 33, (2, 90))
    torch.testing.assert_close(program.module()(x, other), model(x, other))


def test_opcheck_of_the_traced_operators():
    x, weight = torch.randn(20, 4, requires_grad=True), torch.rand(70, requires_grad=True)
    for reduce in ("sum", "mean", "max"):
        torch.library.opcheck(torch.ops.edgewise.propagate, (EDGES, weight, None, x, 20, 20, reduce, False))
    diagonal = torch.rand(20, requires_grad=True)
    torch.library.opcheck(torch.ops.edgewise.propagate, (EDGES, weight, diagonal, x, 20, 20, "sum", False))
    plain = x.detach()
    torch.library.opcheck(torch.ops.edgewise.edge_dot, (EDGES, plain, plain, 20, 20, False))
    torch.library.opcheck(torch.ops.edgewise.propagate_extreme_backward, (EDGES, weight.detach(), plain, plain, plain))
