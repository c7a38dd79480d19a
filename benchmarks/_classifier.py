"""``NodeClassifier``'s own loop, timed from within a real ``fit``."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from unittest import mock

from benchmarks._rows import Limits

__all__ = ["Fit"]


@dataclass(frozen=True)
class Fit:
    """Work that is a whole fit; the samples are its training steps, or its epochs with the evaluation in each."""

    classifier: Any
    data: Any
    part: str = "_step"
    """``"_step"``: forward, backward, Adam, loss and accuracy as numbers; ``"run_epoch"``: evaluation as well."""

    def samples(self, limits: Limits) -> list[float]:
        from edgewise.tasks.loop import Training

        seconds: list[float] = []
        with mock.patch.object(Training, self.part, _timed(getattr(Training, self.part), seconds)):
            self.classifier.fit(self.data)
        return seconds[min(limits.warm_up, len(seconds) - 1) :]


def _timed(method: Callable[..., Any], seconds: list[float]) -> Callable[..., Any]:
    def timed(self: Any, *arguments: Any) -> Any:
        begin = time.perf_counter()
        result = method(self, *arguments)
        seconds.append(time.perf_counter() - begin)
        return result

    return timed
