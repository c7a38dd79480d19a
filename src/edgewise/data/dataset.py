"""Many graphs behind an index: one by its number, some by a slice, a list, or a tensor of numbers or booleans."""

import copy
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

import numpy as np
import torch
from torch import Tensor

from edgewise.errors import ArgumentError, DTypeError, GraphIndexError

__all__ = ["Dataset"]

Self = TypeVar("Self", bound="Dataset")


class Dataset:
    """Base of datasets: a subclass defines :meth:`len` and :meth:`get`.

    Args:
        transform: Applied to a graph each time it is taken out.

    Example:
        >>> from edgewise.data import Data
        >>> class Paths(Dataset):
        ...     def len(self):
        ...         return 10
        ...     def get(self, idx):
        ...         return Data(x=torch.ones(idx + 1, 2))
        >>> dataset = Paths()
        >>> dataset[2:4], dataset[-1], dataset.num_features
        (Paths(2), Data(x=[10, 2]), 2)
    """

    def __init__(self, transform: Callable[[Any], Any] | None = None) -> None:
        self.transform = transform
        self._indices: Tensor | None = None

    def len(self) -> int:
        """Return how many graphs there are in all."""
        message = f"{type(self).__name__}.len: expected a definition, got none. Define it in your dataset."
        raise NotImplementedError(message)

    def get(self, idx: int) -> Any:
        """Return the graph with a number from 0."""
        message = f"{type(self).__name__}.get: expected a definition, got none. Define it in your dataset."
        raise NotImplementedError(message)

    def indices(self) -> Tensor:
        """Return the numbers of the chosen graphs among all."""
        return torch.arange(self.len()) if self._indices is None else self._indices

    def __len__(self) -> int:
        return self.len() if self._indices is None else int(self._indices.numel())

    def __getitem__(self, index: Any) -> Any:
        """Return one graph for an integer; the dataset of some for a slice, list, or tensor of numbers or booleans."""
        if hasattr(index, "__index__") and not (isinstance(index, Tensor) and index.dim()):
            return self._transformed(self.get(self._number(index.__index__())))
        return self.index_select(index)

    def __iter__(self) -> Iterator[Any]:
        return (self[i] for i in range(len(self)))

    def _transformed(self, graph: Any) -> Any:
        return graph if self.transform is None else self.transform(graph)

    def _number(self, position: int) -> int:
        size = len(self)
        if not -size <= position < size:
            message = f"{type(self).__name__}: expected a graph in 0..{size - 1}, got {position}."
            raise GraphIndexError(f"{message} Choose among the {size} there are.")
        return position % size if self._indices is None else int(self._indices[position])

    def index_select(self: Self, idx: Any) -> Self:
        """Return the dataset of some graphs: a slice, a list, or a tensor of numbers or booleans.

        Raises:
            DTypeError: Something else.
            ArgumentError: A number that no graph has, or booleans of another number than there are graphs.
        """
        out = copy.copy(self)
        out._indices = self.indices()[self._positions(idx)]
        return out

    def _positions(self, idx: Any) -> Tensor:
        size, name = len(self), type(self).__name__
        if isinstance(idx, slice):
            return torch.arange(size)[idx]
        if not (hasattr(idx, "__array__") or isinstance(idx, Tensor | list | tuple | range)):
            message = f"{name}: expected an integer, slice, list or tensor, got {type(idx).__name__}. Use one."
            raise DTypeError(message)
        index = torch.as_tensor(list(idx) if isinstance(idx, range) else idx)
        if index.dtype == torch.bool:
            if index.shape != (size,):
                message = f"{name}: expected one boolean for each of the {size} graphs, got {list(index.shape)}."
                raise ArgumentError(f"{message} Make the mask as long as the dataset.")
            return index.nonzero().flatten()
        if index.numel() and index.is_floating_point():
            message = (
                f"{name}: expected integers or booleans, got {str(index.dtype).removeprefix('torch.')}. Use .long()."
            )
            raise DTypeError(message)
        index = index.long().flatten()
        if index.numel() and not (-size <= int(index.min()) and int(index.max()) < size):
            wrong = int(index[(index < -size) | (index >= size)][0])
            message = f"{name}: expected graphs in 0..{size - 1}, got {wrong}. Choose among the {size} there are."
            raise ArgumentError(message)
        return torch.where(index < 0, index + size, index)

    def numbers_of(self, positions: Sequence[int]) -> Tensor:
        """Return the numbers, among all graphs, of those at some positions from 0.

        Raises:
            ArgumentError: There is no such position.
        """
        found = np.asarray(positions, dtype=np.int64)  # several times faster than torch on a list of Python integers
        if found.size and not (found.min() >= 0 and found.max() < len(self)):
            return self.indices()[self._positions(list(positions))]  # negative ones, or an error that says which
        numbers = torch.from_numpy(found)
        return numbers if self._indices is None else self._indices[numbers]

    def shuffle(self: Self, return_perm: bool = False) -> Any:  # noqa: FBT001, FBT002 - PyG's signature
        """Return the dataset in a random order, drawn by torch's generator; with ``return_perm`` also the order."""
        perm = torch.randperm(len(self))
        return (self.index_select(perm), perm) if return_perm else self.index_select(perm)

    @property
    def num_node_features(self) -> Any:
        """How wide a node's features are; a dictionary where there are several types."""
        return self[0].num_node_features if len(self) else 0

    @property
    def num_features(self) -> Any:
        """Another name for :attr:`num_node_features`."""
        return self.num_node_features

    @property
    def num_edge_features(self) -> Any:
        """How wide an edge's features are; a dictionary where there are several types."""
        return self[0].num_edge_features if len(self) else 0

    @property
    def num_classes(self) -> int:
        """How many classes the integer labels of all graphs name; 0 where there are none."""
        labels = [graph.y for graph in self if isinstance(getattr(graph, "y", None), Tensor) and graph.y.numel()]
        if not labels or labels[0].is_floating_point():
            return 0
        return max(int(label.max()) for label in labels) + 1

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self) if len(self) != 1 else ''})"
