"""What every layer checks before it computes."""

from typing import Any

import torch
from torch import Tensor

from edgewise._checks import check_edge_index
from edgewise._typing import Size
from edgewise.errors import ArgumentError, DTypeError, ShapeError

__all__ = ["check_at_least", "check_features", "check_graph", "check_width", "count_edges", "sizes_of"]


def check_features(layer: str, x: Any, edge_index: Any, name: str = "x") -> None:
    """Check that features are a floating tensor and edges an ``edge_index`` or a sparse matrix.

    Raises:
        DTypeError: ``x`` is not a floating tensor, or ``edge_index`` not integer.
        ShapeError: ``edge_index`` is not ``[2, edges]``.
    """
    if not isinstance(x, Tensor) or not x.is_floating_point():
        kind = str(x.dtype).removeprefix("torch.") if isinstance(x, Tensor) else type(x).__name__
        message = f"{layer}: expected floating {name}, got {kind}. Use {name}.float()."
        raise DTypeError(message)
    check_graph(layer, edge_index)


def check_graph(layer: str, edge_index: Any) -> None:
    """Check that edges are an ``edge_index`` or a sparse matrix; reads no value."""
    if not isinstance(edge_index, Tensor) or edge_index.layout == torch.strided:
        check_edge_index(edge_index, caller=layer)


def check_width(layer: str, x: Tensor, in_channels: int, name: str = "x") -> None:
    """Check the width of features against what the layer was built for; ``-1`` takes any.

    Raises:
        ShapeError: They differ.
    """
    if in_channels >= 0 and x.shape[-1] != in_channels:
        message = (
            f"{layer}: expected {name} with {in_channels} features (built with in_channels={in_channels}), "
            f"got {x.shape[-1]}. Build it with in_channels={x.shape[-1]}, or -1 to read the width from the data."
        )
        raise ShapeError(message)


def check_at_least(layer: str, name: str, value: int, least: int) -> None:
    """Check a setting that counts something.

    Raises:
        ArgumentError: It is smaller.
    """
    if value < least:
        message = f"{layer}: expected {name} of at least {least}, got {value}. Pass {name}=2, for example."
        raise ArgumentError(message)


def count_edges(edge_index: Tensor) -> int:
    """How many edges an ``edge_index`` or a sparse matrix has."""
    return edge_index.shape[1] if edge_index.layout == torch.strided else edge_index._nnz()


def sizes_of(x_src: Tensor, x_dst: Tensor | None, size: Size) -> tuple[int, int]:
    """How many sources and destinations there are, by features and by what the caller says."""
    num_src, num_dst = size if size is not None else (None, None)
    num_src = x_src.shape[0] if num_src is None else num_src
    if num_dst is None:
        num_dst = num_src if x_dst is None else x_dst.shape[0]
    return num_src, num_dst
