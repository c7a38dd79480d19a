"""GINConv: a network of the node and the sum of its neighbours."""

import torch
import torch_geometric.nn as pyg
from tests.nn.cases import Case
from torch import nn

from edgewise.nn import MLP, GINConv


def formula(layer, x, edge_index):
    source, target = x if isinstance(x, tuple) else (x, x)
    how = {"add": lambda m: m.sum(0), "mean": lambda m: m.mean(0), "max": lambda m: m.amax(0)}[layer.aggr]
    rows = []
    for i in range(len(target)):
        arriving = source[edge_index[0, edge_index[1] == i]]
        neighbours = how(arriving) if len(arriving) else source.new_zeros(source.shape[1])
        rows.append((1 + layer.eps) * target[i] + neighbours)
    return layer.nn(torch.stack(rows))


def torch_network(width):
    return nn.Sequential(nn.Linear(width, 6), nn.Tanh(), nn.Linear(6, 16))


def case(network, width, **kwargs):
    options = {"formula": formula, "in_channels": (width, width), "bipartite": True}
    make = lambda cls: lambda: cls(network(width), **kwargs)  # noqa: E731
    return Case(make(GINConv), make(pyg.GINConv), options)


CASES = {
    "narrow to wide": case(torch_network, 4),
    "wide to narrow": case(torch_network, 9),
    "learns eps": case(torch_network, 9, eps=0.5, train_eps=True),
    "mean": case(torch_network, 9, eps=0.5, aggr="mean"),
    "max": case(torch_network, 4, eps=-0.3, aggr="max"),
    "mlp": case(lambda width: MLP([width, 6, 16], norm="layer_norm", norm_kwargs={"mode": "node"}), 9),
    "no linear map first": case(lambda width: nn.Sequential(nn.Tanh(), nn.Linear(width, 16)), 16),
}
