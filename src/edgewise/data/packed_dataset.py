"""A dataset of many graphs as flat tables, in memory or mapped from disk: a batch is one gather a field."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from edgewise.data.dataset import Dataset
from edgewise.data.packed_files import PackedWriter, read_table
from edgewise.data.table import GraphTable, Selection
from edgewise.errors import ArgumentError

__all__ = ["PackedDataset"]


class PackedDataset(Dataset):
    """Many graphs as one flat table for each attribute, so that a batch is one native gather and no loop over graphs.

    Args:
        path: A folder that :class:`PackedWriter` or :meth:`save` wrote. Its tables are mapped, so it may be larger than
            memory: only what a batch touches is read.
        transform: Applied to a graph each time it is taken out; batches are then joined graph by graph.

    Raises:
        FileError: The folder is missing, broken or of another format.

    Example:
        >>> import torch
        >>> from edgewise.data import Batch, Data
        >>> graphs = [Data(x=torch.ones(n, 1), edge_index=torch.zeros(2, n, dtype=torch.long)) for n in (1, 2, 3)]
        >>> dataset = PackedDataset.from_list(graphs)
        >>> dataset[1], Batch.from_data_list(dataset.__getitems__([0, 2]))
        (Data(x=[2, 1], edge_index=[2, 2]), DataBatch(x=[4, 1], edge_index=[2, 4], batch=[4], ptr=[3]))
    """

    def __init__(self, path: str | Path, transform: Callable[[Any], Any] | None = None) -> None:
        super().__init__(transform)
        self.path: Path | None = Path(path).expanduser()
        self._table = read_table(self.path)

    @classmethod
    def from_list(cls, graphs: Iterable[Any], transform: Callable[[Any], Any] | None = None) -> "PackedDataset":
        """Pack graphs that are in memory.

        Args:
            graphs: All of one class, with the same attributes.
            transform: Applied to a graph each time it is taken out.

        Raises:
            ArgumentError: There is no graph.
            DataError: A graph lacks an attribute that the first one has, or has one more.
            ShapeError: An attribute has another width in some graph.

        Cost: each attribute is copied once; a Python loop over graphs.
        """
        found = list(graphs)
        if not found:
            message = "PackedDataset.from_list: expected at least one graph, got none. Pass a list of Data."
            raise ArgumentError(message)
        dataset = cls.__new__(cls)
        Dataset.__init__(dataset, transform)
        dataset.path, dataset._table = None, GraphTable.from_list(found)
        return dataset

    def save(self, path: str | Path) -> "PackedDataset":
        """Write the chosen graphs into a folder, and return them mapped from there.

        Raises:
            FileError: The folder holds something already, or cannot be written.
        """
        with PackedWriter(path) as writer:
            for graph in self.indices().tolist():
                writer.append(self._table.get(graph))
        return PackedDataset(path, self.transform)

    def len(self) -> int:
        """Return how many graphs there are in all."""
        return len(self._table)

    def get(self, idx: int) -> Any:
        """Return the graph with a number from 0, with tensors of its own."""
        return self._table.get(idx).clone()

    def __getitems__(self, indices: Sequence[int]) -> Sequence[Any]:
        """Return the graphs of a batch, as torch's ``DataLoader`` asks for them."""
        if self.transform is not None:
            return [self[i] for i in indices]
        return Selection(self._table, self.numbers_of(indices))

    def __getstate__(self) -> dict[str, Any]:
        """A mapped dataset goes to another process as its path."""
        state = dict(self.__dict__)
        if self.path is not None:
            state.pop("_table")
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        if "_table" not in state:
            self._table = read_table(state["path"])
