"""Edge attributes from positions: how far apart two nodes are, and in which direction."""

import torch

from edgewise._typing import Tensor
from edgewise.data import Data
from edgewise.errors import ArgumentError
from edgewise.transforms._checks import check_homogeneous
from edgewise.transforms._stores import appended, edges_of, node_tensor
from edgewise.transforms.base import BaseTransform

__all__ = ["Cartesian", "Distance"]


class _EdgeGeometry(BaseTransform):
    """What both have in common: arguments, and where the result goes."""

    _shown = ("norm", "max_value")

    def __init__(
        self,
        norm: bool = True,  # noqa: FBT001, FBT002 - PyG's signature
        max_value: float | None = None,
        cat: bool = True,  # noqa: FBT001, FBT002
        interval: tuple[float, float] = (0.0, 1.0),
    ) -> None:
        if max_value is not None and not max_value > 0:
            message = (
                f"{type(self).__name__}: expected max_value above 0, got {max_value!r}. Leave it out to use the data's."
            )
            raise ArgumentError(message)
        self.norm = norm
        self.max_value = max_value
        self.cat = cat
        self.interval = interval

    def forward(self, data: Data) -> Data:
        """Write ``edge_attr``."""
        caller = type(self).__name__
        check_homogeneous(data, caller)
        pos = node_tensor(data, "pos", caller)
        source, target = edges_of(data, caller)
        pos = pos.reshape(-1, 1) if pos.dim() == 1 else pos
        geometry = self._measure(pos[source], pos[target])
        data.edge_attr = appended(data.edge_attr if self.cat else None, geometry, "edge_attr", caller)
        return data

    def _measure(self, source: Tensor, target: Tensor) -> Tensor:
        raise NotImplementedError

    def _scale(self, values: Tensor) -> float:
        """What counts as 1: points that all coincide have no largest distance, and stay at 0."""
        if self.max_value is not None:
            return self.max_value
        return float(values.abs().max()) or 1.0 if values.numel() else 1.0


class Distance(_EdgeGeometry):
    r"""Append to ``edge_attr`` how far apart the two ends of each edge are.

    .. math:: e_k = b_0 + (b_1 - b_0) \frac{\lVert p_j - p_i \rVert}{m}

    Args:
        norm: Bring distances to the interval :math:`[b_0, b_1]`; ``False`` leaves them as they are.
        max_value: :math:`m`. Default: the largest distance in the graph.
        cat: ``False`` replaces ``edge_attr``.
        interval: :math:`b_0` and :math:`b_1`.

    Shape:
        pos ``[nodes, dimensions]`` · edge_index ``[2, edges]`` → edge_attr ``[edges, width + 1]``

    Raises:
        DataError: There is no ``pos`` or no ``edge_index``.
        DTypeError: ``pos`` is not floating, or a ``HeteroData``.
        NodeIndexError: An edge names a node that does not exist.

    Cost: O(edges · dimensions).

    Source: PyG's. Ours turns an integer ``edge_attr`` to floats, where PyG truncates the distances, and does not divide
    by a largest distance of 0.

    Example:
        >>> data = Data(pos=torch.tensor([[0.0], [1.0], [3.0]]), edge_index=torch.tensor([[0, 1], [1, 2]]))
        >>> Distance()(data).edge_attr.tolist()
        [[0.5], [1.0]]
    """

    def _measure(self, source: Tensor, target: Tensor) -> Tensor:
        distance: Tensor = torch.linalg.vector_norm(target - source, dim=-1, keepdim=True)
        if not self.norm:
            return distance
        low, high = self.interval
        return (high - low) * (distance / self._scale(distance)) + low


class Cartesian(_EdgeGeometry):
    r"""Append to ``edge_attr`` where the source of each edge lies, seen from its destination.

    .. math:: e_k = \frac{b_0 + b_1}{2} + (b_1 - b_0) \frac{p_j - p_i}{2 m}

    Args:
        norm: Bring coordinates to the interval :math:`[b_0, b_1]`; ``False`` leaves them as they are.
        max_value: :math:`m`. Default: the largest coordinate, sign aside, in the graph.
        cat: ``False`` replaces ``edge_attr``.
        interval: :math:`b_0` and :math:`b_1`.

    Shape:
        pos ``[nodes, dimensions]`` · edge_index ``[2, edges]`` → edge_attr ``[edges, width + dimensions]``

    Raises:
        DataError: There is no ``pos`` or no ``edge_index``.
        DTypeError: ``pos`` is not floating, or a ``HeteroData``.
        NodeIndexError: An edge names a node that does not exist.

    Cost: O(edges · dimensions).

    Source: PyG's, with the two differences of :class:`Distance`.

    Example:
        >>> data = Data(pos=torch.tensor([[0.0], [1.0], [3.0]]), edge_index=torch.tensor([[0, 1], [1, 2]]))
        >>> Cartesian(norm=False)(data).edge_attr.tolist()
        [[-1.0], [-2.0]]
    """

    def _measure(self, source: Tensor, target: Tensor) -> Tensor:
        offset = source - target
        if not self.norm:
            return offset
        low, high = self.interval
        return (high - low) * offset / (2 * self._scale(offset)) + (low + high) / 2
