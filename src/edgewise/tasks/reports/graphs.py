"""Everything the report of a task on many graphs shows, gathered from a fitted estimator."""

import hashlib
from collections.abc import Sequence
from typing import Any

from edgewise._typing import Tensor
from edgewise.data import Data, Dataset
from edgewise.errors import DataError
from edgewise.tasks.environment import environment
from edgewise.tasks.graph_classifier import GraphEstimator
from edgewise.tasks.graph_problem import as_dataset, form_of, in_order, labels_of
from edgewise.tasks.reports.answers import (
    MEASURES,
    answer_errors,
    answer_facts,
    answer_names,
    answer_scores,
    answer_text,
    answer_verdict,
    constant_answer,
    gallery_order,
)
from edgewise.tasks.reports.baselines import without_edges
from edgewise.tasks.reports.nodes import kept_why, model_card, model_title, training_card
from edgewise.tasks.targets import Target
from edgewise.viz.report import GraphCard, GraphReport, graph_svg, molecule_svg
from edgewise.viz.report.answers import MOST_NAMED

__all__ = ["count_copies", "graph_report"]


def graph_report(
    estimator: GraphEstimator,
    graphs: Any = None,
    *,
    name: str | None = None,
    baselines: Sequence[str] = ("constant", "mlp"),
    command: str | None = None,
) -> GraphReport:
    """Gather a report.

    Args:
        estimator: A fitted one.
        graphs: To score and draw; ``None`` takes those of ``test`` that it was fitted with.
        name: Of the data.
        baselines: Which to compute: ``"constant"`` says the same of every graph, ``"mlp"`` is trained without edges.
        command: What reproduces the run; ``None`` shows the estimator's own call.

    Raises:
        DataError: None of the graphs has a label.

    Cost: the baselines' training, and a layout for each graph drawn.
    """
    target = estimator.target_
    dataset = as_dataset(graphs, "report")
    y = form_of(labels_of(dataset, "report"), target)
    known = target.known(y).nonzero().squeeze(1)
    if not len(known):
        raise DataError("report: expected labels in y, got none that is known. Pass graphs with labels.")
    out, y = estimator._outputs(dataset, "report")[known], y[known]
    names = answer_names(target, getattr(dataset, "class_names", None), getattr(dataset, "tasks", None))
    outputs = _outputs(estimator, dataset, known, out, baselines)
    scores = answer_scores(outputs, y, target, f"{MEASURES[target.kind]} on {len(y):,} graphs")
    answer = answer_verdict(estimator, scores, outputs, y, "graphs")
    train: Dataset | None = getattr(estimator, "train_", None)
    copies = 0 if train is None else count_copies(dataset, train)
    return GraphReport(
        title=f"{name or getattr(dataset, 'name', None) or 'graphs'} · {estimator.config.model}",
        history=estimator.history_,
        chosen_epoch=estimator.best_epoch_,
        chosen_why=kept_why(estimator),
        score=scores[0],
        baselines=scores[1:],
        verdict=f"{answer} {_warning(copies, len(dataset))}".strip(),
        gallery=_gallery(dataset, known, out, y, target, names),
        what="graphs",
        example_names=[f"graph {k}" for k in known.tolist()] if len(known) <= MOST_NAMED else [],
        **answer_facts(out, y, target, names),
        data_card=_counts(estimator, dataset, target),
        model_card=model_card(estimator),
        training_card=training_card(estimator, _leak_check(train, dataset, copies)),
        environment=environment(),
        command=command or f"{estimator!r}.fit(graphs)",
    )


def _outputs(
    estimator: GraphEstimator, dataset: Dataset, known: Tensor, out: Tensor, wanted: Sequence[str]
) -> dict[str, Tensor]:
    """What the model and its baselines say. A loaded estimator has no graphs to train one on."""
    outputs = {model_title(estimator): out}
    train: Dataset | None = getattr(estimator, "train_", None)
    if train is not None and "constant" in wanted:
        train_y = form_of(labels_of(train, "report"), estimator.target_)
        outputs |= constant_answer(train_y, estimator.target_, out, "graphs")
    if train is not None and "mlp" in wanted and estimator.model != "mlp":
        blind = without_edges(estimator, train, val=estimator.val_)
        outputs["MLP without edges"] = blind._outputs(dataset, "report")[known]
    return outputs


