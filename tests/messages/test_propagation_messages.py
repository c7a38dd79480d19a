"""What SGConv, APPNP, GCN2Conv, ChebConv and GraphConv say about wrong input."""

import pytest
import torch

from edgewise.errors import ArgumentError, DTypeError, EdgewiseError, NodeIndexError, ShapeError
from edgewise.nn import APPNP, ChebConv, GCN2Conv, GraphConv, SGConv

X = torch.ones(4, 3)
EDGES = torch.tensor([[0, 1, 2], [1, 2, 3]])
BATCH = torch.tensor([0, 0, 1, 1])
LAYERS = [GraphConv(3, 2), SGConv(3, 2), APPNP(2, 0.1), ChebConv(3, 2, 2)]
WIDE = (
    "expected x with 3 features (built with in_channels=3), got 5. "
    "Build it with in_channels=5, or -1 to read the width from the data."
)


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: type(layer).__name__)
def test_wrong_graphs(layer):
    name = type(layer).__name__
    with pytest.raises(ShapeError) as caught:
        layer(X, EDGES.t())
    assert str(caught.value) == (
        f"{name}: expected edge_index of shape [2, edges], got [3, 2]. It looks transposed: use edge_index.t()."
    )
    with pytest.raises(DTypeError) as floating:
        layer(X.long(), EDGES)
    assert str(floating.value) == f"{name}: expected floating x, got int64. Use x.float()."
    with pytest.raises(NodeIndexError) as outside:
        layer(X, torch.tensor([[0, 1], [1, 7]]))
    assert str(outside.value).startswith(
        f"{name}: expected edge_index values in 0..3, got node 7 as destination of edge 1 (4 destination nodes)."
    )


@pytest.mark.parametrize(
    ("run", "error", "text"),
    [
        (lambda: GraphConv(3, 2)(torch.ones(4, 5), EDGES), ShapeError, f"GraphConv: {WIDE}"),
        (lambda: SGConv(3, 2)(torch.ones(4, 5), EDGES), ShapeError, f"SGConv: {WIDE}"),
        (lambda: ChebConv(3, 2, 2)(torch.ones(4, 5), EDGES), ShapeError, f"ChebConv: {WIDE}"),
        (
            lambda: GraphConv((3, 4), 2)((X, torch.ones(4, 5)), EDGES),
            ShapeError,
            "GraphConv: expected x of the destinations with 4 features (built with in_channels=4), got 5. "
            "Build it with in_channels=5, or -1 to read the width from the data.",
        ),
        (
            lambda: SGConv(3, 2, K=-1),
            ArgumentError,
            "SGConv: expected K of at least 0, got -1. Pass K=2, for example.",
        ),
        (
            lambda: APPNP(-1, 0.1),
            ArgumentError,
            "APPNP: expected K of at least 0, got -1. Pass K=2, for example.",
        ),
        (
            lambda: ChebConv(3, 2, 0),
            ArgumentError,
            "ChebConv: expected K of at least 1, got 0. Pass K=2, for example.",
        ),
        (
            lambda: ChebConv(3, 2, 2, normalization="row"),
            ArgumentError,
            "ChebConv: expected normalization to be one of (None, 'sym', 'rw'), got 'row'. Pass 'sym' for most graphs.",
        ),
        (
            lambda: ChebConv(3, 2, 2)(X, EDGES, None, BATCH[:3]),
            ShapeError,
            "ChebConv: expected batch with one number for each of the 4 nodes, got [3]. Pass the graph of each node.",
        ),
        (
            lambda: ChebConv(3, 2, 2)(X, EDGES, None, None, torch.ones(2)),
            ShapeError,
            "ChebConv: expected batch with a lambda_max for each graph, got none for 2 graphs. "
            "Pass batch, the graph of each node.",
        ),
        (
            lambda: ChebConv(3, 2, 2)(X, EDGES, None, BATCH + 1, torch.ones(2)),
            ShapeError,
            "ChebConv: expected lambda_max with one number for each of the 3 graphs of batch, got [2]. "
            "Pass one number for all, or one a graph.",
        ),
        (
            lambda: GCN2Conv(3, 0.1, theta=0.5),
            ArgumentError,
            "GCN2Conv: expected theta and layer together, got theta=0.5 and layer=None. "
            "Pass both, or neither for beta = 1.",
        ),
        (
            lambda: GCN2Conv(3, 0.1, theta=0.5, layer=0),
            ArgumentError,
            "GCN2Conv: expected layer of at least 1, got 0. Pass layer=2, for example.",
        ),
        (
            lambda: GCN2Conv(3, 0.1)(torch.ones(4, 5), X, EDGES),
            ShapeError,
            "GCN2Conv: expected x with 3 features (built with channels=3), got 5. "
            "Bring it to that width with a Linear first.",
        ),
        (
            lambda: GCN2Conv(3, 0.1)(X, X[:2], EDGES),
            ShapeError,
            "GCN2Conv: expected x_0 with 4 rows of 3 features, as x, got [2, 3]. Pass what entered the first layer.",
        ),
        (
            lambda: GCN2Conv(3, 0.1)(X, EDGES, EDGES),
            DTypeError,
            "GCN2Conv: expected floating x_0, got int64. Use x_0.float().",
        ),
    ],
)
def test_messages(run, error, text):
    with pytest.raises(error) as caught:
        run()
    assert isinstance(caught.value, EdgewiseError)
    assert str(caught.value) == text
