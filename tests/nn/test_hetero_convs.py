"""HeteroConv, HGTConv and HANConv: against PyG with the same weights, and against their formulas in plain loops."""

import pytest
import torch
import torch_geometric.nn as pyg

from edgewise.data import HeteroData
from edgewise.errors import EdgewiseWarning
from edgewise.nn import GATConv, HANConv, HeteroConv, HGTConv, RGCNConv, SAGEConv
from edgewise.nn.conv._types import TypeDict
from edgewise.testing._memory_check import LargestTensor

WRITES, CITES, BY, HAS = ("a", "writes", "p"), ("p", "cites", "p"), ("p", "by", "a"), ("t", "has", "p")
METADATA = (["a", "p", "t"], [WRITES, CITES, BY, HAS])
SIZES, WIDTHS = {"a": 7, "p": 9, "t": 4}, {"a": 5, "p": 8, "t": 3}


def features():
    generator = torch.Generator().manual_seed(0)
    return {n: torch.randn(SIZES[n], WIDTHS[n], generator=generator, dtype=torch.float64) for n in SIZES}


def edges(count=20, dtype=torch.int64):
    generator = torch.Generator().manual_seed(1)
    ends = {r: [torch.randint(0, SIZES[n], (count,), generator=generator) for n in (r[0], r[2])] for r in METADATA[1]}
    return {r: torch.stack(pair).to(dtype) for r, pair in ends.items()}


def results(layer, x_dict, *rest, **keywords):
    """The result of each node type, then the gradients of all inputs and parameters."""
    x_dict = {n: x.clone().requires_grad_() for n, x in x_dict.items()}
    out = layer.double()(x_dict, *rest, **keywords)
    wanted = {**{f"x {n}": x for n, x in x_dict.items()}, **dict(layer.named_parameters())}
    total = sum((v**2).sum() for v in out.values() if v is not None)
    grads = torch.autograd.grad(total, list(wanted.values()), allow_unused=True)
    return out | dict(zip(wanted, grads, strict=True))


def assert_same(ours, theirs, *arguments, **keywords):
    theirs.load_state_dict(ours.state_dict())
    mine, other = results(ours, *arguments, **keywords), results(theirs, *arguments, **keywords)
    for name in {**mine, **other}:
        if mine.get(name) is None or other.get(name) is None:  # no gradient and one of zeros are the same
            assert not any(each.get(name) is not None and each[name].any() for each in (mine, other)), name
        else:
            torch.testing.assert_close(
                mine[name], other[name], rtol=1e-10, atol=1e-10, msg=lambda m, n=name: f"{n}: {m}"
            )


GIVEN = {
    "all": edges(),
    "a type is missing": {r: edges()[r] for r in (WRITES, BY)},
    "one arrives": {CITES: edges()[CITES]},
    "a type without edges": {**edges(), CITES: torch.empty(2, 0, dtype=torch.int64)},
    "no edges": {r: torch.empty(2, 0, dtype=torch.int64) for r in METADATA[1]},
    "isolated, loops, duplicates": {**edges(2), CITES: torch.tensor([[0, 0, 0, 3], [0, 1, 1, 3]])},
}


@pytest.mark.parametrize("name", GIVEN)
@pytest.mark.parametrize("heads", [1, 4])
@pytest.mark.parametrize("layer", ["HGTConv", "HANConv"])
def test_parity(layer, heads, name):
    ours, theirs = {"HGTConv": (HGTConv, pyg.HGTConv), "HANConv": (HANConv, pyg.HANConv)}[layer]
    args = (WIDTHS, 8, METADATA, heads)
    assert_same(ours(*args), theirs(*args), features(), GIVEN[name])


@pytest.mark.parametrize("layer", [HGTConv, HANConv])
def test_open_widths_missing_features_and_sparse_matrices(layer):
    conv, x_dict = layer(-1, 8, METADATA, 2).double(), features()
    given = {r: e.unique(dim=1) for r, e in edges().items()}
    out = conv(x_dict, given)
    again = conv(x_dict, {r: e.int() for r, e in given.items()})
    assert all(torch.equal(again[node_type], out[node_type]) for node_type in ("a", "p"))
    matrices = {
        r: torch.sparse_coo_tensor(e.flip(0), torch.ones(e.shape[1]), (SIZES[r[2]], SIZES[r[0]]), check_invariants=True)
        for r, e in given.items()
    }
    for change in (matrices, {r: m.coalesce().to_sparse_csr() for r, m in matrices.items()}):
        again = conv(x_dict, change)
        for node_type in ("a", "p"):
            torch.testing.assert_close(again[node_type], out[node_type])
    del x_dict["t"]
    assert set(conv(x_dict, {BY: given[BY]})) == {"a", "p"}


