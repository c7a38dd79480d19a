"""One graph: tensors with the field's names, and whatever else the user hangs on it."""

import copy
import warnings
from collections.abc import Hashable, Iterable, Mapping
from typing import Any

import numpy as np
import torch

from edgewise._typing import EdgeIndex, Tensor
from edgewise.adjacency import sparse_coordinates
from edgewise.data._attributes import Attributes, joined_axis
from edgewise.data.edges import both_directions, edges_from_pairs
from edgewise.data.validation import as_count, check_given_rows, validate
from edgewise.errors import ArgumentError, EdgewiseWarning
from edgewise.utils import (
    coalesce,
    contains_isolated_nodes,
    contains_self_loops,
    is_undirected,
    sort_edge_index,
    subgraph,
)

__all__ = ["Data"]


class Data(Attributes):
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
        counted = self.counted_nodes()
        if counted is not None:
            return counted
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
        self._set_num_nodes(value)

    def __cat_dim__(self, name: str, value: Any, *args: Any) -> Any:
        """Along which axis a batch joins an attribute; ``None`` stacks it on a new one. Override it for your own."""
        return joined_axis(name, value)

    def __inc__(self, name: str, value: Any, *args: Any) -> Any:
        """What a batch adds to an attribute for each such graph before it. Override it for indices of your own."""
        if "batch" in name and isinstance(value, Tensor):
            return int(value.max()) + 1 if value.numel() else 0
        return self.num_nodes if "index" in name or name == "face" else 0

    @property
    def stores(self) -> list[Attributes]:
        """The one holder of attributes: the graph itself. A :class:`HeteroData` has one a type."""
        return [self]

    def tables(self) -> list[tuple[Any, Any, dict[str, Any]]]:
        """Key, holder and attributes: here one, of the graph. A :class:`HeteroData` has one more a type."""
        return [(None, self, self._store)]

    def size(self) -> tuple[int, int]:
        """How many sources and destinations edges may have."""
        return self.num_nodes, self.num_nodes

    def node_attrs(self) -> list[str]:
        """Return the names of tensors that have a row for each node."""
        return [name for name in self.keys() if self.is_node_attr(name)]

    def edge_attrs(self) -> list[str]:
        """Return the names of tensors that have a row for each edge."""
        return [name for name in self.keys() if self.is_edge_attr(name)]

    def is_node_attr(self, name: str) -> bool:
        """Whether an attribute has a row for each node; if there are as many edges, "edge" in its name decides."""
        return self._counts(name, self.num_nodes) and not self.is_edge_attr(name)

    def is_edge_attr(self, name: str) -> bool:
        """Whether an attribute has a row for each edge; if there are as many nodes, "edge" in its name decides."""
        return self._counts(name, self.num_edges) and ("edge" in name or self.num_edges != self.num_nodes)

    def _counts(self, name: str, rows: int) -> bool:
        value = self._store[name]
        axis = self.__cat_dim__(name, value)
        is_tensor = isinstance(value, Tensor) and value.dim() > 0 and isinstance(axis, int)
        return is_tensor and value.shape[axis] == rows

    def is_coalesced(self) -> bool:
        """Whether edges are sorted by source, then destination, and none is there twice."""
        merged = coalesce(self._edges(), num_nodes=self.num_nodes)
        return torch.equal(merged, self._edges())

    def is_sorted(self, sort_by_row: bool = True) -> bool:  # noqa: FBT001, FBT002 - PyG's signature
        """Whether edges are sorted by source, or by destination."""
        ends = self._edges()[0 if sort_by_row else 1]
        return bool((ends[1:] >= ends[:-1]).all())

    def coalesce(self) -> "Data":
        """Return a copy with edges sorted by source, then destination, and the attributes of duplicates added up.

        Example:
            >>> data = Data(edge_index=torch.tensor([[1, 0, 1], [0, 1, 0]]), edge_weight=torch.ones(3), num_nodes=2)
            >>> data.coalesce().edge_weight.tolist()
            [1.0, 2.0]
        """
        out, names = copy.copy(self), self._names_of_edges()
        edges, rows = coalesce(self._edges(), [self[name] for name in names], self.num_nodes)
        return out.update({"edge_index": edges, **dict(zip(names, rows, strict=True))})  # type: ignore[no-any-return]

    def sort(self, sort_by_row: bool = True) -> "Data":  # noqa: FBT001, FBT002 - PyG's signature
        """Return a copy with edges sorted by source, then destination; or by destination, then source."""
        out, names = copy.copy(self), self._names_of_edges()
        edges, rows = sort_edge_index(self._edges(), [self[name] for name in names], self.num_nodes, sort_by_row)
        return out.update({"edge_index": edges, **dict(zip(names, rows, strict=True))})  # type: ignore[no-any-return]

    def _names_of_edges(self) -> list[str]:
        return [name for name in self.edge_attrs() if name != "edge_index"]

    def subgraph(self, subset: Tensor) -> "Data":
        """Return the graph of some nodes, numbered anew in the order of ``subset``, and the edges among them.

        Args:
            subset: Nodes, or a boolean for each node.

        Example:
            >>> data = Data(x=torch.arange(3.0).reshape(3, 1), edge_index=torch.tensor([[0, 1, 2], [1, 2, 0]]))
            >>> part = data.subgraph(torch.tensor([1, 2]))
            >>> part.x.tolist(), part.edge_index.tolist()
            ([[1.0], [2.0]], [[0], [1]])
        """
        nodes = subset.nonzero().flatten() if subset.dtype == torch.bool else subset
        edge_index, _, kept = subgraph(
            subset, self._edges(), relabel_nodes=True, num_nodes=self.num_nodes, return_edge_mask=True
        )
        out = self.edge_subgraph(kept)
        for name in self.node_attrs():
            if name != "edge_index":
                out[name] = self[name].index_select(self.__cat_dim__(name, self[name]), nodes)
        if self.edge_index is not None:
            out.edge_index = edge_index
        if "num_nodes" in self._store:
            out.num_nodes = len(nodes)
        return out

    def edge_subgraph(self, subset: Tensor) -> "Data":
        """Return the graph with some edges and all nodes.

        Args:
            subset: Positions of edges, or a boolean for each edge.

        Example:
            >>> data = Data(edge_index=torch.tensor([[0, 1, 2], [1, 2, 0]]), num_nodes=3)
            >>> data.edge_subgraph(torch.tensor([True, False, True])).edge_index.tolist()
            [[0, 2], [1, 0]]
        """
        edges = subset.nonzero().flatten() if subset.dtype == torch.bool else subset
        out = copy.copy(self)
        for name in self.edge_attrs():
            out[name] = self[name].index_select(self.__cat_dim__(name, self[name]), edges)
        return out

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
