"""Timing in turn: every contender runs once a round, so a slow minute of the machine hits all of them."""

import statistics
import time
from collections.abc import Callable, Mapping
from typing import Any

__all__ = ["in_turn"]


def in_turn(contenders: Mapping[str, Callable[[], Any]], rounds: int = 9, warm_up: int = 2) -> dict[str, float]:
    """Median seconds of each contender over ``rounds``, after ``warm_up`` rounds that do not count."""
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    for turn in range(warm_up + rounds):
        for name, run in contenders.items():
            start = time.perf_counter()
            run()
            if turn >= warm_up:
                seconds[name].append(time.perf_counter() - start)
    return {name: statistics.median(times) for name, times in seconds.items()}
