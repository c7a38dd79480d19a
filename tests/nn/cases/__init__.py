"""Every convolution with what it must agree with: one file a layer, each with a dictionary ``CASES``."""

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Case", "all_cases"]


@dataclass(frozen=True)
class Case:
    """How a layer is built, and the arguments of check_conv."""

    make: Callable[[], Any]
    peer: Callable[[], Any] | None
    """PyG's layer with the same settings; None where PyG has none or differs, and then a comment says why."""
    options: Mapping[str, Any] = field(default_factory=dict)


def all_cases() -> dict[str, Case]:
    found: dict[str, Case] = {}
    for module in pkgutil.iter_modules(__path__):
        cases = importlib.import_module(f"{__name__}.{module.name}").CASES
        found |= {f"{module.name}-{name}": case for name, case in cases.items()}
    return found
