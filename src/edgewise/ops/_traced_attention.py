"""The form of attention that ``torch.compile`` and ``torch.export`` see; see ``_traced`` for why there is one."""

from typing import Any

import torch
from torch import Tensor

from edgewise.adjacency import Adjacency
from edgewise.ops._attention import Settings, Tensors, backward, forward

__all__ = ["attend"]


def _adjacency(edge_index: Tensor, num_src: int, num_dst: int, *, loops: bool) -> Adjacency:
    adjacency = Adjacency.of(edge_index, (num_src, num_dst), caller="attention")
    return adjacency.with_self_loops() if loops else adjacency


def _contiguous(*tensors: Tensor | None) -> Tensors:
    return Tensors(*(x if x is None else x.contiguous() for x in tensors))  # type: ignore[arg-type]


@torch.library.custom_op("edgewise::attend", mutates_args=())
def _attend(
    edge_index: Tensor,
    query: Tensor | None,
    key: Tensor,
    value: Tensor,
    edge: Tensor | None,
    att: Tensor | None,
    seed: Tensor | None,
    num_dst: int,
    loops: bool,  # noqa: FBT001 - operator schemas are positional
    score: str,
    heads: int,
    factor: float,
    p: float,
) -> tuple[Tensor, Tensor, Tensor]:
    adjacency = _adjacency(edge_index, value.shape[0], num_dst, loops=loops)
    return forward(adjacency, _contiguous(query, key, value, edge, att), Settings(score, heads, factor, p), seed)


@_attend.register_fake
def _(*arguments: Any) -> tuple[Tensor, Tensor, Tensor]:
    value, num_dst, heads = arguments[3], arguments[7], arguments[10]
    state = value.new_empty(num_dst, heads, dtype=torch.float64 if value.dtype == torch.float64 else torch.float32)
    return value.new_empty(num_dst, value.shape[1]), state, torch.empty_like(state)


@torch.library.custom_op("edgewise::attend_grad", mutates_args=())
def _attend_grad(
    edge_index: Tensor,
    query: Tensor | None,
    key: Tensor,
    value: Tensor,
    edge: Tensor | None,
    att: Tensor | None,
    seed: Tensor | None,
    loops: bool,  # noqa: FBT001
    score: str,
    heads: int,
    factor: float,
    p: float,
    out: Tensor,
    row_max: Tensor,
    row_sum: Tensor,
    grad: Tensor,
) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
    adjacency = _adjacency(edge_index, value.shape[0], out.shape[0], loops=loops)
    tensors, settings = _contiguous(query, key, value, edge, att), Settings(score, heads, factor, p)
    return backward(adjacency, tensors, settings, seed, (out.contiguous(), row_max, row_sum), grad)  # type: ignore[return-value]


@_attend_grad.register_fake
def _(*arguments: Any) -> tuple[Tensor, ...]:
    value = arguments[3]
    return tuple(value.new_empty(0, 0) if x is None else x.new_empty(x.shape) for x in arguments[1:6])


def _setup(ctx: Any, inputs: tuple[Any, ...], output: tuple[Tensor, Tensor, Tensor]) -> None:
    tensors, (_, *ctx.settings) = inputs[:7], inputs[7:]
    ctx.mark_non_differentiable(*output[1:])
    ctx.save_for_backward(*tensors, *output)


def _backward(ctx: Any, grad: Tensor, *_: Tensor | None) -> tuple[Tensor | None, ...]:
    edge_index, *given, seed, out, row_max, row_sum = ctx.saved_tensors
    grads = _attend_grad(edge_index, *given, seed, *ctx.settings, out, row_max, row_sum, grad)
    return None, *(None if x is None else g for x, g in zip(given, grads, strict=True)), *[None] * 7


torch.library.register_autograd("edgewise::attend", _backward, setup_context=_setup)


def attend(
    edge_index: Tensor,
    num_dst: int,
    loops: bool,  # noqa: FBT001
    tensors: Tensors,
    settings: Settings,
    seed: Tensor | None,
) -> Tensor:
    """Return ``attention`` over an ``edge_index``, as one operator that can be traced."""
    out: Tensor = _attend(edge_index, *tensors, seed, num_dst, loops, *settings)[0]
    return out
