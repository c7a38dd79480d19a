"""Whole files or none: written under a temporary name beside the target, then renamed."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from edgewise.errors import FileError

__all__ = ["atomic_write", "make_folder"]


@contextmanager
def atomic_write(path: Path) -> Iterator[Path]:
    """Yield a temporary path that becomes ``path`` on success and vanishes on failure.

    The temporary name keeps the suffix, since writers such as matplotlib choose the format by it.

    Raises:
        FileError: The folder does not exist or cannot be written.

    Example:
        >>> folder = Path(tempfile.mkdtemp())
        >>> with atomic_write(folder / "a.txt") as temporary:
        ...     _ = temporary.write_text("whole")
        >>> (folder / "a.txt").read_text()
        'whole'
    """
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.stem}-", suffix=path.suffix, dir=path.parent)
    except OSError as error:
        raise FileError(_not_writable(path.parent, error)) from error
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    finally:
        with suppress(FileNotFoundError):
            temporary.unlink()


def make_folder(path: Path) -> Path:
    """Create a folder and its parents.

    Raises:
        FileError: It cannot be created, or a file stands in its place.

    Example:
        >>> make_folder(Path(tempfile.mkdtemp()) / "a" / "b").name
        'b'
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileError(_not_writable(path, error)) from error
    return path


def _not_writable(folder: Path, error: OSError) -> str:
    reason = (error.strerror or str(error)).lower()
    return (
        f"write: expected a writable folder, got {folder} ({reason}). Choose another folder or change its permissions."
    )


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
