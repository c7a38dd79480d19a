"""spmm on a power-law graph of 2 M edges: against torch.sparse.mm, gather + scatter_add, and the memory's own speed."""

import torch

from benchmarks._graphs import power_law
from benchmarks._timing import in_turn
from edgewise import Adjacency
from edgewise.ops import spmm

NODES, EDGES = 131_072, 2_000_000
WIDTHS = (16, 64, 128, 256)


def scatter_sum(x: torch.Tensor, source: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """What message passing without a fused kernel does: one row of memory an edge, then atomics."""
    messages = x.index_select(0, source)
    return torch.zeros_like(x).scatter_add_(0, target.unsqueeze(1).expand_as(messages), messages)


def run() -> list[dict[str, float | str]]:
    edge_index = power_law(NODES, EDGES)
    adjacency = Adjacency.of(edge_index, (NODES, NODES))
    matrix = torch.sparse_csr_tensor(
        adjacency.indptr, adjacency.indices.long(), torch.ones(EDGES), (NODES, NODES), check_invariants=False
    )
    rows = []
    for width in WIDTHS:
        x = torch.randn(NODES, width)
        expected = torch.sparse.mm(matrix, x)
        torch.testing.assert_close(spmm(adjacency, x), expected, rtol=1e-4, atol=1e-3)
        seconds = in_turn(
            {
                "edgewise": lambda x=x: spmm(adjacency, x),
                "torch.sparse.mm": lambda x=x: torch.sparse.mm(matrix, x),
                "gather + scatter_add": lambda x=x: scatter_sum(x, edge_index[0], edge_index[1]),
            },
            rounds=5 if width < 256 else 3,
        )
        ours = seconds["edgewise"]
        peers = {f"x {name}": time / ours for name, time in seconds.items() if name != "edgewise"}
        rows.append({"work": f"spmm sum, F = {width}", "edgewise ms": ours * 1e3, **peers})
    return rows
