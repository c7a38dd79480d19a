"""Each edge once."""

from collections.abc import Sequence
from typing import Any

from edgewise.transforms._checks import check_graph
from edgewise.transforms._stores import Graph, edge_attributes, edge_items, edges_of, known_size
from edgewise.transforms.base import BaseTransform
from edgewise.utils import coalesce

__all__ = ["RemoveDuplicatedEdges", "merge_duplicates"]


class RemoveDuplicatedEdges(BaseTransform):
    """Sort edges by source, then destination, and keep each once.

    Args:
        key: The edge attribute, or attributes, whose rows are reduced where edges become one. Default: ``edge_attr``
            and ``edge_weight``. Others keep the row of the first such edge.
        reduce: How: ``"add"``, ``"mean"``, ``"min"``, ``"max"`` or ``"mul"``.

    Raises:
        NodeIndexError: An edge names a node that does not exist.
        ArgumentError: An unknown ``reduce``.

    Cost: one sort, O(edges); a second one where there are other attributes.

    Source: PyG's, which leaves attributes other than ``key`` as they are, too long and out of order.

    Example:
        >>> import torch
        >>> from edgewise.data import Data
        >>> data = Data(edge_index=torch.tensor([[1, 0, 1], [0, 1, 0]]), edge_weight=torch.ones(3), num_nodes=2)
        >>> out = RemoveDuplicatedEdges()(data)
        >>> out.edge_index.tolist(), out.edge_weight.tolist()
        ([[0, 1], [1, 0]], [1.0, 2.0])
    """

    def __init__(self, key: str | Sequence[str] | None = None, reduce: str = "add") -> None:
        self.key = key
        self.keys = [key] if isinstance(key, str) else list(key or ("edge_attr", "edge_weight"))
        self.reduce = reduce

    def forward(self, data: Graph) -> Graph:
        """Keep each edge once."""
        check_graph(data, "RemoveDuplicatedEdges")
        for _, store in edge_items(data):
            edges_of(store, "RemoveDuplicatedEdges")
            merge_duplicates(data, store, self.keys, self.reduce)
        return data


def merge_duplicates(data: Graph, store: Any, reduced: Sequence[str], reduce: str, *, by_row: bool = True) -> None:
    """Sort edges and keep each once: some attributes are reduced, the others keep their first row.

    Args:
        data: The graph.
        store: The edges of one type.
        reduced: Which attributes are reduced.
        reduce: How.
        by_row: Sort by source, then destination; else the other way round.
    """
    nodes = max((count for count in known_size(store) if count is not None), default=None)
    edges, names = store.edge_index, edge_attributes(data, store)
    for how, chosen in ((reduce, [n for n in names if n in reduced]), ("any", [n for n in names if n not in reduced])):
        if how == "any" and not chosen:
            continue
        rows = [store[name].movedim(names[name], 0) for name in chosen]
        store.edge_index, rows = coalesce(edges, rows, nodes, how, sort_by_row=by_row)
        for name, values in zip(chosen, rows, strict=True):
            store[name] = values.movedim(0, names[name])
