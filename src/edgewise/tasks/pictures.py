"""The pictures that a run leaves beside its report."""

from pathlib import Path

from edgewise.viz.report import NodeReport

__all__ = ["write_pictures"]


def write_pictures(report: NodeReport, folder: Path) -> None:
    """Write ``graph.svg``, ``embedding.svg`` and ``embedding.gif``."""
