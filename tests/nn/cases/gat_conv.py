"""GATConv: attention whose scores are sums of a term of the source, of the destination and of the edge."""

import torch
import torch_geometric.nn as pyg
from tests.nn.attention import make_case, with_loops

from edgewise.nn import GATConv


def formula(layer, x, edge_index, edge_attr=None):
    source, target = x if isinstance(x, tuple) else (x, x)
    lin_src, lin_dst = (layer.lin, layer.lin) if layer.lin is not None else (layer.lin_src, layer.lin_dst)
    edge_index, edge_attr = with_loops(layer, edge_index, edge_attr, len(source), len(target))
    out = target.new_zeros(len(target), layer.heads, layer.out_channels)
    for h in range(layer.heads):
        span = slice(h * layer.out_channels, (h + 1) * layer.out_channels)
        sent, own = source @ lin_src.weight[span].t(), target @ lin_dst.weight[span].t()
        for i in range(len(target)):
            edges = (edge_index[1] == i).nonzero().flatten()
            neighbours = edge_index[0, edges]
            scores = sent[neighbours] @ layer.att_src[0, h] + own[i] @ layer.att_dst[0, h]
            if edge_attr is not None:
                scores = scores + edge_attr[edges] @ layer.lin_edge.weight[span].t() @ layer.att_edge[0, h]
            alpha = torch.nn.functional.leaky_relu(scores, layer.negative_slope).softmax(0)
            out[i, h] = alpha @ sent[neighbours]
    out = out.flatten(1) if layer.concat else out.mean(1)
    out = out if layer.res is None else out + target @ layer.res.weight.t()
    return out if layer.bias is None else out + layer.bias


case = make_case(GATConv, pyg.GATConv, formula)

CASES = {
    "one head": case(3, 16),
    "heads": case(3, 8, heads=2, bipartite=True),
    "mean of heads": case(3, 16, heads=2, concat=False, negative_slope=0.7),
    "two widths": case((3, 2), 8, heads=2, bipartite=True, residual=True),
    "two sides, no loops": case((3, 2), 8, heads=2, bipartite=True, add_self_loops=False),
    "no loops": case(3, 16, add_self_loops=False, bias=False),
    "edge features": case(3, 8, heads=2, edge_dim=2),
    "edge features, two sides": case((3, 2), 8, heads=2, edge_dim=2, bipartite=True, fill_value="add"),
    "edge features, loops of a number": case(3, 16, edge_dim=2, fill_value=0.5),
    "edge features, no loops": case(3, 8, heads=2, edge_dim=2, add_self_loops=False),
}
