"""Sample reports for the tests of the pages: small with names to escape, and as large as Cora."""

import torch

from edgewise.datasets import KarateClub
from edgewise.viz import force_layout
from edgewise.viz.report import (
    AnswerRow,
    ForecastReport,
    GraphCard,
    GraphReport,
    LinkReport,
    NodeReport,
    PairRow,
    RowReport,
    Score,
    WorstStep,
    graph_svg,
)

NASTY = "</script><script>alert(1)</script><b>"
"""A name that would run, or break the page, if it were not escaped."""


def sample(**changes) -> NodeReport:
    """The karate club with a made-up training of five snapshots."""
    data = KarateClub()[0]
    generator = torch.Generator().manual_seed(0)
    snapshots, nodes = 5, data.num_nodes
    guesses = torch.randint(0, 4, (snapshots, nodes), generator=generator)
    late = torch.arange(snapshots).unsqueeze(1) >= torch.randint(0, 6, (nodes,), generator=generator)
    prediction = torch.where(late, data.y, guesses)
    final = prediction[-1]
    confusion = torch.zeros(4, 4, dtype=torch.long)
    confusion.index_put_((data.y, final), torch.ones(nodes, dtype=torch.long), accumulate=True)
    epochs = list(range(0, 50, 10))
    fields = {
        "title": "karate · gcn",
        "edge_index": data.edge_index,
        "position": force_layout(data.edge_index, nodes),
        "label": data.y,
        "class_names": ["</script><b>red", "green", "blue & white", "black"],
        "node_names": [f"member {i}" for i in range(nodes)],
        "split": ["train" if train else "test" for train in data.train_mask],
        "epochs": epochs,
        "embedding": torch.randn(snapshots, nodes, 2, generator=generator).cumsum(0),
        "prediction": prediction,
        "confidence": torch.rand(nodes, generator=generator),
        "final_prediction": final,
        "history": {
            "epoch": list(range(41)),
            "train_loss": [1.4 / (1 + i) for i in range(41)],
            "train_accuracy": [min(1.0, 0.25 + i / 40) for i in range(41)],
            "val_accuracy": [None] * 41,
        },
        "chosen_epoch": 40,
        "chosen_why": "last epoch",
        "score": Score(name="GCN", value=0.8, detail="accuracy on the 30 unlabelled nodes"),
        "baselines": [Score(name="majority class", value=0.4, detail=""), Score(name="MLP", value=0.5, detail="")],
        "verdict": "The graph helped <i>much</i>.",
        "confusion": confusion,
        "projection": "as it is",
        "data_card": {"name": "karate"},
        "model_card": {"layers": "3"},
        "environment": {"torch": "2"},
        "command": "edgewise train karate --seed 0",
    }
    return NodeReport(**{**fields, **changes})


def large() -> NodeReport:
    """As large as Cora."""
    nodes, edges, snapshots = 2708, 10556, 60
    generator = torch.Generator().manual_seed(0)
    edge_index = torch.randint(0, nodes, (2, edges), generator=generator)
    label = torch.randint(0, 4, (nodes,), generator=generator)
    return sample(
        edge_index=edge_index,
        position=force_layout(edge_index, nodes, iterations=5),
        label=label,
        node_names=None,
        split=["none"] * nodes,
        epochs=list(range(snapshots)),
        embedding=torch.randn(snapshots, nodes, 2, generator=generator),
        prediction=label.expand(snapshots, nodes),
        confidence=torch.rand(nodes, generator=generator),
        final_prediction=label,
    )


def frame(**changes) -> dict:
    """What every page shows, made up; a name to escape wherever a user's name may stand."""
    fields = {
        "title": f"graphs {NASTY}",
        "history": {
            "epoch": list(range(11)),
            "train_loss": [1.4 / (1 + i) for i in range(11)],
            "val_loss": [1.5 / (1 + i) for i in range(11)],
            "train_accuracy": [0.5 + i / 20 for i in range(11)],
            "val_accuracy": [0.4 + i / 20 for i in range(11)],
        },
        "chosen_epoch": 8,
        "chosen_why": "best validation accuracy",
        "score": Score(name="GINE", value=0.8, detail=f"accuracy on 12 {NASTY}"),
        "baselines": [Score(name=f"majority {NASTY}", value=0.4, detail="")],
        "verdict": f"The graph helped {NASTY}.",
        "data_card": {"name": NASTY},
        "model_card": {"layers": "3"},
        "training_card": {"leak check": "passed"},
        "environment": {"torch": "2"},
        "command": f"GraphClassifier('gine', {NASTY!r})",
    }
    return {**fields, **changes}


