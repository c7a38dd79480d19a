"""DConv: random walks along the edges and against them, as powers of two dense matrices."""

import torch
from tests.nn.cases import Case

from edgewise.nn import DConv


def formula(layer, x, edge_index, edge_weight=None):
    w = x.new_zeros(len(x), len(x))
    weight = x.new_ones(edge_index.shape[1]) if edge_weight is None else edge_weight
    for (i, j), value in zip(edge_index.t().tolist(), weight, strict=True):
        w[i, j] += value
    theta = layer.lin.weight.view(2 * layer.K - 1, layer.out_channels, x.shape[1])
    out = x @ theta[0].t()
    for n, matrix in enumerate((w, w.t())):
        total = matrix.sum(1, keepdim=True)
        step = torch.where(total == 0, 0, matrix / total)
        for k in range(1, layer.K):
            out = out + torch.linalg.matrix_power(step, k) @ x @ theta[n * (layer.K - 1) + k].t()
    return out if layer.bias is None else out + layer.bias


def case(*args, edge_args=None, **kwargs):
    # No peer: PyG has no such layer, and that of PyTorch Geometric Temporal computes something else (see the class).
    return Case(lambda: DConv(*args, **kwargs), None, {"formula": formula, "edge_args": edge_args or {}})


def positive(edges):
    return 0.5 + torch.rand(edges)


CASES = {
    "narrow to wide": case(8, 16, K=3),
    "wide to narrow": case(40, 16, K=3),
    "weighted": case(8, 16, K=3, edge_args={"edge_weight": positive}),
    "weighted, wide to narrow": case(20, 16, K=4, edge_args={"edge_weight": positive}, bias=False),
    "one step": case(20, 16, K=2),
    "no step": case(8, 16, K=1),
}
