"""The one sparse structure: edges grouped by destination, sorted once and kept.

Everything that multiplies, reduces or samples along edges works on an :class:`Adjacency`. What does *not* belong here:
edge values and features, which are always passed beside it.
"""

import weakref
from typing import Any

import torch

from edgewise._checks import check_edge_index, check_node_range
from edgewise._memo import TensorMemo
from edgewise._typing import EdgeIndex, Float, Int, Size, Tensor
from edgewise.errors import ShapeError

__all__ = ["Adjacency"]

_memo = TensorMemo()
_INT32_LIMIT = 2**31


class Adjacency:
    r"""The edges of a graph grouped by destination node: an immutable compressed sparse matrix without values.

    Row :math:`i` lists the sources :math:`j` of the edges :math:`j \to i`, in the caller's order, so
    ``spmm(adjacency, x)`` is :math:`A x` with :math:`A_{ij}` the number of edges :math:`j \to i`.

    Args:
        indptr: ``[num_dst + 1]`` int64. The edges of destination ``i`` stand at ``indptr[i]:indptr[i + 1]``.
        indices: ``[edges]`` int32, int64 where a size reaches 2^31. The source of each grouped edge.
        perm: ``[edges]``, dtype of ``indices``. The caller's position of each grouped edge; ``None``: unchanged.
        num_src: How many source nodes there are.
        num_values: How many values the caller keeps for edges, where some of them belong to no edge of this matrix
            (``with_self_loops`` leaves edges out). Default: one an edge.

    Cost: building is a counting sort, O(edges + nodes), parallel and stable; the transpose is built at first use.

    Example:
        >>> adjacency = Adjacency.of(torch.tensor([[0, 1, 2], [1, 0, 1]]), (3, 3))
        >>> adjacency.indptr.tolist(), adjacency.indices.tolist()
        ([0, 1, 3, 3], [1, 0, 2])
        >>> adjacency
        Adjacency(num_src=3, num_dst=3, num_edges=3)
    """

    __slots__ = (
        "__weakref__",
        "_by_source",
        "_degree",
        "_incidence",
        "_looped",
        "_transposed",
        "indices",
        "indptr",
        "num_src",
        "num_values",
        "perm",
    )

    indptr: Tensor
    indices: Tensor
    perm: Tensor | None
    num_src: int
    num_values: int
    _degree: Tensor | None
    _incidence: "Adjacency | None"
    _by_source: "Adjacency | None"
    _looped: "Adjacency | None"
    _transposed: "Adjacency | weakref.ref[Adjacency] | None"

    def __init__(
        self,
        indptr: Int[Tensor, " rows"],
        indices: Int[Tensor, " edges"],
        perm: Tensor | None,
        num_src: int,
        num_values: int | None = None,
    ) -> None:
        num_values = indices.shape[0] if num_values is None else num_values
        fields = {"indptr": indptr, "indices": indices, "perm": perm, "num_src": num_src, "num_values": num_values}
        for name, value in fields.items():
            object.__setattr__(self, name, value)
        for cache in ("_transposed", "_incidence", "_by_source", "_looped", "_degree"):
            object.__setattr__(self, cache, None)

    def __setattr__(self, name: str, value: Any) -> None:
        message = f"Adjacency is immutable: expected no assignment to {name!r}. Build a new one with Adjacency.of."
        raise AttributeError(message)

    @staticmethod
    def of(edge_index: Tensor, size: Size = None, *, caller: str = "Adjacency.of") -> "Adjacency":
        """Return the adjacency of an edge list, sorted at the first call and kept with that very tensor.

        Args:
            edge_index: ``[2, edges]`` integer tensor, or a ``torch.sparse`` matrix ``[dst, src]`` (CSR, CSC or COO).
            size: ``(num_src, num_dst)``; ``None`` reads it from the largest node in ``edge_index``.
            caller: The name that errors begin with.

        Raises:
            ShapeError: Not ``[2, edges]`` (the message says if it looks transposed), or a matrix of another size.
            DTypeError: Not integer.
            NodeIndexError: An edge names a node outside of ``size``.

        Example:
            >>> edge_index = torch.tensor([[0, 1], [1, 0]])
            >>> Adjacency.of(edge_index, (2, 2)) is Adjacency.of(edge_index, (2, 2))
            True
        """
        num_src, num_dst = (None, None) if size is None else size
        key = ("adjacency", num_src, num_dst)
        if isinstance(edge_index, Tensor) and edge_index.layout != torch.strided:
            return _memo.get((edge_index,), key, lambda: _from_sparse(edge_index, num_src, num_dst, caller))
        check_edge_index(edge_index, caller=caller)
        return _memo.get((edge_index,), key, lambda: _from_edge_index(edge_index, num_src, num_dst, caller))

    @property
    def num_dst(self) -> int:
        """How many destination nodes there are."""
        return self.indptr.shape[0] - 1

    @property
    def num_edges(self) -> int:
        """How many edges there are."""
        return self.indices.shape[0]

    def degree(self) -> Int[Tensor, " dst"]:
        """Return how many edges arrive at each destination node, int64."""
        degree = self._degree
        if degree is None:
            degree = self.indptr.diff()
            object.__setattr__(self, "_degree", degree)
        return degree

    def rows(self) -> Int[Tensor, " edges"]:
        """Return the destination of each grouped edge, in the dtype of ``indices``."""
        nodes = torch.arange(self.num_dst, dtype=self.indices.dtype, device=self.indices.device)
        return torch.repeat_interleave(nodes, self.degree())

    def transpose(self) -> "Adjacency":
        """Return the same edges grouped by source: built once, sharing memory where the graph is symmetric."""
        known = self._transposed() if isinstance(self._transposed, weakref.ref) else self._transposed
        if known is None:
            known = _transpose(self)
            object.__setattr__(self, "_transposed", known)
            # Weak on the way back: a cycle would keep large tensors until the garbage collector comes by.
            object.__setattr__(known, "_transposed", weakref.ref(self))
        return known

    def incidence(self) -> "Adjacency":
        """Return the matrix ``[dst, edges]`` that carries edge values, in the caller's order, to their destinations."""
        known = self._incidence
        if known is None:
            position = self.perm
            if position is None:
                position = torch.arange(self.num_edges, dtype=self.indices.dtype, device=self.indices.device)
            known = Adjacency(self.indptr, position, None, self.num_values)
            object.__setattr__(self, "_incidence", known)
        return known

    def in_row_order(self, values: Float[Tensor, " edges"]) -> "tuple[Adjacency, Tensor]":
        """Return the same matrix with ``values`` moved to where it reads them: one after the other, without ``perm``.

        Where matrix and values are symmetric, the result is its own transpose, so a backward pass reads them so, too.

        Example:
            >>> adjacency = Adjacency.of(torch.tensor([[1, 0], [1, 0]]), (2, 2))
            >>> adjacency.in_row_order(torch.tensor([5.0, 7.0]))[1].tolist()
            [7.0, 5.0]
        """
        back = self.transpose()
        moved = values if self.perm is None else values[self.perm]
        of_transpose = moved if back.perm is None else values[back.perm]
        ordered = Adjacency(self.indptr, self.indices, None, self.num_src)
        if back.indices is self.indices and torch.equal(moved, of_transpose):
            object.__setattr__(ordered, "_transposed", weakref.ref(ordered))
        return ordered, moved

    def numbered_by_source(self) -> "Adjacency":
        """Return the same matrix with its edges numbered in the order of its transpose, kept with this adjacency.

        For values that a kernel makes itself, going over the transpose: it then writes them one after the other.
        """
        known = self._by_source
        if known is None:
            plain = Adjacency(self.indptr, self.indices, None, self.num_src)
            back = plain.transpose()
            order = torch.arange(self.num_edges, dtype=self.indices.dtype, device=self.indices.device)
            number = order if back.perm is None else torch.empty_like(order).index_copy_(0, back.perm.long(), order)
            known = Adjacency(self.indptr, self.indices, number, self.num_src)
            ordered = Adjacency(back.indptr, back.indices, None, self.num_dst)
            object.__setattr__(known, "_transposed", ordered)
            object.__setattr__(self, "_by_source", known)
        return known

    def with_self_loops(self) -> "Adjacency":
        """Return the same edges without loops, and one loop a node, kept with this adjacency.

        Values of edges stand where they stood; that of node ``i``'s loop stands at ``num_values + i``.
        """
        known = self._looped
        if known is None:
            known = _with_self_loops(self)
            object.__setattr__(self, "_looped", known)
        return known

    def __reduce__(self) -> tuple[Any, ...]:
        return Adjacency, (self.indptr, self.indices, self.perm, self.num_src, self.num_values)

    def __repr__(self) -> str:
        return f"Adjacency(num_src={self.num_src}, num_dst={self.num_dst}, num_edges={self.num_edges})"


