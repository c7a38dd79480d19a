"""The diffusion convolutional recurrent neural network of Li et al."""

import math
from typing import Any

import torch

from edgewise._typing import Adj, Float, Tensor
from edgewise.errors import ArgumentError, ShapeError
from edgewise.nn.conv import DConv
from edgewise.nn.linear import Linear
from edgewise.nn.models._graph_gru import GraphGRUCell, check_counts, check_sequence

__all__ = ["DCRNN", "DCGRUCell", "truth_probability"]


class DCGRUCell(GraphGRUCell):
    r"""A gated recurrent unit that looks at the neighbours by a diffusion convolution.

    .. math::
        r_t &= \sigma(\Theta_r \star_G [x_t \Vert h_{t-1}] + b_r) \\
        u_t &= \sigma(\Theta_u \star_G [x_t \Vert h_{t-1}] + b_u) \\
        c_t &= \tanh(\Theta_c \star_G [x_t \Vert r_t \odot h_{t-1}] + b_c) \\
        h_t &= u_t \odot h_{t-1} + (1 - u_t) \odot c_t

    Args:
        in_channels: Width of an input node feature. ``-1`` reads it from the first call.
        out_channels: Width of the state.
        K: How many terms the diffusion has: see :class:`~edgewise.nn.DConv`.

    Shape:
        x ``[*batch, nodes, in]`` · edge_index ``[2, edges]`` · edge_weight ``[edges]`` (optional) · h
        ``[*batch, nodes, out]`` (optional, zeros) → ``[*batch, nodes, out]``

    Raises:
        ArgumentError: ``K`` below 1.
        ShapeError: ``edge_index`` is not ``[2, edges]``, or ``x`` has another width than ``in_channels``.
        DTypeError: ``edge_index`` is not integer, or ``x`` not floating.
        NodeIndexError: An edge names a node that ``x`` has no row for.

    Cost: O(K · batch · (edges · (in + out) + nodes · out · (in + out))) time a step, O(K · batch · nodes · out) memory.

    Source: Li et al., *Diffusion Convolutional Recurrent Neural Network: Data-Driven Traffic Forecasting*, ICLR 2018,
    section 2.3. As in the authors' code the biases of :math:`r` and :math:`u` begin at 1.

    Example:
        >>> cell = DCGRUCell(2, 16, K=3)
        >>> cell(torch.ones(34, 2), torch.tensor([[0, 1], [1, 0]])).shape
        torch.Size([34, 16])
    """

    def __init__(self, in_channels: int, out_channels: int, K: int) -> None:
        self.K = K
        super().__init__(in_channels, out_channels, K=K)

    def _conv(self, in_channels: int, out_channels: int, **kwargs: Any) -> DConv:
        return DConv(in_channels, out_channels, **kwargs)

    def __repr__(self) -> str:
        return f"DCGRUCell({self.in_channels}, {self.out_channels}, K={self.K})"


