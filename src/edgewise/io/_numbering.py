"""From the ids of a file to the numbers of nodes."""

from typing import Any

import numpy as np
import torch

from edgewise._lazy import lazy_import
from edgewise._typing import Tensor

__all__ = ["WHOLE", "number_integers", "number_words"]

pa = lazy_import("pyarrow")

WHOLE = r"^(0|-?[1-9][0-9]{0,17})$"
"""Integers in their one usual spelling: ``007`` is a word."""

_SPREAD = 16
"""Up to how many times as many integers as ids a table of all integers is kept; beyond, ids are sorted."""


def number_integers(ids: np.ndarray) -> tuple[Tensor, dict[str, Any]]:
    """Number integers in ascending order.

    Args:
        ids: Of any shape.

    Returns:
        Numbers from 0 in the same shape, and ``num_nodes``; with ``node_id`` unless the ids are these numbers.

    Example:
        >>> number_integers(np.array([[7, 9], [9, 5]]))
        (tensor([[1, 2],
                [2, 0]]), {'node_id': tensor([5, 7, 9]), 'num_nodes': 3})
    """
    if not ids.size:
        return torch.from_numpy(ids.astype(np.int64)), {"num_nodes": 0}
    low, high = int(ids.min()), int(ids.max())
    if high - low < _SPREAD * ids.size + 1024:
        is_there = np.zeros(high - low + 1, dtype=bool)
        is_there[ids - low] = True
        known = np.flatnonzero(is_there) + low
        if low == 0 and len(known) == high + 1:
            return torch.from_numpy(np.ascontiguousarray(ids)), {"num_nodes": high + 1}
        numbers = (np.cumsum(is_there) - 1)[ids - low]
    else:
        known, numbers = np.unique(ids, return_inverse=True)
    return torch.from_numpy(numbers.reshape(ids.shape)), {"node_id": torch.from_numpy(known), "num_nodes": len(known)}


def number_words(*ends: Any) -> tuple[Tensor, dict[str, Any]]:
    """Number words in the order in which they appear: the first of each array, the second of each, and so on.

    Args:
        *ends: Arrow arrays of one length.

    Returns:
        ``[arrays, words]``, and ``node_names`` and ``num_nodes``.

    Example:
        >>> import pyarrow
        >>> number_words(pyarrow.array(["b", "a"]), pyarrow.array(["c", "b"]))
        (tensor([[0, 2],
                [1, 0]]), {'node_names': ['b', 'c', 'a'], 'num_nodes': 3})
    """
    encoded = pa.concat_arrays(ends).dictionary_encode()
    codes = encoded.indices.to_numpy().reshape(len(ends), -1)
    in_turn = codes.T.ravel()
    first = np.zeros(len(encoded.dictionary), dtype=np.int64)
    first[in_turn[::-1]] = np.arange(len(in_turn))[::-1]  # of several, the last assignment stays: the first place
    order = first.argsort()
    number = np.empty_like(order)
    number[order] = np.arange(len(order))
    names = encoded.dictionary.take(pa.array(order)).to_pylist()
    return torch.from_numpy(number[codes]), {"node_names": names, "num_nodes": len(names)}
