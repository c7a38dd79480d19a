"""The softmax aggregation of DeeperGCN."""

from typing import Any

import torch

from edgewise._typing import Float, Int, Tensor
from edgewise.errors import ArgumentError, ShapeError
from edgewise.nn.aggr.base import Aggregation

__all__ = ["SoftmaxAggregation"]


class SoftmaxAggregation(Aggregation):
    r"""A mean weighted by a softmax: between the mean (:math:`t = 0`) and the maximum (:math:`t \to \infty`).

    .. math:: y_g = \sum_{k \in g} \frac{\exp(t\, x_k)}{\sum_{l \in g} \exp(t\, x_l)}\, x_k

    Args:
        t: The inverse temperature.
        learn: Make :math:`t` a parameter.
        semi_grad: Take no gradient through the weights.
        channels: How many :math:`t` there are, one for each column of ``x``; with ``learn`` alone.

    Shape:
        As :class:`~edgewise.nn.Aggregation`; x ``[rows, channels]`` where ``channels`` is not 1.

    Raises:
        ArgumentError: ``learn`` together with ``semi_grad``, or ``channels`` without ``learn``.
        ShapeError: ``x`` does not have ``channels`` columns.

    Cost: O(rows · width) time and memory; the same bits on any number of threads.

    Source: Li et al., *DeeperGCN: All You Need to Train Deeper GCNs*, 2020, eq. 3.

    Example:
        >>> SoftmaxAggregation(t=100.0)(torch.tensor([[1.0], [2.0], [3.0]]), torch.tensor([0, 0, 1])).tolist()
        [[2.0], [3.0]]
    """

    def __init__(
        self,
        t: float = 1.0,
        learn: bool = False,  # noqa: FBT001, FBT002 - PyG's signature
        semi_grad: bool = False,  # noqa: FBT001, FBT002
        channels: int = 1,
    ) -> None:
        super().__init__()
        if learn and semi_grad:
            message = "SoftmaxAggregation: expected semi_grad=False with learn=True, got True. A gradient teaches t."
            raise ArgumentError(message)
        if channels != 1 and not learn:
            message = f"SoftmaxAggregation: expected channels=1 with learn=False, got {channels}. Pass learn=True."
            raise ArgumentError(message)
        self._init_t = t
        self.learn = learn
        self.semi_grad = semi_grad
        self.channels = channels
        self.t: Any = torch.nn.Parameter(torch.empty(channels)) if learn else t
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Set :math:`t` to what it was built with."""
        if isinstance(self.t, Tensor):
            torch.nn.init.constant_(self.t, self._init_t)

    def forward(
        self,
        x: Float[Tensor, "..."],
        index: Int[Tensor, " rows"],
        ptr: Tensor | None = None,
        dim_size: int | None = None,
        dim: int = -2,
        max_num_elements: int | None = None,
    ) -> Float[Tensor, "..."]:
        r"""Return :math:`\sum_k \operatorname{softmax}_k(t\, x_k)\, x_k`."""
        if self.channels != 1 and (x.dim() != 2 or dim not in (0, -2) or x.shape[1] != self.channels):
            message = (
                f"SoftmaxAggregation: expected x of shape [rows, {self.channels}] (built with "
                f"channels={self.channels}), got {list(x.shape)}. Build it with channels={x.shape[-1]}."
            )
            raise ShapeError(message)
        logits = self.t * (x.detach() if self.semi_grad else x)
        alpha = self.softmax(logits, index, ptr, dim_size, dim)
        return self.reduce(alpha * x, index, ptr, dim_size, dim)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(learn={self.learn})"
