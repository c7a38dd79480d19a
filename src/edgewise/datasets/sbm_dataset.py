"""Graphs of blocks of nodes, drawn anew each time."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch

from edgewise._typing import Float, Int, Tensor
from edgewise.data import Data, InMemoryDataset
from edgewise.errors import ArgumentError
from edgewise.utils import stochastic_blockmodel_graph

__all__ = ["StochasticBlockModelDataset"]

_CODE_BITS = 16


class StochasticBlockModelDataset(InMemoryDataset):
    """Graphs in which it depends on their blocks how likely two nodes are joined; a node's block is its label.

    Features, where asked for, are normally distributed around one corner of a hypercube for each block.

    Args:
        root: As PyG's; nothing is stored, so that the seed alone decides what is drawn.
        block_sizes: How many nodes each block has.
        edge_probs: The probability of an edge from a node of one block to one of another; symmetric where undirected.
        num_graphs: How many graphs are drawn.
        num_channels: How many features a node has; ``None`` for none.
        is_undirected: Whether every edge has its opposite.
        transform: Applied to a graph each time it is taken out.
        pre_transform: Applied to each graph once.
        force_reload: As PyG's; graphs are always drawn anew.
        class_sep: How far the corners lie from the middle, in standard deviations.

    Raises:
        ArgumentError: A number of graphs below 1, a probability out of range or not symmetric, or more blocks than the
            hypercube has corners.
        ShapeError: There is not a row and a column of probabilities for each block.

    Cost: no download; see :func:`~edgewise.utils.stochastic_blockmodel_graph`. Draws from torch's generator.

    Source: Holland, Laskey & Leinhardt, *Stochastic blockmodels: first steps*, Social Networks 1983.

    Unlike PyG's, each graph has edges of its own, features have one cluster a block, and scikit-learn is not needed.

    Example:
        >>> _ = torch.manual_seed(0)
        >>> StochasticBlockModelDataset(None, [3, 2], [[1.0, 0.0], [0.0, 1.0]], num_channels=4)[0]
        Data(x=[5, 4], edge_index=[2, 8], y=[5])
    """

    def __init__(
        self,
        root: str | Path | None,
        block_sizes: Sequence[int] | Int[Tensor, " blocks"],
        edge_probs: Sequence[Sequence[float]] | Float[Tensor, "blocks blocks"],
        num_graphs: int = 1,
        num_channels: int | None = None,
        is_undirected: bool = True,  # noqa: FBT001, FBT002 - PyG's signature
        transform: Callable[[Data], Any] | None = None,
        pre_transform: Callable[[Data], Any] | None = None,
        force_reload: bool = False,  # noqa: FBT001, FBT002
        class_sep: float = 1.0,
    ) -> None:
        if num_graphs < 1:
            message = f"StochasticBlockModelDataset: expected num_graphs of 1 or more, got {num_graphs}. Draw some."
            raise ArgumentError(message)
        self.block_sizes = torch.as_tensor(block_sizes, dtype=torch.int64)
        self.edge_probs = torch.as_tensor(edge_probs, dtype=torch.float32)
        self.num_graphs, self.num_channels, self.is_undirected = num_graphs, num_channels, is_undirected
        self.class_sep = class_sep
        super().__init__(None, transform, pre_transform)

    def process(self) -> list[Data]:
        """Draw the graphs."""
        y = torch.arange(len(self.block_sizes)).repeat_interleave(self.block_sizes)
        graphs = []
        for _ in range(self.num_graphs):
            edge_index = stochastic_blockmodel_graph(self.block_sizes, self.edge_probs, directed=not self.is_undirected)
            graph = Data(x=self._features(y), edge_index=edge_index, y=y)
            if graph.x is None:
                graph.num_nodes = len(y)
            graphs.append(graph)
        return graphs

    def _features(self, y: Tensor) -> Float[Tensor, "nodes channels"] | None:
        if self.num_channels is None:
            return None
        blocks, bits = len(self.block_sizes), min(self.num_channels, _CODE_BITS)
        if blocks > 2**bits:
            message = (
                f"StochasticBlockModelDataset: expected num_channels with a corner for each of {blocks} blocks, got "
                f"{self.num_channels}. Take {(blocks - 1).bit_length()} or more."
            )
            raise ArgumentError(message)
        corners = torch.randint(2, (blocks, self.num_channels))
        corners[:, :bits] = torch.randperm(2**bits)[:blocks, None] >> torch.arange(bits) & 1  # no two are the same
        centres = (2.0 * corners - 1.0) * self.class_sep
        return centres[y] + torch.randn(len(y), self.num_channels)
