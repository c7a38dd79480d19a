"""Checks of a graph: the cheap ones when an attribute is set, all of them in ``Data.validate``."""

import warnings
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from edgewise._checks import check_edge_index, check_node_range
from edgewise._suggest import did_you_mean
from edgewise.errors import DataError, DTypeError, EdgewiseWarning, ShapeError

if TYPE_CHECKING:
    from edgewise.data.data import Data

__all__ = ["MASKS", "STANDARD_NAMES", "as_attribute", "validate"]

MASKS = ("train_mask", "val_mask", "test_mask")
STANDARD_NAMES = ("x", "edge_index", "edge_attr", "edge_weight", "y", "pos", "batch", "ptr", *MASKS)


def as_attribute(name: str, value: Any) -> Any:
    """Check what a standard attribute is set to, and return it as a tensor.

    Raises:
        ShapeError: ``edge_index`` is not ``[2, edges]``.
        DTypeError: ``edge_index`` is not integer, or a mask not boolean.
    """
    if name not in STANDARD_NAMES:
        _warn_of_near_miss(name)
        return value
    if hasattr(value, "__array__") and not isinstance(value, Tensor):
        value = torch.from_numpy(value)
    if value is None:
        return value
    if name == "edge_index" and not (isinstance(value, Tensor) and value.layout != torch.strided):
        check_edge_index(value, caller="Data")
    if name in MASKS and isinstance(value, Tensor) and value.dtype != torch.bool:
        kind = str(value.dtype).removeprefix("torch.")
        message = f"Data: expected boolean {name}, got {kind}. Use {name}.bool()."
        raise DTypeError(message)
    return value


def _warn_of_near_miss(name: str) -> None:
    hint = did_you_mean(name, STANDARD_NAMES, cutoff=0.8)  # a letter or two: "weight" is a name of its own
    if hint and not name.startswith("num_"):
        message = f"Data: {name!r} is kept as an attribute of your own.{hint}"
        warnings.warn(message, EdgewiseWarning, stacklevel=5)


def validate(data: "Data") -> None:
    """Check everything that can be wrong with a graph before it misleads a model.

    Raises:
        ShapeError: An attribute has another number of rows than there are nodes or edges.
        NodeIndexError: An edge names a node that does not exist.
        DataError: Features that are not finite, labels that cannot be, a mask that selects nothing.

    Cost: one pass over every attribute.
    """
    nodes = data.num_nodes
    if isinstance(data.edge_index, Tensor) and data.edge_index.layout == torch.strided:
        check_edge_index(data.edge_index, caller="Data.validate")
        check_node_range(data.edge_index, nodes, nodes, caller="Data.validate")
    for name, rows in {"x": nodes, "pos": nodes, **dict.fromkeys(MASKS, nodes)}.items():
        _check_rows(name, data[name], rows, "nodes")
    for name in ("edge_attr", "edge_weight"):
        _check_rows(name, data[name], data.num_edges, "edges")
    for name in ("x", "pos", "edge_attr", "edge_weight"):
        _check_finite(name, data[name])
    _check_masks(data)
    _check_labels(data)


def _check_rows(name: str, value: Any, rows: int, what: str) -> None:
    if isinstance(value, Tensor) and (value.dim() == 0 or value.shape[0] != rows):
        message = (
            f"Data.validate: expected {name} with one row for each of the {rows} {what}, got {list(value.shape)}. "
            f"Give every {what[:-1]} a row."
        )
        raise ShapeError(message)


def _check_finite(name: str, value: Any) -> None:
    if not isinstance(value, Tensor) or not value.is_floating_point() or value.layout != torch.strided:
        return
    # The sum is finite exactly where no value is NaN or infinite, overflow aside; only then look for the place.
    if value.sum().isfinite() or value.isfinite().all():
        return
    at = (~value.isfinite()).nonzero()
    place = ", ".join(str(int(i)) for i in at[0])
    message = (
        f"Data.validate: expected finite {name}, got {float(value[tuple(at[0])])} at [{place}] "
        f"({len(at)} such values). Fill them: {name}.nan_to_num(), or drop those rows."
    )
    raise DataError(message)


def _check_masks(data: "Data") -> None:
    masks = {name: data[name] for name in MASKS if isinstance(data[name], Tensor)}
    for name, mask in masks.items():
        if not mask.any():
            message = (
                f"Data.validate: expected {name} to select at least one node, got none of {mask.numel()}. "
                "Set some of it to True, or leave it out."
            )
            raise DataError(message)
    names = list(masks)
    for first in names:
        for second in names[names.index(first) + 1 :]:
            if masks[first].shape == masks[second].shape and (both := (masks[first] & masks[second]).sum()):
                message = f"Data.validate: {first} and {second} share {int(both)} nodes, so scores flatter the model."
                warnings.warn(message, EdgewiseWarning, stacklevel=4)


def _check_labels(data: "Data") -> None:
    y = data.y
    if not isinstance(y, Tensor) or y.is_floating_point() or y.dim() != 1 or y.dtype == torch.bool:
        return
    if y.numel() and int(y.min()) < -1:
        node = int((y < -1).nonzero()[0, 0])
        message = (
            f"Data.validate: expected labels y of 0 and more, or -1 for unknown, got {int(y[node])} at node {node}. "
            "Number the classes from 0."
        )
        raise DataError(message)
    for name in MASKS:
        mask = data[name]
        if isinstance(mask, Tensor) and mask.shape == y.shape and bool((y[mask] == -1).any()):
            node = int((mask & (y == -1)).nonzero()[0, 0])
            message = (
                f"Data.validate: expected a label for every node in {name}, got -1 (unknown) at node {node}. "
                f"Take it out: data.{name} &= data.y >= 0."
            )
            raise DataError(message)
