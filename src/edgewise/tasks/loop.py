"""Full-batch training of a node classifier, one epoch at a time. Files are ``checkpoint.py``'s business.

An epoch is: forward and backward on the training nodes, a step of Adam, then one forward pass in evaluation mode
that measures, chooses the best weights and takes snapshots. All state that the next epoch depends on is in
:class:`Training`, so that a checkpoint of it continues bit for bit.
"""

import bisect
import math
from dataclasses import dataclass, field

import torch
from torch import nn
from torch.nn.functional import cross_entropy

from edgewise._typing import EdgeIndex, Float, Int, Tensor
from edgewise.errors import ArgumentError, ShapeError
from edgewise.tasks.config import TrainConfig
from edgewise.tasks.problem import NodeProblem

__all__ = ["History", "Snapshots", "Training", "accuracy", "embed", "predict_logits"]

History = dict[str, list[float | None]]

_SNAPSHOTS = 40
_SNAPSHOT_BYTES = 256 * 2**20


@dataclass
class Snapshots:
    """What the model made of the nodes, at some epochs of its training."""

    epochs: list[int] = field(default_factory=list)
    embedding: list[Float[Tensor, "nodes hidden"]] = field(default_factory=list)
    prediction: list[Int[Tensor, " nodes"]] = field(default_factory=list)


@dataclass
class Best:
    """The weights to keep and why: highest validation accuracy, then lowest validation loss."""

    epoch: int = -1
    accuracy: float = -1.0
    loss: float = math.inf
    weights: dict[str, Tensor] = field(default_factory=dict)


class Training:
    """A training under way.

    Args:
        model: Called as ``model(x, edge_index)``; changed in place.
        problem: Checked tensors.
        config: Settings.

    Raises:
        ShapeError: The model does not return one row of class scores per node.
        ArgumentError: It has no weights, or ``patience`` is set without a validation mask.
    """

    def __init__(self, model: nn.Module, problem: NodeProblem, config: TrainConfig) -> None:
        self.model = model
        self.problem = problem
        self.config = config
        self.epoch = 0
        self.history: History = {"epoch": [], "train_loss": [], "train_accuracy": []}
        if problem.val_mask is not None:
            self.history |= {"val_loss": [], "val_accuracy": []}
        elif config.patience is not None:
            raise ArgumentError(
                f"fit: expected data.val_mask for patience={config.patience}, got none. "
                "Mark validation nodes or leave patience out."
            )
        self.history["test_accuracy"] = []
        self.best = Best()
        self.snapshots = Snapshots()
        # The first call also gives lazy layers their weights, which the optimiser must see.
        self.num_classes = self._check_output(predict_logits(model, problem.x, problem.edge_index))
        embedding = embed(model, problem.x, problem.edge_index)
        room = _SNAPSHOT_BYTES // max(1, embedding.numel() * embedding.element_size())
        self.snapshot_every = max(1, math.ceil((config.epochs - 1) / max(1, min(_SNAPSHOTS, room))))
        parameters = list(model.parameters())
        if not parameters:
            raise ArgumentError("fit: expected a model with weights, got one without. Give it layers to train.")
        self.optimizer = torch.optim.Adam(parameters, lr=config.lr, weight_decay=config.weight_decay, fused=True)
        self._train = problem.train_mask.nonzero().squeeze(1)
        self._train_y = problem.y[self._train]

    @property
    def is_finished(self) -> bool:
        """All epochs are done, or patience is at its end."""
        patience = self.config.patience
        stopped = patience is not None and self.epoch - 1 - self.best.epoch >= patience
        return self.epoch >= self.config.epochs or (self.epoch > 0 and stopped)

    def run_epoch(self) -> str:
        """Train one epoch, measure it, and describe it in a few words."""
        loss, train_accuracy = self._step()
        logits = predict_logits(self.model, self.problem.x, self.problem.edge_index)
        text = self._record(loss, train_accuracy, logits)
        if self.epoch % self.snapshot_every == 0 or self.epoch == self.config.epochs - 1:
            self._picture(len(self.snapshots.epochs), self.epoch, logits)
        self.epoch += 1
        return text

    def keep_best(self) -> None:
        """Load the best weights into the model and picture them; without validation the last ones are the best."""
        if self.problem.val_mask is None:
            self.best.epoch = self.epoch - 1
        else:
            self.model.load_state_dict(self.best.weights)
        if self.best.epoch not in self.snapshots.epochs:
            logits = predict_logits(self.model, self.problem.x, self.problem.edge_index)
            self._picture(bisect.bisect(self.snapshots.epochs, self.best.epoch), self.best.epoch, logits)
        self.model.eval()

    def _step(self) -> tuple[float, float]:
        if not self.model.training:
            self.model.train()
        self.optimizer.zero_grad()
        out = _logits(self.model(self.problem.x, self.problem.edge_index))
        logits = out.index_select(0, self._train)
        loss = cross_entropy(logits, self._train_y)
        loss.backward()
        self.optimizer.step()
        value = loss.item()
        if not math.isfinite(value):
            raise ArgumentError(
                f"fit: expected a finite loss, got {value} at epoch {self.epoch}. Lower lr (now {self.config.lr})."
            )
        return value, accuracy(logits, self._train_y)

    def _picture(self, place: int, epoch: int, logits: Tensor) -> None:
        self.snapshots.epochs.insert(place, epoch)
        self.snapshots.embedding.insert(place, embed(self.model, self.problem.x, self.problem.edge_index))
        self.snapshots.prediction.insert(place, logits.argmax(1))

    def _record(self, loss: float, train_accuracy: float, logits: Tensor) -> str:
        problem, now = self.problem, {"epoch": self.epoch, "train_loss": loss, "train_accuracy": train_accuracy}
        text = f"loss {loss:.3f}"
        if problem.val_mask is not None:
            val_logits, val_y = logits[problem.val_mask], problem.y[problem.val_mask]
            now["val_loss"] = cross_entropy(val_logits, val_y).item()
            now["val_accuracy"] = accuracy(val_logits, val_y)
            text += f", validation accuracy {now['val_accuracy']:.3f}"
            if (now["val_accuracy"], -now["val_loss"]) > (self.best.accuracy, -self.best.loss):
                weights = {name: value.clone() for name, value in self.model.state_dict().items()}
                self.best = Best(self.epoch, now["val_accuracy"], now["val_loss"], weights)
        scored = problem.test_mask
        for name, column in self.history.items():
            column.append(now.get(name))
        if scored.any():
            self.history["test_accuracy"][-1] = accuracy(logits[scored], problem.y[scored])
        return text

    def _check_output(self, logits: Tensor) -> int:
        num_nodes, num_classes = len(self.problem.x), self.problem.num_classes
        if not isinstance(logits, Tensor) or logits.dim() != 2 or len(logits) != num_nodes:
            got = list(logits.shape) if isinstance(logits, Tensor) else type(logits).__name__
            raise ShapeError(
                f"fit: expected model(x, edge_index) to return class scores [{num_nodes}, {num_classes}], got {got}. "
                "Return one row per node, alone or first in a tuple."
            )
        if logits.shape[1] < num_classes:
            raise ShapeError(
                f"fit: expected a model with {num_classes} outputs, one per class, got {logits.shape[1]}. "
                f"Give its last layer {num_classes} outputs."
            )
        return logits.shape[1]


