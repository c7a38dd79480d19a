"""A node table becomes the attributes of nodes: ids, labels, split, features."""

from dataclasses import replace
from typing import Any

import numpy as np
import torch

from edgewise._lazy import lazy_import
from edgewise.errors import ArgumentError, DataError
from edgewise.io.tables.columns import NodeColumns, node_columns
from edgewise.io.tables.features import FeatureRules, Rows, matrix, rules_of
from edgewise.io.tables.ids import NodeIds
from edgewise.io.tables.progress import ReadingProgress
from edgewise.io.tables.report import TableReport
from edgewise.io.tables.sources import Source
from edgewise.io.tables.targets import check_fractions, random_masks, read_labels, read_split
from edgewise.io.tables.wishes import NodeWishes

pa = lazy_import("pyarrow")

__all__ = ["name_nodes", "read_nodes"]

_LONGEST_LIST = 100_000
"""Up to how many nodes their names are a list; more of them are a NumPy array, which takes a third of the memory."""
_RANDOM = (0.6, 0.2, 0.2)


def read_nodes(
    store: Any,
    source: Source,
    wishes: NodeWishes,
    report: TableReport,
    progress: ReadingProgress,
    function: str,
    node_type: str | None = None,
) -> NodeIds:
    """Set the attributes of nodes, and return which number each id has.

    Args:
        store: A ``Data``, or a node type of a ``HeteroData``.
        source: The table.
        wishes: What the user said.
        report: Hears what was done.
        progress: Hears how far it is.
        function: Named in errors.
        node_type: The type of the nodes.
    """
    chosen, shares = _split(wishes.split, source, function)
    columns = node_columns(source, wishes, chosen, function, node_type)
    if node_type is not None and columns.label is None:
        shares = None  # of several types only those with a label have something to split
    advance = progress.step(source.short, source.expected_rows)
    if columns.id is None:
        ids = NodeIds(source.name, source.short, rows=source.num_rows)
        report.note(
            f'{source.short}: no column of ids, so its rows are the nodes, numbered from 0. To change it: id="..."'
        )
    else:
        ids = NodeIds.of_column(source, columns.id, function)
        report.add(
            source.short, columns.id, source.type_of(columns.id), "id of each node", "" if wishes.id else 'id="..."'
        )
    advance(len(ids) // 2)
    store.num_nodes = len(ids)
    rows = Rows(source)
    _set_labels(store, rows, columns, wishes, report, function)
    _set_split(store, rows, columns.split, shares, wishes, report, function)
    _set_features(store, rows, columns, wishes, report, function)
    advance(len(ids) - len(ids) // 2)
    return ids


def name_nodes(store: Any, ids: NodeIds, report: TableReport) -> None:
    """Keep the ids: words as ``node_names``, integers as ``node_id`` unless they are the numbers of the nodes."""
    if ids.are_numbers():
        return
    if pa.types.is_int64(ids.values.type):
        store.node_id = torch.from_numpy(ids.values.to_numpy().copy())
        report.note(f"{ids.short}: ids are integers, kept as node_id")
    else:
        store.node_names = _names(ids.values)
        report.note(f"{ids.short}: ids are words, kept as node_names")


def _split(
    split: Any, source: Source, function: str
) -> tuple[tuple[str, ...] | None, tuple[float, float, float] | None]:
    """The columns of a split (``None``: look for them), and the shares of one to draw."""
    if split is None:
        return None, None
    if split == "random" and "random" not in source.columns:
        return (), _RANDOM
    if isinstance(split, list | tuple) and not all(isinstance(name, str) for name in split):
        return (), check_fractions(split, function)
    names = tuple(split) if isinstance(split, list | tuple) else (split,)
    for name in names:
        source.check_column(name, "split", function)
    if not 1 <= len(names) <= 3:
        message = f"{function}: expected split as one to three columns, got {len(names)}. Name train, val and test."
        raise ArgumentError(message)
    return names, None


def _set_labels(
    store: Any, rows: Rows, columns: NodeColumns, wishes: NodeWishes, report: TableReport, function: str
) -> None:
    if columns.label is None:
        return
    given = wishes.features if isinstance(wishes.features, FeatureRules) else None
    store.y, names, did = read_labels(rows, columns.label, given, function)
    if names is not None:
        store.class_names = list(names)
    kind = rows.source.type_of(columns.label)
    report.add(rows.source.short, columns.label, kind, did, "" if wishes.label else 'label="..."')


def _set_split(
    store: Any,
    rows: Rows,
    columns: tuple[str, ...],
    shares: tuple[float, float, float] | None,
    wishes: NodeWishes,
    report: TableReport,
    function: str,
) -> None:
    if not (columns or shares):
        return
    known = np.ones(len(rows), dtype=bool)
    if store.y is not None:
        known = ~np.isnan(store.y.numpy()) if store.y.is_floating_point() else store.y.numpy() >= 0
    masks = random_masks(known, shares, wishes.seed) if shares else read_split(rows, columns, function)
    counts = []
    for name, mask in masks.items():
        kept = mask & torch.from_numpy(known)
        if lost := int((mask & ~kept).sum()):
            report.note(f"{rows.source.short}: {lost} nodes without a label taken out of {name}")
        if not bool(kept.any()):
            if name == "train_mask":
                message = (
                    f"{function}: expected a training node with a label in {rows.source.name}, got none. Label some, "
                    "or choose another split."
                )
                raise DataError(message)
            continue
        store[name] = kept
        counts.append(f"{int(kept.sum())} {name.removesuffix('_mask')}")
    if shares:
        report.note(f"{rows.source.short}: split drawn with seed {wishes.seed}: {', '.join(counts)}")
    for column in columns:
        kind = rows.source.type_of(column)
        report.add(
            rows.source.short, column, kind, f"split: {', '.join(counts)}", "" if wishes.split else 'split="..."'
        )


def _set_features(
    store: Any, rows: Rows, columns: NodeColumns, wishes: NodeWishes, report: TableReport, function: str
) -> None:
    train = None if store.train_mask is None else store.train_mask.numpy()
    rules = rules_of(rows, columns.free, wishes.features, train, report, function, "features")
    if "class_names" in store:
        rules = replace(rules, class_names=tuple(store.class_names))
    if rules.feature_names:
        store.x = matrix(rules, rows, function)
    store.feature_rules = rules


def _names(values: Any) -> Any:
    if len(values) <= _LONGEST_LIST:
        return values.to_pylist()
    kind = getattr(np.dtypes, "StringDType", None)  # from NumPy 2.0 on
    names = np.empty(len(values), dtype=kind() if kind else object)
    for first in range(0, len(values), _LONGEST_LIST):
        names[first : first + _LONGEST_LIST] = values.slice(first, _LONGEST_LIST).to_pylist()
    return names
