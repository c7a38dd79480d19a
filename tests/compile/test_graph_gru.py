"""Diffusion convolution, T-GCN and DCRNN under torch.compile: one graph, equal results and gradients."""

import pytest
import torch

from edgewise.nn import DConv
from edgewise.nn.models.dcrnn import DCRNN, DCGRUCell
from edgewise.nn.models.t_gcn import TGCN, TGCNCell

EDGES = torch.randint(0, 12, (2, 50), generator=torch.Generator().manual_seed(0))
WEIGHT = 0.5 + torch.rand(50, generator=torch.Generator().manual_seed(1))

CASES = {
    "TGCN": (lambda: TGCN(2, 5, horizon=3), (4, 2, 12, 2)),
    "DCRNN": (lambda: DCRNN(2, 5, horizon=2, K=2, num_layers=1), (4, 1, 12, 2)),
    "TGCNCell": (lambda: TGCNCell(2, 5), (12, 2)),
    "DCGRUCell": (lambda: DCGRUCell(2, 5, K=2), (4, 12, 2)),
    "DConv on a batch": (lambda: DConv(2, 5, K=3), (4, 12, 2)),
    "DConv, turned around": (lambda: DConv(6, 5, K=3, flow="target_to_source"), (12, 6)),
}
MODELS = ("TGCN", "DCRNN")


# A whole model takes long to compile; without weights, its cell does for it.
@pytest.mark.parametrize(
    ("name", "weighted"), [(n, weighted) for n in CASES for weighted in (False, True) if weighted or n not in MODELS]
)
def test_compiles(name, weighted):
    torch._dynamo.reset()
    make, shape = CASES[name]
    layer, x = make().double(), torch.randn(*shape, dtype=torch.float64, requires_grad=True)
    weight = WEIGHT.double().requires_grad_() if weighted else None
    wanted = [x, *([weight] if weighted else []), *layer.parameters()]
    results = []
    for run in (layer, torch.compile(layer, fullgraph=True, backend="aot_eager")):
        out = run(x, EDGES, weight)
        results.append([out, *torch.autograd.grad((out**2).sum(), wanted)])
    for compiled, expected in zip(results[1], results[0], strict=True):
        torch.testing.assert_close(compiled, expected)


def test_the_draw_of_the_truth_compiles():
    torch._dynamo.reset()
    model, x, y = DCRNN(1, 4, horizon=3, K=1, num_layers=1), torch.randn(2, 1, 12, 1), 10 * torch.randn(2, 3, 12)
    compiled = torch.compile(model, fullgraph=True, backend="aot_eager")
    results = []
    for run in (model, compiled):
        torch.manual_seed(3)
        results.append(run(x, EDGES, y=y, p_truth=0.5))
    torch.testing.assert_close(*results)
