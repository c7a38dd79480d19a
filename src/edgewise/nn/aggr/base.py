"""What all aggregations share: the call, its checks, and reductions along any axis."""

from typing import Any

import torch

from edgewise._memo import TensorMemo
from edgewise._typing import Float, Int, Tensor
from edgewise.errors import ArgumentError, DTypeError, NodeIndexError, ShapeError
from edgewise.nn._networks import reset
from edgewise.ops import segment_reduce, segment_softmax

__all__ = ["Aggregation"]

_memo = TensorMemo()


class Aggregation(torch.nn.Module):
    r"""Base class of aggregations: the rows of each group to one.

    .. math:: y_g = \bigoplus_{k : \mathrm{index}_k = g} x_k

    Write ``forward(self, x, index, ptr, dim_size, dim)``; ``index`` and ``dim_size`` are always known there.
    :meth:`reduce` and :meth:`softmax` work within groups.

    Shape:
        x ``[*, rows, width]`` floating · index ``[rows]`` integer, in any order · ptr ``[groups + 1]`` → ``[*, groups,
        width]``, with the axis ``dim`` of ``x`` in the place of rows

    Raises:
        DTypeError: ``x`` is not floating, or ``index`` or ``ptr`` not integer.
        ShapeError: ``index`` or ``ptr`` does not fit the rows of ``x``.
        NodeIndexError: An index outside of ``dim_size``.
        ArgumentError: ``x`` has no axis ``dim``, or ``dim_size`` contradicts ``ptr``.

    Source: names and arguments are PyG's (``torch_geometric.nn.aggr``). There ``index`` must be sorted for some
    aggregations, and ``ptr`` does for others only; here both do for all.

    Example:
        >>> class Range(Aggregation):
        ...     def forward(self, x, index, ptr=None, dim_size=None, dim=-2):
        ...         both = (self.reduce(x, index, ptr, dim_size, dim, reduce=name) for name in ("max", "min"))
        ...         return next(both) - next(both)
        >>> Range()(torch.tensor([[1.0], [5.0], [2.0]]), torch.tensor([0, 0, 1])).tolist()
        [[4.0], [0.0]]
    """

    blocked: bool = True
    """Whether a layer may aggregate some groups at a time. Set it to ``False`` in an aggregation in which a group's
    result depends on other groups."""

    # The names of segment reductions that the module is, side by side; None where it is something else.
    _names: tuple[str, ...] | None = None

    def __call__(
        self,
        x: Tensor,
        index: Tensor | None = None,
        ptr: Tensor | None = None,
        dim_size: int | None = None,
        dim: int = -2,
        **kwargs: Any,
    ) -> Any:
        """Aggregate.

        Args:
            x: One row an element, along the axis ``dim``.
            index: The group of each row. Default: all rows are one group.
            ptr: Rows ``ptr[g]`` to ``ptr[g + 1]`` are group g; instead of ``index``, where rows are sorted.
            dim_size: How many groups there are. Default: read from ``ptr``, or one more than the largest index.
            dim: The axis of ``x`` that counts rows.
            **kwargs: Whatever else an aggregation takes.
        """
        name = type(self).__name__
        _check_rows(name, x, dim)
        rows = x.shape[dim]
        if ptr is not None:
            dim_size = _check_ptr(name, ptr, rows, dim_size)
        if index is None:
            dim_size = min(rows, 1) if dim_size is None else dim_size
            index = _groups_of(ptr, rows, x.device)
        _check_index(name, index, rows)
        dim_size = _check_size(name, index, dim_size)
        return super().__call__(x, index=index, ptr=ptr, dim_size=dim_size, dim=dim, **kwargs)

    def forward(
        self,
        x: Float[Tensor, "..."],
        index: Int[Tensor, " rows"],
        ptr: Tensor | None = None,
        dim_size: int | None = None,
        dim: int = -2,
        max_num_elements: int | None = None,
    ) -> Float[Tensor, "..."]:
        """Return one row a group. ``max_num_elements`` is taken for PyG's sake: nothing here is padded."""
        message = f"{type(self).__name__}.forward: expected a definition, got none. Define it in your aggregation."
        raise NotImplementedError(message)

    def reset_parameters(self) -> None:
        """Draw the parameters of all children anew."""
        for child in self.children():
            reset(child)

    def get_out_channels(self, in_channels: int) -> int:
        """Return the width of a result for rows of a width."""
        return in_channels

    def reduce(
        self,
        x: Float[Tensor, "..."],
        index: Int[Tensor, " rows"],
        ptr: Tensor | None = None,
        dim_size: int | None = None,
        dim: int = -2,
        reduce: str = "sum",
    ) -> Float[Tensor, "..."]:
        """Reduce the rows of each group, by a name of :func:`~edgewise.ops.segment_reduce`."""
        groups = _check_size(type(self).__name__, index, dim_size)
        return segment_reduce(x.movedim(dim, 0), index, groups, reduce).movedim(0, dim)

    def softmax(
        self,
        x: Float[Tensor, "..."],
        index: Int[Tensor, " rows"],
        ptr: Tensor | None = None,
        dim_size: int | None = None,
        dim: int = -2,
    ) -> Float[Tensor, "..."]:
        """Return a softmax over the rows of each group, column by column."""
        groups = _check_size(type(self).__name__, index, dim_size)
        return segment_softmax(x.movedim(dim, 0), index, groups).movedim(0, dim)

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


