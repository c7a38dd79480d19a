"""Graphs from and to SciPy's sparse matrices."""

from typing import Any

import numpy as np
import torch

from edgewise._lazy import lazy_import
from edgewise._typing import EdgeIndex, Shaped, Tensor
from edgewise.errors import DTypeError, ShapeError
from edgewise.utils._arguments import check_attributes, count_nodes

__all__ = ["from_scipy_sparse_matrix", "to_scipy_sparse_matrix"]

scipy_sparse = lazy_import("scipy.sparse")


def to_scipy_sparse_matrix(
    edge_index: EdgeIndex, edge_attr: Shaped[Tensor, "..."] | None = None, num_nodes: int | None = None
) -> Any:
    """Return the adjacency matrix as a ``scipy.sparse.coo_matrix``: row source, column destination.

    Args:
        edge_index: The edges.
        edge_attr: A number for each edge. Default: 1.
        num_nodes: How many nodes there are. Default: one more than the largest in ``edge_index``.

    Shape:
        edge_index ``[2, edges]`` · edge_attr ``[edges]`` or ``[edges, 1]`` → ``(nodes, nodes)``

    Raises:
        NodeIndexError: An edge names a node outside of ``num_nodes``.
        ShapeError: ``edge_attr`` does not have one number an edge.
        DTypeError: ``edge_attr`` is of a type that NumPy lacks.

    Cost: no copy on a CPU. Duplicates stay; ``.tocsr()`` adds them up.

    Example:
        >>> to_scipy_sparse_matrix(torch.tensor([[0, 1], [1, 2]])).toarray().tolist()
        [[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [0.0, 0.0, 0.0]]
    """
    nodes = count_nodes(edge_index, num_nodes, caller="to_scipy_sparse_matrix")
    row, column = edge_index.cpu().numpy()
    values = torch.ones(edge_index.shape[1]) if edge_attr is None else edge_attr.detach().cpu()
    check_attributes([values], edge_index, caller="to_scipy_sparse_matrix")
    if values.numel() != edge_index.shape[1]:
        message = (
            f"to_scipy_sparse_matrix: expected edge_attr with one number an edge, got {list(values.shape)}. "
            "Pass one column of it."
        )
        raise ShapeError(message)
    if values.dtype in (torch.bfloat16, torch.float16):
        kind = str(values.dtype).removeprefix("torch.")
        message = f"to_scipy_sparse_matrix: expected edge_attr that SciPy can hold, got {kind}. Use edge_attr.float()."
        raise DTypeError(message)
    return scipy_sparse.coo_matrix((values.reshape(-1).numpy(), (row, column)), (nodes, nodes))


def from_scipy_sparse_matrix(A: Any) -> tuple[EdgeIndex, Shaped[Tensor, " edges"]]:
    """Return the edges and weights of a sparse matrix: row source, column destination.

    Args:
        A: A SciPy sparse matrix or array of any format, square or, for two types of nodes, not.

    Shape:
        ``(sources, destinations)`` → edge_index ``[2, edges]`` int64, edge_weight ``[edges]``

    Raises:
        DTypeError: ``A`` is no sparse matrix, or of numbers that torch lacks.
        ShapeError: ``A`` does not have two axes.

    Cost: one copy of the indices. What is stored counts, zeros too; ``A.eliminate_zeros()`` drops them.

    Example:
        >>> import scipy.sparse
        >>> from_scipy_sparse_matrix(scipy.sparse.csr_array([[0, 2], [3, 0]]))
        (tensor([[0, 1],
                [1, 0]]), tensor([2, 3]))
    """
    if not hasattr(A, "tocoo"):
        message = (
            f"from_scipy_sparse_matrix: expected a SciPy sparse matrix, got {type(A).__name__}. "
            "Use scipy.sparse.coo_array(A)."
        )
        raise DTypeError(message)
    if len(A.shape) != 2:
        message = (
            f"from_scipy_sparse_matrix: expected a matrix, got the shape {list(A.shape)}. Rows and columns are nodes."
        )
        raise ShapeError(message)
    coo = A.tocoo()
    edge_index = torch.from_numpy(np.stack([coo.row, coo.col]).astype(np.int64))
    try:
        return edge_index, torch.from_numpy(coo.data if coo.data.flags.writeable else coo.data.copy())
    except (TypeError, ValueError) as error:
        message = (
            f"from_scipy_sparse_matrix: expected numbers that torch knows, got {coo.data.dtype}. "
            "Use A.astype('float32')."
        )
        raise DTypeError(message) from error
