"""MLP and JumpingKnowledge against PyG's with the same weights."""

import pytest
import torch
import torch_geometric.nn as pyg

from edgewise.nn import MLP, JumpingKnowledge

BATCH = torch.tensor([0, 2, 1, 0, 1, 2, 2, 0, 1, 1])
SETTINGS = [
    {},
    {"norm": None},
    {"norm": None, "act": "elu", "bias": [True, False]},
    {"norm": "layer_norm", "act": "LeakyReLU", "act_kwargs": {"negative_slope": 0.3}},
    {"norm": "GraphNorm", "act_first": True, "act": "prelu"},
    {"norm": "batch_norm", "norm_kwargs": {"momentum": 0.5}, "act": None},
    {"plain_last": False, "act": "gelu", "norm": "layer_norm", "norm_kwargs": {"mode": "node"}},
]


def values(dtype=torch.float64):
    x = torch.randn(10, 4, dtype=dtype, generator=torch.Generator().manual_seed(1))
    return x.requires_grad_()


@pytest.mark.parametrize("kwargs", SETTINGS, ids=str)
@pytest.mark.parametrize("training", [True, False])
def test_parity_with_pyg(kwargs, training):
    mine, other = MLP([4, 6, 3], **kwargs).double().train(training), pyg.MLP([4, 6, 3], **kwargs).double()
    other.train(training).load_state_dict(mine.state_dict())
    found = []
    for model in (mine, other):
        x = values()
        out, hidden = model(x, BATCH, 3, return_emb=True)
        grads = torch.autograd.grad((out**2).sum() + hidden.sum(), [x, *model.parameters()])
        found.append([out, hidden, model(x, BATCH), *grads, *model.state_dict().values()])
    for a, b in zip(*found, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-9, atol=1e-9)
    assert repr(mine) == repr(other)


def test_ways_to_say_the_widths():
    named = MLP(in_channels=4, hidden_channels=6, out_channels=3, num_layers=3)
    assert named.channel_list == MLP(4, hidden_channels=6, out_channels=3, num_layers=3).channel_list == [4, 6, 6, 3]
    assert (named.in_channels, named.out_channels, named.num_layers) == (4, 3, 3)
    assert MLP(4, out_channels=3, num_layers=1)(values(torch.float32)).shape == (10, 3)
    opened = MLP([-1, 6, 3])
    assert opened(values(torch.float32)).shape == (10, 3)
    assert opened.lins[0].weight.shape == (6, 4)


def test_dropout_of_each_layer():
    model, x = MLP([4, 500, 3], dropout=[0.5, 0.0], norm=None, act=None).double(), values()
    _, hidden = model(x, return_emb=True)
    whole = model.lins[0](x)
    kept = hidden != 0
    torch.testing.assert_close(hidden[kept], 2 * whole[kept])
    assert 0.4 < kept.double().mean() < 0.6
    model.eval()
    torch.testing.assert_close(model(x), model.lins[1](whole))
    assert MLP([4, 6, 3], dropout=0.5).dropout == [0.5, 0.0]


def test_each_layer_has_a_copy_of_a_given_norm():
    model = MLP([4, 6, 6, 3], norm=torch.nn.LayerNorm(6))
    assert model.norms[0] is not model.norms[1]
    assert model(values(torch.float32)).shape == (10, 3)


@pytest.mark.parametrize("mode", ["cat", "max", "lstm"])
def test_jumping_knowledge(mode):
    mine, other = (module.JumpingKnowledge(mode, 4, 3).double() for module in (pyg, pyg))
    mine = JumpingKnowledge(mode, 4, 3).double()
    other.load_state_dict(mine.state_dict())
    found = []
    for module in (mine, other):
        xs = [torch.randn(5, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(n)) for n in range(3)]
        xs = [x.requires_grad_() for x in xs]
        out = module(xs)
        found.append([out, *torch.autograd.grad((out**2).sum(), [*xs, *module.parameters()])])
    for a, b in zip(*found, strict=True):
        torch.testing.assert_close(a, b)
    assert repr(mine) == repr(other)
    mine.reset_parameters()
    if mode == "lstm":
        assert not torch.equal(mine(xs), other(xs))
