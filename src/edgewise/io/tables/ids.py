"""From the ids of nodes to their numbers: integers as integers, everything else as words."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from edgewise._lazy import lazy_import
from edgewise._suggest import did_you_mean
from edgewise.errors import DataError
from edgewise.io.tables.sources import Source
from edgewise.io.tables.values import decoded, in_one_piece, is_text, type_name, without_empty

pa = lazy_import("pyarrow")
pc = lazy_import("pyarrow.compute")

__all__ = ["NodeIds", "as_ids"]

_WHOLE = r"^(0|-?[1-9]\d{0,17}|-?[1-8]\d{18})$"
"""Integers of 64 bits in their one usual spelling: ``007`` is a word."""
_SPREAD = 16
"""Up to how many times as many integers as nodes a plain table of all integers is kept."""
_HINTS_AMONG = 20_000


class NodeIds:
    """The nodes of one type, and which number each id has.

    Args:
        name: What errors call the table that lists them.
        short: What reports call it.
        listed: Whether a table lists them; else each new id becomes the next node.
        rows: How many nodes a table without a column of ids lists: their numbers are their ids.

    Example:
        >>> import pyarrow
        >>> ids = NodeIds("nodes")
        >>> [part.tolist() for part in ids.number_pairs([pyarrow.array([7, 9]), pyarrow.array([9, 4])])]
        [[0, 1], [1, 2]]
    """

    def __init__(self, name: str, short: str = "", *, listed: bool = False, rows: int | None = None) -> None:
        self.name, self.short = name, short or name
        self.listed, self._rows = listed or rows is not None, rows
        self.values: Any = None
        self._table: tuple[int, np.ndarray] | None = None

    @classmethod
    def of_column(cls, source: Source, column: str, function: str) -> "NodeIds":
        """Read the ids of a node table.

        Raises:
            DataError: One is missing, or is there twice.
        """
        ids = cls(source.name, source.short, listed=True)
        parts: list[Any] = []
        for (batch,) in source.ids(column):
            parts.append(as_ids(batch, source, column, function, sum(map(len, parts))))
        ids.values = _canonical(_concat(parts))
        if ids.values.null_count:
            row = pc.index(ids.values.is_null(), True).as_py()
            message = (
                f"{function}: expected an id in every row of {source.name}, column {column!r}, got none at "
                f"{source.place(row)}. Fill it in, or delete the row."
            )
            raise DataError(message)
        first = pc.index_in(ids.values, value_set=ids.values).to_numpy(zero_copy_only=False)
        if (first != np.arange(len(first))).any():
            row = int((first != np.arange(len(first))).argmax())
            message = (
                f"{function}: expected every id once in {source.name}, column {column!r}, got "
                f"{ids.values[row].as_py()!r} at {source.place(row)}, as at {source.place(int(first[row]))}. Delete "
                "one of the rows, or pass another id."
            )
            raise DataError(message)
        return ids

    def __len__(self) -> int:
        return self._rows if self._rows is not None else 0 if self.values is None else len(self.values)

    def number(self, *ends: Any) -> list[np.ndarray]:
        """The number of each id of some arrays as int32, -1 where there is none."""
        if self._rows is not None:
            return [self._number_rows(ids) for ids in ends]
        if self.values is None:
            return [np.full(len(ids), -1, np.int32) for ids in ends]
        if self.listed and pa.types.is_int64(self.values.type):
            ends = tuple(_as_integers(ids) for ids in ends)
            table = self._lookup_table()
            if table is not None:
                return [_looked_up(ids, *table) for ids in ends]
        alike = _one_type([self.values, *ends])
        self.values = alike[0]
        with ThreadPoolExecutor(len(ends)) as pool:  # Arrow hashes the known ids at each call, on one thread
            found = list(pool.map(lambda ids: pc.index_in(ids, value_set=self.values), alike[1:]))
        return [np.asarray(pc.fill_null(numbers, -1).to_numpy(), np.int32) for numbers in found]

    def number_pairs(self, ends: list[Any]) -> list[np.ndarray]:
        """The numbers of both ends of some edges; unless a table lists the nodes, unknown ids become new ones."""
        if self.listed:
            return self.number(*ends)
        left, right = _one_type(ends)
        both = left.is_valid().to_numpy(zero_copy_only=False) & right.is_valid().to_numpy(zero_copy_only=False)
        kept = pa.concat_arrays([end.filter(pa.array(both)) for end in (left, right)])  # half an edge makes no node
        in_turn = np.arange(len(kept)).reshape(2, -1).T.ravel()  # source and destination of each edge in turn
        encoded = kept.take(pa.array(in_turn)).dictionary_encode()
        numbers = np.full((2, len(left)), -1, np.int32)
        numbers[:, both] = self.add(encoded.dictionary)[encoded.indices.to_numpy()].reshape(-1, 2).T
        return list(numbers)

    def add(self, ids: Any) -> np.ndarray:
        """The numbers of different ids; those that are not known yet become nodes, in their order."""
        known = len(self)
        if not known:
            self.values = ids
            return np.arange(len(ids), dtype=np.int32)
        self.values, ids = _one_type([self.values, ids])
        found = pc.index_in(ids, value_set=self.values)
        numbers: np.ndarray = pc.fill_null(found, -1).to_numpy().astype(np.int32)
        numbers[numbers < 0] = known + np.arange(found.null_count)
        self.values = pa.concat_arrays([self.values, ids.filter(found.is_null())])
        return numbers

    def settle(self) -> np.ndarray | None:
        """End the numbering of nodes that no table lists; returns the number to take instead of each, if others.

        Integers from 0 without a gap are numbers already: there each node gets its own.
        """
        if self.listed or self.values is None:
            return None
        self.values = _canonical(self.values)
        if not pa.types.is_int64(self.values.type) or not len(self.values):
            return None
        given = self.values.to_numpy()
        if int(given.min()) != 0 or int(given.max()) != len(given) - 1:
            return None
        self.values = pa.array(np.arange(len(given)))
        return np.asarray(given, np.int32)

    def are_numbers(self) -> bool:
        """Whether each id is the number of its node."""
        if self.values is None or not len(self.values):
            return True
        return pa.types.is_int64(self.values.type) and bool((self.values.to_numpy() == np.arange(len(self))).all())

    def explain_unknown(self, wanted: Any) -> str:
        """The end of a message about an id that is not listed."""
        if self._rows is not None:
            if not self._rows:
                return " There is no node."
            return f" Its rows are numbered 0 to {self._rows - 1}: pass id=... if a column holds ids."
        known = [] if self.values is None else self.values.slice(0, _HINTS_AMONG).to_pylist()
        hint = did_you_mean(str(wanted), map(str, known)) if any(isinstance(value, str) for value in known) else ""
        return f'{hint} Add it there, or pass unknown="drop".'

    def _number_rows(self, ids: Any) -> np.ndarray:
        numbers = pc.fill_null(_as_integers(ids), -1).to_numpy()
        return np.where((numbers >= 0) & (numbers < self._rows), numbers, -1).astype(np.int32)

    def _lookup_table(self) -> tuple[int, np.ndarray] | None:
        """The smallest id and the number of each integer from there on, if there are not too many."""
        if self._table is None and len(self.values):
            values = self.values.to_numpy()
            low, high = int(values.min()), int(values.max())
            if high - low < _SPREAD * len(values) + 1024:
                numbers = np.full(high - low + 1, -1, np.int32)
                numbers[values - low] = np.arange(len(values), dtype=np.int32)
                self._table = low, numbers
        return self._table


def as_ids(array: Any, source: Source, column: str, function: str, first: int = 0) -> Any:
    """A batch of ids as int64 or ``large_string``.

    Args:
        array: The Arrow array.
        source: Where it comes from.
        column: The name of its column.
        function: Named in errors.
        first: The number of its first row.

    Raises:
        DataError: They are fractions, dates or of another type that is no id.
    """
    kind = array.type
    if pa.types.is_dictionary(kind):
        return as_ids(in_one_piece(decoded(pa.chunked_array([array]))), source, column, function, first)
    if is_text(kind):
        return without_empty(array.cast(pa.large_string()))
    if pa.types.is_integer(kind) or pa.types.is_null(kind):
        is_too_large = pa.types.is_uint64(kind) and (pc.max(array).as_py() or 0) >= 2**63
        return array.cast(pa.large_string() if is_too_large else pa.int64())
    if pa.types.is_floating(kind):
        array, kind = array.cast(pa.float64()), pa.float64()
        known = pc.if_else(pc.is_nan(array), pa.scalar(None, kind), array)
        wrong = pc.or_(pc.not_equal(known, pc.floor(known)), pc.greater(pc.abs(known), 2.0**53))
        row = pc.index(wrong, True).as_py()
        if row < 0:
            return known.cast(pa.int64())
        got = f"{known[row].as_py()} at {source.place(first + row)}"
    else:
        got = f"values of type {type_name(kind)}"
    message = (
        f"{function}: expected integers or words as ids in {source.name}, column {column!r}, got {got}. Convert them, "
        "or name another column."
    )
    raise DataError(message)


def _canonical(values: Any) -> Any:
    """Words that are all integers as such: CSV does not tell them apart."""
    if len(values) and is_text(values.type) and pc.all(pc.match_substring_regex(values, _WHOLE)).as_py():
        return values.cast(pa.int64())
    return values


def _looked_up(ids: Any, low: int, numbers: np.ndarray) -> np.ndarray:
    place = pc.fill_null(ids, low - 1).to_numpy() - low
    inside = (place >= 0) & (place < len(numbers))
    return np.where(inside, numbers[np.where(inside, place, 0)], np.int32(-1))


def _as_integers(ids: Any) -> Any:
    """Words as integers; missing, where they are none."""
    if pa.types.is_int64(ids.type):
        return ids
    whole = pc.match_substring_regex(ids, _WHOLE)
    return pc.if_else(whole, ids, pa.scalar(None, ids.type)).cast(pa.int64())


def _concat(parts: list[Any]) -> Any:
    return pa.concat_arrays(_one_type(parts)) if parts else pa.array([], pa.int64())


def _one_type(parts: list[Any]) -> list[Any]:
    """All as words, unless all are integers."""
    if len({part.type for part in parts}) == 1:
        return parts
    return [part.cast(pa.large_string()) for part in parts]
