"""Edge lists: text files with an edge a line, as SNAP, KONECT and NetworkX write them."""

import gzip
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch

from edgewise._checks import check_node_range
from edgewise._files import atomic_write
from edgewise._lazy import lazy_import
from edgewise._typing import Tensor
from edgewise.data import Data
from edgewise.errors import ArgumentError, DataError, NodeIndexError
from edgewise.io._numbering import WHOLE, number_integers, number_words
from edgewise.io._text import TextFile, has_padded_numbers, is_number, read_columns, read_text
from edgewise.utils import is_undirected, to_undirected

__all__ = ["read_edge_list", "write_edge_list"]

pa = lazy_import("pyarrow")
pa_csv = lazy_import("pyarrow.csv")
pc = lazy_import("pyarrow.compute")

_READ, _WRITE = "read_edge_list", "write_edge_list"
_TAKEN = ("edge_index", "node_id", "node_names")
_HEADS = {"source", "src", "from", "fromnodeid", "head", "node1", "node_1", "id_1", "id1"}


class _Table(NamedTuple):
    """The columns of a file."""

    file: TextFile
    columns: Any
    skipped: int
    """How many lines of names there were."""

    def read_as_words(self, column: int) -> list[str]:
        table = _read_words(self.file, self.columns.num_columns, [column], self.skipped)
        words: list[str] = table.column(column).to_pylist()
        return words

    def line_of(self, row: int) -> int:
        return next(number for place, (number, _) in enumerate(self.file.rows()) if place == row + self.skipped)


def read_edge_list(
    path: str | Path,
    *,
    comment: str | None = "#",
    delimiter: str | None = None,
    columns: Sequence[str | None] | None = None,
    header: bool | None = None,
    directed: bool = True,
    num_nodes: int | None = None,
) -> Data:
    r"""Read a graph from a text file whose lines are ``source destination``, perhaps with more fields.

    Whole numbers as ids are numbered in ascending order; unless they are 0, 1, 2, ... already, ``node_id`` holds them.
    Other ids (``007`` is one) are numbered in the order in which they appear, and ``node_names`` holds them.

    Args:
        path: The file, packed by gzip or not.
        comment: Lines that begin with it are skipped; ``None``: no line is a comment.
        delimiter: What separates fields. Default: the tab, comma or semicolon of the first line, else blanks.
        columns: Names of what follows source and destination, ``None`` for what is to be left out. Whole numbers become
            int64, other numbers floating, anything else a list of strings; ``"edge_weight"`` and ``"edge_attr"`` are
            floating. Default: one number is ``edge_weight``, several are ``edge_attr``.
        header: Whether the first line names the columns. Default: if it is the only one whose ids are not whole
            numbers, or begins with a name such as ``source``.
        directed: ``False``: each line stands for both directions; what is listed twice counts once.
        num_nodes: How many nodes there are; ids are then their numbers from 0, and stay.

    Raises:
        FileError: The file is missing, cut off or no text.
        DataError: A line is not as the others, there is no edge, or, with ``directed=False``, a pair has two different
            values. The message names file and line.
        NodeIndexError: An id outside of ``num_nodes``.
        ArgumentError: ``columns`` does not fit the file, or ids are not numbers but ``num_nodes`` is given.

    Cost: 3 million lines in about a second; twice the file in memory.

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp(), "roads.txt")
        >>> _ = path.write_text("# from to km\n10 20 1.5\n20 30 4\n")
        >>> data = read_edge_list(path)
        >>> data
        Data(edge_index=[2, 2], edge_weight=[2], node_id=[3], num_nodes=3)
        >>> data.node_id.tolist(), data.edge_index.tolist()
        ([10, 20, 30], [[0, 1], [1, 2]])
    """
    file = read_text(path, comment, delimiter, _READ)
    table = _parse(file, header=header)
    if table is None or not len(table.columns):
        if num_nodes is None:
            file.fail("edges", "none", cure="Pass num_nodes if it is meant to have none.")
        return Data(edge_index=torch.zeros(2, 0, dtype=torch.int64), num_nodes=num_nodes)
    edge_index, nodes = _ends(table, num_nodes)
    edges = _attributes(table, columns)
    if not directed:
        edge_index, edges = _both_directions(edge_index, nodes["num_nodes"], edges, table)
    return Data(edge_index=edge_index, **edges, **nodes)


