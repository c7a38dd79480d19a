"""The convolution whose weights are a function of each edge's features."""

from collections.abc import Callable, Mapping
from typing import Any

import torch

from edgewise._typing import Adj, Float, Size, Tensor
from edgewise.adjacency import Adjacency
from edgewise.errors import ShapeError
from edgewise.nn._checks import check_features, check_width, sizes_of
from edgewise.nn._networks import Step, is_plain, reset, run_steps, steps_of
from edgewise.nn._planner import NOTHING, finish, linear_features
from edgewise.nn.conv.gine_conv import edges_with_features
from edgewise.nn.linear import Linear
from edgewise.nn.message_passing import MessagePassing, overrides_nothing
from edgewise.ops import segment_reduce

__all__ = ["NNConv"]

_LINEAR = ("sum", "add", "mean")
_TRAFFIC = 8  # multiply-adds of a matrix product that take as long as a number written and read again


class NNConv(MessagePassing):
    r"""Each neighbour's features through a matrix that a network makes of the edge's features.

    .. math:: x_i' = W x_i + b + \bigoplus_{j \in \mathcal{N}(i)} x_j\, \Theta(e_{ji})

    Where :math:`\Theta` ends in a linear map, :math:`\Theta(e) = \sum_k h_k(e) M_k + B`, and the aggregate is a sum,
    no matrix of an edge is needed: it is :math:`\sum_k (\sum_j h_k(e_{ji}) x_j) M_k + (\sum_j x_j) B`.

    Args:
        in_channels: Width of an input node feature, or a pair for the sources and destinations of a bipartite graph.
            ``-1`` reads it from the first call.
        out_channels: Width of an output node feature.
        nn: The network :math:`\Theta`, from an edge feature to ``in_channels * out_channels`` numbers.
        aggr: ``"sum"`` (or ``"add"``), ``"mean"``, ``"min"`` or ``"max"``.
        root_weight: Add :math:`W x_i`.
        bias: Add a learnable bias.
        **kwargs: Settings of :class:`~edgewise.nn.MessagePassing`.

    Shape:
        x ``[nodes, in]`` or a pair ``[src, in_src]``, ``[dst, in_dst]`` (or ``None``) · edge_index ``[2, edges]``
        integer, or a ``torch.sparse`` adjacency ``[dst, src]`` whose values are the edge features · edge_attr
        ``[edges, edge_dim]`` → ``[dst, out]``

    Raises:
        ShapeError: ``edge_index`` is not ``[2, edges]``, ``x`` has another width than ``in_channels``, ``edge_attr``
            has not a row an edge, or ``nn`` does not yield ``in_channels * out_channels`` numbers.
        DTypeError: ``edge_index`` is not integer, or ``x`` not floating.
        NodeIndexError: An edge names a node that ``x`` has no row for.
        ArgumentError: No ``edge_attr``.

    Cost: with a network that ends in a linear map of ``hidden`` numbers, O(edges · in · hidden + nodes · in · hidden ·
    out) time for ``"sum"`` and ``"mean"``; otherwise O(edges · in · out · hidden). O(nodes · out + edges · edge_dim)
    memory: messages are made in blocks of destinations, a few MB at a time, and again in the backward pass. All at once
    they are made in compiled code, and while a network with batch normalisation is trained.

    Source: Gilmer et al., *Neural Message Passing for Quantum Chemistry*, ICML 2017, section 5.1 (edge network).

    Example:
        >>> weights = torch.nn.Sequential(torch.nn.Linear(3, 8), torch.nn.ReLU(), torch.nn.Linear(8, 34 * 2))
        >>> conv = NNConv(34, 2, weights)
        >>> conv(torch.eye(34), torch.tensor([[0, 1], [1, 0]]), torch.ones(2, 3)).shape
        torch.Size([34, 2])
    """

    def __init__(
        self,
        in_channels: int | tuple[int, int],
        out_channels: int,
        nn: Callable[[Tensor], Tensor],
        aggr: str = "add",
        root_weight: bool = True,  # noqa: FBT001, FBT002 - PyG's signature
        bias: bool = True,  # noqa: FBT001, FBT002
        **kwargs: Any,
    ) -> None:
        super().__init__(aggr, **kwargs)
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.nn = nn
        self.root_weight = root_weight
        self._is_stock = overrides_nothing(self, NNConv)
        if root_weight:
            width_dst = in_channels[1] if isinstance(in_channels, tuple) else in_channels
            self.lin = Linear(width_dst, out_channels, bias=False, weight_initializer="uniform")
        self.bias = torch.nn.Parameter(torch.empty(out_channels)) if bias else None
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the parameters anew."""
        reset(self.nn)
        if self.root_weight:
            self.lin.reset_parameters()
        if self.bias is not None:
            torch.nn.init.zeros_(self.bias)

    def forward(
        self,
        x: Float[Tensor, "nodes in"] | tuple[Tensor, Tensor | None],
        edge_index: Adj,
        edge_attr: Tensor | None = None,
        size: Size = None,
    ) -> Float[Tensor, "dst out"]:
        r"""Return :math:`W x_i + b + \bigoplus_j x_j \Theta(e_{ji})`."""
        source, target = (x, x) if isinstance(x, Tensor) else (x[0], x[1])
        self._check(source, target, edge_index)
        edge_index, edge_attr = edges_with_features("NNConv", edge_index, edge_attr)
        nodes = sizes_of(source, target, size)[1]
        products = self._sums_products(source.shape[1], edge_index.shape[1], nodes)
        out = self.propagate(edge_index, x=(source, target), edge_attr=edge_attr, products=products, size=size)
        if self.root_weight and target is not None:
            out = out + linear_features(self.lin, target)
        return finish(out, self.bias, NOTHING, reuse=False)

    def message(self, x_j: Tensor, edge_attr: Tensor, products: bool = False) -> Tensor:  # type: ignore[override]  # noqa: FBT001, FBT002
        r"""Return :math:`x_j \Theta(e_{ji})`; with ``products``, :math:`x_j h(e_{ji})^\top`, multiplied once summed."""
        if not products:
            theta = self.nn(edge_attr)
            self._check_yield(theta.shape[-1], x_j.shape[1])
            return torch.bmm(x_j.unsqueeze(1), theta.view(-1, x_j.shape[1], self.out_channels)).squeeze(1)
        steps, last = self._split()
        hidden = run_steps(steps, edge_attr)
        if last.bias is not None:
            hidden = torch.nn.functional.pad(hidden, (0, 1), value=1.0)
        return x_j.unsqueeze(2) * hidden.unsqueeze(1)  # [edges, in, hidden]

    def _reduce(self, messages: Tensor, index: Tensor, num_nodes: int, adjacency: Adjacency | None) -> Tensor:
        if messages.dim() < 3:
            return super()._reduce(messages, index, num_nodes, adjacency)
        # Sums of products [nodes, in, hidden], each times its matrix M_k.
        how = "mean" if self.aggr == "mean" else "sum"
        sums = segment_reduce(messages, index, num_nodes, how, adjacency=adjacency)
        _, last = self._split()
        matrices = last.weight.view(sums.shape[1], self.out_channels, -1)
        if last.bias is not None:
            matrices = torch.cat([matrices, last.bias.view(sums.shape[1], self.out_channels, 1)], dim=2)
        out: Tensor = sums.flatten(1) @ matrices.transpose(1, 2).flatten(0, 1)
        return out

    def _split(self) -> tuple[list[Step], Any]:
        """The network without its last linear map, and that."""
        steps = steps_of(self.nn)
        return steps[:-1], steps[-1] if steps else None

    def _sums_products(self, width: int, edges: int, nodes: int) -> bool:
        """Whether to sum products and multiply once a node: where it can be, and is less work than a matrix an edge."""
        _, last = self._split()
        if not (self._is_stock and self.aggr in _LINEAR and is_plain(last)):
            return False
        self._check_yield(last.weight.shape[0], width)
        hidden = last.weight.shape[1] + (last.bias is not None)
        by_products = edges * width * hidden * _TRAFFIC + nodes * width * hidden * self.out_channels
        by_matrices: int = edges * width * self.out_channels * (hidden + _TRAFFIC)
        return bool(by_products < by_matrices)

    def _message_width(self, given: Mapping[str, Any]) -> int:
        width: int = given["x"][0].shape[1]
        _, last = self._split()
        return width * (last.weight.shape[1] + 1 if given["products"] else self.out_channels)

    def _check(self, source: Any, target: Any, edge_index: Any) -> None:
        check_features("NNConv", source, edge_index)
        width_src, width_dst = self.in_channels if isinstance(self.in_channels, tuple) else (self.in_channels,) * 2
        check_width("NNConv", source, width_src)
        if target is not None and target is not source:
            check_width("NNConv", target, width_dst, "x of the destinations")

    def _check_yield(self, found: int, width: int) -> None:
        if found != width * self.out_channels:
            message = (
                f"NNConv: expected nn to yield in_channels * out_channels = {width * self.out_channels} numbers "
                f"an edge, got {found}. Give its last layer that width."
            )
            raise ShapeError(message)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.in_channels}, {self.out_channels}, aggr={self.aggr}, nn={self.nn})"
