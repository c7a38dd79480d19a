"""What each kernel computes, in plain torch: the definition, the oracle of the tests, and the fallback.

Everything here works on raw tensors of a compressed adjacency: ``indptr [rows + 1]``, ``indices [E]`` (the column of
each grouped edge) and ``perm [E]`` or ``None`` (where the caller keeps the value of each grouped edge).
"""

import torch
from torch import Tensor

__all__ = [
    "extreme_grad",
    "extreme_share",
    "extreme_weight",
    "force_layout",
    "is_sorted",
    "sddmm",
    "sort_edges",
    "spmm",
]


def sort_edges(key: Tensor, other: Tensor, num_rows: int, *, wide: bool) -> tuple[Tensor, Tensor, Tensor]:
    """Group edges by ``key``, keeping their order within a row: ``(indptr, indices, perm)``."""
    index = torch.int64 if wide else torch.int32
    perm = torch.argsort(key, stable=True)
    indptr = torch.zeros(num_rows + 1, dtype=torch.int64, device=key.device)
    torch.cumsum(torch.bincount(key.long(), minlength=num_rows), 0, out=indptr[1:])
    return indptr, other[perm].to(index), perm.to(index)


def is_sorted(key: Tensor) -> Tensor:
    """Whether ``key`` never decreases."""
    return (key[1:] >= key[:-1]).all()


def _rows(indptr: Tensor) -> Tensor:
    """The row of each grouped edge."""
    return torch.repeat_interleave(torch.arange(indptr.shape[0] - 1, device=indptr.device), indptr.diff())


def _values(weight: Tensor | None, perm: Tensor | None, like: Tensor) -> Tensor:
    """The value of each grouped edge, ``[E, 1]``."""
    if weight is None:
        return like.new_ones(1, 1)
    return (weight if perm is None else weight[perm.long()]).unsqueeze(1)


def _in_caller_order(grouped: Tensor, perm: Tensor | None) -> Tensor:
    return grouped if perm is None else torch.empty_like(grouped).index_copy_(0, perm.long(), grouped)


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
    messages = _values(weight, perm, x) * x[indices.long()]  # [E, width]
    out = x.new_zeros(num_rows, x.shape[1])
    rows = _rows(indptr)
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


def sddmm(indptr: Tensor, indices: Tensor, perm: Tensor | None, a: Tensor, b: Tensor) -> Tensor:
    """``out[k] = a[row of k] . b[indices[k]]``, in the caller's edge order."""
    return _in_caller_order((a[_rows(indptr)] * b[indices.long()]).sum(1), perm)


def _reached(
    indptr: Tensor, indices: Tensor, perm: Tensor | None, weight: Tensor | None, x: Tensor, out: Tensor
) -> tuple[Tensor, Tensor]:
    """For each grouped edge and feature whether its message is the extreme of its row; and the rows."""
    rows = _rows(indptr)
    return _values(weight, perm, x) * x[indices.long()] == out[rows], rows


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
    sources, rows = _rows(indptr), indices.long()
    values = _values(weight, perm, x)
    reached = values * x[sources] == out[rows]
    return torch.zeros_like(x).index_add(0, sources, torch.where(reached, values * share[rows], 0.0))


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
    return _in_caller_order(torch.where(reached, share[rows] * x[indices.long()], 0.0).sum(1), perm)


def force_layout(indptr: Tensor, indices: Tensor, seed: int, iterations: int) -> Tensor:
    """Springs along edges, repulsion between all nodes, a weak pull to the centre; O(nodes^2) time an iteration."""
    nodes = indptr.shape[0] - 1
    generator = torch.Generator().manual_seed(seed)
    at: Tensor = (2 * torch.rand(nodes, 2, generator=generator) - 1).to(indptr.device) * float(nodes**0.5)
    row, column = _rows(indptr), indices.long()
    steps = 4 * iterations
    for i in range(steps):
        force = -0.4 * at
        for block, p in zip(force.split(1024), at.split(1024), strict=True):  # no nodes x nodes tensor
            apart = p.unsqueeze(1) - at
            block += (apart / (apart.square().sum(-1, keepdim=True) + 0.01)).sum(1)
        spring = at[row] - at[column]
        force.index_add_(0, row, -spring * spring.norm(dim=1, keepdim=True))
        limit = 0.2 * float(nodes**0.5) * (steps - i) / steps
        at = at + force * (limit / force.norm(dim=1, keepdim=True).clamp(min=limit))
    if nodes == 0:
        return at
    at = at - at.mean(0)
    return at / at.abs().max().clamp(min=torch.finfo(at.dtype).tiny)
