"""Layers over relations and types under torch.compile: one graph, equal results and gradients."""

import pytest
import torch

from edgewise.errors import NodeIndexError
from edgewise.nn import HANConv, HeteroConv, HGTConv, RGCNConv, SAGEConv

WRITES, CITES, BY = ("a", "writes", "p"), ("p", "cites", "p"), ("p", "by", "a")
METADATA = (["a", "p"], [WRITES, CITES, BY])
LAYERS = {
    "HGTConv": lambda: HGTConv(5, 8, METADATA, heads=2),
    "HANConv": lambda: HANConv(5, 8, METADATA, heads=2),
    "HeteroConv": lambda: HeteroConv({r: SAGEConv((5, 5), 8) for r in METADATA[1]}, "mean"),
}


@pytest.mark.parametrize("name", LAYERS)
def test_types(name):
    torch._dynamo.reset()
    layer = LAYERS[name]()
    x_dict = {"a": torch.randn(6, 5, requires_grad=True), "p": torch.randn(8, 5, requires_grad=True)}
    sizes = {"a": 6, "p": 8}
    edges = {r: torch.stack([torch.randint(0, sizes[n], (20,)) for n in (r[0], r[2])]) for r in METADATA[1]}
    found = []
    for run in (layer, torch.compile(layer, fullgraph=True, backend="aot_eager")):
        out = run(x_dict, edges)
        wanted = [*x_dict.values(), *layer.parameters()]
        grads = torch.autograd.grad(sum((x**2).sum() for x in out.values()), wanted, allow_unused=True)
        found.append([*out.values(), *(g for g in grads if g is not None)])
    for mine, other in zip(*found, strict=True):
        torch.testing.assert_close(mine, other)


@pytest.mark.parametrize("aggr", ["mean", "max"])
@pytest.mark.parametrize("x", [None, torch.tensor([0, 2, 1, 1, 5, 4])], ids=["all", "rows"])
def test_nodes_without_features(aggr, x):
    torch._dynamo.reset()
    conv, edges, kind = RGCNConv(6, 4, 3, aggr=aggr), torch.randint(0, 6, (2, 20)), torch.randint(0, 3, (20,))
    compiled = torch.compile(conv, fullgraph=True, backend="aot_eager")
    torch.testing.assert_close(compiled(x, edges, kind), conv(x, edges, kind))


@pytest.mark.parametrize("aggr", ["mean", "sum", "max"])
@pytest.mark.parametrize("width", [2, 16])
def test_an_unknown_relation_is_not_that_of_the_next_node(aggr, width):
    torch._dynamo.reset()
    compiled = torch.compile(RGCNConv(5, width, 3, aggr=aggr), fullgraph=True, backend="aot_eager")
    with pytest.raises(NodeIndexError):
        compiled(torch.randn(6, 5), torch.randint(0, 6, (2, 20)), torch.tensor([3] + 19 * [0]))
