"""Tables from the JSON: for the terminal, and as ``docs/benchmarks.md``. Nothing here measures."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks import FAMILIES
from benchmarks._rows import OURS

__all__ = ["markdown", "notes", "show", "tally"]

HEADER = ("work", "contender", "ms a step", "x our time", "extra peak, MiB", "x our peak", "must show", "shown")
DASH = "-"

TITLES = {
    "spmm": "Sparse times dense: `spmm`",
    "sorting": "Sorting edges",
    "training": "Full-batch training, 131 k nodes, 2.2 M edges: forward, backward, Adam",
    "layers": "Layers, 131 k nodes, 2 M edges, 64 features in and out: forward, backward",
    "cora": "Cora",
    "karate": "Karate club",
    "messages": "User-written messages, 600 k edges",
    "first_call": "First call on new edges",
    "batching": "Batches of many graphs",
}


def without_folders(text: str) -> str:
    """Paths from site-packages on: the rest says only where this machine keeps them."""
    return re.sub(r"/\S*/site-packages/", "", text)


def show(results: dict[str, Any], console: Console, works: Sequence[str] | None = None) -> None:
    """Print the tables of the rows that are named, or of all."""
    for family, rows in _families(results, works):
        table = Table(title=TITLES[family].replace("`", ""), title_justify="left", title_style="bold")
        for place, column in enumerate(HEADER):
            table.add_column(column, justify="left" if place in (0, 1, 6, 7) else "right")
        for row in rows:
            for line in _lines(row):
                table.add_row(*line)
            table.add_section()
        console.print(table)
        for note in notes(rows):
            console.print(f"  {note}", style="yellow", markup=False)


def markdown(results: dict[str, Any]) -> str:
    """The page of all results."""
    here, dates = results["environment"], sorted({row["date"] for row in results["rows"]})
    parts = [
        "# Benchmarks",
        "Written by `make bench`; render it again from the JSON with `python -m benchmarks --render`.",
        f"{' to '.join(dict.fromkeys([dates[0], dates[-1]])) if dates else 'Nothing measured yet'}: {here['cpu']}, "
        f"{here['cores']} cores, {here['memory_gib']} GiB, {here['threads']} threads; torch {here['torch']}, "
        f"torch_geometric {here['torch_geometric']}, Python {here['python']}, {here['system']}."
        + ("" if here["scale"] == 1 else f" **Sizes scaled by {here['scale']:g}: not comparable.**"),
        tally(results["rows"]),
    ]
    for family, rows in _families(results):
        right = (2, 3, 4, 5)
        rule = "|".join("---:" if place in right else "---" for place in range(len(HEADER)))
        lines = [f"| {' | '.join(line)} |" for row in rows for line in _lines(row)]
        parts += [f"## {TITLES[family]}", "\n".join([f"| {' | '.join(HEADER)} |", f"|{rule}|", *lines])]
        parts += ["\n".join(f"- {note}" for note in found)] if (found := notes(rows)) else []
    return "\n\n".join([*parts, "## Method", Path(__file__).with_name("method.md").read_text(encoding="utf-8")])


def tally(rows: Sequence[dict[str, Any]]) -> str:
    bounds = [bound for row in rows for bound in row["bounds"]]
    held = sum(bound["holds"] is True for bound in bounds)
    return f"{held} of {len(bounds)} bounds hold."


def notes(rows: Sequence[dict[str, Any]]) -> list[str]:
    """Why a row or a contender has no number."""
    found = []
    for row in rows:
        found += [f"{row['work']}: {word}: {row[word]}" for word in ("skipped", "error") if word in row]
        contenders = [(name, one) for name, one in row["contenders"].items() if name != OURS]
        found += [
            f"{row['work']}, {name}: {without_folders(one['error'])}" for name, one in contenders if "error" in one
        ]
    return found


def _families(results: dict[str, Any], works: Sequence[str] | None = None) -> list[tuple[str, list[dict[str, Any]]]]:
    wanted = [row for row in results["rows"] if works is None or row["work"] in works]
    grouped = [(family, [row for row in wanted if row["family"] == family]) for family in FAMILIES]
    return [(family, rows) for family, rows in grouped if rows]


def _lines(row: dict[str, Any]) -> list[tuple[str, ...]]:
    """A line for each contender, then one for "PyG best" where a bound asks for it."""
    contenders, bounds = row["contenders"], row["bounds"]
    if not contenders:
        return [(row["work"], "skipped" if "skipped" in row else "error", *[DASH] * 6)]
    ours = contenders[OURS]
    lines = []
    for name, one in contenders.items():
        lines.append(_line(name, one, ours, [bound for bound in bounds if bound["against"] == name]))
    for bound in bounds:
        if bound["against"] not in contenders:
            fastest = bound["measured_against"]
            label = f"{bound['against']} ({fastest.removeprefix('PyG ')})"
            lines.append(_line(label, contenders.get(fastest, {}), ours, [bound]))
    return [(row["work"] if place == 0 else "", *line) for place, line in enumerate(lines)]


def _line(name: str, one: dict[str, Any], ours: dict[str, Any], bounds: list[dict[str, Any]]) -> tuple[str, ...]:
    time, memory = one.get("time"), one.get("memory")
    return (
        name,
        DASH if time is None else _digits(time * 1e3),
        _ratio(time, ours["time"]),
        DASH if memory is None else f"{memory / 2**20:,.0f}",
        _ratio(memory, ours["memory"]),
        "; ".join(map(_must_show, bounds)),
        "; ".join(map(_shown, bounds)),
    )


def _must_show(bound: dict[str, Any]) -> str:
    if bound["at_least"] is not None:
        return f"≥ {bound['at_least']:g}x our {bound['quantity']}"
    return f"ours ≤ {bound['at_most']:.3g}x its {bound['quantity']}"


def _shown(bound: dict[str, Any]) -> str:
    if bound["holds"] is None:
        return DASH
    return f"{'yes' if bound['holds'] else 'NO'}, {bound['value']:.3g}x"


def _ratio(value: float | None, ours: float | None) -> str:
    return DASH if value is None or not ours else _digits(value / ours)


def _digits(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
