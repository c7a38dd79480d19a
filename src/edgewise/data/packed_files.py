"""The packed store on disk: a manifest in JSON, and for each attribute its rows and offsets as ``.npy``.

Tables grow at their end; the manifest, written last and renamed into place, says how much of them counts. So a writer
that is killed leaves every graph up to its last checkpoint, and a reader never sees half a graph. No pickle.
"""

import json
import math
import os
import warnings
import zlib
from contextlib import suppress
from io import BufferedRandom
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from edgewise._files import atomic_write, make_folder
from edgewise.data._storage import KINDS, as_key
from edgewise.data.table import Field, GraphRow, GraphTable, Rows, as_json, row_of
from edgewise.errors import ArgumentError, DataError, FileError

__all__ = ["PackedWriter", "read_table"]

_FORMAT = "edgewise packed graphs 1"
_HEADER = 128
_MANIFEST = "manifest.json"
_CHECKPOINT_BYTES = 64 * 2**20
_AS_NUMPY = {torch.bfloat16: torch.int16}  # NumPy has no such type: the bits are kept as integers of that size


class _Column:
    """One growing ``.npy`` file."""

    def __init__(self, path: Path, dtype: torch.dtype, width: int, rows: int, checksum: int) -> None:
        self.path, self.width, self.rows, self.checksum = path, width, rows, checksum
        self.stored = _AS_NUMPY.get(dtype, dtype)
        self.numpy = torch.empty(0, dtype=self.stored).numpy().dtype
        self.file: BufferedRandom = path.open("r+b" if path.is_file() else "w+b")
        self.file.truncate(_HEADER + rows * width * self.numpy.itemsize)
        self.file.seek(0, os.SEEK_END)

    def append(self, rows: Tensor) -> int:
        """Write rows, and return how many bytes they took."""
        data = rows.contiguous().view(self.stored).numpy().tobytes()
        self.file.write(data)
        self.rows += rows.shape[0]
        self.checksum = zlib.crc32(data, self.checksum)
        return len(data)

    def checkpoint(self) -> None:
        """Hand everything to the system, with a header that counts it."""
        self.file.seek(0)
        self.file.write(_header(self.numpy, self.rows, self.width))
        self.file.seek(0, os.SEEK_END)
        self.file.flush()


