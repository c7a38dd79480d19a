"""Numbers to places and back: sorted, counted up, mapped to where they stand, or spread to one column each."""

import torch

from edgewise._typing import Bool, Int, Tensor
from edgewise.errors import ArgumentError, DTypeError
from edgewise.ops import structure
from edgewise.utils._arguments import as_axis, as_count, check_index, check_tensor

__all__ = ["cumsum", "index_sort", "map_index", "one_hot"]

_LARGEST_TABLE = 10_000_000


def cumsum(x: Tensor, dim: int = 0) -> Tensor:
    """Add up along an axis, beginning with 0: counts become boundaries.

    Args:
        x: What is added up.
        dim: The axis.

    Shape:
        x ``[*before, n, *after]`` → ``[*before, n + 1, *after]``, of the same type; booleans are counted as int64

    Raises:
        ShapeError: ``dim`` is no axis of ``x``.

    Example:
        >>> cumsum(torch.tensor([2, 4, 1])).tolist()
        [0, 2, 6, 7]
    """
    axis = as_axis(dim, x, "x", "It is the axis to add up along.", caller="cumsum")
    dtype = torch.int64 if x.dtype == torch.bool else x.dtype
    total = torch.cumsum(x, axis, dtype=dtype)
    first = (*x.shape[:axis], 1, *x.shape[axis + 1 :])
    return torch.cat([total.new_zeros(first), total], axis)


def index_sort(
    inputs: Int[Tensor, " n"],
    max_value: int | None = None,
    stable: bool = False,  # noqa: FBT001, FBT002 - PyG's signature
) -> tuple[Int[Tensor, " n"], Int[Tensor, " n"]]:
    """Sort numbers of 0 and more.

    Args:
        inputs: The numbers.
        max_value: For PyG's sake.
        stable: For PyG's sake: equal numbers always keep their order.

    Shape:
        inputs ``[n]`` → sorted ``[n]``, and where each stood ``[n]`` int64

    Raises:
        NodeIndexError: A negative number.
        ShapeError: More than one axis.

    Cost: one parallel radix sort, O(n); numbers that are sorted already are copied.

    Example:
        >>> [part.tolist() for part in index_sort(torch.tensor([3, 1, 2, 1]))]
        [[1, 1, 2, 3], [1, 3, 2, 0]]
    """
    check_index(inputs, None, "inputs", "Use torch.sort for those.", caller="index_sort")
    limit = int(inputs.max()) + 1 if inputs.numel() else 0
    pairs, perm = structure.sort(torch.stack([inputs, torch.zeros_like(inputs)]), limit)
    order = torch.arange(inputs.shape[0], device=inputs.device) if perm is None else perm.long()
    return pairs[0], order


def map_index(
    src: Int[Tensor, "..."],
    index: Int[Tensor, " known"],
    max_index: int | Tensor | None = None,
    inclusive: bool = False,  # noqa: FBT001, FBT002 - PyG's signature
) -> tuple[Tensor, Bool[Tensor, "..."] | None]:
    """Replace every number by its place in ``index``.

    Args:
        src: The numbers.
        index: Where each of them may stand; a number that is there twice has its last place.
        max_index: For PyG's sake.
        inclusive: Whether all numbers of ``src`` must be in ``index``. Else those that are not are left out.

    Shape:
        src ``[n]`` · index ``[known]`` → places ``[found]``, and which were found ``[n]`` boolean; with ``inclusive``,
        ``[n]`` and ``None``

    Raises:
        ArgumentError: With ``inclusive``, a number that is not in ``index``.
        DTypeError: ``src`` or ``index`` is not integer.
        NodeIndexError: A negative number in ``index``.

    Cost: O(n + the largest of ``index``) while that is moderate, else a sort of ``index`` and a binary search a number.

    Example:
        >>> places, found = map_index(torch.tensor([2, 0, 1, 0, 3]), torch.tensor([3, 2, 0]))
        >>> places.tolist(), found.tolist()
        ([1, 2, 2, 0], [True, True, False, True, True])
    """
    check_tensor(src, "src", caller="map_index")
    if src.dtype not in (torch.int64, torch.int32):
        kind = str(src.dtype).removeprefix("torch.")
        message = f"map_index: expected integer src, got {kind}. Use src.long()."
        raise DTypeError(message)
    check_index(index, None, "index", "Numbers count from 0.", caller="map_index")
    top = int(index.max()) if index.numel() else -1
    if top <= max(_LARGEST_TABLE, 8 * (src.numel() + index.numel())):
        places = _look_up(src, index, top)
    else:
        places = _search(src, index)
    found = places >= 0
    if not inclusive:
        return places[found], found
    if not found.all():
        missing = (~found).flatten().nonzero()[0, 0]
        message = (
            f"map_index: expected every number of src in index, got {int(src.flatten()[missing])} at position "
            f"{int(missing)}, which is not. Use inclusive=False to leave those out."
        )
        raise ArgumentError(message)
    return places, None


def _look_up(src: Tensor, index: Tensor, top: int) -> Tensor:
    """Places by a table of all numbers up to ``top``; -1 where there is none."""
    order = torch.arange(index.shape[0], dtype=src.dtype, device=src.device)
    table = torch.full((top + 2,), -1, dtype=src.dtype, device=src.device)
    table.scatter_reduce_(0, index.long(), order, "amax")
    known = torch.where((src < 0) | (src > top), top + 1, src)  # the last entry is nobody's
    return table.index_select(0, known.flatten()).view(src.shape)


def _search(src: Tensor, index: Tensor) -> Tensor:
    """Places by a binary search among the sorted numbers; -1 where there is none."""
    known, order = index_sort(index, stable=True)
    at = torch.searchsorted(known, src.contiguous(), right=True) - 1  # the last of equal ones
    is_known = (at >= 0) & (known[at.clamp(min=0)] == src)
    return torch.where(is_known, order[at.clamp(min=0)], -1).to(src.dtype)


def one_hot(index: Int[Tensor, " n"], num_classes: int | None = None, dtype: torch.dtype | None = None) -> Tensor:
    """Write a 1 in the column that each number names, and 0 elsewhere.

    Args:
        index: The numbers.
        num_classes: How many columns there are. Default: one more than the largest number.
        dtype: Of the result. Default: torch's default floating type.

    Shape:
        index ``[n]`` → ``[n, num_classes]``

    Raises:
        ShapeError: More than one axis.
        NodeIndexError: A number below 0, or not below ``num_classes``.

    Example:
        >>> one_hot(torch.tensor([1, 0]), 3, torch.long).tolist()
        [[0, 1, 0], [1, 0, 0]]
    """
    check_index(index, None, "index", "", caller="one_hot", values=False)
    if num_classes is None:
        num_classes = int(index.max()) + 1 if index.numel() else 0
    num_classes = as_count(num_classes, "num_classes", caller="one_hot")
    check_index(index, num_classes, "index", "Raise num_classes, or leave out unknown ones.", caller="one_hot")
    out = torch.zeros(index.shape[0], num_classes, dtype=dtype, device=index.device)
    return out.scatter_(1, index.long().unsqueeze(1), 1)
