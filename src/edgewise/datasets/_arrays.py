"""Arrays and records from files, read without running anything: NumPy, SciPy's sparse ``.npz``, JSON, tar."""

import json
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from edgewise._typing import Int, Tensor
from edgewise.errors import EdgewiseError, FileError

__all__ = ["Coordinates", "read_array", "read_arrays", "read_json", "read_sparse", "read_tar", "reading"]


@contextmanager
def reading(path: Path, expected: str, caller: str) -> Iterator[None]:
    """Turn whatever goes wrong while a file is read into one line that names the file.

    Raises:
        FileError: Something went wrong.

    Example:
        >>> with reading(Path("a"), "a list", "Mine"):
        ...     [][0]
        Traceback (most recent call last):
        edgewise.errors.FileError: Mine: expected a list, got a (list index out of range). Delete it and fetch it again.
    """
    try:
        yield
    except EdgewiseError:
        raise
    except Exception as error:  # a damaged file fails in as many ways as its format has parts
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        reason = reason.splitlines()[0][:120]
        message = f"{caller}: expected {expected}, got {path} ({reason}). Delete it and fetch it again."
        raise FileError(message) from error


def read_json(path: Path, caller: str) -> Any:
    """Return what a JSON file holds.

    Raises:
        FileError: It is missing or no JSON.
    """
    with reading(path, "a whole JSON file", caller):
        return json.loads(path.read_text(encoding="utf-8"))


def read_array(path: Path, caller: str) -> NDArray[Any]:
    """Return the array of a ``.npy`` file; one of Python objects is refused.

    Raises:
        FileError: It is missing, truncated, or holds objects.
    """
    with reading(path, "a whole .npy file of numbers", caller), path.open("rb") as opened:
        array = np.load(opened, allow_pickle=False)
        if not isinstance(array, np.ndarray):
            message = "it holds several arrays"
            raise ValueError(message)
        return array


def read_arrays(path: Path, names: tuple[str, ...], caller: str) -> list[NDArray[Any]]:
    """Return arrays of an ``.npz`` file by their names; arrays of Python objects are refused.

    Raises:
        FileError: It is missing or truncated, lacks one of them, or one holds objects.
    """
    with (
        reading(path, "a whole .npz file of numbers", caller),
        path.open("rb") as opened,  # which np.load would leave open where it fails
        np.load(opened, allow_pickle=False) as file,
    ):
        return [file[name] for name in names]


@dataclass(frozen=True)
class Coordinates:
    """A sparse matrix as the places and values of its entries, by rows."""

    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    values: NDArray[Any]
    shape: tuple[int, int]

    def edge_index(self) -> Int[Tensor, "2 edges"]:
        """Row over column of every entry."""
        return torch.from_numpy(np.stack([self.rows, self.columns]))

    def dense(self) -> Tensor:
        """The matrix with its zeros, in float32; entries of one place are added."""
        out = torch.zeros(self.shape)
        values = torch.from_numpy(self.values.astype(np.float32))
        out.index_put_((torch.from_numpy(self.rows), torch.from_numpy(self.columns)), values, accumulate=True)
        return out


def read_sparse(path: Path, caller: str) -> Coordinates:
    """Return the matrix of an ``.npz`` file that ``scipy.sparse.save_npz`` wrote, CSR or COO.

    Raises:
        FileError: It is missing or truncated, no such file, or its entries lie outside the matrix.
    """
    expected = "a whole .npz file of a sparse matrix"
    with (
        reading(path, expected, caller),
        path.open("rb") as opened,
        np.load(opened, allow_pickle=False) as file,
    ):
        form = bytes(file["format"].item()).decode() if file["format"].dtype.kind == "S" else str(file["format"])
        height, width = (int(n) for n in file["shape"])
        if form == "csr":
            columns, indptr = file["indices"].astype(np.int64), file["indptr"].astype(np.int64)
            counts = np.diff(indptr)
            if len(indptr) != height + 1 or indptr[0] != 0 or (counts < 0).any() or indptr[-1] != len(columns):
                message = "its row pointers do not fit"
                raise ValueError(message)
            rows = np.repeat(np.arange(height, dtype=np.int64), counts)
        elif form == "coo":
            rows, columns = file["row"].astype(np.int64), file["col"].astype(np.int64)
        else:
            message = f"its format is {form}"
            raise ValueError(message)
        values = file["data"]
        if not len(rows) == len(columns) == len(values) or values.dtype.kind not in "biuf":
            message = "rows, columns and values do not fit"
            raise ValueError(message)
        for index, size in ((rows, height), (columns, width)):
            if len(index) and not (index.min() >= 0 and index.max() < size):
                message = f"an entry lies outside the {height} x {width} matrix"
                raise ValueError(message)
    return Coordinates(rows, columns, values, (height, width))


def read_tar(path: Path, names: tuple[str, ...], caller: str) -> list[str]:
    """Return the texts of a tar file's members by their names, in whatever folder. Nothing is unpacked on disk.

    Raises:
        FileError: The file is missing or truncated, or lacks a member.
    """
    with reading(path, f"a whole tar file with {', '.join(names)}", caller), tarfile.open(path) as archive:
        found = {member.name.rpartition("/")[2]: member for member in archive.getmembers() if member.isfile()}
        texts = []
        for name in names:
            member = archive.extractfile(found[name])
            texts.append(member.read().decode("utf-8") if member else "")
        return texts
