"""A fitted estimator is judged: its score beside baselines, a sentence about the graph, and the report of its kind."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from edgewise.runs.presets import NamedGraph
from edgewise.runs.tables import TableGraph
from edgewise.tasks.link_predictor import LinkPredictor
from edgewise.tasks.reports.links import link_report
from edgewise.tasks.reports.node_answers import node_answer_report
from edgewise.tasks.reports.nodes import node_report
from edgewise.viz.report.record import Report

__all__ = ["AnyGraph", "judge"]


AnyGraph = NamedGraph | TableGraph


def judge(graph: AnyGraph, estimator: Any, command: str) -> Report:
    """Score an estimator beside its baselines, and gather its report.

    Args:
        graph: What it was fitted on.
        estimator: The fitted one.
        command: What reproduces it.

    Cost: one training of the model that sees no edges.
    """
    gather: Callable[..., Report] = node_answer_report
    if isinstance(estimator, LinkPredictor):
        gather = link_report
    elif estimator.target_.kind == "classes":
        gather = node_report
    report = gather(estimator, name=graph.name, command=command)
    return replace(report, data_card={**graph.card, **report.data_card})
