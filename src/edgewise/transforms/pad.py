"""Graphs of one size."""

from collections.abc import Sequence
from typing import Any

import torch

from edgewise._typing import Tensor
from edgewise.data import HeteroData
from edgewise.data.validation import MASKS
from edgewise.errors import ArgumentError, DataError
from edgewise.transforms._checks import check_graph, check_single
from edgewise.transforms._stores import (
    Graph,
    count_nodes,
    edge_attributes,
    edge_items,
    edges_of,
    known_size,
    node_attributes,
    node_items,
)
from edgewise.transforms.base import BaseTransform
from edgewise.transforms.padding import EdgeTypePadding, NodeTypePadding, Padding, UniformPadding

__all__ = ["Pad"]

_Type = str | tuple[str, str, str] | None


class Pad(BaseTransform):
    """Append nodes and edges until a graph has given numbers of both; added edges join the first added nodes.

    Args:
        max_num_nodes: How many nodes the result has; in a ``HeteroData`` also by node type.
        max_num_edges: How many edges; in a ``HeteroData`` also by edge type. Default: one for each pair of nodes.
        node_pad_value: What attributes of added nodes hold: a number, or a :class:`UniformPadding`,
            :class:`AttrNamePadding` or :class:`NodeTypePadding`.
        edge_pad_value: What attributes of added edges hold: a number, or a :class:`UniformPadding`,
            :class:`AttrNamePadding` or :class:`EdgeTypePadding`.
        mask_pad_value: What ``train_mask``, ``val_mask`` and ``test_mask`` of added nodes hold.
        add_pad_mask: Add ``pad_node_mask`` and ``pad_edge_mask``, ``True`` where something is not padding.
        exclude_keys: Attributes to leave out.

    Raises:
        DataError: The graph is larger, no node is added for added edges to join, a batch, or nothing tells how many
            nodes of a type there are.
        ArgumentError: A type that ``max_num_nodes`` does not name, a padding by type for a ``Data``, or a fraction for
            an integer attribute.
        NodeIndexError: An edge names a node that does not exist.

    Cost: the size of the result.

    Source: PyG's, which lets padded edges name a node that does not exist where no node is added.

    Example:
        >>> from edgewise.data import Data
        >>> data = Data(x=torch.ones(2, 1), edge_index=torch.tensor([[0], [1]]))
        >>> out = Pad(max_num_nodes=3, max_num_edges=2)(data)
        >>> out.x.flatten().tolist(), out.edge_index.tolist()
        ([1.0, 1.0, 0.0], [[0, 2], [1, 2]])
    """

    def __init__(
        self,
        max_num_nodes: int | dict[str, int],
        max_num_edges: int | dict[tuple[str, str, str], int] | None = None,
        node_pad_value: int | float | Padding = 0.0,
        edge_pad_value: int | float | Padding = 0.0,
        mask_pad_value: bool = False,  # noqa: FBT001, FBT002 - PyG's signature
        add_pad_mask: bool = False,  # noqa: FBT001, FBT002
        exclude_keys: Sequence[str] | None = None,
    ) -> None:
        self.max_num_nodes = max_num_nodes
        self.max_num_edges = max_num_edges
        self.node_pad_value = node_pad_value
        self.edge_pad_value = edge_pad_value
        self.mask_pad_value = mask_pad_value
        self.add_pad_mask = add_pad_mask
        self.exclude_keys = exclude_keys

    def forward(self, data: Graph) -> Graph:
        """Append the nodes and edges."""
        check_graph(data, "Pad")
        check_single(data, "Pad")
        _check_kind(data, self.node_pad_value, "node_pad_value")
        _check_kind(data, self.edge_pad_value, "edge_pad_value")
        for store in data.stores:
            for name in self.exclude_keys or ():
                if name in store:
                    del store[name]
        nodes = [(key, store, node_attributes(data, store)) for key, store in node_items(data)]
        edges = [(key, store, edge_attributes(data, store)) for key, store in edge_items(data)]
        for key, store, names in edges:
            self._pad_edges(key, store, names)
        for key, store, names in nodes:
            self._pad_nodes(key, store, names)
        return data

    def _pad_edges(self, key: tuple[str, str, str] | None, store: Any, names: dict[str, int]) -> None:
        edges, size = edges_of(store, "Pad"), [int(count) for count in _size(store, key)]
        there, wanted = edges.shape[1], self._wanted_edges(key)
        _check_room(there, wanted, "edges", key)
        if wanted > there:
            types = (None, None) if key is None else (key[0], key[2])
            for node_type, count in zip(types, size, strict=True):
                if self._wanted_nodes(node_type) == count:
                    message = (
                        f"Pad: expected max_num_nodes above {count}{_of(node_type)}, got {count}, but added edges join "
                        "an added node. Raise it by one."
                    )
                    raise DataError(message)
        for name, axis in names.items():
            value = _number(self.edge_pad_value, key, name)
            store[name] = _padded(name, store[name], axis, wanted - there, value)
        added = torch.tensor(size, dtype=edges.dtype, device=edges.device).reshape(2, 1).expand(2, wanted - there)
        store.edge_index = torch.cat([edges, added], dim=1)
        if self.add_pad_mask:
            store.pad_edge_mask = torch.arange(wanted, device=edges.device) < there

    def _pad_nodes(self, key: str | None, store: Any, names: dict[str, int]) -> None:
        there, wanted = count_nodes(key, store, "Pad"), self._wanted_nodes(key)
        _check_room(there, wanted, "nodes", key)
        for name, axis in names.items():
            value = self.mask_pad_value if name in MASKS else _number(self.node_pad_value, key, name)
            store[name] = _padded(name, store[name], axis, wanted - there, value)
        store.num_nodes = wanted
        if self.add_pad_mask:
            store.pad_node_mask = torch.arange(wanted) < there

    def _wanted_nodes(self, node_type: str | None) -> int:
        if isinstance(self.max_num_nodes, int):
            return self.max_num_nodes
        if node_type not in self.max_num_nodes:
            what = "an int for a Data" if node_type is None else f"a number for the node type {node_type!r}"
            message = f"Pad: expected max_num_nodes with {what}, got {self.max_num_nodes}. Add it."
            raise ArgumentError(message)
        return self.max_num_nodes[node_type]

    def _wanted_edges(self, edge_type: tuple[str, str, str] | None) -> int:
        if isinstance(self.max_num_edges, int):
            return self.max_num_edges
        if edge_type is not None and self.max_num_edges is not None and edge_type in self.max_num_edges:
            return self.max_num_edges[edge_type]
        source, target = (None, None) if edge_type is None else (edge_type[0], edge_type[2])
        return self._wanted_nodes(source) * self._wanted_nodes(target)


