"""A signal parted in the order of time: what is learnt from, and what is scored."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import nn

from edgewise._typing import Float, Int, Tensor
from edgewise.errors import DataError, ShapeError
from edgewise.tasks.forecast_input import Graph
from edgewise.tasks.forecast_target import Series
from edgewise.tasks.forecast_windows import Windows
from edgewise.tasks.loop import Outputs, Picture
from edgewise.tasks.metrics import METRICS
from edgewise.tasks.targets import Numbers, Target

__all__ = ["ForecastProblem", "forecast_problem"]

_PARTS = ("train", "val", "test")
_NOTHING = "fit: expected known values in {part}, got none. Choose another split, or look at what is missing."


@dataclass(kw_only=True)
class ForecastProblem:
    """A checked signal, parted in the order of time. See :class:`~edgewise.tasks.loop.Problem`."""

    windows: Windows
    train: Int[Tensor, " train"]
    """The first steps of the windows that are learnt from."""
    val: Int[Tensor, " val"] | None
    test: Int[Tensor, " test"] | None
    train_steps: int
    """How many steps are learnt from: nothing later is, neither as input nor as what follows."""
    graph: Graph
    target: Target
    batch_size: int

    @property
    def device(self) -> torch.device:
        """Where it is computed."""
        device: torch.device = self.windows.series.device
        return device

    @property
    def dtype(self) -> torch.dtype:
        """Of the signal."""
        dtype: torch.dtype = self.windows.series.dtype
        return dtype

    @property
    def has_validation(self) -> bool:
        """Whether there are windows to choose the epoch by."""
        return self.val is not None

    def check(self, model: nn.Module) -> int:
        """Call the model on two windows; return how many steps it tells.

        Raises:
            ShapeError: It does not return a row of nodes for each of them.
        """
        starts = self.train[:1].repeat(2)
        out, (_, nodes, _) = self.windows.answers(model, starts), self.windows.series.shape
        wanted = [2, self.windows.target.horizon, nodes]
        if list(out.shape) != wanted:
            message = f"fit: expected the model to return [batch, horizon, nodes] = {wanted}, got {list(out.shape)}. "
            raise ShapeError(f"{message}Its last layer gives one number a step ahead, for each node.")
        return self.windows.target.horizon

    def batches(self) -> Iterator[Tensor]:
        """Yield windows in a new order."""
        order = torch.randperm(len(self.train)).to(self.device)
        yield from self.train[order].split(self.batch_size)

    def learn(self, model: nn.Module, batch: Tensor) -> tuple[Tensor, Tensor]:
        """Return what the model says of some windows, and what followed."""
        return model(self.windows.inputs(batch)), self.windows.wanted(batch)

    def outputs(self, model: nn.Module) -> Outputs:
        """Return what the model says of the windows that are not learnt from."""
        parts = {"val": self.val, "test": self.test}
        return Outputs({name: self._judged(model, part) for name, part in parts.items() if part is not None})

    def _judged(self, model: nn.Module, starts: Tensor) -> tuple[Tensor, Tensor]:
        return self.windows.answers(model, starts), self.windows.wanted(starts)

    def picture(self, model: nn.Module, outputs: Outputs) -> Picture | None:
        """Return nothing: there are no classes to draw over epochs."""
        return None

    def contents(self) -> Iterator[tuple[str, Tensor]]:
        """Yield every tensor that the result depends on."""
        yield "series", self.windows.series
        yield "window", torch.tensor(self.windows.window)
        for name, value in (("train", self.train), ("val", self.val), ("test", self.test)):
            if value is not None:
                yield name, value
        for name, value in zip(("edge_index", "edge_weight"), self.graph, strict=True):
            if value is not None:
                yield name, value

    def baselines(self, period: int | None) -> dict[str, dict[str, float]]:
        """Return every metric of the rivals, on test, or else on validation."""
        starts = self.val if self.test is None else self.test
        if starts is None:
            return {}
        came = self.windows.wanted(starts)
        rivals = {"last value": self.windows.last_values(starts), "historical average": self.average(period, starts)}
        compare = self.windows.target.compare
        return {
            name: {metric: compare(told, came, metric) for metric in METRICS["series"]} for name, told in rivals.items()
        }

    def average(self, period: int | None, starts: Int[Tensor, " windows"]) -> Float[Tensor, "windows horizon nodes"]:
        """Return the rival who tells each node's training mean, at that time of day where there is a ``period``."""
        y = self.windows.series[: self.train_steps, :, 0]
        slots = torch.arange(self.train_steps, device=y.device) % (period or 1)
        shape = (period or 1, y.shape[1])
        counts = y.new_zeros(shape).index_add_(0, slots, (~y.isnan()).to(y))
        of_slot = y.new_zeros(shape).index_add_(0, slots, y.nan_to_num(0.0)) / counts
        of_node = y.nanmean(0).nan_to_num(self.windows.target.mean[0])
        table = torch.where(counts > 0, of_slot, of_node)
        ahead = torch.arange(self.windows.target.horizon, device=y.device) + self.windows.window
        return table[(starts[:, None] + ahead) % (period or 1)]