def _check_rows(name: str, x: Tensor, dim: int) -> None:
    if not isinstance(x, Tensor) or not x.is_floating_point():
        kind = str(x.dtype).removeprefix("torch.") if isinstance(x, Tensor) else type(x).__name__
        message = f"{name}: expected floating x, got {kind}. Use x.float()."
        raise DTypeError(message)
    if not -x.dim() <= dim < x.dim():
        message = f"{name}: expected dim to be an axis of x {list(x.shape)}, got {dim}. Pass dim=0 to aggregate rows."
        raise ArgumentError(message)


def _check_integer(name: str, argument: str, value: Tensor) -> None:
    if not isinstance(value, Tensor) or value.dtype not in (torch.int64, torch.int32):
        kind = str(value.dtype).removeprefix("torch.") if isinstance(value, Tensor) else type(value).__name__
        message = f"{name}: expected integer {argument}, got {kind}. Use {argument}.long()."
        raise DTypeError(message)


def _check_index(name: str, index: Tensor, rows: int) -> None:
    _check_integer(name, "index", index)
    if index.dim() != 1 or index.shape[0] != rows:
        message = (
            f"{name}: expected index of shape [{rows}], a group for each row of x, got {list(index.shape)}. "
            "Pass dim where rows are another axis of x."
        )
        raise ShapeError(message)


def _check_ptr(name: str, ptr: Tensor, rows: int, dim_size: int | None) -> int:
    """Check that ``ptr`` cuts the rows, and return how many groups it makes."""
    _check_integer(name, "ptr", ptr)
    cuts = ptr.dim() == 1 and ptr.shape[0] > 0
    if cuts and not torch.compiler.is_compiling():
        cuts = int(ptr[0]) == 0 and int(ptr[-1]) == rows and not bool((ptr.diff() < 0).any())
    if not cuts:
        got = ptr.tolist() if ptr.numel() <= 8 else f"shape {list(ptr.shape)}"
        message = f"{name}: expected ptr to rise from 0 to the {rows} rows of x, got {got}. Pass index instead."
        raise ShapeError(message)
    if dim_size is not None and dim_size != ptr.shape[0] - 1:
        message = f"{name}: expected dim_size={ptr.shape[0] - 1}, the groups of ptr, got {dim_size}. Leave it out."
        raise ArgumentError(message)
    return ptr.shape[0] - 1


def _groups_of(ptr: Tensor | None, rows: int, device: torch.device) -> Tensor:
    """The group of each row: by ``ptr``, or one for all."""
    if ptr is None:
        return torch.zeros(rows, dtype=torch.int64, device=device)
    groups = torch.arange(ptr.shape[0] - 1, device=device)
    return torch.repeat_interleave(groups, ptr.diff(), output_size=rows)


def _check_size(name: str, index: Tensor, dim_size: int | None) -> int:
    """Check that every row has a group, and return how many groups there are."""
    if torch.compiler.is_compiling():
        if dim_size is None:
            message = f"{name}: expected dim_size in compiled code, got None. Pass the number of groups."
            raise ArgumentError(message)
        return dim_size
    low, high = _memo.get((index,), None, lambda: _range(index))
    if low < 0 or (dim_size is not None and high >= dim_size):
        wanted = "of at least 0" if low < 0 else f"below dim_size={dim_size}"
        cure = "Drop rows of a negative index." if low < 0 else f"Pass dim_size={high + 1}, or leave it out."
        message = f"{name}: expected index values {wanted}, got {low if low < 0 else high}. {cure}"
        raise NodeIndexError(message)
    return high + 1 if dim_size is None else dim_size


def _range(index: Tensor) -> tuple[int, int]:
    """The smallest and the largest index; -1 is largest where there is none."""
    if index.numel() == 0:
        return 0, -1
    low, high = index.aminmax()
    return int(low), int(high)
