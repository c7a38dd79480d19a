"""Edges as people write them, pairs of names or numbers, to ``edge_index``."""

import reprlib
from collections.abc import Hashable, Iterable, Sequence
from typing import Any

import numpy as np
import torch

from edgewise._suggest import did_you_mean
from edgewise._typing import EdgeIndex, Int, Tensor
from edgewise.errors import ArgumentError, DataError, DTypeError, NodeIndexError, ShapeError
from edgewise.utils import to_undirected

__all__ = ["both_directions", "edges_from_pairs"]

_INT64_LIMIT = 2**63


def edges_from_pairs(pairs: Any, nodes: Iterable[Hashable] | None = None) -> tuple[EdgeIndex, list[str] | None, int]:
    """Return ``edge_index``, the nodes' names (``None`` for plain numbers) and how many nodes there are.

    Cost: a Python loop over pairs; integer arrays and tensors without ``nodes`` are taken as they are.

    Example:
        >>> edges_from_pairs([(0, 2)])[::2]
        (tensor([[0],
                [2]]), 3)
    """
    if isinstance(pairs, Tensor) or hasattr(pairs, "__array__"):
        pairs = _table(pairs)
    if isinstance(pairs, Tensor) and nodes is None:
        largest = int(pairs.max()) if pairs.numel() else -1
        _check_numbers([int(pairs.min()), largest] if pairs.numel() else [])
        return pairs.t().contiguous(), None, largest + 1
    ends = _ends(pairs.tolist() if isinstance(pairs, Tensor) else pairs)
    if nodes is None and all(isinstance(end, int) and not isinstance(end, bool) for end in ends):
        _check_numbers(ends)
        return _edge_index(ends), None, max(ends, default=-1) + 1
    order = _order(ends, nodes)
    return _edge_index(_numbered(ends, order)), [str(node) for node in order], len(order)


def both_directions(
    edge_index: EdgeIndex, num_nodes: int, attributes: dict[str, Any]
) -> tuple[Int[Tensor, "2 both"], dict[str, Any]]:
    """Return both directions of every edge, once, with ``edge_attr`` and ``edge_weight`` carried to both.

    Raises:
        ShapeError: An edge attribute has another number of rows than there are pairs.
        DataError: A pair is listed more than once, with different attributes.

    Example:
        >>> edge_index, attributes = both_directions(torch.tensor([[0], [1]]), 2, {"edge_weight": torch.tensor([0.5])})
        >>> edge_index.tolist(), attributes["edge_weight"].tolist()
        ([[0, 1], [1, 0]], [0.5, 0.5])
    """
    carried = {}
    for name in ("edge_attr", "edge_weight"):
        if attributes.get(name) is None:
            continue
        value = torch.as_tensor(attributes[name])
        if value.dim() == 0 or value.shape[0] != edge_index.shape[1]:
            message = (
                f"Data.from_edges: expected {name} with one row for each of the {edge_index.shape[1]} pairs, "
                f"got {list(value.shape)}. Give every pair a row; undirected=True carries it to both directions."
            )
            raise ShapeError(message)
        low, high = (to_undirected(edge_index, value, num_nodes, reduce)[1] for reduce in ("min", "max"))
        if not ((low == high) | low.isnan()).all():  # NaN equals nothing, and is for validate() to refuse
            message = (
                f"Data.from_edges: expected one {name} for each pair of nodes, got different ones for a pair that is "
                "listed more than once. Merge repeated pairs first, or leave undirected=True out."
            )
            raise DataError(message)
        carried[name] = low
    return to_undirected(edge_index, num_nodes=num_nodes), {**attributes, **carried}


