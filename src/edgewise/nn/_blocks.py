"""A user's ``message`` on blocks of destinations, so that the messages of all edges never exist at once.

A block holds every edge of its destinations, is reduced as soon as it is computed, and is computed again in the
backward pass. Messages that look beyond their own destination's edges cannot be cut like that: batch normalisation is
noticed; for anything else a layer sets ``blocked = False``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.modules.batchnorm import _BatchNorm

from edgewise.adjacency import Adjacency
from edgewise.nn._arguments import Request
from edgewise.nn._planner import note
from edgewise.ops import add_rows_, spmm

__all__ = ["cut_destinations", "find_blocks", "run_blocks"]

_BLOCK_BYTES = 4 * 2**20  # of gathered features: with what the message makes of them, about a cache
_WORTHWHILE_BYTES = 2 * _BLOCK_BYTES
_MIN_EDGES = 1024
_MIN_WIDE_EDGES = 32  # of a message that is much wider than what it reads: there is enough to do on each


@dataclass(frozen=True)
class Blocks:
    """How the edges are cut, and which values are cut with them."""

    adjacency: Adjacency
    bounds: list[int]
    """Destinations ``bounds[n]`` to ``bounds[n + 1]`` are block n."""
    nodes: list[str]
    """Lifted names whose values are tensors of nodes."""
    edges: list[str]
    """Names whose values are tensors of edges."""


def find_blocks(request: Request) -> Blocks | None:
    """Cut the edges of a request, or answer ``None`` where that cannot be done or brings nothing."""
    layer, edges = request.layer, request.edge_index.shape[1]
    wanted = layer._signatures.names(("message",))
    lifted = [name for name in request.lifted if name in wanted]
    nodes = [name for name in lifted if isinstance(request.base(name), Tensor)]
    row_bytes = sum(_row_bytes(request.base(name)) for name in nodes)
    made_bytes = layer._message_width(request.kwargs) * request.base(nodes[0]).element_size() if nodes else 0
    if (
        edges * max(row_bytes, made_bytes) < _WORTHWHILE_BYTES
        or request.grouped is None
        or not _can_be_cut(request, nodes)
    ):
        return None
    values = [name for name in wanted if name not in lifted and name in request.kwargs]
    per_edge = [name for name in values if _has_rows(request.kwargs[name], edges)]
    if per_edge and edges in request.sizes:
        return None  # a tensor of so many rows may be of edges or of nodes
    adjacency = request.grouped.by(request.receiver)
    fits = max(_MIN_EDGES, _BLOCK_BYTES // row_bytes)
    if made_bytes > row_bytes:
        fits = min(fits, max(_MIN_WIDE_EDGES, _BLOCK_BYTES // made_bytes))
    bounds = cut_destinations(adjacency, fits)
    return Blocks(adjacency, bounds, nodes, per_edge)


def run_blocks(request: Request, blocks: Blocks) -> Tensor | None:
    """Return the aggregated messages, or ``None`` where the first block shows that they depend on more than a block."""
    names = [*blocks.nodes, *blocks.edges]
    inputs = [request.base(name) for name in blocks.nodes] + [request.kwargs[name] for name in blocks.edges]
    before = dict(vars(request.layer))
    start, block = torch._C._autograd._get_sequence_nr(), _Block(request, blocks, 0)
    state = torch.get_rng_state()
    leaves = {name: block.cut(name, value) for name, value in zip(names, inputs, strict=True)}
    first = block.run(leaves)
    torch.set_rng_state(state)  # this was a look; the block runs again with the others
    if _changed(before, vars(request.layer)):
        return None  # the message keeps something for later, which would be that of the last block alone
    found = _other_leaves(first, list(leaves.values()), start)
    if found is None:
        return None
    row_bytes = sum(_row_bytes(request.base(name)) for name in blocks.nodes)
    note(
        "messages in blocks",
        lambda: f"{len(blocks.bounds) - 1} blocks of destinations; no message outlives its block",
        lambda: request.edge_index.shape[1] * row_bytes,
    )
    out: Tensor = _Blocked.apply(request, blocks, names, len(inputs), *inputs, *found)  # type: ignore[no-untyped-call]
    return out


class _Block:
    """The edges of some destinations."""

    def __init__(self, request: Request, blocks: Blocks, number: int) -> None:
        self.request = request
        self.first, self.last = blocks.bounds[number], blocks.bounds[number + 1]
        a = blocks.adjacency
        low, high = int(a.indptr[self.first]), int(a.indptr[self.last])
        self.source = a.indices[low:high]
        starts = a.indptr[self.first : self.last + 1] - low
        self.target = torch.repeat_interleave(torch.arange(self.first, self.last, dtype=a.indices.dtype), starts.diff())
        self.place = slice(low, high) if a.perm is None else a.perm[low:high]
        order = torch.arange(high - low, dtype=a.indices.dtype)
        self.adjacency = Adjacency(starts, order, None, high - low)

    def index_of(self, name: str) -> Tensor:
        """The node of each edge that a lifted name means."""
        return self.target if self.request.lifted[name][1] == self.request.receiver else self.source

    def cut(self, name: str, value: Tensor) -> Tensor:
        """The rows of a tensor that this block's edges have, as a leaf of its own."""
        rows = value.detach()
        at = self.index_of(name) if name in self.request.lifted else self.place
        # Indexing by brackets is ten times slower than index_select.
        rows = rows[at] if isinstance(at, slice) else rows.index_select(0, at)
        return rows.requires_grad_(value.requires_grad and torch.is_grad_enabled())

    def run(self, given: dict[str, Tensor]) -> Tensor:
        """Return the aggregate of each destination."""
        request, layer = self.request, self.request.layer
        ends = [self.source, self.target] if request.receiver == 1 else [self.target, self.source]
        names = request.bookkeeping(torch.stack(ends).long()) | dict(request.kwargs)
        names |= {name: request.base(name) for name in request.lifted} | given
        messages = layer.message(**layer._signatures.pick(layer, "message", names))
        return layer._reduce(messages, self.target - self.first, self.last - self.first, self.adjacency)

    def add(self, name: str, total: Tensor, grad: Tensor) -> None:
        """Add the gradient of this block's rows to that of all."""
        if name not in self.request.lifted:
            total[self.place] = grad
        elif self.index_of(name) is self.target:
            total[self.first : self.last] += spmm(self.adjacency, grad)
        else:
            add_rows_(total, self.source, grad)