def _from_edge_index(edge_index: EdgeIndex, num_src: int | None, num_dst: int | None, caller: str) -> Adjacency:
    if num_src is None or num_dst is None:
        nodes = int(edge_index.max()) + 1 if edge_index.numel() else 0
        num_src, num_dst = (nodes if n is None else n for n in (num_src, num_dst))
    check_node_range(edge_index, num_src, num_dst, caller=caller)
    source, target = edge_index[0].contiguous(), edge_index[1].contiguous()
    return _group(target, source, num_dst, num_src)


def _group(row: Tensor, column: Tensor, num_rows: int, num_columns: int) -> Adjacency:
    wide = max(num_rows, num_columns, row.shape[0]) >= _INT32_LIMIT
    in_order = bool(_dispatch.run("is_sorted", row, row))
    indptr, indices, perm = _dispatch.run("sort_edges", row, row, column, num_rows, wide=wide)
    return Adjacency(indptr, indices, None if in_order else perm, num_columns)


def _from_sparse(matrix: Tensor, num_src: int | None, num_dst: int | None, caller: str) -> Adjacency:
    """A ``torch.sparse`` matrix ``[dst, src]``, as PyG's ``adj_t``; its values are the caller's edge weights."""
    expected = tuple(
        n if wanted is None else wanted for n, wanted in zip(matrix.shape, (num_dst, num_src), strict=True)
    )
    if tuple(matrix.shape) != expected:
        message = (
            f"{caller}: expected a sparse adjacency of shape [dst, src] = {list(expected)}, got {list(matrix.shape)}. "
            "Pass it transposed, as adj.t()."
        )
        raise ShapeError(message)
    if matrix.layout == torch.sparse_csr:
        wide = max(*matrix.shape, matrix.values().shape[0]) >= _INT32_LIMIT
        indices = matrix.col_indices().to(torch.int64 if wide else torch.int32)
        return Adjacency(matrix.crow_indices().to(torch.int64), indices, None, expected[1])
    row, column = sparse_coordinates(matrix)
    return _group(row, column, *expected)


