"""spmm and sddmm: every kernel against its definition in plain torch, and its gradient against finite differences."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.graphs import CORNER_CASES, corner_case, graphs
from tests.threads import check_same_bits

from edgewise import Adjacency
from edgewise.errors import ArgumentError, DTypeError, ShapeError
from edgewise.ops import _dispatch, _native, _reference, gather, sddmm, segment_reduce, spmm

REDUCTIONS = ["sum", "mean", "min", "max"]


def small_integers(*shape, dtype=torch.float64, seed=0):
    """Values that tie often and whose sums are exact."""
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(-3, 4, shape, generator=generator).to(dtype)


def dense_spmm(edge_index, num_dst, x, weight, reduce):
    """The formula, one destination at a time."""
    out = torch.zeros(num_dst, *x.shape[1:], dtype=x.dtype)
    for i in range(num_dst):
        edges = (edge_index[1] == i).nonzero().flatten()
        if len(edges):
            messages = x[edge_index[0, edges].long()] * weight[edges].unsqueeze(1)
            out[i] = {
                "sum": lambda m: m.sum(0),
                "mean": lambda m: m.mean(0),
                "min": lambda m: m.amin(0),
                "max": lambda m: m.amax(0),
            }[reduce](messages)
    return out


def test_native_kernels_are_loaded():
    assert _native.LOADED, _native.REASON


@settings(max_examples=60, deadline=None)
@given(graph=graphs(), width=st.sampled_from([0, 1, 3, 16, 37, 64, 130]), reduce=st.sampled_from(REDUCTIONS))
def test_forward_equals_the_formula(graph, width, reduce):
    edge_index, num_src, num_dst = graph
    x, weight = small_integers(num_src, width), small_integers(edge_index.shape[1], seed=1)
    out = spmm(Adjacency.of(edge_index, (num_src, num_dst)), x, weight, reduce)

    assert torch.equal(out, dense_spmm(edge_index, num_dst, x, weight, reduce))


@pytest.mark.parametrize("reduce", REDUCTIONS)
@pytest.mark.parametrize("name", CORNER_CASES)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_corner_cases_equal_the_formula(name, reduce, dtype):
    edge_index, num_src, num_dst = corner_case(name)
    x, weight = small_integers(num_src, 5, dtype=dtype), small_integers(edge_index.shape[1], dtype=dtype, seed=1)
    out = spmm(Adjacency.of(edge_index, (num_src, num_dst)), x, weight, reduce)

    assert out.dtype == dtype
    assert torch.equal(out, dense_spmm(edge_index, num_dst, x, weight, reduce))


@settings(max_examples=40, deadline=None)
@given(graph=graphs(), weighted=st.booleans(), reduce=st.sampled_from(REDUCTIONS))
def test_native_gradients_equal_the_reference(graph, weighted, reduce):
    edge_index, num_src, num_dst = graph
    adjacency = Adjacency.of(edge_index, (num_src, num_dst))
    rows = (adjacency.indptr, adjacency.indices, adjacency.perm)
    x = small_integers(num_src, 6).requires_grad_()
    weight = small_integers(edge_index.shape[1], seed=1).requires_grad_() if weighted else None
    out = spmm(adjacency, x, weight, reduce)
    expected = _reference.spmm(*rows, weight, None, x, reduce)  # torch differentiates it by itself
    assert torch.equal(out, expected)
    grad = small_integers(num_dst, 6, seed=2)
    inputs = [x, weight] if weighted else [x]
    ours = torch.autograd.grad(out, inputs, grad)
    theirs = torch.autograd.grad(expected, inputs, grad)

    for mine, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(mine, other, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("reduce", REDUCTIONS)
@pytest.mark.parametrize("name", ["unsorted", "bipartite", "self loops", "duplicates", "isolated last"])
def test_gradcheck(name, reduce):
    edge_index, num_src, num_dst = corner_case(name)
    adjacency = Adjacency.of(edge_index, (num_src, num_dst))
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(num_src, 3, dtype=torch.float64, generator=generator).requires_grad_()
    weight = (1 + torch.rand(edge_index.shape[1], dtype=torch.float64, generator=generator)).requires_grad_()
    if name == "duplicates" and reduce in ("min", "max"):
        weight = (weight.detach() + torch.arange(4)).requires_grad_()  # no ties: finite differences need a derivative

    assert torch.autograd.gradcheck(lambda x, w: spmm(adjacency, x, w, reduce), (x, weight))
    if reduce in ("sum", "mean"):
        assert torch.autograd.gradgradcheck(lambda x, w: spmm(adjacency, x, w, reduce), (x, weight))


def test_diagonal_is_a_self_loop():
    edge_index, nodes, _ = corner_case("unsorted")
    loops = torch.arange(nodes).expand(2, -1)
    x, weight = small_integers(nodes, 4).requires_grad_(), small_integers(5, seed=1).requires_grad_()
    diagonal = small_integers(nodes, seed=2).requires_grad_()
    out = spmm(Adjacency.of(edge_index, (nodes, nodes)), x, weight, diagonal=diagonal)
    stored = Adjacency.of(torch.cat([edge_index, loops], 1), (nodes, nodes))
    expected = spmm(stored, x, torch.cat([weight, diagonal]))

    assert torch.equal(out, expected)
    grad = small_integers(nodes, 4, seed=3)
    for mine, other in zip(
        torch.autograd.grad(out, [x, weight, diagonal], grad),
        torch.autograd.grad(expected, [x, weight, diagonal], grad),
        strict=True,
    ):
        assert torch.equal(mine, other)


def test_features_of_any_rank_and_memory_order():
    edge_index, nodes, _ = corner_case("unsorted")
    adjacency = Adjacency.of(edge_index, (nodes, nodes))
    x = small_integers(nodes, 2, 3)
    flat = spmm(adjacency, x.reshape(nodes, 6))

    assert torch.equal(spmm(adjacency, x), flat.reshape(nodes, 2, 3))
    assert torch.equal(spmm(adjacency, x.reshape(nodes, 6).t().contiguous().t()), flat)
    assert torch.equal(spmm(adjacency, x[:, 0, 0]), flat[:, 0])


def test_nan_spreads_as_in_torch():
    edge_index = torch.tensor([[0, 1, 2, 0], [0, 0, 0, 1]])
    x = torch.tensor([[1.0], [float("nan")], [3.0]])
    for reduce in REDUCTIONS:
        out = spmm(Adjacency.of(edge_index, (3, 3)), x, reduce=reduce)
        assert out[0].isnan().all()
        assert out[1:].tolist() == [[1.0], [0.0]]


@pytest.mark.parametrize("reduce", REDUCTIONS)
def test_sddmm_and_segment_reduce_equal_the_reference(reduce):
    edge_index, num_src, num_dst = corner_case("bipartite")
    adjacency = Adjacency.of(edge_index, (num_src, num_dst))
    a, b = small_integers(num_dst, 9), small_integers(num_src, 9, seed=1)
    assert torch.equal(sddmm(adjacency, a, b), (a[edge_index[1]] * b[edge_index[0]]).sum(1))
    assert torch.autograd.gradcheck(lambda a, b: sddmm(adjacency, a, b), (a.requires_grad_(), b.requires_grad_()))

    messages = small_integers(4, 9)
    expected = dense_spmm(torch.stack([torch.arange(4), edge_index[1]]), num_dst, messages, torch.ones(4), reduce)
    assert torch.equal(segment_reduce(messages, edge_index[1], num_dst, reduce), expected)
    assert torch.equal(segment_reduce(messages, edge_index[1], num_dst, reduce, adjacency=adjacency), expected)


def test_gather_is_differentiable_twice():
    edge_index, num_src, num_dst = corner_case("bipartite")
    by_source = Adjacency.of(edge_index, (num_src, num_dst)).transpose()
    x = torch.randn(num_src, 2, dtype=torch.float64, requires_grad=True)

    assert torch.equal(gather(x, edge_index[0], by_source), x[edge_index[0]])
    assert torch.autograd.gradcheck(lambda x: gather(x, edge_index[0], by_source), (x,))
    assert torch.autograd.gradgradcheck(lambda x: gather(x, edge_index[0], by_source) ** 2, (x,))


def test_same_bits_on_any_number_of_threads():
    def compute(generator):
        edge_index = torch.randint(0, 3000, (2, 90000), generator=generator)
        adjacency = Adjacency.of(edge_index, (3000, 3000))
        x = torch.randn(3000, 48, generator=generator, requires_grad=True)
        weight = torch.rand(90000, generator=generator, requires_grad=True)
        yield adjacency.perm
        for reduce in ("sum", "mean", "min", "max"):
            out = spmm(adjacency, x, weight, reduce)
            yield from (out, *torch.autograd.grad((out * out).sum(), [x, weight]))

    check_same_bits(compute)


@pytest.mark.parametrize("reduce", REDUCTIONS)
def test_opcheck(reduce):
    edge_index, nodes, _ = corner_case("unsorted")
    a = Adjacency.of(edge_index, (nodes, nodes))
    rows = (a.indptr, a.indices, a.perm)
    x, weight = torch.randn(nodes, 4), torch.rand(5)
    torch.library.opcheck(torch.ops.edgewise.spmm, (*rows, weight, None, x, reduce))
    out = spmm(a, x, weight, reduce)
    torch.library.opcheck(torch.ops.edgewise.sddmm, (*rows, out, x))
    if reduce in ("min", "max"):
        torch.library.opcheck(torch.ops.edgewise.extreme_share, (*rows, weight, x, out, out))
        torch.library.opcheck(torch.ops.edgewise.extreme_grad, (*rows, weight, x, out, out))
        torch.library.opcheck(torch.ops.edgewise.extreme_weight, (*rows, weight, x, out, out))


def test_opcheck_of_sorting():
    key = torch.tensor([2, 0, 1])
    torch.library.opcheck(torch.ops.edgewise.sort_edges, (key, key, 3, False))
    torch.library.opcheck(torch.ops.edgewise.is_sorted, (key,))


def test_native_refuses_a_broken_adjacency():
    indptr, indices = torch.tensor([0, 1, 2]), torch.tensor([0, 7], dtype=torch.int32)
    with pytest.raises(RuntimeError, match="adjacency is broken"):
        torch.ops.edgewise.spmm(indptr, indices, None, None, None, torch.ones(2, 3), "sum")
    with pytest.raises(RuntimeError, match="key must lie in"):
        torch.ops.edgewise.sort_edges(torch.tensor([5]), torch.tensor([0]), 3, False)


@pytest.mark.unhooked
@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        (
            {"reduce": "men"},
            ArgumentError,
            "spmm: expected reduce to be one of ('sum', 'mean', 'min', 'max'), got 'men'. Did you mean 'mean'?",
        ),
        (
            {"x": torch.ones(3, 2, dtype=torch.int64)},
            DTypeError,
            "spmm: expected floating x, got int64. Use x.float().",
        ),
        (
            {"x": torch.ones(4, 2)},
            ShapeError,
            "spmm: expected x with one row for each of the 3 source nodes, got [4, 2]. "
            "Build the adjacency with size=(num_src, num_dst) of these features.",
        ),
        (
            {"weight": torch.ones(4)},
            ShapeError,
            "spmm: expected weight with one number for each of the 5 edges, got 4. Pass it in the order of edge_index.",
        ),
        (
            {"diagonal": torch.ones(3), "reduce": "max"},
            ArgumentError,
            "spmm: expected no diagonal with reduce='max', got one. Add self loops to the edges instead.",
        ),
        (
            {"diagonal": torch.ones(4)},
            ShapeError,
            "spmm: expected diagonal with one number a node of a square adjacency, got 4 for 3 sources and "
            "3 destinations. Leave it out for a bipartite graph.",
        ),
    ],
)
def test_messages(arguments, error, text):
    edge_index, nodes, _ = corner_case("unsorted")
    given_arguments = {"x": torch.ones(3, 2), **arguments}
    with pytest.raises(error) as caught:
        spmm(Adjacency.of(edge_index, (nodes, nodes)), **given_arguments)
    assert str(caught.value) == text


@pytest.mark.parametrize("reduce", REDUCTIONS)
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_half_precision_is_accumulated_in_float32(dtype, reduce):
    edge_index = torch.randint(0, 40, (2, 4000), generator=torch.Generator().manual_seed(0))
    adjacency = Adjacency.of(edge_index, (40, 40))
    generator = torch.Generator().manual_seed(1)
    x = torch.randn(40, 37, generator=generator).to(dtype).requires_grad_()
    weight = torch.rand(4000, generator=generator).to(dtype).requires_grad_()
    out = spmm(adjacency, x, weight, reduce)
    wide = [value.detach().float().requires_grad_() for value in (x, weight)]
    expected = spmm(adjacency, *wide, reduce)

    assert _dispatch.use_native(x)
    assert torch.equal(out, expected.to(dtype))
    for mine, other in zip(
        torch.autograd.grad(out.float().sum(), [x, weight]), torch.autograd.grad(expected.sum(), wide), strict=True
    ):
        assert mine.dtype == dtype
        if reduce in ("sum", "mean"):  # rounding makes ties of near extremes, which share the gradient
            torch.testing.assert_close(mine.float(), other, rtol=0.02, atol=0.02)


@pytest.mark.parametrize("reduce", REDUCTIONS)
def test_reference_runs_where_native_does_not(reduce, monkeypatch):
    edge_index, nodes, _ = corner_case("unsorted")
    adjacency = Adjacency.of(edge_index, (nodes, nodes))
    x = small_integers(nodes, 3, dtype=torch.bfloat16)
    native = spmm(adjacency, x, reduce=reduce)
    monkeypatch.setattr(_dispatch, "use_native", lambda tensor: False)
    assert torch.equal(spmm(adjacency, x, reduce=reduce), native)


def test_one_number_a_node():
    adjacency = Adjacency.of(torch.tensor([[0, 1], [1, 0]]), (2, 2))
    assert spmm(adjacency, torch.tensor([1.0, 2.0])).tolist() == [2.0, 1.0]
    nothing = Adjacency.of(torch.zeros(2, 0, dtype=torch.long), (0, 0))
    assert spmm(nothing, torch.zeros(0)).shape == (0,)
