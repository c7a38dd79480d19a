"""Checks of a graph: the cheap ones when an attribute is set, all of them in ``Data.validate``."""

import operator
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from edgewise._checks import check_edge_index, check_node_range
from edgewise._suggest import did_you_mean
from edgewise.errors import ArgumentError, DataError, DTypeError, EdgewiseWarning, ShapeError

if TYPE_CHECKING:
    from edgewise.data.data import Data

__all__ = ["MASKS", "STANDARD_NAMES", "as_attribute", "as_count", "check_given_rows", "validate"]

MASKS = ("train_mask", "val_mask", "test_mask")
STANDARD_NAMES = ("x", "edge_index", "edge_attr", "edge_weight", "y", "pos", "batch", "ptr", *MASKS)


def as_attribute(name: str, value: Any) -> Any:
    """Check what a standard attribute is set to, and return it as a tensor.

    Raises:
        ShapeError: ``edge_index`` is not ``[2, edges]``.
        DTypeError: ``edge_index`` is not integer, a mask not boolean, or something that should be numbers is not.
    """
    if name not in STANDARD_NAMES:
        _warn_of_near_miss(name)
        return value
    if hasattr(value, "__array__") and not isinstance(value, Tensor):
        value = _from_array(name, value)
    if name not in ("y", "edge_index") and isinstance(value, list) and not any(isinstance(v, Tensor) for v in value):
        message = f"Data: expected {name} as a torch.Tensor, got list. Use torch.tensor({name})."
        raise DTypeError(message)
    if name == "edge_index" and not (isinstance(value, Tensor) and value.layout != torch.strided):
        check_edge_index(value, caller="Data")
    if name in MASKS and isinstance(value, Tensor) and value.dtype != torch.bool:
        kind = str(value.dtype).removeprefix("torch.")
        message = f"Data: expected boolean {name}, got {kind}. Use {name}.bool()."
        raise DTypeError(message)
    return value


def as_count(value: Any) -> int:
    """Check what a number of nodes is set to, and return it as an ``int``.

    Raises:
        DTypeError: Not a whole number.
        ArgumentError: Negative.
    """
    try:
        count = operator.index(value)
    except TypeError as error:
        message = f"Data: expected num_nodes as an int, got {value!r}. Use int(num_nodes)."
        raise DTypeError(message) from error
    if count < 0:
        message = f"Data: expected num_nodes of 0 or more, got {count}. Pass how many nodes there are."
        raise ArgumentError(message)
    return count


def check_given_rows(data: "Data") -> None:
    """Check that edge attributes have a row for each edge, and masks one for each row of ``x``; reads no value.

    Raises:
        ShapeError: They have not.
    """
    if data.edge_index is not None:
        for name in ("edge_attr", "edge_weight"):
            _check_rows(name, data[name], data.num_edges, "edges", "Data")
    if isinstance(data.x, Tensor) and data.x.dim():
        for name in MASKS:
            _check_rows(name, data[name], data.x.shape[0], "nodes", "Data")


def _from_array(name: str, value: Any) -> Tensor:
    """A NumPy array, or what becomes one, as a tensor that shares its memory where torch can."""
    array = np.asarray(value)
    if name == "edge_index":
        # The cures of check_edge_index are methods of tensors, which an array has not.
        if array.dtype.kind not in "iu":
            message = f'Data: expected integer edge_index, got {array.dtype}. Use edge_index.astype("int64").'
            raise DTypeError(message)
        if array.ndim == 2 and array.shape[0] != 2 and array.shape[1] == 2:
            message = (
                f"Data: expected edge_index of shape [2, edges], got {list(array.shape)}. "
                "It looks transposed: use edge_index.T."
            )
            raise ShapeError(message)
        array = array if array.dtype in (np.int32, np.int64) else array.astype(np.int64)
    if not array.flags.writeable or any(stride < 0 for stride in array.strides):
        array = array.copy()
    try:
        return torch.from_numpy(array)
    except (TypeError, ValueError) as error:
        message = f"Data: expected numbers that torch knows in {name}, got {array.dtype}. Convert them first."
        raise DTypeError(message) from error


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
    for name in ("x", "pos", *MASKS):
        _check_rows(name, data[name], nodes, "nodes", "Data.validate")
    if data.edge_index is not None:
        for name in ("edge_attr", "edge_weight"):
            _check_rows(name, data[name], data.num_edges, "edges", "Data.validate")
    if any(name in data for name in MASKS):  # masks choose among nodes, so there the labels are the nodes'
        _check_rows("y", data.y, nodes, "nodes", "Data.validate")
    for name in ("x", "pos", "edge_attr", "edge_weight"):
        _check_finite(name, data[name])
    _check_masks(data)
    _check_labels(data)


def _check_rows(name: str, value: Any, rows: int, what: str, caller: str) -> None:
    if isinstance(value, Tensor) and (value.dim() == 0 or value.shape[0] != rows):
        message = (
            f"{caller}: expected {name} with one row for each of the {rows} {what}, got {list(value.shape)}. "
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
