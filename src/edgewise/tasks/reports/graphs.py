"""Everything the report of a task on many graphs shows, gathered from a fitted estimator."""

import hashlib
from collections.abc import Sequence
from typing import Any

import torch

from edgewise._typing import Float, Tensor
from edgewise.data import Data, Dataset
from edgewise.errors import DataError
from edgewise.tasks.environment import environment
from edgewise.tasks.graph_classifier import GraphEstimator
from edgewise.tasks.graph_problem import as_dataset, form_of, in_order, labels_of
from edgewise.tasks.reports.baselines import best_of, majority_class, paired_error, verdict
from edgewise.tasks.reports.nodes import confusion, kept_why, model_card, model_title, training_card
from edgewise.tasks.targets import Target
from edgewise.viz.report import GraphCard, GraphReport, Score, graph_svg, molecule_svg

__all__ = ["count_copies", "gallery_order", "graph_report"]

_IN_A_ROW = 4
_MEASURES = {"classes": "accuracy", "labels": "mean area under ROC", "numbers": "R²"}
_CONSTANTS = {"classes": "majority class", "labels": "one answer for all", "numbers": "mean of training"}


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
    names = _names(dataset, target)
    score, others, answer = _scored(estimator, dataset, known, out, y, baselines)
    train: Dataset | None = getattr(estimator, "train_", None)
    copies = 0 if train is None else count_copies(dataset, train)
    return GraphReport(
        title=f"{name or getattr(dataset, 'name', None) or 'graphs'} · {estimator.config.model}",
        history=estimator.history_,
        chosen_epoch=estimator.best_epoch_,
        chosen_why=kept_why(estimator),
        score=score,
        baselines=others,
        verdict=f"{answer} {_warning(copies, len(dataset))}".strip(),
        gallery=_gallery(dataset, known, out, y, target, names),
        kind=target.kind,
        names=names,
        confusion=_confusion(out, y, target),
        truth=torch.zeros(0, len(names)) if target.kind == "classes" else y,
        prediction=_shown(out, target, len(names)),
        label_scores=[target.score(out[:, [k]], y[:, [k]]) for k in range(len(names))]
        if target.kind == "labels"
        else [],
        data_card=_counts(estimator, dataset, target),
        model_card=model_card(estimator),
        training_card=training_card(estimator, _leak_check(train, dataset, copies)),
        environment=environment(),
        command=command or f"{estimator!r}.fit(graphs)",
    )


def _scored(
    estimator: GraphEstimator, dataset: Dataset, known: Tensor, out: Tensor, y: Tensor, wanted: Sequence[str]
) -> tuple[Score, list[Score], str]:
    """The headline, its baselines, and what follows from them. A loaded estimator has no graphs to train one on."""
    target, train = estimator.target_, getattr(estimator, "train_", None)
    form = "number" if target.kind == "numbers" else "share"
    detail = f"{_MEASURES[target.kind]} on {len(y):,} graphs"

    def score(name: str, outputs: Tensor, more: str = "") -> Score:
        return Score(name=name, value=target.score(outputs, y), detail=detail + more, form=form)

    more = f"; RMSE {target.score(out, y, 'rmse'):.4g} in the unit of y" if target.kind == "numbers" else ""
    own = score(model_title(estimator), out, more)
    outputs: dict[str, Tensor] = {}
    if train is not None and "constant" in wanted:
        outputs[_CONSTANTS[target.kind]] = _constant(train, target, out)
    if train is not None and "mlp" in wanted and estimator.model != "mlp":
        outputs["MLP without edges"] = _without_edges(estimator)._outputs(dataset, "report")[known]
    others = [score(name, what) for name, what in outputs.items()]
    if not others:
        return own, [], ""
    best = outputs[best_of(others).name]
    error = paired_error(lambda some: target.score(out[some], y[some]) - target.score(best[some], y[some]), len(y))
    answer = verdict(own, others, len(y), error=error, what="graphs")
    return own, others, "This model sees no edges." if estimator.model == "mlp" else answer


def _without_edges(estimator: GraphEstimator) -> GraphEstimator:
    """The same settings, graphs and loop, for a model that sees no edges."""
    settings = estimator.get_params() | {"model": "mlp", "quiet": True, "callbacks": ()}
    return type(estimator)(**settings).fit(estimator.train_, val=estimator.val_)


def _constant(train: Dataset, target: Target, like: Tensor) -> Tensor:
    """Outputs that say the same of every graph: the most frequent class, or the mean."""
    out = torch.zeros_like(like)
    if target.kind == "classes":
        y = form_of(labels_of(train, "report"), target)
        out[:, majority_class(y)] = 1
    return out


