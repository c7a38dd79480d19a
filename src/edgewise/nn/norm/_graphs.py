"""Which node belongs to which graph: what every normalisation over graphs needs to know."""

import torch
from torch import Tensor

from edgewise._memo import TensorMemo
from edgewise.adjacency import Adjacency
from edgewise.errors import DTypeError, ShapeError
from edgewise.ops import spmm
from edgewise.utils._arguments import as_count, check_index

__all__ = ["Graphs", "check_rows"]

_memo = TensorMemo()


def check_rows(layer: str, x: object, in_channels: int | None = None, *, deep: bool = False) -> None:
    """Check that ``x`` is floating, ``[nodes, in_channels]``, or where ``deep`` with more axes before the last.

    Raises:
        DTypeError: Not a floating tensor.
        ShapeError: Not ``[nodes, in_channels]``.
    """
    if not isinstance(x, Tensor) or not x.is_floating_point():
        kind = str(x.dtype).removeprefix("torch.") if isinstance(x, Tensor) else type(x).__name__
        message = f"{layer}: expected floating x, got {kind}. Use x.float()."
        raise DTypeError(message)
    if x.dim() < 2 or (x.dim() > 2 and not deep):
        message = f"{layer}: expected x of shape [nodes, features], got {list(x.shape)}. Give it a row a node."
        raise ShapeError(message)
    if in_channels is not None and x.shape[-1] != in_channels:
        message = (
            f"{layer}: expected x with {in_channels} features (built with in_channels={in_channels}), "
            f"got {x.shape[-1]}. Build it with in_channels={x.shape[-1]}."
        )
        raise ShapeError(message)


class Graphs:
    """The graphs that nodes belong to, in any order; all nodes are one graph where there is no ``batch``.

    Grouped once and kept with ``batch``. Both directions are sums over a sparse matrix, so the same bits come out on
    any number of threads, and everything has a second derivative.
    """

    def __init__(self, x: Tensor, batch: Tensor | None, batch_size: int | None, caller: str) -> None:
        self.nodes = x.shape[0]
        self.matrix: Adjacency | Tensor | None = None
        self.size = 1
        if batch is None:
            return
        size = None if batch_size is None else as_count(batch_size, "batch_size", caller=caller)
        if batch.shape[:1] != x.shape[:1]:
            message = (
                f"{caller}: expected batch with one entry for each of the {self.nodes} rows of x, "
                f"got {list(batch.shape)}. It says which graph each node belongs to."
            )
            raise ShapeError(message)
        self.matrix, self.size = _memo.get((batch,), size, lambda: _grouped(batch, size, caller))

    def mean(self, x: Tensor) -> Tensor:
        """Return the mean over the nodes of each graph, ``[nodes, width]`` to ``[graphs, width]``; 0 without nodes."""
        if self.matrix is None:
            return x.sum(0, keepdim=True) / max(1, self.nodes)
        return spmm(self.matrix, x, reduce="mean", num_dst=self.size)

    def spread(self, values: Tensor) -> Tensor:
        """Return the row of each node's graph, ``[graphs, width]`` to ``[nodes, width]``; the row of an only graph."""
        if self.matrix is None:
            return values
        if isinstance(self.matrix, Tensor):
            return spmm(self.matrix.flip(0), values, num_dst=self.nodes)
        return spmm(self.matrix.transpose(), values)

    def sizes(self, like: Tensor) -> Tensor:
        """Return how many nodes each graph has, ``[graphs, 1]``, in the dtype of ``like``."""
        if self.matrix is None:
            return like.new_full((1, 1), self.nodes)
        if isinstance(self.matrix, Tensor):
            return like.new_zeros(self.size, 1).index_add(0, self.matrix[1].long(), like.new_ones(self.nodes, 1))
        return self.matrix.degree().to(like.dtype).unsqueeze(1)


def _grouped(batch: Tensor, size: int | None, caller: str) -> tuple[Adjacency | Tensor, int]:
    check_index(batch, size, "batch", "Raise batch_size, or number the graphs from 0.", caller=caller)
    if size is None:
        size = int(batch.max()) + 1 if batch.numel() else 0
    nodes = batch.shape[0]
    membership = torch.stack([torch.arange(nodes, dtype=batch.dtype, device=batch.device), batch])
    if torch.compiler.is_compiling():
        return membership, size
    return Adjacency.of(membership, (nodes, size), caller=caller), size
