"""GCN on Cora as published: 16 hidden units, dropout 0.5 on input and hidden layer, weight decay; the training step."""

import functools
import os
from pathlib import Path
from types import ModuleType

import torch
from torch.nn.functional import cross_entropy, dropout

from benchmarks._agreement import models_agree
from benchmarks._classifier import Fit
from benchmarks._models import in_form, library, pyg_forms, training_step
from benchmarks._rows import Bound, Contender, Row, Steps

ADAM = {"lr": 0.01, "weight_decay": 5e-4}
ROOT = Path(os.environ.get("EDGEWISE_TEST_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))


@functools.cache
def cora():
    """Both libraries train on these tensors; rows of the bags of words sum to one, as published."""
    from edgewise.datasets import Planetoid

    data = Planetoid(ROOT / "planetoid", "Cora")[0]
    data.x = data.x / data.x.sum(1, keepdim=True).clamp(min=1)
    return data


def model(nn: ModuleType) -> torch.nn.Module:
    return nn.GCN(1433, 16, num_layers=2, out_channels=7, dropout=0.5)


def start_loop(name: str, form: str = "") -> Steps:
    data, net = cora(), model(library(name))
    forward, edges = in_form(form, net, data.edge_index, data.num_nodes)

    def loss(net: torch.nn.Module) -> torch.Tensor:
        out = forward(dropout(data.x, p=0.5, training=net.training), edges)
        return cross_entropy(out[data.train_mask], data.y[data.train_mask])

    return training_step(net, loss, **ADAM)


def start_fit(part: str) -> Fit:
    from edgewise.tasks import NodeClassifier

    return Fit(NodeClassifier("gcn", hidden=16, layers=2, dropout=0.5, epochs=200, quiet=True, **ADAM), cora(), part)


def agreement() -> dict[str, tuple[float, float]]:
    data = cora()
    ours, theirs = model(library("edgewise")), model(library("torch_geometric"))
    return models_agree(ours, theirs, lambda net, dtype: net(data.x.to(dtype), data.edge_index))


def absent() -> str | None:
    return None if (ROOT / "planetoid").is_dir() else f"no data at {ROOT}: set EDGEWISE_TEST_DATA"


ROWS = [
    Row(
        work="GCN on Cora as published, training step",
        contenders={
            "edgewise": Contender(lambda: start_fit("_step")),
            **pyg_forms(start_loop, default=3, default_kept=1, csr=1, compile=1),
            "edgewise, user's own loop": Contender(lambda: start_loop("edgewise")),
            "edgewise, epoch with evaluation": Contender(lambda: start_fit("run_epoch"), rounds=1),
        },
        bounds=(Bound("PyG default", at_least=15),),
        agreement=agreement,
        absent=absent,
    )
]