def test_hgt_in_loops():
    """Equations 3 to 5, one node, edge and head at a time."""
    conv, x_dict, given = HGTConv(WIDTHS, 8, METADATA, heads=2).double(), features(), edges()
    key, query, value = ({} for _ in range(3))
    for n, x in x_dict.items():
        key[n], query[n], value[n] = (x @ conv.kqv_lin.lins[n].weight.t() + conv.kqv_lin.lins[n].bias).split(8, 1)
    summed = torch.zeros(SIZES["p"], 8, dtype=torch.float64)
    for i in range(SIZES["p"]):
        for h in range(2):
            channels, scores, values = slice(4 * h, 4 * h + 4), [], []
            for number, r in enumerate(METADATA[1]):
                for j in given[r][0, given[r][1] == i] if r[2] == "p" else []:
                    place = h * len(METADATA[1]) + number
                    k = key[r[0]][j, channels] @ conv.k_rel.weight[place]
                    scores.append(query["p"][i, channels] @ k * conv.p_rel["__".join(r)][0, h] / 4**0.5)
                    values.append(value[r[0]][j, channels] @ conv.v_rel.weight[place])
            if scores:
                summed[i, channels] = torch.stack(scores).softmax(0) @ torch.stack(values)
    beta = conv.skip["p"].sigmoid()
    expected = beta * conv.out_lin.lins["p"](torch.nn.functional.gelu(summed)) + (1 - beta) * x_dict["p"]
    torch.testing.assert_close(conv(x_dict, given)["p"], expected)


def test_han_in_loops():
    """Equations 1 to 9, one edge type, node and head at a time."""
    conv, x_dict, given = HANConv(WIDTHS, 8, METADATA, heads=2).double(), features(), edges()
    h = {n: conv.proj[n](x) for n, x in x_dict.items()}
    found, scores = [], []
    for r in (WRITES, CITES, HAS):
        z = torch.zeros(SIZES["p"], 8, dtype=torch.float64)
        for i in range(SIZES["p"]):
            sources = given[r][0, given[r][1] == i]
            for head in range(2):
                c = slice(4 * head, 4 * head + 4)
                to = conv.lin_dst["__".join(r)][0, head] @ h["p"][i, c]
                score = torch.stack([conv.lin_src["__".join(r)][0, head] @ h[r[0]][j, c] + to for j in sources] or [to])
                alpha = torch.nn.functional.leaky_relu(score, 0.2).softmax(0)
                z[i, c] = alpha @ h[r[0]][sources][:, c] if len(sources) else 0
        found.append(z.relu())
        scores.append((conv.k_lin(z.relu()).tanh() @ conv.q[0]).mean())
    beta = torch.stack(scores).softmax(0)
    out, weights = conv(x_dict, given, return_semantic_attention_weights=True)
    torch.testing.assert_close(out["p"], sum(b * z for b, z in zip(beta, found, strict=True)))
    torch.testing.assert_close(weights["p"], beta)
    assert out["t"] is None
    assert weights["t"] is None


@pytest.mark.parametrize("layer", [HGTConv, HANConv])
def test_numbering_changes_nothing(layer):
    conv, x_dict, given = layer(WIDTHS, 8, METADATA, 2).double(), features(), edges()
    orders = {n: torch.randperm(size) for n, size in SIZES.items()}
    moved = {n: x[orders[n]] for n, x in x_dict.items()}
    renamed = {r: torch.stack([orders[r[0]].argsort()[e[0]], orders[r[2]].argsort()[e[1]]]) for r, e in given.items()}
    out = conv(x_dict, given)
    for n, x in conv(moved, renamed).items():
        if x is not None:
            torch.testing.assert_close(x, out[n][orders[n]])


@pytest.mark.parametrize("layer", [HGTConv, HANConv])
def test_a_subclass_with_its_own_message(layer):
    names = {"HGTConv": "k_j, q_i, v_j, edge_attr, index, size_i", "HANConv": "x_j, alpha_i, alpha_j, index, size_i"}
    scope = {"layer": layer}
    exec(  # the names of its arguments are what it is about
        f"def message(self, {names[layer.__name__]}):\n    return layer.message(self, {names[layer.__name__]})", scope
    )
    explicit = type("Explicit", (layer,), {"message": scope["message"]})(WIDTHS, 8, METADATA, 2)
    stock = layer(WIDTHS, 8, METADATA, 2)
    assert_same(explicit, stock, features(), edges())


@pytest.mark.parametrize("layer", [HGTConv, HANConv])
def test_no_message_is_stored(layer):
    conv = layer(16, 16, (["p"], [("p", "r", "p"), ("p", "s", "p")]), 2)
    x = torch.randn(100, 16, requires_grad=True)
    given = {("p", name, "p"): torch.randint(0, 100, (2, 50_000)) for name in "rs"}
    with LargestTensor() as largest:
        conv({"p": x}, given)["p"].sum().backward()
    assert largest.numel <= 4 * 100_000  # edges and heads, not edges and channels


CONVS = {
    WRITES: lambda lib: lib.SAGEConv((5, 8), 4),
    CITES: lambda lib: lib.GCNConv(8, 4),
    BY: lambda lib: lib.GATConv((8, 5), 4, edge_dim=2, add_self_loops=False),
    HAS: lambda lib: lib.SAGEConv((3, 8), 4, aggr="max"),
}


