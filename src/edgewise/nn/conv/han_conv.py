"""The heterogeneous graph attention network of Wang et al."""

from collections.abc import Mapping
from typing import Any

import torch

from edgewise._typing import Adj, Tensor
from edgewise.errors import ArgumentError
from edgewise.nn._checks import count_edges
from edgewise.nn._planner import note
from edgewise.nn.conv._types import (
    EdgeType,
    Metadata,
    TypeDict,
    check_flow,
    check_metadata,
    check_types,
    join,
    state_key,
    widths_of,
)
from edgewise.nn.linear import Linear, glorot_
from edgewise.nn.message_passing import MessagePassing, overrides_nothing
from edgewise.ops import attention, dropout, segment_softmax

__all__ = ["HANConv"]


class HANConv(MessagePassing):
    r"""Two attentions: over the neighbours of each edge type, then over what the edge types gave.

    .. math:: z_i^r = \mathrm{relu}\Bigl(\Big\Vert_h \sum_{j \in \mathcal{N}_r(i)} \alpha_{ij}^{r,h} h_j\Bigr), \quad
        \alpha_{ij}^{r,h} =
        \operatorname{softmax}_j\bigl(\mathrm{LeakyReLU}(a_s^{r,h\top} h_j + a_t^{r,h\top} h_i)\bigr)

    .. math:: x_i' = \sum_r \beta_r z_i^r, \quad
        \beta_r = \operatorname{softmax}_r\Bigl(\frac{1}{n} \sum_i q \cdot \tanh(W z_i^r + b)\Bigr)

    where :math:`h` is a linear map of a node type's features.

    Args:
        in_channels: Width of the node features, or one for each node type. ``-1`` reads it from the first call.
        out_channels: Width of an output node feature, of all heads together.
        metadata: Node types and edge types, as ``HeteroData.metadata()``. Edge types are meta-paths in the paper.
        heads: How many attentions run side by side.
        negative_slope: Of the LeakyReLU.
        dropout: Probability that a weight :math:`\alpha` is dropped in training.
        **kwargs: Settings of :class:`~edgewise.nn.MessagePassing`.

    Shape:
        x_dict ``{node type: [nodes, in]}`` · edge_index_dict ``{edge type: [2, edges] or sparse [dst, src]}`` →
        ``{node type: [nodes, out]}``, ``None`` for a node type that no edge type arrives at

    Raises:
        ArgumentError: ``heads`` does not divide ``out_channels``; a type that ``metadata`` lacks; an edge type whose
            ends have no features.
        NodeIndexError: An edge names a node that has no features.
        DTypeError: Features that are not floating, edges that are not integer.
        ShapeError: Edges that are not ``[2, edges]``.

    Cost: O((edges + nodes · in) · out) time, O(edge types · nodes · out) memory; no message is ever stored. The same
    bits on any number of threads.

    Source: Wang et al., *Heterogeneous Graph Attention Network*, WWW 2019, eq. 1-9. As in PyG, the first activation is
    a ReLU, and the second attention compares the edge types of each node type.

    Example:
        >>> conv = HANConv(-1, 8, (["a", "b"], [("a", "to", "b"), ("b", "of", "b")]), heads=2)
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
        negative_slope: float = 0.2,
        dropout: float = 0.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(aggr="add", node_dim=0, **kwargs)
        check_metadata("HANConv", metadata)
        check_flow("HANConv", self.flow)
        if out_channels % heads:
            message = f"HANConv: expected heads that divide out_channels={out_channels}, got {heads}. Choose a divisor."
            raise ArgumentError(message)
        self.in_channels = widths_of(in_channels, metadata)
        self.out_channels = out_channels
        self.metadata = metadata
        self.heads = heads
        self.negative_slope = negative_slope
        self.dropout = dropout
        self._is_stock = overrides_nothing(self, HANConv)
        self.k_lin = torch.nn.Linear(out_channels, out_channels)
        self.q = torch.nn.Parameter(torch.empty(1, out_channels))
        self.proj = TypeDict({name: Linear(width, out_channels) for name, width in self.in_channels.items()})
        shape, keys = (1, heads, out_channels // heads), [_key(edge_type) for edge_type in metadata[1]]
        self.lin_src = torch.nn.ParameterDict({key: torch.empty(shape) for key in keys})
        self.lin_dst = torch.nn.ParameterDict({key: torch.empty(shape) for key in keys})
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the parameters anew."""
        super().reset_parameters()
        for lin in self.proj.values():
            lin.reset_parameters()  # type: ignore[operator]
        for parameter in (*self.lin_src.values(), *self.lin_dst.values(), self.q):
            glorot_(parameter)

    def forward(
        self,
        x_dict: Mapping[str, Tensor],
        edge_index_dict: Mapping[EdgeType, Adj],
        return_semantic_attention_weights: bool = False,  # noqa: FBT001, FBT002 - PyG's signature
    ) -> Any:
        r"""Return the new features of each node type.

        Args:
            x_dict: Features by node type.
            edge_index_dict: Edges by edge type.
            return_semantic_attention_weights: Also return :math:`\beta` by node type, in the order of the edge types.
        """
        check_types("HANConv", x_dict, edge_index_dict, self.metadata)
        h = {name: self.proj[name](x) for name, x in x_dict.items()}
        given: dict[str, list[Tensor]] = {name: [] for name in x_dict}
        for edge_type, edge_index in edge_index_dict.items():
            source, _, target = edge_type
            given[target].append(self._attend(h[source], h[target], edge_type, edge_index).relu())
        mixed = {name: self._mix(outs) for name, outs in given.items()}
        out = {name: features for name, (features, _) in mixed.items()}
        return (out, {name: beta for name, (_, beta) in mixed.items()}) if return_semantic_attention_weights else out

    def message(  # type: ignore[override]
        self, x_j: Tensor, alpha_i: Tensor, alpha_j: Tensor, index: Tensor, size_i: int
    ) -> Tensor:
        """Weigh the features of the sources, ``[edges, out]``."""
        alpha = torch.nn.functional.leaky_relu(alpha_j + alpha_i, self.negative_slope)
        alpha = dropout(segment_softmax(alpha, index, size_i), self.dropout, training=self.training)
        return (x_j * alpha.unsqueeze(-1)).flatten(1)

    def _attend(self, source: Tensor, target: Tensor, edge_type: EdgeType, edge_index: Adj) -> Tensor:
        r""":math:`\Vert_h \sum_j \alpha_{ij} h_j` over one edge type."""
        shape = (self.heads, self.out_channels // self.heads)
        x_src, x_dst = source.view(-1, *shape), target.view(-1, *shape)
        key = (x_src * self.lin_src[_key(edge_type)]).sum(-1)
        query = (x_dst * self.lin_dst[_key(edge_type)]).sum(-1)
        sizes = (source.shape[0], target.shape[0])
        if not self._is_stock:
            out: Tensor = self.propagate(edge_index, x=(x_src, x_dst), alpha=(key, query), size=sizes)
            return out
        edges = count_edges(edge_index)
        note(
            "scores, softmax and sum in one pass",
            lambda: f"{edge_type}: no message of {self.out_channels} an edge is stored",
            lambda: 4 * edges * self.out_channels * source.element_size(),
        )
        return attention(
            join({edge_type: edge_index}, sizes[:1], sizes[1], layer="HANConv"),
            query,
            key,
            source,
            score="additive",
            heads=self.heads,
            factor=self.negative_slope,
            p=self.dropout,
            training=self.training,
            num_dst=sizes[1],
        )

    def _mix(self, outs: list[Tensor]) -> tuple[Tensor | None, Tensor | None]:
        r""":math:`\sum_r \beta_r z^r`, and :math:`\beta`."""
        if not outs:
            return None, None
        if outs[0].shape[0] == 0:
            return outs[0], None
        score = torch.stack([(self.q * self.k_lin(z).tanh().mean(0)).sum() for z in outs])
        beta = score.softmax(0)
        return torch.einsum("r,rnc->nc", beta, torch.stack(outs)), beta

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.out_channels}, heads={self.heads})"


def _key(edge_type: EdgeType) -> str:
    return state_key("__".join(edge_type), torch.nn.ParameterDict)
