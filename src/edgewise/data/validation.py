"""Checks of a graph: the cheap ones when an attribute is set, all of them in ``Data.validate``."""

import functools
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
    from edgewise.data._attributes import Attributes
    from edgewise.data.data import Data
    from edgewise.data.hetero_data import HeteroData

__all__ = [
    "EDGE_MASKS",
    "MASKS",
    "STANDARD_NAMES",
    "as_attribute",
    "as_count",
    "check_given_rows",
    "validate",
    "validate_hetero",
]

MASKS = ("train_mask", "val_mask", "test_mask")
EDGE_MASKS = ("train_edge_mask", "val_edge_mask", "test_edge_mask")
STANDARD_NAMES = ("x", "edge_index", "edge_attr", "edge_weight", "y", "pos", "batch", "ptr", *MASKS)


def as_attribute(name: str, value: Any, caller: str) -> Any:
    """Check what a standard attribute is set to, and return it as a tensor.

    Raises:
        ShapeError: ``edge_index`` is not ``[2, edges]``.
        DTypeError: ``edge_index`` is not integer, a mask not boolean, or something that should be numbers is not.
    """
    if name not in STANDARD_NAMES:
        _warn_of_near_miss(name, caller)
        return value
    if hasattr(value, "__array__") and not isinstance(value, Tensor):
        value = _from_array(name, value, caller)
    if name not in ("y", "edge_index") and isinstance(value, list) and not any(isinstance(v, Tensor) for v in value):
        message = f"{caller}: expected {name} as a torch.Tensor, got list. Use torch.tensor({name})."
        raise DTypeError(message)
    if name == "edge_index" and not (isinstance(value, Tensor) and value.layout != torch.strided):
        check_edge_index(value, caller=caller)
    if name in MASKS and isinstance(value, Tensor) and value.dtype != torch.bool:
        kind = str(value.dtype).removeprefix("torch.")
        message = f"{caller}: expected boolean {name}, got {kind}. Use {name}.bool()."
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


def _from_array(name: str, value: Any, caller: str) -> Tensor:
    """A NumPy array, or what becomes one, as a tensor that shares its memory where torch can."""
    array = np.asarray(value)
    if name == "edge_index":
        # The cures of check_edge_index are methods of tensors, which an array has not.
        if array.dtype.kind not in "iu":
            message = f'{caller}: expected integer edge_index, got {array.dtype}. Use edge_index.astype("int64").'
            raise DTypeError(message)
        if array.ndim == 2 and array.shape[0] != 2 and array.shape[1] == 2:
            message = (
                f"{caller}: expected edge_index of shape [2, edges], got {list(array.shape)}. "
                "It looks transposed: use edge_index.T."
            )
            raise ShapeError(message)
        array = array if array.dtype in (np.int32, np.int64) else array.astype(np.int64)
    if not array.flags.writeable or any(stride < 0 for stride in array.strides):
        array = array.copy()
    try:
        return torch.from_numpy(array)
    except (TypeError, ValueError) as error:
        message = f"{caller}: expected numbers that torch knows in {name}, got {array.dtype}. Convert them first."
        raise DTypeError(message) from error


@functools.cache  # a dataset sets the same names on every graph
def _near_miss(name: str) -> str:
    if name in EDGE_MASKS:
        return ""
    is_variant = name.startswith(("num_", *(f"{standard}_" for standard in STANDARD_NAMES)))  # edge_index_t is meant
    return "" if is_variant else did_you_mean(name, STANDARD_NAMES, cutoff=0.8)  # "weight" is a name of its own


def _warn_of_near_miss(name: str, caller: str) -> None:
    hint = _near_miss(name)
    if hint:
        message = f"{caller}: {name!r} is kept as an attribute of your own.{hint}"
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
    _validate_edges(data, nodes, nodes, "Data.validate")
    _validate_nodes(data, nodes, "Data.validate")


