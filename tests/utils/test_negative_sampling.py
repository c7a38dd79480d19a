"""Pairs without an edge: exact on any graph, all of them where few are left, and each equally likely."""

from collections import Counter
from itertools import product

import pytest
import torch
import torch_geometric.utils as pyg
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.graphs import CORNER_CASES, corner_case, graphs

from edgewise.errors import DataError
from edgewise.utils.negative_sampling import (
    _triangle_row,
    batched_negative_sampling,
    negative_sampling,
    structured_negative_sampling,
    structured_negative_sampling_feasible,
)


def pairs_of(edge_index):
    return [tuple(pair) for pair in edge_index.t().tolist()]


def non_edges(edge_index, num_src, num_dst, kind):
    """All that may be drawn, by trying every pair."""
    edges = set(pairs_of(edge_index))
    if kind == "bipartite":
        return {pair for pair in product(range(num_src), range(num_dst)) if pair not in edges}
    if kind == "undirected":
        edges |= {(j, i) for i, j in edges}
    return {(i, j) for i, j in product(range(num_src), repeat=2) if i != j and (i, j) not in edges}


def assert_drawn(found, allowed, wanted):
    drawn = pairs_of(found)
    assert len(set(drawn)) == len(drawn)
    assert set(drawn) <= allowed
    assert len(drawn) == min(wanted, len(allowed))


