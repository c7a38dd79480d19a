"""Where an edge that is to be predicted is known already, or a negative is an edge."""

from dataclasses import dataclass

import torch

from edgewise._typing import Tensor
from edgewise.data.hetero_data import EdgeType, HeteroData
from edgewise.data.splits._parts import first, pairs_of_parts
from edgewise.errors import DataError
from edgewise.utils import coalesce

__all__ = ["Leaks", "Part", "Relation", "unnamed_reverse"]


@dataclass(frozen=True)
class Relation:
    """What is predicted: one edge type, or the edges of a ``Data``."""

    edge_type: EdgeType | None
    reverse: EdgeType | None
    is_undirected: bool | None

    @property
    def name(self) -> str:
        """How errors say which type an edge is of."""
        return "" if self.edge_type is None else f" ({', '.join(self.edge_type)})"


@dataclass(frozen=True)
class Part:
    """What a part passes messages along and is judged on, of one relation; all ``[2, pairs]``."""

    name: str
    forward: Tensor
    """Edges that pass messages."""
    backward: Tensor
    """Those of the reverse type, turned around."""
    positives: Tensor
    negatives: Tensor

    @property
    def messages(self) -> Tensor:
        """All edges that pass messages, in the direction of the edge type."""
        return torch.cat([self.forward, self.backward], dim=1)


@dataclass(frozen=True)
class Leaks:
    """The parts of one relation, and when two of their edges are the same."""

    parts: list[Part]
    relation: Relation
    base: int
    opposites_are_same: bool

    def keys(self, edges: Tensor) -> Tensor:
        """Return a number for each edge that equals that of the same edge only."""
        if self.opposites_are_same:
            edges = torch.stack([edges.amin(0), edges.amax(0)])
        return edges[0] * self.base + edges[1]

    def shared(self, edges: Tensor, others: Tensor, reverse: EdgeType | None = None) -> tuple[str, str] | None:
        """Return the first of some edges that is among others, and how it is written there where that differs.

        Others may be those of a reverse type, turned around.
        """
        keys, among = self.keys(edges), self.keys(others)
        found = torch.isin(keys, among)
        if not bool(found.any()):
            return None
        at = first(found)
        edge, there = edges[:, at].tolist(), others[:, first(among == keys[at])].tolist()
        written = "" if edge == there else f" as {there[0]} -> {there[1]}"
        if reverse is not None:
            written = f" as {there[1]} -> {there[0]} ({', '.join(reverse)})"
        return f"{edge[0]} -> {edge[1]}{self.relation.name}", written

    def refuse_messages(self, *, is_disjoint: bool) -> None:
        """Refuse an edge that a part is judged on, and that passes a message in it or before."""
        for position, part in enumerate(self.parts):
            if part.name == "train" and not is_disjoint:
                continue  # the usual way to train: on the edges that pass messages
            for other in self.parts[: position + 1]:
                for edges, reverse in ((other.forward, None), (other.backward, self.relation.reverse)):
                    if shared := self.shared(part.positives, edges, reverse):
                        edge, there = shared
                        cure = f"Take it out of {other.name}, or split with RandomLinkSplit."
                        if there:
                            argument = "is_undirected=True" if reverse is None else f"rev_edge_types={reverse}"
                            cure = f"Split with RandomLinkSplit({argument})."
                        message = (
                            f"LinkSplit.check: expected edges of {part.name} outside of all messages, got edge {edge} "
                            f"of {part.name}, which passes messages in {other.name}{there}. {cure}"
                        )
                        raise DataError(message)

    def refuse_overlap(self) -> None:
        """Refuse a pair that two parts are judged on."""
        for one, other in pairs_of_parts():
            earlier, later = self.parts[one], self.parts[other]
            for kind, mine, theirs in (
                ("edge", later.positives, earlier.positives),
                ("negative", later.negatives, earlier.negatives),
            ):
                if shared := self.shared(mine, theirs):
                    pair, there = shared
                    message = (
                        f"LinkSplit.check: expected every pair to be judged in one part, got {kind} {pair} of "
                        f"{later.name} also in {earlier.name}{there}. Take it out of one of them."
                    )
                    raise DataError(message)

    def refuse_false_negatives(self) -> None:
        """Refuse a negative that is an edge."""
        for part in self.parts:
            for other in self.parts:
                for place, edges in (
                    (f"an edge that {other.name} is judged on", other.positives),
                    (f"an edge that passes messages in {other.name}", other.messages),
                ):
                    if shared := self.shared(part.negatives, edges):
                        pair, there = shared
                        message = (
                            f"LinkSplit.check: expected negatives that no edge joins, got {pair} of {part.name}, "
                            f"{place}{there}. Draw negatives against all edges of the graph, as RandomLinkSplit does."
                        )
                        raise DataError(message)


def unnamed_reverse(data: HeteroData, edge_type: EdgeType, named: EdgeType | None, edges: Tensor) -> EdgeType | None:
    """Return an edge type, other than ``named``, that holds the reverse of exactly these edges.

    Example:
        >>> data = HeteroData()
        >>> data["movie", "rated_by", "user"].edge_index = torch.tensor([[5], [0]])
        >>> unnamed_reverse(data, ("user", "rates", "movie"), None, torch.tensor([[0], [5]]))
        ('movie', 'rated_by', 'user')
    """
    forward = coalesce(edges.long())
    for other, store in data.edge_items():
        opposite = (other[2], other[0]) == (edge_type[0], edge_type[2])
        if other in (edge_type, named) or not opposite or store.edge_index is None or not forward.numel():
            continue
        if torch.equal(coalesce(store.edge_index.long().flip(0)), forward):
            return other
    return None
