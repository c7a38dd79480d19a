"""What padded nodes and edges hold: one value, or one by attribute or type."""

from collections.abc import Mapping
from typing import Any

from edgewise.errors import ArgumentError, DTypeError

__all__ = ["AttrNamePadding", "EdgeTypePadding", "NodeTypePadding", "Padding", "UniformPadding"]


class Padding:
    """Base of padding values: :meth:`get_value` says which number an attribute of a type is padded with."""

    def get_value(self, store_type: Any = None, attr_name: str | None = None) -> int | float:
        """Return the number."""
        message = f"{type(self).__name__}.get_value: expected a definition, got none. Define it in your padding."
        raise NotImplementedError(message)


class UniformPadding(Padding):
    """The same number everywhere.

    Args:
        value: The number.

    Raises:
        DTypeError: Not a number.

    Example:
        >>> UniformPadding(2.0).get_value()
        2.0
    """

    def __init__(self, value: int | float = 0.0) -> None:
        if not isinstance(value, int | float):
            message = f"UniformPadding: expected value as a number, got {value!r}. Use UniformPadding(0.0)."
            raise DTypeError(message)
        self.value = value

    def get_value(self, store_type: Any = None, attr_name: str | None = None) -> int | float:
        """Return the number."""
        return self.value

    def __repr__(self) -> str:
        return f"UniformPadding({self.value!r})"


class _MappingPadding(Padding):
    """One padding for each key; what keys mean is the subclass's business."""

    _key = "a key"
    _allowed: tuple[type[Padding], ...] = (UniformPadding,)

    def __init__(self, values: Mapping[Any, int | float | Padding], default: int | float = 0.0) -> None:
        caller = type(self).__name__
        if not isinstance(values, Mapping):
            message = f"{caller}: expected values as a dict, got {type(values).__name__}. Map {self._key} to a number."
            raise DTypeError(message)
        self.values = {
            key: UniformPadding(value) if isinstance(value, int | float) else value for key, value in values.items()
        }
        self.default = UniformPadding(default)
        for key, padding in self.values.items():
            if not self._fits(key):
                message = (
                    f"{caller}: expected keys of values to be {self._key}, got {key!r}. Map {self._key} to a number."
                )
                raise ArgumentError(message)
            if not isinstance(padding, self._allowed):
                names = " or ".join(kind.__name__ for kind in self._allowed)
                message = (
                    f"{caller}: expected the value of {key!r} to be a number or {names}, got {type(padding).__name__}. "
                    "Pass a number."
                )
                raise ArgumentError(message)

    @staticmethod
    def _fits(key: object) -> bool:
        return isinstance(key, str)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.values!r}, default={self.default.value!r})"


class AttrNamePadding(_MappingPadding):
    """A number for each attribute.

    Args:
        values: Attribute names to numbers.
        default: For all others.

    Raises:
        DTypeError: ``values`` is not a dictionary.
        ArgumentError: A key that is not a name, or a value that is not a number.

    Example:
        >>> padding = AttrNamePadding({"x": 1.0})
        >>> padding.get_value(attr_name="x"), padding.get_value(attr_name="pos")
        (1.0, 0.0)
    """

    _key = "an attribute name"

    def get_value(self, store_type: Any = None, attr_name: str | None = None) -> int | float:
        """Return the attribute's number."""
        return self.values.get(attr_name, self.default).get_value()


class _TypePadding(_MappingPadding):
    """One padding for each type."""

    _allowed = (UniformPadding, AttrNamePadding)

    def get_value(self, store_type: Any = None, attr_name: str | None = None) -> int | float:
        """Return the number of the type's attribute."""
        return self.values.get(store_type, self.default).get_value(attr_name=attr_name)


class NodeTypePadding(_TypePadding):
    """A number, or one by attribute, for each node type.

    Args:
        values: Node types to numbers or :class:`AttrNamePadding`.
        default: For all others.

    Raises:
        DTypeError: ``values`` is not a dictionary.
        ArgumentError: A key that is not a node type, or another value.

    Example:
        >>> padding = NodeTypePadding({"paper": 1.0, "author": AttrNamePadding({"x": 2.0})})
        >>> padding.get_value("paper", "x"), padding.get_value("author", "x"), padding.get_value("author", "pos")
        (1.0, 2.0, 0.0)
    """

    _key = "a node type"


class EdgeTypePadding(_TypePadding):
    """A number, or one by attribute, for each edge type.

    Args:
        values: Edge types ``(source, relation, target)`` to numbers or :class:`AttrNamePadding`.
        default: For all others.

    Raises:
        DTypeError: ``values`` is not a dictionary.
        ArgumentError: A key that is not an edge type, or another value.

    Example:
        >>> EdgeTypePadding({("author", "writes", "paper"): 1.0}).get_value(("author", "writes", "paper"), "edge_attr")
        1.0
    """

    _key = "an edge type (source, relation, target)"

    @staticmethod
    def _fits(key: object) -> bool:
        return isinstance(key, tuple) and len(key) == 3
