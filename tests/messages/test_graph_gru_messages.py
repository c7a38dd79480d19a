"""What DConv, T-GCN and DCRNN say of wrong arguments."""

import pytest
import torch

from edgewise.errors import ArgumentError, DTypeError, EdgewiseError, NodeIndexError, ShapeError
from edgewise.nn import DConv
from edgewise.nn.models.dcrnn import DCRNN, DCGRUCell, truth_probability
from edgewise.nn.models.t_gcn import TGCN

X = torch.ones(2, 5, 4, 1)  # two series of five steps of four nodes
EDGES = torch.tensor([[0, 1, 2], [1, 2, 3]])
WRONG = torch.tensor([[0, 1], [1, 7]])
OUTSIDE = (
    "expected edge_index values in 0..3, got node 7 as destination of edge 1 (4 destination nodes). "
    "Usual cause: ids are not consecutive, or x lacks nodes. Renumber them (Data.from_edges does)."
)


@pytest.mark.parametrize(
    ("build", "text"),
    [
        (lambda: DConv(3, 2, K=0), "DConv: expected K of at least 1, got 0. Pass 3 for walks of up to two steps."),
        (lambda: DConv(3, 2, 2, aggr="max"), "DConv: expected aggr='add', got 'max'. Leave it out: a walk is a sum."),
        (lambda: DCGRUCell(3, 2, K=0), "DConv: expected K of at least 1, got 0. Pass 3 for walks of up to two steps."),
        (lambda: TGCN(1, 4, horizon=0), "TGCN: expected horizon of at least 1, got 0. Pass 1 or more."),
        (lambda: TGCN(1, 0, horizon=3), "TGCN: expected hidden_channels of at least 1, got 0. Pass 1 or more."),
        (lambda: DCRNN(1, 4, 3, num_layers=0), "DCRNN: expected num_layers of at least 1, got 0. Pass 1 or more."),
        (lambda: DCRNN(1, 4, 3, K=0), "DCRNN: expected K of at least 1, got 0. Pass 1 or more."),
        (
            lambda: DCRNN(1, 4, 3)(X, EDGES, p_truth=1.5),
            "DCRNN: expected p_truth between 0 and 1, got 1.5. Pass 0.5, for example.",
        ),
        (
            lambda: DCRNN(1, 4, 3)(X, EDGES, p_truth=0.5),
            "DCRNN: expected y with p_truth=0.5, got none. Pass the true values, or p_truth=0.",
        ),
        (
            lambda: truth_probability(3, decay=0.0),
            "truth_probability: expected decay above 0, got 0.0. Pass 2000, for example.",
        ),
    ],
)
def test_values(build, text):
    with pytest.raises(ArgumentError) as caught:
        build()
    assert str(caught.value) == text


MODELS = {"TGCN": lambda: TGCN(1, 4, horizon=3), "DCRNN": lambda: DCRNN(1, 4, horizon=3)}


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(
    ("x", "edge_index", "error", "text"),
    [
        (
            X[..., 0],
            EDGES,
            ShapeError,
            "expected x of shape [batch, time, nodes, features], got [2, 5, 4]. "
            "For one number a node use x.unsqueeze(-1).",
        ),
        (
            X[0, ..., 0],
            EDGES,
            ShapeError,
            "expected x of shape [batch, time, nodes, features], got [5, 4]. For one series use x[None, :, :, None].",
        ),
        (
            X[0, 0, 0],
            EDGES,
            ShapeError,
            "expected x of shape [batch, time, nodes, features], got [1]. Bring x into this shape.",
        ),
        (
            X[:, :0],
            EDGES,
            ShapeError,
            "expected x with at least one step, got [2, 0, 4, 1]. Pass a longer history.",
        ),
        (
            X.expand(2, 5, 4, 3),
            EDGES,
            ShapeError,
            "expected x with 1 features (built with in_channels=1), got 3. "
            "Build it with in_channels=3, or -1 to read the width from the data.",
        ),
        (X.long(), EDGES, DTypeError, "expected floating x, got int64. Use x.float()."),
        (X.tolist(), EDGES, DTypeError, "expected floating x, got list. Use x.float()."),
        (
            X,
            EDGES.t(),
            ShapeError,
            "expected edge_index of shape [2, edges], got [3, 2]. It looks transposed: use edge_index.t().",
        ),
        (X, EDGES.float(), DTypeError, "expected integer edge_index, got float32. Use edge_index.long()."),
    ],
)
def test_sequences(model, x, edge_index, error, text):
    with pytest.raises(error) as caught:
        MODELS[model]()(x, edge_index)
    assert isinstance(caught.value, EdgewiseError)
    assert str(caught.value) == f"{model}: {text}"


@pytest.mark.parametrize(
    ("run", "text"),
    [
        (lambda: DConv(3, 2, K=2)(torch.ones(4, 3), WRONG), f"DConv: {OUTSIDE}"),
        (lambda: DCRNN(1, 4, 3)(X, WRONG), f"DConv: {OUTSIDE}"),
        (lambda: TGCN(1, 4, 3)(X, WRONG), f"GCNConv: {OUTSIDE}"),
    ],
)
def test_nodes_outside_of_the_graph(run, text):
    with pytest.raises(NodeIndexError) as caught:
        run()
    assert str(caught.value) == text


@pytest.mark.parametrize(
    ("x", "text"),
    [
        (
            torch.ones(4, 5),
            "DConv: expected x with 3 features (built with in_channels=3), got 5. "
            "Build it with in_channels=5, or -1 to read the width from the data.",
        ),
        (torch.ones(4, 3).long(), "DConv: expected floating x, got int64. Use x.float()."),
    ],
)
def test_features_of_a_convolution(x, text):
    with pytest.raises((ShapeError, DTypeError)) as caught:
        DConv(3, 2, K=2)(x, EDGES)
    assert str(caught.value) == text


def test_true_values_of_another_shape():
    with pytest.raises(ShapeError) as caught:
        DCRNN(1, 4, 3)(X, EDGES, y=torch.ones(2, 4, 3))
    assert str(caught.value) == (
        "DCRNN: expected y of shape [batch, horizon, nodes] = [2, 3, 4], got [2, 4, 3]. It holds the 3 steps after x."
    )
