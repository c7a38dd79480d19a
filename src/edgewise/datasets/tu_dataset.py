"""The graph classification benchmarks of TU Dortmund: MUTAG, PROTEINS, IMDB-BINARY and a hundred more."""

from collections.abc import Callable
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any

from edgewise.data import Data
from edgewise.datasets._public import PublicDataset, RawFile
from edgewise.datasets._raw import read_members, read_text
from edgewise.datasets._tu_files import PARTS, graphs_of, widths_of
from edgewise.errors import ArgumentError, FileError

__all__ = ["TUDataset"]

_ADDRESS = "https://www.chrsmrrs.com/graphkerneldatasets/"
_CLEANED = "https://raw.githubusercontent.com/nd7141/graph_datasets/master/datasets/"


class TUDataset(PublicDataset):
    """One of the graph classification benchmarks collected at TU Dortmund.

    Files are taken from ``root``, ``root/<name>`` or the folder ``raw`` in either, as ``<name>.zip`` or as the text
    files in it; otherwise the zip file is fetched. Its publisher names no checksum and has changed such files: what
    comes is checked to be whole and to fit together.

    Args:
        root: Folder of the dataset. ``None``: ``EDGEWISE_HOME``, or the platform's cache folder.
        name: As in the publisher's list, for example ``"MUTAG"``, ``"PROTEINS"`` or ``"REDDIT-BINARY"``.
        transform: Applied to a graph each time it is taken out.
        pre_transform: Applied once, before graphs are stored.
        pre_filter: Which graphs are kept, decided once.
        force_reload: Process again even if the stored graphs are good.
        use_node_attr: Put continuous node attributes, where there are some, before the labels in ``x``.
        use_edge_attr: Put continuous edge attributes, where there are some, before the labels in ``edge_attr``.
        cleaned: Only graphs of which no other is a copy (Ivanov et al.), from their own address.

    Labels of nodes and edges are one-hot columns; a dataset without any has no ``x`` (PyG gives one of width 0 where
    there are attributes that nobody asked for). Classes count from 0, in the order of the file's labels; where the
    dataset has numbers to predict, ``y`` has these. Self loops are dropped and duplicate edges are merged, their
    attributes added up.

    Raises:
        ArgumentError: A name that is none of a file.
        FileError: The files are missing and cannot be fetched, or broken.
        DataError: The files do not fit together, or a row is none; the message names file and row.

    Source: Morris et al., *TUDataset: a collection of benchmark datasets for learning with graphs*, 2020; cleaned:
    Ivanov, Sviridov & Burnaev, *Understanding isomorphism bias in graph data sets*, 2019.
    """

    def __init__(
        self,
        root: str | Path | None,
        name: str,
        transform: Callable[[Data], Any] | None = None,
        pre_transform: Callable[[Data], Any] | None = None,
        pre_filter: Callable[[Data], bool] | None = None,
        force_reload: bool = False,  # noqa: FBT001, FBT002 - PyG's signature
        use_node_attr: bool = False,  # noqa: FBT001, FBT002
        use_edge_attr: bool = False,  # noqa: FBT001, FBT002
        cleaned: bool = False,  # noqa: FBT001, FBT002
    ) -> None:
        if not name or Path(name).name != name:
            message = f"TUDataset: expected name to be one of the publisher's list, got {name!r}. Use one, as 'MUTAG'."
            raise ArgumentError(message)
        self.name, self.cleaned = name, cleaned
        self.use_node_attr, self.use_edge_attr = use_node_attr, use_edge_attr
        if cleaned:
            self._raw_name, self._processed_name = "raw_cleaned", "processed_cleaned"
        self.own, self.expected = [name], {}
        unpacked = [RawFile(f"{name}_{part}.txt") for part in ("A", "graph_indicator")]
        self.layouts = [[RawFile(f"{name}.zip", _CLEANED if cleaned else _ADDRESS)], unpacked]
        super().__init__(root, transform, pre_transform, pre_filter, force_reload=force_reload)

    @property
    def raw_file_names(self) -> list[str]:
        """The zip file, or every text file of the dataset where it is unpacked."""
        if len(self._raw_names) == 1:
            return list(self._raw_names)
        return sorted(path.name for path in self.raw_dir.glob(f"{self.name}_*.txt"))

    @property
    def checksums(self) -> dict[str, str | None]:
        """No file of the collection has a published checksum."""
        return dict.fromkeys(self.raw_file_names)

    def parse(self) -> list[Data]:
        """Return the graphs that the files hold."""
        attributes = {"node_attributes": self.use_node_attr, "edge_attributes": self.use_edge_attr}
        return graphs_of(self._texts(), f"TUDataset({self.name})", **attributes)

    def _texts(self) -> dict[str, tuple[str, str]]:
        caller, names = f"TUDataset({self.name})", {f"{self.name}_{part}.txt": part for part in PARTS}
        if len(self._raw_names) > 1:
            paths = [path for path in self.raw_paths if path.name in names]
            return {names[path.name]: (read_text(path, caller), str(path)) for path in paths}
        archive = self.raw_paths[0]
        found = read_members(archive, lambda member: PurePosixPath(member).name in names, caller)
        parts = {names[PurePosixPath(member).name]: (text, f"{archive} ({member})") for member, text in found.items()}
        if not parts:
            message = f"{caller}: expected {self.name}_A.txt and others in {archive}, got none of them."
            raise FileError(f"{message} Delete it and fetch it again.")
        return parts

    @cached_property
    def _widths(self) -> dict[str, tuple[int, int]]:
        texts = self._texts()
        return {kind: widths_of(texts, f"TUDataset({self.name})", kind) for kind in ("node", "edge")}

    @property
    def num_node_attributes(self) -> int:
        """How many continuous attributes a node has, whether or not they are in ``x``."""
        return self._widths["node"][0]

    @property
    def num_node_labels(self) -> int:
        """How many columns of ``x`` are one-hot labels of nodes."""
        return self._widths["node"][1]

    @property
    def num_edge_attributes(self) -> int:
        """How many continuous attributes an edge has, whether or not they are in ``edge_attr``."""
        return self._widths["edge"][0]

    @property
    def num_edge_labels(self) -> int:
        """How many columns of ``edge_attr`` are one-hot labels of edges."""
        return self._widths["edge"][1]

    @cached_property
    def card(self) -> dict[str, str]:
        """Facts about the data, for a report."""
        graphs, classes = self._graphs, self.num_classes
        nodes, edges = sum(graph.num_nodes for graph in graphs), sum(graph.num_edges for graph in graphs)
        return {
            "name": f"{self.name} of the TU Dortmund collection",
            "graphs": f"{len(graphs)}",
            "nodes": f"{nodes}, {nodes / max(len(graphs), 1):.2f} a graph",
            "edges": f"{edges} in both directions, {edges / 2 / max(len(graphs), 1):.2f} links a graph",
            "features": f"{self.num_node_labels} labels and {self.num_node_attributes} attributes of nodes, "
            f"{self.num_edge_labels} and {self.num_edge_attributes} of edges",
            "classes": str(classes) if classes else "numbers to predict",
            "size": self._size(),
            "source": "chrsmrrs.github.io/datasets",
            "licence": "not stated",
            "citation": "Morris et al., TUDataset: a collection of benchmark datasets for learning with graphs, 2020",
        }

    def __repr__(self) -> str:
        return f"{self.name}({len(self)})"