def write_edge_list(
    data: Data,
    path: str | Path,
    *,
    delimiter: str = "\t",
    columns: Sequence[str] | None = None,
    directed: bool = True,
) -> None:
    """Write a graph as a text file whose lines are ``source destination``, perhaps with more fields.

    Nodes are called as in ``node_names`` or ``node_id`` where ``data`` has them. A first line, a comment, says how many
    nodes and edges there are. Nodes without edges are in no line: pass ``num_nodes`` when you read the file.

    Args:
        data: The graph.
        path: The file; packed by gzip if it ends in ``.gz``.
        delimiter: What separates fields.
        columns: Edge attributes of one value an edge that follow source and destination. Default: ``edge_weight`` if
            there is one.
        directed: ``False`` writes each pair once, the smaller number first.

    Raises:
        ArgumentError: ``data`` lacks one of ``columns``, it has not one value an edge, or ``delimiter`` is not one
            character.
        DataError: There are no edges, a name contains the delimiter, a quote or a line break or begins with ``#``; or
            with ``directed=False``, an edge lacks its opposite.
        FileError: The file cannot be written; what was there before stays.

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp(), "edges.tsv")
        >>> write_edge_list(Data(edge_index=torch.tensor([[0, 1], [1, 2]]), num_nodes=3), path, delimiter=" ")
        >>> print(path.read_text(), end="")
        # Nodes: 3 Edges: 2
        0 1
        1 2
    """
    path = Path(path)
    edge_index, nodes = data.edge_index, data.num_nodes
    if edge_index is None or edge_index.layout != torch.strided:
        message = f"{_WRITE}: expected a graph with edge_index, got {data}. Set data.edge_index."
        raise DataError(message)
    if len(delimiter) != 1 or delimiter in "\r\n\"'#":
        message = f"{_WRITE}: expected delimiter as a character, got {delimiter!r}. Use a tab, a comma or a blank."
        raise ArgumentError(message)
    check_node_range(edge_index, nodes, nodes, caller=_WRITE)
    names = [*(columns if columns is not None else ["edge_weight"] if data.edge_weight is not None else [])]
    fields = [_column_of(data, name) for name in names]
    if not directed:
        edge_index, fields = _each_once(edge_index, nodes, names, fields)
    called = _called(data, delimiter)
    ends = [called.take(pa.array(end)) for end in edge_index.cpu().numpy()]
    table = pa.table([*ends, *map(pa.array, fields)], [str(column) for column in range(2 + len(fields))])
    sink = pa.BufferOutputStream()
    sink.write(f"# Nodes: {nodes} Edges: {edge_index.shape[1]}\n".encode())
    options = pa_csv.WriteOptions(include_header=False, delimiter=delimiter, quoting_style="none")
    try:
        pa_csv.write_csv(table, sink, options)
    except pa.ArrowInvalid as error:
        value = str(error).partition("Invalid value: ")[2]
        message = (
            f"{_WRITE}: expected values without delimiter, quotes or line breaks, got {value!r}. Choose a delimiter."
        )
        raise DataError(message) from error
    content = sink.getvalue().to_pybytes()
    with atomic_write(path) as temporary:
        temporary.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)


