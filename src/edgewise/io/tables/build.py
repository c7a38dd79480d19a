"""``from_tables``: tables of nodes and edges become one checked graph. Each step has a module of its own."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from edgewise.data import Data, HeteroData
from edgewise.errors import ArgumentError
from edgewise.io.tables.edges import number_edges, set_edges
from edgewise.io.tables.ids import NodeIds
from edgewise.io.tables.nodes import name_nodes, read_nodes
from edgewise.io.tables.opening import open_source
from edgewise.io.tables.progress import ReadingProgress
from edgewise.io.tables.report import TableReport
from edgewise.io.tables.sources import Source
from edgewise.io.tables.wishes import Wishes
from edgewise.ops import structure

__all__ = ["from_tables"]

_ME = "from_tables"


def from_tables(
    edges: Any,
    nodes: Any = None,
    *,
    source: Any = None,
    target: Any = None,
    id: Any = None,
    label: Any = None,
    split: Any = None,
    features: Any = None,
    edge_features: Any = None,
    weight: Any = None,
    time: Any = None,
    undirected: bool = False,
    unknown: str = "raise",
    seed: int = 0,
    quiet: bool = False,
) -> Data | HeteroData:
    """Make a graph of a table of edges and, if there is one, a table of nodes.

    A table is a path (``.csv``, ``.tsv``, also compressed; ``.parquet`` or a folder of such files; ``.arrow``,
    ``.feather``), a frame (pandas, Polars, Arrow, or any other that speaks Arrow's capsule protocol), or a dictionary
    of columns. For a graph of several types pass dictionaries of tables: ``nodes={"paper": ..., "author": ...}`` and
    ``edges={("author", "writes", "paper"): ...}``; an argument that differs by type is a dictionary then, too.

    What was done with every column is in ``data.report``: print it. Columns that no argument names are found by their
    usual names (``source`` and ``target``, ``src`` and ``dst``, ``from`` and ``to``, else the first two; ``id``;
    ``label`` or ``y``; ``split`` or ``train_mask``; ``weight``; ``time``), and the others become features: numbers and
    dates less their mean over their deviation, flags as 0 and 1, categories a column a value, text as hashed tf-idf.
    Means and the like come from the training nodes, if there is a split. These rules are kept as
    ``data.feature_rules`` and ``data.edge_rules``: passed as ``features`` and ``edge_features`` they treat new tables
    alike.

    Args:
        edges: A row for each edge.
        nodes: A row for each node. Without it nodes are numbered in the order in which edges name them; integers that
            are 0, 1, 2, ... without a gap are numbers already.
        source: The column of ``edges`` with the ids of sources.
        target: The column of ``edges`` with the ids of destinations.
        id: The column of ``nodes`` with their ids. Without one its rows are the nodes 0, 1, 2, ...
        label: The column of ``nodes`` to predict. Words, integers and flags are classes; floats are numbers, unless
            they are few and whole. A missing class is -1, a missing number NaN; neither is in a mask.
        split: The column of ``nodes`` with ``train``, ``val`` or ``test``; three boolean columns; ``"random"`` (shares
            of 0.6, 0.2, 0.2 of the labelled nodes); or three shares.
        features: Columns of ``nodes`` to use; or the kind of some, ``{"zip": "category", "note": "drop"}``, of
            ``number``, ``flag``, ``category``, ``text``, ``date``, ``vector``, ``drop``; or the rules of another graph.
        edge_features: Likewise, of ``edges``.
        weight: The column of ``edges`` that becomes ``edge_weight``, as it is.
        time: The column of ``edges`` that becomes ``edge_time``; dates in seconds since 1970.
        undirected: Store both directions of each edge, each once; with several types, of edges within one type.
        unknown: What to do with an edge whose node is not in ``nodes``: ``"raise"`` or ``"drop"``.
        seed: Of a random split.
        quiet: Show no progress.

    Returns:
        A ``Data``, or a ``HeteroData``: ``edge_index``, ``x``, ``y``, ``class_names``, masks, ``edge_attr``,
        ``edge_weight``, ``edge_time``, as the tables have them; ``node_names`` if ids are words, ``node_id`` if they
        are integers but not 0, 1, 2, ...; and ``report``.

    Raises:
        FileError: A file is missing, not readable, or not what its ending says.
        DataError: A value, row or id cannot be what it should; the message names file, column and row.
        ArgumentError: An argument names no column, or is none of those allowed.

    Cost: Parquet is read in batches and column by column: at 10 million edges the peak is 2 to 3 times the graph.

    Example:
        >>> people = {"id": ["ann", "bob", "eve"], "age": [31, 45, None], "label": ["x", "y", "x"]}
        >>> data = from_tables({"from": ["ann", "bob"], "to": ["bob", "eve"]}, people)
        >>> data.edge_index.tolist(), data.y.tolist(), data.feature_rules.feature_names
        ([[0, 1], [1, 2]], [0, 1, 0], ['age', 'age is missing'])
    """
    wishes = Wishes(
        of_nodes={"id": id, "label": label, "split": split, "features": features},
        of_edges={"source": source, "target": target, "weight": weight, "time": time, "features": edge_features},
        undirected=undirected,
        unknown=unknown,
        seed=seed,
        function=_ME,
    )
    several = isinstance(edges, Mapping) and any(isinstance(key, tuple) for key in edges)
    with ReadingProgress(quiet=quiet) as progress:
        report = TableReport()
        graph = (_of_types if several else _of_one_type)(edges, nodes, wishes, report, progress)
        report.note(f"graph: {graph.num_nodes:,} nodes, {graph.num_edges:,} edges")
        graph.report = report
        graph.validate()
        report.seconds = progress.seconds
    return graph


def _of_one_type(edges: Any, nodes: Any, wishes: Wishes, report: TableReport, progress: ReadingProgress) -> Data:
    graph = Data()
    if isinstance(nodes, Mapping) and nodes and not any(_is_column(values) for values in nodes.values()):
        message = (
            f"{_ME}: expected edges as a dictionary of tables, as nodes is one, got {type(edges).__name__}. Write "
            '{("author", "writes", "paper"): ...}.'
        )
        raise ArgumentError(message)
    edge_source = _opened(edges, "edges", report)
    ids = NodeIds(edge_source.name, edge_source.short)
    if nodes is not None:
        ids = read_nodes(graph, _opened(nodes, "nodes", report), wishes.nodes(), report, progress, _ME)
    elif given := [name for name, value in wishes.of_nodes.items() if value is not None]:
        message = f"{_ME}: expected nodes, as {given[0]} is given, got none. Pass the table of nodes."
        raise ArgumentError(message)
    numbered = number_edges(edge_source, (ids, ids), wishes.edges(), report, progress, _ME)
    order = ids.settle()
    graph.num_nodes = len(ids)
    set_edges(graph, numbered, (order, order), (len(ids),) * 2, wishes.edges(), report, _ME, is_square=True)
    name_nodes(graph, ids, report)
    if alone := len(ids) - structure.count_linked(graph.edge_index, len(ids)):
        report.note(f"{alone:,} node{'s have' if alone > 1 else ' has'} no edge to another node")
    return graph


def _of_types(edges: Any, nodes: Any, wishes: Wishes, report: TableReport, progress: ReadingProgress) -> HeteroData:
    graph = HeteroData()
    _check_types(edges, nodes)
    node_sources = {key: _opened(table, f"nodes[{key!r}]", report) for key, table in (nodes or {}).items()}
    edge_sources = {key: _opened(table, f"edges[{key!r}]", report) for key, table in edges.items()}
    wishes.check(node_sources, edge_sources)
    ids: dict[str, NodeIds] = {}
    for key, source in node_sources.items():
        ids[key] = read_nodes(graph[key], source, wishes.nodes(key, node_sources), report, progress, _ME, key)
    numbered = {}
    for key, source in edge_sources.items():
        ends = (ids.setdefault(key[0], NodeIds(key[0])), ids.setdefault(key[2], NodeIds(key[2])))
        numbered[key] = number_edges(source, ends, wishes.edges(key, edge_sources), report, progress, _ME)
    orders = {key: known.settle() for key, known in ids.items()}
    for name, known in ids.items():
        graph[name].num_nodes = len(known)
        name_nodes(graph[name], known, report)
    for key, found in numbered.items():
        sides = (key[0], key[2])
        set_edges(
            graph[key],
            found,
            (orders[sides[0]], orders[sides[1]]),
            (len(ids[sides[0]]), len(ids[sides[1]])),
            wishes.edges(key, edge_sources),
            report,
            _ME,
            is_square=sides[0] == sides[1],
        )
    return graph


def _opened(table: Any, name: str, report: TableReport) -> Source:
    source = open_source(table, name, _ME)
    if source.separator:
        report.note(f"{source.short}: values are separated by a {source.separator}")
    return source


def _is_column(values: Any) -> bool:
    is_table = isinstance(values, str | Path | Mapping) or hasattr(values, "columns") or hasattr(values, "schema")
    return not is_table


def _check_types(edges: Any, nodes: Any) -> None:
    for key in edges:
        if not (isinstance(key, tuple) and len(key) == 3 and all(isinstance(word, str) for word in key)):
            message = (
                f"{_ME}: expected edges by (source type, relation, destination type), got {key!r}. "
                'Write ("author", "writes", "paper").'
            )
            raise ArgumentError(message)
    if nodes is not None and not (isinstance(nodes, Mapping) and all(isinstance(key, str) for key in nodes)):
        kind = type(nodes).__name__
        message = (
            f'{_ME}: expected nodes as a dictionary of tables, as edges is one, got {kind}. Write {{"author": ...}}.'
        )
        raise ArgumentError(message)
