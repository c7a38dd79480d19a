"""Everything the HTML report shows, gathered from a fitted classifier. How it looks is ``viz.report``'s business."""

from dataclasses import asdict

import torch
from torch import nn

from edgewise._typing import Int, Tensor
from edgewise.data import Data
from edgewise.tasks.environment import environment, peak_memory
from edgewise.tasks.estimator import Estimator
from edgewise.tasks.node_classifier import NodeClassifier
from edgewise.tasks.node_problem import scored_mask
from edgewise.tasks.projection import Projection
from edgewise.tasks.reports.baselines import baseline_scores, score_detail, verdict
from edgewise.viz import force_layout
from edgewise.viz.report import NodeReport, Score

__all__ = [
    "LEAK_CHECK",
    "class_names",
    "confusion",
    "graph_card",
    "headline",
    "kept_why",
    "model_card",
    "model_title",
    "node_name",
    "node_report",
    "split_names",
    "training_card",
]

LEAK_CHECK = "passed (NodeSplit.check): no node is in two of train, validation and test"


def node_report(classifier: NodeClassifier, *, name: str | None = None, command: str | None = None) -> NodeReport:
    """Gather a report.

    Args:
        classifier: A fitted one.
        name: Of the data; ``None`` takes ``data.name``.
        command: What reproduces the run; ``None`` shows the classifier's own call.

    Cost: the baselines' training and the layout.
    """
    data = classifier.data_
    score, baselines = headline(classifier), baseline_scores(data, classifier.config)
    scored = scored_mask(data)
    probability = classifier.predict_proba()
    confidence, prediction = probability.max(1)
    snapshots = classifier.snapshots_
    projection = Projection(classifier.embedding_)
    has_validation = data.val_mask is not None
    return NodeReport(
        title=f"{name or getattr(data, 'name', None) or 'graph'} · {classifier.config.model}",
        edge_index=data.edge_index,
        position=force_layout(data.edge_index, data.num_nodes, seed=0),
        label=data.y.long(),
        class_names=class_names(data, classifier.num_classes_),
        node_names=getattr(data, "node_names", None),
        split=split_names(data),
        epochs=snapshots.epochs,
        embedding=torch.stack([projection(embedding) for embedding in snapshots.embedding]),
        prediction=torch.stack(snapshots.prediction),
        confidence=confidence,
        final_prediction=prediction,
        history=classifier.history_,
        chosen_epoch=classifier.best_epoch_,
        chosen_why="best validation accuracy" if has_validation else "last epoch",
        score=score,
        baselines=baselines,
        verdict=verdict(score, baselines, int(scored.sum())),
        confusion=confusion(data.y[scored].long(), prediction[scored], classifier.num_classes_),
        projection=projection.description,
        data_card=graph_card(data, "classes", classifier.num_classes_),
        model_card=model_card(classifier),
        training_card=training_card(classifier, LEAK_CHECK),
        environment=environment(),
        command=command or f"{classifier!r}.fit(data)",
    )


def headline(classifier: NodeClassifier) -> Score:
    """The score that counts, with its name and what it counts."""
    data = classifier.data_
    return Score(name=model_title(classifier), value=classifier.score(), detail=score_detail(data))


def model_title(estimator: Estimator) -> str:
    """The model's name as a person reads it.

    Example:
        >>> model_title(NodeClassifier("gcn"))
        'GCN'
    """
    return estimator.model.upper() if isinstance(estimator.model, str) else estimator.config.model


def class_names(data: Data, num_classes: int) -> list[str]:
    """The data's own names, else ``class 0``, ``class 1``, ...

    Example:
        >>> class_names(Data(y=torch.tensor([0, 1])), 2)
        ['class 0', 'class 1']
    """
    own = list(getattr(data, "class_names", None) or [])
    return own + [f"class {index}" for index in range(len(own), num_classes)]


def node_name(data: Data, node: int) -> str:
    """Return what a node is called: its own name or id, else its number.

    Example:
        >>> node_name(Data(num_nodes=2), 1)
        '1'
    """
    for attribute in ("node_names", "node_id"):
        own = getattr(data, attribute, None)
        if own is not None:
            return str(own[node].item() if isinstance(own, Tensor) else own[node])
    return str(node)


