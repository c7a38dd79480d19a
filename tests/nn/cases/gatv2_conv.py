"""GATv2Conv: attention whose scores activate the sum of both ends and the edge before they reduce it."""

import torch
import torch_geometric.nn as pyg
from tests.nn.attention import make_case, with_loops

from edgewise.nn import GATv2Conv


def formula(layer, x, edge_index, edge_attr=None):
    source, target = x if isinstance(x, tuple) else (x, x)
    edge_index, edge_attr = with_loops(layer, edge_index, edge_attr, len(source), len(target))
    sent, own = layer.lin_l(source), layer.lin_r(target)
    out = target.new_zeros(len(target), layer.heads, layer.out_channels)
    for h in range(layer.heads):
        span = slice(h * layer.out_channels, (h + 1) * layer.out_channels)
        for i in range(len(target)):
            edges = (edge_index[1] == i).nonzero().flatten()
            neighbours = edge_index[0, edges]
            both = sent[neighbours][:, span] + own[i, span]
            if edge_attr is not None:
                both = both + edge_attr[edges] @ layer.lin_edge.weight[span].t()
            alpha = (torch.nn.functional.leaky_relu(both, layer.negative_slope) @ layer.att[0, h]).softmax(0)
            out[i, h] = alpha @ sent[neighbours][:, span]
    out = out.flatten(1) if layer.concat else out.mean(1)
    out = out if layer.res is None else out + target @ layer.res.weight.t()
    return out if layer.bias is None else out + layer.bias


case = make_case(GATv2Conv, pyg.GATv2Conv, formula)

CASES = {
    "one head": case(3, 16),
    "heads": case(3, 8, heads=2, bipartite=True),
    "mean of heads": case(3, 16, heads=2, concat=False, negative_slope=0.7),
    "two widths": case((3, 2), 8, heads=2, bipartite=True, residual=True),
    "shared weights": case(3, 8, heads=2, bipartite=True, share_weights=True, bias=False),
    "two sides, no loops": case((3, 2), 8, heads=2, bipartite=True, add_self_loops=False),
    "no loops": case(3, 16, add_self_loops=False),
    "edge features": case(3, 8, heads=2, edge_dim=2),
    "edge features, two sides": case((3, 2), 8, heads=2, edge_dim=2, bipartite=True, fill_value="add"),
    "edge features, loops of a number": case(3, 16, edge_dim=2, fill_value=0.5, share_weights=True),
    "edge features, no loops": case(3, 8, heads=2, edge_dim=2, add_self_loops=False, residual=True),
}
