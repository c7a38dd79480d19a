"""The part of a graph that some nodes span: chosen ones, or those within a few hops of some."""

from collections.abc import Sequence
from typing import Any

import torch

from edgewise._checks import check_edge_index, check_node_range
from edgewise._typing import Bool, EdgeIndex, Tensor
from edgewise.utils._arguments import (
    as_count,
    as_index,
    check_attributes,
    check_choice,
    check_index,
    check_pair,
    count_nodes,
)

__all__ = ["bipartite_subgraph", "k_hop_subgraph", "subgraph"]

_FLOWS = ("source_to_target", "target_to_source")


def subgraph(
    subset: Tensor | Sequence[int],
    edge_index: EdgeIndex,
    edge_attr: Tensor | None = None,
    relabel_nodes: bool = False,  # noqa: FBT001, FBT002 - PyG's signature
    num_nodes: int | None = None,
    *,
    return_edge_mask: bool = False,
) -> Any:
    """Keep the edges between the nodes of ``subset``.

    Args:
        subset: The nodes to keep: their numbers, or a boolean mask of all nodes.
        edge_index: The edges.
        edge_attr: One row an edge.
        relabel_nodes: Number the nodes anew: by their place in ``subset`` (the last, where one is there twice), with a
            mask by their order.
        num_nodes: How many nodes there are. Default: one more than the largest in ``edge_index``, or the length of a
            mask.
        return_edge_mask: Return, third, which edges were kept.

    Shape:
        subset ``[kept]`` integer or ``[nodes]`` boolean · edge_index ``[2, edges]`` · edge_attr ``[edges, *width]`` →
        ``[2, inner]``, ``[inner, *width]`` or ``None``, and if wanted ``[edges]`` boolean

    Raises:
        NodeIndexError: An edge, or ``subset``, names a node outside of ``num_nodes``.
        ShapeError: ``edge_attr`` does not have one row an edge, or ``subset`` more than one axis.

    Cost: O(nodes + edges), no sort.

    Example:
        >>> edge_index = torch.tensor([[0, 1, 1, 2], [1, 0, 2, 1]])
        >>> subgraph([1, 2], edge_index)[0].tolist()
        [[1, 2], [2, 1]]
        >>> subgraph([2, 1], edge_index, relabel_nodes=True)[0].tolist()
        [[1, 0], [0, 1]]
    """
    check_edge_index(edge_index, caller="subgraph")
    subset = _as_subset(subset, edge_index, "subset", "subgraph")
    nodes = count_nodes(edge_index, subset.shape[0] if subset.dtype == torch.bool else num_nodes, caller="subgraph")
    mask = _as_mask(subset, nodes, "subset", "num_nodes", "subgraph")
    edge_mask = mask.index_select(0, edge_index[0]) & mask.index_select(0, edge_index[1])
    inner, edge_attr = _kept(edge_index, edge_attr, edge_mask, "subgraph")
    if relabel_nodes:
        inner = _places(subset, nodes, edge_index).index_select(0, inner.flatten()).view(2, -1)
    return (inner, edge_attr, edge_mask) if return_edge_mask else (inner, edge_attr)


