"""Raw files: found where they lie, and read so that an error names the file and the line. No dataset's own format."""

import csv
import gzip
import io
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgewise.data import Data, InMemoryDataset
from edgewise.datasets._arrays import reading
from edgewise.datasets._download import home
from edgewise.errors import DataError, FileError

__all__ = ["FileDataset", "as_integers", "read_members", "read_numbers", "read_table", "read_text"]

Transform = Callable[[Data], Any]

_CURE = "Repair it, or fetch it again."


class FileDataset(InMemoryDataset):
    """Base of datasets whose raw files are taken from where they lie, and fetched where they lie nowhere.

    Files are sought in ``root/<own>/raw``, ``root/<own>``, ``root/raw`` and ``root``. Graphs that were made from files
    in a folder named ``raw`` are kept beside it; others in ``EDGEWISE_HOME``, never beside a user's own files.

    Args:
        root: Folder of the dataset. ``None``: ``EDGEWISE_HOME``, or the platform's cache folder.
        own: Names of the dataset's own folder; new files go to the first. An empty name is ``root`` itself.
        layouts: The sets of files that will do, the one that is fetched first.
        transform: As of :class:`InMemoryDataset`.
        pre_transform: As of :class:`InMemoryDataset`.
        pre_filter: As of :class:`InMemoryDataset`.
        force_reload: As of :class:`InMemoryDataset`.
    """

    _raw_name, _processed_name = "raw", "processed"  # with others, files are sought in folders of that name alone

    def __init__(
        self,
        root: str | Path | None,
        own: Sequence[str],
        layouts: Sequence[Sequence[str]],
        transform: Transform | None = None,
        pre_transform: Transform | None = None,
        pre_filter: Callable[[Data], bool] | None = None,
        *,
        force_reload: bool = False,
    ) -> None:
        kept = home() / (own[0] or type(self).__name__)
        folder = (kept if own[0] == "" else home()) if root is None else Path(root).expanduser()
        self._raw, self._raw_names = self._find(folder, own, layouts)
        self._processed = (self._raw.parent if self._raw.name == self._raw_name else kept) / self._processed_name
        super().__init__(folder, transform, pre_transform, pre_filter, force_reload)

    def _find(self, root: Path, own: Sequence[str], layouts: Sequence[Sequence[str]]) -> tuple[Path, Sequence[str]]:
        """Where a whole set of files lies, or goes; and their names."""
        parents = [*(root / name for name in own if name), root]
        folders = [folder for parent in parents for folder in (parent / self._raw_name, parent)]
        try:
            for folder in folders if self._raw_name == "raw" else folders[::2]:
                for names in layouts:
                    if all((folder / name).is_file() for name in names):
                        return folder, names
        except OSError as error:
            message = f"{type(self).__name__}: expected a readable folder, got {root} ({error.strerror})."
            raise FileError(f"{message} Choose another.") from error
        return root / own[0] / self._raw_name, layouts[0]

    @property
    def raw_dir(self) -> Path:
        """Where the files lie as their publisher made them."""
        return self._raw

    @property
    def processed_dir(self) -> Path:
        """Where the processed graphs are kept."""
        return self._processed

    @property
    def raw_file_names(self) -> Sequence[str]:
        """The files that are read."""
        return self._raw_names

    def _size(self) -> str:
        """How large the raw files are, for a data card."""
        size = sum(path.stat().st_size for path in self.raw_paths if path.is_file())
        return f"{size / 1e6:.1f} MB of files" if size >= 1e5 else f"{size / 1e3:.0f} kB of files"


def read_text(path: Path, caller: str, encoding: str = "utf-8") -> str:
    """Return a text file, unpacked where its name ends in ``.gz``.

    Raises:
        FileError: It is missing, truncated, or no text.

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp(), "a.txt")
        >>> _ = path.write_text("one")
        >>> read_text(path, "Mine")
        'one'
    """
    with reading(path, "a whole text file", caller):
        content = path.read_bytes()
        return (gzip.decompress(content) if path.suffix == ".gz" else content).decode(encoding)


