"""LabelPropagation against PyG's and against dense matrices."""

import pytest
import torch
import torch_geometric.nn as pyg

from edgewise.nn import LabelPropagation

EDGES = torch.randint(0, 19, (2, 60), generator=torch.Generator().manual_seed(0))  # node 19 is isolated
LABELS = torch.randint(0, 3, (20,), generator=torch.Generator().manual_seed(1))
MASK = torch.rand(20, generator=torch.Generator().manual_seed(2)) < 0.4
WEIGHT = torch.rand(60, generator=torch.Generator().manual_seed(3))


@pytest.mark.parametrize("mask", [None, MASK, MASK.nonzero().view(-1)], ids=["all", "mask", "nodes"])
@pytest.mark.parametrize("weight", [None, WEIGHT], ids=["plain", "weighted"])
@pytest.mark.parametrize("y", [LABELS, LABELS.view(-1, 1), torch.rand(20, 4)], ids=["labels", "column", "rows"])
@pytest.mark.parametrize("post_step", [None, lambda y: torch.softmax(y, 1)], ids=["cut", "softmax"])
def test_parity_with_pyg(mask, weight, y, post_step):
    ours, theirs = LabelPropagation(4, 0.7), pyg.LabelPropagation(4, 0.7)
    out, expected = (model(y, EDGES, mask, weight, post_step) for model in (ours, theirs))
    torch.testing.assert_close(out, expected)
    assert repr(ours) == repr(theirs)


def test_dense_formula_and_sparse_adjacency():
    a = torch.zeros(20, 20, dtype=torch.float64).index_put((EDGES[1], EDGES[0]), WEIGHT.double(), accumulate=True)
    scale = a.sum(1).pow(-0.5).nan_to_num(posinf=0)
    a_norm = scale[:, None] * a * scale
    start = torch.nn.functional.one_hot(LABELS, 3).double() * MASK[:, None]
    out = start
    for _ in range(6):
        out = (0.6 * a_norm @ out + 0.4 * start).clamp(0, 1)
    y = torch.nn.functional.one_hot(LABELS, 3).double()
    torch.testing.assert_close(LabelPropagation(6, 0.6)(y, a.to_sparse_csr(), MASK), out)
    coo = a.to_sparse_coo().coalesce()
    torch.testing.assert_close(LabelPropagation(6, 0.6)(y, coo, MASK), out)


def test_unknown_labels_may_be_anything():
    y = torch.where(MASK, LABELS, -1)
    torch.testing.assert_close(LabelPropagation(3, 0.9)(y, EDGES, MASK), LabelPropagation(3, 0.9)(LABELS, EDGES, MASK))


def test_corner_cases():
    model, none = LabelPropagation(3, 0.5), torch.zeros(2, 0, dtype=torch.int32)
    assert model(torch.zeros(0, dtype=torch.int64), none).shape == (0, 0)
    assert model(torch.zeros(0, 4), none).shape == (0, 4)
    assert model(torch.tensor([1]), none).tolist() == [[0, 0.5]]
    assert torch.equal(LabelPropagation(0, 0.5)(LABELS, EDGES), torch.nn.functional.one_hot(LABELS).float())
    y = torch.rand(20, 4)
    kept = y.clone()
    model(y.requires_grad_(), EDGES)
    assert torch.equal(y, kept)
    assert not model(y, EDGES).requires_grad
