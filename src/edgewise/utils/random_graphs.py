"""Graphs drawn at random, in time and memory of their edges: no matrix of all pairs is made."""

import math
from collections.abc import Sequence

import torch

from edgewise._typing import EdgeIndex, Float, Int, Tensor
from edgewise.errors import ArgumentError, DTypeError, ShapeError
from edgewise.ops import structure
from edgewise.utils._arguments import as_count, as_index, check_index, check_probability
from edgewise.utils.isolated import remove_self_loops
from edgewise.utils.maps import cumsum

__all__ = ["barabasi_albert_graph", "erdos_renyi_graph", "stochastic_blockmodel_graph"]


def erdos_renyi_graph(
    num_nodes: int,
    edge_prob: float,
    directed: bool = False,  # noqa: FBT001, FBT002 - PyG's signature
) -> EdgeIndex:
    """Draw a graph in which every two nodes are joined with the same probability.

    Args:
        num_nodes: How many nodes there are.
        edge_prob: The probability.
        directed: Draw for each direction of a pair by itself.

    Shape:
        → ``[2, edges]``, sorted, without loops; both directions of each edge unless ``directed``

    Raises:
        ArgumentError: ``edge_prob`` is not between 0 and 1, or ``num_nodes`` below 0.

    Cost: O(edges), also of a million nodes. Draws from torch's generator, though not the same graph as PyG.

    Source: Erdős & Rényi 1959; drawn by leaps, as in Batagelj & Brandes, *Efficient generation of large random
    networks*, 2005.

    Example:
        >>> erdos_renyi_graph(3, 1.0).tolist()
        [[0, 0, 1, 1, 2, 2], [1, 2, 0, 2, 0, 1]]
    """
    check_probability(edge_prob, caller="erdos_renyi_graph", argument="edge_prob")
    num_nodes = as_count(num_nodes, "num_nodes", caller="erdos_renyi_graph")
    sizes, probs = torch.tensor([num_nodes]), torch.tensor([[edge_prob]], dtype=torch.float64)
    return _draw(sizes, probs, directed=directed)


def stochastic_blockmodel_graph(
    block_sizes: Sequence[int] | Int[Tensor, " blocks"],
    edge_probs: Sequence[Sequence[float]] | Float[Tensor, "blocks blocks"],
    directed: bool = False,  # noqa: FBT001, FBT002 - PyG's signature
) -> EdgeIndex:
    """Draw a graph of several blocks of nodes, where it depends on their blocks how likely two nodes are joined.

    Args:
        block_sizes: How many nodes each block has; they are numbered block after block.
        edge_probs: The probability of an edge from a node of one block (row) to one of another (column); symmetric
            unless ``directed``.
        directed: Draw for each direction of a pair by itself.

    Shape:
        block_sizes ``[blocks]`` · edge_probs ``[blocks, blocks]`` → ``[2, edges]``, sorted, without loops; both
        directions of each edge unless ``directed``

    Raises:
        ArgumentError: A probability is not between 0 and 1, a size is negative, or ``edge_probs`` is not symmetric.
        DTypeError: ``block_sizes`` are not integers, or ``edge_probs`` no matrix.
        ShapeError: ``edge_probs`` does not have a row and a column for each block.

    Cost: O(edges + blocks²), and one sort. Draws from torch's generator, though not the same graph as PyG.

    Source: Holland, Laskey & Leinhardt 1983.

    Example:
        >>> stochastic_blockmodel_graph([2, 1], [[0.0, 1.0], [1.0, 0.0]]).tolist()
        [[0, 1, 2, 2], [2, 2, 0, 1]]
    """
    caller = "stochastic_blockmodel_graph"
    sizes = as_index(block_sizes, "block_sizes", caller=caller)
    check_index(sizes, None, "block_sizes", "", caller=caller, values=False)
    try:
        probs = torch.as_tensor(edge_probs, dtype=torch.float64, device=sizes.device)
    except (TypeError, ValueError) as error:
        message = (
            f"{caller}: expected edge_probs as a matrix of numbers, got {edge_probs!r}. "
            "Give each block a row of equal length."
        )
        raise DTypeError(message) from error
    if probs.shape != (sizes.shape[0], sizes.shape[0]):
        message = (
            f"{caller}: expected edge_probs with a row and a column for each block, got {list(probs.shape)} for "
            f"block_sizes {list(sizes.shape)}. edge_probs[a][b] joins block a to block b."
        )
        raise ShapeError(message)
    for size in sizes.tolist():
        as_count(size, "block_sizes", caller=caller)
    wrong = probs[~((probs >= 0) & (probs <= 1))]
    if wrong.numel():
        check_probability(float(wrong[0]), caller=caller, argument="edge_probs")
    unlike = (~torch.isclose(probs, probs.t())).nonzero()
    if not directed and unlike.shape[0]:
        a, b = unlike[0].tolist()
        message = (
            f"{caller}: expected symmetric edge_probs, got {float(probs[a, b]):g} at [{a}, {b}] and "
            f"{float(probs[b, a]):g} at [{b}, {a}]. Use directed=True, or give both the same value."
        )
        raise ArgumentError(message)
    return _draw(sizes, probs, directed=directed)


