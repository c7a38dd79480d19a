"""The simplified graph convolution: several propagations and one linear map."""

from typing import Any

from edgewise._typing import Adj, Float, Tensor
from edgewise.nn._checks import check_at_least, check_features, check_width, count_edges
from edgewise.nn._gcn_operator import GCNPropagation
from edgewise.nn._planner import Propagation, linear_features, propagate_linear
from edgewise.nn.linear import Linear
from edgewise.nn.message_passing import overrides_nothing

__all__ = ["SGConv"]


class SGConv(GCNPropagation):
    r"""Several propagations with the normalised adjacency, then one linear map.

    .. math:: X' = \bigl(\hat D^{-1/2} \hat A \hat D^{-1/2}\bigr)^K X \Theta + b, \quad \hat A = A + I

    Args:
        in_channels: Width of an input node feature. ``-1`` reads it from the first call.
        out_channels: Width of an output node feature.
        K: How many propagations: how far a node sees.
        cached: Keep the propagated features of the first call and use them whatever features and graph come later.
            Rarely needed: those of an ``x`` without gradient are kept anyway where that pays, and computed again when
            ``x`` or the graph changes.
        add_self_loops: Add self loops to nodes without one.
        bias: Add a learnable bias.
        **kwargs: Settings of :class:`~edgewise.nn.MessagePassing`.

    Shape:
        x ``[nodes, in]`` float · edge_index ``[2, edges]`` integer, or a ``torch.sparse`` adjacency ``[nodes, nodes]``
        (row = destination), whose values are edge weights · edge_weight ``[edges]`` (optional) → ``[nodes, out]``

    Raises:
        ShapeError: ``edge_index`` is not ``[2, edges]``, or ``x`` has another width than ``in_channels``.
        DTypeError: ``edge_index`` is not integer, or ``x`` not floating.
        NodeIndexError: An edge names a node that ``x`` has no row for.
        ArgumentError: ``K`` is negative.

    Cost: O(K · edges · min(in, out) + nodes · in · out) time, O(nodes · (in + out) + edges) memory; from the second
    call on O(nodes · in · out) where the propagated features are kept. The same bits on any number of threads.

    Source: Wu et al., *Simplifying Graph Convolutional Networks*, ICML 2019, eq. 8. Ours adds ``edge_weight`` and the
    bias; the softmax is the caller's.

    Example:
        >>> import torch
        >>> conv = SGConv(34, 2, K=2)
        >>> conv(torch.eye(34), torch.tensor([[0, 1], [1, 0]])).shape
        torch.Size([34, 2])
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        K: int = 1,
        cached: bool = False,  # noqa: FBT001, FBT002 - PyG's signature
        add_self_loops: bool = True,  # noqa: FBT001, FBT002
        bias: bool = True,  # noqa: FBT001, FBT002
        **kwargs: Any,
    ) -> None:
        check_at_least("SGConv", "K", K, 0)
        super().__init__(cached=cached, add_self_loops=add_self_loops, **kwargs)
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.K = K
        self._cached_x: Tensor | None = None
        self._is_stock = self.fuse and overrides_nothing(self, SGConv)
        self.lin = Linear(in_channels, out_channels, bias=bias)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the parameters anew and forget cached features."""
        super().reset_parameters()
        self._cached_x = None

    def forward(
        self, x: Float[Tensor, "*batch nodes in"], edge_index: Adj, edge_weight: Tensor | None = None
    ) -> Float[Tensor, "*batch nodes out"]:
        r"""Return :math:`(\hat D^{-1/2} \hat A \hat D^{-1/2})^K X \Theta + b`."""
        if self._cached_x is not None:
            return linear_features(self.lin, self._cached_x, self.lin.bias)
        self._check(x, edge_index)
        propagate = self._propagation(x, edge_index, edge_weight)

        def power(x: Tensor) -> Tensor:
            for _ in range(self.K):
                x = propagate(x)
            return x

        if self._is_stock and self.K > 0 and not self.cached:
            graph = (edge_index,) if edge_weight is None else (edge_index, edge_weight)
            key = ("sg", self.K, self.add_self_loops, self.flow, self.node_dim)
            propagation = Propagation(power, self.K * count_edges(edge_index), graph, key)
            return propagate_linear(self.lin, x, propagation, self.lin.bias)
        x = power(x)
        if self.cached:
            self._cached_x = x.detach()
        return linear_features(self.lin, x, self.lin.bias)

    def _check(self, x: Tensor, edge_index: Any) -> None:
        check_features("SGConv", x, edge_index)
        check_width("SGConv", x, self.in_channels)
        if self.in_channels < 0:
            self.in_channels = x.shape[-1]

    def __repr__(self) -> str:
        return f"SGConv({self.in_channels}, {self.out_channels}, K={self.K})"
