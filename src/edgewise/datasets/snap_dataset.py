"""Edge lists of the Stanford Network Analysis Project."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edgewise._suggest import did_you_mean
from edgewise.data import Data
from edgewise.datasets._public import PublicDataset, RawFile
from edgewise.errors import ArgumentError
from edgewise.io.edge_list import read_edge_list
from edgewise.utils import coalesce

__all__ = ["SNAP_FILES", "SNAPDataset", "SnapFile"]

_ADDRESS = "https://snap.stanford.edu/data/"
_COMMUNITIES = f"{_ADDRESS}bigdata/communities/"


@dataclass(frozen=True)
class SnapFile:
    """A published edge list."""

    file: str
    about: str
    nodes: int
    lines: int
    """Edges as they are listed."""
    citation: str
    address: str = _ADDRESS
    is_listed_once: bool = False
    """Whether a line stands for both directions."""

    @property
    def edges(self) -> int:
        """How many edges the graph stores."""
        return 2 * self.lines if self.is_listed_once else self.lines


_LESKOVEC = "Leskovec, Kleinberg & Faloutsos, Graph evolution: densification and shrinking diameters, 2007"
_STRUCTURE = "Leskovec, Lang, Dasgupta & Mahoney, Community structure in large networks, 2009"
_YANG = "Yang & Leskovec, Defining and evaluating network communities based on ground-truth, ICDM 2012"
_SLASHDOT = "friends and foes on Slashdot"

SNAP_FILES = {
    "ca-AstroPh": SnapFile("ca-AstroPh.txt.gz", "astrophysicists who wrote together", 18772, 396160, _LESKOVEC),
    "ca-GrQc": SnapFile("ca-GrQc.txt.gz", "physicists of gravity who wrote together", 5242, 28980, _LESKOVEC),
    "com-amazon": SnapFile(
        "com-amazon.ungraph.txt.gz",
        "products bought together",
        334863,
        925872,
        _YANG,
        _COMMUNITIES,
        is_listed_once=True,
    ),
    "com-dblp": SnapFile(
        "com-dblp.ungraph.txt.gz",
        "computer scientists who wrote together",
        317080,
        1049866,
        _YANG,
        _COMMUNITIES,
        is_listed_once=True,
    ),
    "email-Enron": SnapFile("email-Enron.txt.gz", "e-mail at Enron", 36692, 367662, _STRUCTURE),
    "soc-Epinions1": SnapFile(
        "soc-Epinions1.txt.gz",
        "who trusts whom on Epinions",
        75879,
        508837,
        "Richardson, Agrawal & Domingos, ISWC 2003",
    ),
    "soc-LiveJournal1": SnapFile(
        "soc-LiveJournal1.txt.gz", "friends on LiveJournal", 4847571, 68993773, "Backstrom et al., KDD 2006"
    ),
    "soc-pokec": SnapFile(
        "soc-pokec-relationships.txt.gz", "friends on Pokec", 1632803, 30622564, "Takac & Zabovsky, 2012"
    ),
    "soc-Slashdot0811": SnapFile("soc-Slashdot0811.txt.gz", _SLASHDOT, 77360, 905468, _STRUCTURE),
    "soc-Slashdot0902": SnapFile("soc-Slashdot0902.txt.gz", _SLASHDOT, 82168, 948464, _STRUCTURE),
    "wiki-Vote": SnapFile(
        "wiki-Vote.txt.gz", "votes for administrators of Wikipedia", 7115, 103689, "Leskovec et al., CHI 2010"
    ),
}
"""The edge lists that :class:`SNAPDataset` knows."""

# PyG's names; the last one is its own slip.
_ALIASES = {"soc-ca-astroph": "ca-AstroPh", "soc-ca-grqc": "ca-GrQc", "soc-slashdot0922": "soc-Slashdot0902"}
_NAMES = {**{name.lower(): name for name in SNAP_FILES}, **_ALIASES}


class SNAPDataset(PublicDataset):
    """A network of the Stanford Network Analysis Project: the edges of a published text file.

    The graph is ``Data(edge_index, node_id)``: edges by source, then destination, each once. Nodes are numbered in the
    order of their published numbers, which ``node_id`` holds (absent where they are these numbers). PyG keeps published
    numbers, and so counts nodes that are not there.

    Files are taken from where they lie, packed or not. SNAP publishes no checksums: a downloaded file is counted.

    Args:
        root: Folder of the dataset. ``None``: ``EDGEWISE_HOME``, or the platform's cache folder.
        name: For example ``"ca-AstroPh"``, ``"email-Enron"``, ``"com-amazon"`` or ``"com-dblp"``, in any case; PyG's
            names of edge lists will do. ``SNAP_FILES`` of this module has all.
        transform: Applied to the graph each time it is taken out.
        pre_transform: Applied once, before the graph is stored.
        pre_filter: Whether the graph is kept.
        force_reload: Process again even if the stored graph is good.

    Raises:
        ArgumentError: An unknown name.
        FileError: The file is missing and cannot be fetched, or truncated.
        DataError: A line is not an edge; the message names it.

    Cost: a second for 3 million lines.

    Source: Leskovec & Krevl, *SNAP datasets: Stanford large network dataset collection*, 2014.
    """

    def __init__(
        self,
        root: str | Path | None,
        name: str,
        transform: Callable[[Data], Any] | None = None,
        pre_transform: Callable[[Data], Any] | None = None,
        pre_filter: Callable[[Data], bool] | None = None,
        force_reload: bool = False,  # noqa: FBT001, FBT002 - PyG's signature
    ) -> None:
        if name.lower() not in _NAMES:
            hint = did_you_mean(name, SNAP_FILES) or f" Known: {', '.join(SNAP_FILES)}."
            message = f"SNAPDataset: expected the name of an edge list, got {name!r}.{hint}"
            raise ArgumentError(message)
        self.name = _NAMES[name.lower()]
        self._file = SNAP_FILES[self.name]
        self.own: Sequence[str] = (self.name, "large")
        plain = self._file.file.removesuffix(".gz")
        self.layouts = ((RawFile(self._file.file, self._file.address),), (RawFile(plain),))
        self.expected = {"nodes": self._file.nodes, "edges": self._file.edges}
        super().__init__(root, transform, pre_transform, pre_filter, force_reload=force_reload)

    @property
    def card(self) -> dict[str, str]:
        """Facts about the data, for a report."""
        return {
            "name": f"{self.name}: {self._file.about}",
            "nodes": f"{self._file.nodes:,}",
            "edges": f"{self._file.edges:,}" + (", in both directions" if self._file.is_listed_once else ""),
            "source": "snap.stanford.edu/data",
            "licence": "not stated",
            "citation": self._file.citation,
        }

    def parse(self) -> list[Data]:
        """Return the one graph."""
        read = read_edge_list(self.raw_paths[0], directed=not self._file.is_listed_once)
        edge_index = coalesce(read.edge_index, num_nodes=read.num_nodes)
        data = Data(edge_index=edge_index, num_nodes=read.num_nodes)
        if "node_id" in read:
            data.node_id = read.node_id
        return [data]

    def __repr__(self) -> str:
        return f"SNAP-{self.name}({len(self)})"
