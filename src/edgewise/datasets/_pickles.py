"""Old pickles, read without running anything they ask for: only arrays, sparse matrices, dicts and lists come out."""

import pickle
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy._core.multiarray import _reconstruct

from edgewise.errors import FileError

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


_ALLOWED: dict[tuple[str, str], Any] = {
    ("numpy.core.multiarray", "_reconstruct"): _reconstruct,
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): np.dtype,
    ("scipy.sparse.csr", "csr_matrix"): SparseRows,
    ("scipy.sparse._csr", "csr_matrix"): SparseRows,
    ("collections", "defaultdict"): defaultdict,
    ("__builtin__", "list"): list,
}


class _Reader(pickle.Unpickler):
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
    try:
        with path.open("rb") as file:
            return _Reader(file, encoding="latin1").load()
    except Exception as error:  # a damaged pickle fails in as many ways as it has opcodes
        reason = str(error) or type(error).__name__
        message = f"read: expected a whole file of plain data, got {path} ({reason}). Delete it and fetch it again."
        raise FileError(message) from error
