"""A part of a graph left out at random: edges, nodes, or the edges of random walks."""

import torch

from edgewise._checks import check_edge_index
from edgewise._typing import EdgeIndex, Tensor
from edgewise.errors import ArgumentError
from edgewise.ops import structure
from edgewise.utils._arguments import as_count, check_probability, count_nodes
from edgewise.utils._subgraph import subgraph
from edgewise.utils.maps import cumsum

__all__ = ["dropout_edge", "dropout_node", "dropout_path"]


def dropout_edge(
    edge_index: EdgeIndex,
    p: float = 0.5,
    force_undirected: bool = False,  # noqa: FBT001, FBT002 - PyG's signature
    training: bool = True,  # noqa: FBT001, FBT002
) -> tuple[Tensor, Tensor]:
    """Leave each edge out with probability ``p``.

    Args:
        edge_index: The edges.
        p: The probability.
        force_undirected: Draw for the edges with source <= target alone, and give each that is kept both directions.
        training: ``False`` leaves nothing out.

    Shape:
        edge_index ``[2, edges]`` → ``[2, kept]``, and which edges were kept: ``[edges]`` boolean; with
        ``force_undirected``, their positions ``[kept]``, where something may be left out

    Raises:
        ArgumentError: ``p`` is not between 0 and 1.

    Cost: O(edges). Draws from torch's generator, as PyG does: the same seed keeps the same edges.

    Example:
        >>> edge_index = torch.tensor([[0, 1], [1, 0]])
        >>> dropout_edge(edge_index, p=1.0)[1].tolist()
        [False, False]
    """
    check_edge_index(edge_index, caller="dropout_edge")
    check_probability(p, caller="dropout_edge")
    if not training or p == 0.0:
        return edge_index, torch.ones_like(edge_index[0], dtype=torch.bool)
    mask = torch.rand(edge_index.shape[1], device=edge_index.device) >= p
    if not force_undirected:
        return edge_index.index_select(1, mask.nonzero().squeeze(1)), mask
    kept = (mask & (edge_index[0] <= edge_index[1])).nonzero().squeeze(1)
    forth = edge_index.index_select(1, kept)
    return torch.cat([forth, forth.flip(0)], 1), torch.cat([kept, kept])


def dropout_node(
    edge_index: EdgeIndex,
    p: float = 0.5,
    num_nodes: int | None = None,
    training: bool = True,  # noqa: FBT001, FBT002 - PyG's signature
    relabel_nodes: bool = False,  # noqa: FBT001, FBT002
) -> tuple[Tensor, Tensor, Tensor]:
    """Leave each node out with probability ``p``, and its edges with it.

    Args:
        edge_index: The edges.
        p: The probability.
        num_nodes: How many nodes there are. Default: one more than the largest in ``edge_index``.
        training: ``False`` leaves nothing out.
        relabel_nodes: Number the nodes anew, by their order.

    Shape:
        edge_index ``[2, edges]`` → ``[2, kept]``, and which edges ``[edges]`` and nodes ``[nodes]`` were kept, boolean

    Raises:
        ArgumentError: ``p`` is not between 0 and 1.
        NodeIndexError: An edge names a node outside of ``num_nodes``.

    Cost: O(edges + nodes). Draws from torch's generator, as PyG does: the same seed keeps the same nodes.

    Example:
        >>> dropout_node(torch.tensor([[0, 1], [1, 0]]), p=1.0)[2].tolist()
        [False, False]
    """
    check_probability(p, caller="dropout_node")
    nodes = count_nodes(edge_index, num_nodes, caller="dropout_node")
    if not training or p == 0.0:
        node_mask = torch.ones(nodes, dtype=torch.bool, device=edge_index.device)
        return edge_index, torch.ones_like(edge_index[0], dtype=torch.bool), node_mask
    node_mask = torch.rand(nodes, device=edge_index.device) > p
    edges, _, edge_mask = subgraph(node_mask, edge_index, relabel_nodes=relabel_nodes, return_edge_mask=True)
    return edges, edge_mask, node_mask


