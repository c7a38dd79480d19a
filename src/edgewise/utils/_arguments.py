"""What the functions on ``edge_index`` check and complete alike."""

import operator
from numbers import Real
from typing import Any

import torch

from edgewise._checks import check_edge_index, check_node_range
from edgewise._suggest import did_you_mean
from edgewise._typing import Tensor
from edgewise.errors import ArgumentError, DataError, DTypeError, NodeIndexError, ShapeError

__all__ = [
    "as_axis",
    "as_count",
    "as_index",
    "check_attributes",
    "check_boundaries",
    "check_choice",
    "check_index",
    "check_length",
    "check_pair",
    "check_probability",
    "check_rows",
    "check_tensor",
    "check_within_graphs",
    "count_nodes",
    "graph_sizes",
    "reduction",
]

_MOST_NODES = 2**40  # beyond what any memory holds: such numbers are ids

_REDUCTIONS = {"add": "sum", "sum": "sum", "mean": "mean", "min": "min", "max": "max", "mul": "mul"}


def count_nodes(edge_index: Tensor, num_nodes: int | None, *, caller: str, check: bool = True) -> int:
    """Return ``num_nodes``, or by default one more than the largest node.

    Args:
        edge_index: What the user passed.
        num_nodes: What the user passed.
        caller: The name that errors begin with.
        check: Whether every node must lie below ``num_nodes``, and none below 0.
    """
    check_edge_index(edge_index, caller=caller)
    if num_nodes is None:
        low, num_nodes = _range(edge_index)
        check = check and low < 0
        if num_nodes > _MOST_NODES:
            message = (
                f"{caller}: expected edge_index to number nodes from 0 without large gaps, got node {num_nodes - 1}. "
                "Ids are no node numbers: Data.from_edges and io.from_tables number them."
            )
            raise NodeIndexError(message)
    else:
        num_nodes = as_count(num_nodes, "num_nodes", caller=caller)
    if check:
        check_node_range(edge_index, num_nodes, num_nodes, caller=caller)
    return num_nodes


def _range(edge_index: Tensor) -> tuple[int, int]:
    if edge_index.numel() == 0:
        return 0, 0
    low, high = edge_index.aminmax()
    return int(low), int(high) + 1


def as_count(value: Any, argument: str, *, caller: str) -> int:
    """Check that ``value`` is a whole number of 0 or more, and return it.

    Args:
        value: What the user passed.
        argument: How the user knows it.
        caller: The name that errors begin with.
    """
    if torch.compiler.is_compiling():
        return value  # type: ignore[no-any-return]
    try:
        count = int(operator.index(value))
    except TypeError as error:
        message = f"{caller}: expected {argument} as an int, got {value!r}. Use int({argument})."
        raise DTypeError(message) from error
    if count < 0:
        message = f"{caller}: expected {argument} of 0 or more, got {count}. Pass how many there are."
        raise ArgumentError(message)
    return count


def as_axis(dim: Any, value: Tensor, argument: str, cure: str, *, caller: str) -> int:
    """Check that ``dim`` is an axis of a tensor, and return it counted from the first.

    Args:
        dim: What the user passed.
        value: The tensor.
        argument: How the user knows that.
        cure: What ``dim`` means.
        caller: The name that errors begin with.
    """
    check_rows(value, argument, caller=caller)
    if isinstance(dim, int) and -value.dim() <= dim < value.dim():
        return dim % value.dim()
    message = (
        f"{caller}: expected dim in {-value.dim()}..{value.dim() - 1} for {argument} of shape {list(value.shape)}, "
        f"got {dim!r}. {cure}"
    )
    raise ShapeError(message)


def check_length(src: Tensor, index: Tensor, axis: int, dim: int, *, caller: str) -> None:
    """Check that ``src`` has as many entries along an axis, known to the user as ``dim``, as ``index`` has."""
    if src.shape[axis] != index.shape[0]:
        message = (
            f"{caller}: expected src with {index.shape[0]} entries along dim={dim}, one for each entry of index, "
            f"got {list(src.shape)}. Pass the axis that index goes along as dim."
        )
        raise ShapeError(message)


def check_rows(value: Tensor, argument: str, *, caller: str) -> None:
    """Check that ``value`` is a dense tensor of one axis or more."""
    check_tensor(value, argument, caller=caller)
    if value.dim() == 0:
        message = f"{caller}: expected {argument} of one axis or more, got a number. Use {argument}.reshape(1)."
        raise ShapeError(message)


