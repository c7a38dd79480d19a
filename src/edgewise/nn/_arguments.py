"""Where the arguments of ``message``, ``aggregate`` and ``update`` come from, resolved in plain Python."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from edgewise._checks import check_edge_index
from edgewise._suggest import did_you_mean
from edgewise._typing import Size
from edgewise.adjacency import Adjacency, sparse_coordinates
from edgewise.errors import ArgumentError, ShapeError
from edgewise.ops import gather

if TYPE_CHECKING:
    from edgewise.nn.message_passing import MessagePassing

__all__ = ["Request", "Signatures", "collect"]

_METHODS = ("message", "aggregate", "update", "message_and_aggregate", "edge_update")
# The first argument of these is the result of the step before, not something to look up.
_LEADING = {"aggregate": 1, "update": 1}


class Signatures:
    """The argument names of a layer's methods, read once when it is built."""

    def __init__(self, parameters: dict[str, dict[str, inspect.Parameter]]) -> None:
        self._parameters = parameters

    @staticmethod
    def of(layer: "MessagePassing") -> "Signatures":
        """Read the methods of ``layer``."""
        return Signatures({name: _parameters(getattr(layer, name), _LEADING.get(name, 0)) for name in _METHODS})

    def names(self, methods: tuple[str, ...]) -> dict[str, inspect.Parameter]:
        """Return the arguments that any of ``methods`` asks for."""
        return {name: value for method in methods for name, value in self._parameters[method].items()}

    def pick(self, layer: "MessagePassing", method: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return the arguments of ``method`` out of ``given``.

        Raises:
            ArgumentError: One without a default is missing.
        """
        picked = {}
        for name, parameter in self._parameters[method].items():
            if name in given:
                picked[name] = given[name]
            elif parameter.default is inspect.Parameter.empty:
                known = {*given, *(base + end for base in given for end in ("_i", "_j"))}
                hint = did_you_mean(name, known) or f" Pass {name}=... to propagate."
                message = (
                    f"{type(layer).__name__}.{method}: expected arguments that propagate was given, got unknown "
                    f"{name!r}.{hint}"
                )
                raise ArgumentError(message)
        return picked


def _parameters(function: Callable[..., Any], leading: int) -> dict[str, inspect.Parameter]:
    named = [
        parameter
        for parameter in inspect.signature(function).parameters.values()
        if parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
    ]
    return {parameter.name: parameter for parameter in named[leading:]}


@dataclass(frozen=True)
class Request:
    """What a round of message passing was asked for: edges, sizes, and which values at which end of an edge."""

    layer: "MessagePassing"
    edge_index: Tensor
    sizes: tuple[int, int]
    kwargs: Mapping[str, Any]
    lifted: dict[str, tuple[str, int]]
    """``foo_j`` -> (``foo``, the row of ``edge_index`` that names its node)."""
    grouped: "_Grouped | None"
    """``None`` while tracing."""

    @property
    def receiver(self) -> int:
        """The row of ``edge_index`` that receives."""
        return 1 if self.layer.flow == "source_to_target" else 0

    def base(self, name: str) -> Any:
        """The node values behind a lifted name: those of its side, where there is a pair (source, destination)."""
        base, row = self.lifted[name]
        value = self.kwargs[base]
        return value[int(row == self.receiver)] if isinstance(value, tuple | list) else value

    def everything(self) -> dict[str, Any]:
        """Every value that a method may ask for, for all edges at once."""
        lifted = {name: self._lift(self.base(name), row) for name, (_, row) in self.lifted.items()}
        by_receiver = None if self.grouped is None else self.grouped.by(self.receiver)
        return self.bookkeeping(self.edge_index) | {"adjacency": by_receiver} | dict(self.kwargs) | lifted

    def apart_from_edges(self) -> dict[str, Any]:
        """Every value that ``update`` may ask for, where it asks for none of an edge's ends."""
        return self.bookkeeping(self.edge_index) | dict(self.kwargs)

    def bookkeeping(self, edge_index: Tensor) -> dict[str, Any]:
        """The names that every method may ask for, over some of the edges."""
        receiver = self.receiver
        return {
            "dim_size": self.sizes[receiver],
            "edge_index": edge_index,
            "edge_index_i": edge_index[receiver],
            "edge_index_j": edge_index[1 - receiver],
            "index": edge_index[receiver],
            "ptr": None,
            "size": self.sizes,
            "size_i": self.sizes[receiver],
            "size_j": self.sizes[1 - receiver],
        }

    def _lift(self, value: Any, row: int) -> Any:
        """The row of each edge's node."""
        if not isinstance(value, Tensor):
            return value
        axis = self.layer.node_dim if value.dim() > 1 else 0
        index = self.edge_index[row]
        if self.grouped is None:
            return value.index_select(axis, index)
        return gather(value.movedim(axis, 0), index, self.grouped.by(row)).movedim(0, axis)


def collect(
    layer: "MessagePassing",
    methods: tuple[str, ...],
    edge_index: Tensor | Adjacency,
    size: Size,
    kwargs: Mapping[str, Any],
) -> Request:
    """Find out what ``methods`` may ask for, and check that it fits together."""
    if isinstance(edge_index, Adjacency):
        edge_index = _edges_of(edge_index)
    elif isinstance(edge_index, Tensor) and edge_index.layout != torch.strided:
        target, source = sparse_coordinates(edge_index)
        edge_index = torch.stack([source, target])
    check_edge_index(edge_index, caller=type(layer).__name__)
    receiver = 1 if layer.flow == "source_to_target" else 0
    lifted = {
        name: (name[:-2], receiver if name[-2:] == "_i" else 1 - receiver)
        for name in layer._signatures.names(methods)
        if name[-2:] in ("_i", "_j") and name[:-2] in kwargs
    }
    sizes = _sizes(layer, size, [(kwargs[base], base) for base, _ in lifted.values()], edge_index)
    # Without tracing, sorting checks the range of every index and gives gathers a backward without atomics.
    grouped = None if torch.compiler.is_compiling() else _Grouped(edge_index, sizes, type(layer).__name__)
    return Request(layer, edge_index, sizes, kwargs, lifted, grouped)


class _Grouped:
    """The edges grouped by either end."""

    def __init__(self, edge_index: Tensor, sizes: tuple[int, int], caller: str) -> None:
        self._by_target = Adjacency.of(edge_index, sizes, caller=caller)

    def by(self, row: int) -> Adjacency:
        return self._by_target if row == 1 else self._by_target.transpose()


def _edges_of(adjacency: Adjacency) -> Tensor:
    """The edge list of an adjacency, in the caller's order."""
    grouped = torch.stack([adjacency.indices, adjacency.rows()]).long()
    return grouped if adjacency.perm is None else grouped[:, torch.argsort(adjacency.perm)]


def _sizes(layer: "MessagePassing", size: Size, features: list[tuple[Any, str]], edge_index: Tensor) -> tuple[int, int]:
    """How many source and destination nodes there are, from ``size`` and every feature; they must agree."""
    known: list[int | None] = list(size) if size is not None else [None, None]
    for value, name in features:
        pair = value if isinstance(value, tuple | list) else (value, value)
        for side, part in enumerate(pair):
            if not isinstance(part, Tensor):
                continue
            row = side if layer.flow == "source_to_target" else 1 - side
            nodes = part.shape[layer.node_dim] if part.dim() > 1 else part.shape[0]
            if known[row] is None:
                known[row] = nodes
            elif known[row] != nodes:
                message = (
                    f"{type(layer).__name__}: expected {name} with {known[row]} rows for the "
                    f"{('source', 'destination')[side]} nodes, got {nodes}. All node features need the same number."
                )
                raise ShapeError(message)
    if None in known:
        other = known[1] if known[0] is None else known[0]
        nodes = other if other is not None else int(edge_index.max()) + 1 if edge_index.numel() else 0
        known = [nodes if n is None else n for n in known]
    return known[0], known[1]  # type: ignore[return-value]
