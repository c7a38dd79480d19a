"""Pairs of nodes in a random order, so that edges between the same nodes are never parted."""

import torch

from edgewise._typing import EdgeIndex, Tensor
from edgewise.ops import structure

__all__ = ["PairOrder"]


class PairOrder:
    """The different pairs of nodes that edges join, in an order that torch's generator draws.

    Args:
        edge_index: The edges.
        num_src: How many sources there are.
        num_dst: How many destinations there are.
        undirected: Whether an edge and its opposite are one pair; every edge must have its opposite.

    Cost: two sorts of the edges.

    Example:
        >>> order = PairOrder(torch.tensor([[0, 1, 1], [1, 0, 1]]), 2, 2, undirected=True)
        >>> len(order), bool(order.of_edge[0] == order.of_edge[1])
        (2, True)
    """

    def __init__(self, edge_index: EdgeIndex, num_src: int, num_dst: int, *, undirected: bool) -> None:
        self._num_dst, self._undirected = num_dst, undirected
        merged = structure.merge(self._canonical(edge_index), max(num_src, num_dst))
        self._keys = self._key(merged.edges)
        inverse = torch.arange(len(self._keys), device=edge_index.device).repeat_interleave(merged.start.diff())
        if merged.perm is not None:
            inverse = torch.empty_like(inverse).scatter_(0, merged.perm.long(), inverse)
        is_judged = edge_index[0] <= edge_index[1] if undirected else torch.ones_like(edge_index[0], dtype=torch.bool)
        self._judged = is_judged.nonzero().flatten()
        # Pairs count in the order of their first edge, as edges do in PyG: same seed, same order.
        first = torch.full_like(self._keys, edge_index.shape[1])
        first.scatter_reduce_(0, inverse[self._judged], self._judged, "amin")
        drawn = torch.randperm(len(first), device=first.device)
        self._place = torch.empty_like(first)
        self._place[first.argsort()[drawn]] = torch.arange(len(first), device=first.device)
        self.of_edge = self._place[inverse]
        """The place of each edge's pair in the order."""

    def __len__(self) -> int:
        return len(self._keys)

    def place(self, edges: EdgeIndex) -> Tensor:
        """Return the places of edges between pairs of this order."""
        return self._place[torch.searchsorted(self._keys, self._key(edges))]

    def judged(self, begin: int, end: int) -> Tensor:
        """Return the edges, by their positions, whose places are in ``[begin, end)``; of opposites only one."""
        place = self.of_edge[self._judged]
        chosen = (place >= begin) & (place < end)
        return self._judged[chosen][place[chosen].sort(stable=True).indices]

    def _canonical(self, edges: Tensor) -> Tensor:
        return torch.stack([torch.minimum(*edges), torch.maximum(*edges)]) if self._undirected else edges

    def _key(self, edges: Tensor) -> Tensor:
        source, target = self._canonical(edges).long()
        key: Tensor = source * self._num_dst + target
        return key
