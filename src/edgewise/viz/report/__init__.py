"""The page that a training leaves: one HTML file without any outside request."""

from edgewise.viz.report.drawing import graph_svg, molecule_svg
from edgewise.viz.report.forecast import ForecastReport, WorstStep
from edgewise.viz.report.graphs import GraphCard, GraphReport
from edgewise.viz.report.links import LinkReport, PairRow
from edgewise.viz.report.page import write_report
from edgewise.viz.report.record import NodeReport, Report, Score
from edgewise.viz.report.rows import AnswerRow, RowReport

__all__ = [
    "AnswerRow",
    "ForecastReport",
    "GraphCard",
    "GraphReport",
    "LinkReport",
    "NodeReport",
    "PairRow",
    "Report",
    "RowReport",
    "Score",
    "WorstStep",
    "graph_svg",
    "molecule_svg",
    "write_report",
]
