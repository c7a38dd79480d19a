"""Softmax among the edges that arrive at a node."""

import torch

from edgewise._typing import Float, Tensor
from edgewise.adjacency import Adjacency
from edgewise.errors import ArgumentError, DTypeError, ShapeError
from edgewise.ops._segments import Segments, as_rows, group, softmax_segments

__all__ = ["edge_softmax"]


def edge_softmax(
    adjacency: Adjacency | Tensor, scores: Float[Tensor, "edges *heads"], *, num_dst: int | None = None
) -> Float[Tensor, "edges *heads"]:
    r"""Normalise the scores of the edges that arrive at each node by a softmax, for each head.

    .. math:: \alpha_k = \frac{\exp(s_k)}{\sum_{l : j' \to i} \exp(s_l)} \quad \text{for the edge } k : j \to i

    Args:
        adjacency: The edges: an :class:`~edgewise.adjacency.Adjacency`, or an ``edge_index`` (sorted once and kept).
        scores: One row an edge, in the caller's edge order.
        num_dst: How many destination nodes an ``edge_index`` has. Default: read from it; needed in compiled code.

    Shape:
        scores ``[edges, *heads]`` → ``[edges, *heads]``

    Raises:
        ArgumentError: Compiled code with an ``edge_index`` and no ``num_dst``.
        DTypeError: ``scores`` is not floating.
        ShapeError: ``scores`` does not fit the adjacency.
        NodeIndexError: An edge names a node outside of ``num_dst``.

    Cost: O(edges · heads) time and memory; the same bits on any number of threads.

    Example:
        >>> edge_index = torch.tensor([[0, 1, 2], [1, 0, 1]])
        >>> edge_softmax(edge_index, torch.tensor([0.0, 5.0, 0.0])).tolist()
        [0.5, 1.0, 0.5]
    """
    if not scores.is_floating_point():
        kind = str(scores.dtype).removeprefix("torch.")
        message = f"edge_softmax: expected floating scores, got {kind}. Use scores.float()."
        raise DTypeError(message)
    segments, edges = _segments(adjacency, num_dst)
    if scores.dim() == 0 or scores.shape[0] != edges:
        message = (
            f"edge_softmax: expected scores with one row for each of the {edges} edges, got {list(scores.shape)}. "
            "Pass them in the order of edge_index."
        )
        raise ShapeError(message)
    return softmax_segments(segments, as_rows(scores)).reshape(scores.shape)


def _segments(adjacency: Adjacency | Tensor, num_dst: int | None) -> tuple[Segments, int]:
    """The edges of each destination, and how many scores there must be."""
    if isinstance(adjacency, Adjacency):
        return Segments(adjacency.indptr, adjacency.perm), adjacency.num_values
    if num_dst is None and torch.compiler.is_compiling():
        message = (
            "edge_softmax: expected num_dst with an edge_index in compiled code, got None. Pass num_dst=x.shape[0]."
        )
        raise ArgumentError(message)
    segments = group(adjacency, num_dst, "edge_softmax")
    edges = adjacency.shape[1] if adjacency.layout == torch.strided else adjacency._nnz()
    return segments, edges
