"""An edge table becomes the attributes of edges: their ends, weight, time and features."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from edgewise._lazy import lazy_import
from edgewise.errors import DataError, EdgewiseWarning
from edgewise.io.tables.columns import EdgeColumns, edge_columns
from edgewise.io.tables.features import Rows, matrix, rules_of
from edgewise.io.tables.ids import NodeIds, as_ids
from edgewise.io.tables.progress import ReadingProgress
from edgewise.io.tables.report import TableReport
from edgewise.io.tables.rules import blocks
from edgewise.io.tables.sources import Source
from edgewise.io.tables.values import UnfitValueError, as_floats, as_seconds, in_one_piece, is_text, is_time, type_name
from edgewise.io.tables.wishes import EdgeWishes
from edgewise.utils import to_undirected

pa = lazy_import("pyarrow")

__all__ = ["NumberedEdges", "number_edges", "set_edges"]

_PLACES = 3
"""How many of the rows that were dropped are named."""


@dataclass
class NumberedEdges:
    """An edge table whose ends are known by number; its other columns are still to be read."""

    source: Source
    columns: EdgeColumns
    ends: tuple[list[np.ndarray], list[np.ndarray]]
    """Batches of int32, without the rows that were dropped."""
    keep: np.ndarray | None
    """Which rows are edges; ``None`` for all."""


class _Dropped:
    """Rows that make no edge, by reason."""

    def __init__(self) -> None:
        self.rows: dict[str, tuple[int, list[int]]] = {}

    def add(self, reason: str, wrong: np.ndarray, first: int) -> None:
        if wrong.any():
            count, places = self.rows.get(reason, (0, []))
            more = (np.flatnonzero(wrong)[:_PLACES] + first).tolist()
            self.rows[reason] = count + int(wrong.sum()), [*places, *more][:_PLACES]

    def tell(self, source: Source, report: TableReport, unknown: str, function: str) -> None:
        for reason, (count, rows) in self.rows.items():
            places = [source.place(row) for row in rows]
            report.drop(source.short, reason, count, places)
            if reason == unknown:  # the user asked for that
                continue
            message = (
                f"{function}: {count} row{'s' if count > 1 else ''} of {source.name} dropped: {reason} (first at "
                f"{places[0]}). See data.report."
            )
            warnings.warn(message, EdgewiseWarning, stacklevel=5)


def number_edges(
    source: Source,
    ids: tuple[NodeIds, NodeIds],
    wishes: EdgeWishes,
    report: TableReport,
    progress: ReadingProgress,
    function: str,
) -> NumberedEdges:
    """Read the ends of all edges, batch by batch.

    Args:
        source: The table.
        ids: The numbers of source and destination nodes; they may be one and the same.
        wishes: What the user said.
        report: Hears what was done.
        progress: Hears how far it is.
        function: Named in errors.

    Raises:
        DataError: An id that no table lists.
    """
    columns = edge_columns(source, wishes, report, function)
    names = (columns.source, columns.target)
    advance = progress.step(source.short, source.expected_rows)
    parts: tuple[list[np.ndarray], list[np.ndarray]] = ([], [])
    kept, dropped, first = [], _Dropped(), 0
    unknown = "an end that no node table lists"
    for batch in source.ids(*names):
        ends = [as_ids(array, source, name, function, first) for array, name in zip(batch, names, strict=True)]
        numbers = _numbers(ends, ids)
        gone = [end.is_null().to_numpy(zero_copy_only=False) for end in ends]
        strange = [
            known.listed & (found < 0) & ~missing for known, found, missing in zip(ids, numbers, gone, strict=True)
        ]
        for side in (0, 1):
            if wishes.unknown == "raise" and strange[side].any():
                raise _unknown(source, names[side], ends[side], int(strange[side].argmax()), first, ids[side], function)
        dropped.add("an end is missing", gone[0] | gone[1], first)
        dropped.add(unknown, (strange[0] | strange[1]) & ~(gone[0] | gone[1]), first)
        keep = (numbers[0] >= 0) & (numbers[1] >= 0)
        for part, found in zip(parts, numbers, strict=True):
            part.append(found if keep.all() else found[keep])
        kept.append(keep)
        first += len(keep)
        advance(len(keep))
    pa.default_memory_pool().release_unused()  # else the batches' memory stays beside what comes next
    dropped.tell(source, report, unknown, function)
    return NumberedEdges(source, columns, parts, np.concatenate(kept) if dropped.rows else None)


def set_edges(
    store: Any,
    edges: NumberedEdges,
    orders: tuple[np.ndarray | None, np.ndarray | None],
    counts: tuple[int, int],
    wishes: EdgeWishes,
    report: TableReport,
    function: str,
    *,
    is_square: bool,
) -> None:
    """Set the attributes of edges.

    Args:
        store: A ``Data``, or an edge type of a ``HeteroData``.
        edges: Their ends.
        orders: What to take instead of each number of a source and of a destination.
        counts: How many sources and destinations there are.
        wishes: What the user said.
        report: Hears what was done.
        function: Named in errors.
        is_square: Whether sources and destinations are the same nodes.
    """
    edge_index = torch.empty(2, sum(map(len, edges.ends[0])), dtype=torch.int64)
    for row, parts, order in zip(edge_index.numpy(), edges.ends, orders, strict=True):
        first = 0
        while parts:
            part = parts.pop(0)  # and its memory goes
            row[first : first + len(part)] = part if order is None else order[part]
            first += len(part)
    rows, columns = Rows(edges.source, edges.keep), edges.columns
    carried: dict[str, Tensor] = {}
    if columns.weight is not None:
        carried["edge_weight"] = _weights(rows, columns.weight, wishes, report, function)
    if columns.time is not None:
        carried["edge_time"] = _times(rows, columns.time, wishes, report, function)
    rules = rules_of(rows, columns.free, wishes.features, None, report, function, "edge_features")
    if rules.feature_names:
        carried["edge_attr"] = matrix(rules, rows, function)
    _tell_of_repeats(edges.source.short, edge_index, counts, report, is_square=is_square)
    if wishes.undirected:
        edge_index, carried = _both_directions(edges.source.name, edge_index, carried, counts[0], function)
        report.note(f"{edges.source.short}: both directions of every edge are stored, each once (undirected=True)")
    store.edge_index = edge_index
    for name, value in carried.items():
        store[name] = value
    if columns.free:
        store.edge_rules = rules


def _numbers(ends: Sequence[Any], ids: tuple[NodeIds, NodeIds]) -> list[np.ndarray]:
    if ids[0] is ids[1]:
        return ids[0].number_pairs(list(ends))
    both = ends[0].is_valid().to_numpy(zero_copy_only=False) & ends[1].is_valid().to_numpy(zero_copy_only=False)
    numbers: list[Any] = [known.number(end)[0] if known.listed else None for end, known in zip(ends, ids, strict=True)]
    for found in numbers:
        both &= found >= 0 if found is not None else True
    for side, known in enumerate(ids):
        if numbers[side] is None:
            known.add(ends[side].filter(pa.array(both)).unique())  # a row that is no edge makes no node
            numbers[side] = np.where(both, known.number(ends[side])[0], np.int32(-1))
    return numbers


def _unknown(source: Source, column: str, ends: Any, row: int, first: int, known: NodeIds, function: str) -> DataError:
    wanted = ends[row].as_py()
    return DataError(
        f"{function}: expected ids of {known.name} in {source.name}, column {column!r}, got {wanted!r} at "
        f"{source.place(first + row)}.{known.explain_unknown(wanted)}"
    )


def _weights(rows: Rows, name: str, wishes: EdgeWishes, report: TableReport, function: str) -> Tensor:
    out = torch.empty(len(rows))
    column = rows.column(name)
    for first, part in blocks(column):
        try:
            out[first : first + len(part)] = torch.from_numpy(_complete(as_floats(part), "weight"))
        except UnfitValueError as error:
            repair = f'Fill it in, or pass edge_features={{"{name}": "number"}}.'
            raise rows.unfit(error, name, function, repair, first) from error
    change = "" if wishes.weight else 'weight="..."'
    report.add(rows.source.short, name, type_name(column.type), "edge_weight, as it is", change)
    return out


def _times(rows: Rows, name: str, wishes: EdgeWishes, report: TableReport, function: str) -> Tensor:
    """Integers and floats as they are; dates as whole seconds since 1970."""
    column = rows.column(name)
    is_date = is_time(column.type) or is_text(column.type)
    try:
        values = _complete(as_seconds(column) if is_date else as_floats(column), "time")
    except UnfitValueError as error:
        raise rows.unfit(error, name, function, f'Correct it, or pass edge_features={{"{name}": "drop"}}.') from error
    did = "edge_time, as it is"
    if is_date:
        values, did = values.astype(np.int64), "edge_time, in seconds since 1970"
    elif pa.types.is_integer(column.type):
        values = in_one_piece(column).cast(pa.int64(), safe=False).to_numpy().copy()
    report.add(rows.source.short, name, type_name(column.type), did, "" if wishes.time else 'time="..."')
    return torch.from_numpy(values)


def _complete(values: np.ndarray, what: str) -> np.ndarray:
    if np.isnan(values).any():
        raise UnfitValueError(f"a {what} in every row", "none", int(np.isnan(values).argmax()))
    return values


def _tell_of_repeats(
    name: str, edge_index: Tensor, counts: tuple[int, int], report: TableReport, *, is_square: bool
) -> None:
    """Say how many edges are there more than once, or join a node with itself; they stay."""
    source, target = edge_index.numpy()
    key = source * max(counts[1], 1)
    key += target
    key.sort()
    if repeated := int((key[1:] == key[:-1]).sum()):
        report.note(f"{name}: {_are(repeated, 'repeat another one')} (data.coalesce() merges them)")
    if is_square and (loops := int((source == target).sum())):
        report.note(f"{name}: {_are(loops, 'join a node with itself')}")


def _are(count: int, what: str) -> str:
    verb, _, rest = what.partition(" ")
    return f"1 edge {verb}s {rest}; it is kept" if count == 1 else f"{count:,} edges {what}; they are kept"


def _both_directions(
    name: str, edge_index: Tensor, carried: dict[str, Tensor], nodes: int, function: str
) -> tuple[Tensor, dict[str, Tensor]]:
    names = list(carried)
    low, high = (
        to_undirected(edge_index, [carried[key] for key in names], nodes, reduce)[1] for reduce in ("min", "max")
    )
    for key, least, most in zip(names, low, high, strict=True):
        if not torch.equal(least, most):
            message = (
                f"{function}: expected one {key} for each pair of nodes in {name}, as undirected=True, got different "
                "ones for a pair that is listed more than once. Merge such rows, or leave undirected out."
            )
            raise DataError(message)
    return to_undirected(edge_index, num_nodes=nodes), dict(zip(names, low, strict=True))
