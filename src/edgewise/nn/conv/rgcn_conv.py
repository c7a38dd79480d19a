"""The relational convolution of Schlichtkrull et al."""

from collections.abc import Callable
from typing import Any

import torch

from edgewise._memo import TensorMemo
from edgewise._typing import Adj, Float, Tensor
from edgewise.errors import ArgumentError
from edgewise.nn._checks import check_features, check_graph, check_width
from edgewise.nn._planner import ENABLED, note
from edgewise.nn.conv._relations import Part, Relations, check_edge_type
from edgewise.nn.linear import glorot_
from edgewise.nn.message_passing import MessagePassing, overrides_nothing
from edgewise.ops import spmm

__all__ = ["FastRGCNConv", "RGCNConv"]

_memo = TensorMemo()
_LINEAR = ("mean", "sum", "add")


class RGCNConv(MessagePassing):
    r"""A graph convolution with a weight for each relation.

    .. math:: x_i' = \Theta_0^\top x_i + \sum_r \Theta_r^\top \bigoplus_{j \in \mathcal{N}_r(i)} x_j + b

    Args:
        in_channels: Width of an input node feature, or a pair for the sources and destinations of a bipartite graph.
            Without features the number of nodes.
        out_channels: Width of an output node feature.
        num_relations: How many relations there are.
        num_bases: Let each :math:`\Theta_r` be a combination of so many matrices.
        num_blocks: Let each :math:`\Theta_r` be block-diagonal with so many blocks.
        aggr: ``"mean"``, ``"sum"`` (or ``"add"``), ``"min"`` or ``"max"`` over the neighbours of one relation; other
            aggregations of one result go relation by relation, through ``propagate``.
        root_weight: Add :math:`\Theta_0^\top x_i`.
        is_sorted: Has no effect: edges are grouped by relation once, in whatever order they come.
        bias: Add a learnable bias.
        **kwargs: Settings of :class:`~edgewise.nn.MessagePassing`.

    Shape:
        x ``[nodes, in]``, or integer ``[nodes]`` (rows of :math:`\Theta_r`, which are embeddings then), or ``None``
        (all rows), or a pair of these for sources and destinations · edge_index ``[2, edges]`` integer, or a
        ``torch.sparse`` adjacency ``[dst, src]``, whose values are relations where edge_type is ``None`` · edge_type
        ``[edges]`` integer → ``[dst, out]``

    Raises:
        ShapeError: ``edge_index`` is not ``[2, edges]``, ``x`` has another width than ``in_channels``, or ``edge_type``
            has not one number an edge.
        DTypeError: ``edge_index`` or ``edge_type`` is not integer.
        NodeIndexError: An edge names a node that ``x`` has no row for.
        ArgumentError: ``edge_type`` is missing or names an unknown relation; ``num_bases`` with ``num_blocks``; blocks
            that do not divide the widths, or without features.

    Cost: O(edges · min(in, out) + relations · nodes · in · out) time. No message is stored: a row a node and relation,
    for as many relations at once as fit 16 M numbers, is; where neighbours come first (in < out, or min and max) these
    rows are kept for the gradient, O(relations · nodes · in). The same bits on any number of threads. Edges are grouped
    once and kept with ``edge_index`` and ``edge_type``; compiled code groups them at each call.

    Source: Schlichtkrull et al., *Modeling Relational Data with Graph Convolutional Networks*, ESWC 2018, eq. 2-4;
    their :math:`c_{i,r}` is the mean. The activation after the layer is the caller's. ``aggr``, ``bias`` and bipartite
    graphs are PyG's.

    Example:
        >>> conv = RGCNConv(34, 2, num_relations=3)
        >>> conv(torch.eye(34), torch.tensor([[0, 1], [1, 0]]), torch.tensor([2, 0])).shape
        torch.Size([34, 2])
    """

    def __init__(
        self,
        in_channels: int | tuple[int, int],
        out_channels: int,
        num_relations: int,
        num_bases: int | None = None,
        num_blocks: int | None = None,
        aggr: str = "mean",
        root_weight: bool = True,  # noqa: FBT001, FBT002 - PyG's signature
        is_sorted: bool = False,  # noqa: FBT001, FBT002
        bias: bool = True,  # noqa: FBT001, FBT002
        **kwargs: Any,
    ) -> None:
        kwargs.setdefault("aggr", aggr)
        super().__init__(node_dim=0, **kwargs)
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.num_relations = num_relations
        self.num_bases = num_bases
        self.num_blocks = num_blocks
        self.is_sorted = is_sorted
        self.in_channels_l, width_dst = in_channels if isinstance(in_channels, tuple) else (in_channels, in_channels)
        self._check_settings()
        self._is_stock = overrides_nothing(self, RGCNConv) and self.aggr in (*_LINEAR, "min", "max")
        shape = (num_relations if num_bases is None else num_bases, self.in_channels_l, out_channels)
        if num_blocks is not None:
            shape = (num_relations, num_blocks, self.in_channels_l // num_blocks, out_channels // num_blocks)  # type: ignore[assignment]
        self.weight = torch.nn.Parameter(torch.empty(shape))
        self.comp = None if num_bases is None else torch.nn.Parameter(torch.empty(num_relations, num_bases))
        self.root = torch.nn.Parameter(torch.empty(width_dst, out_channels)) if root_weight else None
        self.bias = torch.nn.Parameter(torch.empty(out_channels)) if bias else None
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the parameters anew."""
        super().reset_parameters()
        for weight in (self.weight, self.comp, self.root):
            if weight is not None:
                glorot_(weight)
        if self.bias is not None:
            torch.nn.init.zeros_(self.bias)

    def forward(
        self,
        x: Tensor | tuple[Tensor | None, Tensor] | None,
        edge_index: Adj,
        edge_type: Tensor | None = None,
    ) -> Float[Tensor, "dst out"]:
        r"""Return :math:`\Theta_0^\top x_i + \sum_r \Theta_r^\top \bigoplus_j x_j + b`."""
        source, target = x if isinstance(x, tuple | list) else (x, x)
        self._check(source, target, edge_index, edge_type)
        num_src = self.in_channels_l if source is None else source.shape[0]
        num_dst = num_src if target is None else target.shape[0]
        graph = Relations(edge_index, edge_type, self.num_relations, num_src, num_dst, self.flow)
        if not self._is_stock:
            out = self._explicit(source, graph)
        elif source is None or not source.is_floating_point():
            out = self._embedded(source, graph)
        else:
            out = self._related(source, graph)
        if self.root is not None:
            out = out + _rows(target, self.root, num_dst)
        return out if self.bias is None else out + self.bias

    def message(self, x_j: Tensor) -> Tensor:
        """Return the source's features; their matrix follows after the sum."""
        return x_j

    def _related(self, x: Tensor, graph: Relations) -> Tensor:
        r""":math:`\sum_r \Theta_r^\top \bigoplus_j x_j`, summed or multiplied first, whichever gathers less."""
        weight = self._weights()  # [relations, blocks, in / blocks, out / blocks]
        blocks, rows, wide, narrow = *weight.shape[1:3], x.shape[1], self.out_channels
        # Constant features are summed once for all calls, and need no way back.
        constant = torch.is_grad_enabled() and not x.requires_grad
        neighbours_first = self.aggr not in _LINEAR or (wide <= 2 * narrow if constant else wide < narrow)
        note(
            "propagate, then multiply" if neighbours_first else "multiply, then propagate",
            lambda: f"{self.num_relations} relations, {wide} features in, {narrow} out",
            lambda: 4 * graph.num_edges * min(wide, narrow) * x.element_size(),
        )
        nodes, width = (graph.num_dst, wide) if neighbours_first else (graph.num_src, narrow)
        mean = self.aggr == "mean" and not neighbours_first
        out = x.new_zeros(graph.num_dst, narrow)
        for part in graph.parts(nodes * width, x.dtype, by_target=neighbours_first, mean=mean):
            theta, together = weight[part.first : part.last], part.last - part.first
            if neighbours_first:
                mixed = self._mixed(x, part, graph).view(nodes, together, blocks, rows)
                out = out + torch.einsum("nrbi,rbio->nbo", mixed, theta).reshape(nodes, narrow)
            else:
                table = torch.einsum("nbi,rbio->nrbo", x.reshape(nodes, blocks, rows), theta)
                table = table.reshape(nodes * together, narrow)
                out = out + spmm(part.matrix.edges, table, part.matrix.weight, num_dst=graph.num_dst)
        return out

    def _mixed(self, x: Tensor, part: Part, graph: Relations) -> Tensor:
        """What the neighbours of each relation add up to, ``[dst · relations, in]``; kept where ``x`` is constant."""
        rows = graph.num_dst * (part.last - part.first)
        reduce = "sum" if self.aggr == "add" else str(self.aggr)
        run: Callable[[], Tensor] = lambda: spmm(part.matrix.edges, x, reduce=reduce, num_dst=rows)  # noqa: E731
        if x.requires_grad or not ENABLED:
            return run()
        key = (part.first, part.last, self.aggr, *graph[2:])
        return _memo.get((x, *graph.tensors()), key, run)

    def _embedded(self, x: Tensor | None, graph: Relations) -> Tensor:
        """The same without features: rows of the weights themselves are summed."""
        table = self._weights().reshape(-1, self.out_channels)  # [relations * in, out]
        linear = self.aggr in _LINEAR
        edges, weight = graph.rows_of(
            x, self.in_channels_l, table.dtype, by_target=not linear, mean=self.aggr == "mean"
        )
        if linear:
            return spmm(edges, table, weight, num_dst=graph.num_dst)
        rows = spmm(edges, table, reduce=str(self.aggr), num_dst=graph.num_dst * self.num_relations)
        return rows.view(graph.num_dst, self.num_relations, self.out_channels).sum(1)

    def _explicit(self, x: Tensor | None, graph: Relations) -> Tensor:
        """The layer message by message, relation by relation, for a subclass that has its own."""
        pairs, relation = graph.edges()
        forwards = self.flow == "source_to_target"
        pairs = pairs if forwards else pairs.flip(0)
        size = (graph.num_src, graph.num_dst) if forwards else (graph.num_dst, graph.num_src)
        weight = self._weights()
        out = weight.new_zeros(graph.num_dst, self.out_channels)
        for r in range(self.num_relations):
            is_features = x is not None and x.is_floating_point()
            rows: Any = x if is_features else _rows(x, weight[r, 0], graph.num_src)
            if graph.num_src != graph.num_dst:
                rows = (rows, None)
            found: Tensor = self.propagate(pairs[:, relation == r], x=rows, edge_type_ptr=None, size=size)
            if is_features:
                mixed = found.view(graph.num_dst, *weight.shape[1:3])
                found = torch.einsum("nbi,bio->nbo", mixed, weight[r]).flatten(1)
            out = out + found
        return out

    def _weights(self) -> Tensor:
        r""":math:`\Theta_r`, ``[relations, blocks, in / blocks, out / blocks]``: one block where there are none."""
        if self.comp is not None:
            return torch.einsum("rb,bio->rio", self.comp, self.weight).unsqueeze(1)
        return self.weight if self.num_blocks is not None else self.weight.unsqueeze(1)

    def _check_settings(self) -> None:
        if not isinstance(self.aggr, str):
            message = f"RGCNConv: expected aggr as one name, got {self.aggr!r}. Use a layer for each and join them."
            raise ArgumentError(message)
        if self.in_channels_l < 0:
            message = (
                f"RGCNConv: expected in_channels as a number, got {self.in_channels_l}. "
                "Pass the width of x, or without features the number of nodes."
            )
            raise ArgumentError(message)
        if self.num_bases is not None and self.num_blocks is not None:
            message = (
                f"RGCNConv: expected num_bases or num_blocks, got both ({self.num_bases} and {self.num_blocks}). "
                "Leave one out."
            )
            raise ArgumentError(message)
        if self.num_blocks is not None and (
            self.in_channels_l % self.num_blocks or self.out_channels % self.num_blocks
        ):
            message = (
                f"RGCNConv: expected num_blocks that divides in_channels={self.in_channels_l} and "
                f"out_channels={self.out_channels}, got {self.num_blocks}. Choose a divisor of both."
            )
            raise ArgumentError(message)

    def _check(self, source: Any, target: Any, edge_index: Any, edge_type: Any) -> None:
        check_graph("RGCNConv", edge_index)
        check_edge_type(edge_index, edge_type)
        width_dst = self.in_channels[1] if isinstance(self.in_channels, tuple) else self.in_channels
        self._check_end(source, self.in_channels_l, "x", edge_index)
        if target is not source:
            self._check_end(target, width_dst, "x of the destinations", edge_index)
        if self.num_blocks is not None and (source is None or not source.is_floating_point()):
            message = (
                "RGCNConv: expected floating x with num_blocks, got none. Use num_bases for nodes without features."
            )
            raise ArgumentError(message)

    def _check_end(self, x: Any, width: int, name: str, edge_index: Any) -> None:
        if x is None and name == "x":
            return
        if isinstance(x, Tensor) and x.dim() == 1 and not x.is_floating_point():
            _check_rows(x, width, name)
            return
        check_features("RGCNConv", x, edge_index, name)
        check_width("RGCNConv", x, width, name)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.in_channels}, {self.out_channels}, num_relations={self.num_relations})"


class FastRGCNConv(RGCNConv):
    """:class:`RGCNConv` under PyG's other name: there the two differ in speed and memory, here they do not.

    Example:
        >>> FastRGCNConv(34, 2, num_relations=3)
        FastRGCNConv(34, 2, num_relations=3)
    """


def _rows(x: Tensor | None, table: Tensor, nodes: int) -> Tensor:
    """Features times a matrix; without features, the rows of it that nodes name, or the first."""
    if x is None:
        return table[:nodes]
    return x @ table if x.is_floating_point() else table[x]


def _check_rows(x: Tensor, rows: int, name: str) -> None:
    if torch.compiler.is_compiling() or not x.numel():
        return
    low, high = map(int, x.aminmax())
    if low < 0 or high >= rows:
        message = (
            f"RGCNConv: expected {name} as rows of 0..{rows - 1} (in_channels={rows}), got {low}..{high}. "
            "Without features in_channels is the number of nodes."
        )
        raise ArgumentError(message)
