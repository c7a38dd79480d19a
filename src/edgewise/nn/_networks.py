"""The networks inside of layers, taken apart: their first and last linear maps commute with sums over edges."""

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import torch
from torch import Tensor

from edgewise.nn._planner import is_plain

__all__ = ["Step", "input_width", "is_plain", "reset", "run_steps", "steps_of"]

Step: TypeAlias = Callable[[Tensor], Tensor]


def steps_of(network: Any) -> list[Step]:
    """Return the functions that a network applies one after the other; itself alone where nobody can tell.

    An MLP says so by a method ``_steps``. A network that somebody watches by hooks stays in one piece.
    """
    if not isinstance(network, torch.nn.Module) or has_hooks(network):
        return [network]
    if type(network) is torch.nn.Sequential:
        return [step for module in network for step in steps_of(module)]
    steps = getattr(network, "_steps", None)
    return [network] if steps is None else steps()


def run_steps(steps: Sequence[Step], x: Tensor) -> Tensor:
    """Apply steps one after the other."""
    for step in steps:
        x = step(x)
    return x


def has_hooks(module: torch.nn.Module) -> bool:
    """Whether somebody looks at what goes into a module or comes out."""
    return bool(module._forward_hooks or module._forward_pre_hooks or module._backward_hooks)


def input_width(network: Any) -> int | None:
    """Return how wide the rows are that a network takes; ``None`` where its first module does not say."""
    while type(network) is torch.nn.Sequential and len(network):
        network = network[0]
    for name in ("in_features", "in_channels"):
        width = getattr(network, name, None)
        if isinstance(width, int) and width >= 0:
            return width
    return None


def reset(network: Any) -> None:
    """Draw all parameters of a network anew: of each module that can, or else of its children."""
    own = getattr(network, "reset_parameters", None)
    if callable(own):
        own()
    elif isinstance(network, torch.nn.Module):
        for child in network.children():
            reset(child)
