"""Graphs in one safetensors file: tensors as they are, everything else as JSON beside them. Never pickle."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from torch import Tensor

from edgewise._files import atomic_write
from edgewise._lazy import lazy_import
from edgewise.data.data import Data
from edgewise.errors import DTypeError, FileError

__all__ = ["load_graphs", "save_graphs"]

safetensors = lazy_import("safetensors")
safetensors_torch = lazy_import("safetensors.torch")

_FORMAT = "edgewise graphs 1"
_TENSOR = {"tensor": "beside"}


def save_graphs(graphs: Sequence[Data], path: Path, key: str = "") -> None:
    """Write graphs to ``path``, whole or not at all.

    Args:
        graphs: Their attributes are tensors, or values that JSON knows.
        path: The file.
        key: What the graphs were made from; :func:`load_graphs` refuses another.

    Raises:
        DTypeError: An attribute is neither.
        FileError: The folder cannot be written.

    Example:
        >>> import tempfile
        >>> import torch
        >>> path = Path(tempfile.mkdtemp(), "graphs.safetensors")
        >>> save_graphs([Data(x=torch.ones(2, 1), name="two")], path)
        >>> load_graphs(path)
        [Data(x=[2, 1], name='two')]
    """
    tensors: dict[str, Tensor] = {}
    others: list[dict[str, Any]] = []
    for position, graph in enumerate(graphs):
        values = graph.to_dict()
        tensors.update({f"{position}.{k}": v.contiguous().clone() for k, v in values.items() if isinstance(v, Tensor)})
        # A tensor's place among the attributes is kept, too: a graph reads back in the order in which it was made.
        others.append({k: _TENSOR if isinstance(v, Tensor) else v for k, v in values.items()})
    try:
        header = {"format": _FORMAT, "key": key, "others": json.dumps(others)}
    except TypeError as error:
        message = (
            f"save_graphs: expected attributes that are tensors or JSON values, got one that is neither ({error})."
        )
        raise DTypeError(f"{message} Remove or convert it.") from error
    with atomic_write(path) as temporary:
        safetensors_torch.save_file(tensors, temporary, header)


def load_graphs(path: Path, key: str | None = None) -> list[Data]:
    """Read what :func:`save_graphs` wrote.

    Args:
        path: The file.
        key: Refuse a file that was made from something else. ``None`` takes any.

    Raises:
        FileError: The file is missing, broken, of another format, or made from something else.
    """
    try:
        with safetensors.safe_open(path, framework="pt") as file:
            header = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a dict
    except Exception as error:  # the reader's own error class and OSError alike mean: not a whole file
        message = f"load_graphs: expected a file of graphs, got {path} ({error}). Delete it; it is made again."
        raise FileError(message) from error
    if header.get("format") != _FORMAT or (key is not None and header.get("key") != key):
        message = (
            f"load_graphs: expected {path} to be {_FORMAT} of these sources, got another. Delete it; it is made again."
        )
        raise FileError(message)
    graphs = [
        Data.from_dict({k: tensors.pop(f"{position}.{k}") if v == _TENSOR else v for k, v in others.items()})
        for position, others in enumerate(json.loads(header["others"]))
    ]
    if tensors:
        message = f"load_graphs: expected every tensor of {path} to be named, got {len(tensors)} more. Delete it."
        raise FileError(message)
    return graphs
