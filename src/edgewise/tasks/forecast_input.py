"""What a user passes to forecasting, checked: settings, a signal on the nodes of a graph, and the graph."""

import math
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from edgewise._checks import check_edge_index, check_node_range
from edgewise._suggest import did_you_mean
from edgewise._typing import Float, Tensor
from edgewise.data import Data, Dataset
from edgewise.errors import ArgumentError, DataError, DTypeError, EdgewiseWarning, ShapeError
from edgewise.tasks.forecast_target import LOSSES

__all__ = ["Graph", "check_settings", "graph_of", "numbers_of", "series_of", "signal_and_graph"]

Graph = tuple[Tensor, Tensor | None]
"""``edge_index`` and ``edge_weight``."""


def check_settings(window: Any, horizon: Any, period: Any, split: Sequence[float], loss: Any) -> None:
    """Check the settings that forecasting has beside those of every estimator.

    Raises:
        ArgumentError: One is outside its range; the message names it.

    Example:
        >>> check_settings(12, 3, None, (0.7, 0.1, 0.2), "mae")
    """
    for name, value in (("window", window), ("horizon", horizon), ("period", 1 if period is None else period)):
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            message = f"SignalForecaster: expected {name} a whole number >= 1, got {value!r}. Choose another."
            raise ArgumentError(message)
    if len(split) != 3 or min(split) < 0 or not split[0] > 0 or not math.isclose(sum(split), 1):
        message = f"SignalForecaster: expected split of three shares that add up to 1, got {tuple(split)}. "
        raise ArgumentError(f"{message}Choose for example (0.7, 0.1, 0.2).")
    if loss not in LOSSES:
        hint = did_you_mean(str(loss), LOSSES) or " Pass one of those."
        message = f"SignalForecaster: expected loss among {', '.join(LOSSES)}, got {loss!r}.{hint}"
        raise ArgumentError(message)


def signal_and_graph(
    signal: Any, edge_index: Any, edge_weight: Any, *, missing: float | None, needs_edges: bool
) -> tuple[Float[Tensor, "steps nodes features"], Graph, bool]:
    """Return a checked series, its graph, and whether the signal came with an axis of features.

    Args:
        signal: A dataset of one graph with a ``signal``, that graph, or the signal ``[steps, nodes]`` or
            ``[steps, nodes, features]``.
        edge_index: The graph, where the signal is no container of it.
        edge_weight: What each edge counts.
        missing: A value of the first feature that means "not measured".
        needs_edges: Refuse a signal without a graph.

    Raises:
        ArgumentError: There is no graph, or one that changes in time.
        DataError: The graph has no signal, or a value is infinite.
        DTypeError: The signal is not of numbers.
        ShapeError: It has other axes, or the graph another number of nodes.
        NodeIndexError: An edge names a node without a column.
    """
    graph = graph_of(signal)
    if graph is not None:
        if "edge_time" in graph:
            message = "fit: expected a graph that stays, got edges with an edge_time each. "
            raise ArgumentError(f"{message}Pass data.signal, and edge_index and edge_weight of one snapshot.")
        edge_weight = graph.edge_weight if edge_index is None and edge_weight is None else edge_weight
        edge_index = graph.edge_index if edge_index is None else edge_index
    values = numbers_of(signal, "fit")
    if values.dim() not in (2, 3):
        message = f"fit: expected a signal [steps, nodes] or [steps, nodes, features], got {list(values.shape)}."
        raise ShapeError(f"{message} For one node use signal[:, None].")
    has_features = values.dim() == 3
    series = series_of(values, "fit", missing=missing, has_features=has_features)
    _check_size(series, graph)
    nodes = series.shape[1]
    if edge_index is None:
        if needs_edges:
            message = "fit: expected edge_index beside a signal, got none. "
            raise ArgumentError(f"{message}Pass fit(signal, edge_index), or model='gru', which sees no edges.")
        edge_index = torch.empty(2, 0, dtype=torch.int64, device=series.device)
    check_edge_index(edge_index, caller="fit")
    check_node_range(edge_index, nodes, nodes, caller="fit")
    _warn_of_transposed(series, edge_index)
    return series, (edge_index, _weight(edge_weight, edge_index, series)), has_features


