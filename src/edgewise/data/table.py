"""Many graphs as one flat table a field, plus where each graph's rows lie: a batch is one gather a field."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from edgewise.data._collate import Part, check_shapes
from edgewise.data.batch import Batch, add_batch, empty_batch, follow, values_of
from edgewise.data.data import Data
from edgewise.data.hetero_data import HeteroData
from edgewise.errors import DataError, DTypeError
from edgewise.ops import pack_rows

__all__ = ["Field", "GraphRow", "GraphTable", "Rows", "Selection", "as_json", "row_of"]


@dataclass
class Field:
    """One attribute of all graphs.

    A graph's tensor is kept with the axis along which a batch joins it in front, and the other axes as one.
    """

    key: Any
    """Which type it belongs to; ``None`` for the graph itself."""
    name: str
    axis: int | None
    """Along which axis a batch joins it; ``None`` for a new one."""
    shape: tuple[int, ...]
    """The other axes."""
    is_number: bool
    """Whether each graph has a plain number."""
    rows: Tensor
    """``[rows, width]``"""
    offsets: Tensor
    """``[graphs + 1]``: where each graph's rows begin."""
    increments: Tensor | None
    """``[graphs, 1 or width]``: what a batch adds to the graphs after this one."""

    def of(self, graph: int) -> Any:
        """Return one graph's value."""
        start, end = int(self.offsets[graph]), int(self.offsets[graph + 1])
        rows = self.rows[start:end]
        if self.is_number:
            return rows.item()
        if self.axis is None:
            return rows.reshape(self.shape)
        return rows.reshape(end - start, *self.shape).movedim(0, self.axis)

    def join(self, graphs: Tensor) -> tuple[Tensor, Part]:
        """Return the values of some graphs joined, and how."""
        flipped = self.axis in (1, -1) and len(self.shape) == 1
        out, ptr = pack_rows(self.rows, self.offsets, graphs, self.increments, flipped=flipped)
        if not flipped:
            out = out.reshape(out.shape[0], *self.shape)
            out = out if self.axis in (0, None) else out.movedim(0, self.axis)
        return out, Part(self.axis, ptr, self._shifts(graphs), self.is_number)

    def _shifts(self, graphs: Tensor) -> Tensor | None:
        if self.increments is None:
            return None
        each = self.increments[graphs]
        shifts = each.cumsum(0) - each
        if shifts.shape[1] == 1:
            return shifts.squeeze(1)
        shape = self.shape if self.axis is None else (1, *self.shape)
        shifts = shifts.reshape(shifts.shape[0], *shape)
        return shifts if self.axis is None else shifts.movedim(1, 1 + self.axis % len(shape))


