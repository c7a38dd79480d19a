"""What is learnt, whatever it is learnt of: one of several classes, several yes-or-no labels, or numbers.

A target knows its loss, how outputs become predictions, and how they are measured. Labels that are unknown (-1 among
classes, NaN elsewhere) count nowhere.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, runtime_checkable

import torch
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, mse_loss

from edgewise._typing import Float, Int, Tensor
from edgewise.errors import ArgumentError, DataError, DTypeError
from edgewise.tasks.metrics import accuracy, measure

__all__ = [
    "TARGETS",
    "Classes",
    "Labels",
    "Numbers",
    "Target",
    "check_numbers",
    "class_weights",
    "target_from",
    "target_of",
    "yes_or_no",
]


@runtime_checkable
class Target(Protocol):
    """What a task learns."""

    kind: ClassVar[str]
    metric: ClassVar[str]
    """Name of what :meth:`measure` returns, as in ``val_accuracy``."""
    more_is_better: ClassVar[bool]

    @property
    def width(self) -> int:
        """How many outputs a model needs."""

    def loss(self, out: Tensor, y: Tensor) -> Tensor:
        """Return the mean loss over known labels."""

    def measure(self, out: Tensor, y: Tensor) -> float:
        """Return the metric over known labels; NaN where there is nothing to measure."""

    def score(self, out: Tensor, y: Tensor, metric: str | None = None) -> float:
        """Return a metric by name; by default the one that scikit-learn would, of which more is better."""

    def predict(self, out: Tensor) -> Tensor:
        """Return predictions in the form of the labels."""

    def probability(self, out: Tensor) -> Tensor:
        """Return probabilities, where the target has them."""

    def known(self, y: Tensor) -> Tensor:
        """Return which rows have a label."""

    def facts(self) -> dict[str, Any]:
        """Return what :func:`target_from` makes it of again."""


@dataclass(frozen=True)
class Classes:
    """One of several classes: cross entropy, measured by accuracy.

    Example:
        >>> target = Classes(2)
        >>> target.predict(torch.tensor([[0.0, 2.0]])).tolist(), target.measure(torch.eye(2), torch.tensor([0, 0]))
        ([1], 0.5)
    """

    kind: ClassVar[str] = "classes"
    metric: ClassVar[str] = "accuracy"
    more_is_better: ClassVar[bool] = True
    num_classes: int
    weight: tuple[float, ...] | None = None
    """What an example of each class counts in the loss."""

    @property
    def width(self) -> int:
        """How many outputs a model needs."""
        return self.num_classes

    def loss(self, out: Float[Tensor, "rows classes"], y: Int[Tensor, " rows"]) -> Tensor:
        """Return the cross entropy."""
        weight = None if self.weight is None else out.new_tensor(_padded(self.weight, out.shape[1]))
        return cross_entropy(out, y, weight)

    def measure(self, out: Float[Tensor, "rows classes"], y: Int[Tensor, " rows"]) -> float:
        """Return the share of rows whose highest score is their class."""
        return accuracy(out, y)

    def score(self, out: Tensor, y: Tensor, metric: str | None = None) -> float:
        """Return a metric by name; see :data:`~edgewise.tasks.metrics.METRICS`."""
        return measure(self.kind, out, y, metric)

    def predict(self, out: Float[Tensor, "rows classes"]) -> Int[Tensor, " rows"]:
        """Return the most probable class."""
        return out.argmax(1)

    def probability(self, out: Float[Tensor, "rows classes"]) -> Float[Tensor, "rows classes"]:
        """Return the probability of each class."""
        return out.softmax(1)

    def known(self, y: Tensor) -> Tensor:
        """Return which rows have a class."""
        return y >= 0

    def facts(self) -> dict[str, Any]:
        """Return what :func:`target_from` makes it of again."""
        return {"kind": self.kind, "num_classes": self.num_classes, "weight": self.weight}


@dataclass(frozen=True)
class Labels:
    """Several yes-or-no labels, some of them unknown (NaN): binary cross entropy, measured by the mean area under ROC.

    Example:
        >>> target = Labels(1)
        >>> target.measure(torch.tensor([[-1.0], [2.0], [0.5]]), torch.tensor([[0.0], [1.0], [float("nan")]]))
        1.0
    """

    kind: ClassVar[str] = "labels"
    metric: ClassVar[str] = "auroc"
    more_is_better: ClassVar[bool] = True
    num_labels: int
    weight: tuple[float, ...] | None = None
    """What a yes of each label counts in the loss, where a no counts 1."""

    @property
    def width(self) -> int:
        """How many outputs a model needs."""
        return self.num_labels

    def loss(self, out: Float[Tensor, "rows labels"], y: Float[Tensor, "rows labels"]) -> Tensor:
        """Return the mean over labels that are known."""
        known = ~y.isnan()
        weight = None if self.weight is None else out.new_tensor(self.weight)
        each = binary_cross_entropy_with_logits(out, y.nan_to_num().to(out), pos_weight=weight, reduction="none")
        return torch.where(known, each, 0).sum() / known.sum()

    def measure(self, out: Float[Tensor, "rows labels"], y: Float[Tensor, "rows labels"]) -> float:
        """Return the mean over labels that have both answers; NaN where none has."""
        return measure("labels", out, y, "auroc")

    def score(self, out: Tensor, y: Tensor, metric: str | None = None) -> float:
        """Return a metric by name; see :data:`~edgewise.tasks.metrics.METRICS`."""
        return measure(self.kind, out, y, metric)

    def predict(self, out: Float[Tensor, "rows labels"]) -> Float[Tensor, "rows labels"]:
        """Return 1 where yes is more probable, else 0."""
        return (out > 0).to(out.dtype)

    def probability(self, out: Float[Tensor, "rows labels"]) -> Float[Tensor, "rows labels"]:
        """Return the probability of yes."""
        return out.sigmoid()

    def known(self, y: Tensor) -> Tensor:
        """Return which rows have a label at all."""
        return ~y.isnan().all(1)

    def facts(self) -> dict[str, Any]:
        """Return what :func:`target_from` makes it of again."""
        return {"kind": self.kind, "num_labels": self.num_labels, "weight": self.weight}


@dataclass(frozen=True)
class Numbers:
    """Numbers, some of them unknown (NaN): squared error of standardised values, measured by its root in their unit.

    The model learns ``(y - mean) / std``, so that any unit trains alike.

    Example:
        >>> target = Numbers((10.0,), (2.0,))
        >>> target.predict(torch.tensor([[1.0]])).tolist()
        [[12.0]]
    """

    kind: ClassVar[str] = "numbers"
    metric: ClassVar[str] = "rmse"
    more_is_better: ClassVar[bool] = False
    mean: tuple[float, ...]
    std: tuple[float, ...]

    @classmethod
    def of(cls, y: Float[Tensor, "rows numbers"]) -> "Numbers":
        """Take mean and spread from the values to learn from; a constant keeps a spread of 1."""
        means, spreads = [], []
        for column in y.double().t():
            known = column[~column.isnan()]
            means.append(float(known.mean()) if len(known) else 0.0)
            spread = float(known.std(correction=0)) if len(known) else 0.0
            spreads.append(spread if spread > 0 else 1.0)
        return cls(tuple(means), tuple(spreads))

    @property
    def width(self) -> int:
        """How many outputs a model needs."""
        return len(self.mean)

    def loss(self, out: Float[Tensor, "rows numbers"], y: Float[Tensor, "rows numbers"]) -> Tensor:
        """Return the mean over values that are known."""
        known = ~y.isnan()
        wanted = (y - y.new_tensor(self.mean)) / y.new_tensor(self.std)
        return mse_loss(out[known], wanted[known].to(out))

    def measure(self, out: Float[Tensor, "rows numbers"], y: Float[Tensor, "rows numbers"]) -> float:
        """Return the root of the mean squared error, averaged over numbers."""
        return measure("numbers", self.predict(out), y, "rmse")

    def score(self, out: Tensor, y: Tensor, metric: str | None = None) -> float:
        """Return a metric by name; see :data:`~edgewise.tasks.metrics.METRICS`."""
        return measure(self.kind, self.predict(out), y, metric)

    def predict(self, out: Float[Tensor, "rows numbers"]) -> Float[Tensor, "rows numbers"]:
        """Return the numbers in their own unit."""
        return out * out.new_tensor(self.std) + out.new_tensor(self.mean)

    def probability(self, out: Tensor) -> Tensor:
        """Refuse: a number has no probability.

        Raises:
            ArgumentError: Always.
        """
        raise ArgumentError(
            "predict_proba: expected a task that classifies, got one that predicts numbers. Use predict."
        )

    def known(self, y: Tensor) -> Tensor:
        """Return which rows have a number at all."""
        return ~y.isnan().all(1)

    def facts(self) -> dict[str, Any]:
        """Return what :func:`target_from` makes it of again."""
        return {"kind": self.kind, "mean": self.mean, "std": self.std}


TARGETS: dict[str, Any] = {target.kind: target for target in (Classes, Labels, Numbers)}
"""Kind of target -> its class."""


def target_from(facts: Mapping[str, Any]) -> Target:
    """Make a target of its :meth:`~Target.facts`.

    Example:
        >>> target_from({"kind": "classes", "num_classes": 3, "weight": None}).width
        3
    """
    values = {name: tuple(value) if isinstance(value, list) else value for name, value in facts.items()}
    kind = str(values.pop("kind"))
    target: Target = TARGETS[kind](**values)
    return target


def target_of(
    y: Tensor,
    function: str,
    name: str = "data.y",
    *,
    numbers: bool,
    class_weight: str | Sequence[float] | None = None,
) -> Target:
    """Return what labels ask for: numbers, classes (whole numbers), or yes-or-no labels (0, 1 and NaN, or columns).

    Args:
        y: One row an example.
        function: Named in errors.
        name: How they call the labels.
        numbers: Learn them as numbers.
        class_weight: What an example of each class counts in the loss.

    Raises:
        DataError: Labels other than 0, 1 and NaN.

    Example:
        >>> target_of(torch.tensor([0, 2]), "fit", numbers=False).width
        3
    """
    if numbers:
        return Numbers.of(check_numbers(y, function, name))
    if y.is_floating_point() or y.dtype == torch.bool or (y.dim() == 2 and y.shape[1] > 1):
        labels = yes_or_no(y.reshape(len(y), -1), function, name)
        return Labels(labels.shape[1], class_weights(class_weight, labels, labels.shape[1], function))
    flat = y.reshape(-1).long()
    count = max(2, int(flat.max()) + 1)
    return Classes(count, class_weights(class_weight, flat, count, function))


def class_weights(
    wanted: str | Sequence[float] | None, y: Tensor, num_classes: int, function: str = "fit"
) -> tuple[float, ...] | None:
    """Return what an example of each class counts: given, or ``"balanced"`` so that every class counts the same.

    Args:
        wanted: Numbers, ``"balanced"`` or ``None``.
        y: Labels to learn from: classes, or yes-or-no columns, for which it is the weight of a yes.
        num_classes: How many numbers there should be.
        function: Named in the error.

    Raises:
        ArgumentError: Another word, or another number of numbers.
        DataError: ``"balanced"``, and a class has no example to learn from.

    Example:
        >>> class_weights("balanced", torch.tensor([0, 0, 0, 1]), 2)
        (0.6666666666666666, 2.0)
    """
    if wanted is None:
        return None
    if not isinstance(wanted, str):
        if len(wanted) != num_classes or not all(0 <= float(value) < math.inf for value in wanted):
            message = f"{function}: expected class_weight with {num_classes} numbers >= 0, got {list(wanted)}."
            raise ArgumentError(f"{message} Give one a class.")
        return tuple(map(float, wanted))
    if wanted != "balanced":
        message = f"{function}: expected class_weight None, 'balanced' or one number a class, got {wanted!r}."
        raise ArgumentError(f"{message} Use 'balanced'.")
    if y.is_floating_point():
        yes, no = (y == 1).sum(0), (y == 0).sum(0)
        return tuple((no / yes.clamp(min=1)).tolist())
    counts = y[y >= 0].bincount(minlength=num_classes)
    if (counts == 0).any():
        empty = int((counts == 0).nonzero()[0])
        message = (
            f"{function}: expected examples of every class for class_weight='balanced', got none of class {empty}."
        )
        raise DataError(f"{message} Pass one number a class.")
    return tuple((int(counts.sum()) / (num_classes * counts.double())).tolist())


def _padded(weight: Sequence[float], width: int) -> list[float]:
    """A user's model may have more outputs than there are classes."""
    return [*weight, *[1.0] * (width - len(weight))]


