"""Checks at the task's door: data in, tensors that are safe to train on out. Nothing here trains.

What any graph must satisfy is ``Data.validate``'s business; here is what node classification asks beyond that.
"""

from dataclasses import dataclass

import torch

from edgewise._typing import Bool, EdgeIndex, Float, Int, Tensor
from edgewise.data import Data
from edgewise.data.splits import NodeSplit
from edgewise.errors import DataError, DTypeError, ShapeError

__all__ = ["NodeProblem", "check_inputs", "node_problem", "scored_mask"]


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
        DataError: No labels, no training mask, a mask that selects nothing, a node in two masks, labels out of range,
            features not finite.
        ShapeError: A mask or the labels are not one per node.
        DTypeError: Labels are not whole numbers, features not floating.

    Cost: one pass over the data.

    Example:
        >>> from edgewise.datasets import KarateClub
        >>> int(node_problem(KarateClub()[0]).test_mask.sum())
        30
    """
    NodeSplit.of(data).check(function)
    x, edge_index = check_inputs(data, function)
    y = _labels(data, function)
    train_mask = _mask(data, "train_mask", function)
    if train_mask is None:
        raise DataError(
            f"{function}: expected data.train_mask, got none. "
            "Mark the nodes to learn from: data.train_mask = a boolean tensor [nodes]."
        )
    return NodeProblem(
        x=x,
        edge_index=edge_index,
        y=y,
        train_mask=train_mask,
        val_mask=_mask(data, "val_mask", function),
        test_mask=scored_mask(data, function),
        num_classes=_num_classes(data, y, function),
    )


def check_inputs(
    data: Data, function: str, width: int | None = None
) -> tuple[Float[Tensor, "nodes in"], Int[Tensor, "2 edges"]]:
    """Return ``data.x`` and ``data.edge_index`` if a model can take them.

    Args:
        data: The graph.
        function: Named in the error.
        width: The width that the model was fitted on; ``None`` takes any.

    Raises:
        DataError: There are no features or edges, or some features are not finite.
        DTypeError: The features are not floating.
        ShapeError: They are not a dense matrix, or have another width.

    Example:
        >>> from edgewise.datasets import KarateClub
        >>> check_inputs(KarateClub()[0], "predict", width=34)[0].shape
        torch.Size([34, 34])
    """
    x, edge_index = data.x, data.edge_index
    if x is None:
        raise DataError(f"{function}: expected data.x, got none. Without features use data.x = torch.eye(num_nodes).")
    if edge_index is None:
        raise DataError(f"{function}: expected data.edge_index, got none. Build the graph with Data.from_edges.")
    if not x.is_floating_point():
        raise DTypeError(f"{function}: expected floating data.x, got {x.dtype}. Use data.x = data.x.float().")
    if x.dim() != 2 or x.layout != torch.strided:
        kind = "" if x.layout == torch.strided else " sparse"
        repair = "data.x.to_dense()" if kind else "data.x.view(num_nodes, -1)"
        raise ShapeError(
            f"{function}: expected data.x dense [nodes, features], got{kind} {list(x.shape)}. Use {repair}."
        )
    if edge_index.layout != torch.strided:
        raise ShapeError(f"{function}: expected data.edge_index [2, edges], got a sparse matrix. Use its indices().")
    if width is not None and x.shape[1] != width:
        raise ShapeError(
            f"{function}: expected data.x with {width} features, as fitted, got {x.shape[1]}. "
            "Prepare the features as those of the training graph."
        )
    data.validate()
    return x, edge_index


def scored_mask(data: Data, function: str = "score") -> Bool[Tensor, " nodes"]:
    """The nodes that count: ``test_mask``, else every labelled node that is neither in training nor validation.

    Raises:
        ShapeError: A mask is not one value per node.

    Example:
        >>> from edgewise.datasets import KarateClub
        >>> int(scored_mask(KarateClub()[0]).sum())
        30
    """
    mask = _mask(data, "test_mask", function)
    if mask is not None:
        return mask
    scored: Tensor = data.y >= 0
    for name in ("train_mask", "val_mask"):
        mask = _mask(data, name, function)
        if mask is not None:
            scored = scored & ~mask
    return scored


def _labels(data: Data, function: str) -> Int[Tensor, " nodes"]:
    y: Tensor | None = data.y
    if y is None:
        raise DataError(f"{function}: expected labels data.y, got none. Give one class per node, -1 where unknown.")
    if y.is_floating_point() or y.is_complex() or y.dtype == torch.bool:
        raise DTypeError(f"{function}: expected integer labels data.y, got {y.dtype}. Use data.y = data.y.long().")
    if list(y.shape) != [data.num_nodes]:
        raise ShapeError(
            f"{function}: expected labels data.y [{data.num_nodes}], got {list(y.shape)}. Give one per node."
        )
    return y.long()


def _num_classes(data: Data, y: Tensor, function: str) -> int:
    names = getattr(data, "class_names", None)
    largest = int(y.max())
    if names and largest >= len(names):
        raise DataError(
            f"{function}: expected labels 0 to {len(names) - 1}, one per class name, got {largest} "
            f"at node {int(y.argmax())}. Name every class in data.class_names."
        )
    return len(names) if names else largest + 1


def _mask(data: Data, name: str, function: str) -> Tensor | None:
    mask: Tensor | None = data[name]
    if mask is not None and list(mask.shape) != [data.num_nodes]:
        several = "It holds several splits: choose one column." if mask.dim() == 2 else "Give one value per node."
        raise ShapeError(f"{function}: expected data.{name} [{data.num_nodes}], got {list(mask.shape)}. {several}")
    return mask
