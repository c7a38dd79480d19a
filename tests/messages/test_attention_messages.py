"""What the attention layers say to wrong arguments."""

import pytest
import torch

from edgewise.errors import ArgumentError, DTypeError, EdgewiseError, ShapeError
from edgewise.nn import GAT, GATConv, GATv2Conv, TransformerConv

X = torch.ones(4, 3)
EDGES = torch.tensor([[0, 1, 2], [1, 2, 3]])
LAYERS = [GATConv, GATv2Conv, TransformerConv]


@pytest.mark.parametrize("cls", LAYERS)
@pytest.mark.parametrize(
    ("edge_dim", "attr", "error", "text"),
    [
        (
            None,
            torch.ones(3, 4),
            ShapeError,
            "expected no edge_attr (built with edge_dim=None), got [3, 4]. Build it with edge_dim=4.",
        ),
        (
            None,
            torch.ones(3),
            ShapeError,
            "expected no edge_attr (built with edge_dim=None), got [3]. Build it with edge_dim=1.",
        ),
        (
            2,
            torch.ones(3, 4),
            ShapeError,
            "expected edge_attr of shape [3, 2], got [3, 4]. "
            "Pass a row an edge, in the order of edge_index, as wide as edge_dim.",
        ),
        (
            1,
            torch.ones(4),
            ShapeError,
            "expected edge_attr of shape [3, 1], got [4]. "
            "Pass a row an edge, in the order of edge_index, as wide as edge_dim.",
        ),
        (
            -1,
            torch.ones(4, 2),
            ShapeError,
            "expected edge_attr of shape [3, edge_dim], got [4, 2]. "
            "Pass a row an edge, in the order of edge_index, as wide as edge_dim.",
        ),
        (
            2,
            torch.ones(3, 2, dtype=torch.long),
            DTypeError,
            "expected floating edge_attr, got int64. Use edge_attr.float().",
        ),
    ],
)
def test_edge_features(cls, edge_dim, attr, error, text):
    with pytest.raises(error) as caught:
        cls(3, 2, edge_dim=edge_dim)(X, EDGES, attr)
    assert isinstance(caught.value, EdgewiseError)
    assert str(caught.value) == f"{cls.__name__}: {text}"


@pytest.mark.parametrize("cls", [GATv2Conv, TransformerConv])
def test_destinations_without_features(cls):
    with pytest.raises(ArgumentError) as caught:
        cls((3, 3), 2)((X, None), EDGES)
    assert str(caught.value) == (
        f"{cls.__name__}: expected x of the destinations, got None. Its scores compare both ends of an edge: "
        "pass (x_src, x_dst)."
    )


def test_transformer_without_its_edge_features():
    with pytest.raises(ArgumentError) as caught:
        TransformerConv(3, 2, edge_dim=4)(X, EDGES)
    assert str(caught.value) == (
        "TransformerConv: expected edge_attr (built with edge_dim=4), got None. "
        "Pass a row an edge, or build it without edge_dim."
    )


@pytest.mark.parametrize("cls", LAYERS)
def test_width(cls):
    with pytest.raises(ShapeError) as caught:
        cls((3, 5), 2)((X, X.clone()), EDGES)
    assert str(caught.value) == (
        f"{cls.__name__}: expected x of the destinations with 5 features (built with in_channels=5), got 3. "
        "Build it with in_channels=3, or -1 to read the width from the data."
    )


def test_heads_that_do_not_divide():
    with pytest.raises(ArgumentError) as caught:
        GAT(3, 7, 2, heads=2, v2=True)
    assert str(caught.value) == (
        "GAT: expected a width that 2 heads divide, got 7. Pass concat=False, or widths that they do."
    )
