"""Is a dataset what was published? Its files against checksums, its counts against published ones."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edgewise.datasets.registry import Entry

__all__ = ["Fact", "facts"]

_COUNTS: dict[str, Callable[[Any], int]] = {
    "graphs": len,
    "nodes": lambda dataset: sum(graph.num_nodes for graph in dataset),
    "edges": lambda dataset: sum(graph.num_edges for graph in dataset),
    "features": lambda dataset: int(dataset.num_features),
    "classes": lambda dataset: int(dataset.num_classes),
}


@dataclass(frozen=True)
class Fact:
    """Something that was looked at."""

    name: str
    found: str
    expected: str | None
    """What was published; ``None`` where nothing was."""

    @property
    def is_good(self) -> bool:
        """Whether it is as published, or nothing was published to compare with."""
        return self.expected is None or self.found == self.expected

    def __str__(self) -> str:
        if self.expected is None:
            return f"{self.found}  (nothing published to compare with)"
        return f"{self.found}  as published" if self.is_good else f"{self.found}  NOT as published: {self.expected}"


def facts(entry: Entry, dataset: Any) -> Iterator[Fact]:
    """Look at a dataset's files and counts, one after another.

    Args:
        entry: What is known of it. What its class expects is counted by the class.
        dataset: The dataset, loaded.

    Example:
        >>> from edgewise.datasets.registry import NAMES
        >>> [str(fact) for fact in facts(NAMES["karate"], NAMES["karate"].load())]
        ['34  as published', '156  as published', '4  as published']
    """
    checksums: Mapping[str, str | None] = getattr(dataset, "checksums", {})
    for name, path in zip(dataset.raw_file_names, dataset.raw_paths, strict=False):
        yield Fact(name, sha256_of(path), checksums.get(name))
    if expected := getattr(dataset, "expected", {}):
        counted = dataset.statistics()
        yield from (Fact(name, str(counted[name]), str(count)) for name, count in expected.items() if name in counted)
    for name, count in entry.expected.items():
        if name not in expected:
            yield Fact(name, str(_COUNTS[name](dataset)), str(count))


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(2**20):
            digest.update(block)
    return digest.hexdigest()
