"""How large the parts of a split are: a number, or a share of all."""

from edgewise.errors import ArgumentError

__all__ = ["check_size"]


def check_size(caller: str, name: str, value: object) -> None:
    """Check that a size is a whole number, or a share as a ``float`` in [0, 1].

    Raises:
        ArgumentError: It is not.

    Example:
        >>> check_size("RandomNodeSplit", "num_val", 0.1)
    """
    fits = isinstance(value, int | float) and not isinstance(value, bool)
    if not fits or value < 0 or (isinstance(value, float) and not value <= 1):  # type: ignore[operator]
        message = f"{caller}: expected {name} as a count, or a share in [0.0, 1.0], got {value!r}. Pass one of them."
        raise ArgumentError(message)
