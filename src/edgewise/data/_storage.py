"""Graphs in one safetensors file: their table's tensors as they are, everything else as JSON beside them. No pickle."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from torch import Tensor

from edgewise._files import atomic_write
from edgewise._lazy import lazy_import
from edgewise.data.data import Data
from edgewise.data.hetero_data import HeteroData
from edgewise.data.table import Field, GraphTable, as_json
from edgewise.errors import ArgumentError, DataError, FileError

__all__ = ["KINDS", "as_key", "load_tables", "save_tables", "tables_of"]

safetensors = lazy_import("safetensors")
safetensors_torch = lazy_import("safetensors.torch")

KINDS: dict[str, Any] = {"Data": Data, "HeteroData": HeteroData}
"""The classes of graphs that files know: they keep no code, so a class of the user's own cannot be made from them."""

_FORMAT = "edgewise graphs 2"


def tables_of(graphs: Sequence[Any]) -> list[GraphTable]:
    """Return one table of all graphs, or one a graph where their attributes differ."""
    try:
        return [GraphTable.from_list(graphs)] if graphs else []
    except (DataError, ValueError):
        return [GraphTable.from_list([graph]) for graph in graphs]


def save_tables(tables: Sequence[GraphTable], path: Path, key: str = "") -> None:
    """Write tables to ``path``, whole or not at all.

    Args:
        tables: Of graphs whose attributes are tensors, or values that JSON knows.
        path: The file.
        key: What the graphs were made from; :func:`load_tables` refuses another.

    Raises:
        DTypeError: An attribute is neither.
        ArgumentError: The graphs are of a class that files do not know.
        FileError: The folder cannot be written.

    Example:
        >>> import tempfile
        >>> import torch
        >>> path = Path(tempfile.mkdtemp(), "graphs.safetensors")
        >>> save_tables(tables_of([Data(x=torch.ones(2, 1), name="two")]), path)
        >>> load_tables(path)[0].get(0)
        Data(x=[2, 1], name='two')
    """
    tensors: dict[str, Tensor] = {}
    described = [_describe(table, f"{number}.", tensors) for number, table in enumerate(tables)]
    header = {"format": _FORMAT, "key": key, "tables": json.dumps(described)}
    with atomic_write(path) as temporary:
        safetensors_torch.save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, temporary, header)


def load_tables(path: Path, key: str | None = None) -> list[GraphTable]:
    """Read what :func:`save_tables` wrote.

    Args:
        path: The file.
        key: Refuse a file that was made from something else. ``None`` takes any.

    Raises:
        FileError: The file is missing, broken, of another format, or made from something else.
    """
    try:
        with safetensors.safe_open(path, framework="pt") as file:
            header = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a dict
    except Exception as error:  # the reader's own error class and OSError alike mean: not a whole file
        message = f"load_tables: expected a file of graphs, got {path} ({error}). Delete it; it is made again."
        raise FileError(message) from error
    if header.get("format") != _FORMAT or (key is not None and header.get("key") != key):
        message = f"load_tables: expected {path} to be {_FORMAT} of these sources, got another."
        raise FileError(f"{message} Delete it; it is made again.")
    try:
        return [_build(one, f"{number}.", tensors) for number, one in enumerate(json.loads(header["tables"]))]
    except (KeyError, ValueError, TypeError) as error:
        message = f"load_tables: expected {path} to describe its tensors, got a broken header ({error})."
        raise FileError(f"{message} Delete it; it is made again.") from error


def as_key(key: Any) -> Any:
    """Return the name of a type as JSON gave it: edge types are lists there."""
    return tuple(key) if isinstance(key, list) else key


def _describe(table: GraphTable, prefix: str, tensors: dict[str, Tensor]) -> dict[str, Any]:
    """Enter the table's tensors under their names, and return the rest."""
    kind = next((name for name, one in KINDS.items() if table.kind is one), None)
    if kind is None:
        message = f"save_tables: expected Data or HeteroData, got {table.kind.__name__}. Convert it."
        raise ArgumentError(message)
    fields = []
    for number, field in enumerate(table.fields):
        tensors[f"{prefix}{number}.rows"] = field.rows
        tensors[f"{prefix}{number}.offsets"] = field.offsets
        if field.increments is not None:
            tensors[f"{prefix}{number}.increments"] = field.increments
        fields.append([field.key, field.name, field.axis, list(field.shape), field.is_number])
    for number, counts in enumerate(table.nodes.values()):
        tensors[f"{prefix}nodes.{number}"] = counts
    others = [[*place, [as_json(place, value) for value in column]] for place, column in table.others.items()]
    return {
        "kind": kind,
        "keys": table.keys,
        "fields": fields,
        "others": others,
        "nodes": list(table.nodes),
        "counted": list(table.counted),
        "order": table.order,
    }


def _build(told: dict[str, Any], prefix: str, tensors: dict[str, Tensor]) -> GraphTable:
    fields = []
    for number, (key, name, axis, shape, is_number) in enumerate(told["fields"]):
        rows, offsets = tensors[f"{prefix}{number}.rows"], tensors[f"{prefix}{number}.offsets"]
        increments = tensors.get(f"{prefix}{number}.increments")
        fields.append(Field(as_key(key), name, axis, tuple(shape), is_number, rows, offsets, increments))
    others = {(as_key(key), name): [json.loads(text) for text in column] for key, name, column in told["others"]}
    nodes = {as_key(key): tensors[f"{prefix}nodes.{number}"] for number, key in enumerate(told["nodes"])}
    keys, counted = [as_key(key) for key in told["keys"]], {as_key(key) for key in told["counted"]}
    order = [(as_key(key), name) for key, name in told["order"]]
    return GraphTable(KINDS[told["kind"]], keys, fields, others, nodes, counted, order)
