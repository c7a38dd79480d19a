"""Batch normalisation of node features."""

import torch

from edgewise._typing import Float, Tensor
from edgewise.errors import ArgumentError
from edgewise.nn.norm._graphs import check_rows

__all__ = ["BatchNorm"]


class BatchNorm(torch.nn.Module):
    r"""Scale every feature to mean 0 and variance 1 over all nodes of a mini-batch.

    .. math:: x_i' = \frac{x_i - \mathrm{E}[x]}{\sqrt{\mathrm{Var}[x] + \epsilon}} \odot \gamma + \beta

    Args:
        in_channels: Width of a node feature.
        eps: Added to the variance.
        momentum: Share of a new batch in the running mean and variance; ``None`` averages all batches.
        affine: Learn :math:`\gamma` and :math:`\beta`.
        track_running_stats: Keep a running mean and variance, used outside of training.
        allow_single_element: Normalise a batch of one node by the running mean and variance, also while training,
            instead of refusing it.
        device: Where the parameters are.

    Shape:
        x ``[nodes, in]`` → ``[nodes, in]``

    Raises:
        ArgumentError: ``allow_single_element`` without running statistics, or a single node while training.
        DTypeError: ``x`` is not floating.
        ShapeError: ``x`` has another width.

    Cost: O(nodes · in) time and memory.

    Source: Ioffe & Szegedy, *Batch Normalization*, ICML 2015, algorithm 1; torch's ``BatchNorm1d`` computes it. Differs
    from PyG in that a batch without nodes is returned as it is.

    Example:
        >>> BatchNorm(2, affine=False)(torch.tensor([[1.0, 0.0], [3.0, 0.0]])).round().tolist()
        [[-1.0, 0.0], [1.0, 0.0]]
    """

    def __init__(
        self,
        in_channels: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,  # noqa: FBT001, FBT002 - PyG's signature
        track_running_stats: bool = True,  # noqa: FBT001, FBT002
        allow_single_element: bool = False,  # noqa: FBT001, FBT002
        device: torch.device | str | None = None,
    ) -> None:
        super().__init__()
        if allow_single_element and not track_running_stats:
            message = (
                "BatchNorm: expected track_running_stats=True with allow_single_element=True, got False. "
                "A single node has no variance: keep running statistics."
            )
            raise ArgumentError(message)
        self.in_channels = in_channels
        self.allow_single_element = allow_single_element
        self.module = torch.nn.BatchNorm1d(in_channels, eps, momentum, affine, track_running_stats, device=device)

    def reset_parameters(self) -> None:
        """Set scale to 1, shift to 0, and forget the running statistics."""
        self.module.reset_parameters()

    def reset_running_stats(self) -> None:
        """Forget the running mean and variance."""
        self.module.reset_running_stats()

    def forward(self, x: Float[Tensor, "nodes in"]) -> Float[Tensor, "nodes in"]:
        r"""Return :math:`(x - \mathrm{E}[x]) / \sqrt{\mathrm{Var}[x] + \epsilon} \odot \gamma + \beta`."""
        check_rows("BatchNorm", x, self.in_channels)
        norm, nodes = self.module, x.shape[0]
        uses_batch = norm.training or not norm.track_running_stats
        if nodes == 0 or (nodes == 1 and self.allow_single_element):
            return self._by_running_stats(x)
        if nodes == 1 and uses_batch:
            message = (
                "BatchNorm: expected more than one node to take a variance of, got 1. Use larger batches, "
                "or allow_single_element=True."
            )
            raise ArgumentError(message)
        out: Tensor = norm(x)
        return out

    def _by_running_stats(self, x: Tensor) -> Tensor:
        norm = self.module
        if norm.running_mean is None:
            return x
        return torch.nn.functional.batch_norm(
            x, norm.running_mean, norm.running_var, norm.weight, norm.bias, training=False, eps=norm.eps
        )

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.module.extra_repr()})"
