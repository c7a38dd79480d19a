"""The graph attention layer of Veličković et al."""

from typing import Any

import torch

from edgewise._memo import TensorMemo
from edgewise._typing import Adj, Float, Size, Tensor
from edgewise.adjacency import Adjacency
from edgewise.errors import ShapeError
from edgewise.nn._checks import check_features, check_width, sizes_of
from edgewise.nn._planner import NOTHING, Finish, finish, linear_features, multiply, note
from edgewise.nn.linear import Linear
from edgewise.nn.message_passing import MessagePassing, as_edge_index, overrides_nothing
from edgewise.ops import attention, dropout, segment_reduce, segment_softmax
from edgewise.utils.isolated import remove_self_loops
from edgewise.utils.loop import add_self_loops

__all__ = ["GATConv"]

_memo = TensorMemo()


class GATConv(MessagePassing):
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
        kwargs.setdefault("aggr", "add")
        super().__init__(node_dim=0, **kwargs)
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.heads = heads
        self.concat = concat
        self.negative_slope = negative_slope
        self.dropout = dropout
        self.add_self_loops = add_self_loops
        self.edge_dim = edge_dim
        self.fill_value = fill_value
        self.residual = residual
        self._fuses_epilogue = overrides_nothing(self, GATConv) and self.aggr in ("add", "sum")
        width = heads * out_channels
        self.lin: Any = None
        self.lin_src: Any = None
        self.lin_dst: Any = None
        self.lin_edge: Any = None
        self.res: Any = None
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
        out_width = width if concat else out_channels
        if residual:
            width_dst = in_channels if isinstance(in_channels, int) else in_channels[1]
            self.res = Linear(width_dst, out_width, bias=False, weight_initializer="glorot")
        self.bias = torch.nn.Parameter(torch.empty(out_width)) if bias else None
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the parameters anew."""
        super().reset_parameters()
        for att in (self.att_src, self.att_dst, self.att_edge):
            if att is not None:
                torch.nn.init.xavier_uniform_(att)
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
        x, (num_src, num_dst) = self._check(x, edge_index, edge_attr, size)
        h, key, query = self._features(x)
        edges, loops = edge_index, self.add_self_loops
        if loops and num_src != num_dst:  # no diagonal: the loops that there can be are stored
            edges, edge_attr = self._with_loops(edge_index, edge_attr, num_src, num_dst)
            loops = False
        score = self._edge_scores(edges, edge_attr, num_dst, loops=loops)
        out = attention(
            self._adjacency(edges, num_src, num_dst),
            query,
            key,
            h,
            score="additive",
            heads=self.heads,
            edge=score,
            factor=self.negative_slope,
            p=self.dropout,
            training=self.training,
            num_dst=num_dst,
            self_loops=loops,
        )
        note(
            "scores, softmax and sum in one pass",
            lambda: f"no message of {self.heads} x {self.out_channels} an edge is stored",
            lambda: 4 * edge_index.shape[1] * h.shape[1] * h.element_size(),
        )
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
        if edge_attr is None or self.lin_edge is None:
            return None
        edge_attr = edge_attr.view(-1, 1) if edge_attr.dim() == 1 else edge_attr
        self.lin_edge.weight_for(edge_attr)
        folded = self._folded(self.lin_edge, self.att_edge)
        scores = multiply(edge_attr, folded)
        if not loops:
            return scores
        return torch.cat([scores, multiply(self._loop_features(edge_index, edge_attr, num_dst), folded)])

    def _loop_features(self, edge_index: Adj, edge_attr: Tensor, nodes: int) -> Tensor:
        if not isinstance(self.fill_value, str):
            return edge_attr.new_ones(nodes, edge_attr.shape[1]) * self.fill_value
        index = _memo.get((edge_index,), nodes, lambda: _arrives_at(edge_index, nodes, self.flow))
        reduce = "sum" if self.fill_value == "add" else self.fill_value
        return segment_reduce(edge_attr, index, nodes + 1, reduce)[:nodes]

    def _with_loops(
        self, edge_index: Adj, edge_attr: Tensor | None, num_src: int, num_dst: int
    ) -> tuple[Tensor, Tensor | None]:
        """The edges without loops, then one loop for each node that is on both sides."""
        nodes = min(num_src, num_dst)
        if edge_index.layout != torch.strided:
            edge_index = as_edge_index(edge_index)[0]
        if edge_attr is None:
            # Kept, so that the new edges are sorted once, as the caller's are.
            make = lambda: add_self_loops(remove_self_loops(edge_index)[0], num_nodes=nodes)[0]  # noqa: E731
            return _memo.get((edge_index,), ("loops", nodes), make), None
        features = self._loop_features(edge_index, edge_attr, num_dst)[:nodes]
        kept, kept_attr = remove_self_loops(edge_index, edge_attr)
        return add_self_loops(kept, num_nodes=nodes)[0], torch.cat([kept_attr, features])  # type: ignore[list-item]

    def _adjacency(self, edge_index: Adj, num_src: int, num_dst: int) -> Adjacency | Tensor:
        """The edges by destination; while tracing an ``edge_index``, which is sorted when it runs."""
        if torch.compiler.is_compiling():
            return edge_index if self.flow == "source_to_target" else edge_index.flip(0)
        if self.flow == "source_to_target":
            return Adjacency.of(edge_index, (num_src, num_dst), caller="GATConv")
        return Adjacency.of(edge_index, (num_dst, num_src), caller="GATConv").transpose()

    def _explicit(
        self, x: Tensor | tuple[Tensor, Tensor | None], edge_index: Adj, edge_attr: Tensor | None, size: Size
    ) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """The layer message by message, for a subclass with its own, and for who wants to see the weights."""
        x, sizes = self._check(x, edge_index, edge_attr, size)
        h, key, query = self._features(x)
        if edge_index.layout != torch.strided:
            edge_index = as_edge_index(edge_index)[0]
        if self.add_self_loops:
            edge_index, edge_attr = self._with_loops(edge_index, edge_attr, *sizes)
        score = self._edge_scores(edge_index, edge_attr, sizes[1], loops=False)
        alpha = self.edge_updater(edge_index, alpha=(key, query), alpha_edge=score, size=sizes)
        per_head = h.view(-1, self.heads, self.out_channels)
        out = self.propagate(edge_index, x=(per_head, None), alpha=alpha, size=sizes)
        return self._heads_together(out.flatten(1), x[1]), (edge_index, alpha)

    def _heads_together(self, out: Tensor, x_dst: Tensor | None) -> Tensor:
        """Heads side by side or their mean, and the residual."""
        if not self.concat:
            out = out.view(-1, self.heads, self.out_channels).mean(1)
        if self.res is not None and x_dst is not None:
            return out + linear_features(self.res, x_dst)
        return out

    def _check(
        self, x: Any, edge_index: Any, edge_attr: Tensor | None, size: Size
    ) -> tuple[tuple[Tensor, Tensor | None], tuple[int, int]]:
        source, target = x if isinstance(x, tuple | list) else (x, x)
        check_features("GATConv", source, edge_index)
        width_src, width_dst = self.in_channels if isinstance(self.in_channels, tuple) else (self.in_channels,) * 2
        check_width("GATConv", source, width_src)
        if target is not None:
            check_width("GATConv", target, width_dst, "x of the destinations" if target is not source else "x")
        if edge_attr is not None and self.lin_edge is None:
            message = (
                f"GATConv: expected no edge_attr (built with edge_dim=None), got {list(edge_attr.shape)}. "
                f"Build it with edge_dim={edge_attr.shape[-1] if edge_attr.dim() > 1 else 1}."
            )
            raise ShapeError(message)
        return (source, target), sizes_of(source, target, size)


def _arrives_at(edge_index: Adj, nodes: int, flow: str) -> Tensor:
    """The destination of each edge; ``nodes`` for a loop, which counts for none."""
    if edge_index.layout != torch.strided:
        edge_index = as_edge_index(edge_index)[0]
    target = edge_index[1 if flow == "source_to_target" else 0]
    return torch.where(edge_index[0] == edge_index[1], nodes, target)
