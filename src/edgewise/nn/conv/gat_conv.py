"""The graph attention layer of Veličković et al."""

from typing import Any

import torch

from edgewise._typing import Adj, Float, Size, Tensor
from edgewise.nn._planner import NOTHING, Finish, finish, linear_features, multiply
from edgewise.nn.conv._attention import AttentionConv
from edgewise.nn.linear import Linear, glorot_
from edgewise.nn.message_passing import as_edge_index, overrides_nothing
from edgewise.ops import dropout, segment_softmax

__all__ = ["GATConv"]


class GATConv(AttentionConv):
    r"""Graph attention: each node weighs its neighbours, and itself, by learned scores.

    .. math:: x_i' = \Big\Vert_h \sum_{j \in \mathcal{N}(i) \cup \{i\}} \alpha_{ij}^h\, \Theta^h x_j + b

    .. math:: \alpha_{ij}^h = \operatorname{softmax}_j\bigl(\mathrm{LeakyReLU}\bigl(
        a_s^{h\top} \Theta^h x_j + a_t^{h\top} \Theta^h x_i + a_e^{h\top} \Theta_e^h e_{ji}\bigr)\bigr)

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
        bias: Add a learnable bias.
        residual: Add a linear map of the node's own features.
        **kwargs: Settings of :class:`~edgewise.nn.MessagePassing`.

    Shape:
        x ``[nodes, in]`` or a pair ``[src, in_src]``, ``[dst, in_dst]`` (or ``None``) · edge_index ``[2, edges]``
        integer, or a ``torch.sparse`` adjacency ``[dst, src]``, whose values are not used · edge_attr
        ``[edges, edge_dim]`` (optional) → ``[dst, heads · out]``, without ``concat`` ``[dst, out]``

    Raises:
        ShapeError: ``edge_index`` is not ``[2, edges]``, ``x`` has another width than ``in_channels``, or ``edge_attr``
            does not fit.
        DTypeError: ``edge_index`` is not integer, or ``x`` not floating.
        NodeIndexError: An edge names a node that ``x`` has no row for.

    Cost: O((edges + nodes · in) · heads · out) time, O(nodes · heads · out + edges · heads) memory; no message is ever
    stored. The same bits on any number of threads. ``return_attention_weights`` takes the explicit way, with a message
    an edge.

    Source: Veličković et al., *Graph Attention Networks*, ICLR 2018, eq. 3-6. The activation after the layer is the
    caller's. ``edge_attr``, ``residual`` and bipartite graphs are PyG's additions.

    Example:
        >>> conv = GATConv(34, 8, heads=2)
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
        self.residual = residual
        self._fuses_epilogue = overrides_nothing(self, GATConv) and self.aggr in ("add", "sum")
        width = heads * out_channels
        self.lin: Any = None
        self.lin_src: Any = None
        self.lin_dst: Any = None
        if isinstance(in_channels, int):
            self.lin = Linear(in_channels, width, bias=False, weight_initializer="glorot")
        else:
            self.lin_src = Linear(in_channels[0], width, bias=False, weight_initializer="glorot")
            self.lin_dst = Linear(in_channels[1], width, bias=False, weight_initializer="glorot")
        self.att_src = torch.nn.Parameter(torch.empty(1, heads, out_channels))
        self.att_dst = torch.nn.Parameter(torch.empty(1, heads, out_channels))
        self.att_edge: Any = None
        if edge_dim is not None:
            self.lin_edge = Linear(edge_dim, width, bias=False, weight_initializer="glorot")
            self.att_edge = torch.nn.Parameter(torch.empty(1, heads, out_channels))
        if residual:
            self.res = Linear(self._widths[1], self._out_width, bias=False, weight_initializer="glorot")
        self.bias = torch.nn.Parameter(torch.empty(self._out_width)) if bias else None
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the parameters anew."""
        super().reset_parameters()
        for att in (self.att_src, self.att_dst, self.att_edge):
            if att is not None:
                glorot_(att)
        if self.bias is not None:
            torch.nn.init.zeros_(self.bias)

    def forward(
        self,
        x: Float[Tensor, "nodes in"] | tuple[Tensor, Tensor | None],
        edge_index: Adj,
        edge_attr: Tensor | None = None,
        size: Size = None,
        return_attention_weights: bool | None = None,  # noqa: FBT001 - PyG's signature
    ) -> Any:
        r"""Return :math:`\Vert_h \sum_j \alpha_{ij}^h \Theta^h x_j + b`.

        Args:
            x: Node features.
            edge_index: The edges.
            edge_attr: Edge features.
            size: ``(num_src, num_dst)``; read from ``x`` where it is ``None``.
            return_attention_weights: Also return ``(edge_index, alpha)``: the edges as attended to, loops last, and
                their weights ``[edges, heads]``.
        """
        if return_attention_weights or not self._fuses_epilogue:
            out, weights = self._explicit(x, edge_index, edge_attr, size)
            out = out if self.bias is None else out + self.bias
            return (out, weights) if return_attention_weights else out
        return self._layer(x, edge_index, edge_attr, size)

    def message(self, x_j: Tensor, alpha: Tensor) -> Tensor:  # type: ignore[override]
        """Weigh the source's features, ``[edges, heads, out]``."""
        return alpha.unsqueeze(-1) * x_j

    def edge_update(  # type: ignore[override]
        self, alpha_j: Tensor, alpha_i: Tensor | None, alpha_edge: Tensor | None, index: Tensor, size_i: int
    ) -> Tensor:
        """Return the weight of each edge, ``[edges, heads]``."""
        alpha = alpha_j if alpha_i is None else alpha_j + alpha_i
        alpha = torch.nn.functional.leaky_relu(alpha if alpha_edge is None else alpha + alpha_edge, self.negative_slope)
        return dropout(segment_softmax(alpha, index, size_i), self.dropout, training=self.training)

    def _layer(
        self,
        x: Tensor | tuple[Tensor, Tensor | None],
        edge_index: Adj,
        edge_attr: Tensor | None = None,
        size: Size = None,
        *,
        p: float = 0.0,
        after: Finish = NOTHING,
    ) -> Tensor:
        x = dropout(x, p) if p > 0 and isinstance(x, Tensor) else x
        x, edge_attr, sizes = self._check(x, edge_index, edge_attr, size)
        h, key, query = self._features(x)
        edges, edge_attr, loops = self._attended(edge_index, edge_attr, sizes)
        scores = self._edge_scores(edges, edge_attr, sizes[1], loops=loops)
        settings: dict[str, Any] = {"score": "additive", "factor": self.negative_slope}
        out = self._attend(edges, sizes, (query, key, h), loops=loops, edge=scores, **settings)
        # Attention keeps its result for the way back; a mean over heads is nobody else's.
        return finish(self._heads_together(out, x[1]), self.bias, after, reuse=not self.concat)

    def _features(self, x: tuple[Tensor, Tensor | None]) -> tuple[Tensor, Tensor, Tensor | None]:
        r"""Return :math:`\Theta x`, and what sources and destinations add to a score."""
        source, target = x
        lin_src, lin_dst = (self.lin, self.lin) if self.lin is not None else (self.lin_src, self.lin_dst)
        h = linear_features(lin_src, source)
        key = multiply(source, self._folded(lin_src, self.att_src))
        if target is None:
            return h, key, None
        lin_dst.weight_for(target)
        return h, key, multiply(target, self._folded(lin_dst, self.att_dst))

    def _folded(self, lin: Linear, att: Tensor) -> Tensor:
        r""":math:`a^\top \Theta`, ``[heads, in]``: so a score needs no pass over the features of all heads."""
        per_head = lin.weight.view(self.heads, self.out_channels, -1)
        return torch.bmm(att.transpose(0, 1), per_head).squeeze(1)

    def _edge_scores(self, edge_index: Adj, edge_attr: Tensor | None, num_dst: int, *, loops: bool) -> Tensor | None:
        """What edge features add to scores, ``[edges, heads]``; with ``loops`` then a row for the loop of each node."""
        if edge_attr is None:
            return None
        self.lin_edge.weight_for(edge_attr)
        folded = self._folded(self.lin_edge, self.att_edge)
        return self._edge_rows(edge_index, edge_attr, num_dst, lambda attr: multiply(attr, folded), loops=loops)

    def _explicit(
        self, x: Tensor | tuple[Tensor, Tensor | None], edge_index: Adj, edge_attr: Tensor | None, size: Size
    ) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """The layer message by message, for a subclass with its own, and for who wants to see the weights."""
        x, edge_attr, sizes = self._check(x, edge_index, edge_attr, size)
        h, key, query = self._features(x)
        if edge_index.layout != torch.strided:
            edge_index = as_edge_index(edge_index)[0]
        if self.add_self_loops:
            edge_index, edge_attr = self._with_loops(edge_index, edge_attr, sizes)
        scores = self._edge_scores(edge_index, edge_attr, sizes[1], loops=False)
        alpha = self.edge_updater(edge_index, alpha=(key, query), alpha_edge=scores, size=self._rows(sizes))
        return self._heads_together(self._weigh(edge_index, sizes, h, alpha), x[1]), (edge_index, alpha)
