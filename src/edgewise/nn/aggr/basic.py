"""Aggregations that are one reduction within each group."""

from typing import ClassVar

from edgewise._typing import Float, Int, Tensor
from edgewise.nn.aggr.base import Aggregation

__all__ = [
    "MaxAggregation",
    "MeanAggregation",
    "MinAggregation",
    "MulAggregation",
    "StdAggregation",
    "SumAggregation",
    "VarAggregation",
]


class _Reduction(Aggregation):
    """An aggregation that a segment reduction computes."""

    _reduce: ClassVar[str]

    def __init__(self) -> None:
        super().__init__()
        self._names = (self._reduce,) if type(self).forward is _Reduction.forward else None

    def forward(
        self,
        x: Float[Tensor, "..."],
        index: Int[Tensor, " rows"],
        ptr: Tensor | None = None,
        dim_size: int | None = None,
        dim: int = -2,
        max_num_elements: int | None = None,
    ) -> Float[Tensor, "..."]:
        return self.reduce(x, index, ptr, dim_size, dim, self._reduce)


class SumAggregation(_Reduction):
    r"""The sum of each group; 0 for an empty one.

    .. math:: y_g = \sum_{k \in g} x_k

    Shape:
        As :class:`~edgewise.nn.Aggregation`.

    Cost: O(rows · width) time, O(groups · width) memory; the same bits on any number of threads.

    Example:
        >>> import torch
        >>> SumAggregation()(torch.tensor([[1.0], [2.0], [3.0]]), torch.tensor([0, 0, 1])).tolist()
        [[3.0], [3.0]]
    """

    _reduce = "sum"


class MeanAggregation(_Reduction):
    r"""The mean of each group; 0 for an empty one.

    .. math:: y_g = \frac{1}{|g|} \sum_{k \in g} x_k

    Shape:
        As :class:`~edgewise.nn.Aggregation`.

    Cost: O(rows · width) time, O(groups · width) memory; the same bits on any number of threads.

    Example:
        >>> import torch
        >>> MeanAggregation()(torch.tensor([[1.0], [2.0], [3.0]]), torch.tensor([0, 0, 1])).tolist()
        [[1.5], [3.0]]
    """

    _reduce = "mean"


class MaxAggregation(_Reduction):
    r"""The largest value of each column in each group; 0 for an empty one.

    .. math:: y_g = \max_{k \in g} x_k

    Shape:
        As :class:`~edgewise.nn.Aggregation`.

    Cost: O(rows · width) time, O(groups · width) memory; ties share the gradient equally.

    Example:
        >>> import torch
        >>> MaxAggregation()(torch.tensor([[1.0], [2.0], [3.0]]), torch.tensor([0, 0, 1])).tolist()
        [[2.0], [3.0]]
    """

    _reduce = "max"


class MinAggregation(_Reduction):
    r"""The smallest value of each column in each group; 0 for an empty one.

    .. math:: y_g = \min_{k \in g} x_k

    Shape:
        As :class:`~edgewise.nn.Aggregation`.

    Cost: O(rows · width) time, O(groups · width) memory; ties share the gradient equally.

    Example:
        >>> import torch
        >>> MinAggregation()(torch.tensor([[1.0], [2.0], [3.0]]), torch.tensor([0, 0, 1])).tolist()
        [[1.0], [3.0]]
    """

    _reduce = "min"


class MulAggregation(_Reduction):
    r"""The product of each group; 1 for an empty one.

    .. math:: y_g = \prod_{k \in g} x_k

    Shape:
        As :class:`~edgewise.nn.Aggregation`.

    Cost: O(rows · width) time, O(groups · width) memory; the same bits on any number of threads.

    Example:
        >>> import torch
        >>> MulAggregation()(torch.tensor([[4.0], [2.0], [3.0]]), torch.tensor([0, 0, 1])).tolist()
        [[8.0], [3.0]]
    """

    _reduce = "mul"


class _Deviation(_Reduction):
    """Variance and deviation, whose gradient may leave out the mean of squares."""

    def __init__(self, semi_grad: bool = False) -> None:  # noqa: FBT001, FBT002 - PyG's signature
        super().__init__()
        self.semi_grad = semi_grad
        if semi_grad or type(self).forward is not _Deviation.forward:
            self._names = None
        else:
            self._names = (self._reduce,)

    def forward(
        self,
        x: Float[Tensor, "..."],
        index: Int[Tensor, " rows"],
        ptr: Tensor | None = None,
        dim_size: int | None = None,
        dim: int = -2,
        max_num_elements: int | None = None,
    ) -> Float[Tensor, "..."]:
        if not self.semi_grad:
            return self.reduce(x, index, ptr, dim_size, dim, self._reduce)
        return self._with_half_of_the_gradient(x, index, dim_size, dim)

    def _with_half_of_the_gradient(self, x: Tensor, index: Tensor, dim_size: int | None, dim: int) -> Tensor:
        square = self.reduce(x, index, None, dim_size, dim, "mean") ** 2
        variance = self.reduce(x.detach(), index, None, dim_size, dim, "var") - (square - square.detach())
        if self._reduce == "var":
            return variance
        deviation = self.reduce(x.detach(), index, None, dim_size, dim, "std")
        # d sqrt(v) = dv / (2 sqrt(v)), and none where the deviation counts as 0.
        slope = (0.5 / deviation).masked_fill(deviation == 0, 0)
        return deviation + slope * (variance - variance.detach())


class VarAggregation(_Deviation):
    r"""The variance of each group, of the population; 0 for an empty one.

    .. math:: y_g = \frac{1}{|g|} \sum_{k \in g} (x_k - \mu_g)^2

    Args:
        semi_grad: Take the gradient of :math:`-\mu_g^2` alone, as if :math:`\frac{1}{|g|} \sum x_k^2` were constant.

    Shape:
        As :class:`~edgewise.nn.Aggregation`.

    Cost: O(rows · width) time, O(groups · width) memory; the same bits on any number of threads.

    Source: PyG's ``VarAggregation``. Ours sums squares of differences from the mean, so that a large mean does not
    cancel.

    Example:
        >>> import torch
        >>> VarAggregation()(torch.tensor([[1.0], [3.0], [3.0]]), torch.tensor([0, 0, 1])).tolist()
        [[1.0], [0.0]]
    """

    _reduce = "var"


class StdAggregation(_Deviation):
    r"""The standard deviation of each group, of the population; 0 for an empty one.

    .. math:: y_g = \sqrt{\frac{1}{|g|} \sum_{k \in g} (x_k - \mu_g)^2}

    Args:
        semi_grad: Take the gradient of the variance as ``VarAggregation(semi_grad=True)`` does.

    Shape:
        As :class:`~edgewise.nn.Aggregation`.

    Cost: O(rows · width) time, O(groups · width) memory; the same bits on any number of threads.

    Source: PyG's ``StdAggregation``: a variance up to 1e-5 has a deviation, and a gradient of it, of 0. Ours sums
    squares of differences from the mean, so that a large mean does not cancel.

    Example:
        >>> import torch
        >>> StdAggregation()(torch.tensor([[1.0], [5.0], [3.0]]), torch.tensor([0, 0, 1])).tolist()
        [[2.0], [0.0]]
    """

    _reduce = "std"
