"""``edgewise train``: a named graph or your own tables in, a run folder and a score table out."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Group, Parameter

from edgewise.errors import ArgumentError

if TYPE_CHECKING:
    from rich.console import Console

    from edgewise.runs.judging import AnyGraph
    from edgewise.runs.run import FinishedRun
    from edgewise.runs.tables import TableGraph

__all__ = ["train"]

_RUNS = Path("runs")
_WIDEST = 60
"""Up to which width what was inferred is aligned."""
_TABLES = Group("Your own tables", sort_key=1)
_MODEL = Group("Model and training", sort_key=2)
Switch = Annotated[bool, Parameter(negative=(), show_default=False)]
Words = Annotated[tuple[str, ...], Parameter(group=_TABLES, negative=(), show_default=False)]
OfTables = Annotated[str | None, Parameter(group=_TABLES)]


def train(
    graph: str | None = None,
    /,
    *,
    edges: OfTables = None,
    nodes: OfTables = None,
    target: Words = (),
    task: OfTables = None,
    id: OfTables = None,
    source: Annotated[str | None, Parameter(name="--from", group=_TABLES)] = None,
    destination: Annotated[str | None, Parameter(name="--to", group=_TABLES)] = None,
    split: OfTables = None,
    features: Words = (),
    directed: Annotated[bool, Parameter(group=_TABLES, negative=(), show_default=False)] = False,
    model: Annotated[str | None, Parameter(group=_MODEL)] = None,
    hidden: Annotated[int | None, Parameter(group=_MODEL)] = None,
    layers: Annotated[int | None, Parameter(group=_MODEL)] = None,
    dropout: Annotated[float | None, Parameter(group=_MODEL)] = None,
    lr: Annotated[float | None, Parameter(group=_MODEL)] = None,
    weight_decay: Annotated[float | None, Parameter(group=_MODEL)] = None,
    epochs: Annotated[int | None, Parameter(group=_MODEL)] = None,
    seed: Annotated[str | None, Parameter(group=_MODEL)] = None,
    root: Path | None = None,
    out: Path = _RUNS,
    resume: Switch = False,
    quiet: Switch = False,
) -> None:
    """Train a model on a named graph or your own tables, and leave a folder with its report, pictures and weights.

    What is not said is inferred, and printed beside the flag that says otherwise.

    Example: edgewise train --edges friends.csv --nodes people.csv --target topic

    Example: edgewise train cora --hidden 32 --seed 0-4

    Args:
        graph: Name of a data set: karate, cora, citeseer, pubmed.
        edges: File of edges (CSV, Parquet, Arrow), a row each.
        nodes: File of nodes, a row each: ids, target, features.
        target: Column of nodes to predict; again for a further one.
        task: classification, regression or link.
        id: Column of nodes with their ids.
        source: Column of edges with the ids they begin at.
        destination: Column of edges with the ids they end at.
        split: Column with train, val, test; or shares, 0.6,0.2,0.2; or random.
        features: Column to use, or column=kind (number, flag, category, text, date, drop); again for a further one.
        directed: Keep the direction of edges; else each counts in both.
        model: Name of the model: gcn, sage, gat, gin, mlp.
        hidden: Width of each hidden layer.
        layers: Number of layers.
        dropout: Share of features dropped in training.
        lr: Step size of Adam.
        weight_decay: L2 penalty on the weights.
        epochs: Passes over the graph, at most.
        seed: Seed of the run; several as 0-4 or 0,2,5 give a mean and its spread.
        root: Folder that holds the raw data files of a named graph; else they are downloaded once.
        out: Folder in which the run's own folder is made.
        resume: Go on with the newest run of this graph that was killed or interrupted.
        quiet: Print one line only.
    """
    from edgewise.runs import run as runs
    from edgewise.tasks.config import TrainConfig
    from edgewise.tasks.models import check_model_name

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
    overrides: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    TrainConfig(**overrides)  # a mistake is told before files are read
    if model is not None:
        check_model_name(model)
    of_tables = {
        "edges": edges,
        "nodes": nodes,
        "target": target,
        "task": task,
        "id": id,
        "source": source,
        "destination": destination,
        "split": split,
        "features": features,
        "directed": directed,
        "seed": seeds[0] if seeds else 0,
    }
    read = _read(graph, root, of_tables, quiet=quiet)
    config = TrainConfig(**{**vars(read.usual), **overrides})
    tables = read.section[1] if read.section[0] == "tables" else None
    model_line = _model_line(config, read)
    folder = runs.resumable_run(read.name, overrides, out, tables) if resume else runs.new_run(read, config, out)
    if not quiet:
        console = _console()
        _show_data(console, read, model_line)
        if resume:
            console.print(f"[bold]goes on[/] in {folder.path}")
    finished = runs.train_run(read, folder, further_seeds=seeds[1:], quiet=quiet)
    if quiet:
        print(f"{folder.path} {finished.score.value:.4f} {finished.score.detail}")
    else:
        _show(console, finished)


def _read(graph: str | None, root: Path | None, of_tables: dict[str, Any], *, quiet: bool) -> "AnyGraph":
    from edgewise.runs.presets import load_graph
    from edgewise.runs.tables import TableWishes, load_tables

    edges = of_tables["edges"]
    given = [name for name, value in of_tables.items() if name != "seed" and value not in (None, (), False)]
    if graph is not None:
        if given:
            flag = {"source": "from", "destination": "to"}.get(given[0], given[0])
            raise ArgumentError(
                f"train: expected the name of a graph or --edges FILE, got {graph!r} and --{flag}. Leave one out."
            )
        return load_graph(graph, root)
    if edges is None:
        raise ArgumentError(
            "train: expected the name of a graph or --edges FILE, got neither. Try: edgewise train karate."
        )
    return load_tables(TableWishes(**of_tables), quiet=quiet)


def _model_line(config: Any, read: "AnyGraph") -> str:
    from edgewise.runs.describe import describe_model

    width = config.hidden if read.task == "link" else None
    return describe_model(config, read.data, width, numbers=read.task == "regression")


def _console() -> "Console":
    from rich.console import Console

    return Console(highlight=False, soft_wrap=True)


def _show_data(console: "Console", read: "AnyGraph", model_line: str) -> None:
    from edgewise.runs.describe import describe_data, describe_size
    from edgewise.runs.presets import NamedGraph

    if isinstance(read, NamedGraph):
        console.print(f"[bold]data[/]   {describe_data(read.data, read.name)}")
        console.print(f"[bold]model[/]  {model_line}")
        return
    console.print(f"[bold]data[/]   {read.name}: {describe_size(read.data)}")
    _show_inferences(console, read, model_line)


def _show_inferences(console: "Console", read: "TableGraph", model_line: str) -> None:
    from rich.text import Text

    lines = [*read.inferences, ("model", model_line, "--model")]
    wide = [max(len(line[place]) for line in lines) for place in (0, 1)]
    for what, value, flag in lines:
        text = f"{what:<{wide[0]}}  {value:<{min(wide[1], _WIDEST)}}  {f'({flag})' if flag else ''}"
        console.print(Text(text.rstrip()))
    for warning in read.warnings:
        console.print(Text(f"warning: {warning}", style="yellow"))


def _show(console: "Console", finished: "FinishedRun") -> None:
    from rich.table import Table

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
    files = sorted(path.name for path in finished.path.iterdir())
    pictures = ("graph.svg", "embedding.svg", "embedding.gif")
    console.print(f"[bold]in[/]     {finished.path} ({', '.join(name for name in files if name not in pictures)})")
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
