"""Node features to edges: the first half of message passing."""

from typing import Any

import torch

from edgewise._typing import Shaped, Tensor
from edgewise.adjacency import Adjacency
from edgewise.ops import _dispatch

__all__ = ["gather"]


def gather(
    x: Shaped[Tensor, "nodes *width"], index: Shaped[Tensor, " edges"], adjacency: Adjacency
) -> Shaped[Tensor, "edges *width"]:
    r"""Copy the row of a node to each of its edges: :math:`y_k = x_{\mathrm{index}_k}`.

    Args:
        x: Node features.
        index: The node of each edge, in the caller's edge order.
        adjacency: The same edges grouped by that node; it carries gradients back.

    Shape:
        x ``[nodes, *width]`` · index ``[edges]`` → ``[edges, *width]``

    Cost: O(edges · width) time and memory. The backward is a grouped sum: no atomics, the same bits on any number of
    threads.

    Example:
        >>> edge_index = torch.tensor([[0, 1], [1, 0]])
        >>> gather(torch.tensor([[1.0], [2.0]]), edge_index[1], Adjacency.of(edge_index, (2, 2))).tolist()
        [[2.0], [1.0]]
    """
    if not (x.requires_grad and torch.is_grad_enabled()) or torch.compiler.is_compiling():
        return x.index_select(0, index)
    out: Tensor = _Gather.apply(x, index, adjacency)
    return out


def _as_matrix(rows: Tensor) -> Tensor:
    """``[rows, width]``, also where there is no row to tell the width from."""
    return rows.flatten(1) if rows.dim() > 1 else rows.unsqueeze(1)


class _Gather(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, index: Tensor, adjacency: Adjacency) -> Tensor:
        ctx.adjacency, ctx.shape = adjacency, x.shape
        ctx.save_for_backward(index)
        return x.index_select(0, index)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        grad_x = _SegmentSum.apply(_as_matrix(grad), ctx.saved_tensors[0], ctx.adjacency)
        return grad_x.reshape(ctx.shape), None, None


class _SegmentSum(torch.autograd.Function):
    """The transpose of gather, differentiable again through gather."""

    @staticmethod
    def forward(ctx: Any, grad: Tensor, index: Tensor, adjacency: Adjacency) -> Tensor:
        ctx.adjacency = adjacency
        ctx.save_for_backward(index)
        rows, grad = adjacency.incidence(), grad.contiguous()
        out: Tensor = _dispatch.run("spmm", grad, rows.indptr, rows.indices, None, None, None, grad, "sum")
        return out

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        return gather(grad, ctx.saved_tensors[0], ctx.adjacency), None, None
