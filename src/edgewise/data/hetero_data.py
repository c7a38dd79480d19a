"""A graph with several types of nodes and edges: one set of attributes for each type."""

import copy
from collections.abc import Callable, Mapping
from typing import Any

import torch

from edgewise._suggest import did_you_mean
from edgewise._typing import Shaped, Tensor
from edgewise.data._attributes import Attributes, Moves, joined_axis
from edgewise.data._homogeneous import as_homogeneous
from edgewise.data._repr import describe
from edgewise.data.data import Data
from edgewise.data.validation import validate_hetero
from edgewise.errors import ArgumentError

__all__ = ["EdgeStore", "EdgeType", "HeteroData", "NodeStore"]

EdgeType = tuple[str, str, str]
"""Source type, relation, destination type."""

_RELATION = "to"


class _Store(Attributes):
    """The attributes of one type; the graph that it belongs to knows how many nodes the other types have."""

    def __init__(self, graph: "HeteroData", key: Any, **attributes: Any) -> None:
        self.__dict__.update(_store={}, _graph=graph, _key=key)
        self.update(attributes)

    def _label(self) -> str:
        return f"HeteroData[{self._key!r}]"

    def __repr__(self) -> str:
        return describe(type(self).__name__, self._visible().items())


class NodeStore(_Store):
    """The attributes of one type of nodes: ``x``, ``y``, masks, ``num_nodes`` and your own."""

    @property
    def num_nodes(self) -> int | None:
        """How many nodes of this type there are; ``None`` if no attribute tells."""
        counted = self.counted_nodes()
        if counted is not None:
            return counted
        rows = {value.shape[0] for value in self._store.values() if isinstance(value, Tensor) and value.dim()}
        return rows.pop() if len(rows) == 1 else None

    @num_nodes.setter
    def num_nodes(self, value: int | None) -> None:
        self._set_num_nodes(value)


class EdgeStore(_Store):
    """The attributes of one type of edges: ``edge_index``, ``edge_attr``, ``edge_weight`` and your own."""

    def size(self) -> tuple[int | None, int | None]:
        """How many nodes there are on both sides."""
        return self._graph[self._key[0]].num_nodes, self._graph[self._key[2]].num_nodes


