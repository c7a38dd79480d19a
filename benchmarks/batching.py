"""Shuffled batches of 256 of 20,000 graphs as large as molecules, in one process: an epoch of loading alone."""

import functools
import importlib
from typing import Any

import torch

from benchmarks._graphs import scaled
from benchmarks._rows import Bound, Contender, Row, Steps

GRAPHS, BATCH = 20_000, 256


@functools.cache
def molecules() -> list[dict[str, Any]]:
    """Attributes of graphs with 10 to 40 atoms, about twice as many directed bonds, and nine and three features."""
    generator = torch.Generator().manual_seed(0)
    found = []
    for nodes in torch.randint(10, 41, (scaled(GRAPHS),), generator=generator).tolist():
        bonds = torch.stack([torch.arange(1, nodes), torch.arange(nodes - 1)])  # a chain, in both directions
        found.append(
            {
                "x": torch.randint(0, 9, (nodes, 9), generator=generator).float(),
                "edge_index": torch.cat([bonds, bonds.flip(0)], 1),
                "edge_attr": torch.randint(0, 4, (2 * nodes - 2, 3), generator=generator).float(),
                "y": torch.randn(1, 1, generator=generator),
            }
        )
    return found


def graphs(name: str) -> list[Any]:
    kind = importlib.import_module(f"{name}.data").Data
    return [kind(**values) for values in molecules()]


def ours_packed() -> Any:
    from edgewise.data import PackedDataset

    return PackedDataset.from_list(graphs("edgewise"))


def pyg_in_memory() -> Any:
    from torch_geometric.data import InMemoryDataset

    class Molecules(InMemoryDataset):
        def __init__(self):
            super().__init__(None)
            self.data, self.slices = self.collate(graphs("torch_geometric"))

    return Molecules()


def start(name: str, dataset: Any) -> Steps:
    torch.manual_seed(0)
    loader = importlib.import_module(f"{name}.loader").DataLoader(dataset, batch_size=BATCH, shuffle=True)

    def epoch() -> None:
        for _ in loader:
            pass

    return Steps(epoch)


def agreement() -> dict[str, tuple[float, float]]:
    """The largest difference in any attribute of any batch: none."""
    pair = []
    for name, dataset in (("edgewise", ours_packed()), ("torch_geometric", pyg_in_memory())):
        pair.append(importlib.import_module(f"{name}.loader").DataLoader(dataset, batch_size=BATCH))
    worst = dict.fromkeys(("x", "edge_index", "edge_attr", "y", "batch", "ptr"), 0.0)
    for ours, theirs in zip(*pair, strict=True):
        for name in worst:
            worst[name] = max(worst[name], float((ours[name] - theirs[name]).abs().max()))
    return {name: (difference, 0.0) for name, difference in worst.items()}


ROWS = [
    Row(
        work="20,000 graphs in shuffled batches of 256, an epoch",
        contenders={
            "edgewise": Contender(lambda: start("edgewise", ours_packed())),
            "edgewise, list": Contender(lambda: start("edgewise", graphs("edgewise"))),
            "PyG list": Contender(lambda: start("torch_geometric", graphs("torch_geometric")), rounds=2),
            "PyG InMemoryDataset": Contender(lambda: start("torch_geometric", pyg_in_memory()), rounds=2),
        },
        bounds=(Bound("PyG list", at_least=15), Bound("PyG InMemoryDataset", at_least=10)),
        agreement=agreement,
    )
]
