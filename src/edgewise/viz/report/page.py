"""The report as one file: text filled into ``page.html`` and one body a kind, with style, scripts and data inside."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from edgewise._files import atomic_write
from edgewise.viz.report.answers import answer_payload
from edgewise.viz.report.forecast import ForecastReport, forecast_fields, forecast_payload
from edgewise.viz.report.graphs import GraphReport, graph_fields
from edgewise.viz.report.links import LinkReport, link_fields, link_payload
from edgewise.viz.report.payload import as_json, node_payload
from edgewise.viz.report.record import NodeReport, Report, Score
from edgewise.viz.report.rows import RowReport, row_fields, row_payload

__all__ = ["write_report"]

_FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class _Kind:
    """What one kind of page has of its own: ``<name>.html``, its scripts, and what is filled into both."""

    name: str
    scripts: tuple[str, ...]
    fields: Callable[[Any], dict[str, str]]
    payload: Callable[[Any], dict[str, Any]]


def _node_fields(report: NodeReport) -> dict[str, str]:
    return {
        "chosen": _chosen(report),
        "projection": escape(report.projection),
        "nodes": f"{report.label.shape[0]:,}",
        "edges": f"{report.edge_index.shape[1]:,}",
    }


_KINDS: dict[type[Report], _Kind] = {
    NodeReport: _Kind("node", ("unpack", "data", "frame", "plot", "curves", "main"), _node_fields, node_payload),
    GraphReport: _Kind("graphs", ("unpack", "frame", "curves", "charts", "answers"), graph_fields, answer_payload),
    RowReport: _Kind("rows", ("unpack", "frame", "curves", "charts", "answers"), row_fields, row_payload),
    LinkReport: _Kind("links", ("unpack", "frame", "curves", "charts", "links"), link_fields, link_payload),
    ForecastReport: _Kind(
        "forecast", ("unpack", "frame", "curves", "charts", "forecast"), forecast_fields, forecast_payload
    ),
}


def write_report(report: Report, path: Path) -> Path:
    """Write the page, whole or not at all.

    Args:
        report: What it shows.
        path: The file.

    Raises:
        FileError: The folder cannot be written.
    """
    kind = _KINDS[type(report)]
    scores = [report.score, *report.baselines]
    page = _template("page.html").substitute(
        title=escape(report.title),
        style=_text("page.css"),
        big=report.score.text.replace(" %", "&thinsp;%"),
        detail=escape(report.score.detail),
        verdict=escape(report.verdict),
        scores="\n".join(_bar(score, scores) for score in scores),
        scores_hidden="" if report.baselines else "hidden",
        less_hidden="" if report.score.form == "error" else "hidden",
        body=_template(f"{kind.name}.html").substitute({"chosen": _chosen(report)} | kind.fields(report)),
        data_card=_facts(report.data_card),
        model_card=_facts(report.model_card),
        training_card=_facts(report.training_card),
        training_hidden="" if report.training_card else "hidden",
        environment=_facts(report.environment),
        command=escape(report.command),
        payload=as_json(kind.payload(report)),
        scripts="\n".join(_text(f"{name}.js") for name in kind.scripts),
    )
    with atomic_write(path) as temporary:
        temporary.write_text(page, encoding="utf-8")
    return path


def _text(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


def _template(name: str) -> Template:
    return Template(_text(name))


def _chosen(report: Report) -> str:
    return f"epoch {report.chosen_epoch} ({escape(report.chosen_why)})"


def _bar(score: Score, scores: list[Score]) -> str:
    kind = "score own" if score is scores[0] else "score"
    # An error has no natural end: its bar is a share of the largest one.
    end = max((other.value for other in scores), default=1.0) if score.form == "error" else 1.0
    share = score.value / end if end > 0 else 0.0
    width = f"{100 * min(max(share, 0.0), 1.0):.1f}" if share == share else "0.0"
    return (
        f'<li class="{kind}" title="{escape(score.detail)}"><span class="name">{escape(score.name)}</span>'
        f'<span class="track"><span class="fill" style="width:{width}%"></span></span>'
        f'<span class="value">{score.text}</span></li>'
    )


def _facts(facts: Mapping[str, str]) -> str:
    return "".join(f"<dt>{escape(str(name))}</dt><dd>{escape(str(value))}</dd>" for name, value in facts.items())