def _parse(file: TextFile, *, header: bool | None) -> _Table | None:
    """Read ids as whole numbers where they all are, and else as words."""
    first = next(file.rows(), None)
    if first is None:
        return None
    number, fields = first
    width = len(fields)
    if width < 2:
        file.fail("source and destination", repr(fields[0]), number, "Pass delimiter=... if it is another one.")
    whole = {0: pa.int64(), 1: pa.int64()}
    end = file.body.find(b"\n")
    is_single = end < 0 or re.compile(rb"\S").search(file.body, end) is None
    if header and is_single:
        return None
    skip = 1 if header else 0
    table = None if has_padded_numbers(file) else read_columns(file, width, whole, skip)
    if table is None and header is None and not is_single:
        table, skip = read_columns(file, width, whole, 1), 1
    if table is None:
        skip = int(header if header is not None else fields[0].lower() in _HEADS and not is_single)
        table = _read_words(file, width, [0, 1], skip)
    return _Table(file, table, skip)


def _read_words(file: TextFile, width: int, columns: Sequence[int], skip: int) -> Any:
    table = read_columns(file, width, dict.fromkeys(columns, pa.string()), skip)
    if table is None:
        list(file.rows())  # names the line that is not in UTF-8
        file.fail("text in UTF-8", "something else", cure="Convert the file to UTF-8.")
    return table


def _ends(table: _Table, num_nodes: int | None) -> tuple[Tensor, dict[str, Any]]:
    """Number the nodes; returns edges, and what there is to know of nodes."""
    source, target = (table.columns.column(column).combine_chunks() for column in (0, 1))
    if pa.types.is_string(source.type):
        source, target = (pc.utf8_trim_whitespace(end) for end in (source, target))
        if all(pc.all(pc.match_substring_regex(end, WHOLE)).as_py() for end in (source, target)):
            source, target = source.cast(pa.int64()), target.cast(pa.int64())
    if pa.types.is_string(source.type):
        for end, what in ((source, "source"), (target, "destination")):
            empty = pc.index(end, "").as_py()
            if empty >= 0:
                table.file.fail(f"a {what}", "an empty field", table.line_of(empty))
        if num_nodes is not None:
            message = (
                f"{_READ}: expected numbers from 0 as ids, with num_nodes, got {source[0].as_py()!r} in "
                f"{table.file.path}. Leave num_nodes out."
            )
            raise ArgumentError(message)
        return number_words(source, target)
    pair = np.stack([source.to_numpy(), target.to_numpy()])
    if num_nodes is None:
        return number_integers(pair)
    wrong = ((pair < 0) | (pair >= num_nodes)).any(axis=0)
    if wrong.any():
        row = int(wrong.argmax())
        message = (
            f"{_READ}: expected ids in 0..{num_nodes - 1}, with num_nodes, got {pair[0, row]} to {pair[1, row]} in "
            f"line {table.line_of(row)} of {table.file.path}. Leave num_nodes out to number them."
        )
        raise NodeIndexError(message)
    return torch.from_numpy(pair), {"num_nodes": num_nodes}


def _attributes(table: _Table, names: Sequence[str | None] | None) -> dict[str, Any]:
    """What follows source and destination."""
    extra = table.columns.num_columns - 2
    if names is None:
        numbers = [_numbers(table, column) for column in range(2, 2 + extra)]
        for column, values in enumerate(numbers, start=2):
            if values is None:
                words = table.read_as_words(column)
                row = next((row for row, word in enumerate(words) if not is_number(word)), 0)
                cure = "Name what follows: columns=(..., None to leave one out)."
                table.file.fail("numbers after source and destination", repr(words[row]), table.line_of(row), cure)
        if not numbers:
            return {}
        floats = [values.to(torch.get_default_dtype()) for values in numbers if values is not None]
        return {"edge_weight": floats[0]} if extra == 1 else {"edge_attr": torch.stack(floats, dim=1)}
    for name in names:
        if name is not None and (hasattr(Data, name) or name in _TAKEN or list(names).count(name) > 1):
            message = f"{_READ}: expected columns of names that are free, got {name!r}. Choose another name."
            raise ArgumentError(message)
    if len(names) != extra:
        message = (
            f"{_READ}: expected {extra} names in columns, for what follows source and destination in "
            f"{table.file.path}, got {list(names)}. Use None for one to leave out."
        )
        raise ArgumentError(message)
    out: dict[str, Any] = {}
    for column, name in enumerate(names, start=2):
        if name is not None:
            values = _numbers(table, column)
            is_float = name in ("edge_weight", "edge_attr") and values is not None
            out[name] = table.read_as_words(column) if values is None else values.float() if is_float else values
    return out


