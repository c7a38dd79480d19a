"""The graph attention layer of Brody et al., whose ranking of neighbours depends on who asks."""

from typing import Any

import torch

from edgewise._typing import Adj, Float, Tensor
from edgewise.nn._planner import NOTHING, Finish, finish, linear_features
from edgewise.nn.conv._attention import AttentionConv
from edgewise.nn.linear import Linear, glorot_
from edgewise.nn.message_passing import as_edge_index, overrides_nothing
from edgewise.ops import dropout, segment_softmax

__all__ = ["GATv2Conv"]


class GATv2Conv(AttentionConv):
    r"""Graph attention whose scores activate before they are summed, so that each node can prefer other neighbours.

    .. math:: x_i' = \Big\Vert_h \sum_{j \in \mathcal{N}(i) \cup \{i\}} \alpha_{ij}^h\, \Theta_s^h x_j + b

    .. math:: \alpha_{ij}^h = \operatorname{softmax}_j\bigl(a^{h\top} \mathrm{LeakyReLU}\bigl(
        \Theta_s^h x_j + \Theta_t^h x_i + \Theta_e^h e_{ji}\bigr)\bigr)

    Args:
        in_channels: Width of an input node feature, or a pair for the sources and destinations of a bipartite graph.
            ``-1`` reads it from the first call.
        out_channels: Width of an output node feature, of each head.
        heads: How many attentions run side by side.
        concat: Put the heads side by side; ``False`` takes their mean.
        negative_slope: Of the LeakyReLU.
        dropout: Probability that a weight :math:`\alpha` is dropped in training.
        add_self_loops: Let each node attend to itself once; loops among the edges are left out.
        edge_dim: Width of an edge feature. ``None``: there are none.
        fill_value: Features of the added loops: a number, a tensor, or how those of the edges that arrive at the node
            are reduced (``"mean"``, ``"add"``, ``"min"``, ``"max"``, ``"mul"``).
        bias: Add a learnable bias, also to :math:`\Theta_s x` and :math:`\Theta_t x`.
        share_weights: Use one map for both ends: :math:`\Theta_s = \Theta_t`.
        residual: Add a linear map of the node's own features.
        **kwargs: Settings of :class:`~edgewise.nn.MessagePassing`.

    Shape:
        x ``[nodes, in]`` or a pair ``[src, in_src]``, ``[dst, in_dst]`` · edge_index ``[2, edges]`` integer, or a
        ``torch.sparse`` adjacency ``[dst, src]``, whose values are not used · edge_attr ``[edges, edge_dim]``
        (optional) → ``[dst, heads · out]``, without ``concat`` ``[dst, out]``

    Raises:
        ShapeError: ``edge_index`` is not ``[2, edges]``, ``x`` has another width than ``in_channels``, or ``edge_attr``
            does not fit.
        DTypeError: ``edge_index`` is not integer, or ``x`` or ``edge_attr`` not floating.
        NodeIndexError: An edge names a node that ``x`` has no row for.
        ArgumentError: A pair without features of the destinations.

    Cost: O((edges + nodes · in) · heads · out) time, O(nodes · heads · out + edges · heads) memory; no message is ever
    stored. Edge features are mapped in blocks of about as many edges as there are nodes, and again in the backward
    pass; compiled code maps all of them at once. The same bits on any number of threads. ``return_attention_weights``
    takes the explicit way, with a message an edge.

    Source: Brody, Alon & Yahav, *How Attentive are Graph Attention Networks?*, ICLR 2022, eq. 7. The activation after
    the layer is the caller's. ``edge_attr``, ``residual``, ``share_weights`` and bipartite graphs are as in PyG.

    Example:
        >>> conv = GATv2Conv(34, 8, heads=2)
        >>> conv(torch.eye(34), torch.tensor([[0, 1], [1, 0]])).shape
        torch.Size([34, 16])
    """

    def __init__(
        self,
        in_channels: int | tuple[int, int],
        out_channels: int,
        heads: int = 1,
        concat: bool = True,  # noqa: FBT001, FBT002 - PyG's signature
        negative_slope: float = 0.2,
        dropout: float = 0.0,
        add_self_loops: bool = True,  # noqa: FBT001, FBT002
        edge_dim: int | None = None,
        fill_value: float | Tensor | str = "mean",
        bias: bool = True,  # noqa: FBT001, FBT002
        share_weights: bool = False,  # noqa: FBT001, FBT002
        residual: bool = False,  # noqa: FBT001, FBT002
        **kwargs: Any,
    ) -> None:
        super().__init__(
            in_channels,
            out_channels,
            heads,
            concat=concat,
            dropout=dropout,
            edge_dim=edge_dim,
            add_self_loops=add_self_loops,
            fill_value=fill_value,
            **kwargs,
        )
        self.negative_slope = negative_slope
        self.share_weights = share_weights
        self.residual = residual
        self._fuses_epilogue = overrides_nothing(self, GATv2Conv) and self.aggr in ("add", "sum")
        (width_src, width_dst), width = self._widths, heads * out_channels
        self.lin_l = Linear(width_src, width, bias=bias, weight_initializer="glorot")
        self.lin_r = self.lin_l
        if not share_weights:
            self.lin_r = Linear(width_dst, width, bias=bias, weight_initializer="glorot")
        self.att = torch.nn.Parameter(torch.empty(1, heads, out_channels))
        if edge_dim is not None:
            self.lin_edge = Linear(edge_dim, width, bias=False, weight_initializer="glorot")
        if residual:
            self.res = Linear(width_dst, self._out_width, bias=False, weight_initializer="glorot")
        self.bias = torch.nn.Parameter(torch.empty(self._out_width)) if bias else None
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the parameters anew."""
        super().reset_parameters()
        glorot_(self.att)
        if self.bias is not None:
            torch.nn.init.zeros_(self.bias)

    def forward(
        self,
        x: Float[Tensor, "nodes in"] | tuple[Tensor, Tensor],
        edge_index: Adj,
        edge_attr: Tensor | None = None,
        return_attention_weights: bool | None = None,  # noqa: FBT001 - PyG's signature
    ) -> Any:
        r"""Return :math:`\Vert_h \sum_j \alpha_{ij}^h \Theta_s^h x_j + b`.

        Args:
            x: Node features.
            edge_index: The edges.
            edge_attr: Edge features.
            return_attention_weights: Also return ``(edge_index, alpha)``: the edges as attended to, loops last, and
                their weights ``[edges, heads]``.
        """
        if return_attention_weights or not self._fuses_epilogue:
            out, weights = self._explicit(x, edge_index, edge_attr)
            out = out if self.bias is None else out + self.bias
            return (out, weights) if return_attention_weights else out
        return self._layer(x, edge_index, edge_attr)

    def message(self, x_j: Tensor, alpha: Tensor) -> Tensor:  # type: ignore[override]
        """Weigh the source's features, ``[edges, heads, out]``."""
        return alpha.unsqueeze(-1) * x_j

    def edge_update(  # type: ignore[override]
        self, x_j: Tensor, x_i: Tensor, edge_attr: Tensor | None, index: Tensor, size_i: int
    ) -> Tensor:
        """Return the weight of each edge, ``[edges, heads]``."""
        both = x_i + x_j
        if edge_attr is not None:
            both = both + self.lin_edge(edge_attr).view_as(both)
        scores = (torch.nn.functional.leaky_relu(both, self.negative_slope) * self.att).sum(-1)
        return dropout(segment_softmax(scores, index, size_i), self.dropout, training=self.training)

    def _layer(
        self,
        x: Tensor | tuple[Tensor, Tensor],
        edge_index: Adj,
        edge_attr: Tensor | None = None,
        *,
        p: float = 0.0,
        after: Finish = NOTHING,
    ) -> Tensor:
        x = dropout(x, p) if p > 0 and isinstance(x, Tensor) else x
        ends, edge_attr, sizes = self._check(x, edge_index, edge_attr, both=True)
        key, query = self._features(*ends)
        edges, edge_attr, loops = self._attended(edge_index, edge_attr, sizes)
        if edge_attr is not None:
            edge_attr = self._edge_rows(edges, edge_attr, sizes[1], lambda attr: attr, loops=loops)
        settings: dict[str, Any] = {
            "score": "post_additive",
            "att": self.att[0].to(key.dtype),
            "factor": self.negative_slope,
        }
        out = self._attend(edges, sizes, (query, key, key), loops=loops, edge_attr=edge_attr, **settings)
        # Attention keeps its result for the way back; a mean over heads is nobody else's.
        return finish(self._heads_together(out, ends[1]), self.bias, after, reuse=not self.concat)

    def _features(self, source: Tensor, target: Any) -> tuple[Tensor, Tensor]:
        r""":math:`\Theta_s x_j` and :math:`\Theta_t x_i`."""
        key = linear_features(self.lin_l, source, self.lin_l.bias)
        if self.lin_r is self.lin_l and target is source:
            return key, key
        return key, linear_features(self.lin_r, target, self.lin_r.bias)

    def _explicit(
        self, x: Tensor | tuple[Tensor, Tensor], edge_index: Adj, edge_attr: Tensor | None
    ) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """The layer message by message, for a subclass with its own, and for who wants to see the weights."""
        ends, edge_attr, sizes = self._check(x, edge_index, edge_attr, both=True)
        key, query = self._features(*ends)
        if edge_index.layout != torch.strided:
            edge_index = as_edge_index(edge_index)[0]
        if self.add_self_loops:
            edge_index, edge_attr = self._with_loops(edge_index, edge_attr, sizes)
        pair = tuple(part.view(-1, self.heads, self.out_channels) for part in (key, query))
        alpha = self.edge_updater(edge_index, x=pair, edge_attr=edge_attr, size=self._rows(sizes))
        return self._heads_together(self._weigh(edge_index, sizes, key, alpha), ends[1]), (edge_index, alpha)
