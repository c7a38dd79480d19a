"""Containers of graphs, and the checks that keep them honest."""

from edgewise.data.data import Data
from edgewise.data.in_memory_dataset import InMemoryDataset

__all__ = ["Data", "InMemoryDataset"]
