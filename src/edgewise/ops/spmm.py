"""Gather and reduce: the operator behind every layer that sums, averages or takes extremes over neighbours."""

from typing import Any

import torch
from torch.autograd.function import once_differentiable

from edgewise._suggest import did_you_mean
from edgewise._typing import Float, Tensor
from edgewise.adjacency import Adjacency
from edgewise.errors import ArgumentError, DTypeError, ShapeError
from edgewise.ops import _dispatch, _traced

__all__ = ["REDUCTIONS", "sddmm", "spmm"]

REDUCTIONS = ("sum", "mean", "min", "max")


def spmm(
    adjacency: Adjacency | Tensor,
    x: Float[Tensor, "src *width"],
    weight: Tensor | None = None,
    reduce: str = "sum",
    *,
    diagonal: Tensor | None = None,
    num_dst: int | None = None,
) -> Float[Tensor, "dst *width"]:
    r"""Reduce the features of each node's neighbours, in one pass without a tensor of messages.

    .. math:: y_i = d_i x_i + \bigoplus_{k : j \to i} w_k x_j

    Args:
        adjacency: The edges: an :class:`~edgewise.adjacency.Adjacency`, or an ``edge_index`` (sorted once and kept).
        x: Features of the source nodes.
        weight: One number an edge, in the caller's edge order. Default: 1.
        reduce: ``"sum"``, ``"mean"`` (by the number of edges), ``"min"`` or ``"max"``. A node without edges gets 0.
        diagonal: One number a node that multiplies its own features, with ``"sum"`` only:
            :math:`(A + \mathrm{diag}(d))x` without storing a self loop.
        num_dst: How many destination nodes an ``edge_index`` has. Default: as many as sources.

    Shape:
        x ``[src, *width]`` · weight ``[edges]`` · diagonal ``[nodes]`` → ``[dst, *width]``

    Raises:
        ArgumentError: An unknown ``reduce``, or a ``diagonal`` without ``"sum"``.
        DTypeError: ``x`` is not floating.
        ShapeError: ``x``, ``weight`` or ``diagonal`` does not fit the adjacency.

    Cost: O(edges · width) time, O(nodes · width) memory, forward and backward; the same bits on any number of threads.
    Edges that tie for a minimum or maximum share its gradient equally, as in ``torch.amax``.

    Example:
        >>> adjacency = Adjacency.of(torch.tensor([[0, 1, 2], [1, 0, 1]]), (3, 3))
        >>> spmm(adjacency, torch.tensor([[1.0], [10.0], [100.0]])).tolist()
        [[10.0], [101.0], [0.0]]
    """
    _check_reduce(reduce, diagonal)
    if not x.is_floating_point():
        message = f"spmm: expected floating x, got {str(x.dtype).removeprefix('torch.')}. Use x.float()."
        raise DTypeError(message)
    shape = x.shape
    x = x.unsqueeze(1) if x.dim() == 1 else x.flatten(1)
    x, weight, diagonal = _one_dtype(x, weight, diagonal)
    if torch.compiler.is_compiling() and isinstance(adjacency, Tensor):
        rows = shape[0] if num_dst is None else num_dst
        out = _traced.propagate(adjacency, weight, diagonal, x, shape[0], rows, reduce)
    else:
        if isinstance(adjacency, Tensor):
            size = (shape[0], shape[0] if num_dst is None else num_dst)
            adjacency = Adjacency.of(adjacency, size, caller="spmm")
        _check_shapes(adjacency, x, weight, diagonal)
        out = _Spmm.apply(x, weight, diagonal, adjacency, reduce)
    return out if len(shape) == 2 else out.reshape(out.shape[0], *shape[1:])


def sddmm(
    adjacency: Adjacency, a: Float[Tensor, "dst width"], b: Float[Tensor, "src width"]
) -> Float[Tensor, " edges"]:
    r"""Multiply the two ends of each edge: :math:`y_k = a_i \cdot b_j` for the edge :math:`k : j \to i`.

    Args:
        adjacency: The edges.
        a: Features of the destination nodes.
        b: Features of the source nodes.

    Shape:
        a ``[dst, width]`` · b ``[src, width]`` → ``[edges]``, in the caller's edge order

    Raises:
        ShapeError: ``a`` or ``b`` does not fit the adjacency.

    Cost: O(edges · width) time, O(edges) memory; the same bits on any number of threads.

    Example:
        >>> adjacency = Adjacency.of(torch.tensor([[0, 1], [1, 0]]), (2, 2))
        >>> sddmm(adjacency, torch.tensor([[1.0], [2.0]]), torch.tensor([[3.0], [4.0]])).tolist()
        [6.0, 4.0]
    """
    wanted = ((adjacency.num_dst, a, "a"), (adjacency.num_src, b, "b"))
    for nodes, tensor, name in wanted:
        if tensor.shape[0] != nodes or tensor.shape[1] != a.shape[1]:
            message = (
                f"sddmm: expected {name} of shape [{nodes}, {a.shape[1]}], got {list(tensor.shape)}. "
                "a belongs to the destinations, b to the sources, with equal widths."
            )
            raise ShapeError(message)
    out: Tensor = _Sddmm.apply(a, b, adjacency)
    return out


