"""The form of spmm that ``torch.compile`` and ``torch.export`` see: one operator over the caller's ``edge_index``.

Sorting stays behind the operator, where the memo of :class:`~edgewise.adjacency.Adjacency` answers at run time, so a
compiled model sorts its edges once, as an eager one does. Eager code does not come here: a registered formula costs
several times more a call than ``torch.autograd.Function``.
"""

from typing import Any

import torch
from torch import Tensor

from edgewise.adjacency import Adjacency
from edgewise.ops import _dispatch

__all__ = ["propagate"]


def _adjacency(edge_index: Tensor, num_src: int, num_dst: int, *, transposed: bool) -> Adjacency:
    adjacency = Adjacency.of(edge_index, (num_src, num_dst), caller="spmm")
    return adjacency.transpose() if transposed else adjacency


@torch.library.custom_op("edgewise::propagate", mutates_args=())
def _propagate(
    edge_index: Tensor,
    weight: Tensor | None,
    diagonal: Tensor | None,
    x: Tensor,
    num_src: int,
    num_dst: int,
    reduce: str,
    transposed: bool,  # noqa: FBT001 - operator schemas are positional
) -> Tensor:
    a = _adjacency(edge_index, num_src, num_dst, transposed=transposed)
    x = x.contiguous()
    out: Tensor = _dispatch.run("spmm", x, a.indptr, a.indices, a.perm, weight, diagonal, x, reduce)
    return out


@_propagate.register_fake
def _(
    edge_index: Tensor,
    weight: Tensor | None,
    diagonal: Tensor | None,
    x: Tensor,
    num_src: int,
    num_dst: int,
    reduce: str,
    transposed: bool,  # noqa: FBT001
) -> Tensor:
    return x.new_empty(num_src if transposed else num_dst, x.shape[1])


@torch.library.custom_op("edgewise::edge_dot", mutates_args=())
def _edge_dot(
    edge_index: Tensor,
    a: Tensor,
    b: Tensor,
    num_src: int,
    num_dst: int,
    transposed: bool,  # noqa: FBT001
) -> Tensor:
    adjacency = _adjacency(edge_index, num_src, num_dst, transposed=transposed)
    a, b = a.contiguous(), b.contiguous()
    out: Tensor = _dispatch.run("sddmm", b, adjacency.indptr, adjacency.indices, adjacency.perm, a, b)
    return out


@_edge_dot.register_fake
def _(edge_index: Tensor, a: Tensor, b: Tensor, num_src: int, num_dst: int, transposed: bool) -> Tensor:  # noqa: FBT001
    return b.new_empty(edge_index.shape[1])


@torch.library.custom_op("edgewise::propagate_extreme_backward", mutates_args=())
def _extreme_backward(
    edge_index: Tensor, weight: Tensor | None, x: Tensor, out: Tensor, grad: Tensor
) -> tuple[Tensor, Tensor]:
    a = _adjacency(edge_index, x.shape[0], out.shape[0], transposed=False)
    back = a.transpose()
    x, out = x.contiguous(), out.contiguous()
    rows = (a.indptr, a.indices, a.perm)
    share = _dispatch.run("extreme_share", x, *rows, weight, x, out, grad.contiguous())
    grad_x = _dispatch.run("extreme_grad", x, back.indptr, back.indices, back.perm, weight, x, out, share)
    if weight is None:
        return grad_x, x.new_empty(0)
    return grad_x, _dispatch.run("extreme_weight", x, *rows, weight, x, out, share)


@_extreme_backward.register_fake
def _(edge_index: Tensor, weight: Tensor | None, x: Tensor, out: Tensor, grad: Tensor) -> tuple[Tensor, Tensor]:
    return torch.empty_like(x), x.new_empty(0 if weight is None else edge_index.shape[1])


def _setup(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
    edge_index, weight, diagonal, x, ctx.num_src, ctx.num_dst, ctx.reduce, ctx.transposed = inputs
    ctx.save_for_backward(edge_index, weight, diagonal, x, output if ctx.reduce in ("min", "max") else None)


def _backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
    edge_index, weight, diagonal, x, out = ctx.saved_tensors
    grad_x = grad_weight = grad_diagonal = None
    if out is not None:
        grad_x, grad_weight = _extreme_backward(edge_index, weight, x, out, grad)
        return None, None if weight is None else grad_weight, None, grad_x, None, None, None, None
    if ctx.reduce == "mean":
        degree = torch.zeros(ctx.num_dst, dtype=grad.dtype, device=grad.device)
        degree = degree.index_add(0, edge_index[1], torch.ones_like(edge_index[1], dtype=grad.dtype))
        grad = grad / degree.clamp(min=1).unsqueeze(1)
    sizes = (ctx.num_src, ctx.num_dst)
    if ctx.needs_input_grad[3]:
        grad_x = _propagate(edge_index, weight, diagonal, grad, *sizes, "sum", not ctx.transposed)
    if weight is not None and ctx.needs_input_grad[1]:
        grad_weight = _edge_dot(edge_index, grad, x, *sizes, ctx.transposed)
    if diagonal is not None and ctx.needs_input_grad[2]:
        grad_diagonal = (grad * x).sum(1)
    return None, grad_weight, grad_diagonal, grad_x, None, None, None, None


torch.library.register_autograd("edgewise::propagate", _backward, setup_context=_setup)


def propagate(
    edge_index: Tensor,
    weight: Tensor | None,
    diagonal: Tensor | None,
    x: Tensor,
    num_src: int,
    num_dst: int,
    reduce: str,
) -> Tensor:
    """Return ``spmm`` over an ``edge_index``, as one operator that can be traced."""
    out: Tensor = _propagate(edge_index, weight, diagonal, x, num_src, num_dst, reduce, False)  # noqa: FBT003
    return out
