"""Words to numbers: hashed tf-idf of a fixed width, the same on every machine and in every run."""

from typing import Any

import numpy as np

from edgewise._lazy import lazy_import
from edgewise.io.tables.values import in_one_piece

pc = lazy_import("pyarrow.compute")

__all__ = ["TEXT_WIDTH", "count_words", "hash_words", "weigh"]

TEXT_WIDTH = 128
"""Into how many columns words are hashed."""

_BASIS, _PRIME = 0xCBF29CE484222325, 0x100000001B3  # FNV-1a, 64 bits
_LONGEST_WORD = 64


def count_words(texts: Any, width: int = TEXT_WIDTH) -> np.ndarray:
    """How often the words of each text fall into each of ``width`` columns; a word is a run of letters and digits.

    Args:
        texts: An Arrow column of ``large_string``.
        width: How many columns.

    Shape:
        texts ``[rows]`` → ``[rows, width]``

    Example:
        >>> import pyarrow
        >>> count_words(pyarrow.chunked_array([["A cat, a dog", None]], pyarrow.large_string()), 4).sum(1).tolist()
        [4.0, 0.0]
    """
    rows = len(texts)
    words = pc.split_pattern_regex(pc.fill_null(pc.utf8_lower(in_one_piece(texts)), ""), r"[^\p{L}\p{N}]+")
    row = pc.list_parent_indices(words).to_numpy()
    encoded = pc.list_flatten(words).dictionary_encode()
    column = hash_words(encoded.dictionary) % np.uint64(width)
    place = row * width + column.astype(np.int64)[encoded.indices.to_numpy()]
    is_word = (pc.binary_length(encoded.dictionary).to_numpy() > 0)[encoded.indices.to_numpy()]
    return np.bincount(place[is_word], minlength=rows * width).reshape(rows, width).astype(np.float64)


def hash_words(words: Any) -> np.ndarray:
    """FNV-1a of the first 64 bytes of each word, folded so that low bits depend on all.

    Example:
        >>> import pyarrow
        >>> hash_words(pyarrow.array(["", "a"], pyarrow.large_string())).dtype
        dtype('uint64')
    """
    _, ends, letters = words.buffers()
    bounds = np.frombuffer(ends, np.int64)[words.offset : words.offset + len(words) + 1] if len(words) else np.zeros(1)
    start, length = bounds[:-1], np.diff(bounds)
    raw = np.frombuffer(letters or b"", np.uint8)
    out = np.full(len(words), _BASIS, np.uint64)
    left = np.flatnonzero(length > 0)
    for position in range(_LONGEST_WORD):
        if not len(left):
            break
        out[left] = (out[left] ^ raw[start[left] + position]) * np.uint64(_PRIME)  # wraps, as it should
        left = left[length[left] > position + 1]
    folded: np.ndarray = out ^ (out >> np.uint64(32))
    return folded


def weigh(counts: np.ndarray, idf: np.ndarray) -> np.ndarray:
    """Counts times inverse document frequency, each row scaled to length 1; a row without words stays 0.

    Example:
        >>> weigh(np.array([[3.0, 0.0], [0.0, 0.0]]), np.ones(2)).tolist()
        [[1.0, 0.0], [0.0, 0.0]]
    """
    weighted = counts * idf
    length = np.sqrt((weighted**2).sum(1, keepdims=True))
    scaled: np.ndarray = weighted / np.where(length > 0, length, 1.0)
    return scaled
