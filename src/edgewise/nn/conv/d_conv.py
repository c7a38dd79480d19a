"""The diffusion convolution of Li et al."""

from typing import Any

import torch

from edgewise._memo import TensorMemo
from edgewise._typing import Adj, Float, Tensor
from edgewise.adjacency import Adjacency
from edgewise.errors import ArgumentError
from edgewise.nn._checks import check_features, check_width
from edgewise.nn.linear import Linear
from edgewise.nn.message_passing import MessagePassing, as_edge_index
from edgewise.ops import spmm

__all__ = ["DConv"]

_memo = TensorMemo()

Walk = tuple[Tensor | Adjacency, Tensor]
"""A matrix of transitions: its edges, and a probability for each."""


class DConv(MessagePassing):
    r"""Convolution by random walks of up to K - 1 steps, along the edges and against them.

    .. math:: X' = \sum_{k=0}^{K-1} \bigl((D_O^{-1} W)^k X \Theta_{k,1} + (D_I^{-1} W^\top)^k X \Theta_{k,2}\bigr) + b

    :math:`W_{ij}` is the weight of the edge :math:`i \to j`; :math:`D_O` and :math:`D_I` hold the sums of the weights
    that leave and that reach a node. A node that nothing leaves (or reaches) gets 0 from that walk.

    Args:
        in_channels: Width of an input node feature. ``-1`` reads it from the first call.
        out_channels: Width of an output node feature.
        K: How many terms each sum has. ``1`` looks at no neighbour.
        bias: Add a learnable bias.
        **kwargs: Settings of :class:`~edgewise.nn.MessagePassing`; ``flow`` turns every edge around.

    Shape:
        x ``[*batch, nodes, in]`` float · edge_index ``[2, edges]`` integer, row 0 = source, row 1 = destination, or a
        ``torch.sparse`` adjacency ``[nodes, nodes]`` (row = destination) · edge_weight ``[edges]`` (optional) →
        ``[*batch, nodes, out]``

    Raises:
        ArgumentError: ``K`` below 1, or another aggregation than a sum.
        ShapeError: ``edge_index`` is not ``[2, edges]``, or ``x`` has another width than ``in_channels``.
        DTypeError: ``edge_index`` is not integer, or ``x`` not floating.
        NodeIndexError: An edge names a node that ``x`` has no row for.

    Cost: O(K · edges · min(in, out) + K · nodes · in · out) time, O(K · nodes · min(in, out) + nodes · out + edges)
    memory, times the size of the batch; the same bits on any number of threads.

    Source: Li et al., *Diffusion Convolutional Recurrent Neural Network*, ICLR 2018, eq. 2 and 3 without the
    activation. :math:`\Theta_{0,1}` and :math:`\Theta_{0,2}` multiply the same and are one weight. The authors' code
    walks by the transposed matrices and makes Chebyshev polynomials of them; ours are the powers of eq. 2. The layer
    of that name in PyTorch Geometric Temporal differs likewise.

    Example:
        >>> conv = DConv(34, 2, K=3)
        >>> conv(torch.eye(34), torch.tensor([[0, 1], [1, 0]])).shape
        torch.Size([34, 2])
    """

    _fuses_edge_index = True

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        K: int,
        bias: bool = True,  # noqa: FBT001, FBT002 - as in PyTorch Geometric Temporal
        **kwargs: Any,
    ) -> None:
        kwargs.setdefault("aggr", "add")
        super().__init__(**kwargs)
        if self.aggr not in ("add", "sum"):
            message = f"DConv: expected aggr='add', got {self.aggr!r}. Leave it out: a walk is a sum."
            raise ArgumentError(message)
        if K < 1:
            message = f"DConv: expected K of at least 1, got {K}. Pass 3 for walks of up to two steps."
            raise ArgumentError(message)
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.K = K
        # The terms one after the other: none, then the steps along the edges, then those against them.
        self.lin = Linear(in_channels, (2 * K - 1) * out_channels, bias=False, weight_initializer="glorot")
        self.bias = torch.nn.Parameter(torch.empty(out_channels)) if bias else None
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the parameters anew."""
        super().reset_parameters()
        if self.bias is not None:
            torch.nn.init.zeros_(self.bias)

    def forward(
        self, x: Float[Tensor, "*batch nodes in"], edge_index: Adj, edge_weight: Tensor | None = None
    ) -> Float[Tensor, "*batch nodes out"]:
        """Return the sum over all walks."""
        check_features("DConv", x, edge_index)
        check_width("DConv", x, self.in_channels)
        if self.in_channels < 0:
            self.in_channels = x.shape[-1]
        weight = self.lin.weight_for(x)
        walks = self._walks(edge_index, edge_weight, x.shape[self.node_dim], x.dtype) if self.K > 1 else []
        if x.shape[-1] <= self.out_channels:
            return self._walked_first(x, walks, weight)
        return self._multiplied_first(x, walks, weight)

    def message(self, x_j: Tensor, probability: Tensor) -> Tensor:  # type: ignore[override]
        """Weigh the features where a step ends by its probability."""
        behind = x_j.dim() - 1 - self.node_dim % x_j.dim()
        return probability.view(-1, *[1] * behind) * x_j

    def message_and_aggregate(  # type: ignore[override]
        self, edge_index: Tensor | Adjacency, x: Tensor, probability: Tensor
    ) -> Tensor:
        r"""Return :math:`D^{-1} W X` without a tensor of messages."""
        return spmm(edge_index, x.movedim(self.node_dim, 0), probability).movedim(0, self.node_dim)

    def _walked_first(self, x: Tensor, walks: list[Walk], weight: Tensor) -> Tensor:
        r""":math:`[X \Vert P X \Vert P^2 X \Vert \dots] \Theta`: for an input narrower than the output."""
        steps = [x]
        for edges, probability in walks:
            here = x
            for _ in range(self.K - 1):
                here = self.propagate(edges, x=here, probability=probability)
                steps.append(here)
        terms = weight.view(-1, self.out_channels, x.shape[-1]).transpose(0, 1).flatten(1)  # [out, terms * in]
        return torch.nn.functional.linear(torch.cat(steps, dim=-1), terms, self.bias)

    def _multiplied_first(self, x: Tensor, walks: list[Walk], weight: Tensor) -> Tensor:
        r""":math:`X \Theta_0 + P (X \Theta_1 + P (X \Theta_2 + \dots))`: for an input wider than the output."""
        own, *terms = torch.nn.functional.linear(x, weight).split(self.out_channels, dim=-1)
        out: Tensor = own if self.bias is None else own + self.bias
        for number, (edges, probability) in enumerate(walks):
            first = number * (self.K - 1)
            total = terms[first + self.K - 2]
            for term in reversed(terms[first : first + self.K - 2]):
                total = term + self.propagate(edges, x=total, probability=probability)
            out = out + self.propagate(edges, x=total, probability=probability)
        return out

    def _walks(self, edge_index: Adj, edge_weight: Tensor | None, nodes: int, dtype: torch.dtype) -> list[Walk]:
        """Return both matrices of transitions; kept with the tensors they come from."""
        tensors = (edge_index,) if edge_weight is None else (edge_index, edge_weight)
        if not self.fuse or any(tensor.requires_grad for tensor in tensors):
            return self._prepare(edge_index, edge_weight, nodes, dtype)
        key = (self.flow, nodes, dtype)
        return _memo.get(tensors, key, lambda: self._prepare(edge_index, edge_weight, nodes, dtype))

    def _prepare(self, edge_index: Adj, edge_weight: Tensor | None, nodes: int, dtype: torch.dtype) -> list[Walk]:
        given = edge_index
        if edge_index.layout != torch.strided:
            edge_index, edge_weight = as_edge_index(edge_index)
        weight = torch.ones(edge_index.shape[1], dtype=dtype, device=edge_index.device)
        weight = weight if edge_weight is None else edge_weight.reshape(-1)
        against: Tensor | Adjacency = edge_index
        along: Tensor | Adjacency = edge_index.flip(0)  # who walks along an edge sees what is at its end
        if not torch.compiler.is_compiling():
            against = Adjacency.of(given, (nodes, nodes), caller="DConv")
            along = against.transpose()
        walks: list[Walk] = []
        for matrix, start in ((along, edge_index[0]), (against, edge_index[1])):
            total = spmm(matrix, weight.new_ones(nodes, 1), weight).squeeze(1)
            probability = weight * total.reciprocal().masked_fill(total == 0, 0).index_select(0, start)
            walks.append(self._in_order(matrix, probability))
        if self.flow == "target_to_source":
            walks.reverse()
        if self.fuse:
            return walks
        lists = (edge_index.flip(0), edge_index)  # propagate itself turns them around where flow asks for it
        return [(edges, probability) for edges, (_, probability) in zip(lists, walks, strict=True)]

    def _in_order(self, matrix: Tensor | Adjacency, probability: Tensor) -> Walk:
        if self.fuse and isinstance(matrix, Adjacency) and not probability.requires_grad:
            return matrix.in_row_order(probability)
        return matrix, probability