@settings(max_examples=60, deadline=None)
@given(graph=graphs(square=True), wanted=st.none() | st.integers(0, 200) | st.floats(0, 3))
def test_square(graph, wanted):
    edge_index, nodes, _ = graph
    edges = edge_index.shape[1]
    count = edges if wanted is None else int(wanted * edges) if isinstance(wanted, float) else wanted
    found = negative_sampling(edge_index, nodes, wanted)
    assert found.dtype == edge_index.dtype
    assert_drawn(found, non_edges(edge_index, nodes, nodes, "directed"), count)
    both = negative_sampling(edge_index, nodes, wanted, force_undirected=True)
    allowed = non_edges(edge_index, nodes, nodes, "undirected")
    assert_drawn(both, allowed, count // 2 * 2)
    half = both.shape[1] // 2
    assert torch.equal(both[:, :half], both[:, half:].flip(0))
    assert bool((both[0, :half] < both[1, :half]).all())


@settings(max_examples=60, deadline=None)
@given(graph=graphs(), wanted=st.none() | st.integers(0, 200))
def test_bipartite(graph, wanted):
    edge_index, num_src, num_dst = graph
    found = negative_sampling(edge_index, (num_src, num_dst), wanted)
    count = edge_index.shape[1] if wanted is None else wanted
    assert_drawn(found, non_edges(edge_index, num_src, num_dst, "bipartite"), count)


@pytest.mark.parametrize("name", CORNER_CASES)
@pytest.mark.parametrize("dtype", [torch.int32, torch.int64])
def test_corner_cases(name, dtype):
    edge_index, num_src, num_dst = corner_case(name, dtype)
    allowed = non_edges(edge_index, num_src, num_dst, "bipartite")
    assert_drawn(negative_sampling(edge_index, (num_src, num_dst), 1000), allowed, 1000)


def test_as_many_as_pyg():
    edge_index = pyg.erdos_renyi_graph(60, 0.05, directed=True)
    for keywords in ({}, {"num_neg_samples": 17}, {"num_neg_samples": 0.5}, {"force_undirected": True}):
        assert (
            negative_sampling(edge_index, 60, **keywords).shape
            == pyg.negative_sampling(edge_index, 60, **keywords).shape
        )


def test_nearly_complete_graph_of_many_nodes():
    nodes, missing = 1500, torch.tensor([[3, 700, 1499], [5, 2, 0]])
    grid = torch.cartesian_prod(torch.arange(nodes), torch.arange(nodes)).t()
    is_missing = torch.isin(grid[0] * nodes + grid[1], missing[0] * nodes + missing[1])
    found = negative_sampling(grid[:, ~is_missing], nodes, 100)
    assert set(pairs_of(found)) == set(pairs_of(missing))


@pytest.mark.parametrize("undirected", [False, True])
def test_many_nodes_need_no_matrix(undirected):
    nodes = 2_000_000_000
    edge_index = torch.tensor([[0, nodes - 1], [nodes - 1, 0]])
    found = negative_sampling(edge_index, nodes, 1000, force_undirected=undirected)
    assert found.shape == (2, 1000)
    assert int(found.min()) >= 0
    assert 2**30 < int(found.max()) < nodes
    assert bool((found[0] != found[1]).all())


def test_numbers_of_undirected_pairs_survive_rounding():
    rows = torch.tensor([1, 2, 3, 94906267, 94906268, 2**30, 2**31 - 1])
    first = rows * (rows - 1) // 2
    assert torch.equal(_triangle_row(first), rows)
    assert torch.equal(_triangle_row(first + rows - 1), rows)


def copies(edge_index, size, count):
    """Many copies of one graph, so that one call draws many times."""
    start = torch.arange(count).repeat_interleave(edge_index.shape[1])
    edges = edge_index.repeat(1, count) + torch.stack([start * size[0], start * size[1]])
    return edges, tuple(torch.arange(count).repeat_interleave(nodes) for nodes in size)


@pytest.mark.parametrize("kind", ["directed", "undirected", "bipartite"])
def test_every_choice_is_equally_likely(kind):
    """Chi-square of ordered draws of two, for which 99.9 % of the fair ones lie below the limit."""
    edge_index, rounds = torch.tensor([[0, 0, 2, 1, 2], [1, 2, 1, 1, 3]]), 4000
    size = (3, 4) if kind == "bipartite" else (4, 4)
    edges, sides = copies(edge_index, size, rounds)
    torch.manual_seed(1)
    undirected = kind == "undirected"
    found = batched_negative_sampling(
        edges, sides if kind == "bipartite" else sides[0], 4 if undirected else 2, force_undirected=undirected
    )
    found = found.reshape(2, rounds, -1)[:, :, :2] % torch.tensor(size).reshape(2, 1, 1)
    drawn = Counter(tuple(pairs_of(both)) for both in found.unbind(1))
    units = {pair for pair in non_edges(edge_index, *size, kind) if not undirected or pair[0] < pair[1]}
    outcomes = [(one, other) for one, other in product(units, repeat=2) if one != other]
    assert set(drawn) == set(outcomes)
    expected = rounds / len(outcomes)
    chi_square = sum((drawn[outcome] - expected) ** 2 / expected for outcome in outcomes)
    freedom = len(outcomes) - 1
    assert chi_square < freedom * (1 - 2 / (9 * freedom) + 3.09 * (2 / (9 * freedom)) ** 0.5) ** 3  # Wilson & Hilferty


@pytest.mark.parametrize("rounds", [None, 120])
def test_which_pair_is_left_out_is_equally_likely(rounds):
    """Nearly all are asked for: each is left out, and each comes first, as often as any other."""
    edge_index = torch.tensor([[0, 0, 2, 2], [1, 2, 1, 3]])
    torch.manual_seed(2)
    if rounds is None:
        rounds = 2400
        edges, sides = copies(edge_index, (4, 4), rounds)
        found = batched_negative_sampling(edges, sides[0], 7).reshape(2, rounds, 7).unbind(1)
    else:
        found = [negative_sampling(edge_index, 4, 7) for _ in range(rounds)]
    allowed = non_edges(edge_index, 4, 4, "directed")
    draws = [pairs_of(pairs % 4) for pairs in found]
    for counts in (Counter((allowed - set(drawn)).pop() for drawn in draws), Counter(drawn[0] for drawn in draws)):
        assert set(counts) == allowed
        assert all(abs(count - rounds / 8) < 4 * (rounds * 7 / 64) ** 0.5 for count in counts.values())


def test_same_seed_same_pairs():
    edge_index = torch.tensor([[0, 1, 2], [1, 2, 3]])
    draws = []
    for seed in (5, 5, 6):
        torch.manual_seed(seed)
        draws.append(negative_sampling(edge_index, 50, 20))
    assert torch.equal(draws[0], draws[1])
    assert not torch.equal(draws[0], draws[2])


@settings(max_examples=40, deadline=None)
@given(
    parts=st.lists(graphs(square=True, max_nodes=6, max_edges=12), min_size=1, max_size=5),
    wanted=st.none() | st.integers(0, 40) | st.floats(0, 2),
    undirected=st.booleans(),
)
def test_batched(parts, wanted, undirected):
    sizes = [nodes for _, nodes, _ in parts]
    batch = torch.arange(len(parts)).repeat_interleave(torch.tensor(sizes))
    starts = [sum(sizes[:i]) for i in range(len(sizes))]
    shifted = [edges.long() + start for (edges, _, _), start in zip(parts, starts, strict=True)]
    edge_index = torch.cat(shifted, dim=1)
    edge_index = edge_index[:, torch.randperm(edge_index.shape[1])]
    found = batched_negative_sampling(edge_index, batch, wanted, force_undirected=undirected)
    graph = batch[found[0]]
    assert torch.equal(graph, graph.sort().values)
    for i, (edges, nodes, _) in enumerate(parts):
        count = edges.shape[1]
        count = count if wanted is None else int(wanted * count) if isinstance(wanted, float) else wanted
        allowed = non_edges(edges, nodes, nodes, "undirected" if undirected else "directed")
        assert_drawn(found[:, graph == i] - starts[i], allowed, count // 2 * 2 if undirected else count)


def test_batched_bipartite_as_pyg():
    edge_index = torch.tensor([[0, 0, 1, 1, 2, 2, 3, 3], [0, 1, 2, 3, 4, 5, 6, 7]])
    sides = torch.tensor([0, 0, 1, 1]), torch.tensor([0, 0, 0, 0, 1, 1, 1, 1])
    found, theirs = (f(edge_index, sides) for f in (batched_negative_sampling, pyg.batched_negative_sampling))
    assert set(pairs_of(found)) == set(pairs_of(theirs))  # exactly as many as there are


@settings(max_examples=60, deadline=None)
@given(graph=graphs(square=True), loops=st.booleans())
def test_structured(graph, loops):
    edge_index, nodes, _ = graph
    edges = set(pairs_of(edge_index))
    others = {i: [k for k in range(nodes) if (i, k) not in edges and (loops or i != k)] for i, _ in edges}
    feasible = all(others.values())
    assert structured_negative_sampling_feasible(edge_index, nodes, loops) == feasible
    if edge_index.numel():
        assert pyg.structured_negative_sampling_feasible(edge_index.long(), nodes, loops) == feasible
    if not feasible:
        with pytest.raises(DataError, match="structured_negative_sampling: expected for each edge a node"):
            structured_negative_sampling(edge_index, nodes, loops)
        return
    i, j, k = structured_negative_sampling(edge_index, nodes, loops)
    assert torch.equal(torch.stack([i, j]), edge_index)
    assert k.dtype == edge_index.dtype
    assert all(target in others[source] for source, target in zip(i.tolist(), k.tolist(), strict=True))


def test_structured_is_uniform():
    torch.manual_seed(0)
    edge_index = torch.tensor([[1], [3]]).expand(2, 6000)
    counts = structured_negative_sampling(edge_index, 5, False)[2].bincount(minlength=5)
    assert counts[[1, 3]].tolist() == [0, 0]
    assert bool(((counts[[0, 2, 4]] - 2000).abs() < 3.5 * (6000 * 2 / 9) ** 0.5).all())
