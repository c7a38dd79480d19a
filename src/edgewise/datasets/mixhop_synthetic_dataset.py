"""Graphs whose neighbours agree as often as wanted."""

import math
from bisect import bisect_right
from collections.abc import Callable, Iterator
from itertools import accumulate, chain
from pathlib import Path
from typing import Any

import torch

from edgewise._typing import Float, Int, Tensor
from edgewise.data import Data, InMemoryDataset
from edgewise.errors import ArgumentError

__all__ = ["MixHopSyntheticDataset"]

_HOMOPHILY = tuple(tenths / 10 for tenths in range(10))
_NODES, _CLASSES = 5000, 10
_FIRST, _EDGES = 40, 6
_RADIUS, _VARIANCES = 300.0, (24500.0, 7000.0)


class MixHopSyntheticDataset(InMemoryDataset):
    """A graph of 5,000 nodes in 10 classes, in which a share ``homophily`` of edges joins nodes of one class.

    It grows node by node. A new node of a random class joins 6 others, chosen with a probability that rises with their
    edges: with weight ``homophily`` those of its class, and for the rest those of another, twice as likely for each
    step that the classes are nearer on a circle. Two features are normally distributed around a place on a circle for
    each class, and overlap. A third of the nodes each is for training, validation and test.

    PyG downloads the ten graphs of the paper; this one is drawn by their rule, so that numbers differ from published
    ones as from another draw.

    Args:
        root: As PyG's; nothing is stored, so that the seed alone decides what is drawn.
        homophily: 0.0, 0.1, ... or 0.9.
        transform: Applied to the graph each time it is taken out.
        pre_transform: Applied to the graph once.
        force_reload: As PyG's; the graph is always drawn anew.

    Raises:
        ArgumentError: Another homophily.

    Cost: no download; a fraction of a second. Draws from torch's generator: same seed, same graph.

    Source: Abu-El-Haija et al., *MixHop: higher-order graph convolutional architectures via sparsified neighborhood
    mixing*, ICML 2019; growth by Karimi et al., *Homophily influences ranking of minorities in social networks*, 2018.

    Example:
        >>> _ = torch.manual_seed(0)
        >>> MixHopSyntheticDataset(None, homophily=0.7)
        MixHopSyntheticDataset(homophily=0.7)
    """

    def __init__(
        self,
        root: str | Path | None,
        homophily: float,
        transform: Callable[[Data], Any] | None = None,
        pre_transform: Callable[[Data], Any] | None = None,
        force_reload: bool = False,  # noqa: FBT001, FBT002 - PyG's signature
    ) -> None:
        if homophily not in _HOMOPHILY:
            message = (
                f"MixHopSyntheticDataset: expected homophily of 0.0, 0.1, ... or 0.9, got {homophily}. Choose one."
            )
            raise ArgumentError(message)
        self.homophily = float(homophily)
        super().__init__(None, transform, pre_transform)

    def process(self) -> list[Data]:
        """Draw the one graph."""
        y = torch.randint(_CLASSES, (_NODES,))
        edges = _grown(y, self.homophily)
        # Old nodes have more edges: numbers are drawn, so that the first third is like the others.
        number = torch.randperm(_NODES)
        y = y[number.argsort()]
        edges = number[edges]
        both = torch.cat([edges, edges.flip(0)], 1)
        third = _NODES // 3
        part = torch.arange(_NODES)
        return [
            Data(
                x=_features(y),
                edge_index=both[:, (both[0] * _NODES + both[1]).argsort()],
                y=y,
                train_mask=part < third,
                val_mask=(part >= third) & (part < 2 * third),
                test_mask=part >= 2 * third,
            )
        ]

    def __repr__(self) -> str:
        return f"MixHopSyntheticDataset(homophily={self.homophily:.1f})"


def _grown(y: Int[Tensor, " nodes"], homophily: float) -> Int[Tensor, "2 edges"]:
    """One direction of each edge, none of them twice."""
    steps = (torch.arange(_CLASSES)[:, None] - torch.arange(_CLASSES)).abs()
    steps = torch.minimum(steps, _CLASSES - steps)
    nearness = torch.where(steps == 0, 0.0, 2.0 ** (_CLASSES // 2 - steps))
    weight = (1 - homophily) * nearness / nearness.sum(1, keepdim=True) + homophily * torch.eye(_CLASSES)
    weights, classes = weight.double().tolist(), y.tolist()
    # The nodes of each class, as often as they have edges: one of them at random is a node by its edges.
    ends: list[list[int]] = [[] for _ in range(_CLASSES)]
    edges = [(node, node - 1) for node in range(1, _FIRST)]
    for end in chain.from_iterable(edges):
        ends[classes[end]].append(end)
    draws = _uniform()
    for node in range(_FIRST, len(classes)):
        own = weights[classes[node]]
        bounds = list(accumulate(w * len(nodes) for w, nodes in zip(own, ends, strict=True)))
        joined: set[int] = set()
        while len(joined) < _EDGES:
            at = next(draws) * bounds[-1]
            kind = min(bisect_right(bounds, at), _CLASSES - 1)
            place = int((at - (bounds[kind - 1] if kind else 0.0)) / own[kind])
            joined.add(ends[kind][min(place, len(ends[kind]) - 1)])
        for other in sorted(joined):
            edges.append((node, other))
            ends[classes[other]].append(other)
        ends[classes[node]] += [node] * _EDGES
    return torch.tensor(edges).t()


def _uniform() -> Iterator[float]:
    """Numbers in [0, 1) from torch's generator, without end."""
    while True:
        yield from torch.rand(4096, dtype=torch.float64).tolist()


def _features(y: Int[Tensor, " nodes"]) -> Float[Tensor, "nodes 2"]:
    """Longer across the circle than along it: each class's distribution is turned with its place."""
    angle = y * (2 * math.pi / _CLASSES)
    sin, cos = angle.sin(), angle.cos()
    across, along = (torch.randn(len(y)) * math.sqrt(variance) for variance in _VARIANCES)
    return torch.stack([_RADIUS * sin + cos * across + sin * along, _RADIUS * cos - sin * across + cos * along], 1)
