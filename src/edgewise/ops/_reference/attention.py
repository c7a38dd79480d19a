"""Attention over the edges of each destination."""

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from edgewise.ops._reference.kernel import kernel
from edgewise.ops._reference.random import keep_scale
from edgewise.ops._reference.rows import rows_of

__all__ = ["attention", "attention_grad"]


def _wide(x: Tensor) -> torch.dtype:
    return torch.float64 if x.dtype == torch.float64 else torch.float32


def _shapes(*arguments: Any) -> tuple[Tensor, Tensor, Tensor]:
    indptr, value, heads = arguments[0], arguments[6], arguments[9]
    state = value.new_empty(indptr.shape[0] - 1, heads, dtype=_wide(value))
    return value.new_empty(indptr.shape[0] - 1, value.shape[1]), state, torch.empty_like(state)


@kernel(_shapes)
def attention(
    indptr: Tensor,
    indices: Tensor,
    perm: Tensor | None,
    score: str,
    query: Tensor | None,
    key: Tensor,
    value: Tensor,
    edge: Tensor | None,
    att: Tensor | None,
    heads: int,
    factor: float,
    p: float,
    seed: Tensor | None,
    num_values: int,
) -> tuple[Tensor, Tensor, Tensor]:
    """``out[i, h] = sum of softmax(score)[k, h] keep[k, h] value[j, h]``; and the maximum and sum of each softmax."""
    dst, wide = indptr.shape[0] - 1, _wide(value)
    target, source = rows_of(indptr), indices.long()
    position = torch.arange(source.shape[0], device=source.device) if perm is None else perm.long()

    def at_edges(features: Tensor | None, index: Tensor) -> Tensor:
        if features is None:
            return key.new_zeros(1, heads, 1, dtype=wide)
        split: Tensor = features.to(wide)[index].unflatten(1, (heads, features.shape[1] // heads))
        return split  # [edges, heads, channels]

    q, k, e, v = (at_edges(x, n) for x, n in ((query, target), (key, source), (edge, position), (value, source)))
    if score == "dot":
        s, v = factor * (q * (k + e)).sum(2), v + e
    else:
        z = functional.leaky_relu(q + k + e, factor)
        s = z.squeeze(2) if att is None else (z * att.to(wide)).sum(2)
    index = target.unsqueeze(1).expand(-1, heads)
    row_max = s.new_full((dst, heads), -torch.inf).scatter_reduce(0, index, s.detach(), "amax")
    probability = (s - row_max[target]).exp()
    row_sum = s.new_zeros(dst, heads).index_add(0, target, probability)
    keep = keep_scale(seed, num_values, heads, p, s)[position] if p > 0 else 1.0
    weight = probability / row_sum[target] * keep
    out = v.new_zeros(dst, heads, value.shape[1] // heads).index_add(0, target, weight.unsqueeze(2) * v)
    flat: Tensor = out.flatten(1).to(value.dtype)
    return flat, row_max, row_sum


def _grad_shapes(*arguments: Any) -> tuple[Tensor, ...]:
    query, key, value, edge, att = arguments[7:12]
    wanted = (query, key, value, edge if arguments[-1] else None, att)
    return tuple(value.new_empty(0, 0) if x is None else torch.empty_like(x) for x in wanted)


@kernel(_grad_shapes)
def attention_grad(
    indptr: Tensor,
    indices: Tensor,
    perm: Tensor | None,
    t_indptr: Tensor,
    t_indices: Tensor,
    t_perm: Tensor | None,
    score: str,
    query: Tensor | None,
    key: Tensor,
    value: Tensor,
    edge: Tensor | None,
    att: Tensor | None,
    heads: int,
    factor: float,
    p: float,
    seed: Tensor | None,
    num_values: int,
    out: Tensor,
    row_max: Tensor,
    row_sum: Tensor,
    grad: Tensor,
    with_edge: bool,  # noqa: FBT001
) -> tuple[Tensor, ...]:
    """The gradients of query, key, value, edge and att, as torch derives them from the definition."""
    given = [x if x is None else x.detach().requires_grad_() for x in (query, key, value, edge, att)]
    with torch.enable_grad():
        result = attention(indptr, indices, perm, score, *given, heads, factor, p, seed, num_values)[0]  # type: ignore[call-arg, arg-type]
    inputs = [x for x in given if x is not None]
    grads = iter(torch.autograd.grad(result, inputs, grad, materialize_grads=True))
    return tuple(value.new_empty(0, 0) if x is None else next(grads) for x in given)
