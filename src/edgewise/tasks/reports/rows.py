"""Everything the report of predictions of nodes, edges or pairs shows, once it is known what was scored."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from edgewise._typing import Int, Tensor
from edgewise.errors import DataError
from edgewise.tasks.environment import environment
from edgewise.tasks.estimator import Estimator
from edgewise.tasks.grouped_split import shared_group
from edgewise.tasks.reports.answers import (
    MEASURES,
    answer_errors,
    answer_facts,
    answer_scores,
    answer_text,
    answer_verdict,
    constant_answer,
    gallery_order,
)
from edgewise.tasks.reports.nodes import kept_why, model_card, training_card
from edgewise.tasks.targets import Target
from edgewise.viz.report import AnswerRow, RowReport
from edgewise.viz.report.answers import MOST_NAMED

__all__ = ["Scored", "leak_check", "part_sizes", "row_report"]

_ROWS = 10


@dataclass(frozen=True, kw_only=True)
class Scored:
    """Examples that count for the score, and what is said of them.

    Attributes:
        what: What an example is: ``"nodes"``.
        part: Which of them: ``"test"``.
        model: The model's name.
        out: Its outputs, one row an example.
        y: The truth.
        train_y: What was learnt from.
        names: Of the classes, labels or numbers.
        name_of: What an example is called, by its row.
        rivals: Name of a baseline -> its outputs; that which says the same of all is added.
        listed: The rows that may stand in the tables; ``None``: all.
        copies: How many of the rows are one and the same example.
        subject: What may have helped.
    """

    what: str
    part: str = "test"
    model: str
    out: Tensor
    y: Tensor
    train_y: Tensor
    names: Sequence[str]
    name_of: Callable[[int], str]
    rivals: Mapping[str, Tensor] = field(default_factory=dict)
    listed: Int[Tensor, " listed"] | None = None
    copies: float = 1.0
    subject: str = "The graph"


def row_report(
    estimator: Estimator,
    scored: Scored,
    *,
    title: str,
    data_card: Mapping[str, str],
    leak_check: str,
    command: str,
) -> RowReport:
    """Gather a report.

    Args:
        estimator: A fitted one.
        scored: What counts for the score.
        title: Data and model.
        data_card: Facts about the data.
        leak_check: What the leak check found.
        command: What reproduces the run.

    Raises:
        DataError: Nothing is scored.

    Cost: some passes over what was scored.
    """
    what, y, target, count = scored.what, scored.y, estimator.target_, len(scored.y)
    if not count:
        message = f"report: expected {what} to score, got none with a known answer outside of training."
        raise DataError(f"{message} Leave some out of training, or draw another split.")
    constant = constant_answer(scored.train_y, target, scored.out, what)
    outputs = {scored.model: scored.out} | constant | dict(scored.rivals)
    scores = answer_scores(outputs, y, target, f"{MEASURES[target.kind]} on the {count:,} {scored.part} {what}")
    return RowReport(
        title=title,
        history=estimator.history_,
        chosen_epoch=estimator.best_epoch_,
        chosen_why=kept_why(estimator),
        score=scores[0],
        baselines=scores[1:],
        verdict=answer_verdict(estimator, scores, outputs, y, what, subject=scored.subject, copies=scored.copies),
        what=what,
        example_names=[scored.name_of(row) for row in range(count)] if count <= MOST_NAMED else [],
        **answer_facts(scored.out, y, target, scored.names),
        rows=_tables(scored, target),
        data_card=data_card,
        model_card=model_card(estimator),
        training_card=training_card(estimator, leak_check),
        environment=environment(),
        command=command,
    )


def part_sizes(parts: Mapping[str, Tensor | None]) -> dict[str, str]:
    """Return how many examples are in each part that has some; parts are masks.

    Example:
        >>> import torch
        >>> part_sizes({"training": torch.tensor([True, False]), "validation": None})
        {'training': '1'}
    """
    return {name: f"{int(mask.sum()):,}" for name, mask in parts.items() if mask is not None and mask.any()}


def leak_check(group: Int[Tensor, " examples"], parts: Mapping[str, Tensor], what: str) -> str:
    """Say that no two parts share a group of examples.

    Args:
        group: Of each example.
        parts: Name -> which examples, as a mask.
        what: What a group is.

    Raises:
        DataError: Two parts share one.

    Example:
        >>> import torch
        >>> train = torch.tensor([True, False])
        >>> leak_check(torch.tensor([4, 5]), {"training": train, "test": ~train}, "pair")
        'passed: no pair is in two of training and test'
    """
    names = [name for name, mask in parts.items() if mask.any()]
    if shared := shared_group(group, parts):
        name, row, other, at = shared
        message = f"report: expected every {what} in one part, got row {row} in {name} and row {at} in {other}."
        raise DataError(f"{message} Fit anew, with each in one part.")
    return f"passed: no {what} is in two of {', '.join(names[:-1])} and {names[-1]}"


def _tables(scored: Scored, target: Target) -> dict[str, list[AnswerRow]]:
    """The best, typical and worst examples."""
    out, y, listed = scored.out, scored.y, scored.listed
    error = answer_errors(out, y, target)
    order = gallery_order(error if listed is None else error[listed], _ROWS)
    tables = {}
    for title, places in order.items():
        rows = places if listed is None else listed[places].tolist()
        tables[title] = [_row(scored, row, target) for row in rows]
    return tables


def _row(scored: Scored, row: int, target: Target) -> AnswerRow:
    truth, prediction, is_right = answer_text(scored.out[row], scored.y[row], target, scored.names)
    return AnswerRow(name=scored.name_of(row), truth=truth, prediction=prediction, is_right=is_right)
