"""The page of a forecast: where, how far ahead and when it errs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import torch
from torch import Tensor

from edgewise.errors import ShapeError
from edgewise.viz.report.payload import packed, shared
from edgewise.viz.report.record import Report, check_shapes

__all__ = ["ForecastReport", "WorstStep", "forecast_fields", "forecast_payload"]

_MOST_EDGES = 6000


@dataclass(frozen=True, kw_only=True)
class WorstStep:
    """A step at which the forecast was far off.

    Attributes:
        name: When, or the number of the step.
        error: Mean absolute error over nodes and horizons.
        truth: Mean of what was measured.
        prediction: Mean of what had been told.
        node: Name of the node that was told worst.
        node_error: Its error.
    """

    name: str
    error: float
    truth: float
    prediction: float
    node: str
    node_error: float


@dataclass(frozen=True, kw_only=True)
class ForecastReport(Report):
    """Everything that the page of a forecast shows, beside what every :class:`Report` has.

    Attributes:
        position: ``[nodes, 2]``.
        edge_index: ``[2, edges]``.
        node_names: A name for each node.
        node_error: ``[nodes]``, mean absolute error; NaN where nothing was measured.
        horizons: Names of the steps ahead.
        horizon_error: Name of a model -> mean absolute error at each of them; the model's own first.
        step_names: A name for each step of ``truth``.
        truth: ``[steps, nodes]``, measured, NaN where missing; a part of the time that a page can hold.
        prediction: ``[steps, nodes]``, told ``horizons[0]`` before.
        shown: Which part of the time that is.
        drawn: Which part of the nodes, where not all.
        step_error: Mean absolute error in the course of time.
        worst: The worst steps, worst first.

    Raises:
        ShapeError: Two of them disagree on the number of nodes, steps or horizons.
    """

    position: Tensor
    edge_index: Tensor
    node_names: Sequence[str]
    node_error: Tensor
    horizons: Sequence[str]
    horizon_error: Mapping[str, Sequence[float]]
    step_names: Sequence[str]
    truth: Tensor
    prediction: Tensor
    shown: str
    drawn: str
    step_error: Sequence[float]
    worst: Sequence[WorstStep]

    def __post_init__(self) -> None:
        nodes, steps = len(self.node_names), len(self.step_names)
        wanted = {
            "position": (self.position, (nodes, 2)),
            "node_error": (self.node_error, (nodes,)),
            "truth": (self.truth, (steps, nodes)),
            "prediction": (self.prediction, (steps, nodes)),
        }
        check_shapes("ForecastReport", wanted, "Pass one column a node, one row a step.")
        for name, values in self.horizon_error.items():
            if len(values) != len(self.horizons):
                expected = f"{len(self.horizons)} errors of {name}"
                message = f"ForecastReport: expected {expected}, got {len(values)}. Give one a horizon."
                raise ShapeError(message)


def forecast_fields(report: ForecastReport) -> dict[str, str]:
    """Return what is filled into ``forecast.html``."""
    return {
        "nodes": f"{len(report.node_names):,}",
        "drawn": escape(report.drawn),
        "shown": escape(report.shown),
        "first": escape(report.horizons[0]),
        "worst": "\n".join(_row(step) for step in report.worst),
        "history_hidden": "" if report.history else "hidden",
    }


def forecast_payload(report: ForecastReport) -> dict[str, Any]:
    """Return the content of the page's map and charts; values are rounded to 65,534 steps of their range."""
    low, high = _range(report.truth, report.prediction)
    return shared(report) | {
        "position": packed(report.position, torch.float32),
        "edges": packed(_some(report.edge_index), torch.int32),
        "nodeNames": list(report.node_names),
        "nodeError": packed(report.node_error, torch.float32),
        "horizons": list(report.horizons),
        "horizonError": [{"name": name, "values": list(v)} for name, v in report.horizon_error.items()],
        "stepNames": list(report.step_names),
        "truth": packed(_rounded(report.truth, low, high), torch.uint16),
        "forecast": packed(_rounded(report.prediction, low, high), torch.uint16),
        "low": low,
        "high": high,
        "stepError": list(report.step_error),
    }


def _some(edge_index: Tensor) -> Tensor:
    """As many edges as can be seen, evenly taken."""
    return edge_index[:, :: 1 + max(0, edge_index.shape[1] - 1) // _MOST_EDGES]


def _range(*tensors: Tensor) -> tuple[float, float]:
    values = torch.cat([tensor[tensor.isfinite()] for tensor in tensors])
    return (float(values.min()), float(values.max())) if values.numel() else (0.0, 1.0)


def _rounded(values: Tensor, low: float, high: float) -> Tensor:
    """65,535 means missing."""
    steps = ((values.double() - low) / max(high - low, 1e-12) * 65534).round()
    return torch.where(values.isfinite(), steps, 65535.0)


def _row(step: WorstStep) -> str:
    return (
        f'<tr><td class="text">{escape(step.name)}</td><td>{step.error:.4g}</td><td>{step.truth:.4g}</td>'
        f'<td>{step.prediction:.4g}</td><td class="text">{escape(step.node)}</td><td>{step.node_error:.4g}</td></tr>'
    )
