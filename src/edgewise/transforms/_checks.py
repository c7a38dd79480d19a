"""What transforms check alike, of their arguments and of the graph as a whole."""

from typing import Any

from edgewise._suggest import did_you_mean
from edgewise.data import Batch, Data, HeteroData
from edgewise.errors import ArgumentError, DataError, DTypeError

__all__ = [
    "check_at_least",
    "check_choice",
    "check_graph",
    "check_homogeneous",
    "check_no_edge_labels",
    "check_single",
]


def check_graph(data: object, caller: str) -> None:
    """Check that it is a graph of ours.

    Raises:
        DTypeError: It is not.
    """
    if not isinstance(data, Data | HeteroData):
        kind = f"{type(data).__module__.partition('.')[0]}.{type(data).__name__}".removeprefix("builtins.")
        message = f"{caller}: expected a Data or HeteroData of edgewise, got {kind}. Make one: edgewise.Data(...)."
        raise DTypeError(message)


def check_homogeneous(data: object, caller: str) -> None:
    """Check that there is one type of nodes.

    Raises:
        DTypeError: There are several, or it is no graph.
    """
    check_graph(data, caller)
    if isinstance(data, HeteroData):
        message = f"{caller}: expected a Data, got a HeteroData. Use data.to_homogeneous()."
        raise DTypeError(message)


def check_single(data: object, caller: str) -> None:
    """Check that it is one graph, not a batch of several.

    Raises:
        DataError: A batch.
    """
    if isinstance(data, Batch):
        message = f"{caller}: expected one graph, got a batch. Transform the graphs before they are joined."
        raise DataError(message)


def check_no_edge_labels(data: Any, caller: str) -> None:
    """Check that no pair of nodes is named but by edges: nodes are about to be renumbered.

    Raises:
        DataError: There is an ``edge_label_index``.
    """
    if any("edge_label_index" in store for store in data.stores):
        message = (
            f"{caller}: expected no edge_label_index, got one, and nodes get new numbers. Split the edges after it."
        )
        raise DataError(message)


def check_at_least(caller: str, name: str, value: object, least: int = 1) -> None:
    """Check a count.

    Raises:
        ArgumentError: Not a whole number, or less.
    """
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        message = f"{caller}: expected {name} of at least {least}, got {value!r}. Pass a whole number."
        raise ArgumentError(message)


def check_choice(caller: str, name: str, value: object, choices: tuple[Any, ...]) -> None:
    """Check that an argument is one of those known.

    Raises:
        ArgumentError: It is not.
    """
    if value not in choices:
        hint = did_you_mean(str(value), [choice for choice in choices if isinstance(choice, str)])
        message = f"{caller}: expected {name} to be one of {choices}, got {value!r}.{hint}"
        raise ArgumentError(message)
