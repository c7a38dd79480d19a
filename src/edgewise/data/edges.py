"""Edges as people write them, pairs of names or numbers, to ``edge_index``."""

from collections.abc import Hashable, Sequence
from typing import Any

import torch

from edgewise._suggest import did_you_mean
from edgewise._typing import EdgeIndex, Tensor
from edgewise.errors import ArgumentError, NodeIndexError, ShapeError
from edgewise.utils import to_undirected

__all__ = ["edges_from_pairs"]


def edges_from_pairs(
    pairs: Any, nodes: Sequence[Hashable] | None, *, undirected: bool
) -> tuple[EdgeIndex, list[str] | None, int]:
    """Return ``edge_index``, the nodes' names (``None`` for plain numbers) and how many nodes there are.

    Example:
        >>> edges_from_pairs([(0, 2)], None, undirected=False)[::2]
        (tensor([[0],
                [2]]), 3)
    """
    if hasattr(pairs, "__array__") or isinstance(pairs, Tensor):
        pairs = torch.as_tensor(pairs).tolist()
    listed: list[Any] = list(pairs)
    for position, pair in enumerate(listed):
        if isinstance(pair, str) or not isinstance(pair, Sequence) or len(pair) != 2:
            message = (
                f"Data.from_edges: expected pairs (source, destination), got {pair!r} at position {position}. "
                "Write one pair for each edge; weights go into edge_weight=..."
            )
            raise ShapeError(message)
    ends = [end for pair in listed for end in pair]
    if nodes is None and all(isinstance(end, int) and not isinstance(end, bool) for end in ends):
        names, numbers = None, ends
        if ends and min(ends) < 0:
            message = f"Data.from_edges: expected nodes numbered from 0, got {min(ends)}. Drop or renumber that edge."
            raise NodeIndexError(message)
        count = max(ends, default=-1) + 1
    else:
        order = list(dict.fromkeys(ends if nodes is None else nodes))
        numbers = _numbered(ends, order)
        names, count = [str(node) for node in order], len(order)
    edge_index = torch.tensor(numbers, dtype=torch.int64).reshape(-1, 2).t().contiguous()
    return (to_undirected(edge_index, num_nodes=count) if undirected else edge_index), names, count


def _numbered(ends: list[Any], order: list[Any]) -> list[int]:
    number = {node: index for index, node in enumerate(order)}
    for position, end in enumerate(ends):
        if end not in number:
            hint = did_you_mean(str(end), map(str, order)) or " Add it to nodes."
            message = f"Data.from_edges: expected nodes that are listed, got {end!r} in edge {position // 2}.{hint}"
            raise ArgumentError(message)
    return [number[end] for end in ends]
