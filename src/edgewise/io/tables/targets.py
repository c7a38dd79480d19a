"""Labels and splits: what is to be predicted, and for which nodes."""

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np
import torch
from torch import Tensor

from edgewise._lazy import lazy_import
from edgewise.errors import ArgumentError, DataError
from edgewise.io.tables.features import FeatureRules, Rows
from edgewise.io.tables.values import UnfitValueError, as_floats, as_strings, decoded, is_text, type_name

pa = lazy_import("pyarrow")
pc = lazy_import("pyarrow.compute")

__all__ = ["PARTS", "check_fractions", "random_masks", "read_labels", "read_split"]

PARTS = ("train", "val", "test")
_SPELT = {
    "train": ("train", "training", "tr"),
    "val": ("val", "valid", "validation", "dev"),
    "test": ("test", "testing", "te"),
}
_MOST_WHOLE_CLASSES = 20
"""Up to how many different whole floating values are classes: integers with missing ones often come as such."""


def read_labels(
    rows: Rows, name: str, given: FeatureRules | None, function: str
) -> tuple[Tensor, tuple[str, ...] | None, str]:
    """Read what is to be predicted.

    Args:
        rows: The rows of the node table.
        name: The column.
        given: The rules of another graph, whose classes count here, too.
        function: Named in errors.

    Returns:
        Labels, the names of the classes (``None`` for numbers to be predicted), and what was done.

    Raises:
        DataError: No label at all, a class that ``given`` does not know, or about as many classes as rows.
    """
    column = rows.column(name)
    try:
        return (
            _numbers(column) if _are_numbers(column, given) else _classes(column, given.class_names if given else None)
        )
    except UnfitValueError as error:
        raise rows.unfit(error, name, function, "Correct it, or name another column: label=...") from error


def read_split(rows: Rows, columns: Sequence[str], function: str) -> dict[str, Tensor]:
    """Read which nodes are in which part, as a mask for each part that has any.

    Args:
        rows: The rows of the node table.
        columns: A column of ``train``, ``val``, ``test``; or a boolean column for each of these.
        function: Named in errors.

    Raises:
        DataError: Another word, no node in any part, or one in two.
    """
    first = rows.column(columns[0])
    is_flag = pa.types.is_boolean(first.type) or len(columns) > 1 or "mask" in columns[0].lower()
    parts = _masks(rows, columns, function) if is_flag else _parts(rows, columns[0], function)
    masks = {f"{part}_mask": torch.from_numpy(mask) for part, mask in parts.items() if mask.any()}
    if not masks:
        message = (
            f"{function}: expected a row in train, val or test in {rows.source.name}, column {', '.join(columns)!r}, "
            'got none. Fill it in, or pass split="random".'
        )
        raise DataError(message)
    _refuse_shared(rows, parts, columns, function)
    return masks


def _refuse_shared(rows: Rows, parts: dict[str, np.ndarray], columns: Sequence[str], function: str) -> None:
    for one, other in combinations(parts, 2):
        both = parts[one] & parts[other]
        if both.any():
            message = (
                f"{function}: expected every row of {rows.source.name} in one part, got "
                f"{rows.place(int(both.argmax()))} in {one} and {other}, columns {', '.join(columns)} "
                f"({int(both.sum())} such). Take it out of one."
            )
            raise DataError(message)


def random_masks(known: np.ndarray, fractions: Sequence[float], seed: int) -> dict[str, Tensor]:
    """Draw a split of the nodes whose label is known.

    Args:
        known: A boolean for each node.
        fractions: Shares of train, val and test.
        seed: Of the draw.

    Example:
        >>> masks = random_masks(np.ones(10, dtype=bool), (0.6, 0.2, 0.2), seed=0)
        >>> [int(mask.sum()) for mask in masks.values()]
        [6, 2, 2]
    """
    nodes = torch.from_numpy(np.flatnonzero(known))
    order = nodes[torch.randperm(len(nodes), generator=torch.Generator().manual_seed(seed))]
    masks, first = {}, 0
    for part, last in zip(PARTS, (np.cumsum(fractions) * len(nodes)).round().astype(int).tolist(), strict=True):
        mask = torch.zeros(len(known), dtype=torch.bool)
        mask[order[first:last]] = True
        first = last
        if bool(mask.any()):
            masks[f"{part}_mask"] = mask
    return masks


