"""Named attributes that move, copy and print together: what a graph, a node type and an edge type have in common."""

import copy
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import torch

from edgewise._typing import Shaped, Tensor
from edgewise.data._repr import describe
from edgewise.data.validation import MASKS, STANDARD_NAMES, as_attribute, as_count

__all__ = ["Attributes", "Moves", "joined_axis", "width"]

Self = TypeVar("Self", bound="Moves")

_COUNTS_NODES = ("x", "pos", "batch", *MASKS)


class Moves:
    """What changes every tensor at once; whoever holds tensors says in :meth:`apply` what "every" means."""

    def apply(self: Self, function: Callable[[Shaped[Tensor, "..."]], Any], *names: str) -> Self:
        """Replace every tensor, or those named, by ``function`` of it; returns the object itself."""
        raise NotImplementedError

    def to(self: Self, device: Any, *names: str, non_blocking: bool = False) -> Self:
        """Move every tensor, or those named, to a device; returns the object itself."""
        return self.apply(lambda tensor: tensor.to(device=device, non_blocking=non_blocking), *names)

    def cpu(self: Self, *names: str) -> Self:
        """Move every tensor, or those named, to the CPU; returns the object itself."""
        return self.to("cpu", *names)

    def cuda(self: Self, device: Any = "cuda", *names: str, non_blocking: bool = False) -> Self:
        """Move every tensor, or those named, to a GPU; returns the object itself."""
        return self.to(device, *names, non_blocking=non_blocking)

    def contiguous(self: Self, *names: str) -> Self:
        """Lay every tensor, or those named, out without gaps; returns the object itself."""
        return self.apply(torch.Tensor.contiguous, *names)

    def detach(self: Self, *names: str) -> Self:
        """Cut every tensor, or those named, off from what it was computed from; returns the object itself."""
        return self.apply(torch.Tensor.detach, *names)

    def pin_memory(self: Self, *names: str) -> Self:
        """Move every tensor, or those named, to memory that a GPU reads directly; returns the object itself."""
        return self.apply(torch.Tensor.pin_memory, *names)

    def share_memory_(self: Self, *names: str) -> Self:
        """Move every tensor, or those named, to memory that processes share; returns the object itself."""
        return self.apply(torch.Tensor.share_memory_, *names)

    def clone(self: Self) -> Self:
        """Return a copy that shares no tensor with this object."""
        return copy.deepcopy(self)


class Attributes(Moves):
    """Attributes by name, kept in the order in which they were set. Standard ones that were never set are ``None``."""

    def __getattr__(self, name: str) -> Any:
        store = self.__dict__.get("_store", {})
        if name in store:
            return store[name]
        if name in STANDARD_NAMES:
            return None
        message = f"{type(self).__name__!r} object has no attribute {name!r}; it has {', '.join(store) or 'none'}"
        raise AttributeError(message)

    def __setattr__(self, name: str, value: Any) -> None:
        if isinstance(getattr(type(self), name, None), property):
            object.__setattr__(self, name, value)
        elif value is None:
            self._store.pop(name, None)
        else:
            self._store[name] = as_attribute(name, value, self._label())

    def __delattr__(self, name: str) -> None:
        if name not in self._store:
            message = f"{type(self).__name__!r} object has no attribute {name!r}"
            raise AttributeError(message)
        del self._store[name]

    def __getitem__(self, name: str) -> Any:
        if name in self._store or name in STANDARD_NAMES:
            return self._store.get(name)
        if name == "num_nodes":
            return self.num_nodes
        raise KeyError(name)

    def __setitem__(self, name: str, value: Any) -> None:
        setattr(self, name, value)

    def __delitem__(self, name: str) -> None:
        if name not in self._store:
            raise KeyError(name)
        del self._store[name]

    def __contains__(self, name: str) -> bool:
        return name in self._store

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        return iter(self._visible().items())

    def __len__(self) -> int:
        return len(self._visible())

    def __repr__(self) -> str:
        return describe(type(self).__name__, self._visible().items())

    def _label(self) -> str:
        """What errors call this object."""
        return type(self).__name__

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_store": dict(self._store)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)

    def __copy__(self: Self) -> Self:
        out = type(self).__new__(type(self))
        out.__setstate__(self.__getstate__())  # type: ignore[attr-defined]
        return out

    def __deepcopy__(self: Self, memo: dict[int, Any]) -> Self:
        out = type(self).__new__(type(self))
        out.__setstate__(copy.deepcopy(self.__getstate__(), memo))  # type: ignore[attr-defined]
        return out

    def _visible(self) -> dict[str, Any]:
        """What was set, without a node count that the features tell anyway."""
        store = self.__dict__.get("_store", {})  # absent while an object is only half made, and shown in a traceback
        if "x" not in store and "pos" not in store:
            return dict(store)
        return {name: value for name, value in store.items() if name != "num_nodes"}

    def keys(self) -> list[str]:
        """Return the names of what is set."""
        return list(self._visible())

    def to_dict(self) -> dict[str, Any]:
        """Return what is set as a dictionary."""
        return dict(self._store)

    def update(self, other: Any) -> Any:
        """Set every attribute of a dictionary or another graph; returns the object itself."""
        for name, value in (other if isinstance(other, dict) else other.to_dict()).items():
            setattr(self, name, value)
        return self

    def apply(self: Self, function: Callable[[Shaped[Tensor, "..."]], Any], *names: str) -> Self:
        """Replace every tensor, or those named, by ``function`` of it; returns the object itself."""
        store = self._store  # type: ignore[attr-defined]
        for name in names or tuple(store):
            if isinstance(store.get(name), Tensor):
                store[name] = function(store[name])
        return self

    def counted_nodes(self) -> int | None:
        """How many nodes there are: as set, or by the rows of ``x``, ``pos`` or a mask; ``None`` if nothing tells."""
        if "num_nodes" in self._store:
            return int(self._store["num_nodes"])
        for name in _COUNTS_NODES:
            value = self._store.get(name)
            if isinstance(value, Tensor) and value.dim():
                return value.shape[0]
        return None

    def _set_num_nodes(self, value: int | None) -> None:
        if value is None:
            self._store.pop("num_nodes", None)
        else:
            self._store["num_nodes"] = as_count(value)

    @property
    def num_edges(self) -> int:
        """How many directed edges there are."""
        edge_index = self.edge_index
        if edge_index is None:
            return 0
        return int(edge_index.shape[1] if edge_index.layout == torch.strided else edge_index._nnz())

    @property
    def num_node_features(self) -> int:
        """How wide a node's features are; 0 without ``x``."""
        return width(self.x)

    @property
    def num_features(self) -> int:
        """Another name for :attr:`num_node_features`."""
        return self.num_node_features

    @property
    def num_edge_features(self) -> int:
        """How wide an edge's features are; 0 without ``edge_attr``."""
        return width(self.edge_attr)


def width(value: Tensor | None) -> int:
    """How many numbers a row holds.

    Example:
        >>> width(torch.zeros(5, 3)), width(torch.zeros(5)), width(None)
        (3, 1, 0)
    """
    if value is None:
        return 0
    return 1 if value.dim() == 1 else int(value.shape[-1])


def joined_axis(name: str, value: Any) -> Any:
    """Along which axis an attribute of several graphs is joined: the last for indices, both for a sparse matrix."""
    if isinstance(value, Tensor) and value.layout != torch.strided:
        return (0, 1)
    return -1 if "index" in name or name == "face" else 0
