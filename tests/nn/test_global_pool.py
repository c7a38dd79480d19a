"""Global pools against PyG's and their definition: batches in any order, empty graphs, one graph, gradients."""

import pytest
import torch
import torch_geometric.nn as pyg

from edgewise.errors import ArgumentError, DTypeError, ShapeError
from edgewise.nn import global_add_pool, global_max_pool, global_mean_pool

PAIRS = [
    (global_add_pool, pyg.global_add_pool),
    (global_mean_pool, pyg.global_mean_pool),
    (global_max_pool, pyg.global_max_pool),
]
BATCHES = {
    "sorted": [0, 0, 0, 1, 2, 2, 2],
    "unsorted": [2, 0, 1, 0, 2, 2, 0],
    "empty graph": [0, 0, 0, 2, 2, 2, 4],
    "one graph": [0] * 7,
    "none": None,
}


def graphs_of(name, dtype=torch.int64):
    return None if BATCHES[name] is None else torch.tensor(BATCHES[name], dtype=dtype)


@pytest.mark.parametrize(("ours", "theirs"), PAIRS, ids=["add", "mean", "max"])
@pytest.mark.parametrize("name", BATCHES)
@pytest.mark.parametrize("shape", [(7, 3), (7,), (2, 7, 3)], ids=str)
def test_parity_with_pyg(ours, theirs, name, shape):
    batch, results = graphs_of(name), []
    for pool in (ours, theirs):
        x = torch.randn(shape, dtype=torch.float64, generator=torch.Generator().manual_seed(0)).requires_grad_()
        out = pool(x, batch, size=None if batch is None else 6)
        results.append([out, *torch.autograd.grad((out**2).sum(), x)])
    for mine, other in zip(*results, strict=True):
        torch.testing.assert_close(mine, other, rtol=1e-12, atol=1e-12)
    if batch is not None:
        assert ours(x, batch).shape == theirs(x, batch).shape


@pytest.mark.parametrize(("pool", "_"), PAIRS, ids=["add", "mean", "max"])
def test_definition(pool, _):
    x, batch = torch.randn(7, 3, dtype=torch.float64), graphs_of("unsorted", torch.int32)
    reduce = {"global_add_pool": lambda r: r.sum(0), "global_mean_pool": lambda r: r.mean(0)}
    reduce = reduce.get(pool.__name__, lambda r: r.amax(0))
    torch.testing.assert_close(pool(x, batch), torch.stack([reduce(x[batch == g]) for g in range(3)]))
    assert torch.autograd.gradcheck(lambda x: pool(x, batch), x.requires_grad_())


@pytest.mark.parametrize(("pool", "_"), PAIRS, ids=["add", "mean", "max"])
def test_graphs_without_nodes_get_zero(pool, _):
    x = torch.randn(2, 3) - 10
    assert not pool(x, torch.tensor([0, 2]), size=4)[[1, 3]].any()
    assert pool(torch.randn(0, 3), torch.zeros(0, dtype=torch.int64)).shape == (0, 3)
    torch.testing.assert_close(pool(torch.randn(0, 3), None), torch.zeros(1, 3))


def test_size_is_read_again_when_batch_changes():
    x, batch = torch.ones(3, 1), torch.tensor([0, 1, 1])
    assert global_add_pool(x, batch).tolist() == [[1], [2]]
    batch[0] = 2
    assert global_add_pool(x, batch).tolist() == [[0], [2], [1]]


@pytest.mark.unhooked
@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        (
            (torch.ones(2, 3).long(), None),
            DTypeError,
            "global_add_pool: expected x as a floating tensor of nodes, got int64 [2, 3]. Use x.float().",
        ),
        (
            (torch.ones(2, 3), torch.ones(2)),
            DTypeError,
            "global_add_pool: expected batch as an integer tensor, got float32. Pass data.batch.",
        ),
        (
            (torch.ones(2, 3), torch.tensor([0, 1, 1])),
            ShapeError,
            "global_add_pool: expected batch of shape [2], one graph number a node, got [3]. "
            "Pass data.batch of the same batch as x.",
        ),
        (
            (torch.ones(2, 3), torch.tensor([0, -1])),
            ArgumentError,
            "global_add_pool: expected graph numbers of 0 or more in batch, got -1. Drop those nodes first.",
        ),
        (
            (torch.ones(2, 3), torch.tensor([0, 4]), 3),
            ArgumentError,
            "global_add_pool: expected size of at least 5, as batch has graph 4, got 3. Leave it out.",
        ),
    ],
)
def test_messages(arguments, error, text):
    with pytest.raises(error) as caught:
        global_add_pool(*arguments)
    assert str(caught.value) == text
