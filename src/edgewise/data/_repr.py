"""One line that says what a graph holds: shapes, and whatever is unusual about them."""

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

__all__ = ["describe"]

_USUAL = {torch.float32, torch.int64, torch.bool}


def describe(name: str, attributes: Iterable[tuple[str, Any]]) -> str:
    """Return ``Data(x=[34, 34], edge_index=[2, 156])``; dtype and device are named where they surprise.

    Example:
        >>> describe("Data", [("x", torch.zeros(2, 3)), ("y", torch.zeros(2, dtype=torch.int32)), ("n", 5)])
        'Data(x=[2, 3], y=[2] int32, n=5)'
    """
    return f"{name}({', '.join(f'{key}={_short(value)}' for key, value in attributes)})"


def _short(value: Any) -> str:
    if isinstance(value, Tensor):
        text = str(list(value.shape)) if value.dim() else str(value.item())
        text += "" if value.dtype in _USUAL else f" {str(value.dtype).removeprefix('torch.')}"
        text += "" if value.layout == torch.strided else f" {str(value.layout).removeprefix('torch.')}"
        return text + ("" if value.device.type == "cpu" else f" {value.device}")
    if isinstance(value, str | int | float | bool) or value is None:
        return repr(value)
    return f"[{len(value)}]" if hasattr(value, "__len__") else type(value).__name__
