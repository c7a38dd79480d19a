"""GCN2Conv: GCN's matrix, a share of the first layer's input, and a map close to the identity."""

import torch
import torch_geometric.nn as pyg
from tests.nn.cases import Case
from tests.nn.dense import gcn_matrix

from edgewise.nn import GCN2Conv


def formula(layer, x, x_0, edge_index, edge_weight=None):
    loops, eye = layer.add_self_loops, torch.eye(16, dtype=x.dtype)
    matrix = gcn_matrix(len(x), edge_index, edge_weight, x.dtype, loops=loops, normalize=layer.normalize)
    first = (1 - layer.beta) * eye + layer.beta * layer.weight1
    second = first if layer.weight2 is None else (1 - layer.beta) * eye + layer.beta * layer.weight2
    return (1 - layer.alpha) * matrix @ x @ first + layer.alpha * x_0 @ second


def case(*args, weighted=False, **kwargs):
    options = {"formula": formula, "in_channels": 16, "node_args": {"x_0": lambda n: torch.randn(n, 16)}}
    if weighted:
        options["edge_args"] = {"edge_weight": torch.rand}
        options["skip"] = ["permuted edges"]  # of several loops of a node the last one counts, as in PyG
    return Case(lambda: GCN2Conv(16, *args, **kwargs), lambda: pyg.GCN2Conv(16, *args, **kwargs), options)


CASES = {
    "shared": case(0.1, theta=0.5, layer=2),
    "beta is 1": case(0.3),
    "two weights": case(0.1, theta=1.5, layer=3, shared_weights=False),
    "weighted": case(0.2, theta=0.5, layer=1, weighted=True),
}
