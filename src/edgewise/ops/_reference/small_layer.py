"""A whole layer on a small graph."""

from typing import Any

from torch import Tensor

from edgewise.ops._reference.epilogue import epilogue, epilogue_grad
from edgewise.ops._reference.kernel import kernel
from edgewise.ops._reference.spmm import spmm

__all__ = ["small_layer", "small_layer_grad"]


def _shape(*arguments: Any) -> Tensor:
    indptr, x, w = arguments[0], arguments[5], arguments[6]
    out: Tensor = x.new_empty(indptr.shape[0] - 1, w.shape[0])
    return out


@kernel(_shape)
def small_layer(
    indptr: Tensor,
    indices: Tensor,
    perm: Tensor | None,
    weight: Tensor | None,
    diagonal: Tensor | None,
    x: Tensor,
    w: Tensor,
    bias: Tensor | None,
    act: str,
    p: float,
    seed: Tensor | None,
) -> Tensor:
    """``dropout(act(A x w^T + bias))``."""
    return epilogue(spmm(indptr, indices, perm, weight, diagonal, x @ w.t(), "sum"), bias, act, p, seed)


def _grad_shapes(*arguments: Any) -> tuple[Tensor, Tensor, Tensor]:
    x, w, (with_x, with_w, with_bias) = arguments[5], arguments[6], arguments[-3:]
    return (
        x.new_empty(x.shape[0] if with_x else 0, x.shape[1]),
        x.new_empty(w.shape[0] if with_w else 0, x.shape[1]),
        x.new_empty(w.shape[0] if with_bias else 0),
    )


@kernel(_grad_shapes)
def small_layer_grad(
    indptr: Tensor,
    indices: Tensor,
    perm: Tensor | None,
    weight: Tensor | None,
    diagonal: Tensor | None,
    x: Tensor,
    w: Tensor,
    act: str,
    p: float,
    seed: Tensor | None,
    y: Tensor,
    grad: Tensor,
    with_x: bool,  # noqa: FBT001
    with_w: bool,  # noqa: FBT001
    with_bias: bool,  # noqa: FBT001
) -> tuple[Tensor, Tensor, Tensor]:
    """The gradients of x, w and bias; the rows are those of the *transpose*."""
    inner, grad_bias = epilogue_grad(grad, y, act, p, seed, with_bias)
    back = spmm(indptr, indices, perm, weight, diagonal, inner, "sum")
    none = x.new_empty(0, x.shape[1])
    return back @ w if with_x else none, back.t() @ x if with_w else none.clone(), grad_bias
