"""Which implementation runs: the native kernel where it is loaded and takes the tensors, else the reference."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from edgewise.ops import _native
from edgewise.ops._reference import KERNELS

__all__ = ["kernel_status", "run", "use_native"]

_NATIVE_DTYPES = frozenset({torch.float32, torch.float64, torch.bfloat16, torch.float16, torch.int32, torch.int64})


def use_native(tensor: Tensor) -> bool:
    """Whether the native kernels are loaded and take this tensor's device and dtype."""
    return _native.LOADED and tensor.device.type == "cpu" and tensor.dtype in _NATIVE_DTYPES


def _pair(name: str) -> tuple[Callable[..., Any] | None, Callable[..., Any]]:
    native = getattr(torch.ops.edgewise, name).default if _native.LOADED else None
    return native, KERNELS[name].reference


_PAIRS = {name: _pair(name) for name in KERNELS}


def run(name: str, values: Tensor, *arguments: Any, **keywords: Any) -> Any:
    """Run kernel ``name`` on the implementation that takes ``values``."""
    native, reference = _PAIRS[name]
    if native is not None and use_native(values):
        return native(*arguments, **keywords)
    return reference(*arguments, **keywords)


def kernel_status() -> dict[str, str]:
    """Say which kernels run on which device, and why any fell back.

    Example:
        >>> sorted(kernel_status())
        ['cpu', 'other devices']
    """
    native = "native" if _native.LOADED else f"reference ({_native.REASON})"
    return {"cpu": native, "other devices": "reference (plain torch operators)"}
