"""Kernels on lists of pairs: against definitions in plain Python and in plain torch."""

from collections import Counter

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.graphs import CORNER_CASES, corner_case, graphs
from tests.threads import check_same_bits

from edgewise.ops import _dispatch, _reference, structure

native = torch.ops.edgewise


def pairs_of(edge_index):
    return list(zip(*edge_index.tolist(), strict=True))


def assert_equal(ours, theirs):
    for mine, other in zip(ours, theirs, strict=True):
        assert mine.dtype == other.dtype
        assert torch.equal(mine, other)


@settings(max_examples=80, deadline=None)
@given(graph=graphs(square=True), by_row=st.booleans(), mirrored=st.booleans())
def test_sort_and_merge_in_plain_python(graph, by_row, mirrored):
    edge_index, nodes, _ = graph
    pairs = pairs_of(edge_index)
    pairs += [(j, i) for i, j in pairs] if mirrored else []
    order = sorted(range(len(pairs)), key=lambda k: pairs[k] if by_row else pairs[k][::-1])
    edges, perm = structure.sort(edge_index, nodes, by_row=by_row, mirrored=mirrored)

    assert edges.dtype == edge_index.dtype
    assert pairs_of(edges) == [pairs[k] for k in order]
    assert (list(range(len(pairs))) if perm is None else perm.tolist()) == order

    merged = structure.merge(edge_index, nodes, by_row=by_row, mirrored=mirrored)
    different = sorted(set(pairs), key=lambda pair: pair if by_row else pair[::-1])
    values = torch.arange(1.0, len(pairs) + 1, dtype=torch.float64)
    assert pairs_of(merged.edges) == different
    members = [[k + 1 for k, pair in enumerate(pairs) if pair == kept] for kept in different]
    for name, reduce in {"sum": sum, "min": min, "max": max, "any": lambda row: row[0]}.items():
        assert merged.reduce(values, name).tolist() == [reduce(row) for row in members]


@settings(max_examples=80, deadline=None)
@given(graph=graphs(square=True), symmetric=st.booleans())
def test_symmetry_loops_and_counts_in_plain_python(graph, symmetric):
    edge_index, nodes, _ = graph
    if symmetric:
        edge_index = torch.cat([edge_index, edge_index.flip(0)], 1)
    pairs = pairs_of(edge_index)
    counts = Counter(pairs)

    assert structure.is_symmetric(edge_index, nodes) == all(counts[j, i] == counts[i, j] for i, j in pairs)
    kept = [k for k, (i, j) in enumerate(pairs) if i != j]
    loops = [k for k, (i, j) in enumerate(pairs) if i == j]
    others, kept_places, loop_places = structure.split_loops(edge_index, positions=True)
    assert pairs_of(others) == [pairs[k] for k in kept]
    assert (kept_places.tolist(), loop_places.tolist()) == (kept, loops)
    others, *places = structure.split_loops(edge_index, positions=False, append=3)
    assert pairs_of(others) == [pairs[k] for k in kept] + [(0, 0), (1, 1), (2, 2)]
    assert [place.numel() for place in places] == [0, 0]
    assert structure.has_loops(edge_index) == bool(loops)
    assert structure.count_linked(edge_index, nodes) == len({node for k in kept for node in pairs[k]})


@settings(max_examples=60, deadline=None)
@given(graph=graphs(square=True), by_second=st.booleans(), mirrored=st.booleans(), wide=st.booleans())
def test_native_equals_the_reference(graph, by_second, mirrored, wide):
    edge_index, nodes, _ = graph
    pairs = edge_index.contiguous()
    options = {"by_second": by_second, "mirrored": mirrored, "wide": wide}
    sorted_pairs = native.sort_pairs(pairs, nodes, **options)

    assert_equal(sorted_pairs, _reference.sort_pairs(pairs, nodes, **options))
    for candidate in (pairs, sorted_pairs[0]):
        assert native.is_sorted_pairs(candidate, by_second) == _reference.is_sorted_pairs(
            candidate, by_second=by_second
        )
    assert_equal(native.unique_pairs(sorted_pairs[0]), _reference.unique_pairs(sorted_pairs[0]))
    for candidate in (pairs, sorted_pairs[0]):
        assert native.is_symmetric(candidate, nodes, wide) == _reference.is_symmetric(candidate, nodes, wide=wide)
    assert_equal(native.split_loops(pairs, 2, mirrored), _reference.split_loops(pairs, append=2, positions=mirrored))
    assert native.has_loops(pairs) == _reference.has_loops(pairs)
    assert_equal([native.count_linked(pairs, nodes)], [_reference.count_linked(pairs, nodes)])


