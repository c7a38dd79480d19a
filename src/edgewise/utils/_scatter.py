"""Rows that belong together, reduced to one: told by an index or by boundaries. And sorted or joined within groups."""

import torch

from edgewise._typing import Int, Tensor
from edgewise.errors import DTypeError, ShapeError
from edgewise.ops import segment_reduce
from edgewise.utils._arguments import (
    as_axis,
    as_count,
    check_boundaries,
    check_index,
    check_length,
    check_rows,
    check_tensor,
    reduction,
)
from edgewise.utils.maps import index_sort

__all__ = ["group_argsort", "group_cat", "scatter", "segment"]

_ALIASES = {"amin": "min", "amax": "max"}
_OF_INTEGERS = {"sum": "sum", "mul": "prod", "min": "amin", "max": "amax"}


def scatter(
    src: Tensor,
    index: Int[Tensor, " edges"],
    dim: int = 0,
    dim_size: int | None = None,
    reduce: str = "sum",
) -> Tensor:
    r"""Reduce the slices of ``src`` that share an index.

    .. math:: y_i = \bigoplus_{k : \mathrm{index}_k = i} \mathrm{src}_k

    Args:
        src: What is reduced.
        index: Where each slice belongs, in any order.
        dim: The axis of ``src`` that ``index`` goes along.
        dim_size: The length of that axis in the result. Default: one more than the largest index.
        reduce: ``"sum"`` (or ``"add"``), ``"mean"``, ``"min"``, ``"max"``, ``"mul"``, or ``"any"``: the last. Where no
            slice belongs there is 0; 1 with ``"mul"``.

    Shape:
        src ``[*before, edges, *after]`` · index ``[edges]`` → ``[*before, dim_size, *after]``

    Raises:
        ArgumentError: An unknown ``reduce``.
        ShapeError: ``src`` does not have a slice for each entry of ``index``.
        NodeIndexError: An index below 0, or not below ``dim_size``.

    Cost: one counting sort, kept with ``index``, where that is not sorted; then O(size of ``src``). No atomics: the
    same bits on any number of threads. Integers are reduced exactly, by torch, and their mean is floating.

    Example:
        >>> scatter(torch.tensor([1.0, 2.0, 4.0]), torch.tensor([1, 0, 1])).tolist()
        [2.0, 5.0]
    """
    reduce = reduction(reduce, "reduce", caller="scatter", others=("any", "amin", "amax"))
    reduce = _ALIASES.get(reduce, reduce)
    rows, axis = _rows_first(src, index, dim, "scatter")
    if dim_size is None:
        dim_size = int(index.max()) + 1 if index.numel() else 0
    dim_size = as_count(dim_size, "dim_size", caller="scatter")
    check_index(index, dim_size, "index", "Raise dim_size, or leave out rows of index -1.", caller="scatter")
    if reduce == "any":
        out = _last(rows, index, dim_size)
    elif rows.is_floating_point():
        out = segment_reduce(rows, index, dim_size, reduce)
    else:
        out = _reduce_integers(rows, index, dim_size, reduce)
    return out.movedim(0, axis)


def segment(src: Tensor, ptr: Int[Tensor, " boundaries"], reduce: str = "sum") -> Tensor:
    """Reduce the rows of ``src`` between boundaries.

    Args:
        src: One row an edge.
        ptr: Where each segment begins, and last, where the last one ends: from 0 to the number of rows.
        reduce: ``"sum"`` (or ``"add"``), ``"mean"``, ``"min"``, ``"max"`` or ``"mul"``. A segment without rows gets 0;
            1 with ``"mul"``.

    Shape:
        src ``[edges, *width]`` · ptr ``[segments + 1]`` → ``[segments, *width]``

    Raises:
        ArgumentError: An unknown ``reduce``; or boundaries that decrease, or do not go from 0 to the number of rows.

    Cost: O(size of ``src``); the same bits on any number of threads.

    Example:
        >>> segment(torch.tensor([1.0, 2.0, 4.0]), torch.tensor([0, 1, 3])).tolist()
        [1.0, 6.0]
    """
    reduce = reduction(reduce, "reduce", caller="segment")
    check_rows(src, "src", caller="segment")
    index = check_boundaries(ptr, src.shape[0], caller="segment")
    if src.is_floating_point():
        return segment_reduce(src, index, ptr.shape[0] - 1, reduce)
    return _reduce_integers(src, index, ptr.shape[0] - 1, reduce)


