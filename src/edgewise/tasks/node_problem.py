"""Checks at the task's door: data in, tensors that are safe to train on out. Nothing here trains.

What any graph must satisfy is ``Data.validate``'s business; here is what node classification asks beyond that.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import torch
from torch import nn

from edgewise._typing import Bool, Float, Int, Tensor
from edgewise.data import Data
from edgewise.data.splits import NodeSplit
from edgewise.errors import DataError, DTypeError, ShapeError
from edgewise.tasks.calling import call_model, evaluate, extra_names, hidden_of
from edgewise.tasks.loop import Outputs, Picture, first_output
from edgewise.tasks.targets import Classes, Labels, Numbers, Target, check_numbers, class_weights, yes_or_no

__all__ = ["NodeProblem", "check_inputs", "node_problem", "scored_mask"]


@dataclass(kw_only=True)
class NodeProblem:
    """A checked problem on the nodes of one graph: full graph, labels and masks. See :class:`~tasks.loop.Problem`."""

    data: Data
    """With ``x`` and ``edge_index`` that a model can take."""
    y: Tensor
    """Classes ``[nodes]``, or labels or numbers ``[nodes, width]``."""
    train_mask: Bool[Tensor, " nodes"]
    val_mask: Bool[Tensor, " nodes"] | None
    test_mask: Bool[Tensor, " nodes"]
    """The nodes that count for the score; see :func:`scored_mask`."""
    target: Target
    _names: tuple[str, ...] | None = field(init=False, default=())

    def __post_init__(self) -> None:
        self._train = self.train_mask.nonzero().squeeze(1)
        self._train_y = self.y[self._train]

    @property
    def x(self) -> Float[Tensor, "nodes in"]:
        """Node features."""
        x: Tensor = self.data.x
        return x

    @property
    def device(self) -> torch.device:
        """Where it is computed."""
        return self.x.device

    @property
    def dtype(self) -> torch.dtype:
        """Of the features."""
        return self.x.dtype

    @property
    def has_validation(self) -> bool:
        """Whether there are nodes to choose the epoch by."""
        return self.val_mask is not None

    def check(self, model: nn.Module) -> int:
        """Call the model once; return how wide its output is.

        Raises:
            ShapeError: It does not return one row a node, wide enough for the labels.
        """
        self._names = extra_names(model, self.data)
        out, nodes, width = evaluate(model, self.data, self._names), len(self.x), self.target.width
        what = "class scores" if self.target.kind == "classes" else "outputs"
        if not isinstance(out, Tensor) or out.dim() != 2 or len(out) != nodes:
            got = list(out.shape) if isinstance(out, Tensor) else type(out).__name__
            raise ShapeError(
                f"fit: expected model(x, edge_index) to return {what} [{nodes}, {width}], got {got}. "
                "Return one row per node, alone or first in a tuple."
            )
        if out.shape[1] < width or (out.shape[1] != width and self.target.kind != "classes"):
            one = "one per class" if self.target.kind == "classes" else "one per label"
            raise ShapeError(
                f"fit: expected a model with {width} outputs, {one}, got {out.shape[1]}. "
                f"Give its last layer {width} outputs."
            )
        return out.shape[1]

    def batches(self) -> Iterator[Data]:
        """Yield the graph, whole."""
        yield self.data

    def learn(self, model: nn.Module, batch: Data) -> tuple[Tensor, Tensor]:
        """Return outputs and labels of the training nodes."""
        out = first_output(call_model(model, batch, self._names))
        return out.index_select(0, self._train), self._train_y

    def outputs(self, model: nn.Module) -> Outputs:
        """Return what the model says of every node, and of each part."""
        out = evaluate(model, self.data, self._names)
        parts = {"test": (out[self.test_mask], self.y[self.test_mask])}
        if self.val_mask is not None:
            parts["val"] = (out[self.val_mask], self.y[self.val_mask])
        return Outputs(parts, out)

    def picture(self, model: nn.Module, outputs: Outputs) -> Picture | None:
        """Return the nodes as the model sees them."""
        out: Tensor = outputs.everything
        prediction = out.argmax(1) if self.target.kind == "classes" else out.new_zeros(len(out), dtype=torch.long)
        return Picture(hidden_of(model, self.data, self._names), prediction)

    def contents(self) -> Iterator[tuple[str, Tensor]]:
        """Yield every tensor that the result depends on."""
        for name in ("x", "edge_index", "edge_weight", "edge_attr"):
            if getattr(self.data, name, None) is not None:
                yield name, getattr(self.data, name)
        for name in ("y", "train_mask", "val_mask", "test_mask"):
            if getattr(self, name) is not None:
                yield name, getattr(self, name)


def node_problem(
    data: Data, function: str = "fit", *, numbers: bool = False, class_weight: str | Sequence[float] | None = None
) -> NodeProblem:
    """Check data and take from it what training needs.

    Args:
        data: The graph.
        function: Named in errors.
        numbers: Learn ``data.y`` as numbers; otherwise as classes, or as yes-or-no labels where it has columns.
        class_weight: What an example of each class counts in the loss; ``"balanced"`` lets every class count the same.

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
    check_inputs(data, function)
    y = _values(data, function) if numbers else _labels(data, function)
    train_mask = _mask(data, "train_mask", function)
    if train_mask is None:
        raise DataError(
            f"{function}: expected data.train_mask, got none. "
            "Mark the nodes to learn from: data.train_mask = a boolean tensor [nodes]."
        )
    target = _target(data, y, train_mask, function, numbers=numbers, class_weight=class_weight)
    known = target.known(y)
    val_mask = _mask(data, "val_mask", function)
    return NodeProblem(
        data=data,
        y=y,
        train_mask=_with_labels(train_mask & known, "train_mask", function),
        val_mask=None if val_mask is None else _with_labels(val_mask & known, "val_mask", function),
        test_mask=scored_mask(data, function) & known,
        target=target,
    )


