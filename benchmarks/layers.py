"""Every core layer on a power-law graph of 131 k nodes and 2 M edges, 64 features in and out: forward + backward."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import torch
from torch import Tensor

from benchmarks._agreement import models_agree
from benchmarks._graphs import scaled, undirected_power_law
from benchmarks._models import in_form, library, pyg_forms
from benchmarks._rows import Bound, Contender, Row, Steps

NODES, EDGES, WIDTH = 131_072, 2_000_000, 64
HEADS, RELATIONS, EDGE_WIDTH = 4, 8, 16
AGREEMENT_SHARE = 10
"""Results are compared on a graph so many times smaller: in float64 the peer's messages would not fit in memory."""

NODE_TYPES = ("even", "odd")
EDGE_TYPES = tuple((source, "to", target) for source in NODE_TYPES for target in NODE_TYPES)


def no_values(edges: int) -> tuple[Tensor, ...]:
    return ()


def as_they_are(edge_index: Tensor) -> Any:
    return edge_index


def call(layer: torch.nn.Module, x: Tensor, *given: Any) -> Tensor:
    return layer(x, *given)


@dataclass(frozen=True)
class Case:
    """A layer, and how it is called: ``feed(layer, x, edges(edge_index), *values(number of edges))``."""

    make: Callable[[ModuleType], torch.nn.Module]
    values: Callable[[int], tuple[Tensor, ...]] = no_values
    feed: Callable[..., Tensor] = call
    edges: Callable[[Tensor], Any] = as_they_are
    smaller: int = 1
    """How many times smaller its graph is."""
    csr: bool = False
    """Whether the peer is also tried with a CSR matrix."""


class Fed(torch.nn.Module):
    """A layer and the features that it is fed with: both get gradients, and both are compared."""

    def __init__(self, layer: torch.nn.Module, x: Tensor, feed: Callable[..., Tensor]):
        super().__init__()
        self.layer, self.x, self.feed = layer, torch.nn.Parameter(x.clone()), feed

    def forward(self, *given: Any) -> Tensor:
        return self.feed(self.layer, self.x, *given)


