"""Nodes without an edge, taken away."""

from typing import Any

import torch

from edgewise._typing import Tensor
from edgewise.transforms._checks import check_graph, check_no_edge_labels, check_single
from edgewise.transforms._stores import Graph, count_nodes, edge_items, edges_of, node_attributes, node_items
from edgewise.transforms.base import BaseTransform

__all__ = ["RemoveIsolatedNodes"]


class RemoveIsolatedNodes(BaseTransform):
    """Drop every node that no edge names, and number the others anew, in their order.

    A node with a self loop stays. In a ``HeteroData`` a node stays if an edge of any type names it.

    Raises:
        NodeIndexError: An edge names a node that does not exist.
        DataError: There is an ``edge_label_index``, whose nodes would get new numbers; a batch; or a node type of which
            nothing tells how many nodes there are.

    Cost: O(edges + nodes).

    Example:
        >>> from edgewise.data import Data
        >>> data = Data(x=torch.tensor([[1.0], [2.0], [3.0]]), edge_index=torch.tensor([[0, 2], [2, 0]]))
        >>> out = RemoveIsolatedNodes()(data)
        >>> out.x.tolist(), out.edge_index.tolist()
        ([[1.0], [3.0]], [[0, 1], [1, 0]])
    """

    def forward(self, data: Graph) -> Graph:
        """Drop isolated nodes."""
        check_graph(data, "RemoveIsolatedNodes")
        check_single(data, "RemoveIsolatedNodes")
        check_no_edge_labels(data, "RemoveIsolatedNodes")
        edges = [(_ends(key), store, edges_of(store, "RemoveIsolatedNodes")) for key, store in edge_items(data)]
        nodes = [(node_type, store, node_attributes(data, store)) for node_type, store in node_items(data)]
        counts = {node_type: count_nodes(node_type, store, "RemoveIsolatedNodes") for node_type, store, _ in nodes}
        named = {node_type: torch.zeros(count, dtype=torch.bool) for node_type, count in counts.items()}
        for types, _, edge_index in edges:
            for node_type, ends in zip(types, edge_index, strict=True):
                named[node_type] = named[node_type].to(ends.device)
                named[node_type][ends.long()] = True
        for types, store, edge_index in edges:
            numbers = [named[node_type].cumsum(0) - 1 for node_type in types]
            ends = [number[ends] for number, ends in zip(numbers, edge_index, strict=True)]
            store.edge_index = torch.stack(ends).to(edge_index.dtype)
        for node_type, store, attributes in nodes:
            _keep(store, attributes, named[node_type].nonzero().flatten())
        return data


def _keep(store: Any, attributes: dict[str, int], kept: Tensor) -> None:
    for name, axis in attributes.items():
        store[name] = store[name].index_select(axis, kept.to(store[name].device))
    if "num_nodes" in store or store.counted_nodes() is None:
        store.num_nodes = len(kept)


def _ends(key: tuple[str, str, str] | None) -> tuple[str | None, str | None]:
    return (None, None) if key is None else (key[0], key[2])
