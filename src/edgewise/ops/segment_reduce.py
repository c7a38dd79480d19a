"""Edge values to nodes: the second half of message passing; and softmax among the edges of a node."""

import torch

from edgewise._suggest import did_you_mean
from edgewise._typing import Float, Int, Tensor
from edgewise.adjacency import Adjacency
from edgewise.errors import ArgumentError, DTypeError, ShapeError
from edgewise.ops._segments import Segments, as_rows, group, reduce_segments, softmax_segments

__all__ = ["SEGMENT_REDUCTIONS", "segment_reduce", "segment_softmax"]

SEGMENT_REDUCTIONS = ("sum", "mean", "min", "max", "mul", "var", "std", "logsumexp")


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
        num_segments: How many segments there are.
        reduce: ``"sum"``, ``"mean"``, ``"min"``, ``"max"``; ``"mul"``, the product; ``"var"`` and ``"std"``, of the
            population; or ``"logsumexp"``. A segment that no row belongs to gets 0; 1 with ``"mul"``, :math:`-\infty`
            with ``"logsumexp"``.
        adjacency: The same edges grouped by ``index``, where the caller has them; saves the sort.

    Shape:
        src ``[edges, *width]`` · index ``[edges]`` → ``[segments, *width]``

    Raises:
        ArgumentError: An unknown ``reduce``.
        DTypeError: ``src`` is not floating, or ``index`` not integer.
        ShapeError: ``src`` does not have one row for each entry of ``index``.
        NodeIndexError: An index outside of ``num_segments``.

    Cost: O(edges · width) time; O(segments · width) memory forward, and the gradient of ``src`` backward. One counting
    sort, kept with ``index``, where that is not sorted and no adjacency is given. No atomics: the same bits on any
    number of threads. Rows that tie for a minimum or maximum share its gradient equally, as in ``torch.amax``; sum and
    mean can be differentiated twice, the others once.

    Source: names and empty segments are PyG's (``scatter``, ``VarAggregation``, ``StdAggregation``): a variance up to
    1e-5 has a deviation, and a gradient of it, of 0. Ours sums squares of differences from the mean, so that a large
    mean does not cancel.

    Example:
        >>> segment_reduce(torch.tensor([[1.0], [2.0], [3.0]]), torch.tensor([1, 0, 1]), 2).tolist()
        [[2.0], [4.0]]
    """
    if reduce not in SEGMENT_REDUCTIONS:
        hint = did_you_mean(reduce, SEGMENT_REDUCTIONS)
        message = f"segment_reduce: expected reduce to be one of {SEGMENT_REDUCTIONS}, got {reduce!r}.{hint}"
        raise ArgumentError(message)
    segments = _segments(src, index, num_segments, adjacency, "segment_reduce")
    out = reduce_segments(segments, as_rows(src), reduce)
    return out if src.dim() == 2 else out.reshape(num_segments, *src.shape[1:])


def segment_softmax(
    src: Float[Tensor, "edges *width"],
    index: Int[Tensor, " edges"],
    num_segments: int,
    *,
    adjacency: Adjacency | None = None,
) -> Float[Tensor, "edges *width"]:
    r"""Normalise the rows of ``src`` that share an index by a softmax, feature by feature.

    .. math:: y_k = \frac{\exp(\mathrm{src}_k)}{\sum_{l : \mathrm{index}_l = \mathrm{index}_k} \exp(\mathrm{src}_l)}

    Args:
        src: One row an edge.
        index: The segment of each row, in any order.
        num_segments: How many segments there are.
        adjacency: The same edges grouped by ``index``, where the caller has them; saves the sort.

    Shape:
        src ``[edges, *width]`` · index ``[edges]`` → ``[edges, *width]``

    Raises:
        DTypeError: ``src`` is not floating, or ``index`` not integer.
        ShapeError: ``src`` does not have one row for each entry of ``index``.
        NodeIndexError: An index outside of ``num_segments``.

    Cost: O(edges · width) time and memory; nothing but the result is kept for the gradient. The same bits on any number
    of threads.

    Source: ``torch_geometric.utils.softmax``, without the 1e-16 that is added to the denominator there.

    Example:
        >>> segment_softmax(torch.tensor([0.0, 5.0, 0.0]), torch.tensor([1, 0, 1]), 2).tolist()
        [0.5, 1.0, 0.5]
    """
    segments = _segments(src, index, num_segments, adjacency, "segment_softmax")
    return softmax_segments(segments, as_rows(src)).reshape(src.shape)


def _segments(src: Tensor, index: Tensor, num_segments: int, adjacency: Adjacency | None, caller: str) -> Segments:
    if not src.is_floating_point():
        kind = str(src.dtype).removeprefix("torch.")
        message = f"{caller}: expected floating src, got {kind}. Use src.float()."
        raise DTypeError(message)
    if index.dtype not in (torch.int64, torch.int32):
        kind = str(index.dtype).removeprefix("torch.")
        message = f"{caller}: expected integer index, got {kind}. Use index.long()."
        raise DTypeError(message)
    if index.dim() != 1:
        message = f"{caller}: expected index of shape [edges], got {list(index.shape)}. Use index.reshape(-1)."
        raise ShapeError(message)
    if src.dim() == 0 or src.shape[0] != index.shape[0]:
        message = (
            f"{caller}: expected src with one row for each of the {index.shape[0]} entries of index, "
            f"got {list(src.shape)}. The first axis of src counts edges."
        )
        raise ShapeError(message)
    if adjacency is None:
        return group(index, num_segments, caller)
    if adjacency.num_dst != num_segments or adjacency.num_values != index.shape[0]:
        message = (
            f"{caller}: expected an adjacency of {index.shape[0]} edges with {num_segments} destinations, "
            f"got {adjacency}. Group the same edges by index, or leave it out."
        )
        raise ShapeError(message)
    return Segments(adjacency.indptr, adjacency.perm)
