"""What a column holds as numbers, words or times: Arrow's types in, NumPy and Arrow strings out. No rule lives here."""

from collections.abc import Callable
from typing import Any

import numpy as np

from edgewise._lazy import lazy_import

pa = lazy_import("pyarrow")
pc = lazy_import("pyarrow.compute")

__all__ = [
    "NUMBER",
    "UnfitValueError",
    "as_floats",
    "as_seconds",
    "as_strings",
    "decoded",
    "in_one_piece",
    "is_text",
    "is_time",
    "type_name",
    "without_empty",
]

Column = Any
"""A ``pyarrow.ChunkedArray``."""

NUMBER = r"^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$"
_LARGEST = float(np.finfo(np.float32).max)
_SECONDS = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}


class UnfitValueError(Exception):
    """A value that a rule cannot take; whoever knows the file says where it is."""

    def __init__(self, expected: str, got: str, row: int | None = None) -> None:
        super().__init__(expected, got, row)
        self.expected, self.got, self.row = expected, got, row


def as_floats(column: Column) -> np.ndarray:
    """Numbers as float64, NaN where missing.

    Raises:
        UnfitValueError: A word among them, or a value that is infinite in float32.

    Example:
        >>> import pyarrow
        >>> as_floats(pyarrow.chunked_array([[1, None, 3]])).tolist()
        [1.0, nan, 3.0]
    """
    kind, scale = column.type, 1.0
    column = decoded(column)
    if pa.types.is_duration(kind) or pa.types.is_time(kind):
        scale = _SECONDS[kind.unit]
        column = column.cast(pa.int32() if kind.bit_width == 32 else pa.int64())
    if is_text(column.type):
        column = pc.utf8_trim_whitespace(as_strings(column))
        _refuse(column, pc.invert(pc.match_substring_regex(column, NUMBER)), "a number")
    elif not (_is_number(column.type) or pa.types.is_boolean(column.type) or pa.types.is_null(column.type)):
        raise UnfitValueError("numbers", f"values of type {type_name(kind)}")
    values = np.asarray(column.cast(pa.float64(), safe=False).to_numpy()) * scale
    too_large = np.abs(values) > _LARGEST
    if too_large.any():
        row = int(too_large.argmax())
        raise UnfitValueError("finite numbers of float32", str(float(values[row])), row)
    return values


def as_strings(column: Column) -> Column:
    """Words as Arrow's ``large_string``, missing where empty; whole floating numbers without ``.0``.

    Raises:
        UnfitValueError: Lists, structures and the like.

    Example:
        >>> import pyarrow
        >>> as_strings(pyarrow.chunked_array([[1.0, None]])).to_pylist()
        ['1', None]
    """
    column = decoded(column)
    if pa.types.is_floating(column.type):
        column = pc.if_else(pc.is_nan(column), pa.scalar(None, column.type), column)
        is_whole = pc.all(pc.equal(column, pc.floor(column))).as_py() is not False  # None, where all are missing
        is_small = (pc.max(pc.abs(column)).as_py() or 0) < 2**63
        column = column.cast(pa.int64()) if is_whole and is_small else column
    try:
        return without_empty(_in_one_unit(column).cast(pa.large_string()))
    except pa.ArrowException as error:
        raise UnfitValueError("words", f"values of type {type_name(column.type)}") from error


def decoded(column: Column) -> Column:
    """A column of categories as the values themselves; any other as it is.

    Example:
        >>> import pyarrow
        >>> decoded(pyarrow.chunked_array([pyarrow.array(["a", "b"]).dictionary_encode()])).to_pylist()
        ['a', 'b']
    """
    if not pa.types.is_dictionary(column.type):
        return column
    kind = pa.large_string() if is_text(column.type.value_type) else column.type.value_type
    # Arrow cannot cast categories of its newer string type, which Polars uses; so take them.
    return pa.chunked_array([part.dictionary.cast(kind).take(part.indices) for part in column.chunks], kind)


