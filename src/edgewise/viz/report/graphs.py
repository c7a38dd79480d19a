"""The page of a task on many graphs: pictures of the best, typical and worst ones, and truth against prediction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import torch
from torch import Tensor

from edgewise.viz.report.payload import packed, shared
from edgewise.viz.report.record import Report, check_shapes

__all__ = ["GraphCard", "GraphReport", "graph_fields", "graph_payload"]

_MOST_DOTS = 4000
"""Dots of a scatter plot: with more, those of evenly chosen graphs are drawn."""
_LONGEST_NOTE = 120


@dataclass(frozen=True, kw_only=True)
class GraphCard:
    """One graph of the gallery.

    Attributes:
        name: ``"graph 17"``.
        picture: An ``svg`` element, as :mod:`edgewise.viz.report.drawing` makes it.
        truth: As text.
        prediction: As text.
        is_right: Whether they agree; ``None`` for numbers.
        note: SMILES, or the number of nodes and edges.
    """

    name: str
    picture: str
    truth: str
    prediction: str
    is_right: bool | None
    note: str


@dataclass(frozen=True, kw_only=True)
class GraphReport(Report):
    """Everything that the page of a task on graphs shows, beside what every :class:`Report` has.

    Attributes:
        gallery: Title and graphs of each row of pictures.
        kind: ``"classes"``, ``"labels"`` or ``"numbers"``.
        names: Of the classes, labels or numbers.
        confusion: ``[classes, classes]``, row = truth, column = prediction; of classes.
        truth: ``[graphs, names]``, NaN where unknown; of labels and numbers.
        prediction: ``[graphs, names]``: numbers, or probabilities of yes.
        label_scores: Area under ROC of each label; of labels.

    Raises:
        ShapeError: Two of them disagree on the number of graphs or names.
    """

    gallery: Mapping[str, Sequence[GraphCard]]
    kind: str
    names: Sequence[str]
    confusion: Tensor
    truth: Tensor
    prediction: Tensor
    label_scores: Sequence[float]

    def __post_init__(self) -> None:
        width = len(self.names)
        wanted = {"confusion": (self.confusion, (width, width))}
        if self.kind != "classes":
            graphs = self.truth.shape[0]
            wanted = {"truth": (self.truth, (graphs, width)), "prediction": (self.prediction, (graphs, width))}
        check_shapes("GraphReport", wanted, "Pass one row a graph, one column a name.")


def graph_fields(report: GraphReport) -> dict[str, str]:
    """Return what is filled into ``graphs.html``."""
    captions = {
        "classes": "Scored graphs by true class (rows) and predicted class (columns).",
        "labels": "Each label: how many graphs say yes and no, and the area under ROC.",
        "numbers": f"Predicted against true{_sampled(report)}. On the line they are equal.",
    }
    return {
        "gallery": "\n".join(_row(title, cards) for title, cards in report.gallery.items()),
        "metric": escape(_metric(report)),
        "metric_name": {"rmse": "RMSE", "auroc": "Area under ROC"}.get(_metric(report), _metric(report).capitalize()),
        "answers": captions[report.kind],
    }


def graph_payload(report: GraphReport) -> dict[str, Any]:
    """Return the content of the page's charts; the gallery is drawn already."""
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
        "every": step,
        "columns": [
            {"truth": packed(y, torch.float32), "prediction": packed(out, torch.float32)} for y, out in columns
        ],
    }


def _step(report: GraphReport) -> int:
    return 1 + (len(report.truth) - 1) // _MOST_DOTS if len(report.truth) else 1


def _sampled(report: GraphReport) -> str:
    step, graphs = _step(report), len(report.truth)
    return "" if step == 1 else f", {len(range(0, graphs, step)):,} of {graphs:,} graphs, evenly chosen"


def _metric(report: Report) -> str:
    """The measure that the history follows: ``accuracy``, ``auroc`` or ``rmse``."""
    names = [name.removeprefix("train_") for name in report.history if name.startswith("train_")]
    return next((name for name in names if name != "loss"), "")


def _row(title: str, cards: Sequence[GraphCard]) -> str:
    drawn = "".join(_card(card) for card in cards)
    return f'<div class="row"><h2>{escape(title)}</h2><ul class="pictures">{drawn}</ul></div>'


def _card(card: GraphCard) -> str:
    kind = {True: "right", False: "wrong", None: "number"}[card.is_right]
    note = card.note if len(card.note) <= _LONGEST_NOTE else f"{card.note[:_LONGEST_NOTE]}…"
    return (
        f'<li class="{kind}">{card.picture}<p class="name">{escape(card.name)}</p>'
        f"<dl><dt>true</dt><dd>{escape(card.truth)}</dd><dt>predicted</dt><dd>{escape(card.prediction)}</dd></dl>"
        f'<p class="note">{escape(note)}</p></li>'
    )
