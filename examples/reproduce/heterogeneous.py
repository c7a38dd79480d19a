"""Which field is a paper of? HAN on ACM, whose papers share authors or subjects (split of HeCo, 20 papers a field)."""

import torch
from examples.reproduce.row import Published, Row, data_folder
from examples.reproduce.training import accuracy, train
from torch import Tensor

from edgewise.datasets import ACM
from edgewise.nn import HANConv, Linear
from edgewise.ops import dropout

__all__ = ["ROWS"]

_PATHS = [("paper", "pap", "paper"), ("paper", "psp", "paper")]


class HAN(torch.nn.Module):
    """Attention over the neighbours along each meta-path, then over the meta-paths; and a linear layer."""

    def __init__(self, in_channels: int, classes: int) -> None:
        super().__init__()
        self.conv = HANConv(in_channels, 64, (["paper"], _PATHS), heads=8, dropout=0.6)
        self.last = Linear(64, classes)

    def forward(self, x: Tensor, edges: dict[tuple[str, str, str], Tensor]) -> Tensor:
        """Return class scores."""
        x = dropout(x, 0.6, training=self.training)
        return self.last(dropout(self.conv({"paper": x}, edges)["paper"], 0.6, training=self.training))


def run(*, seed: int, num_train_per_class: int) -> dict[str, float]:
    """Wang et al. 2019: Adam with 0.005, weight decay 0.001, patience of 100."""
    from torchmetrics.functional.classification import multiclass_f1_score

    torch.manual_seed(seed)
    dataset = ACM(data_folder("hetero/ACM"), num_train_per_class)
    paper, edges = dataset[0]["paper"], {path: dataset.metapath(path[1]) for path in _PATHS}
    model = HAN(paper.num_features, dataset.num_classes)
    groups = [{"params": list(model.parameters()), "weight_decay": 1e-3}]
    out = train(model, lambda: model(paper.x, edges), paper, groups, lr=0.005, epochs=200, stop="both", patience=100)[
        paper.test_mask
    ]
    y = paper.y[paper.test_mask]
    macro = multiclass_f1_score(out, y, num_classes=dataset.num_classes, average="macro")
    return {"macro-F1": 100 * float(macro), "micro-F1": accuracy(out, y)}


_SOURCE = "Wang, Liu, Han & Shi 2021 (HeCo), table 2, for 20 papers a field"

ROWS = [
    Row(
        name="acm-han",
        dataset="ACM",
        model="HAN",
        published=[
            Published(metric="macro-F1", value=85.66, spread=2.1, source=_SOURCE),
            Published(metric="micro-F1", value=85.11, spread=2.2, source=_SOURCE),
        ],
        run=run,
        settings={"num_train_per_class": 20},
        note="At most 200 epochs.",
    )
]
