"""Graphs from tables: what a user has in files and frames becomes a checked graph."""

from edgewise.io.tables.build import from_tables
from edgewise.io.tables.features import FeatureRules
from edgewise.io.tables.report import TableReport

__all__ = ["FeatureRules", "TableReport", "from_tables"]
