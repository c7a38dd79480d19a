"""A user's tables, ready to train on: what is not said is inferred, and each inference is told with its flag.

Reading itself is ``io.from_tables``' business, warnings about the result are those of ``table_checks``.
"""

import os
import shlex
import warnings
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, NamedTuple

import torch

from edgewise._suggest import did_you_mean
from edgewise._typing import Tensor
from edgewise.data import Data
from edgewise.errors import ArgumentError, DataError, EdgewiseError, EdgewiseWarning
from edgewise.io import FeatureRules, from_tables
from edgewise.io.tables.columns import EdgeColumns, NodeColumns, edge_columns, node_columns
from edgewise.io.tables.opening import open_source
from edgewise.io.tables.report import TableReport
from edgewise.io.tables.sources import Source
from edgewise.io.tables.wishes import EdgeWishes, NodeWishes
from edgewise.runs.table_checks import table_warnings
from edgewise.runs.table_output import count_rows
from edgewise.tasks.config import TrainConfig
from edgewise.tasks.table_ids import find_id
from edgewise.tasks.table_reading import FILLER_WIDTH, TableReading, filler, read_numbers

__all__ = ["TASKS", "Inference", "TableGraph", "TableWishes", "load_tables", "table_preset"]

TASKS = ("classification", "regression", "link")
_ME = "train"
_FLAGS = {
    "from_tables:": f"{_ME}:",
    "label=...": "--target COLUMN",
    "split=...": "--split COLUMN",
    "as undirected=True": "without --directed",
    "leave undirected out": "pass --directed",
}
"""What ``from_tables`` says to programmers, and what a person at the command line can do."""


@dataclass(frozen=True, kw_only=True)
class TableWishes:
    """What a user says of their tables; all else is inferred."""

    edges: str
    nodes: str | None = None
    target: tuple[str, ...] = ()
    """Columns to predict; several are yes-or-no labels, or numbers with ``task="regression"``."""
    task: str | None = None
    id: str | None = None
    source: str | None = None
    destination: str | None = None
    split: str | None = None
    """A column, three columns, three shares, or ``random``."""
    features: tuple[str, ...] = ()
    """Columns to use, or ``column=kind``."""
    directed: bool = False
    seed: int = 0
    """Of a random split."""

    def facts(self) -> dict[str, Any]:
        """Return what was said, for ``config.toml``; files by their whole path."""
        facts: dict[str, Any] = {
            name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()
        }
        for name in ("edges", "nodes"):
            facts[name] = None if facts[name] is None else os.path.abspath(facts[name])  # noqa: PTH100 - keeps links
        return {
            name: value for name, value in facts.items() if value is not None and value is not False and value != []
        }

    @classmethod
    def from_facts(cls, facts: Mapping[str, Any]) -> "TableWishes":
        """Return what :meth:`facts` wrote down.

        Raises:
            ArgumentError: Something else is there, or the edges are missing.

        Example:
            >>> TableWishes.from_facts({"edges": "e.csv", "target": ["age"]}).target
            ('age',)
        """
        known = [field.name for field in fields(cls)]
        wrong = next((name for name in facts if name not in known), None)
        if wrong is not None or not isinstance(facts.get("edges"), str):
            got = "no edges" if wrong is None else repr(wrong)
            raise ArgumentError(
                f"config.toml: expected [tables] with {', '.join(known)}, got {got}. Mend it, or train again."
            )
        said: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in facts.items()
        }
        return cls(**said)

    def words(self) -> list[str]:
        """Return the flags that say the same on the command line."""
        flags = {"source": "from", "destination": "to"}
        words = []
        for name, value in asdict(self).items():
            if name == "seed" or value is None or value is False:
                continue
            flag = f"--{flags.get(name, name)}"
            values = [] if value is True else list(value) if isinstance(value, tuple) else [value]
            words += [flag] if value is True else [word for each in values for word in (flag, str(each))]
        return words


