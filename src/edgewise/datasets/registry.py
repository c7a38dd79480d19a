"""Datasets that have a name on the command line."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from edgewise._suggest import did_you_mean
from edgewise.data import Data, InMemoryDataset
from edgewise.datasets.karate_club import KarateClub
from edgewise.datasets.planetoid import Planetoid
from edgewise.errors import ArgumentError

__all__ = ["NAMES", "Entry", "load"]

Transform = Callable[[Data], Data]


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A dataset that can be loaded by its name.

    Attributes:
        summary: What it is, in a line.
        needs_download: Whether its files must be fetched or given.
        load: Makes the dataset from a root folder (``None`` for the default one) and a transform.
    """

    summary: str
    needs_download: bool
    load: Callable[[Path | None, Transform | None], InMemoryDataset]


def _planetoid(name: str, summary: str) -> Entry:
    def load_one(root: Path | None, transform: Transform | None = None) -> InMemoryDataset:
        return Planetoid(root, name, transform=transform)

    return Entry(summary=summary, needs_download=True, load=load_one)


def _karate(root: Path | None, transform: Transform | None = None) -> InMemoryDataset:
    return KarateClub(transform)


NAMES = {
    "karate": Entry(
        summary="34 members of a karate club, 78 friendships, 4 communities", needs_download=False, load=_karate
    ),
    "cora": _planetoid("Cora", "2,708 papers, 5,278 citations, 7 fields of machine learning"),
    "citeseer": _planetoid("CiteSeer", "3,327 papers, 4,552 citations, 6 fields of computer science"),
    "pubmed": _planetoid("PubMed", "19,717 papers, 44,324 citations, 3 kinds of diabetes"),
}


def load(name: str, root: str | Path | None = None, transform: Transform | None = None) -> InMemoryDataset:
    """Load a dataset by its name.

    Args:
        name: One of :data:`NAMES`.
        root: Folder of its files; ``None`` for the default one.
        transform: Applied to a graph each time it is taken out.

    Raises:
        ArgumentError: An unknown name; the message has the nearest one.
        FileError: Its files are missing and cannot be fetched, or broken.

    Example:
        >>> load("karate")[0].num_nodes
        34
    """
    if name not in NAMES:
        hint = did_you_mean(name, NAMES) or f" Known: {', '.join(NAMES)}."
        message = f"load: expected the name of a dataset, got {name!r}.{hint}"
        raise ArgumentError(message)
    return NAMES[name].load(None if root is None else Path(root), transform)
