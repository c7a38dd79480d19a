"""GIN with edge features."""

from typing import Any

import torch

from edgewise._typing import Adj, Float, Size, Tensor
from edgewise.errors import ArgumentError, ShapeError
from edgewise.nn._checks import check_features, check_width
from edgewise.nn._networks import input_width, reset
from edgewise.nn.linear import Linear
from edgewise.nn.message_passing import MessagePassing, as_edge_index

__all__ = ["GINEConv", "edges_with_features"]


class GINEConv(MessagePassing):
    r"""A network of the node itself plus the sum of its neighbours, each joined with the features of its edge.

    .. math:: x_i' = h\Bigl((1 + \epsilon)\, x_i + \sum_{j \in \mathcal{N}(i)} \mathrm{ReLU}(x_j + e_{ji})\Bigr)

    Args:
        nn: The network :math:`h`, for example an :class:`~edgewise.nn.MLP` or a ``torch.nn.Sequential``.
        eps: The value of :math:`\epsilon`, or where it starts.
        train_eps: Learn :math:`\epsilon`.
        edge_dim: Width of an edge feature, which a linear map then brings to the width of ``x``. ``-1`` reads it from
            the first call. ``None``: it is that of ``x`` already.
        **kwargs: Settings of :class:`~edgewise.nn.MessagePassing`, for example ``aggr="mean"``.

    Shape:
        x ``[nodes, in]`` or a pair ``[src, in]``, ``[dst, in]`` (or ``None``: neighbours alone) · edge_index
        ``[2, edges]`` integer, or a ``torch.sparse`` adjacency ``[dst, src]`` whose values are the edge features ·
        edge_attr ``[edges, edge_dim]`` → what ``nn`` makes of ``[dst, in]``

    Raises:
        ShapeError: ``edge_index`` is not ``[2, edges]``, ``x`` is not as wide as ``nn`` takes, or ``edge_attr`` has not
            a row an edge of that width.
        DTypeError: ``edge_index`` is not integer, or ``x`` not floating.
        NodeIndexError: An edge names a node that ``x`` has no row for.
        ArgumentError: ``edge_dim`` with a network that does not say how wide its input is, or no ``edge_attr``.

    Cost: O(edges · in · edge_dim) time, O(nodes · in + edges · edge_dim) memory: messages are made in blocks of
    destinations and again in the backward pass; compiled code makes them all at once.

    Source: Hu et al., *Strategies for Pre-training Graph Neural Networks*, ICLR 2020, eq. A.1, written with a ReLU and
    any network as in PyG.

    Example:
        >>> conv = GINEConv(torch.nn.Linear(34, 2), edge_dim=3)
        >>> conv(torch.eye(34), torch.tensor([[0, 1], [1, 0]]), torch.ones(2, 3)).shape
        torch.Size([34, 2])
    """

    eps: Tensor

    def __init__(
        self,
        nn: torch.nn.Module,
        eps: float = 0.0,
        train_eps: bool = False,  # noqa: FBT001, FBT002 - PyG's signature
        edge_dim: int | None = None,
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
        self.lin: Linear | None = None
        if edge_dim is not None:
            width = input_width(nn)
            if width is None:
                message = (
                    f"GINEConv: expected nn that says how wide its input is with edge_dim={edge_dim}, "
                    f"got {type(nn).__name__}. Begin it with a linear layer of a known width."
                )
                raise ArgumentError(message)
            self.lin = Linear(edge_dim, width)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        r"""Draw the parameters anew, and set :math:`\epsilon` back."""
        reset(self.nn)
        torch.nn.init.constant_(self.eps, self.initial_eps)
        if self.lin is not None:
            self.lin.reset_parameters()

    def forward(
        self,
        x: Float[Tensor, "nodes in"] | tuple[Tensor, Tensor | None],
        edge_index: Adj,
        edge_attr: Tensor | None = None,
        size: Size = None,
    ) -> Tensor:
        r"""Return :math:`h((1 + \epsilon) x_i + \sum_j \mathrm{ReLU}(x_j + e_{ji}))`."""
        source, target = (x, x) if isinstance(x, Tensor) else (x[0], x[1])
        self._check(source, target, edge_index)
        edge_index, edge_attr = edges_with_features("GINEConv", edge_index, edge_attr)
        self._check_edge_width(edge_attr, source.shape[-1])
        out = self.propagate(edge_index, x=(source, target), edge_attr=edge_attr, size=size)
        if target is not None:
            out = out + (1 + self.eps) * target
        result: Tensor = self.nn(out)
        return result

    def message(self, x_j: Tensor, edge_attr: Tensor) -> Tensor:  # type: ignore[override]
        """Join the source's features with those of the edge."""
        if self.lin is None:
            return (x_j + edge_attr).relu()
        return self.lin(edge_attr).add_(x_j).relu_()  # type: ignore[no-any-return]

    def _check(self, source: Any, target: Any, edge_index: Any) -> None:
        check_features("GINEConv", source, edge_index)
        width = input_width(self.nn)
        check_width("GINEConv", source, source.shape[-1] if width is None else width)
        if target is not None and target is not source:
            check_width("GINEConv", target, source.shape[-1], "x of the destinations")

    def _check_edge_width(self, edge_attr: Tensor, width: int) -> None:
        if self.lin is not None:
            self.lin.weight_for(edge_attr)
        elif edge_attr.shape[-1] != width:
            message = (
                f"GINEConv: expected edge_attr with {width} features, as many as x, got {edge_attr.shape[-1]}. "
                f"Build it with edge_dim={edge_attr.shape[-1]}."
            )
            raise ShapeError(message)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(nn={self.nn})"


def edges_with_features(layer: str, edge_index: Adj, edge_attr: Tensor | None) -> tuple[Tensor, Tensor]:
    """Return ``edge_index`` and features ``[edges, width]``, which may be the values of a sparse adjacency.

    Raises:
        ArgumentError: There are none.
        ShapeError: There is not a row for each edge.
    """
    if edge_index.layout != torch.strided:
        edge_index, values = as_edge_index(edge_index)
        edge_attr = values if edge_attr is None else edge_attr
    if edge_attr is None:
        message = (
            f"{layer}: expected edge_attr, a row of features for each edge, got None. Pass edge_attr=data.edge_attr."
        )
        raise ArgumentError(message)
    if edge_attr.shape[:1] != edge_index.shape[1:]:
        message = (
            f"{layer}: expected edge_attr with a row for each of the {edge_index.shape[1]} edges, "
            f"got {list(edge_attr.shape)}. Its first axis counts edges."
        )
        raise ShapeError(message)
    return edge_index, edge_attr.unsqueeze(1) if edge_attr.dim() == 1 else edge_attr
