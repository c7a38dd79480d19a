"""Messages in blocks: the same results and gradients as all at once, and never all at once."""

import pytest
import torch
from torch import nn
from torch.nn import functional

from edgewise.nn import MessagePassing, _blocks
from edgewise.ops import segment_softmax

NODES, EDGES = 60, 900
GENERATOR = torch.Generator().manual_seed(0)
EDGE_INDEX = torch.randint(0, NODES, (2, EDGES), generator=GENERATOR)


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    monkeypatch.setattr(_blocks, "_BLOCK_BYTES", 1)
    monkeypatch.setattr(_blocks, "_WORTHWHILE_BYTES", 0)
    monkeypatch.setattr(_blocks, "_MIN_EDGES", 64)


class Mixing(MessagePassing):
    """Both ends, edge features and weights of its own; notes how many edges a message saw."""

    def __init__(self, aggr="max", **kwargs):
        super().__init__(aggr, **kwargs)
        self.mlp = nn.Sequential(nn.Linear(11, 8), nn.Tanh(), nn.Linear(8, 5))
        self.seen = []

    def forward(self, x, edge_index, edge_attr, size=None):
        return self.propagate(edge_index, x=x, edge_attr=edge_attr, size=size)

    def message(self, x_i, x_j, edge_attr):
        self.seen.append(len(x_j))
        return self.mlp(torch.cat([x_i, x_j - x_i, edge_attr], dim=-1))


def values(*shape, seed=0):
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed)).requires_grad_()


def both_ways(layer, inputs, *rest, seed=None, **keywords):
    """Result and gradients in blocks and all at once."""
    results = []
    for blocked in (True, False):
        layer.blocked = blocked
        if seed is not None:
            torch.manual_seed(seed)
        out = layer(*inputs, *rest, **keywords)
        leaves = [x for x in inputs if isinstance(x, torch.Tensor) and x.requires_grad]
        leaves += [x for pair in inputs if isinstance(pair, tuple) for x in pair]
        results.append([out, *torch.autograd.grad((out**2).sum(), [*leaves, *layer.parameters()])])
    return results


def assert_equal_both_ways(layer, inputs, *rest, **keywords):
    for mine, other in zip(*both_ways(layer.double(), inputs, *rest, **keywords), strict=True):
        torch.testing.assert_close(mine, other)


@pytest.mark.parametrize("aggr", ["sum", "mean", "min", "max", ["max", "mean"]], ids=str)
@pytest.mark.parametrize("flow", ["source_to_target", "target_to_source"])
def test_equals_all_at_once(aggr, flow):
    layer = Mixing(aggr, flow=flow)
    assert_equal_both_ways(layer, (values(NODES, 4), EDGE_INDEX, values(EDGES, 3, seed=1)))
    blocked, at_once = layer.seen[:-1], layer.seen[-1]
    assert at_once == EDGES
    assert max(blocked) < EDGES / 4


def test_sorted_edges_and_isolated_nodes():
    order = EDGE_INDEX[1].argsort(stable=True)
    edge_index = EDGE_INDEX[:, order].clone()
    edge_index[1] = edge_index[1] // 2 * 2  # odd nodes get nothing
    assert_equal_both_ways(Mixing(), (values(NODES, 4), edge_index, values(EDGES, 3, seed=1)))


def test_one_destination_with_more_edges_than_a_block():
    edge_index = EDGE_INDEX.clone()
    edge_index[1, ::2] = 7
    layer = Mixing("mean")
    assert_equal_both_ways(layer, (values(NODES, 4), edge_index, values(EDGES, 3, seed=1)))
    assert max(layer.seen[:-1]) >= EDGES / 2


def test_bipartite_pairs():
    edge_index = torch.stack([EDGE_INDEX[0], EDGE_INDEX[1] % 20])
    pair = (values(NODES, 4), values(20, 4, seed=2))
    assert_equal_both_ways(Mixing(), (pair, edge_index, values(EDGES, 3, seed=1)))


def test_random_messages_draw_again_what_they_drew():
    class Dropping(Mixing):
        def message(self, x_i, x_j, edge_attr):
            return functional.dropout(super().message(x_i, x_j, edge_attr), 0.5)

    layer, x, edge_attr = Dropping("sum").double(), values(NODES, 4), values(EDGES, 3, seed=1)

    def run(x, edge_attr):
        torch.manual_seed(5)
        return layer(x, EDGE_INDEX, edge_attr)

    torch.manual_seed(5)
    expected_state = torch.get_rng_state()
    out = run(x, edge_attr)
    after = torch.get_rng_state()
    assert not torch.equal(after, expected_state)
    torch.autograd.grad(out.sum(), x)
    assert torch.equal(torch.get_rng_state(), after)  # the backward pass leaves the generator as it was
    assert torch.autograd.gradcheck(run, (x, edge_attr), fast_mode=True)


