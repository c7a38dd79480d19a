"""TransformerConv: dot-product attention whose keys and values both get the edge's term."""

import torch
import torch_geometric.nn as pyg
from tests.nn.attention import make_case

from edgewise.nn import TransformerConv


def formula(layer, x, edge_index, edge_attr=None):
    source, target = x if isinstance(x, tuple) else (x, x)
    query, key, value = layer.lin_query(target), layer.lin_key(source), layer.lin_value(source)
    out = target.new_zeros(len(target), layer.heads, layer.out_channels)
    for h in range(layer.heads):
        span = slice(h * layer.out_channels, (h + 1) * layer.out_channels)
        for i in range(len(target)):
            edges = (edge_index[1] == i).nonzero().flatten()
            neighbours = edge_index[0, edges]
            keys, values = key[neighbours][:, span], value[neighbours][:, span]
            if edge_attr is not None:
                term = edge_attr[edges] @ layer.lin_edge.weight[span].t()
                keys, values = keys + term, values + term
            out[i, h] = (keys @ query[i, span] / layer.out_channels**0.5).softmax(0) @ values
    out = out.flatten(1) if layer.concat else out.mean(1)
    if not layer.root_weight:
        return out
    own = layer.lin_skip(target)
    if not layer.beta:
        return out + own
    gate = torch.sigmoid(layer.lin_beta(torch.cat([out, own, out - own], 1)))
    return gate * own + (1 - gate) * out


case = make_case(TransformerConv, pyg.TransformerConv, formula)

CASES = {
    "one head": case(3, 16),
    "heads": case(3, 8, heads=2, bipartite=True),
    "mean of heads": case(3, 16, heads=2, concat=False),
    "two widths": case((3, 2), 8, heads=2, bipartite=True),
    "gate": case(3, 8, heads=2, beta=True),
    "gate of the mean": case((3, 2), 16, heads=2, beta=True, concat=False, bipartite=True),
    "no root": case(3, 16, root_weight=False, beta=True),
    "no bias": case(3, 16, bias=False),
    "edge features": case(3, 8, heads=2, edge_dim=2),
    "edge features, two sides": case((3, 2), 8, heads=2, edge_dim=2, beta=True, bipartite=True),
}