def _table(pairs: Any) -> Any:
    """An integer table as a tensor ``[edges, 2]``; one of names or objects as a list."""
    is_tensor = isinstance(pairs, Tensor)
    table: Any = pairs if is_tensor else np.asarray(pairs)
    if table.shape[:1] == (0,):
        return []
    if table.ndim != 2 or table.shape[1] != 2:
        transposed = table.ndim == 2 and table.shape[0] == 2
        cure = "It looks transposed: use pairs.T." if transposed else "Write one pair for each edge."
        message = f"Data.from_edges: expected pairs of shape [edges, 2], got {list(table.shape)}. {cure}"
        raise ShapeError(message)
    integer = not (table.is_floating_point() or table.is_complex() or table.dtype == torch.bool) if is_tensor else None
    if integer or (not is_tensor and table.dtype.kind in "iu"):
        return table.long() if is_tensor else torch.from_numpy(table.astype(np.int64))
    if is_tensor or table.dtype.kind not in "OSUT":
        cure = "pairs.long()" if is_tensor else 'pairs.astype("int64")'
        kind = str(table.dtype).removeprefix("torch.")
        message = f"Data.from_edges: expected pairs of integers or names, got {kind}. Use {cure}."
        raise DTypeError(message)
    return table.tolist()


def _ends(pairs: Any) -> list[Any]:
    """Source and destination of every pair, in turn."""
    if not isinstance(pairs, Iterable):
        message = f"Data.from_edges: expected pairs (source, destination), got {pairs!r}. Pass a list of pairs."
        raise DTypeError(message)
    ends = []
    for position, given in enumerate(pairs):
        pair = given.tolist() if isinstance(given, np.ndarray | Tensor) else given
        if isinstance(pair, str | bytes) or not isinstance(pair, Sequence) or len(pair) != 2:
            message = (
                f"Data.from_edges: expected pairs (source, destination), got {reprlib.repr(pair)} at position "
                f"{position}. Write one pair for each edge; weights go into edge_weight=..."
            )
            raise ShapeError(message)
        ends += [end.item() if isinstance(end, np.generic) else end for end in pair]
    return ends


def _check_numbers(ends: list[int]) -> None:
    wrong = [end for end in (min(ends, default=0), max(ends, default=0)) if not 0 <= end < _INT64_LIMIT]
    if wrong:
        message = f"Data.from_edges: expected nodes numbered from 0, got {wrong[0]}. Drop or renumber that edge."
        raise NodeIndexError(message)


def _order(ends: list[Any], nodes: Iterable[Hashable] | None) -> list[Any]:
    """The nodes in the order that numbers them."""
    listed = ends if nodes is None else nodes.tolist() if isinstance(nodes, np.ndarray | Tensor) else list(nodes)
    fraction = next((end for end in listed if isinstance(end, float)), None)
    if nodes is None and fraction is not None:
        message = (
            f"Data.from_edges: expected names or whole numbers as nodes, got {fraction}. Use int(...) or str(...)."
        )
        raise DTypeError(message)
    try:
        order = list(dict.fromkeys(end.item() if isinstance(end, np.generic) else end for end in listed))
    except TypeError as error:
        message = f"Data.from_edges: expected nodes that can be told apart by hash, got {error}. Use names or numbers."
        raise DTypeError(message) from error
    if nodes is not None and len(order) != len(listed):
        twice = next(node for position, node in enumerate(listed) if node in listed[:position])
        message = f"Data.from_edges: expected each of nodes once, got {twice!r} again. Drop the repetition."
        raise ArgumentError(message)
    return order


def _numbered(ends: list[Any], order: list[Any]) -> list[int]:
    number = {node: index for index, node in enumerate(order)}
    for position, end in enumerate(ends):
        if not isinstance(end, Hashable) or end not in number:
            hint = did_you_mean(str(end), map(str, order)) or " Add it to nodes."
            message = f"Data.from_edges: expected nodes that are listed, got {end!r} in edge {position // 2}.{hint}"
            raise ArgumentError(message)
    return [number[end] for end in ends]


def _edge_index(ends: list[int]) -> EdgeIndex:
    return torch.tensor(ends, dtype=torch.int64).reshape(-1, 2).t().contiguous()
