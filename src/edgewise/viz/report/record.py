"""What a report shows, and the check that its parts fit together."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from torch import Tensor

from edgewise.errors import ShapeError

__all__ = ["NodeReport", "Report", "Score", "check_shapes"]


@dataclass(frozen=True, kw_only=True)
class Score:
    """One measure of one model, with what it belongs to.

    Attributes:
        name: ``"GCN"``, ``"majority class"``, ``"MLP without edges"``.
        value: What was measured; NaN where nothing could be.
        detail: What it counts: ``"accuracy on the 30 unlabelled nodes"``.
        form: ``"share"``, shown in percent; ``"number"``, of which more is better; ``"error"``, of which less is.

    Example:
        >>> Score(name="GCN", value=0.8, detail="").text, Score(name="GRU", value=3.14159, detail="", form="error").text
        ('80.0 %', '3.142')
    """

    name: str
    value: float
    detail: str
    form: str = "share"

    @property
    def text(self) -> str:
        """The value as a person reads it."""
        if math.isnan(self.value):
            return "none"
        # Adding 0 makes the 0 of a rounded -0.0001 no longer negative.
        forms = {
            "share": f"{100 * self.value:.1f} %",
            "number": f"{round(self.value, 3) + 0:.3f}",
            "error": f"{self.value:.4g}",
        }
        return forms[self.form]


@dataclass(frozen=True, kw_only=True)
class Report:
    """What every page shows, whatever was learnt.

    Attributes:
        title: Data and model.
        history: Columns ``epoch``, ``train_loss``, ``train_<metric>``; those of ``val`` and ``test`` if there are any.
        chosen_epoch: The epoch whose weights were kept.
        chosen_why: Why that one.
        score: The headline.
        baselines: What to hold it against.
        verdict: Whether the graph helped, in a sentence or two.
        data_card: Facts about the data.
        model_card: Facts about the model.
        training_card: Leak check, time and memory.
        environment: What it ran on.
        command: What reproduces it.
    """

    title: str
    history: Mapping[str, Sequence[int | float | None]]
    chosen_epoch: int
    chosen_why: str
    score: Score
    baselines: Sequence[Score]
    verdict: str
    data_card: Mapping[str, str]
    model_card: Mapping[str, str]
    training_card: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str]
    command: str


@dataclass(frozen=True, kw_only=True)
class NodeReport(Report):
    """Everything that the page of a node classification shows, beside what every :class:`Report` has.

    Attributes:
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
        confusion: ``[classes, classes]``, row = truth, column = prediction, over the scored nodes.
        projection: How the embedding became two-dimensional.

    Raises:
        ShapeError: Two of them disagree on the number of nodes, snapshots or classes.
    """

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
    confusion: Tensor
    projection: str

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
        check_shapes("NodeReport", wanted, "Pass one row a node, one layer a snapshot.")
        if len(self.split) != nodes or (self.node_names is not None and len(self.node_names) != nodes):
            message = f"NodeReport: expected {nodes} entries in split and node_names, got others. Pass one a node."
            raise ShapeError(message)


def check_shapes(kind: str, wanted: Mapping[str, tuple[Tensor, tuple[int, ...]]], repair: str) -> None:
    """Check that each tensor of a report has the shape that goes with the others.

    Raises:
        ShapeError: One has not; the message names it.
    """
    for name, (value, shape) in wanted.items():
        if tuple(value.shape) != shape:
            message = f"{kind}: expected {name} of shape {list(shape)}, got {list(value.shape)}. {repair}"
            raise ShapeError(message)
