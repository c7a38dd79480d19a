"""Which of several equal computations a layer runs. Decisions follow from sizes and from what needs a gradient alone.

A weighted sum or mean of neighbours commutes with a linear map of the features, so a layer has two orders; and what
depends on constants alone is computed once. What never happens here is a change of mathematics.
``EDGEWISE_PLAN=off`` runs every layer as it is written.
"""

import os
import weakref
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

import torch
from torch import Tensor
from torch.nn.functional import linear

from edgewise._memo import TensorMemo
from edgewise.adjacency import Adjacency
from edgewise.errors import ArgumentError
from edgewise.nn.linear import Linear
from edgewise.ops import dropout, epilogue, small_layer, sparse_rows

__all__ = [
    "ENABLED",
    "NOTHING",
    "Finish",
    "Propagation",
    "Shortcut",
    "Step",
    "finish",
    "is_plain",
    "is_small",
    "linear_features",
    "multiply",
    "note",
    "propagate_linear",
    "propagates_first",
    "recording",
    "weight_of",
]

AnyLinear: TypeAlias = Linear | torch.nn.Linear
"""A user's network is of torch's layers as often as of ours."""

_memo = TensorMemo()
_CHOICES = ("on", "off")
_SMALL_WORK = 2**17  # multiply-adds that take about as long as two calls


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


def linear_features(lin: AnyLinear, x: Tensor, bias: Tensor | None = None, *, p: float = 0.0) -> Tensor:
    """``dropout(x, p) @ lin.weight.T + bias``, without the layer's own bias."""
    if is_plain(lin):
        return multiply(x, weight_of(lin, x), bias, p=p)
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


class Finish(NamedTuple):
    """What follows a layer's bias."""

    act: str
    p: float
    """Probability that a value is dropped."""


NOTHING = Finish("identity", 0.0)


def finish(out: Tensor, bias: Tensor | None, after: Finish, *, reuse: bool = True) -> Tensor:
    """Add a bias, activate and drop in one pass; in the memory of ``out`` where nobody else needs it."""
    if after is NOTHING:
        return out if bias is None else out.add_(bias) if reuse else out + bias
    act, p = after
    note(
        "bias, activation and dropout in one pass",
        lambda: f"act={act}, p={p}",
        lambda: (4 + 4 * (p > 0)) * out.numel() * out.element_size(),
    )
    return epilogue(out, bias, act, p=p, reuse=reuse)


class Propagation(NamedTuple):
    """A linear map over nodes: what neighbours add up to."""

    run: Callable[[Tensor], Tensor]
    edges: int
    graph: tuple[Tensor, ...]
    """The tensors that it depends on; empty where its results must not be kept."""
    key: Hashable
    """What else it depends on."""
    matrix: tuple[Adjacency, Tensor | None, Tensor | None] | None = None
    """The same as a matrix, its weights and its diagonal, where it is a weighted sum."""


def propagate_linear(
    lin: AnyLinear,
    x: Tensor,
    propagation: Propagation,
    bias: Tensor | None = None,
    after: Finish = NOTHING,
    *,
    p: float = 0.0,
    root: Linear | None = None,
) -> Tensor:
    r"""Return :math:`\sigma(A\,\mathrm{dropout}(X)\,W^\top + X R^\top + b)` in the cheapest way (``root`` has R)."""
    planned = ENABLED and is_plain(lin) and (x.dim() == 2 or root is None)
    if planned and p == 0 and root is None and x.dim() == 2 and is_small(x, weight_of(lin, x), propagation):
        return _all_in_one(lin.weight, x, propagation, bias, after)
    if not planned or not propagates_first(x, weight_of(lin, x)) or sparse_rows(x) is not None:
        out = _multiplied_first(lin, x, propagation, p, root)
        note("multiply, then propagate", lambda: f"{x.shape[-1]} features in, {out.shape[-1]} out", lambda: 0)
        return finish(out, bias, after)
    weight = lin.weight
    beside = root if root is not None and is_plain(root) and _is_constant(x, propagation, p) else None
    mixed = _propagated(x, weight, propagation, p, beside=beside is not None)
    if beside is not None:  # one product in place of two, the second of which would read and write the first again
        weight, root = torch.cat([weight, weight_of(beside, x)], 1), None
    if after is NOTHING and root is None:
        return linear(mixed, weight, bias)
    out = linear(mixed, weight)
    if root is not None:
        # In place, unless autocast has made another dtype of the first product.
        in_place = is_plain(root) and out.dtype == x.dtype
        out = out.addmm_(x, weight_of(root, x).t()) if in_place else out + linear_features(root, x)
    return finish(out, bias, after)


def _multiplied_first(lin: AnyLinear, x: Tensor, propagation: Propagation, p: float, root: Linear | None) -> Tensor:
    if root is None:
        return propagation.run(linear_features(lin, x, p=p))
    if not (ENABLED and x.dim() == 2 and is_plain(lin) and is_plain(root)) or sparse_rows(x) is not None:
        return propagation.run(linear_features(lin, x)).add_(linear_features(root, x))
    # One product reads x once for both maps.
    both = linear(x, torch.cat([weight_of(lin, x), weight_of(root, x)]))
    neighbours, own = both.split([lin.weight.shape[0], root.weight.shape[0]], dim=1)  # its way back is one cat
    return propagation.run(neighbours.contiguous()).add_(own)


