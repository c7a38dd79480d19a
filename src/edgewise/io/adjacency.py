"""Adjacency as text: lists of neighbours, as NetworkX writes them, and matrices."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch

from edgewise._lazy import lazy_import
from edgewise.data import Data
from edgewise.io._numbering import WHOLE, number_integers, number_words
from edgewise.io._text import TextFile, is_number, read_columns, read_text
from edgewise.utils import to_undirected
from edgewise.utils._arguments import check_choice

__all__ = ["read_adjacency"]

pa = lazy_import("pyarrow")

_CALLER = "read_adjacency"
_FORMATS = ("auto", "list", "matrix")


def read_adjacency(
    path: str | Path,
    *,
    comment: str | None = "#",
    delimiter: str | None = None,
    format: str = "auto",
    directed: bool = True,
) -> Data:
    r"""Read a graph from a text file of adjacency.

    In a list each line is a node and the nodes that it has edges to: ``u v w`` are the edges from ``u`` to ``v`` and
    from ``u`` to ``w``. In a matrix the number in row ``i`` and column ``j`` is the ``edge_weight`` of the edge from
    node ``i`` to node ``j``; 0 is no edge. A first line, and a first column, may name the nodes.

    Args:
        path: The file, packed by gzip or not.
        comment: Lines that begin with it are skipped; ``None``: no line is a comment.
        delimiter: What separates fields. Default: the tab, comma or semicolon of the first line, else blanks.
        format: ``"list"``, ``"matrix"``, or ``"auto"``: a matrix where tabs, commas or semicolons separate fields, and
            where blanks do if there are as many lines as fields in each, and fractions, or lines that begin alike.
        directed: ``False``: each line of a list stands for both directions, as of an undirected graph of NetworkX; a
            matrix must be symmetric.

    Nodes are called as by :func:`read_edge_list`.

    Raises:
        FileError: The file is missing, cut off or no text.
        DataError: There is no line; a matrix is not square, holds something that is no finite number, or, with
            ``directed=False``, is not symmetric. The message names file and place.
        ArgumentError: An unknown ``format``.

    Cost: a matrix of 1000 nodes in a fifth of a second; lists at a million neighbours a second.

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp(), "graph.adjlist")
        >>> _ = path.write_text("# a star and a lonely node\n0 1 2\n3\n")
        >>> data = read_adjacency(path)
        >>> data.edge_index.tolist(), data.num_nodes
        ([[0, 0], [1, 2]], 4)
    """
    check_choice(format, "format", _FORMATS, caller=_CALLER)
    file = read_text(path, comment, delimiter, _CALLER)
    if not file.body.strip():
        file.fail("nodes", "none", cure="Pass another file.")
    if format == "list" or (format == "auto" and file.delimiter == " " and not _looks_like_matrix(file)):
        return _from_list(file, directed=directed)
    return _from_matrix(file, directed=directed)


def _looks_like_matrix(file: TextFile) -> bool:
    rows = file.rows()
    _, first = next(rows)
    if any(_is_fraction(field) for field in first):
        return True
    heads = [first[0]]
    for _, fields in rows:
        if len(fields) != len(first) or len(heads) == len(first):
            return False
        heads.append(fields[0])
    return len(heads) == len(first) and len(set(heads)) < len(heads)


def _from_list(file: TextFile, *, directed: bool) -> Data:
    rows = [fields for _, fields in file.rows()]
    for line, fields in file.rows() if file.delimiter != " " else ():
        if "" in fields:
            file.fail("nodes", "an empty field", line)
    words = [word for fields in rows for word in fields]
    sizes = torch.tensor([len(fields) for fields in rows])
    if all(map(re.compile(WHOLE).match, words)):
        numbers, nodes = number_integers(np.array(list(map(int, words)), dtype=np.int64))
    else:
        (numbers,), nodes = number_words(pa.array(words))
    is_head = torch.zeros(len(words), dtype=torch.bool)
    is_head[sizes.cumsum(0) - sizes] = True
    source = numbers[is_head].repeat_interleave(sizes - 1)
    edge_index = torch.stack([source, numbers[~is_head]])
    return Data(edge_index=edge_index if directed else to_undirected(edge_index, num_nodes=nodes["num_nodes"]), **nodes)


def _from_matrix(file: TextFile, *, directed: bool) -> Data:
    titles, matrix = _matrix(file)
    if matrix.shape[0] != matrix.shape[1]:
        got = f"{matrix.shape[0]} rows and {matrix.shape[1]} columns"
        cure = 'Pass format="list" if its lines are nodes with their neighbours.'
        file.fail("a square matrix", got, cure=cure)
    wrong = np.argwhere(~np.isfinite(matrix))
    if len(wrong):
        row, column = wrong[0]
        file.fail("finite numbers", f"{matrix[row, column]} from node {row} to {column}", cure="Use 0 for no edge.")
    differing = np.argwhere(matrix != matrix.T)
    if not directed and len(differing):
        row, column = differing[0]
        got = f"{matrix[row, column]:g} from node {row} to {column} but {matrix[column, row]:g} back"
        file.fail("a symmetric matrix, with directed=False", got, cure="Leave directed=False out.")
    edge_index = torch.from_numpy(np.stack(matrix.nonzero()))
    weight = torch.from_numpy(matrix[matrix != 0]).to(torch.get_default_dtype())
    return Data(edge_index=edge_index, edge_weight=weight, **_nodes(titles, len(matrix)))


def _matrix(file: TextFile) -> tuple[list[str], np.ndarray]:
    """What the first line calls the nodes, if it does, and the numbers."""
    rows = file.rows()
    (_, titles), (_, second) = next(rows), next(rows, (0, []))
    is_titled = len(second) == len(titles) + 1 or not all(map(is_number, titles))
    if not is_titled:
        return [], _numbers(file, len(titles), 0, first=0)
    has_names = len(second) == len(titles) + 1 or titles[0] == ""
    titles = titles[1:] if has_names and titles[0] == "" else titles
    matrix = _numbers(file, len(titles) + has_names, 1, first=int(has_names))
    if has_names:
        for (line, fields), title in zip(_all_but_first(file), titles, strict=False):
            if fields[0] != title:
                expected = f"the row of {title!r}, as in the first line"
                file.fail(expected, repr(fields[0]), line, "Bring rows and columns in one order.")
    return titles, matrix


def _numbers(file: TextFile, width: int, skip: int, *, first: int) -> np.ndarray:
    """The columns of numbers, ``[rows, columns]``; before them may be one of names."""
    kinds = {column: pa.float64() if column >= first else pa.string() for column in range(width)}
    table = read_columns(file, width, kinds, skip)
    if table is not None:
        columns = [table.column(column).to_numpy() for column in range(first, width)]
        return np.stack(columns, axis=1) if columns else np.zeros((table.num_rows, 0))
    matrix = []
    for line, fields in list(file.rows())[skip:]:
        wrong = next((field for field in fields[first:] if not is_number(field)), None)
        if wrong is not None:
            file.fail("numbers", repr(wrong), line, 'Pass format="list" if its lines are nodes with their neighbours.')
        if len(fields) != width:
            file.fail(f"{width} fields", f"{len(fields)} ({file.delimiter.join(fields)!r})", line)
        matrix.append([float(field) for field in fields[first:]])
    return np.array(matrix)


def _all_but_first(file: TextFile) -> Iterator[tuple[int, list[str]]]:
    rows = file.rows()
    next(rows)
    return rows


def _nodes(titles: list[str], count: int) -> dict[str, Any]:
    """What there is to know of nodes."""
    if not all(map(re.compile(WHOLE).match, titles)):
        return {"node_names": titles, "num_nodes": count}
    ids = torch.tensor([int(title) for title in titles], dtype=torch.int64)
    if not titles or torch.equal(ids, torch.arange(count)):
        return {"num_nodes": count}
    return {"node_id": ids, "num_nodes": count}


def _is_fraction(field: str) -> bool:
    return not field.lstrip("+-").isdigit() and is_number(field)
