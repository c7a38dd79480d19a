"""The stack of graph isomorphism layers."""

from typing import Any

from edgewise.nn.conv import GINConv
from edgewise.nn.models.mlp import MLP
from edgewise.nn.models.stack import Stack

__all__ = ["GIN"]


class GIN(Stack):
    r"""A stack of :class:`~edgewise.nn.GINConv`, each with an :class:`~edgewise.nn.MLP` of two layers.

    .. math:: H^{(l+1)} = \sigma\bigl(\mathrm{MLP}^{(l)}((A + (1 + \epsilon) I) H^{(l)})\bigr)

    The last layer has neither activation nor dropout after its network, so that it yields logits.

    Args:
        in_channels: Width of an input node feature. ``-1`` reads it from the first call.
        hidden_channels: Width between the layers.
        num_layers: How many layers; each widens what a node sees by one hop.
        out_channels: Width of the output. ``None``: ``hidden_channels``.
        dropout: Probability that a hidden value is dropped while training.
        act: The activation: a name from ``torch.nn``, or any callable. ``None``: none.
        act_first: Activate before normalising.
        act_kwargs: Settings of a named activation.
        norm: Normalise after each layer but the last, and within each network: ``"batch_norm"``, ``"layer_norm"``,
            ``"graph_norm"``, ``"graph_size_norm"``, ``"pair_norm"``; a module is copied for the former alone.
        norm_kwargs: Settings of a named normalisation.
        jk: Put the outputs of all layers together, ``"cat"``, ``"max"`` or ``"lstm"``, or take the ``"last"``, and end
            in a linear layer.
        input_dropout: Probability that an input feature is dropped while training.
        **kwargs: Settings of :class:`~edgewise.nn.GINConv`, for example ``train_eps=True``.

    Shape:
        x ``[nodes, in]`` · edge_index ``[2, edges]`` → ``[nodes, out]``

    Raises:
        ArgumentError: ``num_layers`` below 1, a dropout outside of 0..1, an unknown name, or edge values, which its
            layers do not use.

    Cost: see :class:`~edgewise.nn.GINConv`.

    Source: Xu et al., *How Powerful are Graph Neural Networks?*, ICLR 2019, section 4. Without a readout, as in PyG.

    Example:
        >>> import torch
        >>> model = GIN(34, 16, num_layers=2, out_channels=4, norm="batch_norm", jk="cat")
        >>> model(torch.eye(34), torch.tensor([[0, 1], [1, 0]])).shape
        torch.Size([34, 4])
    """

    def _conv(self, in_channels: int, out_channels: int, **kwargs: Any) -> GINConv:
        widths = [in_channels, out_channels, out_channels]
        mlp = MLP(widths, act=self.act, act_first=self.act_first, norm=self.norm, norm_kwargs=self.norm_kwargs)
        return GINConv(mlp, **kwargs)
