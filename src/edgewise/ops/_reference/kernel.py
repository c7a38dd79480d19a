"""One registry: the name of each kernel, its definition in plain torch and the shape of its result."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

__all__ = ["KERNELS", "Kernel", "kernel"]

Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Kernel:
    """What there is to a kernel besides the compiled loop."""

    reference: Callable[..., Any]
    """The definition: oracle of the tests, and fallback where the compiled one does not run."""
    fake: Callable[..., Any]
    """Takes the same arguments and returns empty tensors of the result's shape, for tracing."""
    counts: bool
    """Whether the result's shape follows from values, so that tracing needs a symbol for it."""


KERNELS: dict[str, Kernel] = {}


def kernel(fake: Callable[..., Any], *, counts: bool = False) -> Callable[[Function], Function]:
    """Enter the decorated definition under its name, with the shape of what it returns."""

    def enter(reference: Function) -> Function:
        KERNELS[reference.__name__] = Kernel(reference, fake, counts)
        return reference

    return enter
