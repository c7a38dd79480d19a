"""A user-written message, as in EdgeConv: an MLP on [x_i, x_j - x_i], largest over the neighbours."""

import functools
from types import ModuleType

import torch
from torch import Tensor

from benchmarks._agreement import models_agree
from benchmarks._graphs import power_law, scaled
from benchmarks._models import Product, in_form, library, products, pyg_forms
from benchmarks._rows import Bound, Contender, Row, Steps

NODES, EDGES, WIDTH = 60_000, 600_000, 64


@functools.cache
def graph() -> tuple[Tensor, Tensor]:
    nodes = scaled(NODES)
    x = torch.randn(nodes, WIDTH, generator=torch.Generator().manual_seed(0), requires_grad=True)
    return x, power_law(nodes, scaled(EDGES))


def model(nn: ModuleType) -> torch.nn.Module:
    class EdgeMLP(nn.MessagePassing):
        def __init__(self):
            super().__init__(aggr="max")
            self.mlp = torch.nn.Sequential(
                torch.nn.Linear(2 * WIDTH, WIDTH), torch.nn.ReLU(), torch.nn.Linear(WIDTH, WIDTH)
            )

        def forward(self, x, edge_index):
            return self.propagate(edge_index, x=x)

        def message(self, x_i, x_j):
            return self.mlp(torch.cat([x_i, x_j - x_i], dim=-1))

    return EdgeMLP()


def start(name: str, form: str = "") -> Steps:
    x, edge_index = graph()
    net = model(library(name))
    forward, edge_index = in_form(form, net, edge_index, len(x))
    weight = torch.randn(len(x), WIDTH)

    def step() -> None:
        x.grad = None
        net.zero_grad()
        (forward(x, edge_index) * weight).sum().backward()

    return Steps(step)


def start_products() -> Steps:
    """The perceptron's products alone: forward, once more for the backward pass, and the two gradients of each."""
    edges = scaled(EDGES)
    forward = [Product(edges, 2 * WIDTH, WIDTH), Product(edges, WIDTH, WIDTH)]
    return products([*forward, *forward, *(grad for one in forward for grad in (one.grad_x(), one.grad_w()))])


def agreement() -> dict[str, tuple[float, float]]:
    x, edge_index = graph()
    pair = model(library("edgewise")), model(library("torch_geometric"))
    return models_agree(*pair, lambda net, dtype: net(x.to(dtype), edge_index))


ROWS = [
    Row(
        work="user-written message, forward + backward",
        contenders={
            "edgewise": Contender(lambda: start("edgewise")),
            **pyg_forms(start, default=3, default_kept=1, compile=1, compile_kept=1),
            "its matrix products alone": Contender(start_products),
        },
        bounds=(Bound("PyG default", at_most=0.4), Bound("PyG default", at_most=1 / 5, quantity="memory")),
        agreement=agreement,
    )
]
