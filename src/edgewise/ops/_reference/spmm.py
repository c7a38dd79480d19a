"""Gather and reduce, and its gradients."""

import torch
from torch import Tensor

from edgewise.ops._reference.kernel import kernel
from edgewise.ops._reference.rows import in_caller_order, rows_of, values_of

__all__ = ["extreme_grad", "extreme_share", "extreme_weight", "sddmm", "spmm"]


@kernel(lambda indptr, indices, perm, weight, diagonal, x, reduce: x.new_empty(indptr.shape[0] - 1, x.shape[1]))
def spmm(
    indptr: Tensor,
    indices: Tensor,
    perm: Tensor | None,
    weight: Tensor | None,
    diagonal: Tensor | None,
    x: Tensor,
    reduce: str,
) -> Tensor:
    """``out[i] = diagonal[i] x[i] + reduce over edges k of row i of weight[k] x[indices[k]]``; an empty row is 0."""
    num_rows = indptr.shape[0] - 1
    messages = values_of(weight, perm, x) * x[indices.long()]  # [E, width]
    out = x.new_zeros(num_rows, x.shape[1])
    rows = rows_of(indptr)
    if reduce in ("sum", "mean"):
        out = out.index_add(0, rows, messages)
        if reduce == "mean":
            out = out / indptr.diff().clamp(min=1).to(x.dtype).unsqueeze(1)
    else:
        # From an infinite start: torch's derivative takes the start for a tie, even where it is not included.
        torch_name, start = {"min": ("amin", torch.inf), "max": ("amax", -torch.inf)}[reduce]
        index = rows.unsqueeze(1).expand_as(messages)
        extreme = torch.full_like(out, start).scatter_reduce(0, index, messages, torch_name, include_self=False)
        out = torch.where((indptr.diff() > 0).unsqueeze(1), extreme, out)
    return out if diagonal is None else out + diagonal.unsqueeze(1) * x


@kernel(lambda indptr, indices, perm, a, b: b.new_empty(indices.shape))
def sddmm(indptr: Tensor, indices: Tensor, perm: Tensor | None, a: Tensor, b: Tensor) -> Tensor:
    """``out[k] = a[row of k] . b[indices[k]]``, in the caller's edge order."""
    return in_caller_order((a[rows_of(indptr)] * b[indices.long()]).sum(1), perm)


def _reached(
    indptr: Tensor, indices: Tensor, perm: Tensor | None, weight: Tensor | None, x: Tensor, out: Tensor
) -> tuple[Tensor, Tensor]:
    """For each grouped edge and feature whether its message is the extreme of its row; and the rows."""
    rows = rows_of(indptr)
    return values_of(weight, perm, x) * x[indices.long()] == out[rows], rows


@kernel(lambda indptr, indices, perm, weight, x, out, grad: torch.empty_like(out))
def extreme_share(
    indptr: Tensor,
    indices: Tensor,
    perm: Tensor | None,
    weight: Tensor | None,
    x: Tensor,
    out: Tensor,
    grad: Tensor,
) -> Tensor:
    """``share[i] = grad[i] / number of edges of row i that tie for out[i]``; 0 for an empty row."""
    reached, rows = _reached(indptr, indices, perm, weight, x, out)
    ties = torch.zeros_like(out).index_add(0, rows, reached.to(out.dtype))
    return torch.where(ties > 0, grad / ties.clamp(min=1), 0.0)


@kernel(lambda indptr, indices, perm, weight, x, out, share: torch.empty_like(x))
def extreme_grad(
    indptr: Tensor,
    indices: Tensor,
    perm: Tensor | None,
    weight: Tensor | None,
    x: Tensor,
    out: Tensor,
    share: Tensor,
) -> Tensor:
    """The gradient of min and max for ``x``, over the rows of the *transpose*: ``indices`` are destinations."""
    sources, rows = rows_of(indptr), indices.long()
    values = values_of(weight, perm, x)
    reached = values * x[sources] == out[rows]
    return torch.zeros_like(x).index_add(0, sources, torch.where(reached, values * share[rows], 0.0))


@kernel(lambda indptr, indices, perm, weight, x, out, share: x.new_empty(indices.shape))
def extreme_weight(
    indptr: Tensor,
    indices: Tensor,
    perm: Tensor | None,
    weight: Tensor,
    x: Tensor,
    out: Tensor,
    share: Tensor,
) -> Tensor:
    """The gradient of min and max for the edge weights, in the caller's edge order."""
    reached, rows = _reached(indptr, indices, perm, weight, x, out)
    return in_caller_order(torch.where(reached, share[rows] * x[indices.long()], 0.0).sum(1), perm)
