"""The rules by which a column becomes features: one small class a kind, fitted once, applied to any rows.

Each rule is a frozen dataclass of plain values, so that it can be written down as JSON. Which kind a column is of is
``kinds``' business, and which columns there are is ``features``'.
"""

import reprlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

import numpy as np

from edgewise._lazy import lazy_import
from edgewise.errors import DataError
from edgewise.io.tables.text import TEXT_WIDTH, count_words, weigh
from edgewise.io.tables.values import UnfitValueError, as_floats, as_seconds, as_strings, in_one_piece, type_name

pa = lazy_import("pyarrow")
pc = lazy_import("pyarrow.compute")

__all__ = ["BLOCK", "KINDS", "MOST_CATEGORIES", "ColumnRule", "blocks", "rule_from_dict"]

BLOCK = 65_536
"""How many rows are turned into features at once."""

MOST_CATEGORIES = 32
"""How many values of a category get a column of their own; the rest share one."""


@dataclass(frozen=True)
class ColumnRule:
    """How one column becomes features."""

    kind: ClassVar[str] = ""
    name: str

    @classmethod
    def fit(cls, name: str, column: Any, train: np.ndarray | None) -> "ColumnRule":
        """Learn what the rule needs from the training rows (``None``: all) of an Arrow column."""
        raise NotImplementedError

    @property
    def feature_names(self) -> list[str]:
        """What each feature is called."""
        raise NotImplementedError

    def apply(self, column: Any) -> np.ndarray:
        """The features of some rows, ``[rows, features]``."""
        raise NotImplementedError

    def describe(self) -> str:
        """What is done, for a report."""
        raise NotImplementedError

    def to_dict(self) -> dict[str, Any]:
        """The rule as plain values."""
        return {"kind": self.kind, **asdict(self)}


@dataclass(frozen=True)
class NumberRule(ColumnRule):
    """Less its mean, over its standard deviation; the mean where missing."""

    kind: ClassVar[str] = "number"
    mean: float
    std: float
    missing: bool

    @classmethod
    def fit(cls, name: str, column: Any, train: np.ndarray | None) -> "NumberRule":
        """Mean and deviation of the training rows."""
        values = as_floats(column)
        mean, std = _mean_and_std(values if train is None else values[train])
        return cls(name, mean, std, missing=bool(np.isnan(values).any()))

    @property
    def feature_names(self) -> list[str]:
        """The name, and one more where values were missing."""
        return [self.name, *_missing_name(self)]

    def apply(self, column: Any) -> np.ndarray:
        """The features of some rows."""
        values = as_floats(column)
        gone = np.isnan(values)
        scaled = np.where(gone, 0.0, (values - self.mean) / self.std)
        return np.stack([scaled, gone] if self.missing else [scaled], axis=1)

    def describe(self) -> str:
        """Mean and deviation."""
        return f"number: less its mean {self.mean:.4g}, over its deviation {self.std:.4g}{_missing_note(self)}"


@dataclass(frozen=True)
class FlagRule(ColumnRule):
    """False and true as 0 and 1; the share of true ones where missing."""

    kind: ClassVar[str] = "flag"
    mean: float
    missing: bool

    @classmethod
    def fit(cls, name: str, column: Any, train: np.ndarray | None) -> "FlagRule":
        """The share of true values in the training rows."""
        values = cls._values(column)
        mean, _ = _mean_and_std(values if train is None else values[train])
        return cls(name, mean, missing=bool(np.isnan(values).any()))

    @property
    def feature_names(self) -> list[str]:
        """The name, and one more where values were missing."""
        return [self.name, *_missing_name(self)]

    def apply(self, column: Any) -> np.ndarray:
        """The features of some rows."""
        values = self._values(column)
        gone = np.isnan(values)
        filled = np.where(gone, self.mean, values)
        return np.stack([filled, gone] if self.missing else [filled], axis=1)

    def describe(self) -> str:
        """That it is 0 or 1."""
        return f"flag: 0 or 1{_missing_note(self)}"

    @staticmethod
    def _values(column: Any) -> np.ndarray:
        try:
            values = as_floats(column)
        except UnfitValueError as error:
            raise UnfitValueError("true or false", error.got, error.row) from error
        wrong = ~np.isnan(values) & (values != 0) & (values != 1)
        if wrong.any():
            row = int(wrong.argmax())
            raise UnfitValueError("true or false", f"{values[row]:g}", row)
        return values


