"""The propagation layers under torch.compile, in settings that their cases for check_conv leave out."""

import pytest
import torch
from tests.compile.test_compile import EDGES, assert_compiles

from edgewise.nn import APPNP, ChebConv, GCN2Conv, GraphConv, SGConv


@pytest.mark.parametrize(
    "layer",
    [
        GraphConv(5, 3, flow="target_to_source"),
        SGConv(5, 3, K=2, flow="target_to_source"),
        APPNP(2, 0.1, flow="target_to_source"),
        ChebConv(5, 3, 3, normalization="rw", flow="target_to_source"),
    ],
    ids=lambda layer: type(layer).__name__,
)
def test_flow(layer):
    assert_compiles(layer, torch.randn(20, 5, requires_grad=True), EDGES)


def test_gcn2_conv_without_normalisation():
    x, first = (torch.randn(20, 5, requires_grad=True) for _ in range(2))
    assert_compiles(GCN2Conv(5, 0.1, theta=0.5, layer=1, normalize=False), x, first, EDGES)


def test_cheb_conv_with_an_eigenvalue_a_graph():
    batch, largest = torch.arange(20) // 10, torch.tensor([1.5, 2.5])
    conv = ChebConv(5, 3, 3)
    assert_compiles(lambda x: conv(x, EDGES, None, batch, largest), torch.randn(20, 5, requires_grad=True))


def test_appnp_drops():
    torch._dynamo.reset()
    compiled = torch.compile(APPNP(1, 0.0, dropout=0.5), fullgraph=True, backend="aot_eager")
    first, second = compiled(torch.eye(20), EDGES), compiled(torch.eye(20), EDGES)
    assert not torch.equal(first, second)
