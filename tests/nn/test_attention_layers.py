"""GATv2Conv, TransformerConv and what attention layers share: what check_conv does not see."""

import pytest
import torch
import torch_geometric.nn as pyg
from tests.nn.parity import assert_same

from edgewise import Adjacency
from edgewise.nn import GAT, GATConv, GATv2Conv, TransformerConv
from edgewise.nn.conv import _attention
from edgewise.ops import attention

LAYERS = [GATConv, GATv2Conv, TransformerConv]
NOTHING_ELSE = {GATConv: {"bias": False}, GATv2Conv: {"bias": False}, TransformerConv: {"root_weight": False}}
EDGES = torch.randint(0, 12, (2, 60), generator=torch.Generator().manual_seed(0))


def features(*shape, seed=1):
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("cls", LAYERS)
@pytest.mark.parametrize("edge_dim", [None, 3])
def test_flow_against_the_edges(cls, edge_dim):
    kwargs = {} if cls is TransformerConv else {"fill_value": 0.5}
    ours, theirs = (
        kind(6, 4, heads=2, flow="target_to_source", edge_dim=edge_dim, **kwargs)
        for kind in (cls, getattr(pyg, cls.__name__))
    )
    attributes = [] if edge_dim is None else [features(60, 3, seed=2)]
    assert_same(ours, theirs, (features(12, 6), EDGES, *attributes))
    turned = cls(6, 4, heads=2, edge_dim=edge_dim, **kwargs).double()
    turned.load_state_dict(ours.state_dict())
    torch.testing.assert_close(
        turned(features(12, 6), EDGES.flip(0), *attributes), ours(features(12, 6), EDGES, *attributes)
    )


@pytest.mark.parametrize("cls", LAYERS)
@pytest.mark.parametrize("flow", ["source_to_target", "target_to_source"])
def test_both_ways_on_two_sides_of_unequal_size(cls, flow):
    pair = (features(9, 6), features(4, 5, seed=2))
    rows = [torch.randint(0, n, (30,), generator=torch.Generator().manual_seed(3)) for n in (9, 4)]
    edges = torch.stack(rows if flow == "source_to_target" else rows[::-1])
    attr = features(30, 3, seed=4)
    conv = cls((6, 5), 4, heads=2, edge_dim=3, flow=flow).double()
    out, (seen, alpha) = conv(pair, edges, attr, return_attention_weights=True)
    torch.testing.assert_close(conv(pair, edges, attr), out)
    receiver = seen[1 if flow == "source_to_target" else 0]
    torch.testing.assert_close(alpha.new_zeros(4, 2).index_add(0, receiver, alpha), alpha.new_ones(4, 2))


@pytest.mark.parametrize("cls", [GATv2Conv, TransformerConv])
@pytest.mark.parametrize("edge_dim", [None, 3])
def test_attention_weights_are_pygs(cls, edge_dim):
    ours, theirs = (kind(6, 4, heads=2, edge_dim=edge_dim).double() for kind in (cls, getattr(pyg, cls.__name__)))
    theirs.load_state_dict(ours.state_dict())
    given = [features(12, 6), EDGES, *([] if edge_dim is None else [features(60, 3, seed=2)])]
    out, (edges, alpha) = ours(*given, return_attention_weights=True)
    expected, (their_edges, their_alpha) = theirs(*given, return_attention_weights=True)
    assert torch.equal(edges, their_edges)
    torch.testing.assert_close(alpha, their_alpha)
    torch.testing.assert_close(out, expected)
    torch.testing.assert_close(ours(*given), out)


@pytest.mark.parametrize("cls", LAYERS)
@pytest.mark.parametrize("edge_dim", [None, 3])
def test_own_message_is_used(cls, edge_dim):
    if cls is TransformerConv:

        class Doubled(cls):
            def message(self, query_i, key_j, value_j, edge_attr, index, ptr, size_i):
                return 2 * super().message(query_i, key_j, value_j, edge_attr, index, size_i)
    else:

        class Doubled(cls):
            def message(self, x_j, alpha):
                return 2 * super().message(x_j, alpha)

    plain, doubled = (kind(5, 3, heads=2, edge_dim=edge_dim, **NOTHING_ELSE[cls]).double() for kind in (cls, Doubled))
    doubled.load_state_dict(plain.state_dict())
    given = [features(12, 5), EDGES, *([] if edge_dim is None else [features(60, 3, seed=2)])]
    torch.testing.assert_close(doubled(*given), 2 * plain(*given))


@pytest.mark.parametrize("cls", [GATConv, GATv2Conv])
def test_own_edge_update_is_used(cls):
    class Even(cls):
        def edge_update(self, index, size_i):
            return torch.ones(len(index), self.heads, dtype=torch.float64)

    conv = Even(5, 3, bias=False, add_self_loops=False).double()
    x, lin = features(12, 5), conv.lin if cls is GATConv else conv.lin_l
    summed = torch.zeros(12, 5, dtype=torch.float64).index_add(0, EDGES[1], x[EDGES[0]])
    torch.testing.assert_close(conv(x, EDGES), summed @ lin.weight.t())


