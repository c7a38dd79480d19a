"""spmm on a power-law graph of 2 M edges: against torch.sparse.mm, gather + scatter_add, and reading the rows alone."""

import functools
import time

import torch
from torch import Tensor

import edgewise
from benchmarks._agreement import LARGEST, relative
from benchmarks._gather_limit import BLOCK, read_rows
from benchmarks._graphs import power_law, scaled
from benchmarks._rows import Bound, Contender, Row, Steps
from edgewise import Adjacency
from edgewise.ops import spmm

NODES, EDGES = 131_072, 2_000_000
WIDTHS = (64, 128, 256)


@functools.cache
def graph() -> tuple[Tensor, Adjacency, Tensor]:
    """The edges, our adjacency and torch's CSR matrix of them; from here on freed memory is kept, for all alike."""
    edgewise.keep_memory()
    nodes, edges = scaled(NODES), scaled(EDGES)
    edge_index = power_law(nodes, edges)
    adjacency = Adjacency.of(edge_index, (nodes, nodes))
    matrix = torch.sparse_csr_tensor(
        adjacency.indptr, adjacency.indices.long(), torch.ones(edges), (nodes, nodes), check_invariants=False
    )
    return edge_index, adjacency, matrix


@functools.cache
def features(width: int) -> Tensor:
    return torch.randn(scaled(NODES), width, generator=torch.Generator().manual_seed(0))


def ours(width: int) -> Tensor:
    return spmm(graph()[1], features(width))


def sparse_mm(width: int) -> Tensor:
    return torch.sparse.mm(graph()[2], features(width))


def scatter_sum(width: int) -> Tensor:
    """What message passing without a fused kernel does: one row of memory an edge, then atomics."""
    source, target = graph()[0]
    x = features(width)
    messages = x.index_select(0, source)
    return torch.zeros_like(x).scatter_add_(0, target.unsqueeze(1).expand_as(messages), messages)


def read_alone(width: int) -> Tensor:
    return read_rows(features(width), graph()[1].indices)


def agreement(width: int) -> dict[str, tuple[float, float]]:
    """Our result is torch's; and the limit reads every row: sums of small whole numbers are exact in float32."""
    indices, whole = graph()[1].indices, torch.randint(3, (scaled(NODES), width)).float()
    sums = (indices.bincount(minlength=len(whole)).float() @ whole).view(-1, BLOCK).sum(0)
    unread = float((read_rows(whole, indices) - sums).abs().max())
    return {"output": (relative(ours(width), sparse_mm(width)), LARGEST), "rows not read": (unread, 0.0)}


def contender(run, width: int) -> Contender:
    # OpenMP's threads spin for some milliseconds after each operator and would slow the next contender down.
    return Contender(lambda: Steps(lambda: run(width), prepare=lambda: time.sleep(0.01)))


def row(width: int) -> Row:
    runs = {
        "edgewise": ours,
        "torch.sparse.mm": sparse_mm,
        "reading the rows alone": read_alone,
        "gather + scatter_add": scatter_sum,
    }
    return Row(
        work=f"spmm sum, F = {width}",
        contenders={name: contender(run, width) for name, run in runs.items()},
        bounds=(Bound("torch.sparse.mm", at_least=3), Bound("reading the rows alone", at_most=1.3)),
        agreement=lambda: agreement(width),
        together=True,
    )


ROWS = [row(width) for width in WIDTHS]
