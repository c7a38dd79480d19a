"""The nearest known name for a mistyped one. What to do with it is the caller's business."""

import difflib
from collections.abc import Iterable

__all__ = ["did_you_mean", "plain"]


def did_you_mean(name: str, known: Iterable[str], cutoff: float = 0.6) -> str:
    """Return ``" Did you mean 'x_j'?"`` for a near miss of a known name, else an empty string.

    Example:
        >>> did_you_mean("coar", ["cora", "karate"])
        " Did you mean 'cora'?"
    """
    match = difflib.get_close_matches(name, list(known), n=1, cutoff=cutoff)
    return f" Did you mean {match[0]!r}?" if match else ""


def plain(name: str) -> str:
    """Return a name without case, underscores, hyphens and spaces: ``"BatchNorm"`` and ``"batch_norm"`` are one.

    Example:
        >>> plain("Batch_Norm")
        'batchnorm'
    """
    return name.lower().replace("_", "").replace("-", "").replace(" ", "")
