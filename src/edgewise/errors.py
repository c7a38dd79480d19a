"""Errors that teach: every message says what was expected, what came, and how to repair it.

The tree::

    EdgewiseError
    |-- ShapeError(ValueError)          a tensor has the wrong shape
    |-- DTypeError(TypeError)           a tensor or argument has the wrong type
    |-- NodeIndexError(IndexError)      an edge names a node that does not exist
    |-- GraphIndexError(IndexError)     a dataset has no graph of that number
    |-- ArgumentError(ValueError)       an argument's value is not one of those allowed
    |-- DataError(ValueError)           data, labels or masks cannot be used as they are
    |-- FileError(OSError)              a file or folder is missing, broken or not writable
    `-- MissingPackageError(ImportError)  an optional package is not installed

Messages read ``<function>: expected <argument> <what>, got <value>. <How to repair>.``
"""

__all__ = [
    "ArgumentError",
    "DTypeError",
    "DataError",
    "EdgewiseError",
    "EdgewiseWarning",
    "FileError",
    "GraphIndexError",
    "MissingPackageError",
    "NodeIndexError",
    "ShapeError",
]


class EdgewiseError(Exception):
    """Base of every error that edgewise raises on purpose."""


class ShapeError(EdgewiseError, ValueError):
    """A tensor has the wrong shape, for example an ``edge_index`` of shape ``[edges, 2]``."""


class DTypeError(EdgewiseError, TypeError):
    """A tensor or argument has the wrong type, for example a floating ``edge_index``."""


class NodeIndexError(EdgewiseError, IndexError):
    """An edge points at a node that does not exist, for example node 34 of 34."""


class GraphIndexError(EdgewiseError, IndexError):
    """A dataset has no graph of that number, for example ``dataset[600]`` of 600."""


class ArgumentError(EdgewiseError, ValueError):
    """An argument is none of the allowed values, for example ``aggr="sun"``."""


class DataError(EdgewiseError, ValueError):
    """Data cannot be used as it is, for example a training mask that selects nothing."""


class FileError(EdgewiseError, OSError):
    """A file or folder is missing, truncated or not writable."""


class MissingPackageError(EdgewiseError, ImportError):
    """An optional package is needed for this call and is not installed."""


class EdgewiseWarning(UserWarning):
    """Something works, but probably not as the user thinks."""
