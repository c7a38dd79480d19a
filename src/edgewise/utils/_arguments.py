"""What the functions on ``edge_index`` check and complete alike."""

from edgewise._checks import check_edge_index, check_node_range
from edgewise._suggest import did_you_mean
from edgewise._typing import Tensor
from edgewise.errors import ArgumentError, ShapeError

__all__ = ["check_attributes", "count_nodes", "reduction"]

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
    if check:
        check_node_range(edge_index, num_nodes, num_nodes, caller=caller)
    return num_nodes


def _range(edge_index: Tensor) -> tuple[int, int]:
    if edge_index.numel() == 0:
        return 0, 0
    low, high = edge_index.aminmax()
    return int(low), int(high) + 1


def check_attributes(attributes: list[Tensor], edge_index: Tensor, *, caller: str) -> None:
    """Check that there is one row an edge."""
    for attribute in attributes:
        if attribute.dim() == 0 or attribute.shape[0] != edge_index.shape[1]:
            message = (
                f"{caller}: expected edge_attr with one row for each of the {edge_index.shape[1]} edges, "
                f"got {list(attribute.shape)}. The first axis of edge_attr counts edges."
            )
            raise ShapeError(message)


def reduction(name: str, argument: str, *, caller: str, others: tuple[str, ...] = ()) -> str:
    """Return the reduction of that name, under the name by which ``ops`` knows it; one of ``others`` as it is."""
    if name in others:
        return name
    if name not in _REDUCTIONS:
        names = (*_REDUCTIONS, *others)
        hint = did_you_mean(name, names)
        message = f"{caller}: expected {argument} to be one of {names}, got {name!r}.{hint}"
        raise ArgumentError(message)
    return _REDUCTIONS[name]
