"""Graphs from and to NetworkX."""

from collections.abc import Iterable, Sequence
from typing import Any

import torch
from torch import Tensor

from edgewise._lazy import lazy_import
from edgewise.data import Data
from edgewise.errors import ArgumentError, DataError

__all__ = ["from_networkx", "to_networkx"]

nx = lazy_import("networkx")


def to_networkx(
    data: Data,
    node_attrs: Iterable[str] | None = None,
    edge_attrs: Iterable[str] | None = None,
    graph_attrs: Iterable[str] | None = None,
    to_undirected: bool | str = False,  # noqa: FBT001, FBT002 - PyG's signature
    to_multi: bool = False,  # noqa: FBT001, FBT002
    remove_self_loops: bool = False,  # noqa: FBT001, FBT002
) -> Any:
    """Return a NetworkX graph with the nodes ``0, 1, ...`` and the edges of ``data``.

    Args:
        data: The graph.
        node_attrs: Attributes whose row of each node goes with it.
        edge_attrs: Attributes whose row of each edge goes with it.
        graph_attrs: Attributes of the graph as a whole.
        to_undirected: Return an undirected graph; ``"upper"`` or ``"lower"`` takes only edges with source before
            destination, or after.
        to_multi: Keep duplicate edges.
        remove_self_loops: Leave edges from a node to itself out.

    Raises:
        ArgumentError: An attribute that ``data`` does not have, or an unknown ``to_undirected``.

    Cost: a Python loop over nodes and edges, as NetworkX is made of Python objects.

    Example:
        >>> G = to_networkx(Data(x=torch.ones(3, 1), edge_index=torch.tensor([[0, 1], [1, 0]])), to_undirected=True)
        >>> G.number_of_nodes(), list(G.edges)
        (3, [(0, 1)])
    """
    if to_undirected not in (False, True, "upper", "lower"):
        message = (
            f"to_networkx: expected to_undirected to be a bool, 'upper' or 'lower', got {to_undirected!r}. Use True."
        )
        raise ArgumentError(message)
    kind = "Multi" if to_multi else ""
    G = getattr(nx, f"{kind}Graph" if to_undirected else f"{kind}DiGraph")()
    G.graph.update(_columns(data, graph_attrs))
    nodes, edges = _columns(data, node_attrs), _columns(data, edge_attrs)
    G.add_nodes_from((i, {name: rows[i] for name, rows in nodes.items()}) for i in range(data.num_nodes))
    pairs = [] if data.edge_index is None else data.edge_index.t().tolist()
    for k, (source, target) in enumerate(pairs):
        wrong_side = (to_undirected == "upper" and source > target) or (to_undirected == "lower" and source < target)
        if not wrong_side and not (remove_self_loops and source == target):
            G.add_edge(source, target, **{name: rows[k] for name, rows in edges.items()})
    return G


def from_networkx(
    G: Any,
    group_node_attrs: Sequence[str] | str | None = None,
    group_edge_attrs: Sequence[str] | str | None = None,
) -> Data:
    """Return the graph that a NetworkX graph describes; nodes are numbered in its order.

    Args:
        G: A ``networkx`` graph; an undirected one gives both directions of each edge.
        group_node_attrs: Numeric node attributes to stand side by side in ``x``; ``"all"`` takes every one.
        group_edge_attrs: Numeric edge attributes to stand side by side in ``edge_attr``; ``"all"`` takes every one.

    Raises:
        DataError: Some node or edge lacks an attribute that others have.

    Cost: a Python loop over nodes and edges.

    Example:
        >>> import networkx
        >>> from_networkx(networkx.path_graph(3))
        Data(edge_index=[2, 4], num_nodes=3)
    """
    G = G if G.is_directed() else G.to_directed()
    number = {node: i for i, node in enumerate(G.nodes)}
    pairs = [(number[source], number[target]) for source, target in G.edges()]
    edge_index = torch.tensor(pairs, dtype=torch.int64).reshape(-1, 2).t().contiguous()

    nodes = _table([values for _, values in G.nodes(data=True)], "node")
    edges = _table([values for _, _, values in G.edges(data=True)], "edge")
    edges = {f"edge_{name}" if name in nodes else name: column for name, column in edges.items()}
    whole = {name: value for name, value in G.graph.items() if name not in ("node_default", "edge_default")}
    whole = {f"graph_{name}" if name in nodes else name: value for name, value in whole.items()}

    node_names = list(nodes) if group_node_attrs == "all" else list(group_node_attrs or [])
    edge_names = list(edges) if group_edge_attrs == "all" else list(group_edge_attrs or [])
    edge_names = [f"edge_{name}" if f"edge_{name}" in edges and name in nodes else name for name in edge_names]
    columns = {name: _as_tensor(column) for name, column in {**nodes, **edges, **whole}.items()}
    x, edge_attr = _side_by_side(columns, node_names), _side_by_side(columns, edge_names)
    data = Data(x=columns.pop("x", None) if x is None else x, edge_index=edge_index)
    for name, column in columns.items():
        data[str(name)] = column
    if edge_attr is not None:
        data.edge_attr = edge_attr
    if data.x is None and data.pos is None:
        data.num_nodes = len(number)
    return data


def _columns(data: Data, names: Iterable[str] | None) -> dict[str, Any]:
    """The named attributes as plain Python values."""
    columns = {}
    for name in names or []:
        if name not in data:
            message = f"to_networkx: expected an attribute of data, got {name!r}. It has {', '.join(data.keys())}."
            raise ArgumentError(message)
        columns[name] = data[name].tolist() if isinstance(data[name], Tensor) else data[name]
    return columns


def _table(rows: list[dict[Any, Any]], what: str) -> dict[str, list[Any]]:
    names = list(rows[0]) if rows else []
    for position, row in enumerate(rows):
        if set(row) != set(names):
            message = (
                f"from_networkx: expected every {what} to have the attributes {names}, got {list(row)} at {what} "
                f"{position}. Give all of them the same."
            )
            raise DataError(message)
    return {str(name): [row[name] for row in rows] for name in names}


def _as_tensor(column: Any) -> Any:
    if isinstance(column, list | tuple) and column and isinstance(column[0], Tensor):
        return torch.stack(list(column))
    try:
        return torch.as_tensor(column)
    except (TypeError, ValueError, RuntimeError):
        return column  # names and the like stay as they are


def _side_by_side(columns: dict[str, Any], names: list[str]) -> Tensor | None:
    """Take the named columns out and join them, ``[rows, widths]``."""
    if not names:
        return None
    parts = [columns.pop(name) for name in names]
    return torch.cat([part.unsqueeze(1) if part.dim() <= 1 else part for part in parts], dim=-1)
