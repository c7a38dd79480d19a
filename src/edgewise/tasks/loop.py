"""The training of every task, one epoch at a time. Files are ``checkpoint.py``'s business.

An epoch is: forward, backward and a step of Adam for each batch, then one pass in evaluation mode that measures,
chooses the best weights and, where the task has pictures, takes a snapshot. What a task adds stands in its
:class:`Problem`. All state that the next epoch depends on is in :class:`Training`, so that a checkpoint of it continues
bit for bit.
"""

import bisect
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

import torch
from torch import nn

from edgewise._typing import Float, Int, Tensor
from edgewise.errors import ArgumentError
from edgewise.tasks.config import TrainConfig
from edgewise.tasks.targets import Target

__all__ = ["Callback", "History", "Outputs", "Picture", "Problem", "Snapshots", "Training", "first_output"]

History = dict[str, list[float | None]]
Callback = Callable[[Mapping[str, float | None]], Any]
"""Called after each epoch with its row of the history."""

_SNAPSHOTS = 40
_SNAPSHOT_BYTES = 256 * 2**20


@dataclass(frozen=True)
class Picture:
    """What the model makes of the things that are drawn."""

    embedding: Float[Tensor, "nodes hidden"]
    prediction: Int[Tensor, " nodes"]


@dataclass(frozen=True)
class Outputs:
    """What the model says in evaluation mode, with the labels, by part."""

    parts: Mapping[str, tuple[Tensor, Tensor]]
    """``"val"`` and ``"test"``, where there are any."""
    everything: Any = None
    """Whatever the problem's :meth:`~Problem.picture` needs."""


@runtime_checkable
class Problem(Protocol):
    """What a task asks of the loop: where examples come from, and what is wanted of the model."""

    target: Target

    @property
    def device(self) -> torch.device:
        """Where it is computed."""

    @property
    def dtype(self) -> torch.dtype:
        """Of the features, which a built-in model takes over."""

    @property
    def has_validation(self) -> bool:
        """Whether there are examples to choose the epoch by."""

    def check(self, model: nn.Module) -> int:
        """Call the model once, which also gives lazy layers their weights; return how wide its output is.

        Raises:
            ShapeError: The output does not fit the labels.
        """

    def batches(self) -> Iterator[Any]:
        """Yield the batches of an epoch, in an order drawn from torch's generator."""

    def learn(self, model: nn.Module, batch: Any) -> tuple[Tensor, Tensor]:
        """Return the outputs and labels of a batch's examples that are learnt from."""

    def outputs(self, model: nn.Module) -> Outputs:
        """Return what the model says in evaluation mode, without gradients."""

    def picture(self, model: nn.Module, outputs: Outputs) -> Picture | None:
        """Return what is drawn; ``None`` for a task without pictures over epochs."""

    def contents(self) -> Iterator[tuple[str, Tensor]]:
        """Yield every tensor that the result depends on, by name."""


@dataclass
class Snapshots:
    """What the model made of the nodes, at some epochs of its training."""

    epochs: list[int] = field(default_factory=list)
    embedding: list[Float[Tensor, "nodes hidden"]] = field(default_factory=list)
    prediction: list[Int[Tensor, " nodes"]] = field(default_factory=list)


@dataclass
class Best:
    """The weights to keep and why: best validation metric, then lowest validation loss."""

    epoch: int = -1
    score: float = -math.inf
    """The metric, turned so that more is better."""
    loss: float = math.inf
    weights: dict[str, Tensor] = field(default_factory=dict)


