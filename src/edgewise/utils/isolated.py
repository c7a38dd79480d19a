"""Nodes and edges that stand alone: isolated nodes, self loops, and degrees."""

import torch

from edgewise._typing import EdgeIndex, Int, Tensor
from edgewise.errors import NodeIndexError

__all__ = ["contains_isolated_nodes", "contains_self_loops", "degree", "remove_self_loops"]


def contains_self_loops(edge_index: EdgeIndex) -> bool:
    """Whether some edge joins a node with itself.

    Example:
        >>> contains_self_loops(torch.tensor([[0, 1], [1, 1]]))
        True
    """
    return bool((edge_index[0] == edge_index[1]).any())


def remove_self_loops(edge_index: EdgeIndex, edge_attr: Tensor | None = None) -> tuple[Tensor, Tensor | None]:
    """Drop every edge that joins a node with itself.

    Args:
        edge_index: The edges.
        edge_attr: One row an edge.

    Shape:
        edge_index ``[2, edges]`` · edge_attr ``[edges, *width]`` → ``[2, others]``, ``[others, *width]`` or ``None``

    Example:
        >>> remove_self_loops(torch.tensor([[0, 1], [1, 1]]))[0].tolist()
        [[0], [1]]
    """
    others = edge_index[0] != edge_index[1]
    return edge_index[:, others], None if edge_attr is None else edge_attr[others]


def contains_isolated_nodes(edge_index: EdgeIndex, num_nodes: int | None = None) -> bool:
    """Whether some node has no edge but to itself.

    Args:
        edge_index: The edges.
        num_nodes: How many nodes there are. Default: one more than the largest in ``edge_index``.

    Example:
        >>> contains_isolated_nodes(torch.tensor([[0, 1], [1, 0]]), num_nodes=3)
        True
    """
    nodes = num_nodes if num_nodes is not None else int(edge_index.max()) + 1 if edge_index.numel() else 0
    others, _ = remove_self_loops(edge_index)
    return int(torch.unique(others).numel()) < nodes


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

    Example:
        >>> degree(torch.tensor([0, 1, 0]), dtype=torch.long).tolist()
        [2, 1]
    """
    low, high = (int(end) for end in index.aminmax()) if index.numel() else (0, -1)
    nodes = num_nodes if num_nodes is not None else high + 1
    if low < 0 or high >= nodes:
        wrong = low if low < 0 else high
        message = f"degree: expected nodes of index in 0..{nodes - 1}, got {wrong}. Raise num_nodes or renumber them."
        raise NodeIndexError(message)
    return torch.bincount(index, minlength=nodes).to(dtype or torch.get_default_dtype())
