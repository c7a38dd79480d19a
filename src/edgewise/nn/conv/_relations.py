"""Edges of several relations as one sparse matrix with a row, or a column, for each node and relation.

Grouped once and kept with the caller's tensors. What is multiplied with these matrices does *not* belong here.
"""

from typing import Any, NamedTuple

import torch

from edgewise._checks import check_node_range
from edgewise._memo import TensorMemo
from edgewise._typing import Adj, Tensor
from edgewise.adjacency import Adjacency
from edgewise.errors import ArgumentError, DTypeError, ShapeError
from edgewise.nn._checks import count_edges
from edgewise.nn.message_passing import as_edge_index

__all__ = ["Matrix", "Part", "Relations", "check_edge_type"]

_memo = TensorMemo()
_TABLE = 2**24  # numbers in a table with a row for each node and relation; more relations come in turns


class Matrix(NamedTuple):
    """The edges, and what weighs each of them."""

    edges: Adjacency | Tensor
    weight: Tensor | None


class Part(NamedTuple):
    """Relations ``first`` to ``last``, and their edges."""

    first: int
    last: int
    matrix: Matrix


class Relations(NamedTuple):
    """A graph whose edges have a relation each."""

    edge_index: Adj
    edge_type: Tensor | None
    num_relations: int
    num_src: int
    num_dst: int
    flow: str

    def tensors(self) -> tuple[Tensor, ...]:
        """Return what the structure depends on."""
        return (self.edge_index,) if self.edge_type is None else (self.edge_index, self.edge_type)

    @property
    def num_edges(self) -> int:
        """How many edges there are."""
        return count_edges(self.edge_index)

    def parts(self, row_numbers: int, dtype: torch.dtype, *, by_target: bool, mean: bool) -> list[Part]:
        """Cut the relations so that a table of ``row_numbers`` numbers a relation keeps to a size.

        Args:
            row_numbers: How many numbers one relation needs.
            dtype: Of the weights.
            by_target: Edges from sources to a row for each destination and relation (``node * relations + relation``);
                else from such rows of the sources to destinations.
            mean: Weigh each edge by one over the number of its relation's edges at its destination.
        """
        together = max(1, min(self.num_relations, _TABLE // max(1, row_numbers)))
        if torch.compiler.is_compiling():
            together = self.num_relations  # which edges a relation has is known when it runs
        key = (by_target, mean, together, *self[2:], dtype)
        return _memo.get(self.tensors(), key, lambda: self._make_parts(together, dtype, by_target=by_target, mean=mean))

    def rows_of(self, x: Tensor | None, rows: int, dtype: torch.dtype, *, by_target: bool, mean: bool) -> Matrix:
        """Return the edges from row ``relation * rows + x[source]`` of a table; without ``x``, of the source itself."""

        def make() -> Matrix:
            (source, target), relation = self.edges()
            row = relation * rows + (source if x is None else x.long()[source])
            group = target * self.num_relations + relation
            return self._matrix(
                row, self.num_relations * rows, target, group, self.num_relations, dtype, by_target, mean
            )

        tensors = self.tensors() if x is None else (*self.tensors(), x)
        return _memo.get(tensors, ("rows", by_target, mean, rows, *self[2:], dtype), make)

    def edges(self) -> tuple[Tensor, Tensor]:
        """Return source and destination of each edge, and its relation, checked.

        Raises:
            NodeIndexError: An edge names a node that is not there.
            ArgumentError: An edge names a relation that is not there.
        """
        edge_index, relation = self.edge_index, self.edge_type
        if edge_index.layout != torch.strided:
            edge_index, values = as_edge_index(edge_index)
            relation = values if relation is None else relation
        assert relation is not None, "checked at the door"
        pairs = (edge_index if self.flow == "source_to_target" else edge_index.flip(0)).long()
        relation = relation.long()
        known = (relation >= 0) & (relation < self.num_relations)
        if torch.compiler.is_compiling():
            # An unknown relation must not pass for one of the next node: it becomes a node that is not there.
            return torch.where(known, pairs, -1), relation.clamp(0, self.num_relations - 1)
        check_node_range(pairs, self.num_src, self.num_dst, caller="RGCNConv")
        if not known.all():
            edge = int((~known).nonzero()[0, 0])
            message = (
                f"RGCNConv: expected edge_type values in 0..{self.num_relations - 1}, got {int(relation[edge])} "
                f"at edge {edge}. Build it with num_relations={max(int(relation.max()) + 1, 1)}, or drop such edges."
            )
            raise ArgumentError(message)
        return pairs, relation

    def _make_parts(self, together: int, dtype: torch.dtype, *, by_target: bool, mean: bool) -> list[Part]:
        pairs, kind = self.edges()
        parts = []
        for first in range(0, self.num_relations, together):
            last = min(first + together, self.num_relations)
            (source, target), relation = pairs, kind
            if last - first < self.num_relations:
                chosen = ((kind >= first) & (kind < last)).nonzero().squeeze(1)
                (source, target), relation = pairs[:, chosen], kind[chosen] - first
            row, rows = source, self.num_src
            if not by_target:
                row, rows = source * (last - first) + relation, self.num_src * (last - first)
            group = target * (last - first) + relation
            matrix = self._matrix(row, rows, target, group, last - first, dtype, by_target, mean)
            parts.append(Part(first, last, matrix))
        return parts

    def _matrix(
        self,
        row: Tensor,
        rows: int,
        target: Tensor,
        group: Tensor,
        relations: int,
        dtype: torch.dtype,
        by_target: bool,  # noqa: FBT001
        mean: bool,  # noqa: FBT001
    ) -> Matrix:
        """Edges from ``row`` to ``target``, or to ``group``, a destination and a relation."""
        groups, weight = self.num_dst * relations, None
        edges, size = (torch.stack([row, group]), groups) if by_target else (torch.stack([row, target]), self.num_dst)
        if mean:
            arriving = group.new_zeros(groups).index_add(0, group.clamp(min=0), torch.ones_like(group))
            weight = arriving[group].to(dtype).reciprocal()
        if torch.compiler.is_compiling():
            return Matrix(edges, weight)
        adjacency = Adjacency.of(edges, (rows, size), caller="RGCNConv")
        return Matrix(adjacency, None) if weight is None else Matrix(*adjacency.in_row_order(weight))


def check_edge_type(edge_index: Tensor, edge_type: Any) -> None:
    """Check that there is one integer an edge.

    Raises:
        ArgumentError: There is none.
        DTypeError: Not integer.
        ShapeError: Not ``[edges]``.
    """
    if edge_type is None:
        if edge_index.layout == torch.strided:
            message = (
                "RGCNConv: expected edge_type, the relation of each edge, got None. Pass edge_type=data.edge_type."
            )
            raise ArgumentError(message)
        return
    if not isinstance(edge_type, Tensor) or edge_type.dtype not in (torch.int64, torch.int32):
        is_tensor = isinstance(edge_type, Tensor)
        kind = str(edge_type.dtype).removeprefix("torch.") if is_tensor else type(edge_type).__name__
        cure = "edge_type.long()" if is_tensor else "torch.tensor(edge_type)"
        message = f"RGCNConv: expected edge_type as an integer tensor, got {kind}. Use {cure}."
        raise DTypeError(message)
    edges = count_edges(edge_index)
    if tuple(edge_type.shape) != (edges,):
        message = (
            f"RGCNConv: expected edge_type with one relation for each of the {edges} edges, "
            f"got {list(edge_type.shape)}. Pass it in the order of edge_index."
        )
        raise ShapeError(message)