@pytest.mark.parametrize(("edges", "nodes"), [(200_000, 3000), (60_000, 2**31 - 1), (150_000, 3)])
@pytest.mark.parametrize("dtype", [torch.int32, torch.int64])
def test_large_lists_equal_the_reference(edges, nodes, dtype):
    pairs = torch.randint(0, nodes, (2, edges), generator=torch.Generator().manual_seed(0)).to(dtype)
    for options in ({"by_second": False, "mirrored": True}, {"by_second": True, "mirrored": False}):
        ours = native.sort_pairs(pairs, nodes, wide=False, **options)
        assert_equal(ours, _reference.sort_pairs(pairs, nodes, wide=False, **options))
        assert native.is_sorted_pairs(ours[0], options["by_second"])
        assert_equal(native.unique_pairs(ours[0]), _reference.unique_pairs(ours[0]))
    both = torch.cat([pairs, pairs.flip(0)], 1)
    assert native.is_symmetric(both, nodes, False)
    both[0, -1] = (both[0, -1] + 1) % nodes
    assert not native.is_symmetric(both, nodes, False)
    assert_equal(native.split_loops(pairs, 0, True), _reference.split_loops(pairs, append=0, positions=True))


def test_keys_past_32_bits():
    nodes = 2**62
    pairs = torch.tensor([[nodes - 1, 0, nodes - 1, 5], [1, nodes - 1, 0, 2**40]])
    edges, perm = structure.sort(pairs, nodes)
    assert perm is not None
    assert perm.tolist() == [1, 3, 2, 0]
    assert perm.dtype == torch.int64
    assert torch.equal(edges, pairs[:, perm])
    assert structure.is_symmetric(torch.cat([pairs, pairs.flip(0)], 1), nodes)
    assert not structure.is_symmetric(pairs, nodes)


def test_merged_rows_keep_their_gradient():
    edge_index = torch.tensor([[1, 0, 1, 0], [0, 1, 0, 0]])
    merged = structure.merge(edge_index, 2)
    values = torch.randn(4, 3, dtype=torch.float64, requires_grad=True)
    for reduce in ("sum", "mean", "min", "max", "mul", "any"):
        assert torch.autograd.gradcheck(lambda x, reduce=reduce: merged.reduce(x, reduce), (values,))


@pytest.mark.parametrize("name", CORNER_CASES)
@pytest.mark.parametrize("dtype", [torch.int32, torch.int64])
def test_opcheck(name, dtype):
    edge_index, *sizes = corner_case(name, dtype)
    nodes = max(sizes)
    torch.library.opcheck(native.sort_pairs, (edge_index, nodes, True, True, False))
    torch.library.opcheck(native.is_sorted_pairs, (edge_index, False))
    torch.library.opcheck(native.unique_pairs, (structure.sort(edge_index, nodes)[0],))
    torch.library.opcheck(native.is_symmetric, (edge_index, nodes, False))
    torch.library.opcheck(native.split_loops, (edge_index, 0, True))
    torch.library.opcheck(native.split_loops, (edge_index, nodes, False))
    torch.library.opcheck(native.has_loops, (edge_index,))
    torch.library.opcheck(native.count_linked, (edge_index, nodes))


@settings(max_examples=30, deadline=None)
@given(graph=graphs(square=True))
def test_without_native_kernels(graph):
    edge_index, nodes, _ = graph
    values = torch.arange(edge_index.shape[1], dtype=torch.float64)

    def everything():
        merged = structure.merge(edge_index, nodes, mirrored=True)
        return (
            merged.edges,
            merged.start,
            merged.reduce(torch.cat([values, values]), "sum"),
            *structure.split_loops(edge_index, positions=True),
            torch.tensor(structure.is_symmetric(edge_index, nodes)),
            torch.tensor(structure.has_loops(edge_index)),
            torch.tensor(structure.count_linked(edge_index, nodes)),
        )

    ours = everything()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_dispatch, "use_native", lambda tensor: False)
        assert_equal(everything(), ours)


@pytest.mark.parametrize("wrong", [-1, 3, 2**40])
def test_native_refuses_nodes_outside(wrong):
    pairs = torch.tensor([[0, wrong], [1, 2]])
    for call in (
        lambda: native.sort_pairs(pairs, 3, False, False, False),
        lambda: native.is_symmetric(pairs, 3, False),
        lambda: native.count_linked(pairs, 3),
    ):
        with pytest.raises(RuntimeError, match=r"keys must lie in \[0, limit\)"):
            call()
    with pytest.raises(RuntimeError, match="pass wide"):
        native.sort_pairs(pairs, 2**41, False, False, False)
    with pytest.raises(RuntimeError, match="pairs must have shape"):
        native.has_loops(torch.zeros(3, 2, dtype=torch.int64))


def test_same_bits_on_any_number_of_threads():
    def compute(generator):
        edge_index = torch.randint(0, 3000, (2, 200000), generator=generator)
        values = torch.randn(400000, 3, generator=generator, requires_grad=True)
        merged = structure.merge(edge_index, 3000, mirrored=True)
        for reduce in ("sum", "mean", "min", "max"):
            out = merged.reduce(values, reduce)
            yield from (out, *torch.autograd.grad((out * out).sum(), [values]))
        yield from (*merged, *structure.split_loops(edge_index, positions=True))
        yield torch.tensor([structure.count_linked(edge_index, 3000), structure.is_symmetric(merged.edges, 3000)])

    check_same_bits(compute)


def test_attributes_without_columns():
    merged = structure.merge(torch.tensor([[0, 0, 1], [1, 1, 0]]), 2)
    assert merged.reduce(torch.ones(3, 0), "sum").shape == (2, 0)
