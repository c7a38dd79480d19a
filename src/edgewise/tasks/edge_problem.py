"""Checks at the door of edge classification: labels of edges, and parts of them that do not leak into each other."""

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch import nn

from edgewise._typing import Bool, Tensor
from edgewise.data import Data
from edgewise.data.validation import EDGE_MASKS
from edgewise.errors import DataError, DTypeError, ShapeError
from edgewise.tasks.calling import call_model, extra_names
from edgewise.tasks.graph_problem import form_of
from edgewise.tasks.grouped_split import draw_parts, pair_groups, shared_group
from edgewise.tasks.link_problem import PAIRS_AT_ONCE, check_embedding
from edgewise.tasks.loop import Outputs, Picture, first_output
from edgewise.tasks.node_problem import check_inputs
from edgewise.tasks.pair_head import PairHead
from edgewise.tasks.targets import Classes, Labels, Target, class_weights, target_of
from edgewise.utils import is_undirected

__all__ = [
    "EdgeModel",
    "EdgeProblem",
    "check_edges",
    "edge_labels",
    "edge_problem",
    "edges_are_undirected",
    "scored_edges",
]


class EdgeModel(nn.Module):
    """Embeds nodes, and says something of each edge from its two ends and its own features.

    Args:
        encoder: Called as ``encoder(x, edge_index)``; returns ``[nodes, width]``.
        head: What is said of a pair.

    Shape:
        z ``[nodes, width]`` · pairs ``[2, pairs]`` · edge_attr ``[pairs, in]`` → ``[pairs, out]``
    """

    def __init__(self, encoder: nn.Module, head: PairHead) -> None:
        super().__init__()
        self.encoder = encoder
        self.head = head

    def embed(self, data: Data, names: tuple[str, ...] | None) -> Tensor:
        """Return the embedding of every node."""
        z: Tensor = first_output(call_model(self.encoder, data, names))
        return z

    def say(self, data: Data, names: tuple[str, ...] | None) -> Tensor:
        """Return one row for each edge of a graph, computed some edges at a time."""
        z, pairs, attr = self.embed(data, names), data.edge_index.long(), edge_values(data)
        rows = torch.arange(pairs.shape[1], device=pairs.device).split(PAIRS_AT_ONCE)
        parts = [self.head(z, z, pairs[:, some], None if attr is None else attr[some]) for some in rows]
        return torch.cat(parts)


@dataclass(kw_only=True)
class EdgeProblem:
    """A checked problem on the edges of one graph. See :class:`~edgewise.tasks.loop.Problem`.

    All edges pass messages, those to be judged too; what is kept from the model are their labels.
    """

    data: Data
    """With the three masks."""
    y: Tensor
    """Classes ``[edges]``, or labels ``[edges, labels]``."""
    train_mask: Bool[Tensor, " edges"]
    val_mask: Bool[Tensor, " edges"] | None
    test_mask: Bool[Tensor, " edges"]
    target: Target
    _names: tuple[str, ...] | None = field(init=False, default=())

    def __post_init__(self) -> None:
        rows = self.train_mask.nonzero().squeeze(1)
        # Kept as one tensor, whose order by node is then found once and not once an epoch.
        self._pairs, self._y = self.data.edge_index[:, rows].long(), self.y[rows]
        attr = edge_values(self.data)
        self._attr = None if attr is None else attr[rows]

    @property
    def device(self) -> torch.device:
        """Where it is computed."""
        device: torch.device = self.data.x.device
        return device

    @property
    def dtype(self) -> torch.dtype:
        """Of the features."""
        dtype: torch.dtype = self.data.x.dtype
        return dtype

    @property
    def has_validation(self) -> bool:
        """Whether there are edges to choose the epoch by."""
        return self.val_mask is not None

    @torch.no_grad()
    def check(self, model: Any) -> int:
        """Call the model once; return how wide its output is.

        Raises:
            ShapeError: The encoder does not return one row a node.
        """
        model.eval()
        self._names = extra_names(model.encoder, self.data)
        z = model.embed(self.data, self._names)
        check_embedding(z, len(self.data.x))
        some = self._attr if self._attr is None else self._attr[:1]
        return model.head(z, z, self._pairs[:, :1], some).shape[1]  # type: ignore[no-any-return]

    def batches(self) -> Iterator[Data]:
        """Yield the graph, whole."""
        yield self.data

    def learn(self, model: Any, batch: Data) -> tuple[Tensor, Tensor]:
        """Return outputs and labels of the training edges."""
        z = model.embed(batch, self._names)
        return model.head(z, z, self._pairs, self._attr), self._y

    @torch.no_grad()
    def outputs(self, model: Any) -> Outputs:
        """Return what the model says of the edges of each part."""
        model.eval()
        out = model.say(self.data, self._names)
        parts = {"test": self.test_mask} | ({} if self.val_mask is None else {"val": self.val_mask})
        return Outputs({name: (out[mask], self.y[mask]) for name, mask in parts.items()})

    def picture(self, model: nn.Module, outputs: Outputs) -> Picture | None:
        """Return nothing."""
        return None

    def contents(self) -> Iterator[tuple[str, Tensor]]:
        """Yield every tensor that the result depends on."""
        for name in ("x", "edge_index", "edge_weight", "edge_attr"):
            if getattr(self.data, name, None) is not None:
                yield name, getattr(self.data, name)
        for name in ("y", "train_mask", "val_mask", "test_mask"):
            if getattr(self, name) is not None:
                yield name, getattr(self, name)