class HeteroData(Moves):
    """A graph with several types of nodes and of edges.

    ``data["paper"]`` holds the attributes of a node type, ``data["author", "writes", "paper"]`` those of an edge type
    (``data["author", "paper"]`` where no other relation joins the two); ``data.x_dict`` collects an attribute of all
    types. What is set on ``data`` itself belongs to the whole graph.

    Args:
        mapping: Attributes of each type: ``{"paper": {"x": x}, ("author", "writes", "paper"): {"edge_index": e}}``.
        **kwargs: The same by names, ``paper={"x": x}``, ``author__writes__paper={...}``; or attributes of the graph.

    Raises:
        ArgumentError: A key that is neither a node type nor an edge type.

    Example:
        >>> data = HeteroData()
        >>> data["paper"].x = torch.ones(3, 2)
        >>> data["author"].num_nodes = 2
        >>> data["author", "writes", "paper"].edge_index = torch.tensor([[0, 1, 1], [0, 1, 2]])
        >>> data.metadata()
        (['paper', 'author'], [('author', 'writes', 'paper')])
        >>> data
        HeteroData(
          paper=NodeStore(x=[3, 2]),
          author=NodeStore(num_nodes=2),
          (author, writes, paper)=EdgeStore(edge_index=[2, 3]),
        )
    """

    def __init__(self, mapping: Mapping[Any, Any] | None = None, **kwargs: Any) -> None:
        self.__dict__.update(_global={}, _nodes={}, _edges={})
        for key, value in {**(mapping or {}), **kwargs}.items():
            words = tuple(key.split("__")) if isinstance(key, str) and "__" in key.strip("_") else key
            if isinstance(value, Mapping):
                self[words].update(dict(value))
            else:
                setattr(self, key, value)

    @classmethod
    def from_dict(cls, mapping: Mapping[Any, Any]) -> "HeteroData":
        """Build a graph from what :meth:`to_dict` returns."""
        return cls({key: value for key, value in mapping.items() if key != "_global_store"}).update(
            mapping.get("_global_store", {})
        )

    def __getattr__(self, name: str) -> Any:
        values = self.__dict__.get("_global", {})
        if name in values:
            return values[name]
        if name.startswith("_"):  # not of a user; and nothing is there yet while an object is only half made
            raise AttributeError(name)
        if name.endswith("_dict") and not name.startswith("_"):
            return self.collect(name.removesuffix("_dict"))
        message = f"'HeteroData' object has no attribute {name!r}; its types are {self._known()}"
        raise AttributeError(message)

    def __setattr__(self, name: str, value: Any) -> None:
        if name.endswith("_dict") and isinstance(value, Mapping):
            for key, one in value.items():
                self[key][name.removesuffix("_dict")] = one
        elif value is None:
            self._global.pop(name, None)
        else:
            self._global[name] = value

    def __delattr__(self, name: str) -> None:
        del self._global[name]

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, str) and key not in self._nodes and key in self._global:
            return self._global[key]
        if isinstance(key, str):
            return self._nodes.setdefault(key, NodeStore(self, key))
        edge_type = self._edge_type(key)
        return self._edges.setdefault(edge_type, EdgeStore(self, edge_type))

    def __setitem__(self, key: Any, value: Any) -> None:
        if isinstance(value, Mapping):
            self[key].update(dict(value))
        else:
            setattr(self, key, value)

    def __delitem__(self, key: Any) -> None:
        holder = self._nodes if isinstance(key, str) else self._edges
        del holder[key if isinstance(key, str) else self._edge_type(key)]

    def __contains__(self, key: Any) -> bool:
        return key in self._nodes or key in self._edges or key in self._global

    def __len__(self) -> int:
        return len(self._nodes) + len(self._edges)

    def __repr__(self) -> str:
        lines = [describe("", [item])[1:-1] for item in self._global.items()]
        lines += [f"{name}={store!r}" for name, store in self._nodes.items()]
        lines += [f"({', '.join(name)})={store!r}" for name, store in self._edges.items()]
        body = "".join(f"\n  {line}," for line in lines)
        return f"{type(self).__name__}({body}\n)" if lines else f"{type(self).__name__}()"

    def _edge_type(self, key: Any) -> EdgeType:
        """The full name of an edge type that may lack its relation."""
        if not isinstance(key, tuple) or len(key) not in (2, 3) or not all(isinstance(word, str) for word in key):
            message = (
                f"HeteroData: expected a node type or (source type, relation, destination type), got {key!r}. "
                'Write data["author", "writes", "paper"].'
            )
            raise ArgumentError(message)
        if len(key) == 3:
            return key
        found = [name for name in self._edges if (name[0], name[2]) == key]
        if len(found) > 1:
            message = (
                f"HeteroData: expected the relation between {key[0]!r} and {key[1]!r}, got none, and there are "
                f"several: {', '.join(name[1] for name in found)}. Write data[{key[0]!r}, {found[0][1]!r}, {key[1]!r}]."
            )
            raise ArgumentError(message)
        return found[0] if found else (key[0], _RELATION, key[1])

    def _known(self) -> str:
        return ", ".join(map(str, [*self._nodes, *self._edges])) or "none"

    def __getstate__(self) -> dict[str, Any]:
        own = {name: value for name, value in self.__dict__.items() if name not in ("_global", "_nodes", "_edges")}
        stores = {key: dict(store._store) for key, store in {**self._nodes, **self._edges}.items()}
        return {"own": own, "global": dict(self._global), "stores": stores}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state["own"], _global=dict(state["global"]), _nodes={}, _edges={})
        for key, values in state["stores"].items():
            self[key]._store.update(values)

    def __copy__(self) -> "HeteroData":
        out = type(self).__new__(type(self))
        out.__setstate__(self.__getstate__())
        return out

    def __deepcopy__(self, memo: dict[int, Any]) -> "HeteroData":
        out = type(self).__new__(type(self))
        out.__setstate__(copy.deepcopy(self.__getstate__(), memo))
        return out

    @property
    def node_types(self) -> list[str]:
        """The types of nodes, in the order in which they were set."""
        return list(self._nodes)

    @property
    def edge_types(self) -> list[EdgeType]:
        """The types of edges, in the order in which they were set."""
        return list(self._edges)

    @property
    def node_stores(self) -> list[NodeStore]:
        """The attributes of each node type."""
        return list(self._nodes.values())

    @property
    def edge_stores(self) -> list[EdgeStore]:
        """The attributes of each edge type."""
        return list(self._edges.values())

    @property
    def stores(self) -> list[NodeStore | EdgeStore]:
        """The attributes of each type."""
        return [*self._nodes.values(), *self._edges.values()]

    def node_items(self) -> list[tuple[str, NodeStore]]:
        """Return each node type with its attributes."""
        return list(self._nodes.items())

    def edge_items(self) -> list[tuple[EdgeType, EdgeStore]]:
        """Return each edge type with its attributes."""
        return list(self._edges.items())

    def metadata(self) -> tuple[list[str], list[EdgeType]]:
        """Return the node types and the edge types."""
        return self.node_types, self.edge_types

    def keys(self) -> list[str]:
        """Return the names of all attributes, each once."""
        return list(dict.fromkeys([*self._global, *(name for store in self.stores for name in store._visible())]))

    def collect(self, name: str) -> dict[Any, Any]:
        """Return an attribute of every type that has it.

        Raises:
            AttributeError: No type has it.
        """
        stores = {**self._nodes, **self._edges}
        if name == "num_nodes":
            return {key: store.num_nodes for key, store in self._nodes.items()}
        if name in ("num_features", "num_node_features", "num_edge_features"):
            return getattr(self, name)  # type: ignore[no-any-return]
        found = {key: store[name] for key, store in stores.items() if name in store}
        if not found:
            hint = did_you_mean(name, self.keys())
            message = (
                f"'HeteroData' object has no type with the attribute {name!r}; its types are {self._known()}.{hint}"
            )
            raise AttributeError(message)
        return found

    def tables(self) -> list[tuple[Any, Any, dict[str, Any]]]:
        """Key, holder and attributes: of the graph as a whole (``None``), and of each type."""
        return [(None, self, self._global), *((store._key, store, store._store) for store in self.stores)]

    def to_dict(self) -> dict[Any, Any]:
        """Return the attributes of each type, and under ``"_global_store"`` those of the graph."""
        stores = {key: store.to_dict() for key, store in {**self._nodes, **self._edges}.items()}
        return {"_global_store": dict(self._global), **stores}

    def update(self, other: Mapping[str, Any]) -> "HeteroData":
        """Set attributes of the graph; returns the graph itself."""
        for name, value in other.items():
            setattr(self, name, value)
        return self

    def apply(self, function: Callable[[Shaped[Tensor, "..."]], Any], *names: str) -> "HeteroData":
        """Replace every tensor, or those named, by ``function`` of it; returns the graph itself."""
        for name, value in self._global.items():
            if isinstance(value, Tensor) and (not names or name in names):
                self._global[name] = function(value)
        for store in self.stores:
            store.apply(function, *names)
        return self

    @property
    def num_nodes(self) -> int:
        """How many nodes there are, of all types."""
        return sum(store.num_nodes or 0 for store in self._nodes.values())

    @property
    def num_node_features(self) -> dict[str, int]:
        """How wide the features of each node type are."""
        return {name: store.num_node_features for name, store in self._nodes.items()}

    @property
    def num_features(self) -> dict[str, int]:
        """Another name for :attr:`num_node_features`."""
        return self.num_node_features

    @property
    def num_edge_features(self) -> dict[EdgeType, int]:
        """How wide the features of each edge type are."""
        return {name: store.num_edge_features for name, store in self._edges.items()}

    @property
    def num_edges(self) -> int:
        """How many edges there are, of all types."""
        return sum(store.num_edges for store in self._edges.values())

    def __cat_dim__(self, name: str, value: Any, store: Any = None, *args: Any) -> Any:
        """Along which axis a batch joins an attribute; ``None`` stacks it on a new one. Override it for your own."""
        return joined_axis(name, value)

    def __inc__(self, name: str, value: Any, store: Any = None, *args: Any) -> Any:
        """What a batch adds to an attribute for each such graph before it. Override it for indices of your own."""
        if "batch" in name and isinstance(value, Tensor):
            return int(value.max()) + 1 if value.numel() else 0
        if "index" in name and isinstance(store, EdgeStore):
            return torch.tensor(store.size()).reshape(2, 1)
        return 0

    def to_homogeneous(
        self,
        node_attrs: list[str] | None = None,
        edge_attrs: list[str] | None = None,
        add_node_type: bool = True,  # noqa: FBT001, FBT002 - PyG's signature
        add_edge_type: bool = True,  # noqa: FBT001, FBT002
    ) -> Data:
        """Return one graph with the nodes of all types, type after type.

        Args:
            node_attrs: Which node attributes to join. Default: those that every node type has with the same width.
            edge_attrs: Which edge attributes to join. Default: those that every edge type has with the same width.
            add_node_type: Add ``node_type``, the number of each node's type.
            add_edge_type: Add ``edge_type``, the number of each edge's type.

        Example:
            >>> data = HeteroData({"a": {"x": torch.ones(2, 1)}, "b": {"x": torch.zeros(1, 1)}})
            >>> data["a", "to", "b"].edge_index = torch.tensor([[0, 1], [0, 0]])
            >>> one = data.to_homogeneous()
            >>> one.edge_index.tolist(), one.node_type.tolist()
            ([[0, 1], [2, 2]], [0, 0, 1])
        """
        out: Data = as_homogeneous(self, node_attrs, edge_attrs, types=(add_node_type, add_edge_type))
        return out

    def validate(self) -> "HeteroData":
        """Check indices, features, masks and labels of every type; returns the graph itself.

        Raises:
            ShapeError: An attribute has another number of rows than there are nodes or edges of its type.
            NodeIndexError: An edge names a node that does not exist.
            DataError: Features that are not finite, labels that cannot be, a mask that selects nothing; a node type
                whose number of nodes nothing tells.

        Cost: one pass over every attribute.
        """
        validate_hetero(self)
        return self
