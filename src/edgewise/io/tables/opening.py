"""What a user passes as a table, a path, a frame or columns, to something that can be read piece by piece."""

import os
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from torch import Tensor

from edgewise._lazy import lazy_import
from edgewise._suggest import did_you_mean
from edgewise.errors import ArgumentError, DataError, FileError
from edgewise.io.tables.csv_files import CsvSource
from edgewise.io.tables.sources import MemorySource, ParquetSource, Source, broken

pa = lazy_import("pyarrow")
ipc = lazy_import("pyarrow.ipc")

__all__ = ["open_source"]

_ENDINGS = {".csv": "CSV", ".tsv": "CSV", ".parquet": "Parquet", ".arrow": "Arrow", ".feather": "Arrow"}
_PACKED = (".gz", ".bz2", ".zst")
_MAGIC = {
    b"PAR1": "Parquet",
    b"ARROW1": "Arrow",
    b"PK\x03\x04": "a zip file or a spreadsheet",
    b"\x1f\x8b": "gzip",
    b"\x89HDF": "HDF5",
    b"SQLite": "an SQLite database",
    b"\x80\x04": "a pickle",
}
"""How files begin that are easily taken for another."""


def open_source(table: Any, name: str, function: str) -> Source:
    """Return a table that can be read piece by piece; nothing but its head is read yet.

    Args:
        table: A path (.csv, .tsv, also compressed; .parquet or a folder of such; .arrow, .feather), a frame that speaks
            Arrow's capsule protocol, or a dictionary of columns.
        name: What errors call it, unless it is a file.
        function: Named in errors.

    Raises:
        FileError: The file is missing, not readable, or not what its ending says.
        DataError: A frame or column that Arrow cannot hold.
        ArgumentError: Something else.

    Example:
        >>> open_source({"a": [1, 2]}, "nodes", "from_tables").columns
        ['a']
    """
    if isinstance(table, str | os.PathLike):
        source = _open_path(Path(table), function)
    elif isinstance(table, Mapping):
        source = MemorySource(name, _from_columns(table, name, function))
    else:
        source = MemorySource(name, _from_frame(table, name, function))
    twice = next((column for column, count in Counter(source.columns).items() if count > 1), None)
    if not source.columns:
        message = f"{function}: expected columns in {source.name}, got none. Give it some."
        raise DataError(message)
    if twice is not None:
        message = (
            f"{function}: expected every column of {source.name} to have its own name, got {twice!r} twice. Rename one."
        )
        raise DataError(message)
    return source


def _open_path(path: Path, function: str) -> Source:
    name = str(path)
    if _is_folder(path):
        parts = sorted(path.glob("*.parquet"))
        if not parts:
            message = (
                f"{function}: expected Parquet files in the folder {name}, got none. Name a file, or such a folder."
            )
            raise FileError(message)
        return ParquetSource(path, parts, function)
    is_packed = path.suffix.lower() in _PACKED
    ending = path.with_suffix("").suffix if is_packed else path.suffix
    kind = _ENDINGS.get(ending.lower())
    head = _head(path, function)
    if kind is None:
        message = (
            f"{function}: expected a table ({', '.join(_ENDINGS)}; .csv.gz), got {name}. Convert it to one of these."
        )
        raise FileError(message)
    if not head:
        example = "Write a first line with column names" if kind == "CSV" else "Write it again"
        message = f"{function}: expected {kind} in {name}, got an empty file. {example}."
        raise FileError(message)
    found = next((what for start, what in _MAGIC.items() if head.startswith(start)), None)
    if (kind == "Parquet") != (found == "Parquet") or (found not in (None, kind) and not (is_packed and kind == "CSV")):
        message = (
            f"{function}: expected {kind} in {name}, as its ending says, got {found or 'something else'}. "
            "Rename or convert it."
        )
        raise FileError(message)
    if kind == "Parquet":
        return ParquetSource(path, [path], function)
    return CsvSource(path, function) if kind == "CSV" else MemorySource(name, _from_arrow(path, function), path.name)


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):  # what is wrong with it comes out where it is opened
        return False


def _head(path: Path, function: str) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(8)
    except FileNotFoundError as error:
        beside: list[str] = []
        with suppress(OSError):
            beside = [other.name for other in path.parent.iterdir()]
        hint = did_you_mean(path.name, beside) or " Check the path."
        message = f"{function}: expected a file at {path}, got none.{hint}"
        raise FileError(message) from error
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        message = f"{function}: expected a readable file, got {path} ({reason}). Change its permissions or the path."
        raise FileError(message) from error


