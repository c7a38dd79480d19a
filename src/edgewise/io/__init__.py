"""Graphs from and to other libraries."""

from edgewise.io.networkx import from_networkx, to_networkx
from edgewise.io.tables import FeatureRules, TableReport, from_tables

__all__ = ["FeatureRules", "TableReport", "from_networkx", "from_tables", "to_networkx"]