def dropout_path(
    edge_index: EdgeIndex,
    p: float = 0.2,
    walks_per_node: int = 1,
    walk_length: int = 3,
    num_nodes: int | None = None,
    is_sorted: bool = False,  # noqa: FBT001, FBT002 - PyG's signature
    training: bool = True,  # noqa: FBT001, FBT002
) -> tuple[Tensor, Tensor]:
    """Leave the edges of random walks out.

    Args:
        edge_index: The edges.
        p: With which probability walks start at the source of an edge; drawn for each edge.
        walks_per_node: How many walks start there.
        walk_length: How many edges a walk takes; it ends early at a node that no edge leaves.
        num_nodes: How many nodes there are. Default: one more than the largest in ``edge_index``.
        is_sorted: For PyG's sake. Sorted edges are recognised, and others sorted, whatever it says.
        training: ``False`` leaves nothing out.

    Shape:
        edge_index ``[2, edges]`` → ``[2, kept]``, and which edges were kept ``[edges]`` boolean. An edge that is there
        several times is left out as a whole.

    Raises:
        ArgumentError: ``p`` is not between 0 and 1, or ``walks_per_node`` or ``walk_length`` below 1.
        NodeIndexError: An edge names a node outside of ``num_nodes``.

    Cost: O(edges + steps of all walks), and a radix sort where edges are not sorted. Draws from torch's generator. PyG
    needs pyg-lib for this.

    Source: Li et al., *What's Behind the Mask: Understanding Masked Graph Modeling for Graph Autoencoders*, KDD 2023.

    Example:
        >>> dropout_path(torch.tensor([[0, 1], [1, 0]]), p=1.0)[1].tolist()
        [False, False]
    """
    check_probability(p, caller="dropout_path")
    walks_per_node = as_count(walks_per_node, "walks_per_node", caller="dropout_path")
    walk_length = as_count(walk_length, "walk_length", caller="dropout_path")
    for value, name in ((walks_per_node, "walks_per_node"), (walk_length, "walk_length")):
        if value == 0:
            message = f"dropout_path: expected {name} of at least 1, got {value}. Use p=0.0 to leave nothing out."
            raise ArgumentError(message)
    nodes = count_nodes(edge_index, num_nodes, caller="dropout_path")
    if not training or p == 0.0:
        return edge_index, torch.ones_like(edge_index[0], dtype=torch.bool)
    edges = edge_index.shape[1]
    merged = structure.merge(edge_index, nodes)
    repeats = merged.start.diff()
    distinct = torch.arange(repeats.shape[0], device=edge_index.device)
    copy_of = torch.repeat_interleave(distinct, repeats, output_size=edges)  # which distinct edge each sorted one is
    row, column = merged.edges.long()
    begins = (torch.rand(edges, device=edge_index.device) <= p).nonzero().squeeze(1)
    starts = row[copy_of[begins]].repeat(walks_per_node)
    walked = _walk(row[copy_of], column[copy_of], starts, nodes, walk_length)
    kept = torch.ones_like(distinct, dtype=torch.bool)
    kept[copy_of[walked]] = False
    mask = kept[copy_of]
    if merged.perm is not None:
        mask = torch.empty_like(mask).index_copy_(0, merged.perm.long(), mask)
    return edge_index.index_select(1, mask.nonzero().squeeze(1)), mask


def _walk(row: Tensor, column: Tensor, starts: Tensor, nodes: int, length: int) -> Tensor:
    """The positions, among edges sorted by ``row``, of those that walks from ``starts`` take."""
    first = cumsum(torch.bincount(row, minlength=nodes))
    at, taken = starts, [starts[:0]]
    for _ in range(length):
        choices = first[at + 1] - first[at]
        at, choices = at[choices > 0], choices[choices > 0]
        random = torch.rand(at.shape[0], dtype=torch.float64, device=at.device)
        step = first[at] + (random * choices).long()
        taken.append(step)
        at = column[step]
    return torch.cat(taken)