def split_names(data: Data) -> list[str]:
    """Each node's part: ``"train"``, ``"val"``, ``"test"`` (scored) or ``"none"``.

    Example:
        >>> from edgewise.datasets import KarateClub
        >>> split_names(KarateClub()[0]).count("test")
        30
    """
    names = ["none"] * data.num_nodes
    for name, mask in (("test", scored_mask(data)), ("val", data.val_mask), ("train", data.train_mask)):
        for node in [] if mask is None else mask.nonzero().flatten().tolist():
            names[node] = name
    return names


def confusion(y: Int[Tensor, " nodes"], prediction: Int[Tensor, " nodes"], num_classes: int) -> Int[Tensor, "a b"]:
    """Count nodes per true class (row) and predicted class (column).

    Example:
        >>> confusion(torch.tensor([0, 1]), torch.tensor([1, 1]), 2).tolist()
        [[0, 1], [0, 1]]
    """
    return (y * num_classes + prediction).bincount(minlength=num_classes**2).view(num_classes, num_classes)


def model_card(estimator: Estimator) -> dict[str, str]:
    """Settings and size of the model, as text."""
    config = asdict(estimator.config)
    own = {name: value for name, value in estimator.get_params().items() if name not in config}
    settings = config | {name: value for name, value in own.items() if name not in ("callbacks", "quiet")}
    facts = {name.replace("_", " "): str(value) for name, value in settings.items() if value is not None}
    if not isinstance(estimator.model, str):
        facts = {name: value for name, value in facts.items() if name not in ("hidden", "layers", "act", "dropout")}
    facts["parameters"] = f"{sum(parameter.numel() for parameter in estimator.model_.parameters()):,}"
    facts["structure"] = _structure(estimator.model_)
    return facts


def _structure(model: nn.Module) -> str:
    """The model in a line: itself, or of what it is made, where that takes many."""
    text = repr(model)
    if "\n" not in text:
        return text
    parts = [f"{name}: {type(part).__name__}" for name, part in model.named_children()]
    return f"{type(model).__name__}({', '.join(parts)})"


def kept_why(estimator: Estimator) -> str:
    """Why the weights of that epoch were kept."""
    metric = estimator.target_.metric
    has_validation = f"val_{metric}" in estimator.history_
    return f"best validation {'area under ROC' if metric == 'auroc' else metric}" if has_validation else "last epoch"


def training_card(estimator: Estimator, leak_check: str) -> dict[str, str]:
    """What the leak check found, and what the training took."""
    facts = {"leak check": leak_check}
    epochs = len(estimator.history_["epoch"])
    if hasattr(estimator, "seconds_"):
        seconds = estimator.seconds_
        facts["time"] = f"{_duration(seconds)} to fit, {_duration(seconds / max(1, epochs))} an epoch"
    facts["epochs"] = f"{epochs:,}, kept {estimator.best_epoch_} ({kept_why(estimator)})"
    memory = peak_memory()
    if memory is not None:
        facts["memory"] = f"{memory / 2**20:,.0f} MiB, the most that this process held"
    if torch.cuda.is_available() and torch.cuda.is_initialized():
        facts["memory, GPU"] = f"{torch.cuda.max_memory_allocated() / 2**20:,.0f} MiB at most"
    return facts


def _duration(seconds: float) -> str:
    if seconds >= 100:
        return f"{seconds / 60:.1f} min"
    return f"{seconds:.1f} s" if seconds >= 1 else f"{1000 * seconds:.0f} ms"


def graph_card(data: Data, kind: str, width: int) -> dict[str, str]:
    """Return the size of a graph, and how many classes, labels or numbers are learnt of it.

    Example:
        >>> from edgewise.datasets import KarateClub
        >>> graph_card(KarateClub()[0], "classes", 4)
        {'nodes': '34', 'edges': '156 directed', 'features': '34 of a node', 'classes': '4'}
    """
    return {
        "nodes": f"{data.num_nodes:,}",
        "edges": f"{data.num_edges:,} directed",
        "features": f"{data.num_features:,} of a node",
        kind: str(width),
    }