class PackedWriter:
    """Write graphs one after another into a folder that :class:`PackedDataset` maps.

    What was written up to the last checkpoint, every 64 MB and at the end, survives a kill or a full disk; opening the
    folder again goes on after it.

    Args:
        path: A folder: new, empty, or written by this class.

    Raises:
        FileError: The folder holds something else, or cannot be written.

    Example:
        >>> import tempfile
        >>> from edgewise.data import Data, PackedDataset
        >>> folder = Path(tempfile.mkdtemp(), "graphs")
        >>> with PackedWriter(folder) as writer:
        ...     writer.append(Data(x=torch.ones(2, 1), name="two"))
        >>> PackedDataset(folder)[0]
        Data(x=[2, 1], name='two')
    """

    def __init__(self, path: str | Path) -> None:
        self.path = make_folder(Path(path).expanduser())
        self._manifest: dict[str, Any] | None = None
        self._columns: dict[str, _Column] = {}
        self._pending = 0
        self._error: FileError | None = None
        """What went wrong: the tables then hold a part of a graph, and nothing more may be counted as whole."""
        if (self.path / _MANIFEST).is_file():
            self._manifest = _read_manifest(self.path)
            self._open()
        elif any(child for child in self.path.iterdir() if not child.name.startswith("packed-")):
            message = f"PackedWriter: expected an empty folder, got {self.path} with other files. Choose a new folder."
            raise FileError(message)

    def __enter__(self) -> "PackedWriter":
        return self

    def __exit__(self, kind: Any, error: Any, traceback: Any) -> None:
        self.close()

    def __len__(self) -> int:
        """How many graphs are written."""
        return 0 if self._manifest is None else int(self._manifest["graphs"])

    def append(self, data: Any) -> None:
        """Write one graph.

        Raises:
            DataError: Its class or attributes differ from those of the graphs before.
            DTypeError: An attribute is neither tensor, number nor JSON value.
            FileError: The disk is full or gone; everything up to the last checkpoint is kept.
        """
        if self._error is not None:
            raise self._error
        row = row_of(data)
        others = {place: as_json(place, value) for place, value in row.others.items()}
        if self._manifest is None:
            self._manifest = _new_manifest(data, row)
            self._open()
        manifest = self._manifest
        _check_fits(manifest, data, row)
        try:
            for number, field in enumerate(manifest["fields"]):
                self._write_field(number, field, row.tensors[_place(field)])
            for number, (_, count) in enumerate(row.nodes.items()):
                self._pending += self._columns[f"packed-nodes-{number}"].append(torch.tensor([[count]]))
            if others:
                line = json.dumps([json.loads(text) for text in others.values()]).encode() + b"\n"
                self._pending += self._columns["packed-others"].append(
                    torch.tensor(list(line), dtype=torch.uint8)[:, None]
                )
        except OSError as error:
            raise self._failed(error) from error
        manifest["graphs"] += 1
        if self._pending >= _CHECKPOINT_BYTES:
            self.checkpoint()

    def checkpoint(self) -> None:
        """Hand everything to the system; what is written until now survives a kill of this process.

        Raises:
            FileError: The disk is full or gone; everything up to the checkpoint before is kept.
        """
        if self._error is not None:
            raise self._error
        if self._manifest is None:
            return
        try:
            for column in self._columns.values():
                column.checkpoint()
            counts = {name: column.rows for name, column in self._columns.items()}
            checksums = {name: column.checksum for name, column in self._columns.items()}
            manifest = {**self._manifest, "rows": counts, "crc32": checksums}
            with atomic_write(self.path / _MANIFEST) as temporary:
                temporary.write_text(json.dumps(manifest, indent=1), encoding="utf-8")
        except OSError as error:
            raise self._failed(error) from error
        self._pending = 0

    def close(self) -> None:
        """Hand everything to the system and let the files go."""
        try:
            self.checkpoint()
        finally:
            for column in self._columns.values():
                with suppress(OSError):
                    column.file.close()
            self._columns = {}

    def _open(self) -> None:
        assert self._manifest is not None, "opened after the first graph or a manifest"
        rows, checksums = self._manifest.get("rows", {}), self._manifest.get("crc32", {})
        for name, dtype, width in _columns(self._manifest):
            try:
                self._columns[name] = _Column(
                    self.path / f"{name}.npy", dtype, width, rows.get(name, 0), checksums.get(name, 0)
                )
            except OSError as error:
                raise self._failed(error) from error

    def _write_field(self, number: int, field: dict[str, Any], value: Any) -> None:
        rows = self._columns[f"packed-{number}-rows"]
        self._pending += rows.append(value.rows)
        self._pending += self._columns[f"packed-{number}-ends"].append(torch.tensor([[rows.rows]]))
        columns = field["increments"]
        if columns:
            increment = torch.zeros(columns, dtype=torch.int64) if value.increment is None else value.increment
            self._pending += self._columns[f"packed-{number}-increments"].append(increment.expand(columns)[None])

    def _failed(self, error: OSError) -> FileError:
        reason = (error.strerror or str(error)).lower()
        self._error = FileError(
            f"PackedWriter: expected to write {self.path}, got an error ({reason}). The graphs up to the last "
            "checkpoint are kept: make room and open the folder again to go on."
        )
        return self._error


def read_table(path: Path) -> GraphTable:
    """Map the tables of a folder.

    Raises:
        FileError: The folder is missing, broken or of another format.
    """
    manifest = _read_manifest(path)
    try:
        return _build(path, manifest)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, RuntimeError) as error:
        # A manifest is small, and every way in which it can be damaged ends in one of these.
        raise _broken(path, f"its manifest does not fit: {error}") from error


