"""Graphs of points by definition, and against what PyG made of some with a compiled package."""

import json
from pathlib import Path

import pytest
import torch
from tests.transforms.parity import random_graph

from edgewise.data import Batch, Data
from edgewise.transforms import KNNGraph, RadiusGraph
from edgewise.utils import to_undirected


def points(nodes=14):
    return torch.rand(nodes, 3, generator=torch.Generator().manual_seed(nodes))


def nearest(pos, k, *, loop=False):
    distance = torch.cdist(pos, pos)
    if not loop:
        distance.fill_diagonal_(float("inf"))
    return distance.topk(k, largest=False).indices


@pytest.mark.parametrize("k", [1, 4])
@pytest.mark.parametrize("flow", ["source_to_target", "target_to_source"])
@pytest.mark.parametrize("loop", [False, True])
def test_nearest(k, flow, loop):
    pos = points()
    source, target = KNNGraph(k, loop=loop, flow=flow)(Data(pos=pos)).edge_index
    near, node = (source, target) if flow == "source_to_target" else (target, source)
    for i in range(len(pos)):
        assert set(near[node == i].tolist()) == set(nearest(pos, k, loop=loop)[i].tolist())


def test_force_undirected_and_old_edges_go():
    data = random_graph(10, 30)
    data.edge_type = torch.arange(30)
    out = KNNGraph(3, force_undirected=True)(data)
    assert torch.equal(out.edge_index, to_undirected(KNNGraph(3)(data).edge_index, num_nodes=10))
    assert not {"edge_attr", "edge_weight", "edge_type"} & set(out.keys())
    assert torch.equal(out.x, data.x)


def test_cosine():
    pos = torch.tensor([[1.0, 0.0], [9.0, 0.1], [0.0, 1.0], [0.1, 5.0]])
    assert KNNGraph(1, cosine=True)(Data(pos=pos)).edge_index.tolist() == [[1, 0, 3, 2], [0, 1, 2, 3]]


@pytest.mark.parametrize("r", [0.2, 0.6])
def test_radius(r):
    pos = points()
    out = RadiusGraph(r)(Data(pos=pos)).edge_index
    close = torch.cdist(pos, pos) <= r
    close.fill_diagonal_(False)
    assert set(zip(*out.tolist(), strict=True)) == set(map(tuple, close.nonzero().tolist()))
    assert torch.bincount(RadiusGraph(r, max_num_neighbors=2)(Data(pos=pos)).edge_index[1]).max() <= 2


def test_no_edge_between_graphs_of_a_batch():
    graphs = [Data(pos=points(5)), Data(pos=points(7))]
    for transform in (KNNGraph(3), RadiusGraph(0.5)):
        joined = transform(Batch.from_data_list(graphs)).edge_index
        apart = torch.cat([transform(graphs[0]).edge_index, transform(graphs[1]).edge_index + 5], dim=1)
        assert torch.equal(joined, apart)


RECORDED = json.loads(Path(__file__).with_name("pyg_point_graphs.json").read_text())


@pytest.mark.parametrize("case", RECORDED["cases"], ids=lambda case: f"{case['name']} {case['arguments']}")
def test_edges_are_those_of_pyg(case):
    data = Data(pos=torch.tensor(RECORDED["points"]))
    if case["several"]:
        data.batch = torch.tensor(RECORDED["batch"])
    transform = {"KNNGraph": KNNGraph, "RadiusGraph": RadiusGraph}[case["name"]](**case["arguments"])
    assert sorted(transform(data).edge_index.t().tolist()) == case["edges"]
