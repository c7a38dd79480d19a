"""The convolution of GraphSAGE."""

from collections.abc import Sequence
from typing import Any

import torch

from edgewise._typing import Adj, Float, Size, Tensor
from edgewise.adjacency import Adjacency
from edgewise.errors import ArgumentError
from edgewise.nn._checks import check_features, check_width, count_edges, sizes_of
from edgewise.nn._planner import NOTHING, Finish, Propagation, finish, linear_features, propagate_linear
from edgewise.nn.aggr.base import Aggregation
from edgewise.nn.linear import Linear
from edgewise.nn.message_passing import MessagePassing, by_destination, overrides_nothing
from edgewise.ops import dropout, spmm

__all__ = ["SAGEConv"]

_LINEAR = ("mean", "sum", "add")


class SAGEConv(MessagePassing):
    r"""A node's own features beside an aggregate of its neighbours', each through a linear map.

    .. math:: x_i' = W_l \bigoplus_{j \in \mathcal{N}(i)} x_j + b + W_r x_i

    Args:
        in_channels: Width of an input node feature, or a pair for the sources and destinations of a bipartite graph.
            ``-1`` reads it from the first call.
        out_channels: Width of an output node feature.
        aggr: ``"mean"``, ``"sum"`` (or ``"add"``), ``"min"``, ``"max"``; or whatever else
            :class:`~edgewise.nn.MessagePassing` takes, with a message an edge, in blocks.
        normalize: Scale each output row to length 1.
        root_weight: Add :math:`W_r x_i`.
        project: Send the sources through a linear map and a ReLU first, as the paper's pooling does.
        bias: Add a learnable bias.
        **kwargs: Settings of :class:`~edgewise.nn.MessagePassing`.

    Shape:
        x ``[nodes, in]`` or a pair ``[src, in_src]``, ``[dst, in_dst]`` (or ``None``) · edge_index ``[2, edges]``
        integer, or a ``torch.sparse`` adjacency ``[dst, src]``, whose values are not used → ``[dst, out]``

    Raises:
        ShapeError: ``edge_index`` is not ``[2, edges]``, or ``x`` has another width than ``in_channels``.
        DTypeError: ``edge_index`` is not integer, or ``x`` not floating.
        NodeIndexError: An edge names a node that ``x`` has no row for.
        ArgumentError: ``project`` with an open width.

    Cost: O(edges · min(in, out) + nodes · in · out) time for ``"mean"`` and ``"sum"``, O(edges · in) for the others;
    O(nodes · (in + out)) memory; the same bits on any number of threads.

    Source: Hamilton et al., *Inductive Representation Learning on Large Graphs*, NeurIPS 2017, algorithm 1. As in PyG,
    :math:`W [x_i \Vert \bigoplus x_j]` is written as two maps, and ``normalize`` is off by default.

    Example:
        >>> conv = SAGEConv(34, 2)
        >>> conv(torch.eye(34), torch.tensor([[0, 1], [1, 0]])).shape
        torch.Size([34, 2])
    """

    _fuses_edge_index = True

    def __init__(
        self,
        in_channels: int | tuple[int, int],
        out_channels: int,
        aggr: str | Sequence[str | torch.nn.Module] | torch.nn.Module | None = "mean",
        normalize: bool = False,  # noqa: FBT001, FBT002 - PyG's signature
        root_weight: bool = True,  # noqa: FBT001, FBT002
        project: bool = False,  # noqa: FBT001, FBT002
        bias: bool = True,  # noqa: FBT001, FBT002
        **kwargs: Any,
    ) -> None:
        super().__init__(aggr, **kwargs)
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.normalize = normalize
        self.root_weight = root_weight
        self.project = project
        width_src, width_dst = in_channels if isinstance(in_channels, tuple) else (in_channels, in_channels)
        if project:
            if width_src < 0:
                message = "SAGEConv: expected in_channels with project=True, got -1. Pass the width of the sources."
                raise ArgumentError(message)
            self.lin = Linear(width_src, width_src, bias=True)
        self._is_stock = self.fuse and overrides_nothing(self, SAGEConv)
        self._fuses_epilogue = self._is_stock and not normalize
        if width_src >= 0 and isinstance(self.aggr_module, Aggregation):
            width_src = self.aggr_module.get_out_channels(width_src)
        self.lin_l = Linear(width_src, out_channels, bias=bias)
        if root_weight:
            self.lin_r = Linear(width_dst, out_channels, bias=False)
        self.reset_parameters()

    def forward(
        self,
        x: Float[Tensor, "nodes in"] | tuple[Tensor, Tensor | None],
        edge_index: Adj,
        size: Size = None,
    ) -> Float[Tensor, "dst out"]:
        r"""Return :math:`W_l \bigoplus_j x_j + b + W_r x_i`."""
        out = self._layer(x, edge_index, size)
        return torch.nn.functional.normalize(out, dim=-1) if self.normalize else out

    def message_and_aggregate(self, edge_index: Tensor | Adjacency, x: Any, size: Size) -> Tensor:  # type: ignore[override]
        """Return the aggregate of the neighbours without a tensor of messages."""
        source, target = x if isinstance(x, tuple) else (x, x)
        return self._aggregate_neighbours(edge_index, source, sizes_of(source, target, size)[1])

    def _layer(
        self,
        x: Tensor | tuple[Tensor, Tensor | None],
        edge_index: Adj,
        size: Size = None,
        *,
        p: float = 0.0,
        after: Finish = NOTHING,
    ) -> Tensor:
        target: Tensor | None
        if isinstance(x, Tensor):
            x = dropout(x, p)
            source, target = x, x
        else:
            source, target = dropout(x[0], p), x[1] if x[1] is None else dropout(x[1], p)
        self._check(source, target, edge_index)
        projected = self.lin(source).relu() if self.project else source
        num_src, num_dst = sizes_of(source, target, size)
        if self._is_stock and self.aggr in _LINEAR:
            key = ("sage", self.aggr, self.flow, num_dst)
            run = lambda x: self._aggregate_neighbours(edge_index, x, num_dst)  # noqa: E731
            edges = count_edges(edge_index)
            propagation = Propagation(run, edges, (edge_index,), key)
            if self.root_weight and target is not None and projected is target:
                return propagate_linear(self.lin_l, projected, propagation, self.lin_l.bias, after, root=self.lin_r)
            out = propagate_linear(self.lin_l, projected, propagation)
        else:
            pair = (projected, target)
            mixed: Tensor = self.propagate(edge_index, x=pair, size=(num_src, num_dst))
            out = linear_features(self.lin_l, mixed)
        if self.root_weight and target is not None:
            out = out + linear_features(self.lin_r, target)
        return finish(out, self.lin_l.bias, after)

    def _aggregate_neighbours(self, edge_index: Tensor | Adjacency, x: Tensor, num_dst: int) -> Tensor:
        reduce = "sum" if self.aggr == "add" else str(self.aggr)
        if isinstance(edge_index, Tensor):
            edge_index = by_destination(self, edge_index, x.shape[0], num_dst)
        return spmm(edge_index, x, reduce=reduce, num_dst=num_dst)

    def _check(self, source: Tensor, target: Tensor | None, edge_index: Any) -> None:
        check_features("SAGEConv", source, edge_index)
        width_src, width_dst = self.in_channels if isinstance(self.in_channels, tuple) else (self.in_channels,) * 2
        check_width("SAGEConv", source, width_src)
        if target is not None and target is not source:
            check_width("SAGEConv", target, width_dst, "x of the destinations")
