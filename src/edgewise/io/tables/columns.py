"""Which column is which, by the names that are usual; every guess goes into the report."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from edgewise._lazy import lazy_import
from edgewise.errors import ArgumentError, DataError
from edgewise.io.tables.report import TableReport
from edgewise.io.tables.sources import Source
from edgewise.io.tables.wishes import EdgeWishes, NodeWishes

pa = lazy_import("pyarrow")

__all__ = ["EdgeColumns", "NodeColumns", "edge_columns", "node_columns"]

_ENDS = (
    ("source", "target"),
    ("src", "dst"),
    ("from", "to"),
    ("u", "v"),
    ("head", "tail"),
    ("subject", "object"),
    ("sender", "receiver"),
)
_IDS = ("id", "node_id", "node", "nodeid")
_LABELS = ("label", "labels", "y", "target", "class")
_SPLITS = ("split",)
_WEIGHTS = ("weight", "edge_weight")
_TIMES = ("time", "timestamp", "edge_time", "t")
_MASKS = ("train_mask", "val_mask", "test_mask")
_INDEX = ("", "__index_level_0__")
"""What pandas' index is called where it was written along."""


@dataclass(frozen=True)
class EdgeColumns:
    """Which columns of an edge table are which."""

    source: str
    target: str
    weight: str | None
    time: str | None
    free: list[str]
    """Those that may become features."""


@dataclass(frozen=True)
class NodeColumns:
    """Which columns of a node table are which."""

    id: str | None
    label: str | None
    split: tuple[str, ...]
    """A column of parts, or a boolean column for each part."""
    free: list[str]
    """Those that may become features."""


def edge_columns(source: Source, wishes: EdgeWishes, report: TableReport, function: str) -> EdgeColumns:
    """Find out which columns of an edge table are which.

    Args:
        source: The table.
        wishes: What the user said.
        report: Hears of the ends.
        function: Named in errors.

    Raises:
        ArgumentError: There is no such column.
        DataError: There are not two columns of ids.
    """
    for argument in ("source", "target", "weight", "time"):
        if (name := getattr(wishes, argument)) is not None:
            source.check_column(name, argument, function)
    chosen = _ends(source, (wishes.source, wishes.target), function)
    if chosen[0] == chosen[1]:
        message = (
            f"{function}: expected two columns of {source.name} as source and target, got {chosen[0]!r} for both. "
            "Name another one."
        )
        raise ArgumentError(message)
    taken = {*chosen, *_named(wishes.features)}
    weight = wishes.weight or _usual(source, _WEIGHTS, taken)
    time = wishes.time or _usual(source, _TIMES, {*taken, weight})
    for argument, column in zip(("source", "target"), chosen, strict=True):
        change = "" if getattr(wishes, argument) else f'{argument}="..."'
        report.add(source.short, column, source.type_of(column), f"{argument} of each edge", change)
    used = {*chosen, weight, time}
    return EdgeColumns(*chosen, weight, time, [name for name in source.columns if name not in used])


def node_columns(source: Source, wishes: NodeWishes, split: Any, function: str, node_type: str | None) -> NodeColumns:
    """Find out which columns of a node table are which.

    Args:
        source: The table.
        wishes: What the user said.
        split: The columns that the user named as split; ``None`` to look for the usual ones, ``()`` for none.
        function: Named in errors.
        node_type: The type of the nodes, after which the column of ids may be called.

    Raises:
        ArgumentError: There is no such column.
    """
    for argument in ("id", "label"):
        if (name := getattr(wishes, argument)) is not None:
            source.check_column(name, argument, function)
    taken = {*_named(wishes.features), wishes.label, *(split or ())}
    own = (f"{node_type}_id", f"{node_type}id", node_type) if node_type else ()
    id_ = wishes.id or _usual(source, (*_IDS, *own, _INDEX[1]), taken)
    label = wishes.label or _usual(source, _LABELS, {*taken, id_})
    if split is None:
        masks = tuple(name for name in _MASKS if name in source.columns and name not in taken)
        column = _usual(source, _SPLITS, {*taken, id_, label})
        split = masks or ((column,) if column else ())
    used = {id_, label, *split}
    return NodeColumns(id_, label, split, [name for name in source.columns if name not in used])


def _ends(source: Source, given: tuple[str | None, str | None], function: str) -> tuple[str, str]:
    if given[0] is not None and given[1] is not None:
        return given[0], given[1]
    spelt = {_plain(name): name for name in reversed(source.columns)}
    for pair in _ENDS:
        if all(name in spelt for name in pair):
            found = spelt[pair[0]], spelt[pair[1]]
            return given[0] or found[0], given[1] or found[1]
    rest = [name for name in source.columns if name not in (*_INDEX, *given)]
    first = given[0] or (rest.pop(0) if rest else None)
    second = given[1] or (rest.pop(0) if rest else None)
    if first is None or second is None:
        message = (
            f"{function}: expected two columns of ids in {source.name}, got {', '.join(source.columns) or 'none'}. "
            "Give each edge a source and a target."
        )
        raise DataError(message)
    return first, second


def _usual(source: Source, names: Sequence[str], taken: Collection[str | None]) -> str | None:
    """The first column with a usual name that nothing else uses."""
    spelt = {name.lower(): name for name in reversed(source.columns) if name not in taken}
    return next((spelt[name.lower()] for name in names if name.lower() in spelt), None)


def _plain(name: str) -> str:
    return name.lower().removesuffix("id").rstrip("_")


def _named(features: Any) -> Collection[str]:
    """The columns that the user wants as features, and that are therefore nothing else."""
    return list(features) if isinstance(features, Mapping | list | tuple) else []
