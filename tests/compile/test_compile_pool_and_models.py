"""Pools and models without message passing of their own under torch.compile: one graph, equal results."""

import pytest
import torch
from tests.compile.test_compile import EDGES, assert_compiles

from edgewise.nn import (
    GAE,
    VGAE,
    ComplEx,
    DistMult,
    LabelPropagation,
    LightGCN,
    RotatE,
    SAGPooling,
    TopKPooling,
    TransE,
    global_add_pool,
    global_max_pool,
    global_mean_pool,
)

OTHERS = torch.randint(0, 20, (2, 50), generator=torch.Generator().manual_seed(1))
BATCH = torch.randint(0, 4, (20,), generator=torch.Generator().manual_seed(2))


@pytest.mark.parametrize("pool", [global_add_pool, global_mean_pool, global_max_pool])
@pytest.mark.parametrize("batch", [None, BATCH], ids=["one", "several"])
def test_global_pools(pool, batch):
    x = torch.randn(20, 5, requires_grad=True)
    assert_compiles(lambda x: pool(x, batch, None if batch is None else 4), x)


@pytest.mark.filterwarnings("ignore:The .grad attribute of a Tensor")  # torch's own, where it goes on after a break
@pytest.mark.parametrize("pool", [TopKPooling(5), TopKPooling(5, min_score=0.1), SAGPooling(5)], ids=str)
def test_poolings_break_the_graph_and_stay_equal(pool):
    torch._dynamo.reset()
    x = torch.randn(20, 5)
    expected, out = pool(x, EDGES, batch=BATCH), torch.compile(pool, backend="aot_eager")(x, EDGES, batch=BATCH)
    for mine, other in zip(out, expected, strict=True):
        assert mine is None if other is None else torch.equal(mine, other)


def test_autoencoders():
    z = torch.randn(20, 4, requires_grad=True)
    model = GAE(torch.nn.Identity())
    assert_compiles(lambda z: model.recon_loss(z, EDGES, OTHERS), z)
    variational = VGAE(torch.nn.Identity())
    assert_compiles(lambda z: variational.kl_loss(z, z), z)


def test_label_propagation():
    torch._dynamo.reset()
    model, y = LabelPropagation(3, 0.8), torch.rand(20, 4)
    mask = torch.rand(20) < 0.5
    compiled = torch.compile(model, fullgraph=True, backend="aot_eager")
    torch.testing.assert_close(compiled(y, EDGES), model(y, EDGES))
    numbers = mask.nonzero().view(-1)
    torch.testing.assert_close(compiled(y, EDGES, numbers), model(y, EDGES, mask))


def test_light_gcn():
    torch._dynamo.reset()
    model = LightGCN(20, 6, 2)

    def loss(weight):
        scores = model(EDGES, OTHERS, weight)
        return model.recommendation_loss(scores[:25], scores[25:])

    assert_compiles(loss, torch.rand(70, requires_grad=True))


@pytest.mark.parametrize("cls", [ComplEx, DistMult, RotatE, TransE])
def test_knowledge_graphs(cls):
    torch._dynamo.reset()
    model, rel = cls(20, 3, 6), torch.randint(0, 3, (50,))
    compiled = torch.compile(model, fullgraph=True, backend="aot_eager")
    torch.testing.assert_close(compiled(OTHERS[0], rel, OTHERS[1]), model(OTHERS[0], rel, OTHERS[1]))
    compiled(OTHERS[0], rel, OTHERS[1]).sum().backward()
    assert model.node_emb.weight.grad.any()
    loss = torch.compile(model.loss, fullgraph=True, backend="aot_eager")
    assert loss(OTHERS[0], rel, OTHERS[1]).isfinite()
