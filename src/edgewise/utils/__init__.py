"""Functions on ``edge_index`` under the names by which the field knows them."""

import importlib
from typing import Any

from edgewise.utils.isolated import contains_isolated_nodes, contains_self_loops, degree, remove_self_loops
from edgewise.utils.loop import add_remaining_self_loops, add_self_loops
from edgewise.utils.undirected import coalesce, is_undirected, sort_edge_index, to_undirected

__all__ = [
    "add_remaining_self_loops",
    "add_self_loops",
    "coalesce",
    "contains_isolated_nodes",
    "contains_self_loops",
    "degree",
    "from_networkx",
    "is_undirected",
    "remove_self_loops",
    "sort_edge_index",
    "to_networkx",
    "to_undirected",
]


def __getattr__(name: str) -> Any:
    # The field looks for these here, but they make and take Data, so they live above and open at first use.
    if name in ("from_networkx", "to_networkx"):
        return getattr(importlib.import_module("edgewise.io.networkx"), name)
    message = f"module 'edgewise.utils' has no attribute {name!r}"
    raise AttributeError(message)
