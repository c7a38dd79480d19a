"""The temporal graph convolutional network of Zhao et al."""

from typing import Any

import torch

from edgewise._typing import Adj, Float, Tensor
from edgewise.nn.conv import GCNConv
from edgewise.nn.linear import Linear
from edgewise.nn.models._graph_gru import GraphGRUCell, check_counts, check_sequence

__all__ = ["TGCN", "TGCNCell"]


class TGCNCell(GraphGRUCell):
    r"""A gated recurrent unit that looks at the neighbours by a graph convolution.

    .. math::
        r_t &= \sigma(\hat A [x_t \Vert h_{t-1}] W_r + b_r) \\
        u_t &= \sigma(\hat A [x_t \Vert h_{t-1}] W_u + b_u) \\
        c_t &= \tanh(\hat A [x_t \Vert r_t \odot h_{t-1}] W_c + b_c) \\
        h_t &= u_t \odot h_{t-1} + (1 - u_t) \odot c_t

    :math:`\hat A` is the symmetrically normalised adjacency with self loops of :class:`~edgewise.nn.GCNConv`.

    Args:
        in_channels: Width of an input node feature. ``-1`` reads it from the first call.
        out_channels: Width of the state.

    Shape:
        x ``[*batch, nodes, in]`` · edge_index ``[2, edges]`` · edge_weight ``[edges]`` (optional) · h
        ``[*batch, nodes, out]`` (optional, zeros) → ``[*batch, nodes, out]``

    Raises:
        ShapeError: ``edge_index`` is not ``[2, edges]``, or ``x`` has another width than ``in_channels``.
        DTypeError: ``edge_index`` is not integer, or ``x`` not floating.
        NodeIndexError: An edge names a node that ``x`` has no row for.

    Cost: O(batch · (edges · (in + out) + nodes · out · (in + out))) time a step, O(batch · nodes · out) memory.

    Source: Zhao et al., *T-GCN: A Temporal Graph Convolutional Network for Traffic Prediction*, IEEE Transactions on
    Intelligent Transportation Systems 2020, eq. 3-6. The paper convolves :math:`x_t` twice and :math:`h_{t-1}` not at
    all; as in the authors' code, ours convolves both once, and the biases of :math:`r` and :math:`u` begin at 1. A node
    that has a loop keeps its weight, where the authors add 1 to it.

    Example:
        >>> cell = TGCNCell(2, 16)
        >>> cell(torch.ones(34, 2), torch.tensor([[0, 1], [1, 0]])).shape
        torch.Size([34, 16])
    """

    def _conv(self, in_channels: int, out_channels: int, **kwargs: Any) -> GCNConv:
        return GCNConv(in_channels, out_channels, **kwargs)


class TGCN(torch.nn.Module):
    r"""Forecasts of every node from a sequence: a graph convolutional GRU, then one linear map to all steps ahead.

    .. math:: h_t = \mathrm{TGCNCell}(x_t, h_{t-1}), \quad (\hat y_{T+1}, \dots, \hat y_{T+H}) = h_T W + b

    Args:
        in_channels: Width of a node feature at one time. ``-1`` reads it from the first call.
        hidden_channels: Width of the state.
        horizon: How many steps ahead are forecast.

    Shape:
        x ``[batch, time, nodes, in]`` · edge_index ``[2, edges]`` · edge_weight ``[edges]`` (optional) →
        ``[batch, horizon, nodes]``

    Raises:
        ArgumentError: ``horizon`` or ``hidden_channels`` below 1.
        ShapeError: ``x`` has other axes, another width, or no step.
        DTypeError: ``edge_index`` is not integer, or ``x`` not floating.
        NodeIndexError: An edge names a node that ``x`` has no row for.

    Cost: that of :class:`TGCNCell` times ``time``; the inputs of all steps are convolved at once.

    Source: Zhao et al., *T-GCN: A Temporal Graph Convolutional Network for Traffic Prediction*, IEEE Transactions on
    Intelligent Transportation Systems 2020, figure 4; differences at :class:`TGCNCell`. The penalty on weights of
    eq. 7 is left to the optimiser (``weight_decay``).

    Example:
        >>> model = TGCN(1, 16, horizon=3)
        >>> model(torch.ones(8, 12, 34, 1), torch.tensor([[0, 1], [1, 0]])).shape
        torch.Size([8, 3, 34])
    """

    def __init__(self, in_channels: int, hidden_channels: int, horizon: int) -> None:
        super().__init__()
        check_counts("TGCN", hidden_channels=hidden_channels, horizon=horizon)
        self.in_channels = in_channels
        self.hidden_channels = hidden_channels
        self.horizon = horizon
        self.cell = TGCNCell(in_channels, hidden_channels)
        self.lin = Linear(hidden_channels, horizon)

    def reset_parameters(self) -> None:
        """Draw the parameters anew."""
        self.cell.reset_parameters()
        self.lin.reset_parameters()

    def forward(
        self, x: Float[Tensor, "batch time nodes in"], edge_index: Adj, edge_weight: Tensor | None = None
    ) -> Float[Tensor, "batch horizon nodes"]:
        """Return the forecast of every node, step by step ahead."""
        check_sequence("TGCN", x, edge_index, self.in_channels)
        states = self.cell.run(x.permute(2, 1, 0, 3), edge_index, edge_weight)
        ahead: Tensor = self.lin(states[-1])  # [nodes, batch, horizon]
        return ahead.permute(1, 2, 0)

    def __repr__(self) -> str:
        return f"TGCN({self.in_channels}, {self.hidden_channels}, horizon={self.horizon})"
