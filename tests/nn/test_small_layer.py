"""Layers on small graphs, in one call: the same numbers as step by step, for every activation and every gradient."""

import copy
import pickle

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.graphs import CORNER_CASES, corner_case, graphs

from edgewise import Adjacency, plan
from edgewise.nn import GCN, GCNConv, _planner
from edgewise.ops import _dispatch, _reference, epilogue, small_layer, spmm

ACTS = ["identity", "relu", "leaky_relu", "elu", "tanh"]


def features(num_src, num_dst, edges, seed=0, dtype=torch.float64):
    generator = torch.Generator().manual_seed(seed)
    shapes = {"x": (num_src, 5), "w": (3, 5), "bias": (3,), "weight": (edges,), "diagonal": (num_dst,)}
    return {name: torch.randn(shape, dtype=dtype, generator=generator) for name, shape in shapes.items()}


@settings(max_examples=60, deadline=None)
@given(graph=graphs(), act=st.sampled_from(ACTS), weighted=st.booleans(), seed=st.integers(0, 99))
def test_equals_its_parts(graph, act, weighted, seed):
    edge_index, num_src, num_dst = graph
    a = Adjacency.of(edge_index, (num_src, num_dst))
    given_features = features(num_src, num_dst, edge_index.shape[1], seed)
    leaves = [given_features[name].requires_grad_() for name in ("x", "w", "bias")]
    x, w, bias = leaves
    weight = given_features["weight"] if weighted else None
    diagonal = given_features["diagonal"] if weighted and num_src == num_dst else None
    out = small_layer(a, x, w, bias, weight=weight, diagonal=diagonal, act=act)
    expected = epilogue(spmm(a, x @ w.t(), weight, diagonal=diagonal), bias, act)
    torch.testing.assert_close(out, expected)
    grad = torch.randn(out.shape, dtype=out.dtype, generator=torch.Generator().manual_seed(seed))
    for mine, other in zip(
        torch.autograd.grad(out, leaves, grad), torch.autograd.grad(expected, leaves, grad), strict=True
    ):
        torch.testing.assert_close(mine, other)


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16, torch.float16])
@pytest.mark.parametrize("name", [name for name, case in CORNER_CASES.items() if case[1] == case[2]])
def test_native_equals_the_definition(act, dtype, name):
    edge_index, nodes, _ = corner_case(name, torch.int32)
    a = Adjacency.of(edge_index, (nodes, nodes))
    f = features(nodes, nodes, edge_index.shape[1], dtype=dtype)
    seed = torch.tensor(3)
    arguments = (a.indptr, a.indices, a.perm, f["weight"], f["diagonal"], f["x"], f["w"], f["bias"], act, 0.3, seed)
    tolerance = {2: 0.05, 4: 1e-5, 8: 1e-9}[dtype.itemsize]
    out = torch.ops.edgewise.small_layer(*arguments)
    assert _dispatch.use_native(out)
    torch.testing.assert_close(out, _reference.small_layer(*arguments), rtol=tolerance, atol=tolerance)
    back = a.transpose()
    rest = (back.indptr, back.indices, back.perm, f["weight"], f["diagonal"], f["x"], f["w"], act, 0.3, seed, out, out)
    mine = torch.ops.edgewise.small_layer_grad(*rest, True, True, True)
    for one, other in zip(mine, _reference.small_layer_grad(*rest, True, True, True), strict=True):
        torch.testing.assert_close(one, other, rtol=tolerance, atol=10 * tolerance)


def test_gradcheck():
    edge_index, nodes, _ = corner_case("unsorted")
    a = Adjacency.of(edge_index, (nodes, nodes))
    f = features(nodes, nodes, edge_index.shape[1])
    leaves = [f[name].requires_grad_() for name in ("x", "w", "bias")]

    def run(x, w, bias):
        torch.manual_seed(1)
        return small_layer(a, x, w, bias, weight=f["weight"], diagonal=f["diagonal"], act="tanh", p=0.3)

    assert torch.autograd.gradcheck(run, leaves)
    assert torch.autograd.gradgradcheck(run, leaves)


