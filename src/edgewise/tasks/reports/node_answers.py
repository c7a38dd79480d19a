"""The report of numbers, or of several yes-or-no labels, of the nodes of one graph."""

from edgewise.tasks.node_classifier import NodeEstimator
from edgewise.tasks.node_problem import node_problem
from edgewise.tasks.reports.answers import answer_names
from edgewise.tasks.reports.baselines import without_edges
from edgewise.tasks.reports.nodes import LEAK_CHECK, graph_card, model_title, node_name
from edgewise.tasks.reports.rows import Scored, part_sizes, row_report
from edgewise.viz.report import RowReport

__all__ = ["node_answer_report"]


def node_answer_report(estimator: NodeEstimator, *, name: str | None = None, command: str | None = None) -> RowReport:
    """Gather a report.

    Args:
        estimator: A fitted one of numbers, or of several labels.
        name: Of the data; ``None`` takes ``data.name``.
        command: What reproduces the run; ``None`` shows the estimator's own call.

    Raises:
        DataError: No node is scored.

    Cost: trains the baseline that sees no edges once.
    """
    data, target = estimator.data_, estimator.target_
    problem = node_problem(data, "report", numbers=estimator._numbers)
    rows = problem.test_mask.nonzero().squeeze(1)
    rivals = {}
    if len(rows) and estimator.model != "mlp":
        rivals["MLP without edges"] = without_edges(estimator, data)._outputs(None, "report")[rows].cpu()
    places = rows.tolist()
    tables = estimator.tables_
    scored = Scored(
        what="nodes",
        part="other" if data.test_mask is None else "test",
        model=model_title(estimator),
        out=estimator._outputs(None, "report")[rows].cpu(),
        y=problem.y[rows].cpu(),
        train_y=problem.y[problem.train_mask].cpu(),
        names=answer_names(
            target,
            None if tables is None else tables.targets,
            getattr(data, "class_names", None),
            getattr(data, "tasks", None),
        ),
        name_of=lambda row: node_name(data, places[row]),
        rivals=rivals,
    )
    return row_report(
        estimator,
        scored,
        title=f"{name or getattr(data, 'name', None) or 'graph'} · {estimator.config.model}",
        data_card=graph_card(data, target.kind, target.width)
        | part_sizes({"training": problem.train_mask, "validation": problem.val_mask, "test": problem.test_mask}),
        leak_check=LEAK_CHECK,
        command=command or f"{estimator!r}.fit(data)",
    )
