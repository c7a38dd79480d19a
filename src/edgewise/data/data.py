"""One graph: tensors with the field's names, and whatever else the user hangs on it."""

import copy
import warnings
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import torch

from edgewise._typing import EdgeIndex, Shaped, Tensor
from edgewise.adjacency import sparse_coordinates
from edgewise.data._repr import describe
from edgewise.data.edges import both_directions, edges_from_pairs
from edgewise.data.validation import MASKS, STANDARD_NAMES, as_attribute, as_count, check_given_rows, validate
from edgewise.errors import ArgumentError, EdgewiseWarning
from edgewise.utils import contains_isolated_nodes, contains_self_loops, is_undirected

__all__ = ["Data"]


class Data:
    """A graph: node features, edges, labels, masks, and any attribute of your own.

    An undirected graph stores both directions of each edge. Standard attributes that were never set read as ``None``.

    Args:
        x: Node features ``[nodes, in]``.
        edge_index: ``[2, edges]`` int64 or int32; row 0 = source, row 1 = destination. Nodes count from 0.
        edge_attr: Edge features ``[edges, width]``.
        y: Labels, one a node or one a graph; ``-1`` in an integer label means unknown.
        pos: Node positions ``[nodes, dimensions]``.
        **kwargs: More attributes: ``edge_weight``, ``train_mask``, ``val_mask``, ``test_mask`` and your own.

    Raises:
        ShapeError: ``edge_index`` is not ``[2, edges]`` (the message says if it looks transposed), or a mask or an
            edge attribute has not a row for each node of ``x`` or edge.
        DTypeError: ``edge_index`` is not integer, or a mask is not boolean.

    Attributes that are set later are checked each for itself; :meth:`validate` looks at all of them together.

    Cost: nothing is copied; construction reads no values. :meth:`validate` does.

    Example:
        >>> data = Data(x=torch.ones(3, 2), edge_index=torch.tensor([[0, 1], [1, 0]]), colour="red")
        >>> data
        Data(x=[3, 2], edge_index=[2, 2], colour='red')
        >>> data.num_nodes, data.has_isolated_nodes(), data.colour
        (3, True, 'red')
    """

    def __init__(
        self,
        x: Tensor | np.ndarray | None = None,
        edge_index: Tensor | np.ndarray | None = None,
        edge_attr: Tensor | np.ndarray | None = None,
        y: Any = None,
        pos: Tensor | np.ndarray | None = None,
        **kwargs: Any,
    ) -> None:
        self.__dict__["_store"] = {}
        standard = {"x": x, "edge_index": edge_index, "edge_attr": edge_attr, "y": y, "pos": pos}
        for name, value in {**standard, **kwargs}.items():
            if value is not None:
                setattr(self, name, value)
        check_given_rows(self)

    @classmethod
    def from_edges(
        cls,
        pairs: Any,
        *,
        nodes: Iterable[Hashable] | None = None,
        undirected: bool = False,
        num_nodes: int | None = None,
        **attributes: Any,
    ) -> "Data":
        """Build a graph from pairs ``(source, destination)``, the way edges are usually written down.

        Args:
            pairs: Pairs of integers from 0, or of names; an array or tensor ``[edges, 2]`` of integers.
            nodes: Every node, in the order that numbers them. Default: names in the order in which they appear.
            undirected: Store both directions of each pair, without duplicates; ``edge_attr`` and ``edge_weight``, one
                row a pair, go to both.
            num_nodes: How many nodes there are, where the last ones have no edge.
            **attributes: More attributes of the graph.

        Raises:
            ShapeError: Something is not a pair.
            DTypeError: Nodes are neither integers nor names.
            NodeIndexError: A number below 0.
            ArgumentError: A pair names a node that is not in ``nodes``, or there are more nodes than ``num_nodes``.
            DataError: With ``undirected``, a pair is listed twice with different edge attributes.

        Example:
            >>> data = Data.from_edges([("ann", "bob"), ("bob", "eve")], undirected=True)
            >>> data.edge_index.tolist(), data.node_names
            ([[0, 1, 1, 2], [1, 0, 2, 1]], ['ann', 'bob', 'eve'])
        """
        edge_index, names, count = edges_from_pairs(pairs, nodes)
        wanted = count if num_nodes is None else as_count(num_nodes)
        if wanted < count or (names is not None and wanted > count):
            cure = "Leave it out." if names is None else "Leave it out, and list every node in nodes=..."
            message = f"Data.from_edges: expected num_nodes for {count} nodes, got {num_nodes}. {cure}"
            raise ArgumentError(message)
        if undirected:
            edge_index, attributes = both_directions(edge_index, count, attributes)
        data = cls(edge_index=edge_index, **attributes)
        if names is not None:
            data.node_names = names
        if names is not None or num_nodes is not None or (data.x is None and data.pos is None):
            data.num_nodes = wanted
        return data

    def __getattr__(self, name: str) -> Any:
        store = self.__dict__.get("_store", {})
        if name in store:
            return store[name]
        if name in STANDARD_NAMES:
            return None
        message = f"{type(self).__name__!r} object has no attribute {name!r}; it has {', '.join(store) or 'none'}"
        raise AttributeError(message)

    def __setattr__(self, name: str, value: Any) -> None:
        if isinstance(getattr(type(self), name, None), property):
            object.__setattr__(self, name, value)
        elif value is None:
            self._store.pop(name, None)
        else:
            self._store[name] = as_attribute(name, value)

    def __delattr__(self, name: str) -> None:
        if name not in self._store:
            message = f"{type(self).__name__!r} object has no attribute {name!r}"
            raise AttributeError(message)
        del self._store[name]

    def __getitem__(self, name: str) -> Any:
        if name in self._store or name in STANDARD_NAMES:
            return self._store.get(name)
        if name == "num_nodes":
            return self.num_nodes
        raise KeyError(name)

    def __setitem__(self, name: str, value: Any) -> None:
        setattr(self, name, value)

    def __contains__(self, name: str) -> bool:
        return name in self._store

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        return iter(self._visible().items())

    def __len__(self) -> int:
        return len(self._visible())

    def __repr__(self) -> str:
        return describe(type(self).__name__, self)

    def __getstate__(self) -> dict[str, Any]:
        return dict(self._store)

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__["_store"] = dict(state)

    def __copy__(self) -> "Data":
        out = type(self).__new__(type(self))
        out.__setstate__(self._store)
        return out

    def __deepcopy__(self, memo: dict[int, Any]) -> "Data":
        out = type(self).__new__(type(self))
        out.__setstate__(copy.deepcopy(self._store, memo))
        return out

    def _visible(self) -> dict[str, Any]:
        """What was set, without a node count that the features tell anyway."""
        if self.x is None and self.pos is None:
            return dict(self._store)
        return {name: value for name, value in self._store.items() if name != "num_nodes"}

    def keys(self) -> list[str]:
        """Return the names of what is set."""
        return list(self._visible())

    def to_dict(self) -> dict[str, Any]:
        """Return what is set as a dictionary; :meth:`from_dict` takes it back."""
        return dict(self._store)

    @classmethod
    def from_dict(cls, mapping: Mapping[str, Any]) -> "Data":
        """Build a graph from a dictionary of attributes.

        Example:
            >>> Data.from_dict({"x": torch.ones(2, 1)})
            Data(x=[2, 1])
        """
        data = cls()
        for name, value in mapping.items():
            data[name] = value
        return data

    @property
    def num_nodes(self) -> int:
        """How many nodes there are: as set, or by the rows of ``x``, ``pos`` or a mask, or else guessed from edges."""
        if "num_nodes" in self._store:
            return int(self._store["num_nodes"])
        for name in ("x", "pos", "batch", *MASKS):
            value = self._store.get(name)
            if isinstance(value, Tensor) and value.dim():
                return value.shape[0]
        edge_index = self.edge_index
        if edge_index is None:
            return 0
        if edge_index.layout != torch.strided:
            return int(edge_index.shape[0])
        nodes = int(edge_index.max()) + 1 if edge_index.numel() else 0
        message = (
            f"Data.num_nodes: guessed {nodes} from the largest node in edge_index; isolated nodes after it are missed. "
            "Pass num_nodes=... or x."
        )
        warnings.warn(message, EdgewiseWarning, stacklevel=2)
        return nodes

    @num_nodes.setter
    def num_nodes(self, value: int | None) -> None:
        if value is None:
            self._store.pop("num_nodes", None)
        else:
            self._store["num_nodes"] = as_count(value)

    @property
    def num_edges(self) -> int:
        """How many directed edges there are."""
        edge_index = self.edge_index
        if edge_index is None:
            return 0
        return int(edge_index.shape[1] if edge_index.layout == torch.strided else edge_index._nnz())

    @property
    def num_node_features(self) -> int:
        """How wide a node's features are; 0 without ``x``."""
        return _width(self.x)

    @property
    def num_features(self) -> int:
        """Another name for :attr:`num_node_features`."""
        return self.num_node_features

    @property
    def num_edge_features(self) -> int:
        """How wide an edge's features are; 0 without ``edge_attr``."""
        return _width(self.edge_attr)

    def is_undirected(self) -> bool:
        """Whether every edge has its opposite, with equal attributes."""
        return is_undirected(self._edges(), self.edge_attr)

    def is_directed(self) -> bool:
        """Whether some edge lacks its opposite."""
        return not self.is_undirected()

    def has_isolated_nodes(self) -> bool:
        """Whether some node has no edge but to itself."""
        return contains_isolated_nodes(self._edges(), self.num_nodes)

    def has_self_loops(self) -> bool:
        """Whether some edge joins a node with itself."""
        return contains_self_loops(self._edges())

    def _edges(self) -> EdgeIndex:
        edge_index = self.edge_index
        if edge_index is None:
            return torch.zeros(2, 0, dtype=torch.int64)
        if edge_index.layout != torch.strided:
            return torch.stack(sparse_coordinates(edge_index)[::-1])
        return edge_index  # type: ignore[no-any-return]

    def apply(self, function: Callable[[Shaped[Tensor, "..."]], Any], *names: str) -> "Data":
        """Replace every tensor, or those named, by ``function`` of it; returns the graph itself."""
        for name in names or tuple(self._store):
            if isinstance(self._store.get(name), Tensor):
                self._store[name] = function(self._store[name])
        return self

    def to(self, device: Any, *names: str, non_blocking: bool = False) -> "Data":
        """Move every tensor, or those named, to a device; returns the graph itself."""
        return self.apply(lambda tensor: tensor.to(device=device, non_blocking=non_blocking), *names)

    def cpu(self, *names: str) -> "Data":
        """Move every tensor, or those named, to the CPU; returns the graph itself."""
        return self.to("cpu", *names)

    def clone(self) -> "Data":
        """Return a copy that shares no tensor with this graph."""
        return copy.deepcopy(self)

    def validate(self) -> "Data":
        """Check indices, features, masks and labels; returns the graph itself.

        Raises:
            ShapeError: An attribute has another number of rows than there are nodes or edges.
            NodeIndexError: An edge names a node that does not exist.
            DataError: Features that are not finite, labels that cannot be, a mask that selects nothing.

        Cost: one pass over every attribute.

        Example:
            >>> Data(x=torch.ones(2, 1), edge_index=torch.tensor([[0, 1], [1, 0]])).validate()
            Data(x=[2, 1], edge_index=[2, 2])
        """
        validate(self)
        return self


def _width(value: Tensor | None) -> int:
    if value is None:
        return 0
    return 1 if value.dim() == 1 else int(value.shape[-1])