def test_softmax_among_a_destinations_edges():
    class Attending(MessagePassing):
        def __init__(self):
            super().__init__("sum")
            self.score = nn.Linear(8, 1)

        def forward(self, x, edge_index):
            return self.propagate(edge_index, x=x)

        def message(self, x_i, x_j, index, size_i):
            score = self.score(torch.cat([x_i, x_j], dim=-1))
            return segment_softmax(score, index, size_i) * x_j

    assert_equal_both_ways(Attending(), (values(NODES, 4), EDGE_INDEX))


def test_second_derivatives():
    layer, x, edge_attr = Mixing("sum").double(), values(NODES, 4), values(EDGES, 3, seed=1)
    results = []
    for blocked in (True, False):
        layer.blocked = blocked
        (grad,) = torch.autograd.grad((layer(x, EDGE_INDEX, edge_attr) ** 2).sum(), x, create_graph=True)
        results.append(torch.autograd.grad((grad**2).sum(), [x, edge_attr, *layer.parameters()]))
    for mine, other in zip(*results, strict=True):
        torch.testing.assert_close(mine, other)


def test_without_gradients():
    layer, x, edge_attr = Mixing().double(), values(NODES, 4), values(EDGES, 3, seed=1)
    with torch.no_grad():
        blocked = layer(x, EDGE_INDEX, edge_attr)
        layer.blocked = False
        torch.testing.assert_close(blocked, layer(x, EDGE_INDEX, edge_attr))


def test_weights_from_outside_of_the_layer_get_their_gradient():
    outside = nn.Linear(4, 4).double()

    class Borrowing(Mixing):
        def message(self, x_i, x_j, edge_attr):
            return super().message(x_i, outside(x_j), edge_attr)

    layer, x, edge_attr = Borrowing("sum").double(), values(NODES, 4), values(EDGES, 3, seed=1)
    grads = []
    for blocked in (True, False):
        layer.blocked = blocked
        grads.append(torch.autograd.grad(layer(x, EDGE_INDEX, edge_attr).sum(), list(outside.parameters())))
    for mine, other in zip(*grads, strict=True):
        torch.testing.assert_close(mine, other)


def runs_at_once(layer, *inputs):
    """Whether the layer ends up with all edges in one message."""
    layer.seen = []
    seen = layer.seen
    expected = [layer(*inputs)]
    layer.blocked = False
    torch.testing.assert_close(expected[0], layer(*inputs))
    return max(seen[: len(seen) - 1]) == EDGES


def test_what_cannot_be_cut_is_not():
    inputs = values(NODES, 4), EDGE_INDEX, values(EDGES, 3, seed=1)

    class Normalising(Mixing):
        def __init__(self):
            super().__init__()
            self.mlp.append(nn.BatchNorm1d(5))

    class Keeping(Mixing):
        def message(self, x_i, x_j, edge_attr):
            self.kept = super().message(x_i, x_j, edge_attr)
            return self.kept

    class Earlier(Mixing):
        def forward(self, x, edge_index, edge_attr):
            earlier = self.mlp[0].weight.sum() * 2
            self.earlier = lambda: earlier
            return super().forward(x, edge_index, edge_attr)

        def message(self, x_i, x_j, edge_attr):
            return self.earlier() * super().message(x_i, x_j, edge_attr)

    class Watched(Mixing):
        def __init__(self):
            super().__init__()
            self.mlp.register_forward_hook(lambda *_: None)

    for cls in (Normalising, Keeping, Earlier, Watched):
        assert runs_at_once(cls().double(), *inputs), cls
    assert not runs_at_once(Mixing().double(), *inputs)


def test_a_tensor_of_as_many_rows_as_edges_and_nodes():
    edge_index = EDGE_INDEX[:, :NODES].contiguous()
    layer, x, edge_attr = Mixing("sum").double(), values(NODES, 4), values(NODES, 3, seed=1)
    layer(x, edge_index, edge_attr)
    assert layer.seen == [NODES]


def test_small_graphs_take_the_short_way(monkeypatch):
    monkeypatch.undo()
    layer = Mixing().double()
    layer(values(NODES, 4), EDGE_INDEX, values(EDGES, 3, seed=1))
    assert layer.seen == [EDGES]
