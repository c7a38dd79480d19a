"""Reductions and softmax over segments: the rows of ``src`` that belong together.

Segment ``i`` has the members ``perm[indptr[i]:indptr[i + 1]]``, rows of ``src``; without ``perm`` those very rows.
"""

import torch
from torch import Tensor

from edgewise.ops._reference.kernel import kernel

__all__ = ["segment_reduce", "segment_reduce_grad", "segment_softmax", "segment_softmax_grad", "segment_spread"]

_LEAST_VARIANCE = 1e-5  # PyG's: up to here the deviation is 0, and has no gradient


def _rows(indptr: Tensor, perm: Tensor | None, num_values: int) -> Tensor:
    """The segment of each member, with a length that tracing knows."""
    members = torch.arange(num_values if perm is None else perm.shape[0], device=indptr.device)
    return torch.searchsorted(indptr, members, right=True) - 1


def _members(values: Tensor, perm: Tensor | None) -> Tensor:
    """Rows in the order of segments, in the type that is computed in."""
    grouped = values if perm is None else values[perm.long()]
    return grouped if values.dtype == torch.float64 else grouped.float()


def _in_place(grouped: Tensor, perm: Tensor | None, num_values: int, like: Tensor) -> Tensor:
    """Back to the caller's order and type; rows of no segment are 0."""
    grouped = grouped.to(like.dtype)
    if perm is None:
        return grouped
    return like.new_zeros(num_values, grouped.shape[1]).index_copy(0, perm.long(), grouped)


def _sum(x: Tensor, rows: Tensor, num_segments: int) -> Tensor:
    return x.new_zeros(num_segments, x.shape[1]).index_add(0, rows, x)


def _fold(x: Tensor, rows: Tensor, num_segments: int, name: str, start: float, *, include_start: bool) -> Tensor:
    out = x.new_full((num_segments, x.shape[1]), start)
    return out.scatter_reduce(0, rows.unsqueeze(1).expand_as(x), x, name, include_self=include_start)


def _extreme(x: Tensor, rows: Tensor, num_segments: int, reduce: str) -> Tensor:
    start = torch.inf if reduce == "min" else -torch.inf
    return _fold(x, rows, num_segments, f"a{reduce}", start, include_start=False)


def _mean(x: Tensor, rows: Tensor, counts: Tensor) -> Tensor:
    return _sum(x, rows, counts.shape[0]) / counts


def _variance(x: Tensor, rows: Tensor, counts: Tensor) -> Tensor:
    return _mean((x - _mean(x, rows, counts)[rows]) ** 2, rows, counts)


def _exponentials(x: Tensor, rows: Tensor, num_segments: int) -> tuple[Tensor, Tensor, Tensor]:
    """``exp(x - shift)``, its sum in each segment, and the shift: the maximum, where that is finite."""
    largest = _extreme(x.detach(), rows, num_segments, "max")
    shift = torch.where(largest.isinf(), 0.0, largest)
    exponentials = (x - shift[rows]).exp()
    return exponentials, _sum(exponentials, rows, num_segments), shift


def _counts(indptr: Tensor, like: Tensor) -> Tensor:
    """How many members each segment has, and 1 where it has none."""
    return indptr.diff().clamp(min=1).to(like.dtype).unsqueeze(1)


@kernel(lambda indptr, perm, src, reduce: src.new_empty(indptr.shape[0] - 1, src.shape[1]))
def segment_reduce(indptr: Tensor, perm: Tensor | None, src: Tensor, reduce: str) -> Tensor:
    """``out[i] = reduce over the members k of segment i of src[k]``.

    An empty segment has sum, mean, extremes, variance and deviation 0, product 1 and logsumexp -inf.
    """
    x, rows, num_segments = _members(src, perm), _rows(indptr, perm, src.shape[0]), indptr.shape[0] - 1
    counts = _counts(indptr, x)
    if reduce == "sum":
        out = _sum(x, rows, num_segments)
    elif reduce == "mean":
        out = _mean(x, rows, counts)
    elif reduce in ("min", "max"):
        out = torch.where(indptr.diff().unsqueeze(1) > 0, _extreme(x, rows, num_segments, reduce), 0.0)
    elif reduce == "mul":
        out = _fold(x, rows, num_segments, "prod", 1.0, include_start=True)
    elif reduce in ("var", "std"):
        out = _variance(x, rows, counts)
        if reduce == "std":
            out = torch.where(out > _LEAST_VARIANCE, out.clamp(min=_LEAST_VARIANCE).sqrt(), 0.0)
    else:
        _, total, shift = _exponentials(x, rows, num_segments)
        out = shift + total.log()
    return out.to(src.dtype)


