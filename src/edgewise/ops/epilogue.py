"""What follows a layer's sum, in one pass over it: bias, activation, dropout."""

from typing import Any

import torch

from edgewise._suggest import did_you_mean
from edgewise._typing import Float, Tensor
from edgewise.errors import ArgumentError, DTypeError, ShapeError
from edgewise.ops import _dispatch
from edgewise.ops._reference import ACTIVATIONS, epilogue_grad

__all__ = ["FUSED_ACTIVATIONS", "draw_seed", "dropout", "epilogue"]

FUSED_ACTIVATIONS = tuple(ACTIVATIONS)


def epilogue(
    x: Float[Tensor, "nodes *width"],
    bias: Tensor | None = None,
    act: str = "identity",
    *,
    p: float = 0.0,
    training: bool = True,
    seed: Tensor | None = None,
    reuse: bool = False,
) -> Float[Tensor, "nodes *width"]:
    r"""Add a bias, activate and drop, reading and writing each number once.

    .. math:: y = \frac{m}{1 - p}\, \sigma(x + b), \quad m \sim \mathrm{Bernoulli}(1 - p)

    Args:
        x: What a layer has summed up.
        bias: One number a column.
        act: ``"identity"``, ``"relu"``, ``"leaky_relu"`` (slope 0.01), ``"elu"`` or ``"tanh"``.
        p: Probability that a value is dropped.
        training: ``False`` drops nothing.
        seed: One int64 that the mask is a function of, with the position. Default: drawn from torch's generator.
        reuse: Write into ``x``. For a caller that made ``x`` and needs it no more.

    Shape:
        x ``[nodes, *width]`` · bias ``[width]`` → ``[nodes, *width]``

    Raises:
        ArgumentError: An unknown ``act``, or ``p`` outside of 0..1.
        DTypeError: ``x`` is not floating.
        ShapeError: ``bias`` has not one number a column.

    Cost: one pass forward and one backward; no mask is stored, it is drawn again. The same bits on any number of
    threads.

    Source: Srivastava et al., *Dropout*, JMLR 2014; Salmon et al., *Parallel Random Numbers: As Easy as 1, 2, 3*, SC
    2011, for random numbers that are a function of a counter.

    Example:
        >>> epilogue(torch.tensor([[1.0, -2.0]]), torch.tensor([0.5, 0.5]), "relu").tolist()
        [[1.5, 0.0]]
    """
    if act not in FUSED_ACTIVATIONS:
        hint = did_you_mean(act, FUSED_ACTIVATIONS)
        message = f"epilogue: expected act to be one of {FUSED_ACTIVATIONS}, got {act!r}.{hint}"
        raise ArgumentError(message)
    if not 0 <= p <= 1:
        message = f"epilogue: expected p between 0 and 1, got {p}. Pass 0.5, for example."
        raise ArgumentError(message)
    if not x.is_floating_point():
        message = f"epilogue: expected floating x, got {str(x.dtype).removeprefix('torch.')}. Use x.float()."
        raise DTypeError(message)
    p = p if training else 0.0
    shape = x.shape
    x = x if x.dim() == 2 else x.flatten(1) if x.dim() > 2 else x.unsqueeze(1)
    if bias is not None and tuple(bias.shape) != (x.shape[1],):
        message = (
            f"epilogue: expected bias with one number for each of the {x.shape[1]} columns, got {list(bias.shape)}. "
            "Give it the width of x."
        )
        raise ShapeError(message)
    if bias is not None and bias.dtype != x.dtype:  # as under autocast, which narrows x alone
        bias = bias.to(x.dtype)
    if p > 0 and seed is None:
        seed = draw_seed()
    out: Tensor = _Epilogue.apply(x, bias, act, p, seed, reuse)
    return out if len(shape) == 2 else out.reshape(shape)


def dropout(
    x: Float[Tensor, "nodes *width"], p: float = 0.5, *, training: bool = True
) -> Float[Tensor, "nodes *width"]:
    """Drop values with probability ``p`` and scale the others by ``1 / (1 - p)``: torch's dropout, on all threads.

    Args:
        x: Values of any shape.
        p: Probability that a value is dropped.
        training: ``False`` returns ``x``.

    Example:
        >>> sorted(set(dropout(torch.ones(40, 40), 0.5).flatten().tolist()))
        [0.0, 2.0]
    """
    if not training or p == 0:
        return x
    return epilogue(x, p=p)


def draw_seed() -> Tensor:
    """Draw one int64 from torch's generator, as a tensor: its value is never waited for."""
    return torch.randint(2**62, ())


class _Epilogue(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any,
        x: Tensor,
        bias: Tensor | None,
        act: str,
        p: float,
        seed: Tensor | None,
        reuse: bool,  # noqa: FBT001
    ) -> Tensor:
        ctx.act, ctx.p = act, p
        if reuse and x.is_contiguous():
            _dispatch.run("epilogue_", x, x, bias, act, p, seed)
            ctx.mark_dirty(x)
            out = x
        else:
            x = x.contiguous()
            out = _dispatch.run("epilogue", x, x, bias, act, p, seed)
        ctx.save_for_backward(None if act == "identity" else out, seed)
        return out

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        out, seed = ctx.saved_tensors
        with_bias = ctx.needs_input_grad[1]
        arguments = (grad.contiguous(), out, ctx.act, ctx.p, seed, with_bias)
        if torch.is_grad_enabled():  # somebody wants a second derivative: torch finds it through the definition
            grad_x, grad_bias = epilogue_grad(*arguments)
        else:
            grad_x, grad_bias = _dispatch.run("epilogue_grad", grad, *arguments)
        return grad_x, grad_bias if with_bias else None, None, None, None, None
