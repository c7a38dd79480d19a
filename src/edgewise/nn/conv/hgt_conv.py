"""The heterogeneous graph transformer of Hu et al."""

import math
from collections.abc import Mapping
from typing import Any

import torch

from edgewise._typing import Adj, Tensor
from edgewise.adjacency import Adjacency
from edgewise.errors import ArgumentError
from edgewise.nn._checks import count_edges
from edgewise.nn._planner import note
from edgewise.nn.conv._types import (
    EdgeType,
    Metadata,
    TypedLinear,
    check_flow,
    check_metadata,
    check_types,
    join,
    state_key,
    widths_of,
)
from edgewise.nn.message_passing import MessagePassing, overrides_nothing
from edgewise.ops import attention, segment_softmax

__all__ = ["HGTConv"]


class HGTConv(MessagePassing):
    r"""Attention over nodes and edges of several types: one softmax over all edges that arrive at a node.

    .. math:: x_i' = \beta_t\, A_t\, \mathrm{gelu}(h_i) + (1 - \beta_t)\, x_i, \quad
        h_i = \Big\Vert_h \sum_{r} \sum_{j \in \mathcal{N}_r(i)} \alpha_{ij}^h\, v_j^h V_r^h

    .. math:: \alpha_{ij}^h =
        \operatorname{softmax}_{r, j}\Bigl(\frac{\mu_r^h}{\sqrt{d}}\, q_i^h \cdot k_j^h K_r^h\Bigr)

    where :math:`t` is the type of :math:`i`, :math:`r` an edge type, :math:`k, q, v` linear maps of a node type's
    features, and :math:`\beta_t` the logistic function of a learnt number; without equal widths :math:`\beta_t = 1`.

    Args:
        in_channels: Width of the node features, or one for each node type. ``-1`` reads it from the first call.
        out_channels: Width of an output node feature, of all heads together.
        metadata: Node types and edge types, as ``HeteroData.metadata()``.
        heads: How many attentions run side by side.
        **kwargs: Settings of :class:`~edgewise.nn.MessagePassing`.

    Shape:
        x_dict ``{node type: [nodes, in]}`` · edge_index_dict ``{edge type: [2, edges] or sparse [dst, src]}`` →
        ``{node type: [nodes, out]}`` for the types in ``x_dict`` that some edge type of ``metadata`` arrives at

    Raises:
        ArgumentError: ``heads`` does not divide ``out_channels``; a type that ``metadata`` lacks; an edge type whose
            ends have no features.
        NodeIndexError: An edge names a node that has no features.
        DTypeError: Features that are not floating, edges that are not integer.
        ShapeError: Edges that are not ``[2, edges]``.

    Cost: O((edges + nodes · in) · out) time; O(nodes · out) memory for each edge type that leaves them, and no message
    is ever stored. The same bits on any number of threads. Edges of all types that arrive at a node type are grouped
    once and kept; compiled code groups them at each call where there is more than one.

    Source: Hu et al., *Heterogeneous Graph Transformer*, WWW 2020, eq. 3-5. As in PyG, :math:`\mu` is one number an
    edge type and head, :math:`\beta_t` is learnt, and there is no relative temporal encoding.

    Example:
        >>> conv = HGTConv(-1, 8, (["a", "b"], [("a", "to", "b"), ("b", "of", "b")]), heads=2)
        >>> x_dict = {"a": torch.ones(3, 5), "b": torch.ones(2, 4)}
        >>> conv(x_dict, {("a", "to", "b"): torch.tensor([[0, 2], [1, 1]])})["b"].shape
        torch.Size([2, 8])
    """

    def __init__(
        self,
        in_channels: int | Mapping[str, int],
        out_channels: int,
        metadata: Metadata,
        heads: int = 1,
        **kwargs: Any,
    ) -> None:
        super().__init__(aggr="add", node_dim=0, **kwargs)
        check_metadata("HGTConv", metadata)
        check_flow("HGTConv", self.flow)
        if out_channels % heads:
            message = f"HGTConv: expected heads that divide out_channels={out_channels}, got {heads}. Choose a divisor."
            raise ArgumentError(message)
        self.in_channels = widths_of(in_channels, metadata)
        self.out_channels = out_channels
        self.heads = heads
        self.node_types = list(metadata[0])
        self.edge_types = list(metadata[1])
        self.dst_node_types = {edge_type[-1] for edge_type in self.edge_types}
        self._is_stock = overrides_nothing(self, HGTConv)
        self.kqv_lin = TypedLinear(self.in_channels, 3 * out_channels)
        self.out_lin = TypedLinear(dict.fromkeys(self.node_types, out_channels), out_channels)
        self.k_rel = _HeadMaps(heads, len(self.edge_types), out_channels // heads)
        self.v_rel = _HeadMaps(heads, len(self.edge_types), out_channels // heads)
        self.skip = torch.nn.ParameterDict({self._key(name): torch.empty(1) for name in self.node_types})
        self.p_rel = torch.nn.ParameterDict({self._key("__".join(r)): torch.empty(1, heads) for r in self.edge_types})
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the parameters anew."""
        super().reset_parameters()
        for parameter in (*self.skip.values(), *self.p_rel.values()):
            torch.nn.init.ones_(parameter)

    def forward(self, x_dict: Mapping[str, Tensor], edge_index_dict: Mapping[EdgeType, Adj]) -> dict[str, Tensor]:
        """Return the new features of each node type that some edge type arrives at."""
        check_types("HGTConv", x_dict, edge_index_dict, (self.node_types, self.edge_types))
        kqv = {name: kqv.chunk(3, 1) for name, kqv in self.kqv_lin(x_dict).items()}
        summed = {}
        for name, (_, query, _) in kqv.items():
            arriving = {r: edges for r, edges in edge_index_dict.items() if r[-1] == name}
            if arriving:
                summed[name] = self._attend(query, kqv, arriving)
            elif name in self.dst_node_types:
                summed[name] = torch.zeros_like(query)
        out = self.out_lin({name: torch.nn.functional.gelu(h) for name, h in summed.items()})
        return {name: self._with_skip(name, out[name], x_dict[name]) for name in summed}

    def message(  # type: ignore[override]
        self, k_j: Tensor, q_i: Tensor, v_j: Tensor, edge_attr: Tensor, index: Tensor, size_i: int
    ) -> Tensor:
        """Weigh the values of the sources, ``[edges, out]``."""
        score = (q_i * k_j).sum(-1) * edge_attr / math.sqrt(q_i.shape[-1])
        return (v_j * segment_softmax(score, index, size_i).unsqueeze(-1)).flatten(1)

    def _attend(self, query: Tensor, kqv: Mapping[str, Any], arriving: Mapping[EdgeType, Adj]) -> Tensor:
        r""":math:`h_i`, for the nodes of one type."""
        keys, values, sizes = [], [], []
        for edge_type in arriving:
            key, _, value = kqv[edge_type[0]]
            number = self.edge_types.index(edge_type)
            # The weight of an edge type multiplies its keys, so that scores need no value an edge.
            importance = self._importance(edge_type) if self._is_stock else None
            keys.append(self.k_rel(key, number, importance))
            values.append(self.v_rel(value, number))
            sizes.append(key.shape[0])
        key, value = _cat(keys), _cat(values)
        edges = join(arriving, sizes, query.shape[0], layer="HGTConv", grouped=self._is_stock)
        if not self._is_stock:
            return self._explicit(query, key, value, edges, arriving)
        note(
            "scores, softmax and sum in one pass",
            lambda: f"{len(arriving)} edge types under one softmax; no message of {value.shape[1]} an edge is stored",
            lambda: 6 * _num_edges(arriving) * value.shape[1] * value.element_size(),
        )
        return attention(edges, query, key, value, score="dot", heads=self.heads, num_dst=query.shape[0])

    def _explicit(
        self, query: Tensor, key: Tensor, value: Tensor, edges: Adjacency | Tensor, arriving: Mapping[EdgeType, Adj]
    ) -> Tensor:
        """The same message by message, for a subclass that has its own."""
        key, query, value = (x.view(-1, self.heads, self.out_channels // self.heads) for x in (key, query, value))
        weights = [self._importance(r).expand(_num_edges({r: graph}), -1) for r, graph in arriving.items()]
        pairs = {"k": (key, None), "q": (None, query), "v": (value, None)}
        out: Tensor = self.propagate(edges, **pairs, edge_attr=torch.cat(weights), size=(key.shape[0], query.shape[0]))
        return out

    def _with_skip(self, name: str, out: Tensor, x: Tensor) -> Tensor:
        if out.shape[-1] != x.shape[-1]:
            return out
        beta: Tensor = self.skip[self._key(name)].sigmoid()
        return beta * out + (1 - beta) * x

    def _importance(self, edge_type: EdgeType) -> Tensor:
        r""":math:`\mu_r`, ``[1, heads]``."""
        weight: Tensor = self.p_rel[self._key("__".join(edge_type))]
        return weight

    def _key(self, name: str) -> str:
        return state_key(name, torch.nn.ParameterDict)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(-1, {self.out_channels}, heads={self.heads})"


class _HeadMaps(torch.nn.Module):
    """A matrix for each head and edge type; that of head h and type r stands at ``h · types + r``, as in PyG."""

    def __init__(self, heads: int, types: int, channels: int) -> None:
        super().__init__()
        self.heads, self.types, self.channels = heads, types, channels
        self.weight = torch.nn.Parameter(torch.empty(heads * types, channels, channels))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the matrices anew."""
        bound = 1 / math.sqrt(max(1, self.channels))
        torch.nn.init.uniform_(self.weight, -bound, bound)

    def forward(self, x: Tensor, number: int, scale: Tensor | None = None) -> Tensor:
        """Return ``x`` with each head multiplied by its matrix, and ``scale`` a head."""
        weight = self.weight[number :: self.types]  # [heads, channels, channels]
        weight = weight if scale is None else weight * scale.view(-1, 1, 1)
        per_head = x.reshape(x.shape[0], self.heads, self.channels)
        return torch.einsum("nhc,hcd->nhd", per_head, weight).reshape(x.shape[0], self.heads * self.channels)


def _cat(parts: list[Tensor]) -> Tensor:
    return parts[0] if len(parts) == 1 else torch.cat(parts)


def _num_edges(graphs: Mapping[EdgeType, Adj]) -> int:
    return sum(map(count_edges, graphs.values()))
