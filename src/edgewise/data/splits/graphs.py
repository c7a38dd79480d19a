"""A split of many graphs: at random, or with the same share of each class in every part; and k folds."""

from collections.abc import Iterable, Sequence
from typing import Any

import torch

from edgewise._typing import Tensor
from edgewise.data.dataset import Dataset
from edgewise.data.splits._parts import PARTS, Split, check_shares, first, pairs_of_parts
from edgewise.errors import ArgumentError, DataError, DTypeError, ShapeError

__all__ = ["GraphSplit", "class_of_each", "k_folds", "random_split", "take"]


class GraphSplit(Split):
    """Graphs to learn from, to choose by and to score on.

    Unpacks into three parts of what was split: datasets of a ``Dataset``, else lists. ``indices`` holds where each
    part's graphs were.

    Args:
        dataset: A ``Dataset``, or a sequence.
        indices: Three tensors of positions in it.

    Raises:
        ArgumentError: There are not three.

    Example:
        >>> train, val, test = GraphSplit(["a", "b", "c", "d"], [torch.tensor(i) for i in ([0, 2], [3], [1])]).check()
        >>> train, val, test
        (['a', 'c'], ['d'], ['b'])
    """

    indices: tuple[Tensor, Tensor, Tensor]

    def __new__(cls, dataset: Any, indices: Iterable[Tensor]) -> "GraphSplit":
        """Make a split of what stands at some positions."""
        found = tuple(indices)
        out: GraphSplit = Split.__new__(cls, [take(dataset, index) for index in found])  # type: ignore[assignment]
        out.indices = found  # type: ignore[assignment]
        return out

    def check(self) -> "GraphSplit":
        """Check that no graph is in two parts, and none twice in one; returns the split.

        Raises:
            DataError: One is.

        Cost: a sort of the positions.

        Example:
            >>> GraphSplit("abc", [torch.tensor(i) for i in ([0, 1], [1], [2])]).check()
            Traceback (most recent call last):
              ...
            edgewise.errors.DataError: GraphSplit.check: expected every graph in one part, got graph 1 in train and...
        """
        name = type(self).__name__
        for part, index in zip(PARTS, self.indices, strict=True):
            values, counts = index.unique(return_counts=True)
            if bool((counts > 1).any()):
                graph = int(values[first(counts > 1)])
                message = f"{name}.check: expected every graph once, got graph {graph} twice in {part}. Keep one."
                raise DataError(message)
        for one, other in pairs_of_parts():
            shared = self.indices[other][torch.isin(self.indices[other], self.indices[one])]
            if len(shared):
                message = (
                    f"{name}.check: expected every graph in one part, got graph {int(shared[0])} in {PARTS[one]} and "
                    f"{PARTS[other]}. Take it out of one."
                )
                raise DataError(message)
        return self


def random_split(
    dataset: Any,
    frac_train: float = 0.8,
    frac_val: float = 0.1,
    *,
    stratify: str | Tensor | Sequence[int] | None = None,
    generator: torch.Generator | None = None,
) -> GraphSplit:
    """Part graphs at random; what ``frac_train`` and ``frac_val`` leave goes to test.

    Args:
        dataset: A ``Dataset``, or a sequence of graphs.
        frac_train: Share of graphs for train.
        frac_val: Share of graphs for val.
        stratify: The class of each graph, or the name of the attribute that holds it: every part then gets the same
            share of each class, as nearly as whole graphs allow.
        generator: Draws the order. Default: torch's own.

    Raises:
        ArgumentError: Shares that are no shares.
        DataError: A part that has a share gets no graph; or a graph has no class.

    Example:
        >>> split = random_split(range(10), 0.6, 0.2, stratify=[0, 1] * 5)
        >>> [len(part) for part in split], sorted(graph % 2 for graph in split.test)
        ([6, 2, 2], [0, 1])
    """
    caller = "random_split"
    check_shares(frac_train, frac_val, ("frac_train", "frac_val"), caller)
    count = len(dataset)
    num_train = round(count * frac_train)
    num_val = min(round(count * frac_val), count - num_train)
    if frac_train + frac_val > 1 - 1e-9:
        num_val = count - num_train
    num_test = count - num_train - num_val
    shares = (frac_train, frac_val, 1 - frac_train - frac_val)
    check_filled([num_train, num_val, num_test], shares, count, caller)
    order = _by_class(dataset, stratify, generator, caller)
    in_test = _spread(len(order), num_test, generator)
    rest = order[~in_test]
    in_val = _spread(len(rest), num_val, generator)
    return GraphSplit(dataset, [rest[~in_val].sort().values, rest[in_val].sort().values, order[in_test].sort().values])


