"""Self loops: adding the ones that are missing, setting them apart, reading their values."""

import torch

from edgewise._checks import check_edge_index, check_node_range
from edgewise._typing import EdgeIndex, Shaped, Tensor
from edgewise.ops import segment_reduce, structure
from edgewise.utils._arguments import as_count, check_attributes, check_pair, count_nodes, reduction

__all__ = ["add_remaining_self_loops", "add_self_loops", "get_self_loop_attr", "last_loops", "segregate_self_loops"]


def add_self_loops(
    edge_index: EdgeIndex,
    edge_attr: Shaped[Tensor, "edges *width"] | None = None,
    fill_value: float | Tensor | str | None = None,
    num_nodes: int | tuple[int, int] | None = None,
) -> tuple[Tensor, Tensor | None]:
    r"""Append a self loop to every node, also to nodes that have one.

    .. math:: \hat A = A + I

    Args:
        edge_index: The edges.
        edge_attr: One row an edge.
        fill_value: What a loop's row holds, or how it is reduced from those of the edges that arrive at its node:
            ``"add"``, ``"mean"``, ``"min"``, ``"max"`` or ``"mul"``. Default: 1.
        num_nodes: How many nodes there are; of a bipartite graph ``(num_src, num_dst)``, of which the smaller is meant.
            Default: one more than the largest in ``edge_index``.

    Shape:
        edge_index ``[2, edges]`` · edge_attr ``[edges, *width]`` → ``[2, edges + nodes]``, ``[edges + nodes, *width]``

    Raises:
        ArgumentError: An unknown name as ``fill_value``, or more than two ``num_nodes``.
        ShapeError: ``edge_attr`` does not have one row an edge.

    Cost: O(edges + nodes).

    Example:
        >>> add_self_loops(torch.tensor([[0], [1]]))[0].tolist()
        [[0, 0, 1], [1, 0, 1]]
    """
    if isinstance(num_nodes, tuple | list):
        check_edge_index(edge_index, caller="add_self_loops")
        check_pair(num_nodes, "num_nodes", caller="add_self_loops")
        num_src, num_dst = (as_count(count, "num_nodes", caller="add_self_loops") for count in num_nodes)
        nodes = min(num_src, num_dst)
    else:
        nodes = num_dst = count_nodes(edge_index, num_nodes, caller="add_self_loops", check=False)
    loops = torch.arange(nodes, dtype=edge_index.dtype, device=edge_index.device)
    with_loops = torch.cat([edge_index, loops.expand(2, -1)], dim=1)
    if edge_attr is None:
        return with_loops, None
    check_attributes([edge_attr], edge_index, caller="add_self_loops")
    filled = _filled(edge_index, edge_attr, num_dst, fill_value, "add_self_loops")[:nodes]
    return with_loops, torch.cat([edge_attr, filled])


def add_remaining_self_loops(
    edge_index: EdgeIndex,
    edge_attr: Shaped[Tensor, "edges *width"] | None = None,
    fill_value: float | Tensor | str | None = None,
    num_nodes: int | None = None,
) -> tuple[Tensor, Tensor | None]:
    """Give every node exactly one self loop, last among the edges; a node that has some keeps the value of its last.

    Args:
        edge_index: The edges.
        edge_attr: One row an edge.
        fill_value: What an added loop's row holds, or how it is reduced, as in :func:`add_self_loops`. Default: 1.
        num_nodes: How many nodes there are. Default: one more than the largest in ``edge_index``.

    Shape:
        edge_index ``[2, edges]`` · edge_attr ``[edges, *width]`` → ``[2, other + nodes]``, ``[other + nodes, *width]``

    Raises:
        NodeIndexError: A loop whose value is to be kept is of a node outside of ``num_nodes``.
        ShapeError: ``edge_attr`` does not have one row an edge.

    Cost: two parallel passes, O(edges + nodes).

    Example:
        >>> index, weight = add_remaining_self_loops(torch.tensor([[0, 1], [1, 1]]), torch.tensor([2.0, 5.0]))
        >>> index.tolist(), weight.tolist()
        ([[0, 0, 1], [1, 0, 1]], [2.0, 1.0, 5.0])
    """
    nodes = count_nodes(edge_index, num_nodes, caller="add_remaining_self_loops", check=False)
    with_loops, kept, loops = structure.split_loops(edge_index, positions=edge_attr is not None, append=nodes)
    if edge_attr is None:
        return with_loops, None
    check_attributes([edge_attr], edge_index, caller="add_remaining_self_loops")
    filled = _filled(edge_index, edge_attr, nodes, fill_value, "add_remaining_self_loops")
    looped, last = last_loops(edge_index, loops, nodes, caller="add_remaining_self_loops")
    filled = filled.index_copy(0, looped, edge_attr.index_select(0, last))
    return with_loops, torch.cat([edge_attr.index_select(0, kept), filled])


