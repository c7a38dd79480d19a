"""TopKPooling and SAGPooling against PyG's with the same weights, against a loop over graphs, and on ties."""

import math

import pytest
import torch
import torch_geometric.nn as pyg
from torch_geometric.nn.pool.connect.filter_edges import filter_adj as pyg_filter_adj

from edgewise.nn import GATConv, GCNConv, SAGEConv, SAGPooling, TopKPooling
from edgewise.nn.pool.filter_edges import filter_adj
from edgewise.nn.pool.select_topk import SelectTopK, topk

BATCH = torch.tensor([0] * 9 + [1] + [2] * 10)
EDGES = torch.randint(0, 20, (2, 140), generator=torch.Generator().manual_seed(0)).unique(dim=1)  # no two nodes alike
EDGES = EDGES[:, BATCH[EDGES[0]] == BATCH[EDGES[1]]]
SETTINGS = [
    {},
    {"ratio": 0.3},
    {"ratio": 3},
    {"min_score": 0.1},
    {"min_score": 0.9},
    {"multiplier": 2.0},
    {"nonlinearity": "sigmoid"},
    {"nonlinearity": torch.nn.functional.softplus},
]
LAYERS = [{}, {"GNN": (GCNConv, pyg.GCNConv)}, {"GNN": (SAGEConv, pyg.SAGEConv)}, {"GNN": (GATConv, pyg.GATConv)}]


