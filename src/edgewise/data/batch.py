"""Many graphs as one with many components."""

import functools
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from edgewise._typing import Int
from edgewise.data._collate import Part, join, take
from edgewise.data.data import Data
from edgewise.data.hetero_data import HeteroData
from edgewise.errors import ArgumentError, DataError, GraphIndexError

__all__ = ["Batch", "add_batch", "empty_batch", "follow", "values_of"]


class Batch:
    """Many graphs as one: attributes joined, node numbers shifted, no edge between two graphs.

    ``batch`` says which graph each node belongs to, and ``ptr`` where each graph's nodes begin. A batch of
    ``HeteroData`` has both for each node type. A batch is also an instance of the class of its graphs.

    Args:
        *args: As the class of the graphs, :class:`Data` by default. Usually :meth:`from_data_list` makes a batch.
        **kwargs: Likewise.

    Example:
        >>> one = Data(x=torch.ones(2, 1), edge_index=torch.tensor([[0, 1], [1, 0]]))
        >>> batch = Batch.from_data_list([one, one])
        >>> batch
        DataBatch(x=[4, 1], edge_index=[2, 4], batch=[4], ptr=[3])
        >>> batch.edge_index.tolist(), batch[1].edge_index.tolist()
        ([[0, 1, 2, 3], [1, 0, 3, 2]], [[0, 1], [1, 0]])
    """

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        """Make a batch of :class:`Data`, unless the class of the graphs is known."""
        return object.__new__(_class_for(Data) if cls is Batch else cls)

    @classmethod
    def from_data_list(
        cls,
        data_list: Sequence[Data | HeteroData],
        follow_batch: Sequence[str] | None = None,
        exclude_keys: Sequence[str] | None = None,
    ) -> Any:
        """Join graphs.

        Args:
            data_list: The graphs, all of one class and with the same attributes.
            follow_batch: Attributes that get a ``<name>_batch`` and ``<name>_ptr`` of their own.
            exclude_keys: Attributes to leave out.

        Raises:
            ArgumentError: There is no graph.
            DataError: A graph lacks an attribute that the first one has.
            ShapeError: An attribute has another width in some graph.

        Cost: each attribute is copied once; a Python loop over graphs. A :class:`PackedDataset` has none.
        """
        if hasattr(data_list, "as_batch"):  # graphs of a packed table, which joins them without a loop
            return data_list.as_batch(follow_batch or (), exclude_keys or ())
        graphs = list(data_list)
        if not graphs:
            message = "Batch.from_data_list: expected at least one graph, got none. Leave empty batches out."
            raise ArgumentError(message)
        batch, parts = empty_batch(type(graphs[0])), {}
        tables = [graph.tables() for graph in graphs]
        for number, (key, _, names) in enumerate(tables[0]):
            rows = [_table(position, one, number, key) for position, one in enumerate(tables)]
            values = values_of(batch, key)
            chosen = [name for name in names if name not in (exclude_keys or ())]
            parts[key] = _join_table(values, chosen, graphs, rows, follow_batch or ())
            if isinstance(batch, Data) or isinstance(key, str):
                counts = [holder.num_nodes for holder, _ in rows]
                if None not in counts:
                    add_batch(values, torch.tensor(counts))
        batch.__dict__.update(_parts=parts, _num_graphs=len(graphs))
        return batch

    @property
    def num_graphs(self) -> int:
        """How many graphs there are."""
        if "_num_graphs" in self.__dict__:
            return int(self.__dict__["_num_graphs"])
        stores: Any = self.stores  # type: ignore[attr-defined]
        for store in stores:
            if store.ptr is not None:
                return int(store.ptr.numel()) - 1
            if store.batch is not None:
                return int(store.batch.max()) + 1 if store.batch.numel() else 0
        message = "Batch.num_graphs: expected ptr or batch, got neither. Make the batch by Batch.from_data_list."
        raise DataError(message)

    @property
    def batch_size(self) -> int:
        """Another name for :attr:`num_graphs`."""
        return self.num_graphs

    def get_example(self, idx: int) -> Any:
        """Return one graph as it was before it was joined.

        Raises:
            DataError: The batch was not made by :meth:`from_data_list`.
            GraphIndexError: There is no such graph.
        """
        if "_parts" not in self.__dict__:
            message = "Batch.get_example: expected a batch made by Batch.from_data_list, got another. Make it so."
            raise DataError(message)
        graphs = self.num_graphs
        if not -graphs <= idx < graphs:
            message = f"Batch: expected a graph in 0..{graphs - 1}, got {idx}."
            raise GraphIndexError(f"{message} Choose among the {graphs} there are.")
        graph = type(self).__mro__[2]()
        for key, _, values in self.tables():  # type: ignore[attr-defined]
            target = graph if key is None else graph[key]
            known = self.__dict__["_parts"][key]
            known = {name: part for name, part in known.items() if name in values}
            for name, part in known.items():
                part.check(name, values[name])
            target.update({name: take(values[name], part, idx % graphs) for name, part in known.items()})
        return graph

    def index_select(self, idx: Any) -> list[Any]:
        """Return some graphs: a slice, a list, or a tensor of positions or booleans."""
        if isinstance(idx, slice):
            return [self.get_example(i) for i in range(self.num_graphs)[idx]]
        index = torch.as_tensor(idx)
        index = index.nonzero().flatten() if index.dtype == torch.bool else index
        return [self.get_example(i) for i in index.tolist()]

    def to_data_list(self) -> list[Any]:
        """Return the graphs as they were before they were joined."""
        return [self.get_example(i) for i in range(self.num_graphs)]

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, int):
            return self.get_example(key)
        if isinstance(key, str | tuple) and not (isinstance(key, tuple) and isinstance(key[0], int)):
            return super().__getitem__(key)  # type: ignore[misc]
        return self.index_select(key)

    def __len__(self) -> int:
        """How many graphs there are."""
        return self.num_graphs

    def __reduce__(self) -> tuple[Any, ...]:
        return empty_batch, (type(self).__mro__[2],), self.__getstate__()


