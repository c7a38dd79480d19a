"""A feature matrix of which nearly all is zero, such as a bag of words, multiplied by what is left."""

from typing import NamedTuple

import torch

from edgewise._memo import TensorMemo
from edgewise._typing import Float, Tensor
from edgewise.adjacency import Adjacency
from edgewise.ops import _dispatch
from edgewise.ops.epilogue import dropout
from edgewise.ops.spmm import spmm

__all__ = ["SparseRows", "sparse_rows"]

_memo = TensorMemo()

# Below this share of non-zeros a gather beats a dense multiplication by more than finding them can cost.
_MAX_DENSITY = 0.1
_MIN_SIZE = 2**16
_SAMPLED_ROWS = 32


class SparseRows(NamedTuple):
    """The non-zero entries of a matrix, by rows."""

    rows: Adjacency
    values: Tensor

    def matmul(self, weight: Float[Tensor, "in out"], p: float = 0.0) -> Float[Tensor, "nodes out"]:
        """Return ``dropout(x, p) @ weight``. A zero that is dropped stays zero, so only the others are drawn for."""
        return spmm(self.rows, weight, dropout(self.values.unsqueeze(1), p).squeeze(1))


def sparse_rows(x: Float[Tensor, "nodes *width"]) -> SparseRows | None:
    """Return ``x`` by its non-zero entries if they are few, else ``None``; kept with ``x`` until it changes.

    Args:
        x: Features that need no gradient.

    Cost: a look at 32 rows of a dense ``x``; one more pass where those are nearly all zero.

    Example:
        >>> sparse_rows(torch.eye(300)).matmul(torch.ones(300, 2)).shape
        torch.Size([300, 2])
    """
    if torch.compiler.is_compiling() or x.requires_grad or x.dim() != 2 or x.numel() < _MIN_SIZE:
        return None
    return _memo.get((x,), "sparse rows", lambda: _find(x))


def _find(x: Tensor) -> SparseRows | None:
    sample = x[:: max(1, x.shape[0] // _SAMPLED_ROWS)]
    if int(sample.count_nonzero()) > _MAX_DENSITY * sample.numel():
        return None
    x = x.contiguous()
    indptr = _dispatch.run("count_nonzeros", x, x)
    count = int(indptr[-1])
    if count > _MAX_DENSITY * x.numel():
        return None
    indices, values = _dispatch.run("write_nonzeros", x, x, indptr, count)
    return SparseRows(Adjacency(indptr, indices, None, x.shape[1]), values)