def _with_labels(mask: Tensor, name: str, function: str) -> Tensor:
    if not mask.any():
        raise DataError(f"{function}: expected labels in data.{name}, got none that is known. Mark labelled nodes.")
    return mask


def _target(
    data: Data, y: Tensor, train: Tensor, function: str, *, numbers: bool, class_weight: str | Sequence[float] | None
) -> Target:
    if numbers:
        return Numbers.of(y[train])
    if y.dim() == 2:
        return Labels(y.shape[1], class_weights(class_weight, y[train], y.shape[1], function))
    count = _num_classes(data, y, function)
    return Classes(count, class_weights(class_weight, y[train], count, function))


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
    if not isinstance(data, Data):
        raise DTypeError(f"{function}: expected a graph, got {type(data).__name__}. Pass a Data with x and edge_index.")
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
    y: Tensor = data.y
    scored = ~y.reshape(len(y), -1).isnan().all(1) if y.is_floating_point() else (y >= 0).reshape(len(y), -1).all(1)
    for name in ("train_mask", "val_mask"):
        mask = _mask(data, name, function)
        if mask is not None:
            scored = scored & ~mask
    return scored


def _labels(data: Data, function: str) -> Tensor:
    y: Tensor | None = data.y
    if y is None:
        raise DataError(f"{function}: expected labels data.y, got none. Give one class per node, -1 where unknown.")
    if y.dim() == 2 and y.shape[0] == data.num_nodes and y.shape[1] > 1:
        return yes_or_no(y, function)
    if y.is_floating_point() or y.is_complex() or y.dtype == torch.bool:
        raise DTypeError(f"{function}: expected integer labels data.y, got {y.dtype}. Use data.y = data.y.long().")
    if list(y.shape) != [data.num_nodes]:
        raise ShapeError(
            f"{function}: expected labels data.y [{data.num_nodes}], got {list(y.shape)}. Give one per node."
        )
    return y.long()


def _values(data: Data, function: str) -> Float[Tensor, "nodes numbers"]:
    y: Tensor | None = data.y
    if y is None:
        raise DataError(f"{function}: expected numbers data.y, got none. Give one per node, NaN where unknown.")
    if y.dim() == 0 or len(y) != data.num_nodes:
        raise ShapeError(
            f"{function}: expected numbers data.y [{data.num_nodes}], got {list(y.shape)}. Give one per node."
        )
    return check_numbers(y, function)


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
