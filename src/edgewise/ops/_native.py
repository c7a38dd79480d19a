"""The compiled library: found, loaded, and given shapes for tracing. Nothing else in the package knows its name."""

import os
import sysconfig
from pathlib import Path

import torch
from torch import Tensor

from edgewise.errors import ArgumentError

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


def _register_fakes() -> None:
    """Say what each operator returns, so that it can be traced without running."""

    @torch.library.register_fake("edgewise::sort_edges")
    def _(key: Tensor, other: Tensor, num_rows: int, wide: bool) -> tuple[Tensor, Tensor, Tensor]:  # noqa: FBT001
        index = torch.int64 if wide else torch.int32
        indptr = key.new_empty(num_rows + 1, dtype=torch.int64)
        return indptr, key.new_empty(key.shape, dtype=index), key.new_empty(key.shape, dtype=index)

    @torch.library.register_fake("edgewise::is_sorted")
    def _(key: Tensor) -> Tensor:
        return key.new_empty((), dtype=torch.bool)

    @torch.library.register_fake("edgewise::spmm")
    def _(
        indptr: Tensor,
        indices: Tensor,
        perm: Tensor | None,
        weight: Tensor | None,
        diagonal: Tensor | None,
        x: Tensor,
        reduce: str,
    ) -> Tensor:
        return x.new_empty(indptr.shape[0] - 1, x.shape[1])

    @torch.library.register_fake("edgewise::sddmm")
    def _(indptr: Tensor, indices: Tensor, perm: Tensor | None, a: Tensor, b: Tensor) -> Tensor:
        return b.new_empty(indices.shape)

    @torch.library.register_fake("edgewise::extreme_share")
    def _(
        indptr: Tensor,
        indices: Tensor,
        perm: Tensor | None,
        weight: Tensor | None,
        x: Tensor,
        out: Tensor,
        grad: Tensor,
    ) -> Tensor:
        return torch.empty_like(out)

    @torch.library.register_fake("edgewise::extreme_grad")
    def _(
        indptr: Tensor,
        indices: Tensor,
        perm: Tensor | None,
        weight: Tensor | None,
        x: Tensor,
        out: Tensor,
        share: Tensor,
    ) -> Tensor:
        return torch.empty_like(x)

    @torch.library.register_fake("edgewise::extreme_weight")
    def _(
        indptr: Tensor,
        indices: Tensor,
        perm: Tensor | None,
        weight: Tensor,
        x: Tensor,
        out: Tensor,
        share: Tensor,
    ) -> Tensor:
        return x.new_empty(indices.shape)

    @torch.library.register_fake("edgewise::force_layout")
    def _(indptr: Tensor, indices: Tensor, seed: int, iterations: int) -> Tensor:
        return indptr.new_empty(indptr.shape[0] - 1, 2, dtype=torch.float32)


if LOADED:
    _register_fakes()
