"""A run folder, used again: predictions for new people, scores, and a program for others to run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import torch

from edgewise._files import atomic_write
from edgewise._lazy import lazy_import
from edgewise._typing import Tensor
from edgewise.data import Data
from edgewise.errors import ArgumentError, DataError, FileError
from edgewise.io.tables.features import Rows
from edgewise.io.tables.opening import open_source
from edgewise.io.tables.targets import read_labels
from edgewise.runs.presets import load_graph
from edgewise.runs.run import ESTIMATORS
from edgewise.runs.table_output import node_ids, predictions_of
from edgewise.runs.tables import TableWishes, load_tables
from edgewise.tasks.calling import extra_names
from edgewise.tasks.checkpoint import load_tensors
from edgewise.tasks.config import parse_toml
from edgewise.tasks.link_predictor import LinkPredictor
from edgewise.tasks.link_problem import split_links
from edgewise.tasks.loop import first_output
from edgewise.tasks.merging import merged_graph
from edgewise.tasks.runner import own_generator
from edgewise.tasks.table_reading import read_numbers

pa = lazy_import("pyarrow")

__all__ = ["PartScores", "SavedRun", "export_program", "find_run", "open_saved_run"]

_METRICS = {
    "classes": ("accuracy", "macro_f1"),
    "labels": ("auroc", "average_precision"),
    "numbers": ("r2", "rmse", "mae"),
}
_PARTNERS = 10


class PartScores(NamedTuple):
    """Scores of some of the nodes or pairs."""

    part: str
    size: int
    scores: Mapping[str, float]


def find_run(run: Path, out: Path, function: str) -> Path:
    """Return the folder of a complete run, by its path or its name within ``out``.

    Raises:
        FileError: There is none, or it is not complete.
    """
    folder = next((path for path in (run, out / run) if path.is_dir()), run)
    for name in ("config.toml", "model.safetensors"):
        if not (folder / name).is_file():
            raise FileError(f"{function}: expected a complete run with {name}, got {folder}. Name a folder in {out}.")
    return folder


@dataclass(frozen=True, kw_only=True)
class SavedRun:
    """A run that is complete."""

    path: Path
    estimator: Any
    wishes: TableWishes | None
    """Of a user's tables; ``None`` for a named graph."""
    graph: Mapping[str, str]
    """Name and root of a named graph."""

    def data(self, function: str, *, quiet: bool = False) -> Data:
        """Read the graph that it was trained on.

        Raises:
            FileError: Its tables are gone.
            DataError: They have changed.
        """
        if self.wishes is None:
            root = self.graph.get("root")
            return load_graph(self.graph["name"], None if root is None else Path(root)).data
        data = load_tables(self.wishes, quiet=quiet).data
        if data.table_reading != self.estimator.tables_:
            raise DataError(
                f"{function}: expected the tables that {self.path} was trained on, got changed ones "
                f"({self.wishes.edges}). Pass them as --edges and --nodes, or train again."
            )
        return data

    def predict(self, edges: Any = None, nodes: Any = None, *, quiet: bool = False) -> Any:
        """Return a table of predictions: of new nodes, or, without any, of all nodes.

        Args:
            edges: New edges, between any nodes.
            nodes: New nodes.
            quiet: Show no progress.

        Raises:
            ArgumentError: New tables are given for a named graph.
            DataError: A column is missing or cannot be read by the rules.
            FileError: A file is missing.
        """
        if edges is None and nodes is None and self.wishes is None:
            data = self.data("predict")
            rows = torch.arange(data.num_nodes)
        else:
            data, rows = self._merged(edges, nodes, "predict", quiet=quiet)
        if isinstance(self.estimator, LinkPredictor):
            return _partners(self.estimator, data, rows)
        return predictions_of(self.estimator, data, rows)

    def evaluate(self, edges: Any = None, nodes: Any = None, *, quiet: bool = False) -> list[PartScores]:
        """Score the saved weights on each part of the run's own graph, or on new nodes with labels.

        Args:
            edges: New edges, between any nodes.
            nodes: New nodes, with the target.
            quiet: Show no progress.

        Raises:
            ArgumentError: New edges alone, or new tables for what cannot be scored on them.
            DataError: The new nodes have no target.
        """
        if edges is None and nodes is None:
            data = self.data("eval", quiet=quiet)
            return self._link_scores(data) if isinstance(self.estimator, LinkPredictor) else self._own_scores(data)
        if nodes is None or isinstance(self.estimator, LinkPredictor):
            raise ArgumentError(
                "eval: expected --nodes FILE with the target of new nodes, got new edges or a run on links. "
                "Leave --edges and --nodes out to score the run's own test part."
            )
        data, rows = self._merged(edges, nodes, "eval", quiet=quiet)
        y = self._new_labels(nodes)
        data.y = y.new_full((data.num_nodes, *y.shape[1:]), torch.nan if y.is_floating_point() else -1)
        data.y[rows] = y
        mask = torch.zeros(data.num_nodes, dtype=torch.bool)
        mask[rows] = self.estimator.target_.known(y)
        return [self._scores(data, mask, "new nodes")]

    def _merged(self, edges: Any, nodes: Any, function: str, *, quiet: bool) -> tuple[Data, Tensor]:
        if self.wishes is None:
            raise ArgumentError(
                f"{function}: expected a run on your own tables, got {self.path}, which is one on "
                f"{self.graph['name']}. Leave --edges and --nodes out."
            )
        own = (self.wishes.edges, self.wishes.nodes)
        if nodes is not None and own[1] is None:
            raise ArgumentError(
                f"{function}: expected no --nodes, as {self.path} was trained on edges alone, got some. Leave it out."
            )
        return merged_graph(self.estimator.tables_, own, (edges, nodes), function, quiet=quiet)

    def _new_labels(self, nodes: Any) -> Tensor:
        reading = self.estimator.tables_
        source = open_source(nodes, "nodes", "eval")
        for name in reading.targets:
            source.check_column(name, "the target", "eval")
        if self.estimator.target_.kind == "classes":
            return read_labels(Rows(source), reading.targets[0], reading.features, "eval")[0]
        y = read_numbers(nodes, reading.targets, "eval")
        return y.reshape(len(y), -1)

    def _own_scores(self, data: Data) -> list[PartScores]:
        masks = {part: data[f"{part}_mask"] for part in ("train", "val", "test")}
        known = self.estimator.target_.known(data.y.reshape(len(data.y), -1) if data.y.is_floating_point() else data.y)
        if masks["test"] is None:
            others = [mask for mask in masks.values() if mask is not None]
            masks["test"] = known & ~torch.stack(others).any(0)
        return [self._scores(data, mask & known, part) for part, mask in masks.items() if mask is not None]

    def _scores(self, data: Data, mask: Tensor, part: str) -> PartScores:
        names = _METRICS[self.estimator.target_.kind]
        scores = {name: self.estimator.score(data, mask=mask, metric=name) for name in names}
        return PartScores(part, int(mask.sum()), scores)

    def _link_scores(self, data: Data) -> list[PartScores]:
        with own_generator(self.estimator.seed, data.x.device):
            parts = split_links(data)
        return [
            PartScores(
                name,
                int(part.edge_label.numel()),
                {metric: self.estimator.score(part, metric=metric) for metric in _METRICS["labels"]},
            )
            for name, part in zip(("val", "test"), parts[1:], strict=True)
        ]


