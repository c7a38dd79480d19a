"""Undirected graphs: both directions of every edge, once."""

from typing import Any

import torch

from edgewise._checks import check_node_range
from edgewise._suggest import did_you_mean
from edgewise._typing import EdgeIndex, Tensor
from edgewise.errors import ArgumentError
from edgewise.ops import segment_reduce

__all__ = ["coalesce", "is_undirected", "to_undirected"]

_REDUCTIONS = {"add": "sum", "sum": "sum", "mean": "mean", "min": "min", "max": "max"}
_NOT_GIVEN: Any = "not given"


def coalesce(
    edge_index: EdgeIndex,
    edge_attr: Any = _NOT_GIVEN,
    num_nodes: int | None = None,
    reduce: str = "sum",
) -> Any:
    """Sort edges by source, then destination, and merge duplicates.

    Args:
        edge_index: The edges.
        edge_attr: One row an edge, or a list of such; rows of duplicates are reduced to one. Where it is given, a pair
            is returned.
        num_nodes: How many nodes there are. Default: one more than the largest in ``edge_index``.
        reduce: ``"sum"`` (or ``"add"``), ``"mean"``, ``"min"`` or ``"max"``.

    Shape:
        edge_index ``[2, edges]`` → ``[2, different edges]``

    Raises:
        NodeIndexError: An edge names a node outside of ``num_nodes``.
        ArgumentError: An unknown ``reduce``.

    Cost: one sort.

    Example:
        >>> coalesce(torch.tensor([[1, 0, 1], [0, 1, 0]])).tolist()
        [[0, 1], [1, 0]]
    """
    if reduce not in _REDUCTIONS:
        hint = did_you_mean(reduce, _REDUCTIONS)
        message = f"coalesce: expected reduce to be one of {tuple(_REDUCTIONS)}, got {reduce!r}.{hint}"
        raise ArgumentError(message)
    nodes = _num_nodes(edge_index, num_nodes, "coalesce")
    key = edge_index[0].long() * max(nodes, 1) + edge_index[1]
    merged, inverse = torch.unique(key, return_inverse=True)
    out = torch.stack([merged // max(nodes, 1), merged % max(nodes, 1)]).to(edge_index.dtype)
    if edge_attr is _NOT_GIVEN:
        return out
    if isinstance(edge_attr, list | tuple):
        return out, [_merge(attr, inverse, merged.shape[0], reduce) for attr in edge_attr]
    return out, None if edge_attr is None else _merge(edge_attr, inverse, merged.shape[0], reduce)


def _merge(edge_attr: Tensor, inverse: Tensor, edges: int, reduce: str) -> Tensor:
    if edges == inverse.shape[0]:
        # Without duplicates the sorted order alone is wanted, for any dtype.
        return edge_attr[torch.empty_like(inverse).scatter_(0, inverse, torch.arange(edges, device=inverse.device))]
    values = edge_attr if edge_attr.is_floating_point() else edge_attr.double()
    return segment_reduce(values, inverse, edges, _REDUCTIONS[reduce]).to(edge_attr.dtype)


def to_undirected(
    edge_index: EdgeIndex,
    edge_attr: Any = _NOT_GIVEN,
    num_nodes: int | None = None,
    reduce: str = "add",
) -> Any:
    """Add the opposite of every edge, sort, and merge duplicates.

    Args:
        edge_index: The edges.
        edge_attr: One row an edge, or a list of such, carried to both directions. Where it is given, a pair is
            returned.
        num_nodes: How many nodes there are. Default: one more than the largest in ``edge_index``.
        reduce: How rows of duplicates become one, as in :func:`coalesce`.

    Shape:
        edge_index ``[2, edges]`` → ``[2, different edges in both directions]``

    Cost: one sort.

    Example:
        >>> to_undirected(torch.tensor([[0, 1], [1, 2]])).tolist()
        [[0, 1, 1, 2], [1, 0, 2, 1]]
    """
    both = torch.cat([edge_index, edge_index.flip(0)], dim=1)
    if isinstance(edge_attr, list | tuple):
        edge_attr = [torch.cat([attr, attr]) for attr in edge_attr]
    elif isinstance(edge_attr, Tensor):
        edge_attr = torch.cat([edge_attr, edge_attr])
    return coalesce(both, edge_attr, num_nodes, reduce)


def is_undirected(
    edge_index: EdgeIndex, edge_attr: Tensor | list[Tensor] | None = None, num_nodes: int | None = None
) -> bool:
    """Whether every edge has its opposite, as often and with equal attributes.

    Args:
        edge_index: The edges.
        edge_attr: One row an edge, or a list of such.
        num_nodes: How many nodes there are. Default: one more than the largest in ``edge_index``.

    Shape:
        edge_index ``[2, edges]`` · edge_attr ``[edges, *width]``

    Cost: two sorts.

    Example:
        >>> is_undirected(torch.tensor([[0, 1], [1, 0]])), is_undirected(torch.tensor([[0], [1]]))
        (True, False)
    """
    nodes = _num_nodes(edge_index, num_nodes, "is_undirected")
    forth = edge_index[0].long() * nodes + edge_index[1]
    back = edge_index[1].long() * nodes + edge_index[0]
    by_forth, by_back = forth.argsort(stable=True), back.argsort(stable=True)
    if not torch.equal(forth[by_forth], back[by_back]):
        return False
    columns = [edge_attr] if isinstance(edge_attr, Tensor) else edge_attr or []
    return all(torch.equal(column[by_forth], column[by_back]) for column in columns)


def _num_nodes(edge_index: Tensor, num_nodes: int | None, caller: str) -> int:
    nodes = num_nodes if num_nodes is not None else int(edge_index.max()) + 1 if edge_index.numel() else 0
    # Keys of edges outside of the range would collide with those of others.
    check_node_range(edge_index, nodes, nodes, caller=caller)
    return nodes
