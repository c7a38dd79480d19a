"""Stock models against PyG's with the same weights, and against themselves without a planner."""

import subprocess
import sys

import pytest
import torch
import torch_geometric.nn as pyg

from edgewise.errors import ArgumentError
from edgewise.nn import GAT, GCN, GIN, PNA, GraphSAGE

EDGES = torch.randint(0, 40, (2, 300), generator=torch.Generator().manual_seed(0)).unique(dim=1)
MODELS = [
    (GCN, pyg.GCN, {}),
    (GCN, pyg.GCN, {"act": "elu"}),
    (GCN, pyg.GCN, {"act": "tanh"}),
    (GCN, pyg.GCN, {"act": "gelu"}),
    (GCN, pyg.GCN, {"normalize": False, "bias": False}),
    (GraphSAGE, pyg.GraphSAGE, {}),
    (GraphSAGE, pyg.GraphSAGE, {"aggr": "max"}),
    (GraphSAGE, pyg.GraphSAGE, {"normalize": True}),
    (GAT, pyg.GAT, {"heads": 2}),
    (GAT, pyg.GAT, {"heads": 2, "concat": False, "act": "elu"}),
]


PNA_SETTINGS = {
    "aggregators": ["mean", "max", "std"],
    "scalers": ["identity", "amplification"],
    "deg": torch.bincount(torch.bincount(EDGES[1], minlength=40)),
}


