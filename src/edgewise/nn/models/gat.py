"""The stack of graph attention layers."""

from typing import Any, ClassVar

from edgewise.errors import ArgumentError
from edgewise.nn.conv import GATConv, GATv2Conv
from edgewise.nn.models.stack import Stack

__all__ = ["GAT"]


class GAT(Stack):
    r"""A stack of :class:`~edgewise.nn.GATConv`, or of :class:`~edgewise.nn.GATv2Conv`, with activation and dropout.

    .. math:: h_i^{(l+1)} = \sigma\Bigl(\Big\Vert_k \sum_j \alpha_{ij}^k\, \Theta^{(l,k)} h_j^{(l)}\Bigr)

    The last layer has neither activation nor dropout, so that it yields logits.

    Args:
        in_channels: Width of an input node feature. ``-1`` reads it from the first call.
        hidden_channels: Width between the layers, all heads together.
        num_layers: How many layers; each widens what a node sees by one hop.
        out_channels: Width of the output. ``None``: ``hidden_channels``.
        dropout: Probability that a hidden value, or a weight of the attention, is dropped while training.
        act: The activation: a name from ``torch.nn``, or any callable. ``None``: none.
        act_first: Activate before normalising.
        act_kwargs: Settings of a named activation.
        norm: Normalise after each layer but the last: ``"batch_norm"``, ``"layer_norm"``, ``"graph_norm"``,
            ``"graph_size_norm"``, ``"pair_norm"``, or a module that is copied.
        norm_kwargs: Settings of a named normalisation.
        jk: Put the outputs of all layers together, ``"cat"``, ``"max"`` or ``"lstm"``, or take the ``"last"``, and end
            in a linear layer.
        input_dropout: Probability that an input feature is dropped while training.
        **kwargs: ``v2=True`` stacks :class:`~edgewise.nn.GATv2Conv` (default ``False``); the others are settings of
            the layers: ``heads``, ``concat``, ``edge_dim``, ...

    Shape:
        x ``[nodes, in]`` · edge_index ``[2, edges]`` · edge_attr ``[edges, edge_dim]`` (optional) → ``[nodes, out]``

    Raises:
        ArgumentError: ``num_layers`` below 1, a dropout outside of 0..1, an unknown name, or a width that the
            heads do not divide.

    Cost: see :class:`~edgewise.nn.GATConv`; bias, activation and dropout are one pass.

    Source: Veličković et al., *Graph Attention Networks*, ICLR 2018, section 3.3; for ``v2`` Brody et al., *How
    Attentive are Graph Attention Networks?*, ICLR 2022. As in PyG, heads share the width of a hidden layer, and the
    layer that maps to ``out_channels`` takes their mean.

    Example:
        >>> import torch
        >>> model = GAT(34, 16, num_layers=2, out_channels=4, heads=2)
        >>> model(torch.eye(34), torch.tensor([[0, 1], [1, 0]])).shape
        torch.Size([34, 4])
    """

    _edge_argument: ClassVar[str | None] = "edge_attr"

    def _conv(
        self,
        in_channels: int,
        out_channels: int,
        *,
        v2: bool = False,
        heads: int = 1,
        concat: bool = True,
        **kwargs: Any,
    ) -> GATConv | GATv2Conv:
        if concat and out_channels % heads:
            message = (
                f"GAT: expected a width that {heads} heads divide, got {out_channels}. "
                "Pass concat=False, or widths that they do."
            )
            raise ArgumentError(message)
        width = out_channels // heads if concat else out_channels
        layer = GATv2Conv if v2 else GATConv
        return layer(in_channels, width, heads=heads, concat=concat, dropout=self.dropout, **kwargs)

    def _last_conv(self, in_channels: int, out_channels: int, **kwargs: Any) -> GATConv | GATv2Conv:
        if self._has_output:
            kwargs["concat"] = False
        return self._conv(in_channels, out_channels, **kwargs)