def _from_arrow(path: Path, function: str) -> Any:
    try:
        file = pa.memory_map(str(path))
        try:
            table = ipc.open_file(file).read_all()
        except pa.ArrowInvalid:
            file.seek(0)
            table = ipc.open_stream(file).read_all()
        table.validate(full=True)
        table.column_names  # noqa: B018 - they may not be text
    except (pa.ArrowException, OSError, UnicodeError) as error:
        raise broken(str(path), "Arrow", error, function) from error
    return _without_views(table)


def _without_views(table: Any) -> Any:
    """The table with Arrow's newer string type, which Polars uses, as the older: many functions know that one alone."""
    older = {"string_view": pa.large_string(), "binary_view": pa.large_binary()}
    for place, field in enumerate(table.schema):
        if str(field.type) in older:
            kind = older[str(field.type)]
            table = table.set_column(place, pa.field(field.name, kind), table.column(place).cast(kind))
    return table


def _from_columns(columns: Mapping[Any, Any], name: str, function: str) -> Any:
    arrays: dict[str, Any] = {}
    for key, values in columns.items():
        if not isinstance(key, str):
            message = f"{function}: expected names of columns in {name}, got {key!r}. Write {{'column': [...]}}."
            raise ArgumentError(message)
        arrays[key] = _as_array(values, key, name, function)
        first = next(iter(arrays))
        if len(arrays[key]) != len(arrays[first]):
            message = (
                f"{function}: expected columns of one length in {name}, got {len(arrays[first])} rows in {first!r} and "
                f"{len(arrays[key])} in {key!r}. Give every row a value, None where it is missing."
            )
            raise DataError(message)
    return pa.table(arrays)


def _as_array(values: Any, key: str, name: str, function: str) -> Any:
    if isinstance(values, Tensor):
        values = values.detach().cpu().numpy()
    dimensions = getattr(values, "ndim", 1)
    if isinstance(values, str | bytes) or not hasattr(values, "__len__") or dimensions not in (1, 2):
        kind = type(values).__name__ if dimensions == 1 else f"an array of {dimensions} dimensions"
        message = (
            f"{function}: expected a list or array in column {key!r} of {name}, got {kind}. Write one value a row."
        )
        raise ArgumentError(message)
    if dimensions == 2:
        values = list(values)
    try:
        return _array(values)
    except (pa.ArrowException, TypeError, ValueError, OverflowError) as error:
        raise _mixed(values, key, name, error, function) from error


def _array(values: Any) -> Any:
    try:
        return pa.array(values, from_pandas=True)
    except OverflowError:  # Arrow takes Python's integers for signed ones; frames hold larger ones, too
        return pa.array(values, type=pa.uint64(), from_pandas=True)


def _mixed(values: Any, key: str, name: str, error: Exception, function: str) -> DataError:
    """The error for a column of which Arrow makes nothing, with the first value that is unlike those before it."""
    known = [(row, value) for row, value in enumerate(values) if not _is_missing(value)]
    if len({_family(value) for _, value in known}) < 2:
        reason = str(error).splitlines()[0].rstrip(".")
        return DataError(
            f"{function}: expected values that Arrow knows in {name}, column {key!r}, got others ({reason}). "
            "Convert them."
        )
    usual = type(known[0][1])
    row, value = next((row, value) for row, value in known if _family(value) != _family(known[0][1]))
    message = (
        f"{function}: expected values of one type in {name}, column {key!r}, got {value!r} ({type(value).__name__}) at "
        f"row {row} after {usual.__name__}. Make them one type."
    )
    return DataError(message)


def _family(value: Any) -> type:
    return float if isinstance(value, int | float) and not isinstance(value, bool) else type(value)


def _is_missing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and value != value)


def _from_frame(frame: Any, name: str, function: str) -> Any:
    is_frame = hasattr(frame, "__arrow_c_stream__") or hasattr(frame, "__arrow_c_array__")
    is_pandas = type(frame).__module__.startswith("pandas") and hasattr(frame, "columns")
    if not (is_frame or is_pandas):
        pairs = " For pairs of nodes use Data.from_edges." if name.startswith("edges") else ""
        message = (
            f"{function}: expected {name} as a path, a frame (Arrow, pandas, Polars) or a dictionary of columns, got "
            f"{type(frame).__name__}. Convert it.{pairs}"
        )
        raise ArgumentError(message)
    try:
        return _without_views(pa.table(frame) if is_frame else pa.Table.from_pandas(frame))
    except (pa.ArrowException, TypeError, ValueError, OverflowError) as error:
        for key in getattr(frame, "columns", ()):
            _as_array(frame[key].tolist() if hasattr(frame[key], "tolist") else frame[key], str(key), name, function)
        reason = str(error).splitlines()[0].rstrip(".")
        message = f"{function}: expected {name} as a frame that Arrow can hold, got another ({reason}). Convert it."
        raise DataError(message) from error
