"""The dense layer inside graph layers: Glorot initialisation and a width that may be read from the first call."""

import math
from typing import Any

import torch
from torch.nn.parameter import UninitializedParameter

from edgewise._typing import Float, Tensor
from edgewise.errors import ArgumentError, ShapeError

__all__ = ["Linear", "glorot_"]

_WEIGHT_INITIALIZERS = ("glorot", "uniform", "kaiming_uniform", None)


class Linear(torch.nn.Module):
    r"""A linear map with the initialisations that graph layers use.

    .. math:: X' = X W^\top + b

    Args:
        in_channels: Width of an input row. ``-1`` reads it from the first call.
        out_channels: Width of an output row.
        bias: Add a learnable bias.
        weight_initializer: ``"glorot"``, ``"uniform"`` or ``"kaiming_uniform"``. ``None`` is ``"kaiming_uniform"``.
        bias_initializer: ``"zeros"``; ``None`` draws uniformly from :math:`\pm 1/\sqrt{in}`, as torch does.

    Shape:
        x ``[*, in]`` → ``[*, out]``

    Raises:
        ArgumentError: An unknown initializer.
        ShapeError: The last axis of ``x`` is not ``in_channels``.

    Source: Glorot & Bengio, *Understanding the difficulty of training deep feedforward neural networks*, AISTATS 2010,
    eq. 16.

    Example:
        >>> Linear(-1, 2)(torch.ones(3, 5)).shape
        torch.Size([3, 2])
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        bias: bool = True,  # noqa: FBT001, FBT002 - PyG's signature
        weight_initializer: str | None = None,
        bias_initializer: str | None = None,
    ) -> None:
        super().__init__()
        if weight_initializer not in _WEIGHT_INITIALIZERS or bias_initializer not in ("zeros", None):
            message = (
                f"Linear: expected weight_initializer in {_WEIGHT_INITIALIZERS} and bias_initializer in "
                f"('zeros', None), got {weight_initializer!r} and {bias_initializer!r}. Use one of those."
            )
            raise ArgumentError(message)
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.weight_initializer = weight_initializer
        self.bias_initializer = bias_initializer
        lazy = in_channels < 0
        self.weight: Any = (
            UninitializedParameter() if lazy else torch.nn.Parameter(torch.empty(out_channels, in_channels))
        )
        self.bias = torch.nn.Parameter(torch.empty(out_channels)) if bias else None
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw all parameters anew; the width stays open where it was not known yet."""
        if isinstance(self.weight, UninitializedParameter):
            return
        fan_in, fan_out = self.in_channels, self.out_channels
        bound = {
            "glorot": math.sqrt(6 / max(1, fan_in + fan_out)),
            "uniform": 1 / math.sqrt(max(1, fan_in)),
            "kaiming_uniform": 1 / math.sqrt(max(1, fan_in)),
        }[self.weight_initializer or "kaiming_uniform"]
        with torch.no_grad():
            self.weight.uniform_(-bound, bound)
            if self.bias is not None and self.bias_initializer == "zeros":
                self.bias.zero_()
            elif self.bias is not None:
                self.bias.uniform_(-1 / math.sqrt(max(1, fan_in)), 1 / math.sqrt(max(1, fan_in)))

    def forward(self, x: Float[Tensor, "*batch in"]) -> Float[Tensor, "*batch out"]:
        """Return ``x @ weight.T + bias``."""
        return torch.nn.functional.linear(x, self.weight_for(x), self.bias)

    def weight_for(self, x: Float[Tensor, "*batch in"]) -> Float[Tensor, "out in"]:
        """Return the weight, once ``x`` has shown how wide it must be.

        Raises:
            ShapeError: ``x`` has another width.
        """
        if isinstance(self.weight, UninitializedParameter):
            self._materialize(x.shape[-1])
        if x.shape[-1] != self.in_channels:
            message = (
                f"Linear: expected x with {self.in_channels} features (in_channels), got {x.shape[-1]}. "
                f"Build it with in_channels={x.shape[-1]}, or -1 to read the width from the first call."
            )
            raise ShapeError(message)
        weight: Tensor = self.weight
        return weight

    def _materialize(self, in_channels: int) -> None:
        self.in_channels = in_channels
        self.weight.materialize((self.out_channels, in_channels))
        self.reset_parameters()

    def _load_from_state_dict(self, state_dict: dict[str, Any], prefix: str, *args: Any, **kwargs: Any) -> None:
        saved = state_dict.get(prefix + "weight")
        if isinstance(self.weight, UninitializedParameter) and isinstance(saved, Tensor):
            self._materialize(saved.shape[-1])
        super()._load_from_state_dict(state_dict, prefix, *args, **kwargs)

    def extra_repr(self) -> str:
        """Return the widths for ``repr``."""
        return f"{self.in_channels}, {self.out_channels}, bias={self.bias is not None}"


def glorot_(weight: Tensor) -> None:
    """Draw ``[..., rows, columns]`` from Glorot & Bengio's uniform distribution for a matrix of that shape."""
    bound = math.sqrt(6 / max(1, weight.shape[-2] + weight.shape[-1]))
    torch.nn.init.uniform_(weight, -bound, bound)