@kernel(lambda indptr, perm, grad, like, reduce: grad.new_empty(like.shape[0], grad.shape[1]))
def segment_spread(indptr: Tensor, perm: Tensor | None, grad: Tensor, like: Tensor, reduce: str) -> Tensor:
    """The transpose of sum and mean: ``out[k] = grad[i]``, or that divided by the number of members.

    ``like`` has as many rows as the result: a number would be a constant to a compiler.
    """
    num_values = like.shape[0]
    share = _members(grad, None)
    if reduce == "mean":
        share = share / _counts(indptr, share)
    return _in_place(share[_rows(indptr, perm, num_values)], perm, num_values, grad)


@kernel(lambda indptr, perm, src, grad, reduce: torch.empty_like(src))
def segment_reduce_grad(indptr: Tensor, perm: Tensor | None, src: Tensor, grad: Tensor, reduce: str) -> Tensor:
    """The gradient of ``segment_reduce`` for ``src``, but for sum and mean; ties share that of an extreme equally."""
    x, rows, num_segments = _members(src, perm), _rows(indptr, perm, src.shape[0]), indptr.shape[0] - 1
    g, counts = _members(grad, None)[rows], _counts(indptr, x)
    if reduce in ("min", "max"):
        reached = x == _extreme(x, rows, num_segments, reduce)[rows]
        out = torch.where(reached, g / _sum(reached.to(x.dtype), rows, num_segments)[rows], 0.0)
    elif reduce == "mul":
        zero = x == 0
        product = _fold(torch.where(zero, 1.0, x), rows, num_segments, "prod", 1.0, include_start=True)
        other_zeros = _sum(zero.to(x.dtype), rows, num_segments)[rows] - zero.to(x.dtype)
        out = torch.where(other_zeros == 0, g * product[rows] / torch.where(zero, 1.0, x), 0.0)
    elif reduce in ("var", "std"):
        half = (x - _mean(x, rows, counts)[rows]) / counts[rows]
        out = 2 * g * half
        if reduce == "std":
            variance = _variance(x, rows, counts)[rows]
            out = torch.where(variance > _LEAST_VARIANCE, g * half / variance.sqrt(), 0.0)
    else:
        exponentials, total, _ = _exponentials(x, rows, num_segments)
        out = torch.where(total[rows] == 0, 0.0, g * exponentials / total[rows])
    return _in_place(out, perm, src.shape[0], src)


@kernel(lambda indptr, perm, src: torch.empty_like(src))
def segment_softmax(indptr: Tensor, perm: Tensor | None, src: Tensor) -> Tensor:
    """``out[k] = exp(src[k]) / sum over its segment``, in the order of ``src``; 0 where a row has no segment."""
    x, rows = _members(src, perm), _rows(indptr, perm, src.shape[0])
    exponentials, total, _ = _exponentials(x, rows, indptr.shape[0] - 1)
    return _in_place(exponentials / total[rows], perm, src.shape[0], src)


@kernel(lambda indptr, perm, out, grad: torch.empty_like(out))
def segment_softmax_grad(indptr: Tensor, perm: Tensor | None, out: Tensor, grad: Tensor) -> Tensor:
    """The gradient of ``segment_softmax``, from its result."""
    rows = _rows(indptr, perm, out.shape[0])
    y, g = _members(out, perm), _members(grad, perm)
    dot = _sum(y * g, rows, indptr.shape[0] - 1)[rows]
    return _in_place(y * (g - dot), perm, out.shape[0], out)
