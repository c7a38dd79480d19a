"""The graph transformer layer of Shi et al.: dot-product attention over neighbours."""

from typing import Any

import torch

from edgewise._typing import Adj, Float, Tensor
from edgewise.errors import ArgumentError
from edgewise.nn._planner import linear_features
from edgewise.nn.conv._attention import AttentionConv
from edgewise.nn.linear import Linear
from edgewise.nn.message_passing import as_edge_index, overrides_nothing
from edgewise.ops import dropout, segment_softmax

__all__ = ["TransformerConv"]


class TransformerConv(AttentionConv):
    r"""Dot-product attention over the neighbours of each node, beside a map of the node itself.

    .. math:: x_i' = W_1 x_i + \Big\Vert_h \sum_{j \in \mathcal{N}(i)} \alpha_{ij}^h (W_2^h x_j + W_6^h e_{ji})

    .. math:: \alpha_{ij}^h = \operatorname{softmax}_j\Bigl(
        \frac{(W_3^h x_i)^\top (W_4^h x_j + W_6^h e_{ji})}{\sqrt{out}}\Bigr)

    With ``beta`` a gate takes the place of the sum, :math:`m_i` being what the neighbours give:

    .. math:: x_i' = \beta_i W_1 x_i + (1 - \beta_i)\, m_i, \qquad
        \beta_i = \mathrm{sigmoid}\bigl(w_5^\top [m_i \Vert W_1 x_i \Vert m_i - W_1 x_i]\bigr)

    Args:
        in_channels: Width of an input node feature, or a pair for the sources and destinations of a bipartite graph.
            ``-1`` reads it from the first call.
        out_channels: Width of an output node feature, of each head.
        heads: How many attentions run side by side.
        concat: Put the heads side by side; ``False`` takes their mean.
        beta: Gate the node's own features against its neighbours'; no effect without ``root_weight``.
        dropout: Probability that a weight :math:`\alpha` is dropped in training.
        edge_dim: Width of an edge feature. ``None``: there are none.
        bias: Add a learnable bias to each map of node features.
        root_weight: Add :math:`W_1 x_i`.
        **kwargs: Settings of :class:`~edgewise.nn.MessagePassing`.

    Shape:
        x ``[nodes, in]`` or a pair ``[src, in_src]``, ``[dst, in_dst]`` · edge_index ``[2, edges]`` integer, or a
        ``torch.sparse`` adjacency ``[dst, src]``, whose values are not used · edge_attr ``[edges, edge_dim]``
        (with ``edge_dim``) → ``[dst, heads · out]``, without ``concat`` ``[dst, out]``

    Raises:
        ShapeError: ``edge_index`` is not ``[2, edges]``, ``x`` has another width than ``in_channels``, or ``edge_attr``
            does not fit.
        DTypeError: ``edge_index`` is not integer, or ``x`` or ``edge_attr`` not floating.
        NodeIndexError: An edge names a node that ``x`` has no row for.
        ArgumentError: A pair without features of the destinations, or ``edge_dim`` without ``edge_attr``.

    Cost: O((edges + nodes · in) · heads · out) time, O(nodes · heads · out + edges · heads) memory; no message is ever
    stored. Edge features are mapped in blocks of about as many edges as there are nodes, and again in the backward
    pass; compiled code maps all of them at once. The same bits on any number of threads. The weights that
    ``return_attention_weights`` asks for are computed with a key and a query an edge.

    Source: Shi et al., *Masked Label Prediction: Unified Message Passing Model for Semi-Supervised Classification*,
    IJCAI 2021, eq. 3-5, without the normalisation and ReLU after the gate, which are the caller's.
    ``return_attention_weights=False`` returns no weights; PyG returns them for any value but ``None``.

    Example:
        >>> conv = TransformerConv(34, 8, heads=2)
        >>> conv(torch.eye(34), torch.tensor([[0, 1], [1, 0]])).shape
        torch.Size([34, 16])
    """

    def __init__(
        self,
        in_channels: int | tuple[int, int],
        out_channels: int,
        heads: int = 1,
        concat: bool = True,  # noqa: FBT001, FBT002 - PyG's signature
        beta: bool = False,  # noqa: FBT001, FBT002
        dropout: float = 0.0,
        edge_dim: int | None = None,
        bias: bool = True,  # noqa: FBT001, FBT002
        root_weight: bool = True,  # noqa: FBT001, FBT002
        **kwargs: Any,
    ) -> None:
        super().__init__(in_channels, out_channels, heads, concat=concat, dropout=dropout, edge_dim=edge_dim, **kwargs)
        self.beta = beta and root_weight
        self.root_weight = root_weight
        self._is_stock = overrides_nothing(self, TransformerConv) and self.aggr in ("add", "sum")
        (width_src, width_dst), width = self._widths, heads * out_channels
        self.lin_key = Linear(width_src, width, bias=bias)
        self.lin_query = Linear(width_dst, width, bias=bias)
        self.lin_value = Linear(width_src, width, bias=bias)
        if edge_dim is not None:
            self.lin_edge = Linear(edge_dim, width, bias=False)
        self.lin_skip = Linear(width_dst, self._out_width, bias=bias)  # there without root_weight too, as in PyG
        self.lin_beta = Linear(3 * self._out_width, 1, bias=False) if self.beta else None
        self.reset_parameters()

    def forward(
        self,
        x: Float[Tensor, "nodes in"] | tuple[Tensor, Tensor],
        edge_index: Adj,
        edge_attr: Tensor | None = None,
        return_attention_weights: bool | None = None,  # noqa: FBT001 - PyG's signature
    ) -> Any:
        r"""Return :math:`W_1 x_i + \Vert_h \sum_j \alpha_{ij}^h (W_2^h x_j + W_6^h e_{ji})`.

        Args:
            x: Node features.
            edge_index: The edges.
            edge_attr: Edge features.
            return_attention_weights: Also return ``(edge_index, alpha)``: the edges and their weights
                ``[edges, heads]``, before dropout.
        """
        (source, target), edge_attr, sizes = self._check(x, edge_index, edge_attr, both=True)
        if edge_attr is None and self.lin_edge is not None:
            message = (
                f"{type(self).__name__}: expected edge_attr (built with edge_dim={self.edge_dim}), got None. "
                "Pass a row an edge, or build it without edge_dim."
            )
            raise ArgumentError(message)
        query = linear_features(self.lin_query, target, self.lin_query.bias)  # type: ignore[arg-type]
        key = linear_features(self.lin_key, source, self.lin_key.bias)
        value = linear_features(self.lin_value, source, self.lin_value.bias)
        per_edge = self._per_edge(query, key, value, edge_attr, sizes)
        if self._is_stock:
            out = self._attend(edge_index, sizes, (query, key, value), score="dot", edge_attr=edge_attr)
        else:
            out = self.propagate(edge_index, **per_edge).flatten(1)
        out = self._beside_the_node(self._heads_together(out), target)  # type: ignore[arg-type]
        if not return_attention_weights:
            return out
        edges = edge_index if edge_index.layout == torch.strided else as_edge_index(edge_index)[0]
        return out, (edges, self.edge_updater(edges, **per_edge))

    def message(  # type: ignore[override]
        self, query_i: Tensor, key_j: Tensor, value_j: Tensor, edge_attr: Tensor | None, index: Tensor, size_i: int
    ) -> Tensor:
        """Weigh what sources and edges carry, ``[edges, heads, out]``."""
        alpha = self.edge_update(query_i, key_j, edge_attr, index, size_i)
        alpha = dropout(alpha, self.dropout, training=self.training)
        carried = value_j if edge_attr is None else value_j + self.lin_edge(edge_attr).view_as(value_j)
        return alpha.unsqueeze(-1) * carried

    def edge_update(  # type: ignore[override]
        self, query_i: Tensor, key_j: Tensor, edge_attr: Tensor | None, index: Tensor, size_i: int
    ) -> Tensor:
        """Return the weight of each edge, ``[edges, heads]``."""
        key = key_j if edge_attr is None else key_j + self.lin_edge(edge_attr).view_as(key_j)
        scores = (query_i * key).sum(-1) / self.out_channels**0.5
        return segment_softmax(scores, index, size_i)

    def _per_edge(
        self, query: Tensor, key: Tensor, value: Tensor, edge_attr: Tensor | None, sizes: tuple[int, int]
    ) -> dict[str, Any]:
        """What :meth:`message` and :meth:`edge_update` read, heads apart."""
        query, key, value = (part.view(-1, self.heads, self.out_channels) for part in (query, key, value))
        pairs = {"query": (None, query), "key": (key, None), "value": (value, None)}
        return {**pairs, "edge_attr": edge_attr, "size": self._rows(sizes)}

    def _beside_the_node(self, mixed: Tensor, target: Tensor) -> Tensor:
        r""":math:`m_i + W_1 x_i`, or the two weighed by the gate :math:`\beta_i`."""
        if not self.root_weight:
            return mixed
        own = linear_features(self.lin_skip, target, self.lin_skip.bias)
        if self.lin_beta is None:
            return mixed + own
        # w5 on [m, own, m - own] is (w5a + w5c) on m and (w5b - w5c) on own: no row of three widths is made.
        of_mixed, of_own, of_difference = self.lin_beta.weight.view(3, -1)
        gate = torch.sigmoid(mixed @ (of_mixed + of_difference) + own @ (of_own - of_difference)).unsqueeze(1)
        return torch.lerp(mixed, own, gate)
