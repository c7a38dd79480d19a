"""A fitted estimator is judged: its score beside baselines, a sentence about the graph, and the report of its kind."""

import math
from dataclasses import asdict, dataclass, replace
from typing import Any

from edgewise._typing import Tensor
from edgewise.runs.presets import NamedGraph
from edgewise.runs.tables import TableGraph
from edgewise.tasks.link_predictor import LinkPredictor
from edgewise.tasks.node_problem import node_problem
from edgewise.tasks.reports.baselines import baseline_scores, paired_error, verdict
from edgewise.tasks.reports.links import link_report
from edgewise.tasks.reports.nodes import headline, model_title, node_report
from edgewise.viz.report import Score
from edgewise.viz.report.record import Report

__all__ = ["AnyGraph", "Judged", "judge"]


AnyGraph = NamedGraph | TableGraph


@dataclass(frozen=True, kw_only=True)
class Judged:
    """What is said of a fitted estimator."""

    score: Score
    baselines: list[Score]
    verdict: str
    report: Report | None
    """``None`` where there is no page for this kind: numbers and several labels of nodes."""

    def with_detail(self, text: str) -> "Judged":
        """Return it with more said of the score."""
        score = replace(self.score, detail=f"{self.score.detail}; {text}")
        return replace(self, score=score, report=None if self.report is None else replace(self.report, score=score))


def judge(graph: AnyGraph, estimator: Any, command: str) -> Judged:
    """Score an estimator beside its baselines.

    Args:
        graph: What it was fitted on.
        estimator: The fitted one.
        command: What reproduces it.

    Cost: one training of the model that sees no edges.
    """
    if isinstance(estimator, LinkPredictor):
        report = link_report(estimator, name=graph.name, command=command)
        card = {**graph.card, **report.data_card}
        return Judged(
            score=report.score,
            baselines=list(report.baselines),
            verdict=report.verdict,
            report=replace(report, data_card=card),
        )
    if estimator.target_.kind == "classes":
        return _judge_classes(graph, estimator, command)
    return _judge_columns(graph, estimator)


def _judge_classes(graph: AnyGraph, estimator: Any, command: str) -> Judged:
    score, baselines = headline(estimator), baseline_scores(graph.data, estimator.config)
    report = node_report(
        estimator, name=graph.name, score=score, baselines=baselines, data_card=graph.card, command=command
    )
    return Judged(score=score, baselines=baselines, verdict=report.verdict, report=report)


def _judge_columns(graph: AnyGraph, estimator: Any) -> Judged:
    """Numbers by their typical error beside the mean of the training nodes, labels by area under ROC beside chance."""
    is_numbers = estimator.target_.kind == "numbers"
    metric, form = ("rmse", "error") if is_numbers else ("auroc", "share")
    problem = node_problem(graph.data, numbers=is_numbers)
    mask, y = problem.test_mask, problem.y
    what = "root mean squared error" if is_numbers else "mean area under ROC"
    detail = f"{what} on the {int(mask.sum()):,} {'test' if graph.data.test_mask is not None else 'other'} nodes"
    blind = type(estimator)(**(asdict(estimator.config) | {"model": "mlp"}), quiet=True).fit(graph.data)
    out = {model_title(estimator): estimator, "MLP without edges": blind}
    values = {name: fitted.score(mask=mask, metric=metric) for name, fitted in out.items()}
    scores = [Score(name=name, value=value, detail=detail, form=form) for name, value in values.items()]
    constant = _mean_error(y, problem.train_mask, mask) if is_numbers else 0.5
    name = "mean of training nodes" if is_numbers else "chance"
    scores.insert(1, Score(name=name, value=constant, detail=detail, form=form))
    error = _error(estimator, blind, y, mask, metric)
    return Judged(
        score=scores[0],
        baselines=scores[1:],
        verdict=verdict(scores[0], scores[1:], int(mask.sum()), error=error),
        report=None,
    )


def _mean_error(y: Tensor, train: Tensor, mask: Tensor) -> float:
    gap = y[mask].double() - y[train].double().nanmean(0)
    return math.sqrt(float((gap**2).nanmean()))


def _error(one: Any, other: Any, y: Tensor, mask: Tensor, metric: str) -> float:
    """Standard error of the difference of two estimators on the same nodes."""
    outs, y = [fitted._outputs(None, "score")[mask] for fitted in (one, other)], y[mask]

    def difference(some: Tensor) -> float:
        mine, theirs = (one.target_.score(out[some], y[some], metric) for out in outs)
        return float(mine - theirs)

    return paired_error(difference, len(y))