def example(width=6, dtype=torch.float64):
    return torch.randn(40, width, dtype=dtype, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize(("ours", "theirs", "kwargs"), MODELS, ids=str)
@pytest.mark.parametrize("layers", [1, 2, 3])
@pytest.mark.parametrize("widths", [(6, 8, 4), (12, 4, 4)])
@pytest.mark.parametrize("learns_x", [False, True])
def test_parity_with_pyg(ours, theirs, kwargs, layers, widths, learns_x):
    wide, hidden, narrow = widths
    mine, other = (cls(wide, hidden, layers, narrow, **kwargs).double() for cls in (ours, theirs))
    other.load_state_dict(mine.state_dict())
    results = []
    for model in (mine, other):
        x = example(wide).requires_grad_(learns_x)
        for _ in range(2):  # the second call meets what the first has kept
            out = model(x, EDGES)
        results.append([out, *torch.autograd.grad((out**2).sum(), [*([x] if learns_x else []), *model.parameters()])])
    for a, b in zip(*results, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(("cls", "kwargs"), [(GCN, {}), (GraphSAGE, {}), (GAT, {"heads": 2})], ids=str)
def test_embedding_is_what_enters_the_last_layer(cls, kwargs):
    model, x = cls(6, 8, 3, 4, **kwargs).double().eval(), example()
    torch.testing.assert_close(model.convs[-1](model.embed(x, EDGES), EDGES), model(x, EDGES))


def test_dropout_in_training_alone():
    model, x = GCN(6, 8, 2, 4, dropout=0.5).double(), example()
    assert not torch.equal(model(x, EDGES), model(x, EDGES))
    hidden = model.embed(x, EDGES)
    expected = torch.relu(model.convs[0](x, EDGES))
    assert torch.equal(hidden == 0, (hidden == 0) | (expected <= 0))
    kept = hidden > 0
    torch.testing.assert_close(hidden[kept], 2 * expected[kept])
    model.eval()
    torch.testing.assert_close(model.embed(x, EDGES), expected)


def test_dropout_of_features_that_are_nearly_all_zero():
    generator = torch.Generator().manual_seed(0)
    x = (torch.rand(300, 400, generator=generator) < 0.02).double()
    edges = torch.randint(0, 300, (2, 900), generator=generator)
    model = GCN(400, 8, 1, 3, input_dropout=0.5).double()
    mean = torch.stack([model(x, edges) for _ in range(800)]).mean(0)
    model.eval()
    expected = model(x, edges)
    assert (mean - expected).abs().max() < 0.15 * expected.abs().max()


def test_edge_weights_and_edge_features_reach_the_layers():
    x, weight = example(), torch.rand(EDGES.shape[1], dtype=torch.float64)
    gcn, peer = GCN(6, 8, 2, 4).double(), pyg.GCN(6, 8, 2, 4).double()
    peer.load_state_dict(gcn.state_dict())
    torch.testing.assert_close(gcn(x, EDGES, weight), peer(x, EDGES, edge_weight=weight))
    features = torch.randn(EDGES.shape[1], 3, dtype=torch.float64)
    gat, peer = GAT(6, 8, 2, 4, edge_dim=3).double(), pyg.GAT(6, 8, 2, 4, edge_dim=3).double()
    peer.load_state_dict(gat.state_dict())
    torch.testing.assert_close(gat(x, EDGES, edge_attr=features), peer(x, EDGES, edge_attr=features))


@pytest.mark.parametrize("cls", [GCN, GraphSAGE, GAT])
@pytest.mark.parametrize("widths", [(6, 40, 4), (40, 8, 4)])
@pytest.mark.parametrize("nodes", [40, 3000])
def test_bfloat16_autocast(cls, widths, nodes):
    torch.manual_seed(0)
    wide, hidden, narrow = widths
    model, x = cls(wide, hidden, 2, narrow), torch.randn(nodes, wide)
    edges = torch.randint(0, nodes, (2, 6 * nodes))
    exact = model(x, edges)
    with torch.autocast("cpu", torch.bfloat16):
        out = model(x, edges)
    assert (out.float() - exact).abs().max() < 0.05 * exact.abs().max()
    grads = torch.autograd.grad(out.float().sum(), list(model.parameters()))
    for mine, other in zip(grads, torch.autograd.grad(exact.sum(), list(model.parameters())), strict=True):
        assert (mine - other).abs().max() <= 0.1 * other.abs().max() + 0.05 * nodes**0.5


def test_a_hook_sees_the_layer():
    seen = []
    model, x = GCN(6, 8, 2, 4).double(), example()
    expected = model(x, EDGES)
    model.convs[0].register_forward_hook(lambda layer, args, out: seen.append(out))
    torch.testing.assert_close(model(x, EDGES), expected)
    assert seen[0].shape == (40, 8)
    model.convs[1].lin.register_forward_hook(lambda layer, args, out: 2 * out)
    assert not torch.allclose(model(x, EDGES), expected)


STACKS = [
    (GCN, pyg.GCN, {"norm": "batch_norm"}),
    (GCN, pyg.GCN, {"norm": "LayerNorm", "norm_kwargs": {"mode": "node"}, "jk": "last"}),
    (GCN, pyg.GCN, {"norm": "graph_norm", "act_first": True, "act": "elu", "jk": "max"}),
    (GCN, pyg.GCN, {"act": "LeakyReLU", "act_kwargs": {"negative_slope": 0.4}, "jk": "lstm"}),
    (GraphSAGE, pyg.GraphSAGE, {"norm": "layer_norm", "act": "prelu", "jk": "cat"}),
    (GAT, pyg.GAT, {"heads": 2, "jk": "cat", "norm": "graph_norm"}),
    (GIN, pyg.GIN, {}),
    (GIN, pyg.GIN, {"train_eps": True, "norm": "batch_norm", "jk": "cat"}),
    (GIN, pyg.GIN, {"norm": "graph_norm", "act": None, "act_first": True}),
    (PNA, pyg.PNA, PNA_SETTINGS),
    (PNA, pyg.PNA, {**PNA_SETTINGS, "norm": "batch_norm", "jk": "last"}),
]


@pytest.mark.parametrize(("ours", "theirs", "kwargs"), STACKS, ids=str)
@pytest.mark.parametrize(("layers", "out"), [(1, 4), (3, 4), (2, None)])
def test_parity_of_norms_and_jumps(ours, theirs, kwargs, layers, out):
    mine, other = (cls(6, 8, layers, out, **kwargs).double() for cls in (ours, theirs))
    assert mine.state_dict().keys() == other.state_dict().keys()
    other.load_state_dict(mine.state_dict())
    batch = torch.arange(40) % 3
    found = []
    for model in (mine, other):
        x = example().requires_grad_()
        model(x, EDGES)
        out = model(x, EDGES, batch=batch, batch_size=3)
        parameters = list(model.parameters())
        grads = torch.autograd.grad((out**2).sum(), [x, *parameters])
        found.append([out, *grads, *(p for p in model.buffers()), model.eval()(x, EDGES, batch=batch)])
    for a, b in zip(*found, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-8, atol=1e-8)


def test_embedding_is_what_enters_the_linear_layer_after_a_jump():
    model, x = GIN(6, 8, 3, 4, jk="cat").double().eval(), example()
    assert model.embed(x, EDGES).shape == (40, 24)
    torch.testing.assert_close(model.lin(model.embed(x, EDGES)), model(x, EDGES))


def test_dropout_follows_a_norm():
    model, x = GCN(6, 64, 2, 4, dropout=0.5, norm="layer_norm", act=None).double(), example()
    whole, hidden = model.norms[0](model.convs[0](x, EDGES)), model.embed(x, EDGES)
    kept = hidden != 0
    assert 0.4 < kept.double().mean() < 0.6
    torch.testing.assert_close(hidden[kept], 2 * whole[kept])


def test_a_hook_sees_the_activation():
    seen, model, x = [], GCN(6, 8, 2, 4).double(), example()
    model.act.register_forward_hook(lambda act, args, out: seen.append(out))
    model(x, EDGES)
    torch.testing.assert_close(seen[0], model.convs[0](x, EDGES).relu())


def test_norm_given_as_a_module_is_copied():
    model = GCN(6, 8, 3, 4, norm=torch.nn.LayerNorm(8))
    assert model.norms[0] is not model.norms[1]
    assert model(example(dtype=torch.float32), EDGES).shape == (40, 4)


OFF = """
import torch
from edgewise.nn import GCN, GraphSAGE, GAT, MessagePassing
from edgewise.nn import _planner
import edgewise
assert not _planner.ENABLED
g = torch.Generator().manual_seed(0)
x, edges = torch.randn(300, 8, generator=g, dtype=torch.float64), torch.randint(0, 300, (2, 2000), generator=g)
for cls in (GCN, GraphSAGE, GAT):
    torch.manual_seed(0)
    print((cls(8, 16, 2, 4).double()(x, edges)).sum().item())
print(edgewise.plan(GCN(8, 16, 2, 4).double(), (x, edges)))
"""


def test_one_variable_switches_the_planner_off():
    outputs = []
    for choice in ("on", "off"):
        code = OFF if choice == "off" else OFF.replace("assert not", "assert")
        run = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"EDGEWISE_PLAN": choice}
        )
        outputs.append(run.stdout.splitlines())
    on, off = outputs
    assert off[3] == "Nothing is planned: EDGEWISE_PLAN=off runs every layer as it is written."
    assert on[3].startswith("layer")
    torch.testing.assert_close(*(torch.tensor([float(n) for n in lines[:3]]) for lines in (on, off)))
    wrong = subprocess.run(
        [sys.executable, "-c", "import edgewise; edgewise.nn.GCN"],
        capture_output=True,
        text=True,
        env={"EDGEWISE_PLAN": "no"},
    )
    assert "edgewise: expected EDGEWISE_PLAN to be one of ('on', 'off'), got 'no'. Unset it." in wrong.stderr


@pytest.mark.unhooked
@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: GCN(6, 8, 0), "GCN: expected num_layers of at least 1, got 0. Pass 2 or 3."),
        (lambda: GAT(6, 8, 2, dropout=2.0), "GAT: expected dropout between 0 and 1, got 2.0. Pass 0.5, for example."),
        (
            lambda: GCN(6, 8, 2, input_dropout=-1),
            "GCN: expected input_dropout between 0 and 1, got -1. Pass 0.5, for example.",
        ),
        (
            lambda: GraphSAGE(6, 8, 2, act="rely"),
            "GraphSAGE: expected act to be a function of torch.nn.functional, got 'rely'. Did you mean 'relu'?",
        ),
        (
            lambda: GAT(6, 5, 2, 4, heads=2),
            "GAT: expected a width that 2 heads divide, got 5. Pass concat=False, or widths that they do.",
        ),
        (
            lambda: GraphSAGE(6, 8, 2)(torch.ones(40, 6), EDGES, torch.ones(EDGES.shape[1])),
            "GraphSAGE: expected no edge_weight, got one. Its layers do not use it: leave it out.",
        ),
    ],
)
def test_messages(make, text):
    with pytest.raises(ArgumentError) as caught:
        make()
    assert str(caught.value) == text