@torch.no_grad()
def predict_logits(model: nn.Module, x: Float[Tensor, "nodes in"], edge_index: EdgeIndex) -> Tensor:
    """Class scores in evaluation mode, without gradients.

    Example:
        >>> from edgewise.tasks.models import MLPWithoutEdges
        >>> predict_logits(MLPWithoutEdges(3, 8, 2, 4), torch.eye(3), torch.empty(2, 0, dtype=torch.long)).shape
        torch.Size([3, 4])
    """
    model.eval()
    return _logits(model(x, edge_index))


@torch.no_grad()
def embed(model: nn.Module, x: Float[Tensor, "nodes in"], edge_index: EdgeIndex) -> Float[Tensor, "nodes hidden"]:
    """The model's picture of each node: ``model.embed`` if there is one, else its second output, else its scores.

    Example:
        >>> from edgewise.tasks.models import MLPWithoutEdges
        >>> embed(MLPWithoutEdges(3, 8, 2, 4), torch.eye(3), torch.empty(2, 0, dtype=torch.long)).shape
        torch.Size([3, 4])
    """
    model.eval()
    method = getattr(model, "embed", None)
    if callable(method):
        hidden: Tensor = method(x, edge_index)
        return hidden
    out = model(x, edge_index)
    second = out[1] if isinstance(out, tuple) and len(out) > 1 else None
    # A second output may be something else, such as attention weights.
    return second if isinstance(second, Tensor) and second.shape[:-1] == x.shape[:1] else _logits(out)


def accuracy(logits: Float[Tensor, "nodes classes"], y: Int[Tensor, " nodes"]) -> float:
    """Share of nodes whose highest score is their class.

    Example:
        >>> accuracy(torch.tensor([[0.0, 1.0], [1.0, 0.0]]), torch.tensor([1, 1]))
        0.5
    """
    # Divided in Python, so that 23 of 30 is the same number wherever it is computed.
    return int((logits.argmax(1) == y).sum()) / len(y)


def _logits(out: Tensor | tuple[Tensor, ...]) -> Tensor:
    return out[0] if isinstance(out, tuple) else out
