"""GINConv, GINEConv and NNConv: what check_conv cannot see."""

import pytest
import torch
import torch_geometric.nn as pyg
from tests.nn.parity import assert_same
from torch import nn

import edgewise.nn
from edgewise.nn import MLP, GINConv, GINEConv, NNConv, _blocks

EDGES = torch.randint(0, 12, (2, 50), generator=torch.Generator().manual_seed(0)).unique(dim=1)
ATTR = torch.randn(EDGES.shape[1], 3, dtype=torch.float64, generator=torch.Generator().manual_seed(1))


def features(rows=12, width=5, seed=2):
    return torch.randn(rows, width, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def layers(cls, kind=None, **kwargs):
    kind = kind or cls.__name__
    if kind == "NNConv":
        return cls(5, 16, nn.Sequential(nn.Linear(3, 6), nn.ReLU(), nn.Linear(6, 80)), **kwargs)
    network = nn.Sequential(nn.Linear(5, 6), nn.ReLU(), nn.Linear(6, 4))
    return cls(network, **({"edge_dim": 3} if kind == "GINEConv" else {}), **kwargs)


@pytest.mark.parametrize("name", ["GINConv", "GINEConv", "NNConv"])
@pytest.mark.parametrize("flow", ["source_to_target", "target_to_source"])
def test_flow_and_missing_destinations(name, flow):
    ours, theirs = (layers(getattr(room, name), flow=flow) for room in (edgewise.nn, pyg))
    rest = () if name == "GINConv" else (ATTR,)
    assert_same(ours, theirs, (features(),), EDGES, *rest)
    if flow == "source_to_target":
        few = torch.stack([EDGES[0], EDGES[1] % 7])
        assert_same(ours, theirs, ((features(), None),), few, *rest, size=(12, 7))


@pytest.mark.parametrize("cls", [GINConv, GINEConv, NNConv])
def test_sparse_adjacency(cls):
    conv, x = layers(cls).double(), features()
    order = (EDGES[1] * 12 + EDGES[0]).argsort()
    place = torch.stack([EDGES[1], EDGES[0]])[:, order]
    if cls is GINConv:
        matrix = torch.zeros(12, 12).index_put((EDGES[1], EDGES[0]), torch.ones(EDGES.shape[1])).to_sparse_csr()
        torch.testing.assert_close(conv(x, matrix), conv(x, EDGES))
    else:
        matrix = torch.sparse_coo_tensor(place, ATTR[order], (12, 12, 3), is_coalesced=True, check_invariants=True)
        torch.testing.assert_close(conv(x, matrix), conv(x, EDGES, ATTR))


def test_open_widths():
    x = features().float()
    attr = ATTR.float()
    assert GINConv(MLP([-1, 6, 4]))(x, EDGES).shape == (12, 4)
    gine = GINEConv(nn.Linear(5, 4), edge_dim=-1)
    assert gine(x, EDGES, attr).shape == (12, 4)
    assert gine.lin.weight.shape == (5, 3)
    assert NNConv(-1, 4, nn.Linear(3, 20))(x, EDGES, attr).shape == (12, 4)


@pytest.mark.parametrize("cls", [GINConv, GINEConv, NNConv])
def test_a_subclass_has_its_own_messages(cls):
    class Twice(cls):
        def message(self, x_j):
            return 2 * x_j[:, :1] if cls is NNConv else 2 * x_j

    conv, x = layers(Twice, kind=cls.__name__).double(), features()
    sums = torch.zeros(12, 5, dtype=torch.float64).index_add(0, EDGES[1], 2 * x[EDGES[0]])
    expected = sums[:, :1] + conv.lin(x) + conv.bias if cls is NNConv else conv.nn(sums + x)
    torch.testing.assert_close(conv(x, EDGES, *(() if cls is GINConv else (ATTR,))), expected)


def test_what_was_propagated_once_follows_eps():
    conv, x = GINConv(nn.Linear(3, 16)).double(), features(4000, 3)  # too many for one call, which keeps nothing
    conv(x, EDGES)
    conv.eps.fill_(2.0)
    sums = torch.zeros(4000, 3, dtype=torch.float64).index_add(0, EDGES[1], x[EDGES[0]])
    torch.testing.assert_close(conv(x, EDGES), conv.nn(sums + 3 * x))


def test_a_hook_sees_what_enters_the_network():
    seen = []
    conv, x = GINConv(nn.Sequential(nn.Linear(5, 2))).double(), features()
    conv.nn[0].register_forward_hook(lambda layer, args, out: seen.append(args[0]))
    conv(x, EDGES)
    sums = torch.zeros(12, 5, dtype=torch.float64).index_add(0, EDGES[1], x[EDGES[0]])
    torch.testing.assert_close(seen[0], sums + x)


@pytest.mark.parametrize("aggr", ["sum", "mean", "max"])
def test_nn_conv_in_blocks(monkeypatch, aggr):
    monkeypatch.setattr(_blocks, "_WORTHWHILE_BYTES", 0)
    monkeypatch.setattr(_blocks, "_MIN_WIDE_EDGES", 8)
    monkeypatch.setattr(_blocks, "_BLOCK_BYTES", 1)
    assert_same(layers(NNConv, aggr=aggr), layers(pyg.NNConv, aggr=aggr), (features(),), EDGES, ATTR)


def test_nn_conv_never_makes_a_matrix_an_edge():
    conv, seen = layers(NNConv), []
    conv._reduce = lambda messages, *rest: seen.append(messages.shape) or NNConv._reduce(conv, messages, *rest)
    conv(features().float(), EDGES, ATTR.float())
    assert seen == [(EDGES.shape[1], 5, 7)]  # of 5 * 16 numbers an edge there are none


def test_batch_normalised_networks_train():
    network = lambda numbers: nn.Sequential(nn.Linear(3, 6), nn.BatchNorm1d(6), nn.ReLU(), nn.Linear(6, numbers))  # noqa: E731
    assert_same(NNConv(5, 4, network(20)), pyg.NNConv(5, 4, network(20)), (features(),), EDGES, ATTR, tolerance=1e-9)
    mlp = MLP([5, 6, 4], norm="batch_norm")
    assert_same(GINConv(mlp), pyg.GINConv(pyg.MLP([5, 6, 4])), (features(),), EDGES, tolerance=1e-9)


def test_repr():
    assert repr(GINConv(nn.Linear(3, 4))) == "GINConv(nn=Linear(in_features=3, out_features=4, bias=True))"
    assert repr(NNConv(1, 2, nn.Tanh())) == "NNConv(1, 2, aggr=add, nn=Tanh())"
