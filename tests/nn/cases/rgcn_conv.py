"""RGCNConv: a mean of the neighbours of each relation, and a matrix for each."""

import torch
import torch_geometric.nn as pyg
from tests.nn.cases import Case

from edgewise.nn import FastRGCNConv, RGCNConv

RELATIONS = 3


def theta(layer, r):
    """The matrix of a relation."""
    if layer.num_bases is not None:
        return sum(c * base for c, base in zip(layer.comp[r], layer.weight, strict=True))
    return torch.block_diag(*layer.weight[r]) if layer.num_blocks is not None else layer.weight[r]


def formula(layer, x, edge_index, edge_type):
    source, target = x if isinstance(x, tuple) else (x, x)
    how = {
        "mean": lambda m: m.mean(0),
        "add": lambda m: m.sum(0),
        "max": lambda m: m.amax(0),
        "min": lambda m: m.amin(0),
    }
    rows = []
    for i in range(len(target)):
        row = layer.bias + (target[i] @ layer.root if layer.root is not None else 0)
        for r in range(layer.num_relations):
            arriving = source[edge_index[0, (edge_index[1] == i) & (edge_type == r)]]
            if len(arriving):
                row = row + how[layer.aggr](arriving) @ theta(layer, r)
        rows.append(row)
    return torch.stack(rows)


def case(*args, layer=RGCNConv, **kwargs):
    options = {"formula": formula, "bipartite": True, "edge_args": {"edge_type": lambda e: torch.randint(0, 3, (e,))}}
    peer = getattr(pyg, layer.__name__)
    return Case(lambda: layer(*args, RELATIONS, **kwargs), lambda: peer(*args, RELATIONS, **kwargs), options)


CASES = {
    "narrow to wide": case(4, 16),
    "wide to narrow": case((24, 5), 16),
    "sum": case((24, 8), 16, aggr="add"),
    "max": case((8, 5), 16, aggr="max"),
    "min": case((20, 5), 16, aggr="min", root_weight=False),
    "bases": case((20, 5), 16, num_bases=2),
    "blocks, multiplied first": case((20, 5), 16, num_blocks=4),
    "blocks, summed first": case((8, 5), 16, num_blocks=4),
    "fast": case((8, 5), 16, layer=FastRGCNConv),
}