def gallery_order(error: Float[Tensor, " graphs"], most: int = _IN_A_ROW) -> dict[str, list[int]]:
    """Choose the best, typical and worst of some graphs; none stands in two rows.

    Args:
        error: Of each graph.
        most: In a row.

    Example:
        >>> gallery_order(torch.tensor([0.5, 0.1, 0.9, 0.3, 0.7]), most=1)
        {'Best': [1], 'Typical': [0], 'Worst': [2]}
    """
    order = error.argsort(stable=True).tolist()
    count = max(1, min(most, len(order) // 3))
    if len(order) < 3:
        return {"All": order}
    middle = (len(order) - count) // 2
    return {"Best": order[:count], "Typical": order[middle : middle + count], "Worst": order[::-1][:count]}


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


def _confusion(out: Tensor, y: Tensor, target: Target) -> Tensor:
    width = target.width
    return confusion(y, out.argmax(1), width) if target.kind == "classes" else torch.zeros(width, width)


def _shown(out: Tensor, target: Target, width: int) -> Tensor:
    if target.kind == "classes":
        return torch.zeros(0, width)
    return target.probability(out) if target.kind == "labels" else target.predict(out)


def _errors(out: Tensor, y: Tensor, target: Target) -> Tensor:
    """How far off the model is on each graph; the scale does not count, only the order."""
    if target.kind == "classes":
        return 1 - target.probability(out).gather(1, y.unsqueeze(1)).squeeze(1)
    if target.kind == "labels":
        return (target.probability(out) - y).abs().nanmean(1)
    spread = out.new_tensor(target.facts()["std"])
    return ((target.predict(out) - y) / spread).abs().nanmean(1)


def _gallery(
    dataset: Dataset, known: Tensor, out: Tensor, y: Tensor, target: Target, names: Sequence[str]
) -> dict[str, list[GraphCard]]:
    rows = gallery_order(_errors(out, y, target))
    return {
        title: [_card(dataset[int(known[k])], int(known[k]), out[k], y[k], target, names) for k in row]
        for title, row in rows.items()
    }


def _card(graph: Data, number: int, out: Tensor, y: Tensor, target: Target, names: Sequence[str]) -> GraphCard:
    smiles = getattr(graph, "smiles", None)
    picture = molecule_svg(smiles) if isinstance(smiles, str) else None
    count = graph.num_nodes or 0
    note = smiles if isinstance(smiles, str) else f"{count:,} nodes, {graph.num_edges:,} directed edges"
    truth, prediction, is_right = _answers(out.unsqueeze(0), y, target, names)
    return GraphCard(
        name=f"graph {number}",
        picture=picture or graph_svg(graph.edge_index, count, _kinds(graph.x)),
        truth=truth,
        prediction=prediction,
        is_right=is_right,
        note=note,
    )


def _answers(out: Tensor, y: Tensor, target: Target, names: Sequence[str]) -> tuple[str, str, bool | None]:
    """True and predicted value as text, and whether they agree."""
    if target.kind == "classes":
        probability, guess = target.probability(out)[0].max(0)
        return names[int(y)], f"{names[int(guess)]} ({100 * float(probability):.0f}\u00a0%)", int(guess) == int(y)
    if target.kind == "labels":
        probability, known = target.probability(out)[0], ~y.isnan()
        wrong = ((probability > 0.5) != (y == 1)) & known
        if len(names) == 1:
            answers = "yes" if y[0] == 1 else "no", f"{100 * float(probability[0]):.0f} % yes"
            return *answers, not bool(wrong.any())
        yes = [name for name, value in zip(names, y.tolist(), strict=True) if value == 1]
        told = f"{int(wrong.sum())} of {int(known.sum())} known labels wrong"
        return f"yes to {', '.join(yes) or 'none'}", told, not bool(wrong.any())
    return _few(y), _few(target.predict(out)[0]), None


def _few(values: Tensor) -> str:
    text = ["unknown" if value != value else f"{value:.4g}" for value in values.tolist()]
    return ", ".join(text[:3]) + (", …" if len(text) > 3 else "")


def _kinds(x: Tensor) -> Tensor | None:
    """What tells nodes apart in a picture: a one-hot row, or the first code of a row of codes."""
    if not x.is_floating_point() and x.dim() == 2:
        return x[:, 0].long()
    rows = x.reshape(len(x), -1)
    is_one_hot = rows.shape[1] > 1 and bool((((rows == 0) | (rows == 1)).all(1) & (rows.sum(1) == 1)).all())
    return rows.argmax(1) if is_one_hot else None


def _names(dataset: Dataset, target: Target) -> list[str]:
    for attribute in ("class_names", "tasks"):
        own = getattr(dataset, attribute, None)
        if own is not None and len(own) == target.width:
            return [str(name) for name in own]
    what = {"classes": "class", "labels": "label", "numbers": "y"}[target.kind]
    return ["y"] if target.kind == "numbers" and target.width == 1 else [f"{what} {k}" for k in range(target.width)]


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
