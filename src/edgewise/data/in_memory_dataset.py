"""A dataset whose graphs fit in memory: downloaded, processed once, and stored without pickle."""

import copy
import hashlib
import inspect
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

from edgewise._files import make_folder
from edgewise.data._storage import load_tables, save_tables, tables_of
from edgewise.data.dataset import Dataset
from edgewise.data.table import GraphTable, Selection
from edgewise.errors import EdgewiseError, FileError

__all__ = ["InMemoryDataset"]

Transform = Callable[[Any], Any]


class InMemoryDataset(Dataset):
    """Base of datasets that are held in memory.

    A subclass names its ``raw_file_names``, writes :meth:`download` and :meth:`process`. What ``process`` returns is
    kept in ``processed_dir`` under a key made of the raw files and of the transforms: it is never stale, and a broken
    file is made again.

    Args:
        root: Folder of the dataset; ``None`` keeps nothing on disk.
        transform: Applied to a graph each time it is taken out.
        pre_transform: Applied once, before graphs are stored.
        pre_filter: Which graphs are kept, decided once.
        force_reload: Process again even if the stored graphs are good.

    Example:
        >>> import torch
        >>> from edgewise.data import Data
        >>> class Two(InMemoryDataset):
        ...     def process(self):
        ...         return [Data(x=torch.full((n, 3), 1.0), y=torch.tensor([n % 2])) for n in (1, 2)]
        >>> dataset = Two()
        >>> len(dataset), dataset[1], dataset.num_features, dataset.num_classes
        (2, Data(x=[2, 3], y=[1]), 3, 2)
    """

    def __init__(
        self,
        root: str | Path | None = None,
        transform: Transform | None = None,
        pre_transform: Transform | None = None,
        pre_filter: Callable[[Any], bool] | None = None,
        force_reload: bool = False,  # noqa: FBT001, FBT002 - PyG's signature
    ) -> None:
        super().__init__(transform)
        self.root = None if root is None else Path(root).expanduser()
        self.pre_transform = pre_transform
        self.pre_filter = pre_filter
        # One table serves batches by a gather; the graphs are views of it, so a change in place is one of both.
        self._graphs, self._table = self._load(force_reload=force_reload)
        self._packed = self._graphs

    @property
    def raw_file_names(self) -> Sequence[str]:
        """Files that :meth:`process` needs in ``raw_dir``."""
        return ()

    @property
    def raw_dir(self) -> Path:
        """Where the files lie as their publisher made them."""
        return self._folder("raw")

    @property
    def processed_dir(self) -> Path:
        """Where the processed graphs are kept."""
        return self._folder("processed")

    @property
    def raw_paths(self) -> list[Path]:
        """The full paths of ``raw_file_names``."""
        return [self.raw_dir / name for name in self.raw_file_names]

    def download(self) -> None:
        """Fetch ``raw_file_names`` into ``raw_dir``; called where one is missing."""
        missing = next(path for path in self.raw_paths if not path.is_file())
        message = f"{type(self).__name__}: expected the file {missing}, got none. Put it there."
        raise FileError(message)

    def process(self) -> list[Any]:
        """Return the graphs."""
        message = f"{type(self).__name__}.process: expected a definition, got none. Define it in your dataset."
        raise NotImplementedError(message)

    def _folder(self, name: str) -> Path:
        if self.root is None:
            message = f"{type(self).__name__}: expected a root folder, got None. Pass root=..."
            raise FileError(message)
        return self.root / name

    def _load(self, *, force_reload: bool) -> tuple[list[Any], GraphTable | None]:
        if self.root is None and not self.raw_file_names:
            return _packed(self._process())[:2]
        if not all(path.is_file() for path in self.raw_paths):
            self.download()
        key = self._key()
        path = self.processed_dir / "graphs.safetensors"
        if path.is_file() and not force_reload:
            # A file that is broken or made from something else is made again below.
            with suppress(FileError):
                return _unpacked(load_tables(path, key))
        graphs, table, tables = _packed(self._process())
        # A folder that cannot be written, or graphs that no file can hold, cost the next start some time, and not this
        # one its result.
        with suppress(EdgewiseError):
            if tables or not graphs:
                save_tables(tables, make_folder(self.processed_dir) / path.name, key)
        return graphs, table

    def _process(self) -> list[Any]:
        graphs = self.process()
        if self.pre_filter is not None:
            graphs = [graph for graph in graphs if self.pre_filter(graph)]
        return graphs if self.pre_transform is None else [self.pre_transform(graph) for graph in graphs]

    def _key(self) -> str:
        """A digest of everything that the stored graphs depend on: code, settings, transforms, and the raw files."""
        plain = (str, int, float, bool, list, tuple, type(None))
        settings = {name: value for name, value in sorted(vars(self).items()) if isinstance(value, plain)}
        digest = hashlib.sha256(repr((settings, self.pre_transform, self.pre_filter)).encode())
        digest.update(f"{type(self).__qualname__} {version('edgewise')} {_source(type(self))}".encode())
        for path in self.raw_paths:
            try:
                with path.open("rb") as file:
                    while block := file.read(2**20):
                        digest.update(block)
            except OSError as error:
                message = f"{type(self).__name__}: expected to read {path}, got an error ({error.strerror})."
                raise FileError(f"{message} Change its permissions or fetch it again.") from error
        return digest.hexdigest()

    def len(self) -> int:
        """Return how many graphs there are in all."""
        return len(self._graphs)

    def get(self, idx: int) -> Any:
        """Return the graph with a number from 0; its tensors are the dataset's own."""
        return copy.copy(self._graphs[idx])

    def __getitems__(self, indices: Sequence[int]) -> Sequence[Any]:
        """Return the graphs of a batch, as torch's ``DataLoader`` asks for them."""
        if self._table is None or self._packed is not self._graphs or self.transform is not None:
            return [self[i] for i in indices]
        return Selection(self._table, self.numbers_of(indices))


def _packed(graphs: list[Any]) -> tuple[list[Any], GraphTable | None, list[GraphTable]]:
    """The graphs, the one table of them all, and all tables; without tables where none can hold the graphs."""
    try:
        tables = tables_of(graphs)
    except EdgewiseError:
        return graphs, None, []
    return *_unpacked(tables), tables


def _unpacked(tables: list[GraphTable]) -> tuple[list[Any], GraphTable | None]:
    graphs = [table.get(graph) for table in tables for graph in range(len(table))]
    return graphs, tables[0] if len(tables) == 1 else None


def _source(kind: type) -> str:
    try:
        return inspect.getsource(kind)
    except (OSError, TypeError):  # typed into a prompt
        process: Any = kind.process  # type: ignore[attr-defined]
        return repr(process.__code__.co_code)
