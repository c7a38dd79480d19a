"""Training, validation and test parts that prove themselves: each split has a ``check`` that names what leaks.

A split unpacks into its three parts. What draws splits of nodes and links at random is in ``edgewise.transforms``.
"""

from edgewise.data.splits.graphs import GraphSplit, k_folds, random_split
from edgewise.data.splits.link import LinkSplit
from edgewise.data.splits.node import NodeSplit
from edgewise.data.splits.scaffold import ScaffoldSplit, scaffold_split
from edgewise.data.splits.temporal import TemporalSplit, temporal_split

__all__ = [
    "GraphSplit",
    "LinkSplit",
    "NodeSplit",
    "ScaffoldSplit",
    "TemporalSplit",
    "k_folds",
    "random_split",
    "scaffold_split",
    "temporal_split",
]
