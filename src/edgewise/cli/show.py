"""``edgewise show``: a drawing of any graph."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

__all__ = ["show"]


def show(
    graph: str,
    /,
    *,
    output: Annotated[Path, Parameter(name=["--output", "-o"])] = Path("graph.png"),
    root: Path | None = None,
) -> None:
    """Draw a named graph, or one in a file: a table of edges, an edge list (.txt, .edges), GraphML or GML.

    Example: edgewise show friends.csv -o friends.svg

    Args:
        graph: Name of a data set, or a file.
        output: Picture to write: .png, .svg or .pdf.
        root: Folder that holds the raw data files of a data set.
    """
    from edgewise.runs.drawing import draw_graph

    print(draw_graph(graph, output, root))
