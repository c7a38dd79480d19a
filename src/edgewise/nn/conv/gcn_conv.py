"""The graph convolution of Kipf & Welling."""

from typing import Any

import torch

from edgewise._checks import check_edge_index
from edgewise._memo import TensorMemo
from edgewise._typing import Adj, EdgeIndex, Float, Tensor
from edgewise.adjacency import Adjacency
from edgewise.errors import ArgumentError
from edgewise.nn._checks import check_features, check_width
from edgewise.nn._planner import ENABLED, NOTHING, Finish, Propagation, Shortcut, is_small, propagate_linear
from edgewise.nn.linear import Linear
from edgewise.nn.message_passing import MessagePassing, as_edge_index, overrides_nothing
from edgewise.ops import spmm
from edgewise.utils.loop import add_remaining_self_loops

__all__ = ["GCNConv", "gcn_norm"]

_memo = TensorMemo()


def gcn_norm(
    edge_index: EdgeIndex,
    edge_weight: Float[Tensor, " edges"] | None = None,
    num_nodes: int | None = None,
    improved: bool = False,  # noqa: FBT001, FBT002 - PyG's signature
    add_self_loops: bool = True,  # noqa: FBT001, FBT002
    flow: str = "source_to_target",
    dtype: torch.dtype | None = None,
) -> tuple[Tensor, Tensor]:
    r"""Return the edges and weights of the symmetrically normalised adjacency.

    .. math:: \hat D^{-1/2} \hat A \hat D^{-1/2}, \quad \hat A = A + I, \quad \hat D_{ii} = \sum_j \hat A_{ij}

    Args:
        edge_index: The edges.
        edge_weight: One number an edge. Default: 1.
        num_nodes: How many nodes there are. Default: one more than the largest in ``edge_index``.
        improved: Use :math:`\hat A = A + 2I`.
        add_self_loops: Add the loops that ``edge_index`` lacks; ``False`` uses it as it is.
        flow: Which end of an edge counts its degree, as in :class:`~edgewise.nn.MessagePassing`.
        dtype: Of the weights where none are given.

    Shape:
        edge_index ``[2, edges]`` · edge_weight ``[edges]`` → ``[2, edges + loops]``, ``[edges + loops]``

    Cost: O(edges + nodes).

    Source: Kipf & Welling, *Semi-supervised classification with GCNs*, ICLR 2017, eq. 8. Ours adds ``edge_weight``.

    Example:
        >>> gcn_norm(torch.tensor([[0, 1], [1, 0]]))[1]
        tensor([0.5000, 0.5000, 0.5000, 0.5000])
    """
    check_edge_index(edge_index, caller="gcn_norm")
    nodes = (int(edge_index.max()) + 1 if edge_index.numel() else 0) if num_nodes is None else num_nodes
    if edge_weight is None:
        edge_weight = torch.ones(edge_index.shape[1], dtype=dtype, device=edge_index.device)
    if add_self_loops:
        fill = 2.0 if improved else 1.0
        edge_index, weight = add_remaining_self_loops(edge_index, edge_weight, fill, nodes)
        edge_weight = edge_weight if weight is None else weight
    weight, _ = _normalize(edge_index, edge_weight, None, nodes, flow)
    return edge_index, weight


