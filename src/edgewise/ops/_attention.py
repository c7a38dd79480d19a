"""What the eager and the traced form of attention share: its arguments, bundled, and the two kernels."""

from typing import NamedTuple

from torch import Tensor

from edgewise.adjacency import Adjacency
from edgewise.ops import _dispatch

__all__ = ["Settings", "Tensors", "backward", "forward"]


class Tensors(NamedTuple):
    """What an attention is computed from and differentiated for."""

    query: Tensor | None
    key: Tensor
    value: Tensor
    edge: Tensor | None
    att: Tensor | None


class Settings(NamedTuple):
    """What else it depends on."""

    score: str
    heads: int
    factor: float
    p: float


def forward(
    adjacency: Adjacency, tensors: Tensors, settings: Settings, seed: Tensor | None
) -> tuple[Tensor, Tensor, Tensor]:
    """Return the result, and the maximum and sum of each softmax."""
    score, *numbers = settings
    adjacency = _numbered(adjacency, tensors)
    rows = (adjacency.indptr, adjacency.indices, adjacency.perm)
    kept: tuple[Tensor, Tensor, Tensor] = _dispatch.run(
        "attention", tensors.value, *rows, score, *tensors, *numbers, seed, adjacency.num_values
    )
    return kept


def backward(
    adjacency: Adjacency,
    tensors: Tensors,
    settings: Settings,
    seed: Tensor | None,
    kept: tuple[Tensor, ...],
    grad: Tensor,
) -> tuple[Tensor, ...]:
    """Return the gradients of ``tensors``; empty ones for those that are ``None``."""
    score, *numbers = settings
    adjacency = _numbered(adjacency, tensors)
    back = adjacency.transpose()
    rows = (adjacency.indptr, adjacency.indices, adjacency.perm, back.indptr, back.indices, back.perm)
    state = (seed, adjacency.num_values, *kept, grad.contiguous(), tensors.edge is not None)
    grads: tuple[Tensor, ...] = _dispatch.run("attention_grad", tensors.value, *rows, score, *tensors, *numbers, *state)
    return grads


def _numbered(adjacency: Adjacency, tensors: Tensors) -> Adjacency:
    """Edges by the caller's numbers where these name features, else as the backward pass likes them best."""
    return adjacency if tensors.edge is not None else adjacency.numbered_by_source()