@pytest.mark.parametrize("cls", LAYERS)
def test_sparse_adjacency_and_open_widths(cls):
    edges = EDGES.unique(dim=1)
    matrix = torch.zeros(12, 12).index_put((edges[1], edges[0]), torch.ones(edges.shape[1])).to_sparse_csr()
    conv, x, attr = cls(-1, 3, edge_dim=-1), torch.randn(12, 5), torch.randn(edges.shape[1], 4)
    by_row = torch.stack([edges[1], edges[0]]).unique(dim=1).flip(0)  # the order of the matrix's values
    torch.testing.assert_close(conv(x, by_row, attr), conv(x, matrix, attr))
    torch.testing.assert_close(conv(x, matrix, attr, return_attention_weights=True)[0], conv(x, matrix, attr))
    assert conv.lin_edge.weight.shape == (3, 4)
    assert repr(conv) == f"{cls.__name__}(-1, 3, heads=1)"
    again = cls(-1, 3, edge_dim=-1)
    again.load_state_dict(conv.state_dict())
    torch.testing.assert_close(again(x, matrix, attr), conv(x, matrix, attr))


@pytest.mark.parametrize("cls", LAYERS)
def test_weights_are_dropped_in_training_alone(cls):
    conv, x, attr = cls(5, 3, dropout=0.5, edge_dim=2), torch.randn(12, 5), torch.randn(60, 2)
    assert not torch.equal(conv(x, EDGES, attr), conv(x, EDGES, attr))
    torch.manual_seed(1)
    first = conv(x, EDGES, attr)
    torch.manual_seed(1)
    assert torch.equal(conv(x, EDGES, attr), first)
    conv.eval()
    assert torch.equal(conv(x, EDGES, attr), conv(x, EDGES, attr))


@pytest.mark.parametrize("cls", [GATv2Conv, TransformerConv])
def test_one_number_an_edge(cls):
    conv, x, attr = cls(5, 3, edge_dim=1), torch.randn(12, 5), torch.randn(60)
    torch.testing.assert_close(conv(x, EDGES, attr), conv(x, EDGES, attr.view(-1, 1)))


@pytest.mark.parametrize(("score", "loops"), [("post_additive", True), ("dot", False)])
def test_blocks_of_edge_features(monkeypatch, score, loops):
    monkeypatch.setattr(_attention, "_BLOCK_EDGES", 4)
    edges = EDGES[:, :14] % 4
    adjacency, rows = Adjacency.of(edges, (4, 4)), 18 if loops else 14
    query, node, attr = features(4, 4, seed=3), features(4, 4), features(rows, 2, seed=2)
    weight, att = features(4, 2, seed=4), features(2, 2, seed=5) if score == "post_additive" else None
    leaves = [value.requires_grad_() for value in (query, node, attr, weight, att) if value is not None]
    settings = {"score": score, "heads": 2, "self_loops": loops}

    def run(*_, p=0.0):
        torch.manual_seed(0)
        tensors = (query, node, node, attr, weight)
        return _attention.attention_in_blocks(adjacency, *tensors, att=att, num_dst=4, p=p, **settings)

    assert run().grad_fn.name() == "_InBlocksBackward"
    whole = attention(adjacency, query, node, node, edge=attr @ weight.t(), att=att, **settings)
    torch.testing.assert_close(run(), whole)
    assert ((run(p=0.4) - whole).abs().amax(1) > 0).sum() >= 3
    assert torch.autograd.gradcheck(
        lambda *given: run(*given, p=0.4), leaves, fast_mode=True, check_undefined_grad=False
    )
    for mine, other in zip(_two_derivatives(run(), leaves), _two_derivatives(whole, leaves), strict=True):
        torch.testing.assert_close(mine, other)


def _two_derivatives(out, leaves):
    first = torch.autograd.grad((out**2).sum(), leaves, create_graph=True)
    return [*first, *torch.autograd.grad(sum((g**2).sum() for g in first), leaves)]


@pytest.mark.parametrize("score", ["post_additive", "dot"])
def test_one_tensor_as_key_and_value_has_both_second_derivatives(score):
    adjacency = Adjacency.of(EDGES[:, :14] % 4, (4, 4))
    both, query = features(4, 4).requires_grad_(), features(4, 4, seed=2).requires_grad_()
    att = features(2, 2, seed=3) if score == "post_additive" else None
    run = lambda q, k: attention(adjacency, q, k, k, score=score, heads=2, att=att)  # noqa: E731
    assert torch.autograd.gradgradcheck(run, (query, both), fast_mode=True, check_undefined_grad=False)


@pytest.mark.parametrize(
    "kwargs", [{"heads": 2}, {"heads": 2, "concat": False, "act": "elu"}, {"edge_dim": 3}], ids=str
)
def test_gat_of_the_second_version(kwargs):
    ours, theirs = (kind(6, 8, 3, 4, v2=True, **kwargs) for kind in (GAT, pyg.GAT))
    assert all(isinstance(conv, GATv2Conv) for conv in ours.convs)
    keywords = {"edge_attr": features(60, 3, seed=2)} if "edge_dim" in kwargs else {}
    assert_same(ours, theirs, (features(12, 6), EDGES), tolerance=1e-9, **keywords)


@pytest.mark.parametrize("cls", [GATConv, GATv2Conv])
def test_scores_begin_as_pygs(cls):
    conv = cls(4, 30, heads=6)
    att = conv.att_src if cls is GATConv else conv.att
    bound = (6 / 36) ** 0.5
    assert 0.9 * bound < att.abs().max() <= bound


@pytest.mark.parametrize("cls", LAYERS)
def test_bfloat16_autocast(cls):
    torch.manual_seed(0)
    conv, x, attr = cls(8, 8, heads=2, edge_dim=4), torch.randn(12, 8), torch.randn(60, 4)
    exact = conv(x, EDGES, attr)
    with torch.autocast("cpu", torch.bfloat16):
        out = conv(x, EDGES, attr)
    out.float().sum().backward()
    assert (out.float() - exact).abs().max() < 0.05 * exact.abs().max()
