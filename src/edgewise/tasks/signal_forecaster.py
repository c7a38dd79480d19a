"""Forecasting: how a signal on the nodes of a fixed graph goes on."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import torch
from torch import nn

from edgewise._typing import Float, Tensor
from edgewise.errors import ArgumentError, ShapeError
from edgewise.tasks.config import TrainConfig
from edgewise.tasks.estimator import Estimator
from edgewise.tasks.forecast_input import Graph, check_settings, numbers_of, series_of, signal_and_graph
from edgewise.tasks.forecast_models import FORECAST_MODELS, ForecastModel, build_forecast_model
from edgewise.tasks.forecast_problem import ForecastProblem, forecast_problem
from edgewise.tasks.forecast_windows import Windows, fill
from edgewise.tasks.loop import Training
from edgewise.tasks.seeds import SeedScores
from edgewise.tasks.targets import Target

__all__ = ["SignalForecaster"]


class SignalForecaster(Estimator):
    r"""Learn how a signal on the nodes of a graph goes on: traffic at sensors along roads, cases in counties.

    .. math:: (\hat y_{t+1}, \dots, \hat y_{t+H}) = f(x_{t-W+1}, \dots, x_t; A)

    The series is parted in the order of time, never shuffled; windows of the training part are. It is standardised by
    mean and spread of the training part, and forecasts come back in the unit of the signal. What is missing (NaN)
    counts in no loss and no score; a model sees the last known value of the window in its place, or the mean.

    Args:
        model: ``"tgcn"``, ``"dcrnn"``, ``"gru"`` (which sees no edges: it knows each node's own past), or any
            ``torch.nn.Module`` whose ``forward(x, edge_index)``, or ``forward(x, edge_index, edge_weight)``, takes
            ``x`` ``[batch, window, nodes, features]`` and returns ``[batch, horizon, nodes]``, standardised; one of a
            single argument gets ``x`` alone. Named models have no ``act`` or ``dropout`` to choose.
        window: How many steps are seen.
        horizon: How many steps are told.
        split: Shares of the steps for training, validation and test, in this order; the last two may be 0.
        loss: What is made small, of standardised values: ``"mae"``, the absolute error, or ``"mse"``, the squared.
        missing: A value that stands for "not measured", as 0 does in some traffic data. NaN always does.
        period: After how many steps a day (or a year) begins anew, for the historical average among the rivals.
        **settings: See :class:`~edgewise.tasks.Estimator`.

    Attributes:
        baselines_: Metrics of two rivals on the test part (of validation, without one): ``"last value"``, which says
            that nothing changes, and ``"historical average"``, each node's mean over training, at that time of day
            where ``period`` is given.

    Cost: per epoch that of the model for each training window, and without gradients for each of the other parts. A
    step takes a batch of windows at once; windows are views, copied a batch at a time.

    Source: Zhao et al., *T-GCN*, IEEE T-ITS 2020, and Li et al., *DCRNN*, ICLR 2018, for the named models. Those papers
    cut windows within each part; ours lets the first ones of validation and test see the steps before.

    Example:
        >>> import torch
        >>> from edgewise.datasets import KarateClub
        >>> graph, step = KarateClub()[0], torch.arange(100.0)
        >>> signal = (step[:, None] / 5 + torch.arange(34)).sin()
        >>> forecaster = SignalForecaster(hidden=8, epochs=2, quiet=True).fit(signal, graph.edge_index)
        >>> forecaster.predict(signal[-12:]).shape
        torch.Size([3, 34])
    """

    _kind: ClassVar[str] = "signal-forecaster"
    _models: ClassVar[tuple[str, ...]] = FORECAST_MODELS

    baselines_: dict[str, dict[str, float]]

    def __init__(
        self,
        model: str | nn.Module = "tgcn",
        *,
        window: int = 12,
        horizon: int = 3,
        split: Sequence[float] = (0.7, 0.1, 0.2),
        loss: str = "mae",
        missing: float | None = None,
        period: int | None = None,
        hidden: int = 64,
        layers: int = 1,
        dropout: float = 0.0,
        lr: float = 0.005,
        weight_decay: float = 0.0,
        epochs: int = 50,
        batch_size: int = 32,
        **settings: Any,
    ) -> None:
        super().__init__(
            model,
            hidden=hidden,
            layers=layers,
            dropout=dropout,
            lr=lr,
            weight_decay=weight_decay,
            epochs=epochs,
            batch_size=batch_size,
            **settings,
        )
        self.window = window
        self.horizon = horizon
        self.split = split
        self.loss = loss
        self.missing = missing
        self.period = period

    def fit(
        self,
        signal: Any,
        edge_index: Any = None,
        edge_weight: Any = None,
        *,
        checkpoint: str | Path | None = None,
        resume: bool = False,
    ) -> "SignalForecaster":
        """Train on the first part of a signal, and keep the weights of the best epoch on the second.

        Args:
            signal: A dataset such as :class:`~edgewise.datasets.LosLoop`; its graph, with ``signal``, ``edge_index``
                and maybe ``edge_weight``; or a tensor or array ``[steps, nodes]`` or ``[steps, nodes, features]``, of
                which the first feature is forecast and all are seen.
            edge_index: The graph; with a dataset or a graph, instead of theirs.
            edge_weight: What each edge counts.
            checkpoint: File that is kept up to date about once a second, so that a killed training can go on.
            resume: Go on from ``checkpoint`` if it exists.

        Raises:
            DataError: The series is too short for ``window``, ``horizon`` and ``split``, never changes, or nothing is
                known in a part.
            ArgumentError: There is no graph, or one that changes in time.
            NodeIndexError: An edge names a node that has no column.
            ShapeError: The signal has other axes than it should, or the model's output has.
            KeyboardInterrupt: Ctrl-C was pressed. What is learnt is kept.
        """
        self._fit((signal, edge_index, edge_weight), checkpoint, resume=resume)
        return self

    @torch.no_grad()
    def predict(self, signal: Any = None) -> Float[Tensor, "*batch horizon nodes"]:
        """Return the next steps of every node, in the unit of the signal.

        Args:
            signal: What came before, ``[steps, nodes]`` (with features as fitted), of which the last ``window`` steps
                are seen; or a batch of such. ``None`` goes on from the end of the fitted signal.

        Raises:
            ArgumentError: It was never fitted, or comes from a file and got no signal.
            ShapeError: The signal has fewer steps than ``window``, or other nodes or features than the fitted one.
        """
        self._check_fitted("predict")
        series = self._latest("predict") if signal is None else self._series(signal, "predict", batch=True)
        seen = series[..., -self.window :, :, :]
        x = fill(self.target_.standardize(seen if seen.dim() == 4 else seen.unsqueeze(0)))  # type: ignore[attr-defined]
        self.model_.eval()
        out: Tensor = self.target_.predict(self.model_(x))
        return out if seen.dim() == 4 else out.squeeze(0)

    def backtest(
        self, signal: Any = None
    ) -> tuple[Float[Tensor, "windows horizon nodes"], Float[Tensor, "windows horizon nodes"]]:
        """Return what would have been told at every step of the past, and what came; NaN where that is not known.

        Args:
            signal: A series of at least ``window + horizon`` steps; ``None`` takes the fitted one's test part.

        Raises:
            ArgumentError: It was never fitted, or there is nothing to score.
            ShapeError: The signal is too short, or has other nodes or features than the fitted one.
        """
        windows, starts = self._scored(signal, "backtest")
        return self.target_.predict(windows.answers(self.model_, starts)), windows.wanted(starts)

    def score(self, signal: Any = None, *, metric: str | None = None) -> float:
        """Return how near the forecasts come, over all steps ahead: by default R2, as scikit-learn has it.

        Args:
            signal: A series of at least ``window + horizon`` steps; ``None`` takes the fitted one's test part.
            metric: Another one by name: ``"mae"`` and ``"rmse"`` in the unit of the signal; ``"mape"``, a share of
                the value, over those that are not 0; ``"accuracy"``, which is 1 - ‖y - ŷ‖ / ‖y‖ in T-GCN's paper;
                ``"explained_variance"``. All known values count as one long list, whatever their node.

        Raises:
            ArgumentError: It was never fitted, there is nothing to score, or no such metric.
            ShapeError: The signal is too short, or has other nodes or features than the fitted one.
        """
        windows, starts = self._scored(signal, "score")
        return self.target_.score(windows.answers(self.model_, starts), windows.wanted(starts), metric)

    def by_horizon(self, signal: Any = None, *, metric: str = "mae") -> dict[str, list[float]]:
        """Return a table by steps ahead: the model and its rivals, a list a column.

        ``pandas.DataFrame`` takes it as it is.

        Args:
            signal: A series; ``None`` takes the fitted one's test part. A series of your own has no historical
                average: it is not known at what time of day it begins.
            metric: As for :meth:`score`.

        Raises:
            ArgumentError: It was never fitted, there is nothing to score, or no such metric.
            ShapeError: The signal is too short, or has other nodes or features than the fitted one.
        """
        windows, starts = self._scored(signal, "by_horizon")
        came, compare = windows.wanted(starts), windows.target.compare
        told = {"model": self.target_.predict(windows.answers(self.model_, starts))}
        told |= {"last value": windows.last_values(starts)}
        if signal is None:
            told |= {"historical average": self._test_problem.average(self.period, starts)}
        ahead = range(self.horizon)
        columns = {
            name: [compare(values[:, step], came[:, step], metric) for step in ahead] for name, values in told.items()
        }
        return {"step": [float(step + 1) for step in ahead]} | columns

    def report(
        self,
        path: str | Path,
        *,
        position: Float[Tensor, "nodes 2"] | None = None,
        node_names: Sequence[str] | None = None,
        step_names: Sequence[str] | None = None,
        seeds: SeedScores | None = None,
    ) -> Path:
        """Write a self-contained HTML report of the test part: where, how far ahead and when forecasts err.

        Beside them stand the last value, the historical average, and a GRU that sees no edges.

        Args:
            path: File to write, for example ``"report.html"``.
            position: Where nodes are on the map, ``x`` (east) and ``y`` (north); ``None`` lays out the graph.
            node_names: A name for each node; ``None`` numbers them.
            step_names: When each step of the fitted signal was; ``None`` numbers them.
            seeds: From ``score_seeds(..., metric="mae")``: mean and spread are told beside the headline.

        Raises:
            ArgumentError: It was never fitted, or ``split`` leaves no test part.
            ShapeError: Not one position or name each.
            FileError: The folder cannot be written.

        Cost: trains the GRU once.
        """
        from edgewise.tasks.reports.forecasts import forecaster_report
        from edgewise.tasks.reports.seeds import with_seeds
        from edgewise.viz.report import write_report

        self._check_fitted("report")
        report = forecaster_report(self, position=position, node_names=node_names, step_names=step_names)
        return write_report(with_seeds(report, seeds), Path(path))

    def plan(self) -> Any:
        """Say what the fitted model computes on a batch of windows, and why: see :func:`edgewise.plan`.

        Raises:
            ArgumentError: It was never fitted.
        """
        from edgewise.nn import plan

        self._check_fitted("plan")
        like = next(self.model_.parameters())
        return plan(self.model_, (like.new_zeros(self.batch_size, self.window, self._nodes, self.in_channels_),))

    def _problem(self, data: Any) -> ForecastProblem:
        check_settings(self.window, self.horizon, self.period, self.split, self.loss)
        needs_edges = self.model != "gru"
        series, self._graph, self._has_features = signal_and_graph(*data, missing=self.missing, needs_edges=needs_edges)
        self._nodes = series.shape[1]
        return forecast_problem(
            series,
            self._graph,
            window=self.window,
            horizon=self.horizon,
            split=self.split,
            loss=self.loss,
            batch_size=self.batch_size,
        )

    def _width(self, problem: Any) -> int:
        return int(problem.windows.series.shape[2])

    def _build(self, config: TrainConfig, in_channels: int, target: Target) -> nn.Module:
        return ForecastModel(build_forecast_model(config, in_channels, target.width), *self._graph)

    def _wrap(self, module: nn.Module) -> ForecastModel:
        return ForecastModel(module, *self._graph)

    def _fitted(self, training: Training, data: Any) -> None:
        problem: Any = training.problem
        self._test_problem = problem
        self.baselines_ = problem.baselines(self.period)

    def _own_facts(self) -> dict[str, Any]:
        edge_index, edge_weight = self._graph
        names = ("window", "horizon", "split", "loss", "missing", "period", "baselines_", "_has_features", "_nodes")
        graph = {"edges": edge_index.shape[1], "is_weighted": edge_weight is not None}
        return graph | {name: getattr(self, name) for name in names}

    def _take_facts(self, facts: dict[str, Any]) -> None:
        # The graph itself stands among the weights, which come next; until then one of its size.
        edges, is_weighted = facts.pop("edges"), facts.pop("is_weighted")
        empty: Graph = torch.zeros(2, edges, dtype=torch.int64), torch.zeros(edges) if is_weighted else None
        self._graph = empty
        for name, value in facts.items():
            setattr(self, name, tuple(value) if isinstance(value, list) else value)

    def _series(self, signal: Any, function: str, *, batch: bool = False) -> Float[Tensor, "*batch steps nodes in"]:
        """A signal of the fitted kind, with an axis of features."""
        values = numbers_of(signal, function).to(next(self.model_.parameters()))
        features = [self.in_channels_] if self._has_features else []
        axes, least = 2 + len(features), self.window + (0 if batch else self.horizon)
        is_kind = values.dim() in ((axes, axes + 1) if batch else (axes,))
        tail = [self._nodes, *features]
        if not is_kind or list(values.shape[-len(tail) :]) != tail or values.shape[-axes] < least:
            wanted = ", ".join(map(str, [f"{least} steps or more", *tail]))
            message = f"{function}: expected a signal [{wanted}] as fitted, got {list(values.shape)}. "
            raise ShapeError(message + ("A batch has one more axis in front." if batch else "Pass one of that form."))
        return series_of(values, function, missing=self.missing, has_features=self._has_features)

    def _scored(self, signal: Any, function: str) -> tuple[Windows, Tensor]:
        """The windows of a signal, or those of the test part."""
        self._check_fitted(function)
        if signal is not None:
            target: Any = self.target_
            windows = Windows(self._series(signal, function), target, self.window)
            return windows, windows.starts
        problem = getattr(self, "_test_problem", None)
        if problem is None or problem.test is None:
            why = "a loaded estimator has none" if problem is None else "split leaves none for test"
            raise ArgumentError(f"{function}: expected a signal, got none; {why}. Pass a signal to {function}.")
        return problem.windows, problem.test

    def _latest(self, function: str) -> Float[Tensor, "steps nodes features"]:
        if not hasattr(self, "_test_problem"):
            message = f"{function}: expected a signal, got none; a loaded estimator has none. "
            raise ArgumentError(f"{message}Pass a signal to {function}.")
        series: Tensor = self._test_problem.windows.series
        return series
