"""Edges from a node to itself: added, or taken away."""

from collections.abc import Callable
from typing import Any

from edgewise._typing import Tensor
from edgewise.transforms._checks import check_graph
from edgewise.transforms._stores import Graph, drop_without_rows, edge_items, edges_of, known_size, select_edges
from edgewise.transforms.base import BaseTransform
from edgewise.utils import add_remaining_self_loops, add_self_loops

__all__ = ["AddRemainingSelfLoops", "AddSelfLoops", "RemoveSelfLoops"]


class _AddsLoops(BaseTransform):
    """What both have in common: arguments, and which edges get loops."""

    _add: Callable[..., Any]

    def __init__(self, attr: str = "edge_weight", fill_value: float | Tensor | str = 1.0) -> None:
        self.attr = attr
        self.fill_value = fill_value

    def forward(self, data: Graph) -> Graph:
        """Add the loops."""
        caller = type(self).__name__
        check_graph(data, caller)
        for key, store in edge_items(data):
            if key is not None and key[0] != key[2]:
                continue
            edges = edges_of(store, caller)
            nodes = store.num_nodes if key is None else known_size(store)[0]
            values = store.to_dict().get(self.attr)
            drop_without_rows(data, store, self.attr, caller, "Name it in attr, or remove it before.")
            store.edge_index, values = type(self)._add(edges, values, self.fill_value, nodes)
            if values is not None:
                store[self.attr] = values
        return data


class AddSelfLoops(_AddsLoops):
    r"""Append a self loop to every node, also to nodes that have one: :math:`\hat A = A + I`.

    Edges between two types of nodes stay as they are.

    Args:
        attr: The edge attribute that gets a row for each loop, if it is there. Others cannot be filled: they are
            dropped, with a warning.
        fill_value: What these rows hold, or how they are reduced from those of the edges that arrive at the node:
            ``"add"``, ``"mean"``, ``"min"``, ``"max"`` or ``"mul"``.

    Raises:
        NodeIndexError: An edge names a node that does not exist.
        ArgumentError: An unknown name as ``fill_value``.

    Cost: O(edges + nodes).

    Source: PyG's, which leaves the other edge attributes as they are, too short.

    Example:
        >>> import torch
        >>> from edgewise.data import Data
        >>> data = Data(edge_index=torch.tensor([[0, 1], [1, 0]]), edge_weight=torch.tensor([2.0, 3.0]), num_nodes=2)
        >>> out = AddSelfLoops(fill_value="mean")(data)
        >>> out.edge_index.tolist(), out.edge_weight.tolist()
        ([[0, 1, 0, 1], [1, 0, 0, 1]], [2.0, 3.0, 3.0, 2.0])
    """

    _add = staticmethod(add_self_loops)


class AddRemainingSelfLoops(_AddsLoops):
    """Give every node exactly one self loop, last among the edges; a node that has some keeps the value of its last.

    Args:
        attr: As in :class:`AddSelfLoops`.
        fill_value: Likewise, for nodes without a loop.

    Cost: O(edges + nodes).

    Example:
        >>> import torch
        >>> from edgewise.data import Data
        >>> data = Data(edge_index=torch.tensor([[0, 1], [1, 1]]), num_nodes=2)
        >>> AddRemainingSelfLoops()(data).edge_index.tolist()
        [[0, 0, 1], [1, 0, 1]]
    """

    _add = staticmethod(add_remaining_self_loops)


class RemoveSelfLoops(BaseTransform):
    """Drop every edge that joins a node with itself, and its row of every edge attribute.

    Args:
        attr: For PyG's sake: there the one attribute that goes with the edges.

    Cost: O(edges).

    Example:
        >>> import torch
        >>> from edgewise.data import Data
        >>> RemoveSelfLoops()(Data(edge_index=torch.tensor([[0, 1], [1, 1]]), num_nodes=2)).edge_index.tolist()
        [[0], [1]]
    """

    def __init__(self, attr: str = "edge_weight") -> None:
        self.attr = attr

    def forward(self, data: Graph) -> Graph:
        """Drop the loops."""
        check_graph(data, "RemoveSelfLoops")
        for key, store in edge_items(data):
            if key is None or key[0] == key[2]:
                edges = edges_of(store, "RemoveSelfLoops")
                select_edges(data, store, (edges[0] != edges[1]).nonzero().flatten())
        return data
