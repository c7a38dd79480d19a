"""SGConv: a power of GCN's matrix, then one linear map."""

import torch
import torch_geometric.nn as pyg
from tests.nn.cases import Case
from tests.nn.dense import gcn_matrix

from edgewise.nn import SGConv


def formula(layer, x, edge_index, edge_weight=None):
    matrix = gcn_matrix(len(x), edge_index, edge_weight, x.dtype, loops=layer.add_self_loops)
    for _ in range(layer.K):
        x = matrix @ x
    return x @ layer.lin.weight.t() + layer.lin.bias


def case(*args, weighted=False, **kwargs):
    options = {"formula": formula, "edge_args": {"edge_weight": torch.rand} if weighted else {}}
    if weighted:
        options["skip"] = ["permuted edges"]  # of several loops of a node the last one counts, as in PyG
    return Case(lambda: SGConv(*args, **kwargs), lambda: pyg.SGConv(*args, **kwargs), options)


CASES = {
    "once": case(8, 16),
    "wide to narrow": case(18, 16, K=3),
    "weighted": case(8, 16, K=2, weighted=True),
    "no added loops": case(8, 16, K=2, add_self_loops=False),
    "no round": case(8, 16, K=0),
}