def open_saved_run(folder: Path) -> SavedRun:
    """Read a run folder.

    Raises:
        FileError: Its weights are broken, or of another version.
        ArgumentError: Its ``config.toml`` was broken by hand.
    """
    config = parse_toml((folder / "config.toml").read_text(encoding="utf-8"))
    weights = folder / "model.safetensors"
    kind = load_tensors(weights, "load")[1].get("kind")
    estimator = next((cls for cls in ESTIMATORS.values() if cls._kind == kind), None)
    if estimator is None:
        raise FileError(f"load: expected a run of nodes or links, got {folder}, which is {kind}. Use load() in Python.")
    tables, graph = config.get("tables"), config.get("data", {})
    if tables is None and "name" not in graph:
        raise ArgumentError(
            f"config.toml: expected [tables] or [data] with a name in {folder}, got neither. Mend it, or train again."
        )
    loaded: Any = estimator.load(weights)
    loaded.quiet = True
    wishes = None if tables is None else TableWishes.from_facts(tables)
    return SavedRun(path=folder, estimator=loaded, wishes=wishes, graph=graph)


def export_program(run: SavedRun, path: Path) -> float:
    """Write the model as a ``torch.export`` program, load it again, and compare both on two random graphs.

    Returns:
        The largest difference between outputs.

    Raises:
        DataError: The loaded program says something else.
        FileError: The folder cannot be written.
    """
    model = getattr(run.estimator.model_, "encoder", run.estimator.model_).eval()
    is_weighted = run.estimator.tables_ is not None and run.estimator.tables_.columns.get("weight") is not None
    graphs = [_random_graph(run.estimator.in_channels_, size, is_weighted=is_weighted) for size in (12, 57)]
    names = extra_names(model, graphs[0]) or ()
    inputs = [((graph.x, graph.edge_index), {name: graph[name] for name in names}) for graph in graphs]
    auto = torch.export.Dim.AUTO  # any number of nodes and edges
    shapes: Sequence[Any] = ({0: auto}, {1: auto}, *({0: auto} for _ in names))
    program = torch.export.export(model, *inputs[0], dynamic_shapes=tuple(shapes))
    with atomic_write(path) as temporary:
        torch.export.save(program, temporary)
    again = torch.export.load(path).module()
    worst = 0.0
    with torch.no_grad():
        for arguments, named in inputs:
            gap = first_output(again(*arguments, **named)) - first_output(model(*arguments, **named))
            worst = max(worst, float(gap.abs().max()))
    if worst > 1e-4:
        raise DataError(f"export: expected the same outputs after loading {path}, got a difference of {worst:g}.")
    return worst


def _random_graph(in_channels: int, nodes: int, *, is_weighted: bool) -> Data:
    generator = torch.Generator().manual_seed(nodes)
    edge_index = torch.randint(nodes, (2, 3 * nodes + 1), generator=generator)
    data = Data(x=torch.randn(nodes, in_channels, generator=generator), edge_index=edge_index)
    if is_weighted:
        data.edge_weight = torch.rand(edge_index.shape[1], generator=generator)
    return data


def _partners(estimator: Any, data: Data, rows: Tensor) -> Any:
    """The most probable new partners of each node, a row each."""
    k = min(_PARTNERS, data.num_nodes - 1)
    partners, probability = estimator.recommend(rows, k, data)
    ids = node_ids(data)
    return pa.table(
        {
            "id": [ids[node] for node in rows.tolist() for _ in range(k)],
            "partner": [ids[node] for node in partners.flatten().tolist()],
            "probability": probability.flatten().numpy(),
        }
    )
