"""Nodes to learn from, to choose by and to score on, drawn at random."""

from typing import Any

import torch

from edgewise._typing import Tensor
from edgewise.errors import ArgumentError, DataError
from edgewise.transforms._checks import check_at_least, check_choice, check_graph
from edgewise.transforms._split_sizes import check_size
from edgewise.transforms._stores import Graph, count_nodes, node_items
from edgewise.transforms.base import BaseTransform

__all__ = ["RandomNodeSplit"]

_CALLER = "RandomNodeSplit"


class RandomNodeSplit(BaseTransform):
    """Set ``train_mask``, ``val_mask`` and ``test_mask`` such that every node is in one of them at most.

    ``NodeSplit.of(data).check()`` proves it.

    Args:
        split: ``"train_rest"``: what val and test leave is for train; ``"test_rest"``: what train and val leave is for
            test; ``"random"``: each part as large as asked for.
        num_splits: How many splits; masks are ``[nodes, num_splits]`` where that is more than one.
        num_train_per_class: Training nodes of each class, in ``"test_rest"`` and ``"random"``.
        num_val: Validation nodes: a number, or a share of all as a ``float``.
        num_test: Test nodes, in ``"train_rest"`` and ``"random"``: a number, or a share of all as a ``float``.
        key: The attribute that holds labels. Node types without it get no masks; ``None`` gives all of them masks.

    Raises:
        ArgumentError: A size that is none, an unknown ``split``, or one that needs ``key``.
        DataError: There are too few nodes for the sizes, or nothing tells how many there are.

    Nodes whose integer label is below 0, which means unknown, are in no part, and shares are of the others: the
    difference to PyG, as is that sizes that do not fit are refused instead of leaving a part empty.

    Cost: a permutation of the nodes for each split, drawn by torch's generator.

    Source: ``"train_rest"``: Chen et al., *FastGCN*, ICLR 2018; ``"test_rest"``: Shchur et al., *Pitfalls of graph
    neural network evaluation*, 2018; ``"random"``: Kipf & Welling, ICLR 2017.

    Example:
        >>> from edgewise.data import Data
        >>> data = RandomNodeSplit(num_val=0.2, num_test=3)(Data(x=torch.ones(10, 1), y=torch.zeros(10).long()))
        >>> int(data.train_mask.sum()), int(data.val_mask.sum()), int(data.test_mask.sum())
        (5, 2, 3)
    """

    def __init__(
        self,
        split: str = "train_rest",
        num_splits: int = 1,
        num_train_per_class: int = 20,
        num_val: int | float = 500,
        num_test: int | float = 1000,
        key: str | None = "y",
    ) -> None:
        check_choice(_CALLER, "split", split, ("train_rest", "test_rest", "random"))
        check_at_least(_CALLER, "num_splits", num_splits)
        check_at_least(_CALLER, "num_train_per_class", num_train_per_class)
        check_size(_CALLER, "num_val", num_val)
        check_size(_CALLER, "num_test", num_test)
        if key is None and split != "train_rest":
            message = f"{_CALLER}: expected key for split={split!r}, got None. Name the attribute that holds labels."
            raise ArgumentError(message)
        self.split = split
        self.num_splits = num_splits
        self.num_train_per_class = num_train_per_class
        self.num_val = num_val
        self.num_test = num_test
        self.key = key

    def forward(self, data: Graph) -> Graph:
        """Set the masks."""
        check_graph(data, _CALLER)
        for node_type, store in node_items(data):
            labels = None if self.key is None or self.key not in store else store[self.key]
            if self.key is not None and labels is None:
                continue
            nodes = count_nodes(node_type, store, _CALLER)
            device = labels.device if isinstance(labels, Tensor) else None
            drawn_from = labels.cpu() if isinstance(labels, Tensor) else labels  # same seed, same masks on any device
            masks = [self._masks(nodes, drawn_from) for _ in range(self.num_splits)]
            for position, name in enumerate(("train_mask", "val_mask", "test_mask")):
                store[name] = torch.stack([each[position] for each in masks], dim=-1).squeeze(-1).to(device)
        return data

    def _masks(self, nodes: int, labels: Any) -> tuple[Tensor, Tensor, Tensor]:
        known = _known(labels, nodes)
        num_val, num_test = (
            round(len(known) * size) if isinstance(size, float) else size for size in (self.num_val, self.num_test)
        )
        if self.split == "train_rest":
            train, rest = known[:0], known[torch.randperm(len(known))]
            self._check_fit(num_val + num_test, len(known), "train")
        else:
            train = self._train_of_each_class(labels, nodes)
            in_train = torch.zeros(nodes, dtype=torch.bool).index_fill_(0, train, value=True)
            rest = known[~in_train[known]]
            rest = rest[torch.randperm(len(rest))]
            self._check_fit(num_val + (num_test if self.split == "random" else 0), len(rest), "test")
        val, rest = rest[:num_val], rest[num_val:]
        test = rest if self.split == "test_rest" else rest[:num_test]
        if self.split == "train_rest":
            train = rest[num_test:]
        empty = torch.zeros(nodes, dtype=torch.bool)
        return tuple(empty.index_fill(0, part, value=True) for part in (train, val, test))  # type: ignore[return-value]

    def _train_of_each_class(self, labels: Any, nodes: int) -> Tensor:
        if not isinstance(labels, Tensor) or labels.shape != (nodes,) or labels.is_floating_point():
            is_tensor = isinstance(labels, Tensor)
            found = f"{str(labels.dtype)[6:]} {list(labels.shape)}" if is_tensor else type(labels).__name__
            message = (
                f"{_CALLER}: expected in {self.key} one class for each of the {nodes} nodes, got {found}. "
                'Use split="train_rest", which needs no classes.'
            )
            raise DataError(message)
        chosen = []
        for c in range(int(labels.max()) + 1 if nodes else 0):
            members = (labels == c).nonzero().flatten()
            chosen.append(members[torch.randperm(len(members))[: self.num_train_per_class]])
        return torch.cat(chosen) if chosen else torch.zeros(0, dtype=torch.int64)

    def _check_fit(self, wanted: int, available: int, rest: str) -> None:
        """What the sizes ask for must be there, and where a part gets the rest, it must get some."""
        least = 0 if self.split == "random" else 1
        if wanted + least > available:
            sizes = f"num_val={self.num_val}" + ("" if self.split == "test_rest" else f" and num_test={self.num_test}")
            what = "" if self.split == "random" else f" and leave some for {rest}"
            message = (
                f"{_CALLER}: expected sizes that fit in {available} nodes{what}, got {sizes}. "
                "Lower them; a float is a share: num_val=0.1."
            )
            raise DataError(message)


def _known(labels: Any, nodes: int) -> Tensor:
    """The nodes whose label is known."""
    is_class = isinstance(labels, Tensor) and labels.shape == (nodes,) and not labels.is_floating_point()
    if is_class and labels.dtype != torch.bool:
        return (labels >= 0).nonzero().flatten()  # type: ignore[no-any-return]
    return torch.arange(nodes)