def forecast_problem(
    series: Float[Tensor, "steps nodes features"],
    graph: Graph,
    *,
    window: int,
    horizon: int,
    split: Sequence[float],
    loss: str,
    batch_size: int,
) -> ForecastProblem:
    """Part a series in the order of time, and learn from its first part what its unit is.

    Windows of train lie in its steps altogether. What is told by those of val and test lies in theirs; what they see
    may reach back before, as it would on the day.

    Raises:
        DataError: It is too short for its parts, nothing is known in one, or it never changes in train.
    """
    steps = len(series)
    ends = [round(steps * share) for share in (split[0], split[0] + split[1], 1)]
    _check_steps(steps, ends, split, window, horizon)
    target = Series(*_unit(series[: ends[0]]), horizon, loss)
    windows = Windows(series, target, window)
    begins = [0, ends[0] - window, ends[1] - window]
    parts = {
        name: _followed(windows, windows.starts[max(0, begin) : max(0, end - window - horizon + 1)], name)
        for name, begin, end in zip(_PARTS, begins, ends, strict=True)
    }
    return ForecastProblem(
        windows=windows,
        train=parts["train"],
        val=parts["val"] if len(parts["val"]) else None,
        test=parts["test"] if len(parts["test"]) else None,
        train_steps=ends[0],
        graph=graph,
        target=target,
        batch_size=batch_size,
    )


def _check_steps(steps: int, ends: Sequence[int], split: Sequence[float], window: int, horizon: int) -> None:
    """Every part must have room for what is told; train for what is seen, too."""
    if steps < window + horizon:
        message = f"fit: expected a series of at least window + horizon = {window} + {horizon} steps, got {steps}. "
        raise DataError(f"{message}Pass a longer one, or choose a shorter window.")
    begin = 0
    for name, end, share in zip(_PARTS, ends, split, strict=True):
        least, what = (window + horizon, "window + horizon") if name == "train" else (horizon, "horizon")
        if share > 0 and end - begin < least:
            raise DataError(
                f"fit: expected at least {what} = {least} steps in {name}, got {end - begin} ({share:g} of {steps}). "
                f"Give {name} a larger share in split, or pass a longer series."
            )
        begin = end


def _unit(told: Float[Tensor, "steps nodes features"]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Mean and spread of every feature over what is learnt from."""
    values = told[..., 0]
    values = values[~values.isnan()]
    if not len(values):
        raise DataError(_NOTHING.format(part="train"))
    if bool((values == values[0]).all()):
        message = f"fit: expected a signal that changes, got {float(values[0]):g} at every known step of train. "
        raise DataError(f"{message}There is nothing to learn from it.")
    numbers = Numbers.of(told.flatten(0, 1))
    return numbers.mean, numbers.std


def _followed(windows: Windows, starts: Tensor, part: str) -> Tensor:
    """The windows that are followed by any known value."""
    if not len(starts):
        return starts
    known = ~windows.series[..., 0].isnan().all(1)
    followed = known.unfold(0, windows.target.horizon, 1).any(1)  # by the step it begins with
    kept = starts[followed[starts + windows.window]]
    if not len(kept):
        raise DataError(_NOTHING.format(part=part))
    return kept
