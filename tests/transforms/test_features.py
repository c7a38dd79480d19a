"""Transforms that make features of nodes and edges, as PyG's and by definition."""

import pytest
import torch
import torch_geometric.transforms as pyg
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.graphs import graphs
from tests.transforms.parity import NAMES, assert_same, corner, graph_of, plain, random_graph, to_pyg

from edgewise import transforms
from edgewise.data import Data

CASES = [
    ("Distance", {}),
    ("Distance", {"norm": False}),
    ("Distance", {"cat": False, "interval": (-1.0, 2.0)}),
    ("Distance", {"max_value": 5.0}),
    ("Cartesian", {}),
    ("Cartesian", {"norm": False, "cat": False}),
    ("Cartesian", {"max_value": 5.0, "interval": (-1.0, 1.0)}),
    ("LocalDegreeProfile", {}),
    ("OneHotDegree", {"max_degree": 40}),
    ("OneHotDegree", {"max_degree": 40, "in_degree": True, "cat": False}),
    ("Constant", {}),
    ("Constant", {"value": 2.5, "cat": False}),
    ("NormalizeFeatures", {}),
    ("NormalizeFeatures", {"attrs": ["edge_attr", "absent"]}),
]
COLUMNS = ("x", "edge_index", "edge_attr", "pos")


def check(name, arguments, data):
    ours, theirs = getattr(transforms, name)(**arguments)(data), getattr(pyg, name)(**arguments)(to_pyg(data))
    assert_same(ours, theirs, *COLUMNS, atol=1e-3 if name == "LocalDegreeProfile" else 1e-6, rtol=1e-5)


@pytest.mark.parametrize(("name", "arguments"), CASES)
@pytest.mark.parametrize("case", [name for name in NAMES if name not in ("one loop", "self loops")])
@pytest.mark.parametrize("without", [None, "x", "edge_attr"])
def test_corner_cases_as_pyg(case, name, arguments, without):
    check(name, arguments, plain(corner(case), *(column for column in COLUMNS if column != without)))


@settings(max_examples=40, deadline=None)
@given(graph=graphs(square=True), case=st.sampled_from(CASES), seed=st.integers(0, 99))
def test_generated_graphs_as_pyg(graph, case, seed):
    edge_index, nodes, _ = graph
    loops = edge_index[0] == edge_index[1]
    if case[0] in ("Distance", "Cartesian") and loops.all():  # PyG divides 0 by 0
        return
    check(*case, plain(graph_of(edge_index.long(), nodes, seed), *COLUMNS))


def test_degree_profile_by_definition():
    data = random_graph(9, 30)
    out = transforms.LocalDegreeProfile()(plain(data, "edge_index")).x
    degree = torch.bincount(data.edge_index[0], minlength=9).float()
    for node in range(9):
        near = degree[data.edge_index[1, data.edge_index[0] == node]]
        wanted = [near.min(), near.max(), near.mean(), near.std(correction=0)] if len(near) else [torch.zeros(())] * 4
        torch.testing.assert_close(out[node], torch.stack([degree[node], *wanted]))


@pytest.mark.parametrize("transform", [transforms.Distance(), transforms.Cartesian()])
def test_points_that_coincide_have_no_distance(transform):
    data = Data(pos=torch.ones(3, 2), edge_index=torch.tensor([[0, 1], [1, 2]]))
    assert transform(data).edge_attr.isfinite().all()
    assert (transforms.Distance()(data).edge_attr == 0).all()


def test_integer_features_become_floats_where_they_must():
    data = Data(
        x=torch.tensor([3, 4]),
        pos=torch.tensor([[0.0], [3.0]]),
        edge_index=torch.tensor([[0, 1], [1, 1]]),
        edge_attr=torch.tensor([5, 6]),
    )
    assert transforms.Constant(0.5)(data).x.tolist() == [[3.0, 0.5], [4.0, 0.5]]
    assert transforms.Distance(norm=False)(data).edge_attr.tolist() == [[5.0, 3.0], [6.0, 0.0]]
    assert transforms.OneHotDegree(1)(data).x.tolist() == [[3, 0, 1], [4, 0, 1]]
    assert transforms.OneHotDegree(1)(data).x.dtype == torch.int64


def test_points_on_a_line():
    data = Data(pos=torch.tensor([0.0, 2.0, 5.0]), edge_index=torch.tensor([[0, 1], [1, 2]]))
    assert transforms.Distance(norm=False)(data).edge_attr.tolist() == [[2.0], [3.0]]


@pytest.mark.parametrize(("nodes", "width", "kept"), [(20, 7, 3), (5, 30, 4), (6, 4, 9), (8, 6, 6)])
def test_svd_as_pyg(nodes, width, kept):
    data = Data(x=torch.randn(nodes, width, generator=torch.Generator().manual_seed(nodes)))
    ours = transforms.SVDFeatureReduction(kept)(data).x
    theirs = pyg.SVDFeatureReduction(kept)(to_pyg(data)).x
    torch.testing.assert_close(ours.abs(), theirs.abs(), atol=1e-4, rtol=1e-4)  # each column up to its sign
    torch.testing.assert_close(ours @ ours.T, theirs @ theirs.T, atol=1e-4, rtol=1e-4)


def test_svd_has_the_width_that_was_asked_for():
    x = torch.randn(3, 10, generator=torch.Generator().manual_seed(0))
    out = transforms.SVDFeatureReduction(5)(Data(x=x)).x
    assert out.shape == (3, 5)
    torch.testing.assert_close(out @ out.T, x @ x.T)
    assert (out[:, 3:] == 0).all()
