"""Adjacency: the sort, the memo that notices changes, and what it refuses."""

import gc
import weakref

import pytest
import torch
from hypothesis import given, settings
from tests.graphs import corner_case, graphs

from edgewise import Adjacency
from edgewise.adjacency import _memo
from edgewise.errors import DTypeError, NodeIndexError, ShapeError
from edgewise.ops import sddmm, spmm


@settings(max_examples=60, deadline=None)
@given(graph=graphs())
def test_rows_list_sources_in_the_callers_order(graph):
    edge_index, num_src, num_dst = graph
    adjacency = Adjacency.of(edge_index, (num_src, num_dst))
    assert (adjacency.num_src, adjacency.num_dst, adjacency.num_edges) == (num_src, num_dst, edge_index.shape[1])
    assert adjacency.indptr.dtype == torch.int64
    assert adjacency.indices.dtype == torch.int32
    for i in range(num_dst):
        low, high = adjacency.indptr[i], adjacency.indptr[i + 1]
        edges = (edge_index[1] == i).nonzero().flatten()
        assert torch.equal(adjacency.indices[low:high].long(), edge_index[0, edges].long())
        kept = edges if adjacency.perm is None else adjacency.perm[low:high].long()
        if adjacency.perm is not None:
            assert torch.equal(kept, edges)
        assert adjacency.degree()[i] == len(edges)


@settings(max_examples=40, deadline=None)
@given(graph=graphs())
def test_transpose_groups_by_source_and_returns(graph):
    edge_index, num_src, num_dst = graph
    adjacency = Adjacency.of(edge_index, (num_src, num_dst))
    back = adjacency.transpose()
    assert back.transpose() is adjacency
    edges = torch.arange(back.num_edges) if back.perm is None else back.perm.long()
    assert torch.equal(back.rows().long(), edge_index[0, edges].long())
    assert torch.equal(back.indices.long(), edge_index[1, edges].long())


def test_sorted_edges_need_no_permutation_and_symmetric_ones_share():
    edge_index = torch.tensor([[1, 0, 2, 1], [0, 1, 1, 2]])
    adjacency = Adjacency.of(edge_index, (3, 3))
    assert adjacency.perm is None
    assert adjacency.transpose().indices is adjacency.indices


def test_memo_sorts_once_and_notices_a_change():
    edge_index, nodes, _ = corner_case("unsorted")
    first = Adjacency.of(edge_index, (nodes, nodes))
    assert Adjacency.of(edge_index, (nodes, nodes)) is first
    assert Adjacency.of(edge_index, (nodes + 1, nodes + 1)) is not first
    edge_index[0, 0] = 1
    changed = Adjacency.of(edge_index, (nodes, nodes))
    assert changed is not first
    assert changed.indices.tolist() != first.indices.tolist()


def test_memo_dies_with_the_tensor():
    before = len(_memo)
    edge_index = torch.tensor([[0, 1], [1, 0]])
    adjacency = weakref.ref(Adjacency.of(edge_index, (2, 2)))
    adjacency().transpose()
    adjacency().incidence()
    assert len(_memo) == before + 1
    del edge_index
    assert adjacency() is None  # at once: no cycle that waits for the collector
    gc.collect()
    assert len(_memo) <= before


def test_inference_tensors_are_never_remembered():
    with torch.inference_mode():
        edge_index = torch.tensor([[0, 1], [1, 0]])
        first = Adjacency.of(edge_index, (2, 2))
        edge_index[0, 0] = 1
        assert first.indices.tolist() == [1, 0]
        assert Adjacency.of(edge_index, (2, 2)).indices.tolist() == [1, 1]


@pytest.mark.parametrize("layout", ["coo", "csr", "csc"])
def test_sparse_tensors_are_transposed_adjacencies(layout):
    edge_index, num_src, num_dst = corner_case("bipartite")
    dense = torch.zeros(num_dst, num_src).index_put((edge_index[1], edge_index[0]), torch.ones(4))
    matrix = {"coo": dense.to_sparse_coo, "csr": dense.to_sparse_csr, "csc": dense.to_sparse_csc}[layout]()
    adjacency = Adjacency.of(matrix)
    out = torch.zeros(num_dst, num_src).index_put((adjacency.rows().long(), adjacency.indices.long()), torch.ones(4))
    assert torch.equal(out, dense)
    with pytest.raises(ShapeError, match=r"shape \[dst, src\] = \[5, 2\], got \[2, 5\]"):
        Adjacency.of(matrix, (2, 5))


def test_immutable():
    adjacency = Adjacency.of(torch.tensor([[0], [0]]))
    with pytest.raises(AttributeError, match="immutable"):
        adjacency.num_src = 5


@pytest.mark.unhooked
@pytest.mark.parametrize(
    ("edge_index", "error", "text"),
    [
        (torch.zeros(3, 2, dtype=torch.long), ShapeError, "[2, edges], got [3, 2]. It looks transposed"),
        (torch.zeros(2, 3), DTypeError, "expected integer edge_index, got float32. Use edge_index.long()."),
        (torch.zeros(2, 3).numpy(), DTypeError, "torch.from_numpy(edge_index)"),
        (torch.tensor([[0, 1], [0, 7]]), NodeIndexError, "destination of edge 1"),
        (torch.tensor([[0, 7], [0, 1]]), NodeIndexError, "source of edge 1"),
        (torch.tensor([[0, -1], [0, 1]]), NodeIndexError, "-1"),
    ],
)
def test_refuses(edge_index, error, text):
    with pytest.raises(error) as caught:
        Adjacency.of(edge_index, (4, 4))
    assert text in str(caught.value)


@pytest.mark.parametrize("name", ["unsorted", "self loops", "no edges", "duplicates"])
def test_operators_on_an_adjacency_with_self_loops(name):
    edge_index, nodes, _ = corner_case(name)
    looped = Adjacency.of(edge_index, (nodes, nodes)).with_self_loops()
    is_loop = edge_index[0] == edge_index[1]
    stored = torch.cat([edge_index[:, ~is_loop], torch.arange(nodes).expand(2, -1)], 1)
    kept = torch.cat([~is_loop, torch.ones(nodes, dtype=torch.bool)])
    x = torch.randn(nodes, 3, dtype=torch.float64, requires_grad=True)
    weight = torch.rand(len(kept), dtype=torch.float64, requires_grad=True)
    plain = Adjacency.of(stored, (nodes, nodes))
    assert (looped.num_edges, looped.num_values) == (stored.shape[1], len(kept))
    torch.testing.assert_close(spmm(looped, x, reduce="max"), spmm(plain, x, reduce="max"))
    out, expected = spmm(looped, x, weight), spmm(plain, x, weight[kept])
    torch.testing.assert_close(out, expected)
    for mine, other in zip(
        torch.autograd.grad((out**2).sum(), [x, weight]),
        torch.autograd.grad((expected**2).sum(), [x, weight]),
        strict=True,
    ):
        torch.testing.assert_close(mine, other)
    torch.testing.assert_close(sddmm(looped, x, x)[kept], sddmm(plain, x, x))
    assert looped is Adjacency.of(edge_index, (nodes, nodes)).with_self_loops()
