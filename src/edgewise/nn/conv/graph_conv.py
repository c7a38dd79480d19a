"""The convolution of Morris et al.: a node and the plain sum of its neighbours, each through a linear map."""

from collections.abc import Sequence
from typing import Any

import torch

from edgewise._typing import Adj, Float, Size, Tensor
from edgewise.adjacency import Adjacency
from edgewise.nn._checks import check_features, check_width, count_edges, sizes_of
from edgewise.nn._planner import Propagation, linear_features, propagate_linear
from edgewise.nn.linear import Linear
from edgewise.nn.message_passing import MessagePassing, as_edge_index, by_destination, overrides_nothing
from edgewise.ops import spmm

__all__ = ["GraphConv"]

_LINEAR = ("mean", "sum", "add")


class GraphConv(MessagePassing):
    r"""A node's own features beside an aggregate of its neighbours', weighted by their edges.

    .. math:: x_i' = W_1 x_i + W_2 \bigoplus_{j \in \mathcal{N}(i)} e_{ji} x_j + b

    Args:
        in_channels: Width of an input node feature, or a pair for the sources and destinations of a bipartite graph.
            ``-1`` reads it from the first call.
        out_channels: Width of an output node feature.
        aggr: ``"add"`` (or ``"sum"``), ``"mean"`` (by the number of edges), ``"min"``, ``"max"``; or whatever else
            :class:`~edgewise.nn.MessagePassing` takes, with a message an edge, in blocks.
        bias: Add a learnable bias.
        **kwargs: Settings of :class:`~edgewise.nn.MessagePassing`.

    Shape:
        x ``[nodes, in]`` or a pair ``[src, in_src]``, ``[dst, in_dst]`` (or ``None``) · edge_index ``[2, edges]``
        integer, or a ``torch.sparse`` adjacency ``[dst, src]``, whose values are the edge weights · edge_weight
        ``[edges]`` (optional) → ``[dst, out]``

    Raises:
        ShapeError: ``edge_index`` is not ``[2, edges]``, or ``x`` has another width than ``in_channels``.
        DTypeError: ``edge_index`` is not integer, or ``x`` not floating.
        NodeIndexError: An edge names a node that ``x`` has no row for.

    Cost: O(edges · min(in, out) + nodes · in · out) time for sums and means, O(edges · in) for the others;
    O(nodes · (in + out)) memory; the same bits on any number of threads.

    Source: Morris et al., *Weisfeiler and Leman Go Neural: Higher-order Graph Neural Networks*, AAAI 2019, eq. 5. The
    activation is the caller's. ``edge_weight``, the other aggregates and bipartite graphs are PyG's additions.

    Example:
        >>> import torch
        >>> conv = GraphConv(34, 2)
        >>> conv(torch.eye(34), torch.tensor([[0, 1], [1, 0]])).shape
        torch.Size([34, 2])
    """

    _fuses_edge_index = True

    def __init__(
        self,
        in_channels: int | tuple[int, int],
        out_channels: int,
        aggr: str | Sequence[str | torch.nn.Module] | torch.nn.Module | None = "add",
        bias: bool = True,  # noqa: FBT001, FBT002 - PyG's signature
        **kwargs: Any,
    ) -> None:
        super().__init__(aggr, **kwargs)
        self.in_channels = in_channels
        self.out_channels = out_channels
        self._is_stock = self.fuse and overrides_nothing(self, GraphConv)
        width_src, width_dst = in_channels if isinstance(in_channels, tuple) else (in_channels, in_channels)
        self.lin_rel = Linear(width_src, out_channels, bias=bias)
        self.lin_root = Linear(width_dst, out_channels, bias=False)
        self.reset_parameters()

    def forward(
        self,
        x: Float[Tensor, "nodes in"] | tuple[Tensor, Tensor | None],
        edge_index: Adj,
        edge_weight: Tensor | None = None,
        size: Size = None,
    ) -> Float[Tensor, "dst out"]:
        r"""Return :math:`W_1 x_i + W_2 \bigoplus_j e_{ji} x_j + b`."""
        source, target = x if isinstance(x, tuple) else (x, x)
        self._check(source, target, edge_index)
        sizes = sizes_of(source, target, size)
        if self._is_stock and self.aggr in _LINEAR:
            graph = (edge_index,) if edge_weight is None else (edge_index, edge_weight)
            propagation = Propagation(
                lambda x: self._aggregate_neighbours(edge_index, x, edge_weight, sizes[1]),
                count_edges(edge_index),
                graph,
                ("graph", self.aggr, self.flow, sizes[1]),
            )
            root = self.lin_root if target is source else None
            out = propagate_linear(self.lin_rel, source, propagation, self.lin_rel.bias, root=root)
        else:
            if edge_index.layout != torch.strided and not self.fuse:
                edge_index, edge_weight = as_edge_index(edge_index)
            pair = (source, target)
            mixed: Tensor = self.propagate(edge_index, x=pair, edge_weight=edge_weight, size=sizes)
            root, out = None, linear_features(self.lin_rel, mixed, self.lin_rel.bias)
        return out if target is None or root is not None else out + linear_features(self.lin_root, target)

    def message(self, x_j: Tensor, edge_weight: Tensor | None) -> Tensor:  # type: ignore[override]
        """Weigh the source's features."""
        return x_j if edge_weight is None else edge_weight.view(-1, 1) * x_j

    def message_and_aggregate(  # type: ignore[override]
        self, edge_index: Tensor | Adjacency, x: Any, edge_weight: Tensor | None, size: Size
    ) -> Tensor:
        """Return the aggregate of the weighted neighbours without a tensor of messages."""
        return self._aggregate_neighbours(edge_index, x[0], edge_weight, sizes_of(x[0], x[1], size)[1])

    def _aggregate_neighbours(
        self, edge_index: Tensor | Adjacency, x: Tensor, edge_weight: Tensor | None, num_dst: int
    ) -> Tensor:
        reduce = "sum" if self.aggr == "add" else str(self.aggr)
        if isinstance(edge_index, Tensor):
            if edge_index.layout != torch.strided:
                edge_weight = as_edge_index(edge_index)[1]
            edge_index = by_destination(self, edge_index, x.shape[0], num_dst)
        return spmm(edge_index, x, edge_weight, reduce, num_dst=num_dst)

    def _check(self, source: Tensor, target: Tensor | None, edge_index: Any) -> None:
        check_features("GraphConv", source, edge_index)
        width_src, width_dst = self.in_channels if isinstance(self.in_channels, tuple) else (self.in_channels,) * 2
        check_width("GraphConv", source, width_src)
        if target is not None and target is not source:
            check_width("GraphConv", target, width_dst, "x of the destinations")
