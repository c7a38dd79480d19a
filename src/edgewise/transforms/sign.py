"""Features of growing neighbourhoods, computed once."""

import torch

from edgewise.adjacency import Adjacency
from edgewise.data import Data
from edgewise.nn.conv.gcn_conv import gcn_norm
from edgewise.ops import spmm
from edgewise.transforms._checks import check_at_least, check_homogeneous
from edgewise.transforms._stores import edge_weights, edges_of, node_tensor
from edgewise.transforms.base import BaseTransform

__all__ = ["SIGN"]


class SIGN(BaseTransform):
    r"""Save the features of a node's neighbourhoods of 1 to K hops as ``x1``, ``x2``, ...

    .. math:: X^{(k)} = (D^{-1/2} A D^{-1/2})^k X

    A model then needs no edges: any mini-batch of nodes will do.

    Args:
        K: How many hops.

    Shape:
        x ``[nodes, in]`` float · edge_index ``[2, edges]`` · edge_weight ``[edges]`` (optional) → x1, ..., xK
        ``[nodes, in]``

    Raises:
        ArgumentError: ``K`` is below 1.
        DataError: There is no ``x`` or no ``edge_index``.
        DTypeError: ``x`` is not floating, or a ``HeteroData``.
        NodeIndexError: An edge names a node that does not exist.

    Cost: O(K · edges · in).

    Source: Rossi et al., *SIGN: Scalable inception graph neural networks*, 2020, with the symmetric operator.

    Example:
        >>> data = Data(x=torch.tensor([[1.0], [2.0]]), edge_index=torch.tensor([[0, 1], [1, 0]]))
        >>> out = SIGN(K=2)(data)
        >>> out.x1.tolist(), out.x2.tolist()
        ([[2.0], [1.0]], [[1.0], [2.0]])
    """

    def __init__(self, K: int) -> None:
        check_at_least("SIGN", "K", K)
        self.K = K

    def forward(self, data: Data) -> Data:
        """Save the features."""
        check_homogeneous(data, "SIGN")
        x, edges = node_tensor(data, "x", "SIGN"), edges_of(data, "SIGN")
        weight = edge_weights(data, "SIGN")
        _, weight = gcn_norm(edges, weight, len(x), add_self_loops=False, dtype=torch.float32)
        adjacency = Adjacency.of(edges, (len(x), len(x)), caller="SIGN")
        for hop in range(1, self.K + 1):
            x = spmm(adjacency, x, weight)
            data[f"x{hop}"] = x
        return data
