"""What a graph model must beat to be worth its edges, and the sentence that says whether it did."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, TypeVar

import torch

from edgewise._typing import Int, Tensor
from edgewise.data import Data
from edgewise.tasks.config import TrainConfig
from edgewise.tasks.estimator import Estimator
from edgewise.tasks.node_classifier import NodeClassifier
from edgewise.tasks.node_problem import node_problem
from edgewise.viz.report import Score

__all__ = [
    "baseline_scores",
    "best_of",
    "majority_class",
    "paired_error",
    "score_detail",
    "verdict",
    "verdict_beside_rules",
    "without_edges",
]

AnyEstimator = TypeVar("AnyEstimator", bound=Estimator)

_UNKNOWN = "Whether the graph helped cannot be said: what was scored does not tell a good model from a bad one."


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


def without_edges(
    estimator: AnyEstimator, *data: Any, settings: Mapping[str, Any] | None = None, **parts: Any
) -> AnyEstimator:
    """Fit the same settings and loop on the same data, for a model that sees no edges.

    Args:
        estimator: The fitted one.
        *data: What its ``fit`` takes.
        settings: Other ones than its own.
        **parts: Further arguments of ``fit``.

    Cost: one training.
    """
    blind = estimator.get_params() | {"model": "mlp", "quiet": True, "callbacks": ()} | dict(settings or {})
    fitted: Any = type(estimator)(**blind)
    fitted.fit(*data, **parts)
    return fitted  # type: ignore[no-any-return]


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


def verdict(
    score: Score,
    baselines: Sequence[Score],
    num_scored: int,
    *,
    error: float | None = None,
    what: str = "nodes",
    subject: str = "The graph",
) -> str:
    r"""Say in one sentence whether the graph helped, from the numbers alone.

    A difference counts where it is over two standard errors; those of two independent proportions are
    :math:`\sqrt{(p_1 (1 - p_1) + p_2 (1 - p_2)) / n}`.

    Args:
        score: Of the graph model.
        baselines: Majority class and perceptron, as from :func:`baseline_scores`.
        num_scored: Number of nodes behind each score.
        error: Standard error of the difference to the best baseline; ``None``: that of two proportions.
        what: What was scored.
        subject: What may have helped.

    Example:
        >>> graph = Score(name="GCN", value=0.8, detail="")
        >>> blind = Score(name="MLP without edges", value=0.5, detail="")
        >>> verdict(graph, [blind], 1000)
        'The graph helped: GCN is 30.0 points above the best baseline, MLP without edges.'
    """
    best = best_of(baselines)
    if math.isnan(score.value - best.value):
        return _UNKNOWN
    gap, sign = _gap(score, best, num_scored, error)
    text = f"{_subject(score)} is {gap} {_object(best, 'the best baseline, ')}"
    if sign == 0:
        return f"Not clear: {text}; on {num_scored:,} {what} that may be chance."
    return f"{subject} {'helped' if sign > 0 else 'did not help'}: {text}."


def verdict_beside_rules(
    score: Score, blind: Score, rules: Sequence[Score], num_scored: int, errors: Mapping[str, float], what: str
) -> str:
    """Say whether the graph helped, and how the model stands beside rules that learn nothing.

    The first sentence compares with the same model without edges; a rule such as counting common neighbours sees the
    graph too, so beating it proves something else.

    Args:
        score: Of the graph model.
        blind: Of the model that sees no edges.
        rules: Of rules that learn nothing.
        num_scored: Number of examples behind each score.
        errors: Name -> standard error of the difference; of ``blind`` and of the best rule.
        what: What was scored.

    Example:
        >>> values = {"GCN": 0.9, "MLP": 0.6, "AA": 0.8}
        >>> graph, blind, rule = (Score(name=name, value=value, detail="") for name, value in values.items())
        >>> verdict_beside_rules(graph, blind, [rule], 1000, {"MLP": 0.01, "AA": 0.01}, "pairs")
        'The graph helped: GCN is 30.0 points above MLP. It is 10.0 points above the best rule that learns nothing, AA.'
    """
    if math.isnan(score.value - blind.value):
        return _UNKNOWN
    gap, sign = _gap(score, blind, num_scored, errors[blind.name])
    text = f"{_subject(score)} is {gap} {_object(blind)}"
    word = {1: "The graph helped", 0: "Not clear whether the graph helped", -1: "The graph did not help"}[sign]
    first = f"{word}: {text}{f'; on {num_scored:,} {what} that may be chance' if sign == 0 else ''}."
    if not rules:
        return first
    best = best_of(rules)
    gap, sign = _gap(score, best, num_scored, errors[best.name])
    nothing = "rule that learns nothing"
    if sign > 0:
        own = "Its error" if score.form == "error" else "It"
        return f"{first} {own} is {gap} {_object(best, f'the best {nothing}, ')}."
    start = f"It may be no better than a {nothing}" if sign == 0 else f"A {nothing} does better"
    return f"{first} {start}: {_subject(score)} is {gap} {_object(best)}."


def best_of(scores: Sequence[Score]) -> Score:
    """The best score, the first of several; one that could not be measured only where there is no other.

    Example:
        >>> best_of([Score(name=str(v), value=v, detail="", form="error") for v in (3.0, 2.0)]).name
        '2.0'
    """
    side = -1 if scores[0].form == "error" else 1
    return max(scores, key=lambda score: -math.inf if math.isnan(score.value) else side * score.value)


def paired_error(difference: Callable[[Tensor], float], count: int, *, repeats: int = 100, most: int = 5000) -> float:
    r"""Standard error of the difference of two models on the same examples, by drawing the examples again.

    Of many examples ``most`` are drawn, and the spread is scaled by :math:`\sqrt{m / n}`.

    Args:
        difference: Takes positions of examples, returns how much better one model is on them.
        count: Number of examples.
        repeats: How often they are drawn.
        most: How many, at most.

    Source: Efron & Tibshirani, *An introduction to the bootstrap*, 1993, chapter 6.

    Example:
        >>> import torch
        >>> gain = torch.tensor([0.0, 1.0]).repeat(50)
        >>> round(paired_error(lambda some: float(gain[some].mean()), 100), 2)
        0.05
    """
    generator, size = torch.Generator().manual_seed(0), min(count, most)
    drawn = [difference(torch.randint(count, (size,), generator=generator)) for _ in range(repeats)]
    values = torch.tensor([value for value in drawn if not math.isnan(value)], dtype=torch.float64)
    return float(values.std()) * math.sqrt(size / count) if len(values) > 1 else math.nan


def _gap(score: Score, other: Score, num_scored: int, error: float | None) -> tuple[str, int]:
    """Words for a difference; 1 where the score is better, -1 where worse, 0 where that may be chance."""
    difference = score.value - other.value
    if error is None:
        products = score.value * (1 - score.value) + other.value * (1 - other.value)
        error = math.sqrt(products / num_scored)
    size = f"{abs(difference) * 100:.1f} points" if score.form == "share" else f"{abs(difference):.3g}"
    gain = -difference if score.form == "error" else difference
    sign = (1 if gain > 0 else -1) if abs(difference) > 2 * error else 0  # never where either is NaN
    return f"{size} {'above' if difference >= 0 else 'below'}", sign


def _subject(score: Score) -> str:
    return f"the error of {score.name}" if score.form == "error" else score.name


def _object(score: Score, what: str = "") -> str:
    return f"that of {what}{score.name}" if score.form == "error" else f"{what}{score.name}"
