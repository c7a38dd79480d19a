"""The pictures that a run leaves beside its report. How they look is ``viz``' business."""

from pathlib import Path

from edgewise import viz
from edgewise.viz.report import NodeReport

__all__ = ["write_pictures"]


def write_pictures(report: NodeReport, folder: Path) -> None:
    """Write ``graph.svg``, ``embedding.svg`` and ``embedding.gif`` of a report into a folder.

    Raises:
        FileError: The folder cannot be written.
    """
    names = report.class_names
    viz.save_graph_svg(folder / "graph.svg", report.edge_index, report.position, report.label, names)
    chosen = report.embedding[list(report.epochs).index(report.chosen_epoch)]
    title = f"{report.title}, epoch {report.chosen_epoch}"
    viz.save_embedding_svg(folder / "embedding.svg", chosen, report.label, names, title=title)
    losses = [report.history["train_loss"][epoch] for epoch in report.epochs]
    viz.animate_embedding(
        report.embedding, report.label, folder / "embedding.gif", epochs=report.epochs, losses=losses, class_names=names
    )