def bipartite_subgraph(
    subset: tuple[Any, Any],
    edge_index: EdgeIndex,
    edge_attr: Tensor | None = None,
    relabel_nodes: bool = False,  # noqa: FBT001, FBT002 - PyG's signature
    size: tuple[int, int] | None = None,
    return_edge_mask: bool = False,  # noqa: FBT001, FBT002
) -> Any:
    """Keep the edges from the first nodes of ``subset`` to the second, in a graph of two kinds of nodes.

    Args:
        subset: The sources and the destinations to keep, each as in :func:`subgraph`.
        edge_index: The edges.
        edge_attr: One row an edge.
        relabel_nodes: Number the nodes of either kind anew, as in :func:`subgraph`.
        size: ``(num_src, num_dst)``. Default: one more than the largest of each, or the length of a mask.
        return_edge_mask: Return, third, which edges were kept.

    Shape:
        edge_index ``[2, edges]`` · edge_attr ``[edges, *width]`` → ``[2, inner]``, ``[inner, *width]`` or ``None``, and
        if wanted ``[edges]`` boolean

    Raises:
        ArgumentError: ``subset`` or ``size`` is not a pair.
        NodeIndexError: An edge, or ``subset``, names a node outside of ``size``.
        ShapeError: ``edge_attr`` does not have one row an edge, or ``subset`` more than one axis.

    Cost: O(nodes + edges), no sort.

    Example:
        >>> edge_index = torch.tensor([[0, 2, 3], [0, 1, 1]])
        >>> bipartite_subgraph(([3, 2], [1]), edge_index, relabel_nodes=True)[0].tolist()
        [[1, 0], [0, 0]]
    """
    caller = "bipartite_subgraph"
    check_edge_index(edge_index, caller=caller)
    check_pair(subset, "subset", caller=caller)
    if size is not None:
        check_pair(size, "size", caller=caller)
        size = (as_count(size[0], "size", caller=caller), as_count(size[1], "size", caller=caller))
    subsets = [_as_subset(part, edge_index, f"subset[{k}]", caller) for k, part in enumerate(subset)]
    sizes = [_side(part, edge_index[k], None if size is None else size[k]) for k, part in enumerate(subsets)]
    check_node_range(edge_index, *sizes, caller=caller)
    masks = [_as_mask(part, sizes[k], f"subset[{k}]", "size", caller) for k, part in enumerate(subsets)]
    edge_mask = masks[0].index_select(0, edge_index[0]) & masks[1].index_select(0, edge_index[1])
    inner, edge_attr = _kept(edge_index, edge_attr, edge_mask, caller)
    if relabel_nodes:
        places = [_places(part, sizes[k], edge_index) for k, part in enumerate(subsets)]
        inner = torch.stack([places[k].index_select(0, inner[k]) for k in range(2)])
    return (inner, edge_attr, edge_mask) if return_edge_mask else (inner, edge_attr)


