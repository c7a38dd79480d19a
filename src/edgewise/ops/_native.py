"""The compiled library: found, loaded, and given shapes for tracing. Nothing else in the package knows its name."""

import os
import sysconfig
from pathlib import Path

import torch

from edgewise.errors import ArgumentError
from edgewise.ops._reference import KERNELS

__all__ = ["LOADED", "REASON", "kernel_choice"]

_CHOICES = ("native", "reference")


def kernel_choice() -> str:
    """Return which kernels the user asked for by ``EDGEWISE_KERNELS``: ``native`` (the default) or ``reference``.

    Raises:
        ArgumentError: The variable holds another word.
    """
    choice = os.environ.get("EDGEWISE_KERNELS", "native")
    if choice not in _CHOICES:
        message = f"edgewise: expected EDGEWISE_KERNELS to be one of {_CHOICES}, got {choice!r}. Unset it."
        raise ArgumentError(message)
    return choice


def _load() -> str:
    """Load the library; return why it could not be, or an empty string."""
    if kernel_choice() == "reference":
        return "EDGEWISE_KERNELS=reference"
    # An editable install keeps the library in site-packages while the package itself is read from the sources.
    folders = (Path(__file__).parents[1], Path(sysconfig.get_path("platlib"), "edgewise"))
    for path in (folder / name for folder in folders for name in ("edgewise_ops.so", "edgewise_ops.dylib")):
        if path.is_file():
            try:
                torch.ops.load_library(str(path))
            except OSError as error:
                return str(error)
            return ""
    return "no compiled library in this installation"


REASON = _load()
"""Why the native kernels are absent; empty where they are loaded."""

LOADED = not REASON


if LOADED:
    _META = torch.library.Library("edgewise", "IMPL", "Meta")
    for _name, _kernel in KERNELS.items():
        # Fake tensors run kernels of the meta device too. register_fake, which can make symbols, reads source files
        # to name its caller: for every kernel that was a tenth of our import.
        if _kernel.counts:
            torch.library.register_fake(f"edgewise::{_name}")(_kernel.fake)
        else:
            _META.impl(_name, _kernel.fake)
