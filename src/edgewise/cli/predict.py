"""``edgewise predict``: what a run says of new people, or of everyone in its own graph."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

__all__ = ["predict"]

_RUNS = Path("runs")


def predict(
    run: Path,
    /,
    *,
    nodes: str | None = None,
    edges: str | None = None,
    output: Annotated[Path, Parameter(name=["--output", "-o"])] = Path("predictions.csv"),
    out: Path = _RUNS,
) -> None:
    """Predict for new nodes, with or without edges to the old ones; without --nodes for every node of the run.

    Writes ids, predictions and the probability of each class; of a run on links, ten probable partners a node.

    Example: edgewise predict friends-sage-001 --nodes new.csv --edges new_edges.csv -o out.parquet

    Args:
        run: Folder of the run, or its name within --out.
        nodes: File of new nodes, with the columns that the run was trained with.
        edges: File of new edges, between any nodes.
        output: File to write: .csv, .parquet or .arrow.
        out: Folder of runs.
    """
    from edgewise.runs.saved_run import find_run, open_saved_run
    from edgewise.runs.table_output import check_output, count_rows, write_table

    check_output(output, "predict")
    table = open_saved_run(find_run(run, out, "predict")).predict(edges, nodes)
    write_table(table, output)
    print(f"{count_rows(table.num_rows)} in {output}: {', '.join(table.column_names)}")