def _size(store: Any, key: tuple[str, str, str] | None) -> tuple[int, int]:
    if key is None:
        return store.num_nodes, store.num_nodes
    source, target = known_size(store)
    return source or 0, target or 0


def _check_kind(data: Graph, padding: int | float | Padding, name: str) -> None:
    if not isinstance(data, HeteroData) and isinstance(padding, NodeTypePadding | EdgeTypePadding):
        message = (
            f"Pad: expected {name} as a number, UniformPadding or AttrNamePadding for a Data, "
            f"got {type(padding).__name__}. A Data has no types."
        )
        raise ArgumentError(message)
    wrong = EdgeTypePadding if name == "node_pad_value" else NodeTypePadding
    if isinstance(padding, wrong):
        message = f"Pad: expected {name} by the types of what it pads, got {wrong.__name__}. Swap the two."
        raise ArgumentError(message)


def _check_room(there: int, wanted: int, what: str, key: _Type) -> None:
    if there > wanted:
        message = (
            f"Pad: expected at most max_num_{what}={wanted}{_of(key)}, got {there}. Raise it, alike for every graph."
        )
        raise DataError(message)


def _of(key: _Type) -> str:
    return "" if key is None else f" of type {key!r}"


def _number(padding: int | float | Padding, key: _Type, name: str) -> int | float:
    padding = padding if isinstance(padding, Padding) else UniformPadding(padding)
    return padding.get_value(key, name)


def _padded(name: str, value: Tensor, axis: int, rows: int, fill: int | float) -> Tensor:
    if not (value.is_floating_point() or value.is_complex() or float(fill).is_integer()):
        kind = str(value.dtype).removeprefix("torch.")
        message = f"Pad: expected a whole number to pad {name} of {kind} with, got {fill}. Use AttrNamePadding for it."
        raise ArgumentError(message)
    shape = list(value.shape)
    shape[axis] = rows
    return torch.cat([value, value.new_full(shape, fill)], dim=axis)
