"""The graph convolution of Kipf & Welling."""

from typing import Any

import torch

from edgewise._typing import Adj, Float, Tensor
from edgewise.adjacency import Adjacency
from edgewise.errors import ArgumentError
from edgewise.nn._checks import check_features, check_width, count_edges
from edgewise.nn._gcn_operator import GCNPropagation, gcn_norm
from edgewise.nn._planner import ENABLED, NOTHING, Finish, Propagation, Shortcut, is_small, propagate_linear
from edgewise.nn.linear import Linear
from edgewise.nn.message_passing import overrides_nothing

__all__ = ["GCNConv", "gcn_norm"]


class GCNConv(GCNPropagation):
    r"""Graph convolution with symmetric degree normalisation.

    .. math:: X' = \hat D^{-1/2} \hat A \hat D^{-1/2} X \Theta + b, \quad \hat A = A + I

    .. math:: x_i' = \Theta^\top \sum_{j \in \mathcal{N}(i) \cup \{i\}} \frac{e_{ji}}{\sqrt{\hat d_j \hat d_i}} x_j + b

    Args:
        in_channels: Width of an input node feature. ``-1`` reads it from the first call.
        out_channels: Width of an output node feature.
        improved: Use :math:`\hat A = A + 2I`.
        cached: Compute the normalisation once and use it whatever graph comes later. Rarely needed: it is kept with
            ``edge_index`` anyway, and computed again when that changes.
        add_self_loops: Add self loops to nodes without one. Default: the value of ``normalize``.
        normalize: Multiply each message by :math:`1/\sqrt{\hat d_i \hat d_j}`.
        bias: Add a learnable bias.
        **kwargs: Settings of :class:`~edgewise.nn.MessagePassing`.

    Shape:
        x ``[nodes, in]`` float · edge_index ``[2, edges]`` integer, row 0 = source, row 1 = destination, or a
        ``torch.sparse`` adjacency ``[nodes, nodes]`` (row = destination) · edge_weight ``[edges]`` (optional) →
        ``[nodes, out]``

    Raises:
        ShapeError: ``edge_index`` is not ``[2, edges]``, or ``x`` has another width than ``in_channels``.
        DTypeError: ``edge_index`` is not integer, or ``x`` not floating.
        NodeIndexError: An edge names a node that ``x`` has no row for.
        ArgumentError: ``add_self_loops`` without ``normalize``.

    Cost: O(edges · out + nodes · in · out) time, O(nodes · out + edges) memory; the same bits on any number of threads.
    Self loops are a diagonal beside the edges and are never stored.

    Source: Kipf & Welling, *Semi-supervised classification with GCNs*, ICLR 2017, eq. 8. Ours adds ``edge_weight``
    and the bias. Differs from PyG, whose ``improved=True`` has no effect unless ``edge_weight`` is given.

    Example:
        >>> conv = GCNConv(34, 2)
        >>> conv(torch.eye(34), torch.tensor([[0, 1], [1, 0]])).shape
        torch.Size([34, 2])
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        improved: bool = False,  # noqa: FBT001, FBT002 - PyG's signature
        cached: bool = False,  # noqa: FBT001, FBT002
        add_self_loops: bool | None = None,  # noqa: FBT001
        normalize: bool = True,  # noqa: FBT001, FBT002
        bias: bool = True,  # noqa: FBT001, FBT002
        **kwargs: Any,
    ) -> None:
        add_self_loops = normalize if add_self_loops is None else add_self_loops
        if add_self_loops and not normalize:
            message = (
                "GCNConv: expected add_self_loops=False with normalize=False, got True. "
                "Add them to the graph: edgewise.utils.add_self_loops(edge_index)."
            )
            raise ArgumentError(message)
        super().__init__(improved=improved, cached=cached, add_self_loops=add_self_loops, normalize=normalize, **kwargs)
        self.in_channels = in_channels
        self.out_channels = out_channels
        self._shortcut: Shortcut | None = None
        self._fuses_epilogue = self.fuse and overrides_nothing(self, GCNConv)
        self.lin = Linear(in_channels, out_channels, bias=False, weight_initializer="glorot")
        self.bias = torch.nn.Parameter(torch.empty(out_channels)) if bias else None
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the parameters anew and forget a cached normalisation."""
        super().reset_parameters()
        if self.bias is not None:
            torch.nn.init.zeros_(self.bias)

    def forward(
        self, x: Float[Tensor, "*batch nodes in"], edge_index: Adj, edge_weight: Tensor | None = None
    ) -> Float[Tensor, "*batch nodes out"]:
        r"""Return :math:`\hat D^{-1/2} \hat A \hat D^{-1/2} X \Theta + b`."""
        if self._fuses_epilogue:
            return self._layer(x, edge_index, edge_weight)
        self._check(x, edge_index)
        out = self._propagation(x, edge_index, edge_weight)(self.lin(x))
        return out if self.bias is None else out + self.bias

    def _layer(
        self, x: Tensor, edge_index: Adj, edge_weight: Tensor | None = None, *, p: float = 0.0, after: Finish = NOTHING
    ) -> Tensor:
        r"""Return :meth:`forward` of dropped features, and what follows it, in the way that costs least."""
        key = ("gcn", self.improved, self.add_self_loops, self.normalize, self.flow, self.node_dim)
        if self._shortcut is not None and edge_weight is None and p == 0 and not self.cached:
            quick = self._shortcut.run(self.lin, x, edge_index, key, self.bias, after)
            if quick is not None:
                return quick
        self._check(x, edge_index)
        adjacency, weight, diagonal = self._operator(edge_index, edge_weight, x.shape[self.node_dim], x.dtype)
        matrix = (adjacency, weight, diagonal) if isinstance(adjacency, Adjacency) else None
        propagation = Propagation(
            lambda x: self.message_and_aggregate(adjacency, x, weight, diagonal),
            count_edges(edge_index),
            () if self.cached else (edge_index,) if edge_weight is None else (edge_index, edge_weight),
            key,
            matrix,
        )
        out = propagate_linear(self.lin, x, propagation, self.bias, after, p=p)
        can_repeat = ENABLED and edge_weight is None and not self.cached and x.dim() == 2
        if can_repeat and matrix is not None and is_small(x, self.lin.weight, propagation):
            self._shortcut = Shortcut(x, edge_index, propagation)
        return out

    def _check(self, x: Tensor, edge_index: Any) -> None:
        check_features("GCNConv", x, edge_index)
        check_width("GCNConv", x, self.in_channels)
        if self.in_channels < 0:
            self.in_channels = x.shape[-1]
