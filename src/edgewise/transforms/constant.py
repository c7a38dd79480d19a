"""A constant feature."""

from collections.abc import Sequence

import torch

from edgewise._suggest import did_you_mean
from edgewise.errors import ArgumentError
from edgewise.transforms._checks import check_graph
from edgewise.transforms._stores import Graph, appended, count_nodes, node_items
from edgewise.transforms.base import BaseTransform

__all__ = ["Constant"]


class Constant(BaseTransform):
    """Append a constant to the features ``x`` of every node.

    Args:
        value: The constant.
        cat: ``False`` replaces ``x``.
        node_types: The node types of a ``HeteroData`` that get it. Default: all.

    Shape:
        x ``[nodes, in]`` (optional) → ``[nodes, in + 1]``

    Raises:
        ArgumentError: A node type that is not there.
        DataError: Nothing tells how many nodes of a type there are.

    Source: PyG's. Ours turns integer features to floats, where PyG truncates the constant.

    Example:
        >>> from edgewise.data import Data
        >>> Constant()(Data(num_nodes=2)).x.tolist()
        [[1.0], [1.0]]
    """

    _shown = ("value",)

    def __init__(
        self,
        value: float = 1.0,
        cat: bool = True,  # noqa: FBT001, FBT002 - PyG's signature
        node_types: str | Sequence[str] | None = None,
    ) -> None:
        self.value = value
        self.cat = cat
        self.node_types = [node_types] if isinstance(node_types, str) else node_types

    def forward(self, data: Graph) -> Graph:
        """Append the constant."""
        check_graph(data, "Constant")
        known = [node_type for node_type, _ in node_items(data) if node_type is not None]
        for name in self.node_types or ():
            if name not in known:
                cure = did_you_mean(name, known) or " Leave it out." if known else " A Data has none: leave it out."
                message = f"Constant: expected node_types among {known}, got {name!r}.{cure}"
                raise ArgumentError(message)
        for node_type, store in node_items(data):
            if self.node_types is not None and node_type not in self.node_types:
                continue
            column = torch.full((count_nodes(node_type, store, "Constant"), 1), float(self.value))
            store.x = appended(store.x if self.cat else None, column, "x", "Constant")
        return data
