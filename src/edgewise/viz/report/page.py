"""The report as one file: text filled into ``page.html``, with its style, scripts and data inside."""

from collections.abc import Mapping
from html import escape
from pathlib import Path
from string import Template

from edgewise._files import atomic_write
from edgewise.viz.report.payload import payload
from edgewise.viz.report.record import NodeReport, Score

__all__ = ["write_report"]

_FOLDER = Path(__file__).parent
_SCRIPTS = ("data.js", "plot.js", "curves.js", "main.js")


def write_report(report: NodeReport, path: Path) -> Path:
    """Write the page, whole or not at all.

    Args:
        report: What it shows.
        path: The file.

    Raises:
        FileError: The folder cannot be written.
    """
    scripts = "\n".join((_FOLDER / name).read_text(encoding="utf-8") for name in _SCRIPTS)
    page = Template((_FOLDER / "page.html").read_text(encoding="utf-8")).substitute(
        title=escape(report.title),
        style=(_FOLDER / "page.css").read_text(encoding="utf-8"),
        percent=f"{100 * report.score.value:.1f}",
        detail=escape(report.score.detail),
        verdict=escape(report.verdict),
        scores="\n".join(_bar(score, best=score is report.score) for score in [report.score, *report.baselines]),
        scores_hidden="" if report.baselines else "hidden",
        chosen=f"epoch {report.chosen_epoch} ({escape(report.chosen_why)})",
        projection=escape(report.projection),
        nodes=f"{report.label.shape[0]:,}",
        edges=f"{report.edge_index.shape[1]:,}",
        data_card=_facts(report.data_card),
        model_card=_facts(report.model_card),
        environment=_facts(report.environment),
        command=escape(report.command),
        payload=payload(report),
        scripts=scripts,
    )
    with atomic_write(path) as temporary:
        temporary.write_text(page, encoding="utf-8")
    return path


def _bar(score: Score, *, best: bool) -> str:
    kind = "score own" if best else "score"
    width = f"{100 * min(max(score.value, 0.0), 1.0):.1f}"
    return (
        f'<li class="{kind}" title="{escape(score.detail)}"><span class="name">{escape(score.name)}</span>'
        f'<span class="track"><span class="fill" style="width:{width}%"></span></span>'
        f'<span class="value">{100 * score.value:.1f} %</span></li>'
    )


def _facts(facts: Mapping[str, str]) -> str:
    return "".join(f"<dt>{escape(str(name))}</dt><dd>{escape(str(value))}</dd>" for name, value in facts.items())
