"""The stack of graph convolutions that most first experiments use."""

from typing import Any, ClassVar

from edgewise.nn.conv import GCNConv
from edgewise.nn.models.stack import Stack

__all__ = ["GCN"]


class GCN(Stack):
    r"""A stack of :class:`~edgewise.nn.GCNConv`, with activation and dropout between them.

    .. math:: H^{(l+1)} = \sigma\bigl(\hat D^{-1/2} \hat A \hat D^{-1/2} H^{(l)} \Theta^{(l)}\bigr)

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
        input_dropout: Probability that an input feature is dropped while training. Costs next to nothing for features
            that are nearly all zero: only the others are drawn for.
        **kwargs: Settings of :class:`~edgewise.nn.GCNConv`.

    Shape:
        x ``[nodes, in]`` · edge_index ``[2, edges]`` · edge_weight ``[edges]`` (optional) → ``[nodes, out]``

    Raises:
        ArgumentError: ``num_layers`` below 1, a dropout outside of 0..1, or an unknown name.

    Cost: see :class:`~edgewise.nn.GCNConv`; bias, activation and dropout are one pass.

    Source: Kipf & Welling, *Semi-supervised classification with GCNs*, ICLR 2017, eq. 9 and section 5.2. As in PyG
    there is no dropout on the input unless ``input_dropout`` asks for it.

    Example:
        >>> import torch
        >>> model = GCN(34, 16, num_layers=2, out_channels=4)
        >>> model(torch.eye(34), torch.tensor([[0, 1], [1, 0]])).shape
        torch.Size([34, 4])
    """

    _edge_argument: ClassVar[str | None] = "edge_weight"

    def _conv(self, in_channels: int, out_channels: int, **kwargs: Any) -> GCNConv:
        return GCNConv(in_channels, out_channels, **kwargs)
