"""Normalisations against PyG's with the same weights, and against their definition a graph at a time."""

import pytest
import torch
import torch_geometric.nn as pyg

from edgewise.nn import BatchNorm, GraphNorm, GraphSizeNorm, LayerNorm, PairNorm

BATCHES = {
    "one graph": torch.zeros(9, dtype=torch.long),
    "sorted": torch.tensor([0, 0, 0, 1, 1, 2, 2, 2, 2]),
    "unsorted": torch.tensor([2, 0, 1, 0, 2, 2, 1, 0, 2]),
    "a graph without nodes": torch.tensor([0, 0, 3, 3, 1, 1, 0, 3, 3]),
    "single nodes": torch.arange(9),
}
NORMS = [
    (LayerNorm, (4,), {}),
    (LayerNorm, (4,), {"affine": False}),
    (LayerNorm, (4,), {"mode": "node"}),
    (GraphNorm, (4,), {}),
    (GraphSizeNorm, (), {}),
    (PairNorm, (), {}),
    (PairNorm, (2.0,), {"scale_individually": True}),
]


def shaken(norm):
    """Weights that are not 1 and 0, so that a forgotten one is noticed."""
    torch.manual_seed(0)
    for parameter in norm.parameters():
        torch.nn.init.normal_(parameter, 0.5)
    return norm.double()


def values(rows=9):
    x = 3 + torch.randn(rows, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    return x.requires_grad_()


def results(norm, x, *rest):
    out = norm(x, *rest)
    asked = [x, *norm.parameters()]
    return [out, *torch.autograd.grad((out * torch.arange(1, 5)).sin().sum(), asked)]


@pytest.mark.parametrize(("cls", "arguments", "kwargs"), NORMS, ids=str)
@pytest.mark.parametrize("name", [None, *BATCHES])
def test_parity_with_pyg(cls, arguments, kwargs, name):
    mine, other = shaken(cls(*arguments, **kwargs)), getattr(pyg, cls.__name__)(*arguments, **kwargs).double()
    other.load_state_dict(mine.state_dict())
    batch = [] if name is None else [BATCHES[name]]
    for a, b in zip(results(mine, values(), *batch), results(other, values(), *batch), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-9, atol=1e-9)
    if batch:
        sizes = (batch[0].int(), int(batch[0].max()) + 2)
        torch.testing.assert_close(mine(values(), *sizes), mine(values(), *batch))  # int32, and graphs to spare
    assert repr(mine) == repr(other)


def definition(norm, x):
    """What a norm makes of the only graph ``x``, in the formula of its paper."""
    kind = type(norm)
    if kind is GraphSizeNorm:
        return x / len(x) ** 0.5
    if kind is PairNorm:
        centred = x - x.mean(0)
        return norm.scale * centred / ((centred**2).sum(1).mean() + norm.eps).sqrt()
    if kind is GraphNorm:
        shifted = x - norm.mean_scale * x.mean(0)
        return norm.weight * shifted / ((shifted**2).mean(0) + norm.eps).sqrt() + norm.bias
    return (x - x.mean()) / (x.var(unbiased=False) + norm.eps).sqrt() * norm.weight + norm.bias


@pytest.mark.parametrize("norm", [LayerNorm(4), GraphNorm(4), GraphSizeNorm(), PairNorm(2.0)], ids=str)
@pytest.mark.parametrize("name", BATCHES)
def test_each_graph_on_its_own(norm, name):
    norm, x, batch = shaken(norm), values(), BATCHES[name]
    out = norm(x, batch)
    for graph in batch.unique():
        torch.testing.assert_close(out[batch == graph], definition(norm, x[batch == graph]))
    assert torch.autograd.gradcheck(lambda x: norm(x, batch), x)
    if name == "unsorted":
        assert torch.autograd.gradgradcheck(lambda x: norm(x, batch), x)


@pytest.mark.parametrize("norm", [BatchNorm(4), LayerNorm(4), GraphNorm(4), GraphSizeNorm(), PairNorm()], ids=str)
def test_no_nodes_and_low_precision(norm):
    norm, x = norm.float(), torch.empty(0, 4, requires_grad=True)
    out = norm(x)
    assert out.shape == (0, 4)
    for grad in torch.autograd.grad(out.sum(), [x, *norm.parameters()]):
        assert not grad.any()
    low = norm.bfloat16()(values().bfloat16())
    assert low.dtype == torch.bfloat16
    assert torch.isfinite(low).all()
    if not isinstance(norm, BatchNorm):
        assert norm(torch.empty(0, 4).bfloat16(), torch.empty(0, dtype=torch.long)).shape == (0, 4)


@pytest.mark.parametrize("kwargs", [{}, {"affine": False}, {"track_running_stats": False}, {"momentum": None}], ids=str)
def test_batch_norm(kwargs):
    mine, other = BatchNorm(4, **kwargs).double(), pyg.BatchNorm(4, **kwargs).double()
    for training in (True, True, False):
        mine.train(training), other.train(training)
        for a, b in zip(results(mine, values()), results(other, values()), strict=True):
            torch.testing.assert_close(a, b)
    for name, value in other.state_dict().items():
        torch.testing.assert_close(mine.state_dict()[name], value)
    assert repr(mine) == repr(other)
    mine.reset_parameters()
    mine.reset_running_stats()
    if mine.module.track_running_stats:
        assert not mine.module.running_mean.any()


def test_batch_norm_of_a_single_node():
    norm = BatchNorm(4, allow_single_element=True).double()
    norm(values())
    before = {name: value.clone() for name, value in norm.state_dict().items()}
    x = values(1)
    expected = (x - norm.module.running_mean) / (norm.module.running_var + 1e-5).sqrt()
    torch.testing.assert_close(norm(x), expected)
    for name, value in norm.state_dict().items():
        assert torch.equal(value, before[name])