def read_members(path: Path, wanted: Callable[[str], bool], caller: str, encoding: str = "utf-8") -> dict[str, str]:
    """Return the texts of a zip file's members whose names are wanted. Nothing is unpacked on disk.

    Raises:
        FileError: The file is missing, truncated, or no zip file, or a member is no text.
    """
    with reading(path, "a whole zip file", caller), zipfile.ZipFile(path) as archive:
        return {name: archive.read(name).decode(encoding) for name in archive.namelist() if wanted(name)}


def read_numbers(text: str, label: str, caller: str, *, skip: int = 0) -> NDArray[np.float64]:
    r"""Return numbers between commas, ``[lines, columns]``; empty lines are left out.

    Args:
        text: What the file holds.
        label: Its name, for errors.
        caller: The dataset that errors name.
        skip: How many lines to leave out at the beginning.

    Raises:
        DataError: A line is no row of numbers, or has another length than the first; the message names it.

    Example:
        >>> read_numbers("1, 2\n3, 4\n", "a.txt", "Mine").tolist()
        [[1.0, 2.0], [3.0, 4.0]]
    """
    lines = text.split("\n")
    if not any(map(str.strip, lines[skip:])):
        return np.zeros((0, 1))
    try:
        return np.loadtxt(lines[skip:], delimiter=",", comments=None, ndmin=2, dtype=np.float64)
    except ValueError as error:
        reason = _first_bad_line(lines, skip) or str(error)
        raise DataError(f"{caller}: expected rows of numbers in {label}, got {reason}. {_CURE}") from error


def _first_bad_line(lines: Sequence[str], skip: int) -> str | None:
    width = None
    for number, line in enumerate(lines[skip:], start=skip + 1):
        cells = line.split(",")
        if not line.strip():
            continue
        for cell in cells:
            try:
                float(cell)
            except ValueError:
                return f"{cell.strip()[:40]!r} in line {number}"
        width = width or len(cells)
        if len(cells) != width:
            return f"{len(cells)} columns after {width} in line {number}"
    return None


def as_integers(numbers: NDArray[np.float64], label: str, caller: str) -> NDArray[np.int64]:
    """Return whole numbers as such.

    Raises:
        DataError: One is not whole; the message names its row, from 1.

    Example:
        >>> as_integers(np.array([[1.0], [2.0]]), "a.txt", "Mine").tolist()
        [[1], [2]]
    """
    wrong = ~(np.isfinite(numbers) & (np.abs(numbers) < 2**53) & (numbers == np.round(numbers)))
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        value = numbers[row, column]
        message = f"{caller}: expected whole numbers in {label}, got {value:g} in row {row + 1}. {_CURE}"
        raise DataError(message)
    return numbers.astype(np.int64)


def read_table(text: str, columns: Sequence[str], label: str, caller: str) -> dict[str, list[str]]:
    r"""Return the columns of a CSV text with a header, as they stand there; empty lines are left out.

    Args:
        text: What the file holds.
        columns: Columns that must be there.
        label: The file's name, for errors.
        caller: The dataset that errors name.

    Raises:
        DataError: A column is missing, or a row has another length than the header; the message names it.

    Example:
        >>> read_table("id,label\n7,a\n8,b\n", ["label"], "a.csv", "Mine")
        {'id': ['7', '8'], 'label': ['a', 'b']}
    """
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        missing = [name for name in columns if name not in header]
        if missing:
            found = ", ".join(header)[:80] or "nothing"
            message = f"{caller}: expected the column {missing[0]!r} in {label}, got {found}. {_CURE}"
            raise DataError(message)
        rows = []
        for row in reader:
            if row and len(row) != len(header):
                found = f"{len(row)} in line {reader.line_num}"
                message = f"{caller}: expected {len(header)} columns in {label}, got {found}. {_CURE}"
                raise DataError(message)
            if row:
                rows.append(row)
    except csv.Error as error:
        message = f"{caller}: expected a CSV file in {label}, got {error} in line {reader.line_num}. {_CURE}"
        raise DataError(message) from error
    return {name: [row[position] for row in rows] for position, name in enumerate(header)}
