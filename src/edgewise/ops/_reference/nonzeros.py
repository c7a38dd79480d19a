"""The entries of a dense matrix that are not zero, as the rows of a sparse one."""

import torch
from torch import Tensor

from edgewise.ops._reference.kernel import kernel

__all__ = ["count_nonzeros", "write_nonzeros"]


@kernel(lambda x: x.new_empty(x.shape[0] + 1, dtype=torch.int64))
def count_nonzeros(x: Tensor) -> Tensor:
    """``indptr [rows + 1]``: where the entries of each row start."""
    indptr = torch.zeros(x.shape[0] + 1, dtype=torch.int64, device=x.device)
    torch.cumsum((x != 0).sum(1), 0, out=indptr[1:])
    return indptr


@kernel(lambda x, indptr, count: (x.new_empty(count, dtype=torch.int32), x.new_empty(count)))
def write_nonzeros(x: Tensor, indptr: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """The column and the value of each entry, row by row."""
    row, column = x.nonzero(as_tuple=True)
    return column.to(torch.int32), x[row, column]
