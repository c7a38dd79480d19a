"""Edges between points that are close."""

from edgewise.data import Data
from edgewise.transforms._checks import check_at_least, check_homogeneous
from edgewise.transforms._stores import forget_edges, node_tensor
from edgewise.transforms.base import BaseTransform
from edgewise.utils import to_undirected
from edgewise.utils.points import knn_graph, radius_graph

__all__ = ["KNNGraph", "RadiusGraph"]


class KNNGraph(BaseTransform):
    """Join each node with those nearest to it, by ``pos``; edges that were there, and their attributes, go.

    Args:
        k: How many neighbours a node gets, fewer where there are not so many others.
        loop: A node counts among its own neighbours.
        force_undirected: Add the opposite of every edge.
        flow: ``"source_to_target"``: edges lead from the neighbours to the node; ``"target_to_source"``: to them.
        cosine: Nearest by the angle at the origin, not by Euclidean distance.
        num_workers: How many threads search.

    Raises:
        DataError: There is no ``pos``, or a coordinate is not finite.
        DTypeError: A ``HeteroData``.
        ArgumentError: ``k`` is below 1, or ``flow`` unknown.

    Cost: that of :func:`edgewise.utils.points.knn_graph`.

    Example:
        >>> import torch
        >>> KNNGraph(k=1)(Data(pos=torch.tensor([[0.0], [1.0], [5.0]]))).edge_index.tolist()
        [[1, 0, 1], [0, 1, 2]]
    """

    _shown = ("k",)

    def __init__(
        self,
        k: int = 6,
        loop: bool = False,  # noqa: FBT001, FBT002 - PyG's signature
        force_undirected: bool = False,  # noqa: FBT001, FBT002
        flow: str = "source_to_target",
        cosine: bool = False,  # noqa: FBT001, FBT002
        num_workers: int = 1,
    ) -> None:
        check_at_least("KNNGraph", "k", k)
        self.k = k
        self.loop = loop
        self.force_undirected = force_undirected
        self.flow = flow
        self.cosine = cosine
        self.num_workers = num_workers

    def forward(self, data: Data) -> Data:
        """Build the edges."""
        check_homogeneous(data, "KNNGraph")
        pos = node_tensor(data, "pos", "KNNGraph", floating=False)
        edges = knn_graph(pos, self.k, data.batch, self.loop, self.flow, self.cosine, self.num_workers)
        forget_edges(data)
        data.edge_index = to_undirected(edges, num_nodes=len(pos)) if self.force_undirected else edges
        return data


class RadiusGraph(BaseTransform):
    """Join nodes whose distance, by ``pos``, is at most ``r``; edges that were there, and their attributes, go.

    Args:
        r: The distance.
        loop: A node counts among its own neighbours.
        max_num_neighbors: No node gets more neighbours than this.
        flow: As in :class:`KNNGraph`.
        num_workers: Likewise.

    Raises:
        DataError: There is no ``pos``, or a coordinate is not finite.
        DTypeError: A ``HeteroData``.
        ArgumentError: ``flow`` is unknown.

    Cost: that of :func:`edgewise.utils.points.radius_graph`.

    Example:
        >>> import torch
        >>> RadiusGraph(r=1.5)(Data(pos=torch.tensor([[0.0], [1.0], [5.0]]))).edge_index.tolist()
        [[1, 0], [0, 1]]
    """

    def __init__(
        self,
        r: float,
        loop: bool = False,  # noqa: FBT001, FBT002 - PyG's signature
        max_num_neighbors: int = 32,
        flow: str = "source_to_target",
        num_workers: int = 1,
    ) -> None:
        self.r = r
        self.loop = loop
        self.max_num_neighbors = max_num_neighbors
        self.flow = flow
        self.num_workers = num_workers

    def forward(self, data: Data) -> Data:
        """Build the edges."""
        check_homogeneous(data, "RadiusGraph")
        pos = node_tensor(data, "pos", "RadiusGraph", floating=False)
        edges = radius_graph(pos, self.r, data.batch, self.loop, self.max_num_neighbors, self.flow, self.num_workers)
        forget_edges(data)
        data.edge_index = edges
        return data
