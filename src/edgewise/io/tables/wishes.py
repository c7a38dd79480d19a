"""What the user said, for all types at once, and what of it concerns one type of nodes or edges."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from edgewise._suggest import did_you_mean
from edgewise.errors import ArgumentError
from edgewise.io.tables.sources import Source

__all__ = ["EdgeWishes", "NodeWishes", "Wishes"]

_POLICIES = ("raise", "drop")


@dataclass(frozen=True)
class NodeWishes:
    """What the user said about the nodes of one type; ``None`` where nothing."""

    id: str | None = None
    label: str | None = None
    split: Any = None
    features: Any = None
    seed: int = 0


@dataclass(frozen=True)
class EdgeWishes:
    """What the user said about the edges of one type; ``None`` where nothing."""

    source: str | None = None
    target: str | None = None
    weight: str | None = None
    time: str | None = None
    features: Any = None
    undirected: bool = False
    unknown: str = "raise"


@dataclass(frozen=True)
class Wishes:
    """What the user said, by the names of the arguments.

    Args:
        of_nodes: Arguments about nodes; with several types each may be a dictionary by type.
        of_edges: Likewise, about edges.
        undirected: Whether both directions of edges are stored.
        unknown: What to do with edges whose nodes are not listed.
        seed: Of a random split.
        function: Named in errors.

    Raises:
        ArgumentError: ``unknown`` or ``seed`` is none of those allowed.
    """

    of_nodes: Mapping[str, Any]
    of_edges: Mapping[str, Any]
    undirected: bool
    unknown: str
    seed: int
    function: str

    def __post_init__(self) -> None:
        if self.unknown not in _POLICIES:
            hint = did_you_mean(str(self.unknown), _POLICIES)
            message = (
                f"{self.function}: expected unknown to be 'raise' or 'drop', got {self.unknown!r}.{hint or ' Use one.'}"
            )
            raise ArgumentError(message)
        if not isinstance(self.seed, int) or isinstance(self.seed, bool) or not 0 <= self.seed < 2**63:
            message = f"{self.function}: expected seed as an int of 0 or more, got {self.seed!r}. Use 0."
            raise ArgumentError(message)

    def nodes(self, key: str | None = None, sources: Mapping[Any, Source] | None = None) -> NodeWishes:
        """What concerns the nodes, or those of one type."""
        return NodeWishes(**_one_type(self.of_nodes, key, sources), seed=self.seed)

    def edges(self, key: Any = None, sources: Mapping[Any, Source] | None = None) -> EdgeWishes:
        """What concerns the edges, or those of one type; only edges within a type have two directions."""
        undirected = self.undirected and (key is None or key[0] == key[2])
        return EdgeWishes(**_one_type(self.of_edges, key, sources), undirected=undirected, unknown=self.unknown)

    def check(self, nodes: Mapping[str, Source], edges: Mapping[Any, Source]) -> None:
        """Check that every argument fits some of several types.

        Raises:
            ArgumentError: One does not.
        """
        for given, sources in ((self.of_nodes, nodes), (self.of_edges, edges)):
            for argument, value in given.items():
                name = "edge_features" if argument == "features" and sources is edges else argument
                self._check_one(name, value, sources)

    def _check_one(self, argument: str, value: Any, sources: Mapping[Any, Source]) -> None:
        if value is None or (argument == "split" and (value == "random" or _are_shares(value))):
            return
        is_by_type = isinstance(value, Mapping) and any(key in sources for key in value)
        if argument.endswith("features") and not is_by_type:
            example = next(iter(sources), "paper")
            message = (
                f"{self.function}: expected {argument} by type, as there are several, got {type(value).__name__}. "
                f"Write {argument}={{{example!r}: ...}}."
            )
            raise ArgumentError(message)
        if isinstance(value, Mapping):
            for key in value:
                if key not in sources:
                    hint = did_you_mean(str(key), map(str, sources))
                    known = ", ".join(map(str, sources)) or "none"
                    message = f"{self.function}: expected {argument} by type, got {key!r}.{hint} Types are {known}."
                    raise ArgumentError(message)
        elif not any(_has(source, value) for source in sources.values()):
            columns = list(dict.fromkeys(name for source in sources.values() for name in source.columns))
            hint = did_you_mean(str(value), columns)
            message = (
                f"{self.function}: expected {argument} to name a column of some table, got {value!r}.{hint} There are "
                f"{', '.join(columns)}."
            )
            raise ArgumentError(message)


def _one_type(given: Mapping[str, Any], key: Any, sources: Mapping[Any, Source] | None) -> dict[str, Any]:
    """A dictionary by type is looked up; the name of a column counts where there is such a column."""
    if sources is None:
        return dict(given)
    found = {}
    for argument, value in given.items():
        if isinstance(value, Mapping):
            found[argument] = value.get(key)
        else:
            counts = value == "random" or _are_shares(value) or _has(sources[key], value)
            found[argument] = value if counts else None
    return found


def _has(source: Source, value: Any) -> bool:
    names: Iterable[Any] = value if isinstance(value, list | tuple) else [value]
    return all(name in source.columns for name in names)


def _are_shares(value: Any) -> bool:
    return isinstance(value, list | tuple) and not all(isinstance(name, str) for name in value)
