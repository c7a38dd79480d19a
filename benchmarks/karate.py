"""The introductory demo, examples/karate_club.py: 34 nodes, where every microsecond is overhead."""

import importlib
from types import ModuleType, SimpleNamespace

import torch
from torch import Tensor

from benchmarks._agreement import models_agree
from benchmarks._classifier import Fit
from benchmarks._models import in_form, library, pyg_forms, training_step
from benchmarks._rows import Bound, Contender, Row, Steps

EPOCHS = 401


def model(nn: ModuleType | SimpleNamespace) -> torch.nn.Module:
    class GCN(torch.nn.Module):
        def __init__(self):
            super().__init__()
            torch.manual_seed(1234)
            self.conv1 = nn.GCNConv(34, 4)
            self.conv2 = nn.GCNConv(4, 4)
            self.conv3 = nn.GCNConv(4, 2)
            self.classifier = torch.nn.Linear(2, 4)

        def forward(self, x, edge_index):
            h = self.conv1(x, edge_index).tanh()
            h = self.conv2(h, edge_index).tanh()
            h = self.conv3(h, edge_index).tanh()
            return self.classifier(h), h

    return GCN()


class _NoEdges(torch.nn.Linear):
    """The dense layer inside a graph layer: what a step costs where edges cost nothing."""

    def forward(self, x: Tensor, edge_index: Tensor) -> Tensor:
        return super().forward(x)


DENSE = SimpleNamespace(GCNConv=_NoEdges)


def karate(name: str):
    return importlib.import_module(f"{name}.datasets").KarateClub()[0]


def start_loop(name: str, form: str = "", evaluate: bool = False, dense: bool = False) -> Steps:
    net = model(DENSE if dense else library(name))
    data, criterion = karate(name), torch.nn.CrossEntropyLoss()
    forward, data.edge_index = in_form(form, net, data.edge_index, data.num_nodes)

    def loss(net: torch.nn.Module) -> Tensor:
        out, _ = forward(data.x, data.edge_index)
        return criterion(out[data.train_mask], data.y[data.train_mask])

    train = training_step(net, loss, lr=0.01)
    if not evaluate:
        return train

    @torch.no_grad()
    def accuracy() -> float:
        net.eval()
        out, _ = forward(data.x, data.edge_index)
        return int((out.argmax(1) == data.y)[~data.train_mask].sum()) / int((~data.train_mask).sum())

    def epoch() -> None:
        net.train()
        train.step()
        accuracy()

    return Steps(epoch)


def start_adam() -> Steps:
    net = model(library("edgewise"))
    for parameter in net.parameters():
        parameter.grad = torch.randn_like(parameter)
    return Steps(torch.optim.Adam(net.parameters(), lr=0.01).step)


def start_fit(part: str, dense: bool = False) -> Fit:
    from edgewise.tasks import NodeClassifier

    net = model(DENSE if dense else library("edgewise"))
    classifier = NodeClassifier(net, lr=0.01, weight_decay=0.0, epochs=EPOCHS, quiet=True)
    return Fit(classifier, karate("edgewise"), part)


def agreement() -> dict[str, tuple[float, float]]:
    ours, theirs = karate("edgewise"), karate("torch_geometric")
    if not (torch.equal(ours.x, theirs.x) and torch.equal(ours.train_mask, theirs.train_mask)):
        raise ValueError("the libraries' karate clubs differ")
    pair = model(library("edgewise")), model(library("torch_geometric"))
    return models_agree(*pair, lambda net, dtype: net(theirs.x.to(dtype), theirs.edge_index)[0])


ROWS = [
    Row(
        work="karate club, user's own loop",
        contenders={
            "edgewise": Contender(lambda: start_loop("edgewise")),
            **pyg_forms(start_loop, default=3, default_kept=1, csr=1, compile=1),
            "torch Linear in place of GCNConv": Contender(lambda: start_loop("edgewise", dense=True)),
            "torch's default Adam alone": Contender(start_adam),
        },
        bounds=(Bound("PyG default", at_least=2),),
        agreement=agreement,
    ),
    Row(
        work="karate club, NodeClassifier's loop",
        contenders={
            "edgewise": Contender(lambda: start_fit("_step")),
            **pyg_forms(start_loop, default=3),
            "torch Linear in place of GCNConv": Contender(lambda: start_fit("_step", dense=True)),
            "edgewise, epoch with evaluation": Contender(lambda: start_fit("run_epoch")),
            "PyG default, epoch with evaluation": Contender(lambda: start_loop("torch_geometric", evaluate=True)),
        },
        bounds=(Bound("PyG default", at_least=4),),
        agreement=agreement,
    ),
]