@pytest.mark.parametrize("name", GIVEN)
@pytest.mark.parametrize("aggr", ["sum", "mean", "min", "max", "cat", None])
@pytest.mark.filterwarnings("ignore:There exist node types", "ignore:HeteroConv")
def test_hetero_conv_is_pygs(aggr, name):
    import edgewise.nn

    given = {r: e.unique(dim=1) for r, e in GIVEN[name].items()}
    attributes = {BY: torch.randn(given[BY].shape[1], 2, dtype=torch.float64)} if BY in given else {}
    layers = [HeteroConv({r: m(edgewise.nn) for r, m in CONVS.items()}, aggr)]
    layers.append(pyg.HeteroConv({r: m(pyg) for r, m in CONVS.items()}, aggr))
    assert_same(*layers, features(), given, edge_attr_dict=attributes)


@pytest.mark.filterwarnings("ignore:HeteroConv")
def test_hetero_conv_with_sizes_and_positional_edge_arguments():
    conv = HeteroConv({CITES: RGCNConv(8, 4, 2), WRITES: SAGEConv((5, 8), 4)})
    x_dict, given = {n: x.float() for n, x in features().items()}, edges()
    kinds = {CITES: torch.randint(0, 2, (20,))}
    expected = conv.convs[CITES](x_dict["p"], given[CITES], kinds[CITES])
    expected = expected + conv.convs[WRITES]((x_dict["a"], x_dict["p"]), given[WRITES])
    torch.testing.assert_close(conv(x_dict, given, kinds)["p"], expected)
    torch.testing.assert_close(conv(x_dict=x_dict, edge_index_dict=given, edge_type_dict=kinds)["p"], expected)
    before = conv.convs[CITES].weight.clone()
    conv.reset_parameters()
    assert not torch.equal(conv.convs[CITES].weight, before)
    assert repr(conv) == "HeteroConv(num_relations=2)"


def test_hetero_conv_warns_of_types_that_nothing_arrives_at():
    with pytest.warns(EdgewiseWarning) as caught:
        HeteroConv({WRITES: SAGEConv((5, 8), 4)})
    assert str(caught[0].message) == (
        "HeteroConv: nothing arrives at 'a', so the result has no features of these node types for a next layer. "
        "Add their reverse edge types (ToUndirected does)."
    )


def test_a_whole_hetero_data_through_two_layers():
    data = HeteroData()
    for name, x in features().items():
        data[name].x = x.float()
    for edge_type, edge_index in edges().items():
        data[edge_type].edge_index = edge_index
    data["p", "has", "t"].edge_index = edges()[HAS].flip(0)
    metadata = data.metadata()
    first = HeteroConv({r: GATConv((-1, -1), 8, add_self_loops=False) for r in metadata[1]})
    second = HGTConv(8, 8, metadata, heads=2)
    third = HANConv(8, 3, metadata)
    h = third(second(first(data.x_dict, data.edge_index_dict), data.edge_index_dict), data.edge_index_dict)
    assert {name: tuple(x.shape) for name, x in h.items()} == {"a": (7, 3), "p": (9, 3), "t": (4, 3)}
    sum(x.sum() for x in h.values()).backward()
    assert first.convs[WRITES].lin_src.weight.grad.abs().sum() > 0
    assert repr(second) == "HGTConv(-1, 8, heads=2)"
    assert repr(third) == "HANConv(3, heads=1)"


def test_names_that_torch_has_taken_are_kept_as_pyg_keeps_them():
    metadata = (["keys", "v1"], [("keys", "up.to", "v1"), ("v1", "items", "keys")])
    ours = HeteroConv({r: SAGEConv((3, 3), 2) for r in metadata[1]})
    theirs = pyg.HeteroConv({r: pyg.SAGEConv((3, 3), 2) for r in metadata[1]})
    assert list(ours.state_dict()) == list(theirs.state_dict())
    assert list(ours.convs.keys()) == metadata[1]
    assert metadata[1][0] in ours.convs
    modules = TypeDict({"keys": torch.nn.Identity(), "a.b": torch.nn.Identity()})
    assert [name for name, _ in modules.items()] == ["keys", "a.b"]
    conv = HGTConv(3, 4, metadata)
    x_dict = {"keys": torch.ones(2, 3), "v1": torch.ones(2, 3)}
    assert conv(x_dict, {metadata[1][0]: torch.tensor([[0], [1]])})["v1"].shape == (2, 4)
    conv = HANConv(3, 4, metadata)
    assert conv(x_dict, {metadata[1][0]: torch.tensor([[0], [1]])})["v1"].shape == (2, 4)


def test_dropout_of_han_is_drawn_in_training_alone():
    conv, x_dict, given = HANConv(WIDTHS, 8, METADATA, dropout=0.5).double(), features(), edges()
    assert not torch.equal(conv(x_dict, given)["p"], conv(x_dict, given)["p"])
    conv.eval()
    assert torch.equal(conv(x_dict, given)["p"], conv(x_dict, given)["p"])
