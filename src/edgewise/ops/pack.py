"""The rows of chosen graphs out of a table that holds those of all: a batch in one pass."""

from edgewise._typing import Int, Shaped, Tensor
from edgewise.ops import _dispatch

__all__ = ["pack_rows"]


def pack_rows(
    rows: Shaped[Tensor, "rows width"],
    offsets: Int[Tensor, " graphs_1"],
    graphs: Int[Tensor, " chosen"],
    increments: Int[Tensor, "graphs columns"] | None = None,
    *,
    flipped: bool = False,
) -> tuple[Shaped[Tensor, "..."], Int[Tensor, " chosen_1"]]:
    """Return the rows of chosen graphs, one graph after another, and where each graph's rows begin.

    Args:
        rows: The rows of all graphs, of any dtype.
        offsets: Graph ``g`` has the rows ``offsets[g]`` to ``offsets[g + 1]``.
        graphs: Which graphs, in which order; one may come twice.
        increments: To a graph's rows is added what the chosen graphs before it have here, one number a graph or one a
            column: how node numbers are shifted.
        flipped: Return ``[width, rows]``, as ``edge_index`` lies.

    Shape:
        rows ``[rows, width]`` · offsets ``[graphs + 1]`` · graphs ``[chosen]`` → ``[packed, width]``, ``[chosen + 1]``

    Cost: each row is read and written once, on all threads. Not differentiable: data has no gradient.

    Example:
        >>> import torch
        >>> rows, offsets = torch.tensor([[0, 1], [0, 0], [1, 0]]), torch.tensor([0, 1, 3])
        >>> out, ptr = pack_rows(rows, offsets, torch.tensor([1, 0]), torch.tensor([[2], [2]]), flipped=True)
        >>> out.tolist(), ptr.tolist()
        ([[0, 1, 2], [0, 0, 3]], [0, 2, 3])
    """
    out, ptr = _dispatch.run("pack_rows", offsets, rows, offsets, graphs, increments, flipped=flipped)
    return out, ptr
