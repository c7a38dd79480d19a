"""Graphs to measure on. The scale is for trying the program itself out: published numbers are of scale 1."""

import os

import torch

__all__ = ["SCALE_VARIABLE", "power_law", "scaled", "undirected_power_law"]

SCALE_VARIABLE = "EDGEWISE_BENCHMARK_SCALE"


def scaled(count: int) -> int:
    return max(64, int(count * float(os.environ.get(SCALE_VARIABLE, "1"))))


def power_law(num_nodes: int, num_edges: int, exponent: float = 0.8, seed: int = 0) -> torch.Tensor:
    """``edge_index`` whose both ends follow a power law over nodes in random order, edges in random order."""
    generator = torch.Generator().manual_seed(seed)
    weight = torch.arange(1, num_nodes + 1, dtype=torch.float64) ** -exponent
    name = torch.randperm(num_nodes, generator=generator)
    ends = [torch.multinomial(weight, num_edges, replacement=True, generator=generator) for _ in range(2)]
    return torch.stack([name[end] for end in ends])


def undirected_power_law(num_nodes: int, num_edges: int) -> torch.Tensor:
    """``num_edges`` edges, each pair once in both directions: no loops and no duplicates, so CSR holds the same."""
    # Half as many again: pairs of two hubs are drawn often and kept once.
    source, target = power_law(num_nodes, num_edges * 3 // 4)
    keys = torch.minimum(source, target) * num_nodes + torch.maximum(source, target)
    keys = keys[source != target].unique()
    generator = torch.Generator().manual_seed(1)
    keys = keys[torch.randperm(len(keys), generator=generator)[: num_edges // 2]]
    pairs = torch.stack([keys // num_nodes, keys % num_nodes])
    both = torch.cat([pairs, pairs.flip(0)], dim=1)
    return both[:, torch.randperm(both.shape[1], generator=generator)]
