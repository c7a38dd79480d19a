"""APPNP: rounds of propagation that go back to the start a little."""

import torch
import torch_geometric.nn as pyg
from tests.nn.cases import Case
from tests.nn.dense import gcn_matrix

from edgewise.nn import APPNP


def formula(layer, x, edge_index, edge_weight=None):
    loops = layer.add_self_loops
    matrix = gcn_matrix(len(x), edge_index, edge_weight, x.dtype, loops=loops, normalize=layer.normalize)
    h = x
    for _ in range(layer.K):
        h = (1 - layer.alpha) * matrix @ h + layer.alpha * x
    return h


def case(*args, weighted=False, **kwargs):
    options = {"formula": formula, "edge_args": {"edge_weight": torch.rand} if weighted else {}, "in_channels": 16}
    if weighted and kwargs.get("normalize", True):
        options["skip"] = ["permuted edges"]  # of several loops of a node the last one counts, as in PyG
    return Case(lambda: APPNP(*args, **kwargs), lambda: pyg.APPNP(*args, **kwargs), options)


CASES = {
    "three rounds": case(3, 0.1),
    "weighted": case(3, 0.3, weighted=True),
    "no added loops": case(2, 0.1, add_self_loops=False),
    "as it is, weighted": case(2, 0.1, normalize=False, weighted=True),
    "everything from the neighbours": case(2, 0.0),
}
