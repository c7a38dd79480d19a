"""Aggregations against their definition and PyG's; and layers that aggregate by them."""

import pytest
import torch
import torch_geometric.nn as pyg
import torch_geometric.nn.aggr as pyg_aggr
from torch import nn

import edgewise.nn as ours
from edgewise.nn import MessagePassing, SAGEConv, _blocks
from edgewise.nn.aggr.resolver import aggregation_resolver

GROUPS = {
    "unsorted": ([2, 0, 2, 5, 2, 0, 3, 2], 6),
    "sorted": ([0, 0, 1, 1, 1, 4, 4, 4], 5),
    "one group": ([0] * 8, 1),
    "alone": (list(range(8)), 8),
    "no rows": ([], 3),
    "nothing": ([], 0),
}
DEG = torch.tensor([1, 2, 3, 1])
SCALERS = ["identity", "amplification", "attenuation", "linear", "inverse_linear"]


def draw(name, width=4, dtype=torch.float64):
    index, groups = GROUPS[name]
    x = torch.randn(len(index), width, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    return x.to(dtype), torch.tensor(index, dtype=torch.int64), groups


def aggregations(lib):
    """The same aggregations of either library, by name."""
    torch.manual_seed(0)
    mlp = pyg.MLP if lib is pyg_aggr else ours.MLP
    networks = [nn.Linear(4, 1), nn.Sequential(nn.Linear(4, 3), nn.Tanh()), nn.Linear(4, 3)]
    return {
        "sum": lib.SumAggregation(),
        "mean": lib.MeanAggregation(),
        "min": lib.MinAggregation(),
        "max": lib.MaxAggregation(),
        "mul": lib.MulAggregation(),
        "var": lib.VarAggregation(),
        "std": lib.StdAggregation(),
        "semi var": lib.VarAggregation(semi_grad=True),
        "semi std": lib.StdAggregation(semi_grad=True),
        "softmax": lib.SoftmaxAggregation(),
        "cold softmax": lib.SoftmaxAggregation(t=0.1, semi_grad=True),
        "learnt softmax": lib.SoftmaxAggregation(t=2.0, learn=True),
        "channel softmax": lib.SoftmaxAggregation(learn=True, channels=4),
        "attention": lib.AttentionalAggregation(networks[0]),
        "attention by column": lib.AttentionalAggregation(networks[2], networks[1]),
        "attention by mlp": lib.AttentionalAggregation(
            mlp([4, 6, 1], act="tanh", norm="layer_norm"), mlp([4, 5, 3], act="tanh", norm="graph_norm")
        ),
        "set2set": lib.Set2Set(4, processing_steps=3),
        "deep set2set": lib.Set2Set(4, processing_steps=2, num_layers=2),
        "cat": lib.MultiAggregation(["mean", "std", lib.SoftmaxAggregation(learn=True)]),
        "proj": lib.MultiAggregation(["sum", "max"], None, "proj", {"in_channels": 4, "out_channels": 3}),
        "settings": lib.MultiAggregation(["softmax", "var"], [{"t": 0.5}, {}]),
        **{
            f"across by {mode}": lib.MultiAggregation(["sum", "max", "mean"], mode=mode)
            for mode in ("sum", "mean", "max", "min", "logsumexp", "std", "var")
        },
        "one of one": lib.MultiAggregation(["mean"], mode="sum"),
        "degrees": lib.DegreeScalerAggregation(["mean", "max"], SCALERS, DEG),
        "learnt degrees": lib.DegreeScalerAggregation("sum", "linear", DEG, train_norm=True),
    }


NAMES = list(aggregations(pyg_aggr))
WIDER = ("attention by column", "attention by mlp")  # networks say nothing of their width


def outcome(aggr, x, *arguments, **keywords):
    x = x.clone().requires_grad_()
    out = aggr(x, *arguments, **keywords)
    wanted = [x, *aggr.parameters()]
    grads = torch.autograd.grad((out**2).sum() + 0 * x.sum(), wanted, allow_unused=True)
    return [out, *(torch.zeros_like(v) if g is None else g for v, g in zip(wanted, grads, strict=True))]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("groups", ["unsorted", "sorted", "one group", "alone", "no rows"])
def test_same_as_pyg(name, groups):
    x, index, size = draw(groups)
    mine, other = aggregations(ours)[name].double(), aggregations(pyg_aggr)[name].double()
    other.load_state_dict(mine.state_dict())
    for found, expected in zip(
        outcome(mine, x, index, dim_size=size), outcome(other, x, index, dim_size=size), strict=True
    ):
        torch.testing.assert_close(found, expected, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("name", NAMES)
def test_every_group_stands_alone(name):
    """The definition: what a group gives is what its rows give alone, in any order, and int32 means the same."""
    x, index, size = draw("unsorted")
    aggr = aggregations(ours)[name].double()
    out = aggr(x, index, dim_size=size)
    torch.testing.assert_close(aggr(x, index.int(), dim_size=size), out)
    order = torch.tensor([3, 7, 0, 5, 1, 2, 6, 4])
    torch.testing.assert_close(aggr(x[order], index[order], dim_size=size), out)
    for group in index.unique().tolist():
        torch.testing.assert_close(aggr(x[index == group])[0], out[group])


@pytest.mark.parametrize("name", NAMES)
def test_sorted_rows_by_ptr(name):
    x, index, _ = draw("sorted")
    ptr = torch.tensor([0, 2, 5, 5, 5, 8])
    aggr = aggregations(ours)[name].double()
    torch.testing.assert_close(aggr(x, ptr=ptr), aggr(x, index, dim_size=5))


@pytest.mark.parametrize("name", NAMES)
def test_corner_cases_and_state(name):
    aggr = aggregations(ours)[name].double()
    for groups in GROUPS:
        x, index, size = draw(groups)
        out = aggr(x, index, dim_size=size)
        assert out.shape == (size, aggr.get_out_channels(4) if name not in WIDER else 3)
        assert groups in ("nothing", "no rows") or out.isfinite().all()
    x, index, _ = draw("unsorted")
    other = aggregations(ours)[name].double()
    with torch.no_grad():
        for parameter in other.parameters():
            parameter.add_(1)
    other.load_state_dict(aggr.state_dict())
    assert torch.equal(aggr(x, index), other(x, index))


@pytest.mark.parametrize("name", [name for name in NAMES if "semi" not in name and name != "cold softmax"])
def test_gradients(name):
    x, index, size = draw("unsorted")
    aggr = aggregations(ours)[name].double()
    inputs = (x.requires_grad_(), *aggr.parameters())
    assert torch.autograd.gradcheck(lambda x, *_: aggr(x, index, dim_size=size), inputs, fast_mode=True)


@pytest.mark.parametrize("name", ["sum", "std", "semi std", "softmax", "learnt softmax", "cat", "degrees", "proj"])
def test_rows_on_other_axes(name):
    x, index, size = draw("unsorted", width=4)
    aggr = aggregations(ours)[name].double()
    stacked = torch.stack([x, 2 * x])
    expected = torch.stack([aggr(part, index, dim_size=size) for part in stacked])
    torch.testing.assert_close(aggr(stacked, index, dim_size=size), expected)
    torch.testing.assert_close(aggr(stacked.movedim(1, 0), index, dim_size=size, dim=0).movedim(0, 1), expected)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
@pytest.mark.parametrize("name", NAMES)
def test_dtypes(name, dtype):
    x, index, size = draw("sorted")
    expected = aggregations(ours)[name].double()(x, index, dim_size=size)
    out = aggregations(ours)[name].to(dtype)(x.to(dtype), index, dim_size=size)
    assert out.dtype == dtype
    tolerance = 1e-4 if dtype == torch.float32 else 0.1
    torch.testing.assert_close(out.double(), expected, rtol=tolerance, atol=tolerance)


def test_reset_gives_the_first_values_back():
    softmax = ours.SoftmaxAggregation(t=3.0, learn=True)
    degrees = ours.DegreeScalerAggregation("sum", "linear", DEG, train_norm=True)
    expected = degrees.avg_deg_lin.item()
    with torch.no_grad():
        softmax.t.zero_(), degrees.avg_deg_lin.zero_()
    softmax.reset_parameters(), degrees.reset_parameters()
    assert softmax.t.item() == 3.0
    assert degrees.avg_deg_lin.item() == expected == pytest.approx(11 / 7)
    network = nn.Sequential(nn.Linear(4, 1))
    before = network[0].weight.clone()
    ours.AttentionalAggregation(network).reset_parameters()
    assert not torch.equal(network[0].weight, before)


@pytest.mark.parametrize("name", NAMES)
def test_repr_is_pygs(name):
    mine, other = (repr(aggregations(lib)[name]) for lib in (ours, pyg_aggr))
    if "attention" in name:  # networks print themselves
        assert mine.startswith("AttentionalAggregation(gate_nn=")
    else:
        assert mine == other


def test_names():
    assert isinstance(aggregation_resolver("add"), ours.SumAggregation)
    assert isinstance(aggregation_resolver("Set2Set", in_channels=3, processing_steps=1), ours.Set2Set)
    assert isinstance(aggregation_resolver("softmax_aggregation"), ours.SoftmaxAggregation)
    assert isinstance(aggregation_resolver(["mean", "max"], mode="sum"), ours.MultiAggregation)


# Layers


def layer_of(base):
    class Layer(base):
        def forward(self, x, edge_index):
            return self.propagate(edge_index, x=x)

        def message(self, x_i, x_j):
            return torch.sin(x_i) * x_j

    return Layer


EDGES = torch.randint(0, 40, (2, 300), generator=torch.Generator().manual_seed(0)).unique(dim=1)
X = torch.randn(40, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(1))


def choices(lib):
    """What a layer may be told to aggregate by."""
    return {
        "var": ("var", None),
        "std": ("std", None),
        "mul": ("mul", None),
        "softmax": ("softmax", {"learn": True}),
        "list": (["mean", "var", "add"], None),
        "mixed list": (["mean", "softmax"], {"aggrs_kwargs": [{}, {"t": 2.0}]}),
        "module": (lib.MaxAggregation(), None),
        "semi": (lib.VarAggregation(semi_grad=True), None),
        "learnt module": (lib.SoftmaxAggregation(learn=True, channels=4), None),
        "set2set": (lib.Set2Set(4, 2), None),
        "degrees": (lib.DegreeScalerAggregation(["mean", "std"], SCALERS, DEG, train_norm=True), None),
    }


@pytest.mark.parametrize("flow", ["source_to_target", "target_to_source"])
@pytest.mark.parametrize("name", list(choices(pyg_aggr)))
def test_layers_aggregate_as_pygs_do(name, flow, monkeypatch):
    made = [
        layer_of(base)(choices(lib)[name][0], aggr_kwargs=choices(lib)[name][1], flow=flow).double()
        for base, lib in ((MessagePassing, ours), (pyg.MessagePassing, pyg_aggr))
    ]
    if name == "set2set":  # PyG wants sorted edges there
        order = EDGES[1 if flow == "source_to_target" else 0].argsort(stable=True)
    else:
        order = torch.arange(EDGES.shape[1])
    made[1].load_state_dict(made[0].state_dict())
    expected = outcome(made[1], X, EDGES[:, order])
    for worthwhile in (2**40, 0):  # at once, and in blocks
        monkeypatch.setattr(_blocks, "_WORTHWHILE_BYTES", worthwhile)
        monkeypatch.setattr(_blocks, "_BLOCK_BYTES", 1)
        monkeypatch.setattr(_blocks, "_MIN_EDGES", 50)
        for found, other in zip(outcome(made[0], X, EDGES), expected, strict=True):
            torch.testing.assert_close(found, other, rtol=1e-10, atol=1e-10)


class Watching(ours.Aggregation):
    """The largest difference between rows; notes how many rows it saw."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def forward(self, x, index, ptr=None, dim_size=None, dim=-2):
        self.seen.append(len(index))
        return self.reduce(x, index, ptr, dim_size, dim, "max") - self.reduce(x, index, ptr, dim_size, dim, "min")


def test_modules_of_ones_own_run_in_blocks_unless_they_say_no(monkeypatch):
    monkeypatch.setattr(_blocks, "_WORTHWHILE_BYTES", 0)
    monkeypatch.setattr(_blocks, "_BLOCK_BYTES", 1)
    monkeypatch.setattr(_blocks, "_MIN_EDGES", 50)
    cut, whole = Watching(), Watching()
    whole.blocked = False
    torch.testing.assert_close(layer_of(MessagePassing)(cut)(X, EDGES), layer_of(MessagePassing)(whole)(X, EDGES))
    assert max(cut.seen) < EDGES.shape[1] / 3
    assert whole.seen == [EDGES.shape[1]]
    foreign = layer_of(MessagePassing)(pyg_aggr.PowerMeanAggregation())  # a module of unknown kind sees all at once
    torch.testing.assert_close(foreign(X, EDGES), layer_of(pyg.MessagePassing)("powermean")(X, EDGES))


def test_edges_are_sorted_once(monkeypatch):
    from edgewise.ops import _segments

    layer = layer_of(MessagePassing)("softmax")
    layer(X, EDGES)
    monkeypatch.setattr(_segments, "_group", lambda *_: pytest.fail("sorted what was sorted"))
    layer(X, EDGES)


def test_a_reduction_that_was_overridden_is_not_bypassed():
    class Twice(ours.SumAggregation):
        def forward(self, x, index, ptr=None, dim_size=None, dim=-2):
            return 2 * super().forward(x, index, ptr, dim_size, dim)

    torch.testing.assert_close(layer_of(MessagePassing)(Twice())(X, EDGES), 2 * layer_of(MessagePassing)()(X, EDGES))


@pytest.mark.parametrize("name", ["std", "softmax", "mixed list", "module", "learnt module"])
def test_sage_conv_takes_any_aggregation(name):
    made = [
        layer(4, 3, choices(lib)[name][0], aggr_kwargs=choices(lib)[name][1]).double()
        for layer, lib in ((SAGEConv, ours), (pyg.SAGEConv, pyg_aggr))
    ]
    made[1].load_state_dict(made[0].state_dict())
    for found, expected in zip(*(outcome(layer, X, EDGES) for layer in made), strict=True):
        torch.testing.assert_close(found, expected, rtol=1e-10, atol=1e-10)
    open_width = SAGEConv(-1, 3, choices(ours)[name][0], aggr_kwargs=choices(ours)[name][1]).double()
    assert open_width(X, EDGES).shape == (40, 3)


@pytest.mark.parametrize("name", ["std", "softmax", "module"])
def test_graph_conv_takes_any_aggregation(name):
    weight = torch.rand(EDGES.shape[1], dtype=torch.float64)
    made = [
        layer(4, 3, choices(lib)[name][0], aggr_kwargs=choices(lib)[name][1]).double()
        for layer, lib in ((ours.GraphConv, ours), (pyg.GraphConv, pyg_aggr))
    ]
    made[1].load_state_dict(made[0].state_dict())
    for found, expected in zip(*(outcome(layer, X, EDGES, weight) for layer in made), strict=True):
        torch.testing.assert_close(found, expected, rtol=1e-10, atol=1e-10)
