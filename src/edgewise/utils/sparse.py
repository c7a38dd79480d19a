"""Edges as ``torch.sparse`` matrices, and back. Row = source here, as in PyG: layers take the transpose."""

from typing import Any

import torch

from edgewise._checks import check_edge_index, check_node_range
from edgewise._typing import EdgeIndex, Shaped, Tensor
from edgewise.adjacency import sparse_coordinates
from edgewise.errors import ArgumentError, DTypeError
from edgewise.ops import structure
from edgewise.utils._arguments import as_count, check_attributes
from edgewise.utils.maps import cumsum

__all__ = [
    "is_sparse",
    "is_torch_sparse_tensor",
    "to_edge_index",
    "to_torch_coo_tensor",
    "to_torch_csc_tensor",
    "to_torch_csr_tensor",
    "to_torch_sparse_tensor",
]

_Size = int | tuple[int | None, int | None] | None
_LAYOUTS = (torch.sparse_coo, torch.sparse_csr, torch.sparse_csc)


def is_torch_sparse_tensor(src: Any) -> bool:
    """Whether ``src`` is a ``torch.sparse`` matrix that edgewise takes: COO, CSR or CSC.

    Example:
        >>> is_torch_sparse_tensor(torch.eye(2).to_sparse()), is_torch_sparse_tensor(torch.eye(2))
        (True, False)
    """
    return isinstance(src, Tensor) and src.layout in _LAYOUTS


def is_sparse(src: Any) -> bool:
    """Whether ``src`` is a sparse matrix; the same as :func:`is_torch_sparse_tensor`, as there are no others here.

    Example:
        >>> is_sparse(torch.eye(2).to_sparse_csr())
        True
    """
    return is_torch_sparse_tensor(src)


def to_torch_sparse_tensor(
    edge_index: EdgeIndex,
    edge_attr: Shaped[Tensor, "edges *width"] | None = None,
    size: _Size = None,
    is_coalesced: bool = False,  # noqa: FBT001, FBT002 - PyG's signature
    layout: torch.layout = torch.sparse_coo,
) -> Tensor:
    """Return edges as a ``torch.sparse`` matrix ``[src, dst]``.

    Args:
        edge_index: The edges.
        edge_attr: One row an edge; those of equal edges are added. Default: 1, also where an edge is there twice.
        size: ``(num_src, num_dst)``, or one number for both. Default: one more than the largest in ``edge_index``.
        is_coalesced: Keep equal edges apart. Sorted edges are recognised, and others sorted, whatever it says.
        layout: ``torch.sparse_coo``, ``torch.sparse_csr`` or ``torch.sparse_csc``.

    Shape:
        edge_index ``[2, edges]`` · edge_attr ``[edges, *width]`` → ``[num_src, num_dst, *width]``

    Raises:
        ArgumentError: Another ``layout``.
        NodeIndexError: An edge names a node outside of ``size``.
        ShapeError: ``edge_attr`` does not have one row an edge.

    Cost: one parallel radix sort, O(edges), less where they are sorted already.

    Example:
        >>> to_torch_sparse_tensor(torch.tensor([[1, 0], [0, 1]]), torch.tensor([2.0, 3.0])).to_dense().tolist()
        [[0.0, 3.0], [2.0, 0.0]]
    """
    if not isinstance(layout, torch.layout) or layout not in _LAYOUTS:
        message = (
            f"to_torch_sparse_tensor: expected layout to be one of {_LAYOUTS}, got {layout}. "
            "Choose torch.sparse_csr for multiplying."
        )
        raise ArgumentError(message)
    return _matrix(edge_index, edge_attr, size, layout, "to_torch_sparse_tensor", is_coalesced=is_coalesced)


def to_torch_coo_tensor(
    edge_index: EdgeIndex,
    edge_attr: Shaped[Tensor, "edges *width"] | None = None,
    size: _Size = None,
    is_coalesced: bool = False,  # noqa: FBT001, FBT002 - PyG's signature
) -> Tensor:
    """Return edges as a coalesced ``torch.sparse_coo`` matrix; arguments as of :func:`to_torch_sparse_tensor`.

    Example:
        >>> to_torch_coo_tensor(torch.tensor([[1, 0], [0, 1]])).indices().tolist()
        [[0, 1], [1, 0]]
    """
    return _matrix(edge_index, edge_attr, size, torch.sparse_coo, "to_torch_coo_tensor", is_coalesced=is_coalesced)


def to_torch_csr_tensor(
    edge_index: EdgeIndex,
    edge_attr: Shaped[Tensor, "edges *width"] | None = None,
    size: _Size = None,
    is_coalesced: bool = False,  # noqa: FBT001, FBT002 - PyG's signature
) -> Tensor:
    """Return edges as a ``torch.sparse_csr`` matrix; arguments as of :func:`to_torch_sparse_tensor`.

    Example:
        >>> to_torch_csr_tensor(torch.tensor([[1, 0], [0, 1]])).crow_indices().tolist()
        [0, 1, 2]
    """
    return _matrix(edge_index, edge_attr, size, torch.sparse_csr, "to_torch_csr_tensor", is_coalesced=is_coalesced)