def group_argsort(
    src: Tensor,
    index: Int[Tensor, " edges"],
    dim: int = 0,
    num_groups: int | None = None,
    descending: bool = False,  # noqa: FBT001, FBT002 - PyG's signature
    return_consecutive: bool = False,  # noqa: FBT001, FBT002
    stable: bool = False,  # noqa: FBT001, FBT002
) -> Int[Tensor, " edges"]:
    """Return which place each value takes in its group, when the values of every group are sorted.

    Args:
        src: The values.
        index: The group of each value, in any order.
        dim: 0, the only axis.
        num_groups: For PyG's sake.
        descending: The largest value of a group comes first.
        return_consecutive: Count places on from group to group, instead of from 0 in each.
        stable: For PyG's sake: equal values always keep their order.

    Shape:
        src ``[edges]`` · index ``[edges]`` → ``[edges]``

    Raises:
        ShapeError: ``src`` and ``index`` are not of one axis and equal length.
        NodeIndexError: A negative index.

    Cost: a sort of the values, and a radix sort of the groups. Ours compares the values themselves, whatever their
    scale; PyG adds twice the group to them, which loses small differences.

    Example:
        >>> group_argsort(torch.tensor([0, 1, 5, 4, 3]), torch.tensor([0, 0, 1, 1, 1])).tolist()
        [0, 1, 2, 1, 0]
    """
    check_tensor(src, "src", caller="group_argsort")
    if src.dim() != 1:
        message = (
            f"group_argsort: expected src of one axis, got {list(src.shape)}. Sort one column at a time: src[:, k]."
        )
        raise ShapeError(message)
    _rows_first(src, index, dim, "group_argsort")
    check_index(index, None, "index", "Number the groups from 0.", caller="group_argsort")
    by_value = src.argsort(descending=descending, stable=True)
    groups, within = index_sort(index[by_value], stable=True)
    places = torch.arange(src.shape[0], device=src.device)
    if not return_consecutive and src.shape[0]:
        starts = torch.searchsorted(groups, groups)
        places = places - starts
    return torch.empty_like(index).index_copy_(0, by_value[within], places.to(index.dtype))


def group_cat(
    tensors: list[Tensor] | tuple[Tensor, ...],
    indices: list[Tensor] | tuple[Tensor, ...],
    dim: int = 0,
    return_index: bool = False,  # noqa: FBT001, FBT002 - PyG's signature
) -> Tensor | tuple[Tensor, Tensor]:
    """Join tensors so that slices of the same group stand together, group after group.

    Args:
        tensors: What is joined.
        indices: The group of each slice, for each tensor.
        dim: The axis along which they are joined.
        return_index: Return the group of each slice of the result, too.

    Shape:
        tensors ``[*before, some, *after]`` · indices ``[some]`` → ``[*before, all, *after]``, and if wanted ``[all]``

    Raises:
        DTypeError: ``tensors`` or ``indices`` is not a list.
        ShapeError: A tensor does not have a slice for each entry of its index, or there are not as many of either.
        NodeIndexError: A negative index.

    Cost: O(size of the result), with one radix sort of the groups; slices of a group keep their order.

    Example:
        >>> first, second = torch.tensor([1.0, 2.0, 3.0]), torch.tensor([4.0, 5.0])
        >>> group_cat([first, second], [torch.tensor([0, 0, 2]), torch.tensor([0, 1])]).tolist()
        [1.0, 2.0, 4.0, 5.0, 3.0]
    """
    if not (isinstance(tensors, list | tuple) and isinstance(indices, list | tuple)):
        message = (
            f"group_cat: expected lists of tensors and of indices, got {type(tensors).__name__} and "
            f"{type(indices).__name__}. Put a single one into a list."
        )
        raise DTypeError(message)
    if len(tensors) != len(indices) or not tensors:
        message = (
            f"group_cat: expected one index a tensor, got {len(tensors)} tensors and {len(indices)} indices. "
            "Pass a list of each."
        )
        raise ShapeError(message)
    for tensor, index in zip(tensors, indices, strict=True):
        _rows_first(tensor, index, dim, "group_cat")
    joined = torch.cat(list(indices))
    check_index(joined, None, "indices", "Number the groups from 0.", caller="group_cat")
    groups, perm = index_sort(joined, stable=True)
    out = torch.cat(list(tensors), dim=dim).index_select(dim, perm)
    return (out, groups) if return_index else out


def _rows_first(src: Tensor, index: Tensor, dim: int, caller: str) -> tuple[Tensor, int]:
    """``src`` with the axis that ``index`` goes along in front, and which one that was."""
    axis = as_axis(dim, src, "src", "It is the axis that index goes along.", caller=caller)
    check_index(index, None, "index", "", caller=caller, values=False)
    check_length(src, index, axis, dim, caller=caller)
    return src.movedim(axis, 0), axis


def _reduce_integers(rows: Tensor, index: Tensor, size: int, reduce: str) -> Tensor:
    if reduce == "mean":
        total = _reduce_integers(rows, index, size, "sum")
        count = torch.bincount(index, minlength=size).clamp(min=1)
        return total / count.view(-1, *[1] * (rows.dim() - 1))
    start = rows.new_full((size, *rows.shape[1:]), 1 if reduce == "mul" else 0)
    if reduce == "sum":
        return start.index_add_(0, index, rows)
    at = index.long().view(-1, *[1] * (rows.dim() - 1)).expand_as(rows)
    return start.scatter_reduce_(0, at, rows, _OF_INTEGERS[reduce], include_self=reduce == "mul")


def _last(rows: Tensor, index: Tensor, size: int) -> Tensor:
    """The last row of each index; zeros where there is none."""
    order = torch.arange(rows.shape[0], device=rows.device)
    place = order.new_full((size,), -1).scatter_reduce_(0, index.long(), order, "amax")
    found = (place >= 0).nonzero().squeeze(1)
    return rows.new_zeros(size, *rows.shape[1:]).index_copy(0, found, rows.index_select(0, place[found]))
