"""What the attention layers share: edges by flow, loops and their features, edge features in blocks, heads together.

Scores do not belong here: each layer has its own, from its own equation.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch.nn.functional import linear

from edgewise._memo import TensorMemo
from edgewise._typing import Adj, Size, Tensor
from edgewise.adjacency import Adjacency
from edgewise.errors import ArgumentError, DTypeError, ShapeError
from edgewise.nn._blocks import cut_destinations
from edgewise.nn._checks import check_features, check_width, count_edges, sizes_of
from edgewise.nn._planner import linear_features, note
from edgewise.nn.message_passing import MessagePassing, as_edge_index, by_destination
from edgewise.ops import attention, segment_reduce
from edgewise.ops.epilogue import draw_seed
from edgewise.utils.isolated import remove_self_loops
from edgewise.utils.loop import add_self_loops

__all__ = ["AttentionConv", "attention_in_blocks"]

_memo = TensorMemo()
_BLOCK_EDGES = 2**16


class AttentionConv(MessagePassing):
    """Base of the layers in which a node weighs its neighbours by a softmax over learned scores.

    A subclass adds its maps, in PyG's order, and computes the scores.
    """

    def __init__(
        self,
        in_channels: int | tuple[int, int],
        out_channels: int,
        heads: int,
        *,
        concat: bool,
        dropout: float,
        edge_dim: int | None,
        add_self_loops: bool = False,
        fill_value: float | Tensor | str = "mean",
        **kwargs: Any,
    ) -> None:
        kwargs.setdefault("aggr", "add")
        super().__init__(node_dim=0, **kwargs)
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.heads = heads
        self.concat = concat
        self.dropout = dropout
        self.edge_dim = edge_dim
        self.add_self_loops = add_self_loops
        self.fill_value = fill_value
        self.lin_edge: Any = None
        self.res: Any = None

    @property
    def _widths(self) -> tuple[int, int]:
        """Widths of the features of sources and destinations."""
        return self.in_channels if isinstance(self.in_channels, tuple) else (self.in_channels, self.in_channels)

    @property
    def _out_width(self) -> int:
        return self.heads * self.out_channels if self.concat else self.out_channels

    def _attend(
        self,
        edge_index: Adj,
        sizes: tuple[int, int],
        tensors: tuple[Tensor | None, Tensor, Tensor],
        *,
        loops: bool = False,
        edge: Tensor | None = None,
        edge_attr: Tensor | None = None,
        **settings: Any,
    ) -> Tensor:
        """Scores of query, key and value, softmax and sum; ``edge_attr`` is mapped by ``lin_edge`` on the way."""
        adjacency = by_destination(self, edge_index, *sizes)
        settings |= {"heads": self.heads, "p": self.dropout if self.training else 0.0}
        settings |= {"num_dst": sizes[1], "self_loops": loops}
        out: Tensor
        if edge_attr is None:
            out = attention(adjacency, *tensors, edge=edge, **settings)
        else:
            out = attention_in_blocks(adjacency, *tensors, edge_attr, self.lin_edge.weight_for(edge_attr), **settings)
        note(
            "scores, softmax and sum in one pass",
            lambda: f"no message of {self.heads} x {self.out_channels} an edge is stored",
            lambda: 4 * edge_index.shape[1] * out.shape[1] * out.element_size(),
        )
        return out

    def _weigh(self, edge_index: Adj, sizes: tuple[int, int], value: Tensor, alpha: Tensor) -> Tensor:
        """The sum of weighted messages, by :meth:`message`."""
        per_head = value.view(-1, self.heads, self.out_channels)
        out: Tensor = self.propagate(edge_index, x=(per_head, None), alpha=alpha, size=self._rows(sizes))
        return out.flatten(1)

    def _heads_together(self, out: Tensor, x_dst: Tensor | None = None) -> Tensor:
        """Heads side by side or their mean, and the residual."""
        if not self.concat:
            out = out.view(-1, self.heads, self.out_channels).mean(1)
        if self.res is not None and x_dst is not None:
            return out + linear_features(self.res, x_dst)
        return out

    def _attended(
        self, edge_index: Adj, edge_attr: Tensor | None, sizes: tuple[int, int]
    ) -> tuple[Adj, Tensor | None, bool]:
        """The edges for a fused pass, their features, and whether it adds the loops."""
        if self.add_self_loops and sizes[0] != sizes[1]:  # no diagonal: the loops that there can be are stored
            return *self._with_loops(edge_index, edge_attr, sizes), False
        return edge_index, edge_attr, self.add_self_loops

    def _edge_rows(
        self, edge_index: Adj, edge_attr: Tensor, nodes: int, of: Callable[[Tensor], Tensor], *, loops: bool
    ) -> Tensor:
        """A row for each edge, made from its features; with ``loops`` then a row for the loop of each node."""
        rows = of(edge_attr)
        return torch.cat([rows, of(self._loop_features(edge_index, edge_attr, nodes))]) if loops else rows

    def _loop_features(self, edge_index: Adj, edge_attr: Tensor, nodes: int) -> Tensor:
        if not isinstance(self.fill_value, str):
            return edge_attr.new_ones(nodes, edge_attr.shape[1]) * self.fill_value
        index = _memo.get((edge_index,), (nodes, self.flow), lambda: _arrives_at(edge_index, nodes, self.flow))
        reduce = "sum" if self.fill_value == "add" else self.fill_value
        return segment_reduce(edge_attr, index, nodes + 1, reduce)[:nodes]

    def _with_loops(
        self, edge_index: Adj, edge_attr: Tensor | None, sizes: tuple[int, int]
    ) -> tuple[Tensor, Tensor | None]:
        """The edges without loops, then one loop for each node that is on both sides."""
        nodes, given = min(sizes), edge_index
        if edge_index.layout != torch.strided:
            edge_index = as_edge_index(edge_index)[0]
        if edge_attr is None:
            # Kept, so that the new edges are sorted once, as the caller's are.
            make = lambda: add_self_loops(remove_self_loops(edge_index)[0], num_nodes=nodes)[0]  # noqa: E731
            return _memo.get((given,), ("loops", nodes), make), None
        features = self._loop_features(edge_index, edge_attr, sizes[1])[:nodes]
        kept, kept_attr = remove_self_loops(edge_index, edge_attr)
        return add_self_loops(kept, num_nodes=nodes)[0], torch.cat([kept_attr, features])  # type: ignore[list-item]

    def _rows(self, sizes: tuple[int, int]) -> tuple[int, int]:
        """``(num_src, num_dst)`` in the order of the rows of ``edge_index``, as :meth:`propagate` wants them."""
        return sizes if self.flow == "source_to_target" else (sizes[1], sizes[0])

    def _check(
        self, x: Any, edge_index: Any, edge_attr: Tensor | None, size: Size = None, *, both: bool = False
    ) -> tuple[tuple[Tensor, Tensor | None], Tensor | None, tuple[int, int]]:
        """Check all that is given; return both ends' features (``both``: neither may lack), edge features and sizes."""
        source, target = x if isinstance(x, tuple | list) else (x, x)
        layer = type(self).__name__
        check_features(layer, source, edge_index)
        width_src, width_dst = self._widths
        check_width(layer, source, width_src)
        if target is not None:
            check_width(layer, target, width_dst, "x of the destinations" if target is not source else "x")
        elif both:
            message = (
                f"{layer}: expected x of the destinations, got None. Its scores compare both ends of an edge: "
                "pass (x_src, x_dst)."
            )
            raise ArgumentError(message)
        return (source, target), self._checked_edges(edge_index, edge_attr), sizes_of(source, target, size)

    def _checked_edges(self, edge_index: Adj, edge_attr: Tensor | None) -> Tensor | None:
        """``edge_attr`` as ``[edges, edge_dim]``."""
        if edge_attr is None:
            return None
        layer = type(self).__name__
        if self.lin_edge is None:
            message = (
                f"{layer}: expected no edge_attr (built with edge_dim=None), got {list(edge_attr.shape)}. "
                f"Build it with edge_dim={edge_attr.shape[-1] if edge_attr.dim() > 1 else 1}."
            )
            raise ShapeError(message)
        if not edge_attr.is_floating_point():
            kind = str(edge_attr.dtype).removeprefix("torch.")
            message = f"{layer}: expected floating edge_attr, got {kind}. Use edge_attr.float()."
            raise DTypeError(message)
        shape = list(edge_attr.shape)
        edge_attr = edge_attr.view(-1, 1) if edge_attr.dim() == 1 else edge_attr
        edges = count_edges(edge_index)
        width = self.lin_edge.in_channels
        if edge_attr.dim() != 2 or edge_attr.shape[0] != edges or (0 <= width != edge_attr.shape[1]):
            wanted = [edges, width if width >= 0 else "edge_dim"]
            message = (
                f"{layer}: expected edge_attr of shape [{wanted[0]}, {wanted[1]}], got {shape}. "
                "Pass a row an edge, in the order of edge_index, as wide as edge_dim."
            )
            raise ShapeError(message)
        return edge_attr

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.in_channels}, {self.out_channels}, heads={self.heads})"


