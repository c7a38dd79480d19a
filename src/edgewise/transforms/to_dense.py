"""Edges as a dense matrix."""

import torch

from edgewise._typing import Tensor
from edgewise.data import Data
from edgewise.errors import DataError
from edgewise.transforms._checks import check_homogeneous, check_single
from edgewise.transforms._stores import edges_of, forget_edges, node_attributes
from edgewise.transforms.base import BaseTransform

__all__ = ["ToDense"]


class ToDense(BaseTransform):
    """Replace ``edge_index`` and ``edge_attr`` by ``adj``, a dense matrix ``[source, destination]``; pad to one size.

    Args:
        num_nodes: How many nodes the result has. Default: as many as there are.

    Shape:
        edge_index ``[2, edges]`` · edge_attr ``[edges, *width]`` (optional, 1 otherwise) → adj
        ``[num_nodes, num_nodes, *width]`` · mask ``[num_nodes]``, true where a node was · x, pos and node labels y
        ``[num_nodes, ...]``, filled up with zeros

    Raises:
        DataError: There are more nodes than ``num_nodes``, no ``edge_index``, or a batch.
        DTypeError: A ``HeteroData``.
        NodeIndexError: An edge names a node that does not exist.

    Cost: O(num_nodes^2 · width) memory.

    Example:
        >>> out = ToDense(num_nodes=3)(Data(edge_index=torch.tensor([[0, 1], [1, 0]]), num_nodes=2))
        >>> out.adj.tolist(), out.mask.tolist()
        ([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 0.0]], [True, True, False])
    """

    def __init__(self, num_nodes: int | None = None) -> None:
        self.num_nodes = num_nodes

    def forward(self, data: Data) -> Data:
        """Build the matrix."""
        check_homogeneous(data, "ToDense")
        check_single(data, "ToDense")
        edges, nodes = edges_of(data, "ToDense"), data.num_nodes
        size = nodes if self.num_nodes is None else self.num_nodes
        if nodes > size:
            message = f"ToDense: expected at most num_nodes={size} nodes, got {nodes}. Raise it, alike for every graph."
            raise DataError(message)
        values = data.edge_attr
        values = torch.ones(edges.shape[1], device=edges.device) if values is None else values
        adj = values.new_zeros(size, size, *values.shape[1:])
        adj.index_put_((edges[0], edges[1]), values, accumulate=True)
        padded = [name for name in ("x", "pos", "y") if name in node_attributes(data, data)]
        forget_edges(data)
        data.adj = adj
        data.mask = torch.arange(size, device=edges.device) < nodes
        for name in padded:
            data[name] = _padded(data[name], size)
        if "num_nodes" in data or data.counted_nodes() is None:
            data.num_nodes = size
        return data


def _padded(value: Tensor, rows: int) -> Tensor:
    return torch.cat([value, value.new_zeros(rows - value.shape[0], *value.shape[1:])])
