"""Graphs to measure on."""

import torch

__all__ = ["power_law"]


def power_law(num_nodes: int, num_edges: int, exponent: float = 0.8, seed: int = 0) -> torch.Tensor:
    """``edge_index`` whose both ends follow a power law over nodes in random order, edges in random order."""
    generator = torch.Generator().manual_seed(seed)
    weight = torch.arange(1, num_nodes + 1, dtype=torch.float64) ** -exponent
    name = torch.randperm(num_nodes, generator=generator)
    ends = [torch.multinomial(weight, num_edges, replacement=True, generator=generator) for _ in range(2)]
    return torch.stack([name[end] for end in ends])
