"""Base of datasets whose files have an address each: fetched, read, and counted where no checksum proves them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edgewise.datasets._download import fetch
from edgewise.datasets._raw import FileDataset
from edgewise.errors import DataError, EdgewiseError, FileError, MissingPackageError, NodeIndexError, ShapeError

__all__ = ["PublicDataset", "RawFile"]

Transform = Callable[[Any], Any]


@dataclass(frozen=True)
class RawFile:
    """A file as its publisher made it."""

    name: str
    folder: str = ""
    """The address without the name; empty where the file has none and must be given."""
    sha256: str | None = None
    """``None`` where no checksum of the published file is known: then the dataset is counted after parsing."""


class PublicDataset(FileDataset):
    """Base of datasets whose files have addresses.

    A subclass says where its files lie (:attr:`own`), which there are (:attr:`layouts`), what there should be
    (:attr:`expected`), and writes :meth:`parse`. A file without a checksum that was downloaded is believed if it counts
    as expected, and else removed.

    Args:
        root: Folder of the dataset. ``None``: ``EDGEWISE_HOME``, or the platform's cache folder.
        transform: Applied to a graph each time it is taken out.
        pre_transform: Applied once, before graphs are stored.
        pre_filter: Which graphs are kept, decided once.
        force_reload: Process again even if the stored graphs are good.
        unproven: Files that the subclass downloaded itself, without a checksum.
    """

    own: Sequence[str]
    """Names of the dataset's own folder below ``root``; downloads go to the first."""
    layouts: Sequence[Sequence[RawFile]]
    """The sets of files that will do, the one that is fetched first."""
    expected: Mapping[str, int]
    """What :meth:`statistics` returns for the published files."""

    def __init__(
        self,
        root: str | Path | None = None,
        transform: Transform | None = None,
        pre_transform: Transform | None = None,
        pre_filter: Callable[[Any], bool] | None = None,
        *,
        force_reload: bool = False,
        unproven: Iterable[Path] = (),
    ) -> None:
        self._unproven = set(unproven)
        names = [[file.name for file in layout] for layout in self.layouts]
        super().__init__(root, self.own, names, transform, pre_transform, pre_filter, force_reload=force_reload)

    @property
    def card(self) -> Mapping[str, str]:
        """Facts about the data, for a report."""
        return {}

    @property
    def checksums(self) -> dict[str, str | None]:
        """The published SHA-256 of each raw file, ``None`` where none is known."""
        known = {file.name: file.sha256 for layout in self.layouts for file in layout}
        return {name: known[name] for name in self.raw_file_names}

    def parse(self) -> list[Any]:
        """Return the graphs that the raw files hold."""
        message = f"{type(self).__name__}.parse: expected a definition, got none. Define it in your dataset."
        raise NotImplementedError(message)

    def statistics(self) -> dict[str, int]:
        """Count what :attr:`expected` names."""
        return self.counted([self.get(graph) for graph in range(self.len())])

    def counted(self, graphs: list[Any]) -> dict[str, int]:
        """Count what :attr:`expected` names, in the graphs that :meth:`parse` returned."""
        return {"nodes": graphs[0].num_nodes, "edges": graphs[0].num_edges}

    def download(self) -> None:
        """Fetch the files that are missing."""
        for file in self.layouts[0]:
            path = self.raw_dir / file.name
            if path.is_file():
                continue
            if not file.folder:
                message = f"{type(self).__name__}: expected the file {path}, got none. It has no address: put it there."
                raise FileError(message)
            fetch(file.folder + file.name, self.raw_dir, file.sha256, type(self).__name__)
            if file.sha256 is None:
                self._unproven.add(path)

    def process(self) -> list[Any]:
        """Return the graphs, counted where a downloaded file had no checksum."""
        try:
            graphs = self.parse()
            self._prove(graphs)
        except MissingPackageError:
            raise  # which says nothing about the files
        except Exception as error:  # files that do not fit together fail wherever the difference first matters
            for path in self._unproven:
                with suppress(OSError):
                    path.unlink()
            if isinstance(error, EdgewiseError) and not isinstance(error, ShapeError | NodeIndexError):
                raise
            reason = str(error).splitlines()[0][:120] if str(error) else type(error).__name__
            message = (
                f"{type(self).__name__}: expected files that fit together in {self.raw_dir}, got others ({reason}). "
                "Delete them and fetch them again."
            )
            raise FileError(message) from error
        return graphs

    def _prove(self, graphs: list[Any]) -> None:
        if not self._unproven:
            return
        found = self.counted(graphs)
        for name, count in self.expected.items():
            if found.get(name) != count:
                files = ", ".join(sorted(path.name for path in self._unproven))
                message = (
                    f"{type(self).__name__}: expected {count} {name} in {files} as published, got {found.get(name)}. "
                    "The file has changed or is damaged: fetch it again, or give your own by root=..."
                )
                raise DataError(message)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self) if len(self) != 1 else ''})"
