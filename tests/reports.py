"""Sample reports for the tests of the page: small with names to escape, and as large as Cora."""

import torch

from edgewise.datasets import KarateClub
from edgewise.viz import force_layout
from edgewise.viz.report import NodeReport, Score


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