@functools.cache
def _class_for(kind: type) -> Any:
    """The class of batches of such graphs."""
    if issubclass(kind, Batch):
        return kind
    return type(f"{kind.__name__}Batch", (Batch, kind), {"__doc__": Batch.__doc__, "__module__": __name__})


def empty_batch(kind: type) -> Any:
    """Return a batch of such graphs, without any.

    Example:
        >>> empty_batch(Data)
        DataBatch()
    """
    batch = object.__new__(_class_for(kind))
    batch.__setstate__(kind().__getstate__())
    return batch


def values_of(batch: Any, key: Any) -> dict[str, Any]:
    """Return the attributes of a type, or with ``None`` of the graph itself, to be filled without checks."""
    if key is None:
        values: dict[str, Any] = batch._global if isinstance(batch, HeteroData) else batch._store
        return values
    return batch[key]._store  # type: ignore[no-any-return]


def add_batch(values: dict[str, Any], counts: Tensor) -> None:
    """Add ``batch`` and ``ptr`` to the attributes of graphs with so many nodes each."""
    ptr = torch.cat([counts.new_zeros(1), counts.cumsum(0)])
    device = _device_of(values)
    values["batch"], values["ptr"] = _numbers(ptr).to(device), ptr.to(device)


def follow(values: dict[str, Any], name: str, part: Part, names: Sequence[str]) -> None:
    """Add ``<name>_batch`` and ``<name>_ptr``, if ``name`` is one of ``names``."""
    if name in names and isinstance(part.axis, int):
        ptr, device = torch.as_tensor(part.slices), values[name].device
        values[f"{name}_batch"], values[f"{name}_ptr"] = _numbers(ptr).to(device), ptr.to(device)


def _table(position: int, tables: list[Any], number: int, key: Any) -> tuple[Any, dict[str, Any]]:
    found = tables[number] if number < len(tables) and tables[number][0] == key else None
    found = found or next((table for table in tables if table[0] == key), None)
    if found is None:
        message = f"Batch: expected the type {key!r} in every graph, got none in graph {position}. Add it, empty."
        raise DataError(message)
    return found[1], found[2]


def _join_table(
    values: dict[str, Any],
    names: list[str],
    graphs: list[Any],
    rows: list[tuple[Any, dict[str, Any]]],
    followed: Sequence[str],
) -> dict[str, Part]:
    parts, holders = {}, [holder for holder, _ in rows]
    for name in names:
        missing = next((n for n, (_, given) in enumerate(rows) if name not in given), None)
        if missing is not None:
            message = (
                f"Batch: expected {name} in every graph, as graph 0 has it, got none in graph {missing}. "
                f"Set it there, or pass exclude_keys=[{name!r}]."
            )
            raise DataError(message)
        values[name], part = join(name, [given[name] for _, given in rows], graphs, holders)
        parts[name] = part
        follow(values, name, part, followed)
    return parts


def _device_of(values: dict[str, Any]) -> torch.device:
    return next((value.device for value in values.values() if isinstance(value, Tensor)), torch.device("cpu"))


def _numbers(ptr: Int[Tensor, "some"]) -> Int[Tensor, "rows"]:
    # NumPy's repeat takes a tenth of the time of torch's, and there is one in every batch.
    return torch.from_numpy(np.repeat(np.arange(len(ptr) - 1), np.diff(ptr.numpy())))
