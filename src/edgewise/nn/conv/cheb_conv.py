"""The spectral convolution with Chebyshev polynomials of the Laplacian."""

from typing import Any

import torch

from edgewise._memo import TensorMemo
from edgewise._typing import Adj, Float, Tensor
from edgewise.adjacency import Adjacency
from edgewise.errors import ArgumentError, ShapeError
from edgewise.nn._checks import check_at_least, check_features, check_width, count_edges
from edgewise.nn._gcn_operator import Operator, weighted_sum
from edgewise.nn._planner import ENABLED, linear_features, note, propagates_first
from edgewise.nn.conv._scaled_laplacian import scaled_laplacian
from edgewise.nn.linear import Linear
from edgewise.nn.message_passing import MessagePassing, as_edge_index, overrides_nothing
from edgewise.ops import sparse_rows

__all__ = ["ChebConv"]

_NORMALIZATIONS = (None, "sym", "rw")
_memo = TensorMemo()


class ChebConv(MessagePassing):
    r"""Spectral graph convolution: a sum of Chebyshev polynomials of the Laplacian, each with a linear map.

    .. math:: X' = \sum_{k=0}^{K-1} T_k(\hat L) X \Theta_k + b, \quad \hat L = \frac{2}{\lambda_{\max}} L - I

    .. math:: T_0(\hat L) X = X, \quad T_1(\hat L) X = \hat L X,
        \quad T_k(\hat L) X = 2 \hat L\, T_{k-1}(\hat L) X - T_{k-2}(\hat L) X

    Args:
        in_channels: Width of an input node feature. ``-1`` reads it from the first call.
        out_channels: Width of an output node feature.
        K: How many polynomials; a node sees ``K - 1`` steps far.
        normalization: The Laplacian: ``"sym"`` :math:`I - D^{-1/2} A D^{-1/2}`, ``"rw"`` :math:`I - D^{-1} A`, or
            ``None`` :math:`D - A`. Self loops among the edges are left out.
        bias: Add a learnable bias.
        **kwargs: Settings of :class:`~edgewise.nn.MessagePassing`.

    Shape:
        x ``[nodes, in]`` float · edge_index ``[2, edges]`` integer, or a ``torch.sparse`` adjacency ``[nodes, nodes]``
        (row = destination), whose values are edge weights · edge_weight ``[edges]`` (optional) · batch ``[nodes]``
        integer, the graph of each node (optional) · lambda_max a number, or ``[graphs]`` with ``batch`` (optional) →
        ``[nodes, out]``

    Raises:
        ShapeError: ``edge_index`` is not ``[2, edges]``, ``x`` has another width than ``in_channels``, or ``batch``
            and ``lambda_max`` do not fit.
        DTypeError: ``edge_index`` is not integer, or ``x`` not floating.
        NodeIndexError: An edge names a node that ``x`` has no row for.
        ArgumentError: ``K`` below 1, or an unknown ``normalization``.

    Cost: O(K · (edges · min(in, out) + nodes · in · out)) time, O(nodes · (K · min(in, out) + in) + edges) memory; the
    polynomials of an ``x`` without gradient are kept where that pays. The same bits on any number of threads.

    Source: Defferrard et al., *Convolutional Neural Networks on Graphs with Fast Localized Spectral Filtering*, NeurIPS
    2016, eq. 4; where ``out`` is narrower than ``in`` the sum is evaluated from the top: Clenshaw, *A note on the
    summation of Chebyshev series*, 1955. As in PyG, :math:`\lambda_{\max}` is twice the largest entry of :math:`L`
    unless it is given, and :math:`D` counts edges at their sources. A graph without edges has :math:`\hat L = -I`
    where PyG divides 0 by 0.

    Example:
        >>> conv = ChebConv(34, 2, K=3)
        >>> conv(torch.eye(34), torch.tensor([[0, 1], [1, 0]])).shape
        torch.Size([34, 2])
    """

    _fuses_edge_index = True

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        K: int,
        normalization: str | None = "sym",
        bias: bool = True,  # noqa: FBT001, FBT002 - PyG's signature
        **kwargs: Any,
    ) -> None:
        kwargs.setdefault("aggr", "add")
        super().__init__(**kwargs)
        check_at_least("ChebConv", "K", K, 1)
        if normalization not in _NORMALIZATIONS:
            message = (
                f"ChebConv: expected normalization to be one of {_NORMALIZATIONS}, got {normalization!r}. "
                "Pass 'sym' for most graphs."
            )
            raise ArgumentError(message)
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.normalization = normalization
        self.fuse = self.fuse and self.aggr in ("add", "sum")  # a diagonal has a meaning in sums alone
        self._is_stock = self.fuse and overrides_nothing(self, ChebConv)
        self.lins = torch.nn.ModuleList(
            Linear(in_channels, out_channels, bias=False, weight_initializer="glorot") for _ in range(K)
        )
        self.bias = torch.nn.Parameter(torch.empty(out_channels)) if bias else None
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the parameters anew."""
        super().reset_parameters()
        for lin in self.lins:
            lin.reset_parameters()  # type: ignore[operator]
        if self.bias is not None:
            torch.nn.init.zeros_(self.bias)

    def forward(
        self,
        x: Float[Tensor, "*batch nodes in"],
        edge_index: Adj,
        edge_weight: Tensor | None = None,
        batch: Tensor | None = None,
        lambda_max: Tensor | float | None = None,
    ) -> Float[Tensor, "*batch nodes out"]:
        r"""Return :math:`\sum_k T_k(\hat L) X \Theta_k + b`.

        Args:
            x: Node features.
            edge_index: The edges.
            edge_weight: One number an edge. Default: 1.
            batch: The graph of each node, where ``lambda_max`` has one number a graph.
            lambda_max: The largest eigenvalue of the Laplacian. Default: twice its largest entry.
        """
        num_nodes = self._check(x, edge_index, batch, lambda_max)
        laplacian = (edge_index, edge_weight, batch, lambda_max, num_nodes, x.dtype)
        if not self._is_stock:
            return self._explicit(x, *laplacian)
        first: Any = self.lins[0]
        if len(self.lins) == 1:
            return linear_features(first, x, self.bias)
        operator = self._doubled(*laplacian)
        if sparse_rows(x) is not None or not (ENABLED and propagates_first(x, first.weight_for(x))):
            note("multiply, then propagate", lambda: f"{x.shape[-1]} features in, {self.out_channels} out", lambda: 0)
            return self._from_the_top(x, operator)
        polynomials = self._polynomials(x, operator, laplacian)
        out = linear_features(first, x, self.bias)
        for lin, polynomial in zip(self.lins[1:], polynomials, strict=True):
            out = out + linear_features(lin, polynomial)  # type: ignore[arg-type]
        return out

    def message(self, x_j: Tensor, norm: Tensor) -> Tensor:  # type: ignore[override]
        """Weigh the source's features by the Laplacian's entry."""
        return norm.view(-1, 1) * x_j

    def message_and_aggregate(  # type: ignore[override]
        self, edge_index: Tensor | Adjacency, x: Tensor, norm: Tensor | None, diagonal: Tensor | None
    ) -> Tensor:
        """Multiply by a matrix without a tensor of messages."""
        return weighted_sum(edge_index, x, norm, diagonal, self.node_dim)

    def _polynomials(self, x: Tensor, operator: Operator, laplacian: tuple[Any, ...]) -> list[Tensor]:
        r"""Return :math:`T_k(\hat L) X` for k from 1, kept where nothing in it changes from call to call."""

        def compute() -> list[Tensor]:
            found = [x, self._times(operator, x).mul_(0.5)]
            while len(found) < len(self.lins):
                found.append(self._times(operator, found[-1]).sub_(found[-2]))
            return found[1:]

        tensors = [x, *_tensors(laplacian)]
        if torch.compiler.is_compiling() or x.dim() != 2 or any(tensor.requires_grad for tensor in tensors):
            note("propagate, then multiply", lambda: f"{x.shape[-1]} features in, {self.out_channels} out", lambda: 0)
            return compute()
        kept = _memo.get(tensors, (len(self.lins), self.node_dim, *self._key(laplacian)), compute)
        note(
            "multiply what was propagated once",
            lambda: f"x needs no gradient; {len(kept)} polynomials of it are kept until x or the graph changes",
            lambda: 2 * len(kept) * count_edges(laplacian[0]) * self.out_channels * x.element_size(),
        )
        return kept

    def _from_the_top(self, x: Tensor, operator: Operator) -> Tensor:
        r"""Return the sum by :math:`B_k = X \Theta_k + 2 \hat L B_{k+1} - B_{k+2}`, at the width of the output."""
        *lower, last = self.lins
        above, found = None, linear_features(last, x)  # type: ignore[arg-type]
        for k, lin in reversed(list(enumerate(lower))):
            rest = self._times(operator, found)
            rest = rest.mul_(0.5) if k == 0 else rest  # the sum itself has one L where the recurrence has two
            rest = rest.add_(linear_features(lin, x, self.bias if k == 0 else None))  # type: ignore[arg-type]
            above, found = found, rest if above is None else rest.sub_(above)
        return found

    def _times(self, operator: Operator, x: Tensor) -> Tensor:
        adjacency, weight, diagonal = operator
        return self.message_and_aggregate(adjacency, x, weight, diagonal)

    def _doubled(self, *laplacian: Any) -> Operator:
        r"""Return :math:`2 \hat L`, kept with the tensors it comes from."""

        def prepare() -> Operator:
            adjacency, weight, diagonal = scaled_laplacian(*laplacian, normalization=self.normalization, flow=self.flow)
            weight, diagonal = 2 * weight, 2 * diagonal
            if isinstance(adjacency, Adjacency) and not weight.requires_grad:
                adjacency, weight = adjacency.in_row_order(weight)
            return adjacency, weight, diagonal

        tensors = _tensors(laplacian)
        if any(tensor.requires_grad for tensor in tensors):
            return prepare()
        return _memo.get(tensors, self._key(laplacian), prepare)

    def _key(self, laplacian: tuple[Any, ...]) -> tuple[Any, ...]:
        """What the Laplacian depends on beside tensors, and which of the tensors are there."""
        given = tuple("tensor" if isinstance(value, Tensor) else value for value in laplacian)
        return self.normalization, self.flow, given

    def _explicit(self, x: Tensor, edge_index: Adj, *rest: Any) -> Tensor:
        """The layer message by message, for a subclass with its own."""
        _, weight, diagonal = scaled_laplacian(edge_index, *rest, normalization=self.normalization, flow=self.flow)
        if edge_index.layout != torch.strided:
            edge_index = as_edge_index(edge_index)[0]
        kept = edge_index[0] != edge_index[1]
        loops = torch.arange(diagonal.shape[0], dtype=edge_index.dtype, device=edge_index.device).expand(2, -1)
        edges, norm = torch.cat([edge_index[:, kept], loops], 1), torch.cat([weight[kept], diagonal])
        found = [x]
        while len(found) < len(self.lins):
            once = self.propagate(edges, x=found[-1], norm=norm, diagonal=None)
            found.append(once if len(found) == 1 else 2 * once - found[-2])
        out: Tensor = sum(lin(polynomial) for lin, polynomial in zip(self.lins, found, strict=True))
        return out if self.bias is None else out + self.bias

    def _check(self, x: Tensor, edge_index: Any, batch: Any, lambda_max: Any) -> int:
        """Check the arguments; return how many nodes there are."""
        check_features("ChebConv", x, edge_index)
        check_width("ChebConv", x, self.in_channels)
        if self.in_channels < 0:
            self.in_channels = x.shape[-1]
        nodes = x.shape[self.node_dim]
        if batch is not None and tuple(batch.shape) != (nodes,):
            message = (
                f"ChebConv: expected batch with one number for each of the {nodes} nodes, got {list(batch.shape)}. "
                "Pass the graph of each node."
            )
            raise ShapeError(message)
        if isinstance(lambda_max, Tensor) and lambda_max.numel() != 1:
            _check_eigenvalues(lambda_max, batch)
        return nodes

    def __repr__(self) -> str:
        settings = f"K={len(self.lins)}, normalization={self.normalization}"
        return f"ChebConv({self.in_channels}, {self.out_channels}, {settings})"


def _tensors(values: tuple[Any, ...]) -> list[Tensor]:
    return [value for value in values if isinstance(value, Tensor)]


def _check_eigenvalues(lambda_max: Tensor, batch: Tensor | None) -> None:
    if batch is None:
        message = (
            f"ChebConv: expected batch with a lambda_max for each graph, got none for {lambda_max.numel()} graphs. "
            "Pass batch, the graph of each node."
        )
        raise ShapeError(message)
    if torch.compiler.is_compiling() or batch.numel() == 0:
        return
    graphs = int(batch.max()) + 1
    if lambda_max.dim() != 1 or lambda_max.shape[0] < graphs:
        message = (
            f"ChebConv: expected lambda_max with one number for each of the {graphs} graphs of batch, "
            f"got {list(lambda_max.shape)}. Pass one number for all, or one a graph."
        )
        raise ShapeError(message)
