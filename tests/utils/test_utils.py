"""Functions on edge_index against PyG's."""

import pytest
import torch
import torch_geometric.utils as pyg
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.graphs import graphs

from edgewise import utils
from edgewise.errors import ArgumentError, NodeIndexError


def assert_same(ours, theirs):
    for mine, other in zip(ours, theirs, strict=True):
        assert (mine is None) == (other is None)
        if mine is not None:
            torch.testing.assert_close(mine, other)


@settings(max_examples=50, deadline=None)
@given(graph=graphs(square=True), reduce=st.sampled_from(["add", "mean", "min", "max"]))
def test_as_pyg(graph, reduce):
    edge_index, nodes, _ = graph
    edge_index = edge_index.long()
    attr = torch.arange(edge_index.shape[1], dtype=torch.float32)
    assert torch.equal(utils.coalesce(edge_index, num_nodes=nodes), pyg.coalesce(edge_index, num_nodes=nodes))
    assert_same(utils.coalesce(edge_index, attr, nodes, reduce), pyg.coalesce(edge_index, attr, nodes, reduce))
    assert_same(
        utils.to_undirected(edge_index, attr, nodes, reduce), pyg.to_undirected(edge_index, attr, nodes, reduce)
    )
    assert torch.equal(utils.to_undirected(edge_index, num_nodes=nodes), pyg.to_undirected(edge_index, num_nodes=nodes))
    assert_same(utils.remove_self_loops(edge_index, attr), pyg.remove_self_loops(edge_index, attr))
    assert_same(utils.add_self_loops(edge_index, attr, 2.0, nodes), pyg.add_self_loops(edge_index, attr, 2.0, nodes))
    assert utils.contains_self_loops(edge_index) == pyg.contains_self_loops(edge_index)
    assert utils.contains_isolated_nodes(edge_index, nodes) == pyg.contains_isolated_nodes(edge_index, nodes)
    assert torch.equal(utils.degree(edge_index[1], nodes), pyg.degree(edge_index[1], nodes))


@settings(max_examples=30, deadline=None)
@given(graph=graphs(square=True))
def test_add_remaining_self_loops(graph):
    edge_index, nodes, _ = graph
    edge_index = utils.coalesce(edge_index.long(), num_nodes=nodes)  # one loop a node: PyG leaves more undefined
    attr = torch.arange(edge_index.shape[1], dtype=torch.float32)
    assert_same(
        utils.add_remaining_self_loops(edge_index, attr, 3.0, nodes),
        pyg.add_remaining_self_loops(edge_index, attr, 3.0, nodes),
    )


def test_coalesce_keeps_other_dtypes():
    edge_index, attr = torch.tensor([[1, 0, 1], [0, 1, 0]]), torch.tensor([2, 5, 4])
    assert_same(utils.coalesce(edge_index, attr), pyg.coalesce(edge_index, attr))
    assert_same(utils.coalesce(edge_index[:, :2], attr[:2] > 3), pyg.coalesce(edge_index[:, :2], attr[:2] > 3))


@pytest.mark.parametrize(("attr", "expected"), [([1.0, 1.0], True), ([1.0, 2.0], False)])
def test_is_undirected_with_attributes(attr, expected):
    edge_index = torch.tensor([[0, 1], [1, 0]])
    assert utils.is_undirected(edge_index, torch.tensor(attr)) == expected
    assert pyg.is_undirected(edge_index, torch.tensor(attr)) == expected


@settings(max_examples=30, deadline=None)
@given(graph=graphs(square=True))
def test_lists_of_attributes_as_pyg(graph):
    edge_index, nodes, _ = graph
    edge_index = edge_index.long()
    edges = edge_index.shape[1]
    attributes = [torch.arange(edges, dtype=torch.float32), torch.ones(edges, 2)]
    for ours, theirs in ((utils.coalesce, pyg.coalesce), (utils.to_undirected, pyg.to_undirected)):
        (index, columns), (wanted_index, wanted) = (f(edge_index, attributes, nodes) for f in (ours, theirs))
        assert torch.equal(index, wanted_index)
        assert_same(columns, wanted)
    assert utils.is_undirected(edge_index, attributes) == all(utils.is_undirected(edge_index, a) for a in attributes)


@pytest.mark.parametrize("function", [utils.coalesce, utils.to_undirected, utils.is_undirected])
@pytest.mark.parametrize("node", [-1, 7])
def test_nodes_outside_are_named(function, node):
    edge_index = torch.tensor([[0, 1], [1, node]])
    with pytest.raises(NodeIndexError, match=rf"expected edge_index values in 0\.\.3, got node {node} as "):
        function(edge_index, num_nodes=4)


def test_messages():
    with pytest.raises(NodeIndexError, match=r"degree: expected nodes of index in 0\.\.3, got 7\. Raise num_nodes"):
        utils.degree(torch.tensor([0, 7]), 4)
    with pytest.raises(NodeIndexError, match=r"degree: expected nodes of index in 0\.\.7, got -1\."):
        utils.degree(torch.tensor([-1, 7]))
    with pytest.raises(
        ArgumentError, match=r"coalesce: expected reduce to be one of .*, got 'maxx'\. Did you mean 'max'"
    ):
        utils.to_undirected(torch.tensor([[0], [1]]), torch.ones(1), reduce="maxx")