def count_copies(graphs: Dataset, among: Dataset) -> int:
    """Count graphs that stand among others too: the same nodes, features and edges in the same order.

    Cost: a pass over both.

    Example:
        >>> from edgewise.datasets import FakeDataset
        >>> graphs = FakeDataset(num_graphs=6)
        >>> count_copies(graphs[:4], graphs[3:])
        1
    """
    there = set(_fingerprints(among))
    return sum(fingerprint in there for fingerprint in _fingerprints(graphs))


def _fingerprints(graphs: Dataset) -> list[bytes]:
    found = []
    for batch in in_order(graphs):
        for graph in batch.to_data_list():
            content = hashlib.blake2b(str(tuple(graph.x.shape)).encode(), digest_size=16)
            for tensor in (graph.x, graph.edge_index):
                content.update(tensor.cpu().contiguous().numpy().tobytes())
            found.append(content.digest())
    return found


def _leak_check(train: Dataset | None, dataset: Dataset, copies: int) -> str:
    if train is None:
        return "not made: a loaded model does not know what it was trained on"
    if copies:
        return _warning(copies, len(dataset))
    return f"passed: none of {len(dataset):,} graphs equals one of {len(train):,} in training, node by node"


def _warning(copies: int, scored: int) -> str:
    return f"{copies:,} of {scored:,} scored graphs equal one of training, node by node." if copies else ""


def _gallery(
    dataset: Dataset, known: Tensor, out: Tensor, y: Tensor, target: Target, names: Sequence[str]
) -> dict[str, list[GraphCard]]:
    rows = gallery_order(answer_errors(out, y, target))
    return {
        title: [_card(dataset[int(known[k])], int(known[k]), out[k], y[k], target, names) for k in row]
        for title, row in rows.items()
    }


def _card(graph: Data, number: int, out: Tensor, y: Tensor, target: Target, names: Sequence[str]) -> GraphCard:
    smiles = getattr(graph, "smiles", None)
    picture = molecule_svg(smiles) if isinstance(smiles, str) else None
    count = graph.num_nodes or 0
    note = smiles if isinstance(smiles, str) else f"{count:,} nodes, {graph.num_edges:,} directed edges"
    truth, prediction, is_right = answer_text(out, y, target, names)
    return GraphCard(
        name=f"graph {number}",
        picture=picture or graph_svg(graph.edge_index, count, _kinds(graph.x)),
        truth=truth,
        prediction=prediction,
        is_right=is_right,
        note=note,
    )


def _kinds(x: Tensor) -> Tensor | None:
    """What tells nodes apart in a picture: a one-hot row, or the first code of a row of codes."""
    if not x.is_floating_point() and x.dim() == 2:
        return x[:, 0].long()
    rows = x.reshape(len(x), -1)
    is_one_hot = rows.shape[1] > 1 and bool((((rows == 0) | (rows == 1)).all(1) & (rows.sum(1) == 1)).all())
    return rows.argmax(1) if is_one_hot else None


def _counts(estimator: GraphEstimator, dataset: Dataset, target: Target) -> dict[str, str]:
    nodes, edges = 0, 0
    for batch in in_order(dataset):
        nodes, edges = nodes + int(batch.num_nodes or 0), edges + batch.num_edges
    facts = {"scored": f"{len(dataset):,} graphs"}
    for name, part in (("training", "train_"), ("validation", "val_")):
        if getattr(estimator, part, None) is not None:
            facts[name] = f"{len(getattr(estimator, part)):,} graphs"
    facts["a graph"] = f"{nodes / len(dataset):.1f} nodes, {edges / len(dataset):.1f} directed edges on average"
    facts["features"] = f"{dataset[0].x.shape[-1]:,} of a node"
    facts[{"classes": "classes", "labels": "labels", "numbers": "numbers"}[target.kind]] = str(target.width)
    return facts
