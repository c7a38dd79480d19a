"""What is said of examples with one answer each, be they graphs, nodes, edges or pairs: scores, errors, words."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch

from edgewise._typing import Float, Tensor
from edgewise.tasks.estimator import Estimator
from edgewise.tasks.reports.baselines import best_of, majority_class, paired_error, verdict
from edgewise.tasks.reports.nodes import confusion
from edgewise.tasks.targets import Target
from edgewise.viz.report import Score

__all__ = [
    "MEASURES",
    "answer_errors",
    "answer_facts",
    "answer_names",
    "answer_scores",
    "answer_text",
    "answer_verdict",
    "constant_answer",
    "gallery_order",
]

MEASURES = {"classes": "accuracy", "labels": "mean area under ROC", "numbers": "R²"}
"""What a score of each kind of target is."""


def answer_scores(outputs: Mapping[str, Tensor], y: Tensor, target: Target, detail: str) -> list[Score]:
    """Score what several models say of the same examples.

    Args:
        outputs: Name of a model -> its outputs; the first is the headline, of which more is told.
        y: The truth.
        target: What was learnt.
        detail: What a score counts.

    Example:
        >>> from edgewise.tasks.targets import Numbers
        >>> told = {"GCN": torch.tensor([[1.0], [3.0]]), "mean": torch.tensor([[2.0], [2.0]])}
        >>> [score.text for score in answer_scores(told, torch.tensor([[1.0], [3.0]]), Numbers((0.0,), (1.0,)), "")]
        ['1.000', '0.000']
    """
    is_number = target.kind == "numbers"
    own = next(iter(outputs))
    more = f"; RMSE {target.score(outputs[own], y, 'rmse'):.4g} in the unit of y" if is_number else ""
    return [
        Score(
            name=name,
            value=target.score(out, y),
            detail=detail + (more if name == own else ""),
            form="number" if is_number else "share",
        )
        for name, out in outputs.items()
    ]


def answer_verdict(
    estimator: Estimator,
    scores: Sequence[Score],
    outputs: Mapping[str, Tensor],
    y: Tensor,
    what: str,
    *,
    subject: str = "The graph",
    copies: float = 1.0,
) -> str:
    r"""Say whether the graph helped, by the paired error to the best baseline; nothing where there is no baseline.

    Args:
        estimator: Whose outputs are the first.
        scores: As from :func:`answer_scores`.
        outputs: As given to it.
        y: The truth.
        what: What an example is.
        subject: What may have helped.
        copies: How many of the examples are one and the same: the error grows by :math:`\sqrt{copies}`.
    """
    if len(scores) < 2:
        return ""
    if estimator.model == "mlp":
        return "This model sees no edges."
    target, (score, *others) = estimator.target_, scores
    own, best = outputs[score.name], outputs[best_of(others).name]
    error = paired_error(lambda some: target.score(own[some], y[some]) - target.score(best[some], y[some]), len(y))
    return verdict(score, others, len(y), error=error * copies**0.5, what=what, subject=subject)


def constant_answer(train_y: Tensor, target: Target, like: Tensor, what: str) -> dict[str, Tensor]:
    """Return the name and the outputs of a model that says the same of every example.

    Args:
        train_y: What is learnt from.
        target: What was learnt.
        like: The outputs of a model.
        what: What an example is.

    Example:
        >>> from edgewise.tasks.targets import Classes
        >>> constant_answer(torch.tensor([1, 1, 0]), Classes(2), torch.zeros(1, 2), "nodes")
        {'majority class': tensor([[0., 1.]])}
    """
    out = torch.zeros_like(like)  # standardised numbers have mean 0, and all labels the same score
    if target.kind == "classes":
        out[:, majority_class(train_y)] = 1
    names = {"classes": "majority class", "labels": "chance", "numbers": f"mean of training {what}"}
    return {names[target.kind]: out}


def answer_facts(out: Tensor, y: Tensor, target: Target, names: Sequence[str]) -> dict[str, Any]:
    """Return truth and prediction in the form of an :class:`~edgewise.viz.report.answers.AnswerReport`."""
    width = len(names)
    is_class = target.kind == "classes"
    facts: dict[str, Any] = {"kind": target.kind, "names": list(names), "label_scores": []}
    facts["confusion"] = confusion(y, out.argmax(1), width) if is_class else torch.zeros(width, width)
    facts["truth"] = torch.zeros(0, width) if is_class else y
    if is_class:
        facts["prediction"] = torch.zeros(0, width)
    else:
        facts["prediction"] = target.probability(out) if target.kind == "labels" else target.predict(out)
    if target.kind == "labels":
        facts["label_scores"] = [target.score(out[:, [k]], y[:, [k]]) for k in range(width)]
    return facts


def answer_names(target: Target, *candidates: Sequence[str] | None) -> list[str]:
    """Return names of classes, labels or numbers: the first candidate of the right length, else numbers.

    Example:
        >>> from edgewise.tasks.targets import Numbers
        >>> answer_names(Numbers((0.0,), (1.0,)), None, ["a", "b"])
        ['y']
    """
    for own in candidates:
        if own is not None and len(own) == target.width:
            return [str(name) for name in own]
    what = {"classes": "class", "labels": "label", "numbers": "y"}[target.kind]
    return ["y"] if target.kind != "classes" and target.width == 1 else [f"{what} {k}" for k in range(target.width)]


def gallery_order(error: Float[Tensor, " examples"], most: int = 4) -> dict[str, list[int]]:
    """Choose the best, typical and worst of some examples; none stands in two rows.

    Args:
        error: Of each, as from :func:`answer_errors`.
        most: In a row.

    Example:
        >>> gallery_order(torch.tensor([0.5, 0.1, 0.9, 0.3, 0.7]), most=1)
        {'Best': [1], 'Typical': [0], 'Worst': [2]}
    """
    order = error.argsort(stable=True).tolist()
    count = max(1, min(most, len(order) // 3))
    if len(order) < 3:
        return {"All": order}
    middle = (len(order) - count) // 2
    return {"Best": order[:count], "Typical": order[middle : middle + count], "Worst": order[::-1][:count]}


def answer_errors(out: Tensor, y: Tensor, target: Target) -> Float[Tensor, " examples"]:
    """Return how far off a model is on each example; the scale does not count, only the order.

    Example:
        >>> from edgewise.tasks.targets import Numbers
        >>> answer_errors(torch.tensor([[0.0], [2.0]]), torch.tensor([[3.0], [1.0]]), Numbers((0.0,), (1.0,))).tolist()
        [3.0, 1.0]
    """
    if target.kind == "classes":
        return 1 - target.probability(out).gather(1, y.unsqueeze(1)).squeeze(1)
    if target.kind == "labels":
        return (target.probability(out) - y).abs().nanmean(1)
    spread = out.new_tensor(target.facts()["std"])
    return ((target.predict(out) - y) / spread).abs().nanmean(1)


def answer_text(out: Tensor, y: Tensor, target: Target, names: Sequence[str]) -> tuple[str, str, bool | None]:
    r"""Return true and predicted value of one example as text, and whether they agree (``None`` for numbers).

    Example:
        >>> from edgewise.tasks.targets import Classes
        >>> answer_text(torch.tensor([0.0, 9.0]), torch.tensor(0), Classes(2), ["no", "yes"])
        ('no', 'yes (100\xa0%)', False)
    """
    out = out.unsqueeze(0)
    if target.kind == "classes":
        probability, guess = target.probability(out)[0].max(0)
        return names[int(y)], f"{names[int(guess)]} ({100 * float(probability):.0f}\u00a0%)", int(guess) == int(y)
    if target.kind == "labels":
        probability, known = target.probability(out)[0], ~y.isnan()
        wrong = ((probability > 0.5) != (y == 1)) & known
        if len(names) == 1:
            answers = "yes" if y[0] == 1 else "no", f"{100 * float(probability[0]):.0f} % yes"
            return *answers, not bool(wrong.any())
        yes = [name for name, value in zip(names, y.tolist(), strict=True) if value == 1]
        told = f"{int(wrong.sum())} of {int(known.sum())} known labels wrong"
        return f"yes to {', '.join(yes) or 'none'}", told, not bool(wrong.any())
    return _few(y), _few(target.predict(out)[0]), None


def _few(values: Tensor) -> str:
    text = ["unknown" if value != value else f"{value:.4g}" for value in values.tolist()]
    return ", ".join(text[:3]) + (", …" if len(text) > 3 else "")
