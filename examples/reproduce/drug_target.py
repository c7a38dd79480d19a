"""How strongly a drug binds to a protein: DAVIS in the manner of GraphDTA (Nguyen et al., Bioinformatics 2021)."""

import torch
from examples.reproduce.row import Published, Row, data_folder

from edgewise.datasets import DrugTarget
from edgewise.tasks import InteractionPredictor

__all__ = ["ROWS"]


def graphdta(*, seed, **settings):
    davis = DrugTarget(data_folder("davis"), "Davis")
    pairs, proteins = davis.pairs.t(), list(davis.proteins.values())
    train, test = torch.cat(davis.folds), davis.test  # of setting 1, as published
    predictor = InteractionPredictor("gin", seed=seed, quiet=True, **settings)
    none = torch.empty(0, dtype=torch.long)
    predictor.fit(davis.molecules, proteins, pairs[:, train], davis.affinity[train], test=none)
    scored = pairs[:, test], davis.affinity[test]
    return {
        "MSE": predictor.score(*scored, metric="mse"),
        "concordance index": predictor.score(*scored, metric="concordance"),
    }


SOURCE = "Nguyen et al. 2021, GIN"
ROWS = [
    Row(
        name="davis-graphdta",
        dataset="DAVIS",
        model="GraphDTA-like",
        published=[
            Published(metric="MSE", value=0.229, source=SOURCE, point=0.01, digits=3, higher_is_better=False),
            Published(metric="concordance index", value=0.893, source=SOURCE, point=0.01, digits=3),
        ],
        run=graphdta,
        settings={
            "hidden": 128,
            "layers": 5,
            "dropout": 0.2,
            "readout": "sum",
            "batches": "right",
            "batch_size": 256,
            "lr": 0.001,
            "schedule": "cosine",
            "epochs": 120,
        },
        seeds=range(3),
        note="120 epochs, of which the last counts; the paper's code takes the best of 1,000 on the test pairs.",
    ),
]
