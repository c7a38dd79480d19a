"""Some nodes of one graph as examples, as scikit-learn hands them out: numbers of nodes, and their labels."""

import copy
from typing import Any

import torch

from edgewise._typing import Int, Tensor
from edgewise.data import Data
from edgewise.errors import ArgumentError, DTypeError, NodeIndexError

__all__ = ["labelled", "node_numbers"]


def node_numbers(nodes: Any, count: int, function: str) -> Int[Tensor, " nodes"]:
    """Return numbers of nodes as a tensor.

    Raises:
        DTypeError: They are no whole numbers in one row.
        NodeIndexError: There is no such node.

    Example:
        >>> node_numbers([2, 0], 3, "predict").tolist()
        [2, 0]
    """
    index = torch.as_tensor(nodes)
    if index.dim() != 1 or index.is_floating_point() or index.dtype == torch.bool:
        got = f"{str(index.dtype).removeprefix('torch.')} {list(index.shape)}"
        raise DTypeError(
            f"{function}: expected a graph, or numbers of its nodes [nodes], got {got}. Pass whole numbers."
        )
    index = index.long()
    if index.numel() and not 0 <= int(index.min()) <= int(index.max()) < count:
        wrong = int(index[(index < 0) | (index >= count)][0])
        raise NodeIndexError(f"{function}: expected nodes in 0..{count - 1}, got {wrong}. Number them as in the graph.")
    return index


def labelled(graph: Data, nodes: Any, y: Any, function: str = "fit") -> Data:
    """Return a graph whose labels are those of some nodes alone; all others are unknown, and none is held out.

    Raises:
        ArgumentError: There are not as many labels as nodes.
        NodeIndexError: There is no such node.

    Example:
        >>> from edgewise.datasets import KarateClub
        >>> labelled(KarateClub()[0], [0, 33], [1, 0]).y[[0, 1, 33]].tolist()
        [1, -1, 0]
    """
    if isinstance(nodes, Data):
        message = f"{function}: expected numbers of nodes beside y, got a graph. Set data.y, or choose nodes by mask=."
        raise ArgumentError(message)
    count = int(graph.num_nodes)
    index = node_numbers(nodes, count, function)
    labels = None if y is None else torch.as_tensor(y, device=index.device)
    if labels is None or labels.shape[:1] != index.shape:
        got = "none" if labels is None else str(list(labels.shape))
        raise ArgumentError(
            f"{function}: expected one row of y a node, got {got} for {len(index)} nodes. Pass as many."
        )
    unknown = float("nan") if labels.is_floating_point() else -1
    out = copy.copy(graph)
    out.y = torch.full((count, *labels.shape[1:]), unknown, dtype=labels.dtype).index_copy(0, index, labels)
    out.train_mask = torch.zeros(count, dtype=torch.bool).index_fill(0, index, 1)
    out.val_mask = out.test_mask = None
    return out
