"""What check_conv does not see of DConv: batches, sparse input, open widths, both flows, own messages."""

import pytest
import torch

from edgewise.nn import DConv

EDGES = torch.randint(0, 12, (2, 50), generator=torch.Generator().manual_seed(0))
WEIGHT = 0.5 + torch.rand(50, dtype=torch.float64, generator=torch.Generator().manual_seed(1))


class Messages(DConv):
    def message(self, x_j, probability):
        return super().message(x_j, probability)


@pytest.mark.parametrize("widths", [(3, 5), (6, 4)])
@pytest.mark.parametrize("flow", ["source_to_target", "target_to_source"])
def test_own_messages_and_flow(widths, flow):
    x = torch.randn(12, widths[0], dtype=torch.float64)
    conv = DConv(*widths, K=3, flow=flow).double()
    own = Messages(*widths, K=3, flow=flow).double()
    plain = DConv(*widths, K=3).double()
    for other in (own, plain):
        other.load_state_dict(conv.state_dict())
    turned = EDGES if flow == "source_to_target" else EDGES.flip(0)
    expected = plain(x, turned, WEIGHT)
    torch.testing.assert_close(conv(x, EDGES, WEIGHT), expected)
    torch.testing.assert_close(own(x, EDGES, WEIGHT), expected)
    backwards = plain(x, turned.flip(0), WEIGHT)
    assert not torch.allclose(backwards, expected)


@pytest.mark.parametrize("cls", [DConv, Messages])
@pytest.mark.parametrize("widths", [(3, 5), (6, 4)])
@pytest.mark.parametrize("node_dim", [-2, 0])
def test_a_batch_is_its_members_one_by_one(cls, widths, node_dim):
    x = torch.randn(4, 2, 12, widths[0])
    conv = cls(*widths, K=3, node_dim=node_dim)
    alone = DConv(*widths, K=3)
    alone.load_state_dict(conv.state_dict())
    expected = torch.stack([torch.stack([alone(one, EDGES) for one in pair]) for pair in x])
    out = conv(x if node_dim == -2 else x.movedim(2, 0), EDGES)
    torch.testing.assert_close(out if node_dim == -2 else out.movedim(0, 2), expected)


@pytest.mark.parametrize("layout", [torch.sparse_coo, torch.sparse_csr, torch.sparse_csc])
def test_sparse_adjacency_brings_its_weights(layout):
    edges = EDGES.unique(dim=1)
    weight = 0.5 + torch.rand(edges.shape[1])
    matrix = torch.zeros(12, 12).index_put((edges[1], edges[0]), weight).to_sparse(layout=layout)
    x, conv = torch.randn(12, 3), DConv(3, 4, K=3)
    torch.testing.assert_close(conv(x, matrix), conv(x, edges, weight))
    assert not torch.allclose(conv(x, matrix), conv(x, edges))


def test_open_width_and_repr():
    conv = DConv(-1, 4, K=2)
    assert repr(conv) == "DConv(-1, 4)"
    out = conv(torch.randn(12, 5), EDGES)
    assert (out.shape, conv.lin.weight.shape, conv.in_channels) == ((12, 4), (12, 5), 5)


def test_transitions_are_kept_until_the_weights_change():
    x, weight, conv = torch.randn(12, 3), WEIGHT.float().clone(), DConv(3, 4, K=2)
    first = conv(x, EDGES, weight)
    assert torch.equal(first, conv(x, EDGES, weight))
    with torch.no_grad():
        weight[:10] *= 3
    changed = conv(x, EDGES, weight)
    assert not torch.allclose(first, changed)
    torch.testing.assert_close(changed, conv(x, EDGES, weight.clone()))


def test_weights_scale_nothing_but_their_share():
    x, conv = torch.randn(12, 3), DConv(3, 4, K=3)
    torch.testing.assert_close(conv(x, EDGES, torch.full((50,), 7.0)), conv(x, EDGES))