def segregate_self_loops(
    edge_index: EdgeIndex, edge_attr: Shaped[Tensor, "edges *width"] | None = None
) -> tuple[Tensor, Tensor | None, Tensor, Tensor | None]:
    """Set the edges that join a node with itself apart from the others.

    Args:
        edge_index: The edges.
        edge_attr: One row an edge.

    Shape:
        edge_index ``[2, edges]`` · edge_attr ``[edges, *width]`` → ``[2, others]``, ``[others, *width]`` or ``None``,
        ``[2, loops]``, ``[loops, *width]`` or ``None``

    Raises:
        ShapeError: ``edge_attr`` does not have one row an edge.

    Cost: two parallel passes, O(edges).

    Example:
        >>> edges, _, loops, _ = segregate_self_loops(torch.tensor([[0, 0, 1], [0, 1, 0]]))
        >>> edges.tolist(), loops.tolist()
        ([[0, 1], [1, 0]], [[0], [0]])
    """
    check_edge_index(edge_index, caller="segregate_self_loops")
    others, kept, loops = structure.split_loops(edge_index, positions=True)
    looped = edge_index.index_select(1, loops)
    if edge_attr is None:
        return others, None, looped, None
    check_attributes([edge_attr], edge_index, caller="segregate_self_loops")
    return others, edge_attr.index_select(0, kept), looped, edge_attr.index_select(0, loops)


def get_self_loop_attr(
    edge_index: EdgeIndex, edge_attr: Shaped[Tensor, "edges *width"] | None = None, num_nodes: int | None = None
) -> Tensor:
    """Return the value of each node's self loop: the diagonal of the adjacency matrix.

    Args:
        edge_index: The edges.
        edge_attr: One row an edge. Default: 1.
        num_nodes: How many nodes there are. Default: one more than the largest in ``edge_index``.

    Shape:
        edge_index ``[2, edges]`` · edge_attr ``[edges, *width]`` → ``[nodes, *width]``: of the node's last loop, and 0
        where it has none

    Raises:
        NodeIndexError: An edge names a node outside of ``num_nodes``.
        ShapeError: ``edge_attr`` does not have one row an edge.

    Cost: two parallel passes, O(edges + nodes).

    Example:
        >>> get_self_loop_attr(torch.tensor([[0, 1, 0], [1, 0, 0]]), torch.tensor([0.2, 0.3, 0.5])).tolist()
        [0.5, 0.0]
    """
    nodes = count_nodes(edge_index, num_nodes, caller="get_self_loop_attr")
    if edge_attr is None:
        edge_attr = torch.ones(edge_index.shape[1], device=edge_index.device)
    check_attributes([edge_attr], edge_index, caller="get_self_loop_attr")
    _, _, loops = structure.split_loops(edge_index, positions=True)
    looped, last = last_loops(edge_index, loops, nodes, caller="get_self_loop_attr")
    return edge_attr.new_zeros(nodes, *edge_attr.shape[1:]).index_copy(0, looped, edge_attr.index_select(0, last))


def last_loops(edge_index: Tensor, loops: Tensor, nodes: int, *, caller: str) -> tuple[Tensor, Tensor]:
    """Return the nodes that have loops, in order, and where the last loop of each stands.

    Args:
        edge_index: The edges.
        loops: Where loops stand among them.
        nodes: How many nodes there are.
        caller: The name that errors begin with.
    """
    node = edge_index[0].index_select(0, loops).long()
    if node.numel() and not (node.min() >= 0 and node.max() < nodes):
        check_node_range(edge_index, nodes, nodes, caller=caller)
    last = loops.new_full((nodes,), -1).scatter_reduce(0, node, loops, "amax")
    looped = (last >= 0).nonzero().squeeze(1)
    return looped, last[looped]


def _filled(
    edge_index: Tensor, edge_attr: Tensor, nodes: int, fill_value: float | Tensor | str | None, caller: str
) -> Tensor:
    shape = (nodes, *edge_attr.shape[1:])
    if isinstance(fill_value, str):
        reduce = reduction(fill_value, "fill_value", caller=caller)
        values = edge_attr if edge_attr.is_floating_point() else edge_attr.double()
        return segment_reduce(values, edge_index[1], nodes, reduce).to(edge_attr.dtype)
    if isinstance(fill_value, Tensor):
        return fill_value.to(edge_attr).expand(shape).clone()
    return edge_attr.new_full(shape, 1.0 if fill_value is None else fill_value)
