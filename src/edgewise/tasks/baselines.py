"""What a graph model must beat to be worth its edges, and the sentence that says whether it did."""

import math
from collections.abc import Sequence
from dataclasses import asdict

from edgewise._typing import Int, Tensor
from edgewise.data import Data
from edgewise.tasks.config import TrainConfig
from edgewise.tasks.node_classifier import NodeClassifier
from edgewise.tasks.node_problem import node_problem
from edgewise.viz.report import Score

__all__ = ["baseline_scores", "majority_class", "score_detail", "verdict"]


def baseline_scores(data: Data, config: TrainConfig) -> list[Score]:
    """Score the majority class and a perceptron that sees no edges, trained with the same settings and loop.

    Args:
        data: The graph that the model was fitted on.
        config: Its settings.

    Cost: one training of the perceptron.

    Example:
        >>> from edgewise.datasets import KarateClub
        >>> [score.name for score in baseline_scores(KarateClub()[0], TrainConfig(epochs=5))]
        ['majority class', 'MLP without edges']
    """
    problem = node_problem(data)
    majority = majority_class(problem.y[problem.train_mask])
    scored = problem.y[problem.test_mask]
    value = int((scored == majority).sum()) / max(1, len(scored))
    settings = asdict(config) | {"model": "mlp"}
    mlp = NodeClassifier(**settings, quiet=True).fit(data)
    detail = score_detail(data)
    return [
        Score(name="majority class", value=value, detail=detail),
        Score(name="MLP without edges", value=mlp.score(), detail=detail),
    ]


def majority_class(y: Int[Tensor, " nodes"]) -> int:
    """The most frequent class, the smallest of several.

    Example:
        >>> import torch
        >>> majority_class(torch.tensor([2, 1, 1, 2, 0]))
        1
    """
    return int(y.bincount().argmax())


def score_detail(data: Data) -> str:
    """Say which nodes a score counts.

    Example:
        >>> from edgewise.datasets import KarateClub
        >>> score_detail(KarateClub()[0])
        'accuracy on the 30 unlabelled nodes'
    """
    count = int(node_problem(data).test_mask.sum())
    return f"accuracy on the {count:,} {'unlabelled' if data.test_mask is None else 'test'} nodes"


def verdict(score: Score, baselines: Sequence[Score], num_scored: int) -> str:
    r"""Say in one sentence whether the graph helped, from the numbers alone.

    A difference counts where it is over two standard errors of two independent proportions,
    :math:`\sqrt{(p_1 (1 - p_1) + p_2 (1 - p_2)) / n}`.

    Args:
        score: Of the graph model.
        baselines: Majority class and perceptron, as from :func:`baseline_scores`.
        num_scored: Number of nodes behind each score.

    Example:
        >>> graph = Score(name="GCN", value=0.8, detail="")
        >>> blind = Score(name="MLP without edges", value=0.5, detail="")
        >>> verdict(graph, [blind], 1000)
        'The graph helped: GCN is 30.0 points above the best baseline, MLP without edges.'
    """
    best = max(baselines, key=lambda baseline: baseline.value)
    difference = score.value - best.value
    error = math.sqrt((score.value * (1 - score.value) + best.value * (1 - best.value)) / num_scored)
    points = (
        f"{abs(difference) * 100:.1f} points {'above' if difference >= 0 else 'below'} the best baseline, {best.name}"
    )
    if abs(difference) <= 2 * error:
        return f"Not clear: {score.name} is {points}; on {num_scored:,} nodes that may be chance."
    return f"The graph {'helped' if difference > 0 else 'did not help'}: {score.name} is {points}."
