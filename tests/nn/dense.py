"""Matrices of small graphs, written entry by entry."""

import torch

__all__ = ["gcn_matrix"]


def gcn_matrix(nodes, edge_index, edge_weight, dtype, *, loops=True, normalize=True):
    """GCN's matrix ``[target, source]``; ``loops`` adds those that are missing."""
    weight = torch.ones(edge_index.shape[1], dtype=dtype) if edge_weight is None else edge_weight
    a = torch.zeros(nodes, nodes, dtype=dtype)
    own = torch.ones(nodes, dtype=dtype)
    for (j, i), w in zip(edge_index.t().tolist(), weight, strict=True):
        if i == j and loops and normalize:
            own[i] = w  # as in PyG, the last loop of a node is its loop
        else:
            a[i, j] += w
    if not normalize:
        return a
    a = a + torch.diag(own) if loops else a
    degree = a.sum(1)
    scale = torch.where(degree == 0, 0, degree.clamp(min=1e-300) ** -0.5)
    return scale[:, None] * a * scale
