"""What transforms ask of a graph: its edges, checked, and which attributes have a row for each node or edge."""

import warnings
from typing import Any, TypeAlias

import torch

from edgewise._checks import check_edge_index, check_node_range
from edgewise._typing import EdgeIndex, Tensor
from edgewise.data import Data, HeteroData
from edgewise.data.validation import MASKS
from edgewise.errors import DataError, DTypeError, EdgewiseWarning, ShapeError

__all__ = [
    "Graph",
    "appended",
    "count_nodes",
    "drop_without_rows",
    "edge_attributes",
    "edge_items",
    "edge_weights",
    "edges_of",
    "forget_edges",
    "known_size",
    "node_attributes",
    "node_items",
    "node_tensor",
    "select_edges",
]

Graph: TypeAlias = Data | HeteroData


def node_items(data: Graph) -> list[tuple[str | None, Any]]:
    """Return each node type with the holder of its attributes; a ``Data`` is one, without a name."""
    return list(data.node_items()) if isinstance(data, HeteroData) else [(None, data)]


def edge_items(data: Graph) -> list[tuple[Any, Any]]:
    """Return each edge type that has an ``edge_index`` with the holder of its attributes; a ``Data`` is one."""
    items = list(data.edge_items()) if isinstance(data, HeteroData) else [(None, data)]
    return [(key, store) for key, store in items if store.edge_index is not None]


def known_size(store: Any) -> tuple[int | None, int | None]:
    """How many sources and destinations there are; ``None`` where nothing but the edges tells."""
    if isinstance(store, Data):
        return store.counted_nodes(), store.counted_nodes()
    return store.size()  # type: ignore[no-any-return]


def count_nodes(node_type: str | None, store: Any, caller: str) -> int:
    """Return how many nodes of a type there are.

    Raises:
        DataError: Nothing tells.
    """
    if store.num_nodes is None:
        message = (
            f"{caller}: expected to know how many nodes of type {node_type!r} there are, got no attribute that tells. "
            f"Set data[{node_type!r}].num_nodes or x."
        )
        raise DataError(message)
    return int(store.num_nodes)


def edges_of(store: Any, caller: str) -> EdgeIndex:
    """Return ``edge_index`` after checking that it is one, and that nodes and rows of attributes are there.

    Raises:
        DataError: There is none, or it is a sparse matrix.
        NodeIndexError: An edge names a node that does not exist.
        ShapeError: ``edge_attr`` or ``edge_weight`` has not a row for each edge.
    """
    edge_index = store.edge_index
    if edge_index is None:
        sparse = "adj_t" in store
        found, cure = (
            ("adj_t", "Put ToSparseTensor last.") if sparse else ("none", "Build the graph with Data.from_edges.")
        )
        message = f"{caller}: expected data.edge_index, got {found}. {cure}"
        raise DataError(message)
    if edge_index.layout != torch.strided:
        kind = str(edge_index.layout).removeprefix("torch.")
        message = f"{caller}: expected edge_index [2, edges], got {kind}. Put the transform before ToSparseTensor."
        raise DataError(message)
    check_edge_index(edge_index, caller=caller)
    if edge_index.numel():
        size = zip(known_size(store), edge_index, strict=True)
        num_src, num_dst = (int(ends.max()) + 1 if count is None else count for count, ends in size)
        check_node_range(edge_index, num_src, num_dst, caller=caller)
    for name in ("edge_attr", "edge_weight"):
        if isinstance(store[name], Tensor):
            _check_rows(name, store[name], edge_index.shape[1], "edge", caller)
    return edge_index  # type: ignore[no-any-return]


def node_attributes(data: Graph, store: Any) -> dict[str, int]:
    """Return which tensors have a row for each node, and the axis that counts them."""
    names = _with_rows(data, store, store.num_nodes)
    names.pop("ptr", None)
    if isinstance(data, Data):
        names.pop("edge_index", None)
        if data.num_edges == data.num_nodes:
            names = {name: axis for name, axis in names.items() if "edge" not in name}
    return names


def edge_attributes(data: Graph, store: Any) -> dict[str, int]:
    """Return which tensors beside ``edge_index`` have a row for each edge, and the axis that counts them."""
    if store.edge_index is None:
        return {}
    names = _with_rows(data, store, store.num_edges)
    names.pop("edge_index", None)
    if "edge_label_index" in store:  # labels of other edges than these
        names.pop("edge_label_index", None)
        names.pop("edge_label", None)
    if isinstance(data, Data):
        names = {name: axis for name, axis in names.items() if "edge" in name or data.num_edges != data.num_nodes}
    return names


