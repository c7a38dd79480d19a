"""The stack of GraphSAGE convolutions."""

from typing import Any

from edgewise.nn.conv import SAGEConv
from edgewise.nn.models.stack import Stack

__all__ = ["GraphSAGE"]


class GraphSAGE(Stack):
    r"""A stack of :class:`~edgewise.nn.SAGEConv`, with activation and dropout between them.

    .. math:: H^{(l+1)} = \sigma\bigl(\bar A H^{(l)} W_l^{(l)} + H^{(l)} W_r^{(l)}\bigr)

    The last layer has neither activation nor dropout, so that it yields logits.

    Args:
        in_channels: Width of an input node feature. ``-1`` reads it from the first call.
        hidden_channels: Width between the layers.
        num_layers: How many layers; each widens what a node sees by one hop.
        out_channels: Width of the output. ``None``: ``hidden_channels``.
        dropout: Probability that a hidden value is dropped while training.
        act: The activation: a name from ``torch.nn``, or any callable. ``None``: none.
        act_first: Activate before normalising.
        act_kwargs: Settings of a named activation.
        norm: Normalise after each layer but the last: ``"batch_norm"``, ``"layer_norm"``, ``"graph_norm"``,
            ``"graph_size_norm"``, ``"pair_norm"``, or a module that is copied.
        norm_kwargs: Settings of a named normalisation.
        jk: Put the outputs of all layers together, ``"cat"``, ``"max"`` or ``"lstm"``, or take the ``"last"``, and end
            in a linear layer.
        input_dropout: Probability that an input feature is dropped while training.
        **kwargs: Settings of :class:`~edgewise.nn.SAGEConv`, for example ``aggr="max"``.

    Shape:
        x ``[nodes, in]`` · edge_index ``[2, edges]`` → ``[nodes, out]``

    Raises:
        ArgumentError: ``num_layers`` below 1, a dropout outside of 0..1, an unknown name, or edge values, which
            its layers do not use.

    Cost: see :class:`~edgewise.nn.SAGEConv`; bias, activation and dropout are one pass.

    Source: Hamilton et al., *Inductive Representation Learning on Large Graphs*, NeurIPS 2017, algorithm 1.

    Example:
        >>> import torch
        >>> model = GraphSAGE(34, 16, num_layers=2, out_channels=4)
        >>> model(torch.eye(34), torch.tensor([[0, 1], [1, 0]])).shape
        torch.Size([34, 4])
    """

    def _conv(self, in_channels: int, out_channels: int, **kwargs: Any) -> SAGEConv:
        return SAGEConv(in_channels, out_channels, **kwargs)
