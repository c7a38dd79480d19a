"""Where to draw each node of a graph."""

import torch
from torch import Tensor

from edgewise.ops._reference.kernel import kernel
from edgewise.ops._reference.rows import rows_of

__all__ = ["force_layout"]


@kernel(lambda indptr, indices, seed, iterations: indptr.new_empty(indptr.shape[0] - 1, 2, dtype=torch.float32))
def force_layout(indptr: Tensor, indices: Tensor, seed: int, iterations: int) -> Tensor:
    """Springs along edges, repulsion between all nodes, a weak pull to the centre; O(nodes^2) time an iteration."""
    nodes = indptr.shape[0] - 1
    generator = torch.Generator().manual_seed(seed)
    at: Tensor = (2 * torch.rand(nodes, 2, generator=generator) - 1).to(indptr.device) * float(nodes**0.5)
    row, column = rows_of(indptr), indices.long()
    steps = 4 * iterations
    for i in range(steps):
        force = -0.4 * at
        for block, p in zip(force.split(1024), at.split(1024), strict=True):  # no nodes x nodes tensor
            apart = p.unsqueeze(1) - at
            block += (apart / (apart.square().sum(-1, keepdim=True) + 0.01)).sum(1)
        spring = at[row] - at[column]
        force.index_add_(0, row, -spring * spring.norm(dim=1, keepdim=True))
        limit = 0.2 * float(nodes**0.5) * (steps - i) / steps
        at = at + force * (limit / force.norm(dim=1, keepdim=True).clamp(min=limit))
    if nodes == 0:
        return at
    at = at - at.mean(0)
    return at / at.abs().max().clamp(min=torch.finfo(at.dtype).tiny)
