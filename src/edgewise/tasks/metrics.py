"""Measures of predictions by name: torchmetrics' own, over the labels that are known."""

import math
from collections.abc import Callable

from edgewise._lazy import lazy_import
from edgewise._suggest import did_you_mean
from edgewise._typing import Tensor
from edgewise.errors import ArgumentError

classification = lazy_import("torchmetrics.functional.classification")
regression = lazy_import("torchmetrics.functional.regression")

__all__ = ["METRICS", "accuracy", "average_of_columns", "measure"]


def accuracy(out: Tensor, y: Tensor) -> float:
    """Share of rows whose highest score is their class; NaN without rows.

    Example:
        >>> import torch
        >>> accuracy(torch.tensor([[0.0, 1.0], [1.0, 0.0]]), torch.tensor([1, 1]))
        0.5
    """
    # Divided in Python, so that 23 of 30 is the same number wherever it is computed.
    return int((out.argmax(1) == y).sum()) / len(y) if len(y) else math.nan


def average_of_columns(metric: Callable[[Tensor, Tensor], float], out: Tensor, y: Tensor) -> float:
    """Return the mean of a metric over columns, each over its known rows; columns where it is NaN do not count."""
    values = []
    for column, wanted in zip(out.t(), y.t(), strict=True):
        known = ~wanted.isnan()
        if known.any():
            values.append(metric(column[known].double(), wanted[known].double()))
    values = [value for value in values if not math.isnan(value)]
    return sum(values) / len(values) if values else math.nan


def _macro_f1(out: Tensor, y: Tensor) -> float:
    return float(classification.multiclass_f1_score(out.argmax(1), y, num_classes=out.shape[1], average="macro"))


def _auroc(out: Tensor, y: Tensor) -> float:
    return float(classification.binary_auroc(out, y.long())) if y.unique().numel() == 2 else math.nan


def _average_precision(out: Tensor, y: Tensor) -> float:
    return float(classification.binary_average_precision(out, y.long())) if bool((y == 1).any()) else math.nan


def _rmse(out: Tensor, y: Tensor) -> float:
    return math.sqrt(float(((out.double() - y.double()) ** 2).mean()))


def _mae(out: Tensor, y: Tensor) -> float:
    return float((out.double() - y.double()).abs().mean())


def _r2(out: Tensor, y: Tensor) -> float:
    spread = float(((y.double() - y.double().mean()) ** 2).sum())
    return 1 - float(((out.double() - y.double()) ** 2).sum()) / spread if spread > 0 else math.nan


def _by_column(metric: Callable[[Tensor, Tensor], float]) -> Callable[[Tensor, Tensor], float]:
    return lambda out, y: average_of_columns(metric, out, y)


METRICS: dict[str, dict[str, Callable[[Tensor, Tensor], float]]] = {
    "classes": {"accuracy": accuracy, "macro_f1": _macro_f1},
    "labels": {"auroc": _by_column(_auroc), "average_precision": _by_column(_average_precision)},
    "numbers": {"r2": _by_column(_r2), "rmse": _by_column(_rmse), "mae": _by_column(_mae)},
}
"""Kind of target -> name -> metric. The first is what ``score`` returns: as scikit-learn has it, more is better."""


def measure(kind: str, out: Tensor, y: Tensor, metric: str | None = None) -> float:
    """Return a metric of outputs (numbers in their own unit) by its name; ``None`` takes the first of its kind.

    Raises:
        ArgumentError: Targets of this kind have no such metric.

    Example:
        >>> import torch
        >>> measure("numbers", torch.tensor([[1.0], [3.0]]), torch.tensor([[1.0], [float("nan")]]), "mae")
        0.0
    """
    known = METRICS[kind]
    name = next(iter(known)) if metric is None else metric
    if name not in known:
        hint = did_you_mean(name, known) or " Pass one of those."
        raise ArgumentError(f"score: expected metric among {', '.join(known)}, got {name!r}.{hint}")
    return known[name](out, y)
