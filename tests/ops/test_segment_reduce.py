"""segment_reduce, segment_softmax and edge_softmax: against loops over segments, the definitions, and PyG."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.graphs import CORNER_CASES, corner_case, graphs
from tests.threads import check_same_bits
from torch_geometric.nn import aggr
from torch_geometric.utils import scatter
from torch_geometric.utils import softmax as pyg_softmax

from edgewise import Adjacency
from edgewise.errors import ArgumentError, DTypeError, NodeIndexError, ShapeError
from edgewise.ops import _dispatch, _reference, _segments, edge_softmax, segment_reduce, segment_softmax

REDUCTIONS = ["sum", "mean", "min", "max", "mul", "var", "std", "logsumexp"]
EMPTY = {"mul": 1.0, "logsumexp": -torch.inf}
WIDTHS = [0, 1, 3, 16, 37, 64, 130]


def normal(*shape, dtype=torch.float64, seed=0):
    return torch.randn(shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed)).to(dtype)


def variance(x):
    return ((x - x.mean(0)) ** 2).mean(0)


def std(x):
    spread = variance(x)
    return torch.where(spread > 1e-5, spread.clamp(min=1e-5).sqrt(), 0.0)


FORMULA = {
    "sum": lambda x: x.sum(0),
    "mean": lambda x: x.mean(0),
    "min": lambda x: x.amin(0),
    "max": lambda x: x.amax(0),
    "mul": lambda x: x.prod(0),
    "var": variance,
    "std": std,
    "logsumexp": lambda x: x.logsumexp(0),
}


def formula(src, index, num_segments, reduce):
    """The definition, one segment at a time; torch differentiates it."""
    empty = src.new_full(src.shape[1:], EMPTY.get(reduce, 0.0))
    members = [src[index == i] for i in range(num_segments)]
    rows = [FORMULA[reduce](x) if len(x) else empty for x in members]
    out = torch.stack(rows) if rows else src.new_empty(0, *src.shape[1:])
    return out + 0 * src.sum()  # a function of src, even where there is nothing


def softmax_formula(src, index, num_segments):
    out = torch.zeros_like(src)
    for i in range(num_segments):
        positions = (index == i).nonzero().flatten()
        out = out.index_copy(0, positions, src[positions].softmax(0))
    return out + 0 * src.sum()


def assert_equal_with_gradient(function, expected, src, **tolerance):
    """Equal values, and equal gradients of a random direction."""
    mine, other = function(src), expected(src)
    torch.testing.assert_close(mine, other, **tolerance)
    grad = normal(*mine.shape, dtype=mine.dtype, seed=9)
    torch.testing.assert_close(
        torch.autograd.grad(mine, src, grad)[0],
        torch.autograd.grad(other, src, grad)[0],
        **tolerance,
    )


@settings(max_examples=80, deadline=None)
@given(graph=graphs(), width=st.sampled_from(WIDTHS), reduce=st.sampled_from(REDUCTIONS))
def test_equals_the_formula(graph, width, reduce):
    edge_index, _, segments = graph
    index = edge_index[1]
    src = normal(index.shape[0], width).requires_grad_()

    assert_equal_with_gradient(
        lambda x: segment_reduce(x, index, segments, reduce), lambda x: formula(x, index, segments, reduce), src
    )


@settings(max_examples=40, deadline=None)
@given(graph=graphs(), width=st.sampled_from(WIDTHS))
def test_softmax_equals_the_formula(graph, width):
    edge_index, num_src, segments = graph
    index = edge_index[1]
    src = normal(index.shape[0], width).requires_grad_()

    def expected(x):
        return softmax_formula(x, index, segments)

    assert_equal_with_gradient(lambda x: segment_softmax(x, index, segments), expected, src)
    adjacency = Adjacency.of(edge_index, (num_src, segments))
    assert_equal_with_gradient(lambda x: edge_softmax(adjacency, x), expected, src)
    assert_equal_with_gradient(lambda x: edge_softmax(edge_index, x, num_dst=segments), expected, src)


@pytest.mark.parametrize("reduce", [*REDUCTIONS, "softmax"])
@pytest.mark.parametrize("name", CORNER_CASES)
@pytest.mark.parametrize("integer", [torch.int32, torch.int64])
def test_corner_cases(name, reduce, integer):
    edge_index, _, segments = corner_case(name, integer)
    index = edge_index[1]
    src = normal(index.shape[0], 5, dtype=torch.float32).requires_grad_()
    if reduce == "softmax":
        assert_equal_with_gradient(
            lambda x: segment_softmax(x, index, segments), lambda x: softmax_formula(x, index, segments), src
        )
    else:
        assert_equal_with_gradient(
            lambda x: segment_reduce(x, index, segments, reduce), lambda x: formula(x, index, segments, reduce), src
        )


@pytest.mark.parametrize("reduce", REDUCTIONS)
@pytest.mark.parametrize("index", [[0, 0, 1, 1, 1, 2], [2, 0, 1, 1, 0, 1]])
def test_gradcheck(reduce, index):
    index, src = torch.tensor(index), normal(6, 3).requires_grad_()

    def function(x):
        return segment_reduce(x, index, 3, reduce)

    assert torch.autograd.gradcheck(function, (src,))
    if reduce in ("sum", "mean"):
        assert torch.autograd.gradgradcheck(lambda x: function(x) ** 2, (src,))
    else:
        (grad,) = torch.autograd.grad(function(src).sum(), src, create_graph=True)
        with pytest.raises(RuntimeError, match="once_differentiable"):
            grad.sum().backward()


def test_gradcheck_of_softmax():
    index, src = torch.tensor([2, 0, 1, 1, 0, 1]), normal(6, 3).requires_grad_()
    assert torch.autograd.gradcheck(lambda x: segment_softmax(x, index, 3), (src,))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_mul_with_zeros(dtype):
    src = torch.tensor([[2.0], [0.0], [3.0], [0.0], [5.0], [0.0], [4.0], [0.5]], dtype=dtype).requires_grad_()
    out = segment_reduce(src, torch.tensor([0, 0, 0, 1, 1, 1, 2, 2]), 3, "mul")
    (grad,) = torch.autograd.grad(out.sum(), src)

    assert out.flatten().tolist() == [0, 0, 2]
    assert grad.flatten().tolist() == [0, 6, 0, 0, 0, 0, 0.5, 4]


def test_mul_does_not_leave_the_range_of_floats():
    src = torch.tensor([[1e-30], [1e-30], [1e30], [1e30]]).requires_grad_()
    (grad,) = torch.autograd.grad(segment_reduce(src, torch.tensor([0, 0, 1, 1]), 2, "mul")[0].sum(), src)
    torch.testing.assert_close(grad[:2], src.detach()[:2])


@pytest.mark.parametrize("reduce", ["var", "std"])
def test_a_large_mean_does_not_cancel(reduce):
    src = 1e4 + normal(60, 4, dtype=torch.float32)
    index = torch.arange(60) % 3
    expected = formula(src.double(), index, 3, reduce).float()
    torch.testing.assert_close(segment_reduce(src, index, 3, reduce), expected)


def test_extremes_share_the_gradient_of_ties():
    src = torch.tensor([[1.0], [3.0], [3.0], [3.0]]).requires_grad_()
    (grad,) = torch.autograd.grad(segment_reduce(src, torch.tensor([0, 0, 0, 1]), 2, "max").sum(), src)
    assert grad.flatten().tolist() == [0, 0.5, 0.5, 1]


@pytest.mark.parametrize("reduce", [*REDUCTIONS, "softmax"])
def test_nan_stays_in_its_segment_and_feature(reduce):
    src = torch.tensor([[1.0, 1.0], [float("nan"), 2.0], [3.0, 4.0]])
    index = torch.tensor([0, 0, 1])
    out = segment_softmax(src, index, 2) if reduce == "softmax" else segment_reduce(src, index, 2, reduce)
    assert out[0, 0].isnan()
    assert not out[0, 1].isnan()
    assert not out[-1].isnan().any()


def test_infinite_scores():
    inf = torch.inf
    src = torch.tensor([[-inf], [-inf], [-inf], [2.0], [inf], [0.0], [-200.0], [-inf]]).requires_grad_()
    index = torch.tensor([0, 0, 1, 1, 2, 2, 3, 3])
    out = segment_reduce(src, index, 4, "logsumexp")
    assert out.flatten().tolist() == [-inf, 2, inf, -200]
    (grad,) = torch.autograd.grad(out[[0, 1, 3]].sum(), src)
    assert grad.flatten().tolist()[:4] + grad.flatten().tolist()[6:] == [0, 0, 0, 1, 1, 0]
    soft = segment_softmax(src, index, 4)
    assert soft.flatten().tolist()[2:4] + soft.flatten().tolist()[6:] == [0, 1, 1, 0]
    assert soft[:2].isnan().all()  # as torch.softmax has it


@pytest.mark.parametrize("reduce", [*REDUCTIONS, "softmax"])
def test_a_segment_of_many_blocks(reduce):
    index = torch.cat([torch.zeros(3000, dtype=torch.long), torch.ones(5, dtype=torch.long)])
    index = index[torch.randperm(3005, generator=torch.Generator().manual_seed(0))]
    src = (1 + 0.01 * normal(3005, 21)).cumsum(0).div(100).requires_grad_()  # the maximum rises from block to block
    if reduce == "softmax":
        assert_equal_with_gradient(lambda x: segment_softmax(x, index, 2), lambda x: softmax_formula(x, index, 2), src)
    else:
        src = (src.detach() / 15).requires_grad_()
        assert_equal_with_gradient(
            lambda x: segment_reduce(x, index, 2, reduce), lambda x: formula(x, index, 2, reduce), src
        )


def test_any_rank_and_memory_order():
    index = torch.tensor([1, 0, 1, 2])
    src = normal(4, 2, 3)
    for reduce in REDUCTIONS:
        flat = segment_reduce(src.reshape(4, 6), index, 4, reduce)
        assert torch.equal(segment_reduce(src, index, 4, reduce), flat.reshape(4, 2, 3))
        assert torch.equal(segment_reduce(src.reshape(4, 6).t().contiguous().t(), index, 4, reduce), flat)
        assert torch.equal(segment_reduce(src[:, 0, 0], index, 4, reduce), flat[:, 0])
        assert segment_reduce(src[:0], index[:0], 4, reduce).shape == (4, 2, 3)
    assert torch.equal(segment_softmax(src, index, 4)[:, 1, 2], segment_softmax(src[:, 1, 2], index, 4))
    assert segment_softmax(src[:0], index[:0], 4).shape == (0, 2, 3)


@pytest.mark.parametrize("reduce", REDUCTIONS)
def test_a_given_adjacency_gives_the_same_bits(reduce):
    edge_index, num_src, num_dst = corner_case("bipartite")
    adjacency = Adjacency.of(edge_index, (num_src, num_dst))
    src = normal(4, 9)
    assert torch.equal(
        segment_reduce(src, edge_index[1], num_dst, reduce, adjacency=adjacency),
        segment_reduce(src, edge_index[1], num_dst, reduce),
    )


def test_edges_that_an_adjacency_leaves_out_get_zero():
    edge_index, nodes, _ = corner_case("self loops")
    looped = Adjacency.of(edge_index, (nodes, nodes)).with_self_loops()
    scores = normal(4 + nodes).requires_grad_()
    out = edge_softmax(looped, scores)
    (grad,) = torch.autograd.grad(out[2], scores)
    loops, kept = [0, 1, 3], [2, 4, 5, 6]  # the loops moved behind the edges

    assert out[loops].tolist() == [0, 0, 0]
    assert grad[loops].tolist() == [0, 0, 0]
    torch.testing.assert_close(out[kept], softmax_formula(scores[kept], torch.tensor([0, 0, 1, 2]), 3))


def test_sorts_an_index_once_and_notices_changes(monkeypatch):
    sorts = []
    original = _dispatch.run
    monkeypatch.setattr(
        _dispatch, "run", lambda name, *args, **kw: (sorts.append(name), original(name, *args, **kw))[1]
    )
    index, src = torch.tensor([1, 0, 1]), torch.tensor([1.0, 2.0, 3.0])
    for reduce in ("sum", "var"):
        segment_reduce(src, index, 2, reduce)
    assert sorts.count("sort_edges") == 1
    index[0] = 0
    assert segment_reduce(src, index, 2).tolist() == [3.0, 3.0]
    segment_reduce(src, torch.tensor([0, 1, 1]), 2)  # sorted: looked at, not sorted
    assert sorts.count("sort_edges") == 1
    assert _segments.group(torch.tensor([0, 1, 1]), 2, "test").perm is None


@pytest.mark.parametrize("reduce", REDUCTIONS[:5])
def test_parity_with_scatter(reduce):
    index = torch.tensor([3, 0, 3, 1, 0, 3])
    src = normal(6, 4).requires_grad_()
    assert_equal_with_gradient(
        lambda x: segment_reduce(x, index, 5, reduce), lambda x: scatter(x, index, 0, 5, reduce=reduce), src
    )


def test_parity_with_pyg_softmax_and_aggregations():
    index = torch.tensor([3, 0, 3, 1, 0, 3])
    src = normal(6, 4).requires_grad_()
    assert_equal_with_gradient(
        lambda x: segment_softmax(x, index, 5), lambda x: pyg_softmax(x, index, num_nodes=5), src
    )
    with torch.no_grad():
        src[2] = src[0] + 1e-3  # a variance below PyG's threshold, but for the third member
        src[5] = src[0]
    for reduce, layer in (("var", aggr.VarAggregation()), ("std", aggr.StdAggregation())):
        assert_equal_with_gradient(
            lambda x, reduce=reduce: segment_reduce(x, index, 5, reduce),
            lambda x, layer=layer: layer(x, index, dim_size=5),
            src,
        )


@settings(max_examples=40, deadline=None)
@given(graph=graphs(), reduce=st.sampled_from(REDUCTIONS))
def test_native_equals_the_reference(graph, reduce):
    edge_index, num_src, num_dst = graph
    a = Adjacency.of(edge_index, (num_src, num_dst))
    rows, src, grad = (a.indptr, a.perm), normal(edge_index.shape[1], 6), normal(num_dst, 6, seed=1)
    native = torch.ops.edgewise
    torch.testing.assert_close(native.segment_reduce(*rows, src, reduce), _reference.segment_reduce(*rows, src, reduce))
    if reduce in ("sum", "mean"):
        spread = (*rows, grad, src, reduce)
        torch.testing.assert_close(native.segment_spread(*spread), _reference.segment_spread(*spread))
    else:
        given_grad = (*rows, src, grad, reduce)
        mine, other = native.segment_reduce_grad(*given_grad), _reference.segment_reduce_grad(*given_grad)
        torch.testing.assert_close(mine, other)
    soft = native.segment_softmax(*rows, src)
    torch.testing.assert_close(soft, _reference.segment_softmax(*rows, src))
    torch.testing.assert_close(
        native.segment_softmax_grad(*rows, soft, src), _reference.segment_softmax_grad(*rows, soft, src)
    )


@pytest.mark.parametrize("reduce", [*REDUCTIONS, "softmax"])
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_half_precision_is_computed_in_float32(dtype, reduce, monkeypatch):
    index = torch.randint(0, 40, (400,), generator=torch.Generator().manual_seed(0))
    src = normal(400, 37, dtype=dtype).requires_grad_()
    wide = src.detach().float().requires_grad_()

    def function(x):
        return segment_softmax(x, index, 40) if reduce == "softmax" else segment_reduce(x, index, 40, reduce)

    out, expected = function(src), function(wide)
    assert _dispatch.use_native(src)
    assert torch.equal(out, expected.to(dtype))
    # Compared with a float32 gradient at the same, rounded, point: extremes tie alike in both.
    grad = normal(*out.shape, dtype=dtype, seed=1)
    mine, other = torch.autograd.grad(out, src, grad)[0], torch.autograd.grad(expected, wide, grad.float())[0]
    assert mine.dtype == dtype
    if reduce == "softmax":  # starts from its rounded result, as torch's does
        torch.testing.assert_close(mine.float(), other, rtol=0.03, atol=0.01)
    else:
        assert torch.equal(mine, other.to(dtype))
    monkeypatch.setattr(_dispatch, "use_native", lambda tensor: False)
    torch.testing.assert_close(function(src), out)


def test_same_bits_on_any_number_of_threads():
    def compute(generator):
        index = torch.randint(0, 3000, (90000,), generator=generator)
        src = torch.randn(90000, 21, generator=generator, requires_grad=True)
        for reduce in (*REDUCTIONS, "softmax"):
            soft = reduce == "softmax"
            out = segment_softmax(src, index, 3000) if soft else segment_reduce(src, index, 3000, reduce)
            yield from (out, *torch.autograd.grad((out * out).sum(), [src]))

    check_same_bits(compute)


@pytest.mark.parametrize("perm", [None, torch.tensor([4, 0, 2, 1, 3], dtype=torch.int32)])
def test_opcheck(perm):
    indptr, src, grad = torch.tensor([0, 2, 2, 5]), torch.randn(5, 4), torch.randn(3, 4)
    ops = torch.ops.edgewise
    for reduce in REDUCTIONS:
        torch.library.opcheck(ops.segment_reduce, (indptr, perm, src, reduce))
        if reduce in ("sum", "mean"):
            torch.library.opcheck(ops.segment_spread, (indptr, perm, grad, src, reduce))
        else:
            torch.library.opcheck(ops.segment_reduce_grad, (indptr, perm, src, grad, reduce))
    torch.library.opcheck(ops.segment_softmax, (indptr, perm, src))
    torch.library.opcheck(ops.segment_softmax_grad, (indptr, perm, src, src))
    torch.library.opcheck(ops.group_segments, (torch.tensor([2, 0, 2]), 3, "test"))
    torch.library.opcheck(ops.group_segments, (torch.tensor([[0, 1, 1], [2, 0, 2]]), 3, "test"))


def test_native_refuses_broken_segments():
    src, ops = torch.ones(2, 3), torch.ops.edgewise
    with pytest.raises(RuntimeError, match="adjacency is broken"):
        ops.segment_reduce(torch.tensor([0, 2]), torch.tensor([0, 7], dtype=torch.int32), src, "sum")
    with pytest.raises(RuntimeError, match="adjacency is broken"):
        ops.segment_softmax(torch.tensor([0, 3]), None, src)
    with pytest.raises(RuntimeError, match="perm must name rows of src"):
        ops.segment_softmax(torch.tensor([0, 3]), torch.tensor([0, 1, 1]), src)
    with pytest.raises(RuntimeError, match="unknown reduce"):
        ops.segment_reduce(torch.tensor([0, 2]), None, src, "median")


@pytest.mark.unhooked
@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        (
            {"reduce": "prod"},
            ArgumentError,
            "segment_reduce: expected reduce to be one of ('sum', 'mean', 'min', 'max', 'mul', 'var', 'std', "
            "'logsumexp'), got 'prod'.",
        ),
        (
            {"src": torch.ones(3, 2, dtype=torch.int64)},
            DTypeError,
            "segment_reduce: expected floating src, got int64. Use src.float().",
        ),
        (
            {"src": torch.ones(4, 2)},
            ShapeError,
            "segment_reduce: expected src with one row for each of the 3 entries of index, got [4, 2]. "
            "The first axis of src counts edges.",
        ),
        (
            {"index": torch.tensor([0.0, 1.0, 1.0])},
            DTypeError,
            "segment_reduce: expected integer index, got float32. Use index.long().",
        ),
        (
            {"index": torch.tensor([[0], [1], [1]])},
            ShapeError,
            "segment_reduce: expected index of shape [edges], got [3, 1]. Use index.reshape(-1).",
        ),
        (
            {"index": torch.tensor([0, 2, -1])},
            NodeIndexError,
            "segment_reduce: expected index values in 0..1, got 2 at position 1. "
            "Pass num_segments = index.max() + 1, or drop rows of index -1.",
        ),
        (
            {"num_segments": 0},
            NodeIndexError,
            "segment_reduce: expected index values in none, for no segments, got 1 at position 0. "
            "Pass num_segments = index.max() + 1, or drop rows of index -1.",
        ),
        (
            {"adjacency": Adjacency.of(torch.tensor([[0, 0], [0, 1]]), (1, 2))},
            ShapeError,
            "segment_reduce: expected an adjacency of 3 edges with 2 destinations, "
            "got Adjacency(num_src=1, num_dst=2, num_edges=2). Group the same edges by index, or leave it out.",
        ),
    ],
)
def test_messages(arguments, error, text):
    default = {"src": torch.ones(3, 2), "index": torch.tensor([1, 0, 1]), "num_segments": 2}
    with pytest.raises(error) as caught:
        segment_reduce(**{**default, **arguments})
    assert str(caught.value) == text
    arguments = {**default, **arguments}
    if arguments.pop("reduce", None) is None:
        with pytest.raises(error) as caught:
            segment_softmax(**arguments)
        assert str(caught.value) == text.replace("segment_reduce", "segment_softmax")


@pytest.mark.unhooked
@pytest.mark.parametrize(
    ("scores", "num_dst", "error", "text"),
    [
        (
            torch.ones(3, dtype=torch.int32),
            None,
            DTypeError,
            "edge_softmax: expected floating scores, got int32. Use scores.float().",
        ),
        (
            torch.ones(4, 2),
            None,
            ShapeError,
            "edge_softmax: expected scores with one row for each of the 3 edges, got [4, 2]. "
            "Pass them in the order of edge_index.",
        ),
        (
            torch.ones(3),
            1,
            NodeIndexError,
            "edge_softmax: expected edge_index values in 0..0, got node 1 as destination of edge 0 "
            "(1 destination nodes). Usual cause: ids are not consecutive, or x lacks nodes. "
            "Renumber them (Data.from_edges does).",
        ),
    ],
)
def test_messages_of_edge_softmax(scores, num_dst, error, text):
    with pytest.raises(error) as caught:
        edge_softmax(torch.tensor([[0, 1, 2], [1, 0, 1]]), scores, num_dst=num_dst)
    assert str(caught.value) == text


def test_edge_softmax_takes_a_sparse_adjacency():
    adjacency = torch.tensor([[0.0, 1.0, 1.0], [1.0, 0.0, 0.0]]).to_sparse_csr()
    assert edge_softmax(adjacency, torch.tensor([0.0, 0.0, 5.0])).tolist() == [0.5, 0.5, 1.0]
