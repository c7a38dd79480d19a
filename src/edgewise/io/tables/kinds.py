"""Of which kind a column is, by its type and what it holds; and why."""

from typing import Any

import numpy as np

from edgewise._lazy import lazy_import
from edgewise.io.tables.rules import MOST_CATEGORIES
from edgewise.io.tables.values import (
    NUMBER,
    UnfitValueError,
    as_floats,
    as_seconds,
    as_strings,
    decoded,
    in_one_piece,
    is_text,
    is_time,
    type_name,
)

pa = lazy_import("pyarrow")
pc = lazy_import("pyarrow.compute")

__all__ = ["kind_of"]

_LONGEST_CATEGORY = 40
_FEWEST_COUNTED = 12
"""From how many rows on integers that go up by one are taken for their numbers, not for something measured."""
_MOSTLY = 0.75
"""From which share of numbers on a word among them is taken for a mistake."""


def kind_of(name: str, column: Any) -> tuple[str, str]:
    """Return the kind of a column, ``"drop"`` among them, and for that one the reason.

    Args:
        name: What the column is called.
        column: An Arrow column.

    Raises:
        UnfitValueError: Numbers with some words among them.

    Cost: one pass over the column; for words also a table of the different ones.

    Example:
        >>> import pyarrow
        >>> kind_of("age", pyarrow.chunked_array([[31, 40, 33]]))
        ('number', '')
        >>> kind_of("row", pyarrow.chunked_array([range(20)]))
        ('drop', 'counts the rows')
    """
    kind = column.type
    if not name:
        return "drop", "no name, like an index that was written along"
    if column.null_count == len(column):
        return "drop", "no value in any row"
    if pa.types.is_dictionary(kind):
        return ("drop", "the same in every row") if _is_constant(decoded(column)) else ("category", "")
    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        inner = kind.value_type
        is_vector = pa.types.is_floating(inner) or pa.types.is_integer(inner)
        return ("vector", "") if is_vector else ("drop", f"no rule for type {type_name(kind)}")
    if is_text(kind):
        return _kind_of_words(column)
    if pa.types.is_boolean(kind):
        return ("drop", "the same in every row") if _is_constant(column) else ("flag", "")
    if is_time(kind):
        return ("drop", "the same in every row") if _is_constant(column) else ("date", "")
    try:
        values = as_floats(column)
    except UnfitValueError as error:
        if error.row is None:
            return "drop", f"no rule for type {type_name(kind)}"
        raise
    return _kind_of_numbers(name, kind, values)


def _kind_of_numbers(name: str, kind: Any, values: np.ndarray) -> tuple[str, str]:
    known = values[~np.isnan(values)]
    if not len(known):
        return "drop", "no value in any row"
    if len(known) == len(values) and (known == known[0]).all():
        return "drop", "the same in every row"
    if pa.types.is_integer(kind) and len(known) == len(values) > 1:
        if len(values) >= _FEWEST_COUNTED and (np.diff(values) == 1).all():
            return "drop", "counts the rows"
        if name.lower().endswith("id") and len(np.unique(values)) == len(values):
            return "drop", "another value in every row, like an id"
    return "number", ""


def _kind_of_words(column: Any) -> tuple[str, str]:
    words = as_strings(column)
    if _is_constant(words):
        return "drop", "the same in every row"
    _refuse_stray_words(words)
    if _are_dates(words):
        return "date", ""
    known = words.drop_null()
    distinct = pc.count_distinct(known).as_py()
    longest = pc.max(pc.utf8_length(known)).as_py()
    if distinct < len(known):
        is_category = distinct <= MOST_CATEGORIES and longest <= _LONGEST_CATEGORY
        return ("category", "") if is_category else ("text", "")
    if not pc.any(pc.match_substring_regex(known, r"\s")).as_py():
        return "drop", "another word in every row, like an id"
    return "text", ""


def _refuse_stray_words(words: Any) -> None:
    is_word = pc.invert(pc.match_substring_regex(words, NUMBER))
    strays, known = pc.sum(is_word).as_py() or 0, len(words) - words.null_count
    if 0 < strays <= (1 - _MOSTLY) * known:
        row = pc.index(is_word, True).as_py()
        expected = f"numbers, as in {known - strays} of {known} rows"
        raise UnfitValueError(expected, repr(words[row].as_py()), row)


def _are_dates(words: Any) -> bool:
    try:
        as_seconds(words.drop_null().slice(0, 1))  # most columns of words end here
        as_seconds(words)
    except UnfitValueError:
        return False
    return True


def _is_constant(column: Any) -> bool:
    """Whether every row holds the same; a missing value is a value."""
    first = in_one_piece(column.slice(0, 1))[0]
    return column.null_count == 0 and bool(pc.all(pc.equal(column, first)).as_py())
