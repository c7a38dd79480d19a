"""GINEConv: GIN whose messages are joined with the features of their edges."""

import torch
import torch_geometric.nn as pyg
from tests.nn.cases import Case
from torch import nn

from edgewise.nn import GINEConv


def formula(layer, x, edge_index, edge_attr):
    source, target = x if isinstance(x, tuple) else (x, x)
    features = edge_attr if layer.lin is None else edge_attr @ layer.lin.weight.t() + layer.lin.bias
    how = {"add": lambda m: m.sum(0), "mean": lambda m: m.mean(0), "max": lambda m: m.amax(0)}[layer.aggr]
    rows = []
    for i in range(len(target)):
        arriving = edge_index[1] == i
        messages = (source[edge_index[0, arriving]] + features[arriving]).relu()
        neighbours = how(messages) if len(messages) else source.new_zeros(source.shape[1])
        rows.append((1 + layer.eps) * target[i] + neighbours)
    return layer.nn(torch.stack(rows))


def case(width, features, skip=(), **kwargs):
    network = lambda: nn.Sequential(nn.Linear(width, 4), nn.Tanh(), nn.Linear(4, 16))  # noqa: E731
    edge_args = {"edge_attr": lambda edges: torch.randn(edges, features)}
    options = {"formula": formula, "in_channels": (width, width), "bipartite": True, "edge_args": edge_args}
    make = lambda cls: lambda: cls(network(), **kwargs)  # noqa: E731
    return Case(make(GINEConv), make(pyg.GINEConv), {**options, "skip": skip})


CASES = {
    "edge_dim": case(16, 1, edge_dim=1, eps=0.5),  # messages as wide as the output, for memory
    "same width": case(4, 4, train_eps=True),
    "mean": case(4, 2, edge_dim=2, aggr="mean"),
    "max": case(4, 2, edge_dim=2, aggr="max"),
}
