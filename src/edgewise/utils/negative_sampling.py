"""Pairs of nodes that no edge joins, without a dense matrix and without trial and error.

Pairs are numbered, and edges occupy some of the numbers. A binary search among those finds the r-th free number, so a
random r is a random pair without an edge at once, however few of them there are.
"""

import math
from dataclasses import dataclass
from typing import Literal

import torch

from edgewise._checks import check_edge_index, check_node_range
from edgewise._suggest import did_you_mean
from edgewise._typing import EdgeIndex, Int, Tensor
from edgewise.errors import ArgumentError, DataError, DTypeError, ShapeError
from edgewise.ops import structure
from edgewise.utils._arguments import count_nodes

__all__ = [
    "batched_negative_sampling",
    "negative_sampling",
    "structured_negative_sampling",
    "structured_negative_sampling_feasible",
]

_METHODS = ("sparse", "dense")


def negative_sampling(
    edge_index: EdgeIndex,
    num_nodes: int | tuple[int, int] | None = None,
    num_neg_samples: int | float | None = None,
    method: str = "sparse",
    force_undirected: bool = False,  # noqa: FBT001, FBT002 - PyG's signature
) -> Int[Tensor, "2 negatives"]:
    """Draw pairs of nodes that no edge joins, none twice, each choice of them equally likely.

    Args:
        edge_index: The edges.
        num_nodes: How many nodes there are; as ``(sources, destinations)`` of a bipartite graph. Default: one more than
            the largest in ``edge_index``. Only in a bipartite graph may a pair have the same number twice: otherwise
            that would be a self loop, and none is drawn.
        num_neg_samples: How many; a ``float`` is a multiple of the number of edges. Default: as many as edges. Where
            there are fewer, all of them are returned.
        method: For PyG's sake: ``"sparse"`` and ``"dense"`` do the same.
        force_undirected: Take edges for undirected ones, and return both directions of every pair: ``num_neg_samples``
            counts both. Pairs come first, smaller node first, then their opposites in the same order.

    Shape:
        edge_index ``[2, edges]`` → ``[2, negatives]``

    Raises:
        NodeIndexError: An edge names a node outside of ``num_nodes``.
        ArgumentError: A negative ``num_neg_samples``, an unknown ``method``, or ``force_undirected`` of a bipartite
            graph.

    Cost: one sort of the edges and one of the result; a binary search a pair. No rejected draws, no dense matrix. Same
    seed, same pairs. PyG returns fewer than asked for where most pairs are edges, and with ``force_undirected`` takes
    a pair whose only edge goes from the larger node to the smaller for a negative; this function does neither.

    Example:
        >>> edge_index = torch.tensor([[0, 0, 1, 2], [1, 2, 2, 0]])
        >>> sorted(negative_sampling(edge_index).t().tolist())
        [[1, 0], [2, 1]]
    """
    caller = "negative_sampling"
    _check_method(method, caller)
    check_edge_index(edge_index, caller=caller)
    if isinstance(num_nodes, tuple):
        check_node_range(edge_index, *num_nodes, caller=caller)
        num_src, num_dst = num_nodes
        kind = _kind(bipartite=True, undirected=force_undirected, caller=caller)
    else:
        num_src = num_dst = count_nodes(edge_index, num_nodes, caller=caller)
        kind = _kind(bipartite=False, undirected=force_undirected, caller=caller)
    src, dst, edges = torch.tensor([[num_src], [num_dst], [edge_index.shape[1]]], device=edge_index.device)
    pairs, wanted = _Pairs(src, dst, kind), _wanted(num_neg_samples, edges, caller)
    return _negatives(edge_index, pairs, wanted, caller)