class Inference(NamedTuple):
    """What was found out, and the flag that would have it otherwise."""

    what: str
    value: str
    flag: str


@dataclass(frozen=True, kw_only=True)
class TableGraph:
    """A graph of a user's tables, ready to train on."""

    name: str
    wishes: TableWishes
    data: Data
    task: str
    inferences: list[Inference]
    warnings: list[str]

    @property
    def usual(self) -> TrainConfig:
        """The settings that are taken where none are given."""
        return table_preset(self.task, has_weights="edge_weight" in self.data)

    @property
    def section(self) -> tuple[str, dict[str, Any]]:
        """What ``config.toml`` says of it."""
        return "tables", self.wishes.facts()

    @property
    def words(self) -> list[str]:
        """What names it on the command line."""
        return self.wishes.words()

    @property
    def card(self) -> dict[str, str]:
        """Facts for the report."""
        facts = {"edges file": Path(self.wishes.edges).name}
        if self.wishes.nodes is not None:
            facts["nodes file"] = Path(self.wishes.nodes).name
        size = {"nodes": f"{self.data.num_nodes:,}", "edges": f"{self.data.num_edges:,} directed"}
        return facts | size | {line.what: line.value for line in self.inferences}


def table_preset(task: str, *, has_weights: bool = False, overrides: Mapping[str, Any] | None = None) -> TrainConfig:
    """Return the settings for a user's tables, with the given ones in their place.

    GraphSAGE, which keeps a node apart from its neighbours, so that edges between unlike nodes do no harm; GCN where
    edges have weights, which it alone uses, and for links.

    Raises:
        ArgumentError: A setting is out of range.

    Example:
        >>> table_preset("classification").model, table_preset("link").model
        ('sage', 'gcn')
    """
    if task == "link":
        settings: dict[str, Any] = {"model": "gcn", "hidden": 64, "dropout": 0.0, "weight_decay": 0.0}
    else:
        settings = {"model": "gcn" if has_weights else "sage", "hidden": 64, "patience": 50}
    return TrainConfig(**(settings | dict(overrides or {})))


