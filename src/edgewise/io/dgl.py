"""Graphs from and to the Deep Graph Library (DGL); features are shared, not copied."""

import importlib
from typing import Any

import torch
from torch import Tensor

from edgewise.adjacency import sparse_coordinates
from edgewise.data import Data, HeteroData
from edgewise.errors import DataError, DTypeError, MissingPackageError

__all__ = ["from_dgl", "to_dgl"]


def from_dgl(g: Any) -> Data | HeteroData:
    """Return what a DGL graph holds; features keep their names.

    Args:
        g: A ``dgl.DGLGraph``. With one type of nodes and one of edges it becomes a :class:`Data`.

    Raises:
        DTypeError: Something else, or a feature that this library does not accept.

    Cost: the ends of edges are stacked; features are not copied.

    Source: PyG's function of this name. Ours also keeps how many nodes there are, and the features of typed edges.

    Example:
        >>> import dgl  # doctest: +SKIP
        >>> from_dgl(dgl.graph(([0, 1], [1, 2])))  # doctest: +SKIP
        Data(edge_index=[2, 2], num_nodes=3)
    """
    if not hasattr(g, "canonical_etypes") or not hasattr(g, "is_homogeneous"):
        message = f"from_dgl: expected a dgl.DGLGraph, got {type(g).__name__}. The way back is to_dgl."
        raise DTypeError(message)
    if g.is_homogeneous:
        data = Data(edge_index=torch.stack(g.edges()))
        _fill(data, {**g.ndata, **g.edata}, g.num_nodes())
        return data
    out = HeteroData()
    for node_type in g.ntypes:
        _fill(out[node_type], g.nodes[node_type].data, g.num_nodes(node_type))
    for edge_type in g.canonical_etypes:
        out[edge_type].edge_index = torch.stack(g.edges(etype=edge_type))
        out[edge_type].update(dict(g.edges[edge_type].data))
    return out


def to_dgl(data: Data | HeteroData) -> Any:
    """Return a graph as a ``dgl.DGLGraph``, with every tensor that has a row for each node or edge.

    Attributes of the graph as a whole have no place there, and stay behind.

    Args:
        data: The graph.

    Raises:
        DTypeError: ``data`` is no graph.
        DataError: A typed graph has no edge type, a type of edges has no ``edge_index``, or nothing tells how many
            nodes a type has.
        MissingPackageError: DGL is not installed, or not for this torch.

    Cost: features are not copied.

    Source: PyG's function of this name. Ours keeps nodes without edges in typed graphs.

    Example:
        >>> g = to_dgl(Data(x=torch.ones(3, 1), edge_index=torch.tensor([[0], [1]])))  # doctest: +SKIP
        >>> g.num_nodes(), g.num_edges()  # doctest: +SKIP
        (3, 1)
    """
    if isinstance(data, Data):
        source, target = _ends(data)
        g = _open().graph((source, target), num_nodes=data.num_nodes)
        of_nodes, of_edges = data.node_attrs(), data.edge_attrs()
        g.ndata.update({name: value for name, value in _with_rows(data, data.num_nodes).items() if name in of_nodes})
        g.edata.update({name: value for name, value in _with_rows(data, data.num_edges).items() if name in of_edges})
        return g
    if not isinstance(data, HeteroData):
        message = f"to_dgl: expected a Data or HeteroData, got {type(data).__name__}. The way back is from_dgl."
        raise DTypeError(message)
    ends, counts = _typed_ends(data), _counts(data)
    g = _open().heterograph(ends, num_nodes_dict=counts)
    for node_type, nodes in data.node_items():
        g.nodes[node_type].data.update(_with_rows(nodes, g.num_nodes(node_type)))
    for edge_type, edges in data.edge_items():
        g.edges[edge_type].data.update(_with_rows(edges, edges.num_edges))
    return g


def _open() -> Any:
    """Import DGL, whose libraries refuse a torch other than theirs in ways of their own."""
    try:
        return importlib.import_module("dgl")
    except (ImportError, OSError, AttributeError) as error:
        reason = (str(error).splitlines() or [""])[0].rstrip(".")
        message = (
            f"to_dgl: expected the package dgl for torch {torch.__version__}, got {type(error).__name__} ({reason}). "
            "See www.dgl.ai/pages/start.html."
        )
        raise MissingPackageError(message) from error


def _fill(store: Any, features: Any, nodes: int) -> None:
    store.update(dict(features))
    if store.counted_nodes() != nodes:
        store.num_nodes = nodes


def _typed_ends(data: HeteroData) -> dict[Any, Any]:
    if not data.edge_types:
        message = "to_dgl: expected at least one type of edges, got none. A dgl.heterograph is made of edges."
        raise DataError(message)
    for edge_type, edges in data.edge_items():
        if edges.edge_index is None:
            message = f"to_dgl: expected edge_index of {edge_type}, got none. Set data[{edge_type}].edge_index."
            raise DataError(message)
    return {edge_type: _ends(edges) for edge_type, edges in data.edge_items()}


def _counts(data: HeteroData) -> dict[str, int]:
    ends = (end for source, _, target in data.edge_types for end in (source, target))
    counts = {}
    for node_type in dict.fromkeys([*data.node_types, *ends]):
        count = data[node_type].num_nodes if node_type in data.node_types else None
        if count is None:
            message = (
                f"to_dgl: expected to know how many nodes of type {node_type!r} there are, got no attribute that "
                f"tells. Set data[{node_type!r}].num_nodes."
            )
            raise DataError(message)
        counts[node_type] = count
    return counts


def _ends(store: Any) -> tuple[Tensor, Tensor]:
    edge_index = store.edge_index
    if edge_index is None:
        nothing = torch.zeros(0, dtype=torch.int64)
        return nothing, nothing
    if edge_index.layout != torch.strided:  # a transposed adjacency: rows are destinations
        target, source = sparse_coordinates(edge_index)
        return source, target
    return edge_index[0], edge_index[1]


def _with_rows(store: Any, rows: int) -> dict[str, Tensor]:
    return {
        name: value
        for name, value in store.to_dict().items()
        if isinstance(value, Tensor) and name != "edge_index" and value.dim() and value.shape[0] == rows
    }
