"""SAGEConv: the mean of the neighbours beside the node itself."""

import torch
import torch_geometric.nn as pyg
from tests.nn.cases import Case

from edgewise.nn import SAGEConv


def formula(layer, x, edge_index):
    source, target = x if isinstance(x, tuple) else (x, x)
    projected = layer.lin(source).relu() if layer.project else source
    rows = []
    for i in range(len(target)):
        arriving = projected[edge_index[0, edge_index[1] == i]]
        empty = projected.new_zeros(projected.shape[1])
        how = {"mean": lambda m: m.mean(0), "sum": lambda m: m.sum(0), "max": lambda m: m.amax(0)}[layer.aggr]
        rows.append(how(arriving) if len(arriving) else empty)
    out = torch.stack(rows) @ layer.lin_l.weight.t() + layer.lin_l.bias
    out = out + target @ layer.lin_r.weight.t() if layer.root_weight else out
    return torch.nn.functional.normalize(out, dim=-1) if layer.normalize else out


def case(*args, **kwargs):
    options = {"formula": formula, "bipartite": True}
    return Case(lambda: SAGEConv(*args, **kwargs), lambda: pyg.SAGEConv(*args, **kwargs), options)


CASES = {
    "mean": case((8, 5), 16),
    "sum": case((3, 5), 16, aggr="sum", normalize=True),
    "max": case((8, 5), 16, aggr="max"),
    "pool": case((8, 5), 16, aggr="max", project=True),
    "no root": case((8, 5), 16, root_weight=False),
}
