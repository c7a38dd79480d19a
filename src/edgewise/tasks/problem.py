"""Checks at the task's door: data in, tensors that are safe to train on out. Nothing here trains."""

from dataclasses import dataclass

import torch

from edgewise._typing import Bool, EdgeIndex, Float, Int, Tensor
from edgewise.data import Data
from edgewise.errors import DataError, DTypeError, ShapeError

__all__ = ["NodeProblem", "check_features", "node_problem", "scored_mask"]


@dataclass(frozen=True, kw_only=True)
class NodeProblem:
    """A checked node classification problem: full graph, labels and masks."""

    x: Float[Tensor, "nodes in"]
    edge_index: EdgeIndex
    y: Int[Tensor, " nodes"]
    """-1 where the label is unknown."""
    train_mask: Bool[Tensor, " nodes"]
    val_mask: Bool[Tensor, " nodes"] | None
    test_mask: Bool[Tensor, " nodes"]
    """The nodes that count for the score; see :func:`scored_mask`."""
    num_classes: int


def node_problem(data: Data, function: str = "fit") -> NodeProblem:
    """Check data and take from it what training needs.

    Raises:
        DataError: No labels, no training mask, a mask that selects nothing, labels out of range, features not finite.
        ShapeError: A mask or the labels are not one per node.
        DTypeError: Masks are not boolean, labels not whole numbers, features not floating.

    Cost: one pass over the data.

    Example:
        >>> from edgewise.datasets import KarateClub
        >>> int(node_problem(KarateClub()[0]).test_mask.sum())
        30
    """
    data.validate()
    x = check_features(data, function)
    y = _labels(data, x.shape[0], function)
    train_mask = _mask(data, "train_mask", function)
    if train_mask is None:
        raise DataError(
            f"{function}: expected data.train_mask, got none. "
            "Mark the nodes to learn from: data.train_mask = a boolean tensor [nodes]."
        )
    num_classes = _num_classes(data, y, function)
    _check_labelled("train_mask", train_mask, y, function)
    val_mask = _mask(data, "val_mask", function)
    if val_mask is not None:
        _check_labelled("val_mask", val_mask, y, function)
    test_mask = scored_mask(data, function)
    return NodeProblem(
        x=x,
        edge_index=data.edge_index,
        y=y,
        train_mask=train_mask,
        val_mask=val_mask,
        test_mask=test_mask,
        num_classes=num_classes,
    )


def check_features(data: Data, function: str, width: int | None = None) -> Float[Tensor, "nodes in"]:
    """Return ``data.x`` if a model can take it.

    Args:
        data: The graph.
        function: Named in the error.
        width: The width that the model was fitted on; ``None`` takes any.

    Raises:
        DataError: There are no features, or some are not finite.
        DTypeError: They are not floating.
        ShapeError: They are not a matrix, or have another width.

    Example:
        >>> from edgewise.datasets import KarateClub
        >>> check_features(KarateClub()[0], "predict", width=34).shape
        torch.Size([34, 34])
    """
    x, edge_index = data.x, data.edge_index
    if x is None:
        raise DataError(f"{function}: expected data.x, got none. Without features use data.x = torch.eye(num_nodes).")
    if edge_index is None:
        raise DataError(f"{function}: expected data.edge_index, got none. Build the graph with Data.from_edges.")
    if not x.is_floating_point():
        raise DTypeError(f"{function}: expected floating data.x, got {x.dtype}. Use data.x = data.x.float().")
    if x.dim() != 2:
        raise ShapeError(f"{function}: expected data.x [nodes, features], got {list(x.shape)}. Use data.x.view(-1, 1).")
    if width is not None and x.shape[1] != width:
        raise ShapeError(
            f"{function}: expected data.x with {width} features, as fitted, got {x.shape[1]}. "
            "Prepare the features as those of the training graph."
        )
    finite = torch.isfinite(x)
    if not finite.all():
        node, feature = (~finite).nonzero()[0].tolist()
        raise DataError(
            f"{function}: expected finite features, got {x[node, feature].item()} at node {node}, feature {feature} "
            f"({int((~finite).sum()):,} such values). Fill them: data.x = data.x.nan_to_num()."
        )
    return x


def scored_mask(data: Data, function: str = "score") -> Bool[Tensor, " nodes"]:
    """The nodes that count: ``test_mask``, else every labelled node that is neither in training nor validation.

    Raises:
        DataError: A test mask selects nothing or an unlabelled node.

    Example:
        >>> from edgewise.datasets import KarateClub
        >>> int(scored_mask(KarateClub()[0]).sum())
        30
    """
    mask = _mask(data, "test_mask", function)
    if mask is not None:
        _check_labelled("test_mask", mask, data.y, function)
        return mask
    labelled = data.y >= 0
    for name in ("train_mask", "val_mask"):
        mask = _mask(data, name, function)
        if mask is not None:
            labelled = labelled & ~mask
    return labelled


def _labels(data: Data, num_nodes: int, function: str) -> Int[Tensor, " nodes"]:
    y = data.y
    if y is None:
        raise DataError(f"{function}: expected labels data.y, got none. Give one class per node, -1 where unknown.")
    if y.is_floating_point() or y.dtype in (torch.bool, torch.complex64, torch.complex128):
        raise DTypeError(f"{function}: expected integer labels data.y, got {y.dtype}. Use data.y = data.y.long().")
    if list(y.shape) != [num_nodes]:
        raise ShapeError(f"{function}: expected labels data.y [{num_nodes}], got {list(y.shape)}. Give one per node.")
    return y.long()


def _num_classes(data: Data, y: Tensor, function: str) -> int:
    names = data.class_names
    num_classes = len(names) if names else int(y.max()) + 1
    wrong = ((y < -1) | (y >= num_classes)).nonzero()
    if len(wrong):
        node = int(wrong[0])
        raise DataError(
            f"{function}: expected labels 0 to {num_classes - 1}, or -1 where unknown, got {int(y[node])} "
            f"at node {node}. Number the classes from 0 without gaps."
        )
    return num_classes


def _mask(data: Data, name: str, function: str) -> Bool[Tensor, " nodes"] | None:
    mask = getattr(data, name)
    if mask is None:
        return None
    if mask.dtype != torch.bool:
        raise DTypeError(f"{function}: expected boolean data.{name}, got {mask.dtype}. Use data.{name}.bool().")
    if mask.dim() != 1 or len(mask) != data.num_nodes:
        several = " It holds several splits: choose one column." if mask.dim() == 2 else " Give one value per node."
        raise ShapeError(f"{function}: expected data.{name} [{data.num_nodes}], got {list(mask.shape)}.{several}")
    if not mask.any():
        raise DataError(
            f"{function}: expected data.{name} to select nodes, got one that selects none of {len(mask):,}. "
            "Set it to True for some, or remove it."
        )
    return mask


def _check_labelled(name: str, mask: Tensor, y: Tensor, function: str) -> None:
    unlabelled = (mask & (y < 0)).nonzero()
    if len(unlabelled):
        node = int(unlabelled[0])
        raise DataError(
            f"{function}: expected a label for every node in data.{name}, got {int(y[node])} at node {node}. "
            f"Take the node out of data.{name} or label it."
        )
