"""Softmax among the rows that belong together."""

from edgewise._typing import Int, Tensor
from edgewise.errors import ArgumentError, DTypeError
from edgewise.ops import segment_softmax
from edgewise.utils._arguments import as_axis, as_count, check_boundaries, check_index, check_length, check_tensor

__all__ = ["softmax"]


def softmax(
    src: Tensor,
    index: Int[Tensor, " edges"] | None = None,
    ptr: Int[Tensor, " boundaries"] | None = None,
    num_nodes: int | None = None,
    dim: int = 0,
) -> Tensor:
    r"""Normalise the slices of ``src`` that share an index by a softmax, entry by entry.

    .. math:: y_k = \frac{\exp(\mathrm{src}_k)}{\sum_{l : \mathrm{index}_l = \mathrm{index}_k} \exp(\mathrm{src}_l)}

    Args:
        src: The scores.
        index: Where each slice belongs, in any order.
        ptr: Instead of ``index``, where slices of one group stand together: where each group begins, and last, where
            the last one ends.
        num_nodes: How many groups there are. Default: one more than the largest index.
        dim: The axis of ``src`` that is normalised.

    Shape:
        src ``[*before, edges, *after]`` · index ``[edges]`` or ptr ``[nodes + 1]`` → the shape of ``src``

    Raises:
        ArgumentError: Neither ``index`` nor ``ptr``; or boundaries that decrease, or do not go from 0 to the length of
            the axis.
        DTypeError: ``src`` is not floating.
        ShapeError: ``src`` does not have a slice for each entry of ``index``.
        NodeIndexError: An index below 0, or not below ``num_nodes``.

    Cost: O(size of ``src``) and one counting sort, kept with ``index``, where that is not sorted. The same bits on any
    number of threads. PyG adds 1e-16 to the denominator; ours does not.

    Example:
        >>> import torch
        >>> softmax(torch.tensor([0.0, 5.0, 0.0]), torch.tensor([1, 0, 1])).tolist()
        [0.5, 1.0, 0.5]
    """
    check_tensor(src, "src", caller="softmax")
    if not src.is_floating_point():
        kind = str(src.dtype).removeprefix("torch.")
        message = f"softmax: expected floating src, got {kind}. Use src.float()."
        raise DTypeError(message)
    axis = as_axis(dim, src, "src", "It is the axis that index goes along.", caller="softmax")
    if ptr is not None:
        index, num_nodes = check_boundaries(ptr, src.shape[axis], caller="softmax"), ptr.shape[0] - 1
    if index is None:
        message = "softmax: expected index or ptr, got neither. Pass the destination of each edge: edge_index[1]."
        raise ArgumentError(message)
    check_index(index, None, "index", "", caller="softmax", values=False)
    check_length(src, index, axis, dim, caller="softmax")
    if num_nodes is None:
        num_nodes = int(index.max()) + 1 if index.numel() else 0
    num_nodes = as_count(num_nodes, "num_nodes", caller="softmax")
    check_index(index, num_nodes, "index", "Raise num_nodes, or leave out rows of index -1.", caller="softmax")
    return segment_softmax(src.movedim(axis, 0), index, num_nodes).movedim(0, axis)
