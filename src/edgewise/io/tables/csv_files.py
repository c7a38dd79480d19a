"""CSV and its kin. Ids are read as words, so that ``007`` stays itself; other columns as what they look like."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from edgewise._lazy import lazy_import
from edgewise.errors import DataError, FileError
from edgewise.io.tables.sources import Source, broken
from edgewise.io.tables.values import is_text, type_name, without_empty

pa = lazy_import("pyarrow")
pc = lazy_import("pyarrow.compute")
pa_csv = lazy_import("pyarrow.csv")

__all__ = ["CsvSource"]

_BLOCK_BYTES = 1 << 24
_SEPARATORS = ",;\t|"
_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}


class CsvSource(Source):
    """A text file of separated values with a first line of column names.

    Args:
        path: ``.csv`` or ``.tsv``, perhaps compressed.
        function: Named in errors.

    Raises:
        FileError: It cannot be read as text, or has no line of names.
    """

    def __init__(self, path: Path, function: str) -> None:
        self.name, self.short, self._path, self._function = str(path), path.name, path, function
        self._ids: set[str] = set()
        self._rows: int | None = None
        self._table: Any = None
        usual = "\t" if ".tsv" in path.suffixes else ","
        self._skip, line = self._first_line()
        counts = {separator: line.count(separator) for separator in usual + _SEPARATORS}
        self._separator = max(counts, key=lambda separator: counts[separator])
        self.separator = "" if self._separator == usual else _NAMES[self._separator]
        self.columns = [name.strip() for name in next(csv.reader([line], delimiter=self._separator))]
        if all(map(_is_number, self.columns)):
            message = (
                f"{function}: expected a first line with column names in {self.name}, got {line.strip()[:60]}. Add "
                "one, such as source,target."
            )
            raise FileError(message)

    def ids(self, *names: str) -> Iterator[list[Any]]:
        """Yield batches of some columns as words; an empty one is missing."""
        self._ids |= set(names)
        options = pa_csv.ConvertOptions(
            include_columns=list(names),
            column_types=dict.fromkeys(names, pa.large_string()),
            null_values=[""],
            strings_can_be_null=True,
        )
        rows = 0
        try:
            with self._open() as file:
                for batch in pa_csv.open_csv(file, convert_options=options, **self._options()):
                    rows += batch.num_rows
                    yield [_trimmed(batch.column(name)) for name in names]
        except (pa.ArrowException, OSError) as error:
            raise self._explained(error) from error
        self._rows = rows

    def column(self, name: str) -> Any:
        """Return a whole column; all but those of ids are read at once."""
        if self._table is None:
            self._table = self._read([column for column in self.columns if column not in self._ids])
            if self._rows not in (None, self._table.num_rows) and self._table.num_columns:
                raise broken(self.name, "CSV", ValueError("its lines end differently at each reading"), self._function)
        if name in self._table.column_names:
            return self._table.column(name)
        return self._read([name]).column(name)

    def place(self, row: int) -> str:
        """Say in which line a row begins: blank lines, and line breaks in quotes, count."""
        try:
            with self._text() as lines:
                records = csv.reader(lines, delimiter=self._separator)
                found, before = -1, 0  # the first record holds the names
                for record in records:
                    if record and found == row:
                        return f"line {before + 1}"
                    found, before = found + bool(record), records.line_num
        except (csv.Error, UnicodeError, pa.ArrowException, OSError):
            pass
        return f"row {row}"

    @property
    def num_rows(self) -> int:
        """How many rows there are."""
        if self._rows is None:
            self._rows = int(self.column(self.columns[0]).length())
        return self._rows

    def type_of(self, name: str) -> str:
        """What the type of a column is called, once it was read."""
        is_read = self._table is not None and name in self._table.column_names
        return type_name(self._table.schema.field(name).type) if is_read else ""

    @property
    def expected_rows(self) -> int | None:
        """Not known before they were read."""
        return self._rows

    def _read(self, names: list[str]) -> Any:
        options = pa_csv.ConvertOptions(include_columns=names, strings_can_be_null=True)
        try:
            with self._open() as file:
                table = pa_csv.read_csv(file, convert_options=options, **self._options()) if names else pa.table({})
        except (pa.ArrowException, OSError) as error:
            raise self._explained(error) from error
        if any(pa.types.is_binary(kind) for kind in table.schema.types):
            raise self._explained(UnicodeError("not UTF-8"))
        columns = [_trimmed(column) if is_text(column.type) else column for column in table.columns]
        return pa.table(dict(zip(table.column_names, columns, strict=True)))

    def _options(self) -> dict[str, Any]:
        return {
            "read_options": pa_csv.ReadOptions(
                column_names=self.columns, skip_rows=self._skip, block_size=_BLOCK_BYTES
            ),
            "parse_options": pa_csv.ParseOptions(delimiter=self._separator, newlines_in_values=True),
        }

    def _open(self) -> Any:
        return pa.input_stream(str(self._path), compression="detect")

    def _text(self) -> io.TextIOWrapper:
        return io.TextIOWrapper(io.BufferedReader(self._open()), encoding="utf-8-sig", newline="")

    def _first_line(self) -> tuple[int, str]:
        """How many lines there are up to that with the names, and that line."""
        try:
            with self._text() as lines:
                for number, line in enumerate(lines, start=1):
                    if line.strip():
                        return number, line.rstrip("\r\n")
        except (pa.ArrowException, OSError, UnicodeError) as error:
            raise self._explained(error) from error
        message = (
            f"{self._function}: expected a first line with column names in {self.name}, got blank lines. Write one."
        )
        raise FileError(message)

    def _explained(self, error: Exception) -> Exception:
        """Why the file cannot be read, with the line: Arrow reads blocks at once and does not count them."""
        begin = f"{self._function}: expected"
        try:
            with self._open() as file:
                for number, line in enumerate(io.BufferedReader(file), start=1):
                    if not _is_utf8(line):
                        return FileError(
                            f"{begin} text in UTF-8 in {self.name}, got other bytes at line {number}. Save it as UTF-8."
                        )
            with self._text() as lines:
                records, before = csv.reader(lines, delimiter=self._separator), 0
                for record in records:
                    if record and len(record) != len(self.columns):
                        return DataError(
                            f"{begin} {len(self.columns)} values in every line of {self.name}, as in its first, got "
                            f"{len(record)} at line {before + 1}. Put values with {_NAMES[self._separator]}s in "
                            "quotes, or correct the line."
                        )
                    before = records.line_num
        except (csv.Error, UnicodeError, pa.ArrowException, OSError, AttributeError):
            pass  # what Arrow said is all that is known
        return broken(self.name, "CSV", error, self._function)


def _trimmed(words: Any) -> Any:
    return without_empty(pc.utf8_trim_whitespace(words))


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeError:
        return False
    return True
