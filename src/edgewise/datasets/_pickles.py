"""Old pickles, read without running anything they ask for: only arrays, sparse matrices, dicts and lists come out."""

import io
import math
import pickle
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np

from edgewise.datasets._arrays import reading

__all__ = ["SparseRows", "read_pickle"]


class SparseRows:
    """Takes the place of ``scipy.sparse.csr_matrix`` in a pickle, so that SciPy need not be installed."""

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.shape = tuple(state["_shape"] if "_shape" in state else state["shape"])
        self.data, self.indices, self.indptr = state["data"], state["indices"], state["indptr"]

    def to_dense(self) -> Any:
        """Return the matrix with its zeros."""
        dense = np.zeros(self.shape, dtype=self.data.dtype)
        rows = np.repeat(np.arange(self.shape[0]), np.diff(self.indptr))
        np.add.at(dense, (rows, self.indices), self.data)
        return dense


class _Array(np.ndarray[Any, Any]):
    """Takes the place of numpy's array, whose own reader believes what a pickle says of its size and crashes."""

    def __setstate__(self, state: Any) -> None:
        _, shape, dtype, is_fortran, data = state
        content = data.encode("latin1") if isinstance(data, str) else data
        is_shape = isinstance(shape, tuple) and all(type(size) is int and size >= 0 for size in shape)
        if not (is_shape and isinstance(dtype, _DType) and isinstance(content, bytes)):
            message = "an array is described in a way that none is"
            raise pickle.UnpicklingError(message)
        if math.prod(shape) * dtype.numpy.itemsize != len(content):
            message = f"an array {list(shape)} of {dtype.numpy} has {len(content)} bytes"
            raise pickle.UnpicklingError(message)
        super().__setstate__((1, shape, dtype.numpy, bool(is_fortran), content))  # type: ignore[arg-type]


class _DType:
    """Takes the place of numpy's dtype: numbers only."""

    def __init__(self, code: str, *args: Any) -> None:
        if not (isinstance(code, str) and re.fullmatch("b1|[iu][1248]|f[248]", code)):
            message = f"it asks for an array of {code!r}"
            raise pickle.UnpicklingError(message)
        self.numpy = np.dtype(code)

    def __setstate__(self, state: Any) -> None:
        self.numpy = self.numpy.newbyteorder(state[1])


def _array(*args: Any) -> Any:
    return np.ndarray.__new__(_Array, (0,))


_ALLOWED: dict[tuple[str, str], Any] = {
    ("numpy.core.multiarray", "_reconstruct"): _array,
    ("numpy", "ndarray"): None,  # what the former is asked for
    ("numpy", "dtype"): _DType,
    ("scipy.sparse.csr", "csr_matrix"): SparseRows,
    ("scipy.sparse._csr", "csr_matrix"): SparseRows,
    ("collections", "defaultdict"): defaultdict,
    ("__builtin__", "list"): list,
}


class _Reader(pickle._Unpickler):
    """Python's own reader in Python: that in C makes room for whatever number of objects a file claims to have."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _ALLOWED:
            message = f"it asks for {module}.{name}"
            raise pickle.UnpicklingError(message)
        return _ALLOWED[module, name]


def read_pickle(path: Path) -> Any:
    """Return what a Python 2 pickle holds.

    Raises:
        FileError: The file is missing, truncated, or asks for anything but plain data.
    """
    with reading(path, "a whole file of plain data", "read"):
        return _Reader(io.BytesIO(path.read_bytes()), encoding="latin1").load()
