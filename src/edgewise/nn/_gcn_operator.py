"""The normalised adjacency that several layers propagate with, and the base of those layers.

Self loops are a diagonal beside the edges and are never stored, except where :func:`gcn_norm` returns a list of edges.
"""

from collections.abc import Callable
from typing import Any

import torch

from edgewise._checks import check_edge_index
from edgewise._memo import TensorMemo
from edgewise._typing import Adj, EdgeIndex, Float, Tensor
from edgewise.adjacency import Adjacency
from edgewise.nn.message_passing import MessagePassing, as_edge_index
from edgewise.ops import spmm
from edgewise.utils.loop import add_remaining_self_loops

__all__ = ["GCNPropagation", "Operator", "gcn_norm", "inverse_power", "weighted_sum"]

Operator = tuple[Tensor | Adjacency, Tensor | None, Tensor | None]
"""A matrix: its edges, their weights and the diagonal."""

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


class GCNPropagation(MessagePassing):
    r"""Base of the layers whose propagation is :math:`\hat D^{-1/2} \hat A \hat D^{-1/2} X`.

    ``normalize=False`` propagates with :math:`A` as it is; ``cached=True`` keeps the first graph's operator.
    """

    _fuses_edge_index = True

    def __init__(
        self, *, cached: bool, add_self_loops: bool, normalize: bool = True, improved: bool = False, **kwargs: Any
    ) -> None:
        kwargs.setdefault("aggr", "add")
        super().__init__(**kwargs)
        self.improved = improved
        self.cached = cached
        self.add_self_loops = add_self_loops
        self.normalize = normalize
        self._cached: Any = None
        self.fuse = self.fuse and self.aggr in ("add", "sum")  # a diagonal has a meaning in sums alone

    def reset_parameters(self) -> None:
        """Draw the parameters anew and forget a cached normalisation."""
        super().reset_parameters()
        self._cached = None

    def message(self, x_j: Tensor, edge_weight: Tensor | None) -> Tensor:  # type: ignore[override]
        """Weigh the source's features."""
        return x_j if edge_weight is None else edge_weight.view(-1, 1) * x_j

    def message_and_aggregate(  # type: ignore[override]
        self, edge_index: Tensor | Adjacency, x: Tensor, edge_weight: Tensor | None, diagonal: Tensor | None
    ) -> Tensor:
        r"""Return :math:`(A_w + \mathrm{diag}(d)) X` without a tensor of messages."""
        return weighted_sum(edge_index, x, edge_weight, diagonal, self.node_dim)

    def _propagation(self, x: Tensor, edge_index: Adj, edge_weight: Tensor | None) -> Callable[[Tensor], Tensor]:
        """The map from features to what neighbours add up to, with the messages of a subclass that has its own."""
        num_nodes = x.shape[self.node_dim]
        if self.fuse:
            adjacency, weight, diagonal = self._operator(edge_index, edge_weight, num_nodes, x.dtype)
            return lambda h: self.propagate(adjacency, x=h, edge_weight=weight, diagonal=diagonal)
        edges, weight = self._edges(edge_index, edge_weight, num_nodes, x.dtype)
        return lambda h: self.propagate(edges, x=h, edge_weight=weight)

    def _operator(
        self,
        edge_index: Adj,
        edge_weight: Tensor | None,
        num_nodes: int,
        dtype: torch.dtype,
        *,
        scale: float | None = None,
        in_order: bool = False,
    ) -> Operator:
        """The matrix, kept with the tensors it comes from.

        Args:
            edge_index: The edges.
            edge_weight: Their weights.
            num_nodes: How many nodes there are.
            dtype: Of the weights where none are given.
            scale: Multiply the matrix by this number; where it is given there are weights.
            in_order: Leave the weights in the caller's order. Whoever changes them needs this: an ``Adjacency`` in row
                order may be its own transpose, with these very weights alone.
        """
        settings = (scale, in_order)
        keeps = self.cached and self.normalize
        if keeps and self._cached is not None and self._cached[0] == settings:
            kept: Operator = self._cached[1]
            return kept
        if torch.compiler.is_compiling():
            return self._prepare(edge_index, edge_weight, num_nodes, dtype, *settings)
        tensors = (edge_index,) if edge_weight is None else (edge_index, edge_weight)
        key = (self.improved, self.add_self_loops, self.normalize, self.flow, num_nodes, dtype, settings)
        if any(tensor.requires_grad for tensor in tensors):
            operator = self._prepare(edge_index, edge_weight, num_nodes, dtype, *settings)
        else:
            make = lambda: self._prepare(edge_index, edge_weight, num_nodes, dtype, *settings)  # noqa: E731
            operator = _memo.get(tensors, key, make)
        if keeps:
            self._cached = settings, operator
        return operator

    def _prepare(
        self,
        edge_index: Adj,
        edge_weight: Tensor | None,
        num_nodes: int,
        dtype: torch.dtype,
        scale: float | None,
        in_order: bool,  # noqa: FBT001
    ) -> Operator:
        given = edge_index
        if edge_index.layout != torch.strided:
            edge_index, edge_weight = as_edge_index(edge_index)
        adjacency: Tensor | Adjacency = edge_index
        if torch.compiler.is_compiling():
            adjacency = edge_index if self.flow == "source_to_target" else edge_index.flip(0)
        else:
            adjacency = Adjacency.of(given, (num_nodes, num_nodes), caller=type(self).__name__)
            adjacency = adjacency if self.flow == "source_to_target" else adjacency.transpose()
        if not self.normalize and scale is None:
            return adjacency, edge_weight, None
        weight = torch.ones(edge_index.shape[1], dtype=dtype, device=edge_index.device)
        weight = weight if edge_weight is None else edge_weight.reshape(-1)
        diagonal = None
        if self.normalize:
            if self.add_self_loops:
                fill, alike = 2.0 if self.improved else 1.0, edge_weight is None
                weight, diagonal = _loops_apart(edge_index, weight, num_nodes, fill, alike=alike)
            weight, diagonal = _normalize(edge_index, weight, diagonal, num_nodes, self.flow, adjacency)
        if scale is not None:
            weight, diagonal = scale * weight, None if diagonal is None else scale * diagonal
        if isinstance(adjacency, Adjacency) and not weight.requires_grad and not in_order:
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