@dataclass
class GraphTable:
    """All attributes of many graphs."""

    kind: type[Data] | type[HeteroData]
    """The class of the graphs."""
    keys: list[Any]
    """The types that they have."""
    fields: list[Field]
    others: dict[tuple[Any, str], list[Any]]
    """Attributes that are neither tensors nor numbers, such as names: one a graph."""
    nodes: dict[Any, Tensor]
    """How many nodes of each type each graph has ``[graphs]``."""
    counted: set[Any]
    """Types whose ``num_nodes`` was set and not found by the features."""
    order: list[tuple[Any, str]]
    """Type and name of every attribute, in the order in which graphs have them."""

    def __len__(self) -> int:
        lengths = [*(len(field.offsets) - 1 for field in self.fields), *map(len, self.others.values())]
        lengths += [len(count) for count in self.nodes.values()]
        return lengths[0] if lengths else 0

    @classmethod
    def from_list(cls, graphs: Sequence[Any]) -> "GraphTable":
        """Pack graphs.

        Raises:
            DataError: A graph lacks an attribute that the first one has, or has one more.
            ShapeError: An attribute has another width in some graph.

        Cost: a Python loop over graphs, once.
        """
        found = [row_of(graph) for graph in graphs]
        _check_alike(found)
        first = found[0]
        fields = [_stack(key, name, found) for key, name in first.tensors]
        others = {place: [row.others[place] for row in found] for place in first.others}
        nodes = {key: torch.tensor([row.nodes[key] for row in found]) for key in first.nodes}
        return cls(_kind_of(graphs), first.keys, fields, others, nodes, first.counted, first.order)

    def get(self, graph: int) -> Any:
        """Return one graph; its tensors are views of the table."""
        out, fields = self.kind(), self._fields()
        for key in self.keys:
            _ = out if key is None else out[key]  # a type is there even if it has no attribute
        for key, name in self.order:
            values = values_of(out, key)
            if (key, name) in fields:
                values[name] = fields[key, name].of(graph)
            elif name == "num_nodes":
                values[name] = int(self.nodes[key][graph])
            else:
                values[name] = self.others[key, name][graph]
        return out

    def _fields(self) -> dict[tuple[Any, str], Field]:
        return {(field.key, field.name): field for field in self.fields}

    def batch(self, graphs: Tensor, follow_batch: Sequence[str] = (), exclude_keys: Sequence[str] = ()) -> Any:
        """Join some graphs, as :meth:`Batch.from_data_list` does.

        Cost: one native gather a field; no loop over graphs.
        """
        batch, fields = empty_batch(self.kind), self._fields()
        parts: dict[Any, dict[str, Part]] = {key: {} for key in self.keys}
        holders = {key: values_of(batch, key) for key in self.keys}
        chosen = graphs.tolist() if self.others or self.counted else []
        for key, name in self.order:
            if name in exclude_keys:
                continue
            values = holders[key]
            if (key, name) in fields:
                values[name], part = fields[key, name].join(graphs)
                follow(values, name, part, follow_batch)
            elif name == "num_nodes":
                counts = self.nodes[key][graphs]
                values[name], part = int(counts.sum()), Part("count", counts.tolist(), None)
            else:
                values[name], part = [self.others[key, name][graph] for graph in chosen], Part("list", [], None)
            parts[key][name] = part
        for key, counts in self.nodes.items():
            add_batch(holders[key], counts[graphs])
        batch.__dict__.update(_parts=parts, _num_graphs=len(graphs))
        return batch


class Selection(Sequence[Any]):
    """Some graphs of a table: a list to whoever wants one, and joined by one gather a field in a :class:`Batch`."""

    def __init__(self, table: GraphTable, graphs: Tensor) -> None:
        self.table, self.graphs = table, graphs

    def __len__(self) -> int:
        return len(self.graphs)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return Selection(self.table, self.graphs[index])
        return self.table.get(int(self.graphs[index]))

    def as_batch(self, follow_batch: Sequence[str], exclude_keys: Sequence[str]) -> Batch:
        """Return the graphs as one; :meth:`Batch.from_data_list` asks for it."""
        batch: Batch = self.table.batch(self.graphs, follow_batch, exclude_keys)
        return batch


@dataclass
class GraphRow:
    """The attributes of one graph, as a table keeps them."""

    keys: list[Any]
    tensors: dict[tuple[Any, str], "Rows"]
    others: dict[tuple[Any, str], Any]
    nodes: dict[Any, int]
    counted: set[Any]
    order: list[tuple[Any, str]]


@dataclass
class Rows:
    """One attribute of one graph; see :class:`Field`."""

    axis: int | None
    shape: tuple[int, ...]
    rows: Tensor
    increment: Tensor | None
    """``[1 or width]``"""
    is_number: bool = False


def row_of(graph: Any) -> GraphRow:
    """Return the attributes of a graph as a table keeps them.

    Raises:
        DTypeError: An attribute is a sparse matrix, or is joined along several axes.
    """
    row = GraphRow([], {}, {}, {}, set(), [])
    for key, holder, values in graph.tables():
        row.keys.append(key)
        row.order += [(key, name) for name in values]
        for name, value in values.items():
            if name == "num_nodes":
                row.counted.add(key)
            elif isinstance(value, Tensor | bool | int | float):
                row.tensors[key, name] = _rows(graph, holder, name, value)
            else:
                row.others[key, name] = value
        count = holder.num_nodes if isinstance(key, str) or isinstance(graph, Data) else None
        if count is not None:
            row.nodes[key] = count
    return row


