"""Node features from degrees."""

import torch

from edgewise.data import Data
from edgewise.errors import DataError
from edgewise.ops import segment_reduce
from edgewise.transforms._checks import check_at_least, check_homogeneous
from edgewise.transforms._stores import appended, edges_of
from edgewise.transforms.base import BaseTransform
from edgewise.utils import degree

__all__ = ["LocalDegreeProfile", "OneHotDegree"]


class LocalDegreeProfile(BaseTransform):
    r"""Append to ``x`` a node's degree, and minimum, maximum, mean and deviation of its neighbours' degrees.

    .. math:: x_i \,\Vert\, (d_i, \min D_i, \max D_i, \mathrm{mean}\, D_i, \mathrm{std}\, D_i), \quad
        D_i = \{ d_j : i \to j \}

    Degrees count the edges that leave a node; a node without one gets zeros.

    Shape:
        x ``[nodes, in]`` (optional) · edge_index ``[2, edges]`` → x ``[nodes, in + 5]``

    Raises:
        DataError: There is no ``edge_index``.
        DTypeError: A ``HeteroData``.
        NodeIndexError: An edge names a node that does not exist.

    Cost: O(edges).

    Source: Cai & Wang, *A simple yet effective baseline for non-attribute graph classification*, 2018.

    Example:
        >>> data = Data(edge_index=torch.tensor([[0, 1, 1, 2], [1, 0, 2, 1]]), num_nodes=3)
        >>> LocalDegreeProfile()(data).x.tolist()
        [[1.0, 2.0, 2.0, 2.0, 0.0], [2.0, 1.0, 1.0, 1.0, 0.0], [1.0, 2.0, 2.0, 2.0, 0.0]]
    """

    def forward(self, data: Data) -> Data:
        """Append the profile."""
        check_homogeneous(data, "LocalDegreeProfile")
        source, target = edges_of(data, "LocalDegreeProfile")
        nodes = data.num_nodes
        own = degree(source, nodes, torch.float32).reshape(-1, 1)
        reached = own[target]
        profile = [segment_reduce(reached, source, nodes, how) for how in ("min", "max", "mean", "std")]
        data.x = appended(data.x, torch.cat([own, *profile], dim=1), "x", "LocalDegreeProfile")
        return data


class OneHotDegree(BaseTransform):
    """Append to ``x`` a node's degree as a one-hot vector.

    Args:
        max_degree: The largest degree that has a column.
        in_degree: Count the edges that arrive at a node, not those that leave it.
        cat: ``False`` replaces ``x``.

    Shape:
        x ``[nodes, in]`` (optional) · edge_index ``[2, edges]`` → x ``[nodes, in + max_degree + 1]``

    Raises:
        DataError: There is no ``edge_index``, or a node has a larger degree.
        DTypeError: A ``HeteroData``.
        NodeIndexError: An edge names a node that does not exist.

    Cost: O(edges + nodes · max_degree).

    Example:
        >>> data = Data(edge_index=torch.tensor([[0, 1, 1, 2], [1, 0, 2, 1]]), num_nodes=3)
        >>> OneHotDegree(max_degree=2)(data).x.tolist()
        [[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [0.0, 1.0, 0.0]]
    """

    def __init__(
        self,
        max_degree: int,
        in_degree: bool = False,  # noqa: FBT001, FBT002 - PyG's signature
        cat: bool = True,  # noqa: FBT001, FBT002
    ) -> None:
        check_at_least("OneHotDegree", "max_degree", max_degree, 0)
        self.max_degree = max_degree
        self.in_degree = in_degree
        self.cat = cat

    def forward(self, data: Data) -> Data:
        """Append the degree."""
        check_homogeneous(data, "OneHotDegree")
        edges = edges_of(data, "OneHotDegree")
        count = degree(edges[1 if self.in_degree else 0], data.num_nodes, torch.int64)
        if count.numel() and count.max() > self.max_degree:
            node, largest = int(count.argmax()), int(count.max())
            message = (
                f"OneHotDegree: expected degrees up to max_degree={self.max_degree}, got {largest} at node {node}. "
                f"Use OneHotDegree(max_degree={largest}) or more, the same for every graph."
            )
            raise DataError(message)
        x = data.x if self.cat else None
        one_hot = torch.nn.functional.one_hot(count, self.max_degree + 1)
        data.x = appended(x, one_hot.to(torch.get_default_dtype() if x is None else x.dtype), "x", "OneHotDegree")
        return data
