"""The page of predictions of nodes, edges or pairs: truth against prediction, and the best, typical and worst ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from torch import Tensor

from edgewise.viz.report.answers import AnswerReport, answer_fields, answer_payload

__all__ = ["AnswerRow", "RowReport", "row_fields", "row_payload"]

_BINS = 40


@dataclass(frozen=True, kw_only=True)
class AnswerRow:
    """One example of a table.

    Attributes:
        name: ``"node 17"``, ``"3 → 7"``.
        truth: As text.
        prediction: As text.
        is_right: Whether they agree; ``None`` for numbers.
    """

    name: str
    truth: str
    prediction: str
    is_right: bool | None


@dataclass(frozen=True, kw_only=True)
class RowReport(AnswerReport):
    """Everything that the page of nodes, edges or pairs shows, beside what every :class:`AnswerReport` has.

    Attributes:
        rows: Title and examples of each table.
    """

    rows: Mapping[str, Sequence[AnswerRow]]


def row_fields(report: RowReport) -> dict[str, str]:
    """Return what is filled into ``rows.html``."""
    is_number = report.kind == "numbers"
    return answer_fields(report) | {
        "columns": "halves" if is_number else "",
        "rows": "\n".join(_table(title, rows, report.what) for title, rows in report.rows.items()),
        "errors_hidden": "" if is_number else "hidden",
        "wrong_hidden": "hidden" if is_number else "",
    }


def row_payload(report: RowReport) -> dict[str, Any]:
    """Return the content of the page's charts; the tables are written already."""
    if report.kind != "numbers":
        return answer_payload(report)
    columns = (report.prediction.double() - report.truth.double()).t()
    return answer_payload(report) | {"errors": [_counts(column[column.isfinite()]) for column in columns]}


def _counts(errors: Tensor) -> dict[str, Any]:
    """How many errors there are in equal steps, as far below zero as above it."""
    most = float(errors.abs().max()) if len(errors) else 0.0
    most = most if most > 0 else 1.0
    return {"most": most, "counts": errors.histc(_BINS, -most, most).long().tolist()}


def _table(title: str, rows: Sequence[AnswerRow], what: str) -> str:
    head = f'<th class="text">{escape(what.removesuffix("s"))}</th><th class="text">true</th>'
    body = "\n".join(_line(row) for row in rows)
    return (
        f'<div class="list"><h2>{escape(title)}</h2><table class="plain"><thead><tr>{head}'
        f'<th class="text">predicted</th></tr></thead><tbody>\n{body}\n</tbody></table></div>'
    )


def _line(row: AnswerRow) -> str:
    kind = ' class="wrong"' if row.is_right is False else ""
    cells = "".join(f'<td class="text">{escape(text)}</td>' for text in (row.name, row.truth, row.prediction))
    return f"<tr{kind}>{cells}</tr>"
