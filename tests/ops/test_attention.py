"""Fused attention against its definition, a softmax over each destination's edges, and against finite differences."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.graphs import CORNER_CASES, corner_case, graphs
from tests.threads import check_same_bits
from torch.nn import functional

from edgewise import Adjacency
from edgewise.errors import ArgumentError, DTypeError, ShapeError
from edgewise.ops import _dispatch, _reference, attention

SCORES = ["additive", "post_additive", "dot"]


def features(edge_index, num_src, num_dst, score, *, heads=3, channels=4, edge=True, seed=0, dtype=torch.float64):
    generator = torch.Generator().manual_seed(seed)
    width = heads * channels
    columns = heads if score == "additive" else width
    made = {
        "query": torch.randn(num_dst, columns, dtype=torch.float64, generator=generator),
        "key": torch.randn(num_src, columns, dtype=torch.float64, generator=generator),
        "value": torch.randn(num_src, width, dtype=torch.float64, generator=generator),
    }
    if edge:
        made["edge"] = torch.randn(edge_index.shape[1], columns, dtype=torch.float64, generator=generator)
    if score == "post_additive":
        made["att"] = torch.randn(heads, channels, dtype=torch.float64, generator=generator)
    return {name: value.to(dtype).requires_grad_() for name, value in made.items()}


def by_hand(edge_index, num_dst, score, heads, *, query, key, value, edge=None, att=None, slope=0.2):
    """The formula, one destination and head at a time."""
    channels = value.shape[1] // heads
    rows = []
    for i in range(num_dst):
        edges = (edge_index[1] == i).nonzero().flatten()
        sources = edge_index[0, edges].long()
        row = []
        for h in range(heads):
            span = slice(h, h + 1) if score == "additive" else slice(h * channels, (h + 1) * channels)
            q, k = query[i, span], key[sources][:, span]
            e = torch.zeros_like(k) if edge is None else edge[edges][:, span]
            v = value[sources][:, h * channels : (h + 1) * channels]
            if score == "additive":
                s = functional.leaky_relu(q + k + e, slope)[:, 0]
            elif score == "post_additive":
                s = functional.leaky_relu(q + k + e, slope) @ att[h]
            else:
                s, v = (k + e) @ q / channels**0.5, v + e
            row.append(s.softmax(0) @ v)
        rows.append(torch.cat(row))
    return torch.stack(rows) if rows else value.new_zeros(0, value.shape[1])


@settings(max_examples=40, deadline=None)
@given(graph=graphs(), score=st.sampled_from(SCORES), edge=st.booleans(), seed=st.integers(0, 99))
def test_equals_the_formula(graph, score, edge, seed):
    edge_index, num_src, num_dst = graph
    given_features = features(edge_index, num_src, num_dst, score, edge=edge, seed=seed)
    out = attention(Adjacency.of(edge_index, (num_src, num_dst)), **given_features, score=score, heads=3)
    expected = by_hand(edge_index, num_dst, score, 3, **given_features)
    torch.testing.assert_close(out, expected)

    grad = torch.randn(out.shape, dtype=out.dtype, generator=torch.Generator().manual_seed(seed))
    leaves = list(given_features.values())
    mine = torch.autograd.grad(out, leaves, grad)
    theirs = torch.autograd.grad((expected * grad).sum() + sum(0 * x.sum() for x in leaves), leaves)
    for a, b in zip(mine, theirs, strict=True):
        torch.testing.assert_close(a, b)


@pytest.mark.parametrize("score", SCORES)
@pytest.mark.parametrize("name", CORNER_CASES)
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
def test_corner_cases_and_short_numbers(name, score, dtype):
    edge_index, num_src, num_dst = corner_case(name, torch.int32)
    given_features = features(edge_index, num_src, num_dst, score, dtype=dtype)
    out = attention(edge_index, **given_features, score=score, heads=3, num_dst=num_dst)
    wide = {key: value.detach().double() for key, value in given_features.items()}
    tolerance = {torch.float32: 1e-5, torch.bfloat16: 0.01, torch.float16: 2e-3}[dtype]
    assert _dispatch.use_native(out)
    expected = by_hand(edge_index, num_dst, score, 3, **wide)
    torch.testing.assert_close(out.double(), expected, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("score", SCORES)
@pytest.mark.parametrize("name", ["unsorted", "bipartite", "self loops", "duplicates", "isolated last", "no edges"])
@pytest.mark.parametrize("p", [0.0, 0.4])
def test_gradcheck(name, score, p):
    edge_index, num_src, num_dst = corner_case(name)
    adjacency = Adjacency.of(edge_index, (num_src, num_dst))
    given_features = features(edge_index, num_src, num_dst, score, heads=2, channels=3)
    names, leaves = list(given_features), list(given_features.values())

    def run(*values):
        made = dict(zip(names, values, strict=True))
        return attention(adjacency, **made, score=score, heads=2, p=p, seed=torch.tensor(9))

    assert torch.autograd.gradcheck(run, leaves)
    if name == "unsorted":
        assert torch.autograd.gradgradcheck(run, leaves)


@pytest.mark.parametrize("score", SCORES)
@pytest.mark.parametrize("name", ["unsorted", "self loops", "no edges", "duplicates"])
def test_self_loops_are_as_if_stored(name, score):
    edge_index, nodes, _ = corner_case(name)
    with_rows = torch.cat([edge_index, torch.arange(nodes).expand(2, -1)], 1)
    given_features = features(with_rows, nodes, nodes, score)
    out = attention(Adjacency.of(edge_index, (nodes, nodes)), **given_features, score=score, heads=3, self_loops=True)
    kept = torch.cat([edge_index[0] != edge_index[1], torch.ones(nodes, dtype=torch.bool)])
    stored = {key: value[kept] if key == "edge" else value for key, value in given_features.items()}
    expected = by_hand(with_rows[:, kept], nodes, score, 3, **stored)
    torch.testing.assert_close(out, expected)

    leaves = list(given_features.values())
    for a, b in zip(
        torch.autograd.grad((out**2).sum(), leaves), torch.autograd.grad((expected**2).sum(), leaves), strict=True
    ):
        torch.testing.assert_close(a, b)


@pytest.mark.parametrize("score", SCORES)
def test_weights_are_dropped_after_the_softmax(score):
    edge_index = torch.randint(0, 30, (2, 500), generator=torch.Generator().manual_seed(1))
    a = Adjacency.of(edge_index, (30, 30))
    given_features = features(edge_index, 30, 30, score)
    seed = torch.tensor(4)
    out = attention(a, **given_features, score=score, heads=3, p=0.5, seed=seed)
    tensors = [given_features.get(name) for name in ("query", "key", "value", "edge", "att")]
    factor = 0.5 if score == "dot" else 0.2
    expected, *_ = _reference.attention(a.indptr, a.indices, a.perm, score, *tensors, 3, factor, 0.5, seed, 500)
    torch.testing.assert_close(out, expected)
    leaves = list(given_features.values())
    for mine, other in zip(
        torch.autograd.grad((out**2).sum(), leaves), torch.autograd.grad((expected**2).sum(), leaves), strict=True
    ):
        torch.testing.assert_close(mine, other)

    ones = {**given_features, "value": torch.ones(30, 12, dtype=torch.float64)}
    ones.pop("edge")
    mean = torch.stack([attention(a, **ones, score=score, heads=3, p=0.5) for _ in range(200)]).mean()
    assert abs(mean - 1) < 0.05
    assert torch.equal(
        attention(a, **ones, score=score, heads=3, p=0.5, training=False).round(decimals=9), ones["value"]
    )


def test_extreme_scores_do_not_overflow():
    edge_index = torch.tensor([[0, 1, 2, 3], [0, 0, 0, 0]])
    key = torch.tensor([[3e4], [-3e4], [2.99e4], [0.0]])
    value = torch.eye(4)
    out = attention(edge_index, None, key, value, score="additive")
    assert out[0].tolist() == [1.0, 0.0, 0.0, 0.0]
    key[1] = float("nan")
    assert attention(edge_index, None, key, value, score="additive")[0].isnan().all()


def test_same_bits_on_any_number_of_threads():
    def compute(generator):
        edge_index = torch.randint(0, 3000, (2, 60000), generator=generator)
        for score, columns in (("additive", 4), ("post_additive", 32), ("dot", 32)):
            query, key = (torch.randn(3000, columns, generator=generator, requires_grad=True) for _ in range(2))
            value = torch.randn(3000, 32, generator=generator, requires_grad=True)
            att = torch.randn(4, 8, generator=generator, requires_grad=True) if score == "post_additive" else None
            leaves = [x for x in (query, key, value, att) if x is not None]
            out = attention(edge_index, query, key, value, att=att, score=score, heads=4, p=0.3, seed=torch.tensor(1))
            yield from (out, *torch.autograd.grad((out * out).sum(), leaves))

    check_same_bits(compute)


@pytest.mark.parametrize("score", SCORES)
def test_opcheck(score):
    edge_index, nodes, _ = corner_case("unsorted")
    a = Adjacency.of(edge_index, (nodes, nodes))
    back = a.transpose()
    rows = (a.indptr, a.indices, a.perm)
    made = {name: value.detach() for name, value in features(edge_index, nodes, nodes, score).items()}
    tensors = [made.get(name) for name in ("query", "key", "value", "edge", "att")]
    rest = (3, 0.2, 0.5, torch.tensor(3), 5)
    torch.library.opcheck(torch.ops.edgewise.attention, (*rows, score, *tensors, *rest))
    kept = torch.ops.edgewise.attention(*rows, score, *tensors, *rest)
    transposed = (back.indptr, back.indices, back.perm)
    arguments = (*rows, *transposed, score, *tensors, *rest, *kept, kept[0], True)
    torch.library.opcheck(torch.ops.edgewise.attention_grad, arguments)


@pytest.mark.unhooked
@pytest.mark.parametrize(
    ("changes", "error", "text"),
    [
        (
            {"score": "dott"},
            ArgumentError,
            "attention: expected score to be one of ('additive', 'post_additive', 'dot'), got 'dott'. "
            "Did you mean 'dot'?",
        ),
        ({"p": -1}, ArgumentError, "attention: expected p between 0 and 1, got -1. Pass 0.6, for example."),
        (
            {"heads": 5},
            ShapeError,
            "attention: expected value with a width that 5 heads divide, got 12. "
            "Give every head the same number of channels.",
        ),
        (
            {"key": torch.ones(3, 12)},
            ShapeError,
            "attention: expected key of shape [3, 3], got [3, 12]. "
            "Score 'additive' with 3 heads needs that on this adjacency.",
        ),
        (
            {"score": "dot", "query": None, "key": torch.ones(3, 12)},
            ArgumentError,
            "attention: expected query with score='dot', got None. Pass it.",
        ),
        (
            {"value": torch.ones(3, 12, dtype=torch.int64)},
            DTypeError,
            "attention: expected floating value, got int64. Use value.float().",
        ),
        (
            {"value": torch.ones(3, 3, 4)},
            ShapeError,
            "attention: expected value of shape [src, width], got [3, 3, 4]. Use value.flatten(1).",
        ),
        (
            {"key": torch.ones(3, 3, dtype=torch.float64)},
            DTypeError,
            "attention: expected key of dtype float32 like value, got float64. Convert one of them.",
        ),
        (
            {"att": torch.ones(3, 4)},
            ArgumentError,
            "attention: expected no att with score='additive', got one. Multiply it into query and key.",
        ),
    ],
)
def test_messages(changes, error, text):
    edge_index, nodes, _ = corner_case("unsorted")
    made = {"query": torch.ones(3, 3), "key": torch.ones(3, 3), "value": torch.ones(3, 12), "score": "additive"}
    with pytest.raises(error) as caught:
        attention(Adjacency.of(edge_index, (nodes, nodes)), **{**made, "heads": 3, **changes})
    assert str(caught.value) == text


@pytest.mark.unhooked
def test_self_loops_of_a_bipartite_graph():
    edge_index, num_src, num_dst = corner_case("bipartite")
    with pytest.raises(ShapeError) as caught:
        Adjacency.of(edge_index, (num_src, num_dst)).with_self_loops()
    assert str(caught.value) == (
        "Adjacency.with_self_loops: expected a square adjacency, got 2 x 5. Leave self loops out for a bipartite graph."
    )