class GCNConv(MessagePassing):
    r"""Graph convolution with symmetric degree normalisation.

    .. math:: X' = \hat D^{-1/2} \hat A \hat D^{-1/2} X \Theta + b, \quad \hat A = A + I

    .. math:: x_i' = \Theta^\top \sum_{j \in \mathcal{N}(i) \cup \{i\}} \frac{e_{ji}}{\sqrt{\hat d_j \hat d_i}} x_j + b

    Args:
        in_channels: Width of an input node feature. ``-1`` reads it from the first call.
        out_channels: Width of an output node feature.
        improved: Use :math:`\hat A = A + 2I`.
        cached: Compute the normalisation once and use it whatever graph comes later. Rarely needed: it is kept with
            ``edge_index`` anyway, and computed again when that changes.
        add_self_loops: Add self loops to nodes without one. Default: the value of ``normalize``.
        normalize: Multiply each message by :math:`1/\sqrt{\hat d_i \hat d_j}`.
        bias: Add a learnable bias.
        **kwargs: Settings of :class:`~edgewise.nn.MessagePassing`.

    Shape:
        x ``[nodes, in]`` float · edge_index ``[2, edges]`` integer, row 0 = source, row 1 = destination, or a
        ``torch.sparse`` adjacency ``[nodes, nodes]`` (row = destination) · edge_weight ``[edges]`` (optional) →
        ``[nodes, out]``

    Raises:
        ShapeError: ``edge_index`` is not ``[2, edges]``, or ``x`` has another width than ``in_channels``.
        DTypeError: ``edge_index`` is not integer, or ``x`` not floating.
        NodeIndexError: An edge names a node that ``x`` has no row for.
        ArgumentError: ``add_self_loops`` without ``normalize``.

    Cost: O(edges · out + nodes · in · out) time, O(nodes · out + edges) memory; the same bits on any number of threads.
    Self loops are a diagonal beside the edges and are never stored.

    Source: Kipf & Welling, *Semi-supervised classification with GCNs*, ICLR 2017, eq. 8. Ours adds ``edge_weight``
    and the bias. Differs from PyG, whose ``improved=True`` has no effect unless ``edge_weight`` is given.

    Example:
        >>> conv = GCNConv(34, 2)
        >>> conv(torch.eye(34), torch.tensor([[0, 1], [1, 0]])).shape
        torch.Size([34, 2])
    """

    _fuses_edge_index = True

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        improved: bool = False,  # noqa: FBT001, FBT002 - PyG's signature
        cached: bool = False,  # noqa: FBT001, FBT002
        add_self_loops: bool | None = None,  # noqa: FBT001
        normalize: bool = True,  # noqa: FBT001, FBT002
        bias: bool = True,  # noqa: FBT001, FBT002
        **kwargs: Any,
    ) -> None:
        kwargs.setdefault("aggr", "add")
        super().__init__(**kwargs)
        add_self_loops = normalize if add_self_loops is None else add_self_loops
        if add_self_loops and not normalize:
            message = (
                "GCNConv: expected add_self_loops=False with normalize=False, got True. "
                "Add them to the graph: edgewise.utils.add_self_loops(edge_index)."
            )
            raise ArgumentError(message)
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.improved = improved
        self.cached = cached
        self.add_self_loops = add_self_loops
        self.normalize = normalize
        self._cached: Any = None
        self._shortcut: Shortcut | None = None
        self.fuse = self.fuse and self.aggr in ("add", "sum")  # a diagonal has a meaning in sums alone
        self._fuses_epilogue = self.fuse and overrides_nothing(self, GCNConv)
        self.lin = Linear(in_channels, out_channels, bias=False, weight_initializer="glorot")
        self.bias = torch.nn.Parameter(torch.empty(out_channels)) if bias else None
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the parameters anew and forget a cached normalisation."""
        super().reset_parameters()
        if self.bias is not None:
            torch.nn.init.zeros_(self.bias)
        self._cached = None

    def forward(
        self, x: Float[Tensor, "*batch nodes in"], edge_index: Adj, edge_weight: Tensor | None = None
    ) -> Float[Tensor, "*batch nodes out"]:
        r"""Return :math:`\hat D^{-1/2} \hat A \hat D^{-1/2} X \Theta + b`."""
        if self._fuses_epilogue:
            return self._layer(x, edge_index, edge_weight)
        self._check(x, edge_index)
        num_nodes, h = x.shape[self.node_dim], self.lin(x)
        if self.fuse:
            adjacency, weight, diagonal = self._operator(edge_index, edge_weight, num_nodes, x.dtype)
            out: Tensor = self.propagate(adjacency, x=h, edge_weight=weight, diagonal=diagonal)
        else:
            edge_index, weight = self._edges(edge_index, edge_weight, num_nodes, x.dtype)
            out = self.propagate(edge_index, x=h, edge_weight=weight)
        return out if self.bias is None else out + self.bias

    def _layer(
        self, x: Tensor, edge_index: Adj, edge_weight: Tensor | None = None, *, p: float = 0.0, after: Finish = NOTHING
    ) -> Tensor:
        r"""Return :meth:`forward` of dropped features, and what follows it, in the way that costs least."""
        key = ("gcn", self.improved, self.add_self_loops, self.normalize, self.flow)
        if self._shortcut is not None and edge_weight is None and p == 0 and not self.cached:
            quick = self._shortcut.run(self.lin, x, edge_index, key, self.bias, after)
            if quick is not None:
                return quick
        self._check(x, edge_index)
        adjacency, weight, diagonal = self._operator(edge_index, edge_weight, x.shape[self.node_dim], x.dtype)
        matrix = (adjacency, weight, diagonal) if isinstance(adjacency, Adjacency) else None
        propagation = Propagation(
            lambda x: self.message_and_aggregate(adjacency, x, weight, diagonal),
            edge_index.shape[1] if edge_index.layout == torch.strided else edge_index._nnz(),
            () if self.cached else (edge_index,) if edge_weight is None else (edge_index, edge_weight),
            key,
            matrix,
        )
        out = propagate_linear(self.lin, x, propagation, self.bias, after, p=p)
        can_repeat = ENABLED and edge_weight is None and not self.cached and x.dim() == 2
        if can_repeat and matrix is not None and is_small(x, self.lin.weight, propagation):
            self._shortcut = Shortcut(x, edge_index, propagation)
        return out

    def message(self, x_j: Tensor, edge_weight: Tensor | None) -> Tensor:  # type: ignore[override]
        """Weigh the source's features."""
        return x_j if edge_weight is None else edge_weight.view(-1, 1) * x_j

    def message_and_aggregate(  # type: ignore[override]
        self, edge_index: Tensor | Adjacency, x: Tensor, edge_weight: Tensor | None, diagonal: Tensor | None
    ) -> Tensor:
        r"""Return :math:`(A_w + \mathrm{diag}(d)) X` without a tensor of messages."""
        if x.dim() == 2:
            return spmm(edge_index, x, edge_weight, diagonal=diagonal)
        out = spmm(edge_index, x.movedim(self.node_dim, 0), edge_weight, diagonal=diagonal)
        return out.movedim(0, self.node_dim)

    def _operator(
        self, edge_index: Adj, edge_weight: Tensor | None, num_nodes: int, dtype: torch.dtype
    ) -> tuple[Tensor | Adjacency, Tensor | None, Tensor | None]:
        """The adjacency, its edge weights and its diagonal; kept with the tensors they come from."""
        if self.cached and self._cached is not None:
            kept: tuple[Tensor | Adjacency, Tensor | None, Tensor | None] = self._cached
            return kept
        if torch.compiler.is_compiling():
            return self._prepare(edge_index, edge_weight, num_nodes, dtype)
        tensors = (edge_index,) if edge_weight is None else (edge_index, edge_weight)
        key = (self.improved, self.add_self_loops, self.normalize, self.flow, self.aggr, num_nodes, dtype)
        if any(tensor.requires_grad for tensor in tensors):
            operator = self._prepare(edge_index, edge_weight, num_nodes, dtype)
        else:
            operator = _memo.get(tensors, key, lambda: self._prepare(edge_index, edge_weight, num_nodes, dtype))
        if self.cached:
            self._cached = operator
        return operator

    def _prepare(
        self, edge_index: Adj, edge_weight: Tensor | None, num_nodes: int, dtype: torch.dtype
    ) -> tuple[Tensor | Adjacency, Tensor | None, Tensor | None]:
        given = edge_index
        if edge_index.layout != torch.strided:
            edge_index, edge_weight = as_edge_index(edge_index)
        adjacency: Tensor | Adjacency = edge_index
        if torch.compiler.is_compiling():
            adjacency = edge_index if self.flow == "source_to_target" else edge_index.flip(0)
        else:
            adjacency = Adjacency.of(given, (num_nodes, num_nodes), caller="GCNConv")
            adjacency = adjacency if self.flow == "source_to_target" else adjacency.transpose()
        if not self.normalize:
            return adjacency, edge_weight, None
        weight = torch.ones(edge_index.shape[1], dtype=dtype, device=edge_index.device)
        weight = weight if edge_weight is None else edge_weight.reshape(-1)
        diagonal = None
        if self.add_self_loops:
            weight, diagonal = _loops_apart(edge_index, weight, num_nodes, 2.0 if self.improved else 1.0)
        weight, diagonal = _normalize(edge_index, weight, diagonal, num_nodes, self.flow, adjacency)
        if isinstance(adjacency, Adjacency) and not weight.requires_grad:
            adjacency, weight = adjacency.in_row_order(weight)
        return adjacency, weight, diagonal

    def _edges(
        self, edge_index: Adj, edge_weight: Tensor | None, num_nodes: int, dtype: torch.dtype
    ) -> tuple[Tensor, Tensor | None]:
        """The edges and weights with self loops among them, for a subclass that has its own messages."""
        if edge_index.layout != torch.strided:
            edge_index, edge_weight = as_edge_index(edge_index)
        if not self.normalize:
            return edge_index, edge_weight
        settings = (self.improved, self.add_self_loops, self.flow, dtype)
        return gcn_norm(edge_index, edge_weight, num_nodes, *settings)

    def _check(self, x: Tensor, edge_index: Any) -> None:
        check_features("GCNConv", x, edge_index)
        check_width("GCNConv", x, self.in_channels)
        if self.in_channels < 0:
            self.in_channels = x.shape[-1]


