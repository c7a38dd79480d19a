"""``edgewise export``: a model as a program that runs without edgewise's tasks."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from edgewise.errors import ArgumentError

__all__ = ["export"]

_RUNS = Path("runs")
_REFUSED = {
    "script": "TorchScript cannot hold edgewise's operators",
    "onnx": "ONNX has no operators for sparse message passing like edgewise's",
}


def export(
    run: Path,
    /,
    *,
    to: str = "pt2",
    output: Annotated[Path | None, Parameter(name=["--output", "-o"])] = None,
    out: Path = _RUNS,
) -> None:
    """Write the model of a run as a torch.export program, load it again, and compare both.

    Load it with: import edgewise.ops; torch.export.load(FILE).module()(x, edge_index)

    Example: edgewise export friends-sage-001 -o friends.pt2

    Args:
        run: Folder of the run, or its name within --out.
        to: Form of the file: pt2.
        output: File to write; by default the run's name with .pt2.
        out: Folder of runs.
    """
    if to != "pt2":
        why = f", and {_REFUSED[to]}" if to in _REFUSED else ""
        raise ArgumentError(f"export: expected --to pt2, got {to}{why}. Leave --to out.")
    from edgewise.runs.saved_run import export_program, find_run, open_saved_run

    folder = find_run(run, out, "export")
    path = Path(f"{folder.name}.pt2") if output is None else output
    worst = export_program(open_saved_run(folder), path)
    print(f"{path}: loaded again, largest difference of outputs {worst:.1g}")