def barabasi_albert_graph(num_nodes: int, num_edges: int) -> EdgeIndex:
    """Draw a graph that grows node by node, where each joins nodes that have many edges with more probability.

    Args:
        num_nodes: How many nodes there are in the end.
        num_edges: How many edges each new node draws. Loops and edges that are drawn twice are dropped.

    Shape:
        → ``[2, edges]``, sorted, both directions of each edge

    Raises:
        ArgumentError: ``num_edges`` is not between 1 and ``num_nodes - 1``.

    Cost: O(num_nodes · num_edges · log log(num_nodes)): who is joined is drawn for all nodes at once, as a place in the
    list of ends of earlier edges, and looked up there. PyG copies that list for each node. Draws from torch's
    generator, though not the same graph as PyG.

    Source: Barabási & Albert 1999; drawn as in Batagelj & Brandes, *Efficient generation of large random networks*,
    2005.

    Example:
        >>> barabasi_albert_graph(4, 3).shape[0]
        2
    """
    num_nodes = as_count(num_nodes, "num_nodes", caller="barabasi_albert_graph")
    num_edges = as_count(num_edges, "num_edges", caller="barabasi_albert_graph")
    if not 0 < num_edges < num_nodes:
        message = (
            f"barabasi_albert_graph: expected num_edges in 1..{num_nodes - 1} for {num_nodes} nodes, got {num_edges}. "
            "A new node joins nodes that are there already."
        )
        raise ArgumentError(message)
    first, grown = torch.arange(num_edges), torch.arange(num_edges, num_nodes)
    row = torch.cat([first, grown.repeat_interleave(num_edges)])
    # When node i draws, all rows up to its own are in the list of ends, and the columns of the nodes before it.
    rows = (grown - num_edges + 2) * num_edges
    draws = torch.rand(grown.shape[0], num_edges, dtype=torch.float64)
    place = (draws * (2 * rows - num_edges).unsqueeze(1)).long()
    is_row = (place < rows.unsqueeze(1)).flatten()
    place = torch.where(place < rows.unsqueeze(1), place, place - rows.unsqueeze(1)).flatten()
    # A column is known at once where a row was drawn; else it is that of an earlier edge, and so on.
    own = torch.arange(row.shape[0])
    column = torch.cat([torch.randperm(num_edges), torch.where(is_row, row[place], -1)])
    origin = torch.cat([first, torch.where(is_row, own[num_edges:], place)])
    while not torch.equal(following := origin[origin], origin):
        origin = following
    edges, _ = remove_self_loops(torch.stack([row, column[origin]]))
    return structure.merge(edges, num_nodes, mirrored=True).edges


def _draw(sizes: Tensor, probs: Tensor, *, directed: bool) -> Tensor:
    """Edges between the nodes of blocks, drawn for all pairs of blocks of equal probability together."""
    blocks, device = sizes.shape[0], sizes.device
    a, b = torch.cartesian_prod(*[torch.arange(blocks, device=device)] * 2).view(-1, 2).t()
    if not directed:
        a, b = a[a <= b], b[a <= b]
    # Pairs within a block: each node with the others, or with those after it.
    within = sizes[a] * (sizes[a] - 1) // (1 if directed else 2)
    room = torch.where(a == b, within, sizes[a] * sizes[b])
    prob, starts, parts = probs[a, b], cumsum(sizes), []
    for p in prob.unique().tolist():
        chosen = (prob == p).nonzero().squeeze(1)
        bounds = cumsum(room[chosen])
        number = _leap(int(bounds[-1]), p).to(device)
        which = torch.searchsorted(bounds, number, right=True) - 1
        number, pair = number - bounds[which], chosen[which]
        source, target = _unfold(number, sizes[b[pair]], a[pair] == b[pair], directed=directed)
        parts.append(torch.stack([source + starts[a[pair]], target + starts[b[pair]]]))
    edges = torch.cat(parts, 1) if parts else sizes.new_empty(2, 0)
    nodes = int(starts[-1])
    return structure.sort(edges, nodes, mirrored=not directed)[0]


def _leap(room: int, p: float) -> Tensor:
    """Each number below ``room`` with probability ``p``, in order: the gaps between them are drawn, not they."""
    if p == 0.0 or room == 0:
        return torch.empty(0, dtype=torch.long)
    expected = room * p
    count = int(expected + 6 * math.sqrt(expected)) + 16
    log_missed = math.log1p(-p) if p < 1.0 else -math.inf
    found, last = [], -1
    while last < room:
        gaps = (-torch.rand(count, dtype=torch.float64)).log1p() / log_missed
        found.append((gaps.clamp(max=room).long() + 1).cumsum(0) + last)
        last = int(found[-1][-1])
    numbers = torch.cat(found)
    return numbers[numbers < room]


def _unfold(number: Tensor, width: Tensor, is_within: Tensor, *, directed: bool) -> tuple[Tensor, Tensor]:
    """The pair of nodes that a number stands for: in a rectangle ``width`` wide, or within a block of that size."""
    columns = width - is_within.long() if directed else width
    source, target = number // columns.clamp(min=1), number % columns.clamp(min=1)
    if directed:
        return source, target + (is_within & (target >= source)).long()  # a node does not count itself
    # Within a block, pairs stand in the order of their larger node t: (0,1), (0,2), (1,2), (0,3), ...
    larger = ((1 + (8 * number.double() + 1).sqrt()) / 2).long()
    larger = larger - (larger * (larger - 1) // 2 > number).long()  # the root may be rounded either way
    larger = larger + (larger * (larger + 1) // 2 <= number).long()
    smaller = number - larger * (larger - 1) // 2
    return torch.where(is_within, smaller, source), torch.where(is_within, larger, target)
