"""SGConv, APPNP, GCN2Conv, ChebConv and GraphConv: what check_conv does not see."""

import copy
import io
from types import SimpleNamespace

import pytest
import torch
import torch_geometric.nn as pyg
from tests.nn.dense import gcn_matrix
from tests.nn.parity import assert_same

from edgewise import nn, plan

EDGES = torch.randint(0, 12, (2, 50), generator=torch.Generator().manual_seed(0))
# One loop a node at most, and no duplicates, where PyG and a matrix count them otherwise.
EDGES = EDGES[:, EDGES[0] != EDGES[1]].unique(dim=1)
X = torch.randn(12, 6, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
WEIGHT = torch.rand(EDGES.shape[1], dtype=torch.float64, generator=torch.Generator().manual_seed(2))

LAYERS = {
    "graph": lambda lib, **kw: lib.GraphConv(6, 4, **kw),
    "graph max": lambda lib, **kw: lib.GraphConv(6, 4, aggr="max", **kw),
    "sg": lambda lib, **kw: lib.SGConv(6, 4, K=2, **kw),
    "appnp": lambda lib, **kw: lib.APPNP(3, 0.2, **kw),
    "gcn2": lambda lib, **kw: lib.GCN2Conv(6, 0.2, theta=0.5, layer=2, **kw),
    "cheb": lambda lib, **kw: lib.ChebConv(6, 4, 3, **kw),
    "cheb rw": lambda lib, **kw: lib.ChebConv(6, 4, 3, normalization="rw", **kw),
}


def call(name, layer, x, *rest):
    return layer(x, x.flip(0), *rest) if name == "gcn2" else layer(x, *rest)


def inputs(name, x=X):
    return (x, x.flip(0)) if name == "gcn2" else (x,)


@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.parametrize("weight", [None, WEIGHT], ids=["plain", "weighted"])
def test_flow_as_in_pyg(name, weight):
    layers = [LAYERS[name](lib, flow="target_to_source") for lib in (nn, pyg)]
    assert_same(*layers, inputs(name), EDGES, *[weight][: weight is not None])


@pytest.mark.parametrize("name", ["sg", "appnp", "gcn2", "cheb"])
def test_other_aggregations_as_in_pyg(name):
    assert_same(*[LAYERS[name](lib, aggr="mean") for lib in (nn, pyg)], inputs(name), EDGES, WEIGHT)


@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.parametrize("layout", ["csr", "coo"])
def test_sparse_adjacency_carries_weights(name, layout):
    dense = torch.zeros(12, 12, dtype=torch.float64).index_put((EDGES[1], EDGES[0]), WEIGHT)
    matrix = dense.to_sparse_csr() if layout == "csr" else dense.to_sparse_coo()
    layer = LAYERS[name](nn).double()
    torch.testing.assert_close(call(name, layer, X, matrix), call(name, layer, X, EDGES, WEIGHT))


CLASSES = {"graph": "GraphConv", "graph max": "GraphConv", "sg": "SGConv", "appnp": "APPNP", "gcn2": "GCN2Conv"}


@pytest.mark.parametrize("name", CLASSES)
@pytest.mark.parametrize("method", ["message", "update"])
def test_a_subclass_is_not_bypassed(name, method):
    def message(self, x_j, edge_weight):
        return edge_weight.view(-1, 1) * x_j.sin()

    def update(self, inputs):
        return inputs.sin()

    def changed(lib):
        own = {"message": message} if method == "message" else {"update": update}
        made = type("Changed", (getattr(lib, CLASSES[name]),), {**own, "__module__": __name__})
        return LAYERS[name](SimpleNamespace(**{CLASSES[name]: made}))

    assert_same(changed(nn), changed(pyg), inputs(name), EDGES, WEIGHT)


@pytest.mark.parametrize("method", ["message", "update"])
def test_a_subclass_of_cheb_conv_is_not_bypassed(method):
    # PyG's code generation fails on a subclass of its ChebConv, so this is written out.
    class Changed(nn.ChebConv):
        if method == "message":

            def message(self, x_j, norm):
                return norm.view(-1, 1) * x_j.sin()
        else:

            def update(self, inputs):
                return inputs.sin()

    conv, plain = Changed(6, 4, 3).double(), nn.ChebConv(12, 12, 2, bias=False).double()
    with torch.no_grad():
        plain.lins[0].weight.zero_()
        plain.lins[1].weight.copy_(torch.eye(12))
    scaled = plain(torch.eye(12, dtype=torch.float64), EDGES, WEIGHT).detach()
    once = (lambda x: scaled @ x.sin()) if method == "message" else (lambda x: (scaled @ x).sin())
    found = [X, once(X), 2 * once(once(X)) - X]
    expected = sum(t @ lin.weight.t() for t, lin in zip(found, conv.lins, strict=True)) + conv.bias
    torch.testing.assert_close(conv(X, EDGES, WEIGHT), expected)


@pytest.mark.parametrize("name", LAYERS)
def test_same_names_same_seed_same_weights(name):
    states = []
    for lib in (nn, pyg):
        torch.manual_seed(3)
        layer = LAYERS[name](lib)
        states.append((layer.state_dict(), repr(layer)))
    assert list(states[0][0]) == list(states[1][0])
    assert all(torch.equal(states[0][0][key], states[1][0][key]) for key in states[0][0])
    assert states[0][1] == states[1][1]


@pytest.mark.parametrize(
    "make", [lambda w: nn.GraphConv(w, 4), lambda w: nn.SGConv(w, 4), lambda w: nn.ChebConv(w, 4, 3)]
)
def test_open_width(make):
    layer, x = make(-1), X.float()
    out = layer(x, EDGES)
    again = make(-1)
    again.load_state_dict(layer.state_dict())
    assert torch.equal(again(x, EDGES), out)
    assert {p.shape[-1] for p in layer.parameters() if p.dim() == 2} == {6}


@pytest.mark.parametrize("name", ["sg", "appnp", "cheb", "gcn"])
def test_several_features_a_node(name):
    layer = (nn.GCNConv(6, 4) if name == "gcn" else LAYERS[name](nn)).double()
    x = torch.stack([X, X.flip(0)])
    torch.testing.assert_close(layer(x, EDGES), torch.stack([layer(X, EDGES), layer(X.flip(0), EDGES)]))


@pytest.mark.parametrize("name", ["sg", "appnp", "gcn2"])
def test_cached(name):
    ours, theirs = (LAYERS[name](lib, cached=True).double() for lib in (nn, pyg))
    theirs.load_state_dict(ours.state_dict())
    for edges in (EDGES, EDGES.flip(0)[:, :20]):  # the second graph is not looked at
        torch.testing.assert_close(call(name, ours, X, edges), call(name, theirs, X, edges))
    torch.testing.assert_close(call(name, copy.deepcopy(ours), X, EDGES), call(name, ours, X, EDGES))
    torch.save(ours, io.BytesIO())
    ours.reset_parameters()
    fresh = LAYERS[name](nn).double()
    fresh.load_state_dict(ours.state_dict())
    torch.testing.assert_close(call(name, ours, X, EDGES[:, :20]), call(name, fresh, X, EDGES[:, :20]))


@pytest.mark.parametrize("name", LAYERS)
def test_every_change_in_place_is_seen(name):
    layer, x, edges, weight = LAYERS[name](nn).double(), X.clone(), EDGES.clone(), WEIGHT.clone()
    with torch.no_grad():
        for change in (lambda: edges[1].copy_(edges[1].roll(3)), lambda: weight.pow_(2), lambda: x.add_(1)):
            before = call(name, layer, x, edges, weight)
            change()
            after = call(name, layer, x, edges, weight)
            assert not torch.equal(after, before)
            torch.testing.assert_close(after, call(name, layer, x.clone(), edges.clone(), weight.clone()))


def test_sg_conv_propagates_constant_features_once():
    x = torch.randn(300, 16, dtype=torch.float64)
    edges = torch.randint(0, 300, (2, 4000))
    conv = nn.SGConv(16, 16, K=3).double()
    matrix = gcn_matrix(300, edges, None, torch.float64)
    for _ in range(2):
        torch.testing.assert_close(
            conv(x, edges), matrix @ (matrix @ (matrix @ x)) @ conv.lin.weight.t() + conv.lin.bias
        )
    assert [step.order for _, step in plan(conv, (x, edges)).steps] == ["multiply what was propagated once"]


@pytest.mark.parametrize(("widths", "order"), [((6, 4), "once"), ((6, 2), "multiply, then propagate")])
def test_cheb_conv_is_planned(widths, order):
    conv = nn.ChebConv(*widths, 4).double()
    peer = pyg.ChebConv(*widths, 4).double()
    peer.load_state_dict(conv.state_dict())
    for _ in range(2):
        torch.testing.assert_close(conv(X, EDGES), peer(X, EDGES))
    assert order in plan(conv, (X, EDGES)).steps[0][1].order


@pytest.mark.parametrize("normalization", [None, "sym", "rw"])
@pytest.mark.parametrize(
    "largest", [1.5, torch.tensor(3.0), torch.tensor([1.5, 2.5, 3.0])], ids=["float", "0d", "each"]
)
def test_cheb_conv_with_eigenvalues(normalization, largest):
    batch = torch.arange(12) // 4
    largest = largest.double() if isinstance(largest, torch.Tensor) else largest
    layers = [lib.ChebConv(6, 4, 3, normalization=normalization) for lib in (nn, pyg)]
    assert_same(*layers, (X,), EDGES, WEIGHT, batch, largest)


def test_cheb_conv_gives_gradients_to_eigenvalues_and_weights():
    largest = torch.tensor([1.5, 2.5, 3.0], dtype=torch.float64, requires_grad=True)
    weight = WEIGHT.clone().requires_grad_()
    conv = nn.ChebConv(6, 2, 3).double()
    run = lambda weight, largest: conv(X, EDGES, weight, torch.arange(12) // 4, largest).cos().sum()  # noqa: E731
    assert torch.autograd.gradcheck(run, (weight, largest))


@pytest.mark.parametrize("loops", [True, False])
def test_appnp_drops_entries_of_the_matrix_in_each_round(loops):
    # On features that are the identity the first round shows the matrix itself.
    layer = nn.APPNP(1, 0.0, dropout=0.5, add_self_loops=loops).double()
    eye, whole = torch.eye(12, dtype=torch.float64), gcn_matrix(12, EDGES, None, torch.float64, loops=loops)
    dropped = layer(eye, EDGES)
    kept = dropped != 0
    torch.testing.assert_close(dropped[kept], 2 * whole[kept])
    assert 0 < int(kept.sum()) < int((whole != 0).sum())
    torch.testing.assert_close(layer.eval()(eye, EDGES), whole)
    assert not loops or 0 < int(kept.diagonal().sum()) < 12


def test_appnp_draws_anew_in_each_round_and_differentiates_what_it_drew():
    both = torch.cat([EDGES, EDGES.flip(0)], 1).unique(dim=1)  # symmetric, but not once entries are dropped
    layer = nn.APPNP(4, 0.3, dropout=0.5).double()

    def run(x):
        torch.manual_seed(0)
        return layer(x, both)

    matrix = run(torch.eye(12, dtype=torch.float64))
    torch.testing.assert_close(run(X), matrix @ X)
    assert torch.autograd.gradcheck(run, X[:, :1].clone().requires_grad_())
    once, twice = (nn.APPNP(K, 0.0, dropout=0.5).double() for K in (1, 2))
    found = []
    for rounds in (once, twice):
        torch.manual_seed(0)
        found.append(rounds(torch.eye(12, dtype=torch.float64), both))
    assert not torch.allclose(found[1], found[0] @ found[0])


@pytest.mark.parametrize("weight", [None, WEIGHT], ids=["plain", "weighted"])
def test_appnp_drops_edges_that_are_not_normalised(weight):
    layer = nn.APPNP(1, 0.0, dropout=0.5, normalize=False).double()
    entries = torch.ones_like(WEIGHT) if weight is None else weight
    whole = torch.zeros(12, 12, dtype=torch.float64).index_put((EDGES[1], EDGES[0]), entries)
    dropped = layer(torch.eye(12, dtype=torch.float64), EDGES, weight)
    kept = dropped != 0
    torch.testing.assert_close(dropped[kept], 2 * whole[kept])
    assert 0 < int(kept.sum()) < EDGES.shape[1]


def test_gcn2_conv_takes_the_first_rows_of_the_first_input():
    conv, more = nn.GCN2Conv(6, 0.2).double(), torch.cat([X.flip(0), X])
    torch.testing.assert_close(conv(X, more, EDGES), conv(X, X.flip(0), EDGES))


@pytest.mark.parametrize("aggr", ["add", "mean", "max", "min"])
@pytest.mark.parametrize("with_target", [True, False])
def test_graph_conv_on_bipartite_graphs(aggr, with_target):
    edges = torch.stack([EDGES[0] % 7, EDGES[1] % 4]).unique(dim=1)
    weight, pair = WEIGHT[: edges.shape[1]], (X[:7], X[:4, :3] if with_target else None)
    layers = [lib.GraphConv((6, 3), 5, aggr=aggr) for lib in (nn, pyg)]
    assert_same(*layers, (pair,), edges, weight, size=(7, 4))
