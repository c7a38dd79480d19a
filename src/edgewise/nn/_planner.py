"""Which of several equal computations a layer runs. Decisions follow from sizes and from what needs a gradient alone.

A weighted sum or mean of neighbours commutes with a linear map of the features, so a layer has two orders; and what
depends on constants alone is computed once. What never happens here is a change of mathematics.
``EDGEWISE_PLAN=off`` runs every layer as it is written.
"""

import os
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import linear

from edgewise._memo import TensorMemo
from edgewise.errors import ArgumentError
from edgewise.nn.linear import Linear
from edgewise.ops import dropout, sparse_rows

__all__ = [
    "ENABLED",
    "Propagation",
    "Step",
    "linear_features",
    "multiply",
    "note",
    "propagate_linear",
    "recording",
]

_memo = TensorMemo()
_CHOICES = ("on", "off")


def _is_on() -> bool:
    choice = os.environ.get("EDGEWISE_PLAN", "on")
    if choice not in _CHOICES:
        message = f"edgewise: expected EDGEWISE_PLAN to be one of {_CHOICES}, got {choice!r}. Unset it."
        raise ArgumentError(message)
    return choice == "on"


ENABLED = _is_on()
"""Whether anything is planned; read once from ``EDGEWISE_PLAN``."""


@dataclass(frozen=True, slots=True)
class Step:
    """One decision: what runs, why, and how many bytes of memory traffic it saves in a call and its backward pass."""

    order: str
    reason: str
    saved_bytes: int


recording: list[Callable[[Step], None]] = []
"""Who wants to know of decisions; empty but while ``edgewise.plan`` runs."""


def note(order: str, reason: Callable[[], str], saved_bytes: Callable[[], float]) -> None:
    """Report a decision to whoever is recording; costs nothing otherwise."""
    for record in recording:
        record(Step(order, reason(), max(0, int(saved_bytes()))))


def linear_features(lin: Linear, x: Tensor, bias: Tensor | None = None, *, p: float = 0.0) -> Tensor:
    """``dropout(x, p) @ lin.weight.T + bias``, without the layer's own bias."""
    if _is_plain(lin):
        return multiply(x, lin.weight_for(x), bias, p=p)
    out: Tensor = lin(dropout(x, p))
    out = out if lin.bias is None else out - lin.bias
    return out if bias is None else out + bias


def multiply(x: Tensor, weight: Tensor, bias: Tensor | None = None, *, p: float = 0.0) -> Tensor:
    """``dropout(x, p) @ weight.T + bias``; where nearly all of ``x`` is zero, from the other entries alone."""
    packed = sparse_rows(x) if ENABLED else None
    if packed is None:
        return linear(dropout(x, p), weight, bias)
    out = packed.matmul(weight.t(), p)
    entries, size = packed.values.numel(), x.numel()
    note(
        "multiply non-zeros",
        lambda: f"{entries / size:.1%} of x {list(x.shape)} is not zero",
        lambda: 2 * (size - 2 * entries) * x.element_size(),
    )
    return out if bias is None else out.add_(bias)


@dataclass(frozen=True, slots=True)
class Propagation:
    """A linear map over nodes: what neighbours add up to."""

    run: Callable[[Tensor], Tensor]
    edges: int
    graph: tuple[Tensor, ...] = ()
    """The tensors that it depends on; empty where its results must not be kept."""
    key: Hashable = None
    """What else it depends on."""


def propagate_linear(
    lin: Linear, x: Tensor, propagation: Propagation, bias: Tensor | None = None, *, p: float = 0.0
) -> Tensor:
    r"""Return :math:`A\,\mathrm{dropout}(X)\,W^\top + b` in the cheaper order; the result belongs to the caller."""
    first = ENABLED and x.dim() == 2 and _is_plain(lin) and _propagates_first(x, lin.weight_for(x))
    if not first or sparse_rows(x) is not None:
        out = propagation.run(linear_features(lin, x, p=p))
        note("multiply, then propagate", lambda: f"{x.shape[-1]} features in, {out.shape[-1]} out", lambda: 0)
        return out if bias is None else out.add_(bias)
    weight, graph, item = lin.weight, propagation.graph, x.element_size()
    wide, narrow, edges = x.shape[1], weight.shape[0], propagation.edges
    if x.requires_grad or p > 0 or not graph or torch.compiler.is_compiling() or any(t.requires_grad for t in graph):
        note(
            "propagate, then multiply",
            lambda: f"{wide} features in, {narrow} out",
            lambda: edges * item * (2 * narrow - (2 if x.requires_grad else 1) * wide),
        )
        return linear(propagation.run(dropout(x, p)), weight, bias)
    kept = _memo.get((x, *graph), propagation.key, lambda: propagation.run(x))
    note(
        "multiply what was propagated once",
        lambda: f"x needs no gradient; A x ({kept.numel() * item / 2**20:.1f} MB) is kept until x or the graph changes",
        lambda: edges * item * 2 * narrow,
    )
    return linear(kept, weight, bias)


def _propagates_first(x: Tensor, weight: Tensor) -> bool:
    wide, narrow = x.shape[1], weight.shape[0]
    if not torch.is_grad_enabled() or not (x.requires_grad or weight.requires_grad):
        return wide < narrow
    # Forward and backward each gather at the width that is propagated; x without a gradient needs no way back.
    return wide < narrow if x.requires_grad else wide <= 2 * narrow


def _is_plain(lin: Any) -> bool:
    """Whether calling ``lin`` is its multiplication and nothing else: no hooks, no replacement."""
    return type(lin) is Linear and not (lin._forward_hooks or lin._forward_pre_hooks or lin._backward_hooks)
