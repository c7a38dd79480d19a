"""The stack of principal neighbourhood aggregation layers."""

from typing import Any, ClassVar

from edgewise.nn.conv import PNAConv
from edgewise.nn.models.stack import Stack

__all__ = ["PNA"]


class PNA(Stack):
    r"""A stack of :class:`~edgewise.nn.PNAConv`, with normalisation, activation and dropout between them.

    .. math:: h_i^{(l+1)} = \sigma\Bigl(U^{(l)}\bigl(h_i^{(l)}, \bigoplus_j M^{(l)}(h_i^{(l)}, e_{ji}, h_j^{(l)})\bigr)
        \Bigr)

    The last layer has neither activation nor dropout, so that it yields logits.

    Args:
        in_channels: Width of an input node feature.
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
        **kwargs: Settings of :class:`~edgewise.nn.PNAConv`: ``aggregators``, ``scalers`` and ``deg`` are needed.

    Shape:
        x ``[nodes, in]`` · edge_index ``[2, edges]`` · edge_attr ``[edges, edge_dim]`` (optional) → ``[nodes, out]``

    Raises:
        ArgumentError: ``num_layers`` below 1, a dropout outside of 0..1, or an unknown name.

    Cost: see :class:`~edgewise.nn.PNAConv`.

    Source: Corso et al., *Principal Neighbourhood Aggregation for Graph Nets*, NeurIPS 2020, section 2.3. Without a
    readout, as in PyG.

    Example:
        >>> import torch
        >>> model = PNA(34, 16, 2, 4, aggregators=["mean", "max"], scalers=["identity"], deg=torch.tensor([32, 2]))
        >>> model(torch.eye(34), torch.tensor([[0, 1], [1, 0]])).shape
        torch.Size([34, 4])
    """

    _edge_argument: ClassVar[str | None] = "edge_attr"

    def _conv(self, in_channels: int, out_channels: int, **kwargs: Any) -> PNAConv:
        return PNAConv(in_channels, out_channels, **kwargs)