@dataclass(frozen=True)
class CategoryRule(ColumnRule):
    """One column a value, one for every other value, and one for missing ones."""

    kind: ClassVar[str] = "category"
    values: tuple[str, ...]
    missing: bool

    @classmethod
    def fit(cls, name: str, column: Any, train: np.ndarray | None) -> "CategoryRule":
        """The most frequent values of the training rows, in the order of the alphabet."""
        words = as_strings(column)
        missing = words.null_count > 0
        counts = pc.value_counts((words if train is None else words.filter(pa.array(train))).drop_null())
        # Sorted by value first: of equally frequent ones the first in the alphabet stay, whatever the rows' order.
        pairs = sorted(zip(counts.field(0).to_pylist(), counts.field(1).to_pylist(), strict=True))
        kept = sorted(pairs, key=lambda pair: -pair[1])[:MOST_CATEGORIES]
        return cls(name, tuple(sorted(value for value, _ in kept)), missing=missing)

    @property
    def feature_names(self) -> list[str]:
        """A name a value."""
        return [*(f"{self.name}={value}" for value in self.values), f"{self.name} other", *_missing_name(self)]

    def apply(self, column: Any) -> np.ndarray:
        """The features of some rows."""
        words = as_strings(column)
        place = pc.index_in(words, value_set=pa.array(self.values, pa.large_string())).fill_null(len(self.values))
        gone = words.is_null().to_numpy()
        columns = place.to_numpy() + gone.astype(np.int64) * self.missing
        one_hot: np.ndarray = np.eye(len(self.feature_names))[columns]
        return one_hot

    def describe(self) -> str:
        """How many values."""
        return f"category: a column for each of {len(self.values)} values, and one for others{_missing_note(self)}"


@dataclass(frozen=True)
class TextRule(ColumnRule):
    """Hashed tf-idf: how often each word occurs, times how rare it is among the training rows, at length 1."""

    kind: ClassVar[str] = "text"
    idf: tuple[float, ...]

    @classmethod
    def fit(cls, name: str, column: Any, train: np.ndarray | None) -> "TextRule":
        """How rare the words of each column are."""
        words = as_strings(column)
        words = words if train is None else words.filter(pa.array(train))
        found = np.zeros(TEXT_WIDTH)
        for _, part in blocks(words):
            found += (count_words(part) > 0).sum(0)
        return cls(name, tuple((np.log((1 + len(words)) / (1 + found)) + 1).tolist()))

    @property
    def feature_names(self) -> list[str]:
        """A number for each column that words are hashed into."""
        return [f"{self.name} #{place}" for place in range(len(self.idf))]

    def apply(self, column: Any) -> np.ndarray:
        """The features of some rows."""
        return weigh(count_words(as_strings(column), len(self.idf)), np.array(self.idf))

    def describe(self) -> str:
        """How wide."""
        return f"text: words hashed into {len(self.idf)} columns, weighted by rarity (tf-idf); missing ones are 0"


@dataclass(frozen=True)
class DateRule(ColumnRule):
    """Year, month, weekday and days since 1970, each as a number."""

    kind: ClassVar[str] = "date"
    means: tuple[float, float, float, float]
    stds: tuple[float, float, float, float]
    missing: bool

    @classmethod
    def fit(cls, name: str, column: Any, train: np.ndarray | None) -> "DateRule":
        """Mean and deviation of each part in the training rows."""
        seconds = as_seconds(column)
        parts = _date_parts(seconds if train is None else seconds[train])
        found = [_mean_and_std(part) for part in parts]
        means, stds = zip(*found, strict=True)
        return cls(name, means, stds, missing=bool(np.isnan(seconds).any()))

    @property
    def feature_names(self) -> list[str]:
        """A name a part."""
        return [*(f"{self.name} {part}" for part in ("year", "month", "weekday", "days")), *_missing_name(self)]

    def apply(self, column: Any) -> np.ndarray:
        """The features of some rows."""
        seconds = as_seconds(column)
        gone = np.isnan(seconds)
        parts = [
            np.where(gone, 0.0, (part - mean) / std)
            for part, mean, std in zip(_date_parts(seconds), self.means, self.stds, strict=True)
        ]
        return np.stack([*parts, gone] if self.missing else parts, axis=1)

    def describe(self) -> str:
        """Into what it is parted."""
        return f"date: year, month, weekday and days since 1970, each as a number{_missing_note(self)}"


