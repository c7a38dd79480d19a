"""What is learnt of a signal: the values that follow, some of them unknown."""

from dataclasses import dataclass
from typing import ClassVar

from torch.nn.functional import l1_loss, mse_loss

from edgewise._typing import Float, Tensor
from edgewise.tasks.metrics import measure
from edgewise.tasks.targets import TARGETS, Numbers

__all__ = ["LOSSES", "Series"]

LOSSES = {"mae": l1_loss, "mse": mse_loss}
"""What a loss counts -> its function."""


@dataclass(frozen=True)
class Series(Numbers):
    """The next values of a signal, some of them unknown (NaN): the loss counts standardised ones.

    ``mean`` and ``std`` have one number a feature; the first feature is the one that is forecast.

    Example:
        >>> import torch
        >>> target = Series((10.0,), (2.0,), horizon=1)
        >>> target.predict(torch.tensor([[[1.0, 0.0]]])).tolist()
        [[[12.0, 10.0]]]
    """

    kind: ClassVar[str] = "series"
    metric: ClassVar[str] = "mae"
    horizon: int
    """How many steps are told."""
    criterion: str = "mae"
    """What the loss counts: a key of :data:`LOSSES`."""

    @property
    def width(self) -> int:
        """How many outputs a model needs, for each node."""
        return self.horizon

    def standardize(self, series: Float[Tensor, "*steps features"]) -> Float[Tensor, "*steps features"]:
        """Return every feature with mean 0 and spread 1 over training."""
        return (series - series.new_tensor(self.mean)) / series.new_tensor(self.std)

    def loss(self, out: Float[Tensor, "windows horizon nodes"], y: Float[Tensor, "windows horizon nodes"]) -> Tensor:
        """Return the mean over values that are known."""
        known = ~y.isnan()
        wanted = (y - self.mean[0]) / self.std[0]
        return LOSSES[self.criterion](out[known], wanted[known].to(out))

    def measure(self, out: Float[Tensor, "windows horizon nodes"], y: Float[Tensor, "windows horizon nodes"]) -> float:
        """Return the mean absolute error in the unit of the signal."""
        return self.score(out, y, self.metric)

    def score(self, out: Tensor, y: Tensor, metric: str | None = None) -> float:
        """Return a metric by name over all known values together."""
        return self.compare(self.predict(out), y, metric)

    def compare(self, told: Tensor, came: Tensor, metric: str | None = None) -> float:
        """Return a metric of values that are already in the unit of the signal."""
        return measure(self.kind, told.reshape(-1, 1), came.reshape(-1, 1), metric)

    def predict(self, out: Float[Tensor, "*windows horizon nodes"]) -> Float[Tensor, "*windows horizon nodes"]:
        """Return the values in the unit of the signal."""
        return out * self.std[0] + self.mean[0]

    def known(self, y: Float[Tensor, "windows horizon nodes"]) -> Tensor:
        """Return which windows are followed by any known value."""
        return ~y.isnan().all(2).all(1)

    def facts(self) -> dict[str, object]:
        """Return what :func:`~edgewise.tasks.targets.target_from` makes it of again."""
        return super().facts() | {"horizon": self.horizon, "criterion": self.criterion}


TARGETS[Series.kind] = Series  # beside the others, so that a file brings it back
