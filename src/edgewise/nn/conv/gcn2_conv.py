"""The convolution of GCNII: deep stacks that stay close to their input and to the identity."""

import math
from typing import Any

import torch

from edgewise._typing import Adj, Float, Tensor
from edgewise.errors import ArgumentError, ShapeError
from edgewise.nn._checks import check_at_least, check_features
from edgewise.nn._gcn_operator import GCNPropagation
from edgewise.nn.message_passing import overrides_nothing

__all__ = ["GCN2Conv"]


class GCN2Conv(GCNPropagation):
    r"""Graph convolution with a share of the first layer's input and of the identity, for stacks of many layers.

    .. math:: X' = \bigl((1 - \alpha) \hat P X + \alpha X^{(0)}\bigr) \bigl((1 - \beta) I + \beta \Theta\bigr),
        \quad \hat P = \hat D^{-1/2} \hat A \hat D^{-1/2}, \quad \hat A = A + I

    With ``shared_weights=False`` each of the two terms has a weight of its own:

    .. math:: X' = (1 - \alpha) \hat P X \bigl((1 - \beta) I + \beta \Theta_1\bigr)
        + \alpha X^{(0)} \bigl((1 - \beta) I + \beta \Theta_2\bigr)

    Args:
        channels: Width of a node feature, in and out.
        alpha: The share of the first layer's input :math:`X^{(0)}`.
        theta: With ``layer`` sets :math:`\beta = \ln(\theta / \ell + 1)`, so that deeper layers change less.
        layer: Number :math:`\ell` of this layer, from 1. Without both, :math:`\beta = 1`.
        shared_weights: Use one weight for both terms.
        cached: Compute the normalisation once and use it whatever graph comes later. Rarely needed: it is kept with
            ``edge_index`` anyway, and computed again when that changes.
        add_self_loops: Add self loops to nodes without one.
        normalize: Normalise the adjacency; ``False`` uses it as it is, without adding loops.
        **kwargs: Settings of :class:`~edgewise.nn.MessagePassing`.

    Shape:
        x ``[nodes, channels]`` float · x_0 ``[nodes, channels]`` (further rows are not used) · edge_index
        ``[2, edges]`` integer, or a ``torch.sparse`` adjacency ``[nodes, nodes]`` (row = destination), whose values are
        edge weights · edge_weight ``[edges]`` (optional) → ``[nodes, channels]``

    Raises:
        ShapeError: ``edge_index`` is not ``[2, edges]``, or ``x`` or ``x_0`` has another width than ``channels``.
        DTypeError: ``edge_index`` is not integer, or ``x`` not floating.
        NodeIndexError: An edge names a node that ``x`` has no row for.
        ArgumentError: ``theta`` without ``layer``, or a ``layer`` below 1.

    Cost: O(edges · channels + nodes · channels²) time, O(nodes · channels + edges) memory; the same bits on any number
    of threads.

    Source: Chen et al., *Simple and Deep Graph Convolutional Networks*, ICML 2020, eq. 5; the second form is that of
    the authors' code (GCNII*). The activation is the caller's. Ours adds ``edge_weight``.

    Example:
        >>> conv, x = GCN2Conv(34, alpha=0.1, theta=0.5, layer=1), torch.eye(34)
        >>> conv(x, x, torch.tensor([[0, 1], [1, 0]])).shape
        torch.Size([34, 34])
    """

    def __init__(
        self,
        channels: int,
        alpha: float,
        theta: float | None = None,
        layer: int | None = None,
        shared_weights: bool = True,  # noqa: FBT001, FBT002 - PyG's signature
        cached: bool = False,  # noqa: FBT001, FBT002
        add_self_loops: bool = True,  # noqa: FBT001, FBT002
        normalize: bool = True,  # noqa: FBT001, FBT002
        **kwargs: Any,
    ) -> None:
        super().__init__(cached=cached, add_self_loops=add_self_loops, normalize=normalize, **kwargs)
        self.channels = channels
        self.alpha = alpha
        self.beta = _beta(theta, layer)
        self._is_stock = self.fuse and overrides_nothing(self, GCN2Conv)
        self.weight1 = torch.nn.Parameter(torch.empty(channels, channels))
        self.weight2 = None if shared_weights else torch.nn.Parameter(torch.empty(channels, channels))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the parameters anew and forget a cached normalisation."""
        super().reset_parameters()
        for weight in (self.weight1, self.weight2):
            if weight is not None:
                torch.nn.init.xavier_uniform_(weight)

    def forward(
        self,
        x: Float[Tensor, "nodes channels"],
        x_0: Float[Tensor, "first channels"],
        edge_index: Adj,
        edge_weight: Tensor | None = None,
    ) -> Float[Tensor, "nodes channels"]:
        r"""Return :math:`((1 - \alpha) \hat P X + \alpha X^{(0)}) ((1 - \beta) I + \beta \Theta)`."""
        self._check(x, x_0, edge_index)
        x_0 = x_0[: x.shape[0]]
        h = self._propagated(x, edge_index, edge_weight)
        if self.weight2 is None:
            return h.add_(x_0, alpha=self.alpha) @ self._near_identity(self.weight1)
        return torch.addmm(x_0 @ (self.alpha * self._near_identity(self.weight2)), h, self._near_identity(self.weight1))

    def _propagated(self, x: Tensor, edge_index: Adj, edge_weight: Tensor | None) -> Tensor:
        r"""Return :math:`(1 - \alpha) \hat P X`, which nobody else holds."""
        scale = 1 - self.alpha
        if not self._is_stock:
            return scale * self._propagation(x, edge_index, edge_weight)(x)
        operator = self._operator(edge_index, edge_weight, x.shape[0], x.dtype, scale=scale)
        adjacency, weight, diagonal = operator
        return self.message_and_aggregate(adjacency, x, weight, diagonal)

    def _near_identity(self, weight: Tensor) -> Tensor:
        r"""Return :math:`(1 - \beta) I + \beta \Theta`: mixed here it costs nothing a node."""
        return torch.eye(self.channels, dtype=weight.dtype, device=weight.device).lerp(weight, self.beta)

    def _check(self, x: Tensor, x_0: Any, edge_index: Any) -> None:
        check_features("GCN2Conv", x, edge_index)
        check_features("GCN2Conv", x_0, edge_index, "x_0")
        if x.shape[-1] != self.channels:
            message = (
                f"GCN2Conv: expected x with {self.channels} features (built with channels={self.channels}), "
                f"got {x.shape[-1]}. Bring it to that width with a Linear first."
            )
            raise ShapeError(message)
        if x_0.shape[-1] != self.channels or x_0.shape[0] < x.shape[0]:
            message = (
                f"GCN2Conv: expected x_0 with {x.shape[0]} rows of {self.channels} features, as x, "
                f"got {list(x_0.shape)}. Pass what entered the first layer."
            )
            raise ShapeError(message)

    def __repr__(self) -> str:
        return f"GCN2Conv({self.channels}, alpha={self.alpha}, beta={self.beta})"


def _beta(theta: float | None, layer: int | None) -> float:
    r"""Return :math:`\ln(\theta / \ell + 1)`."""
    if theta is None and layer is None:
        return 1.0
    if theta is None or layer is None:
        message = (
            f"GCN2Conv: expected theta and layer together, got theta={theta} and layer={layer}. "
            "Pass both, or neither for beta = 1."
        )
        raise ArgumentError(message)
    check_at_least("GCN2Conv", "layer", layer, 1)
    return math.log(theta / layer + 1)
