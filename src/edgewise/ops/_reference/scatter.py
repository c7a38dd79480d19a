"""Rows added to those that an index names."""

from torch import Tensor

from edgewise.ops._reference.kernel import kernel

__all__ = ["add_rows_"]


@kernel(lambda out, index, rows: None)
def add_rows_(out: Tensor, index: Tensor, rows: Tensor) -> None:
    """``out[index[k]] += rows[k]``, one after the other."""
    out.index_add_(0, index, rows)
