"""Which column of nodes holds the ids that edges name, where its name does not say so."""

from collections.abc import Collection
from typing import Any

from edgewise._lazy import lazy_import
from edgewise.errors import DataError
from edgewise.io.tables.ids import as_ids
from edgewise.io.tables.sources import Source
from edgewise.io.tables.values import in_one_piece

pa = lazy_import("pyarrow")
pc = lazy_import("pyarrow.compute")

__all__ = ["find_id", "ids_as_words"]

_MOST_EDGES = 100_000
"""How many edges are looked at."""


def find_id(nodes: Source, edges: Source, ends: tuple[str, str], taken: Collection[str | None] = ()) -> str | None:
    """Return the column whose values are all different and hold most of what edges name; ``None`` where there is none.

    Args:
        nodes: The table of nodes.
        edges: The table of edges.
        ends: Its columns of sources and destinations.
        taken: Columns that are something else.

    Example:
        >>> from edgewise.io.tables.opening import open_source
        >>> nodes = open_source({"age": [3, 9], "user": ["ann", "bob"]}, "nodes", "train")
        >>> find_id(nodes, open_source({"a": ["ann"], "b": ["bob"]}, "edges", "train"), ("a", "b"))
        'user'
    """
    named = pa.concat_arrays([ids_as_words(edges, end).slice(0, _MOST_EDGES) for end in ends]).drop_null().unique()
    best, most = None, len(named) / 2
    for name in nodes.columns:
        if name in taken:
            continue
        try:
            values = ids_as_words(nodes, name)
        except DataError:  # fractions, dates, lists: no ids
            continue
        if values.null_count or len(values.unique()) < len(values):
            continue
        found = pc.sum(pc.is_in(named, value_set=values)).as_py() or 0
        if found > most:
            best, most = name, found
    return best


def ids_as_words(source: Source, column: str, function: str = "train") -> Any:
    """Return a column of ids as one Arrow array of words, so that those of two tables can be compared.

    Raises:
        DataError: They are fractions, dates or of another type that is no id.
    """
    parts = []
    first = 0
    for (batch,) in source.ids(column):
        parts.append(as_ids(batch, source, column, function, first).cast(pa.large_string()))
        first += len(batch)
    return in_one_piece(pa.chunked_array(parts, pa.large_string()))
