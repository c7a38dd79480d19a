"""New rows beside the tables of a run: people who are not in its graph, with edges to those who are."""

from typing import Any

import torch

from edgewise._lazy import lazy_import
from edgewise._typing import Tensor
from edgewise.data import Data
from edgewise.io import from_tables
from edgewise.io.tables.features import Rows, matrix
from edgewise.io.tables.opening import open_source
from edgewise.tasks.table_ids import ids_as_words
from edgewise.tasks.table_reading import TableReading, filler

pa = lazy_import("pyarrow")
pc = lazy_import("pyarrow.compute")

__all__ = ["merged_graph"]


def merged_graph(
    reading: TableReading,
    tables: tuple[Any, Any],
    new: tuple[Any, Any] = (None, None),
    function: str = "predict",
    *,
    quiet: bool = False,
) -> tuple[Data, Tensor]:
    """Return the graph of old and new tables together, and which of its nodes are rows of the new table.

    A new row with the id of an old one takes its place. An edge with an end that no table lists is left out.

    Args:
        reading: How the old tables were read.
        tables: The old edges and nodes; nodes may be ``None``.
        new: The new edges and nodes, either may be ``None``. Without new nodes every node is returned.
        function: Named in errors.
        quiet: Show no progress.

    Raises:
        ArgumentError: A column of ids, ends or weight is missing.
        DataError: A column that the rules need is missing, or an id is there twice.

    Example:
        >>> old = {"from": [0], "to": [1]}, {"id": [0, 1], "age": [3.0, 5.0]}
        >>> rules = from_tables(*old, quiet=True).feature_rules
        >>> reading = TableReading(features=rules, columns={"source": "from", "target": "to", "id": "id"})
        >>> data, rows = merged_graph(reading, old, ({"from": [7], "to": [1]}, {"id": [7], "age": [4.0]}), quiet=True)
        >>> data.edge_index.tolist(), data.x.flatten().tolist(), rows.tolist()
        ([[0, 2], [1, 1]], [-1.0, 1.0, 0.0], [2])
    """
    edges = _edges(reading, [table for table in (tables[0], new[0]) if table is not None], function)
    undirected = reading.columns.get("undirected", False)
    settings: dict[str, Any] = {"source": "source", "target": "target", "undirected": undirected}
    if tables[1] is None:
        data: Any = from_tables(edges, quiet=quiet, **settings)
        data.x = filler(data.num_nodes, reading.filler or 0)
        return _finished(data, reading), torch.arange(data.num_nodes)
    ids, x = _nodes(reading, tables[1], new[1], function)
    rows = torch.arange(len(ids[0]) if new[1] is not None else 0, sum(map(len, ids)))
    every = pa.concat_arrays(ids)
    data = from_tables(edges, {"id": every}, id="id", features=[], unknown="drop", quiet=quiet, **settings)
    data.x = filler(data.num_nodes, reading.filler) if reading.filler is not None else x
    return _finished(data, reading), rows


def _finished(data: Data, reading: TableReading) -> Data:
    data.table_reading = reading
    return data


def _edges(reading: TableReading, tables: list[Any], function: str) -> dict[str, Any]:
    """The ends, and weight, of all tables, one after the other."""
    columns: dict[str, list[Any]] = {"source": [], "target": []}
    weight = reading.columns.get("weight")
    for table in tables:
        source = open_source(table, "edges", function)
        for name, parts in columns.items():
            if name != "weight":
                column = reading.columns[name]
                source.check_column(column, f"the {name} of each edge", function)
                parts.append(ids_as_words(source, column, function))
        if weight is not None:
            source.check_column(weight, "the weight of each edge", function)
            columns.setdefault("weight", []).append(source.column(weight).cast(pa.float64()).combine_chunks())
    return {name: pa.concat_arrays(parts) for name, parts in columns.items()}


def _nodes(reading: TableReading, old: Any, new: Any, function: str) -> tuple[list[Any], Tensor]:
    """Ids of old nodes that stay and of new ones, and the features of all."""
    name = reading.columns.get("id")
    sources = [open_source(table, "nodes", function) for table in (old, new) if table is not None]
    ids, count = [], 0
    for source in sources:
        if name is None:  # rows are numbered on
            ids.append(pa.array(range(count, count + source.num_rows)).cast(pa.large_string()))
            count += source.num_rows
        else:
            source.check_column(name, "the id of each node", function)
            ids.append(ids_as_words(source, name, function))
    x = [matrix(reading.features, Rows(source), function) for source in sources]
    if new is not None:
        stays = pc.invert(pc.is_in(ids[0], value_set=ids[1]))
        ids[0] = ids[0].filter(stays)
        x[0] = x[0][torch.from_numpy(stays.to_numpy(zero_copy_only=False).copy())]
    return ids, torch.cat(x)
