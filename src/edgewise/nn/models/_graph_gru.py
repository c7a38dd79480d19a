"""What T-GCN and DCRNN share: a gated recurrent unit whose matrix products are graph convolutions.

Inside, nodes are the first axis: a batch of signals is then one wide matrix of features, and a step over the edges
one product for all of them.
"""

from collections.abc import Sequence
from typing import Any

import torch

from edgewise._typing import Adj, Float, Tensor
from edgewise.errors import ArgumentError, ShapeError
from edgewise.nn._checks import check_features, check_width

__all__ = ["GraphGRUCell", "check_counts", "check_sequence"]


class GraphGRUCell(torch.nn.Module):
    """Base of the cells. A subclass says which convolution it takes, and is documented with its formula.

    A convolution is linear in its features, so the part of every gate that comes from the input is one convolution
    for all gates and all steps of a sequence; only what depends on the state is left for each step.
    """

    def __init__(self, in_channels: int, out_channels: int, **kwargs: Any) -> None:
        super().__init__()
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.conv_x = self._conv(in_channels, 3 * out_channels, bias=True, node_dim=0, **kwargs)
        self.conv_gates = self._conv(out_channels, 2 * out_channels, bias=False, node_dim=0, **kwargs)
        self.conv_candidate = self._conv(out_channels, out_channels, bias=False, node_dim=0, **kwargs)
        self.reset_parameters()

    def _conv(self, in_channels: int, out_channels: int, **kwargs: Any) -> Any:
        """Build a convolution."""
        raise NotImplementedError

    def reset_parameters(self) -> None:
        """Draw the parameters anew; both gates begin half open, with a bias of 1."""
        for conv in (self.conv_x, self.conv_gates, self.conv_candidate):
            conv.reset_parameters()
        with torch.no_grad():
            self.conv_x.bias[: 2 * self.out_channels] = 1

    def forward(
        self,
        x: Float[Tensor, "*batch nodes in"],
        edge_index: Adj,
        edge_weight: Tensor | None = None,
        h: Float[Tensor, "*batch nodes out"] | None = None,
    ) -> Float[Tensor, "*batch nodes out"]:
        """Return the state after ``x``, beginning with ``h`` or with zeros."""
        state = None if h is None else h.movedim(-2, 0)
        steps = self.run(x.movedim(-2, 0).unsqueeze(1), edge_index, edge_weight, state)
        return steps[0].movedim(0, -2)

    def run(
        self,
        x: Float[Tensor, "nodes time *batch in"],
        edge_index: Adj,
        edge_weight: Tensor | None = None,
        h: Float[Tensor, "nodes *batch out"] | None = None,
    ) -> list[Tensor]:
        """Return the state after each step of a sequence, ``[nodes, *batch, out]`` each."""
        from_inputs: Sequence[Tensor] = self.conv_x(x, edge_index, edge_weight).unbind(1)
        states: list[Tensor] = []
        for from_x in from_inputs:
            h = from_x.new_zeros(*from_x.shape[:-1], self.out_channels) if h is None else h
            h = self._step(from_x, h, edge_index, edge_weight)
            states.append(h)
        return states

    def _step(self, from_x: Tensor, h: Tensor, edge_index: Adj, edge_weight: Tensor | None) -> Tensor:
        x_gates, x_candidate = from_x.split([2 * self.out_channels, self.out_channels], dim=-1)
        r, u = (x_gates + self.conv_gates(h, edge_index, edge_weight)).sigmoid().chunk(2, dim=-1)
        c = (x_candidate + self.conv_candidate(r * h, edge_index, edge_weight)).tanh()
        return torch.lerp(c, h, u)  # u h + (1 - u) c

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.in_channels}, {self.out_channels})"


def check_counts(model: str, **counts: int) -> None:
    """Check that whatever a model has so and so many of, it has at least one.

    Raises:
        ArgumentError: A count below 1.
    """
    for name, count in counts.items():
        if count < 1:
            message = f"{model}: expected {name} of at least 1, got {count}. Pass 1 or more."
            raise ArgumentError(message)


def check_sequence(model: str, x: Any, edge_index: Any, in_channels: int) -> None:
    """Check what a model over time is given.

    Raises:
        DTypeError: ``x`` is no floating tensor, or ``edge_index`` not integer.
        ShapeError: ``x`` is not ``[batch, time, nodes, features]``, has another width, or no step.
    """
    check_features(model, x, edge_index)
    if x.dim() != 4:
        cures = {3: "For one number a node use x.unsqueeze(-1).", 2: "For one series use x[None, :, :, None]."}
        cure = cures.get(x.dim(), "Bring x into this shape.")
        message = f"{model}: expected x of shape [batch, time, nodes, features], got {list(x.shape)}. {cure}"
        raise ShapeError(message)
    if x.shape[1] == 0:
        message = f"{model}: expected x with at least one step, got {list(x.shape)}. Pass a longer history."
        raise ShapeError(message)
    check_width(model, x, in_channels)