def _warn_of_transposed(series: Tensor, edge_index: Tensor) -> None:
    steps, nodes = series.shape[:2]
    if edge_index.numel() and int(edge_index.max()) + 1 == steps != nodes:
        message = (
            f"fit: expected a signal [steps, nodes], got {[steps, nodes]} with edges among {steps} nodes. "
            "It looks transposed: use signal.T."
        )
        warnings.warn(message, EdgewiseWarning, stacklevel=2)


def numbers_of(signal: Any, function: str) -> Float[Tensor, "..."]:
    """Return a signal as a floating tensor, out of its container where it is in one.

    Raises:
        DataError: The container has no signal.
        DTypeError: It is not of numbers.

    Example:
        >>> numbers_of(np.arange(3), "fit")
        tensor([0., 1., 2.])
    """
    graph = graph_of(signal)
    if graph is not None:
        signal = getattr(graph, "signal", None)
        if signal is None:
            message = f"{function}: expected a graph with a signal, got one without. "
            raise DataError(f"{message}Set data.signal = [steps, nodes].")
    if isinstance(signal, Tensor) and not signal.is_complex():
        return signal if signal.is_floating_point() else signal.to(torch.get_default_dtype())
    values = np.asarray(signal)
    if values.dtype.kind not in "iufb":
        message = f"{function}: expected a signal of numbers, got {type(signal).__name__} of {values.dtype}. "
        raise DTypeError(f"{message}Pass a tensor or array [steps, nodes], or a graph with data.signal.")
    # NumPy's numbers are double unless one says otherwise; weights are not.
    return torch.tensor(values, dtype=torch.get_default_dtype())


def series_of(
    values: Float[Tensor, "..."], function: str, *, missing: float | None, has_features: bool
) -> Float[Tensor, "*batch steps nodes features"]:
    """Return numbers with an axis of features; what is missing is NaN.

    Raises:
        DataError: A value is infinite.

    Example:
        >>> series_of(torch.tensor([[0.0, 1.0]]), "fit", missing=0.0, has_features=False).flatten().tolist()
        [nan, 1.0]
    """
    series = values if has_features else values.unsqueeze(-1)
    if series.isinf().any():
        *_, step, node, _ = (int(place) for place in series.isinf().nonzero()[0])
        message = f"{function}: expected finite numbers or NaN in the signal, got infinity at step {step}, node {node}."
        raise DataError(f"{message} Mend it, or set it to NaN.")
    if missing is not None:
        series = series.clone()
        series[..., 0].masked_fill_(series[..., 0] == missing, torch.nan)
    return series


def graph_of(signal: Any) -> Data | None:
    """Return the graph that holds a signal, if one does.

    Raises:
        DataError: A dataset of several graphs.
    """
    if isinstance(signal, Dataset):
        if len(signal) != 1:
            message = f"fit: expected a dataset of one graph with a signal, got {len(signal)} graphs. Pass one of them."
            raise DataError(message)
        signal = signal[0]
    return signal if isinstance(signal, Data) else None


def _check_size(series: Tensor, graph: Data | None) -> None:
    """Where a graph says how many nodes it has, the signal must have as many columns."""
    nodes = None if graph is None else graph.counted_nodes()
    if nodes is not None and nodes != series.shape[1]:
        cure = "It looks transposed: use signal.t()." if series.shape[0] == nodes else "Give each node a column."
        message = f"fit: expected a signal [steps, {nodes}] for {nodes} nodes, got {list(series.shape[:2])}. {cure}"
        raise ShapeError(message)


def _weight(edge_weight: Any, edge_index: Tensor, series: Tensor) -> Tensor | None:
    if edge_weight is None:
        return None
    weight = torch.as_tensor(edge_weight)
    if weight.shape != edge_index.shape[1:]:
        message = f"fit: expected edge_weight [{edge_index.shape[1]}], one number an edge, got {list(weight.shape)}. "
        raise ShapeError(f"{message}Pass as many.")
    return weight.to(series)
