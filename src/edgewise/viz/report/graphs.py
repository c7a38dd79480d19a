"""The page of a task on many graphs: pictures of the best, typical and worst ones, and truth against prediction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from edgewise.viz.report.answers import AnswerReport, answer_fields

__all__ = ["GraphCard", "GraphReport", "graph_fields"]

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
class GraphReport(AnswerReport):
    """Everything that the page of a task on graphs shows, beside what every :class:`AnswerReport` has.

    Attributes:
        gallery: Title and graphs of each row of pictures.
    """

    gallery: Mapping[str, Sequence[GraphCard]]


def graph_fields(report: GraphReport) -> dict[str, str]:
    """Return what is filled into ``graphs.html``."""
    rows = (_row(title, cards) for title, cards in report.gallery.items())
    return answer_fields(report) | {"gallery": "\n".join(rows)}


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
