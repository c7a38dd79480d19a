"""edgewise: graph neural networks for PyTorch."""

import importlib
from typing import TYPE_CHECKING, Any

from edgewise import errors, ops
from edgewise._memory import keep_memory, release_memory
from edgewise.adjacency import Adjacency

if TYPE_CHECKING:
    from edgewise import data, datasets, io, nn, tasks, transforms, utils, viz
    from edgewise.data import Data
    from edgewise.nn import plan

__version__ = "0.1.0"

__all__ = [
    "Adjacency",
    "Data",
    "data",
    "datasets",
    "errors",
    "io",
    "keep_memory",
    "nn",
    "ops",
    "plan",
    "release_memory",
    "tasks",
    "transforms",
    "utils",
    "viz",
]


def __getattr__(name: str) -> Any:
    # Rooms open at first use: `import edgewise` stays cheap, and `edgewise.nn.GCNConv` works without a second import.
    if name == "Data":
        return importlib.import_module("edgewise.data").Data
    if name == "plan":
        return importlib.import_module("edgewise.nn.planning").plan
    if name in __all__:
        return importlib.import_module(f"edgewise.{name}")
    message = f"module 'edgewise' has no attribute {name!r}"
    raise AttributeError(message)
