"""``edgewise train``: a named graph in, a run folder and a score table out."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from rich.console import Console
from rich.table import Table

from edgewise.errors import ArgumentError

if TYPE_CHECKING:
    from edgewise.tasks.run import FinishedRun

__all__ = ["train"]

_RUNS = Path("runs")
Switch = Annotated[bool, Parameter(negative=())]


def train(
    graph: str,
    /,
    *,
    model: str | None = None,
    hidden: int | None = None,
    layers: int | None = None,
    dropout: float | None = None,
    lr: float | None = None,
    weight_decay: float | None = None,
    epochs: int | None = None,
    seed: str | None = None,
    root: Path | None = None,
    out: Path = _RUNS,
    resume: Switch = False,
    quiet: Switch = False,
) -> None:
    """Train a model on a named graph and leave a folder with its report, pictures and weights.

    Settings that are not given suit the graph: citation graphs use those of Kipf & Welling (2017).

    Example: edgewise train cora --hidden 32 --seed 0-4

    Args:
        graph: Name of a data set: karate, cora, citeseer, pubmed.
        model: Name of the model: gcn, sage, gat, gin, mlp.
        hidden: Width of each hidden layer.
        layers: Number of layers.
        dropout: Share of features dropped in training.
        lr: Step size of Adam.
        weight_decay: L2 penalty on the weights.
        epochs: Passes over the graph, at most.
        seed: Seed of the run; several as 0-4 or 0,2,5 give a mean and its spread.
        root: Folder that holds the raw data files; else they are downloaded once.
        out: Folder in which the run's own folder is made.
        resume: Go on with the newest run of this graph that was killed or interrupted.
        quiet: Print one line only.
    """
    from edgewise.tasks import run as runs
    from edgewise.tasks.describe import describe_data, describe_model
    from edgewise.tasks.presets import load_graph, preset

    seeds = _seeds(seed)
    given = {
        "model": model,
        "hidden": hidden,
        "layers": layers,
        "dropout": dropout,
        "lr": lr,
        "weight_decay": weight_decay,
        "epochs": epochs,
        "seed": seeds[0] if seeds else None,
    }
    overrides = {name: value for name, value in given.items() if value is not None}
    config = preset(graph, overrides)
    named = load_graph(graph, root)
    model_line = describe_model(config, named.data)
    folder = runs.resumable_run(graph, overrides, out) if resume else runs.new_run(named, config, out)
    if not quiet:
        console = Console(highlight=False, soft_wrap=True)
        console.print(f"[bold]data[/]   {describe_data(named.data, graph)}")
        console.print(f"[bold]model[/]  {model_line}")
        if resume:
            console.print(f"[bold]goes on[/] in {folder.path}")
    finished = runs.train_run(named, folder, further_seeds=seeds[1:], quiet=quiet)
    if quiet:
        print(f"{folder.path} {finished.score.value:.4f} {finished.score.detail}")
    else:
        _show(console, finished)


def _show(console: Console, finished: "FinishedRun") -> None:
    table = Table(box=None, pad_edge=False)
    table.add_column(finished.baselines[0].detail)
    table.add_column("", justify="right")
    for score in [finished.score, *finished.baselines]:
        style = "bold" if score is finished.score else ""
        table.add_row(score.name, f"{score.value:.4f}", style=style)
    console.print()
    console.print(table)
    if finished.spread is not None:
        console.print(f"{finished.score.name}: {finished.spread}")
        console.print("each seed: " + " ".join(f"{value:.4f}" for value in finished.seed_scores))
    console.print(f"\n{finished.verdict}")
    console.print(f"{finished.kept} {finished.seconds:.1f} s with baselines and pictures.\n")
    console.print(
        f"[bold]in[/]     {finished.path} (report.html, pictures, metrics.jsonl, model.safetensors, train.py)"
    )
    console.print("[bold]next[/]   edgewise open")


def _seeds(text: str | None) -> list[int]:
    """``"3"``, ``"0-4"`` or ``"0,2,5"`` as numbers."""
    if text is None:
        return []
    try:
        first, dash, last = text.partition("-")
        seeds = list(range(int(first), int(last) + 1)) if dash else [int(part) for part in text.split(",")]
    except ValueError:
        seeds = []
    if not seeds:
        raise ArgumentError(f"train: expected --seed like 0, 0-4 or 0,2,5, got {text!r}. Give whole numbers.")
    return seeds
