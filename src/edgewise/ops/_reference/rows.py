"""Small steps that several definitions share."""

import torch
from torch import Tensor

__all__ = ["in_caller_order", "rows_of", "values_of"]


def rows_of(indptr: Tensor) -> Tensor:
    """The row of each grouped edge."""
    return torch.repeat_interleave(torch.arange(indptr.shape[0] - 1, device=indptr.device), indptr.diff())


def values_of(weight: Tensor | None, perm: Tensor | None, like: Tensor) -> Tensor:
    """The value of each grouped edge, ``[E, 1]``."""
    if weight is None:
        return like.new_ones(1, 1)
    return (weight if perm is None else weight[perm.long()]).unsqueeze(1)


def in_caller_order(grouped: Tensor, perm: Tensor | None) -> Tensor:
    """Grouped edge values at the positions that the caller knows."""
    return grouped if perm is None else torch.empty_like(grouped).index_copy_(0, perm.long(), grouped)