def batched_negative_sampling(
    edge_index: EdgeIndex,
    batch: Tensor | tuple[Tensor, Tensor],
    num_neg_samples: int | float | None = None,
    method: str = "sparse",
    force_undirected: bool = False,  # noqa: FBT001, FBT002 - PyG's signature
) -> Int[Tensor, "2 negatives"]:
    """Draw pairs of nodes of the same graph that no edge joins, as :func:`negative_sampling` does in each graph.

    Args:
        edge_index: The edges of all graphs.
        batch: The graph of each node, in ascending order; a pair of such for the two sides of bipartite graphs.
        num_neg_samples: How many in each graph; a ``float`` is a multiple of the graph's number of edges. Default: as
            many as the graph has edges. A graph that has fewer gives all of them.
        method: For PyG's sake: ``"sparse"`` and ``"dense"`` do the same.
        force_undirected: Take edges for undirected ones, and return both directions of every pair.

    Shape:
        edge_index ``[2, edges]`` · batch ``[nodes]`` → ``[2, negatives]``, graph after graph

    Raises:
        NodeIndexError: An edge names a node that ``batch`` has no row for.
        DataError: An edge joins two graphs.
        ShapeError: ``batch`` is not one row of numbers.
        DTypeError: ``batch`` is not integer.
        ArgumentError: ``batch`` is not in ascending order, or as in :func:`negative_sampling`.

    Cost: as :func:`negative_sampling` of all edges at once; no loop over graphs.

    Example:
        >>> edge_index = torch.tensor([[0, 1, 2], [1, 0, 3]])
        >>> batched_negative_sampling(edge_index, torch.tensor([0, 0, 1, 1])).tolist()
        [[3], [2]]
    """
    caller = "batched_negative_sampling"
    _check_method(method, caller)
    check_edge_index(edge_index, caller=caller)
    kind = _kind(bipartite=isinstance(batch, tuple), undirected=force_undirected, caller=caller)
    src_batch, dst_batch = (
        _check_batch(side, caller) for side in (batch if isinstance(batch, tuple) else (batch, batch))
    )
    check_node_range(edge_index, len(src_batch), len(dst_batch), caller=caller)
    graph = _graph_of_edges(edge_index, src_batch, dst_batch, caller)
    count = max((int(side[-1]) + 1 for side in (src_batch, dst_batch) if len(side)), default=0)
    pairs = _Pairs(src_batch.bincount(minlength=count), dst_batch.bincount(minlength=count), kind)
    wanted = _wanted(num_neg_samples, graph.bincount(minlength=count), caller)
    out = _negatives(edge_index, pairs, wanted, caller)
    if kind != "undirected":
        return out
    return out[:, src_batch[out[0].long()].sort(stable=True).indices]  # opposites beside their pairs' graph


def structured_negative_sampling(
    edge_index: EdgeIndex,
    num_nodes: int | None = None,
    contains_neg_self_loops: bool = True,  # noqa: FBT001, FBT002 - PyG's signature
) -> tuple[Tensor, Tensor, Tensor]:
    """Draw for every edge ``(i, j)`` a node ``k`` such that there is no edge ``(i, k)``, each equally likely.

    Args:
        edge_index: The edges.
        num_nodes: How many nodes there are. Default: one more than the largest in ``edge_index``.
        contains_neg_self_loops: Whether ``k`` may be ``i``.

    Shape:
        edge_index ``[2, edges]`` → ``i [edges]``, ``j [edges]``, ``k [edges]``

    Raises:
        NodeIndexError: An edge names a node outside of ``num_nodes``.
        DataError: Some ``i`` has an edge to every node; PyG would search for ever.

    Cost: one sort of the edges, and a binary search an edge.

    Example:
        >>> edge_index = torch.tensor([[0, 0, 1], [0, 1, 2]])
        >>> i, j, k = structured_negative_sampling(edge_index, contains_neg_self_loops=False)
        >>> k.tolist()
        [2, 2, 0]
    """
    nodes = count_nodes(edge_index, num_nodes, caller="structured_negative_sampling")
    taken, free = _targets(edge_index, nodes, loops=contains_neg_self_loops)
    source = edge_index[0].long()
    choices = free[source]
    if not bool((choices > 0).all()):
        message = (
            f"structured_negative_sampling: expected for each edge a node that its source has no edge to, got none for "
            f"node {int(source[choices == 0][0])} among {nodes} nodes. Drop its edges; "
            "structured_negative_sampling_feasible asks beforehand."
        )
        raise DataError(message)
    rank = (free.cumsum(0) - free)[source] + _random(choices)
    target = _free_number(taken, rank) - source * nodes
    return edge_index[0], edge_index[1], target.to(edge_index.dtype)


def structured_negative_sampling_feasible(
    edge_index: EdgeIndex,
    num_nodes: int | None = None,
    contains_neg_self_loops: bool = True,  # noqa: FBT001, FBT002 - PyG's signature
) -> bool:
    """Whether :func:`structured_negative_sampling` finds a node for every edge.

    Args:
        edge_index: The edges.
        num_nodes: How many nodes there are. Default: one more than the largest in ``edge_index``.
        contains_neg_self_loops: Whether a self loop may be drawn.

    Raises:
        NodeIndexError: An edge names a node outside of ``num_nodes``.

    Cost: one sort of the edges.

    Example:
        >>> edge_index = torch.tensor([[0, 0, 1], [1, 2, 2]])
        >>> structured_negative_sampling_feasible(edge_index, 3, False)
        False
        >>> structured_negative_sampling_feasible(edge_index, 3, True)
        True
    """
    nodes = count_nodes(edge_index, num_nodes, caller="structured_negative_sampling_feasible")
    _, free = _targets(edge_index, nodes, loops=contains_neg_self_loops)
    return bool((free[edge_index[0].long()] > 0).all())


