"""Graph autoencoders against PyG's, against scores counted by hand, and where PyG's loss has no gradient."""

import copy
import io

import pytest
import torch
import torch_geometric.nn as pyg

from edgewise.nn import GAE, VGAE, GCNConv, InnerProductDecoder

EDGES = torch.randint(0, 20, (2, 60), generator=torch.Generator().manual_seed(0))
OTHERS = torch.randint(0, 20, (2, 40), generator=torch.Generator().manual_seed(1))
Z = torch.randn(20, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(2))


class Encoder(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.mu, self.logstd = GCNConv(5, 4), GCNConv(5, 4)

    def forward(self, x, edge_index):
        return self.mu(x, edge_index), 20 * self.logstd(x, edge_index)


class Distance(torch.nn.Module):
    """A decoder of its own, as PyG calls one."""

    def forward(self, z, edge_index, sigmoid=True):
        value = 1 - (z[edge_index[0]] - z[edge_index[1]]).square().sum(1)
        return value.sigmoid() if sigmoid else value


@pytest.mark.parametrize("sigmoid", [True, False])
@pytest.mark.parametrize("pairs", [EDGES, EDGES.int(), EDGES[:, :0]], ids=["int64", "int32", "none"])
def test_decoder(pairs, sigmoid):
    results = []
    for decoder in (InnerProductDecoder(), pyg.InnerProductDecoder()):
        z = Z.clone().requires_grad_()
        out = decoder(z, pairs, sigmoid=sigmoid)
        results.append([out, *torch.autograd.grad((out**2).sum(), z), decoder.forward_all(z, sigmoid=sigmoid)])
    for mine, other in zip(*results, strict=True):
        torch.testing.assert_close(mine, other, rtol=1e-12, atol=1e-12)
    assert torch.autograd.gradcheck(lambda z: InnerProductDecoder()(z, pairs), Z.clone().requires_grad_())


@pytest.mark.parametrize("decoder", [None, Distance()], ids=["inner product", "own"])
def test_loss(decoder):
    results = []
    for model in (GAE(torch.nn.Identity(), decoder), pyg.GAE(torch.nn.Identity(), decoder)):
        z = Z.clone().requires_grad_()
        loss = model.recon_loss(z, EDGES, OTHERS)
        results.append([loss, *torch.autograd.grad(loss, z)])
    for mine, other in zip(*results, strict=True):
        torch.testing.assert_close(mine, other, rtol=1e-8, atol=1e-10)


def test_negatives_that_are_drawn_are_no_edges(monkeypatch):
    seen, model = [], GAE(torch.nn.Identity())
    original = model.decoder.forward
    monkeypatch.setattr(model.decoder, "forward", lambda z, e, **kw: (seen.append(e), original(z, e, **kw))[1])
    model.recon_loss(Z, EDGES)
    edges = set(map(tuple, EDGES.t().tolist()))
    assert seen[0] is EDGES
    assert len(seen[1].t().unique(dim=0)) == EDGES.shape[1]
    assert not edges & set(map(tuple, seen[1].t().tolist()))


def test_a_pair_that_is_badly_wrong_has_a_gradient():
    z = torch.tensor([[9.0], [9.0]], requires_grad=True)
    pair = torch.tensor([[0], [1]])
    GAE(torch.nn.Identity()).recon_loss(z, pair[:, :0].new_tensor([[0], [0]]), pair).backward()
    assert (z.grad > 1).all()  # the probability is 1 in float32, and PyG's gradient of it 0


def test_scores_count_pairs():
    model = GAE(torch.nn.Identity())
    auc, ap = model.test(Z.round(), EDGES, OTHERS)  # rounded: many pairs tie
    p = [InnerProductDecoder()(Z.round(), pairs).tolist() for pairs in (EDGES, OTHERS)]
    wins = sum((a > b) + (a == b) / 2 for a in p[0] for b in p[1])
    assert auc == pytest.approx(wins / (60 * 40), abs=1e-6)
    average, before = 0.0, 0.0
    for bound in sorted({*p[0], *p[1]}, reverse=True):
        hits, all_ = sum(a >= bound for a in p[0]), sum(b >= bound for b in (*p[0], *p[1]))
        average += (hits / 60 - before) * hits / all_
        before = hits / 60
    assert ap == pytest.approx(average, abs=1e-6)
    assert isinstance(auc, float)


def test_vgae():
    ours, theirs = VGAE(Encoder()).double(), pyg.VGAE(Encoder()).double()
    theirs.load_state_dict(ours.state_dict())
    x = torch.randn(20, 5, dtype=torch.float64)
    results = []
    for model in (ours, theirs):
        torch.manual_seed(3)
        z = model.encode(x, EDGES)
        loss = model.recon_loss(z.tanh(), EDGES, OTHERS) + model.kl_loss() + model.kl_loss(Z, 3 * Z)
        grads = torch.autograd.grad(loss, list(model.parameters()))
        results.append([z, loss, *grads, model.eval().encode(x, EDGES)])
    for mine, other in zip(*results, strict=True):
        torch.testing.assert_close(mine, other, rtol=1e-9, atol=1e-9)


def test_divergence_is_that_of_normal_distributions():
    normal = torch.distributions.Normal
    expected = torch.distributions.kl_divergence(normal(Z, Z.exp()), normal(torch.zeros_like(Z), torch.ones_like(Z)))
    torch.testing.assert_close(VGAE(Encoder()).kl_loss(Z, Z), expected.sum(1).mean())


def test_a_trained_model_can_be_copied_and_saved():
    model = VGAE(Encoder())
    model.encode(torch.randn(20, 5), EDGES)
    other, file = copy.deepcopy(model), io.BytesIO()
    torch.save(model, file)
    assert other.__mu__ is None
    assert model.__mu__ is not None
    assert other.state_dict().keys() == model.state_dict().keys()


def test_an_encoder_keeps_its_parameters_until_it_is_reset():
    encoder = Encoder()
    before = encoder.mu.lin.weight.clone()
    model = GAE(encoder)
    assert torch.equal(encoder.mu.lin.weight, before)
    model.reset_parameters()
    assert not torch.equal(encoder.mu.lin.weight, before)
    assert model(torch.randn(20, 5), EDGES)[0].shape == (20, 4)
    assert torch.equal(model.decode(Z, EDGES), InnerProductDecoder()(Z, EDGES))
