"""Checks at the door of tasks on many graphs: datasets in, batches that are safe to train on out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import nn

from edgewise._typing import Tensor
from edgewise.data import Data, Dataset, PackedDataset
from edgewise.data.splits import GraphSplit
from edgewise.errors import DataError, DTypeError, NodeIndexError, ShapeError
from edgewise.loader import DataLoader
from edgewise.tasks.calling import call_model, evaluate, extra_names
from edgewise.tasks.loop import Outputs, Picture, first_output
from edgewise.tasks.targets import Target, target_of

__all__ = [
    "GraphProblem",
    "as_dataset",
    "check_graph",
    "checked",
    "columns_of",
    "graph_problem",
    "in_order",
    "labels_of",
]

_EVALUATED_AT_ONCE = 512


@dataclass(kw_only=True)
class GraphProblem:
    """A checked problem on many graphs that have labels. See :class:`~edgewise.tasks.loop.Problem`."""

    train: Dataset
    val: Dataset | None
    test: Dataset | None
    target: Target
    batch_size: int
    _names: tuple[str, ...] | None = field(init=False, default=())

    @property
    def device(self) -> torch.device:
        """Where it is computed."""
        device: torch.device = self.train[0].x.device
        return device

    @property
    def dtype(self) -> torch.dtype:
        """Of floating features; columns of whole numbers are embedded in float32."""
        dtype: torch.dtype = self.train[0].x.dtype
        return dtype if dtype.is_floating_point else torch.float32

    @property
    def has_validation(self) -> bool:
        """Whether there are graphs to choose the epoch by."""
        return self.val is not None

    def check(self, model: nn.Module) -> int:
        """Call the model on a few graphs; return how wide its output is.

        Raises:
            ShapeError: It does not return one row a graph, as wide as the labels.
        """
        batch = next(iter(in_order(self.train, 2)))
        self._names = extra_names(model, batch)
        out, width = evaluate(model, batch, self._names), self.target.width
        if not isinstance(out, Tensor) or out.dim() != 2 or out.shape[0] != batch.num_graphs or out.shape[1] != width:
            got = list(out.shape) if isinstance(out, Tensor) else type(out).__name__
            raise ShapeError(
                f"fit: expected the model to return [graphs, outputs] = [{batch.num_graphs}, {width}], got {got}. "
                "Pool the nodes of each graph (global_mean_pool), and give the last layer that many outputs."
            )
        return width

    def batches(self) -> Iterator[Any]:
        """Yield batches in a new order."""
        yield from DataLoader(self.train, batch_size=self.batch_size, shuffle=True)

    def learn(self, model: nn.Module, batch: Any) -> tuple[Tensor, Tensor]:
        """Return outputs and labels of the graphs of a batch."""
        return first_output(call_model(model, batch, self._names)), form_of(batch.y, self.target)

    def outputs(self, model: nn.Module) -> Outputs:
        """Return what the model says of the graphs that are not learnt from."""
        parts = {"val": self.val, "test": self.test}
        return Outputs({name: self.answers(model, part) for name, part in parts.items() if part is not None})

    def answers(self, model: nn.Module, part: Dataset) -> tuple[Tensor, Tensor]:
        """Return outputs and labels of a part."""
        outs, ys = [], []
        for batch in in_order(part):
            outs.append(evaluate(model, batch, self._names))
            ys.append(form_of(batch.y, self.target))
        return torch.cat(outs), torch.cat(ys)

    def picture(self, model: nn.Module, outputs: Outputs) -> Picture | None:
        """Return nothing: there is no one graph to draw over epochs."""
        return None

    def contents(self) -> Iterator[tuple[str, Tensor]]:
        """Yield every tensor of every graph, in batches."""
        for name, part in (("train", self.train), ("val", self.val), ("test", self.test)):
            for number, batch in enumerate([] if part is None else in_order(part)):
                for key, value in batch.to_dict().items():
                    if isinstance(value, Tensor):
                        yield f"{name}/{number}/{key}", value


def graph_problem(
    train: Any,
    val: Any = None,
    test: Any = None,
    *,
    numbers: bool,
    batch_size: int,
    class_weight: str | Sequence[float] | None = None,
    function: str = "fit",
) -> GraphProblem:
    """Check graphs and take from them what training needs.

    Args:
        train: A dataset or a list of graphs, or a :class:`~edgewise.data.splits.GraphSplit`, which has all three parts.
        val: Graphs to choose the epoch by.
        test: Graphs to score on.
        numbers: Learn ``y`` as numbers; otherwise as classes (integers) or yes-or-no labels (0, 1 and NaN).
        batch_size: Graphs a step.
        class_weight: What an example of each class counts in the loss.
        function: Named in errors.

    Raises:
        DataError: No graphs, no labels, a graph in two parts, features not finite, or a class seen only in test.
        NodeIndexError: An edge names a node that its graph has not.
        DTypeError: Something else than graphs.

    Cost: one pass over the graphs.
    """
    if isinstance(train, GraphSplit):
        train, val, test = train.check()
    given = {"train": train, "val": val, "test": test}
    parts = {name: as_dataset(x, function) for name, x in given.items() if name == "train" or x is not None}
    check_graph(parts["train"][0], function)
    labels = {name: labels_of(part, function, f" of {name}") for name, part in parts.items()}
    target = target_of(labels["train"], function, "y", numbers=numbers, class_weight=class_weight)
    for name, y in labels.items():
        if name != "train":
            _check_seen(y, target, name, function)
        known = target.known(form_of(y, target))
        if not known.all():
            parts[name] = parts[name][known.nonzero().squeeze(1)]
    if not len(parts["train"]):
        raise DataError(f"{function}: expected labels in y, got none that is known. Label some graphs.")
    val, test = (parts[name] if name in parts and len(parts[name]) else None for name in ("val", "test"))
    return GraphProblem(train=parts["train"], val=val, test=test, target=target, batch_size=batch_size)


def in_order(dataset: Dataset, batch_size: int = _EVALUATED_AT_ONCE) -> DataLoader:
    """Return batches in the order of the dataset. torch's loader draws a seed even then: not from what trains."""
    return DataLoader(dataset, batch_size, generator=torch.Generator())


