"""A whole layer on a small graph in one call, where a call costs more than its arithmetic."""

from typing import Any

import torch

from edgewise._typing import Float, Tensor
from edgewise.adjacency import Adjacency
from edgewise.ops import _dispatch, _reference
from edgewise.ops.epilogue import draw_seed

__all__ = ["small_layer"]


def small_layer(
    adjacency: Adjacency,
    x: Float[Tensor, "src in"],
    w: Float[Tensor, "out in"],
    bias: Tensor | None = None,
    *,
    weight: Tensor | None = None,
    diagonal: Tensor | None = None,
    act: str = "identity",
    p: float = 0.0,
) -> Float[Tensor, "dst out"]:
    r"""Multiply, propagate, add a bias, activate and drop, on one thread.

    .. math:: y = \mathrm{dropout}\bigl(\sigma((A_w + \mathrm{diag}(d))\, x\, w^\top + b)\bigr)

    Args:
        adjacency: The edges.
        x: Features of the source nodes.
        w: The linear map.
        bias: One number a column.
        weight: One number an edge, in the caller's edge order. Gets no gradient.
        diagonal: One number a node. Gets no gradient.
        act: An activation that :func:`~edgewise.ops.epilogue` knows.
        p: Probability that a value is dropped.

    Shape:
        x ``[src, in]`` · w ``[out, in]`` · bias ``[out]`` → ``[dst, out]``

    Cost: O(nodes · in · out + edges · out) on one thread; one call instead of four.

    Example:
        >>> adjacency = Adjacency.of(torch.tensor([[0, 1], [1, 0]]), (2, 2))
        >>> small_layer(adjacency, torch.eye(2), torch.tensor([[1.0, 5.0]]), act="relu").tolist()
        [[5.0], [1.0]]
    """
    seed = draw_seed() if p > 0 else None
    out: Tensor = _SmallLayer.apply(x, w, bias, (adjacency, weight, diagonal, act, p, seed))
    return out


class _SmallLayer(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, w: Tensor, bias: Tensor | None, rest: tuple[Any, ...]) -> Tensor:
        a, weight, diagonal, *finish = rest
        x, w = x.contiguous(), w.contiguous()
        y: Tensor = _dispatch.run("small_layer", x, a.indptr, a.indices, a.perm, weight, diagonal, x, w, bias, *finish)
        ctx.rest = rest
        ctx.save_for_backward(x, w, bias, y)
        return y

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        x, w, bias, y = ctx.saved_tensors
        a, weight, diagonal, *finish = ctx.rest
        needed = ctx.needs_input_grad[:3]
        if torch.is_grad_enabled():  # somebody wants a second derivative: torch finds it through the definition
            out = _reference.small_layer(a.indptr, a.indices, a.perm, weight, diagonal, x, w, bias, *finish)
            wanted = [t for t, need in zip((x, w, bias), needed, strict=True) if need]
            grads = iter(torch.autograd.grad(out, wanted, grad, create_graph=True))
            return *(next(grads) if need else None for need in needed), None
        back = a.transpose()
        rows = (back.indptr, back.indices, back.perm, weight, diagonal)
        found = _dispatch.run("small_layer_grad", grad, *rows, x, w, *finish, y, grad.contiguous(), *needed)
        grad_x, grad_w, grad_bias = found
        return grad_x if needed[0] else None, grad_w if needed[1] else None, grad_bias if needed[2] else None, None
