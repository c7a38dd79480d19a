"""One more node, joined with all."""

import torch

from edgewise._typing import Tensor
from edgewise.data import Data
from edgewise.errors import ShapeError
from edgewise.transforms._checks import check_homogeneous, check_single
from edgewise.transforms._stores import edge_attributes, edges_of, node_attributes
from edgewise.transforms.base import BaseTransform

__all__ = ["VirtualNode"]


class VirtualNode(BaseTransform):
    """Append a node that has an edge from and to every other, through which all nodes can tell each other something.

    ``edge_type`` gets two new types: for the edges to the new node, and for those from it. The new node's attributes
    are 0 (``False`` in masks), and those of its edges, but their ``edge_weight`` is 1.

    Raises:
        DataError: There is no ``edge_index``, or a batch.
        DTypeError: A ``HeteroData``.
        ShapeError: ``edge_type`` is not one number an edge.
        NodeIndexError: An edge names a node that does not exist.

    Cost: O(edges + nodes) times the width of the attributes, which are copied.

    Source: Gilmer et al., *Neural message passing for quantum chemistry*, ICML 2017, section 5.2.

    Example:
        >>> data = Data(x=torch.ones(2, 1), edge_index=torch.tensor([[0], [1]]))
        >>> out = VirtualNode()(data)
        >>> out.edge_index.tolist(), out.edge_type.tolist(), out.x.flatten().tolist()
        ([[0, 0, 1, 2, 2], [1, 2, 2, 0, 1]], [0, 1, 1, 2, 2], [1.0, 1.0, 0.0])
    """

    def forward(self, data: Data) -> Data:
        """Append the node."""
        check_homogeneous(data, "VirtualNode")
        check_single(data, "VirtualNode")
        edges, nodes = edges_of(data, "VirtualNode"), data.num_nodes
        given = data["edge_type"] if "edge_type" in data else edges.new_zeros(edges.shape[1])
        if given.shape != edges[0].shape:
            shape = list(given.shape)
            message = f"VirtualNode: expected edge_type of shape [{edges.shape[1]}], got {shape}. Give every edge one."
            raise ShapeError(message)
        largest = int(given.max()) if given.numel() else 0
        of_nodes, of_edges = node_attributes(data, data), edge_attributes(data, data)
        for name, axis in of_edges.items():
            data[name] = _lengthened(data[name], axis, 2 * nodes, 1 if name == "edge_weight" else 0)
        for name, axis in of_nodes.items():
            fill = int(data[name][0]) if name == "batch" and nodes else 0
            data[name] = _lengthened(data[name], axis, 1, fill)
        if "num_nodes" in data or data.counted_nodes() is None:
            data.num_nodes = nodes + 1
        others = torch.arange(nodes, dtype=edges.dtype, device=edges.device)
        virtual = torch.full_like(others, nodes)
        data.edge_index = torch.cat([edges, torch.stack([others, virtual]), torch.stack([virtual, others])], dim=1)
        types = torch.tensor([largest + 1, largest + 2], dtype=given.dtype, device=given.device)
        data.edge_type = torch.cat([given, types.repeat_interleave(nodes)])
        return data


def _lengthened(value: Tensor, axis: int, rows: int, fill: int) -> Tensor:
    shape = list(value.shape)
    shape[axis] = rows
    return torch.cat([value, value.new_full(shape, fill)], dim=axis)
