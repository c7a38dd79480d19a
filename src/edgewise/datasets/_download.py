"""Fetching files by address and checksum, and the folder where they are kept."""

import os
from pathlib import Path

from edgewise._files import make_folder
from edgewise._lazy import lazy_import
from edgewise.errors import FileError

__all__ = ["fetch", "home"]

pooch = lazy_import("pooch")


def home() -> Path:
    """Return the folder of downloads: ``EDGEWISE_HOME``, or the platform's cache folder.

    Example:
        >>> isinstance(home(), Path)
        True
    """
    given = os.environ.get("EDGEWISE_HOME")
    return Path(given).expanduser() if given else Path(pooch.os_cache("edgewise"))


def fetch(url: str, folder: Path, sha256: str | None, caller: str) -> Path:
    """Download one file into ``folder``, or find it there; it is whole and as expected, or absent.

    Args:
        url: Its address.
        folder: Where it goes; created.
        sha256: Its checksum; ``None`` where the publisher gives none and may change the file: what came is then checked
            by whoever reads it.
        caller: The dataset that errors name.

    Raises:
        FileError: There is no network, downloads are forbidden (``EDGEWISE_OFFLINE=1``), or the file is another.
    """
    name = url.rpartition("/")[2]
    by_hand = f"Put {name} into {folder} by hand"
    if os.environ.get("EDGEWISE_OFFLINE", "0") not in ("", "0") and not (folder / name).is_file():
        message = f"{caller}: expected {url}, got none (EDGEWISE_OFFLINE is set). {by_hand}; karate needs no download."
        raise FileError(message)
    make_folder(folder)
    pooch.get_logger().setLevel("WARNING")
    try:
        return Path(pooch.retrieve(url, sha256 and f"sha256:{sha256}", fname=name, path=folder))
    except Exception as error:  # pooch and its transports raise their own classes; each means the file did not come
        reason = str(error).splitlines()[0][:120] if str(error) else type(error).__name__
        message = f"{caller}: expected {url}, got none ({reason}). {by_hand}; karate needs no download."
        raise FileError(message) from error
