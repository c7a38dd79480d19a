"""Whether freed memory stays in the process: page faults on fresh large tensors cost as much as their arithmetic."""

import ctypes
import os
import re
from pathlib import Path
from typing import Any, ClassVar

__all__ = ["KeptMemory", "keep_memory", "release_memory"]

# Parameters of glibc's mallopt(3).
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _MMAP_MAX = -1, -3, -4
# To keep: no mapping of its own for any block, and no trimming of the heap's end.
_KEEP = ((_MMAP_MAX, 0), (_TRIM_THRESHOLD, -1))
# Not to: where glibc's own thresholds end up in a program with large blocks.
_LET_GO = ((_MMAP_MAX, 65536), (_MMAP_THRESHOLD, 32 * 2**20), (_TRIM_THRESHOLD, 64 * 2**20))
_MADV_HUGEPAGE = 14
_SLACK_BYTES = 64 * 2**20

_is_wanted = False
"""Whether the user has asked for it, beyond what an estimator does while it trains."""


def keep_memory() -> bool:
    """Keep freed memory in this process for its next tensors, instead of handing it back to the system page by page.

    Large tensors are otherwise mapped afresh at every step of a training, and their first touch costs as much as the
    arithmetic on them. The process holds on to what its busiest moment needed, and to gaps between blocks, which can
    double that; :func:`release_memory` hands it back. The estimators call both, and see to it that gaps do not grow. It
    is a setting of the C library, for the whole process; results do not change.

    Returns:
        Whether it took effect: ``False`` where the C library has no such call (it need not on macOS or musl), or with
        ``EDGEWISE_KEEP_MEMORY=0`` in the environment.

    Example:
        >>> keep_memory() in (True, False)
        True
    """
    global _is_wanted
    _is_wanted = _set(_KEEP)
    return _is_wanted


def release_memory() -> bool:
    """Keep freed memory no longer, and hand what is not in use back to the system.

    Returns:
        Whether any was handed back.

    Example:
        >>> release_memory() in (True, False)
        True
    """
    global _is_wanted
    if _is_wanted:
        _set(_LET_GO)
    _is_wanted = False
    return _trim()


class KeptMemory:
    """Memory kept for the length of a ``with`` block, and handed back at its end; on, if it was kept before.

    Example:
        >>> with KeptMemory() as kept:
        ...     kept.bound()
    """

    def __init__(self) -> None:
        self._first: int | None = None
        self._is_on = False

    def __enter__(self) -> "KeptMemory":
        self._is_on = _set(_KEEP)
        return self

    def __exit__(self, *_: object) -> None:
        if self._is_on and not _is_wanted:
            _set(_LET_GO)
        _trim()

    def bound(self) -> None:
        """Hand free memory back once it is twice what it was when this was first asked: call it every second or so."""
        free = _free_bytes()
        self._first = free if self._first is None else self._first
        if free > 2 * self._first + _SLACK_BYTES:
            _trim()


class _MallInfo(ctypes.Structure):
    """What glibc's mallinfo2(3) answers."""

    _fields_: ClassVar = [
        (name, ctypes.c_size_t)
        for name in (
            "arena",
            "ordblks",
            "smblks",
            "hblks",
            "hblkhd",
            "usmblks",
            "fsmblks",
            "uordblks",
            "fordblks",
            "keepcost",
        )
    ]


def _free_bytes() -> int:
    """How much memory is free inside this process; 0 where the C library does not say."""
    ask = _c_function("mallinfo2")
    if ask is None:
        return 0
    ask.restype = _MallInfo
    return int(ask().fordblks)


def _set(choice: tuple[tuple[int, int], ...]) -> bool:
    mallopt = _c_function("mallopt")
    if mallopt is None or os.environ.get("EDGEWISE_KEEP_MEMORY", "1") == "0":
        return False
    is_set = all(mallopt(parameter, value) == 1 for parameter, value in choice)
    if is_set and choice is _KEEP:
        _prefer_huge_pages()
    return is_set


def _prefer_huge_pages() -> None:
    """Let the heap span what the next tensors may need, untouched, and ask for pages of 2 MB under all of it.

    The first touch of a page then costs 512 times less often, and gathering rows at random stays within what the
    processor can translate at once. Only addresses are reserved; memory is taken as it is touched.
    """
    malloc, free, madvise = (_c_function(name) for name in ("malloc", "free", "madvise"))
    malloc.restype, malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
    free.argtypes, madvise.argtypes = [ctypes.c_void_p], [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    free(malloc(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 4))
    try:
        maps = Path("/proc/self/maps").read_text(encoding="ascii", errors="replace")
    except OSError:
        return
    for start, end in re.findall(r"^([0-9a-f]+)-([0-9a-f]+) .*\[heap\]$", maps, flags=re.MULTILINE):
        madvise(int(start, 16), int(end, 16) - int(start, 16), _MADV_HUGEPAGE)


def _trim() -> bool:
    trim = _c_function("malloc_trim")
    return trim is not None and bool(trim(0))


def _c_function(name: str) -> Any:
    try:
        return getattr(ctypes.CDLL(None), name, None)
    except (OSError, TypeError):  # a system whose C library cannot be looked into
        return None
