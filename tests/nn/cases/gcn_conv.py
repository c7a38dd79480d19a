"""GCNConv: the symmetrically normalised adjacency with self loops."""

import torch
import torch_geometric.nn as pyg
from tests.nn.cases import Case

from edgewise.nn import GCNConv


def formula(layer, x, edge_index, edge_weight=None):
    n = len(x)
    weight = x.new_ones(edge_index.shape[1]) if edge_weight is None else edge_weight
    a = x.new_zeros(n, n)
    loops = x.new_full((n,), 2.0 if layer.improved else 1.0)
    for (j, i), w in zip(edge_index.t().tolist(), weight, strict=True):
        if i == j:
            loops[i] = w  # as in PyG, the last loop of a node is its loop
        else:
            a[i, j] += w
    a = a + torch.diag(loops)
    scale = a.sum(1).pow(-0.5)
    scale[a.sum(1) == 0] = 0
    return (scale[:, None] * a * scale[None, :]) @ x @ layer.lin.weight.t() + layer.bias


def case(*args, edge_args=None, peer=True, **kwargs):
    options = {"formula": formula, "edge_args": edge_args or {}}
    if edge_args:
        options["skip"] = ["permuted edges"]  # of several loops of a node the last one counts, as in PyG
    return Case(lambda: GCNConv(*args, **kwargs), (lambda: pyg.GCNConv(*args, **kwargs)) if peer else None, options)


CASES = {
    "narrow to wide": case(8, 16),
    "wide to narrow": case(40, 16),
    "weighted": case(8, 16, edge_args={"edge_weight": torch.rand}),
    "improved": case(8, 16, peer=False, improved=True),  # PyG ignores it without weights
}
