"""The planner: what it chooses, that a choice never shows in the numbers, and that what is kept is never stale."""

import gc
import weakref

import pytest
import torch
from torch.nn.functional import linear

from edgewise import plan
from edgewise.errors import DataError
from edgewise.nn import GCN, GCNConv, GraphSAGE, MessagePassing, SAGEConv, _planner
from edgewise.ops import sparse_rows


@pytest.fixture(autouse=True)
def nothing_is_small(monkeypatch):
    monkeypatch.setattr(_planner, "_SMALL_WORK", 0)


def graph(nodes=200, edges=1500, width=8, seed=0):
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(nodes, width, dtype=torch.float64, generator=generator)
    return x, torch.randint(0, nodes, (2, edges), generator=generator)


def orders(model, *arguments):
    return [(name, step.order) for name, step in plan(model, arguments).steps]


def test_order_follows_from_widths_and_from_what_needs_a_gradient():
    x, edges = graph()
    once, first, last = "multiply what was propagated once", "propagate, then multiply", "multiply, then propagate"
    assert orders(GCNConv(8, 16).double(), x, edges) == [("GCNConv", once)]
    assert orders(GCNConv(8, 4).double(), x, edges) == [("GCNConv", once)]  # 8 once, against 4 there and back
    assert orders(GCNConv(8, 3).double(), x, edges) == [("GCNConv", last)]
    learned = x.clone().requires_grad_()
    assert orders(GCNConv(8, 16).double(), learned, edges) == [("GCNConv", first)]
    assert orders(GCNConv(8, 8).double(), learned, edges) == [("GCNConv", last)]
    with torch.no_grad():
        assert orders(GCNConv(8, 9).double(), x, edges) == [("GCNConv", once)]
        assert orders(GCNConv(8, 8).double(), x, edges) == [("GCNConv", last)]
    assert orders(GraphSAGE(8, 16, 2, 3).double(), x, edges) == [
        ("convs.0", once),
        ("convs.0", "bias, activation and dropout in one pass"),
        ("convs.1", last),
    ]
    dropping = GCNConv(8, 16).double()
    weight = torch.rand(1500, dtype=torch.float64, requires_grad=True)
    assert orders(dropping, x, edges, weight) == [("GCNConv", first)]


def test_features_that_are_nearly_all_zero():
    generator = torch.Generator().manual_seed(0)
    x = (torch.rand(400, 300, generator=generator) < 0.03).double() * torch.randn(400, 300, dtype=torch.float64)
    edges = torch.randint(0, 400, (2, 900), generator=generator)
    conv = GCNConv(300, 5).double()
    assert orders(conv, x, edges) == [("GCNConv", "multiply non-zeros"), ("GCNConv", "multiply, then propagate")]
    weight = torch.randn(300, 5, dtype=torch.float64, requires_grad=True)
    packed = sparse_rows(x)
    torch.testing.assert_close(packed.matmul(weight), x @ weight)
    grad = torch.randn(400, 5, dtype=torch.float64)
    torch.testing.assert_close(torch.autograd.grad(packed.matmul(weight), weight, grad)[0], x.t() @ grad)
    assert sparse_rows(x + 1) is None
    assert sparse_rows(x.clone().requires_grad_()) is None
    assert sparse_rows(x[:10]) is None  # too small to be worth a look
    mixed = x.clone()
    mixed[5:200] = 1.0  # the sampled rows cannot tell for all
    assert sparse_rows(mixed) is None


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("aggr", ["mean", "sum"])
def test_constant_features_beside_those_of_neighbours_are_one_product(aggr, bias):
    x, edges = graph()
    conv = SAGEConv(8, 16, aggr, bias=bias).double()
    a = torch.zeros(len(x), len(x), dtype=x.dtype).index_put_((edges[1], edges[0]), x.new_ones(1), accumulate=True)
    a = a / a.sum(1, keepdim=True).clamp(min=1) if aggr == "mean" else a
    out, expected = conv(x, edges), a @ x @ conv.lin_l.weight.t() + x @ conv.lin_r.weight.t()
    expected = expected + conv.lin_l.bias if bias else expected
    torch.testing.assert_close(out, expected)
    weights = list(conv.parameters())
    ours, theirs = (torch.autograd.grad(y.square().sum(), weights) for y in (out, expected))
    torch.testing.assert_close(ours, theirs)
    assert "[A x, x]" in str(plan(conv, (x, edges)))
    assert "[A x, x]" not in str(plan(conv, (x.clone().requires_grad_(), edges)))


