"""Nodes and edges that stand alone: isolated nodes, self loops, and degrees."""

import torch

from edgewise._checks import check_edge_index
from edgewise._typing import EdgeIndex, Int, Tensor
from edgewise.errors import NodeIndexError
from edgewise.ops import structure
from edgewise.utils._arguments import as_count, check_attributes, check_index, count_nodes
from edgewise.utils.loop import last_loops

__all__ = [
    "contains_isolated_nodes",
    "contains_self_loops",
    "degree",
    "remove_isolated_nodes",
    "remove_self_loops",
]


def contains_self_loops(edge_index: EdgeIndex) -> bool:
    """Whether some edge joins a node with itself.

    Cost: one parallel pass that ends at the first one.

    Example:
        >>> contains_self_loops(torch.tensor([[0, 1], [1, 1]]))
        True
    """
    check_edge_index(edge_index, caller="contains_self_loops")
    return structure.has_loops(edge_index)


def remove_self_loops(edge_index: EdgeIndex, edge_attr: Tensor | None = None) -> tuple[Tensor, Tensor | None]:
    """Drop every edge that joins a node with itself.

    Args:
        edge_index: The edges.
        edge_attr: One row an edge.

    Shape:
        edge_index ``[2, edges]`` · edge_attr ``[edges, *width]`` → ``[2, others]``, ``[others, *width]`` or ``None``

    Raises:
        ShapeError: ``edge_attr`` does not have one row an edge.

    Cost: two parallel passes, O(edges).

    Example:
        >>> remove_self_loops(torch.tensor([[0, 1], [1, 1]]))[0].tolist()
        [[0], [1]]
    """
    check_edge_index(edge_index, caller="remove_self_loops")
    if edge_attr is None:
        return structure.split_loops(edge_index, positions=False)[0], None
    check_attributes([edge_attr], edge_index, caller="remove_self_loops")
    others, kept, _ = structure.split_loops(edge_index, positions=True)
    return others, edge_attr.index_select(0, kept)


def contains_isolated_nodes(edge_index: EdgeIndex, num_nodes: int | None = None) -> bool:
    """Whether some node has no edge but to itself.

    Args:
        edge_index: The edges.
        num_nodes: How many nodes there are. Default: one more than the largest in ``edge_index``.

    Raises:
        NodeIndexError: An edge names a node outside of ``num_nodes``.

    Cost: one parallel pass, O(edges + nodes).

    Example:
        >>> contains_isolated_nodes(torch.tensor([[0, 1], [1, 0]]), num_nodes=3)
        True
    """
    nodes = count_nodes(edge_index, num_nodes, caller="contains_isolated_nodes")
    return structure.count_linked(edge_index, nodes) < nodes


def remove_isolated_nodes(
    edge_index: EdgeIndex, edge_attr: Tensor | None = None, num_nodes: int | None = None
) -> tuple[Tensor, Tensor | None, Tensor]:
    """Drop the nodes that have no edge but to themselves, and number the others anew.

    Args:
        edge_index: The edges.
        edge_attr: One row an edge.
        num_nodes: How many nodes there are. Default: one more than the largest in ``edge_index``.

    Shape:
        edge_index ``[2, edges]`` · edge_attr ``[edges, *width]`` → ``[2, kept]``, ``[kept, *width]`` or ``None``, and
        which nodes were kept ``[nodes]`` boolean. Loops of kept nodes follow the other edges, in the order of nodes;
        where a node has several, the last.

    Raises:
        NodeIndexError: An edge names a node outside of ``num_nodes``.
        ShapeError: ``edge_attr`` does not have one row an edge.

    Cost: a few passes, O(edges + nodes); no sort.

    Example:
        >>> edges, _, mask = remove_isolated_nodes(torch.tensor([[0, 2, 1], [2, 0, 1]]))
        >>> edges.tolist(), mask.tolist()
        ([[0, 1], [1, 0]], [True, False, True])
    """
    nodes = count_nodes(edge_index, num_nodes, caller="remove_isolated_nodes")
    others, kept, loops = structure.split_loops(edge_index, positions=True)
    mask = torch.zeros(nodes, dtype=torch.bool, device=edge_index.device)
    mask[others.flatten()] = True
    looped, last = last_loops(edge_index, loops, nodes, caller="remove_isolated_nodes")
    has_others = mask.index_select(0, looped)
    positions = torch.cat([kept, last[has_others]])
    places = (mask.cumsum(0) - 1).to(edge_index.dtype)
    edges = places.index_select(0, edge_index.index_select(1, positions).flatten()).view(2, -1)
    if edge_attr is None:
        return edges, None, mask
    check_attributes([edge_attr], edge_index, caller="remove_isolated_nodes")
    return edges, edge_attr.index_select(0, positions), mask


def degree(index: Int[Tensor, " edges"], num_nodes: int | None = None, dtype: torch.dtype | None = None) -> Tensor:
    """Count how often each node occurs in ``index``.

    Args:
        index: One end of every edge, such as ``edge_index[1]`` for in-degrees.
        num_nodes: How many nodes there are. Default: one more than the largest in ``index``.
        dtype: Of the result. Default: torch's default floating type.

    Shape:
        index ``[edges]`` → ``[nodes]``

    Raises:
        NodeIndexError: A node below 0, or not below ``num_nodes``.
        DTypeError: ``index`` is not integer.
        ShapeError: ``index`` has more than one axis.

    Example:
        >>> degree(torch.tensor([0, 1, 0]), dtype=torch.long).tolist()
        [2, 1]
    """
    check_index(index, None, "index", "", caller="degree", values=False)
    low, high = (int(end) for end in index.aminmax()) if index.numel() else (0, -1)
    nodes = as_count(num_nodes, "num_nodes", caller="degree") if num_nodes is not None else high + 1
    if low < 0 or high >= nodes:
        wrong = low if low < 0 else high
        message = f"degree: expected nodes of index in 0..{nodes - 1}, got {wrong}. Raise num_nodes or renumber them."
        raise NodeIndexError(message)
    return torch.bincount(index, minlength=nodes).to(dtype or torch.get_default_dtype())
