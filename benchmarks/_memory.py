"""Peak memory of this process, and glibc's settings that keep freed memory in it."""

import ctypes
import re
from contextlib import suppress
from pathlib import Path

__all__ = ["keep_freed", "peak_since", "reset_peak"]

_STATUS, _CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_MMAP_MAX = -1, -3, -4
_LARGEST_INT = 2**31 - 1


def keep_freed() -> None:
    """Keep freed memory in the process, so that a peer's large tensors also come without page faults.

    mallopt takes an int, and PyG's messages of 2.2 M edges x 256 are larger than any threshold that fits in one: so no
    allocation at all is mapped by itself (M_MMAP_MAX = 0).
    """
    mallopt = ctypes.CDLL(None).mallopt
    done = [mallopt(_M_TRIM_THRESHOLD, _LARGEST_INT), mallopt(_M_MMAP_THRESHOLD, _LARGEST_INT), mallopt(_M_MMAP_MAX, 0)]
    if not (done[0] and done[2]):
        raise OSError(f"mallopt refused: {done}")


def reset_peak() -> int:
    """Forget the peak so far; return the bytes resident now."""
    with suppress(OSError):  # Where that is not allowed, the peak of the imports counts too; it is seldom higher.
        _CLEAR.write_text("5")
    return _status("VmRSS")


def peak_since(resident: int) -> int:
    """Most bytes resident since ``reset_peak``, beyond those that were resident then."""
    return max(0, _status("VmHWM") - resident)


def _status(name: str) -> int:
    found = re.search(rf"^{name}:\s+(\d+) kB", _STATUS.read_text(), flags=re.M)
    if found is None:
        raise OSError(f"no {name} in {_STATUS}")
    return int(found[1]) * 1024
