"""Batches of many graphs."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.utils.data import default_collate

from edgewise.data import Batch, Data, HeteroData
from edgewise.errors import DTypeError

__all__ = ["DataLoader"]


class DataLoader(torch.utils.data.DataLoader[Any]):
    """torch's ``DataLoader`` that joins graphs into a :class:`~edgewise.data.Batch`.

    Over a :class:`~edgewise.data.PackedDataset` or an :class:`~edgewise.data.InMemoryDataset` without ``transform`` a
    batch is one native gather a field, and worker processes bring nothing. Samplers, shuffling and generators are
    torch's own.

    Args:
        dataset: A dataset of graphs, or a list of them.
        batch_size: How many graphs a batch has.
        shuffle: Draw a new order for each epoch.
        follow_batch: Attributes that get a ``<name>_batch`` and ``<name>_ptr`` of their own.
        exclude_keys: Attributes to leave out of batches.
        **kwargs: As of ``torch.utils.data.DataLoader``.

    Example:
        >>> graphs = [Data(x=torch.ones(n, 1), edge_index=torch.zeros(2, 0, dtype=torch.long)) for n in (1, 2, 3)]
        >>> [batch.num_graphs for batch in DataLoader(graphs, batch_size=2)]
        [2, 1]
    """

    def __init__(
        self,
        dataset: Any,
        batch_size: int = 1,
        shuffle: bool = False,  # noqa: FBT001, FBT002 - PyG's signature
        follow_batch: Sequence[str] | None = None,
        exclude_keys: Sequence[str] | None = None,
        **kwargs: Any,
    ) -> None:
        kwargs.pop("collate_fn", None)  # as Lightning passes it when it makes the loader again
        self.follow_batch, self.exclude_keys = follow_batch, exclude_keys
        collate = _Collate(follow_batch, exclude_keys)
        super().__init__(dataset, batch_size, shuffle, collate_fn=collate, **kwargs)


class _Collate:
    """Joins what a dataset returned for the positions of a batch."""

    def __init__(self, follow_batch: Sequence[str] | None, exclude_keys: Sequence[str] | None) -> None:
        self.follow_batch, self.exclude_keys = follow_batch, exclude_keys

    def __call__(self, batch: Sequence[Any] | Iterable[Any]) -> Any:
        if hasattr(batch, "as_batch"):
            return Batch.from_data_list(batch, self.follow_batch, self.exclude_keys)  # type: ignore[arg-type]
        items = list(batch)
        first = items[0]
        if isinstance(first, Data | HeteroData):
            return Batch.from_data_list(items, self.follow_batch, self.exclude_keys)
        if isinstance(first, Tensor | int | float):
            return default_collate(items)
        if isinstance(first, str):
            return items
        if isinstance(first, Mapping):
            return {key: self([item[key] for item in items]) for key in first}
        if isinstance(first, tuple | list):
            return [self(column) for column in zip(*items, strict=True)]
        message = f"DataLoader: expected graphs, tensors or numbers, got {type(first).__name__}. Return Data."
        raise DTypeError(message)
