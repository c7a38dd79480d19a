"""What a family says about itself: rows, their contenders, and what must be shown."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

__all__ = ["OURS", "Bound", "Contender", "Limits", "Row", "Steps", "Work"]

OURS = "edgewise"
"""The contender that every bound is about; others whose name begins so are told for information."""

_WARM_UP_SECONDS = 0.2


@dataclass(frozen=True)
class Limits:
    """How long one process measures: ``seconds``, but ``least`` to ``most`` steps."""

    seconds: float = 2.0
    warm_up: int = 3
    least: int = 2
    most: int = 1000


class Work(Protocol):
    """What a contender does over and over; built before the clock starts."""

    def samples(self, limits: Limits) -> list[float]:
        """Seconds of each step that counts."""


@dataclass(frozen=True)
class Steps:
    """Work that is one callable, after a preparation that is not timed."""

    step: Callable[[], Any]
    prepare: Callable[[], Any] = lambda: None

    def samples(self, limits: Limits) -> list[float]:
        self.warm_up(limits)
        begin, seconds = time.perf_counter(), []
        while len(seconds) < limits.least or (
            len(seconds) < limits.most and time.perf_counter() - begin < limits.seconds
        ):
            seconds.append(self.once())
        return seconds

    def warm_up(self, limits: Limits) -> None:
        """Some steps that do not count; the first may compile, and alone is enough where a step takes seconds."""
        begin, done, spent = time.perf_counter(), 0, 0.0
        while (done < limits.warm_up or spent < _WARM_UP_SECONDS) and spent < limits.seconds:
            self.once()
            done, spent = done + 1, time.perf_counter() - begin

    def once(self) -> float:
        self.prepare()
        begin = time.perf_counter()
        self.step()
        return time.perf_counter() - begin


@dataclass(frozen=True)
class Contender:
    """One way to do a row's work.

    ``rounds``: processes, one a round; less for those that no bound is about. ``kept``: freed memory stays in the
    process (``_memory.keep_freed``), which a peer does not do by itself.
    """

    build: Callable[[], Work]
    rounds: int = 3
    kept: bool = False


@dataclass(frozen=True)
class Bound:
    """``at_least``: how many times the peer's number is ours. ``at_most``: what share of the peer's ours is.

    ``against`` names a contender; ``"PyG best"`` is the fastest of all whose name begins with PyG.
    """

    against: str
    at_least: float | None = None
    at_most: float | None = None
    quantity: str = "time"


@dataclass(frozen=True)
class Row:
    """One line of the table: the same work for every contender.

    ``agreement`` returns named relative differences between our result and the peer's, with the largest allowed one.
    ``together``: contenders take turns step by step in one process, for steps so short that a shared machine's
    slow minute would hit only one of them; their memory is then not told apart.
    """

    work: str
    contenders: Mapping[str, Contender]
    bounds: tuple[Bound, ...] = ()
    agreement: Callable[[], dict[str, tuple[float, float]]] | None = None
    together: bool = False
    absent: Callable[[], str | None] = lambda: None
    """Why the row cannot run here, if so."""
