"""Bias, activation and dropout."""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

from edgewise.ops._reference.kernel import kernel
from edgewise.ops._reference.random import keep_scale

__all__ = ["ACTIVATIONS", "epilogue", "epilogue_", "epilogue_grad"]

ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "identity": lambda x: x,
    "relu": functional.relu,
    "leaky_relu": functional.leaky_relu,
    "elu": functional.elu,
    "tanh": torch.tanh,
}
"""The activations that a kernel knows, each with a slope that follows from its value."""

_SLOPES: dict[str, Callable[[Tensor], Tensor]] = {
    "identity": torch.ones_like,
    "relu": lambda y: (y > 0).to(y.dtype),
    "leaky_relu": lambda y: torch.where(y > 0, 1.0, 0.01),
    "elu": lambda y: torch.where(y > 0, 1.0, y + 1),
    "tanh": lambda y: 1 - y * y,
}


@kernel(lambda x, bias, act, p, seed: torch.empty_like(x))
def epilogue(x: Tensor, bias: Tensor | None, act: str, p: float, seed: Tensor | None) -> Tensor:
    """``dropout(act(x + bias))``, rounded once."""
    wide = x if x.dtype == torch.float64 else x.float()
    value = ACTIVATIONS[act](wide if bias is None else wide + bias)
    keep = keep_scale(seed, x.shape[0], x.shape[1], p, value)
    return (value * keep).to(x.dtype)


@kernel(lambda x, bias, act, p, seed: None)
def epilogue_(x: Tensor, bias: Tensor | None, act: str, p: float, seed: Tensor | None) -> None:
    """The same, in place."""
    x.copy_(epilogue(x, bias, act, p, seed))


def _grad_shapes(
    grad: Tensor,
    out: Tensor | None,
    act: str,
    p: float,
    seed: Tensor | None,
    with_bias: bool,  # noqa: FBT001
) -> tuple[Tensor, Tensor]:
    return torch.empty_like(grad), grad.new_empty(grad.shape[1] if with_bias else 0)


@kernel(_grad_shapes)
def epilogue_grad(
    grad: Tensor,
    out: Tensor | None,
    act: str,
    p: float,
    seed: Tensor | None,
    with_bias: bool,  # noqa: FBT001
) -> tuple[Tensor, Tensor]:
    """The gradients of x and of bias, from the result alone: ``keep act'(y) grad``, with y before dropout."""
    wide = grad if grad.dtype == torch.float64 else grad.float()
    keep = keep_scale(seed, grad.shape[0], grad.shape[1], p, wide)
    before = wide if out is None else out.to(wide.dtype) * (1 - p)
    grad_x = (wide * keep * _SLOPES[act](before)).to(grad.dtype)
    return grad_x, grad_x.to(wide.dtype).sum(0).to(grad.dtype) if with_bias else grad.new_empty(0)
