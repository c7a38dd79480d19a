"""The report of an edge classifier: classes, or yes-or-no labels, of the edges of one graph."""

import torch

from edgewise._typing import Int, Tensor
from edgewise.data.validation import EDGE_MASKS
from edgewise.tasks.edge_classifier import EdgeClassifier
from edgewise.tasks.edge_problem import edge_labels, edges_are_undirected, scored_edges
from edgewise.tasks.graph_problem import form_of
from edgewise.tasks.grouped_split import pair_groups
from edgewise.tasks.reports.answers import answer_names
from edgewise.tasks.reports.baselines import without_edges
from edgewise.tasks.reports.nodes import graph_card, model_title, node_name
from edgewise.tasks.reports.rows import Scored, leak_check, part_sizes, row_report
from edgewise.viz.report import RowReport

__all__ = ["edge_report"]


def edge_report(classifier: EdgeClassifier, *, name: str | None = None, command: str | None = None) -> RowReport:
    """Gather a report.

    Of an undirected edge one direction stands in the tables; its two count as one where it is asked what may be chance.

    Args:
        classifier: A fitted one.
        name: Of the data; ``None`` takes ``data.name``.
        command: What reproduces the run; ``None`` shows the classifier's own call.

    Raises:
        DataError: No edge is scored, or an edge is in two parts.

    Cost: trains the baseline that sees no edges once, and sorts the edges.
    """
    data, target = classifier.data_, classifier.target_
    y = form_of(edge_labels(data, "report"), target)
    known = target.known(y)
    rows = (scored_edges(data) & known).nonzero().squeeze(1)
    is_undirected = edges_are_undirected(data, y, known)
    group = pair_groups(data.edge_index, is_undirected=is_undirected)
    parts = {name: data[mask] for name, mask in zip(("training", "validation", "test"), EDGE_MASKS, strict=True)}
    rivals = {}
    if len(rows) and classifier.model != "mlp":
        rivals["MLP without edges"] = without_edges(classifier, data)._outputs(None, "report")[rows].cpu()
    first = _first_of_each(group[rows]).cpu()
    pairs = data.edge_index[:, rows].t().tolist()
    scored = Scored(
        what="edges",
        model=model_title(classifier),
        out=classifier._outputs(None, "report")[rows].cpu(),
        y=y[rows].cpu(),
        train_y=y[data[EDGE_MASKS[0]]].cpu(),
        names=answer_names(target),
        name_of=lambda row: " → ".join(node_name(data, node) for node in pairs[row]),
        rivals=rivals,
        listed=first,
        copies=len(rows) / max(1, len(first)),
    )
    return row_report(
        classifier,
        scored,
        title=f"{name or getattr(data, 'name', None) or 'edges'} · {classifier.config.model}",
        data_card=graph_card(data, target.kind, target.width) | part_sizes(parts),
        leak_check=leak_check(group, parts, "edge, in either direction," if is_undirected else "edge"),
        command=command or f"{classifier!r}.fit(data)",
    )


def _first_of_each(group: Int[Tensor, " rows"]) -> Int[Tensor, " groups"]:
    """The first row of each group, in order."""
    values, number = group.unique(return_inverse=True)
    first = torch.full_like(values, len(group)).scatter_reduce(
        0, number, torch.arange(len(group), device=group.device), "amin"
    )
    return first.sort().values
