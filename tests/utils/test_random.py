"""What is drawn at random: the same as PyG's for the same seed where it can be, else the same distribution."""

import pytest
import torch
import torch_geometric.utils as pyg
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.graphs import graphs

from edgewise import utils


def both(name, *arguments, seed=0, **keywords):
    """What our function and PyG's return for the same seed."""
    results = []
    for module in (utils, pyg):
        torch.manual_seed(seed)
        results.append(getattr(module, name)(*arguments, **keywords))
    return results


def assert_equal(ours, theirs):
    assert len(ours) == len(theirs)
    assert all(map(torch.equal, ours, theirs))


@settings(max_examples=60, deadline=None)
@given(
    graph=graphs(square=True),
    p=st.sampled_from([0.0, 0.3, 1.0]),
    undirected=st.booleans(),
    training=st.booleans(),
    relabel=st.booleans(),
    seed=st.integers(0, 2**31),
)
def test_dropout_as_pyg(graph, p, undirected, training, relabel, seed):
    edge_index, nodes, _ = graph
    assert_equal(*both("dropout_edge", edge_index, p, undirected, training, seed=seed))
    assert_equal(*both("dropout_node", edge_index, p, nodes, training, relabel, seed=seed))


def pairs(edge_index):
    return list(zip(*edge_index.tolist(), strict=True))


@settings(max_examples=60, deadline=None)
@given(
    graph=graphs(square=True),
    p=st.sampled_from([0.0, 0.3, 1.0]),
    walks=st.integers(1, 2),
    length=st.integers(1, 3),
    training=st.booleans(),
    seed=st.integers(0, 2**31),
)
def test_dropout_path(graph, p, walks, length, training, seed):
    edge_index, nodes, _ = graph
    torch.manual_seed(seed)
    kept, mask = utils.dropout_path(edge_index, p, walks, length, nodes, training=training)
    assert torch.equal(kept, edge_index[:, mask])
    left, dropped = set(pairs(kept)), set(pairs(edge_index[:, ~mask]))
    assert not left & dropped  # all copies of an edge, or none
    if not training or p == 0.0:
        assert mask.all()
    elif p == 1.0:  # walks start at every edge's source, so every such node has lost an edge
        assert {source for source, _ in dropped} == {source for source, _ in pairs(edge_index)}
    torch.manual_seed(seed)
    assert torch.equal(utils.dropout_path(edge_index, p, walks, length, nodes, training=training)[1], mask)


def test_walks_follow_edges_and_take_each_as_often():
    path = torch.tensor([[0, 1, 2, 3], [1, 2, 3, 4]])
    for seed in range(20):
        torch.manual_seed(seed)
        mask = utils.dropout_path(path, p=0.2, walk_length=2)[1]
        starts = [k for k in range(4) if not mask[k] and (k == 0 or mask[k - 1])]
        for start in starts:  # every walk goes two edges, or to the end
            assert not mask[start : start + 2].any()
    star = torch.stack([torch.zeros(4000, dtype=torch.long), torch.arange(1, 4001)])
    torch.manual_seed(0)
    lost = ~utils.dropout_path(star, p=0.5, walk_length=1)[1]
    # About 2000 walks, each by one of 4000 edges: lost is what was taken once or more often.
    torch.testing.assert_close(
        lost.view(4, 1000).double().mean(1), torch.full((4,), 0.393), rtol=0.0, atol=0.06, check_dtype=False
    )


@settings(max_examples=40, deadline=None)
@given(
    nodes=st.integers(0, 6),
    p=st.sampled_from([0.0, 0.4, 1.0]),
    mode=st.sampled_from(["row", "col", "all"]),
    training=st.booleans(),
    seed=st.integers(0, 2**31),
)
def test_mask_feature_and_shuffle_node_as_pyg(nodes, p, mode, training, seed):
    x = torch.arange(nodes * 3.0).view(nodes, 3)
    assert_equal(*both("mask_feature", x, p, mode, -1.5, training, seed=seed))
    assert_equal(*both("shuffle_node", x, None, training, seed=seed))


def test_shuffle_node_within_graphs():
    batch = torch.tensor([0, 0, 0, 2, 2])
    torch.manual_seed(0)
    seen = set()
    for _ in range(200):
        x, order = utils.shuffle_node(torch.arange(5), batch)
        assert torch.equal(x, order)
        assert torch.equal(batch[order], batch)
        seen.add(tuple(order.tolist()))
    assert len(seen) == 6 * 2
    assert utils.shuffle_node(torch.arange(5), batch, training=False)[1].tolist() == [0, 1, 2, 3, 4]


@settings(max_examples=40, deadline=None)
@given(
    graph=graphs(square=True, max_nodes=8),
    p=st.sampled_from([0.0, 0.4, 1.0]),
    undirected=st.booleans(),
    training=st.booleans(),
)
def test_add_random_edge(graph, p, undirected, training):
    edge_index, nodes, _ = graph
    edges, added = utils.add_random_edge(edge_index, p, undirected, nodes, training)
    assert torch.equal(edges, torch.cat([edge_index, added], 1))
    assert edges.dtype == added.dtype == edge_index.dtype
    new, old = set(pairs(added)), set(pairs(edge_index))
    assert len(new) == added.shape[1]
    assert not new & old
    assert all(source != target for source, target in new)
    if undirected:
        assert new == {(target, source) for source, target in new}
    if not training or p == 0.0:
        assert not new
    elif not undirected:
        free = nodes * (nodes - 1) - len({pair for pair in old if pair[0] != pair[1]})
        assert len(new) == min(round(edge_index.shape[1] * p), free)


