"""Rows added to those that an index names, in place."""

from edgewise._typing import Float, Int, Tensor
from edgewise.ops import _dispatch

__all__ = ["add_rows_"]


def add_rows_(
    out: Float[Tensor, "nodes *width"], index: Int[Tensor, " edges"], rows: Float[Tensor, "edges *width"]
) -> None:
    """Add each row to the row of ``out`` that ``index`` names: a gather's way back, for a part of the edges.

    Args:
        out: Changed in place; contiguous.
        index: A row of ``out`` for each row.
        rows: What is added.

    Cost: O(edges · width). Threads share the columns: no atomics, the same bits on any number of threads.

    Example:
        >>> import torch
        >>> out = torch.zeros(2, 1)
        >>> add_rows_(out, torch.tensor([1, 0, 1]), torch.tensor([[1.0], [2.0], [3.0]]))
        >>> out.tolist()
        [[2.0], [4.0]]
    """
    flat = out.view(out.shape[0], -1)
    _dispatch.run("add_rows_", out, flat, index.contiguous(), rows.reshape(rows.shape[0], -1).contiguous())
