"""No operator keeps memory after its call. A few bytes a call pin the heap: training on 4 GB once grew to 6 GB."""

import ctypes
import gc

import pytest
import torch

from edgewise import Adjacency, nn, ops

CALLS = 100


class Mallinfo(ctypes.Structure):
    _fields_ = tuple(
        (name, ctypes.c_size_t)
        for name in [
            "arena",
            "ordblks",
            "smblks",
            "hblks",
            "hblkhd",
            "usmblks",
            "fsmblks",
            "uordblks",
            "fordblks",
            "keepcost",
        ]
    )


def used_bytes():
    """What the C library has handed out, however small and wherever it lies."""
    gc.collect()
    info = ctypes.CDLL(None).mallinfo2
    info.restype = Mallinfo
    found = info()
    return found.uordblks + found.hblkhd


def bytes_left_by(call):
    """The least that a call left behind in one of several rounds: a leak is in all, a table that grows is in one."""
    rounds = []
    for _ in range(3):
        before = used_bytes()
        for _ in range(CALLS):
            call()
        rounds.append((used_bytes() - before) / CALLS)
    return min(rounds)


N, E, F = 50, 200, 8
EDGES = torch.randint(0, N, (2, E), generator=torch.Generator().manual_seed(0))

CASES = {
    "spmm": lambda x: ops.spmm(EDGES.clone(), x),
    "spmm max": lambda x: ops.spmm(EDGES, x, reduce="max"),
    "segment_reduce std": lambda x: ops.segment_reduce(x, EDGES[0, :N], N, reduce="std"),
    "edge_softmax": lambda x: ops.edge_softmax(Adjacency.of(EDGES, (N, N)), x[EDGES[0], :2]),
    "epilogue": lambda x: ops.epilogue(x, None, act="relu", p=0.5),
    "gather": lambda x: ops.gather(x, EDGES[0], Adjacency.of(EDGES, (N, N))),
    "GCNConv": lambda x: nn.GCNConv(F, 4)(x, EDGES),
    "GATConv": lambda x: nn.GATConv(F, 4, heads=2)(x, EDGES),
    "SAGEConv": lambda x: nn.SAGEConv(F, 4)(x, EDGES),
}


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "mallinfo2"), reason="only glibc >= 2.33 says what is in use")
@pytest.mark.parametrize("name", CASES)
def test_keeps_nothing(name):
    def train():
        CASES[name](torch.ones(N, F, requires_grad=True)).sum().backward()

    assert bytes_left_by(train) < 8
