"""The largest connected parts of a graph."""

from typing import Any

import numpy as np
import torch

from edgewise._lazy import lazy_import
from edgewise.data import Data
from edgewise.transforms._checks import (
    check_at_least,
    check_choice,
    check_homogeneous,
    check_no_edge_labels,
    check_single,
)
from edgewise.transforms._stores import edges_of
from edgewise.transforms.base import BaseTransform

__all__ = ["LargestConnectedComponents"]

sparse: Any = lazy_import("scipy.sparse")
csgraph: Any = lazy_import("scipy.sparse.csgraph")


class LargestConnectedComponents(BaseTransform):
    """Keep the nodes of the largest connected components, numbered anew, and the edges among them.

    Args:
        num_components: How many. Of components of one size, those with higher nodes are kept.
        connection: ``"weak"``: edges join both ways; ``"strong"``: nodes are together where paths lead there and back.

    Raises:
        ArgumentError: An unknown ``connection``, or ``num_components`` below 1.
        DTypeError: A ``HeteroData``.
        DataError: A batch, no ``edge_index``, or an ``edge_label_index``, whose nodes would get new numbers.
        NodeIndexError: An edge names a node that does not exist.

    Cost: O(edges + nodes).

    Example:
        >>> data = Data(x=torch.arange(5.0).reshape(5, 1), edge_index=torch.tensor([[0, 2, 3], [1, 3, 4]]))
        >>> out = LargestConnectedComponents()(data)
        >>> out.x.flatten().tolist(), out.edge_index.tolist()
        ([2.0, 3.0, 4.0], [[0, 1], [1, 2]])
    """

    _shown = ("num_components",)

    def __init__(self, num_components: int = 1, connection: str = "weak") -> None:
        check_at_least("LargestConnectedComponents", "num_components", num_components)
        check_choice("LargestConnectedComponents", "connection", connection, ("weak", "strong"))
        self.num_components = num_components
        self.connection = connection

    def forward(self, data: Data) -> Data:
        """Keep the largest components."""
        check_homogeneous(data, "LargestConnectedComponents")
        check_single(data, "LargestConnectedComponents")
        check_no_edge_labels(data, "LargestConnectedComponents")
        edges, nodes = edges_of(data, "LargestConnectedComponents"), data.num_nodes
        if nodes == 0:
            return data
        ends = edges.cpu().numpy()
        matrix = sparse.coo_array((np.ones(ends.shape[1], dtype=np.int8), (ends[0], ends[1])), shape=(nodes, nodes))
        found, component = csgraph.connected_components(matrix.tocsr(), connection=self.connection)
        if found <= self.num_components:
            return data
        by_size = np.bincount(component).argsort(kind="stable")
        kept = torch.from_numpy(np.isin(component, by_size[-self.num_components :]))
        return data.subgraph(kept.to(edges.device))
