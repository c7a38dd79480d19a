"""A split of the nodes of one graph."""

from collections.abc import Iterable
from typing import Any

import torch

from edgewise._typing import Tensor
from edgewise.data.splits._parts import PARTS, Split, first, pairs_of_parts
from edgewise.errors import DataError, DTypeError, NodeIndexError, ShapeError

__all__ = ["NodeSplit"]


class NodeSplit(Split):
    """Which nodes are learnt from, chosen by and scored on.

    Args:
        parts: Three boolean masks ``[nodes]`` (or ``[nodes, splits]`` for several splits), or three tensors of node
            numbers. ``None`` for a part that there is not.

    Raises:
        ArgumentError: There are not three parts.

    Example:
        >>> train, val, test = NodeSplit((torch.tensor([0, 1]), torch.tensor([2]), torch.tensor([3]))).check()
        >>> test.tolist()
        [3]
    """

    def __new__(cls, parts: Iterable[Tensor | None]) -> "NodeSplit":
        """Make a split of three masks, or of three tensors of nodes."""
        return Split.__new__(cls, parts)  # type: ignore[return-value]

    @classmethod
    def of(cls, data: Any) -> "NodeSplit":
        """Take the split from ``train_mask``, ``val_mask`` and ``test_mask`` of a graph or of a node type.

        Example:
            >>> from edgewise.data import Data
            >>> NodeSplit.of(Data(train_mask=torch.tensor([True, False]))).val is None
            True
        """
        return cls(data[f"{name}_mask"] for name in PARTS)

    def check(self, function: str = "NodeSplit.check") -> "NodeSplit":
        """Check that no part is empty and no node is in two; returns the split.

        Args:
            function: Named in the error.

        Raises:
            DataError: A node is in two parts, or a part has none.
            ShapeError: Masks are not of one shape.
            DTypeError: A part is neither boolean nor integer.
            NodeIndexError: A node below 0.

        Cost: one pass over the masks.

        Example:
            >>> NodeSplit((torch.tensor([0, 1]), torch.tensor([1]), None)).check()
            Traceback (most recent call last):
              ...
            edgewise.errors.DataError: NodeSplit.check: expected every node in one part, got node 1 in train and val...
        """
        masks = self._masks(function)
        for name, mask in masks.items():
            empty = ~mask.any(0)
            if bool(empty.any()):
                message = (
                    f"{function}: expected {self._called(name)} to select at least one node, got none of {len(mask)}"
                    f"{_column(mask, first(empty))}. Set some of it to True, or leave it out."
                )
                raise DataError(message)
        for one, other in pairs_of_parts():
            earlier, later = PARTS[one], PARTS[other]
            if earlier in masks and later in masks:
                self._refuse_shared(masks, earlier, later, function)
        return self

    def _refuse_shared(self, masks: dict[str, Tensor], earlier: str, later: str, function: str) -> None:
        nodes = min(len(masks[earlier]), len(masks[later]))
        shared = (masks[earlier][:nodes] & masks[later][:nodes]).nonzero()
        if not len(shared):
            return
        node, split = shared[0].tolist()
        one, other = self._called(earlier), self._called(later)
        repair = f"{other} &= ~{one}" if other.endswith("_mask") and one.endswith("_mask") else f"drop it from {other}"
        message = (
            f"{function}: expected every node in one part, got node {node} in {one} and {other}"
            f"{_column(masks[later], split)} ({len(shared)} such node{'s' if len(shared) > 1 else ''}). "
            f"Take it out of one: {repair}."
        )
        raise DataError(message)

    def _called(self, name: str) -> str:
        """What errors call a part: masks by the name that they have in a graph."""
        return f"{name}_mask" if self[PARTS.index(name)].dtype == torch.bool else name

    def _masks(self, function: str) -> dict[str, Tensor]:
        """Each part that there is as ``[nodes, splits]``."""
        parts = {name: part for name, part in zip(PARTS, self, strict=True) if part is not None}
        for name, part in parts.items():
            if part.is_floating_point() or part.is_complex():
                kind = str(part.dtype).removeprefix("torch.")
                message = f"{function}: expected {name} as a mask or node numbers, got {kind}. Use {name}.bool()."
                raise DTypeError(message)
        shapes = {name: list(part.shape) for name, part in parts.items() if part.dtype == torch.bool}
        for name, shape in shapes.items():
            expected = next(iter(shapes.values()))
            if shape != expected or not 1 <= len(shape) <= 2:
                message = (
                    f"{function}: expected masks of one shape [nodes] or [nodes, splits], got {shape} for {name} and "
                    f"{expected} for {next(iter(shapes))}. Give every node a value."
                )
                raise ShapeError(message)
        nodes = [shape[0] for shape in shapes.values()]
        nodes += [int(p.max()) + 1 for p in parts.values() if p.dtype != torch.bool and p.numel()]
        return {name: _as_mask(part, max(nodes, default=0), name, function) for name, part in parts.items()}


def _as_mask(part: Tensor, nodes: int, name: str, function: str) -> Tensor:
    if part.dtype == torch.bool:
        return part.reshape(part.shape[0], -1)
    if bool((part < 0).any()):
        at = int(part.flatten()[first((part < 0).flatten())])
        message = f"{function}: expected node numbers of 0 or more in {name}, got {at}. Number nodes from 0."
        raise NodeIndexError(message)
    mask = torch.zeros(nodes, 1, dtype=torch.bool, device=part.device)
    mask[part.long().flatten()] = True
    return mask


def _column(mask: Tensor, split: int) -> str:
    return f" of split {split}" if mask.shape[1] > 1 else ""
