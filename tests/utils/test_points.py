"""Close points against the plain definition: all distances, sorted by distance and then by number."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from edgewise.utils import points as module
from edgewise.utils.points import knn, knn_graph, radius, radius_graph


def by_definition(x, y, k, r=math.inf, batch_x=None, batch_y=None, cosine=False, skip_self=False):
    """Pairs ``(row of y, row of x)``."""
    x, y = (np.asarray(one, dtype=np.float64) for one in (x, y))
    batch_x = np.zeros(len(x)) if batch_x is None else np.asarray(batch_x)
    batch_y = np.zeros(len(y)) if batch_y is None else np.asarray(batch_y)
    pairs = []
    for i in range(len(y)):
        found = []
        for j in range(len(x)):
            if batch_x[j] == batch_y[i] and not (skip_self and i == j):
                if cosine:
                    lengths = np.linalg.norm(x[j]) * np.linalg.norm(y[i])
                    same = not x[j].any() and not y[i].any()
                    distance = 1 - (x[j] @ y[i] / lengths if lengths else float(same))
                else:
                    distance = math.sqrt(((x[j] - y[i]) ** 2).sum())
                if distance <= r:
                    found.append((round(distance, 12) if cosine else distance, j))
        pairs += [(i, j) for _, j in sorted(found)[:k]]
    return pairs


def as_pairs(edges):
    return list(zip(*edges.tolist(), strict=True))


@st.composite
def clouds(draw):
    """Points on a small grid, where many coincide and many are equally near, with a batch vector."""
    dimensions = draw(st.sampled_from([1, 2, 3, 12]))
    nodes = draw(st.integers(0, 14))
    generator = torch.Generator().manual_seed(draw(st.integers(0, 2**31)))
    values = draw(st.sampled_from([1, 2, 4]))
    x = torch.randint(0, values, (nodes, dimensions), generator=generator).float()
    graphs = draw(st.integers(1, 3))
    batch = torch.randint(0, graphs, (nodes,), generator=generator).sort().values
    return x, batch if draw(st.booleans()) else None


@settings(max_examples=60, deadline=None)
@given(cloud=clouds(), k=st.integers(1, 6), loop=st.booleans())
def test_knn_graph_by_definition(cloud, k, loop):
    x, batch = cloud
    wanted = by_definition(x, x, k, batch_x=batch, batch_y=batch, skip_self=not loop)
    assert as_pairs(knn_graph(x, k, batch, loop, "target_to_source")) == wanted
    assert as_pairs(knn_graph(x, k, batch, loop).flip(0)) == wanted
    assert as_pairs(knn_graph(x.double() * 0.5, k, batch, loop).flip(0)) == wanted


@settings(max_examples=60, deadline=None)
@given(cloud=clouds(), r=st.sampled_from([0.0, 1.0, 1.5, 2.0]), k=st.sampled_from([1, 3, 32]), loop=st.booleans())
def test_radius_graph_by_definition(cloud, r, k, loop):
    x, batch = cloud
    wanted = by_definition(x, x, k, r, batch_x=batch, batch_y=batch, skip_self=not loop)
    assert as_pairs(radius_graph(x, r, batch, loop, k, "target_to_source")) == wanted
    assert as_pairs(radius_graph(x, r, batch, loop, k).flip(0)) == wanted


@pytest.mark.parametrize("dimensions", [1, 3, 10, 11, 40])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.int64])
def test_two_sets_of_points(dimensions, dtype):
    torch.manual_seed(dimensions)
    x, y = (torch.randn(n, dimensions, dtype=torch.float64).mul(8).to(dtype) for n in (60, 25))
    batch_x, batch_y = torch.randint(0, 3, (60,)).sort().values, torch.randint(0, 4, (25,)).sort().values
    assert as_pairs(knn(x, y, 5)) == by_definition(x, y, 5)
    assert as_pairs(knn(x, y, 5, batch_x, batch_y)) == by_definition(x, y, 5, batch_x=batch_x, batch_y=batch_y)
    r = 10.0 * dimensions**0.5
    assert as_pairs(radius(x, y, r)) == by_definition(x, y, 32, r)
    got = radius(x, y, r, batch_x, batch_y, max_num_neighbors=4)
    assert as_pairs(got) == by_definition(x, y, 4, r, batch_x, batch_y)
    assert len(as_pairs(got))


@pytest.mark.parametrize("dimensions", [3, 30])
def test_by_angle(dimensions):
    torch.manual_seed(0)
    x = torch.randn(40, dimensions)
    x[3] = x[17] = 0
    assert as_pairs(knn_graph(x, 4, cosine=True).flip(0)) == by_definition(x, x, 4, cosine=True, skip_self=True)
    y = torch.randn(9, dimensions) * 100
    assert as_pairs(knn(x, y, 3, cosine=True)) == by_definition(x, y, 3, cosine=True)
    scaled = x * torch.rand(40, 1).add(0.5)
    assert torch.equal(knn_graph(scaled, 4, cosine=True), knn_graph(x, 4, cosine=True))


def test_both_methods_agree(monkeypatch):
    torch.manual_seed(1)
    for x in (torch.randn(500, 4), torch.randint(0, 4, (400, 3)), torch.rand(300, 2) * 1e-3 + 1e3):
        monkeypatch.setattr(module, "_TREE_DIMENSIONS", 10)
        tree = knn_graph(x, 7), radius_graph(x, 0.7, max_num_neighbors=500), radius_graph(x, 2.0, loop=True)
        monkeypatch.setattr(module, "_TREE_DIMENSIONS", 0)
        blocks = knn_graph(x, 7), radius_graph(x, 0.7, max_num_neighbors=500), radius_graph(x, 2.0, loop=True)
        for one, other in zip(tree, blocks, strict=True):
            assert torch.equal(one, other)


@pytest.mark.parametrize("dimensions", [2, 20])
def test_small_blocks_change_nothing(monkeypatch, dimensions):
    torch.manual_seed(2)
    x = torch.randint(0, 3, (120, dimensions)).float()
    whole = knn_graph(x, 5), radius_graph(x, 2.0, max_num_neighbors=9)
    monkeypatch.setattr(module, "_BLOCK", 50)
    assert torch.equal(knn_graph(x, 5), whole[0])
    assert torch.equal(radius_graph(x, 2.0, max_num_neighbors=9), whole[1])


@pytest.mark.parametrize("dimensions", [2, 20])
def test_points_that_all_coincide_cost_no_more(dimensions):
    x = torch.ones(20000 if dimensions == 2 else 500, dimensions)
    edges = knn_graph(x, 3)
    assert edges[0, :3].tolist() == [1, 2, 3]
    assert edges[0, -3:].tolist() == [0, 1, 2]
    assert edges.shape[1] == 3 * len(x)


def test_nothing_and_one():
    for dimensions in (2, 20):
        assert knn_graph(torch.zeros(0, dimensions), 3).shape == (2, 0)
        assert knn_graph(torch.zeros(1, dimensions), 3).shape == (2, 0)
        assert knn_graph(torch.zeros(1, dimensions), 3, loop=True).tolist() == [[0], [0]]
        assert radius_graph(torch.zeros(1, dimensions), 1.0).shape == (2, 0)
        assert knn(torch.zeros(0, dimensions), torch.zeros(3, dimensions), 1).shape == (2, 0)
    assert knn_graph(torch.zeros(2, 0), 1).tolist() == [[1, 0], [0, 1]]
    assert knn_graph(torch.tensor([3.0, 1.0, 0.5]), 1).tolist() == [[1, 2, 1], [0, 1, 2]]
    assert radius_graph(torch.tensor([0.0, 0.1]), 0.1).tolist() == [[1, 0], [0, 1]]


def test_graphs_without_points():
    x, batch = torch.tensor([[0.0], [1.0], [5.0]]), torch.tensor([0, 0, 2])
    assert knn_graph(x, 2, batch, batch_size=5).tolist() == [[1, 0], [0, 1]]
    assert knn(x, x[2:], 1, batch, torch.tensor([1])).shape == (2, 0)


def test_gradients_are_not_needed_and_threads_change_nothing():
    x = torch.randn(50, 2, requires_grad=True)
    edges = knn_graph(x, 3)
    assert not edges.requires_grad
    assert torch.equal(edges, knn_graph(x, 3, num_workers=2))
