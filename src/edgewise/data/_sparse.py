"""Sparse matrices of many graphs as the diagonal blocks of one."""

import torch
from torch import Tensor

__all__ = ["block_diagonal", "block_of"]


def block_diagonal(matrices: list[Tensor]) -> tuple[Tensor, list[tuple[int, int]]]:
    """Return the matrix with these on its diagonal, and where each begins.

    Example:
        >>> joined, starts = block_diagonal([torch.eye(1).to_sparse(), torch.eye(2).to_sparse()])
        >>> joined.shape, starts
        (torch.Size([3, 3]), [(0, 0), (1, 1), (3, 3)])
    """
    layout = matrices[0].layout
    starts, indices, values = [(0, 0)], [], []
    for matrix in matrices:
        coo = matrix.to_sparse_coo().coalesce()
        row, column = starts[-1]
        indices.append(coo.indices() + torch.tensor([[row], [column]]))
        values.append(coo.values())
        starts.append((row + matrix.shape[0], column + matrix.shape[1]))
    joined = torch.sparse_coo_tensor(
        torch.cat(indices, 1), torch.cat(values), starts[-1], is_coalesced=True, check_invariants=False
    )
    return _in_layout(joined, layout), starts


def block_of(joined: Tensor, start: tuple[int, int], end: tuple[int, int]) -> Tensor:
    """Return one of the blocks.

    Example:
        >>> block_of(torch.eye(3).to_sparse(), (1, 1), (3, 3)).to_dense().tolist()
        [[1.0, 0.0], [0.0, 1.0]]
    """
    coo = joined.to_sparse_coo().coalesce()
    rows = coo.indices()[0]
    inside = (rows >= start[0]) & (rows < end[0])
    indices = coo.indices()[:, inside] - torch.tensor([[start[0]], [start[1]]])
    size = (end[0] - start[0], end[1] - start[1])
    block = torch.sparse_coo_tensor(indices, coo.values()[inside], size, is_coalesced=True, check_invariants=False)
    return _in_layout(block, joined.layout)


def _in_layout(coo: Tensor, layout: torch.layout) -> Tensor:
    return coo if layout == torch.sparse_coo else coo.to_sparse(layout=layout)
