"""The page that a training leaves: one HTML file without any outside request."""

from edgewise.viz.report.page import write_report
from edgewise.viz.report.record import NodeReport, Score

__all__ = ["NodeReport", "Score", "write_report"]
