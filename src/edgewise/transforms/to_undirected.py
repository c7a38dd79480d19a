"""Both directions of every edge."""

import torch

from edgewise.data import HeteroData
from edgewise.transforms._checks import check_graph
from edgewise.transforms._stores import Graph, edge_attributes, edge_items, edges_of, known_size
from edgewise.transforms.base import BaseTransform
from edgewise.utils import to_undirected

__all__ = ["ToUndirected"]


class ToUndirected(BaseTransform):
    """Add the opposite of every edge that lacks it; edges come out sorted, each once.

    In a ``HeteroData``, edges between two types of nodes get a type of their own, ``(target, "rev_relation", source)``.

    Args:
        reduce: How the attributes of edges that become one are reduced: ``"add"``, ``"mean"``, ``"min"``, ``"max"`` or
            ``"mul"``.
        merge: Edges within one type of nodes stay one type; ``False`` gives them a reverse type, too.

    Raises:
        NodeIndexError: An edge names a node that does not exist.
        ArgumentError: An unknown ``reduce``.

    Cost: one sort, O(edges); reverse types share the attributes' memory.

    Source: names of reverse types are PyG's. Ours carries every edge attribute to them along the axis of edges.

    Example:
        >>> from edgewise.data import Data
        >>> data = Data(edge_index=torch.tensor([[0, 1], [1, 2]]), edge_weight=torch.tensor([2.0, 3.0]), num_nodes=3)
        >>> out = ToUndirected()(data)
        >>> out.edge_index.tolist(), out.edge_weight.tolist()
        ([[0, 1, 1, 2], [1, 0, 2, 1]], [2.0, 2.0, 3.0, 3.0])
    """

    def __init__(self, reduce: str = "add", merge: bool = True) -> None:  # noqa: FBT001, FBT002 - PyG's signature
        self.reduce = reduce
        self.merge = merge

    def forward(self, data: Graph) -> Graph:
        """Add the opposite edges."""
        check_graph(data, "ToUndirected")
        for key, store in edge_items(data):
            edges = edges_of(store, "ToUndirected")
            names = edge_attributes(data, store)
            if isinstance(data, HeteroData) and (key[0] != key[2] or not self.merge):
                source, relation, target = key
                back = data[target, f"rev_{relation}", source]
                back.edge_index = edges.flip(0)
                for name in names:
                    back[name] = store[name]
                continue
            nodes = max((count for count in known_size(store) if count is not None), default=None)
            rows = [store[name].movedim(axis, 0) for name, axis in names.items()]
            store.edge_index, rows = to_undirected(edges, rows, nodes, self.reduce)
            for (name, axis), values in zip(names.items(), rows, strict=True):
                store[name] = torch.movedim(values, 0, axis)
        return data
