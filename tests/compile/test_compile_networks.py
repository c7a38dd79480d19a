"""Norms, MLP, jumping knowledge and stacks of layers under torch.compile: one graph, equal results."""

import pytest
import torch
from tests.compile.test_compile import EDGES, assert_compiles

from edgewise.nn import (
    GCN,
    GIN,
    MLP,
    BatchNorm,
    GINConv,
    GINEConv,
    GraphNorm,
    GraphSizeNorm,
    LayerNorm,
    NNConv,
    PairNorm,
)

BATCH = torch.randint(0, 3, (20,), generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize(
    "norm", [LayerNorm(5), LayerNorm(5, mode="node"), GraphNorm(5), GraphSizeNorm(), PairNorm()], ids=str
)
def test_norms(norm):
    x = torch.randn(20, 5, requires_grad=True)
    assert_compiles(norm, x)
    assert_compiles(lambda x: norm(x, BATCH, 3), x)


@pytest.mark.parametrize(
    "model",
    [
        MLP([5, 8, 3]).eval(),
        MLP([5, 8, 3], norm=None),
        GIN(5, 8, 2, 3, norm="layer_norm", jk="cat"),
        GCN(5, 8, 2, 3, norm="graph_norm", jk="max", act="gelu", act_first=True),
    ],
    ids=str,
)
def test_models(model):
    rest = () if isinstance(model, MLP) else (EDGES,)
    assert_compiles(lambda x: model(x, *rest), torch.randn(20, 5, requires_grad=True))


def test_flow():
    x, attr = torch.randn(20, 5, requires_grad=True), torch.randn(70, 3, requires_grad=True)
    flow = {"flow": "target_to_source"}
    assert_compiles(GINConv(torch.nn.Linear(5, 2), **flow), x, EDGES)
    for conv in (GINEConv(torch.nn.Linear(5, 2), edge_dim=3, **flow), NNConv(5, 2, torch.nn.Linear(3, 10), **flow)):
        assert_compiles(conv, x, EDGES, attr)


def test_batch_norm():
    assert_compiles(BatchNorm(5, track_running_stats=False), torch.randn(20, 5, requires_grad=True))
