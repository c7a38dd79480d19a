"""The rules of all columns of a table together: fitted on one table, applied to any other with the same columns."""

import json
import reprlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from edgewise._lazy import lazy_import
from edgewise._suggest import did_you_mean
from edgewise.errors import ArgumentError, DataError
from edgewise.io.tables.kinds import kind_of
from edgewise.io.tables.opening import open_source
from edgewise.io.tables.report import TableReport
from edgewise.io.tables.rules import KINDS, ColumnRule, blocks, rule_from_dict
from edgewise.io.tables.sources import Source
from edgewise.io.tables.values import UnfitValueError, type_name

pa = lazy_import("pyarrow")

__all__ = ["FeatureRules", "Features", "Rows", "matrix", "rules_of"]

_FORMAT = "edgewise.FeatureRules/1"

Features = Sequence[str] | Mapping[str, str] | None
"""Names of columns, or the kind of some; ``None`` takes every column by its own kind."""


@dataclass(frozen=True)
class FeatureRules:
    """How the columns of a table become the features of a graph; :func:`from_tables` makes and takes them.

    Each rule stands alone: what a row becomes depends on nothing but the row. Made on a training table, kept as JSON,
    and applied to new rows, they give the features that a model was trained on.

    Args:
        columns: A rule for each column that is used.
        class_names: The classes of the label, in the order of their numbers, where the table had one.

    Example:
        >>> rules = FeatureRules.fit({"age": [30, 40, None], "town": ["Rome", "Oslo", "Rome"]})
        >>> rules.feature_names
        ['age', 'age is missing', 'town=Oslo', 'town=Rome', 'town other']
        >>> FeatureRules.from_json(rules.to_json()).apply({"age": [40], "town": ["Bern"]}).tolist()
        [[1.0, 0.0, 0.0, 0.0, 1.0]]
    """

    columns: tuple[ColumnRule, ...]
    class_names: tuple[str, ...] | None = None

    @classmethod
    def fit(cls, table: Any, features: Features = None, rows: Any = None) -> "FeatureRules":
        """Find the rule of each column.

        Args:
            table: A file, frame or dictionary of columns, as :func:`from_tables` takes them.
            features: Names of the columns to use; or the kind of some, ``{"zip": "category", "note": "drop"}``.
                Kinds: ``number``, ``flag``, ``category``, ``text``, ``date``, ``vector``, ``drop``.
            rows: A boolean for each row: which to learn means, values and word counts from. Default: all.

        Raises:
            FileError: The file cannot be read.
            DataError: A column holds what its kind does not allow.
            ArgumentError: An unknown column or kind.

        Example:
            >>> FeatureRules.fit({"zip": [1234, 5678]}, {"zip": "category"}).feature_names
            ['zip=1234', 'zip=5678', 'zip other']
        """
        source = open_source(table, "table", "FeatureRules.fit")
        train = None if rows is None else np.asarray(rows, dtype=bool)
        if train is not None and len(train) != source.num_rows:
            message = (
                f"FeatureRules.fit: expected rows with a boolean for each of the {source.num_rows} rows, got "
                f"{len(train)}. Give every row one."
            )
            raise ArgumentError(message)
        return rules_of(Rows(source), source.columns, features, train, TableReport(), "FeatureRules.fit", "features")

    def apply(self, table: Any) -> Tensor:
        """Return the features of each row.

        Args:
            table: A file, frame or dictionary with the columns of the rules; others are left alone.

        Shape:
            table ``[rows]`` → ``[rows, features]`` float32

        Raises:
            FileError: The file cannot be read.
            DataError: A column is missing, or holds what its rule cannot take.

        Cost: one pass over each column, in blocks of rows.

        Example:
            >>> FeatureRules.fit({"vip": [True, False]}).apply({"vip": [True]})
            tensor([[1.]])
        """
        source = open_source(table, "table", "FeatureRules.apply")
        return matrix(self, Rows(source), "FeatureRules.apply")

    @property
    def feature_names(self) -> list[str]:
        """What each feature is called."""
        return [name for rule in self.columns for name in rule.feature_names]

    def to_json(self) -> str:
        """Return the rules as text."""
        columns = [rule.to_dict() for rule in self.columns]
        return json.dumps({"format": _FORMAT, "columns": columns, "class_names": self.class_names}, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> "FeatureRules":
        """Return the rules that :meth:`to_json` wrote.

        Raises:
            DataError: The text is something else.
        """
        try:
            read = json.loads(text)
            is_ours = read["format"] == _FORMAT and isinstance(read["columns"], list)
            names = read["class_names"]
            are_names = isinstance(names, list) and all(isinstance(name, str) for name in names)
            is_ours = is_ours and (names is None or are_names)
        except (ValueError, KeyError, TypeError):
            is_ours = False
        if not is_ours:
            message = f"FeatureRules.from_json: expected what to_json wrote, got {reprlib.repr(text)}. Write it again."
            raise DataError(message)
        return cls(tuple(map(rule_from_dict, read["columns"])), None if names is None else tuple(names))

    def __repr__(self) -> str:
        return f"FeatureRules({len(self.columns)} columns -> {len(self.feature_names)} features)"


class Rows:
    """The rows of a source that are used, column by column; knows where each came from."""

    def __init__(self, source: Source, keep: np.ndarray | None = None) -> None:
        self.source, self._keep = source, keep

    def column(self, name: str) -> Any:
        """The used rows of a column."""
        column = self.source.column(name)
        return column if self._keep is None else column.filter(pa.array(self._keep))

    def place(self, row: int) -> str:
        """Where the ``row``-th used row stands."""
        return self.source.place(row if self._keep is None else int(np.flatnonzero(self._keep)[row]))

    def __len__(self) -> int:
        return self.source.num_rows if self._keep is None else int(self._keep.sum())

    def unfit(self, error: UnfitValueError, name: str, function: str, repair: str, first: int = 0) -> DataError:
        """The error to raise for a value that cannot be taken."""
        at = "" if error.row is None else f" at {self.place(first + error.row)}"
        where = f"{self.source.name}, column {name!r}"
        return DataError(f"{function}: expected {error.expected} in {where}, got {error.got}{at}. {repair}")


def rules_of(
    rows: Rows,
    free: Sequence[str],
    features: Any,
    train: np.ndarray | None,
    report: TableReport,
    function: str,
    argument: str,
) -> FeatureRules:
    """Find the rule of each column that becomes features, and say in the report what was done.

    Args:
        rows: The rows of the table.
        free: Columns that nothing else uses.
        features: What the user asked for.
        train: Which rows to learn from; ``None`` for all.
        report: Hears what was done.
        function: Named in errors.
        argument: How the user's argument is called.

    Raises:
        ArgumentError: An unknown column or kind.
        DataError: A column holds what its kind does not allow.
    """
    if isinstance(features, FeatureRules):
        given = {rule.name: rule for rule in features.columns}
        for name in free:
            did = f"{given[name].describe()} (as given)" if name in given else f"left out: not in the {argument} given"
            report.add(rows.source.short, name, "", did)
        return features
    features = [features] if isinstance(features, str) else features
    if features is not None and not isinstance(features, Mapping | list | tuple):
        message = (
            f"{function}: expected {argument} as names of columns, their kinds or FeatureRules, got "
            f'{type(features).__name__}. Write {argument}=["column"].'
        )
        raise ArgumentError(message)
    kinds = features if isinstance(features, Mapping) else {}
    _check_features(features or (), kinds, rows.source, function, argument)
    wanted, spare = set(features or ()), set(free)
    is_all = features is None or isinstance(features, Mapping)
    train = train if train is not None and train.any() else None
    found = []
    for name in rows.source.columns:
        if name in wanted or (is_all and name in spare):
            rule = _rule(rows, name, kinds.get(name), train, report, function, argument)
            found += [] if rule is None else [rule]
        elif name in spare:
            report.add(rows.source.short, name, "", f"left out: not named in {argument}")
    return FeatureRules(tuple(found))


def matrix(rules: FeatureRules, rows: Rows, function: str) -> Tensor:
    """The features of some rows, float32 ``[rows, features]``.

    Raises:
        DataError: A column is missing, or holds what its rule cannot take.
    """
    out = torch.empty(len(rows), len(rules.feature_names))
    filled, first = out.numpy(), 0
    for rule in rules.columns:
        if rule.name not in rows.source.columns:
            known = ", ".join(rows.source.columns)
            near = did_you_mean(rule.name, rows.source.columns).replace("Did you mean", "Is it")
            message = (
                f"{function}: expected a column {rule.name!r} in {rows.source.name}, as the rules were fitted with, "
                f"got {known}.{near + ' Rename it.' if near else ' Add it.'}"
            )
            raise DataError(message)
        last = first + len(rule.feature_names)
        for start, values in _applied(rule, rows, function):
            filled[start : start + len(values), first:last] = values
        first = last
    return out


def _applied(rule: ColumnRule, rows: Rows, function: str) -> Iterator[tuple[int, np.ndarray]]:
    for start, part in blocks(rows.column(rule.name)):
        try:
            yield start, rule.apply(part)
        except UnfitValueError as error:
            repair = f"The rules take the column as {rule.kind}: correct it, or fit rules anew."
            raise rows.unfit(error, rule.name, function, repair, start) from error


def _rule(
    rows: Rows,
    name: str,
    kind: str | None,
    train: np.ndarray | None,
    report: TableReport,
    function: str,
    argument: str,
) -> ColumnRule | None:
    column = rows.column(name)
    try:
        found, reason = (kind, "as asked") if kind else kind_of(name, column)
        rule = None if found == "drop" else KINDS[found].fit(name, column, train)
    except UnfitValueError as error:
        repair = f'Correct it, or say what the column is: {argument}={{"{name}": "category"}}.'
        raise rows.unfit(error, name, function, repair) from error
    did = f"dropped: {reason}" if rule is None else rule.describe()
    other = "text" if found == "category" else "category"
    report.add(
        rows.source.short, name, type_name(column.type), did, "" if kind else f'{argument}={{"{name}": "{other}"}}'
    )
    return rule


def _check_features(
    features: Sequence[str] | Mapping[str, str],
    kinds: Mapping[str, str],
    source: Source,
    function: str,
    argument: str,
) -> None:
    for name in features:
        source.check_column(name, argument, function)
        if name in kinds and kinds[name] not in (*KINDS, "drop"):
            message = (
                f"{function}: expected {argument}[{name!r}] to be one of {', '.join(KINDS)} or drop, got "
                f"{kinds[name]!r}.{did_you_mean(str(kinds[name]), KINDS) or ' Choose one.'}"
            )
            raise ArgumentError(message)
