"""Measures of predictions by name: torchmetrics' own, over the labels that are known."""

import math
from collections.abc import Callable

from edgewise._lazy import lazy_import
from edgewise._suggest import did_you_mean
from edgewise._typing import Tensor
from edgewise.errors import ArgumentError

classification = lazy_import("torchmetrics.functional.classification")
regression = lazy_import("torchmetrics.functional.regression")
stats = lazy_import("scipy.stats")

__all__ = ["METRICS", "accuracy", "average_of_columns", "concordance", "measure"]


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


def _mse(out: Tensor, y: Tensor) -> float:
    return float(((out.double() - y.double()) ** 2).mean())


def concordance(out: Tensor, y: Tensor) -> float:
    r"""Share of the pairs with different ``y`` that ``out`` has in the same order; a tie of ``out`` counts one half.

    It follows from Kendall's :math:`\tau_b`, whose numerator is pairs in order less pairs in the wrong one:
    :math:`\frac12 (1 + \tau_b \sqrt{n_{out} / n_y})`, with the numbers of pairs that differ.

    Returns NaN where all ``y`` are equal.

    Cost: O(n log n).

    Source: Gönen & Heller, *Concordance probability and discriminatory power in proportional hazards regression*,
    Biometrika 2005, as DeepDTA (2018) counts it.

    Example:
        >>> import torch
        >>> concordance(torch.tensor([1.0, 3.0, 2.0, 2.0]), torch.tensor([1.0, 2.0, 3.0, 4.0]))
        0.5833333333333334
    """
    differ, said = _differing(y), _differing(out)
    if not differ:
        return math.nan
    if not said:
        return 0.5
    tau = stats.kendalltau(out.double().cpu().numpy(), y.double().cpu().numpy(), variant="b").statistic
    return (1 + float(tau) * math.sqrt(said / differ)) / 2


def _differing(values: Tensor) -> int:
    """How many pairs are of two different values."""
    counts = values.unique(return_counts=True)[1]
    return (len(values) ** 2 - int((counts**2).sum())) // 2


def _mape(out: Tensor, y: Tensor) -> float:
    out, y = out[y != 0], y[y != 0]  # a share of nothing is no number
    return float(((out - y) / y).abs().mean()) if len(y) else math.nan


def _accuracy_of_norms(out: Tensor, y: Tensor) -> float:
    """As T-GCN's paper measures forecasts, eq. 10: 1 - |y - out| / |y|, of all values as one long vector."""
    return 1 - float((y - out).norm() / y.norm()) if bool((y != 0).any()) else math.nan


def _explained_variance(out: Tensor, y: Tensor) -> float:
    spread = float(y.var(correction=0))
    return 1 - float((y - out).var(correction=0)) / spread if spread > 0 else math.nan


def _by_column(metric: Callable[[Tensor, Tensor], float]) -> Callable[[Tensor, Tensor], float]:
    return lambda out, y: average_of_columns(metric, out, y)


METRICS: dict[str, dict[str, Callable[[Tensor, Tensor], float]]] = {
    "classes": {"accuracy": accuracy, "macro_f1": _macro_f1},
    "labels": {"auroc": _by_column(_auroc), "average_precision": _by_column(_average_precision)},
    "numbers": {
        "r2": _by_column(_r2),
        "rmse": _by_column(_rmse),
        "mse": _by_column(_mse),
        "mae": _by_column(_mae),
        "concordance": _by_column(concordance),
    },
    "series": {
        "r2": _by_column(_r2),
        "rmse": _by_column(_rmse),
        "mae": _by_column(_mae),
        "mape": _by_column(_mape),
        "accuracy": _by_column(_accuracy_of_norms),
        "explained_variance": _by_column(_explained_variance),
    },
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
