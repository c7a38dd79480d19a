"""Say what a model will compute, and why: the planner's decisions as a table."""

import copy
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from edgewise.errors import DataError
from edgewise.nn._planner import ENABLED, Step, recording

__all__ = ["Plan", "plan"]


@dataclass(frozen=True)
class Plan:
    """What the layers of a model do, in the order in which they do it; prints as a table."""

    steps: list[tuple[str, Step]]
    """The name of a layer, and one of its decisions."""

    @property
    def saved_bytes(self) -> int:
        """How many bytes of memory traffic all decisions save in one training step."""
        return sum(step.saved_bytes for _, step in self.steps)

    def __str__(self) -> str:
        if not ENABLED:
            return "Nothing is planned: EDGEWISE_PLAN=off runs every layer as it is written."
        rows = [("layer", "what runs", "why", "saves")]
        rows += [(name, step.order, step.reason, _size(step.saved_bytes)) for name, step in self.steps]
        rows.append(("", "", "together, a training step", _size(self.saved_bytes)))
        widths = [max(len(row[column]) for row in rows) for column in range(4)]
        lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
        return "\n".join([lines[0], "-" * max(map(len, lines)), *lines[1:]])

    __repr__ = __str__


def plan(model: torch.nn.Module, data: Any) -> Plan:
    """Run a model once, and return what each layer chose to compute, why, and the memory traffic that it saves.

    Sizes and what needs a gradient decide; the mathematics is the same in every order. Bytes are those of a forward and
    a backward pass, against layers that multiply first and store a message an edge. The model is copied, and torch's
    generator is left as it was.

    Args:
        model: Any module of edgewise layers, in the mode (``train`` or ``eval``) that is asked about.
        data: A graph with ``x`` and ``edge_index``, or the arguments of the model as a tuple.

    Returns:
        A :class:`Plan`; print it.

    Raises:
        DataError: ``data`` is no tuple and lacks ``x`` or ``edge_index``.

    Cost: one forward pass, and a copy of the model.

    Example:
        >>> from edgewise.nn import GCN
        >>> x, edge_index = torch.randn(5000, 8), torch.randint(5000, (2, 20000))
        >>> print(plan(GCN(8, 16, num_layers=2, out_channels=3), (x, edge_index)).steps[0][1].order)
        multiply what was propagated once
    """
    arguments = _arguments(data)
    copied, steps, running = copy.deepcopy(model), [], [""]
    for name, module in copied.named_modules():
        for method in ("forward", "_layer"):  # stock models call the latter
            if hasattr(module, method):
                setattr(module, method, _named(getattr(module, method), name or type(model).__name__, running))
    with torch.random.fork_rng(devices=[]), _recorded(lambda step: steps.append((running[-1], step))):
        copied(*arguments)
    return Plan(steps)


def _arguments(data: Any) -> Sequence[Any]:
    if isinstance(data, tuple | list):
        return data
    given = [getattr(data, name, None) for name in ("x", "edge_index")]
    if not all(isinstance(value, Tensor) for value in given):
        message = (
            f"plan: expected data with x and edge_index, got {type(data).__name__}. "
            "Pass the arguments of the model as a tuple: plan(model, (x, edge_index))."
        )
        raise DataError(message)
    return given


def _named(method: Callable[..., Any], name: str, running: list[str]) -> Callable[..., Any]:
    """The method, saying whose it is while it runs."""

    def run(*args: Any, **kwargs: Any) -> Any:
        running.append(name)
        try:
            return method(*args, **kwargs)
        finally:
            running.pop()

    return run


@contextmanager
def _recorded(record: Callable[[Step], None]) -> Iterator[None]:
    recording.append(record)
    try:
        yield
    finally:
        recording.remove(record)


def _size(count: int) -> str:
    value, units = float(count), ["B", "kB", "MB", "GB", "TB"]
    while value >= 1000 and len(units) > 1:
        value, units = value / 1000, units[1:]
    return f"{value:.3g} {units[0]}"
