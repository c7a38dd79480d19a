"""What the cases of the attention layers share: how they are built, and their loops one by one."""

import torch
from tests.nn.cases import Case

from edgewise.nn import TransformerConv

__all__ = ["make_case", "with_loops"]


def make_case(ours, theirs, formula):
    """Return how a case of a layer is written: arguments of the layer, and whether it takes two sides."""

    def case(*args, bipartite=False, **kwargs):
        options = {"formula": formula, "bipartite": bipartite}
        if kwargs.get("edge_dim"):
            options["edge_args"] = {"edge_attr": lambda edges: torch.randn(edges, kwargs["edge_dim"])}
        if bipartite and ours is not TransformerConv and kwargs.get("add_self_loops", True):
            options["skip"] = ["permuted nodes"]  # PyG's loops join nodes of both sides that have the same number
        return Case(lambda: ours(*args, **kwargs), lambda: theirs(*args, **kwargs), options)

    return case


def with_loops(layer, edge_index, edge_attr, num_src, num_dst):
    """Return the edges, of which none is a loop but one for each node that is on both sides, and their features."""
    if not layer.add_self_loops:
        return edge_index, edge_attr
    kept = edge_index[0] != edge_index[1]
    loops = torch.arange(min(num_src, num_dst))
    edges = torch.cat([edge_index[:, kept], torch.stack([loops, loops])], 1)
    if edge_attr is None:
        return edges, None
    rows = []
    for i in loops:
        arriving = edge_attr[kept & (edge_index[1] == i)]
        nothing = edge_attr.new_zeros(edge_attr.shape[1])
        if isinstance(layer.fill_value, float):
            rows.append(nothing + layer.fill_value)
        elif len(arriving):
            rows.append({"mean": arriving.mean(0), "add": arriving.sum(0)}[layer.fill_value])
        else:
            rows.append(nothing)
    return edges, torch.cat([edge_attr[kept], torch.stack(rows)]) if rows else edge_attr[kept]
