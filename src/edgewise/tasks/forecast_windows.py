"""The windows of a series: what is seen, what follows, and the rival who says that nothing changes."""

import torch
from torch import nn

from edgewise._typing import Float, Int, Tensor
from edgewise.datasets._signals import signal_windows
from edgewise.tasks.forecast_target import Series

__all__ = ["Windows", "fill"]

_EVALUATED_AT_ONCE = 64


class Windows:
    """Every place of a window in a series, and what follows it. Nothing is copied until some are taken.

    Args:
        series: In its own unit; NaN is missing.
        target: Knows how it is standardised.
        window: How many steps are seen.

    Example:
        >>> target = Series((0.0,), (2.0,), horizon=1)
        >>> windows = Windows(torch.arange(5.0).view(5, 1, 1), target, window=2)
        >>> windows.inputs(torch.tensor([1])).flatten().tolist(), windows.wanted(torch.tensor([1])).flatten().tolist()
        ([0.5, 1.0], [3.0])
    """

    def __init__(self, series: Float[Tensor, "steps nodes features"], target: Series, window: int) -> None:
        self.series, self.target, self.window = series, target, window
        self._known, _ = signal_windows(target.standardize(series), window, target.horizon)
        _, self._asked = signal_windows(series[..., 0], window, target.horizon)

    @property
    def starts(self) -> Int[Tensor, " windows"]:
        """The first step of each window."""
        return torch.arange(len(self._known), device=self.series.device)

    def inputs(self, starts: Int[Tensor, " batch"]) -> Float[Tensor, "batch window nodes features"]:
        """Return what is seen, standardised, with gaps filled."""
        return fill(self._known[starts])

    def wanted(self, starts: Int[Tensor, " batch"]) -> Float[Tensor, "batch horizon nodes"]:
        """Return what followed, in the unit of the signal; NaN is unknown."""
        return self._asked[starts]

    @torch.no_grad()
    def answers(self, model: nn.Module, starts: Int[Tensor, " windows"]) -> Float[Tensor, "windows horizon nodes"]:
        """Return the outputs of a model in evaluation mode, for some windows at a time."""
        model.eval()
        return torch.cat([model(self.inputs(part)) for part in starts.split(_EVALUATED_AT_ONCE)])

    def last_values(self, starts: Int[Tensor, " windows"]) -> Float[Tensor, "windows horizon nodes"]:
        """Return the rival who says that nothing changes: the last known value of each node, in its unit."""
        last = torch.cat([self.inputs(part)[:, -1:, :, 0] for part in starts.split(_EVALUATED_AT_ONCE)])
        return self.target.predict(last).expand(-1, self.target.horizon, -1)


def fill(x: Float[Tensor, "batch window nodes features"]) -> Float[Tensor, "batch window nodes features"]:
    """Replace what is missing by the last known value of its window, or by 0, the mean, where there is none before.

    Example:
        >>> nan = float("nan")
        >>> fill(torch.tensor([nan, 1.0, nan, 2.0]).view(1, 4, 1, 1)).flatten().tolist()
        [0.0, 1.0, 1.0, 2.0]
    """
    missing = x.isnan()
    if not missing.any():
        return x
    step = torch.arange(x.shape[1], device=x.device).view(-1, 1, 1)
    last = torch.where(missing, -1, step).cummax(1).values
    return x.nan_to_num(0.0).gather(1, last.clamp(min=0)).masked_fill(last < 0, 0.0)
