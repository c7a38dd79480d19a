"""``edgewise eval``: the scores of a run again, from its saved weights."""

from pathlib import Path

__all__ = ["evaluate"]

_RUNS = Path("runs")


def evaluate(run: Path, /, *, nodes: str | None = None, edges: str | None = None, out: Path = _RUNS) -> None:
    """Score the saved weights of a run on its own graph, part by part, or on new nodes with labels.

    Example: edgewise eval friends-sage-001

    Args:
        run: Folder of the run, or its name within --out.
        nodes: File of new nodes, with the target.
        edges: File of new edges, between any nodes.
        out: Folder of runs.
    """
    from edgewise.runs.saved_run import find_run, open_saved_run

    parts = open_saved_run(find_run(run, out, "eval")).evaluate(edges, nodes)
    rows = [["", "count", *parts[0].scores]]
    rows += [[part.part, f"{part.size:,}", *(f"{value:.4f}" for value in part.scores.values())] for part in parts]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for first, *rest in rows:
        cells = [cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=True)]
        print("  ".join([first.ljust(widths[0]), *cells]))
