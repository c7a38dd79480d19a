import pytest
import torch

from edgewise.tasks.config import TrainConfig
from edgewise.tasks.models import MLPWithoutEdges
from edgewise.tasks.reports.baselines import baseline_scores, majority_class, verdict
from edgewise.viz.report import Score


def score(value, name="GCN"):
    return Score(name=name, value=value, detail="")


def test_majority_is_counted_on_training_nodes_alone(karate):
    karate.train_mask = karate.y == 2
    majority = baseline_scores(karate, TrainConfig(epochs=1))[0]
    assert majority.value == 0.0


def test_majority_takes_the_smallest_of_several():
    assert majority_class(torch.tensor([3, 1, 3, 1])) == 1


def test_mlp_sees_no_edges(karate):
    model = MLPWithoutEdges(34, 8, 2, 4).eval()
    assert torch.equal(model(karate.x, karate.edge_index), model(karate.x, karate.edge_index[:, :0]))


def test_mlp_is_trained_with_the_same_settings(karate):
    torch.manual_seed(0)
    # One-hot features tell nothing about nodes that were not trained on, so only chance is left.
    mlp = baseline_scores(karate, TrainConfig(epochs=100, dropout=0.0))[1]
    assert mlp.value < 0.6


@pytest.mark.parametrize(
    ("value", "baseline", "nodes", "expected"),
    [
        (0.80, 0.50, 1000, "The graph helped: GCN is 30.0 points above the best baseline, MLP without edges."),
        (0.50, 0.80, 1000, "The graph did not help: GCN is 30.0 points below the best baseline, MLP without edges."),
        (0.55, 0.50, 30, "Not clear: GCN is 5.0 points above the best baseline, MLP without edges; on 30 nodes "
         "that may be chance."),
    ],
)  # fmt: skip
def test_verdict_follows_from_the_numbers(value, baseline, nodes, expected):
    weak = score(0.1, "majority class")
    assert verdict(score(value), [weak, score(baseline, "MLP without edges")], nodes) == expected