def validate_hetero(data: "HeteroData") -> None:
    """Check every type of a graph as :func:`validate` does the one of a ``Data``.

    Raises:
        DataError: Nothing tells how many nodes a type has; and as :func:`validate`.
    """
    counts = {}
    for name, store in data.node_items():
        count = store.num_nodes
        if count is None:
            message = (
                f"HeteroData.validate: expected to know how many nodes of type {name!r} there are, got no attribute "
                f"that tells. Set data[{name!r}].num_nodes or x."
            )
            raise DataError(message)
        counts[name] = count
        _validate_nodes(store, count, f"HeteroData[{name!r}].validate")
    for edge_type, edges in data.edge_items():
        caller = f"HeteroData[{edge_type!r}].validate"
        for end in (edge_type[0], edge_type[2]):
            if end not in counts:
                message = (
                    f"{caller}: expected nodes of type {end!r}, got none.{did_you_mean(end, counts)} "
                    f"Set data[{end!r}].num_nodes or x."
                )
                raise DataError(message)
        _validate_edges(edges, counts[edge_type[0]], counts[edge_type[2]], caller)


def _validate_edges(data: "Attributes", num_src: int, num_dst: int, caller: str) -> None:
    if isinstance(data.edge_index, Tensor) and data.edge_index.layout == torch.strided:
        check_edge_index(data.edge_index, caller=caller)
        check_node_range(data.edge_index, num_src, num_dst, caller=caller)
    for name in ("edge_attr", "edge_weight"):
        if data.edge_index is not None:
            _check_rows(name, data[name], data.num_edges, "edges", caller)
        _check_finite(name, data[name], caller)


def _validate_nodes(data: "Attributes", nodes: int, caller: str) -> None:
    for name in ("x", "pos", *MASKS):
        _check_rows(name, data[name], nodes, "nodes", caller)
    if any(name in data for name in MASKS):  # masks choose among nodes, so there the labels are the nodes'
        _check_rows("y", data.y, nodes, "nodes", caller)
    for name in ("x", "pos"):
        _check_finite(name, data[name], caller)
    _check_masks(data, caller)
    _check_labels(data, caller)


def _check_rows(name: str, value: Any, rows: int, what: str, caller: str) -> None:
    if isinstance(value, Tensor) and (value.dim() == 0 or value.shape[0] != rows):
        message = (
            f"{caller}: expected {name} with one row for each of the {rows} {what}, got {list(value.shape)}. "
            f"Give every {what[:-1]} a row."
        )
        raise ShapeError(message)


def _check_finite(name: str, value: Any, caller: str) -> None:
    if not isinstance(value, Tensor) or not value.is_floating_point() or value.layout != torch.strided:
        return
    # The sum is finite exactly where no value is NaN or infinite, overflow aside; only then look for the place.
    if value.sum().isfinite() or value.isfinite().all():
        return
    at = (~value.isfinite()).nonzero()
    place = ", ".join(str(int(i)) for i in at[0])
    message = (
        f"{caller}: expected finite {name}, got {float(value[tuple(at[0])])} at [{place}] "
        f"({len(at)} such values). Fill them: {name}.nan_to_num(), or drop those rows."
    )
    raise DataError(message)


def _check_masks(data: "Attributes", caller: str) -> None:
    masks = {name: data[name] for name in MASKS if isinstance(data[name], Tensor)}
    for name, mask in masks.items():
        if not mask.any():
            message = (
                f"{caller}: expected {name} to select at least one node, got none of {mask.numel()}. "
                "Set some of it to True, or leave it out."
            )
            raise DataError(message)
    names = list(masks)
    for first in names:
        for second in names[names.index(first) + 1 :]:
            if masks[first].shape == masks[second].shape and (both := (masks[first] & masks[second]).sum()):
                message = f"{caller}: {first} and {second} share {int(both)} nodes, so scores flatter the model."
                warnings.warn(message, EdgewiseWarning, stacklevel=5)


def _check_labels(data: "Attributes", caller: str) -> None:
    y = data.y
    if not isinstance(y, Tensor) or y.is_floating_point() or y.dim() != 1 or y.dtype == torch.bool:
        return
    if y.numel() and int(y.min()) < -1:
        node = int((y < -1).nonzero()[0, 0])
        message = (
            f"{caller}: expected labels y of 0 and more, or -1 for unknown, got {int(y[node])} at node {node}. "
            "Number the classes from 0."
        )
        raise DataError(message)
    for name in MASKS:
        mask = data[name]
        if isinstance(mask, Tensor) and mask.shape == y.shape and bool((y[mask] == -1).any()):
            node = int((mask & (y == -1)).nonzero()[0, 0])
            message = (
                f"{caller}: expected a label for every node in {name}, got -1 (unknown) at node {node}. "
                f"Take it out: data.{name} &= data.y >= 0."
            )
            raise DataError(message)
