"""The first call of a layer on a graph it never saw: checks, sorting, normalisation, and then the layer itself."""

import torch

from benchmarks._agreement import models_agree
from benchmarks._models import library, pyg_forms
from benchmarks._rows import Bound, Contender, Row, Steps
from benchmarks.training import FEATURES, graph


def model(nn) -> torch.nn.Module:
    return nn.GCNConv(FEATURES, 64)


def start(name: str, form: str = "") -> Steps:
    x, edge_index, _ = graph()
    conv, new = model(library(name)), []

    def prepare() -> None:
        new[:] = [edge_index.clone()]

    return Steps(lambda: conv(x, new[0]), prepare)


def agreement() -> dict[str, tuple[float, float]]:
    x, edge_index, _ = graph()
    pair = model(library("edgewise")), model(library("torch_geometric"))
    return models_agree(*pair, lambda conv, dtype: conv(x.to(dtype), edge_index))


ROWS = [
    Row(
        work="GCNConv(128, 64), first call on 2.2 M edges",
        contenders={
            "edgewise": Contender(lambda: start("edgewise")),
            **pyg_forms(start, default=3, default_kept=1),
        },
        bounds=(Bound("PyG default", at_most=1.0),),
        agreement=agreement,
    )
]