def check_numbers(y: Tensor, function: str, name: str = "data.y") -> Tensor:
    """Return ``[rows, numbers]`` of what may be learnt as numbers.

    Raises:
        DTypeError: They are complex or boolean.
        DataError: One is infinite.
    """
    if y.is_complex() or y.dtype == torch.bool:
        kind = str(y.dtype).removeprefix("torch.")
        raise DTypeError(f"{function}: expected numbers in {name}, got {kind}. Use {name} = {name}.float().")
    if y.is_floating_point() and y.isinf().any():
        row = int(y.isinf().reshape(len(y), -1).any(1).nonzero()[0])
        raise DataError(f"{function}: expected finite numbers or NaN in {name}, got infinity in row {row}. Mend it.")
    y = y if y.is_floating_point() else y.float()
    return y.unsqueeze(1) if y.dim() == 1 else y.flatten(1)


def yes_or_no(y: Tensor, function: str, name: str = "data.y") -> Float[Tensor, "rows labels"]:
    """Return ``[rows, labels]`` of 0, 1 and NaN.

    Raises:
        DataError: There is another number.
    """
    y = y.float() if not y.is_floating_point() else y
    wrong = ~((y == 0) | (y == 1) | y.isnan())
    if wrong.any():
        row, column = (int(n) for n in wrong.nonzero()[0])
        raise DataError(
            f"{function}: expected 0, 1 or NaN in the columns of {name}, got {float(y[row, column]):g} in row {row}, "
            f"column {column}. Numbers are learnt by a regressor."
        )
    return y
