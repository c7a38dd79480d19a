"""Edge values to nodes: the second half of message passing."""

import torch

from edgewise._suggest import did_you_mean
from edgewise._typing import Float, Int, Tensor
from edgewise.adjacency import Adjacency
from edgewise.errors import ArgumentError, DTypeError
from edgewise.ops.spmm import REDUCTIONS, spmm

__all__ = ["segment_reduce"]


def segment_reduce(
    src: Float[Tensor, "edges *width"],
    index: Int[Tensor, " edges"],
    num_segments: int,
    reduce: str = "sum",
    *,
    adjacency: Adjacency | None = None,
) -> Float[Tensor, "segments *width"]:
    r"""Reduce the rows of ``src`` that share an index.

    .. math:: y_i = \bigoplus_{k : \mathrm{index}_k = i} \mathrm{src}_k

    Args:
        src: One row an edge.
        index: The segment of each row, in any order.
        num_segments: How many segments there are; one that no row belongs to gets 0.
        reduce: ``"sum"``, ``"mean"``, ``"min"`` or ``"max"``.
        adjacency: The same edges grouped by ``index``, where the caller has them; saves the sort.

    Shape:
        src ``[edges, *width]`` · index ``[edges]`` → ``[segments, *width]``

    Raises:
        ArgumentError: An unknown ``reduce``.
        DTypeError: ``src`` is not floating.
        NodeIndexError: An index outside of ``num_segments``.

    Cost: O(edges · width) time; one counting sort where no adjacency is given. No atomics: the same bits on any number
    of threads.

    Example:
        >>> segment_reduce(torch.tensor([[1.0], [2.0], [3.0]]), torch.tensor([1, 0, 1]), 2).tolist()
        [[2.0], [4.0]]
    """
    if reduce not in REDUCTIONS:
        hint = did_you_mean(reduce, REDUCTIONS)
        message = f"segment_reduce: expected reduce to be one of {REDUCTIONS}, got {reduce!r}.{hint}"
        raise ArgumentError(message)
    if not src.is_floating_point():
        message = (
            f"segment_reduce: expected floating src, got {str(src.dtype).removeprefix('torch.')}. Use src.float()."
        )
        raise DTypeError(message)
    if torch.compiler.is_compiling():
        # Edge k as source k: the traced operator sorts behind its back.
        edges = torch.stack([torch.arange(index.shape[0], device=index.device, dtype=index.dtype), index])
        return spmm(edges, src, reduce=reduce, num_dst=num_segments)
    if adjacency is None:
        adjacency = Adjacency.of(torch.stack([index, index]), (num_segments, num_segments), caller="segment_reduce")
    return spmm(adjacency.incidence(), src, reduce=reduce)
