"""Subgraphs against PyG's."""

import numpy as np
import pytest
import torch
import torch_geometric.utils as pyg
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.graphs import graphs

from edgewise import utils


def assert_same(ours, theirs):
    assert len(ours) == len(theirs)
    for mine, other in zip(ours, theirs, strict=True):
        assert (mine is None) == (other is None)
        if mine is not None:
            torch.testing.assert_close(mine, other)


def some_of(draw, nodes):
    """Nodes in any order, none twice, as a tensor, a list or a mask."""
    chosen = draw(st.lists(st.integers(0, nodes - 1), unique=True)) if nodes else []
    kind = draw(st.sampled_from(["tensor", "list", "mask"]))
    if kind == "list":
        return chosen
    index = torch.tensor(chosen, dtype=torch.long)
    return index if kind == "tensor" else torch.zeros(nodes, dtype=torch.bool).index_fill(0, index, True)


@settings(max_examples=60, deadline=None)
@given(data=st.data(), graph=graphs(square=True), relabel=st.booleans(), with_attr=st.booleans())
def test_subgraph_as_pyg(data, graph, relabel, with_attr):
    edge_index, nodes, _ = graph
    subset = some_of(data.draw, nodes)
    attr = torch.randn(edge_index.shape[1], 2) if with_attr else None
    arguments = (subset, edge_index, attr, relabel, nodes)
    assert_same(utils.subgraph(*arguments), pyg.subgraph(*arguments))
    assert_same(utils.subgraph(*arguments, return_edge_mask=True), pyg.subgraph(*arguments, return_edge_mask=True))


@settings(max_examples=60, deadline=None)
@given(data=st.data(), graph=graphs(), relabel=st.booleans())
def test_bipartite_subgraph_as_pyg(data, graph, relabel):
    edge_index, num_src, num_dst = graph
    subset = (some_of(data.draw, num_src), some_of(data.draw, num_dst))
    attr = torch.arange(edge_index.shape[1])
    arguments = (subset, edge_index, attr, relabel, (num_src, num_dst))
    assert_same(utils.bipartite_subgraph(*arguments), pyg.bipartite_subgraph(*arguments))
    assert_same(utils.bipartite_subgraph(*arguments, True), pyg.bipartite_subgraph(*arguments, True))


@settings(max_examples=80, deadline=None)
@given(
    data=st.data(),
    graph=graphs(square=True),
    hops=st.integers(0, 4),
    relabel=st.booleans(),
    flow=st.sampled_from(["source_to_target", "target_to_source"]),
    directed=st.booleans(),
)
def test_k_hop_subgraph_as_pyg(data, graph, hops, relabel, flow, directed):
    edge_index, nodes, _ = graph
    if nodes == 0:
        return
    seeds = data.draw(st.lists(st.integers(0, nodes - 1), min_size=1, max_size=3))
    seeds = data.draw(st.sampled_from([seeds[0], seeds, torch.tensor(seeds)]))
    arguments = (seeds, hops, edge_index.long(), relabel, nodes, flow, directed)
    ours = utils.k_hop_subgraph(*arguments)
    assert_same(ours, pyg.k_hop_subgraph(*arguments))
    narrow = utils.k_hop_subgraph(seeds, hops, edge_index.int(), relabel, nodes, flow, directed)
    assert narrow[1].dtype == torch.int32
    assert_same([part.long() for part in narrow], [part.long() for part in ours])


def test_a_node_that_is_twice_in_the_subset_has_its_last_place():
    edge_index = torch.tensor([[0, 1], [1, 0]])
    assert utils.subgraph([1, 0, 1], edge_index, relabel_nodes=True)[0].tolist() == [[1, 2], [2, 1]]


@pytest.mark.unhooked
def test_a_list_of_booleans_is_a_mask_and_an_array_a_list():
    edge_index = torch.tensor([[0, 1, 2], [1, 2, 0]])
    assert utils.subgraph([True, False, True], edge_index)[0].tolist() == [[2], [0]]
    assert utils.subgraph(np.array([2, 0]), edge_index)[0].tolist() == [[2], [0]]


def test_sizes_of_a_bipartite_graph_by_default():
    edge_index = torch.tensor([[0, 4, 2], [1, 0, 1]])
    subset = ([2, 4], torch.tensor([False, True, False]))
    kept, _, mask = utils.bipartite_subgraph(subset, edge_index, return_edge_mask=True)
    assert kept.tolist() == [[2], [1]]
    assert mask.tolist() == [False, False, True]
    empty = torch.zeros(2, 0, dtype=torch.long)
    assert utils.bipartite_subgraph(([], []), empty)[0].shape == (2, 0)


def test_gradient_of_attributes_reaches_kept_edges():
    attr = torch.ones(3, requires_grad=True)
    kept = utils.subgraph([0, 1], torch.tensor([[0, 1, 2], [1, 2, 0]]), attr, num_nodes=3)[1]
    assert torch.autograd.grad(kept.sum(), attr)[0].tolist() == [1.0, 0.0, 0.0]


@pytest.mark.parametrize("layout", ["contiguous", "transposed"])
def test_the_layout_of_edge_index_does_not_matter(layout):
    edge_index = torch.tensor([[0, 1], [1, 2], [2, 0]]).t()
    edge_index = edge_index.contiguous() if layout == "contiguous" else edge_index
    assert utils.subgraph([2, 1], edge_index, relabel_nodes=True)[0].tolist() == [[1], [0]]
