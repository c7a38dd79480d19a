"""Writes ``docs/results.md`` from what is recorded: nothing in it is written by hand."""

import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from examples.reproduce.record import RESULTS, read_runs
from examples.reproduce.row import REPOSITORY, Published, Row

from edgewise._files import atomic_write

__all__ = ["TABLE", "render", "verdict", "write_table"]

TABLE = REPOSITORY / "docs" / "results.md"
_HEAD = "| dataset | model | measure | published | edgewise | difference | verdict | CPU s |"
_INTRODUCTION = """# Published results, again

What papers report, and what edgewise gets with their data, split and settings. `make reproduce` runs what is missing
and writes this page; `make reproduce ROW=cora-gcn` runs one row. The recipes are short files in `examples/reproduce/`.

*edgewise* is the mean and standard deviation over so many seeds. *Same*: within one published standard deviation or one
point of the paper (0.01 where the measure is no percentage), whichever is wider; *better*: further off, in the good
direction. *CPU s* is the processor time of one run, all threads together; empty where it was not taken.
"""


def write_table(groups: Mapping[str, Sequence[Row]], path: Path = TABLE, results: Path = RESULTS) -> None:
    """Write the page."""
    with atomic_write(path) as temporary:
        temporary.write_text(render(groups, results))


def render(groups: Mapping[str, Sequence[Row]], results: Path = RESULTS) -> str:
    """Return the page as Markdown."""
    lines = [_INTRODUCTION, _summary([row for rows in groups.values() for row in rows], results)]
    for heading, rows in groups.items():
        if rows:
            lines += ["", f"## {heading}", "", _HEAD, "|" + "---|" * _HEAD.count(" | ") + "---|"]
            lines += [line for row in rows for line in _lines(row, read_runs(row, results))]
            lines += _remarks(rows)
    return "\n".join(lines) + "\n"


def verdict(figure: Published, mean: float) -> str:
    """Say how a mean compares with the paper's figure."""
    gain = mean - figure.value if figure.higher_is_better else figure.value - mean
    within = max(figure.spread or 0.0, figure.point) + 1e-9
    return "same" if abs(gain) <= within else "better" if gain > 0 else "**worse**"


def _summary(rows: Sequence[Row], results: Path) -> str:
    done = [(row, read_runs(row, results)) for row in rows]
    done = [(row, runs) for row, runs in done if runs]
    good = [row for row, runs in done if all(verdict(f, _mean(f, runs)) != "**worse**" for f in row.published)]
    return f"Of {len(rows)} rows {len(done)} were run; {len(good)} of those are the same or better in every measure."


def _lines(row: Row, runs: Mapping[int, Mapping[str, Any]]) -> list[str]:
    lines = []
    for number, figure in enumerate(row.published):
        first = [row.dataset, row.model] if number == 0 else ["", ""]
        cells = [*first, figure.metric, f"{_number(figure, figure.value, figure.spread)}", *_ours(row, figure, runs)]
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _ours(row: Row, figure: Published, runs: Mapping[int, Mapping[str, Any]]) -> list[str]:
    if not runs:
        return ["not run yet", "", "", ""]
    values = [run["metrics"][figure.metric] for run in runs.values()]
    mean = _mean(figure, runs)
    spread = statistics.stdev(values) if len(values) > 1 else None
    asked = len(row.seeds)
    seeds = f"{len(values)} of {asked} seeds" if len(values) < asked else "1 seed" if asked == 1 else f"{asked} seeds"
    seconds = [run["cpu_seconds"] for run in runs.values() if "cpu_seconds" in run]
    time = f"{statistics.mean(seconds):.0f}" if seconds else ""
    text = f"{_number(figure, mean, spread)} ({seeds})"
    return [text, f"{mean - figure.value:+.{figure.digits}f}", verdict(figure, mean), time]


def _mean(figure: Published, runs: Mapping[int, Mapping[str, Any]]) -> float:
    return statistics.mean(run["metrics"][figure.metric] for run in runs.values())


def _number(figure: Published, value: float, spread: float | None) -> str:
    shown = f"{value:.{figure.digits}f}"
    return shown if spread is None else f"{shown} ± {spread:.{figure.digits}f}"


def _remarks(rows: Sequence[Row]) -> list[str]:
    """Where the figures are from, and what differs; the same words once."""
    datasets: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        sources = "; ".join(dict.fromkeys(figure.source for figure in row.published))
        text = f"{sources}." + (f" {row.note}" if row.note else "")
        datasets.setdefault((row.model, text), []).append(row.dataset)
    return ["", *(f"- {model} ({', '.join(names)}): {text}" for (model, text), names in datasets.items())]