def check_pair(value: Any, argument: str, *, caller: str) -> None:
    """Check that ``value`` is a pair: one of sources, one of destinations."""
    if not isinstance(value, list | tuple) or len(value) != 2:
        message = (
            f"{caller}: expected {argument} as a pair, of sources and destinations, got {value!r}. "
            f"Use {argument}=(of_sources, of_destinations)."
        )
        raise ArgumentError(message)


def check_tensor(value: object, argument: str, *, caller: str) -> None:
    """Check that ``value`` is a dense tensor."""
    if not isinstance(value, Tensor):
        function = "from_numpy" if hasattr(value, "__array__") else "tensor"
        kind = f"{type(value).__module__.partition('.')[0]}.{type(value).__name__}".removeprefix("builtins.")
        message = f"{caller}: expected {argument} as a torch.Tensor, got {kind}. Use torch.{function}({argument})."
        raise DTypeError(message)
    if value.layout != torch.strided:
        message = f"{caller}: expected dense {argument}, got {value.layout}. Use {argument}.to_dense()."
        raise DTypeError(message)


def check_attributes(attributes: list[Tensor], edge_index: Tensor, *, caller: str, argument: str = "edge_attr") -> None:
    """Check that there is one row an edge."""
    for attribute in attributes:
        check_tensor(attribute, argument, caller=caller)
        if attribute.dim() == 0 or attribute.shape[0] != edge_index.shape[1]:
            message = (
                f"{caller}: expected {argument} with one row for each of the {edge_index.shape[1]} edges, "
                f"got {list(attribute.shape)}. The first axis of {argument} counts edges."
            )
            raise ShapeError(message)


def check_index(
    index: Tensor, limit: int | None, argument: str, cure: str, *, caller: str, values: bool = True
) -> None:
    """Check that there is one axis of integers from 0 to ``limit - 1``, or of any size.

    Args:
        index: What the user passed.
        limit: How many numbers are allowed; ``None``: all of 0 and more.
        argument: How the user knows ``index``.
        cure: What to do about a number outside.
        caller: The name that errors begin with.
        values: Whether to look at the numbers, and not only at type and shape. Compiled code never does.
    """
    check_tensor(index, argument, caller=caller)
    if index.dtype not in (torch.int64, torch.int32):
        kind = str(index.dtype).removeprefix("torch.")
        message = f"{caller}: expected integer {argument}, got {kind}. Use {argument}.long()."
        raise DTypeError(message)
    if index.dim() != 1:
        message = f"{caller}: expected {argument} of one axis, got {list(index.shape)}. Use {argument}.reshape(-1)."
        raise ShapeError(message)
    if not values or torch.compiler.is_compiling() or index.shape[0] == 0:
        return
    low, high = (int(end) for end in index.aminmax())
    if low >= 0 and (limit is None or high < limit):
        return
    interval = "of 0 and more" if limit is None else f"in 0..{limit - 1}" if limit else "in an empty range"
    position = int(((index < 0) | (index > (high if limit is None else limit - 1))).nonzero()[0, 0])
    message = (
        f"{caller}: expected {argument} values {interval}, got {int(index[position])} at position {position}. {cure}"
    )
    raise NodeIndexError(message)


def as_index(value: Any, argument: str, *, caller: str) -> Tensor:
    """Return a number, a list, an array or a tensor of integers as a tensor; booleans stay what they are.

    Args:
        value: What the user passed.
        argument: How the user knows it.
        caller: The name that errors begin with.
    """
    if isinstance(value, Tensor):
        check_tensor(value, argument, caller=caller)
    try:
        index = torch.as_tensor(value)
    except (TypeError, ValueError, RuntimeError) as error:
        message = f"{caller}: expected {argument} as integers, got {value!r}. Pass a tensor, or a list of numbers."
        raise DTypeError(message) from error
    # A list of nothing has no type of its own.
    return index.long() if index.numel() == 0 and index.is_floating_point() else index