def _is_constant(x: Tensor, propagation: Propagation, p: float) -> bool:
    """Whether the next call propagates the same."""
    if torch.compiler.is_compiling() or x.requires_grad or p > 0:
        return False
    graph = propagation.graph
    return len(graph) > 0 and not any(t.requires_grad for t in graph)


def _propagated(x: Tensor, weight: Tensor, propagation: Propagation, p: float, *, beside: bool = False) -> Tensor:
    r""":math:`A\,\mathrm{dropout}(X)`, kept where it is the same in every call; ``beside``: with X to its right."""
    graph, edges, item = propagation.graph, propagation.edges, x.element_size()
    wide, narrow = x.shape[-1], weight.shape[0]
    if not _is_constant(x, propagation, p):
        note(
            "propagate, then multiply",
            lambda: f"{wide} features in, {narrow} out",
            lambda: edges * item * (2 * narrow - (2 if x.requires_grad else 1) * wide),
        )
        return propagation.run(dropout(x, p))
    run = (lambda: torch.cat([propagation.run(x), x], 1)) if beside else (lambda: propagation.run(x))
    kept = _memo.get((x, *graph), (propagation.key, beside), run)
    what, megabytes = "[A x, x]" if beside else "A x", kept.numel() * item / 2**20
    note(
        "multiply what was propagated once",
        lambda: f"x needs no gradient; {what} ({megabytes:.1f} MB) is kept until x or the graph changes",
        lambda: edges * item * 2 * narrow,
    )
    return kept


def _all_in_one(weight: Tensor, x: Tensor, propagation: Propagation, bias: Tensor | None, after: Finish) -> Tensor:
    adjacency, weights, diagonal = propagation.matrix  # type: ignore[misc]
    note(
        "the whole layer in one call",
        lambda: f"{x.shape[0]} nodes and {propagation.edges} edges: calls would cost more than arithmetic",
        lambda: 0,
    )
    return small_layer(adjacency, x, weight, bias, weight=weights, diagonal=diagonal, act=after.act, p=after.p)


class Shortcut:
    """A small layer's decision, for the next call with the same edges and features of the same kind.

    On such a graph asking everything again would take longer than the layer itself.
    """

    __slots__ = ("_dtype", "_edges", "_key", "_matrix", "_shape", "_version")

    def __init__(self, x: Tensor, edge_index: Tensor, propagation: Propagation) -> None:
        self._edges, self._version = weakref.ref(edge_index), edge_index._version
        self._shape, self._dtype = x.shape, x.dtype
        self._key, self._matrix = propagation.key, propagation.matrix

    def __reduce__(self) -> tuple[type, tuple[()]]:
        return type(None), ()  # a copy or a saved layer asks again

    def run(
        self, lin: AnyLinear, x: Tensor, edge_index: Tensor, key: Hashable, bias: Tensor | None, after: Finish
    ) -> Tensor | None:
        """Return the layer's result, or ``None`` where something is not as it was."""
        if (
            torch.compiler.is_compiling()
            or edge_index is not self._edges()
            or edge_index._version != self._version
            or not isinstance(x, Tensor)
            or key != self._key
            or x.shape != self._shape
            or x.dtype != self._dtype
            or x.dtype != lin.weight.dtype
            or recording
            or torch.is_autocast_enabled("cpu")
            or not is_plain(lin)
        ):
            return None
        adjacency, weight, diagonal = self._matrix  # type: ignore[misc]
        act, p = after
        return small_layer(adjacency, x, weight_of(lin, x), bias, weight=weight, diagonal=diagonal, act=act, p=p)


def is_small(x: Tensor, weight: Tensor, propagation: Propagation) -> bool:
    """Whether one thread is done before several calls have begun."""
    matrix = propagation.matrix
    work = max(x.numel(), propagation.edges) * weight.shape[0]
    return (
        work <= _SMALL_WORK
        and matrix is not None
        and not torch.compiler.is_compiling()
        and x.dtype == weight.dtype
        and not torch.is_autocast_enabled("cpu")
        and (matrix[1] is None or not matrix[1].requires_grad)
    )


def propagates_first(x: Tensor, weight: Tensor) -> bool:
    """Whether propagating at the width of ``x`` costs less than at that of its product with ``weight``."""
    wide, narrow = x.shape[-1], weight.shape[0]
    if not torch.is_grad_enabled() or not (x.requires_grad or weight.requires_grad):
        return wide < narrow
    # Forward and backward each gather at the width that is propagated; x without a gradient needs no way back.
    return wide < narrow if x.requires_grad else wide <= 2 * narrow


def weight_of(lin: AnyLinear, x: Tensor) -> Tensor:
    """Return the weight of a linear map, once ``x`` has shown how wide it must be."""
    return lin.weight_for(x) if isinstance(lin, Linear) else lin.weight


def is_plain(lin: Any) -> bool:
    """Whether calling ``lin`` is its multiplication and nothing else: no hooks, no replacement."""
    return type(lin) in (Linear, torch.nn.Linear) and not (
        lin._forward_hooks or lin._forward_pre_hooks or lin._backward_hooks
    )
