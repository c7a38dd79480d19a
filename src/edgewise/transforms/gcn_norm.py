"""Symmetrically normalised edge weights."""

import torch

from edgewise.data import Data
from edgewise.nn.conv.gcn_conv import gcn_norm
from edgewise.transforms._checks import check_homogeneous
from edgewise.transforms._stores import drop_without_rows, edge_weights, edges_of
from edgewise.transforms.base import BaseTransform
from edgewise.utils import to_edge_index, to_torch_coo_tensor, to_torch_csr_tensor

__all__ = ["GCNNorm"]


class GCNNorm(BaseTransform):
    r"""Write the weights of the symmetrically normalised adjacency to ``edge_weight``, or to the values of ``adj_t``.

    .. math:: \hat D^{-1/2} \hat A \hat D^{-1/2}, \quad \hat A = A + I, \quad \hat D_{ii} = \sum_j \hat A_{ij}

    Args:
        add_self_loops: Add the loops that are missing. Edge attributes other than ``edge_weight`` have no rows for them
            and are dropped, with a warning; ``False`` uses the edges as they are.

    Raises:
        DataError: There is neither ``edge_index`` nor ``adj_t``.
        DTypeError: A ``HeteroData``.
        NodeIndexError: An edge names a node that does not exist.

    Cost: O(edges + nodes).

    Source: Kipf & Welling, *Semi-supervised classification with GCNs*, ICLR 2017, eq. 8. Ours adds ``edge_weight``.

    Example:
        >>> out = GCNNorm()(Data(edge_index=torch.tensor([[0, 1], [1, 0]]), num_nodes=2))
        >>> out.edge_index.tolist(), [round(weight, 4) for weight in out.edge_weight.tolist()]
        ([[0, 1, 0, 1], [1, 0, 0, 1]], [0.5, 0.5, 0.5, 0.5])
    """

    def __init__(self, add_self_loops: bool = True) -> None:  # noqa: FBT001, FBT002 - PyG's signature
        self.add_self_loops = add_self_loops

    def forward(self, data: Data) -> Data:
        """Normalise."""
        check_homogeneous(data, "GCNNorm")
        if data.edge_index is None and "adj_t" in data:
            ends, values = to_edge_index(data.adj_t)
            edges, normed = gcn_norm(ends.flip(0), values, data.adj_t.shape[0], add_self_loops=self.add_self_loops)
            is_csr = data.adj_t.layout == torch.sparse_csr
            build = to_torch_csr_tensor if is_csr else to_torch_coo_tensor
            data.adj_t = build(edges.flip(0), normed, tuple(data.adj_t.shape[:2]))
            return data
        edges = edges_of(data, "GCNNorm")
        if self.add_self_loops:
            drop_without_rows(data, data, "edge_weight", "GCNNorm", "Remove it before, or use add_self_loops=False.")
        weight = edge_weights(data, "GCNNorm")
        data.edge_index, data.edge_weight = gcn_norm(edges, weight, data.num_nodes, add_self_loops=self.add_self_loops)
        return data
