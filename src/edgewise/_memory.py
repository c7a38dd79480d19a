"""Whether freed memory stays in the process: page faults on fresh large tensors cost as much as their arithmetic."""

import ctypes
import os
from typing import Any

__all__ = ["keep_memory", "release_memory"]

# Parameters of glibc's mallopt(3).
_TRIM_THRESHOLD, _MMAP_MAX = -1, -4


def keep_memory() -> bool:
    """Keep freed memory in this process for its next tensors, instead of handing it back to the system page by page.

    Large tensors are otherwise mapped afresh at every step of a training, and their first touch costs as much as the
    arithmetic on them. Memory stays at the peak of what was in use at once; :func:`release_memory` hands it back. The
    estimators call both. It is a setting of the C library, for the whole process; results do not change.

    Returns:
        Whether it took effect: ``False`` where the C library has no such call (it need not on macOS or musl), or with
        ``EDGEWISE_KEEP_MEMORY=0`` in the environment.

    Example:
        >>> keep_memory() in (True, False)
        True
    """
    mallopt = _c_function("mallopt")
    if mallopt is None or os.environ.get("EDGEWISE_KEEP_MEMORY", "1") == "0":
        return False
    # No mapping of their own for large blocks, and no trimming of the heap's end. Both answer 1 for success.
    return bool(mallopt(_MMAP_MAX, 0)) and bool(mallopt(_TRIM_THRESHOLD, -1))


def release_memory() -> bool:
    """Hand memory that was kept but is not in use back to the system.

    Returns:
        Whether any was handed back.

    Example:
        >>> release_memory() in (True, False)
        True
    """
    trim = _c_function("malloc_trim")
    return trim is not None and bool(trim(0))


def _c_function(name: str) -> Any:
    try:
        return getattr(ctypes.CDLL(None), name, None)
    except (OSError, TypeError):  # a system whose C library cannot be looked into
        return None
