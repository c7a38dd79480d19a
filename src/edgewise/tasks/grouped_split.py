"""Parts of examples that share no group: both directions of an edge, all pairs of one drug, stay together."""

from collections.abc import Mapping

import torch

from edgewise._typing import Bool, Int, Tensor

__all__ = ["draw_parts", "pair_groups", "shared_group"]


def pair_groups(pairs: Int[Tensor, "2 pairs"], *, is_undirected: bool) -> Int[Tensor, " pairs"]:
    """Return a number for each pair that equals that of the same pair alone; of its opposite too, where undirected.

    Example:
        >>> pair_groups(torch.tensor([[0, 1, 2], [1, 0, 2]]), is_undirected=True).tolist()
        [1, 1, 8]
    """
    pairs = pairs.long()
    low, high = (torch.minimum(*pairs), torch.maximum(*pairs)) if is_undirected else (pairs[0], pairs[1])
    base = int(pairs.max()) + 1 if pairs.numel() else 1
    return low * base + high


def draw_parts(
    group: Int[Tensor, " rows"], train: float, val: float, seed: int
) -> tuple[Bool[Tensor, " rows"], Bool[Tensor, " rows"], Bool[Tensor, " rows"]]:
    """Draw which rows are for training, validation and test: shares of the groups, so that none is parted.

    Example:
        >>> parts = draw_parts(torch.arange(10), 0.6, 0.2, seed=0)
        >>> [int(part.sum()) for part in parts]
        [6, 2, 2]
    """
    values, number = group.unique(return_inverse=True)
    order = torch.randperm(len(values), generator=torch.Generator().manual_seed(seed))
    place = torch.empty_like(order)
    place[order] = torch.arange(len(values))
    place = place.to(group.device)[number]
    first, second = round(train * len(values)), round((train + val) * len(values))
    return place < first, (place >= first) & (place < second), place >= second


def shared_group(
    group: Int[Tensor, " rows"], parts: Mapping[str, Bool[Tensor, " rows"]]
) -> tuple[str, int, str, int] | None:
    """Return two parts that share a group, each with its row of it; ``None`` where they share none.

    Example:
        >>> train, test = torch.tensor([True, False, False]), torch.tensor([False, True, True])
        >>> shared_group(torch.tensor([4, 5, 4]), {"train": train, "test": test})
        ('train', 0, 'test', 2)
    """
    names = list(parts)
    for number, name in enumerate(names):
        for other in names[number + 1 :]:
            rows, others = (parts[part].nonzero().squeeze(1) for part in (name, other))
            shared = torch.isin(group[others], group[rows])
            if shared.any():
                at = int(others[shared][0])
                return name, int(rows[group[rows] == group[at]][0]), other, at
    return None
