"""The page of link prediction: how scores of links and of other pairs part, and which pairs are told apart worst."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from torch import Tensor

from edgewise.errors import ShapeError
from edgewise.viz.report.payload import shared
from edgewise.viz.report.record import Report, check_shapes

__all__ = ["LinkReport", "PairRow", "link_fields", "link_payload"]


@dataclass(frozen=True, kw_only=True)
class PairRow:
    """One pair of nodes of a table.

    Attributes:
        source: Name or number of the node.
        target: The other's.
        probability: Of a link, as the model has it.
        shared_neighbours: How many neighbours both have among the edges that pass messages.
    """

    source: str
    target: str
    probability: float
    shared_neighbours: int


@dataclass(frozen=True, kw_only=True)
class LinkReport(Report):
    """Everything that the page of link prediction shows, beside what every :class:`Report` has.

    Attributes:
        link_counts: ``[bins]``, links of the test part by probability, in equal steps from 0 to 1.
        other_counts: ``[bins]``, the same of pairs that are no link.
        ks: Numbers of best pairs.
        precision: Name of a model -> the share of links among its ``k`` best pairs, one number for each of ``ks``.
        negatives: Pairs that are no link and got the highest scores.
        misses: Links with the lowest scores.

    Raises:
        ShapeError: Two of them disagree on the number of bins or of ``ks``.
    """

    link_counts: Tensor
    other_counts: Tensor
    ks: Sequence[int]
    precision: Mapping[str, Sequence[float]]
    negatives: Sequence[PairRow]
    misses: Sequence[PairRow]

    def __post_init__(self) -> None:
        bins = {"other_counts": (self.other_counts, tuple(self.link_counts.shape))}
        check_shapes("LinkReport", bins, "Count both in the same bins.")
        for name, values in self.precision.items():
            if len(values) != len(self.ks):
                message = f"LinkReport: expected {len(self.ks)} precisions of {name}, got {len(values)}. Give one a k."
                raise ShapeError(message)


def link_fields(report: LinkReport) -> dict[str, str]:
    """Return what is filled into ``links.html``."""
    return {
        "links": f"{int(report.link_counts.sum()):,}",
        "others": f"{int(report.other_counts.sum()):,}",
        "negatives": _table(report.negatives),
        "misses": _table(report.misses),
    }


def link_payload(report: LinkReport) -> dict[str, Any]:
    """Return the content of the page's charts; the tables are written already."""
    return shared(report) | {
        "links": report.link_counts.tolist(),
        "others": report.other_counts.tolist(),
        "ks": list(report.ks),
        "precision": [{"name": name, "values": list(values)} for name, values in report.precision.items()],
    }


def _table(rows: Sequence[PairRow]) -> str:
    if not rows:
        return '<tr><td class="text" colspan="4">none</td></tr>'
    return "\n".join(
        f'<tr><td class="text">{escape(row.source)}</td><td class="text">{escape(row.target)}</td>'
        f"<td>{100 * row.probability:.1f}&nbsp;%</td><td>{row.shared_neighbours:,}</td></tr>"
        for row in rows
    )