def to_torch_csc_tensor(
    edge_index: EdgeIndex,
    edge_attr: Shaped[Tensor, "edges *width"] | None = None,
    size: _Size = None,
    is_coalesced: bool = False,  # noqa: FBT001, FBT002 - PyG's signature
) -> Tensor:
    """Return edges as a ``torch.sparse_csc`` matrix; arguments as of :func:`to_torch_sparse_tensor`.

    Example:
        >>> to_torch_csc_tensor(torch.tensor([[1, 0], [0, 1]])).ccol_indices().tolist()
        [0, 1, 2]
    """
    return _matrix(edge_index, edge_attr, size, torch.sparse_csc, "to_torch_csc_tensor", is_coalesced=is_coalesced)


def to_edge_index(adj: Tensor) -> tuple[Tensor, Tensor]:
    """Return the entries of a ``torch.sparse`` matrix as edges and their values; row = source.

    Args:
        adj: The matrix: COO, CSR or CSC.

    Shape:
        adj ``[src, dst, *width]`` → ``[2, edges]`` int64, ``[edges, *width]``, in the order of storage

    Raises:
        DTypeError: ``adj`` is not such a matrix.

    Cost: O(edges). Equal entries of a COO matrix stay apart, unless it wants a gradient: torch has one where they are
    merged alone.

    Example:
        >>> edges, values = to_edge_index(torch.tensor([[0.0, 3.0], [2.0, 0.0]]).to_sparse())
        >>> edges.tolist(), values.tolist()
        ([[0, 1], [1, 0]], [3.0, 2.0])
    """
    if not is_torch_sparse_tensor(adj):
        kind = str(adj.layout) if isinstance(adj, Tensor) else type(adj).__name__
        message = (
            f"to_edge_index: expected a torch.sparse matrix (COO, CSR or CSC), got {kind}. "
            "Use edgewise.utils.dense_to_sparse for a dense one."
        )
        raise DTypeError(message)
    if adj.layout == torch.sparse_coo:
        if adj.requires_grad:
            adj = adj.coalesce()
        values = adj.values() if adj.is_coalesced() else adj._values()
    else:
        values = adj.values()
    return torch.stack([ends.detach().long() for ends in sparse_coordinates(adj)]), values


def _matrix(
    edge_index: Tensor, edge_attr: Tensor | None, size: Any, layout: torch.layout, caller: str, *, is_coalesced: bool
) -> Tensor:
    check_edge_index(edge_index, caller=caller)
    if edge_attr is not None:
        check_attributes([edge_attr], edge_index, caller=caller)
    sides = _sides(edge_index, size, caller)
    check_node_range(edge_index, *sides, caller=caller)
    edges, values = _in_order(
        edge_index, edge_attr, max(sides), by_row=layout != torch.sparse_csc, is_coalesced=is_coalesced
    )
    shape = (*sides, *values.shape[1:])
    if layout == torch.sparse_coo:
        return torch.sparse_coo_tensor(edges, values, shape, is_coalesced=True, check_invariants=False)
    major, minor = (0, 1) if layout == torch.sparse_csr else (1, 0)
    counts = torch.bincount(edges[major], minlength=sides[major]).to(edges.dtype)
    build = torch.sparse_csr_tensor if layout == torch.sparse_csr else torch.sparse_csc_tensor
    return build(cumsum(counts), edges[minor], values, shape, check_invariants=False)


def _sides(edge_index: Tensor, size: Any, caller: str) -> tuple[int, int]:
    if size is None:
        nodes = int(edge_index.max()) + 1 if edge_index.numel() else 0
        return nodes, nodes
    if not isinstance(size, list | tuple):
        size = (size, size)
    if len(size) != 2:
        message = f"{caller}: expected size as one or two numbers, got {size}. Use size=(num_src, num_dst)."
        raise ArgumentError(message)
    ends = [int(end.max()) + 1 if end.numel() else 0 for end in edge_index]
    num_src, num_dst = (
        end if given is None else as_count(given, "size", caller=caller) for given, end in zip(size, ends, strict=True)
    )
    return num_src, num_dst


def _in_order(
    edge_index: Tensor, edge_attr: Tensor | None, nodes: int, *, by_row: bool, is_coalesced: bool
) -> tuple[Tensor, Tensor]:
    """The edges sorted, and merged unless they are to stay apart, and a value for each."""
    if is_coalesced:
        edges, perm = structure.sort(edge_index, nodes, by_row=by_row)
        if edge_attr is not None and perm is not None:
            edge_attr = edge_attr.index_select(0, perm)
    else:
        merged = structure.merge(edge_index, nodes, by_row=by_row)
        edges = merged.edges
        edge_attr = None if edge_attr is None else merged.reduce(edge_attr, "sum")
    if edge_attr is None:
        edge_attr = torch.ones(edges.shape[1], device=edges.device)
    return edges, edge_attr