def _loops_apart(edge_index: Tensor, weight: Tensor, num_nodes: int, fill: float) -> tuple[Tensor, Tensor]:
    """Move self loops to a diagonal: their edges weigh 0, nodes without one get ``fill``. No shape depends on data."""
    source, target = edge_index[0].long(), edge_index[1].long()
    is_loop = source == target
    spare = torch.full_like(source, num_nodes)  # a slot for edges that are no loops, cut off again
    diagonal = weight.new_full((num_nodes + 1,), fill).scatter(0, torch.where(is_loop, source, spare), weight)
    return weight.masked_fill(is_loop, 0), diagonal[:num_nodes]


def _normalize(
    edge_index: Tensor,
    weight: Tensor,
    diagonal: Tensor | None,
    num_nodes: int,
    flow: str,
    adjacency: Tensor | Adjacency | None = None,
) -> tuple[Tensor, Tensor | None]:
    r"""Multiply by :math:`\hat D^{-1/2}` on both sides; a node without edges keeps 0."""
    source, target = edge_index[0], edge_index[1]
    if adjacency is None:
        adjacency = Adjacency.of(edge_index, (num_nodes, num_nodes), caller="gcn_norm")
        adjacency = adjacency if flow == "source_to_target" else adjacency.transpose()
    degree = spmm(adjacency, weight.new_ones(num_nodes, 1), weight, diagonal=diagonal).squeeze(1)
    scale = degree.pow(-0.5).masked_fill(degree == 0, 0)
    weight = scale.index_select(0, source) * weight * scale.index_select(0, target)
    return weight, None if diagonal is None else scale * diagonal * scale