def checked(dataset: Dataset, function: str, part: str = "") -> Iterator[Any]:
    """Yield batches in order whose features are finite and whose edges stay inside their graph.

    A node number that is too large would be a node of the next graph in a batch: nothing would fail, all be wrong.

    Raises:
        DataError: A feature is not finite.
        NodeIndexError: An edge names a node that its graph has not.
    """
    batches = DataLoader(dataset, _EVALUATED_AT_ONCE, follow_batch=["edge_index"], generator=torch.Generator())
    for number, batch in enumerate(batches):
        _check_batch(batch, number * _EVALUATED_AT_ONCE, function, part)
        yield batch


def _check_batch(batch: Any, start: int, function: str, part: str) -> None:
    x, ptr, edge_index, owner = batch.x, batch.ptr, batch.edge_index, batch.edge_index_batch
    if x.is_floating_point() and not x.isfinite().all():
        node, feature = (int(place) for place in (~x.reshape(len(x), -1).isfinite()).nonzero()[0])
        graph = int(batch.batch[node])
        value, node = float(x.reshape(len(x), -1)[node, feature]), node - int(ptr[graph])
        raise DataError(
            f"{function}: expected finite features, got {value} in x[{node}, {feature}] of graph {start + graph}{part}."
            " Repair or drop it."
        )
    outside = (edge_index < ptr[owner]) | (edge_index >= ptr[owner + 1])
    if outside.any():
        row, edge = (int(place) for place in outside.nonzero()[0])
        graph = int(owner[edge])
        size, node = int(ptr[graph + 1] - ptr[graph]), int(edge_index[row, edge] - ptr[graph])
        raise NodeIndexError(
            f"{function}: expected nodes in 0..{size - 1}, got {node} in edge_index of graph {start + graph}{part}. "
            "Number the nodes of each graph from 0."
        )


