"""Containers of graphs, and the checks that keep them honest."""

from edgewise.data.batch import Batch
from edgewise.data.data import Data
from edgewise.data.dataset import Dataset
from edgewise.data.hetero_data import HeteroData
from edgewise.data.in_memory_dataset import InMemoryDataset
from edgewise.data.packed_dataset import PackedDataset
from edgewise.data.packed_files import PackedWriter
from edgewise.data.splits import (
    GraphSplit,
    LinkSplit,
    NodeSplit,
    ScaffoldSplit,
    TemporalSplit,
    k_folds,
    random_split,
    scaffold_split,
    temporal_split,
)
from edgewise.data.temporal_data import TemporalData

__all__ = [
    "Batch",
    "Data",
    "Dataset",
    "GraphSplit",
    "HeteroData",
    "InMemoryDataset",
    "LinkSplit",
    "NodeSplit",
    "PackedDataset",
    "PackedWriter",
    "ScaffoldSplit",
    "TemporalData",
    "TemporalSplit",
    "k_folds",
    "random_split",
    "scaffold_split",
    "temporal_split",
]
