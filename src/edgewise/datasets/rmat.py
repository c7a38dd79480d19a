"""Graphs with hubs, as large as memory allows."""

from collections.abc import Callable
from typing import Any

import torch

from edgewise._typing import Int, Tensor
from edgewise.data import Data, InMemoryDataset
from edgewise.errors import ArgumentError
from edgewise.utils import coalesce, remove_self_loops, to_undirected

__all__ = ["RMAT", "rmat_graph"]

_MAX_SCALE = 40


def rmat_graph(
    scale: int,
    edge_factor: int = 16,
    a: float = 0.57,
    b: float = 0.19,
    c: float = 0.19,
    generator: torch.Generator | None = None,
) -> Int[Tensor, "2 edges"]:
    """Draw the edges of a recursive matrix: few nodes have very many edges, most have few or none.

    Args:
        scale: Binary logarithm of the number of nodes.
        edge_factor: How many edges are drawn a node. Loops and repetitions among them are kept.
        a: Probability of the upper left quarter of the matrix, at each of ``scale`` levels.
        b: Of the upper right quarter.
        c: Of the lower left quarter; what is left goes to the lower right one.
        generator: Where random numbers come from; torch's own by default.

    Raises:
        ArgumentError: A scale or factor out of range, or probabilities below 0 or above 1 together.

    Shape:
        → ``[2, edge_factor * 2 ** scale]`` in no order; nodes are numbered at random, so a number tells nothing

    Cost: O(edges * scale) on whole columns; 16 bytes an edge, and 14 more while drawing.

    Source: Chakrabarti, Zhan & Faloutsos, *R-MAT: a recursive model for graph mining*, SDM 2004; the defaults are those
    of the Graph 500 benchmark.

    Example:
        >>> rmat_graph(4, edge_factor=2, generator=torch.Generator().manual_seed(0)).shape
        torch.Size([2, 32])
    """
    if not (0 <= scale <= _MAX_SCALE and edge_factor >= 1):
        message = (
            f"rmat_graph: expected scale in 0..{_MAX_SCALE} and edge_factor of 1 or more, got {scale} and {edge_factor}"
            ". scale=20 and edge_factor=16 draw 16.8 million edges."
        )
        raise ArgumentError(message)
    if min(a, b, c) < 0 or a + b + c > 1 + 1e-9:
        message = f"rmat_graph: expected a, b and c of 0 or more, and together at most 1, got {a}, {b} and {c}."
        raise ArgumentError(f"{message} Graph 500 takes 0.57, 0.19 and 0.19.")
    edges = edge_factor << scale
    edge_index = torch.zeros(2, edges, dtype=torch.int64)
    for level in range(scale):
        draw = torch.rand(edges, generator=generator)
        lower = draw >= a + b
        right = (draw >= a) & ~lower | (draw >= a + b + c)
        edge_index[0] += lower.long() << level
        edge_index[1] += right.long() << level
    return torch.randperm(1 << scale, generator=generator)[edge_index]


class RMAT(InMemoryDataset):
    """One graph with hubs: ``2 ** scale`` nodes and at most ``edge_factor`` edges for each, drawn by R-MAT.

    Loops and repetitions are dropped, so there are fewer edges than were drawn. There are no features or labels.

    Args:
        scale: Binary logarithm of the number of nodes.
        edge_factor: How many edges are drawn a node.
        a: Probability of the upper left quarter of the matrix, at each level.
        b: Of the upper right quarter.
        c: Of the lower left quarter.
        is_undirected: Add the opposite of every edge.
        seed: Same seed, same graph; ``None`` draws from torch's generator.
        transform: Applied to the graph each time it is taken out.

    Raises:
        ArgumentError: As :func:`rmat_graph`.

    Cost: that of :func:`rmat_graph`, and a sort.

    Source: Chakrabarti, Zhan & Faloutsos, *R-MAT: a recursive model for graph mining*, SDM 2004.

    Example:
        >>> graph = RMAT(scale=6, edge_factor=4, seed=0)[0]
        >>> graph.num_nodes, graph.num_edges <= 256, graph.has_self_loops()
        (64, True, False)
    """

    def __init__(
        self,
        scale: int,
        edge_factor: int = 16,
        a: float = 0.57,
        b: float = 0.19,
        c: float = 0.19,
        *,
        is_undirected: bool = False,
        seed: int | None = None,
        transform: Callable[[Data], Any] | None = None,
    ) -> None:
        self.scale, self.edge_factor, self.quarters = scale, edge_factor, (a, b, c)
        self.is_undirected, self.seed = is_undirected, seed
        super().__init__(None, transform)

    def process(self) -> list[Data]:
        """Draw the one graph."""
        generator = None if self.seed is None else torch.Generator().manual_seed(self.seed)
        edges = rmat_graph(self.scale, self.edge_factor, *self.quarters, generator=generator)
        nodes = 1 << self.scale
        edges, _ = remove_self_loops(edges)
        edges = to_undirected(edges, num_nodes=nodes) if self.is_undirected else coalesce(edges, num_nodes=nodes)
        return [Data(edge_index=edges, num_nodes=nodes)]
