"""Where the arguments of ``message``, ``aggregate`` and ``update`` come from, resolved in plain Python."""

import inspect
from collections.abc import Callable, Mapping
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

__all__ = ["Signatures", "collect"]

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


def collect(
    layer: "MessagePassing",
    methods: tuple[str, ...],
    edge_index: Tensor | Adjacency,
    size: Size,
    kwargs: Mapping[str, Any],
) -> dict[str, Any]:
    """Return every value that ``methods`` may ask for: the caller's, those lifted to edges, and the bookkeeping."""
    if isinstance(edge_index, Adjacency):
        edge_index = _edges_of(edge_index)
    elif isinstance(edge_index, Tensor) and edge_index.layout != torch.strided:
        target, source = sparse_coordinates(edge_index)
        edge_index = torch.stack([source, target])
    check_edge_index(edge_index, caller=type(layer).__name__)
    lifted = {
        name: (name[:-2], name[-2:] == "_i")
        for name in layer._signatures.names(methods)
        if name[-2:] in ("_i", "_j") and name[:-2] in kwargs
    }
    receiver = 1 if layer.flow == "source_to_target" else 0
    sizes = _sizes(layer, size, [(kwargs[base], base) for base, _ in lifted.values()], receiver, edge_index)
    # Without tracing, sorting checks the range of every index and gives gathers a backward without atomics.
    grouped = None if torch.compiler.is_compiling() else _Grouped(edge_index, sizes, receiver, type(layer).__name__)
    given: dict[str, Any] = dict(kwargs)
    for name, (base, to_receiver) in lifted.items():
        row = receiver if to_receiver else 1 - receiver
        given[name] = _lift(kwargs[base], row, edge_index, grouped, layer.node_dim)
    given.update(
        adjacency=None if grouped is None else grouped.by(receiver),
        dim_size=sizes[receiver],
        edge_index=edge_index,
        edge_index_i=edge_index[receiver],
        edge_index_j=edge_index[1 - receiver],
        index=edge_index[receiver],
        ptr=None,
        size=sizes,
        size_i=sizes[receiver],
        size_j=sizes[1 - receiver],
    )
    return given


class _Grouped:
    """The edges grouped by either end."""

    def __init__(self, edge_index: Tensor, sizes: tuple[int, int], receiver: int, caller: str) -> None:
        self._by_target = Adjacency.of(edge_index, sizes, caller=caller)

    def by(self, row: int) -> Adjacency:
        return self._by_target if row == 1 else self._by_target.transpose()


def _edges_of(adjacency: Adjacency) -> Tensor:
    """The edge list of an adjacency, in the caller's order."""
    grouped = torch.stack([adjacency.indices, adjacency.rows()]).long()
    return grouped if adjacency.perm is None else grouped[:, torch.argsort(adjacency.perm)]


def _sizes(
    layer: "MessagePassing", size: Size, features: list[tuple[Any, str]], receiver: int, edge_index: Tensor
) -> tuple[int, int]:
    """How many source and destination nodes there are, from ``size`` and every feature; they must agree."""
    known: list[int | None] = list(size) if size is not None else [None, None]
    for value, name in features:
        pair = value if isinstance(value, tuple | list) else (value, value)
        for row, part in enumerate(pair):
            if not isinstance(part, Tensor):
                continue
            nodes = part.shape[layer.node_dim] if part.dim() > 1 else part.shape[0]
            if known[row] is None:
                known[row] = nodes
            elif known[row] != nodes:
                message = (
                    f"{type(layer).__name__}: expected {name} with {known[row]} rows for the "
                    f"{('source', 'destination')[row]} nodes, got {nodes}. All node features need the same number."
                )
                raise ShapeError(message)
    if None in known:
        other = known[1] if known[0] is None else known[0]
        nodes = other if other is not None else int(edge_index.max()) + 1 if edge_index.numel() else 0
        known = [nodes if n is None else n for n in known]
    return known[0], known[1]  # type: ignore[return-value]


def _lift(value: Any, row: int, edge_index: Tensor, grouped: _Grouped | None, node_dim: int) -> Any:
    """The row of each edge's node: ``value`` may be one tensor or a pair for the two sides."""
    if isinstance(value, tuple | list):
        value = value[row]
    if not isinstance(value, Tensor):
        return value
    axis = node_dim if value.dim() > 1 else 0
    if grouped is None:
        return value.index_select(axis, edge_index[row])
    return gather(value.movedim(axis, 0), edge_index[row], grouped.by(row)).movedim(0, axis)
