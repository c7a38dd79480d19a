"""Loops and isolated nodes set apart, batches taken apart, homophily, assortativity and PageRank against PyG's."""

import types

import pytest
import torch
import torch_geometric.utils as pyg
import torch_geometric.utils.ppr as pyg_ppr
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


@settings(max_examples=60, deadline=None)
@given(graph=graphs(square=True), width=st.sampled_from([None, (), (2,)]), given_nodes=st.booleans())
def test_loops_and_isolated_nodes_as_pyg(graph, width, given_nodes):
    edge_index, nodes, _ = graph
    attr = None if width is None else torch.randn(edge_index.shape[1], *width)
    nodes = nodes if given_nodes else None
    assert_same(utils.segregate_self_loops(edge_index, attr), pyg.segregate_self_loops(edge_index, attr))
    narrow, edge_index = edge_index, edge_index.long()
    assert_same([utils.get_self_loop_attr(edge_index, attr, nodes)], [pyg.get_self_loop_attr(edge_index, attr, nodes)])
    ours = utils.remove_isolated_nodes(edge_index, attr, nodes)
    assert_same(ours, pyg.remove_isolated_nodes(edge_index, attr, nodes))
    kept = utils.remove_isolated_nodes(narrow, attr, nodes)
    assert kept[0].dtype == narrow.dtype
    assert torch.equal(kept[0].long(), ours[0])


def test_gradients_of_loops_and_of_kept_edges():
    edge_index = torch.tensor([[0, 1, 1, 3], [1, 1, 1, 3]])
    attr = torch.ones(4, requires_grad=True)
    assert torch.autograd.grad(utils.get_self_loop_attr(edge_index, attr).sum(), attr)[0].tolist() == [0, 0, 1, 1]
    kept = utils.remove_isolated_nodes(edge_index, attr)[1]
    assert torch.autograd.grad(kept.sum(), attr)[0].tolist() == [1, 0, 1, 0]


@settings(max_examples=60, deadline=None)
@given(sizes=st.lists(st.integers(1, 4), min_size=1, max_size=4), dim=st.integers(-2, 1), seed=st.integers(0, 2**31))
def test_unbatch_as_pyg(sizes, dim, seed):
    generator = torch.Generator().manual_seed(seed)
    batch = torch.repeat_interleave(torch.arange(len(sizes)), torch.tensor(sizes))
    x = torch.randn((len(batch), len(batch)), generator=generator)
    for size in (None, len(sizes), len(sizes) + 1):
        assert_same(utils.unbatch(x, batch, dim, size), pyg.unbatch(x, batch, dim, size))
    starts = utils.cumsum(torch.tensor(sizes))
    edges = [
        start + torch.randint(size, (2, 3), generator=generator) for start, size in zip(starts, sizes, strict=False)
    ]
    edge_index = torch.cat(edges, 1)
    wanted = pyg.unbatch_edge_index(edge_index, batch, len(sizes))
    assert_same(utils.unbatch_edge_index(edge_index, batch, len(sizes)), wanted)
    assert_same(utils.unbatch_edge_index(edge_index, batch), wanted)
    narrow = utils.unbatch_edge_index(edge_index.int(), batch)
    assert narrow[0].dtype == torch.int32
    mixed = edge_index[:, torch.randperm(edge_index.shape[1], generator=generator)]
    for part, other in zip(utils.unbatch_edge_index(mixed, batch), wanted, strict=True):
        assert torch.equal(utils.sort_edge_index(part), utils.sort_edge_index(other))


def test_graphs_without_edges_stay_in_the_list():
    parts = utils.unbatch_edge_index(torch.tensor([[0], [1]]), torch.tensor([0, 0, 2]))
    assert [part.tolist() for part in parts] == [[[0], [1]], [[], []], [[], []]]
    assert utils.unbatch(torch.zeros(0), torch.zeros(0, dtype=torch.long)) == []


