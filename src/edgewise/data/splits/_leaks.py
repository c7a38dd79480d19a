"""Where an edge that is to be predicted is known already, or a negative is an edge."""

from collections.abc import Iterable
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
            edges = torch.stack([torch.minimum(*edges), torch.maximum(*edges)])
        return edges[0] * self.base + edges[1]

    def shared(self, edges: Tensor, others: Tensor) -> tuple[list[int], list[int]] | None:
        """Return the first of some edges that is among others, and how it is written there."""
        keys, among = self.keys(edges), self.keys(others)
        if not _any_shared(keys, among):
            return None
        at = first(torch.isin(keys, among))
        return edges[:, at].tolist(), others[:, first(among == keys[at])].tolist()

    def refuse_messages(self, *, is_disjoint: bool) -> None:
        """Refuse an edge that a part is judged on, and that passes a message in it or before."""
        for position, part in enumerate(self.parts):
            if part.name == "train" and not is_disjoint:
                continue  # the usual way to train: on the edges that pass messages
            if not self.shared(part.positives, _joined(other.messages for other in self.parts[: position + 1])):
                continue
            for other in self.parts[: position + 1]:
                if shared := self.shared(part.positives, other.forward):
                    self._refuse_message(part.name, other.name, *shared, None)
                if shared := self.shared(part.positives, other.backward):
                    self._refuse_message(part.name, other.name, *shared, self.relation.reverse)

    def _refuse_message(
        self, judged: str, passing: str, edge: list[int], there: list[int], reverse: EdgeType | None
    ) -> None:
        written, cure = "", f"Take it out of {passing}, or split with RandomLinkSplit."
        if reverse is not None:
            written = f" as {there[1]} -> {there[0]} ({', '.join(reverse)})"
            cure = f"Split with RandomLinkSplit(rev_edge_types={reverse})."
        elif edge != there:
            written, cure = _written(edge, there), "Split with RandomLinkSplit(is_undirected=True)."
        message = (
            f"LinkSplit.check: expected edges of {judged} outside of all messages, got edge {self._named(edge)} of "
            f"{judged}, which passes messages in {passing}{written}. {cure}"
        )
        raise DataError(message)

    def refuse_false_negatives(self) -> None:
        """Refuse a negative that is an edge."""
        known = _joined(edges for part in self.parts for edges in (part.positives, part.messages))
        if not self.shared(_joined(part.negatives for part in self.parts), known):
            return
        for part in self.parts:
            for other in self.parts:
                for place, edges in (
                    (f"an edge that {other.name} is judged on", other.positives),
                    (f"an edge that passes messages in {other.name}", other.messages),
                ):
                    if shared := self.shared(part.negatives, edges):
                        message = (
                            f"LinkSplit.check: expected negatives that no edge joins, got {self._named(shared[0])} of "
                            f"{part.name}, {place}{_written(*shared)}. "
                            "Draw negatives against all edges of the graph, as RandomLinkSplit does."
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
                    message = (
                        f"LinkSplit.check: expected every pair to be judged in one part, got {kind} "
                        f"{self._named(shared[0])} of {later.name} also in {earlier.name}{_written(*shared)}. "
                        "Take it out of one of them."
                    )
                    raise DataError(message)

    def _named(self, edge: list[int]) -> str:
        return f"{edge[0]} -> {edge[1]}{self.relation.name}"


def _joined(edges: Iterable[Tensor]) -> Tensor:
    return torch.cat(list(edges), dim=1)


def _written(edge: list[int], there: list[int]) -> str:
    """How an edge is written elsewhere, where that differs."""
    return "" if edge == there else f" as {there[0]} -> {there[1]}"


def _any_shared(keys: Tensor, others: Tensor) -> bool:
    """Whether two sets of numbers share one. Numbers that are looked up in ascending order are found in cache."""
    fewer, more = sorted((keys.sort().values, others.sort().values), key=len)
    if not len(fewer):
        return False
    place = torch.searchsorted(more, fewer).clamp_(max=len(more) - 1)
    return bool((more[place] == fewer).any())


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