def load_tables(wishes: TableWishes, *, quiet: bool = False) -> TableGraph:
    """Read tables into a graph that can be trained on.

    Args:
        wishes: What the user says.
        quiet: Show no progress.

    Raises:
        ArgumentError: A column or task that there is not, or nothing to predict is named.
        DataError: A value, row or id cannot be what it should, or the target is the same everywhere.
        FileError: A file is missing or not readable.
    """
    edge_source = open_source(wishes.edges, "edges", _ME)
    ends = edge_columns(edge_source, EdgeWishes(source=wishes.source, target=wishes.destination), TableReport(), _ME)
    node_source = None if wishes.nodes is None else open_source(wishes.nodes, "nodes", _ME)
    columns = None if node_source is None else _node_columns(wishes, node_source, edge_source, ends)
    targets = wishes.target or ((columns.label,) if columns is not None and columns.label else ())
    task = _task(wishes, targets, node_source)
    targets = () if task == "link" else targets
    settings, is_own = _settings(wishes, targets, task, columns)
    reading: dict[str, Any] = {
        "source": ends.source,
        "target": ends.target,
        "weight": ends.weight,
        "id": None if columns is None else columns.id,
        "undirected": not wishes.directed,
        "unknown": "drop" if wishes.nodes is not None else "raise",
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", EdgewiseWarning)  # rows that were dropped are told below, from the report
        try:
            data: Any = from_tables(
                wishes.edges, wishes.nodes, **reading, **settings, edge_features=[], seed=wishes.seed, quiet=quiet
            )
        except EdgewiseError as error:
            raise _by_flags(error) from error
    if is_own:
        _set_targets(data, read_numbers(wishes.nodes, targets, _ME))
    if task == "classification" and data.y.is_floating_point() and not (is_own and _are_labels(data.y)):
        task = "regression"
    if wishes.task == "classification" and task == "regression":
        raise DataError(
            f"train: expected classes in {wishes.nodes}, column {targets[0]!r}, got numbers. Leave --task out."
        )
    seed = None
    if data.x is None:
        seed = 0
        data.x = filler(data.num_nodes, seed)
    rules = getattr(data, "feature_rules", None) or FeatureRules(())
    data.table_reading = TableReading(features=rules, columns=reading, targets=targets, filler=seed)
    found = table_warnings(data, targets, task)
    return TableGraph(
        name=Path(wishes.edges).name.partition(".")[0] or "graph",
        wishes=wishes,
        data=data,
        task=task,
        inferences=_inferences(data, wishes, ends, columns, targets, task),
        warnings=[*_dropped(data.report), *found],
    )


def _by_flags(error: EdgewiseError) -> EdgewiseError:
    text = str(error)
    for argument, flag in _FLAGS.items():
        text = text.replace(argument, flag)
    return type(error)(text)


def _node_columns(wishes: TableWishes, nodes: Source, edges: Source, ends: EdgeColumns) -> NodeColumns:
    for name in wishes.target:
        nodes.check_column(name, "--target", _ME)
    if wishes.id is not None:
        nodes.check_column(wishes.id, "--id", _ME)
    label = wishes.target[0] if wishes.target else None
    split = () if wishes.split is not None else None
    asked = NodeWishes(id=wishes.id, label=label, features=dict.fromkeys(wishes.target[1:], "drop"))
    found = node_columns(nodes, asked, split, _ME, None)
    if found.id is not None:
        return found
    taken = {found.label, *wishes.target, *found.split}
    id_ = find_id(nodes, edges, (ends.source, ends.target), taken)
    return NodeColumns(id_, found.label, found.split, [name for name in found.free if name != id_])


def _task(wishes: TableWishes, targets: tuple[str, ...], nodes: Source | None) -> str:
    if wishes.task is not None and wishes.task not in TASKS:
        hint = did_you_mean(wishes.task, TASKS) or " Choose one."
        raise ArgumentError(f"train: expected --task among {', '.join(TASKS)}, got {wishes.task!r}.{hint}")
    if wishes.task == "link":
        if wishes.target:
            raise ArgumentError("train: expected no --target with --task link, got one. Links are the target.")
        return "link"
    if nodes is None:
        got = "no table of nodes" if wishes.target else "neither a target nor a table of nodes"
        raise ArgumentError(f"train: expected --nodes FILE with the target, got {got}. Or pass --task link.")
    if not targets:
        raise ArgumentError(
            f"train: expected --target COLUMN, got none. {nodes.short} has {', '.join(nodes.columns)}. "
            "Or pass --task link."
        )
    return wishes.task or "classification"


def _settings(
    wishes: TableWishes, targets: tuple[str, ...], task: str, columns: NodeColumns | None
) -> tuple[dict[str, Any], bool]:
    """What ``from_tables`` is told of nodes; whether the target is read here: several, or integers as numbers."""
    if columns is None:
        return {}, False
    features: Any = _features(wishes.features)
    is_own = len(targets) > 1 or task == "regression"
    dropped = {*(targets if is_own else ()), *((columns.label,) if task == "link" and columns.label else ())}
    if dropped and not isinstance(features, list):
        features = {**(features or {}), **dict.fromkeys(dropped, "drop")}
    settings: dict[str, Any] = {"features": features}
    if targets and not is_own:
        settings["label"] = targets[0]
    if task != "link":
        settings["split"] = _split(wishes.split, columns)
    return settings, is_own


def _features(words: tuple[str, ...]) -> list[str] | dict[str, str] | None:
    if not words:
        return None
    pairs = [word.rpartition("=") for word in words]
    if any(equals for _, equals, _ in pairs) and not all(equals for _, equals, _ in pairs):
        raise ArgumentError(
            f"train: expected --features as columns, or all as column=kind, got {' '.join(words)}. Write one kind."
        )
    return {name: kind for name, _, kind in pairs} if pairs[0][1] else list(words)


def _split(text: str | None, columns: NodeColumns) -> Any:
    if text is None:
        return list(columns.split) if columns.split else "random"
    parts = [part.strip() for part in text.split(",")]
    try:
        return tuple(float(part) for part in parts) if len(parts) == 3 else text if len(parts) == 1 else parts
    except ValueError:
        return parts


def _set_targets(data: Data, y: Tensor) -> None:
    """Set a target that ``from_tables`` did not read, and take nodes without one out of the masks."""
    data.y, data.class_names = y, None
    known = ~y.reshape(len(y), -1).isnan().all(1)
    for part in ("train", "val", "test"):
        mask = data[f"{part}_mask"]
        if mask is not None:
            data[f"{part}_mask"] = mask & known if bool((mask & known).any()) else None


def _dropped(report: TableReport) -> list[str]:
    return [
        f"{count_rows(row.count)} of {row.table} dropped: {row.reason} (first: {', '.join(row.places)})"
        for row in report.dropped
    ]


def _inferences(
    data: Data,
    wishes: TableWishes,
    ends: EdgeColumns,
    columns: NodeColumns | None,
    targets: tuple[str, ...],
    task: str,
) -> list[Inference]:
    weight = f", weight {ends.weight}" if ends.weight else ""
    directions = "as they are" if wishes.directed else "both directions of each"
    lines = [
        Inference("task", f"{task} of {'pairs' if task == 'link' else 'nodes'}", "--task"),
        Inference("edges", f"{ends.source} to {ends.target}{weight}", "--from --to"),
        Inference("directions", directions, "" if wishes.directed else "--directed"),
    ]
    if columns is not None:
        lines.append(Inference("id column", columns.id or "none: rows are nodes 0, 1, 2, ...", "--id"))
    if targets:
        lines.append(Inference("target", _target_words(data, targets), "--target"))
        lines.append(Inference("split", _split_words(data, wishes, columns), "--split"))
    features = _feature_lines(data, wishes)
    return [*lines, *(features or [Inference("features", f"none: {FILLER_WIDTH} random numbers a node", "--nodes")])]


def _target_words(data: Data, targets: tuple[str, ...]) -> str:
    names = getattr(data, "class_names", None)
    if names:
        more = ", ..." if len(names) > 6 else ""
        return f"{targets[0]}: {len(names)} classes ({', '.join(names[:6])}{more})"
    kind = "yes-or-no labels" if len(targets) > 1 and _are_labels(data.y) else "numbers"
    return f"{', '.join(targets)}: {kind if len(targets) > 1 else 'a number'}"


def _are_labels(y: Tensor) -> bool:
    known = y[~y.isnan()]
    return bool(torch.isin(known, torch.tensor([0.0, 1.0])).all())


def _split_words(data: Data, wishes: TableWishes, columns: NodeColumns | None) -> str:
    counts = [
        f"{int(data[f'{part}_mask'].sum()):,} {part}"
        for part in ("train", "val", "test")
        if data[f"{part}_mask"] is not None
    ]
    named = wishes.split or ", ".join(columns.split if columns else ()) or f"random, seed {wishes.seed}"
    return f"{named}: {', '.join(counts)}"


def _feature_lines(data: Data, wishes: TableWishes) -> list[Inference]:
    """A line for each column of nodes that was turned into features, or left out for a reason."""
    if wishes.nodes is None:
        return []
    short = Path(wishes.nodes).name
    rows = [row for row in data.report.columns if row.table == short and _is_feature(row.did)]
    own = {word.rpartition("=")[0] or word for word in wishes.features}
    return [
        Inference(row.column, row.did, "" if row.column in own else f"--features {shlex.quote(row.column)}=drop")
        for row in rows
    ]


def _is_feature(did: str) -> bool:
    return not did.startswith(("id of", "label", "split", "dropped: as asked", "left out"))
