"""The spread over seeds, told beside a report's headline."""

from dataclasses import replace
from typing import TypeVar

from edgewise.errors import DTypeError
from edgewise.tasks.seeds import SeedScores
from edgewise.viz.report.record import Report

__all__ = ["with_seeds"]

AnyReport = TypeVar("AnyReport", bound=Report)


def with_seeds(report: AnyReport, seeds: SeedScores | None) -> AnyReport:
    """Return a report that tells mean and spread over seeds beside its headline.

    Args:
        report: What is shown.
        seeds: As from :func:`~edgewise.tasks.score_seeds`; ``None`` leaves the report as it is.

    Raises:
        DTypeError: Something else.
    """
    if seeds is None:
        return report
    if not isinstance(seeds, SeedScores):
        kind = type(seeds).__name__
        raise DTypeError(f"report: expected seeds of score_seeds, got {kind}. Pass score_seeds(estimator, data).")
    measure = f"{seeds.metric} " if seeds.metric else ""
    score = replace(report.score, detail=f"{report.score.detail}; {measure}{seeds}")
    return replace(report, score=score)
