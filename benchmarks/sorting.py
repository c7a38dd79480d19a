"""Building an adjacency: our counting sort against torch's stable sort of the same edges."""

import functools

import torch
from torch import Tensor

from benchmarks._graphs import power_law, scaled
from benchmarks._rows import Contender, Row, Steps
from edgewise import Adjacency

NODES, EDGES = 131_072, 2_000_000


@functools.cache
def edges() -> Tensor:
    return power_law(scaled(NODES), scaled(EDGES))


def ours() -> Tensor:
    nodes = scaled(NODES)
    return Adjacency.of(edges().clone(), (nodes, nodes)).indices  # A new tensor each time: nothing is remembered.


def stable_sort() -> Tensor:
    source, target = edges().clone()
    return source[torch.sort(target, stable=True).indices]


def agreement() -> dict[str, tuple[float, float]]:
    return {"sources out of order": (float((ours() != stable_sort()).sum()), 0.0)}


ROWS = [
    Row(
        work="sort 2 M edges by destination",
        contenders={
            "edgewise": Contender(lambda: Steps(ours)),
            "torch.sort(stable)": Contender(lambda: Steps(stable_sort)),
        },
        agreement=agreement,
        together=True,
    )
]
