"""Where a node is in its graph, as features: eigenvectors of the Laplacian, and returns of random walks."""

from typing import Any

import numpy as np
import torch

from edgewise._lazy import lazy_import
from edgewise._typing import Tensor
from edgewise.adjacency import Adjacency
from edgewise.data import Data
from edgewise.errors import DataError
from edgewise.ops import spmm
from edgewise.transforms._checks import check_at_least, check_homogeneous, check_single
from edgewise.transforms._stores import appended, edge_weights, edges_of
from edgewise.transforms.base import BaseTransform
from edgewise.utils import get_laplacian, is_undirected, scatter

__all__ = ["AddLaplacianEigenvectorPE", "AddRandomWalkPE"]

sparse: Any = lazy_import("scipy.sparse")
linalg: Any = lazy_import("scipy.sparse.linalg")

_BLOCK = 2**24  # numbers in a block of columns: 64 MB


class AddLaplacianEigenvectorPE(BaseTransform):
    r"""Give every node its entries in the eigenvectors of the ``k`` smallest eigenvalues after the first.

    .. math:: L = I - D^{-1/2} A D^{-1/2} = U \Lambda U^\top, \quad p_i = (\pm U_{i1}, \dots, \pm U_{ik})

    Signs are arbitrary, so each eigenvector gets one at random. A graph with fewer than ``k + 1`` nodes gets zeros for
    the eigenvectors that it lacks.

    Args:
        k: How many eigenvectors.
        attr_name: The attribute that holds them; ``None`` appends them to ``x``.
        is_undirected: The graph is known to be undirected; a directed one is then refused. Left out, the graph is
            looked at, and a directed one gets the real parts of complex eigenvectors.
        **kwargs: Settings of ``scipy.sparse.linalg.eigsh``, or of ``eigs`` for a directed graph; for graphs of 100
            nodes or more.

    Shape:
        edge_index ``[2, edges]`` · edge_weight ``[edges]`` (optional) → ``[nodes, k]``

    Raises:
        ArgumentError: ``k`` is below 1.
        DataError: There is no ``edge_index``, a batch, a directed graph with ``is_undirected``, negative weights, or
            the solver does not converge.
        DTypeError: A ``HeteroData``.
        NodeIndexError: An edge names a node that does not exist.

    Cost: O(nodes^3) below 100 nodes; above, a Lanczos iteration of O(edges + nodes · k) a step.

    Source: Dwivedi et al., *Benchmarking graph neural networks*, 2020. Computed in float64. PyG treats a graph as
    directed unless told otherwise, which costs more and gives the same up to signs; and fails on graphs with too few
    nodes.

    Example:
        >>> data = Data(edge_index=torch.tensor([[0, 1, 1, 2], [1, 0, 2, 1]]), num_nodes=3)
        >>> out = AddLaplacianEigenvectorPE(k=1)(data)
        >>> [round(abs(number), 4) for number in out.laplacian_eigenvector_pe.flatten().tolist()]
        [0.7071, 0.0, 0.7071]
    """

    SPARSE_THRESHOLD: int = 100
    """From how many nodes on a sparse solver is used."""

    def __init__(
        self,
        k: int,
        attr_name: str | None = "laplacian_eigenvector_pe",
        is_undirected: bool = False,  # noqa: FBT001, FBT002 - PyG's signature
        **kwargs: Any,
    ) -> None:
        check_at_least("AddLaplacianEigenvectorPE", "k", k)
        self.k = k
        self.attr_name = attr_name
        self.is_undirected = is_undirected
        self.kwargs = kwargs

    def forward(self, data: Data) -> Data:
        """Add the eigenvectors."""
        check_homogeneous(data, "AddLaplacianEigenvectorPE")
        check_single(data, "AddLaplacianEigenvectorPE")
        edges, nodes = edges_of(data, "AddLaplacianEigenvectorPE"), data.num_nodes
        weight = edge_weights(data, "AddLaplacianEigenvectorPE")
        symmetric = is_undirected(edges, weight, nodes)
        if self.is_undirected and not symmetric:
            message = (
                "AddLaplacianEigenvectorPE: expected an undirected graph with is_undirected=True, got a directed one. "
                "Use ToUndirected() before it, or leave is_undirected out."
            )
            raise DataError(message)
        ends, values = get_laplacian(edges, None if weight is None else weight.double(), "sym", torch.float64, nodes)
        if not values.isfinite().all():
            message = (
                "AddLaplacianEigenvectorPE: expected edge weights of 0 and more, got a Laplacian that is not finite. "
                "Look for negative weights and NaN in edge_weight."
            )
            raise DataError(message)
        pairs = (values.detach().cpu().numpy(), tuple(ends.cpu().numpy()))
        laplacian = sparse.coo_array(pairs, shape=(nodes, nodes)).tocsr()
        found = torch.from_numpy(self._eigenvectors(laplacian, nodes, symmetric=symmetric)[:, 1 : self.k + 1].copy())
        sign = 2 * torch.randint(0, 2, (self.k,)) - 1
        vectors = found.new_zeros(nodes, self.k)
        vectors[:, : found.shape[1]] = found * sign[: found.shape[1]]
        dtype = torch.get_default_dtype() if weight is None else weight.dtype
        return _with_encoding(data, vectors.to(edges.device, dtype), self)

    def _eigenvectors(self, laplacian: Any, nodes: int, *, symmetric: bool) -> Any:
        """The eigenvectors of the smallest eigenvalues, in their order."""
        if nodes < max(self.SPARSE_THRESHOLD, self.k + 3):  # a sparse solver cannot find nearly all of them
            solve = np.linalg.eigh if symmetric else np.linalg.eig
            values, vectors = solve(laplacian.toarray())
        else:
            solve = linalg.eigsh if symmetric else linalg.eigs
            # From torch's generator: the solver's own start vector would not heed torch.manual_seed.
            start = torch.rand(nodes, dtype=torch.float64).numpy()
            settings = {"which": "SA" if symmetric else "SR", "v0": start, **self.kwargs}
            try:
                values, vectors = solve(laplacian, k=self.k + 1, **settings)
            except linalg.ArpackError as error:
                message = (
                    f"AddLaplacianEigenvectorPE: expected {self.k} eigenvectors, got an iteration that does not "
                    "converge. Pass a larger maxiter=... or tol=..., or a smaller k."
                )
                raise DataError(message) from error
        return np.real(vectors[:, values.argsort()])