def test_opcheck():
    edge_index, nodes, _ = corner_case("unsorted")
    a = Adjacency.of(edge_index, (nodes, nodes))
    back, f = a.transpose(), features(nodes, nodes, 5)
    arguments = (a.indptr, a.indices, a.perm, f["weight"], f["diagonal"], f["x"], f["w"], f["bias"], "relu", 0.0, None)
    torch.library.opcheck(torch.ops.edgewise.small_layer, arguments)
    out = torch.ops.edgewise.small_layer(*arguments)
    rest = (
        back.indptr,
        back.indices,
        back.perm,
        f["weight"],
        f["diagonal"],
        f["x"],
        f["w"],
        "relu",
        0.0,
        None,
        out,
        out,
    )
    torch.library.opcheck(torch.ops.edgewise.small_layer_grad, (*rest, True, True, True))


def test_layers_on_small_graphs_take_it(monkeypatch):
    generator = torch.Generator().manual_seed(0)
    x, edges = torch.randn(34, 6, generator=generator), torch.randint(0, 34, (2, 150), generator=generator)
    model = GCN(6, 8, 3, 4, act="tanh")
    found = plan(model, (x, edges))
    assert [step.order for _, step in found.steps] == ["the whole layer in one call"] * 3
    assert found.steps[0][1].reason == "34 nodes and 150 edges: calls would cost more than arithmetic"
    small = model(x, edges)
    grads = torch.autograd.grad((small**2).sum(), list(model.parameters()))
    monkeypatch.setattr(_planner, "_SMALL_WORK", 0)
    steps = model(x, edges)
    torch.testing.assert_close(small, steps)
    for mine, other in zip(grads, torch.autograd.grad((steps**2).sum(), list(model.parameters())), strict=True):
        torch.testing.assert_close(mine, other)


def test_a_second_call_takes_the_short_way_and_sees_every_change():
    generator = torch.Generator().manual_seed(0)
    x, edges = torch.randn(34, 6, generator=generator), torch.randint(0, 34, (2, 150), generator=generator)
    conv = GCNConv(6, 4)
    assert torch.equal(conv(x, edges), conv(x, edges))
    assert conv._shortcut is not None
    fresh = copy.deepcopy(conv)
    assert fresh._shortcut is None
    assert pickle.loads(pickle.dumps(conv))._shortcut is None
    edges[:, :20] = edges[:, 20:40].clone()
    assert torch.equal(conv(x, edges), fresh(x, edges.clone()))
    x.mul_(2)
    assert torch.equal(conv(x, edges), fresh(x, edges.clone()))
    assert torch.equal(conv(x[:33], edges % 33), fresh(x[:33], edges % 33))
    conv.improved = fresh.improved = True
    assert torch.equal(conv(x, edges), fresh(x, edges.clone()))
    weight = torch.rand(150, generator=generator)
    assert torch.equal(conv(x, edges, weight), fresh(x, edges, weight))
    doubled = torch.nn.Parameter(2 * conv.lin.weight.detach())
    conv.lin.weight = fresh.lin.weight = doubled
    assert torch.equal(conv(x, edges), fresh(x, edges.clone()))
    conv.lin.register_forward_hook(lambda layer, args, out: out * 0)
    assert torch.equal(conv(x, edges), conv.bias.expand(34, 4))


def test_weights_that_learn_go_the_long_way():
    x, edges = torch.randn(34, 6), torch.randint(0, 34, (2, 150))
    weight = torch.rand(150, requires_grad=True)
    conv = GCNConv(6, 4)
    assert conv(x, edges, weight).sum().backward() is None
    assert weight.grad is not None
    assert weight.grad.abs().sum() > 0
