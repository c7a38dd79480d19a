"""One estimator from several seeds: a score without its spread says little."""

import statistics
from collections.abc import Iterable
from typing import Any, NamedTuple

from edgewise.errors import ArgumentError
from edgewise.tasks.estimator import Estimator
from edgewise.tasks.metrics import METRICS

__all__ = ["SeedScores", "score_seeds"]


class SeedScores(NamedTuple):
    """A score for each seed.

    Attributes:
        values: One a seed.
        metric: What they are, where it is known.

    Example:
        >>> print(SeedScores([0.81, 0.83]))
        0.8200 ± 0.0141 over 2 seeds
    """

    values: list[float]
    metric: str | None = None

    @property
    def mean(self) -> float:
        """Of all seeds."""
        return statistics.mean(self.values)

    @property
    def std(self) -> float:
        """Standard deviation of one seed's score, estimated from all; 0 where there is one."""
        return statistics.stdev(self.values) if len(self.values) > 1 else 0.0

    def __str__(self) -> str:
        """Mean and standard deviation as text."""
        return f"{self.mean:.4f} ± {self.std:.4f} over {len(self.values)} seeds"


def score_seeds(
    estimator: Estimator, *data: Any, seeds: Iterable[int] = range(5), metric: str | None = None, **arguments: Any
) -> SeedScores:
    """Fit an estimator anew from each seed, and score it.

    A seed also draws the split where the data brings none. A module of your own starts from its own weights each time.

    Args:
        estimator: With the settings to use; it is left as it was.
        *data: What its ``fit`` takes.
        seeds: Each a whole number.
        metric: Of ``score``; ``None`` takes the estimator's own.
        **arguments: Further ones of ``fit``.

    Raises:
        ArgumentError: There are no seeds.

    Cost: one training a seed.

    Example:
        >>> from edgewise.datasets import KarateClub
        >>> from edgewise.tasks import NodeClassifier
        >>> len(score_seeds(NodeClassifier(epochs=5, quiet=True), KarateClub()[0], seeds=(0, 7)).values)
        2
    """
    if isinstance(seeds, int):
        raise ArgumentError(f"score_seeds: expected several seeds, got {seeds}. Pass seeds=range({max(1, seeds)}).")
    kind, settings, values, target = type(estimator), estimator.get_params(), [], None
    for seed in seeds:
        fitted: Any = kind(**{**settings, "seed": seed})
        values.append(fitted.fit(*data, **arguments).score(metric=metric))
        target = fitted.target_
    if target is None:
        raise ArgumentError("score_seeds: expected at least one seed, got none. Pass seeds=range(5), for example.")
    return SeedScores(values, metric or next(iter(METRICS[target.kind])))
