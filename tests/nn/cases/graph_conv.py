"""GraphConv: an aggregate of the weighted neighbours beside the node itself."""

import torch
import torch_geometric.nn as pyg
from tests.nn.cases import Case

from edgewise.nn import GraphConv


def formula(layer, x, edge_index, edge_weight=None):
    source, target = x if isinstance(x, tuple) else (x, x)
    messages = source[edge_index[0]]
    messages = messages if edge_weight is None else edge_weight[:, None] * messages
    rows = []
    for i in range(len(target)):
        arriving = messages[edge_index[1] == i]
        how = {"mean": lambda m: m.mean(0), "add": lambda m: m.sum(0), "max": lambda m: m.amax(0)}
        how |= {"min": lambda m: m.amin(0), "sum": how["add"]}
        rows.append(how[layer.aggr](arriving) if len(arriving) else source.new_zeros(source.shape[1]))
    return torch.stack(rows) @ layer.lin_rel.weight.t() + layer.lin_rel.bias + target @ layer.lin_root.weight.t()


def case(*args, weighted=False, **kwargs):
    options = {"formula": formula, "bipartite": True, "edge_args": {"edge_weight": torch.randn} if weighted else {}}
    return Case(lambda: GraphConv(*args, **kwargs), lambda: pyg.GraphConv(*args, **kwargs), options)


CASES = {
    "add": case(8, 16),
    "wide to narrow": case(18, 16),
    "two widths": case((8, 5), 16, aggr="sum"),
    "weighted": case(8, 16, weighted=True),
    "mean": case((8, 5), 16, aggr="mean", weighted=True),
    "weighted max": case((8, 5), 16, aggr="max", weighted=True),
    "weighted min": case(8, 16, aggr="min", weighted=True),
}
