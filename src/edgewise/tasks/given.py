"""What users hand over as numbers: labels, nodes, pairs; and nodes as the examples that scikit-learn splits."""

import copy
from typing import Any

import torch

from edgewise._typing import Int, Tensor
from edgewise.data import Data
from edgewise.errors import ArgumentError, DTypeError, NodeIndexError, ShapeError

__all__ = ["labelled", "node_numbers", "pair_numbers", "pairs_of_nodes", "tensor_of"]


def tensor_of(values: Any, name: str, function: str) -> Tensor:
    """Return a tensor, array, series or list of numbers as a tensor.

    Raises:
        DTypeError: Something in it is no number.

    Example:
        >>> tensor_of([2, 0], "y", "fit")
        tensor([2, 0])
    """
    try:
        return torch.as_tensor(values)
    except (TypeError, ValueError, RuntimeError) as error:
        got = getattr(values, "dtype", type(values).__name__)
        message = f"{function}: expected {name} as numbers, got {got}. Number what has names: 0, 1, 2, ..."
        raise DTypeError(message) from error


def node_numbers(
    nodes: Any, count: int, function: str, name: str = "nodes", cure: str = "Number them as in the graph."
) -> Int[Tensor, " nodes"]:
    """Return numbers of nodes, or of other things of a name, as a tensor.

    Raises:
        DTypeError: They are no whole numbers in one row.
        NodeIndexError: There is no such node.

    Example:
        >>> node_numbers([2, 0], 3, "predict").tolist()
        [2, 0]
    """
    index = tensor_of(nodes, name, function)
    index = index if index.numel() else index.long()
    if index.dim() != 1 or index.is_floating_point() or index.dtype == torch.bool:
        got = f"{str(index.dtype).removeprefix('torch.')} {list(index.shape)}"
        more = ", or a whole graph" if name == "nodes" else ""
        message = f"{function}: expected numbers of {name} [{name}], got {got}. Pass whole numbers{more}."
        raise DTypeError(message)
    _check_range(index, count, function, name, cure)
    return index.long()


def pair_numbers(pairs: Any, function: str, rows: str) -> Int[Tensor, "2 pairs"]:
    """Return pairs as a tensor of whole numbers.

    Args:
        pairs: ``[2, pairs]``.
        function: Named in errors.
        rows: What the two rows are, in the words of the repair.

    Raises:
        ShapeError: They are not ``[2, pairs]``.
        DTypeError: They are not whole numbers.

    Example:
        >>> pair_numbers([[0, 1], [2, 2]], "predict", "Row 0 = sources.").tolist()
        [[0, 1], [2, 2]]
    """
    pairs = tensor_of(pairs, "pairs", function)
    if pairs.dim() != 2 or pairs.shape[0] != 2:
        looks_transposed = pairs.dim() == 2 and pairs.shape[1] == 2
        cure = "It looks transposed: use pairs.t()." if looks_transposed and pairs.shape[0] > 1 else rows
        raise ShapeError(f"{function}: expected pairs [2, pairs], got {list(pairs.shape)}. {cure}")
    if pairs.is_floating_point() or pairs.dtype == torch.bool:
        kind = str(pairs.dtype).removeprefix("torch.")
        raise DTypeError(f"{function}: expected whole numbers in pairs, got {kind}. Use pairs.long().")
    out: Tensor = pairs.long().contiguous()
    return out


def pairs_of_nodes(pairs: Any, count: int, function: str) -> Int[Tensor, "2 pairs"]:
    """Return pairs of nodes that there are.

    Raises:
        ShapeError: They are not ``[2, pairs]``.
        DTypeError: They are not whole numbers.
        NodeIndexError: There is no such node.

    Example:
        >>> pairs_of_nodes([[0, 1], [2, 2]], 3, "predict").shape
        torch.Size([2, 2])
    """
    index = pair_numbers(pairs, function, "Row 0 = sources.")
    _check_range(index, count, function, "nodes", "Number them as in the graph.")
    return index


def _check_range(index: Tensor, count: int, function: str, name: str, cure: str) -> None:
    if index.numel() and not 0 <= int(index.min()) <= int(index.max()) < count:
        wrong = int(index[(index < 0) | (index >= count)][0])
        raise NodeIndexError(f"{function}: expected {name} in 0..{count - 1}, got {wrong}. {cure}")


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
    if not isinstance(graph, Data):
        raise DTypeError(f"{function}: expected graph= a Data, got {type(graph).__name__}. Pass the nodes' graph.")
    count = int(graph.num_nodes)
    index = node_numbers(nodes, count, function)
    labels = None if y is None else tensor_of(y, "y", function).to(index.device)
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
