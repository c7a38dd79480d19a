"""Everything the report of a forecast shows, from plain arrays of what was told and what came."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch

from edgewise._typing import EdgeIndex, Float, Int, Tensor
from edgewise.errors import ArgumentError, ShapeError
from edgewise.tasks.environment import environment
from edgewise.tasks.reports.baselines import best_of, verdict, verdict_beside_rules
from edgewise.tasks.reports.nodes import kept_why, model_card, model_title, training_card
from edgewise.tasks.signal_forecaster import SignalForecaster
from edgewise.viz import force_layout
from edgewise.viz.report import ForecastReport, Score, WorstStep

__all__ = ["forecast_report", "forecaster_report"]

_MOST_VALUES = 250_000
_MOST_NODES = 2000
_POINTS = 400
_BLOCKS = 20
_WORST = 10


def forecast_report(
    truth: Float[Tensor, "rows horizon nodes"],
    prediction: Float[Tensor, "rows horizon nodes"],
    *,
    model: str = "model",
    rivals: Mapping[str, Tensor] | None = None,
    blind: str | None = None,
    edge_index: EdgeIndex | None = None,
    position: Float[Tensor, "nodes 2"] | None = None,
    node_names: Sequence[str] | None = None,
    step_names: Sequence[str] | None = None,
    **rest: Any,
) -> ForecastReport:
    """Gather a report of forecasts, whoever made them.

    A page holds so much: of more than 2,000 nodes some are drawn, evenly chosen from best to worst, and curves of
    single nodes show the stretch of time around the worst step. The page says which.

    Args:
        truth: What came, NaN where it is not known. Row ``t`` holds the steps from ``t`` on.
        prediction: What had been told.
        model: Its name.
        rivals: Name -> what others had told, in the form of ``prediction``.
        blind: Which of them is the same model without edges.
        edge_index: The graph, for the map.
        position: Where nodes are, ``x`` to the right; ``None`` lays out the graph.
        node_names: A name for each; ``None`` numbers them.
        step_names: When the first step of each row is; ``None`` numbers them.
        **rest: What every report has beside that, such as ``title``, ``history`` and ``data_card``.

    Raises:
        ShapeError: Two of them disagree on rows, steps ahead or nodes.
        ArgumentError: Nothing is known of what came, or there is no rival named ``blind``.

    Cost: some passes over the arrays.

    Example:
        >>> truth = torch.arange(40.0).view(10, 2, 2)
        >>> report = forecast_report(truth, truth + 1, rivals={"last value": truth - 3})
        >>> report.score.text, report.baselines[0].text
        ('1', '3')
    """
    rivals = dict(rivals or {})
    _check(truth, prediction, rivals, blind)
    _check_names(truth, position, node_names, step_names)
    told = {model: prediction} | rivals
    errors = {name: (values.double() - truth.double()).abs() for name, values in told.items()}
    own = errors[model]
    nodes, names = truth.shape[2], _named(node_names, truth.shape[2], "node")
    when = _named(step_names, len(truth), "step")
    node_error = own.nanmean((0, 1))
    drawn, rows = _drawn(node_error), own.nanmean((1, 2))
    part = _stretch(rows, len(drawn))
    place = _layout(edge_index, nodes) if position is None else position
    detail = f"mean absolute error, {len(truth):,} rows of {truth.shape[1]} steps ahead at {nodes:,} nodes"
    score, others = _scores(errors, model, detail)
    facts: dict[str, Any] = {
        "title": f"forecast · {model}",
        "history": {},
        "chosen_epoch": 0,
        "chosen_why": "",
        "data_card": _facts(truth),
        "model_card": {"name": model},
        "environment": environment(),
        "command": "forecast_report(truth, prediction)",
    }
    return ForecastReport(
        **{**facts, **rest},
        score=score,
        baselines=others,
        verdict=_verdict(score, others, errors, blind),
        position=place[drawn],
        edge_index=_among(edge_index, drawn, nodes),
        node_names=[names[k] for k in drawn.tolist()],
        node_error=node_error[drawn],
        horizons=[f"{k + 1} step{'s' if k else ''}" for k in range(truth.shape[1])],
        horizon_error={name: error.nanmean((0, 2)).tolist() for name, error in errors.items()},
        step_names=when[part],
        truth=truth[part, 0][:, drawn],
        prediction=prediction[part, 0][:, drawn],
        shown=_shown(part, len(truth)),
        drawn="" if len(drawn) == nodes else f" {len(drawn):,} are drawn, evenly chosen from the best to the worst.",
        step_error=[float(block.nanmean()) for block in rows.split(-(-len(rows) // _POINTS))],
        worst=_worst(truth, prediction, own, when, names),
    )


def forecaster_report(
    forecaster: SignalForecaster,
    *,
    name: str = "signal",
    with_baselines: bool = True,
    position: Tensor | None = None,
    node_names: Sequence[str] | None = None,
    step_names: Sequence[str] | None = None,
) -> ForecastReport:
    """Gather the report of a fitted forecaster, on its test part.

    Args:
        forecaster: A fitted one.
        name: Of the data.
        with_baselines: Train the model that sees no edges, with the same settings, and ask the rules.
        position: As of :func:`forecast_report`.
        node_names: As of :func:`forecast_report`.
        step_names: A name for each step of the whole signal.

    Raises:
        ArgumentError: It has no test part.

    Cost: one training of a GRU, where there are baselines and the model is none.
    """
    windows, starts = forecaster._scored(None, "report")
    prediction, truth = (values.cpu() for values in forecaster.backtest())
    if step_names is not None and len(step_names) != len(windows.series):
        message = f"report: expected {len(windows.series)} step_names, got {len(step_names)}. Pass one each."
        raise ShapeError(message)
    edge_index, edge_weight = forecaster._graph
    problem: Any = forecaster._test_problem
    rivals: dict[str, Tensor] = {}
    if with_baselines:
        rivals["last value"] = windows.last_values(starts).cpu()
        rivals["historical average"] = problem.average(forecaster.period, starts).cpu()
        if forecaster.model != "gru":
            settings = forecaster.get_params() | {"model": "gru", "quiet": True, "callbacks": ()}
            blind = SignalForecaster(**settings).fit(windows.series, edge_index, edge_weight)
            rivals = {"GRU without edges": blind.backtest()[0].cpu()} | rivals
    first_told = (starts + forecaster.window).tolist()
    return forecast_report(
        truth,
        prediction,
        model=model_title(forecaster),
        rivals=rivals,
        blind="GRU without edges" if "GRU without edges" in rivals else None,
        edge_index=edge_index.cpu(),
        position=position,
        node_names=node_names,
        step_names=[f"step {k:,}" if step_names is None else str(step_names[k]) for k in first_told],
        title=f"{name} · {forecaster.config.model}",
        history=forecaster.history_,
        chosen_epoch=forecaster.best_epoch_,
        chosen_why=kept_why(forecaster),
        data_card=_facts(truth) | {"edges": f"{edge_index.shape[1]:,} directed", "seen": f"{forecaster.window} steps"},
        model_card=model_card(forecaster),
        training_card=training_card(forecaster, _leak_check(problem, first_told)),
        command=f"{forecaster!r}.fit(signal, edge_index)",
    )


def _leak_check(problem: Any, first_told: list[int]) -> str:
    return (
        f"passed: training ends before step {problem.train_steps:,}, what is told for test begins at step "
        f"{first_told[0]:,}; mean and spread are of training alone"
    )


def _check(truth: Tensor, prediction: Tensor, rivals: Mapping[str, Tensor], blind: str | None) -> None:
    if truth.dim() != 3:
        got = list(truth.shape)
        raise ShapeError(f"forecast_report: expected truth [rows, horizon, nodes], got {got}. Add the missing axis.")
    for name, values in {"prediction": prediction, **rivals}.items():
        if values.shape != truth.shape:
            message = f"forecast_report: expected {name} {list(truth.shape)}, as truth, got {list(values.shape)}. "
            raise ShapeError(f"{message}Pass as many numbers.")
    if bool(truth.isnan().all()):
        message = "forecast_report: expected known values in truth, got none. Look at what is missing."
        raise ArgumentError(message)
    if blind is not None and blind not in rivals:
        known = ", ".join(rivals) or "none"
        raise ArgumentError(f"forecast_report: expected blind among the rivals ({known}), got {blind!r}. Add it there.")


def _check_names(
    truth: Tensor, position: Tensor | None, node_names: Sequence[str] | None, step_names: Sequence[str] | None
) -> None:
    rows, _, nodes = truth.shape
    for name, names, count in (("node_names", node_names, nodes), ("step_names", step_names, rows)):
        if names is not None and len(names) != count:
            message = f"forecast_report: expected {count} {name}, got {len(names)}. Pass one each."
            raise ShapeError(message)
    if position is not None and list(position.shape) != [nodes, 2]:
        message = f"forecast_report: expected position [{nodes}, 2], got {list(position.shape)}. Pass one a node."
        raise ShapeError(message)


def _named(names: Sequence[str] | None, count: int, what: str) -> list[str]:
    return [f"{what} {k}" for k in range(count)] if names is None else [str(name) for name in names]


def _scores(errors: Mapping[str, Tensor], model: str, detail: str) -> tuple[Score, list[Score]]:
    root = float((errors[model] ** 2).nanmean().sqrt())
    scores = [
        Score(name=name, value=float(error.nanmean()), detail=detail, form="error") for name, error in errors.items()
    ]
    own = Score(name=model, value=scores[0].value, detail=f"{detail}; RMSE {root:.4g}", form="error")
    return own, scores[1:]


def _verdict(score: Score, others: Sequence[Score], errors: Mapping[str, Tensor], blind: str | None) -> str:
    if not others:
        return ""
    spread = {other.name: _block_error(errors[score.name] - errors[other.name]) for other in others}
    rows = len(errors[score.name])
    if blind is None:
        best = best_of(others)
        return verdict(score, others, rows, error=spread[best.name], what="rows", subject="The model")
    rules = [other for other in others if other.name != blind]
    without = next(other for other in others if other.name == blind)
    return verdict_beside_rules(score, without, rules, rows, spread, "rows")


def _block_error(difference: Float[Tensor, "rows horizon nodes"]) -> float:
    """Standard error of a mean over time: of the means of 20 stretches, since neighbouring rows are hardly two."""
    blocks = difference.nanmean((1, 2)).tensor_split(min(_BLOCKS, len(difference)))
    means = torch.stack([block.nanmean() for block in blocks])
    means = means[~means.isnan()]
    return float(means.std() / len(means) ** 0.5) if len(means) > 1 else 0.0


def _drawn(node_error: Float[Tensor, " nodes"]) -> Int[Tensor, " drawn"]:
    """All nodes, or as many as a page holds, evenly from the best to the worst."""
    nodes = len(node_error)
    if nodes <= _MOST_NODES:
        return torch.arange(nodes)
    places = torch.linspace(0, nodes - 1, _MOST_NODES, dtype=torch.float64).round().long()
    return node_error.nan_to_num(-1.0).argsort(stable=True)[places].sort().values


def _stretch(row_error: Float[Tensor, " rows"], nodes: int) -> slice:
    """The rows around the worst one that a page holds for so many nodes."""
    rows, most = len(row_error), max(48, _MOST_VALUES // max(1, nodes))
    worst = int(row_error.nan_to_num(-1.0).argmax())
    start = max(0, min(worst - most // 2, rows - most))
    return slice(start, min(rows, start + most))


def _shown(part: slice, rows: int) -> str:
    if part.stop - part.start == rows:
        return f"All {rows:,} scored steps."
    return f"{part.stop - part.start:,} of {rows:,} scored steps, around the worst."


def _layout(edge_index: EdgeIndex | None, nodes: int) -> Float[Tensor, "nodes 2"]:
    if edge_index is not None and edge_index.shape[1]:
        return force_layout(edge_index, nodes)
    side = max(1, int(nodes**0.5))
    place = torch.arange(nodes)
    return torch.stack([place % side, -(place // side)], dim=1).float()


def _among(edge_index: EdgeIndex | None, drawn: Tensor, nodes: int) -> Int[Tensor, "2 kept"]:
    """Edges between drawn nodes, one a pair, in their new numbers."""
    if edge_index is None:
        return torch.empty(2, 0, dtype=torch.long)
    number = torch.full((nodes,), -1)
    number[drawn] = torch.arange(len(drawn))
    ends = number[edge_index.long()].sort(0).values
    found: Tensor = ends[:, (ends[0] >= 0) & (ends[0] != ends[1])].unique(dim=1)
    return found


def _worst(
    truth: Tensor, prediction: Tensor, error: Tensor, when: Sequence[str], names: Sequence[str]
) -> list[WorstStep]:
    """The rows with the largest mean error, none beside another: neighbours tell of the same hour."""
    of_row = error.nanmean((1, 2)).nan_to_num(-1.0)
    apart = max(truth.shape[1], len(truth) // 100)
    chosen: list[int] = []
    for row in of_row.argsort(descending=True, stable=True).tolist():
        if of_row[row] >= 0 and all(abs(row - other) >= apart for other in chosen):
            chosen.append(row)
        if len(chosen) == _WORST:
            break
    return [_worst_step(truth[row], prediction[row], error[row], when[row], names) for row in chosen]


def _worst_step(truth: Tensor, prediction: Tensor, error: Tensor, name: str, names: Sequence[str]) -> WorstStep:
    of_node = error.nanmean(0).nan_to_num(-1.0)
    node = int(of_node.argmax())
    known = ~truth.isnan()
    return WorstStep(
        name=name,
        error=float(error.nanmean()),
        truth=float(truth[known].mean()),
        prediction=float(prediction[known].mean()),
        node=names[node],
        node_error=float(of_node[node]),
    )


def _facts(truth: Tensor) -> dict[str, str]:
    known = float((~truth.isnan()).double().mean())
    facts = {"nodes": f"{truth.shape[2]:,}", "scored": f"{len(truth):,} rows", "told": f"{truth.shape[1]} steps ahead"}
    return facts if known == 1 else facts | {"known": f"{100 * known:.1f} % of what was to be told"}