@dataclass(frozen=True)
class VectorRule(ColumnRule):
    """A list of numbers in each row, such as an embedding: as it is; zeros where missing."""

    kind: ClassVar[str] = "vector"
    width: int
    missing: bool

    @classmethod
    def fit(cls, name: str, column: Any, train: np.ndarray | None) -> "VectorRule":
        """How long the lists are."""
        length = pc.list_value_length(column) if _is_list(column.type) else None
        width = None if length is None else pc.max(length).as_py()
        if not width:
            raise UnfitValueError("lists of numbers", f"values of type {type_name(column.type)}")
        rule = cls(name, width, missing=column.null_count > 0)
        for _, part in blocks(column):
            rule.apply(part)
        return rule

    @property
    def feature_names(self) -> list[str]:
        """A number an entry."""
        return [*(f"{self.name}[{place}]" for place in range(self.width)), *_missing_name(self)]

    def apply(self, column: Any) -> np.ndarray:
        """The features of some rows."""
        if pa.types.is_null(column.type):
            column = column.cast(pa.list_(pa.float64()))
        if not _is_list(column.type):
            raise UnfitValueError("lists of numbers", f"values of type {type_name(column.type)}")
        lists = in_one_piece(column)
        gone = lists.is_null().to_numpy(zero_copy_only=False)
        length = pc.fill_null(pc.list_value_length(lists), self.width).to_numpy(zero_copy_only=False)
        if (length != self.width).any():
            row = int((length != self.width).argmax())
            raise UnfitValueError(f"lists of {self.width} numbers", f"one of {length[row]}", row)
        out = np.zeros((len(lists), self.width + self.missing))
        values = as_floats(pa.chunked_array([pc.list_flatten(lists.drop_null())])).reshape(-1, self.width)
        if np.isnan(values).any():
            row = int(np.flatnonzero(~gone)[np.isnan(values).any(1).argmax()])
            raise UnfitValueError(f"lists of {self.width} numbers", "one with a missing number", row)
        out[~gone, : self.width] = values
        if self.missing:
            out[:, -1] = gone
        return out

    def describe(self) -> str:
        """How wide."""
        return f"vector: its {self.width} numbers as they are{_missing_note(self)}"


def _is_real(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _are_reals(value: Any) -> bool:
    return isinstance(value, tuple) and all(map(_is_real, value))


_FITS: dict[str, Callable[[Any], bool]] = {
    "name": lambda value: isinstance(value, str),
    "missing": lambda value: isinstance(value, bool),
    "width": lambda value: isinstance(value, int),
    "values": lambda value: isinstance(value, tuple) and all(isinstance(word, str) for word in value),
    **dict.fromkeys(("mean", "std"), _is_real),
    **dict.fromkeys(("means", "stds", "idf"), _are_reals),
}
"""What the fields of rules may hold, wherever they are read from."""

KINDS: dict[str, type[ColumnRule]] = {
    rule.kind: rule for rule in (NumberRule, FlagRule, CategoryRule, TextRule, DateRule, VectorRule)
}


def rule_from_dict(values: Mapping[str, Any]) -> ColumnRule:
    """The rule that :meth:`ColumnRule.to_dict` wrote down.

    Raises:
        DataError: It did not.

    Example:
        >>> rule_from_dict({"kind": "flag", "name": "vip", "mean": 0.5, "missing": False})
        FlagRule(name='vip', mean=0.5, missing=False)
    """
    fields = {key: tuple(value) if isinstance(value, list) else value for key, value in dict(values).items()}
    rule = KINDS.get(str(fields.pop("kind", None)))
    if rule is None or not all(_FITS.get(key, lambda _: False)(value) for key, value in fields.items()):
        message = f"FeatureRules.from_json: expected what to_json wrote, got {reprlib.repr(values)}. Write it again."
        raise DataError(message)
    try:
        return rule(**fields)  # type: ignore[arg-type]  # their types were looked at above
    except TypeError as error:
        message = f"FeatureRules.from_json: expected what to_json wrote, got {reprlib.repr(values)}. Write it again."
        raise DataError(message) from error


def blocks(column: Any) -> Iterator[tuple[int, Any]]:
    """The parts of a column that are worked on at once, each with its first row.

    Example:
        >>> import pyarrow
        >>> [(first, len(part)) for first, part in blocks(pyarrow.chunked_array([[1, 2, 3]]))]
        [(0, 3)]
    """
    for first in range(0, len(column), BLOCK):
        yield first, column.slice(first, BLOCK)


def _mean_and_std(values: np.ndarray) -> tuple[float, float]:
    known = values[~np.isnan(values)]
    if not len(known):
        return 0.0, 1.0
    mean, std = float(known.mean()), float(known.std())
    return mean, std if std > 1e-12 * abs(mean) else 1.0  # of equal values it is rounding alone


def _date_parts(seconds: np.ndarray) -> list[np.ndarray]:
    """Year, month, weekday (Monday is 0) and days since 1970; NaN stays."""
    gone = np.isnan(seconds)
    instant = np.where(gone, 0, seconds).astype(np.int64).astype("datetime64[s]")
    day, month = instant.astype("datetime64[D]").astype(np.int64), instant.astype("datetime64[M]").astype(np.int64)
    parts = (month // 12 + 1970, month % 12 + 1, (day + 3) % 7)  # 1 January 1970 was a Thursday
    return [*(np.where(gone, np.nan, part) for part in parts), seconds / 86_400]


def _is_list(kind: Any) -> bool:
    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind))


def _missing_name(rule: Any) -> list[str]:
    return [f"{rule.name} is missing"] if rule.missing else []


def _missing_note(rule: Any) -> str:
    return "; one more column says where it is missing" if rule.missing else ""
