"""Functions on edge_index against PyG's."""

import pytest
import torch
import torch_geometric.utils as pyg
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.graphs import graphs

from edgewise import utils
from edgewise.errors import ArgumentError, DTypeError, NodeIndexError, ShapeError

REDUCTIONS = ["add", "sum", "mean", "min", "max", "mul"]


def attributes_of(edges):
    """One row an edge, of several shapes and dtypes; no ties, so that extremes have one gradient."""
    generator = torch.Generator().manual_seed(edges)
    weight = torch.rand(edges, generator=generator, dtype=torch.float64) + 0.5
    return [weight, torch.randn(edges, 2, 3, generator=generator), torch.randint(0, 9, (edges, 2), generator=generator)]


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


def once_each(edge_index):
    """Each edge once, unsorted: PyG's sort leaves the order of equal ones to chance."""
    first = {pair: k for k, pair in reversed(list(enumerate(zip(*edge_index.tolist(), strict=True))))}
    return edge_index[:, sorted(first.values())]


@settings(max_examples=60, deadline=None)
@given(graph=graphs(square=True), reduce=st.sampled_from(REDUCTIONS), by_row=st.booleans(), given_nodes=st.booleans())
def test_sorting_and_merging_as_pyg(graph, reduce, by_row, given_nodes):
    edge_index, nodes, _ = graph
    edge_index, nodes = edge_index.long(), nodes if given_nodes else None
    attributes = attributes_of(edge_index.shape[1])
    options = {"num_nodes": nodes, "sort_by_row": by_row}
    assert torch.equal(utils.sort_edge_index(edge_index, **options), pyg.sort_edge_index(edge_index, **options))
    assert torch.equal(utils.coalesce(edge_index, **options), pyg.coalesce(edge_index, **options))
    assert utils.coalesce(edge_index, None, **options)[1] is None
    assert utils.sort_edge_index(edge_index, None, **options)[1] is None

    single = once_each(edge_index)
    columns = attributes_of(single.shape[1])
    (edges, ours), (wanted, theirs) = (m.sort_edge_index(single, columns, **options) for m in (utils, pyg))
    assert torch.equal(edges, wanted)
    assert_same(ours, theirs)
    options["reduce"] = reduce
    (edges, ours), (wanted, theirs) = (m.coalesce(edge_index, attributes, **options) for m in (utils, pyg))
    assert torch.equal(edges, wanted)
    if reduce != "mean":  # integers: PyG divides them by a count that it rounds
        assert_same(ours, theirs)
    else:
        assert_same(ours[:2], theirs[:2])

    edges = utils.sort_edge_index(edge_index, num_nodes=nodes)
    (edges, ours), (wanted, theirs) = (
        m.coalesce(edges, attributes[0], nodes, "max", is_sorted=True) for m in (utils, pyg)
    )
    assert torch.equal(edges, wanted)
    assert_same([ours], [theirs])


@settings(max_examples=40, deadline=None)
@given(graph=graphs(square=True), reduce=st.sampled_from(REDUCTIONS))
def test_gradients_of_attributes_as_pyg(graph, reduce):
    edge_index, nodes, _ = graph
    edge_index = edge_index.long()
    for name in ("coalesce", "to_undirected", "remove_self_loops", "add_self_loops", "sort_edge_index"):
        edge_index = once_each(edge_index) if name == "sort_edge_index" else edge_index
        grads = []
        for module in (utils, pyg):
            attr = attributes_of(edge_index.shape[1])[0].requires_grad_()
            arguments = (nodes, reduce) if name in ("coalesce", "to_undirected") else ()
            arguments = (reduce, nodes) if name == "add_self_loops" else arguments
            out = getattr(module, name)(edge_index, attr, *arguments)[1]
            grads.append(torch.autograd.grad((out * torch.arange(1.0, len(out) + 1)).sum(), attr)[0])
        if name == "to_undirected" and reduce in ("min", "max"):
            continue  # both copies of a loop tie: we share the gradient, as torch.amax does
        assert_same(grads[:1], grads[1:])


@settings(max_examples=40, deadline=None)
@given(
    graph=graphs(square=True), fill=st.sampled_from([None, 2.0, torch.tensor(3.0), "add", "mean", "min", "max", "mul"])
)
def test_loops_as_pyg(graph, fill):
    edge_index, nodes, _ = graph
    edge_index = edge_index.long()
    for attr in (None, *attributes_of(edge_index.shape[1])[:2]):
        assert_same(
            utils.add_self_loops(edge_index, attr, fill, nodes), pyg.add_self_loops(edge_index, attr, fill, nodes)
        )
        assert_same(utils.remove_self_loops(edge_index, attr), pyg.remove_self_loops(edge_index, attr))
    edge_index = utils.coalesce(edge_index, num_nodes=nodes)
    for attr in (None, *attributes_of(edge_index.shape[1])[:2]):
        assert_same(
            utils.add_remaining_self_loops(edge_index, attr, fill, nodes),
            pyg.add_remaining_self_loops(edge_index, attr, fill, nodes),
        )


def test_loops_of_a_bipartite_graph():
    edge_index, attr = torch.tensor([[0, 3, 1], [1, 0, 1]]), torch.tensor([1.0, 2.0, 4.0])
    assert_same(
        utils.add_self_loops(edge_index, attr, "add", (4, 2)), pyg.add_self_loops(edge_index, attr, "add", (4, 2))
    )
    backwards = utils.add_self_loops(edge_index.flip(0), attr, "add", (2, 4))
    assert backwards[0].tolist() == [[1, 0, 1, 0, 1], [0, 3, 1, 0, 1]]
    assert backwards[1].tolist() == [1.0, 2.0, 4.0, 1.0, 4.0]