def k_folds(
    dataset: Any,
    k: int = 10,
    *,
    stratify: str | Tensor | Sequence[int] | None = "y",
    generator: torch.Generator | None = None,
) -> list[GraphSplit]:
    """Part graphs into ``k`` folds; in split ``i`` test is fold ``i``, val the fold after it, and train the rest.

    Args:
        dataset: A ``Dataset``, or a sequence of graphs.
        k: How many folds, at least 3.
        stratify: The class of each graph, or the name of the attribute that holds it: every fold then gets the same
            share of each class, within one graph. ``None`` parts at random.
        generator: Draws the order. Default: torch's own.

    Raises:
        ArgumentError: ``k`` below 3.
        DataError: There are fewer graphs than folds; or a graph has no class.

    Example:
        >>> splits = k_folds(range(9), k=3, stratify=None)
        >>> sorted(graph for split in splits for graph in split.test)
        [0, 1, 2, 3, 4, 5, 6, 7, 8]
    """
    caller = "k_folds"
    if k < len(PARTS):
        message = f"{caller}: expected k of at least 3, one fold for each part, got {k}. Raise it."
        raise ArgumentError(message)
    if len(dataset) < k:
        message = f"{caller}: expected at least k = {k} graphs, got {len(dataset)}. Lower k."
        raise DataError(message)
    order = _by_class(dataset, stratify, generator, caller)
    fold = torch.empty_like(order)
    fold[order] = torch.arange(len(order)) % k
    splits = []
    for test in range(k):
        val = (test + 1) % k
        masks = ((fold != test) & (fold != val), fold == val, fold == test)
        splits.append(GraphSplit(dataset, [mask.nonzero().flatten() for mask in masks]))
    return splits


def take(dataset: Any, index: Tensor) -> Any:
    """Return what stands at some positions: a dataset of a dataset, else a list.

    Example:
        >>> take("abc", torch.tensor([2, 0]))
        ['c', 'a']
    """
    return dataset[index] if isinstance(dataset, Dataset) else [dataset[i] for i in index.tolist()]


def check_filled(sizes: list[int], shares: Sequence[float], count: int, caller: str) -> None:
    """Check that every part that should have graphs has some.

    Raises:
        DataError: One has none.
    """
    for name, size, share in zip(PARTS, sizes, shares, strict=True):
        if share > 1e-9 and size == 0:
            message = (
                f"{caller}: expected a graph for {name}, got none: {share:.3g} of {count} graphs is too few. "
                f"Give {name} a larger share."
            )
            raise DataError(message)


def class_of_each(dataset: Any, stratify: str | Tensor | Sequence[int], caller: str) -> Tensor:
    """Return the class of each graph.

    Raises:
        DataError: A graph has none, or has several.
        DTypeError: Classes are not whole numbers.
        ShapeError: There are not as many as graphs.
    """
    if isinstance(stratify, str):
        found = []
        for position in range(len(dataset)):
            value = getattr(dataset[position], stratify, None)
            if value is None or torch.as_tensor(value).numel() != 1:
                got = "none" if value is None else f"{torch.as_tensor(value).numel()} values"
                message = (
                    f"{caller}: expected one class for each graph in {stratify}, got {got} in graph {position}. "
                    "Pass stratify=None, or classes."
                )
                raise DataError(message)
            found.append(torch.as_tensor(value).reshape(()))
        classes = torch.stack(found) if found else torch.zeros(0, dtype=torch.int64)
    else:
        classes = torch.as_tensor(stratify)
    if list(classes.shape) != [len(dataset)]:
        message = f"{caller}: expected stratify [{len(dataset)}], got {list(classes.shape)}. Give each graph a class."
        raise ShapeError(message)
    if classes.is_floating_point() and not bool((classes == classes.round()).all()):
        value = float(classes[first(classes != classes.round())])
        message = f"{caller}: expected classes to stratify by, got {value:g}. Pass stratify=None for a regression."
        raise DTypeError(message)
    return classes


def _by_class(dataset: Any, stratify: Any, generator: torch.Generator | None, caller: str) -> Tensor:
    """All positions, class after class, each class in random order."""
    order = torch.randperm(len(dataset), generator=generator)
    if stratify is None:
        return order
    return order[class_of_each(dataset, stratify, caller)[order].sort(stable=True).indices]


def _spread(count: int, chosen: int, generator: torch.Generator | None) -> Tensor:
    """``chosen`` of ``count`` positions at equal distances: every stretch has its share within one.

    The first is drawn, so that every position is as likely as any other.
    """
    offset = torch.randint(max(count, 1), (), generator=generator)
    steps = (torch.arange(count + 1) * chosen + offset) // max(count, 1)
    return steps[1:] > steps[:-1]
