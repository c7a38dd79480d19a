"""NNConv: each neighbour through a matrix made of the edge's features."""

import torch
import torch_geometric.nn as pyg
from tests.nn.cases import Case
from torch import nn

from edgewise.nn import MLP, NNConv


def formula(layer, x, edge_index, edge_attr):
    source, target = x if isinstance(x, tuple) else (x, x)
    matrices = layer.nn(edge_attr).view(-1, source.shape[1], layer.out_channels)
    how = {"add": lambda m: m.sum(0), "mean": lambda m: m.mean(0), "max": lambda m: m.amax(0)}[layer.aggr]
    rows = []
    for i in range(len(target)):
        messages = [source[edge_index[0, k]] @ matrices[k] for k in (edge_index[1] == i).nonzero().flatten()]
        rows.append(how(torch.stack(messages)) if messages else source.new_zeros(layer.out_channels))
    out = torch.stack(rows)
    out = out + target @ layer.lin.weight.t() if layer.root_weight else out
    return out if layer.bias is None else out + layer.bias


def case(widths, out, network, features=3, skip=(), **kwargs):
    edge_args = {"edge_attr": lambda edges: torch.randn(edges, features)}
    options = {"formula": formula, "in_channels": widths, "bipartite": True, "edge_args": edge_args, "skip": skip}
    make = lambda cls: lambda: cls(widths, out, network(widths[0] * out), **kwargs)  # noqa: E731
    return Case(make(NNConv), make(pyg.NNConv), options)


def two_layers(numbers):
    return nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, numbers))


CASES = {
    "sum": case((2, 3), 16, two_layers),
    "mean": case((2, 3), 16, two_layers, aggr="mean"),
    "max": case((2, 3), 16, two_layers, aggr="max"),
    "linear alone": case((2, 3), 16, lambda numbers: nn.Linear(3, numbers, bias=False), bias=False),
    "mlp": case((2, 3), 16, lambda numbers: MLP([3, 4, numbers], norm=None, act="tanh"), root_weight=False),
    "matrices": case((3, 5), 2, two_layers, skip=["memory"]),  # two columns: in the other order of this layer
    "ends otherwise": case((2, 3), 16, lambda numbers: nn.Sequential(nn.Linear(3, numbers), nn.Tanh())),
}
