"""Choosing rows: boolean masks, the numbers of what they choose, and both ways between."""

import torch

from edgewise._typing import Bool, Int, Tensor
from edgewise.errors import DTypeError, ShapeError
from edgewise.utils._arguments import as_axis, as_count, check_index, check_tensor

__all__ = ["index_to_mask", "mask_select", "mask_to_index"]


def mask_select(src: Tensor, dim: int, mask: Bool[Tensor, " n"]) -> Tensor:
    """Keep the slices that a mask marks.

    Args:
        src: What is chosen from.
        dim: The axis that ``mask`` goes along.
        mask: Which slices to keep.

    Shape:
        src ``[*before, n, *after]`` · mask ``[n]`` → ``[*before, kept, *after]``

    Raises:
        DTypeError: ``mask`` is not boolean.
        ShapeError: ``mask`` does not have an entry for each slice.

    Example:
        >>> mask_select(torch.tensor([[1, 2, 3]]), 1, torch.tensor([True, False, True])).tolist()
        [[1, 3]]
    """
    axis = as_axis(dim, src, "src", "It is the axis that mask goes along.", caller="mask_select")
    check_tensor(mask, "mask", caller="mask_select")
    if mask.dtype != torch.bool:
        kind = str(mask.dtype).removeprefix("torch.")
        message = f"mask_select: expected boolean mask, got {kind}. Use mask.bool(), or src.index_select(dim, index)."
        raise DTypeError(message)
    if mask.shape != src.shape[axis : axis + 1]:
        message = (
            f"mask_select: expected mask with one entry for each slice of src {list(src.shape)} along dim={dim}, "
            f"got {list(mask.shape)}. Pass the axis that mask goes along as dim."
        )
        raise ShapeError(message)
    return src.index_select(axis, mask.nonzero().squeeze(1))


def index_to_mask(index: Int[Tensor, "..."], size: int | None = None) -> Bool[Tensor, " size"]:
    """Mark the numbers that are there.

    Args:
        index: The numbers, in any order and any shape.
        size: The length of the mask. Default: one more than the largest number.

    Shape:
        index ``[...]`` → ``[size]``

    Raises:
        NodeIndexError: A number below 0, or not below ``size``.

    Example:
        >>> index_to_mask(torch.tensor([1, 3]), size=5).tolist()
        [False, True, False, True, False]
    """
    check_tensor(index, "index", caller="index_to_mask")
    index, size = index.reshape(-1), None if size is None else as_count(size, "size", caller="index_to_mask")
    check_index(index, size, "index", "Raise size, or leave them out.", caller="index_to_mask")
    if size is None:
        size = int(index.max()) + 1 if index.numel() else 0
    mask = torch.zeros(size, dtype=torch.bool, device=index.device)
    mask[index] = True
    return mask


def mask_to_index(mask: Bool[Tensor, " n"]) -> Int[Tensor, " kept"]:
    """Return the numbers that a mask marks, in order.

    Args:
        mask: Which numbers.

    Shape:
        mask ``[n]`` → ``[kept]`` int64

    Raises:
        ShapeError: More than one axis.

    Example:
        >>> mask_to_index(torch.tensor([False, True, True])).tolist()
        [1, 2]
    """
    check_tensor(mask, "mask", caller="mask_to_index")
    if mask.dim() != 1:
        message = f"mask_to_index: expected mask of one axis, got {list(mask.shape)}. Use mask.nonzero() for several."
        raise ShapeError(message)
    return mask.nonzero().squeeze(1)