def k_hop_subgraph(
    node_idx: int | Sequence[int] | Tensor,
    num_hops: int,
    edge_index: EdgeIndex,
    relabel_nodes: bool = False,  # noqa: FBT001, FBT002 - PyG's signature
    num_nodes: int | None = None,
    flow: str = "source_to_target",
    directed: bool = False,  # noqa: FBT001, FBT002
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Keep what ``num_hops`` message passings see from some nodes.

    Args:
        node_idx: The node, or nodes, to start from.
        num_hops: How many edges away a node may be.
        edge_index: The edges.
        relabel_nodes: Number the nodes anew, by their order.
        num_nodes: How many nodes there are. Default: one more than the largest in ``edge_index``.
        flow: ``"source_to_target"`` follows edges backwards, to where messages come from; ``"target_to_source"``
            forwards.
        directed: Keep only edges that a message takes on its way to ``node_idx``, not all between the nodes.

    Shape:
        edge_index ``[2, edges]`` → the nodes in order ``[kept]``, their edges ``[2, inner]``, the place of each
        ``node_idx`` among the nodes, and which edges were kept ``[edges]`` boolean

    Raises:
        NodeIndexError: An edge, or ``node_idx``, names a node outside of ``num_nodes``.
        ArgumentError: An unknown ``flow``, or a negative ``num_hops``.

    Cost: O(num_hops · edges + nodes), less where nothing new is reached; no sort.

    Example:
        >>> edge_index = torch.tensor([[0, 1, 2, 3], [1, 2, 3, 4]])
        >>> nodes, edges, place, _ = k_hop_subgraph(3, 2, edge_index, relabel_nodes=True)
        >>> nodes.tolist(), edges.tolist(), place.tolist()
        ([1, 2, 3], [[0, 1], [1, 2]], [2])
    """
    check_choice(flow, "flow", _FLOWS, caller="k_hop_subgraph")
    nodes = count_nodes(edge_index, num_nodes, caller="k_hop_subgraph")
    seeds = as_index(node_idx, "node_idx", caller="k_hop_subgraph").reshape(-1).to(edge_index.device)
    check_index(seeds, nodes, "node_idx", "Pass num_nodes, or renumber them.", caller="k_hop_subgraph")
    num_hops = as_count(num_hops, "num_hops", caller="k_hop_subgraph")
    near, far = (1, 0) if flow == "source_to_target" else (0, 1)
    seen, edge_mask = _reach(edge_index[near], edge_index[far], seeds, nodes, num_hops)
    if not directed:
        edge_mask = seen.index_select(0, edge_index[0]) & seen.index_select(0, edge_index[1])
    inner, _ = _kept(edge_index, None, edge_mask, "k_hop_subgraph")
    places = seen.cumsum(0) - 1
    if relabel_nodes:
        inner = places.to(edge_index.dtype).index_select(0, inner.flatten()).view(2, -1)
    return seen.nonzero().squeeze(1), inner, places.index_select(0, seeds), edge_mask


def _reach(near: Tensor, far: Tensor, seeds: Tensor, nodes: int, num_hops: int) -> tuple[Tensor, Tensor]:
    """Which nodes are seen from ``seeds``, and which edges carry a message to them."""
    seen = torch.zeros(nodes, dtype=torch.bool, device=near.device)
    seen[seeds] = True
    passed = torch.zeros_like(near, dtype=torch.bool)
    count = 0
    for _ in range(num_hops):
        passed = seen.index_select(0, near)
        if (now := int(passed.sum())) == count:
            break  # no edge that was not taken before: nothing more to reach
        count = now
        seen[far[passed]] = True
    return seen, passed


def _as_subset(subset: Any, edge_index: Tensor, argument: str, caller: str) -> Tensor:
    index = as_index(subset, argument, caller=caller).to(edge_index.device)
    if index.dtype != torch.bool or index.dim() != 1:
        check_index(
            index.long() if index.dtype == torch.bool else index, None, argument, "", caller=caller, values=False
        )
    return index


def _as_mask(subset: Tensor, nodes: int, argument: str, size: str, caller: str) -> Tensor:
    if subset.dtype == torch.bool:
        return subset
    check_index(subset, nodes, argument, f"Pass {size}, or renumber them.", caller=caller)
    mask = torch.zeros(nodes, dtype=torch.bool, device=subset.device)
    mask[subset] = True
    return mask


def _side(subset: Tensor, ends: Bool[Tensor, " edges"] | Tensor, size: int | None) -> int:
    """How many nodes one side of a bipartite graph has."""
    if subset.dtype == torch.bool:
        return subset.shape[0]
    return size if size is not None else int(ends.max()) + 1 if ends.numel() else 0


def _places(subset: Tensor, nodes: int, edge_index: Tensor) -> Tensor:
    """The new number of each node, of the type of ``edge_index``; -1 of those outside."""
    if subset.dtype == torch.bool:
        return (subset.cumsum(0) - 1).to(edge_index.dtype)
    places = torch.full((nodes,), -1, dtype=edge_index.dtype, device=edge_index.device)
    order = torch.arange(subset.shape[0], dtype=edge_index.dtype, device=edge_index.device)
    return places.scatter_reduce_(0, subset.long(), order, "amax")  # the last place of a node that is there twice


def _kept(edge_index: Tensor, edge_attr: Tensor | None, edge_mask: Tensor, caller: str) -> tuple[Tensor, Tensor | None]:
    positions = edge_mask.nonzero().squeeze(1)
    inner = edge_index.index_select(1, positions)
    if edge_attr is None:
        return inner, None
    check_attributes([edge_attr], edge_index, caller=caller)
    return inner, edge_attr.index_select(0, positions)