def _build(path: Path, manifest: dict[str, Any]) -> GraphTable:
    read = {
        name: _map(path / f"{name}.npy", dtype, width, manifest["rows"][name])
        for name, dtype, width in _columns(manifest)
    }
    for name, table in read.items():
        # Values are not read here: there may be more of them than memory. A wrong place is worse than a wrong value.
        if not name.endswith("-rows") and zlib.crc32(table.contiguous().numpy().tobytes()) != manifest["crc32"][name]:
            raise _broken(path, f"{name}.npy has another checksum than when it was written")
    fields = [_field(path, number, field, manifest, read) for number, field in enumerate(manifest["fields"])]
    nodes = {as_key(key): read[f"packed-nodes-{n}"].flatten() for n, key in enumerate(manifest["nodes"])}
    for counts in nodes.values():
        if len(counts) != manifest["graphs"] or bool((counts < 0).any()):
            raise _broken(path, "numbers of nodes are missing or negative")
    others = _others(path, manifest, read)
    keys, counted = [as_key(key) for key in manifest["keys"]], {as_key(key) for key in manifest["counted"]}
    order = [(as_key(key), name) for key, name in manifest["order"]]
    known = {*((field.key, field.name) for field in fields), *others, *((key, "num_nodes") for key in counted)}
    if set(order) != known or {key for key, _ in order} - set(keys) or counted - set(nodes):
        raise _broken(path, "its manifest names other attributes than it describes")
    return GraphTable(KINDS[manifest["kind"]], keys, fields, others, nodes, counted, order)


def _field(path: Path, number: int, field: dict[str, Any], manifest: dict[str, Any], read: dict[str, Tensor]) -> Field:
    rows, ends = read[f"packed-{number}-rows"], read[f"packed-{number}-ends"].flatten()
    offsets = torch.cat([torch.zeros(1, dtype=torch.int64), ends])
    if len(ends) != manifest["graphs"] or int(offsets[-1]) != len(rows) or bool((offsets.diff() < 0).any()):
        raise _broken(path, f"{field['name']} has not a part for each graph")
    shape, axis = tuple(field["shape"]), field["axis"]
    fits = math.prod(shape) == rows.shape[1] and (axis is None or -len(shape) - 1 <= axis <= len(shape))
    increments = read.get(f"packed-{number}-increments")
    if not fits or (increments is not None and len(increments) != manifest["graphs"]):
        raise _broken(path, f"{field['name']} has another shape than its manifest says")
    increments = increments if increments is not None and increments.any() else None
    return Field(*_place(field), axis, shape, bool(field["is_number"]), rows, offsets, increments)


def _others(path: Path, manifest: dict[str, Any], read: dict[str, Tensor]) -> dict[tuple[Any, str], list[Any]]:
    if not manifest["others"]:
        return {}
    lines = bytes(read["packed-others"].flatten().numpy()).splitlines()
    try:
        rows = [json.loads(line) for line in lines]
    except ValueError as error:
        raise _broken(path, str(error)) from error
    if len(rows) != manifest["graphs"]:
        raise _broken(path, "names are missing")
    return {(as_key(key), name): [row[n] for row in rows] for n, (key, name) in enumerate(manifest["others"])}


def _new_manifest(data: Any, row: GraphRow) -> dict[str, Any]:
    kind = next((name for name, one in KINDS.items() if type(data) is one), None)
    if kind is None:
        message = (
            f"PackedWriter: expected Data or HeteroData, got {type(data).__name__}. Convert it: the files keep no "
            "code, so a class of your own cannot be made again from them."
        )
        raise ArgumentError(message)
    fields = [
        {
            "key": key,
            "name": name,
            "dtype": str(value.rows.dtype).removeprefix("torch."),
            "axis": value.axis,
            "shape": list(value.shape),
            "is_number": value.is_number,
            "width": value.rows.shape[1],
            "increments": _increment_columns(value),
        }
        for (key, name), value in row.tensors.items()
    ]
    return {
        "format": _FORMAT,
        "kind": kind,
        "graphs": 0,
        "keys": row.keys,
        "fields": fields,
        "others": list(row.others),
        "nodes": list(row.nodes),
        "counted": list(row.counted),
        "order": row.order,
    }