@pytest.mark.parametrize("make", [lambda: GCNConv(8, 16), lambda: GCN(8, 16, 2, 3), lambda: SAGEConv(8, 16)])
def test_a_change_in_place_is_seen(make):
    x, edges = graph()
    model = make().double()
    model(x, edges)
    changes = [
        lambda: x.mul_(2),
        lambda: x[3].zero_(),
        lambda: edges[:, :5].copy_(edges[:, 5:10].clone()),
        lambda: edges.copy_(edges.flip(0).clone()),
        lambda: next(p for p in model.parameters() if p.dim() == 2).data.mul_(3),
    ]
    for change in changes:
        before = model(x, edges)
        change()
        after = model(x, edges)
        torch.testing.assert_close(after, model(x.clone(), edges.clone()))
        assert not torch.allclose(after, before)


def test_a_changed_edge_weight_is_seen():
    (x, edges), weight = graph(), torch.rand(1500, dtype=torch.float64)
    conv = GCNConv(8, 16).double()
    before = conv(x, edges, weight)
    weight[:100] *= 5
    after = conv(x, edges, weight)
    torch.testing.assert_close(after, conv(x.clone(), edges.clone(), weight.clone()))
    assert not torch.allclose(after, before)


def test_changed_sparse_features_are_seen():
    x = torch.zeros(400, 300).index_put((torch.arange(400), torch.arange(400) % 300), torch.ones(400))
    edges = torch.randint(0, 400, (2, 900))
    conv = GCNConv(300, 5)
    before = conv(x, edges)
    x[7, 9] = 4.0
    torch.testing.assert_close(conv(x, edges), conv(x.clone(), edges))
    assert not torch.equal(conv(x, edges), before)


def test_what_is_kept_dies_with_the_features():
    x, edges = graph()
    conv, kept = GCNConv(8, 16).double(), len(_planner._memo)
    conv(x, edges)
    assert len(_planner._memo) == kept + 1
    conv(x, edges)
    assert len(_planner._memo) == kept + 1
    alive = weakref.ref(x)
    del x
    gc.collect()
    assert alive() is None
    assert len(_planner._memo) == kept


def test_one_propagation_serves_every_layer_on_the_same_graph():
    x, edges = graph()
    first, second = GCNConv(8, 16).double(), GCNConv(8, 32).double()
    first(x, edges)
    kept = len(_planner._memo)
    second(x, edges)
    assert len(_planner._memo) == kept
    GCNConv(8, 16, improved=True).double()(x, edges)
    assert len(_planner._memo) == kept + 1


def test_no_gradient_nobody_asked_for(monkeypatch):
    x, edges = graph()
    calls = []
    from edgewise.ops import _dispatch

    original = _dispatch.run
    monkeypatch.setattr(
        _dispatch, "run", lambda name, *rest, **kw: (calls.append(name), original(name, *rest, **kw))[1]
    )
    model = GCN(8, 16, 2, 3).double()
    model(x, edges).sum().backward()
    calls.clear()
    model(x, edges).sum().backward()
    # One epilogue, and the last layer's product there and back: nothing of the first layer's graph.
    assert sorted(calls) == ["epilogue_", "epilogue_grad", "spmm", "spmm"]


def test_the_same_bits_whatever_was_called_before():
    x, edges = graph()
    torch.manual_seed(0)
    fresh = GCN(8, 16, 2, 3).double()
    first = fresh(x, edges)
    for _ in range(3):
        assert torch.equal(fresh(x, edges), first)
    assert torch.equal(fresh(x.clone(), edges.clone()), first)


