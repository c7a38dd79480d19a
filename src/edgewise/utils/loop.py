"""Self loops: adding the ones that are missing."""

import torch

from edgewise._typing import Float, Int, Tensor

__all__ = ["add_remaining_self_loops", "add_self_loops"]


def add_self_loops(
    edge_index: Int[Tensor, "2 edges"],
    edge_attr: Float[Tensor, "edges *width"] | None = None,
    fill_value: float | Tensor | None = None,
    num_nodes: int | None = None,
) -> tuple[Tensor, Tensor | None]:
    r"""Append a self loop to every node, also to nodes that have one.

    .. math:: \hat A = A + I

    Args:
        edge_index: The edges.
        edge_attr: One row an edge.
        fill_value: What a loop's row holds. Default: 1.
        num_nodes: How many nodes there are. Default: one more than the largest in ``edge_index``.

    Shape:
        edge_index ``[2, edges]`` · edge_attr ``[edges, *width]`` → ``[2, edges + nodes]``, ``[edges + nodes, *width]``

    Cost: O(edges + nodes).

    Example:
        >>> add_self_loops(torch.tensor([[0], [1]]))[0].tolist()
        [[0, 0, 1], [1, 0, 1]]
    """
    nodes = _num_nodes(edge_index, num_nodes)
    loops = torch.arange(nodes, dtype=edge_index.dtype, device=edge_index.device)
    with_loops = torch.cat([edge_index, loops.expand(2, -1)], dim=1)
    if edge_attr is None:
        return with_loops, None
    return with_loops, torch.cat([edge_attr, _filled(edge_attr, nodes, fill_value)])


def add_remaining_self_loops(
    edge_index: Int[Tensor, "2 edges"],
    edge_attr: Float[Tensor, "edges *width"] | None = None,
    fill_value: float | Tensor | None = None,
    num_nodes: int | None = None,
) -> tuple[Tensor, Tensor | None]:
    """Give every node exactly one self loop, last among the edges; a node that has some keeps the value of its last.

    Args:
        edge_index: The edges.
        edge_attr: One row an edge.
        fill_value: What an added loop's row holds. Default: 1.
        num_nodes: How many nodes there are. Default: one more than the largest in ``edge_index``.

    Shape:
        edge_index ``[2, edges]`` · edge_attr ``[edges, *width]`` → ``[2, other + nodes]``, ``[other + nodes, *width]``

    Cost: O(edges + nodes).

    Example:
        >>> index, weight = add_remaining_self_loops(torch.tensor([[0, 1], [1, 1]]), torch.tensor([2.0, 5.0]))
        >>> index.tolist(), weight.tolist()
        ([[0, 0, 1], [1, 0, 1]], [2.0, 1.0, 5.0])
    """
    nodes = _num_nodes(edge_index, num_nodes)
    is_loop = edge_index[0] == edge_index[1]
    loops = torch.arange(nodes, dtype=edge_index.dtype, device=edge_index.device)
    with_loops = torch.cat([edge_index[:, ~is_loop], loops.expand(2, -1)], dim=1)
    if edge_attr is None:
        return with_loops, None
    kept = _filled(edge_attr, nodes, fill_value).index_put((edge_index[0][is_loop].long(),), edge_attr[is_loop])
    return with_loops, torch.cat([edge_attr[~is_loop], kept])


def _num_nodes(edge_index: Tensor, num_nodes: int | None) -> int:
    if num_nodes is not None:
        return num_nodes
    return int(edge_index.max()) + 1 if edge_index.numel() else 0


def _filled(edge_attr: Tensor, nodes: int, fill_value: float | Tensor | None) -> Tensor:
    shape = (nodes, *edge_attr.shape[1:])
    if isinstance(fill_value, Tensor):
        return fill_value.to(edge_attr).expand(shape).clone()
    return edge_attr.new_full(shape, 1.0 if fill_value is None else fill_value)
