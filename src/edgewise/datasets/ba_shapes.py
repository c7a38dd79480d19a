"""Houses on a random graph: which nodes explain a prediction is known."""

from collections.abc import Callable
from typing import Any

import torch

from edgewise._suggest import did_you_mean
from edgewise.data import Data, InMemoryDataset
from edgewise.errors import ArgumentError
from edgewise.utils import barabasi_albert_graph

__all__ = ["BAShapes"]

_NODES, _EDGES, _HOUSES = 300, 5, 80
_KINDS = ("random", "uniform")
# The roof is node 0, its ends 1 and 4 stand on 2 and 3.
_HOUSE = [[0, 0, 0, 1, 1, 1, 2, 2, 3, 3, 4, 4], [1, 3, 4, 4, 2, 0, 1, 3, 2, 0, 0, 1]]
_HOUSE_LABELS = [1, 1, 2, 2, 3]


class BAShapes(InMemoryDataset):
    """A Barabási-Albert graph of 300 nodes with 80 houses of 5 nodes, each joined to it by an edge.

    Labels ``y`` say where a node stands: 0 in the graph, 1 to 3 in a house. ``edge_label`` is 1 within a house, and
    ``expl_mask`` chooses the nodes whose explanation the paper looks at. Every feature is 1.

    Args:
        connection_distribution: ``"random"``: houses stand at random nodes; ``"uniform"``: at every third.
        transform: Applied to the graph each time it is taken out.

    Raises:
        ArgumentError: An unknown distribution.

    Cost: no download. Draws from torch's generator: same seed, same graph.

    Source: Ying, Bourgeois, You, Zitnik & Leskovec, *GNNExplainer*, NeurIPS 2019.

    Example:
        >>> graph = BAShapes()[0]
        >>> graph.num_nodes, graph.y.bincount().tolist(), int(graph.edge_label.sum())
        (700, [300, 160, 160, 80], 960)
    """

    def __init__(self, connection_distribution: str = "random", transform: Callable[[Data], Any] | None = None) -> None:
        if connection_distribution not in _KINDS:
            hint = did_you_mean(connection_distribution, _KINDS)
            message = (
                f"BAShapes: expected connection_distribution to be one of {_KINDS}, got "
                f"{connection_distribution!r}.{hint}"
            )
            raise ArgumentError(message)
        self.connection_distribution = connection_distribution
        super().__init__(None, transform)

    def process(self) -> list[Data]:
        """Draw the one graph."""
        graph = barabasi_albert_graph(_NODES, _EDGES)
        if self.connection_distribution == "random":
            doors = torch.randperm(_NODES)[:_HOUSES]
        else:
            doors = torch.arange(0, _NODES, _NODES // _HOUSES)[:_HOUSES]
        first = _NODES + 5 * torch.arange(_HOUSES)
        houses = torch.tensor(_HOUSE).unsqueeze(1) + first.reshape(1, -1, 1)  # [2, houses, edges]
        ways = torch.stack([torch.stack([doors, first], 1), torch.stack([first, doors], 1)])  # [2, houses, 2]
        nodes = _NODES + 5 * _HOUSES
        expl_mask = torch.zeros(nodes, dtype=torch.bool)
        expl_mask[torch.arange(400, nodes, 5)] = True
        return [
            Data(
                x=torch.ones(nodes, 10),
                edge_index=torch.cat([graph, torch.cat([houses, ways], 2).flatten(1)], 1),
                y=torch.cat([torch.zeros(_NODES, dtype=torch.int64), torch.tensor(_HOUSE_LABELS).repeat(_HOUSES)]),
                expl_mask=expl_mask,
                edge_label=torch.cat(
                    [
                        torch.zeros(graph.shape[1], dtype=torch.int64),
                        torch.tensor([1] * len(_HOUSE[0]) + [0, 0]).repeat(_HOUSES),
                    ]
                ),
            )
        ]
