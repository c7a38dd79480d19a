"""Feature rows that sum to one."""

from collections.abc import Sequence

from edgewise.data import Data
from edgewise.transforms.base import BaseTransform

__all__ = ["NormalizeFeatures"]


class NormalizeFeatures(BaseTransform):
    r"""Shift features so that none is negative, then divide each row by its sum.

    .. math:: x'_{if} = \frac{x_{if} - m}{\max(1, \sum_g (x_{ig} - m))}, \quad m = \min x

    Args:
        attrs: Which attributes.

    Source: Kipf & Welling, ICLR 2017, section 5.2, row-normalise bags of words. As in PyG features are shifted by their
    minimum, and a sum below one divides nothing.

    Example:
        >>> import torch
        >>> NormalizeFeatures()(Data(x=torch.tensor([[1.0, 3.0], [0.0, 0.0]]))).x.tolist()
        [[0.25, 0.75], [0.0, 0.0]]
    """

    def __init__(self, attrs: Sequence[str] = ("x",)) -> None:
        self.attrs = list(attrs)

    def forward(self, data: Data) -> Data:
        """Normalise each attribute that is there."""
        for name in self.attrs:
            value = data[name]
            if value is not None and value.numel():
                shifted = value - value.min()
                data[name] = shifted / shifted.sum(dim=-1, keepdim=True).clamp(min=1)
        return data