class Training:
    """A training under way.

    Args:
        model: Changed in place.
        problem: What is learnt, and from what.
        config: Settings.
        callbacks: Called after each epoch with its row of the history.

    Raises:
        ShapeError: The model's output does not fit the labels.
        ArgumentError: It has no weights, or ``patience`` is set without validation examples.
    """

    def __init__(
        self, model: nn.Module, problem: Problem, config: TrainConfig, callbacks: Sequence[Callback] = ()
    ) -> None:
        self.model = model
        self.problem = problem
        self.config = config
        self.callbacks = callbacks
        self.epoch = 0
        metric = problem.target.metric
        self.history: History = {"epoch": [], "train_loss": [], f"train_{metric}": []}
        if problem.has_validation:
            self.history |= {"val_loss": [], f"val_{metric}": []}
        for name in ("patience", "schedule"):
            value = getattr(config, name)
            if not problem.has_validation and value is not None and value != "cosine":
                raise ArgumentError(
                    f"fit: expected validation examples for {name}={value!r}, got none. "
                    f"Mark some (data.val_mask), or leave {name} out."
                )
        self.history[f"test_{metric}"] = []
        self.best = Best()
        self.snapshots = Snapshots()
        self.width = problem.check(model)  # also gives lazy layers their weights, which the optimiser must see
        picture = problem.picture(model, problem.outputs(model))
        self.snapshot_every = 0 if picture is None else _every(picture, config.epochs)
        parameters = list(model.parameters())
        if not parameters:
            raise ArgumentError("fit: expected a model with weights, got one without. Give it layers to train.")
        self.optimizer = torch.optim.Adam(parameters, lr=config.lr, weight_decay=config.weight_decay, fused=True)
        self.schedule = _schedule(self.optimizer, config)

    @property
    def is_finished(self) -> bool:
        """All epochs are done, or patience is at its end."""
        patience = self.config.patience
        stopped = patience is not None and self.epoch - 1 - self.best.epoch >= patience
        return self.epoch >= self.config.epochs or (self.epoch > 0 and stopped)

    def run_epoch(self) -> str:
        """Train one epoch, measure it, and describe it in a few words."""
        loss, score = self._step()
        outputs = self.problem.outputs(self.model)
        text = self._record(loss, score, outputs)
        if self.snapshot_every and (self.epoch % self.snapshot_every == 0 or self.epoch == self.config.epochs - 1):
            self._picture(len(self.snapshots.epochs), self.epoch, outputs)
        if self.schedule is not None:
            self.schedule.step(*([self.history["val_loss"][-1]] if self.config.schedule == "plateau" else []))
        self.epoch += 1
        for callback in self.callbacks:
            callback({name: column[-1] for name, column in self.history.items()})
        return text

    def keep_best(self) -> None:
        """Load the best weights into the model and picture them; without validation the last ones are the best."""
        if not self.problem.has_validation:
            self.best.epoch = self.epoch - 1
        else:
            self.model.load_state_dict(self.best.weights)
        if self.snapshot_every and self.best.epoch not in self.snapshots.epochs:
            place = bisect.bisect(self.snapshots.epochs, self.best.epoch)
            self._picture(place, self.best.epoch, self.problem.outputs(self.model))
        self.model.eval()

    def _step(self) -> tuple[float, float]:
        """One pass over the batches; their mean loss, and the metric of what the model said on the way."""
        if not self.model.training:
            self.model.train()
        losses, counts, said = [], [], []
        for batch in self.problem.batches():
            self.optimizer.zero_grad()
            out, y = self._learn(batch)
            loss = self.problem.target.loss(out, y)
            loss.backward()
            if self.config.clip is not None:
                nn.utils.clip_grad_norm_(self.model.parameters(), self.config.clip)
            self.optimizer.step()
            losses.append(self._finite(loss))
            counts.append(len(y))
            said.append((out.detach(), y))
        mean = losses[0] if len(losses) == 1 else sum(map(float.__mul__, losses, map(float, counts))) / sum(counts)
        out, y = said[0] if len(said) == 1 else (torch.cat(part) for part in zip(*said, strict=True))
        return mean, self.problem.target.measure(out, y)

    def _learn(self, batch: Any) -> tuple[Tensor, Tensor]:
        if not self.config.autocast:
            return self.problem.learn(self.model, batch)
        with torch.autocast(self.problem.device.type, torch.bfloat16):
            out, y = self.problem.learn(self.model, batch)
        return out.float(), y

    def _finite(self, loss: Tensor) -> float:
        value = loss.item()
        if not math.isfinite(value):
            raise ArgumentError(
                f"fit: expected a finite loss, got {value} at epoch {self.epoch}. Lower lr (now {self.config.lr})."
            )
        return value

    def _picture(self, place: int, epoch: int, outputs: Outputs) -> None:
        picture = self.problem.picture(self.model, outputs)
        if picture is not None:
            self.snapshots.epochs.insert(place, epoch)
            self.snapshots.embedding.insert(place, picture.embedding)
            self.snapshots.prediction.insert(place, picture.prediction)

    def _record(self, loss: float, score: float, outputs: Outputs) -> str:
        target = self.problem.target
        metric, text = target.metric, f"loss {loss:.3f}"
        now: dict[str, float] = {"epoch": self.epoch, "train_loss": loss, f"train_{metric}": score}
        if self.problem.has_validation:
            out, y = outputs.parts["val"]
            now["val_loss"] = target.loss(out, y).item()
            now[f"val_{metric}"] = value = target.measure(out, y)
            text += f", validation {metric} {value:.3f}"
            self._choose(value if target.more_is_better else -value, now["val_loss"])
        if "test" in outputs.parts and len(outputs.parts["test"][1]):
            now[f"test_{metric}"] = target.measure(*outputs.parts["test"])
        for name, column in self.history.items():
            column.append(now.get(name))
        return text

    def _choose(self, score: float, loss: float) -> None:
        # A metric that cannot be measured (one class only) leaves the choice to the loss.
        score = -math.inf if math.isnan(score) else score
        if (score, -loss) > (self.best.score, -self.best.loss):
            weights = {name: value.clone() for name, value in self.model.state_dict().items()}
            self.best = Best(self.epoch, score, loss, weights)


def first_output(out: Any) -> Any:
    """The outputs of a model that returns them alone or first in a tuple."""
    return out[0] if isinstance(out, tuple) else out


def _every(picture: Picture, epochs: int) -> int:
    """Every how many epochs there is a picture: about 40 in all, and no more than memory allows."""
    room = _SNAPSHOT_BYTES // max(1, picture.embedding.numel() * picture.embedding.element_size())
    return max(1, math.ceil((epochs - 1) / max(1, min(_SNAPSHOTS, room))))


def _schedule(optimizer: torch.optim.Optimizer, config: TrainConfig) -> Any:
    if config.schedule == "cosine":
        return torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, config.epochs)
    if config.schedule == "plateau":
        return torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, patience=10)
    return None
