"""edgewise: graph neural networks for PyTorch."""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from edgewise import data, datasets, errors, io, nn, ops, tasks, transforms, utils, viz
    from edgewise._memory import keep_memory, release_memory
    from edgewise.adjacency import Adjacency
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

_HOMES = {
    "Adjacency": "edgewise.adjacency",
    "Data": "edgewise.data",
    "keep_memory": "edgewise._memory",
    "plan": "edgewise.nn.planning",
    "release_memory": "edgewise._memory",
}


def __getattr__(name: str) -> Any:
    # Rooms open at first use: `import edgewise` is cheap, `edgewise --help` needs no torch, and `edgewise.nn.GCNConv`
    # works without a second import.
    if name not in __all__:
        message = f"module 'edgewise' has no attribute {name!r}"
        raise AttributeError(message)
    home = _HOMES.get(name)
    value = (
        importlib.import_module(f"edgewise.{name}") if home is None else getattr(importlib.import_module(home), name)
    )
    globals()[name] = value
    return value