def test_the_last_loop_of_a_node_is_kept():
    edge_index = torch.tensor([[1, 0, 1, 1, 2], [1, 1, 1, 0, 2]])
    attr = torch.tensor([1.0, 2.0, 3.0, 4.0, 5.0], requires_grad=True)
    edges, out = utils.add_remaining_self_loops(edge_index, attr, 9.0, 4)
    assert edges.tolist() == [[0, 1, 0, 1, 2, 3], [1, 0, 0, 1, 2, 3]]
    assert out.tolist() == [2.0, 4.0, 9.0, 3.0, 5.0, 9.0]
    assert torch.autograd.grad(out.sum(), attr)[0].tolist() == [0.0, 1.0, 1.0, 1.0, 1.0]


@settings(max_examples=40, deadline=None)
@given(graph=graphs(square=True), symmetric=st.booleans())
def test_questions_as_pyg(graph, symmetric):
    edge_index, nodes, _ = graph
    edge_index = edge_index.long()
    attr = torch.arange(edge_index.shape[1]) // 3
    if symmetric:
        edge_index, attr = torch.cat([edge_index, edge_index.flip(0)], 1), torch.cat([attr, attr])
    assert utils.is_undirected(edge_index, num_nodes=nodes) == pyg.is_undirected(edge_index, num_nodes=nodes)
    if len(set(zip(*edge_index.tolist(), strict=True))) == edge_index.shape[1]:  # PyG's order of duplicates is its own
        assert utils.is_undirected(edge_index, attr, nodes) == pyg.is_undirected(edge_index, attr, nodes)
        assert utils.is_undirected(edge_index, [attr], nodes) == pyg.is_undirected(edge_index, [attr], nodes)
    assert utils.contains_self_loops(edge_index) == pyg.contains_self_loops(edge_index)
    assert utils.contains_isolated_nodes(edge_index) == pyg.contains_isolated_nodes(edge_index)
    for dtype in (None, torch.long, torch.float64):
        assert_same([utils.degree(edge_index[0], nodes, dtype)], [pyg.degree(edge_index[0], nodes, dtype)])


def test_results_are_new_tensors():
    edge_index, attr = torch.tensor([[0, 1], [1, 0]]), torch.ones(2)
    for function in (utils.coalesce, utils.sort_edge_index, utils.remove_self_loops):
        edges, values = function(edge_index, attr)
        assert torch.equal(edges, edge_index)
        edges.zero_()
        values.zero_()
    assert edge_index.tolist() == [[0, 1], [1, 0]]
    assert attr.tolist() == [1.0, 1.0]


def test_any_keeps_the_first():
    edge_index = torch.tensor([[1, 0, 1], [0, 1, 0]])
    assert utils.coalesce(edge_index, torch.tensor([True, False, False]), reduce="any")[1].tolist() == [False, True]


def test_messages():
    with pytest.raises(NodeIndexError, match=r"degree: expected nodes of index in 0\.\.3, got 7\. Raise num_nodes"):
        utils.degree(torch.tensor([0, 7]), 4)
    with pytest.raises(NodeIndexError, match=r"degree: expected nodes of index in 0\.\.7, got -1\."):
        utils.degree(torch.tensor([-1, 7]))
    with pytest.raises(
        ArgumentError, match=r"coalesce: expected reduce to be one of .*, got 'maxx'\. Did you mean 'max'"
    ):
        utils.to_undirected(torch.tensor([[0], [1]]), torch.ones(1), reduce="maxx")
    with pytest.raises(ArgumentError, match=r"add_self_loops: expected fill_value to be one of .*, got 'meen'\. Did"):
        utils.add_self_loops(torch.tensor([[0], [1]]), torch.ones(1), "meen")
    with pytest.raises(NodeIndexError, match=r"contains_isolated_nodes: expected .* in 0\.\.2, got node 5 as source"):
        utils.contains_isolated_nodes(torch.tensor([[5], [1]]), 3)
    with pytest.raises(NodeIndexError, match=r"add_remaining_self_loops: expected .* in 0\.\.2, got node 5 as source"):
        utils.add_remaining_self_loops(torch.tensor([[5], [5]]), torch.ones(1), num_nodes=3)


@pytest.mark.unhooked
@pytest.mark.parametrize(
    "name",
    [
        "add_remaining_self_loops",
        "add_self_loops",
        "coalesce",
        "contains_isolated_nodes",
        "contains_self_loops",
        "is_undirected",
        "remove_self_loops",
        "sort_edge_index",
        "to_undirected",
    ],
)
def test_messages_about_arguments(name):
    function = getattr(utils, name)
    with pytest.raises(ShapeError, match=rf"{name}: expected edge_index of shape .* transposed: use edge_index\.t\(\)"):
        function(torch.zeros(5, 2, dtype=torch.long))
    with pytest.raises(
        DTypeError, match=rf"{name}: expected integer edge_index, got float32\. Use edge_index\.long\(\)"
    ):
        function(torch.zeros(2, 5))
    if not name.startswith("contains"):
        with pytest.raises(ShapeError) as caught:
            function(torch.tensor([[0, 1], [1, 1]]), torch.ones(3, 1))
        assert str(caught.value) == (
            f"{name}: expected edge_attr with one row for each of the 2 edges, got [3, 1]. "
            "The first axis of edge_attr counts edges."
        )
