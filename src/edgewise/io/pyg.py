"""Graphs from and to PyTorch Geometric; tensors are shared, not copied."""

from collections.abc import Iterable, Mapping
from typing import Any

from torch import Tensor

from edgewise._lazy import lazy_import
from edgewise.data import Batch, Data, HeteroData
from edgewise.data.temporal_data import TemporalData
from edgewise.errors import DTypeError

__all__ = ["from_pyg", "to_pyg"]

pyg_data = lazy_import("torch_geometric.data")


def from_pyg(data: Any) -> Any:
    """Return what a graph of PyTorch Geometric holds.

    Args:
        data: A ``torch_geometric`` ``Data``, ``HeteroData``, ``Batch`` of them or ``TemporalData``; or several, as a
            list or dataset.

    Returns:
        :class:`Data`, :class:`HeteroData`, a batch of them or :class:`TemporalData`; a list for several.

    Raises:
        DTypeError: Something else, or an attribute that this library does not accept.
        MissingPackageError: PyTorch Geometric is not installed.

    Cost: nothing is copied but batches, which are joined anew.

    Example:
        >>> import torch, torch_geometric
        >>> x = torch.ones(2, 1)
        >>> data = from_pyg(torch_geometric.data.Data(x=x, edge_index=torch.tensor([[0], [1]])))
        >>> data, data.x is x
        (Data(x=[2, 1], edge_index=[2, 1]), True)
    """
    if isinstance(data, pyg_data.Batch) and hasattr(data, "_slice_dict"):  # else a plain graph with batch and ptr
        return Batch.from_data_list([from_pyg(one) for one in data.to_data_list()])
    if isinstance(data, pyg_data.Data):
        return Data.from_dict(_plain(data.to_dict()))
    if isinstance(data, pyg_data.HeteroData):
        return HeteroData.from_dict({key: _plain(values) for key, values in data.to_dict().items()})
    if isinstance(data, pyg_data.TemporalData):
        return TemporalData.from_dict(_plain(data.to_dict()))
    if isinstance(data, Iterable) and not isinstance(data, Tensor | Mapping | str | Data | HeteroData | TemporalData):
        return [from_pyg(one) for one in data]
    raise DTypeError(_refusal("from_pyg", "a Data or HeteroData of torch_geometric, or a list of them", data, "to_pyg"))


def to_pyg(data: Any) -> Any:
    """Return a graph as an object of PyTorch Geometric.

    Args:
        data: A :class:`Data`, :class:`HeteroData`, a batch of them or :class:`TemporalData`; or several, as a list or
            dataset.

    Returns:
        ``torch_geometric``'s ``Data``, ``HeteroData``, ``Batch`` or ``TemporalData``; a list for several.

    Raises:
        DTypeError: Something else.
        MissingPackageError: PyTorch Geometric is not installed.

    Cost: nothing is copied but batches, which are joined anew.

    Example:
        >>> import torch
        >>> to_pyg(Data(x=torch.ones(2, 1), edge_index=torch.tensor([[0], [1]])))
        Data(x=[2, 1], edge_index=[2, 1])
    """
    if isinstance(data, Batch) and "_parts" in data.__dict__:
        return pyg_data.Batch.from_data_list([to_pyg(one) for one in data.to_data_list()])
    if isinstance(data, Data):
        return pyg_data.Data.from_dict(data.to_dict())
    if isinstance(data, HeteroData):
        return pyg_data.HeteroData.from_dict(data.to_dict())
    if isinstance(data, TemporalData):
        return pyg_data.TemporalData.from_dict(data.to_dict())
    theirs = (pyg_data.Data, pyg_data.HeteroData, pyg_data.TemporalData)
    if isinstance(data, Iterable) and not isinstance(data, (Tensor, Mapping, str, *theirs)):
        return [to_pyg(one) for one in data]
    raise DTypeError(_refusal("to_pyg", "a Data or HeteroData of edgewise, or a list of them", data, "from_pyg"))


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Attributes with PyG's own subclasses of a tensor, such as ``EdgeIndex``, as the tensors that they are."""
    return {
        name: value.as_tensor() if isinstance(value, Tensor) and hasattr(value, "as_tensor") else value
        for name, value in values.items()
    }


def _refusal(caller: str, expected: str, data: Any, other: str) -> str:
    kind = f"{type(data).__module__.partition('.')[0]}.{type(data).__name__}".removeprefix("builtins.")
    return f"{caller}: expected {expected}, got {kind}. The way back is {other}."
