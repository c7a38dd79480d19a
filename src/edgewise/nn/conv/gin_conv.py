"""The convolution of graph isomorphism networks."""

from collections.abc import Callable
from typing import Any

import torch

from edgewise._typing import Adj, Float, Size, Tensor
from edgewise.adjacency import Adjacency
from edgewise.nn._checks import check_features, check_width, count_edges, sizes_of
from edgewise.nn._networks import input_width, is_plain, reset, run_steps, steps_of
from edgewise.nn._planner import Propagation, propagate_linear
from edgewise.nn.message_passing import MessagePassing, by_destination, overrides_nothing
from edgewise.ops import spmm

__all__ = ["GINConv"]

_LINEAR = ("sum", "add", "mean")


class GINConv(MessagePassing):
    r"""A network of the node itself plus the sum of its neighbours.

    .. math:: x_i' = h\Bigl((1 + \epsilon)\, x_i + \sum_{j \in \mathcal{N}(i)} x_j\Bigr), \quad
        X' = h\bigl((A + (1 + \epsilon) I) X\bigr)

    Args:
        nn: The network :math:`h`, for example an :class:`~edgewise.nn.MLP` or a ``torch.nn.Sequential``.
        eps: The value of :math:`\epsilon`, or where it starts.
        train_eps: Learn :math:`\epsilon`.
        **kwargs: Settings of :class:`~edgewise.nn.MessagePassing`, for example ``aggr="max"``.

    Shape:
        x ``[nodes, in]`` or a pair ``[src, in]``, ``[dst, in]`` (or ``None``: neighbours alone) · edge_index
        ``[2, edges]`` integer, or a ``torch.sparse`` adjacency ``[dst, src]``, whose values are not used → what ``nn``
        makes of ``[dst, in]``

    Raises:
        ShapeError: ``edge_index`` is not ``[2, edges]``, or ``x`` is not as wide as ``nn`` takes.
        DTypeError: ``edge_index`` is not integer, or ``x`` not floating.
        NodeIndexError: An edge names a node that ``x`` has no row for.

    Cost: O(edges · in) time beside that of ``nn``, O(nodes · in) memory; O(edges · min(in, hidden)) where ``nn`` begins
    with a linear map, which then runs first where it narrows. The same bits on any number of threads.

    Source: Xu et al., *How Powerful are Graph Neural Networks?*, ICLR 2019, eq. 4.1.

    Example:
        >>> conv = GINConv(torch.nn.Sequential(torch.nn.Linear(34, 8), torch.nn.ReLU(), torch.nn.Linear(8, 2)))
        >>> conv(torch.eye(34), torch.tensor([[0, 1], [1, 0]])).shape
        torch.Size([34, 2])
    """

    _fuses_edge_index = True
    eps: Tensor

    def __init__(
        self,
        nn: Callable[[Tensor], Tensor],
        eps: float = 0.0,
        train_eps: bool = False,  # noqa: FBT001, FBT002 - PyG's signature
        **kwargs: Any,
    ) -> None:
        kwargs.setdefault("aggr", "add")
        super().__init__(**kwargs)
        self.nn = nn
        self.initial_eps = eps
        if train_eps:
            self.eps = torch.nn.Parameter(torch.empty(1))
        else:
            self.register_buffer("eps", torch.empty(1))
        self.fuse = self.fuse and isinstance(self.aggr, str)  # several aggregates at once are not one product
        self._is_stock = self.fuse and overrides_nothing(self, GINConv)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        r"""Draw the parameters of the network anew, and set :math:`\epsilon` back."""
        reset(self.nn)
        torch.nn.init.constant_(self.eps, self.initial_eps)

    def forward(
        self, x: Float[Tensor, "nodes in"] | tuple[Tensor, Tensor | None], edge_index: Adj, size: Size = None
    ) -> Tensor:
        r"""Return :math:`h((1 + \epsilon) x_i + \sum_j x_j)`."""
        source, target = (x, x) if isinstance(x, Tensor) else (x[0], x[1])
        self._check(source, target, edge_index)
        if self._is_stock and source is target and size is None and self.aggr in _LINEAR:
            return self._square(source, edge_index)
        out = self.propagate(edge_index, x=(source, target), size=size)
        if target is not None:
            out = out + (1 + self.eps) * target
        return self.nn(out)

    def message_and_aggregate(self, edge_index: Tensor | Adjacency, x: Any, size: Size) -> Tensor:  # type: ignore[override]
        """Return the aggregate of the neighbours without a tensor of messages."""
        num_src, num_dst = sizes_of(x[0], x[1], size)
        reduce = "sum" if self.aggr == "add" else str(self.aggr)
        if isinstance(edge_index, Tensor):
            edge_index = by_destination(self, edge_index, num_src, num_dst)
        return spmm(edge_index, x[0], reduce=reduce, num_dst=num_dst)

    def _square(self, x: Tensor, edge_index: Adj) -> Tensor:
        r"""One set of nodes and a sum: the first map of :math:`h` commutes with :math:`A + (1 + \epsilon) I`."""
        nodes, steps = x.shape[0], steps_of(self.nn)
        adjacency = by_destination(self, edge_index, nodes, nodes)
        diagonal = (1 + self.eps).to(x.dtype).repeat(nodes)

        def run(x: Tensor) -> Tensor:
            if self.aggr == "mean":
                return spmm(adjacency, x, reduce="mean") + diagonal.unsqueeze(1) * x
            return spmm(adjacency, x, diagonal=diagonal)

        first: Any = steps[0] if steps else None
        if not is_plain(first):
            return self.nn(run(x))
        edges = count_edges(edge_index)
        is_matrix = isinstance(adjacency, Adjacency) and self.aggr != "mean" and not self.eps.requires_grad
        matrix: Any = (adjacency, None, diagonal) if is_matrix else None
        propagation = Propagation(run, edges, (edge_index, self.eps), ("gin", self.aggr, self.flow), matrix)
        return run_steps(steps[1:], propagate_linear(first, x, propagation, first.bias))

    def _check(self, source: Any, target: Any, edge_index: Any) -> None:
        check_features("GINConv", source, edge_index)
        width = input_width(self.nn)
        check_width("GINConv", source, source.shape[-1] if width is None else width)
        if target is not None and target is not source:
            check_width("GINConv", target, source.shape[-1], "x of the destinations")

    def __repr__(self) -> str:
        return f"{type(self).__name__}(nn={self.nn})"