@functools.cache
def graph(smaller: int) -> tuple[Tensor, Tensor]:
    """Features and edges, each pair of nodes once in both directions."""
    nodes = scaled(NODES // smaller)
    x = torch.randn(nodes, WIDTH, generator=torch.Generator().manual_seed(0))
    return x, undirected_power_law(nodes, scaled(EDGES // smaller))


def features_of_edges(width: int) -> Callable[[int], tuple[Tensor, ...]]:
    return lambda edges: (torch.randn(edges, width, generator=torch.Generator().manual_seed(1)),)


def types_of_edges(edges: int) -> tuple[Tensor, ...]:
    return (torch.randint(RELATIONS, (edges,), generator=torch.Generator().manual_seed(1)),)


def feed_first_features(layer: torch.nn.Module, x: Tensor, edge_index: Tensor) -> Tensor:
    """GCN2 also takes the features before all layers: here these."""
    return layer(x, x, edge_index)


def edges_by_type(edge_index: Tensor) -> dict[tuple[str, str, str], Tensor]:
    """Nodes of even and of odd numbers are of two types, so edges are of four."""
    kinds = [(edge_index[0] % 2 == source) & (edge_index[1] % 2 == target) for source in (0, 1) for target in (0, 1)]
    return {name: edge_index[:, kind] // 2 for name, kind in zip(EDGE_TYPES, kinds, strict=True)}


def feed_by_type(layer: torch.nn.Module, x: Tensor, edges: dict[tuple[str, str, str], Tensor]) -> Tensor:
    out = layer({"even": x[0::2], "odd": x[1::2]}, edges)
    return torch.cat([out["even"], out["odd"]])


def perceptron(width_in: int, width_out: int) -> torch.nn.Module:
    return torch.nn.Sequential(torch.nn.Linear(width_in, WIDTH), torch.nn.ReLU(), torch.nn.Linear(WIDTH, width_out))


def pna(nn: ModuleType) -> torch.nn.Module:
    """The degrees are those of the whole graph, also where results are compared on a smaller one: they only scale."""
    deg = graph(1)[1][1].bincount().bincount()
    scalers = ["identity", "amplification", "attenuation"]
    return nn.PNAConv(WIDTH, WIDTH, ["mean", "min", "max", "std"], scalers, deg)


def transformer(nn: ModuleType) -> torch.nn.Module:
    layer = nn.TransformerConv(WIDTH, WIDTH // HEADS, heads=HEADS)
    # The softmax cancels this bias, so its gradient is nothing but rounding, which two libraries do not share.
    layer.lin_key.bias.requires_grad_(False)
    return layer


def start(case: Case, name: str, form: str = "") -> Steps:
    x, edge_index = graph(case.smaller)
    values, weight = case.values(edge_index.shape[1]), torch.randn(len(x), WIDTH)
    model = Fed(case.make(library(name)), x, case.feed)
    forward, edge_index = in_form(form, model, edge_index, len(x))
    edges = case.edges(edge_index)

    def step() -> None:
        model.zero_grad()
        (forward(edges, *values) * weight).sum().backward()

    return Steps(step)


def agreement(case: Case) -> dict[str, tuple[float, float]]:
    x, edge_index = graph(case.smaller * AGREEMENT_SHARE)
    edges, values = case.edges(edge_index), case.values(edge_index.shape[1])
    pair = [Fed(case.make(library(name)), x, case.feed) for name in ("edgewise", "torch_geometric")]

    def forward(model: torch.nn.Module, dtype: torch.dtype) -> Tensor:
        return model(edges, *(value.to(dtype) if value.is_floating_point() else value for value in values))

    return models_agree(*pair, forward)


def row(work: str, case: Case) -> Row:
    forms = {"default": 2, **({"csr_kept": 1} if case.csr else {})}
    return Row(
        work=work,
        contenders={
            "edgewise": Contender(lambda: start(case, "edgewise"), rounds=2),
            **pyg_forms(functools.partial(start, case), **forms),
        },
        bounds=(Bound("PyG default", at_least=1), Bound("PyG default", at_most=1 / 2, quantity="memory")),
        agreement=lambda: agreement(case),
    )


CASES = {
    "GCNConv": Case(lambda nn: nn.GCNConv(WIDTH, WIDTH), csr=True),
    "GraphConv": Case(lambda nn: nn.GraphConv(WIDTH, WIDTH), csr=True),
    "SAGEConv, mean": Case(lambda nn: nn.SAGEConv(WIDTH, WIDTH), csr=True),
    "SAGEConv, max": Case(lambda nn: nn.SAGEConv(WIDTH, WIDTH, aggr="max")),
    "GINConv": Case(lambda nn: nn.GINConv(perceptron(WIDTH, WIDTH)), csr=True),
    "GINEConv": Case(lambda nn: nn.GINEConv(perceptron(WIDTH, WIDTH)), features_of_edges(WIDTH)),
    "GATConv": Case(lambda nn: nn.GATConv(WIDTH, WIDTH // HEADS, heads=HEADS)),
    "GATv2Conv": Case(lambda nn: nn.GATv2Conv(WIDTH, WIDTH // HEADS, heads=HEADS)),
    "TransformerConv": Case(transformer),
    "SGConv, K = 2": Case(lambda nn: nn.SGConv(WIDTH, WIDTH, K=2), csr=True),
    "APPNP, K = 10": Case(lambda nn: nn.APPNP(K=10, alpha=0.1), csr=True),
    "GCN2Conv": Case(lambda nn: nn.GCN2Conv(WIDTH, alpha=0.1, theta=0.5, layer=1), feed=feed_first_features, csr=True),
    "ChebConv, K = 3": Case(lambda nn: nn.ChebConv(WIDTH, WIDTH, K=3)),
    # PyG makes a matrix of 64 x 64 for each edge: 32 GB of them for 2 M edges, and as much for the backward pass.
    "NNConv, 50 k edges": Case(
        lambda nn: nn.NNConv(WIDTH, WIDTH, perceptron(EDGE_WIDTH, WIDTH * WIDTH)),
        features_of_edges(EDGE_WIDTH),
        smaller=40,
    ),
    "PNAConv": Case(pna),
    "RGCNConv, 8 relations": Case(lambda nn: nn.RGCNConv(WIDTH, WIDTH, RELATIONS), types_of_edges),
    "HGTConv, 2 types of nodes": Case(
        lambda nn: nn.HGTConv(WIDTH, WIDTH, (list(NODE_TYPES), list(EDGE_TYPES)), heads=HEADS),
        feed=feed_by_type,
        edges=edges_by_type,
    ),
}

ROWS = [row(work, case) for work, case in CASES.items()]
