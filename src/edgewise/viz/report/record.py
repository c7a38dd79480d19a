"""What a report shows, and the check that its parts fit together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from torch import Tensor

from edgewise.errors import ShapeError

__all__ = ["NodeReport", "Score"]


@dataclass(frozen=True, kw_only=True)
class Score:
    """One accuracy, with what it belongs to.

    Attributes:
        name: ``"GCN"``, ``"majority class"``, ``"MLP without edges"``.
        value: Between 0 and 1.
        detail: What it counts: ``"accuracy on the 30 unlabelled nodes"``.
    """

    name: str
    value: float
    detail: str


@dataclass(frozen=True, kw_only=True)
class NodeReport:
    """Everything that the page of a node classification shows.

    Attributes:
        title: Data and model.
        edge_index: ``[2, edges]``.
        position: ``[nodes, 2]``, where the graph draws each node.
        label: ``[nodes]``, ``-1`` for unknown.
        class_names: A name for each class.
        node_names: A name for each node, or ``None``.
        split: ``"train"``, ``"val"``, ``"test"`` or ``"none"`` for each node.
        epochs: The epoch of each snapshot.
        embedding: ``[snapshots, nodes, 2]``.
        prediction: ``[snapshots, nodes]``.
        confidence: ``[nodes]``, of the final prediction.
        final_prediction: ``[nodes]``, at the chosen epoch.
        history: Columns ``epoch``, ``train_loss``, ``train_accuracy``; those of ``val`` and ``test`` if there are any.
        chosen_epoch: The epoch whose weights were kept.
        chosen_why: Why that one.
        score: The headline.
        baselines: What to hold it against.
        verdict: One sentence: whether the graph helped.
        confusion: ``[classes, classes]``, row = truth, column = prediction, over the scored nodes.
        projection: How the embedding became two-dimensional.
        data_card: Facts about the data.
        model_card: Facts about the model.
        environment: What it ran on.
        command: What reproduces it.

    Raises:
        ShapeError: Two of them disagree on the number of nodes, snapshots or classes.
    """

    title: str
    edge_index: Tensor
    position: Tensor
    label: Tensor
    class_names: Sequence[str]
    node_names: Sequence[str] | None
    split: Sequence[str]
    epochs: Sequence[int]
    embedding: Tensor
    prediction: Tensor
    confidence: Tensor
    final_prediction: Tensor
    history: Mapping[str, Sequence[int | float | None]]
    chosen_epoch: int
    chosen_why: str
    score: Score
    baselines: Sequence[Score]
    verdict: str
    confusion: Tensor
    projection: str
    data_card: Mapping[str, str]
    model_card: Mapping[str, str]
    environment: Mapping[str, str]
    command: str

    def __post_init__(self) -> None:
        nodes, snapshots, classes = self.label.shape[0], len(self.epochs), len(self.class_names)
        wanted = {
            "position": (self.position, (nodes, 2)),
            "embedding": (self.embedding, (snapshots, nodes, 2)),
            "prediction": (self.prediction, (snapshots, nodes)),
            "confidence": (self.confidence, (nodes,)),
            "final_prediction": (self.final_prediction, (nodes,)),
            "confusion": (self.confusion, (classes, classes)),
        }
        for name, (value, shape) in wanted.items():
            if tuple(value.shape) != shape:
                message = (
                    f"NodeReport: expected {name} of shape {list(shape)}, got {list(value.shape)}. "
                    "Pass one row a node, one layer a snapshot."
                )
                raise ShapeError(message)
        if len(self.split) != nodes or (self.node_names is not None and len(self.node_names) != nodes):
            message = f"NodeReport: expected {nodes} entries in split and node_names, got others. Pass one a node."
            raise ShapeError(message)
