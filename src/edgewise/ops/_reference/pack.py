"""The rows of chosen graphs out of a table that holds those of all."""

import torch
from torch import Tensor

from edgewise.ops._reference.kernel import kernel

__all__ = ["pack_rows"]


def _packed(
    rows: Tensor, offsets: Tensor, graphs: Tensor, increments: Tensor | None, *, flipped: bool
) -> tuple[Tensor, Tensor]:
    total, width = torch.library.get_ctx().new_dynamic_size(), rows.shape[1]
    out = rows.new_empty(width, total) if flipped else rows.new_empty(total, width)
    return out, offsets.new_empty(graphs.shape[0] + 1)


@kernel(_packed, counts=True)
def pack_rows(
    rows: Tensor, offsets: Tensor, graphs: Tensor, increments: Tensor | None, *, flipped: bool
) -> tuple[Tensor, Tensor]:
    """The rows ``offsets[g]`` to ``offsets[g + 1]`` of each chosen graph in turn, and where each graph's rows begin.

    To a graph's rows is added what the chosen graphs before it have as increments. Flipped: ``[width, rows]``.
    """
    sizes = offsets.diff()[graphs]
    ptr = torch.cat([offsets.new_zeros(1), sizes.cumsum(0)])
    shift = (offsets[graphs] - ptr[:-1]).repeat_interleave(sizes)
    out = rows[torch.arange(shift.shape[0], device=rows.device) + shift]
    if increments is not None:
        each = increments[graphs]
        out = out + (each.cumsum(0) - each).repeat_interleave(sizes, 0).to(out.dtype)
    return out.t().contiguous() if flipped else out, ptr
