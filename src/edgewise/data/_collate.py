"""Attributes of many graphs joined into those of one, and the places where each graph's part lies."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from edgewise.data._sparse import block_diagonal, block_of
from edgewise.errors import DataError, ShapeError

__all__ = ["Part", "check_shapes", "join", "take"]


@dataclass(frozen=True)
class Part:
    """How one attribute of many graphs was joined."""

    axis: Any
    """The axis; ``None`` for a new one in front; ``"list"``, ``"dict"`` and ``"count"`` where values are no tensors."""
    slices: Any
    """Graph ``n`` has ``slices[n]`` to ``slices[n + 1]``; of counts, ``slices[n]``."""
    increments: Tensor | None
    """What was added to each graph's values ``[graphs, *ones]``; ``None`` for nothing."""
    scalar: bool = False
    """Whether each graph has a plain number."""
    parts: Any = None
    """The parts of a dictionary or list."""

    def check(self, name: str, value: Any) -> None:
        """Check that an attribute still has the rows that it had when it was joined.

        Raises:
            DataError: It has more or fewer, so that nobody knows which graph they belong to.
        """
        if not isinstance(self.axis, int) or not isinstance(value, Tensor):
            return
        rows = int(self.slices[-1])
        if value.dim() == 0 or value.shape[self.axis] != rows:
            message = (
                f"Batch.get_example: expected {name} with the {rows} rows that it had when the batch was made, got "
                f"{list(value.shape)}. Take graphs out first, or transform them before they are joined."
            )
            raise DataError(message)


def join(name: str, values: list[Any], graphs: Sequence[Any], holders: Sequence[Any]) -> tuple[Any, Part]:
    """Return the joined attribute, and how it was joined.

    Args:
        name: Of the attribute.
        values: One a graph.
        graphs: Whose ``__cat_dim__`` and ``__inc__`` say how.
        holders: What holds the attribute in each graph.

    Raises:
        ShapeError: The values' other axes differ.
        DataError: Some are tensors, and some are not.
    """
    first = values[0]
    if name == "num_nodes":
        return sum(values), Part("count", values, None)
    if isinstance(first, Tensor):
        return _join_tensors(name, values, graphs, holders)
    if isinstance(first, bool | int | float) and all(isinstance(value, bool | int | float) for value in values):
        return _join_numbers(name, values, graphs, holders)
    if isinstance(first, dict) and all(isinstance(value, dict) and value.keys() == first.keys() for value in values):
        joined = {key: join(name, [value[key] for value in values], graphs, holders) for key in first}
        parts = {key: part for key, (_, part) in joined.items()}
        return {key: value for key, (value, _) in joined.items()}, Part("dict", [], None, parts=parts)
    return list(values), Part("list", list(range(len(values) + 1)), None)


def take(value: Any, part: Part, position: int) -> Any:
    """Return one graph's part of a joined attribute."""
    if part.axis == "count":
        return part.slices[position]
    if part.axis == "list":
        return value[position]
    if part.axis == "dict":
        return {key: take(value[key], part.parts[key], position) for key in part.parts}
    if isinstance(part.axis, tuple):
        return block_of(value, part.slices[position], part.slices[position + 1])
    if part.axis is None or part.scalar:
        found = value[position]
    else:
        start, end = int(part.slices[position]), int(part.slices[position + 1])
        found = value.narrow(part.axis, start, end - start)
    if part.increments is not None:
        found = found - part.increments[position].to(found.device)
    return found.item() if part.scalar else found


def _join_tensors(name: str, values: list[Any], graphs: Sequence[Any], holders: Sequence[Any]) -> tuple[Any, Part]:
    other = next((n for n, value in enumerate(values) if not isinstance(value, Tensor)), None)
    if other is not None:
        message = (
            f"Batch: expected {name} to be a tensor in every graph, got {type(values[other]).__name__} in graph "
            f"{other}. Set it to a tensor there, or pass exclude_keys=[{name!r}]."
        )
        raise DataError(message)
    axis = graphs[0].__cat_dim__(name, values[0], holders[0])
    increments = _increments(name, values, graphs, holders)
    if isinstance(axis, tuple):
        joined, slices = block_diagonal(values)
        return joined, Part(axis, slices, None)
    if axis is None or values[0].dim() == 0:
        check_shapes(name, values, None)
        joined = torch.stack(values)
        if increments is not None:
            joined = joined + _fitted(increments, joined, 0).to(joined.dtype)
        return joined, Part(None, list(range(len(values) + 1)), increments)
    try:
        joined = torch.cat(values, dim=axis)
    except RuntimeError:  # asked for the reason only then: the check takes as long as the joining
        check_shapes(name, values, axis % values[0].dim())
        raise
    sizes = torch.tensor([value.shape[axis] for value in values])
    if increments is not None:
        each = _fitted(increments, joined, axis).repeat_interleave(sizes, dim=0).to(joined)
        joined = joined + each.movedim(0, axis % joined.dim())
    return joined, Part(axis, [0, *sizes.cumsum(0).tolist()], increments)


def _join_numbers(name: str, values: list[Any], graphs: Sequence[Any], holders: Sequence[Any]) -> tuple[Any, Part]:
    increments = _increments(name, values, graphs, holders)
    joined = torch.tensor(values, dtype=torch.get_default_dtype() if isinstance(values[0], float) else None)
    joined = joined if increments is None else joined + increments.reshape(-1)
    return joined, Part(0, list(range(len(values) + 1)), increments, scalar=True)


def _increments(name: str, values: list[Any], graphs: Sequence[Any], holders: Sequence[Any]) -> Tensor | None:
    """What the graphs before each one add up to; ``None`` if they add nothing."""
    found = [graph.__inc__(name, value, holder) for graph, value, holder in zip(graphs, values, holders, strict=True)]
    if all(isinstance(one, int) for one in found):
        if not any(found):
            return None
        each = torch.tensor(found)
    else:
        each = torch.stack([torch.as_tensor(one) for one in found])
    return each.cumsum(0) - each


def _fitted(increments: Tensor, joined: Tensor, axis: int) -> Tensor:
    """Increments of each graph, with an axis of one for the rows and the rest as wide as the values ask."""
    if increments.dim() == 1:
        return increments.reshape(-1, *[1] * (joined.dim() - 1))
    moved = increments.movedim(1 + axis % joined.dim(), 1) if increments.dim() == 1 + joined.dim() else increments
    return moved.squeeze(1) if moved.dim() > joined.dim() else moved


def check_shapes(name: str, values: list[Tensor], axis: int | None) -> None:
    """Check that values of all graphs can be joined along an axis; ``None`` for a new one.

    Raises:
        ShapeError: They cannot: some other axis differs.
    """

    def other_axes(value: Tensor) -> list[int]:
        return [size for n, size in enumerate(value.shape) if n != axis]

    expected = other_axes(values[0])
    for position, value in enumerate(values):
        if value.dim() != values[0].dim() or other_axes(value) != expected:
            message = (
                f"Batch: expected {name} of the same width in every graph, got {list(values[0].shape)} in graph 0 and "
                f"{list(value.shape)} in graph {position}. Pad it, or pass exclude_keys=[{name!r}]."
            )
            raise ShapeError(message)