_Kind = Literal["bipartite", "directed", "undirected"]


@dataclass(frozen=True)
class _Pairs:
    """The pairs that may be drawn, numbered graph after graph: no loops, but in a bipartite graph."""

    num_src: Tensor
    """``[graphs]``"""
    num_dst: Tensor
    kind: _Kind

    @property
    def counts(self) -> Tensor:
        """How many pairs each graph has."""
        if self.kind == "bipartite":
            return self.num_src * self.num_dst
        ordered = self.num_src * (self.num_src - 1)
        return ordered if self.kind == "directed" else ordered // 2

    def numbers(self, edge_index: Tensor) -> Tensor:
        """Return the numbers of the pairs that edges join: in ascending order, each once."""
        if self.kind == "undirected":
            edge_index = torch.stack([torch.minimum(*edge_index), torch.maximum(*edge_index)])
        if self.kind != "bipartite":
            edge_index = structure.split_loops(edge_index, positions=False)[0]
        nodes = int(torch.maximum(self.num_src.sum(), self.num_dst.sum()))
        by_source = self.kind != "undirected"  # so that numbers ascend with the edges
        src, dst = structure.merge(edge_index, nodes, by_row=by_source).edges.long()
        graph = _block(self.num_src, src)
        src, dst = src - _starts(self.num_src)[graph], dst - _starts(self.num_dst)[graph]
        if self.kind == "undirected":
            local = dst * (dst - 1) // 2 + src
        elif self.kind == "directed":
            local = src * (self.num_dst[graph] - 1) + dst - (src < dst).long()
        else:
            local = src * self.num_dst[graph] + dst
        numbers: Tensor = _starts(self.counts)[graph] + local
        return numbers

    def edges(self, numbers: Tensor) -> Tensor:
        """Return the pairs with some numbers."""
        graph = _block(self.counts, numbers)
        local = numbers - _starts(self.counts)[graph]
        if self.kind == "undirected":
            dst = _triangle_row(local)
            src = local - dst * (dst - 1) // 2
        else:
            width = self.num_dst[graph] - (1 if self.kind == "directed" else 0)
            src, dst = local // width, local % width
            dst = dst + (dst >= src).long() if self.kind == "directed" else dst
        return torch.stack([src + _starts(self.num_src)[graph], dst + _starts(self.num_dst)[graph]])


def _negatives(edge_index: Tensor, pairs: _Pairs, wanted: Tensor, caller: str) -> Tensor:
    if float((pairs.num_src.double() * pairs.num_dst.double()).sum()) >= 2**62:
        most = f"({int(pairs.num_src.sum())}, {int(pairs.num_dst.sum())})"
        message = (
            f"{caller}: expected num_nodes with fewer than 2**62 pairs, got {most}. Draw within parts of the graph."
        )
        raise ArgumentError(message)
    taken = pairs.numbers(edge_index)
    counts = pairs.counts
    free = counts - _block(counts, taken).bincount(minlength=len(counts))
    if pairs.kind == "undirected":
        wanted = wanted // 2
    ranks = _distinct(free, torch.minimum(wanted, free))
    out = pairs.edges(_free_number(taken, ranks)).to(edge_index.dtype)[:, _shuffled(_block(free, ranks))]
    return torch.cat([out, out.flip(0)], dim=1) if pairs.kind == "undirected" else out


def _distinct(room: Tensor, counts: Tensor) -> Tensor:
    """``counts[i]`` different numbers of block ``i``, which has ``room[i]``; in ascending order.

    Of a block that gives most of its numbers, those that it does not give are drawn.
    """
    gives_most = counts > room // 2
    drawn = _few(room, torch.where(gives_most, room - counts, counts))
    if not bool(gives_most.any()):
        return drawn
    most = room[gives_most]
    numbers = torch.arange(int(most.sum()), device=room.device)
    numbers += (_starts(room)[gives_most] - _starts(most)).repeat_interleave(most)
    given = numbers[~torch.isin(numbers, drawn)]
    return torch.cat([given, drawn[~gives_most[_block(room, drawn)]]]).sort().values


def _few(room: Tensor, counts: Tensor) -> Tensor:
    """As :func:`_distinct`. Draws that repeat are drawn again among the numbers that are still free.

    So every choice is equally likely, and each round brings some: ``log(counts)`` rounds are about the most.
    """
    drawn = room.new_zeros(0)
    missing = counts
    while bool(missing.any()):
        left = room - (counts - missing)
        rank = _random(left.repeat_interleave(missing)) + _starts(left).repeat_interleave(missing)
        drawn = torch.cat([drawn, _free_number(drawn, rank)]).unique()
        missing = counts - _block(room, drawn).bincount(minlength=len(room))
    return drawn