def assert_same(ours, theirs, **keywords):
    theirs.load_state_dict(ours.state_dict())
    assert repr(ours) == repr(theirs)
    results = []
    for layer in (ours.double(), theirs.double()):
        x = torch.randn(20, 5, dtype=torch.float64, generator=torch.Generator().manual_seed(1)).requires_grad_()
        out = layer(x, EDGES, **keywords)
        wanted = [x, *layer.parameters()]
        results.append([*out, *torch.autograd.grad((out[0] ** 2).sum(), wanted, allow_unused=True)])
    for mine, other in zip(*results, strict=True):
        if mine is None or other is None:
            assert mine is other
        else:
            torch.testing.assert_close(mine, other, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("kwargs", SETTINGS, ids=str)
@pytest.mark.parametrize("batch", [None, BATCH], ids=["one graph", "three"])
def test_topk_parity(kwargs, batch):
    edge_attr = torch.randn(EDGES.shape[1], 2, dtype=torch.float64)
    assert_same(TopKPooling(5, **kwargs), pyg.TopKPooling(5, **kwargs), edge_attr=edge_attr, batch=batch)
    attn = torch.randn(20, 5, dtype=torch.float64)
    assert_same(TopKPooling(5, **kwargs), pyg.TopKPooling(5, **kwargs), batch=batch, attn=attn)


@pytest.mark.parametrize("kwargs", SETTINGS[:5], ids=str)
@pytest.mark.parametrize("layer", LAYERS, ids=str)
def test_sag_parity(kwargs, layer):
    mine, other = ({name: pair[n] for name, pair in layer.items()} for n in (0, 1))
    torch.manual_seed(0)
    edge_attr = torch.randn(EDGES.shape[1], dtype=torch.float64)
    ours, theirs = SAGPooling(5, **kwargs, **mine), pyg.SAGPooling(5, **kwargs, **other)
    assert_same(ours, theirs, edge_attr=edge_attr, batch=BATCH)


def test_layer_of_sag_takes_its_settings():
    assert SAGPooling(5, GNN=GATConv, heads=2, concat=False).gnn.heads == 2
    pool = SAGPooling(1)
    x = torch.randn(20)
    torch.testing.assert_close(pool(x.view(-1, 1), EDGES, attn=x)[0], pool(x.view(-1, 1), EDGES)[0])


@pytest.mark.parametrize("ratio", [0.01, 0.34, 0.5, 0.99, 1, 1.0, 2, 50])
@pytest.mark.parametrize("dtype", [torch.int32, torch.int64])
def test_topk_is_a_loop_over_graphs_that_prefers_the_first(ratio, dtype):
    generator = torch.Generator().manual_seed(0)
    scores = torch.randint(0, 4, (200,), generator=generator).float()  # nearly all tie
    batch = torch.randint(0, 7, (200,), generator=generator)
    batch[batch == 3] = 4  # an empty graph
    expected = []
    for graph in range(7):
        nodes = (batch == graph).nonzero().view(-1).tolist()
        k = math.ceil(ratio * len(nodes)) if ratio < 1 else int(ratio)
        expected += sorted(nodes, key=lambda n: (-scores[n], n))[:k]
    assert topk(scores, ratio, batch.to(dtype)).tolist() == expected


def test_min_score_keeps_the_best_of_each_graph():
    scores, batch = torch.tensor([0.1, 0.2, 0.3, 0.05, 0.05]), torch.tensor([0, 0, 0, 1, 1])
    assert topk(scores, None, batch, min_score=0.15).tolist() == [1, 2, 3, 4]
    assert topk(scores, None, batch, min_score=0.9).tolist() == [2, 3, 4]


def test_shares_of_large_graphs_in_half_precision():
    scores = torch.arange(1001, dtype=torch.bfloat16)
    assert topk(scores, 0.5, torch.zeros(1001, dtype=torch.int64)).shape == (501,)


def test_same_bits_for_scores_that_tie():
    x = torch.ones(20, 5)
    first = TopKPooling(5)(x, EDGES, batch=BATCH)[4]
    assert first.tolist() == [0, 1, 2, 3, 4, 9, 10, 11, 12, 13, 14]


@pytest.mark.parametrize("pool", [TopKPooling(5), TopKPooling(5, min_score=0.1), SAGPooling(5)], ids=str)
def test_corner_cases(pool):
    none = torch.zeros(2, 0, dtype=torch.int64)
    x, edges, attr, batch, perm, score = pool(torch.randn(0, 5), none)
    assert x.shape == (0, 5)
    assert edges.shape == (2, 0)
    assert attr is None
    assert batch.shape == perm.shape == score.shape == (0,)
    loop = torch.tensor([[0, 0], [0, 0]], dtype=torch.int32)
    x, edges, attr, batch, perm, score = pool(torch.randn(1, 5), loop, torch.ones(2, 1))
    assert edges.tolist() == loop.tolist()
    assert edges.dtype == torch.int32
    assert attr.shape == (2, 1)
    assert perm.tolist() == batch.tolist() == [0]


def test_filter_adj_is_pygs():
    for kept in (torch.tensor([5, 2, 19, 7, 0]), torch.tensor([], dtype=torch.int64), torch.randperm(20)):
        attr = torch.randn(EDGES.shape[1], 3)
        for mine, other in zip(filter_adj(EDGES, attr, kept), pyg_filter_adj(EDGES, attr, kept), strict=True):
            assert torch.equal(mine, other)
    numbered = filter_adj(EDGES, None, torch.tensor([3, 1]), torch.tensor([7, 8]), 20)
    expected = pyg_filter_adj(EDGES, None, torch.tensor([3, 1]), torch.tensor([7, 8]), 20)
    assert torch.equal(numbered[0], expected[0])


def test_select_topk_stands_alone():
    select, other = SelectTopK(1, ratio=2), pyg.pool.select.SelectTopK(1, ratio=2)
    other.load_state_dict(select.state_dict())
    x = torch.randn(20)
    nodes, score = select(x)
    expected = other(x)
    assert torch.equal(nodes, expected.node_index)
    torch.testing.assert_close(score, expected.weight)
    assert repr(select) == repr(other)
    assert repr(SelectTopK(3, min_score=0.5)) == "SelectTopK(3, min_score=0.5)"


def test_reset_draws_anew():
    pool = SAGPooling(5)
    before = [parameter.clone() for parameter in pool.parameters()]
    pool.reset_parameters()
    assert any(not torch.equal(a, b) for a, b in zip(before, pool.parameters(), strict=True))
