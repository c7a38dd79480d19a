"""The structure of an edge list, without an adjacency: sorted, merged, symmetric; self loops; isolated nodes.

Nodes must lie in ``[0, num_nodes)``: callers check that, because they know the name of the argument.
"""

from typing import NamedTuple

from torch import Tensor

from edgewise._typing import EdgeIndex, Shaped
from edgewise.ops import _dispatch
from edgewise.ops._segments import Segments, as_rows, reduce_segments

__all__ = ["MergedEdges", "count_linked", "has_loops", "is_symmetric", "merge", "sort", "split_loops"]

_INT32_LIMIT = 2**31


def sort(
    edge_index: EdgeIndex, num_nodes: int, *, by_row: bool = True, mirrored: bool = False
) -> tuple[Tensor, Tensor | None]:
    """Sort edges by both ends; return them, and where each stood (``None``: in this order already).

    Args:
        edge_index: The edges.
        num_nodes: How many nodes there are.
        by_row: By source, then destination; else by destination, then source.
        mirrored: Sort the edges followed by their opposites.
    """
    pairs = edge_index.contiguous()
    if not mirrored and bool(_dispatch.run("is_sorted_pairs", pairs, pairs, by_second=not by_row)):
        return pairs, None
    size = pairs.shape[1] * (2 if mirrored else 1)
    wide = max(size, num_nodes) >= _INT32_LIMIT
    edges, perm = _dispatch.run(
        "sort_pairs", pairs, pairs, num_nodes, by_second=not by_row, mirrored=mirrored, wide=wide
    )
    return edges, perm


class MergedEdges(NamedTuple):
    """Different edges, each with the rows of the caller's edges that became one."""

    edges: Tensor
    start: Tensor
    perm: Tensor | None

    def reduce(self, values: Shaped[Tensor, "edges *width"], reduce: str) -> Tensor:
        """Return one row an edge: reduced as by ``segment_reduce``, or, with ``"any"``, the first.

        Where no edge is there twice, ``values`` may have any dtype.
        """
        if reduce == "any" or self.edges.shape[1] == values.shape[0]:
            first = self.start[:-1]
            return values.index_select(0, first if self.perm is None else self.perm[first])
        rows = as_rows(values if values.is_floating_point() else values.double())
        out = reduce_segments(Segments(self.start, self.perm), rows, reduce)
        return out.reshape(self.edges.shape[1], *values.shape[1:]).to(values.dtype)


def merge(edge_index: EdgeIndex, num_nodes: int, *, by_row: bool = True, mirrored: bool = False) -> MergedEdges:
    """Sort edges as :func:`sort` does and keep each once."""
    pairs, perm = sort(edge_index, num_nodes, by_row=by_row, mirrored=mirrored)
    edges, start = _dispatch.run("unique_pairs", pairs, pairs)
    return MergedEdges(edges, start, perm)


def is_symmetric(edge_index: EdgeIndex, num_nodes: int) -> bool:
    """Whether every edge occurs as often as its opposite."""
    pairs = edge_index.contiguous()
    wide = max(pairs.shape[1], num_nodes) >= _INT32_LIMIT
    return bool(_dispatch.run("is_symmetric", pairs, pairs, num_nodes, wide=wide))


def split_loops(edge_index: EdgeIndex, *, positions: bool, append: int = 0) -> tuple[Tensor, Tensor, Tensor]:
    """Return the edges between different nodes, where they stood, and where the loops stood.

    Args:
        edge_index: The edges.
        positions: Whether the latter two are wanted; else they are empty.
        append: Of how many nodes a loop follows the edges.
    """
    pairs = edge_index.contiguous()
    others, kept, loops = _dispatch.run("split_loops", pairs, pairs, append=append, positions=positions)
    return others, kept, loops


def has_loops(edge_index: EdgeIndex) -> bool:
    """Whether some edge joins a node with itself."""
    pairs = edge_index.contiguous()
    return bool(_dispatch.run("has_loops", pairs, pairs))


def count_linked(edge_index: EdgeIndex, num_nodes: int) -> int:
    """Count the nodes that have an edge to another node."""
    pairs = edge_index.contiguous()
    return int(_dispatch.run("count_linked", pairs, pairs, num_nodes))
