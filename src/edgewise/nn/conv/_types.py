"""What layers over several types of nodes and edges share: names, linear maps a type, graphs joined at a destination.

An edge type is ``(source, relation, destination)``. What layers do with it does *not* belong here.
"""

from collections.abc import ItemsView, Iterable, KeysView, Mapping, Sequence
from typing import Any, TypeAlias

import torch

from edgewise._checks import check_node_range
from edgewise._memo import TensorMemo
from edgewise._suggest import did_you_mean
from edgewise._typing import Adj, Tensor
from edgewise.adjacency import Adjacency
from edgewise.errors import ArgumentError, DTypeError
from edgewise.nn._checks import check_features, check_graph
from edgewise.nn.linear import Linear
from edgewise.nn.message_passing import as_edge_index

__all__ = [
    "EdgeType",
    "Metadata",
    "TypeDict",
    "TypedLinear",
    "check_flow",
    "check_metadata",
    "check_types",
    "join",
    "state_key",
    "widths_of",
]

EdgeType: TypeAlias = tuple[str, str, str]
Metadata: TypeAlias = tuple[Sequence[str], Sequence[EdgeType]]
"""Node types and edge types, as ``HeteroData.metadata()`` gives them."""

_memo = TensorMemo()
_TAKEN: dict[type, frozenset[str]] = {
    kind: frozenset(dir(kind)) for kind in (torch.nn.ModuleDict, torch.nn.ParameterDict)
}


def state_key(name: str | EdgeType, kind: type = torch.nn.ModuleDict) -> str:
    """Return the name under which torch's dictionaries, and so a ``state_dict``, hold a type; the same as PyG's.

    Example:
        >>> state_key(("author", "writes", "paper")), state_key("v1.0"), state_key("keys")
        ('<author___writes___paper>', 'v1#0', '<keys>')
    """
    key = name if isinstance(name, str) else f"<{'___'.join(name)}>"
    return (f"<{key}>" if key in _TAKEN[kind] else key).replace(".", "#")


class TypeDict(torch.nn.ModuleDict):
    """Modules by the name of a node type or by an edge type.

    Example:
        >>> TypeDict({("a", "to", "b"): torch.nn.Identity()})["a", "to", "b"]
        Identity()
    """

    def __init__(self, modules: Mapping[Any, torch.nn.Module]) -> None:
        self._names = {state_key(name): name for name in modules}
        super().__init__({state_key(name): module for name, module in modules.items()})

    def __getitem__(self, name: Any) -> torch.nn.Module:
        """Return the module of a type."""
        return super().__getitem__(state_key(name))

    def __contains__(self, name: Any) -> bool:
        """Tell whether a type has a module."""
        return super().__contains__(state_key(name))

    def keys(self) -> KeysView[Any]:
        """Return the types."""
        return {self._names[key]: None for key in self._modules}.keys()

    def items(self) -> ItemsView[Any, Any]:
        """Return types and modules."""
        return {self._names[key]: module for key, module in self._modules.items()}.items()


