"""What every layer of edgewise promises, checked in one call."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

import torch
from torch import Tensor

from edgewise._suggest import did_you_mean
from edgewise.errors import ArgumentError
from edgewise.testing._checks import CHECKS, PEER_CHECKS
from edgewise.testing._subject import CheckError, Subject

__all__ = ["CheckError", "check_conv"]


def check_conv(
    layer: torch.nn.Module,
    *,
    in_channels: int | tuple[int, int] | None = None,
    node_args: Mapping[str, Callable[[int], Tensor]] | None = None,
    edge_args: Mapping[str, Callable[[int], Tensor]] | None = None,
    bipartite: bool = False,
    formula: Callable[..., Tensor] | None = None,
    peer: torch.nn.Module | None = None,
    skip: Collection[str] = (),
) -> list[str]:
    """Check a graph layer on generated graphs; a broken promise raises an error that names it.

    The promises: ``corner cases`` (no nodes, no edges, isolated nodes, self loops, duplicate and unsorted edges, int32,
    an ``edge_index`` that is not contiguous), ``permuted nodes`` and ``permuted edges`` (the numbering changes
    nothing), ``gradients`` (against finite differences), ``dtypes`` (float64, float32, bfloat16, float16),
    ``same bits`` (run after run, on one and two threads), ``state_dict`` (weights go out and in again), ``memory`` (no
    tensor of a row an edge as wide as the output), ``compiles`` (``torch.compile(fullgraph=True)``, equal results and
    gradients); ``formula`` and ``peer`` where they are given.

    Args:
        layer: Called as ``layer(x=..., edge_index=..., **others)``. It is copied, never changed.
        in_channels: Width of ``x``, or a pair for sources and destinations. Default: the layer's own.
        node_args: Further arguments with a row a node: a name, and a function that draws them for a number of nodes.
        edge_args: The same with a row an edge, for example ``{"edge_weight": torch.rand}``.
        bipartite: The layer also takes a pair ``x = (x_src, x_dst)``: check that too.
        formula: The definition, as plainly as it can be written: ``formula(layer, x, edge_index, **others)``. ``x`` is
            always a pair where the graph is bipartite.
        peer: A layer with the same ``state_dict`` and arguments, such as PyG's: results and gradients must agree.
        skip: Names of promises that this layer does not make.

    Returns:
        The names of what was checked. ``memory`` needs an output of at least 16 columns, ``compiles`` a process without
        import hooks on the layer.

    Raises:
        CheckError: A promise is broken.
        ArgumentError: The width is unknown, or ``skip`` names no promise.

    Cost: a few seconds, most of them compilation.

    Example:
        >>> from edgewise.nn import SAGEConv
        >>> check_conv(SAGEConv(8, 16), bipartite=True, skip=["compiles"])[:3]
        ['corner cases', 'permuted nodes', 'permuted edges']
    """
    known = [*CHECKS, *PEER_CHECKS]
    for name in skip:
        if name not in known:
            hint = did_you_mean(name, known) or f" Choose among {', '.join(known)}."
            raise ArgumentError(f"check_conv: expected skip to name promises, got {name!r}.{hint}")
    subject = Subject(layer, _widths(layer, in_channels), bipartite, dict(node_args or {}), dict(edge_args or {}))
    passed = [name for name, check in CHECKS.items() if name not in skip and check(subject)]
    given: dict[str, Any] = {"formula": formula, "peer": peer}
    for name, check in PEER_CHECKS.items():
        if name not in skip and given[name] is not None:
            check(subject, given[name])
            passed.append(name)
    return passed


def _widths(layer: torch.nn.Module, in_channels: int | tuple[int, int] | None) -> tuple[int, int]:
    width: Any = getattr(layer, "in_channels", None) if in_channels is None else in_channels
    pair = (width, width) if isinstance(width, int) else width
    if not isinstance(pair, tuple) or len(pair) != 2 or not all(isinstance(n, int) and n >= 1 for n in pair):
        message = f"check_conv: expected in_channels, a width or a pair of widths, got {width!r}. Pass in_channels=8."
        raise ArgumentError(message)
    return pair