class _Spmm(torch.autograd.Function):
    """Eager differentiation: several times cheaper a call than a registered formula, which serves tracing."""

    @staticmethod
    def forward(
        ctx: Any, x: Tensor, weight: Tensor | None, diagonal: Tensor | None, adjacency: Adjacency, reduce: str
    ) -> Tensor:
        x = x.contiguous()
        out: Tensor = _dispatch.run(
            "spmm", x, adjacency.indptr, adjacency.indices, adjacency.perm, weight, diagonal, x, reduce
        )
        ctx.adjacency, ctx.reduce = adjacency, reduce
        extreme = reduce in ("min", "max")
        needs_x = extreme or any(ctx.needs_input_grad[1:3])
        ctx.save_for_backward(x if needs_x else None, weight, diagonal, out if extreme else None)
        return out

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        x, weight, diagonal, out = ctx.saved_tensors
        adjacency: Adjacency = ctx.adjacency
        if ctx.reduce in ("min", "max"):
            return (*_extreme_backward(ctx, adjacency, x, weight, out, grad), None, None, None)
        if ctx.reduce == "mean":
            grad = grad / adjacency.degree().clamp(min=1).to(grad.dtype).unsqueeze(1)
        grad_x = grad_weight = grad_diagonal = None
        if ctx.needs_input_grad[0]:
            grad_x = _Spmm.apply(grad, weight, diagonal, adjacency.transpose(), "sum")
        if ctx.needs_input_grad[1]:
            grad_weight = _Sddmm.apply(grad, x, adjacency)
        if ctx.needs_input_grad[2]:
            grad_diagonal = (grad * x).sum(1)
        return grad_x, grad_weight, grad_diagonal, None, None


@once_differentiable
def _extreme_backward(
    ctx: Any, adjacency: Adjacency, x: Tensor, weight: Tensor | None, out: Tensor, grad: Tensor
) -> tuple[Tensor | None, Tensor | None]:
    rows = (adjacency.indptr, adjacency.indices, adjacency.perm)
    share = _dispatch.run("extreme_share", x, *rows, weight, x, out, grad.contiguous())
    grad_x = grad_weight = None
    if ctx.needs_input_grad[0]:
        back = adjacency.transpose()
        grad_x = _dispatch.run("extreme_grad", x, back.indptr, back.indices, back.perm, weight, x, out, share)
    if ctx.needs_input_grad[1]:
        grad_weight = _dispatch.run("extreme_weight", x, *rows, weight, x, out, share)
    return grad_x, grad_weight


class _Sddmm(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, a: Tensor, b: Tensor, adjacency: Adjacency) -> Tensor:
        a, b = a.contiguous(), b.contiguous()
        ctx.adjacency = adjacency
        ctx.save_for_backward(a, b)
        rows = (adjacency.indptr, adjacency.indices)
        if adjacency.num_values == adjacency.num_edges:
            out: Tensor = _dispatch.run("sddmm", b, *rows, adjacency.perm, a, b)
            return out
        # Edges that the adjacency leaves out have a value, and it stands for nothing.
        grouped = _dispatch.run("sddmm", b, *rows, None, a, b)
        return b.new_zeros(adjacency.num_values).index_copy_(0, adjacency.perm.long(), grouped)  # type: ignore[union-attr]

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        a, b = ctx.saved_tensors
        adjacency: Adjacency = ctx.adjacency
        grad_a = _Spmm.apply(b, grad, None, adjacency, "sum") if ctx.needs_input_grad[0] else None
        grad_b = _Spmm.apply(a, grad, None, adjacency.transpose(), "sum") if ctx.needs_input_grad[1] else None
        return grad_a, grad_b, None


def _check_reduce(reduce: str, diagonal: Tensor | None) -> None:
    if reduce not in REDUCTIONS:
        hint = did_you_mean(reduce, REDUCTIONS) or " Choose one of these."
        message = f"spmm: expected reduce to be one of {REDUCTIONS}, got {reduce!r}.{hint}"
        raise ArgumentError(message)
    if diagonal is not None and reduce != "sum":
        message = f"spmm: expected no diagonal with reduce={reduce!r}, got one. Add self loops to the edges instead."
        raise ArgumentError(message)


def _one_dtype(
    x: Tensor, weight: Tensor | None, diagonal: Tensor | None
) -> tuple[Tensor, Tensor | None, Tensor | None]:
    """Bring all to the dtype that torch's own multiplication would give, and weights to one dense axis."""
    dtype = x.dtype
    for value in (weight, diagonal):
        if value is not None and value.dtype != dtype:
            dtype = torch.promote_types(dtype, value.dtype)
    return (
        x.to(dtype),
        None if weight is None else weight.to(dtype).reshape(-1).contiguous(),
        None if diagonal is None else diagonal.to(dtype).reshape(-1).contiguous(),
    )


def _check_shapes(adjacency: Adjacency, x: Tensor, weight: Tensor | None, diagonal: Tensor | None) -> None:
    if x.shape[0] != adjacency.num_src:
        message = (
            f"spmm: expected x with one row for each of the {adjacency.num_src} source nodes, got {list(x.shape)}. "
            "Build the adjacency with size=(num_src, num_dst) of these features."
        )
        raise ShapeError(message)
    if weight is not None and weight.shape[0] != adjacency.num_values:
        message = (
            f"spmm: expected weight with one number for each of the {adjacency.num_values} edges, "
            f"got {weight.shape[0]}. Pass it in the order of edge_index."
        )
        raise ShapeError(message)
    if diagonal is not None and (adjacency.num_src != adjacency.num_dst or diagonal.shape[0] != adjacency.num_dst):
        message = (
            f"spmm: expected diagonal with one number a node of a square adjacency, got {diagonal.shape[0]} for "
            f"{adjacency.num_src} sources and {adjacency.num_dst} destinations. Leave it out for a bipartite graph."
        )
        raise ShapeError(message)