def _arrives_at(edge_index: Adj, nodes: int, flow: str) -> Tensor:
    """The destination of each edge; ``nodes`` for a loop, which counts for none."""
    if edge_index.layout != torch.strided:
        edge_index = as_edge_index(edge_index)[0]
    target = edge_index[1 if flow == "source_to_target" else 0]
    return torch.where(edge_index[0] == edge_index[1], nodes, target)


def attention_in_blocks(
    adjacency: Adjacency | Tensor,
    query: Tensor | None,
    key: Tensor,
    value: Tensor,
    edge_attr: Tensor,
    weight: Tensor,
    *,
    att: Tensor | None = None,
    num_dst: int,
    self_loops: bool = False,
    p: float = 0.0,
    **settings: Any,
) -> Tensor:
    """Return ``attention(..., edge=edge_attr @ weight.T)`` without that tensor of all edges.

    Edge features are mapped for the edges of some destinations at a time, about as many as there are nodes, and again
    in the backward pass. Compiled code and small graphs map all at once.
    """
    edge_attr, weight = edge_attr.to(value.dtype), weight.to(value.dtype)
    if isinstance(adjacency, Adjacency):
        adjacency = adjacency.with_self_loops() if self_loops else adjacency
        most = max(_BLOCK_EDGES, adjacency.num_src, adjacency.num_dst)
        if adjacency.num_edges > most and adjacency.indptr.device.type == "cpu":
            seed = draw_seed() if p > 0 else None
            blocks = _Blocks(adjacency, cut_destinations(adjacency, most), seed, {"p": p, **settings})
            out: Tensor = _InBlocks.apply(blocks, query, key, value, edge_attr, weight, att)  # type: ignore[no-untyped-call]
            return out
        self_loops = False
    edge = linear(edge_attr, weight)
    settings |= {"p": p, "num_dst": num_dst, "self_loops": self_loops}
    return attention(adjacency, query, key, value, edge=edge, att=att, **settings)


