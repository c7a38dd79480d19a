"""What the operators over segments share: grouping rows by an index, and differentiation.

Traced code takes the same path as eager code. Only the grouping is one opaque operator there: it looks into the memo
at run time, so a compiled model sorts once what an eager one sorts once.
"""

from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from edgewise._memo import TensorMemo
from edgewise.adjacency import Adjacency
from edgewise.errors import NodeIndexError
from edgewise.ops import _dispatch

__all__ = ["Segments", "as_rows", "group", "reduce_segments", "remember", "softmax_segments"]

_memo = TensorMemo()
_INT32_LIMIT = 2**31
_LINEAR = ("sum", "mean")


class Segments(NamedTuple):
    """The rows ``perm[indptr[i]:indptr[i + 1]]`` belong to segment ``i``; without ``perm``, those very rows."""

    indptr: Tensor
    perm: Tensor | None


def group(index: Tensor, num_segments: int | None, caller: str) -> Segments:
    """Return the segments of an index ``[edges]``, or of the destinations of an ``edge_index``; kept with that tensor.

    Args:
        index: The segment of each row, or an ``edge_index``.
        num_segments: How many there are; ``None`` reads it from an ``edge_index``, in eager code.
        caller: The name that errors begin with.
    """
    if torch.compiler.is_compiling() and num_segments is not None:
        return Segments(*_group_traced(index, num_segments, caller))
    if index.layout != torch.strided or index.dim() == 2:
        adjacency = Adjacency.of(index, (None, num_segments), caller=caller)
        return Segments(adjacency.indptr, adjacency.perm)
    return _memo.get((index,), num_segments, lambda: _group(index.contiguous(), int(num_segments or 0), caller))


def remember(index: Tensor, adjacency: Adjacency) -> None:
    """Keep an adjacency's grouping with the index of its destinations, so that nobody sorts that again."""
    _memo.get((index,), adjacency.num_dst, lambda: Segments(adjacency.indptr, adjacency.perm))


def _group(index: Tensor, num_segments: int, caller: str) -> Segments:
    _check_range(index, num_segments, caller)
    if bool(_dispatch.run("is_sorted", index, index)):
        starts = torch.arange(num_segments + 1, dtype=index.dtype, device=index.device)
        return Segments(torch.searchsorted(index, starts), None)
    wide = max(num_segments, index.shape[0]) >= _INT32_LIMIT
    indptr, _, perm = _dispatch.run("sort_edges", index, index, index, num_segments, wide=wide)
    return Segments(indptr, perm)


def _check_range(index: Tensor, num_segments: int, caller: str) -> None:
    if index.shape[0] == 0:
        return
    low, high = index.aminmax()
    if low >= 0 and high < num_segments:
        return
    position = int(((index < 0) | (index >= num_segments)).nonzero()[0, 0])
    interval = f"0..{num_segments - 1}" if num_segments else "none, for no segments"
    message = (
        f"{caller}: expected index values in {interval}, got {int(index[position])} at position {position}. "
        "Pass num_segments = index.max() + 1, or drop rows of index -1."
    )
    raise NodeIndexError(message)


@torch.library.custom_op("edgewise::group_segments", mutates_args=())
def _group_traced(index: Tensor, num_segments: int, caller: str) -> tuple[Tensor, Tensor]:
    indptr, perm = group(index, num_segments, caller)
    if perm is None:  # a graph knows no optional results
        perm = torch.arange(index.shape[-1], device=index.device)
    # Copies: a compiler may write other results over them when they have been used. And int64: the type must not depend
    # on a size.
    return indptr.clone(), perm.to(torch.int64, copy=True)


@_group_traced.register_fake
def _(index: Tensor, num_segments: int, caller: str) -> tuple[Tensor, Tensor]:
    indptr = index.new_empty(num_segments + 1, dtype=torch.int64)
    return indptr, index.new_empty(index.shape[-1], dtype=torch.int64)


def as_rows(values: Tensor) -> Tensor:
    """``[edges, *width]`` to ``[edges, width]``."""
    return values.unsqueeze(1) if values.dim() == 1 else values.flatten(1)


def reduce_segments(segments: Segments, src: Tensor, reduce: str) -> Tensor:
    """Reduce the rows of each segment: ``[edges, width]`` to ``[segments, width]``."""
    out: Tensor = _Reduce.apply(src, *segments, reduce)
    return out


def softmax_segments(segments: Segments, src: Tensor) -> Tensor:
    """Softmax within each segment: ``[edges, width]`` to the same."""
    out: Tensor = _Softmax.apply(src, *segments)
    return out


class _Reduce(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, src: Tensor, indptr: Tensor, perm: Tensor | None, reduce: str) -> Tensor:
        src = src.contiguous()
        ctx.reduce = reduce
        # Of src, sum and mean need the number of rows alone: not a reason to keep it.
        ctx.save_for_backward(indptr, perm, src.new_empty(src.shape[0], 0) if reduce in _LINEAR else src)
        out: Tensor = _dispatch.run("segment_reduce", src, indptr, perm, src, reduce)
        return out

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        indptr, perm, src = ctx.saved_tensors
        if ctx.reduce in _LINEAR:
            return _Spread.apply(grad, indptr, perm, src, ctx.reduce), None, None, None
        return _reduce_grad(ctx, indptr, perm, src, grad), None, None, None


@once_differentiable
def _reduce_grad(ctx: Any, indptr: Tensor, perm: Tensor | None, src: Tensor, grad: Tensor) -> Tensor:
    out: Tensor = _dispatch.run("segment_reduce_grad", src, indptr, perm, src, grad.contiguous(), ctx.reduce)
    return out


class _Spread(torch.autograd.Function):
    """The transpose of sum and mean, and they of it."""

    @staticmethod
    def forward(ctx: Any, grad: Tensor, indptr: Tensor, perm: Tensor | None, like: Tensor, reduce: str) -> Tensor:
        ctx.reduce = reduce
        ctx.save_for_backward(indptr, perm)
        grad = grad.contiguous()
        out: Tensor = _dispatch.run("segment_spread", grad, indptr, perm, grad, like, reduce)
        return out

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        return _Reduce.apply(grad, *ctx.saved_tensors, ctx.reduce), None, None, None, None


class _Softmax(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, src: Tensor, indptr: Tensor, perm: Tensor | None) -> Tensor:
        src = src.contiguous()
        out: Tensor = _dispatch.run("segment_softmax", src, indptr, perm, src)
        ctx.save_for_backward(indptr, perm, out)
        return out

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        indptr, perm, out = ctx.saved_tensors
        return _dispatch.run("segment_softmax_grad", out, indptr, perm, out, grad.contiguous()), None, None