def graph_sample(kind: str = "classes", **changes) -> GraphReport:
    """Six pictures of a small graph, and answers of the kind that is asked for."""
    picture = graph_svg(torch.tensor([[0, 1, 2], [1, 2, 0]]), 4, torch.tensor([0, 1, 1, 2]))
    card = GraphCard(name=NASTY, picture=picture, truth=NASTY, prediction=NASTY, is_right=True, note=NASTY)
    gallery = {"Best": [card, card], "Typical": [card, card], "Worst": [card, card]}
    return GraphReport(**{**frame(), **answers(kind, "graphs"), "gallery": gallery, **changes})


def row_sample(kind: str = "classes", **changes) -> RowReport:
    """Three tables of two nodes each, and answers of the kind that is asked for."""
    row = AnswerRow(name=NASTY, truth=NASTY, prediction=NASTY, is_right=False)
    rows = {"Best": [row, row], "Typical": [row, row], "Worst": [row, row]}
    return RowReport(**{**frame(), **answers(kind, "nodes"), "rows": rows, **changes})


def answers(kind: str, what: str) -> dict:
    """Truth and prediction of thirty examples."""
    truth = torch.randn(30, 2, generator=torch.Generator().manual_seed(0))
    return {
        "what": what,
        "kind": kind,
        "names": [NASTY, "second"],
        "confusion": torch.tensor([[5, 1], [2, 4]]),
        "truth": truth.sign().clamp(min=0) if kind == "labels" else truth,
        "prediction": truth.sigmoid() if kind == "labels" else truth + 0.3,
        "example_names": [f"{what} {NASTY} {k}" for k in range(30)],
        "label_scores": [0.8, float("nan")] if kind == "labels" else [],
    }


def link_sample(**changes) -> LinkReport:
    """Some pairs, told apart half well."""
    history = {"epoch": [0, 1], "train_loss": [0.7, 0.6], "train_auroc": [0.6, 0.8], "val_auroc": [0.6, 0.7]}
    row = PairRow(source=NASTY, target="member 3", probability=0.875, shared_neighbours=1234)
    fields = {
        "history": history,
        "link_counts": torch.arange(40),
        "other_counts": torch.arange(40).flip(0),
        "ks": [1, 10, 100, 780],
        "precision": {NASTY: [1.0, 0.9, 0.8, 0.5], "common neighbours": [1.0, 0.7, 0.6, 0.5]},
        "negatives": [row],
        "misses": [],
    }
    return LinkReport(**{**frame(), **fields, **changes})


def forecast_sample(nodes: int = 9, steps: int = 50, **changes) -> ForecastReport:
    """A wave on a ring, told a little late; the last node was never measured."""
    step, node = torch.arange(steps).unsqueeze(1), torch.arange(nodes)
    truth = (step / 5 + node).sin()
    truth[:, -1] = float("nan")
    told = (step / 5 + node - 0.3).sin()
    angle = node / nodes * 6.2832
    worst = WorstStep(name=NASTY, error=0.5, truth=0.1, prediction=-0.4, node=NASTY, node_error=0.9)
    fields = {
        "history": {"epoch": [0, 1], "train_loss": [0.7, 0.6], "train_mae": [0.6, 0.5]},
        "score": Score(name="TGCN", value=0.25, detail="", form="error"),
        "baselines": [Score(name=NASTY, value=0.5, detail="", form="error")],
        "position": torch.stack([angle.cos(), angle.sin()], 1),
        "edge_index": torch.stack([node, node.roll(-1)]),
        "node_names": [f"{NASTY} {k}" for k in range(nodes)],
        "node_error": (truth - told).abs().nanmean(0),
        "horizons": ["1 step", "2 steps", NASTY],
        "horizon_error": {NASTY: [0.2, 0.3, 0.4], "last value": [0.3, 0.5, float("nan")]},
        "step_names": [f"hour {k}" for k in range(steps)],
        "truth": truth,
        "prediction": told,
        "shown": f"All {NASTY}.",
        "drawn": "",
        "step_error": [0.1, float("nan"), 0.3],
        "worst": [worst],
    }
    return ForecastReport(**{**frame(), **fields, **changes})