def _increment_columns(value: Rows) -> int:
    """How many numbers a graph adds to those after it; later ones may add something though the first one does not."""
    can_index = value.rows.dtype in (torch.int32, torch.int64)
    return len(value.increment) if value.increment is not None else int(can_index)


def _columns(manifest: dict[str, Any]) -> list[tuple[str, torch.dtype, int]]:
    """Name, dtype and width of each file."""
    found = []
    for number, field in enumerate(manifest["fields"]):
        found.append((f"packed-{number}-rows", getattr(torch, field["dtype"]), field["width"]))
        found.append((f"packed-{number}-ends", torch.int64, 1))
        if field["increments"]:
            found.append((f"packed-{number}-increments", torch.int64, field["increments"]))
    found += [(f"packed-nodes-{number}", torch.int64, 1) for number in range(len(manifest["nodes"]))]
    return found + ([("packed-others", torch.uint8, 1)] if manifest["others"] else [])


def _check_fits(manifest: dict[str, Any], data: Any, row: GraphRow) -> None:
    graph = manifest["graphs"]
    given = {*row.tensors, *row.others}
    wanted = {_place(field) for field in manifest["fields"]} | {(as_key(key), name) for key, name in manifest["others"]}
    if type(data).__name__ != manifest["kind"] or given != wanted:
        names = ", ".join(sorted({name for _, name in given ^ wanted})) or type(data).__name__
        message = (
            f"PackedWriter: expected the same class and attributes in every graph, got another set in graph {graph} "
            f"({names}). Set them in all graphs, or in none."
        )
        raise DataError(message)
    for field in manifest["fields"]:
        value = row.tensors[_place(field)]
        kind = str(value.rows.dtype).removeprefix("torch.")
        columns = 0 if value.increment is None else len(value.increment)
        if kind != field["dtype"] or list(value.shape) != field["shape"] or columns > field["increments"]:
            message = (
                f"PackedWriter: expected {field['name']} as {field['dtype']} with rows of shape {field['shape']} as in "
                f"the graphs before, got {kind} {list(value.shape)} in graph {graph}. Convert or pad it."
            )
            raise DataError(message)


def _place(field: dict[str, Any]) -> tuple[Any, str]:
    return as_key(field["key"]), field["name"]


def _header(dtype: np.dtype[Any], rows: int, width: int) -> bytes:
    text = repr({"descr": dtype.str, "fortran_order": False, "shape": (rows, width)})
    return b"\x93NUMPY\x01\x00" + (_HEADER - 10).to_bytes(2, "little") + text.ljust(_HEADER - 11).encode() + b"\n"


def _map(path: Path, dtype: torch.dtype, width: int, rows: int) -> Tensor:
    stored = _AS_NUMPY.get(dtype, dtype)
    kind = torch.empty(0, dtype=stored).numpy().dtype
    if rows * width == 0:
        return torch.empty(rows, width, dtype=dtype)
    try:
        array = np.memmap(path, kind, "r", _HEADER, (rows, width))
    except (OSError, ValueError) as error:
        raise _broken(path, str(error)) from error
    with warnings.catch_warnings():  # of torch, that nobody may write: get() and batches copy
        warnings.simplefilter("ignore", UserWarning)
        return torch.from_numpy(array).view(dtype)


def _read_manifest(path: Path) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads((path / _MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        message = f"PackedDataset: expected a folder that PackedWriter wrote, got {path} ({error}). Check the path."
        raise FileError(message) from error
    if not isinstance(manifest, dict) or manifest.get("format") != _FORMAT:
        raise _broken(path, f"its manifest is not of {_FORMAT}")
    return manifest


def _broken(path: Path, reason: str) -> FileError:
    return FileError(f"PackedDataset: expected whole tables in {path}, got broken ones ({reason}). Write them again.")
