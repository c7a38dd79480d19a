"""Zachary's karate club, inside the package: the data of every first experiment."""

from collections.abc import Callable
from typing import ClassVar

import torch

from edgewise.data import Data, InMemoryDataset

__all__ = ["KarateClub"]

# Each member's friends with a higher number, and the community that modularity clustering finds for each member.
_FRIENDS = (
    (1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 17, 19, 21, 31), (2, 3, 7, 13, 17, 19, 21, 30),
    (3, 7, 8, 9, 13, 27, 28, 32), (7, 12, 13), (6, 10), (6, 10, 16), (16,), (), (30, 32, 33), (33,), (), (),
    (), (33,), (32, 33), (32, 33), (), (), (32, 33), (33,), (32, 33), (), (32, 33), (25, 27, 29, 32, 33),
    (25, 27, 31), (31,), (29, 33), (33,), (31, 33), (32, 33), (32, 33), (32, 33), (33,), (),
)  # fmt: skip
_COMMUNITY = "1111333101311100310101002200200200"


class KarateClub(InMemoryDataset):
    """Zachary's karate club: 34 members, their 78 friendships, and the four communities they fall into.

    One member of each community is labelled for training. Features are the identity: nothing is known about a member
    but the friendships.

    Args:
        transform: Applied to the graph each time it is taken out.

    Cost: no download.

    Source: Zachary, *An information flow model for conflict and fission in small groups*, J. Anthropological Research
    1977; communities by modularity as in Kipf & Welling, ICLR 2017, appendix A.

    Example:
        >>> dataset = KarateClub()
        >>> dataset[0]
        Data(x=[34, 34], edge_index=[2, 156], y=[34], train_mask=[34])
        >>> dataset.num_classes, int(dataset[0].train_mask.sum())
        (4, 4)
    """

    class_names: ClassVar[list[str]] = [f"community {c}" for c in range(4)]
    card: ClassVar[dict[str, str]] = {
        "name": "Zachary's karate club",
        "nodes": "34 members",
        "edges": "78 friendships, stored in both directions",
        "features": "identity: each member is only itself",
        "classes": "4 communities found by modularity",
        "source": "Zachary (1977), inside the package",
        "licence": "not stated; published data",
        "citation": "W. W. Zachary, An information flow model for conflict and fission in small groups, 1977",
    }

    def __init__(self, transform: Callable[[Data], Data] | None = None) -> None:
        super().__init__(None, transform)

    def process(self) -> list[Data]:
        """Return the one graph."""
        pairs = [(a, b) for a, friends in enumerate(_FRIENDS) for b in friends]
        both = sorted([*pairs, *((b, a) for a, b in pairs)])
        y = torch.tensor([int(c) for c in _COMMUNITY])
        train_mask = torch.zeros(len(y), dtype=torch.bool)
        train_mask[[_COMMUNITY.index(str(c)) for c in range(4)]] = True
        edge_index = torch.tensor(both).t().contiguous()
        return [Data(x=torch.eye(len(y)), edge_index=edge_index, y=y, train_mask=train_mask)]
