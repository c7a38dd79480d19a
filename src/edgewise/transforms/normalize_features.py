"""Feature rows that sum to one."""

from collections.abc import Sequence

import torch

from edgewise._typing import Tensor
from edgewise.errors import DTypeError
from edgewise.transforms._checks import check_graph
from edgewise.transforms._stores import Graph
from edgewise.transforms.base import BaseTransform

__all__ = ["NormalizeFeatures"]


class NormalizeFeatures(BaseTransform):
    r"""Shift features so that none is negative, then divide each row by its sum.

    .. math:: x'_{if} = \frac{x_{if} - m}{\max(1, \sum_g (x_{ig} - m))}, \quad m = \min x

    In a ``HeteroData`` each type has a minimum of its own.

    Args:
        attrs: Which attributes. Default: ``x``.

    Raises:
        DTypeError: An attribute is not a dense tensor.

    Source: Kipf & Welling, ICLR 2017, section 5.2, row-normalise bags of words. As in PyG features are shifted by their
    minimum, and a sum below one divides nothing.

    Example:
        >>> import torch
        >>> from edgewise.data import Data
        >>> NormalizeFeatures()(Data(x=torch.tensor([[1.0, 3.0], [0.0, 0.0]]))).x.tolist()
        [[0.25, 0.75], [0.0, 0.0]]
    """

    def __init__(self, attrs: Sequence[str] | None = ("x",)) -> None:
        self.attrs = tuple(attrs or ("x",))

    def forward(self, data: Graph) -> Graph:
        """Normalise each attribute that is there."""
        check_graph(data, "NormalizeFeatures")
        for store in data.stores:
            for name in self.attrs:
                value = store.to_dict().get(name)
                if value is None:
                    continue
                if not isinstance(value, Tensor) or value.layout != torch.strided:
                    kind = type(value).__name__ if not isinstance(value, Tensor) else str(value.layout)
                    message = (
                        f"NormalizeFeatures: expected {name} as a dense tensor, got {kind.removeprefix('torch.')}. "
                        "Use to_dense(), or leave it out of attrs."
                    )
                    raise DTypeError(message)
                if value.numel() and value.dim():
                    value = value.to(torch.get_default_dtype()) if value.dtype == torch.bool else value
                    shifted = value - value.min()
                    store[name] = shifted / shifted.sum(dim=-1, keepdim=True).clamp(min=1)
        return data
