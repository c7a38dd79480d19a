"""Edges in order, each once; undirected graphs: both directions of every edge."""

from typing import Any

import torch

from edgewise._typing import EdgeIndex, Tensor
from edgewise.ops import structure
from edgewise.utils._arguments import check_attributes, count_nodes, reduction

__all__ = ["coalesce", "is_undirected", "sort_edge_index", "to_undirected"]

_NOT_GIVEN: Any = "not given"


def sort_edge_index(
    edge_index: EdgeIndex,
    edge_attr: Any = _NOT_GIVEN,
    num_nodes: int | None = None,
    sort_by_row: bool = True,  # noqa: FBT001, FBT002 - PyG's signature
) -> Any:
    """Sort edges by source, then destination; equal ones stay in order.

    Args:
        edge_index: The edges.
        edge_attr: One row an edge, or a list of such, carried along. Where it is given, a pair is returned.
        num_nodes: How many nodes there are. Default: one more than the largest in ``edge_index``.
        sort_by_row: ``False`` sorts by destination, then source.

    Shape:
        edge_index ``[2, edges]`` · edge_attr ``[edges, *width]`` → the same

    Raises:
        NodeIndexError: An edge names a node outside of ``num_nodes``.
        ShapeError: ``edge_attr`` does not have one row an edge.

    Cost: one parallel radix sort, O(edges); edges that are sorted already are copied.

    Example:
        >>> sort_edge_index(torch.tensor([[2, 1, 1, 0], [1, 2, 0, 1]])).tolist()
        [[0, 1, 1, 2], [1, 0, 2, 1]]
    """
    nodes = count_nodes(edge_index, num_nodes, caller="sort_edge_index")
    check_attributes(_columns(edge_attr), edge_index, caller="sort_edge_index")
    edges, perm = structure.sort(edge_index, nodes, by_row=sort_by_row)
    return _answer(edges.clone() if perm is None else edges, edge_attr, lambda attr: _sorted(attr, perm))


def coalesce(
    edge_index: EdgeIndex,
    edge_attr: Any = _NOT_GIVEN,
    num_nodes: int | None = None,
    reduce: str = "sum",
    is_sorted: bool = False,  # noqa: FBT001, FBT002 - PyG's signature
    sort_by_row: bool = True,  # noqa: FBT001, FBT002
) -> Any:
    """Sort edges by source, then destination, and merge duplicates.

    Args:
        edge_index: The edges.
        edge_attr: One row an edge, or a list of such; rows of duplicates are reduced to one. Where it is given, a pair
            is returned.
        num_nodes: How many nodes there are. Default: one more than the largest in ``edge_index``.
        reduce: ``"sum"`` (or ``"add"``), ``"mean"``, ``"min"``, ``"max"``, ``"mul"``, or ``"any"``: the first.
        is_sorted: For PyG's sake. Sorted edges are recognised, and others sorted, whatever it says.
        sort_by_row: ``False`` sorts by destination, then source.

    Shape:
        edge_index ``[2, edges]`` → ``[2, different edges]``

    Raises:
        NodeIndexError: An edge names a node outside of ``num_nodes``.
        ArgumentError: An unknown ``reduce``.
        ShapeError: ``edge_attr`` does not have one row an edge.

    Cost: one parallel radix sort, O(edges), less where they are sorted already; rows are reduced where they lie. The
    same bits on any number of threads.

    Example:
        >>> coalesce(torch.tensor([[1, 0, 1], [0, 1, 0]])).tolist()
        [[0, 1], [1, 0]]
    """
    reduce = reduction(reduce, "reduce", caller="coalesce", others=("any",))
    nodes = count_nodes(edge_index, num_nodes, caller="coalesce")
    check_attributes(_columns(edge_attr), edge_index, caller="coalesce")
    merged = structure.merge(edge_index, nodes, by_row=sort_by_row)
    return _answer(merged.edges, edge_attr, lambda attr: merged.reduce(attr, reduce))


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

    Raises:
        NodeIndexError: An edge names a node outside of ``num_nodes``.
        ArgumentError: An unknown ``reduce``.
        ShapeError: ``edge_attr`` does not have one row an edge.

    Cost: one parallel radix sort, O(edges).

    Example:
        >>> to_undirected(torch.tensor([[0, 1], [1, 2]])).tolist()
        [[0, 1, 1, 2], [1, 0, 2, 1]]
    """
    reduce = reduction(reduce, "reduce", caller="coalesce", others=("any",))  # whose option it is
    nodes = count_nodes(edge_index, num_nodes, caller="to_undirected")
    check_attributes(_columns(edge_attr), edge_index, caller="to_undirected")
    merged = structure.merge(edge_index, nodes, mirrored=True)
    return _answer(merged.edges, edge_attr, lambda attr: merged.reduce(torch.cat([attr, attr]), reduce))


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

    Raises:
        NodeIndexError: An edge names a node outside of ``num_nodes``.
        ShapeError: ``edge_attr`` does not have one row an edge.

    Cost: one pass over the edges of nearly every directed graph; two sorts otherwise, O(edges).

    Example:
        >>> is_undirected(torch.tensor([[0, 1], [1, 0]])), is_undirected(torch.tensor([[0], [1]]))
        (True, False)
    """
    nodes = count_nodes(edge_index, num_nodes, caller="is_undirected")
    columns = _columns(edge_attr)
    check_attributes(columns, edge_index, caller="is_undirected")
    if not columns:
        return structure.is_symmetric(edge_index, nodes)
    forth, perm = structure.sort(edge_index, nodes)
    back, back_perm = structure.sort(edge_index, nodes, by_row=False)
    if not torch.equal(forth, back.flip(0)):
        return False
    return all(torch.equal(_sorted(column, perm), _sorted(column, back_perm)) for column in columns)


def _columns(edge_attr: Any) -> list[Tensor]:
    if edge_attr is None or edge_attr is _NOT_GIVEN:
        return []
    return list(edge_attr) if _is_list(edge_attr) else [edge_attr]


def _is_list(edge_attr: Any) -> bool:
    return isinstance(edge_attr, list | tuple)


def _sorted(attribute: Tensor, perm: Tensor | None) -> Tensor:
    return attribute.clone() if perm is None else attribute.index_select(0, perm)


def _answer(edges: Tensor, edge_attr: Any, carry: Any) -> Any:
    """The edges alone, or with what became of their attributes, in the form in which these were given."""
    if edge_attr is _NOT_GIVEN:
        return edges
    if _is_list(edge_attr):
        return edges, [carry(attribute) for attribute in edge_attr]
    return edges, None if edge_attr is None else carry(edge_attr)
