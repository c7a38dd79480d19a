"""check_conv finds each kind of broken layer, and says which promise it breaks."""

import pytest
import torch

from edgewise.errors import ArgumentError
from edgewise.nn import MessagePassing, SAGEConv
from edgewise.ops import segment_reduce
from edgewise.testing import CheckError, check_conv


class Layer(torch.nn.Module):
    """A sum of neighbours that a subclass breaks."""

    in_channels = 16

    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.linspace(-1, 1, 16))

    def forward(self, x, edge_index):
        return segment_reduce(x[edge_index[0].long()] * self.weight, edge_index[1].long(), len(x))


class Numbered(Layer):
    def forward(self, x, edge_index):
        return super().forward(x, edge_index) + torch.arange(len(x), dtype=x.dtype)[:, None]


class Ordered(Layer):
    def forward(self, x, edge_index):
        place = torch.arange(edge_index.shape[1], dtype=x.dtype)[:, None]
        return segment_reduce(x[edge_index[0].long()] * place, edge_index[1].long(), len(x))


class Unmeant(Layer):
    def forward(self, x, edge_index):
        degree = torch.bincount(edge_index[1].long(), minlength=len(x))
        return super().forward(x, edge_index) / degree[:, None]


class Short(Layer):
    def forward(self, x, edge_index):
        return super().forward(x, edge_index)[: int(edge_index.max()) + 1 if edge_index.numel() else 0]


class Detached(Layer):
    def forward(self, x, edge_index):
        return super().forward(x, edge_index) + x - x.detach()


class Single(Layer):
    def forward(self, x, edge_index):
        return super().forward(x, edge_index) * torch.ones(1, dtype=torch.float64)


class Forgetful(Layer):
    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.ones(16))
        self.calls = [1.0]

    def forward(self, x, edge_index):
        self.calls[0] += 0.5
        return super().forward(x, edge_index) * self.calls[0]


class Random(Layer):
    count = 0

    def forward(self, x, edge_index):
        Random.count += 1
        return super().forward(x, edge_index) * Random.count


@pytest.mark.parametrize(
    ("layer", "text"),
    [
        (Numbered, "expected Numbered to follow its nodes when they are numbered otherwise, got"),
        (Ordered, "expected Ordered to give the same for edges in another order, got"),
        (Unmeant, "expected Unmeant to give a finite row a node, got [3, 16] with values that are not finite for no"),
        (Short, "expected Short to give a finite row a node, got [0, 16] for no edges"),
        (Detached, "expected Detached to have the gradients of its formula, got: Jacobian mismatch"),
        (Single, "expected Single to give float32 for float32, got float64. Make constants in the dtype of x"),
        (Layer, "expected Layer to store no message an edge (400000 x 16), got a tensor of [400000, 16] by"),
    ],
)
def test_finds(layer, text):
    with pytest.raises(CheckError) as caught:
        check_conv(layer(), skip=["compiles", "same bits"])
    assert text in str(caught.value)


def test_finds_results_that_depend_on_threads():
    class Threaded(Layer):
        def forward(self, x, edge_index):
            return super().forward(x, edge_index) * (1 + torch.get_num_threads() / 1000)

    with pytest.raises(
        CheckError, match="expected Threaded to give the same bits on one thread and on two, got others"
    ):
        check_conv(Threaded(), skip=["compiles"])


def test_finds_what_changes_from_call_to_call():
    with pytest.raises(CheckError, match="got"):
        check_conv(Random(), skip=["compiles"])


def test_finds_a_wrong_formula():
    with pytest.raises(CheckError, match=r"expected SAGEConv to compute its formula, got .* at \[0, 0\]"):
        check_conv(SAGEConv(8, 16), formula=lambda layer, x, edge_index: layer.lin_r(x), skip=["compiles"])


def test_finds_a_peer_that_differs():
    class Peer(SAGEConv):
        def forward(self, x, edge_index, size=None):
            return super().forward(x, edge_index, size) * 1.01

    with pytest.raises(CheckError, match=r"expected SAGEConv to agree with tests \(result\), got"):
        check_conv(SAGEConv(8, 16), peer=Peer(8, 16), skip=["compiles"])


def test_own_message_passes():
    class Edge(MessagePassing):
        in_channels = 8

        def __init__(self):
            super().__init__("max")
            self.lin = torch.nn.Linear(16, 16)

        def forward(self, x, edge_index):
            return self.propagate(edge_index, x=x)

        def message(self, x_i, x_j):
            return self.lin(torch.cat([x_i, x_j - x_i], dim=-1))

    assert "memory" in check_conv(Edge(), skip=["compiles", "same bits"])


def test_messages():
    with pytest.raises(ArgumentError) as caught:
        check_conv(SAGEConv(8, 16), skip=["compile"])
    assert str(caught.value) == ("check_conv: expected skip to name promises, got 'compile'. Did you mean 'compiles'?")
    with pytest.raises(ArgumentError) as unknown:
        check_conv(SAGEConv(-1, 16))
    assert str(unknown.value) == (
        "check_conv: expected in_channels, a width or a pair of widths, got -1. Pass in_channels=8."
    )
