"""What aggregations and PNAConv say of wrong arguments."""

import pytest
import torch

from edgewise.errors import ArgumentError, DTypeError, EdgewiseError, NodeIndexError, ShapeError
from edgewise.nn import (
    Aggregation,
    AttentionalAggregation,
    DegreeScalerAggregation,
    MessagePassing,
    MultiAggregation,
    PNAConv,
    Set2Set,
    SoftmaxAggregation,
    SumAggregation,
)
from edgewise.nn.aggr.resolver import aggregation_resolver

X = torch.ones(4, 3)
INDEX = torch.tensor([0, 0, 1, 2])
DEG = torch.tensor([0, 2, 1])
EDGES = torch.tensor([[0, 1], [1, 2]])
SHORT = (
    "('add', 'attentional', 'degreescaler', 'max', 'mean', 'min', 'mul', 'multi', 'set2set', 'softmax', 'std', 'sum', "
    "'var')"
)


def assert_says(error, text, call):
    with pytest.raises(error) as caught:
        call()
    assert isinstance(caught.value, EdgewiseError)
    assert str(caught.value) == text


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (
            lambda: SumAggregation()(X.long(), INDEX),
            DTypeError,
            "SumAggregation: expected floating x, got int64. Use x.float().",
        ),
        (
            lambda: SumAggregation()(X[:, 0], INDEX),
            ArgumentError,
            "SumAggregation: expected dim to be an axis of x [4], got -2. Pass dim=0 to aggregate rows.",
        ),
        (
            lambda: SumAggregation()(X, INDEX.float()),
            DTypeError,
            "SumAggregation: expected integer index, got float32. Use index.long().",
        ),
        (
            lambda: SumAggregation()(X, INDEX[:3]),
            ShapeError,
            "SumAggregation: expected index of shape [4], a group for each row of x, got [3]. "
            "Pass dim where rows are another axis of x.",
        ),
        (
            lambda: SumAggregation()(X, INDEX, dim_size=2),
            NodeIndexError,
            "SumAggregation: expected index values below dim_size=2, got 2. Pass dim_size=3, or leave it out.",
        ),
        (
            lambda: SumAggregation()(X, INDEX - 1),
            NodeIndexError,
            "SumAggregation: expected index values of at least 0, got -1. Drop rows of a negative index.",
        ),
        (
            lambda: SumAggregation()(X, ptr=torch.tensor([0, 3, 2, 4])),
            ShapeError,
            "SumAggregation: expected ptr to rise from 0 to the 4 rows of x, got [0, 3, 2, 4]. Pass index instead.",
        ),
        (
            lambda: SumAggregation()(X, ptr=torch.tensor([0, 3])),
            ShapeError,
            "SumAggregation: expected ptr to rise from 0 to the 4 rows of x, got [0, 3]. Pass index instead.",
        ),
        (
            lambda: SumAggregation()(X, ptr=torch.tensor([0, 4]), dim_size=3),
            ArgumentError,
            "SumAggregation: expected dim_size=1, the groups of ptr, got 3. Leave it out.",
        ),
        (
            lambda: SoftmaxAggregation(learn=True, channels=2)(X, INDEX),
            ShapeError,
            "SoftmaxAggregation: expected x of shape [rows, 2] (built with channels=2), got [4, 3]. "
            "Build it with channels=3.",
        ),
        (
            lambda: SoftmaxAggregation(learn=True, semi_grad=True),
            ArgumentError,
            "SoftmaxAggregation: expected semi_grad=False with learn=True, got True. A gradient teaches t.",
        ),
        (
            lambda: SoftmaxAggregation(channels=2),
            ArgumentError,
            "SoftmaxAggregation: expected channels=1 with learn=False, got 2. Pass learn=True.",
        ),
        (
            lambda: Set2Set(2, 3)(X, INDEX),
            ShapeError,
            "Set2Set: expected x of shape [rows, 2] (built with in_channels=2), got [4, 3]. "
            "Build it with in_channels=3.",
        ),
        (
            lambda: Set2Set(2, 0),
            ArgumentError,
            "Set2Set: expected processing_steps of at least 1, got 0. Pass 3, for example.",
        ),
        (
            lambda: Set2Set(2, 1, bidirectional=True),
            ArgumentError,
            "Set2Set: expected no bidirectional, got True. Leave it out.",
        ),
        (
            lambda: AttentionalAggregation(torch.nn.Linear(3, 2))(X, INDEX),
            ShapeError,
            "AttentionalAggregation: expected gate_nn to give 1 column, or 3 as the rows that it weighs, got [4, 2]. "
            "End it in Linear(..., 1).",
        ),
        (
            lambda: MultiAggregation([]),
            ArgumentError,
            "MultiAggregation: expected aggrs, a list of at least one, got []. Pass ['mean', 'max'].",
        ),
        (
            lambda: MultiAggregation(["mean"], [{}, {}]),
            ArgumentError,
            "MultiAggregation: expected aggrs_kwargs for each of the 1 aggrs, got 2. Pass {} for one without settings.",
        ),
        (
            lambda: MultiAggregation(["mean", "max"], mode="attn"),
            ArgumentError,
            "MultiAggregation: expected mode to be one of ('cat', 'proj', 'sum', 'mean', 'max', 'min', 'logsumexp', "
            "'std', 'var'), got 'attn'. Pass 'proj' to learn how they are combined.",
        ),
        (
            lambda: MultiAggregation(["mean", "max"], mode="proj"),
            ArgumentError,
            "MultiAggregation: expected several aggrs, in_channels and out_channels with mode='proj', got 2, None and "
            "None. Pass the widths in mode_kwargs.",
        ),
        (
            lambda: DegreeScalerAggregation("sum", ["amplify"], DEG),
            ArgumentError,
            "DegreeScalerAggregation: expected scaler to be one of ('identity', 'amplification', 'attenuation', "
            "'linear', 'inverse_linear'), got 'amplify'. Did you mean 'amplification'?",
        ),
        (
            lambda: DegreeScalerAggregation("sum", "linear", torch.tensor([5])),
            ArgumentError,
            "DegreeScalerAggregation: expected deg, how many nodes have 0, 1, 2, ... neighbours, some of them at least "
            "one, got [5]. Use torch.bincount(edge_index[1].bincount()).",
        ),
        (
            lambda: MessagePassing("median"),
            ArgumentError,
            f"MessagePassing: expected aggr to be one of {SHORT}, got 'median'. Did you mean 'mean'?",
        ),
        (
            lambda: MessagePassing(7),
            ArgumentError,
            f"MessagePassing: expected aggr to be one of {SHORT}, got 7. Or pass an Aggregation of your own.",
        ),
        (
            lambda: MessagePassing("sum", aggr_kwargs={"t": 1.0}),
            ArgumentError,
            "MessagePassing: expected the settings of SumAggregation (no settings), got t. Mind aggr_kwargs.",
        ),
        (
            lambda: MessagePassing(["mean", "sun"]),
            ArgumentError,
            f"MultiAggregation: expected aggr to be one of {SHORT}, got 'sun'. Did you mean 'sum'?",
        ),
        (
            lambda: aggregation_resolver(SumAggregation(), t=1.0),
            ArgumentError,
            "aggregation_resolver: expected no settings of an aggregation that is built, got {'t': 1.0}. "
            "Leave them out.",
        ),
        (
            lambda: PNAConv(-1, 4, ["mean"], ["identity"], DEG),
            ArgumentError,
            "PNAConv: expected in_channels of at least 1, got -1. Pass the width of x.",
        ),
        (
            lambda: PNAConv(3, 5, ["mean"], ["identity"], DEG, towers=2),
            ArgumentError,
            "PNAConv: expected out_channels that 2 towers divide, got 5. Pass 4, or another number of towers.",
        ),
        (
            lambda: PNAConv(3, 4, ["mean"], ["identity"], DEG, towers=2, divide_input=True),
            ArgumentError,
            "PNAConv: expected in_channels that 2 towers divide, got 3. Pass 2, or another number of towers.",
        ),
        (
            lambda: PNAConv(3, 4, ["mean"], ["identity"], DEG, pre_layers=2, act="relv"),
            ArgumentError,
            "PNAConv: expected act to be a function of torch.nn.functional, got 'relv'. Did you mean 'relu'?",
        ),
        (
            lambda: PNAConv(3, 4, ["mean"], ["identity"], DEG, pre_layers=2, act=len),
            ArgumentError,
            "PNAConv: expected act to be a module or the name of one, got <built-in function len>. "
            "Pass 'relu', for example.",
        ),
        (
            lambda: PNAConv(3, 4, ["mean"], ["identity"], DEG)(X, EDGES, torch.ones(2, 5)),
            ShapeError,
            "PNAConv: expected no edge_attr (built with edge_dim=None), got [2, 5]. Build it with edge_dim=5.",
        ),
        (
            lambda: PNAConv(3, 4, ["mean"], ["identity"], DEG, edge_dim=2)(X, EDGES),
            ShapeError,
            "PNAConv: expected edge_attr with 2 features (built with edge_dim=2), got none. "
            "Build it with edge_dim=None.",
        ),
        (
            lambda: PNAConv(3, 4, ["mean"], ["identity"], DEG, edge_dim=2)(X, EDGES, torch.ones(5, 2)),
            ShapeError,
            "PNAConv: expected edge_attr with a row for each of the 2 edges, got 5. "
            "Pass it in the order of edge_index.",
        ),
        (
            lambda: PNAConv(5, 4, ["mean"], ["identity"], DEG)(X, EDGES),
            ShapeError,
            "PNAConv: expected x with 5 features (built with in_channels=5), got 3. "
            "Build it with in_channels=3, or -1 to read the width from the data.",
        ),
    ],
)
def test_messages(call, error, text):
    assert_says(error, text, call)


def test_a_missing_forward_is_named():
    class Empty(Aggregation):
        pass

    with pytest.raises(NotImplementedError, match=r"Empty.forward: expected a definition, got none"):
        Empty()(X, INDEX)
