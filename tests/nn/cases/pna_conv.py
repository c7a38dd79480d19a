"""PNAConv: aggregates of a neighbourhood, each at several scales of its size."""

import math

import torch
import torch_geometric.nn as pyg
from tests.nn.cases import Case

from edgewise.nn import PNAConv

DEG = torch.tensor([1, 2, 3, 5, 3, 1])
ALL = ["sum", "mean", "min", "max", "var", "std"]
SCALERS = ["identity", "amplification", "attenuation", "linear", "inverse_linear"]


def aggregate(name, messages, like):
    if len(messages) == 0:
        return torch.zeros_like(like)
    m = torch.stack(messages)
    variance = (m - m.mean(0)).square().mean(0)
    known = {"sum": m.sum(0), "mean": m.mean(0), "min": m.amin(0), "max": m.amax(0), "var": variance}
    known["std"] = torch.where(variance > 1e-5, variance.clamp(min=1e-5).sqrt(), 0.0)
    return known[name]


def scale(name, d, layer):
    averages = layer.aggr_module.avg_deg_log.item(), layer.aggr_module.avg_deg_lin.item()
    return {
        "identity": 1.0,
        "amplification": math.log(d + 1) / averages[0],
        "attenuation": averages[0] / math.log(max(d, 1) + 1),
        "linear": d / averages[1],
        "inverse_linear": averages[1] / max(d, 1),
    }[name]


def formula_of(aggregators, scalers):
    def formula(layer, x, edge_index, edge_attr=None):
        rows = []
        for i in range(len(x)):
            arriving = (edge_index[1] == i).nonzero().flatten().tolist()
            towers = []
            for t in range(layer.towers):
                part = slice(t * layer.F_in, (t + 1) * layer.F_in) if layer.divide_input else slice(None)
                messages = []
                for k in arriving:
                    ends = [x[i, part], x[edge_index[0, k], part]]
                    ends += [] if edge_attr is None else [layer.edge_encoder(edge_attr[k])]
                    messages.append(layer.pre_nns[t](torch.cat(ends)))
                found = [aggregate(name, messages, x[i, part]) for name in aggregators]
                scaled = [scale(name, len(arriving), layer) * torch.cat(found) for name in scalers]
                towers.append(layer.post_nns[t](torch.cat([x[i, part], *scaled])))
            rows.append(layer.lin(torch.cat(towers)))
        return torch.stack(rows)

    return formula


def case(in_channels, aggregators, scalers, *, edge_args=None, skip=(), **kwargs):
    options = {"formula": formula_of(aggregators, scalers), "edge_args": edge_args or {}, "skip": skip}
    arguments = (in_channels, 16, aggregators, scalers, DEG)
    return Case(lambda: PNAConv(*arguments, **kwargs), lambda: pyg.PNAConv(*arguments, **kwargs), options)


def edge_attr(edges):
    return torch.randn(edges, 3)


CASES = {  # narrow inputs: finite differences take two calls for every parameter
    "every aggregator": case(2, ALL, ["identity"]),
    "every scaler": case(2, ["mean", "max"], SCALERS, train_norm=True),
    "towers": case(4, ["mean", "std"], ["identity", "amplification"], towers=2),
    "divided": case(4, ["mean", "min"], ["attenuation"], towers=2, divide_input=True, post_layers=2),
    "edges and towers": case(
        4, ["sum", "var"], ["linear"], edge_args={"edge_attr": edge_attr}, edge_dim=3, towers=2, divide_input=True
    ),
    "deep": case(3, ["mean", "min"], ["identity"], pre_layers=3, act="tanh"),
    # Wide enough for blocks in the check of memory. Its gradients are those of the narrower cases.
    "edge features": case(
        16, ["max", "std"], SCALERS[:3], edge_args={"edge_attr": edge_attr}, edge_dim=3, skip=["gradients"]
    ),
}
