"""What every split has: three parts with names, that share nothing."""

from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import Any

from edgewise._typing import Tensor
from edgewise.errors import ArgumentError

__all__ = ["PARTS", "Split", "check_shares", "first", "pairs_of_parts"]

PARTS = ("train", "val", "test")


class Split(tuple[Any, Any, Any]):
    """Three parts, ``train``, ``val`` and ``test``, that unpack like a tuple. Subclasses say how they may not mix."""

    def __new__(cls, parts: Iterable[Any]) -> "Split":
        """Make a split of three parts."""
        found = tuple(parts)
        if len(found) != len(PARTS):
            message = f"{cls.__name__}: expected three parts (train, val, test), got {len(found)}. Give an empty one."
            raise ArgumentError(message)
        return tuple.__new__(cls, found)

    @property
    def train(self) -> Any:
        """What is learnt from."""
        return self[0]

    @property
    def val(self) -> Any:
        """What models and stopping times are chosen by."""
        return self[1]

    @property
    def test(self) -> Any:
        """What the final score is taken on."""
        return self[2]

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (type(self), tuple(self), dict(self.__dict__))

    def __repr__(self) -> str:
        parts = ", ".join(f"{name}={part!r}" for name, part in zip(PARTS, self, strict=True))
        return f"{type(self).__name__}({parts})"


def _restore(kind: type[Split], parts: tuple[Any, ...], attributes: dict[str, Any]) -> Split:
    out = Split.__new__(kind, parts)
    out.__dict__.update(attributes)
    return out


def pairs_of_parts() -> Iterator[tuple[int, int]]:
    """Return every two of the three parts: an earlier and a later one."""
    return combinations(range(len(PARTS)), 2)


def check_shares(train: float, val: float, names: tuple[str, str], caller: str) -> None:
    """Check that two shares leave room for each other and are none below 0.

    Raises:
        ArgumentError: They do not.
    """
    for name, share in zip(names, (train, val), strict=True):
        if not 0 <= share <= 1:
            message = f"{caller}: expected {name} in [0, 1], got {share}. It is a share of all."
            raise ArgumentError(message)
    if train + val > 1 + 1e-9:  # 0.7 + 0.2 + 0.1 is not quite 1
        message = f"{caller}: expected {names[0]} + {names[1]} of at most 1, got {train} + {val}. Lower one of them."
        raise ArgumentError(message)


def first(found: Tensor) -> int:
    """Return where a boolean is first true."""
    return int(found.nonzero()[0, 0])