class TypedLinear(torch.nn.Module):
    """A linear map for each node type.

    Example:
        >>> TypedLinear({"paper": 3, "author": -1}, 2)({"author": torch.ones(4, 5)})["author"].shape
        torch.Size([4, 2])
    """

    def __init__(self, in_channels: Mapping[str, int], out_channels: int) -> None:
        super().__init__()
        self.lins = TypeDict({name: Linear(width, out_channels) for name, width in in_channels.items()})

    def forward(self, x_dict: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Return the features of each type that is there, in the order of types."""
        return {name: lin(x_dict[name]) for name, lin in self.lins.items() if name in x_dict}

    def reset_parameters(self) -> None:
        """Draw the parameters anew."""
        for lin in self.lins.values():
            lin.reset_parameters()  # type: ignore[operator]


def widths_of(in_channels: int | Mapping[str, int], metadata: Metadata) -> dict[str, int]:
    """Return the width of each node type's features."""
    return dict.fromkeys(metadata[0], in_channels) if isinstance(in_channels, int) else dict(in_channels)


def check_metadata(layer: str, metadata: Any) -> None:
    """Check that metadata is a pair of node types and edge types, and that edges join known nodes.

    Raises:
        ArgumentError: It is not.
    """
    is_pair = isinstance(metadata, tuple | list) and len(metadata) == 2
    if not is_pair or not all(isinstance(edge, tuple) and len(edge) == 3 for edge in metadata[1]):
        message = (
            f"{layer}: expected metadata as (node types, edge types), the latter (source, relation, destination), "
            f"got {metadata!r}. Use data.metadata()."
        )
        raise ArgumentError(message)
    for edge_type in metadata[1]:
        for name in (edge_type[0], edge_type[2]):
            if name not in metadata[0]:
                hint = did_you_mean(name, metadata[0]) or " Add it to the node types."
                message = f"{layer}: expected edge types between node types of metadata, got {edge_type}.{hint}"
                raise ArgumentError(message)


def check_flow(layer: str, flow: str) -> None:
    """Check that messages go from the first node type of an edge type to the last.

    Raises:
        ArgumentError: They do not.
    """
    if flow != "source_to_target":
        message = (
            f"{layer}: expected flow='source_to_target', got {flow!r}. An edge type names its destination last: "
            "turn edges around with edge_index.flip(0) under a type of their own."
        )
        raise ArgumentError(message)


def check_types(layer: str, x_dict: Any, edge_index_dict: Any, metadata: Metadata) -> None:
    """Check that features and edges are of known types, and that both ends of each edge type have features.

    Raises:
        ArgumentError: A type is unknown, or features of an end are missing.
        DTypeError: Not dictionaries, features that are not floating, or edges that are not integer.
        ShapeError: Edges that are not ``[2, edges]``.
    """
    for name, given, known in (("x_dict", x_dict, metadata[0]), ("edge_index_dict", edge_index_dict, metadata[1])):
        if not isinstance(given, Mapping):
            message = f"{layer}: expected {name} as a dictionary by type, got {type(given).__name__}. Use data.{name}."
            raise DTypeError(message)
        for key in given:
            if key not in known:
                raise ArgumentError(f"{layer}: expected {name} with types of metadata, got {key!r}.{_hint(key, known)}")
    for name, x in x_dict.items():
        check_features(layer, x, torch.empty(2, 0, dtype=torch.long), f"x_dict[{name!r}]")
    for edge_type, edge_index in edge_index_dict.items():
        check_graph(f"{layer} {edge_type}", edge_index)
        for name in (edge_type[0], edge_type[2]):
            if name not in x_dict:
                message = (
                    f"{layer}: expected x_dict with features of {name!r}, an end of {edge_type}, got {list(x_dict)}. "
                    "Add them, or leave out these edges."
                )
                raise ArgumentError(message)


def join(
    graphs: Mapping[EdgeType, Adj], num_src: Sequence[int], num_dst: int, *, layer: str, grouped: bool = True
) -> Adjacency | Tensor:
    """Return one graph of all edges that arrive at a node type; each graph's sources follow those before.

    Args:
        graphs: The edges by type; every type has the same destinations.
        num_src: How many sources each has.
        num_dst: How many destinations they have.
        layer: The name that errors begin with.
        grouped: Return an ``Adjacency``, sorted once and kept with the edges; ``False``, and traced code: an
            ``edge_index``.

    Raises:
        NodeIndexError: An edge names a node that has no features.
    """
    sizes = {edge_type: (n, num_dst) for edge_type, n in zip(graphs, num_src, strict=True)}
    if torch.compiler.is_compiling() or not grouped:
        return _joined(graphs, sizes, layer)
    if len(graphs) == 1:
        (edge_type,) = graphs
        return Adjacency.of(graphs[edge_type], sizes[edge_type], caller=f"{layer} {edge_type}")
    make = lambda: Adjacency.of(_joined(graphs, sizes, layer), (sum(num_src), num_dst))  # noqa: E731
    return _memo.get(tuple(graphs.values()), tuple(sizes.items()), make)


def _joined(graphs: Mapping[EdgeType, Adj], sizes: Mapping[EdgeType, tuple[int, int]], layer: str) -> Tensor:
    parts, offset = [], 0
    for edge_type, edge_index in graphs.items():
        edges = edge_index if edge_index.layout == torch.strided else as_edge_index(edge_index)[0]
        if not torch.compiler.is_compiling():
            check_node_range(edges, *sizes[edge_type], caller=f"{layer} {edge_type}")
        parts.append(torch.stack([edges[0].long() + offset, edges[1].long()]))
        offset += sizes[edge_type][0]
    return parts[0] if len(parts) == 1 else torch.cat(parts, 1)


def _hint(key: Any, known: Iterable[Any]) -> str:
    names = {" ".join(name) if isinstance(name, tuple) else name: name for name in known}
    wanted = " ".join(map(str, key)) if isinstance(key, tuple) else str(key)
    hint = did_you_mean(wanted, names)
    for text, name in names.items():
        hint = hint.replace(f"{text!r}", f"{name!r}") if isinstance(name, tuple) else hint
    return hint or f" Known: {', '.join(map(str, known))}."
