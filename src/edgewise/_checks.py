"""Checks of an edge list that containers and layers share: pure functions that raise, or return nothing."""

import torch
from torch import Tensor

from edgewise.errors import DTypeError, NodeIndexError, ShapeError

__all__ = ["check_edge_index", "check_node_range"]


def check_edge_index(edge_index: object, *, caller: str) -> None:
    """Check type, dtype and shape ``[2, edges]``; reads no value, so it costs next to nothing.

    Args:
        edge_index: What the user passed.
        caller: The function that the message begins with.

    Raises:
        DTypeError: Not a tensor, or not integer.
        ShapeError: Not ``[2, edges]``.

    Example:
        >>> check_edge_index(torch.zeros(2, 5, dtype=torch.long), caller="GCNConv")
    """
    if not isinstance(edge_index, Tensor):
        function = "from_numpy" if hasattr(edge_index, "__array__") else "tensor"
        kind = f"{type(edge_index).__module__.partition('.')[0]}.{type(edge_index).__name__}"
        kind = kind.removeprefix("builtins.")
        message = f"{caller}: expected edge_index as a torch.Tensor, got {kind}. Use torch.{function}(edge_index)."
        raise DTypeError(message)
    if edge_index.dtype not in (torch.int64, torch.int32):
        kind = str(edge_index.dtype).removeprefix("torch.")
        message = f"{caller}: expected integer edge_index, got {kind}. Use edge_index.long()."
        raise DTypeError(message)
    if edge_index.dim() != 2 or edge_index.shape[0] != 2:
        looks_transposed = edge_index.dim() == 2 and edge_index.shape[1] == 2
        cure = (
            "It looks transposed: use edge_index.t()." if looks_transposed else "Row 0 = source, row 1 = destination."
        )
        message = f"{caller}: expected edge_index of shape [2, edges], got {list(edge_index.shape)}. {cure}"
        raise ShapeError(message)


def check_node_range(edge_index: Tensor, num_src: int, num_dst: int, *, caller: str) -> None:
    """Check that every edge joins nodes that exist.

    Args:
        edge_index: ``[2, edges]``, already checked by :func:`check_edge_index`.
        num_src: How many source nodes there are.
        num_dst: How many destination nodes there are.
        caller: The function that the message begins with.

    Raises:
        NodeIndexError: Naming the first edge that does not, its end, and the usual cause.

    Cost: O(edges), one pass.

    Example:
        >>> check_node_range(torch.tensor([[0, 1], [1, 0]]), 2, 2, caller="GCNConv")
    """
    if edge_index.numel() == 0:
        return
    for row, nodes, end in ((0, num_src, "source"), (1, num_dst, "destination")):
        low, high = edge_index[row].aminmax()
        if low >= 0 and high < nodes:
            continue
        wrong = (edge_index[row] < 0) | (edge_index[row] >= nodes)
        edge = int(wrong.nonzero()[0, 0])
        node = int(edge_index[row, edge])
        cause = (
            "Negative values often mark missing nodes: drop those edges."
            if node < 0
            else "Usual cause: ids are not consecutive, or x lacks nodes. Renumber them (Data.from_edges does)."
        )
        interval = f"0..{nodes - 1}" if nodes else "none, for a graph without nodes"
        message = (
            f"{caller}: expected edge_index values in {interval}, got node {node} as {end} of edge {edge} "
            f"({nodes} {end} nodes). {cause}"
        )
        raise NodeIndexError(message)