def check_boundaries(ptr: Tensor, rows: int, *, caller: str) -> Tensor:
    """Check boundaries ``[segments + 1]`` of ``rows`` rows, and return the segment of each row."""
    check_index(ptr, None, "ptr", "", caller=caller, values=False)
    sizes = ptr.diff()
    if not torch.compiler.is_compiling():
        ends = (int(ptr[0]), int(ptr[-1])) if ptr.shape[0] else None
        if ends != (0, rows):
            found = "no boundary" if ends is None else f"{ends[0]} to {ends[1]}"
            message = (
                f"{caller}: expected ptr from 0 to {rows}, the number of rows, got {found}. "
                "Use edgewise.utils.cumsum(sizes)."
            )
            raise ArgumentError(message)
        if bool((sizes < 0).any()):
            position = int((sizes < 0).nonzero()[0, 0]) + 1
            message = (
                f"{caller}: expected ptr that never decreases, got {int(ptr[position])} after {int(ptr[position - 1])} "
                f"at position {position}. Use edgewise.utils.cumsum(sizes)."
            )
            raise ArgumentError(message)
    segments = torch.arange(ptr.shape[0] - 1, device=ptr.device)
    return torch.repeat_interleave(segments, sizes.long(), output_size=rows)


def graph_sizes(batch: Tensor, batch_size: int | None, *, caller: str, rows: int | None = None) -> Tensor:
    """Check a batch vector, and return how many nodes each graph has.

    Args:
        batch: The graph of each node, in order.
        batch_size: How many graphs there are; ``None``: one more than the last.
        caller: The name that errors begin with.
        rows: How many nodes there are, where the caller knows.
    """
    cure = "Raise batch_size, or number the graphs from 0."
    batch_size = None if batch_size is None else as_count(batch_size, "batch_size", caller=caller)
    check_index(batch, batch_size, "batch", cure, caller=caller)
    if rows is not None and batch.shape[0] != rows:
        message = (
            f"{caller}: expected batch with one entry for each of the {rows} rows, got {batch.shape[0]}. "
            "It says which graph each row belongs to."
        )
        raise ShapeError(message)
    falls = batch[1:] < batch[:-1]
    if not torch.compiler.is_compiling() and bool(falls.any()):
        at = int(falls.nonzero()[0, 0]) + 1
        message = (
            f"{caller}: expected batch in order, got {int(batch[at])} after {int(batch[at - 1])} at position {at}. "
            "Sort the nodes by batch first."
        )
        raise ArgumentError(message)
    if batch_size is None:
        return torch.bincount(batch)
    sizes = torch.zeros(batch_size, dtype=torch.long, device=batch.device)  # of a length that a compiler knows
    return sizes.index_add_(0, batch, torch.ones_like(batch, dtype=torch.long))


def check_within_graphs(edge_index: Tensor, batch: Tensor, *, caller: str) -> Tensor:
    """Check that both ends of every edge belong to the same graph, and return that."""
    graph, other = batch.index_select(0, edge_index[0]), batch.index_select(0, edge_index[1])
    wrong = (graph != other).nonzero()
    if wrong.shape[0]:
        edge = int(wrong[0, 0])
        source, target = (int(node) for node in edge_index[:, edge])
        message = (
            f"{caller}: expected every edge within one graph, got edge {edge} from node {source} of graph "
            f"{int(graph[edge])} to node {target} of graph {int(other[edge])}. "
            "Pass the batch vector that belongs to these edges."
        )
        raise DataError(message)
    return graph


def check_probability(p: float, *, caller: str, argument: str = "p") -> None:
    """Check that ``p`` lies between 0 and 1."""
    if not isinstance(p, Real) or not 0.0 <= p <= 1.0:
        message = f"{caller}: expected {argument} between 0 and 1, got {p!r}. It is a probability."
        raise ArgumentError(message)


def check_choice(name: object, argument: str, names: tuple[str, ...], *, caller: str) -> None:
    """Check that ``name`` is one of those allowed."""
    if not isinstance(name, str) or name not in names:
        hint = did_you_mean(name, names) if isinstance(name, str) else ""
        message = f"{caller}: expected {argument} to be one of {names}, got {name!r}.{hint}"
        raise ArgumentError(message)


def reduction(name: str, argument: str, *, caller: str, others: tuple[str, ...] = ()) -> str:
    """Return the reduction of that name, under the name by which ``ops`` knows it; one of ``others`` as it is."""
    check_choice(name, argument, (*_REDUCTIONS, *others), caller=caller)
    return _REDUCTIONS.get(name, name)
