"""What embeddings of knowledge graphs share: negatives, mini-batches, and ranking."""

import sys
from collections.abc import Sequence
from typing import Any, TypeAlias

import torch

from edgewise._lazy import lazy_import
from edgewise._typing import Float, Int, Tensor
from edgewise.errors import ArgumentError, DataError, DTypeError, NodeIndexError, ShapeError
from edgewise.nn.models._pairs import KnownPairs
from edgewise.nn.models.kge._ranking import rank_of

console = lazy_import("rich.console")
progress = lazy_import("rich.progress")

__all__ = ["Index", "KGEModel"]

_BLOCK = 2**22  # scores that are ranked at a time

Index: TypeAlias = Int[Tensor, " triples"]
Triples: TypeAlias = tuple[Tensor, Tensor, Tensor]


class KGEModel(torch.nn.Module):
    r"""Base of embeddings of knowledge graphs. A subclass says in ``forward`` how a triple is scored, and in ``loss``
    what is minimised.

    Args:
        num_nodes: How many nodes (entities) there are.
        num_relations: How many relations there are.
        hidden_channels: Width of an embedding.
        sparse: Gradients of the embeddings are sparse: for ``torch.optim.SparseAdam``.

    Shape:
        head_index ``[triples]`` · rel_type ``[triples]`` · tail_index ``[triples]`` → scores ``[triples]``

    Raises:
        ArgumentError: A size below 1.

    Example:
        >>> class Distance(KGEModel):
        ...     def forward(self, head_index, rel_type, tail_index):
        ...         return -(self.node_emb(head_index) - self.node_emb(tail_index)).norm(dim=1)
        >>> triple = torch.tensor([0]), torch.tensor([0]), torch.tensor([1])
        >>> rank, reciprocal, hits = Distance(4, 1, 8).test(*triple, batch_size=2, log=False)
    """

    def __init__(
        self,
        num_nodes: int,
        num_relations: int,
        hidden_channels: int,
        sparse: bool = False,  # noqa: FBT001, FBT002 - PyG's signature
    ) -> None:
        super().__init__()
        sizes = {"num_nodes": num_nodes, "num_relations": num_relations, "hidden_channels": hidden_channels}
        for argument, value in sizes.items():
            if value < 1:
                message = (
                    f"{type(self).__name__}: expected {argument} of at least 1, got {value}. Pass how many there are."
                )
                raise ArgumentError(message)
        self.num_nodes = num_nodes
        self.num_relations = num_relations
        self.hidden_channels = hidden_channels
        self.node_emb = torch.nn.Embedding(num_nodes, hidden_channels, sparse=sparse)
        self.rel_emb = torch.nn.Embedding(num_relations, hidden_channels, sparse=sparse)

    def reset_parameters(self) -> None:
        """Draw the embeddings anew."""
        self.node_emb.reset_parameters()
        self.rel_emb.reset_parameters()

    def forward(
        self,
        head_index: Index,
        rel_type: Index,
        tail_index: Index,
    ) -> Float[Tensor, " triples"]:
        """Return the score of each triple; higher is likelier.

        Args:
            head_index: The head of each triple.
            rel_type: Its relation.
            tail_index: Its tail.
        """
        raise NotImplementedError

    def loss(
        self,
        head_index: Index,
        rel_type: Index,
        tail_index: Index,
    ) -> Float[Tensor, ""]:
        """Return the loss of these triples against as many that are drawn at random.

        Args:
            head_index: The head of each triple.
            rel_type: Its relation.
            tail_index: Its tail.
        """
        raise NotImplementedError

    def loader(
        self,
        head_index: Index,
        rel_type: Index,
        tail_index: Index,
        **kwargs: Any,
    ) -> "torch.utils.data.DataLoader[Triples]":
        """Return mini-batches of triples, each a tuple of three tensors.

        Args:
            head_index: The head of each triple.
            rel_type: Its relation.
            tail_index: Its tail.
            **kwargs: Settings of ``torch.utils.data.DataLoader``, such as ``batch_size`` and ``shuffle``.
        """
        self._check(head_index, rel_type, tail_index, "loader")
        rows: Any = _Rows(head_index, rel_type, tail_index)
        return torch.utils.data.DataLoader(rows, collate_fn=_as_it_is, **kwargs)

    @torch.no_grad()
    def test(
        self,
        head_index: Index,
        rel_type: Index,
        tail_index: Index,
        batch_size: int,
        k: int = 10,
        log: bool = True,  # noqa: FBT001, FBT002 - PyG's signature
        *,
        filtered: Sequence[Tensor] | None = None,
        both_ends: bool = False,
    ) -> tuple[float, float, float]:
        r"""Return mean rank, mean reciprocal rank, and the share of ranks below ``k``.

        The true tail of a triple is ranked among all nodes. Ranks count from 0, and a reciprocal rank is
        :math:`1 / (\mathrm{rank} + 1)`, as in PyG; published mean ranks count from 1. Nodes that score the same as the
        true one count half, so a model that cannot tell nodes apart ranks in the middle.

        Args:
            head_index: The head of each triple.
            rel_type: Its relation.
            tail_index: Its tail.
            batch_size: How many nodes are scored at a time by a model that has no formula for all of them at once;
                those of edgewise have one, and take as many triples as fit 16 MiB of scores.
            k: What counts as a hit.
            log: Show a progress bar on a terminal.
            filtered: ``(head_index, rel_type, tail_index)`` of all triples that are known to be true: of training,
                validation and test together. A node that makes one of them does not count against the true one. Papers
                publish such filtered ranks.
            both_ends: Rank heads among all nodes, too, and average over both: what papers publish.

        Raises:
            DataError: There are no triples.

        Cost: O(triples · nodes · hidden) time; a block of ``[triples, nodes]`` scores at a time.
        """
        self._check(head_index, rel_type, tail_index, "test")
        if head_index.shape[0] == 0:
            message = f"{type(self).__name__}.test: expected triples, got none. Pass those of the test split."
            raise DataError(message)
        if filtered is not None:
            head, relation, tail = filtered
            self._check(head, relation, tail, "test(filtered)")
            filtered = head.long(), relation.long(), tail.long()
        ranks = [self._ranks(head_index, rel_type, tail_index, batch_size, log, filtered, heads=False)]
        if both_ends:
            ranks.append(self._ranks(tail_index, rel_type, head_index, batch_size, log, filtered, heads=True))
        rank = torch.cat(ranks)
        return float(rank.mean()), float((1 / (rank + 1)).mean()), float((rank < k).double().mean())

    @torch.no_grad()
    def random_sample(
        self,
        head_index: Index,
        rel_type: Index,
        tail_index: Index,
    ) -> Triples:
        """Return the triples with a random head, in the first half, or a random tail, in the second.

        Args:
            head_index: The head of each triple.
            rel_type: Its relation.
            tail_index: Its tail.
        """
        self._check(head_index, rel_type, tail_index, "random_sample")
        half = head_index.numel() // 2
        drawn = torch.randint(self.num_nodes, head_index.size(), device=head_index.device, dtype=head_index.dtype)
        return torch.cat([drawn[:half], head_index[half:]]), rel_type, torch.cat([tail_index[:half], drawn[half:]])

    def _true_and_random(self, head_index: Index, rel_type: Index, tail_index: Index) -> tuple[Tensor, Tensor]:
        """Scores of the triples, and of as many random ones."""
        true = self(head_index, rel_type, tail_index)
        return true, self(*self.random_sample(head_index, rel_type, tail_index))

    def _scores_of_all(self, given: Tensor, rel_type: Tensor, batch_size: int, *, heads: bool) -> Tensor:
        """Scores of the triples that every node makes with each given one, ``[triples, nodes]``.

        ``heads``: the given ones are tails, and nodes are tried as heads. A model with a formula for this overrides it.
        """
        nodes, rows = torch.arange(self.num_nodes, device=given.device), []
        for node, relation in zip(given, rel_type, strict=True):
            parts = []
            for others in nodes.split(batch_size):
                fixed, types = node.expand_as(others), relation.expand_as(others)
                parts.append(self(others, types, fixed) if heads else self(fixed, types, others))
            rows.append(torch.cat(parts))
        return torch.stack(rows)

    def _ranks(
        self,
        given: Tensor,
        rel_type: Tensor,
        true: Tensor,
        batch_size: int,
        log: bool,  # noqa: FBT001
        filtered: Sequence[Tensor] | None,
        *,
        heads: bool,
    ) -> Tensor:
        known = None
        if filtered is not None:
            other, relation, wanted = filtered[2 if heads else 0], filtered[1], filtered[0 if heads else 2]
            known = KnownPairs(other * self.num_relations + relation, wanted)
        score = self._scores_of_all if _has_formula(type(self)) else KGEModel._scores_of_all.__get__(self)
        blocks = range(0, true.shape[0], max(1, _BLOCK // self.num_nodes))
        ranks = []
        for start in _shown(blocks, f"ranking {'heads' if heads else 'tails'}", log=log):
            block = slice(start, start + blocks.step)
            scores = score(given[block], rel_type[block], batch_size, heads=heads)
            keys = given[block].long() * self.num_relations + rel_type[block]
            ranks.append(rank_of(scores, true[block], None if known is None else known.of(keys)))
        return torch.cat(ranks)

    def _check(self, head_index: Any, rel_type: Any, tail_index: Any, method: str) -> None:
        caller = f"{type(self).__name__}.{method}"
        given = {"head_index": head_index, "rel_type": rel_type, "tail_index": tail_index}
        for name, index in given.items():
            if not isinstance(index, Tensor) or index.dtype not in (torch.int64, torch.int32):
                kind = str(index.dtype).removeprefix("torch.") if isinstance(index, Tensor) else type(index).__name__
                message = f"{caller}: expected {name} as an integer tensor, got {kind}. Use {name}.long()."
                raise DTypeError(message)
            if index.dim() != 1 or index.shape != head_index.shape:
                message = (
                    f"{caller}: expected head_index, rel_type and tail_index of one shape [triples], "
                    f"got {', '.join(str(list(part.shape)) for part in given.values())}. "
                    "Pass edge_index[0], edge_type and edge_index[1]."
                )
                raise ShapeError(message)
        if torch.compiler.is_compiling() or head_index.numel() == 0:
            return
        for name, index in given.items():
            size, what = (self.num_relations, "num_relations") if name == "rel_type" else (self.num_nodes, "num_nodes")
            low, high = index.aminmax()
            if low < 0 or high >= size:
                wrong = int(low) if low < 0 else int(high)
                cure = "Drop those triples." if wrong < 0 else f"Build the model with a larger {what}."
                message = f"{caller}: expected {name} in 0..{size - 1}, got {wrong}. {cure}"
                raise NodeIndexError(message)

    def __repr__(self) -> str:
        sizes = f"num_relations={self.num_relations}, hidden_channels={self.hidden_channels}"
        return f"{type(self).__name__}({self.num_nodes}, {sizes})"


class _Rows:
    """Triples that a ``DataLoader`` takes a whole mini-batch of at once."""

    def __init__(self, *parts: Tensor) -> None:
        self.parts = parts

    def __len__(self) -> int:
        return self.parts[0].shape[0]

    def __getitem__(self, row: int) -> tuple[Tensor, ...]:
        return self.__getitems__([row])

    def __getitems__(self, rows: list[int]) -> tuple[Tensor, ...]:
        chosen = torch.tensor(rows, device=self.parts[0].device)
        return tuple(part[chosen] for part in self.parts)


def _as_it_is(batch: Any) -> Any:
    return batch


def _has_formula(cls: type) -> bool:
    """Whether ``_scores_of_all`` speaks of the ``forward`` that is called: no subclass has overridden that alone."""
    for base in cls.__mro__:
        if "_scores_of_all" in vars(base):
            return True
        if "forward" in vars(base):
            return False
    return False


def _shown(blocks: range, what: str, *, log: bool) -> Any:
    if not log or not sys.stderr.isatty():
        return blocks
    return progress.track(blocks, what, console=console.Console(stderr=True))
