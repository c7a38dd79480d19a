"""Functions on edge_index under torch.compile: one graph where sizes are given, equal results and gradients."""

import pytest
import torch
import torch._dynamo.testing

from edgewise import utils

INDEX = torch.randint(0, 5, (40,), generator=torch.Generator().manual_seed(0))
PTR = utils.cumsum(torch.bincount(INDEX))
BATCH = INDEX.sort()[0]


@pytest.mark.parametrize(
    "function",
    [
        *(lambda x, r=r: utils.scatter(x, INDEX, 0, 5, r) for r in ("sum", "mean", "min", "max", "mul")),
        lambda x: utils.scatter(x.t(), INDEX, -1, 5),
        lambda x: utils.segment(x, PTR, "mean"),
        lambda x: utils.softmax(x, INDEX, num_nodes=5),
        lambda x: utils.softmax(x, ptr=PTR),
        lambda x: utils.to_dense_batch(x, BATCH, max_num_nodes=6, batch_size=5)[0],
        lambda x: utils.cumsum(x),
        lambda x: utils.mask_feature(x, p=0.0)[0] * utils.one_hot(INDEX, 5)[:, :3],
    ],
)
def test_one_graph(function):
    x = torch.rand(40, 3, generator=torch.Generator().manual_seed(1)).add(0.5).requires_grad_()
    torch._dynamo.reset()
    expected = function(x)
    out = torch.compile(function, fullgraph=True, backend="aot_eager")(x)
    torch.testing.assert_close(out, expected)
    grads = [torch.autograd.grad((result**2).sum(), x)[0] for result in (out, expected)]
    torch.testing.assert_close(*grads)