def sparse_coordinates(matrix: Tensor) -> tuple[Tensor, Tensor]:
    """Return row and column of each stored entry of a ``torch.sparse`` matrix, in the order of its values."""
    if matrix.layout == torch.sparse_coo:
        row, column = matrix._indices()
        return row.contiguous(), column.contiguous()
    by_column = matrix.layout == torch.sparse_csc
    pointer, other = (
        (matrix.ccol_indices(), matrix.row_indices()) if by_column else (matrix.crow_indices(), matrix.col_indices())
    )
    compressed = torch.repeat_interleave(torch.arange(pointer.shape[0] - 1, device=other.device), pointer.diff())
    return (other.long(), compressed) if by_column else (compressed, other.long())


def _transpose(adjacency: Adjacency) -> Adjacency:
    wide = adjacency.indices.dtype == torch.int64
    rows = adjacency.rows()
    indptr, indices, perm = _dispatch.run("sort_edges", rows, adjacency.indices, rows, adjacency.num_src, wide=wide)
    if torch.equal(indptr, adjacency.indptr) and torch.equal(indices, adjacency.indices):
        indptr, indices = adjacency.indptr, adjacency.indices
    if adjacency.perm is not None:
        perm = adjacency.perm[perm]
    return Adjacency(indptr, indices, perm, adjacency.num_dst, adjacency.num_values)


def _with_self_loops(adjacency: Adjacency) -> Adjacency:
    rows, nodes = adjacency.rows(), adjacency.num_dst
    if adjacency.num_src != nodes:
        message = (
            f"Adjacency.with_self_loops: expected a square adjacency, got {nodes} x {adjacency.num_src}. "
            "Leave self loops out for a bipartite graph."
        )
        raise ShapeError(message)
    wide = max(nodes, adjacency.num_values + nodes) >= _INT32_LIMIT
    dtype = torch.int64 if wide else torch.int32
    kept = (adjacency.indices != rows).nonzero().squeeze(1)
    loops = torch.arange(nodes, dtype=rows.dtype, device=rows.device)
    place = kept if adjacency.perm is None else adjacency.perm[kept]
    place = torch.cat([place.to(dtype), torch.arange(nodes, dtype=dtype, device=rows.device) + adjacency.num_values])
    row, column = torch.cat([rows[kept], loops]), torch.cat([adjacency.indices[kept], loops])
    indptr, indices, perm = _dispatch.run("sort_edges", row, row, column, nodes, wide=wide)
    return Adjacency(indptr, indices, place[perm], nodes, adjacency.num_values + nodes)


# Last, because ops' operators import Adjacency: whichever of the two is imported first, the other finds it.
from edgewise.ops import _dispatch  # noqa: E402
