"""epilogue: bias, activation and dropout in one pass, against torch's own functions and the definition."""

import pytest
import torch
from tests.threads import check_same_bits
from torch.nn import functional

from edgewise.errors import ArgumentError, DTypeError, ShapeError
from edgewise.ops import _dispatch, _reference, dropout, epilogue

ACTS = ["identity", "relu", "leaky_relu", "elu", "tanh"]
TORCH = {"identity": lambda x: x, "tanh": torch.tanh} | {
    name: getattr(functional, name) for name in ("relu", "leaky_relu", "elu")
}


def example(rows=37, width=21, dtype=torch.float64, seed=0):
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(rows, width, dtype=torch.float64, generator=generator).to(dtype)
    return x.requires_grad_(), torch.randn(width, dtype=torch.float64, generator=generator).to(dtype).requires_grad_()


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("rows", [0, 1, 37, 1500])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_without_dropout_it_is_torch(act, rows, dtype):
    x, bias = example(rows, dtype=dtype)
    out, expected = epilogue(x, bias, act), TORCH[act](x + bias)
    torch.testing.assert_close(out, expected)
    grad = torch.randn_like(out)
    for mine, other in zip(
        torch.autograd.grad(out, [x, bias], grad), torch.autograd.grad(expected, [x, bias], grad), strict=True
    ):
        torch.testing.assert_close(mine, other, rtol=1e-5, atol=1e-4)  # sums of 1500 rows, in another order


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16, torch.float16])
@pytest.mark.parametrize("p", [0.0, 0.3, 1.0])
def test_native_equals_the_definition(act, dtype, p):
    x, bias = (value.detach() for value in example(600, dtype=dtype))
    seed = torch.tensor(7)
    out = epilogue(x, bias, act, p=p, seed=seed)
    assert _dispatch.use_native(x)
    torch.testing.assert_close(out, _reference.epilogue(x, bias, act, p, seed))
    y, grad = None if act == "identity" else out, torch.randn_like(x)
    native = torch.ops.edgewise.epilogue_grad(grad, y, act, p, seed, True)
    for mine, other in zip(native, _reference.epilogue_grad(grad, y, act, p, seed, True), strict=True):
        torch.testing.assert_close(mine, other, rtol=0.02 if dtype.itemsize == 2 else 1e-4, atol=1e-4)


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("p", [0.0, 0.5])
def test_gradcheck(act, p):
    x, bias = example(5, 4)
    seed = torch.tensor(3)
    assert torch.autograd.gradcheck(lambda x, b: epilogue(x, b, act, p=p, seed=seed), (x, bias))
    assert torch.autograd.gradgradcheck(lambda x, b: epilogue(x, b, act, p=p, seed=seed), (x, bias))


@pytest.mark.parametrize("act", ACTS)
def test_reuse_writes_into_what_it_is_given(act):
    x, bias = example()
    expected = epilogue(x * 1, bias, act)
    made = x * 1
    address = made.data_ptr()
    out = epilogue(made, bias, act, reuse=True)
    assert out.data_ptr() == address
    assert torch.equal(out, expected)
    grad = torch.randn_like(out)
    for mine, other in zip(
        torch.autograd.grad(out, [x, bias], grad), torch.autograd.grad(expected, [x, bias], grad), strict=True
    ):
        assert torch.equal(mine, other)


@pytest.mark.parametrize("p", [0.1, 0.5, 0.8])
def test_dropout_keeps_each_value_with_the_same_chance(p):
    kept = (epilogue(torch.ones(2000, 512), p=p) > 0).double()
    spread = 5 * (p * (1 - p)) ** 0.5
    assert abs(kept.mean() - (1 - p)) < spread / kept.numel() ** 0.5
    assert (kept.mean(0) - (1 - p)).abs().max() < spread / 2000**0.5
    assert (kept.mean(1) - (1 - p)).abs().max() < spread / 512**0.5
    centred = kept - kept.mean()
    # Neighbours in a row, in a column, and in the next call are independent.
    again = (epilogue(torch.ones(2000, 512), p=p) > 0).double() - kept.mean()
    for other in (centred.roll(1, 1), centred.roll(1, 0), centred.roll(16, 1), again):
        assert (centred * other).mean().abs() < 5 * p * (1 - p) / kept.numel() ** 0.5


def test_dropout_follows_torchs_generator():
    x = torch.ones(50, 8)
    torch.manual_seed(1)
    first = dropout(x, 0.5)
    assert not torch.equal(first, dropout(x, 0.5))
    torch.manual_seed(1)
    assert torch.equal(first, dropout(x, 0.5))
    assert dropout(x, 0.5, training=False) is x
    assert dropout(torch.ones(4, 3, 2), 0.5).shape == (4, 3, 2)


def test_same_bits_on_any_number_of_threads():
    def compute(generator):
        x = torch.randn(5000, 48, generator=generator, requires_grad=True)
        bias = torch.randn(48, generator=generator, requires_grad=True)
        for act in ("relu", "elu"):
            out = epilogue(x, bias, act, p=0.5, seed=torch.tensor(3))
            yield from (out, *torch.autograd.grad((out * out).sum(), [x, bias]))

    check_same_bits(compute)


def test_opcheck():
    x, bias = (value.detach() for value in example(6, 4, torch.float32))
    seed = torch.tensor(5)
    torch.library.opcheck(torch.ops.edgewise.epilogue, (x, bias, "relu", 0.5, seed))
    torch.library.opcheck(torch.ops.edgewise.epilogue_, (x.clone(), bias, "relu", 0.5, seed))
    torch.library.opcheck(torch.ops.edgewise.epilogue_grad, (x, x, "relu", 0.5, seed, True))


@pytest.mark.unhooked
@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        (
            {"act": "rely"},
            ArgumentError,
            "epilogue: expected act to be one of ('identity', 'relu', 'leaky_relu', 'elu', 'tanh'), got 'rely'. "
            "Did you mean 'relu'?",
        ),
        ({"p": 1.5}, ArgumentError, "epilogue: expected p between 0 and 1, got 1.5. Pass 0.5, for example."),
        (
            {"x": torch.ones(2, 3, dtype=torch.int64)},
            DTypeError,
            "epilogue: expected floating x, got int64. Use x.float().",
        ),
        (
            {"bias": torch.ones(2)},
            ShapeError,
            "epilogue: expected bias with one number for each of the 3 columns, got [2]. Give it the width of x.",
        ),
    ],
)
def test_messages(arguments, error, text):
    with pytest.raises(error) as caught:
        epilogue(**{"x": torch.ones(2, 3), **arguments})
    assert str(caught.value) == text