class AddRandomWalkPE(BaseTransform):
    r"""Give every node the probabilities that a random walk is back after 1, 2, ... steps.

    .. math:: p_i = (P_{ii}, (P^2)_{ii}, \dots, (P^K)_{ii}), \quad P = D^{-1} A

    Args:
        walk_length: How many steps, K.
        attr_name: The attribute that holds them; ``None`` appends them to ``x``.

    Shape:
        edge_index ``[2, edges]`` · edge_weight ``[edges]`` (optional) → ``[nodes, walk_length]``

    Raises:
        ArgumentError: ``walk_length`` is below 1.
        DataError: There is no ``edge_index``.
        DTypeError: A ``HeteroData``.
        NodeIndexError: An edge names a node that does not exist.

    Cost: O(walk_length · edges · nodes) time; memory for a block of columns, never nodes x nodes.

    Source: Dwivedi et al., *Graph neural networks with learnable structural and positional representations*, 2021. An
    edge counts as often as it is there, and its weight divided by the sum at its source: PyG drops duplicates in graphs
    of up to 2000 nodes, takes the reciprocal of that sum without the weight, and lets no sum be below 1.

    Example:
        >>> data = Data(edge_index=torch.tensor([[0, 1, 1, 2], [1, 0, 2, 1]]), num_nodes=3)
        >>> AddRandomWalkPE(walk_length=2)(data).random_walk_pe.tolist()
        [[0.0, 0.5], [0.0, 1.0], [0.0, 0.5]]
    """

    _shown = ("walk_length",)

    def __init__(self, walk_length: int, attr_name: str | None = "random_walk_pe") -> None:
        check_at_least("AddRandomWalkPE", "walk_length", walk_length)
        self.walk_length = walk_length
        self.attr_name = attr_name

    @torch.no_grad()
    def forward(self, data: Data) -> Data:
        """Add the probabilities."""
        check_homogeneous(data, "AddRandomWalkPE")
        edges, nodes = edges_of(data, "AddRandomWalkPE"), data.num_nodes
        weight = edge_weights(data, "AddRandomWalkPE")
        weight = torch.ones(edges.shape[1], device=edges.device) if weight is None else weight
        total = scatter(weight, edges[0], dim_size=nodes)
        step = weight / total.masked_fill(total == 0, 1)[edges[0]]
        # P has sources as rows, an adjacency destinations.
        adjacency = Adjacency.of(edges.flip(0), (nodes, nodes), caller="AddRandomWalkPE")
        encoding = step.new_zeros(nodes, self.walk_length)
        width = max(1, _BLOCK // max(nodes, 1))
        for first in range(0, nodes, width):
            block = torch.arange(first, min(first + width, nodes), device=edges.device)
            column = torch.arange(len(block), device=edges.device)
            power = step.new_zeros(nodes, len(block))
            power[block, column] = 1
            for walked in range(self.walk_length):
                power = spmm(adjacency, power, step)
                encoding[block, walked] = power[block, column]
        return _with_encoding(data, encoding, self)


def _with_encoding(data: Data, encoding: Tensor, transform: Any) -> Data:
    if transform.attr_name is None:
        data.x = appended(data.x, encoding, "x", type(transform).__name__)
    else:
        data[transform.attr_name] = encoding
    return data