def _numbers(table: _Table, column: int) -> Tensor | None:
    """A column of numbers as a tensor; ``None`` for one of anything else."""
    values = table.columns.column(column)
    if pa.types.is_integer(values.type):
        return torch.from_numpy(values.to_numpy().copy())
    if pa.types.is_floating(values.type):
        return torch.from_numpy(values.to_numpy().copy()).to(torch.get_default_dtype())
    return None


def _both_directions(
    edge_index: Tensor, nodes: int, edges: dict[str, Any], table: _Table
) -> tuple[Tensor, dict[str, Any]]:
    """Both directions of every pair, once."""
    for name, values in edges.items():
        if not isinstance(values, Tensor):
            message = (
                f"{_READ}: expected numbers in {name}, with directed=False, got {values[0]!r} in {table.file.path}. "
                "Leave it out with None in columns."
            )
            raise ArgumentError(message)
    columns = list(edges.values())
    both, least = to_undirected(edge_index, columns, nodes, "min")
    for name, low, high in zip(edges, least, to_undirected(edge_index, columns, nodes, "max")[1], strict=True):
        differing = ((low != high) & ~low.isnan()).reshape(len(low), -1).any(dim=1)
        if differing.any():
            source, target = both[:, int(differing.nonzero()[0, 0])].tolist()
            message = (
                f"{_READ}: expected one {name} for each pair, with directed=False, got two for the pair of nodes "
                f"{source} and {target} in {table.file.path}. Merge such lines, or leave directed=False out."
            )
            raise DataError(message)
    return both, dict(zip(edges, least, strict=True))


def _column_of(data: Data, name: str) -> Any:
    """One value an edge."""
    value = data[name] if name in data else None  # noqa: SIM401 - Data has no get
    if isinstance(value, Tensor):
        column = value.detach().cpu().reshape(-1)
        if column.shape[0] == data.num_edges:
            return column.float().numpy() if column.dtype == torch.bfloat16 else column.numpy()
    if isinstance(value, list) and len(value) == data.num_edges:
        return [str(one) for one in value]
    got = "none" if value is None else f"{list(value.shape)}" if isinstance(value, Tensor) else type(value).__name__
    message = (
        f"{_WRITE}: expected {name} with one value for each of the {data.num_edges} edges, got {got}. Leave it out."
    )
    raise ArgumentError(message)


def _each_once(edge_index: Tensor, nodes: int, names: list[str], fields: list[Any]) -> tuple[Tensor, list[Any]]:
    numbers = [torch.as_tensor(field) for field in fields if not isinstance(field, list)]
    if not is_undirected(edge_index, numbers or None, nodes):
        what = f"every edge with its opposite{' and equal ' + ', '.join(names) if names else ''}"
        message = f"{_WRITE}: expected {what}, with directed=False, got one without. Leave directed=False out."
        raise DataError(message)
    kept = (edge_index[0] <= edge_index[1]).cpu().numpy().nonzero()[0]
    chosen = [[field[i] for i in kept] if isinstance(field, list) else field[kept] for field in fields]
    return edge_index[:, torch.from_numpy(kept)], chosen


def _called(data: Data, delimiter: str) -> Any:
    """What each node is called in the file."""
    names = data.node_names if "node_names" in data else None
    if names is None:
        return pa.array(data.node_id.cpu().numpy() if "node_id" in data else np.arange(data.num_nodes))
    for name in names:
        if not name.strip() or name != name.strip() or name.startswith("#") or set(name) & {delimiter, '"', "\n", "\r"}:
            message = (
                f"{_WRITE}: expected names without delimiter, quotes or line breaks, and not to begin with # or a "
                f"blank, got {name!r}. Rename that node, or choose another delimiter."
            )
            raise DataError(message)
    return pa.array(names)