def weighted_sum(
    adjacency: Tensor | Adjacency, x: Tensor, weight: Tensor | None, diagonal: Tensor | None, node_dim: int
) -> Tensor:
    r"""Return :math:`(A_w + \mathrm{diag}(d)) X`, whichever axis of ``x`` counts nodes."""
    if x.dim() == 2:
        return spmm(adjacency, x, weight, diagonal=diagonal)
    return spmm(adjacency, x.movedim(node_dim, 0), weight, diagonal=diagonal).movedim(0, node_dim)


def inverse_power(degree: Tensor, exponent: float) -> Tensor:
    """Return ``degree ** exponent`` for a negative exponent; a degree of 0 gives 0, and a gradient of 0."""
    # The power of a stand-in, not of 0: an infinity would spoil the gradient even where it is masked.
    is_zero = degree == 0
    return degree.masked_fill(is_zero, 1).pow(exponent).masked_fill(is_zero, 0)


def _loops_apart(
    edge_index: Tensor, weight: Tensor, num_nodes: int, fill: float, *, alike: bool
) -> tuple[Tensor, Tensor]:
    """Move self loops to a diagonal: their edges weigh 0, nodes without one get ``fill``. No shape depends on data."""
    source, target = edge_index[0].long(), edge_index[1].long()
    is_loop = source == target
    slot = torch.where(is_loop, source, num_nodes)  # the last one is for edges that are no loops, and cut off again
    if alike:
        diagonal = weight.new_full((num_nodes + 1,), fill).scatter(0, slot, weight)
    else:
        # The last of several loops counts, and it alone has a gradient; where there is none, -1 finds the fill.
        numbers = torch.arange(source.shape[0], device=source.device)
        last = numbers.new_full((num_nodes + 1,), -1).scatter_reduce(0, slot, numbers, "amax")
        diagonal = torch.cat([weight, weight.new_full((1,), fill)])[last]
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
    scale = inverse_power(degree, -0.5)
    weight = scale.index_select(0, source) * weight * scale.index_select(0, target)
    return weight, None if diagonal is None else scale * diagonal * scale
