"""The stack of graph convolutions that most first experiments use."""

import itertools
from collections.abc import Callable
from typing import cast

import torch

from edgewise._typing import Adj, Float, Tensor
from edgewise.errors import ArgumentError
from edgewise.nn.conv import GCNConv

__all__ = ["GCN"]


class GCN(torch.nn.Module):
    r"""A stack of :class:`~edgewise.nn.GCNConv`, with activation and dropout between them.

    .. math:: H^{(l+1)} = \sigma\bigl(\hat D^{-1/2} \hat A \hat D^{-1/2} H^{(l)} \Theta^{(l)}\bigr)

    The last layer has neither activation nor dropout, so that it yields logits.

    Args:
        in_channels: Width of an input node feature. ``-1`` reads it from the first call.
        hidden_channels: Width between the layers.
        num_layers: How many layers; each widens what a node sees by one hop.
        out_channels: Width of the output. ``None``: ``hidden_channels``.
        dropout: Probability that a hidden value is dropped while training.
        act: The activation: a name from ``torch.nn.functional``, or any callable.

    Shape:
        x ``[nodes, in]`` · edge_index ``[2, edges]`` · edge_weight ``[edges]`` (optional) → ``[nodes, out]``

    Raises:
        ArgumentError: ``num_layers`` below 1, ``dropout`` outside of 0..1, or an unknown activation.

    Cost: see :class:`~edgewise.nn.GCNConv`.

    Source: Kipf & Welling, *Semi-supervised classification with GCNs*, ICLR 2017, eq. 9 and section 5.2. As in PyG
    there is no dropout on the input; apply it before the call.

    Example:
        >>> model = GCN(34, 16, num_layers=2, out_channels=4)
        >>> model(torch.eye(34), torch.tensor([[0, 1], [1, 0]])).shape
        torch.Size([34, 4])
    """

    def __init__(
        self,
        in_channels: int,
        hidden_channels: int,
        num_layers: int,
        out_channels: int | None = None,
        dropout: float = 0.0,
        act: str | Callable[[Tensor], Tensor] = "relu",
    ) -> None:
        super().__init__()
        if num_layers < 1:
            message = f"GCN: expected num_layers of at least 1, got {num_layers}. Pass 2 or 3."
            raise ArgumentError(message)
        if not 0 <= dropout <= 1:
            message = f"GCN: expected dropout between 0 and 1, got {dropout}. Pass 0.5, for example."
            raise ArgumentError(message)
        self.in_channels = in_channels
        self.hidden_channels = hidden_channels
        self.num_layers = num_layers
        self.out_channels = hidden_channels if out_channels is None else out_channels
        self.dropout = dropout
        self.act = _activation(act)
        widths = [in_channels, *[hidden_channels] * (num_layers - 1), self.out_channels]
        self.convs = torch.nn.ModuleList(itertools.starmap(GCNConv, itertools.pairwise(widths)))

    def reset_parameters(self) -> None:
        """Draw the parameters of every layer anew."""
        for conv in self.convs:
            cast(GCNConv, conv).reset_parameters()

    def forward(
        self, x: Float[Tensor, "nodes in"], edge_index: Adj, edge_weight: Tensor | None = None
    ) -> Float[Tensor, "nodes out"]:
        """Return the output of the last layer."""
        h = self.embed(x, edge_index, edge_weight)
        out: Tensor = self.convs[-1](h, edge_index, edge_weight)
        return out

    def embed(
        self, x: Float[Tensor, "nodes in"], edge_index: Adj, edge_weight: Tensor | None = None
    ) -> Float[Tensor, "nodes hidden"]:
        """Return what enters the last layer: the nodes as the model sees them."""
        for conv in self.convs[:-1]:
            h = self.act(conv(x, edge_index, edge_weight))
            x = torch.nn.functional.dropout(h, self.dropout, self.training)
        return x

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.in_channels}, {self.out_channels}, num_layers={self.num_layers})"


def _activation(act: str | Callable[[Tensor], Tensor]) -> Callable[[Tensor], Tensor]:
    if callable(act):
        return act
    for source in (torch.nn.functional, torch):
        found = getattr(source, act, None)
        if callable(found):
            return found  # type: ignore[no-any-return]
    message = f"GCN: expected act to be a function of torch.nn.functional, got {act!r}. Pass 'relu', for example."
    raise ArgumentError(message)