@dataclass(frozen=True)
class _Block:
    rows: slice
    """Its destinations."""
    edges: slice | Tensor
    """Where its edges stand in ``edge_attr``."""
    run: Callable[..., Tensor]

    def cut(self, query: Tensor, key: Tensor, value: Tensor, edge_attr: Tensor, *others: Any) -> list[Any]:
        """The rows of each tensor that it reads."""
        return [query[self.rows], key, value, edge_attr[self.edges], *others]

    def add(self, totals: list[Any], n: int, grad: Tensor) -> None:
        """Add the gradient of what :meth:`cut` gave to that of the whole."""
        place = {0: self.rows, 3: self.edges}.get(n)
        if place is None:
            totals[n] += grad
        else:
            totals[n][place] = grad  # no other block reads these rows


@dataclass(frozen=True)
class _Blocks:
    adjacency: Adjacency
    bounds: list[int]
    """Destinations ``bounds[n]`` to ``bounds[n + 1]`` are block n."""
    seed: Tensor | None
    settings: dict[str, Any]

    def __iter__(self) -> Iterator[_Block]:
        a = self.adjacency
        for n, (first, last) in enumerate(zip(self.bounds[:-1], self.bounds[1:], strict=True)):
            low, high = int(a.indptr[first]), int(a.indptr[last])
            part = Adjacency(a.indptr[first : last + 1] - low, a.indices[low:high], None, a.num_src)
            place = slice(low, high) if a.perm is None else a.perm[low:high]
            yield _Block(slice(first, last), place, self._runner(part, n))

    def _runner(self, part: Adjacency, number: int) -> Callable[..., Tensor]:
        seed = None if self.seed is None else self.seed + number

        def run(query: Tensor, key: Tensor, value: Tensor, attr: Tensor, weight: Tensor, att: Tensor | None) -> Tensor:
            return attention(part, query, key, value, edge=linear(attr, weight), att=att, seed=seed, **self.settings)

        return run


class _InBlocks(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, blocks: _Blocks, *tensors: Any) -> Tensor:
        ctx.blocks = blocks
        ctx.save_for_backward(*tensors)
        return torch.cat([block.run(*block.cut(*tensors)) for block in blocks])

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Any, ...]:
        tensors, needed = ctx.saved_tensors, ctx.needs_input_grad[1:]
        wanted = [n for n, need in enumerate(needed) if need]
        totals: list[Any] = [None] * len(tensors)
        if torch.is_grad_enabled():  # somebody wants a second derivative: all blocks at once have one
            # Views of their own: one tensor given twice, as key and as value, has a gradient in each place.
            views: list[Any] = [x if x is None else x.view_as(x) for x in tensors]
            out = torch.cat([block.run(*block.cut(*views)) for block in ctx.blocks])
            found = torch.autograd.grad(out, [views[n] for n in wanted], grad, create_graph=True)
            for n, part in zip(wanted, found, strict=True):
                totals[n] = part
            return None, *totals
        for n in wanted:
            totals[n] = torch.zeros_like(tensors[n])
        for block in ctx.blocks:
            pieces = block.cut(*(x if x is None else x.detach() for x in tensors))
            leaves = [x.requires_grad_() if need else x for x, need in zip(pieces, needed, strict=True)]
            with torch.enable_grad():
                rows = block.run(*leaves)
            found = torch.autograd.grad(rows, [leaves[n] for n in wanted], grad[block.rows])
            for n, part in zip(wanted, found, strict=True):
                block.add(totals, n, part)
        return None, *totals
