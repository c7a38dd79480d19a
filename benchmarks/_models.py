"""Models that exist once for both libraries: the same names, only the module that they are taken from differs."""

import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import dropout, elu, relu

from benchmarks._rows import Contender, Steps, Work

__all__ = [
    "Make",
    "Product",
    "in_form",
    "library",
    "mlp",
    "products",
    "pyg_forms",
    "training_step",
    "user_gat",
    "user_gcn",
]

Make = Callable[[ModuleType], torch.nn.Module]
"""Builds a model from ``edgewise.nn`` or ``torch_geometric.nn``."""

Start = Callable[[str, str], Work]
"""Builds the work of a library (``"edgewise"``) in a form (``""``, ``"csr"``, ``"compile"``, ``"compile csr"``)."""


def library(name: str) -> ModuleType:
    """The library's ``nn``; imported here and not above, so that a process holds one library and not both."""
    importlib.import_module(name)
    return importlib.import_module(f"{name}.nn")


def user_gcn(nn: ModuleType) -> torch.nn.Module:
    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.conv1 = nn.GCNConv(128, 256)
            self.conv2 = nn.GCNConv(256, 40)

        def forward(self, x, edge_index):
            x = relu(self.conv1(x, edge_index))
            x = dropout(x, p=0.5, training=self.training)
            return self.conv2(x, edge_index)

    return Net()


def user_gat(nn: ModuleType) -> torch.nn.Module:
    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.conv1 = nn.GATConv(128, 32, heads=4)
            self.conv2 = nn.GATConv(128, 32, heads=4)

        def forward(self, x, edge_index):
            x = elu(self.conv1(x, edge_index))
            x = dropout(x, p=0.5, training=self.training)
            return self.conv2(x, edge_index)

    return Net()


def mlp() -> torch.nn.Module:
    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.layer1 = torch.nn.Linear(128, 256)
            self.layer2 = torch.nn.Linear(256, 40)

        def forward(self, x, edge_index):
            x = dropout(relu(self.layer1(x)), p=0.5, training=self.training)
            return self.layer2(x)

    return Net()


def training_step(model: torch.nn.Module, loss_of: Callable[[torch.nn.Module], Tensor], **adam: Any) -> Steps:
    """The plain loop: gradients to zero, forward, backward, torch's Adam at its defaults."""
    optimizer = torch.optim.Adam(model.parameters(), **adam)
    model.train()

    def step() -> None:
        optimizer.zero_grad()
        loss_of(model).backward()
        optimizer.step()

    return Steps(step)


def in_form(form: str, model: torch.nn.Module, edge_index: Tensor, nodes: int) -> tuple[Callable[..., Any], Tensor]:
    """What to call instead of the model, and with which edges: PyG's ``adj_t`` has destinations as rows."""
    if "csr" in form:
        from torch_geometric.utils import to_torch_csr_tensor

        edge_index = to_torch_csr_tensor(edge_index.flip(0), size=(nodes, nodes))
    return torch.compile(model) if "compile" in form else model, edge_index


def pyg_forms(start: Start, **rounds: int) -> dict[str, Contender]:
    """Contenders of PyG and their rounds: ``default=3, csr_kept=1, compile=1``, ..."""
    forms = {}
    for word, count in rounds.items():
        name = word.replace("_", " ")
        form = name.removesuffix("kept").replace("default", "").strip()
        forms[f"PyG {name}"] = Contender(
            lambda form=form: start("torch_geometric", form),
            rounds=count,
            kept=name.endswith("kept"),
        )
    return forms


@dataclass(frozen=True)
class Product:
    """A matrix of ``rows`` by ``inner`` times one of ``inner`` by ``columns``."""

    rows: int
    inner: int
    columns: int

    def grad_x(self) -> "Product":
        """The product that is the gradient of the left side."""
        return Product(self.rows, self.columns, self.inner)

    def grad_w(self) -> "Product":
        """The product that is the gradient of the right side."""
        return Product(self.inner, self.rows, self.columns)


def products(wanted: Sequence[Product]) -> Steps:
    """These products and nothing else, into memory that is already there: no step that needs them takes less."""
    each = {one: (torch.randn(one.rows, one.inner), torch.randn(one.inner, one.columns)) for one in wanted}
    results = {one: a @ b for one, (a, b) in each.items()}

    def step() -> None:
        for one in wanted:
            torch.mm(*each[one], out=results[one])

    return Steps(step)
