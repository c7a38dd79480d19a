"""A dataset whose graphs fit in memory: downloaded, processed once, and stored without pickle."""

import copy
import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from edgewise._files import make_folder
from edgewise.data._storage import load_graphs, save_graphs
from edgewise.data.data import Data
from edgewise.errors import DTypeError, FileError

__all__ = ["InMemoryDataset"]

Transform = Callable[[Data], Data]


class InMemoryDataset:
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
        pre_filter: Callable[[Data], bool] | None = None,
        force_reload: bool = False,  # noqa: FBT001, FBT002 - PyG's signature
    ) -> None:
        self.root = None if root is None else Path(root).expanduser()
        self.transform = transform
        self.pre_transform = pre_transform
        self.pre_filter = pre_filter
        self._graphs = self._load(force_reload=force_reload)

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

    def process(self) -> list[Data]:
        """Return the graphs."""
        message = f"{type(self).__name__}.process: expected a definition, got none. Define it in your dataset."
        raise NotImplementedError(message)

    def _folder(self, name: str) -> Path:
        if self.root is None:
            message = f"{type(self).__name__}: expected a root folder, got None. Pass root=..."
            raise FileError(message)
        return self.root / name

    def _load(self, *, force_reload: bool) -> list[Data]:
        if self.root is None and not self.raw_file_names:
            return self._process()
        if not all(path.is_file() for path in self.raw_paths):
            self.download()
        key = self._key()
        path = self.processed_dir / "graphs.safetensors"
        if path.is_file() and not force_reload:
            try:
                return load_graphs(path, key)
            except FileError:
                pass  # broken or made from something else: it is made again below
        graphs = self._process()
        # A folder that cannot be written costs the next start some time, not this one its result.
        with suppress(FileError):
            save_graphs(graphs, make_folder(self.processed_dir) / path.name, key)
        return graphs

    def _process(self) -> list[Data]:
        graphs = self.process()
        if self.pre_filter is not None:
            graphs = [graph for graph in graphs if self.pre_filter(graph)]
        return graphs if self.pre_transform is None else [self.pre_transform(graph) for graph in graphs]

    def _key(self) -> str:
        """A digest of everything that the stored graphs depend on."""
        digest = hashlib.sha256(f"{type(self).__qualname__} {self.pre_transform!r} {self.pre_filter!r}".encode())
        for path in self.raw_paths:
            digest.update(path.read_bytes())
        return digest.hexdigest()

    def __len__(self) -> int:
        return len(self._graphs)

    def __getitem__(self, index: Any) -> Any:
        """Return one graph for an integer; the dataset of some for a slice, list, or tensor of indices or booleans."""
        if isinstance(index, int):
            graph = copy.copy(self._graphs[index])
            return graph if self.transform is None else self.transform(graph)
        subset = copy.copy(self)
        subset._graphs = [self._graphs[i] for i in self._positions(index)]
        return subset

    def __iter__(self) -> Iterator[Data]:
        return (self[i] for i in range(len(self)))

    def _positions(self, index: Any) -> list[int]:
        if isinstance(index, slice):
            return list(range(len(self)))[index]
        if hasattr(index, "__array__") or isinstance(index, Tensor | list | tuple | range):
            tensor = torch.as_tensor(index if not isinstance(index, range) else list(index))
            chosen: list[int] = (tensor.nonzero().flatten() if tensor.dtype == torch.bool else tensor.long()).tolist()
            return chosen
        message = (
            f"{type(self).__name__}: expected an integer, slice, list or tensor, got {type(index).__name__}. Use one."
        )
        raise DTypeError(message)

    @property
    def num_node_features(self) -> int:
        """How wide a node's features are."""
        return int(self[0].num_node_features) if len(self) else 0

    @property
    def num_features(self) -> int:
        """Another name for :attr:`num_node_features`."""
        return self.num_node_features

    @property
    def num_edge_features(self) -> int:
        """How wide an edge's features are."""
        return int(self[0].num_edge_features) if len(self) else 0

    @property
    def num_classes(self) -> int:
        """How many classes the integer labels of all graphs name; 0 where there are none."""
        labels = [graph.y for graph in self._graphs if isinstance(graph.y, Tensor) and graph.y.numel()]
        if not labels or labels[0].is_floating_point():
            return 0
        return max(int(label.max()) for label in labels) + 1

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self) if len(self) != 1 else ''})"
