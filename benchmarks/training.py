"""Full-batch training on a power-law graph of 131 k nodes and 2.2 M edges: GCN, GraphSAGE, GAT, and an MLP as limit."""

import dataclasses
import functools
from types import ModuleType

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from benchmarks._agreement import models_agree
from benchmarks._graphs import scaled, undirected_power_law
from benchmarks._models import (
    Make,
    Product,
    in_form,
    library,
    mlp,
    products,
    pyg_forms,
    training_step,
    user_gat,
    user_gcn,
)
from benchmarks._rows import Bound, Contender, Row, Steps

NODES, EDGES, FEATURES, CLASSES = 131_072, 2_200_000, 128, 40


@functools.cache
def graph() -> tuple[Tensor, Tensor, Tensor]:
    """Features, edges and labels; every node has a loss."""
    nodes, generator = scaled(NODES), torch.Generator().manual_seed(0)
    x = torch.randn(nodes, FEATURES, generator=generator)
    return x, undirected_power_law(nodes, scaled(EDGES)), torch.randint(CLASSES, (nodes,), generator=generator)


def start(make: Make, name: str, form: str = "", keep: bool = False) -> Steps:
    if keep:
        import edgewise

        edgewise.keep_memory()
    x, edge_index, y = graph()
    model = make(library(name))
    forward, edges = in_form(form, model, edge_index, len(x))
    return training_step(model, lambda _: cross_entropy(forward(x, edges)[:, :CLASSES], y))


def start_mlp() -> Steps:
    x, edge_index, y = graph()
    return training_step(mlp(), lambda model: cross_entropy(model(x, edge_index), y))


def start_sage_products() -> Steps:
    """The dense products of GraphSAGE alone: two linear maps a layer; the features want no gradient."""
    first, second = Product(scaled(NODES), FEATURES, 256), Product(scaled(NODES), 256, CLASSES)
    return products(2 * [first, first.grad_w(), second, second.grad_x(), second.grad_w()])


def agreement(make: Make) -> dict[str, tuple[float, float]]:
    x, edge_index, _ = graph()
    ours, theirs = make(library("edgewise")), make(library("torch_geometric"))
    return models_agree(ours, theirs, lambda model, dtype: model(x.to(dtype), edge_index))


def stock(name: str) -> Make:
    def make(nn: ModuleType) -> torch.nn.Module:
        return getattr(nn, name)(FEATURES, 256, num_layers=2, out_channels=CLASSES, dropout=0.5)

    return make


def row(work: str, make: Make, *bounds: Bound, keep: bool = False, **peers: int) -> Row:
    ours = Contender(lambda: start(make, "edgewise", keep=keep))
    forms = pyg_forms(functools.partial(start, make), default=2, **peers)
    return Row(work, {"edgewise": ours, **forms}, bounds, agreement=lambda: agreement(make))


def stock_gcn() -> Row:
    one = row(
        "GCN, stock model",
        stock("GCN"),
        Bound("PyG default", at_least=15),
        Bound("PyG best", at_least=4),
        Bound("torch MLP", at_most=0.45),
        keep=True,
        default_kept=1,
        csr=1,
        csr_kept=3,  # The fastest, so a bound is about it.
        compile=1,
        compile_kept=1,
        compile_csr=1,
        compile_csr_kept=1,
    )
    limits = {"torch MLP": Contender(start_mlp), "torch MLP kept": Contender(start_mlp, rounds=1, kept=True)}
    return dataclasses.replace(one, contenders={**one.contenders, **limits})


def stock_sage() -> Row:
    bound = Bound("PyG default", at_least=12)
    one = row("GraphSAGE-mean, stock model", stock("GraphSAGE"), bound, keep=True, default_kept=1, csr_kept=1)
    limit = {"its matrix products alone": Contender(start_sage_products)}
    return dataclasses.replace(one, contenders={**one.contenders, **limit})


ROWS = [
    row("GCN, user's own module", user_gcn, Bound("PyG default", at_least=6)),
    stock_gcn(),
    stock_sage(),
    row(
        "GAT, user's own module",
        user_gat,
        Bound("PyG default", at_least=6),
        Bound("PyG default", at_most=1 / 6, quantity="memory"),
        default_kept=1,
        csr_kept=1,
    ),
]
