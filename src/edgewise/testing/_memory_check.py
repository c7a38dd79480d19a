"""The largest tensor that a forward and backward pass makes."""

from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

__all__ = ["LargestTensor"]


class LargestTensor(TorchDispatchMode):
    """While entered, remembers the largest tensor that any operator returns and that is no view of its inputs."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.numel = 0
        self.shape: list[int] = []
        self.operator = ""

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Run the operator and look at what it returns."""
        out = func(*args, **(kwargs or {}))
        given = {value.untyped_storage().data_ptr() for value in _tensors([*args, *(kwargs or {}).values()])}
        for value in _tensors([out]):
            # A view and an expanded row take no memory of their own.
            numel = min(value.numel(), value.untyped_storage().nbytes() // max(1, value.element_size()))
            if numel > self.numel and value.untyped_storage().data_ptr() not in given:
                self.numel, self.shape, self.operator = numel, list(value.shape), str(func)
        return out


def _tensors(values: Any) -> list[Tensor]:
    found = []
    for value in values:
        if isinstance(value, Tensor) and value.layout == torch.strided:
            found.append(value)
        elif isinstance(value, tuple | list):
            found += _tensors(value)
    return found
