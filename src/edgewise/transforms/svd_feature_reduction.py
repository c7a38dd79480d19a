"""Fewer features that say nearly as much."""

import torch

from edgewise.data import Data
from edgewise.transforms._checks import check_at_least, check_homogeneous
from edgewise.transforms._stores import node_tensor
from edgewise.transforms.base import BaseTransform

__all__ = ["SVDFeatureReduction"]


class SVDFeatureReduction(BaseTransform):
    r"""Replace ``x`` by its coordinates along the directions of its largest singular values.

    .. math:: X = U \Sigma V^\top, \quad X' = U_{:, 1..k} \Sigma_{1..k}

    Features that are no wider than that stay as they are.

    Args:
        out_channels: The new width, k.

    Shape:
        x ``[nodes, in]`` float → ``[nodes, out]``

    Raises:
        ArgumentError: ``out_channels`` is below 1.
        DataError: There is no ``x``.
        DTypeError: ``x`` is not floating, or a ``HeteroData``.

    Cost: O(nodes · in · min(nodes, in)).

    Source: PyG's. Where there are fewer nodes than ``out_channels``, ours fills up with zeros, PyG returns fewer
    columns.

    Example:
        >>> x = torch.tensor([[3.0, 0.0, 0.0], [0.0, 2.0, 0.0], [0.0, 0.0, 1.0]])
        >>> SVDFeatureReduction(out_channels=2)(Data(x=x)).x.abs().tolist()
        [[3.0, 0.0], [0.0, 2.0], [0.0, 0.0]]
    """

    def __init__(self, out_channels: int) -> None:
        check_at_least("SVDFeatureReduction", "out_channels", out_channels)
        self.out_channels = out_channels

    def forward(self, data: Data) -> Data:
        """Reduce the features."""
        check_homogeneous(data, "SVDFeatureReduction")
        x = node_tensor(data, "x", "SVDFeatureReduction", axes=(2,))
        if x.shape[-1] > self.out_channels:
            left, values, _ = torch.linalg.svd(x if x.dtype == torch.float64 else x.float(), full_matrices=False)
            reduced = (left * values)[:, : self.out_channels].to(x.dtype)
            missing = self.out_channels - reduced.shape[1]
            data.x = torch.nn.functional.pad(reduced, (0, missing)) if missing else reduced
        return data