def edge_problem(
    data: Data, function: str = "fit", *, seed: int = 0, class_weight: str | Sequence[float] | None = None
) -> EdgeProblem:
    """Check data and take from it what training needs.

    Args:
        data: The graph, with ``edge_y``.
        function: Named in errors.
        seed: Of the parts that are drawn where the graph has no masks.
        class_weight: What an example of each class counts in the loss.

    Raises:
        DataError: No labels, an edge in two masks, the two directions of an edge in two, or a class not learnt from.
        ShapeError: Labels, masks or features are not one row an edge.
        DTypeError: A mask is not boolean, or features are not floating.

    Cost: a few sorts of the edges.
    """
    check_edges(data, function)
    y = edge_labels(data, function)
    target = target_of(y, function, "data.edge_y", numbers=False)
    y = form_of(y, target)
    known = target.known(y)
    if not known.any():
        raise DataError(f"{function}: expected labels in data.edge_y, got none that is known. Label some edges.")
    train, val, test = _parts(data, y, known, seed, function)
    _check_seen(target, y, train, val, test, function)
    if isinstance(target, Classes | Labels):
        target = replace(target, weight=class_weights(class_weight, y[train], target.width, function))
    data = copy.copy(data)
    for name, mask in zip(EDGE_MASKS, (train, val, test), strict=True):
        setattr(data, name, mask)
    return EdgeProblem(
        data=data, y=y, train_mask=train, val_mask=val if val.any() else None, test_mask=test, target=target
    )


def check_edges(data: Data, function: str, width: int | None = None, edge_width: int | None = None) -> None:
    """Check that a model can take a graph and the features of its edges.

    Args:
        data: The graph.
        function: Named in errors.
        width: Of the node features that were fitted; ``None`` takes any.
        edge_width: The same of edges.

    Raises:
        DTypeError: Features are not floating.
        ShapeError: They have another width than the fitted ones.
        DataError: Some are not finite.
    """
    check_inputs(data, function, width)
    attr = data.edge_attr
    if attr is not None and not attr.is_floating_point():
        kind = str(attr.dtype).removeprefix("torch.")
        message = f"{function}: expected floating data.edge_attr, got {kind}. Use torch.nn.functional.one_hot for kinds"
        raise DTypeError(f"{message} of edges, or .float().")
    values = edge_values(data)
    got = 0 if values is None else values.shape[1]
    if edge_width is not None and got != edge_width:
        message = f"{function}: expected data.edge_attr with {edge_width} features, as fitted, got {got}."
        raise ShapeError(f"{message} Prepare them as those of the training graph.")


def edge_values(data: Data) -> Tensor | None:
    """Return the features of edges as ``[edges, width]``."""
    attr: Tensor | None = data.edge_attr
    return None if attr is None else attr.reshape(len(attr), -1)


def edge_labels(data: Data, function: str) -> Tensor:
    """Return ``data.edge_y``, one row an edge.

    Raises:
        DataError: There is none.
        ShapeError: It has another number of rows.
    """
    y: Tensor | None = getattr(data, "edge_y", None)
    if y is None:
        raise DataError(f"{function}: expected labels data.edge_y, got none. Give one an edge, -1 where unknown.")
    if y.dim() == 0 or len(y) != data.num_edges:
        message = f"{function}: expected one row of data.edge_y an edge, {data.num_edges}, got {list(y.shape)}."
        raise ShapeError(f"{message} Label each column of edge_index.")
    return y


def scored_edges(data: Data, function: str = "score") -> Bool[Tensor, " edges"]:
    """Return the edges that count: ``test_edge_mask``, else those in neither ``train_edge_mask`` nor the other.

    Raises:
        ShapeError: A mask is not one value an edge.
        DTypeError: A mask is not boolean.
    """
    train, val, test = (_mask(data, name, function) for name in EDGE_MASKS)
    if test is not None:
        return test
    scored = torch.ones(data.num_edges, dtype=torch.bool, device=data.edge_index.device)
    for mask in (train, val):
        scored = scored if mask is None else scored & ~mask
    return scored


