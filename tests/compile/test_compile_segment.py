"""Operators over segments under torch.compile and torch.export: one graph, equal results and gradients."""

import pytest
import torch
import torch._dynamo.testing

from edgewise import Adjacency
from edgewise.ops import _dispatch, edge_softmax, segment_reduce, segment_softmax

EDGES = torch.randint(0, 20, (2, 70), generator=torch.Generator().manual_seed(0))
EDGES[1, :20] = torch.arange(20)  # no empty segment: the logsumexp of one is -inf
REDUCTIONS = ["sum", "mean", "min", "max", "mul", "var", "std", "logsumexp"]


def assert_compiles(function, src, *inputs, backend="aot_eager"):
    torch._dynamo.reset()
    expected = function(src, *inputs)
    out = torch.compile(function, fullgraph=True, backend=backend)(src, *inputs)
    torch.testing.assert_close(out, expected)
    for mine, other in zip(
        torch.autograd.grad((out**2).sum(), src), torch.autograd.grad((expected**2).sum(), src), strict=True
    ):
        torch.testing.assert_close(mine, other)


@pytest.mark.parametrize("reduce", REDUCTIONS)
def test_segment_reduce(reduce):
    src = torch.randn(70, 3, requires_grad=True)
    assert_compiles(lambda x, index: segment_reduce(x, index, 20, reduce), src, EDGES[1])
    assert_compiles(lambda x, edges: segment_reduce(2 * x, edges[1], 20, reduce), src, EDGES)


def test_segment_softmax():
    src = torch.randn(70, 3, requires_grad=True)
    assert_compiles(lambda x, index: segment_softmax(x, index, 20), src, EDGES[1])


def test_edge_softmax_of_both_forms():
    scores = torch.randn(70, 4, requires_grad=True)
    adjacency = Adjacency.of(EDGES, (20, 20))
    assert_compiles(lambda s, edges: edge_softmax(edges, s, num_dst=20), scores, EDGES)
    assert_compiles(lambda s: edge_softmax(adjacency, s), scores)
    assert_compiles(lambda s: segment_reduce(s, EDGES[1], 20, "var", adjacency=adjacency), scores)


def test_with_the_real_backend():
    def function(scores, edges):
        alpha = edge_softmax(edges, scores, num_dst=20)
        return segment_reduce(alpha * scores, edges[1], 20, "std")

    assert_compiles(function, torch.randn(70, 4, requires_grad=True), EDGES, backend="inductor")


def test_without_the_kernels(monkeypatch):
    monkeypatch.setattr(_dispatch, "use_native", lambda tensor: False)
    for reduce in REDUCTIONS:
        src = torch.randn(70, 3, requires_grad=True)
        assert_compiles(lambda x, reduce=reduce: segment_reduce(x, EDGES[1], 20, reduce), src)


def test_sorts_an_edge_index_once(monkeypatch):
    built = []
    original = Adjacency.__init__
    monkeypatch.setattr(Adjacency, "__init__", lambda self, *args: (built.append(1), original(self, *args))[1])
    torch._dynamo.reset()
    function = torch.compile(lambda s, edges: edge_softmax(edges, s, num_dst=20), backend="aot_eager", fullgraph=True)
    scores, edges = torch.randn(70, 2, requires_grad=True), EDGES.clone()
    for _ in range(3):
        function(scores, edges).square().sum().backward()
    assert len(built) == 1


def test_the_kept_structure_survives_the_compiler():
    """Compiled code may write over what an operator returned: it must not be what the memo keeps."""
    edges = EDGES.clone()
    torch._dynamo.reset()

    def function(scores, edges):
        return edge_softmax(edges, scores, num_dst=20).sin().square()

    compiled = torch.compile(function, fullgraph=True)
    for seed in range(3):
        scores = torch.randn(70, generator=torch.Generator().manual_seed(seed))
        torch.testing.assert_close(compiled(scores, edges), function(scores, edges.clone()))


@pytest.mark.parametrize("name", [*REDUCTIONS, "softmax"])
def test_no_recompilation_after_the_second_size(name):
    torch._dynamo.reset()
    counter = torch._dynamo.testing.CompileCounterWithBackend("aot_eager")

    def function(src, edges, x):
        if name == "softmax":
            return edge_softmax(edges, src, num_dst=x.shape[0])
        return segment_reduce(src, edges[1], x.shape[0], name)

    compiled = torch.compile(function, backend=counter, fullgraph=True)
    for nodes in (20, 30, 40, 50):
        edges = torch.randint(0, nodes, (2, 3 * nodes))
        src = torch.randn(3 * nodes, 4, requires_grad=True)
        compiled(src, edges, torch.empty(nodes, 1)).sum().backward()
    assert counter.frame_count <= 2


def test_export_with_dynamic_sizes():
    class Model(torch.nn.Module):
        def forward(self, scores, edges, x):
            alpha = edge_softmax(edges, scores, num_dst=x.shape[0])
            return segment_reduce(alpha, edges[1], x.shape[0], "var")

    nodes, edges = torch.export.Dim("nodes", min=2), torch.export.Dim("edges", min=2)
    shapes = {"scores": {0: edges}, "edges": {1: edges}, "x": {0: nodes}}
    program = torch.export.export(Model(), (torch.randn(70, 4), EDGES, torch.empty(20, 1)), dynamic_shapes=shapes)
    other = (torch.randn(90, 4), torch.randint(0, 33, (2, 90)), torch.empty(33, 1))
    torch.testing.assert_close(program.module()(*other), Model()(*other))


def test_without_num_dst_one_graph_is_refused_with_the_cure():
    torch._dynamo.reset()
    compiled = torch.compile(lambda s: edge_softmax(EDGES, s), backend="eager", fullgraph=True)
    text = "expected num_dst with an edge_index in compiled code, got None. Pass num_dst=x.shape"
    with pytest.raises(RuntimeError, match=text):
        compiled(torch.randn(70))