def without_empty(words: Any) -> Any:
    """Words, with those of no letter missing: CSV does not tell the two apart.

    Example:
        >>> import pyarrow
        >>> without_empty(pyarrow.array(["a", ""])).to_pylist()
        ['a', None]
    """
    if pc.index(words, "").as_py() < 0:
        return words
    return pc.if_else(pc.equal(words, ""), pa.scalar(None, words.type), words)


def as_seconds(column: Column) -> np.ndarray:
    """Times as seconds since 1970 (UTC where they have a zone) in float64, NaN where missing.

    Raises:
        UnfitValueError: Not a date or time.

    Example:
        >>> import pyarrow
        >>> as_seconds(pyarrow.chunked_array([["1970-01-02", None]])).tolist()
        [86400.0, nan]
    """
    column = decoded(column)
    if is_text(column.type):
        column = _parsed(as_strings(column))
    elif pa.types.is_null(column.type):
        return np.full(len(column), np.nan)
    elif not is_time(column.type):
        raise UnfitValueError("dates", f"values of type {type_name(column.type)}")
    zone = getattr(column.type, "tz", None)
    seconds = column.cast(pa.timestamp("s", tz=zone), safe=False).cast(pa.int64())
    return np.asarray(seconds.cast(pa.float64(), safe=False).to_numpy())


def is_text(kind: Any) -> bool:
    """Whether an Arrow type is one of its string types.

    Example:
        >>> import pyarrow
        >>> is_text(pyarrow.string()), is_text(pyarrow.int8())
        (True, False)
    """
    return str(kind) in ("string", "large_string", "string_view")


def is_time(kind: Any) -> bool:
    """Whether an Arrow type is a date or a point in time.

    Example:
        >>> import pyarrow
        >>> is_time(pyarrow.date32()), is_time(pyarrow.int8())
        (True, False)
    """
    return bool(pa.types.is_date(kind) or pa.types.is_timestamp(kind))


def type_name(kind: Any) -> str:
    """What a type is called in reports and errors.

    Example:
        >>> import pyarrow
        >>> type_name(pyarrow.large_string()), type_name(pyarrow.dictionary(pyarrow.int8(), pyarrow.string()))
        ('string', 'category')
    """
    if is_text(kind):
        return "string"
    return "category" if pa.types.is_dictionary(kind) else str(kind)


def in_one_piece(column: Column) -> Any:
    """A column as one Arrow array.

    Example:
        >>> import pyarrow
        >>> in_one_piece(pyarrow.chunked_array([[1], [2]])).to_pylist()
        [1, 2]
    """
    if not isinstance(column, pa.ChunkedArray):
        return column
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def _in_one_unit(column: Column) -> Column:
    """Times of any unit in microseconds, so that they are spelt alike wherever they come from."""
    kind = column.type
    if pa.types.is_timestamp(kind):
        return column.cast(pa.timestamp("us", tz=kind.tz), safe=False)
    if pa.types.is_time(kind):
        return column.cast(pa.time64("us"), safe=False)
    return column.cast(pa.duration("us"), safe=False) if pa.types.is_duration(kind) else column


def _parsed(column: Column) -> Column:
    """ISO dates and times in words as timestamps; all in one form, with a zone or without."""
    for kind in (pa.timestamp("s"), pa.timestamp("ns"), pa.timestamp("ns", tz="UTC")):
        try:
            return column.cast(kind)
        except pa.ArrowInvalid:
            continue
    row = _first_that_fails(column, lambda part: part.cast(pa.timestamp("ns")))
    raise UnfitValueError("dates such as 2024-05-31", repr(column[row].as_py()), row)


def _first_that_fails(column: Column, convert: Callable[[Any], Any]) -> int:
    low, high = 0, len(column)  # the conversion of column[:high] fails, that of column[:low] does not
    while high - low > 1:
        middle = (low + high) // 2
        try:
            convert(column.slice(low, middle - low))
            low = middle
        except pa.ArrowInvalid:
            high = middle
    return low


def _refuse(column: Column, wrong: Column, expected: str) -> None:
    row = pc.index(wrong, True).as_py()
    if row >= 0:
        raise UnfitValueError(expected, repr(column[row].as_py()), row)


def _is_number(kind: Any) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))