class _Blocked(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, request: Request, blocks: Blocks, names: list[str], cut: int, *tensors: Tensor) -> Tensor:
        ctx.request, ctx.blocks, ctx.names, ctx.cut = request, blocks, names, cut
        ctx.save_for_backward(*tensors)
        ctx.autocast = torch.is_autocast_enabled("cpu"), torch.get_autocast_dtype("cpu")
        ctx.random = []
        out: Tensor | None = None
        for block in _each(request, blocks):
            if any(ctx.needs_input_grad):
                ctx.random.append(torch.get_rng_state())
            rows = block.run({name: block.cut(name, x) for name, x in zip(names, tensors[:cut], strict=True)})
            if out is None:
                out = rows.new_empty(blocks.adjacency.num_dst, *rows.shape[1:])
            out[block.first : block.last] = rows
        assert out is not None, "a graph without destinations is not worth blocks"
        return out

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        tensors = ctx.saved_tensors
        needed = ctx.needs_input_grad[4:]
        if torch.is_grad_enabled():  # somebody wants a second derivative: all messages at once have one
            return None, None, None, None, *_differentiable(ctx.request, tensors, needed, grad)
        dense = torch.contiguous_format  # rows are added to in place
        totals = [
            torch.zeros_like(x, memory_format=dense) if need else None for x, need in zip(tensors, needed, strict=True)
        ]
        outer = torch.get_rng_state()
        enabled, dtype = ctx.autocast
        with torch.enable_grad(), torch.autocast("cpu", dtype, enabled=enabled):
            for block, state in zip(_each(ctx.request, ctx.blocks), ctx.random, strict=True):
                torch.set_rng_state(state)
                _add_gradients(ctx, block, tensors, totals, grad)
        torch.set_rng_state(outer)
        return None, None, None, None, *totals


