"""A split of the edges of a graph, and the proof that what is to be predicted passes no message and is no negative."""

from collections.abc import Iterable, Sequence
from typing import Any

import torch

from edgewise._typing import Tensor
from edgewise.data.hetero_data import EdgeType, HeteroData
from edgewise.data.splits._leaks import Leaks, Part, Relation, unnamed_reverse
from edgewise.data.splits._parts import PARTS, Split
from edgewise.errors import ArgumentError, DataError, ShapeError
from edgewise.utils import coalesce
from edgewise.utils import is_undirected as is_symmetric

__all__ = ["LinkSplit"]


class LinkSplit(Split):
    """Graphs to learn links on, to choose by and to score on, as ``RandomLinkSplit`` returns them.

    Each part passes messages along ``edge_index`` and is judged on the pairs of nodes in ``edge_label_index``:
    ``edge_label`` is 0 for a negative, a pair that no edge joins. ``pos_edge_label_index`` and
    ``neg_edge_label_index`` may stand for them.

    Args:
        parts: Three graphs.
        is_undirected: Whether an edge and its opposite are one; a boolean for each of ``edge_types``, or one for all.
            Default: found out, by whether every edge of train, or every known edge, has its opposite.
        key: The name before ``_index``.
        edge_types: The edge types that are predicted, of a ``HeteroData``.
        rev_edge_types: For each of them the edge type that holds its edges in reverse, or ``None``.
        is_disjoint: Whether train is judged on edges that pass no message in train.
        has_negatives: Whether label 0 means a negative; else all labels are classes of edges.

    Raises:
        ArgumentError: There are not three parts; or a ``HeteroData`` without ``edge_types``.

    Example:
        >>> from edgewise.data import Data
        >>> train = Data(edge_index=torch.tensor([[0], [1]]), num_nodes=4)
        >>> val = Data(edge_index=torch.tensor([[0], [1]]), num_nodes=4)
        >>> val.edge_label, val.edge_label_index = torch.ones(1), torch.tensor([[1], [2]])
        >>> test = Data(edge_index=torch.tensor([[0, 1], [1, 2]]), num_nodes=4)
        >>> test.edge_label, test.edge_label_index = torch.ones(1), torch.tensor([[2], [3]])
        >>> train, val, test = LinkSplit((train, val, test), is_undirected=False).check()
    """

    def __new__(
        cls,
        parts: Iterable[Any],
        *,
        is_undirected: bool | Sequence[bool] | None = None,
        key: str = "edge_label",
        edge_types: Sequence[EdgeType] | None = None,
        rev_edge_types: Sequence[EdgeType | None] | None = None,
        is_disjoint: bool = False,
        has_negatives: bool = True,
    ) -> "LinkSplit":
        """Make a split of three graphs."""
        out: LinkSplit = Split.__new__(cls, parts)  # type: ignore[assignment]
        types: list[Any] = [None]
        if any(isinstance(part, HeteroData) for part in out):
            if not edge_types:
                message = (
                    "LinkSplit: expected edge_types of a HeteroData, got none. "
                    'Name what is predicted: edge_types=[("user", "rates", "movie")].'
                )
                raise ArgumentError(message)
            types = list(edge_types)
        each = [is_undirected] * len(types) if isinstance(is_undirected, bool | None) else list(is_undirected)
        reverses = list(rev_edge_types or [None] * len(types))
        for edge_type in (*types, *reverses):
            for part in out:
                if edge_type is not None and edge_type not in part.edge_types:
                    message = f"LinkSplit: expected edge types among {part.edge_types}, got {edge_type}. Correct it."
                    raise ArgumentError(message)
        out.relations = [Relation(*one) for one in zip(types, reverses, each, strict=True)]
        out.key, out.is_disjoint, out.has_negatives = key, is_disjoint, has_negatives
        return out

    relations: list[Relation]
    key: str
    is_disjoint: bool
    has_negatives: bool

    def check(self) -> "LinkSplit":
        """Check that nothing that val or test is judged on leaks; returns the split.

        No edge that a part is judged on passes a message in it or in an earlier part; none is judged in two parts; no
        negative is an edge, of any part. An undirected edge is its opposite too, and an edge of a reverse type is the
        edge that it reverses, whether or not the type was named.

        Raises:
            DataError: Something leaks; the error names an edge, where it is and where it should not be.

        Cost: a few sorts of the edges.
        """
        for relation in self.relations:
            found = [self._part(position, relation) for position in range(len(PARTS))]
            same = self._opposites_are_same(relation, found)
            everything = [edges for part in found for edges in (part.messages, part.positives, part.negatives)]
            base = max((int(edges.max()) + 1 for edges in everything if edges.numel()), default=1)
            self._refuse_unnamed_reverse(relation, found)
            leaks = Leaks(found, relation, base, same)
            leaks.refuse_messages(is_disjoint=self.is_disjoint)
            leaks.refuse_false_negatives()
            leaks.refuse_overlap()
        return self

    def _part(self, position: int, relation: Relation) -> Part:
        data, name = self[position], PARTS[position]
        store = data if relation.edge_type is None else data[relation.edge_type]
        pairs = {kind: _pairs(store, f"{kind}{self.key}_index", name) for kind in ("", "pos_", "neg_")}
        forward = _pairs(store, "edge_index", name)
        given = [edges for edges in (*pairs.values(), forward) if edges is not None]
        none = torch.zeros(2, 0, dtype=torch.int64, device=given[0].device if given else None)
        forward, backward = none if forward is None else forward, none
        if relation.reverse is not None:
            back = _pairs(data[relation.reverse], "edge_index", name)
            backward = none if back is None else back.flip(0)
        positives, negatives = pairs["pos_"], pairs["neg_"]
        if positives is None:
            positives, negatives = self._judged(store, pairs[""], name)
        positives, negatives = (none if edges is None else edges for edges in (positives, negatives))
        return Part(name, forward, backward, positives, negatives)

    def _judged(self, store: Any, pairs: Tensor | None, name: str) -> tuple[Tensor | None, Tensor | None]:
        """The edges and the negatives among the pairs that a part is judged on."""
        if pairs is None and name != "train":  # what train is judged on may be drawn anew in each epoch
            message = (
                f"LinkSplit.check: expected {self.key}_index in {name}, the pairs it is judged on, got none. "
                "RandomLinkSplit makes it."
            )
            raise DataError(message)
        if pairs is None or not self.has_negatives or self.key not in store:
            return pairs, None
        label = store[self.key]
        if label.shape[0] != pairs.shape[1]:
            message = (
                f"LinkSplit.check: expected {self.key} of {name} with one row for each of the {pairs.shape[1]} pairs, "
                f"got {list(label.shape)}. Give every pair a label."
            )
            raise ShapeError(message)
        positive = (label if label.dim() == 1 else label.flatten(1).any(1)) > 0
        return pairs[:, positive], pairs[:, ~positive]

    def _opposites_are_same(self, relation: Relation, parts: list[Part]) -> bool:
        if relation.edge_type is not None and relation.edge_type[0] != relation.edge_type[2]:
            return False  # the two sides are numbered apart
        if relation.is_undirected is not None:
            return relation.is_undirected
        train = parts[0].messages
        known = torch.cat([edges for part in parts for edges in (part.messages, part.positives)], dim=1)
        return (train.numel() > 0 and is_symmetric(coalesce(train))) or is_symmetric(coalesce(known))

    def _refuse_unnamed_reverse(self, relation: Relation, parts: list[Part]) -> None:
        test = parts[2]
        if relation.edge_type is None or not test.positives.numel():
            return
        known = torch.cat([test.messages, *(part.positives for part in parts)], dim=1)
        reverse = unnamed_reverse(self.test, relation.edge_type, relation.reverse, known)
        if reverse is not None:
            i, j = test.positives[:, 0].tolist()
            message = (
                f"LinkSplit.check: expected edges of test outside of all messages, got edge {i} -> {j}{relation.name} "
                f"of test, which passes messages in test as {j} -> {i} ({', '.join(reverse)}). "
                f"Split with RandomLinkSplit(rev_edge_types={reverse})."
            )
            raise DataError(message)


def _pairs(store: Any, name: str, part: str) -> Tensor | None:
    """Pairs of nodes, if there are some."""
    if name not in store:
        return None
    pairs = store[name]
    is_table = pairs.layout == torch.strided and pairs.dim() == 2 and pairs.shape[0] == 2
    if not is_table or (pairs.numel() and pairs.is_floating_point()):
        kind = str(pairs.dtype if pairs.layout == torch.strided else pairs.layout).removeprefix("torch.")
        message = (
            f"LinkSplit.check: expected integer {name} [2, pairs] in {part}, got {kind} {list(pairs.shape)}. "
            "Row 0 = source, row 1 = destination."
        )
        raise ShapeError(message)
    return pairs.long()  # type: ignore[no-any-return]