def _with_rows(data: Graph, store: Any, rows: int | None) -> dict[str, int]:
    found = {}
    for name, value in store.to_dict().items():
        if not isinstance(value, Tensor) or value.dim() == 0 or value.layout != torch.strided:
            continue
        axis = data.__cat_dim__(name, value, store)
        # One label in a graph of one node or edge is the graph's, as in the other graphs of its dataset.
        of_graph = name == "y" and value.shape[0] == 1 and not any(mask in store for mask in MASKS)
        if isinstance(axis, int) and value.shape[axis] == rows and not of_graph:
            found[name] = axis
    return found


def select_edges(data: Graph, store: Any, kept: Tensor) -> None:
    """Keep the edges at some positions, with their attributes."""
    names = edge_attributes(data, store)
    for name, axis in names.items():
        store[name] = store[name].index_select(axis, kept)
    store.edge_index = store.edge_index.index_select(1, kept)


def forget_edges(data: Data) -> None:
    """Drop ``edge_index`` and what belongs to its edges: others will come."""
    for name in ["edge_index", "edge_attr", "edge_weight", *_surely_of_edges(data, data)]:
        data[name] = None


def drop_without_rows(data: Graph, store: Any, kept: str, caller: str, cure: str) -> None:
    """Drop the edge attributes that nobody said how to fill for added edges, and warn; all but ``kept``.

    Call it while the attributes still fit the edges.
    """
    for name in _surely_of_edges(data, store):
        if name != kept:
            del store[name]
            message = f"{caller}: {name} has no rows for the self loops and is dropped. {cure}"
            warnings.warn(message, EdgewiseWarning, stacklevel=4)


def _surely_of_edges(data: Graph, store: Any) -> list[str]:
    """Edge attributes that may be dropped: a tensor of the whole graph may have as many rows as there are edges."""
    return [name for name in edge_attributes(data, store) if isinstance(data, HeteroData) or "edge" in name]


def node_tensor(data: Data, name: str, caller: str, *, floating: bool = True, axes: tuple[int, ...] = (1, 2)) -> Tensor:
    """Return an attribute that the transform needs, with a row for each node.

    Raises:
        DataError: There is none.
        DTypeError: It is not floating, and should be.
        ShapeError: It has not a row for each node, or another number of axes.
    """
    value = data[name]
    if value is None:
        message = f"{caller}: expected data.{name}, got none. Give every node a row: a floating tensor [nodes, width]."
        raise DataError(message)
    if floating and not value.is_floating_point():
        kind = str(value.dtype).removeprefix("torch.")
        message = f"{caller}: expected floating data.{name}, got {kind}. Use data.{name} = data.{name}.float()."
        raise DTypeError(message)
    _check_rows(name, value, data.num_nodes, "node", caller)
    if value.dim() not in axes:
        message = f"{caller}: expected data.{name} of shape [nodes, width], got {list(value.shape)}. Reshape it."
        raise ShapeError(message)
    return value  # type: ignore[no-any-return]


def edge_weights(data: Data, caller: str, name: str = "edge_weight") -> Tensor | None:
    """Return the weights of edges as floats, or ``None`` where there are none.

    Raises:
        ShapeError: They are not one number an edge.
    """
    weight: Tensor | None = data[name]
    if weight is None:
        return None
    if weight.dim() != 1:
        message = f"{caller}: expected {name} with one weight an edge, got {list(weight.shape)}. Choose one column."
        raise ShapeError(message)
    return weight if weight.is_floating_point() else weight.to(torch.get_default_dtype())


def _check_rows(name: str, value: Tensor, rows: int, what: str, caller: str) -> None:
    if value.dim() == 0 or value.shape[0] != rows:
        message = (
            f"{caller}: expected {name} with one row for each of the {rows} {what}s, got {list(value.shape)}. "
            f"Give every {what} a row."
        )
        raise ShapeError(message)


def appended(old: Tensor | None, new: Tensor, name: str, caller: str) -> Tensor:
    """Return ``new`` as further columns of the attribute ``old``; integers become floats where ``new`` has some.

    Raises:
        ShapeError: ``old`` has not as many rows, or more than two axes.

    Example:
        >>> appended(torch.tensor([1, 2]), torch.tensor([[0.5], [0.5]]), "x", "Constant").tolist()
        [[1.0, 0.5], [2.0, 0.5]]
    """
    if old is None:
        return new
    if old.dim() not in (1, 2) or old.shape[0] != new.shape[0]:
        message = (
            f"{caller}: expected {name} of shape [{new.shape[0]}, width] to append to, got {list(old.shape)}. "
            f"Reshape it, or put the result elsewhere."
        )
        raise ShapeError(message)
    old = old.reshape(-1, 1) if old.dim() == 1 else old
    dtype = old.dtype if old.is_floating_point() else torch.promote_types(old.dtype, new.dtype)
    return torch.cat([old.to(dtype), new.to(old.device, dtype)], dim=-1)
