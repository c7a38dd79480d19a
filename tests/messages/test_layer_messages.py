"""What a beginner is told by a layer: ECOSYSTEM section 8, the rows that concern layers."""

import pytest
import torch

from edgewise.errors import ArgumentError, DTypeError, EdgewiseError, NodeIndexError, ShapeError
from edgewise.nn import GCN, GCNConv, Linear, MessagePassing

X = torch.ones(4, 3)
EDGES = torch.tensor([[0, 1, 2], [1, 2, 3]])


class Graph:
    x, edge_index = X, EDGES


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        (
            (X, EDGES.t()),
            ShapeError,
            "GCNConv: expected edge_index of shape [2, edges], got [3, 2]. It looks transposed: use edge_index.t().",
        ),
        (
            (X, EDGES.float()),
            DTypeError,
            "GCNConv: expected integer edge_index, got float32. Use edge_index.long().",
        ),
        (
            (X, EDGES.numpy()),
            DTypeError,
            "GCNConv: expected edge_index as a torch.Tensor, got numpy.ndarray. Use torch.from_numpy(edge_index).",
        ),
        (
            (X, [[0, 1], [1, 0]]),
            DTypeError,
            "GCNConv: expected edge_index as a torch.Tensor, got list. Use torch.tensor(edge_index).",
        ),
        (
            (X, torch.tensor([[0, 1], [1, 7]])),
            NodeIndexError,
            "GCNConv: expected edge_index values in 0..3, got node 7 as destination of edge 1 (4 destination nodes). "
            "Usual cause: ids are not consecutive, or x lacks nodes. Renumber them (Data.from_edges does).",
        ),
        (
            (X, torch.tensor([[0, -1], [1, 2]])),
            NodeIndexError,
            "GCNConv: expected edge_index values in 0..3, got node -1 as source of edge 1 (4 source nodes). "
            "Negative values often mark missing nodes: drop those edges.",
        ),
        (
            (torch.ones(4, 5), EDGES),
            ShapeError,
            "GCNConv: expected x with 3 features (built with in_channels=3), got 5. "
            "Build it with in_channels=5, or -1 to read the width from the data.",
        ),
        (
            (Graph(),),
            DTypeError,
            "GCNConv: expected tensors, got Graph. Layers take tensors: conv(data.x, data.edge_index).",
        ),
        ((X.long(), EDGES), DTypeError, "GCNConv: expected floating x, got int64. Use x.float()."),
    ],
)
def test_layer_messages(arguments, error, text):
    with pytest.raises(error) as caught:
        GCNConv(3, 2)(*arguments)
    assert isinstance(caught.value, EdgewiseError)
    assert str(caught.value) == text


def test_misspelt_message_argument():
    class Wrong(MessagePassing):
        def forward(self, x, edge_index):
            return self.propagate(edge_index, x=x)

        def message(self, xj):
            return xj

    with pytest.raises(ArgumentError) as caught:
        Wrong()(X, EDGES)
    assert str(caught.value) == (
        "Wrong.message: expected arguments that propagate was given, got unknown 'xj'. Did you mean 'x_j'?"
    )


def test_disagreeing_features():
    class Two(MessagePassing):
        def forward(self, x, z, edge_index):
            return self.propagate(edge_index, x=x, z=z)

        def message(self, x_j, z_j):
            return x_j + z_j

    with pytest.raises(ShapeError, match=r"expected z with 4 rows for the source nodes, got 5"):
        Two()(X, torch.ones(5, 3), EDGES)


@pytest.mark.parametrize(
    ("build", "text"),
    [
        (lambda: MessagePassing(aggr="sun"), "MessagePassing: expected aggr to be one of"),
        (lambda: MessagePassing(aggr="sun"), "got 'sun'. Did you mean 'sum'?"),
        (lambda: MessagePassing(flow="up"), "MessagePassing: expected flow to be one of"),
        (
            lambda: MessagePassing(decomposed_layers=2),
            "MessagePassing: expected decomposed_layers=1, got 2. Leave it out.",
        ),
        (lambda: GCNConv(3, 2, add_self_loops=True, normalize=False), "edgewise.utils.add_self_loops(edge_index)"),
        (lambda: GCN(3, 2, 0), "GCN: expected num_layers of at least 1, got 0."),
        (lambda: GCN(3, 2, 1, dropout=2.0), "GCN: expected dropout between 0 and 1, got 2.0."),
        (lambda: GCN(3, 2, 1, act="rleu"), "GCN: expected act to be a function of torch.nn.functional, got 'rleu'."),
        (lambda: Linear(3, 2, weight_initializer="ones"), "Linear: expected weight_initializer in"),
    ],
)
def test_building_messages(build, text):
    with pytest.raises(ArgumentError) as caught:
        build()
    assert text in str(caught.value)


def test_empty_edge_index_is_a_graph_without_edges():
    out = GCNConv(3, 2)(X, torch.zeros(2, 0, dtype=torch.long))
    assert out.shape == (4, 2)


@pytest.mark.parametrize(("method", "arguments"), [("message_and_aggregate", (EDGES,)), ("edge_update", ())])
def test_missing_methods_are_named(method, arguments):
    with pytest.raises(NotImplementedError, match=rf"MessagePassing.{method}: expected a definition, got none"):
        getattr(MessagePassing(), method)(*arguments)