def as_dataset(graphs: Any, function: str) -> Dataset:
    """Return graphs as a dataset whose batches are gathers; a list is packed.

    Raises:
        DataError: There is none.
        DTypeError: Something else.
    """
    if isinstance(graphs, Data):
        graphs = [graphs]
    if isinstance(graphs, Dataset):
        dataset: Dataset = graphs
    elif isinstance(graphs, Sequence) and all(isinstance(graph, Data) for graph in graphs):
        if not len(graphs):
            raise DataError(f"{function}: expected at least one graph, got none. Pass a dataset or a list of Data.")
        dataset = PackedDataset.from_list(graphs)
    else:
        kind = type(graphs).__name__
        raise DTypeError(f"{function}: expected a dataset or a list of graphs, got {kind}. Wrap them in a list.")
    if not len(dataset):
        raise DataError(f"{function}: expected at least one graph, got none. Pass a dataset that has some.")
    return dataset


def check_graph(graph: Any, function: str, width: int | None = None) -> None:
    """Check that a graph has features that a model can take.

    Raises:
        DataError: There are no features or edges.
        ShapeError: They are of another width than the fitted ones.
    """
    for name in ("x", "edge_index"):
        if getattr(graph, name, None) is None:
            repair = "Use transforms.Constant()" if name == "x" else "An empty one has shape [2, 0]"
            raise DataError(f"{function}: expected graphs with {name}, got one without. {repair}.")
    if width is not None and graph.x.shape[-1] != width:
        raise ShapeError(
            f"{function}: expected graphs with {width} node features, as fitted, got {graph.x.shape[-1]}. "
            "Prepare them as those that were fitted."
        )


def columns_of(dataset: Dataset, name: str) -> int | list[int]:
    """The width of floating features; how many values each column has, of whole numbers."""
    first = getattr(dataset[0], name, None)
    if first is None:
        return 0
    if first.is_floating_point() or first.dim() < 2:
        return int(first.shape[-1]) if first.dim() > 1 else 1
    largest = [getattr(batch, name).amax(0) for batch in in_order(dataset) if len(getattr(batch, name))]
    most = torch.stack(largest).amax(0) if largest else first.new_zeros(first.shape[1])
    return [int(value) + 1 for value in most]


def labels_of(dataset: Dataset, function: str, part: str = "") -> Tensor:
    """Return the labels of all graphs, one row each, and check the graphs on the way: see :func:`checked`.

    Raises:
        DataError: A graph has none, or more than one row of them.
    """
    rows = []
    for batch in checked(dataset, function, part):
        y = getattr(batch, "y", None)
        if y is None:
            raise DataError(f"{function}: expected a label y in every graph, got none. Set data.y.")
        y = torch.as_tensor(y)
        if y.shape[:1] != (batch.num_graphs,):
            raise DataError(
                f"{function}: expected one row of y a graph, got {list(y.shape)} for {batch.num_graphs} graphs. "
                "Several labels of one graph are a row: shape [1, labels]."
            )
        rows.append(y)
    return torch.cat(rows)


def form_of(y: Tensor, target: Target) -> Tensor:
    """Labels in the form that the target learns: ``[graphs]`` of classes, else ``[graphs, width]``."""
    return y.reshape(-1).long() if target.kind == "classes" else y.reshape(len(y), -1).float()


def _check_seen(y: Tensor, target: Target, name: str, function: str) -> None:
    if target.kind == "classes" and y.numel() and int(y.max()) >= target.width:
        raise DataError(
            f"{function}: expected classes that were learnt from, 0 to {target.width - 1}, got {int(y.max())} in graph "
            f"{int(y.reshape(-1).argmax())} of {name}. Split so that every class is in train (stratify)."
        )
    if target.kind != "classes" and y.reshape(len(y), -1).shape[1] != target.width:
        raise ShapeError(
            f"{function}: expected {target.width} labels a graph, as in train, got {y.reshape(len(y), -1).shape[1]} in "
            f"{name}. Give every part the same labels."
        )