@settings(max_examples=80, deadline=None)
@given(
    graph=graphs(square=True),
    method=st.sampled_from(["edge", "node", "edge_insensitive"]),
    batched=st.booleans(),
    column=st.booleans(),
    seed=st.integers(0, 2**31),
)
def test_homophily_as_pyg(graph, method, batched, column, seed):
    edge_index, nodes, _ = graph
    if nodes < 3:
        return
    generator = torch.Generator().manual_seed(seed)
    y = torch.randint(3, (nodes,), generator=generator)
    y[:2], y[-1] = torch.tensor([0, 1]), 2
    batch = (torch.arange(nodes) * 2 // nodes).clamp(max=1) if batched else None
    if batched and method == "edge":
        edge_index = torch.cat([edge_index, torch.tensor([[0, nodes - 1], [1, nodes - 1]])], 1)  # some in each graph
    y = y.unsqueeze(1) if column else y
    ours, theirs = (module.homophily(edge_index, y, batch, method) for module in (utils, pyg))
    assert isinstance(ours, float) == isinstance(theirs, float)
    torch.testing.assert_close(torch.as_tensor(ours), torch.as_tensor(theirs), equal_nan=True, check_dtype=batched)


def test_homophily_of_a_last_graph_that_lacks_the_last_class():
    edge_index, y = torch.tensor([[0, 1, 2, 3], [1, 0, 3, 2]]), torch.tensor([0, 2, 1, 1])
    out = utils.homophily(edge_index, y, torch.tensor([0, 0, 1, 1]), "edge_insensitive")
    assert out.tolist() == [0.0, 0.0]


@settings(max_examples=60, deadline=None)
@given(graph=graphs(square=True))
def test_assortativity_as_pyg_and_as_a_correlation(graph):
    edge_index = graph[0]
    if edge_index.shape[1] < 2:
        return
    out, into = (torch.bincount(ends)[ends.long()].double() for ends in edge_index)
    ours = utils.assortativity(edge_index)
    if len(out.unique()) == 1 or len(into.unique()) == 1:
        assert ours != ours  # nan: PyG's rounding may say anything
        return
    assert ours == pytest.approx(float(torch.corrcoef(torch.stack([out, into]))[0, 1]))
    if all(degree.std() > 0.2 * degree.mean() for degree in (out, into)):  # PyG subtracts squares, in float32
        assert ours == pytest.approx(pyg.assortativity(edge_index.long()), abs=1e-4)


def exact_ppr(edge_index, nodes, alpha):
    """By a dense inverse; what reaches a node that no edge leaves stays there as far as it is counted."""
    adj = torch.zeros(nodes, nodes, dtype=torch.float64)
    adj.index_put_(tuple(edge_index), torch.ones(edge_index.shape[1], dtype=torch.float64), accumulate=True)
    walk = adj / adj.sum(1, keepdim=True).clamp(min=1)
    return alpha * torch.linalg.inv(torch.eye(nodes, dtype=torch.float64) - (1 - alpha) * walk)


def dense(edges, weight, rows, nodes):
    out = torch.zeros(rows, nodes, dtype=torch.float64)
    return out.index_put_(tuple(edges), weight.double(), accumulate=True)


@settings(max_examples=60, deadline=None)
@given(
    graph=graphs(square=True, max_nodes=8),
    alpha=st.sampled_from([0.15, 0.5, 1.0]),
    eps=st.sampled_from([1e-1, 1e-3, 1e-8]),
)
def test_ppr_against_the_exact_one(graph, alpha, eps):
    edge_index, nodes, _ = graph
    edges, weight = utils.get_ppr(edge_index, alpha, eps, num_nodes=nodes)
    assert edges.dtype == torch.int64
    assert weight.dtype == torch.float32
    assert (weight > 0).all()
    assert utils.coalesce(edges, num_nodes=max(nodes, 1)).equal(edges)
    out, wanted = dense(edges, weight, nodes, nodes), exact_ppr(edge_index.long(), nodes, alpha)
    missing = wanted - out
    assert (missing > -1e-6).all()
    # What is missing is the PageRank of residuals below alpha * eps * degree.
    degree = torch.bincount(edge_index[0], minlength=nodes).double()
    assert (missing <= eps * (degree @ wanted) + 1e-6).all()


@settings(max_examples=30, deadline=None)
@given(graph=graphs(square=True, max_nodes=8), eps=st.sampled_from([1e-2, 1e-6]), seed=st.integers(0, 2**31))
def test_ppr_as_pyg(graph, eps, seed):
    edge_index, nodes, _ = graph
    if nodes == 0:
        return
    edge_index = utils.sort_edge_index(edge_index.long(), num_nodes=nodes)
    target = torch.randint(nodes, (3,), generator=torch.Generator().manual_seed(seed))
    edges, weight = utils.get_ppr(edge_index, 0.2, eps, target, nodes)
    pyg_ppr.numba = types.SimpleNamespace(prange=range, int64=int)  # PyG's algorithm without its compiler
    rowptr = utils.cumsum(torch.bincount(edge_index[0], minlength=nodes))
    columns, values = pyg_ppr._get_ppr(rowptr.numpy(), edge_index[1].numpy(), 0.2, eps, target.numpy())
    degree = torch.bincount(edge_index[0], minlength=nodes).double()
    bound = eps * (degree @ exact_ppr(edge_index, nodes, 0.2)) + 1e-6
    for place, node in enumerate(target.tolist()):
        theirs = torch.zeros(nodes, dtype=torch.float64)
        theirs[torch.tensor(columns[place])] = torch.tensor(values[place], dtype=torch.float64)
        mine = torch.zeros(nodes, dtype=torch.float64)
        of_node = edges[0] == node
        mine[edges[1, of_node]] = weight[of_node].double()
        assert ((mine - theirs).abs() <= bound).all()


def test_ppr_of_chunks_of_targets_is_the_same(monkeypatch):
    from edgewise.utils import ppr

    torch.manual_seed(0)
    edge_index = utils.erdos_renyi_graph(40, 0.1)
    whole = utils.get_ppr(edge_index, num_nodes=40)
    monkeypatch.setattr(ppr, "_CHUNK_ENTRIES", 200)
    parts = utils.get_ppr(edge_index, num_nodes=40)
    assert_same(parts, whole)
    none = utils.get_ppr(edge_index, target=torch.zeros(0, dtype=torch.long), num_nodes=40)
    assert none[0].shape == (2, 0)
    assert none[1].shape == (0,)