def check_fractions(split: Any, function: str) -> tuple[float, float, float]:
    """Return three shares that leave room for each other.

    Raises:
        ArgumentError: They are not.

    Example:
        >>> check_fractions((0.5, 0.25, 0.25), "from_tables")
        (0.5, 0.25, 0.25)
    """
    is_number = [isinstance(share, int | float) and not isinstance(share, bool) for share in split]
    if len(split) != 3 or not all(is_number) or any(share < 0 for share in split) or not 0 < sum(split) <= 1 + 1e-9:
        message = (
            f"{function}: expected split as a column, three columns, 'random' or three shares of at most 1 together, "
            f"got {split!r}. Write (0.6, 0.2, 0.2)."
        )
        raise ArgumentError(message)
    return float(split[0]), float(split[1]), float(split[2])


def _are_numbers(column: Any, given: FeatureRules | None) -> bool:
    """Whether a label is a number to be predicted, not a class."""
    if not (pa.types.is_floating(column.type) or pa.types.is_decimal(column.type)):
        return False
    if given is not None:
        return given.class_names is None
    values = as_floats(column)
    known = values[~np.isnan(values)]
    return bool((known != np.floor(known)).any()) or len(np.unique(known)) > _MOST_WHOLE_CLASSES


def _numbers(column: Any) -> tuple[Tensor, None, str]:
    values = as_floats(column)
    missing = int(np.isnan(values).sum())
    return torch.from_numpy(values.astype(np.float32)), None, f"label: a number to predict{_without(missing, 'NaN')}"


def _classes(column: Any, classes: Sequence[str] | None) -> tuple[Tensor, tuple[str, ...], str]:
    words = as_strings(column)
    are_words = is_text(decoded(column).type)
    if not are_words:
        words = _without_minus_one(column, words)
    found = words.drop_null().unique()
    if not len(found):
        raise UnfitValueError("a label in some row", "none")
    if classes is None and len(found) > max(_MOST_WHOLE_CLASSES, (len(words) - words.null_count) // 2):
        raise UnfitValueError(
            "classes", f"{len(found)} different values in {len(words)} rows (numbers to predict are floats)"
        )
    names = tuple(classes) if classes is not None else _in_order(found.to_pylist(), are_words)
    place = pc.index_in(words, value_set=pa.array(names, pa.large_string()))
    strange = pc.and_(words.is_valid(), place.is_null())
    row = pc.index(strange, True).as_py()
    if row >= 0:
        raise UnfitValueError(
            f"one of the classes {', '.join(names[:5])}",
            repr(words[row].as_py()),
            row,
        )
    y = torch.from_numpy(place.fill_null(-1).to_numpy().astype(np.int64))
    return y, names, f"label: {len(names)} classes{_without(words.null_count, '-1')}"


def _without_minus_one(column: Any, words: Any) -> Any:
    """-1 among labels from 0 on says that there is none; against 1 alone it is a class."""
    values = {word for word in words.unique().to_pylist() if word is not None}
    if "-1" not in values or values == {"-1", "1"} or len(values) < 2:
        return words
    return pc.if_else(pc.equal(words, "-1"), pa.scalar(None, words.type), words)


def _in_order(names: list[str], are_words: bool) -> tuple[str, ...]:  # noqa: FBT001
    if are_words or any(not name.removeprefix("-").isdecimal() for name in names):
        return tuple(sorted(names))
    return tuple(sorted(names, key=int))


def _without(missing: int, mark: str) -> str:
    return f"; {mark} where it is missing ({missing:,} row{'s' if missing > 1 else ''})" if missing else ""


def _parts(rows: Rows, name: str, function: str) -> dict[str, np.ndarray]:
    try:
        column = rows.column(name)
        words = pc.utf8_lower(pc.utf8_trim_whitespace(as_strings(column)))
        place = {spelling: part for part, spellings in _SPELT.items() for spelling in spellings}
        known = pc.is_in(words, value_set=pa.array([*place, ""], pa.large_string()))
        row = pc.index(pc.and_(words.is_valid(), pc.invert(known)), True).as_py()
        if row >= 0:
            raise UnfitValueError("train, val, test or nothing", repr(column[row].as_py()), row)
    except UnfitValueError as error:
        raise rows.unfit(error, name, function, "Rename it, or name another column: split=...") from error
    return {
        part: pc.is_in(words, value_set=pa.array(spellings, pa.large_string())).to_numpy()
        for part, spellings in _SPELT.items()
    }


def _masks(rows: Rows, names: Sequence[str], function: str) -> dict[str, np.ndarray]:
    found = {}
    for position, name in enumerate(names):
        part = next((part for part in PARTS if part in name.lower()), PARTS[position])
        column = rows.column(name)
        try:
            values = as_floats(column)
            if not np.isin(values[~np.isnan(values)], (0, 1)).all():
                raise UnfitValueError("true or false", f"values of type {type_name(column.type)}")
        except UnfitValueError as error:
            raise rows.unfit(error, name, function, "Correct it, or name another column: split=...") from error
        found[part] = values == 1
    return found