def test_add_random_edge_to_a_bipartite_graph():
    edge_index = torch.tensor([[0, 1, 2], [0, 1, 0]])
    _, added = utils.add_random_edge(edge_index, 1.0, num_nodes=(3, 2))
    assert set(pairs(added)) == {(0, 1), (1, 0), (2, 1)}


def check_simple(edge_index, nodes, directed):
    assert utils.coalesce(edge_index, num_nodes=nodes).equal(edge_index)  # sorted, each once
    assert not utils.contains_self_loops(edge_index)
    assert directed or utils.is_undirected(edge_index, num_nodes=nodes)


@pytest.mark.parametrize("directed", [False, True])
@pytest.mark.parametrize("nodes", [0, 1, 2, 5, 17])
def test_erdos_renyi_graphs_at_the_ends(nodes, directed):
    assert utils.erdos_renyi_graph(nodes, 0.0, directed).shape == (2, 0)
    full = utils.erdos_renyi_graph(nodes, 1.0, directed)
    if nodes > 1:
        assert torch.equal(full, pyg.erdos_renyi_graph(nodes, 1.0, directed))
    assert full.shape[1] == nodes * (nodes - 1)


@pytest.mark.parametrize("directed", [False, True])
def test_every_pair_is_joined_as_often(directed):
    torch.manual_seed(1)
    blocks = 2000  # so many graphs of six nodes, in one draw
    edge_index = utils.stochastic_blockmodel_graph([6] * blocks, 0.3 * torch.eye(blocks), directed)
    check_simple(edge_index, 6 * blocks, directed)
    assert torch.equal(edge_index[0] // 6, edge_index[1] // 6)
    count = torch.zeros(6, 6).index_put_(tuple(edge_index % 6), torch.ones(edge_index.shape[1]), accumulate=True)
    frequency = (count / blocks)[~torch.eye(6, dtype=torch.bool)]
    assert (frequency - 0.3).abs().max() < 0.05  # nearly five standard deviations


@pytest.mark.parametrize("directed", [False, True])
def test_erdos_renyi_graphs_have_as_many_edges_as_asked(directed):
    torch.manual_seed(1)
    edge_index = utils.erdos_renyi_graph(500, 0.3, directed)
    check_simple(edge_index, 500, directed)
    assert edge_index.shape[1] / (500 * 499) == pytest.approx(0.3, abs=0.01)
    degree = utils.degree(edge_index[0], 500)
    assert degree.std() == pytest.approx((499 * 0.3 * 0.7) ** 0.5, rel=0.2)


def test_large_sparse_graphs_are_drawn_at_once():
    torch.manual_seed(0)
    nodes = 10**6
    edge_index = utils.erdos_renyi_graph(nodes, 2e-7)
    wanted = nodes * (nodes - 1) * 2e-7
    assert abs(edge_index.shape[1] - wanted) < 6 * (2 * wanted) ** 0.5
    check_simple(edge_index, nodes, directed=False)
    blocks = utils.stochastic_blockmodel_graph([nodes // 2] * 2, [[4e-7, 1e-7], [1e-7, 4e-7]])
    inside = int(((blocks[0] < nodes // 2) == (blocks[1] < nodes // 2)).sum())
    assert inside / blocks.shape[1] == pytest.approx(0.8, abs=0.01)


def test_the_same_seed_draws_the_same_graph():
    for draw in (lambda: utils.erdos_renyi_graph(50, 0.1), lambda: utils.barabasi_albert_graph(50, 3)):
        first, second = (torch.manual_seed(3) and draw() for _ in range(2))
        assert torch.equal(first, second)


@pytest.mark.parametrize("directed", [False, True])
def test_blocks_are_joined_as_often_as_asked(directed):
    torch.manual_seed(2)
    sizes, probs = [300, 0, 400], [[0.5, 0.9, 0.1], [0.9, 0.9, 0.9], [0.1, 0.9, 0.7]]
    if directed:
        probs[0][2] = 0.3
    edge_index = utils.stochastic_blockmodel_graph(sizes, probs, directed)
    check_simple(edge_index, 700, directed)
    block = (edge_index >= 300).long()
    count = torch.zeros(2, 2).index_put_(tuple(block), torch.ones(block.shape[1]), accumulate=True)
    room = torch.tensor([[300 * 299, 300 * 400], [300 * 400, 400 * 399]])
    wanted = torch.tensor([[0.5, probs[0][2]], [0.1, 0.7]])
    torch.testing.assert_close(count / room, wanted, rtol=0.0, atol=0.01)
    full = utils.stochastic_blockmodel_graph(torch.tensor([2, 3]), torch.ones(2, 2), directed)
    assert torch.equal(full, pyg.erdos_renyi_graph(5, 1.0, directed))


def test_barabasi_albert_graphs_are_as_pygs():
    torch.manual_seed(0)
    found = []
    for module in (utils, pyg):
        degree = torch.zeros(300)
        for _ in range(30):
            edge_index = module.barabasi_albert_graph(300, 3)
            degree += utils.degree(edge_index[0], 300) / 30
        found.append(torch.stack([degree[:10].mean(), degree[10:100].mean(), degree[100:].mean(), degree.mean()]))
    check_simple(edge_index, 300, directed=False)
    assert found[0][0] > 5 * found[0][2]
    assert ((found[0] / found[1] - 1).abs() < torch.tensor([0.1, 0.1, 0.05, 0.02])).all()


def test_barabasi_albert_graphs_have_hubs():
    torch.manual_seed(0)
    edge_index = utils.barabasi_albert_graph(20_000, 4)
    degree = utils.degree(edge_index[0], 20_000)
    assert degree.mean() == pytest.approx(8, abs=0.1)
    assert degree.max() > 150  # of the order of 2 * sqrt(20000); 25 where nobody is preferred
    assert utils.barabasi_albert_graph(2, 1).tolist() in ([[0, 1], [1, 0]], [[], []])
