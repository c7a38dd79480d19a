"""A picture of any graph that a person can name: a data set or a file."""

from pathlib import Path
from typing import Any

import torch

from edgewise._lazy import lazy_import
from edgewise.data import Data
from edgewise.datasets import registry
from edgewise.errors import DataError, FileError
from edgewise.io import from_networkx, from_tables, read_edge_list
from edgewise.viz import force_layout, save_graph_svg

networkx = lazy_import("networkx")

__all__ = ["draw_graph"]

_PICTURES = (".png", ".svg", ".pdf")
_TABLES = (".csv", ".tsv", ".parquet", ".arrow", ".feather")
_LISTS = (".txt", ".edges", ".edgelist", ".el")


def draw_graph(graph: str, path: Path, root: Path | None = None) -> str:
    """Draw a graph, and say in a line what it is and where the picture lies.

    Args:
        graph: Name of a data set, or a file: a table of edges, an edge list, GraphML or GML.
        path: The picture; its ending chooses the format.
        root: Folder with the raw files of a data set.

    Raises:
        FileError: The file is missing, broken or of no known kind, or the picture's ending is unknown.
        ArgumentError: No data set has that name.
        DataError: There is nothing to draw.

    Example:
        >>> import tempfile
        >>> draw_graph("karate", Path(tempfile.mkdtemp(), "karate.svg")).split(":")[0]
        'karate'
    """
    if path.suffix.lower() not in _PICTURES:
        raise FileError(f"show: expected a picture ending in {', '.join(_PICTURES)}, got {path}. Rename it.")
    data = _read(graph, root)
    if not isinstance(data, Data) or data.edge_index is None or not data.num_nodes:
        raise DataError(
            f"show: expected a graph of one kind of nodes in {graph}, got {type(data).__name__}. Try another."
        )
    label = data.y if data.y is not None and data.y.dim() == 1 and not data.y.is_floating_point() else None
    label = torch.full((data.num_nodes,), -1) if label is None or len(label) != data.num_nodes else label
    names = getattr(data, "class_names", None)
    save_graph_svg(path, data.edge_index, force_layout(data.edge_index, data.num_nodes), label.long(), names)
    return f"{Path(graph).name}: {data.num_nodes:,} nodes, {data.num_edges:,} edges, drawn in {path}"


def _read(graph: str, root: Path | None) -> Any:
    path = Path(graph)
    kind = path.with_suffix("").suffix if path.suffix in (".gz", ".bz2", ".zst") else path.suffix
    if not kind or (graph in registry.NAMES and not path.exists()):
        dataset = registry.load(graph, root)
        data: Any = dataset[0]
        data.class_names = getattr(dataset, "class_names", None)
        return data
    if kind in _TABLES:
        return from_tables(graph, edge_features=[])
    if kind in _LISTS:
        return read_edge_list(graph)
    if kind in (".graphml", ".gml"):
        return _from_xml(path, kind)
    known = ", ".join((*_TABLES, *_LISTS, ".graphml", ".gml"))
    raise FileError(f"show: expected a graph file ({known}) or the name of a data set, got {graph}. Convert it.")


def _from_xml(path: Path, kind: str) -> Data:
    if not path.is_file():
        raise FileError(f"show: expected a file at {path}, got none. Check the path.")
    try:
        found = networkx.read_graphml(path) if kind == ".graphml" else networkx.read_gml(path, label="id")
    except Exception as error:  # its readers raise whatever their parsers do
        reason = str(error).splitlines()[0].rstrip(".") if str(error) else type(error).__name__
        raise FileError(
            f"show: expected {kind[1:]} in {path}, got something else ({reason}). Write it again."
        ) from error
    bare = networkx.Graph()  # attributes may differ in kind, and are not drawn
    bare.add_nodes_from(found.nodes)
    bare.add_edges_from(found.edges())
    return from_networkx(bare)
