"""Edges in any order to rows sorted by key."""

import torch
from torch import Tensor

from edgewise.ops._reference.kernel import kernel

__all__ = ["is_sorted", "sort_edges"]


def _sorted(key: Tensor, other: Tensor, num_rows: int, wide: bool) -> tuple[Tensor, Tensor, Tensor]:  # noqa: FBT001
    index = torch.int64 if wide else torch.int32
    indptr = key.new_empty(num_rows + 1, dtype=torch.int64)
    return indptr, key.new_empty(key.shape, dtype=index), key.new_empty(key.shape, dtype=index)


@kernel(_sorted)
def sort_edges(key: Tensor, other: Tensor, num_rows: int, *, wide: bool) -> tuple[Tensor, Tensor, Tensor]:
    """Group edges by ``key``, keeping their order within a row: ``(indptr, indices, perm)``."""
    index = torch.int64 if wide else torch.int32
    perm = torch.argsort(key, stable=True)
    indptr = torch.zeros(num_rows + 1, dtype=torch.int64, device=key.device)
    torch.cumsum(torch.bincount(key.long(), minlength=num_rows), 0, out=indptr[1:])
    return indptr, other[perm].to(index), perm.to(index)


@kernel(lambda key: key.new_empty((), dtype=torch.bool))
def is_sorted(key: Tensor) -> Tensor:
    """Whether ``key`` never decreases."""
    return (key[1:] >= key[:-1]).all()
