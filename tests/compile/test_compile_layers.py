"""Attention, epilogues and the layers built on them under torch.compile and torch.export: one graph, equal results."""

import pytest
import torch
from tests.compile.test_compile import EDGES, assert_compiles

from edgewise import Adjacency
from edgewise.nn import GAT, GCN, GATConv, GraphSAGE, SAGEConv
from edgewise.ops import attention, dropout, epilogue


@pytest.mark.parametrize("score", ["additive", "post_additive", "dot"])
@pytest.mark.parametrize("loops", [False, True])
def test_attention(score, loops):
    columns = 2 if score == "additive" else 6
    query, key = (torch.randn(20, columns, requires_grad=True) for _ in range(2))
    value = torch.randn(20, 6, requires_grad=True)
    edge = torch.randn(90 if loops else 70, columns, requires_grad=True)
    att = [torch.randn(2, 3, requires_grad=True)] if score == "post_additive" else []

    def run(query, key, value, edge, *att):
        return attention(
            EDGES, query, key, value, edge=edge, att=att[0] if att else None, score=score, heads=2, self_loops=loops
        )

    assert_compiles(run, query, key, value, edge, *att)


@pytest.mark.parametrize("act", ["identity", "relu", "leaky_relu", "elu", "tanh"])
@pytest.mark.parametrize("reuse", [False, True])
def test_epilogue(act, reuse):
    x, bias = torch.randn(20, 5, requires_grad=True), torch.randn(5, requires_grad=True)
    seed = torch.tensor(3)
    assert_compiles(lambda x, bias: epilogue(x * 1, bias, act, p=0.5, seed=seed, reuse=reuse), x, bias)


def test_compiled_dropout_draws_anew():
    torch._dynamo.reset()
    compiled = torch.compile(lambda x: dropout(x, 0.5), fullgraph=True, backend="aot_eager")
    x = torch.ones(50, 8)
    first, second = compiled(x), compiled(x)
    assert not torch.equal(first, second)
    assert set(first.flatten().tolist()) == {0.0, 2.0}


@pytest.mark.parametrize(
    "make",
    [
        lambda: SAGEConv(5, 3),
        lambda: SAGEConv(5, 3, aggr="max"),
        lambda: SAGEConv(5, 3, normalize=True, flow="target_to_source"),
        lambda: GATConv(5, 3, heads=2),
        lambda: GATConv(5, 3, heads=2, concat=False, residual=True),
        lambda: GATConv(5, 3, add_self_loops=False, flow="target_to_source"),
        lambda: GCN(5, 8, 2, 3),
        lambda: GraphSAGE(5, 8, 2, 3),
        lambda: GAT(5, 8, 2, 3, heads=2),
    ],
)
def test_layers_and_models(make):
    assert_compiles(make(), torch.randn(20, 5, requires_grad=True), EDGES)


def test_gat_conv_with_edge_features():
    conv = GATConv(5, 3, heads=2, edge_dim=4)
    assert_compiles(conv, torch.randn(20, 5, requires_grad=True), EDGES, torch.randn(70, 4, requires_grad=True))


def test_bipartite():
    edges = torch.stack([EDGES[0], EDGES[1] % 7])
    pair = torch.randn(20, 5, requires_grad=True), torch.randn(7, 4, requires_grad=True)
    for conv in (SAGEConv((5, 4), 3), GATConv((5, 4), 3, add_self_loops=False)):
        assert_compiles(lambda a, b, conv=conv: conv((a, b), edges), *pair)


@pytest.mark.parametrize("make", [lambda: GCN(5, 8, 2, 3, dropout=0.5), lambda: GAT(5, 8, 2, 3, dropout=0.5, heads=2)])
def test_models_with_the_real_backend_train(make):
    torch._dynamo.reset()
    model = make()
    compiled = torch.compile(model, fullgraph=True)
    x = torch.randn(20, 5)
    assert not torch.equal(compiled(x, EDGES), compiled(x, EDGES))
    compiled(x, EDGES).sum().backward()
    assert all(parameter.grad is not None for parameter in model.parameters())
    model.eval()
    torch.testing.assert_close(compiled(x, EDGES), model(x, EDGES))


@pytest.mark.parametrize(
    "make", [lambda: SAGEConv(5, 3), lambda: GATConv(5, 3, heads=2), lambda: GCN(5, 8, 2, 3, dropout=0.5)]
)
def test_no_recompilation_after_the_second_size(make):
    torch._dynamo.reset()
    counter = torch._dynamo.testing.CompileCounterWithBackend("aot_eager")
    layer = torch.compile(make(), backend=counter, fullgraph=True)
    for nodes in (20, 30, 40, 50, 60):
        layer(torch.randn(nodes, 5), torch.randint(0, nodes, (2, 3 * nodes)))
    assert counter.frame_count <= 2


@pytest.mark.parametrize(
    "make", [lambda: GCN(5, 8, 2, 3), lambda: GraphSAGE(5, 8, 2, 3), lambda: GAT(5, 8, 2, 3, heads=2)]
)
def test_export_with_dynamic_sizes(make):
    nodes, edges = torch.export.Dim("nodes", min=2), torch.export.Dim("edges", min=2)
    model = make().eval()
    shapes = {"x": {0: nodes}, "edge_index": {1: edges}}
    program = torch.export.export(model, (torch.randn(20, 5), EDGES), dynamic_shapes=shapes)
    x, other = torch.randn(33, 5), torch.randint(0, 33, (2, 90))
    torch.testing.assert_close(program.module()(x, other), model(x, other))


def test_compiled_attention_sorts_its_edges_once(monkeypatch):
    built = []
    original = Adjacency.__init__
    monkeypatch.setattr(Adjacency, "__init__", lambda self, *args: (built.append(1), original(self, *args))[1])
    torch._dynamo.reset()
    model, x, edges = torch.compile(GAT(5, 8, 3, 3, heads=2), backend="aot_eager"), torch.randn(20, 5), EDGES.clone()
    for _ in range(3):
        model(x, edges).sum().backward()
    assert 1 <= len(built) <= 6  # the adjacency, the one with loops, that by number, and transposes; in three rounds


def test_opcheck_of_traced_attention():
    x, scores = torch.randn(20, 6, requires_grad=True), torch.randn(20, 2, requires_grad=True)
    arguments = (EDGES, scores, scores, x, None, None, None, 20, True, "additive", 2, 0.2, 0.0)
    torch.library.opcheck(torch.ops.edgewise.attend, arguments)
    plain = [None if v is None else v.detach() if isinstance(v, torch.Tensor) else v for v in arguments]
    kept = torch.ops.edgewise.attend(*plain)
    torch.library.opcheck(torch.ops.edgewise.attend_grad, (*plain[:7], *plain[8:], *kept, kept[0]))