def _differentiable(
    request: Request, tensors: tuple[Tensor, ...], needed: tuple[bool, ...], grad: Tensor
) -> list[Tensor | None]:
    # A tensor that is wanted at both ends of an edge stands there twice; the first place gets all of its gradient.
    place = {id(x): n for n, x in reversed(list(enumerate(tensors))) if needed[n]}
    wanted = [tensors[n] for n in place.values()]
    grads = torch.autograd.grad(_at_once(request), wanted, grad, create_graph=True, allow_unused=True)
    found = dict(zip(place.values(), grads, strict=True))
    return [found.get(n) for n in range(len(tensors))]


def _add_gradients(
    ctx: Any, block: _Block, tensors: tuple[Tensor, ...], totals: list[Tensor | None], grad: Tensor
) -> None:
    leaves = {name: block.cut(name, x) for name, x in zip(ctx.names, tensors[: ctx.cut], strict=True)}
    rows = block.run(leaves)
    everything = [*leaves.values(), *tensors[ctx.cut :]]
    wanted = [n for n, total in enumerate(totals) if total is not None]
    inputs = [everything[n] for n in wanted]
    for n, part in zip(
        wanted, torch.autograd.grad(rows, inputs, grad[block.first : block.last], allow_unused=True), strict=True
    ):
        total = totals[n]
        if part is None or total is None:
            continue
        if n < ctx.cut:
            block.add(ctx.names[n], total, part)
        else:
            total += part


def _each(request: Request, blocks: Blocks) -> Iterator[_Block]:
    return (_Block(request, blocks, number) for number in range(len(blocks.bounds) - 1))


def _at_once(request: Request) -> Tensor:
    layer, given = request.layer, request.everything()
    messages = layer.message(**layer._signatures.pick(layer, "message", given))
    return layer._reduce(messages, given["index"], given["dim_size"], given["adjacency"])


def cut_destinations(adjacency: Adjacency, edges: int) -> list[int]:
    """Bounds of blocks that hold at most so many edges, and at least one destination."""
    indptr = adjacency.indptr.numpy()
    bounds = [0]
    while bounds[-1] < adjacency.num_dst:
        here = bounds[-1]
        fits = int(np.searchsorted(indptr, indptr[here] + edges, side="right")) - 1
        bounds.append(max(here + 1, fits))
    return bounds


def _can_be_cut(request: Request, nodes: list[str]) -> bool:
    layer = request.layer
    if any(value.dim() > 1 and layer.node_dim % value.dim() != 0 for value in map(request.base, nodes)):
        return False  # nodes are not the first axis
    if set(request.lifted) & set(layer._signatures.names(("update",))):
        return False
    for module in layer.modules():
        if module is not layer and (module._forward_hooks or module._forward_pre_hooks):
            return False  # whoever looks on expects to see all edges
        if isinstance(module, _BatchNorm) and (module.training or not module.track_running_stats):
            return False
    return request.edge_index.device.type == "cpu"


def _other_leaves(out: Tensor, known: list[Tensor], start: int) -> list[Tensor] | None:
    """The leaves behind ``out`` that are not ``known``, such as weights; ``None`` if it needs more than leaves."""
    found: dict[int, Tensor] = {}
    stack, seen = [out.grad_fn], set()
    while stack:
        node = stack.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        leaf = getattr(node, "variable", None)
        if leaf is not None:
            if not any(leaf is other for other in known):
                found[id(leaf)] = leaf
        elif node._sequence_nr() < start:
            return None
        stack += [following for following, _ in node.next_functions]
    return list(found.values())


def _changed(before: dict[str, Any], after: dict[str, Any]) -> bool:
    return before.keys() != after.keys() or any(before[name] is not after[name] for name in before)


def _has_rows(value: Any, rows: int) -> bool:
    return isinstance(value, Tensor) and value.dim() > 0 and value.shape[0] == rows


def _row_bytes(value: Tensor) -> int:
    return value[:1].numel() * value.element_size()
