"""Building an adjacency: our counting sort against torch's stable sort of the same edges."""

import torch

from benchmarks._graphs import power_law
from benchmarks._timing import in_turn
from edgewise import Adjacency

NODES, EDGES = 131_072, 2_000_000


def run() -> list[dict[str, float | str]]:
    edge_index = power_law(NODES, EDGES)
    seconds = in_turn(
        {
            "edgewise": lambda: Adjacency.of(edge_index.clone(), (NODES, NODES)),
            "torch.sort(stable)": lambda: torch.sort(edge_index[1].clone(), stable=True),
        },
        rounds=5,
    )
    ours = seconds["edgewise"]
    ratio = {"x torch.sort(stable)": seconds["torch.sort(stable)"] / ours}
    return [{"work": "sort 2 M edges by destination", "edgewise ms": ours * 1e3, **ratio}]