def test_a_hooked_linear_layer_is_called():
    x, edges = graph()
    conv = GCNConv(8, 16).double()
    expected = conv(x, edges)
    conv.lin.register_forward_hook(lambda layer, args, out: 2 * out)
    torch.testing.assert_close(conv(x, edges) - conv.bias, 2 * (expected - conv.bias))
    torch.nn.utils.parametrizations.weight_norm(conv.lin)
    torch.testing.assert_close(conv(x, edges) - conv.bias, 2 * (expected - conv.bias))


def test_the_table():
    x, edges = graph(nodes=2000, edges=20000)
    found = plan(GCN(8, 16, 2, 3, dropout=0.5).double(), (x, edges))
    lines = str(found).splitlines()
    assert lines[0].split() == ["layer", "what", "runs", "why", "saves"]
    assert lines[2].startswith(
        "convs.0  multiply what was propagated once         x needs no gradient; A x (0.1 MB) is"
    )
    assert lines[-1].split()[-2:] == ["7.17", "MB"]
    assert found.saved_bytes == 20000 * 8 * 2 * 16 + 8 * 2000 * 16 * 8
    layer, step = found.steps[-1]
    assert (layer, step.order, step.reason) == ("convs.1", "multiply, then propagate", "16 features in, 3 out")


def test_planning_leaves_no_trace():
    x, edges = graph()
    model = GCN(8, 16, 2, 3, dropout=0.5).double()
    state = torch.get_rng_state()
    plan(model, (x, edges))
    assert torch.equal(torch.get_rng_state(), state)
    assert "forward" not in vars(model)
    assert _planner.recording == []
    assert all(parameter.grad is None for parameter in model.parameters())


def test_own_messages_in_blocks_are_told():
    class Own(MessagePassing):
        def forward(self, x, edge_index):
            return self.propagate(edge_index, x=x)

        def message(self, x_i, x_j):
            return x_i * x_j

    x, edges = torch.randn(3000, 64), torch.randint(0, 3000, (2, 40000))
    ((name, step),) = plan(Own("max"), (x, edges)).steps
    assert (name, step.order) == ("Own", "messages in blocks")


def test_linear_of_a_batch_of_graphs_is_not_planned():
    x, edges = torch.randn(2, 200, 8, dtype=torch.float64), graph()[1]
    conv = GCNConv(8, 16).double()
    torch.testing.assert_close(conv(x, edges)[1], conv(x[1], edges))
    assert torch.equal(linear(x, conv.lin.weight), conv.lin(x))


@pytest.mark.unhooked
def test_no_data_no_plan():
    with pytest.raises(DataError) as caught:
        plan(GCN(8, 16, 2), "cora")
    assert str(caught.value) == (
        "plan: expected data with x and edge_index, got str. "
        "Pass the arguments of the model as a tuple: plan(model, (x, edge_index))."
    )


@pytest.mark.parametrize("node_dim", [-2, 0])
def test_signals_of_many_times_are_propagated_at_the_narrower_width(node_dim):
    edge_index, x = torch.randint(0, 5, (2, 12)), torch.randn(5, 5, 2)  # as many nodes as times: only node_dim tells
    conv, plain = GCNConv(2, 8, node_dim=node_dim), GCNConv(2, 8)
    plain.load_state_dict(conv.state_dict())
    assert orders(conv, x, edge_index) == [("GCNConv", "multiply what was propagated once")]
    out = conv(x, edge_index)
    other = GCNConv(2, 8, node_dim=-2 if node_dim == 0 else 0)
    other.load_state_dict(conv.state_dict())
    for layer, times in ((conv, node_dim), (other, other.node_dim)):
        alone = x.unbind(0 if times == -2 else 1)
        expected = torch.stack([plain(one.clone(), edge_index) for one in alone], dim=0 if times == -2 else 1)
        torch.testing.assert_close(layer(x, edge_index), expected)
    assert not torch.allclose(out, other(x, edge_index))
