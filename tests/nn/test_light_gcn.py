"""LightGCN against PyG's with the same weights, and against dense matrices."""

import pytest
import torch
import torch_geometric.nn as pyg

from edgewise.nn import LightGCN
from edgewise.nn.models import light_gcn

EDGES = torch.randint(0, 19, (2, 60), generator=torch.Generator().manual_seed(0))
PAIRS = torch.randint(0, 20, (2, 30), generator=torch.Generator().manual_seed(1))
WEIGHT = torch.rand(60, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
ALPHAS = [None, 0.3, torch.tensor([0.1, 0.2, 0.3, 0.4])]


def twins(**kwargs):
    ours, theirs = (cls(20, 6, 3, **kwargs).double() for cls in (LightGCN, pyg.LightGCN))
    theirs.load_state_dict(ours.state_dict())
    assert repr(ours) == repr(theirs)
    return ours, theirs


def compare(models, call):
    results = []
    for model in models:
        out = call(model)
        results.append([out, *torch.autograd.grad((out**2).sum(), model.embedding.weight)])
    for mine, other in zip(*results, strict=True):
        torch.testing.assert_close(mine, other, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("alpha", ALPHAS, ids=str)
@pytest.mark.parametrize("kwargs", [{}, {"normalize": False}, {"flow": "target_to_source"}], ids=str)
@pytest.mark.parametrize("weight", [None, WEIGHT], ids=["plain", "weighted"])
def test_parity_with_pyg(alpha, kwargs, weight):
    models = twins(alpha=alpha, **kwargs)
    compare(models, lambda model: model.get_embedding(EDGES, weight))
    compare(models, lambda model: model(EDGES, PAIRS, weight))
    compare(models, lambda model: model(EDGES, edge_weight=weight))
    compare(models, lambda model: model.predict_link(EDGES, PAIRS, weight, prob=True))
    assert torch.equal(*(model.predict_link(EDGES, PAIRS, weight) for model in models))


def test_losses():
    models, label = twins(), torch.randint(0, 2, (30,))
    compare(models, lambda model: model.link_pred_loss(model(EDGES, PAIRS), label))
    compare(models, lambda model: model.link_pred_loss(model(EDGES, PAIRS), label, reduction="none"))
    for kwargs in ({}, {"lambda_reg": 0.0}, {"node_id": torch.tensor([1, 1, 3]), "lambda_reg": 0.1}):

        def loss(model, kwargs=kwargs):
            scores = model(EDGES, PAIRS)
            return model.recommendation_loss(scores[:15], scores[15:], **kwargs)

        compare(models, loss)


@pytest.mark.parametrize("block", [1, 50, 2**22])
def test_recommendations(monkeypatch, block):
    monkeypatch.setattr(light_gcn, "_BLOCK", block)
    models = twins()
    source, target = torch.tensor([0, 3, 3, 7]), torch.tensor([9, 4, 18, 2, 11])
    for kwargs in (
        {"k": 20},
        {"src_index": source, "k": 2},
        {"dst_index": target},
        {"src_index": source, "dst_index": target, "k": 3},
    ):
        assert torch.equal(*(model.recommend(EDGES, **kwargs) for model in models))
    unordered = models[0].recommend(EDGES, src_index=source, k=4, sorted=False)
    assert torch.equal(unordered.sort(1).values, models[1].recommend(EDGES, src_index=source, k=4).sort(1).values)


@pytest.mark.parametrize("block", [1, 50, 2**22])
def test_known_pairs_are_not_recommended(monkeypatch, block):
    monkeypatch.setattr(light_gcn, "_BLOCK", block)
    model = twins()[0]
    source, target = torch.tensor([7, 0, 3]), torch.tensor([9, 4, 18, 2, 11])
    known = torch.tensor([[7, 7, 3, 0, 5, 3, 3], [4, 2, 9, 1, 9, 2, 2]])
    best = model.recommend(EDGES, src_index=source, dst_index=target, k=5, known=known)
    z = model.get_embedding(EDGES).detach()
    for row, node in zip(best.tolist(), source.tolist(), strict=True):
        taken = {b for a, b in known.t().tolist() if a == node}
        free = sorted((t for t in target.tolist() if t not in taken), key=lambda t: -float(z[node] @ z[t]))
        assert row[: len(free)] == free
        assert set(row) == set(target.tolist())
    none = model.recommend(EDGES, src_index=source, k=3, known=known[:, :0])
    assert torch.equal(none, model.recommend(EDGES, src_index=source, k=3))


def test_sparse_adjacency_and_corner_cases():
    edges = EDGES.unique(dim=1)
    model = LightGCN(20, 6, 2)
    matrix = torch.zeros(20, 20).index_put((edges[1], edges[0]), torch.ones(edges.shape[1]))
    for sparse in (matrix.to_sparse_csr(), matrix.to_sparse_coo().coalesce(), matrix.to_sparse_csc()):
        torch.testing.assert_close(model.get_embedding(sparse), model.get_embedding(edges))
        assert torch.allclose(model(sparse).sort().values, model(edges).sort().values, atol=1e-6)
    none = torch.zeros(2, 0, dtype=torch.int32)
    torch.testing.assert_close(model.get_embedding(none), model.embedding.weight / 3)
    assert model(none).shape == (0,)
    assert model.recommend(EDGES, src_index=torch.zeros(0, dtype=torch.int64), k=2).shape == (0, 2)
    assert model.state_dict().keys() == pyg.LightGCN(20, 6, 2).state_dict().keys()
    assert torch.equal(LightGCN(20, 6, 0).get_embedding(EDGES).shape == (20, 6) and EDGES, EDGES)
