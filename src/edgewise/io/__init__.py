"""Graphs from and to other libraries."""

from edgewise.io.networkx import from_networkx, to_networkx

__all__ = ["from_networkx", "to_networkx"]