def _shuffled(block: Tensor) -> Tensor:
    """A random order of positions that keeps blocks, which stand in a row, where they are."""
    order = torch.randperm(len(block), device=block.device)
    if not len(block) or bool(block[0] == block[-1]):
        return order
    return order[block[order].sort(stable=True).indices]


def _free_number(taken: Tensor, rank: Tensor) -> Tensor:
    """The numbers, counted from 0, that are not among ``taken`` and have ``rank`` such numbers before them."""
    free_before = taken - torch.arange(len(taken), device=taken.device)
    return rank + torch.searchsorted(free_before, rank, right=True)


def _random(below: Tensor) -> Tensor:
    """A random number below each; of 63 bits, so that the remainder favours none by more than ``below / 2**63``."""
    return torch.empty_like(below).random_() % below


def _starts(sizes: Tensor) -> Tensor:
    return sizes.cumsum(0) - sizes


def _block(sizes: Tensor, position: Tensor) -> Tensor:
    """Which block a position lies in, where blocks of some sizes stand in a row."""
    return torch.searchsorted(sizes.cumsum(0), position, right=True)


def _triangle_row(number: Tensor) -> Tensor:
    """The largest ``row`` with ``row (row - 1) / 2 <= number``."""
    row = ((1 + (8 * number.double() + 1).sqrt()) / 2).long()
    row = row - (row * (row - 1) // 2 > number).long()  # what rounding put one off, up or down
    return row + (row * (row + 1) // 2 <= number).long()


def _targets(edge_index: Tensor, nodes: int, *, loops: bool) -> tuple[Tensor, Tensor]:
    """The numbers ``source * nodes + target`` of pairs not to be drawn, and how many others each source has."""
    if not loops:
        node = torch.arange(nodes, dtype=edge_index.dtype, device=edge_index.device)
        edge_index = torch.cat([edge_index, node.expand(2, -1)], dim=1)
    source, target = structure.merge(edge_index, nodes).edges.long()
    return source * nodes + target, nodes - source.bincount(minlength=nodes)


def _wanted(num_neg_samples: int | float | None, edges: Tensor, caller: str) -> Tensor:
    if num_neg_samples is None:
        return edges
    if not (math.isfinite(num_neg_samples) and num_neg_samples >= 0):
        message = (
            f"{caller}: expected num_neg_samples of 0 or more, got {num_neg_samples}. "
            "Pass a number of pairs, or a float: how many an edge."
        )
        raise ArgumentError(message)
    if isinstance(num_neg_samples, float):
        share: Tensor = edges.double() * num_neg_samples
        return share.long()
    return torch.full_like(edges, num_neg_samples)


def _kind(*, bipartite: bool, undirected: bool, caller: str) -> _Kind:
    if bipartite and undirected:
        message = (
            f"{caller}: expected force_undirected=False for a bipartite graph, got True. "
            "Leave it out: pairs of two sides have one direction."
        )
        raise ArgumentError(message)
    return "bipartite" if bipartite else "undirected" if undirected else "directed"


def _check_method(method: str, caller: str) -> None:
    if method not in _METHODS:
        hint = did_you_mean(str(method), _METHODS) or " Leave it out."
        message = f"{caller}: expected method to be one of {_METHODS}, got {method!r}.{hint}"
        raise ArgumentError(message)


def _check_batch(batch: Tensor, caller: str) -> Tensor:
    if batch.is_floating_point() or batch.dtype == torch.bool:
        kind = str(batch.dtype).removeprefix("torch.")
        message = f"{caller}: expected integer batch, got {kind}. Use batch.long()."
        raise DTypeError(message)
    if batch.dim() != 1:
        message = f"{caller}: expected batch of shape [nodes], got {list(batch.shape)}. Give the graph of each node."
        raise ShapeError(message)
    descends = (batch[1:] < batch[:-1]).nonzero()
    if len(descends) or (len(batch) and int(batch[0]) < 0):
        at = int(descends[0, 0]) + 1 if len(descends) else 0
        message = (
            f"{caller}: expected batch in ascending order from 0, got {int(batch[at])} at node {at}. "
            "Order nodes graph after graph, as Batch does."
        )
        raise ArgumentError(message)
    return batch.long()


def _graph_of_edges(edge_index: Tensor, src_batch: Tensor, dst_batch: Tensor, caller: str) -> Tensor:
    source, target = src_batch[edge_index[0].long()], dst_batch[edge_index[1].long()]
    across = (source != target).nonzero()
    if len(across):
        edge = int(across[0, 0])
        i, j = edge_index[:, edge].tolist()
        message = (
            f"{caller}: expected edges within one graph, got edge {edge} ({i} -> {j}) from graph {int(source[edge])} "
            f"to graph {int(target[edge])}. Drop it, or correct batch."
        )
        raise DataError(message)
    return source
