"""Results kept with the tensors they were computed from: gone when a tensor dies, stale when one changes in place."""

import weakref
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import torch
from torch import Tensor

__all__ = ["TensorMemo"]

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class _Record:
    tensors: tuple["weakref.ref[Tensor]", ...]
    versions: tuple[int, ...]
    key: Hashable
    value: Any

    def answers(self, tensors: Sequence[Tensor], key: Hashable) -> bool:
        return (
            self.key == key
            and len(self.tensors) == len(tensors)
            and all(ref() is tensor for ref, tensor in zip(self.tensors, tensors, strict=True))
            and all(then == now._version for then, now in zip(self.versions, tensors, strict=True))
        )

    def is_alive(self) -> bool:
        return all(
            (tensor := ref()) is not None and tensor._version == then
            for ref, then in zip(self.tensors, self.versions, strict=True)
        )


class TensorMemo:
    """Remembers results by the identity and version of tensors, without keeping those tensors alive.

    A result is found again only for the very same tensor objects, none of them changed in place since, and an equal
    ``key``. Writes that torch does not count (through a NumPy view of the memory) go unnoticed.

    Args:
        limit: How many results are kept for one tensor; the oldest goes first.

    Example:
        >>> import torch
        >>> memo, x = TensorMemo(), torch.ones(3)
        >>> memo.get((x,), "sum", lambda: float(x.sum()))
        3.0
        >>> _ = x.add_(1)
        >>> memo.get((x,), "sum", lambda: float(x.sum()))
        6.0
    """

    def __init__(self, limit: int = 8) -> None:
        self._limit = limit
        self._records: dict[int, list[_Record]] = {}

    def get(self, tensors: Sequence[Tensor], key: Hashable, compute: Callable[[], Value]) -> Value:
        """Return the kept result for ``tensors`` and ``key``, or compute and keep it; while tracing, compute.

        Args:
            tensors: What the result depends on; the first one owns it.
            key: Whatever else it depends on.
            compute: Makes the result. It must not refer to ``tensors`` in what it returns, or they never die.
        """
        if torch.compiler.is_compiling():
            return compute()
        owner = tensors[0]
        for record in self._records.get(id(owner), ()):
            if record.answers(tensors, key):
                value: Value = record.value
                return value
        value = compute()
        # Inference tensors count no versions, so a change could not be noticed: nothing is kept for them.
        if not any(tensor.is_inference() for tensor in tensors):
            self._keep(tensors, key, value)
        return value

    def _keep(self, tensors: Sequence[Tensor], key: Hashable, value: Any) -> None:
        owner = id(tensors[0])
        alive = [record for record in self._records.get(owner, ()) if record.is_alive()]
        references = (weakref.ref(tensors[0], lambda _: self._forget(owner)), *map(weakref.ref, tensors[1:]))
        alive.append(_Record(references, tuple(tensor._version for tensor in tensors), key, value))
        self._records[owner] = alive[-self._limit :]

    def _forget(self, owner: int) -> None:
        # The identity may belong to a new tensor by now: only records whose tensor is gone are dropped.
        alive = [record for record in self._records.get(owner, ()) if record.tensors[0]() is not None]
        if alive:
            self._records[owner] = alive
        else:
            self._records.pop(owner, None)

    def __len__(self) -> int:
        return sum(map(len, self._records.values()))
