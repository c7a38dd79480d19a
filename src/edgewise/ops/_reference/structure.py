"""Lists of pairs ``[2, pairs]``, the edges of a graph: sorting, merging, symmetry, self loops."""

import torch
from torch import Tensor

from edgewise.ops._reference.kernel import kernel

__all__ = [
    "count_linked",
    "has_loops",
    "is_sorted_pairs",
    "is_symmetric",
    "sort_pairs",
    "split_loops",
    "unique_pairs",
]


def _sorted(pairs: Tensor, limit: int, by_second: bool, mirrored: bool, wide: bool) -> tuple[Tensor, Tensor]:  # noqa: FBT001
    size = pairs.shape[1] * (2 if mirrored else 1)
    return pairs.new_empty(2, size), pairs.new_empty(size, dtype=torch.int64 if wide else torch.int32)


@kernel(_sorted)
def sort_pairs(pairs: Tensor, limit: int, *, by_second: bool, mirrored: bool, wide: bool) -> tuple[Tensor, Tensor]:
    """Pairs by first, then second entry, or the other way round, and where each stood; equal ones keep their order.

    Mirrored: of the pairs followed by their opposites. Entries lie in ``[0, limit)``.
    """
    if mirrored:
        pairs = torch.cat([pairs, pairs.flip(0)], 1)
    major, minor = (1, 0) if by_second else (0, 1)
    perm = torch.argsort(pairs[minor], stable=True)
    perm = perm[torch.argsort(pairs[major, perm], stable=True)]
    return pairs[:, perm], perm.to(torch.int64 if wide else torch.int32)


@kernel(lambda pairs, by_second: pairs.new_empty((), dtype=torch.bool))
def is_sorted_pairs(pairs: Tensor, *, by_second: bool) -> Tensor:
    """Whether ``sort_pairs`` would leave the pairs where they are."""
    major, minor = pairs.flip(0) if by_second else pairs
    rises = major[1:] > major[:-1]
    stays = (major[1:] == major[:-1]) & (minor[1:] >= minor[:-1])
    return torch.logical_or(rises, stays).all()


def _unique(pairs: Tensor) -> tuple[Tensor, Tensor]:
    count = torch.library.get_ctx().new_dynamic_size()
    return pairs.new_empty(2, count), pairs.new_empty(count + 1, dtype=torch.int64)


@kernel(_unique, counts=True)
def unique_pairs(pairs: Tensor) -> tuple[Tensor, Tensor]:
    """The different ones among sorted pairs, and where the run of each starts, ending with their number."""
    changes = (pairs[:, 1:] != pairs[:, :-1]).any(0).nonzero().squeeze(1) + 1
    ends = torch.tensor([0, pairs.shape[1]], device=pairs.device)
    start = torch.cat([ends[:1], changes, ends[1:]]) if pairs.shape[1] else ends[:1]
    return pairs[:, start[:-1]], start


@kernel(lambda pairs, limit, wide: pairs.new_empty((), dtype=torch.bool))
def is_symmetric(pairs: Tensor, limit: int, *, wide: bool) -> Tensor:
    """Whether every pair occurs as often as its opposite. Entries lie in ``[0, limit)``."""
    forth, back = (
        sort_pairs(either, limit, by_second=False, mirrored=False, wide=wide)[0] for either in (pairs, pairs.flip(0))
    )
    return (forth == back).all()


def _split(pairs: Tensor, append: int, positions: bool) -> tuple[Tensor, Tensor, Tensor]:  # noqa: FBT001
    new_size = torch.library.get_ctx().new_dynamic_size
    others = pairs.new_empty(2, new_size())
    kept, loops = (pairs.new_empty(new_size() if positions else 0, dtype=torch.int64) for _ in range(2))
    return others, kept, loops


@kernel(_split, counts=True)
def split_loops(pairs: Tensor, *, append: int, positions: bool) -> tuple[Tensor, Tensor, Tensor]:
    """The pairs of two different nodes; where they stood; where the others stood.

    One loop of each of the nodes ``0..append - 1`` follows the pairs. Positions are empty if unwanted.
    """
    is_loop = pairs[0] == pairs[1]
    kept, loops = (~is_loop).nonzero().squeeze(1), is_loop.nonzero().squeeze(1)
    appended = torch.arange(append, dtype=pairs.dtype, device=pairs.device).expand(2, -1)
    return torch.cat([pairs[:, kept], appended], 1), kept if positions else kept[:0], loops if positions else loops[:0]


@kernel(lambda pairs: pairs.new_empty((), dtype=torch.bool))
def has_loops(pairs: Tensor) -> Tensor:
    """Whether some pair joins a node with itself."""
    return (pairs[0] == pairs[1]).any()


@kernel(lambda pairs, limit: pairs.new_empty((), dtype=torch.int64))
def count_linked(pairs: Tensor, limit: int) -> Tensor:
    """How many nodes have an edge to another one. Entries lie in ``[0, limit)``."""
    linked = torch.zeros(limit, dtype=torch.bool, device=pairs.device)
    linked[pairs[:, pairs[0] != pairs[1]].flatten().long()] = True
    return linked.sum()