def _mask(data: Data, name: str, function: str) -> Tensor | None:
    mask: Tensor | None = getattr(data, name, None)
    if mask is None:
        return None
    if mask.dtype != torch.bool:
        kind = str(mask.dtype).removeprefix("torch.")
        raise DTypeError(f"{function}: expected boolean data.{name}, got {kind}. Use data.{name}.bool().")
    if list(mask.shape) != [data.num_edges]:
        message = f"{function}: expected data.{name} [{data.num_edges}], got {list(mask.shape)}."
        raise ShapeError(f"{message} Give one value an edge.")
    return mask


def _parts(data: Data, y: Tensor, known: Tensor, seed: int, function: str) -> tuple[Tensor, Tensor, Tensor]:
    edges = data.edge_index
    given = {name: _mask(data, name, function) for name in EDGE_MASKS}
    if all(mask is None for mask in given.values()):
        rows = known.nonzero().squeeze(1)
        # Two edges between the same nodes stay together even in a directed graph: that can only be fairer.
        group = pair_groups(edges[:, rows], is_undirected=True)
        train, val, test = (_marked(rows[part], known) for part in draw_parts(group, 0.6, 0.2, seed))
        return train, val, test
    if given["train_edge_mask"] is None:
        raise DataError(
            f"{function}: expected data.train_edge_mask beside the other masks, got none. Mark the edges to learn from,"
            " or leave all masks out to have them drawn."
        )
    group = pair_groups(edges, is_undirected=edges_are_undirected(data, y, known))
    named = {name: mask & known for name, mask in given.items() if mask is not None}
    if not named["train_edge_mask"].any():
        message = f"{function}: expected labels in data.train_edge_mask, got none that is known. Mark labelled edges."
        raise DataError(message)
    _check_apart(named, edges, function)
    if shared := shared_group(group, named):
        raise DataError(_parted(*shared, edges, function))
    train, none = named["train_edge_mask"], torch.zeros_like(known)
    val = named.get("val_edge_mask", none)
    # What shares a group with an edge that is learnt from would be known already.
    rest = known & ~torch.isin(group, group[train | val])
    return train, val, named.get("test_edge_mask", rest)


def _marked(rows: Tensor, like: Tensor) -> Tensor:
    """A mask of the size of another, true in some rows."""
    mask = torch.zeros_like(like)
    mask[rows] = True
    return mask


def _check_apart(masks: dict[str, Tensor], edges: Tensor, function: str) -> None:
    """An edge may be in one mask only."""
    number = torch.arange(edges.shape[1], device=edges.device)
    if shared := shared_group(number, masks):
        name, edge, other, _ = shared
        at = f"{int(edges[0, edge])} -> {int(edges[1, edge])}"
        message = f"{function}: expected every edge in one mask, got edge {edge} ({at}) in {name} and {other}."
        raise DataError(f"{message} Take it out of one.")


def _parted(name: str, row: int, other: str, at: int, edges: Tensor, function: str) -> str:
    one, two = (f"edge {edge} ({int(edges[0, edge])} -> {int(edges[1, edge])})" for edge in (row, at))
    return (
        f"{function}: expected both directions of an edge in one mask, got {one} in {name} and {two} in {other}: its "
        "label would be known. Put both into one, or leave all masks out to have them drawn."
    )


def edges_are_undirected(data: Data, y: Tensor, known: Bool[Tensor, " edges"]) -> bool:
    """Whether every edge has its opposite, and no two edges between the same nodes have different labels.

    Args:
        data: The graph.
        y: One row of labels an edge.
        known: Which edges have a label.

    Example:
        >>> data = Data(edge_index=torch.tensor([[0, 1], [1, 0]]), num_nodes=2)
        >>> edges_are_undirected(data, torch.tensor([2, 2]), torch.tensor([True, True]))
        True
    """
    if not is_undirected(data.edge_index, num_nodes=data.num_nodes):
        return False
    group, place = pair_groups(data.edge_index[:, known], is_undirected=True).unique(return_inverse=True)
    labels = y[known].reshape(len(place), -1).double().nan_to_num(-1)
    last = labels.new_empty(len(group), labels.shape[1]).index_copy_(0, place, labels)
    return torch.equal(last[place], labels)


def _check_seen(target: Target, y: Tensor, train: Tensor, val: Tensor, test: Tensor, function: str) -> None:
    if target.kind != "classes":
        return
    seen = _marked(y[train], torch.empty(target.width, dtype=torch.bool, device=y.device))
    judged = (val | test).nonzero().squeeze(1)
    new = judged[~seen[y[judged]]]
    if len(new):
        edge = int(new[0])
        part = "val_edge_mask" if val[edge] else "test_edge_mask"
        raise DataError(
            f"{function}: expected classes that are learnt from, got class {int(y[edge])} of edge {edge} in {part} "
            "alone. Give masks that have it in train_edge_mask, or draw by another seed."
        )