def _rows(graph: Any, holder: Any, name: str, value: Any) -> Rows:
    increment = graph.__inc__(name, value, holder)
    if not isinstance(value, Tensor):
        dtype = torch.get_default_dtype() if isinstance(value, float) else None
        rows = torch.tensor([[value]], dtype=dtype)
        return Rows(0, (), rows, _columns(increment, None, 0), is_number=True)
    axis = graph.__cat_dim__(name, value, holder)
    if value.layout != torch.strided or isinstance(axis, tuple):
        message = (
            f"PackedDataset: expected {name} as a dense tensor, got {str(value.layout).removeprefix('torch.')}. "
            "Store edge_index and edge_weight; a transform such as ToSparseTensor makes the matrix when it is needed."
        )
        raise DTypeError(message)
    if axis is None or value.dim() == 0:
        rows = value.detach().reshape(1, -1)
        return Rows(None, tuple(value.shape), rows, _columns(increment, None, value.dim()))
    moved = value.detach().movedim(axis, 0)
    rows = moved.reshape(moved.shape[0], math.prod(moved.shape[1:]))
    return Rows(axis, tuple(moved.shape[1:]), rows, _columns(increment, axis, value.dim()))


def _columns(increment: Any, axis: int | None, dim: int) -> Tensor | None:
    """What is added to the graphs after, one number or one a column; ``None`` for nothing."""
    if isinstance(increment, int):
        return torch.tensor([increment]) if increment else None
    columns: Tensor = torch.as_tensor(increment)
    if axis is not None and columns.dim() == dim:
        columns = columns.movedim(axis, 0)
    return columns.reshape(-1).long()


def _kind_of(graphs: Sequence[Any]) -> Any:
    kind = type(graphs[0])
    try:
        kind()
    except TypeError as error:
        message = (
            f"PackedDataset: expected graphs of a class that can be made without arguments, got {kind.__name__} "
            f"({error}). Give its arguments defaults."
        )
        raise DataError(message) from error
    return kind


def _check_alike(rows: list[GraphRow]) -> None:
    first = {**rows[0].tensors, **rows[0].others}
    for position, row in enumerate(rows):
        these = {**row.tensors, **row.others}
        if these.keys() != first.keys() or row.keys != rows[0].keys or row.counted != rows[0].counted:
            different = sorted({str(name) for _, name in these.keys() ^ first.keys()}) or ["num_nodes or types"]
            message = (
                f"PackedDataset: expected the same attributes in every graph, got others in graph {position} than in "
                f"graph 0: {', '.join(different)}. Set them in all graphs, or in none."
            )
            raise DataError(message)


def _stack(key: Any, name: str, found: list[GraphRow]) -> Field:
    parts = [row.tensors[key, name] for row in found]
    first = parts[0]
    check_shapes(name, [part.rows.reshape(part.rows.shape[0], *part.shape) for part in parts], 0)
    sizes = torch.tensor([part.rows.shape[0] for part in parts])
    offsets = torch.cat([torch.zeros(1, dtype=torch.int64), sizes.cumsum(0)])
    rows = torch.cat([part.rows for part in parts])
    return Field(key, name, first.axis, first.shape, first.is_number, rows, offsets, _increments(parts))


def _increments(parts: list[Rows]) -> Tensor | None:
    columns = max((len(part.increment) for part in parts if part.increment is not None), default=0)
    if columns == 0:
        return None
    nothing = torch.zeros(columns, dtype=torch.int64)
    return torch.stack([nothing if part.increment is None else part.increment.expand(columns) for part in parts])


def as_json(place: tuple[Any, str], value: Any) -> str:
    """Return a value as JSON.

    Raises:
        DTypeError: It is not one that JSON knows.
    """
    try:
        return json.dumps(value)
    except TypeError as error:
        message = (
            f"PackedDataset: expected {place[1]} as a tensor, a number or a JSON value, got {type(value).__name__}. "
            "Convert or remove it."
        )
        raise DTypeError(message) from error
