"""Tables that are read piece by piece: in batches of ids, or column by column.

What a user passes becomes one of these in ``opening``; CSV, which has no types of its own, has ``csv_files``.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from edgewise._lazy import lazy_import
from edgewise._suggest import did_you_mean
from edgewise.errors import ArgumentError, FileError
from edgewise.io.tables.values import in_one_piece, type_name

pa = lazy_import("pyarrow")
parquet = lazy_import("pyarrow.parquet")

__all__ = ["BATCH", "MemorySource", "ParquetSource", "Source", "broken"]

BATCH = 1 << 20
"""How many rows of ids are looked up at once: each look-up hashes all known ids again."""


class Source(ABC):
    """A table that is read piece by piece."""

    name: str
    """What errors and reports call it: the file as the user named it, or the argument."""
    short: str
    """What reports call it: a file without its folder."""
    columns: list[str]
    separator: str = ""
    """What was found to stand between the values of a line; empty where there are no lines, or the ending says it."""

    @abstractmethod
    def ids(self, *names: str) -> Iterator[list[Any]]:
        """Yield batches of some columns that hold ids, an Arrow array each."""

    @abstractmethod
    def column(self, name: str) -> Any:
        """Return a whole column, a ``pyarrow.ChunkedArray``."""

    @abstractmethod
    def place(self, row: int) -> str:
        """Say where a row stands: its line in a CSV file, else its number, from 0."""

    @property
    @abstractmethod
    def num_rows(self) -> int:
        """How many rows there are."""

    def type_of(self, name: str) -> str:
        """What the type of a column is called, if that is known without reading it."""
        return ""

    @property
    def expected_rows(self) -> int | None:
        """How many rows there are, if that is known without reading them."""
        return self.num_rows

    def check_column(self, name: Any, argument: str, function: str) -> None:
        """Check that there is a column of some name.

        Raises:
            ArgumentError: There is not.
        """
        if name not in self.columns:
            message = (
                f"{function}: expected {argument} to name a column of {self.name}, got {name!r}."
                f"{did_you_mean(str(name), self.columns)} It has {', '.join(self.columns) or 'no columns'}."
            )
            raise ArgumentError(message)


class MemorySource(Source):
    """A table that is in memory, or mapped into it."""

    def __init__(self, name: str, table: Any, short: str = "") -> None:
        self.name, self.short, self._table = name, short or name, table
        self.columns = list(table.column_names)

    def ids(self, *names: str) -> Iterator[list[Any]]:
        """Yield batches of some columns."""
        columns = [self._table.column(name) for name in names]
        for first in range(0, self.num_rows, BATCH):
            yield [in_one_piece(column.slice(first, BATCH)) for column in columns]

    def column(self, name: str) -> Any:
        """Return a whole column."""
        return self._table.column(name)

    def place(self, row: int) -> str:
        """Say where a row stands."""
        return f"row {row}"

    @property
    def num_rows(self) -> int:
        """How many rows there are."""
        return int(self._table.num_rows)

    def type_of(self, name: str) -> str:
        """What the type of a column is called."""
        return type_name(self._table.schema.field(name).type)


class ParquetSource(Source):
    """One Parquet file, or several that follow each other. Each column is decoded when it is wanted; none is kept."""

    def __init__(self, path: Path, parts: list[Path], function: str) -> None:
        self.name, self.short, self._paths, self._function = str(path), path.name, parts, function
        self._file: tuple[Path, Any] | None = None  # the one that was opened last: reading its end takes time
        self._ends = np.cumsum([0, *(self._open(part).metadata.num_rows for part in parts)])
        self._schema = self._open(parts[0]).schema_arrow
        self.columns = list(self._schema.names)
        for other in parts[1:]:
            names = self._open(other).schema_arrow.names
            if set(names) != set(self.columns):
                message = (
                    f"{function}: expected the columns {', '.join(self.columns)} in every file of {self.name}, got "
                    f"{', '.join(names)} in {other.name}. Keep the files of one table in a folder."
                )
                raise FileError(message)

    def ids(self, *names: str) -> Iterator[list[Any]]:
        """Yield batches of some columns."""
        for path in self._paths:
            try:
                file = self._open(path)
                for groups in _row_groups(file):  # a reader keeps what it has read: so a new one for each batch
                    for batch in file.iter_batches(batch_size=BATCH, row_groups=groups, columns=list(names)):
                        batch.validate(full=True)  # else words that are no UTF-8 come out much later
                        yield [batch.column(name) for name in names]
            except (pa.ArrowException, OSError, UnicodeError) as error:
                raise broken(str(path), "Parquet", error, self._function) from error

    def column(self, name: str) -> Any:
        """Return a whole column."""
        kind, chunks = self._schema.field(name).type, []
        for path in self._paths:
            try:
                for chunk in self._open(path).read(columns=[name]).column(0).chunks:
                    chunk.validate(full=True)
                    chunks.append(chunk.cast(kind))
            except (pa.ArrowException, OSError, UnicodeError) as error:
                raise broken(str(path), f"column {name!r} as {kind}", error, self._function) from error
        return pa.chunked_array(chunks, kind)

    def place(self, row: int) -> str:
        """Say where a row stands."""
        if len(self._paths) == 1:
            return f"row {row}"
        part = int(np.searchsorted(self._ends, row, side="right")) - 1
        return f"row {row - self._ends[part]} of {self._paths[part].name}"

    @property
    def num_rows(self) -> int:
        """How many rows there are."""
        return int(self._ends[-1])

    def type_of(self, name: str) -> str:
        """What the type of a column is called."""
        return type_name(self._schema.field(name).type)

    def _open(self, path: Path) -> Any:
        if self._file is not None and self._file[0] == path:
            return self._file[1]
        try:
            self._file = path, parquet.ParquetFile(path)
            return self._file[1]
        except (pa.ArrowException, OSError, UnicodeError) as error:
            raise broken(str(path), "Parquet", error, self._function) from error


def _row_groups(file: Any) -> Iterator[list[int]]:
    """The row groups of a Parquet file, as many together as make a batch."""
    together, rows = [], 0
    for group in range(file.num_row_groups):
        together.append(group)
        rows += file.metadata.row_group(group).num_rows
        if rows >= BATCH or group == file.num_row_groups - 1:
            yield together
            together, rows = [], 0


def broken(name: str, expected: str, error: Exception, function: str) -> FileError:
    """The error for a file whose content is not as it should be, with the first line of what Arrow says.

    Example:
        >>> broken("a.parquet", "Parquet", ValueError("bad page"), "from_tables")
        FileError('from_tables: expected Parquet in a.parquet, got a broken file (bad page). Write it again.')
    """
    reason = (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
    return FileError(f"{function}: expected {expected} in {name}, got a broken file ({reason}). Write it again.")
