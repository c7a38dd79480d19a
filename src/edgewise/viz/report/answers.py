"""What the pages of examples with one answer each have in common: truth against prediction, whatever was learnt."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import torch
from torch import Tensor

from edgewise.errors import ShapeError
from edgewise.viz.report.payload import packed, shared
from edgewise.viz.report.record import Report, check_shapes

__all__ = ["MOST_NAMED", "AnswerReport", "answer_fields", "answer_payload"]

MOST_NAMED = 400
"""Dots of a scatter plot that tell their names; with more, they are too close to be pointed at."""
_MOST_DOTS = 4000
"""Dots of a scatter plot: with more, those of evenly chosen examples are drawn."""
_METRICS = {"rmse": "RMSE", "auroc": "Area under ROC"}


@dataclass(frozen=True, kw_only=True)
class AnswerReport(Report):
    """Truth and prediction of many examples, beside what every :class:`Report` has.

    Attributes:
        what: What an example is: ``"graphs"``, ``"nodes"``.
        kind: ``"classes"``, ``"labels"`` or ``"numbers"``.
        names: Of the classes, labels or numbers.
        confusion: ``[classes, classes]``, row = truth, column = prediction; of classes.
        truth: ``[examples, names]``, NaN where unknown; of labels and numbers.
        prediction: ``[examples, names]``: numbers, or probabilities of yes.
        example_names: Of each example; none where there are more than :data:`MOST_NAMED`.
        label_scores: Area under ROC of each label; of labels.

    Raises:
        ShapeError: Two of them disagree on the number of examples or names.
    """

    what: str
    kind: str
    names: Sequence[str]
    confusion: Tensor
    truth: Tensor
    prediction: Tensor
    example_names: Sequence[str]
    label_scores: Sequence[float]

    def __post_init__(self) -> None:
        kind, width, examples = type(self).__name__, len(self.names), self.truth.shape[0]
        wanted = {"confusion": (self.confusion, (width, width))}
        if self.kind != "classes":
            wanted = {"truth": (self.truth, (examples, width)), "prediction": (self.prediction, (examples, width))}
        check_shapes(kind, wanted, "Pass one row an example, one column a name.")
        if self.kind == "numbers" and len(self.example_names) not in (0, examples):
            message = f"{kind}: expected {examples} example_names or none, got {len(self.example_names)}."
            raise ShapeError(f"{message} Pass one an example.")


def answer_fields(report: AnswerReport) -> dict[str, str]:
    """Return what is filled into the page beside its charts."""
    captions = {
        "classes": f"Scored {report.what} by true class (rows) and predicted class (columns).",
        "labels": f"Each label: how many {report.what} say yes and no, and the area under ROC; chance is one half.",
        "numbers": f"Predicted against true{_sampled(report)}. On the line they are equal.",
    }
    metric = _metric(report)
    return {
        "metric": escape(metric),
        "metric_name": _METRICS.get(metric, metric.capitalize()),
        "answers": captions[report.kind],
    }


def answer_payload(report: AnswerReport) -> dict[str, Any]:
    """Return the content of the page's charts."""
    content = shared(report) | {"kind": report.kind, "classNames": list(report.names)}
    if report.kind == "classes":
        return content | {"confusion": report.confusion.tolist()}
    if report.kind == "labels":
        known = ~report.truth.isnan()
        yes = (report.truth == 1).sum(0).tolist()
        scores = list(report.label_scores)
        return content | {"yes": yes, "no": (known.sum(0) - torch.tensor(yes)).tolist(), "auroc": scores}
    step = _step(report)
    columns = zip(report.truth[::step].t(), report.prediction[::step].t(), strict=True)
    return content | {
        "exampleNames": list(report.example_names),
        "columns": [
            {"truth": packed(y, torch.float32), "prediction": packed(out, torch.float32)} for y, out in columns
        ],
    }


def _step(report: AnswerReport) -> int:
    return 1 + (len(report.truth) - 1) // _MOST_DOTS if len(report.truth) else 1


def _sampled(report: AnswerReport) -> str:
    step, examples = _step(report), len(report.truth)
    return "" if step == 1 else f", {len(range(0, examples, step)):,} of {examples:,} {report.what}, evenly chosen"


def _metric(report: Report) -> str:
    """The measure that the history follows: ``accuracy``, ``auroc`` or ``rmse``."""
    names = [name.removeprefix("train_") for name in report.history if name.startswith("train_")]
    return next((name for name in names if name != "loss"), "")