class DCRNN(torch.nn.Module):
    r"""Forecasts of every node from a sequence: one stack of recurrent cells reads it, a second writes what follows.

    .. math::
        h^{enc}_t &= \mathrm{DCGRU}(x_t, h^{enc}_{t-1}), \quad h^{dec}_T = h^{enc}_T, \quad \hat y_T = 0 \\
        h^{dec}_t &= \mathrm{DCGRU}(\tilde y_{t-1}, h^{dec}_{t-1}), \quad \hat y_t = h^{dec}_t W + b

    :math:`\tilde y` is the model's own forecast :math:`\hat y`, or while training, with probability ``p_truth`` at each
    step, the true value :math:`y`: scheduled sampling.

    Args:
        in_channels: Width of a node feature at one time. ``-1`` reads it from the first call.
        hidden_channels: Width of the states.
        horizon: How many steps ahead are forecast.
        K: How many terms the diffusion has: see :class:`~edgewise.nn.DConv`.
        num_layers: How many cells stand one above the other, in each of the two stacks.

    Shape:
        x ``[batch, time, nodes, in]`` · edge_index ``[2, edges]`` · edge_weight ``[edges]`` (optional) · y
        ``[batch, horizon, nodes]`` (optional) → ``[batch, horizon, nodes]``

    Raises:
        ArgumentError: A count below 1, ``p_truth`` outside of 0..1, or above 0 without ``y``.
        ShapeError: ``x`` has other axes, another width, or no step; or ``y`` is no forecast's shape.
        DTypeError: ``edge_index`` is not integer, or ``x`` not floating.
        NodeIndexError: An edge names a node that ``x`` has no row for.

    Cost: that of :class:`DCGRUCell` times ``num_layers · (time + horizon)``; the inputs of all steps of an encoder's
    layer are convolved at once.

    Source: Li et al., *Diffusion Convolutional Recurrent Neural Network: Data-Driven Traffic Forecasting*, ICLR 2018,
    section 2.3 and figure 2. As in the authors' code, one draw a step decides for the whole batch.

    Example:
        >>> model = DCRNN(1, 16, horizon=3)
        >>> model(torch.ones(8, 12, 34, 1), torch.tensor([[0, 1], [1, 0]])).shape
        torch.Size([8, 3, 34])
    """

    def __init__(self, in_channels: int, hidden_channels: int, horizon: int, K: int = 3, num_layers: int = 2) -> None:
        super().__init__()
        check_counts("DCRNN", hidden_channels=hidden_channels, horizon=horizon, K=K, num_layers=num_layers)
        self.in_channels = in_channels
        self.hidden_channels = hidden_channels
        self.horizon = horizon
        self.K = K
        self.num_layers = num_layers
        above = [hidden_channels] * (num_layers - 1)
        self.encoder = torch.nn.ModuleList(DCGRUCell(width, hidden_channels, K) for width in [in_channels, *above])
        self.decoder = torch.nn.ModuleList(DCGRUCell(width, hidden_channels, K) for width in [1, *above])
        self.lin = Linear(hidden_channels, 1)

    def reset_parameters(self) -> None:
        """Draw the parameters anew."""
        for part in (*self.encoder, *self.decoder, self.lin):
            part.reset_parameters()

    def forward(
        self,
        x: Float[Tensor, "batch time nodes in"],
        edge_index: Adj,
        edge_weight: Tensor | None = None,
        y: Float[Tensor, "batch horizon nodes"] | None = None,
        p_truth: float = 0.0,
    ) -> Float[Tensor, "batch horizon nodes"]:
        """Return the forecast of every node, step by step ahead; ``y`` and ``p_truth`` count while training only."""
        check_sequence("DCRNN", x, edge_index, self.in_channels)
        truth = self._truth(x, y, p_truth)
        states = self._encode(x.permute(2, 1, 0, 3), edge_index, edge_weight)
        value = x.new_zeros(x.shape[2], x.shape[0], 1)
        ahead: list[Tensor] = []
        for step in range(self.horizon):
            if step and truth is not None:
                value = torch.where(torch.rand((), device=x.device) < p_truth, truth[..., step - 1 : step], value)
            value = self._decode(value, states, edge_index, edge_weight)
            ahead.append(value)
        return torch.cat(ahead, dim=-1).permute(1, 2, 0)

    def _encode(self, x: Tensor, edge_index: Adj, edge_weight: Tensor | None) -> list[Tensor]:
        """Return the last state of each layer."""
        last: list[Tensor] = []
        steps: list[Tensor] = []
        for cell in self.encoder:
            x = torch.stack(steps, dim=1) if steps else x
            steps = cell.run(x, edge_index, edge_weight)  # type: ignore[operator]
            last.append(steps[-1])
        return last

    def _decode(self, value: Tensor, states: list[Tensor], edge_index: Adj, edge_weight: Tensor | None) -> Tensor:
        """Move every state one step on and return the forecast."""
        for layer, cell in enumerate(self.decoder):
            moved: list[Tensor] = cell.run(value.unsqueeze(1), edge_index, edge_weight, states[layer])  # type: ignore[operator]
            states[layer] = value = moved[0]
        forecast: Tensor = self.lin(value)
        return forecast

    def _truth(self, x: Tensor, y: Tensor | None, p_truth: float) -> Tensor | None:
        """Return the true values, nodes first, where the decoder may see them."""
        if not 0 <= p_truth <= 1:
            message = f"DCRNN: expected p_truth between 0 and 1, got {p_truth}. Pass 0.5, for example."
            raise ArgumentError(message)
        if p_truth > 0 and y is None:
            message = f"DCRNN: expected y with p_truth={p_truth}, got none. Pass the true values, or p_truth=0."
            raise ArgumentError(message)
        wanted = [x.shape[0], self.horizon, x.shape[2]]
        if y is not None and list(y.shape) != wanted:
            message = (
                f"DCRNN: expected y of shape [batch, horizon, nodes] = {wanted}, got {list(y.shape)}. "
                f"It holds the {self.horizon} steps after x."
            )
            raise ShapeError(message)
        return y.permute(2, 0, 1).to(x.dtype) if y is not None and self.training and p_truth > 0 else None

    def __repr__(self) -> str:
        sizes = f"horizon={self.horizon}, K={self.K}, num_layers={self.num_layers}"
        return f"DCRNN({self.in_channels}, {self.hidden_channels}, {sizes})"


def truth_probability(step: int, decay: float = 2000.0) -> float:
    r"""Return how likely a decoder is to see the truth at a training step: it begins near 1 and falls to 0.

    .. math:: \epsilon_i = \frac{\tau}{\tau + \exp(i / \tau)}

    Args:
        step: How many steps of training are done.
        decay: :math:`\tau`: the larger, the later it falls.

    Raises:
        ArgumentError: ``decay`` is not above 0.

    Source: Bengio et al., *Scheduled Sampling for Sequence Prediction with Recurrent Neural Networks*, NeurIPS 2015,
    section 2.4: the inverse sigmoid decay, which DCRNN is trained with.

    Example:
        >>> [round(truth_probability(step), 3) for step in (0, 15_000, 40_000)]
        [1.0, 0.525, 0.0]
    """
    if decay <= 0:
        message = f"truth_probability: expected decay above 0, got {decay}. Pass 2000, for example."
        raise ArgumentError(message)
    # Divided by exp(i / decay) above and below: that of a long training alone would overflow.
    return decay * (fading := math.exp(-step / decay)) / (decay * fading + 1)
