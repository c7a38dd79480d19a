"""Edges to learn from, to choose by and to score on, drawn at random, without a leak between them."""

import copy
import warnings
from typing import Any

import torch

from edgewise._suggest import did_you_mean
from edgewise._typing import Tensor
from edgewise.data import HeteroData
from edgewise.data.hetero_data import EdgeType
from edgewise.data.splits import LinkSplit
from edgewise.data.splits._leaks import unnamed_reverse
from edgewise.errors import ArgumentError, DataError, DTypeError, EdgewiseWarning
from edgewise.transforms._checks import check_graph
from edgewise.transforms._pair_order import PairOrder
from edgewise.transforms._split_sizes import check_size
from edgewise.transforms._stores import Graph, count_nodes, edges_of, known_size, select_edges
from edgewise.transforms.base import BaseTransform
from edgewise.utils import coalesce, is_undirected, remove_self_loops
from edgewise.utils.negative_sampling import negative_sampling

__all__ = ["RandomLinkSplit"]

_CALLER = "RandomLinkSplit"


class RandomLinkSplit(BaseTransform):
    """Part edges into train, val and test graphs for learning to predict links.

    Each graph passes messages along ``edge_index`` and is judged on the pairs ``edge_label_index``: ``edge_label`` is 1
    for an edge and 0 for a negative, a pair that no edge joins. Train passes messages along its own edges, val along
    those of train, test along those of train and val. What is returned unpacks into the three graphs, and its
    ``check()`` proves that nothing leaks:

    - edges that join the same nodes are in one part: duplicates, opposites in an undirected graph, and edges of the
      reverse type;
    - no edge that val or test is judged on passes a message there or before; nor in train with
      ``disjoint_train_ratio``;
    - negatives are drawn against all edges, so that none is an edge of another part, and no two parts share one.

    Args:
        num_val: Edges for val: a number, or a share of all as a ``float``.
        num_test: Edges for test: a number, or a share of all as a ``float``.
        is_undirected: Whether an edge and its opposite are one. They pass messages in both directions, and are judged
            once, from the smaller node to the larger, as are negatives.
        key: The attribute that holds a class for each edge, if any. Where negatives are drawn, they get class 0 and
            those of edges are raised by one, in all parts.
        split_labels: Keep edges and negatives apart, as ``pos_edge_label_index`` and ``neg_edge_label_index``.
        add_negative_train_samples: Whether train gets negatives, too.
        neg_sampling_ratio: How many negatives an edge.
        disjoint_train_ratio: Edges that train is judged on and that pass no message: a number, or a share of its edges.
            0 judges train on all of its edges, which pass messages as well.
        edge_types: The edge type to predict, or a list of such, of a ``HeteroData``.
        rev_edge_types: For each of them the edge type that holds its edges in reverse, or ``None``.

    Raises:
        ArgumentError: Sizes that are none; ``edge_types`` missing or unknown.
        DataError: No edge is left for train; the graph is not undirected as said; an edge type is the reverse of one
            that is predicted and is not named, or a named one has an edge that reverses none.
        DTypeError: Classes of edges that are not integers, and negatives.

    Warns:
        EdgewiseWarning: There are fewer negatives than asked for; or every edge has its opposite and ``is_undirected``
            is not set: the two are then kept together as if it were.

    Different from PyG, where each of these leaks or misleads: duplicates may be parted; an undirected graph without
    ``is_undirected=True`` has the opposites of test edges in train; negatives of an undirected graph point either way
    while edges point one way; self loops pass two messages; train's classes keep their numbers where only val and test
    get negatives. A reverse type keeps its own attributes, and edges keep their order.

    Cost: a few sorts of the edges. Drawn by torch's generator.

    Example:
        >>> from edgewise.data import Data
        >>> edge_index = torch.tensor([[0, 1, 2, 3, 4, 0], [1, 2, 3, 4, 5, 3]])
        >>> train, val, test = RandomLinkSplit(num_val=1, num_test=2)(Data(edge_index=edge_index, num_nodes=6)).check()
        >>> train.edge_index.shape[1], val.edge_index.shape[1], test.edge_index.shape[1]
        (3, 3, 4)
        >>> test.edge_label.tolist(), test.edge_label_index.shape
        ([1.0, 1.0, 0.0, 0.0], torch.Size([2, 4]))
    """

    def __init__(
        self,
        num_val: int | float = 0.1,
        num_test: int | float = 0.2,
        is_undirected: bool = False,  # noqa: FBT001, FBT002 - PyG's signature
        key: str = "edge_label",
        split_labels: bool = False,  # noqa: FBT001, FBT002
        add_negative_train_samples: bool = True,  # noqa: FBT001, FBT002
        neg_sampling_ratio: float = 1.0,
        disjoint_train_ratio: int | float = 0.0,
        edge_types: EdgeType | list[EdgeType] | None = None,
        rev_edge_types: EdgeType | list[EdgeType | None] | None = None,
    ) -> None:
        check_size(_CALLER, "num_val", num_val)
        check_size(_CALLER, "num_test", num_test)
        check_size(_CALLER, "disjoint_train_ratio", disjoint_train_ratio)
        if not 0 <= neg_sampling_ratio < float("inf"):
            message = (
                f"{_CALLER}: expected neg_sampling_ratio of 0 or more, got {neg_sampling_ratio}. "
                "It says how many negatives there are for each edge."
            )
            raise ArgumentError(message)
        self.num_val = num_val
        self.num_test = num_test
        self.is_undirected = is_undirected
        self.key = key
        self.split_labels = split_labels
        self.add_negative_train_samples = add_negative_train_samples
        self.neg_sampling_ratio = neg_sampling_ratio
        self.disjoint_train_ratio = disjoint_train_ratio
        self.edge_types = edge_types
        self.rev_edge_types = rev_edge_types

    def forward(self, data: Graph) -> LinkSplit:
        """Return the three graphs."""
        check_graph(data, _CALLER)
        types, reverses = self._types(data)
        parts = [copy.copy(data) for _ in range(3)]
        undirected = []
        for edge_type, reverse in zip(types, reverses, strict=True):
            undirected.append(self._split(data, parts, edge_type, reverse))
        return LinkSplit(
            parts,
            is_undirected=undirected,
            key=self.key,
            edge_types=None if types == [None] else types,
            rev_edge_types=reverses,
            is_disjoint=self.disjoint_train_ratio > 0,
            has_negatives=self.neg_sampling_ratio > 0,
        )

    def _types(self, data: Graph) -> tuple[list[Any], list[Any]]:
        given, reverse = self.edge_types, self.rev_edge_types
        if not isinstance(data, HeteroData):
            if given is not None:
                message = f"{_CALLER}: expected no edge_types for a Data, got {given}. Leave it out."
                raise ArgumentError(message)
            return [None], [None]
        if given is None:
            message = (
                f"{_CALLER}: expected edge_types for a HeteroData, got None. "
                f"Name what is predicted among {data.edge_types}."
            )
            raise ArgumentError(message)
        types = given if isinstance(given, list) else [given]
        reverses: list[Any] = reverse if isinstance(reverse, list) else [reverse]
        if reverse is None:
            reverses = [None] * len(types)
        if len(types) != len(reverses):
            message = (
                f"{_CALLER}: expected rev_edge_types for each of the {len(types)} edge_types, got {len(reverses)}. "
                "Put None where there is none."
            )
            raise ArgumentError(message)
        for name, one in (*(("edge_types", one) for one in types), *(("rev_edge_types", one) for one in reverses)):
            if one is not None and one not in data.edge_types:
                hint = did_you_mean(" ".join(one), [" ".join(known) for known in data.edge_types])
                message = f"{_CALLER}: expected {name} among {data.edge_types}, got {one}.{hint}"
                raise ArgumentError(message)
        return types, reverses

    def _split(self, data: Graph, parts: list[Any], edge_type: EdgeType | None, reverse: EdgeType | None) -> bool:
        """Part the edges of one type; return whether an edge and its opposite are one."""
        store = _store(data, edge_type)
        edge_index = edges_of(store, _CALLER)
        if f"{self.key}_index" in store:
            message = f"{_CALLER}: expected edges that are not split yet, got {self.key}_index. Delete it first."
            raise DataError(message)
        same_side = edge_type is None or edge_type[0] == edge_type[2]
        if reverse is not None:
            reverse = None if reverse == edge_type else reverse
        undirected = same_side and self._opposites_are_same(edge_index, edge_type, reverse)
        _check_reverse(data, edge_type, reverse, edge_index)
        num_src, num_dst = _size(data, edge_type)
        order = PairOrder(edge_index, num_src, num_dst, undirected=undirected)
        train, val, disjoint = self._sizes(len(order))
        spans = ((0, disjoint or train), (train, train + val), (train + val, len(order)))
        judged = [order.judged(*span) for span in spans]
        nodes = num_src if same_side else (num_src, num_dst)
        negatives = self._negatives(edge_index, nodes, [len(one) for one in judged], undirected=undirected)
        label = self._labels(store)
        passing = ((disjoint, train), (0, train), (0, train + val))
        for part, (begin, end), positive, negative in zip(parts, passing, judged, negatives, strict=True):
            kept = _store(part, edge_type)
            if self.key in kept:
                del kept[self.key]
            select_edges(part, kept, _between(order.of_edge, begin, end))
            if reverse is not None:
                place = order.place(_store(data, reverse).edge_index.flip(0))
                select_edges(part, _store(part, reverse), _between(place, begin, end))
            self._set_labels(kept, edge_index[:, positive], label[positive], negative)
        return undirected

    def _opposites_are_same(self, edge_index: Tensor, edge_type: EdgeType | None, reverse: EdgeType | None) -> bool:
        symmetric = is_undirected(coalesce(edge_index))  # however often each is there
        if self.is_undirected and not symmetric and reverse is None:
            edge = _first_unlike(edge_index, edge_index.flip(0)) or 0
            i, j = edge_index[:, edge].tolist()
            message = (
                f"{_CALLER}: expected the opposite of every edge, as is_undirected=True says, got none of edge {edge} "
                f"({i} -> {j}). Use ToUndirected() first, or is_undirected=False."
            )
            raise DataError(message)
        if symmetric and not self.is_undirected and reverse is None and remove_self_loops(edge_index)[0].numel():
            where = "" if edge_type is None else f" of {edge_type}"
            message = (
                f"{_CALLER}: every edge{where} has its opposite, so the two are kept together, as with "
                "is_undirected=True. Pass it."
            )
            warnings.warn(message, EdgewiseWarning, stacklevel=5)
        return symmetric

    def _sizes(self, pairs: int) -> tuple[int, int, int]:
        val, test = (int(size * pairs) if isinstance(size, float) else size for size in (self.num_val, self.num_test))
        train, ratio = pairs - val - test, self.disjoint_train_ratio
        disjoint = int(ratio * train) if isinstance(ratio, float) else ratio
        if train <= 0 or train - disjoint <= 0:
            message = (
                f"{_CALLER}: expected edges left for train to pass messages, got none of {pairs} with "
                f"num_val={self.num_val}, num_test={self.num_test} and disjoint_train_ratio={ratio}. Lower them."
            )
            raise DataError(message)
        return train, val, disjoint

    def _negatives(self, edge_index: Tensor, nodes: Any, judged: list[int], *, undirected: bool) -> tuple[Any, ...]:
        """Draw negatives for each part at once, so that no two parts share one."""
        wanted = [int(count * self.neg_sampling_ratio) for count in judged]
        if not self.add_negative_train_samples:
            wanted[0] = 0
        total = sum(wanted)
        found = negative_sampling(edge_index, nodes, 2 * total if undirected else total, force_undirected=undirected)
        found = found[:, : found.shape[1] // 2] if undirected else found
        if found.shape[1] < total:
            message = (
                f"{_CALLER}: expected {total} pairs without an edge, got {found.shape[1]}, which is all there are: "
                "every part gets its share of them. Lower neg_sampling_ratio."
            )
            warnings.warn(message, EdgewiseWarning, stacklevel=5)
            wanted = [int(count / total * found.shape[1]) for count in wanted]
            wanted[2] = found.shape[1] - wanted[0] - wanted[1]
        return found.split(wanted, dim=1)  # type: ignore[no-any-return]

    def _labels(self, store: Any) -> Tensor:
        """The label of each edge if it is a positive."""
        edge_index = store.edge_index
        if self.key not in store:
            return torch.ones(edge_index.shape[1], device=edge_index.device)
        label: Tensor = store[self.key]
        if self.neg_sampling_ratio == 0:
            return label
        if label.is_floating_point() or label.dtype == torch.bool:
            kind = str(label.dtype).removeprefix("torch.")
            message = (
                f"{_CALLER}: expected {self.key} as integer classes, of which negatives become class 0, got {kind}. "
                f"Use {self.key}.long(), or neg_sampling_ratio=0."
            )
            raise DTypeError(message)
        return label + 1

    def _set_labels(self, store: Any, edges: Tensor, label: Tensor, negatives: Tensor) -> None:
        zeros = label.new_zeros(negatives.shape[1], *label.shape[1:])
        if not self.split_labels:
            store[self.key] = torch.cat([label, zeros])
            store[f"{self.key}_index"] = torch.cat([edges, negatives], dim=1)
            return
        store[f"pos_{self.key}"], store[f"pos_{self.key}_index"] = label, edges
        if negatives.shape[1]:
            store[f"neg_{self.key}"], store[f"neg_{self.key}_index"] = zeros, negatives


def _store(data: Any, name: EdgeType | str | None) -> Any:
    return data if name is None else data[name]


def _size(data: Graph, edge_type: EdgeType | None) -> tuple[int, int]:
    if edge_type is None:
        nodes = known_size(data)[0]
        nodes = data.num_nodes if nodes is None else nodes  # guesses, and warns
        return nodes, nodes
    source, _, target = edge_type
    return count_nodes(source, _store(data, source), _CALLER), count_nodes(target, _store(data, target), _CALLER)


def _between(place: Tensor, begin: int, end: int) -> Tensor:
    return ((place >= begin) & (place < end)).nonzero().flatten()


def _first_unlike(edges: Tensor, others: Tensor) -> int | None:
    """The position of the first of some edges that is not among others; ``None`` if all are."""
    base = max((int(each.max()) + 1 for each in (edges, others) if each.numel()), default=1)
    among = torch.isin(*(each[0].long() * base + each[1].long() for each in (edges, others)))
    return None if bool(among.all()) else int((~among).nonzero()[0, 0])


def _check_reverse(data: Graph, edge_type: EdgeType | None, reverse: EdgeType | None, edge_index: Tensor) -> None:
    """A reverse type that is not named would leak every edge; one that is named must reverse edges of this one."""
    if edge_type is None or not isinstance(data, HeteroData):
        return
    other = unnamed_reverse(data, edge_type, reverse, edge_index)
    if other is not None:
        message = (
            f"{_CALLER}: expected rev_edge_types to name {other}, which is the reverse of {edge_type}, got {reverse}. "
            f"Pass rev_edge_types={other}, or delete that type."
        )
        raise DataError(message)
    if reverse is None:
        return
    back = edges_of(data[reverse], _CALLER)
    edge = _first_unlike(back.flip(0), edge_index)
    if edge is not None:
        i, j = back[:, edge].tolist()
        message = (
            f"{_CALLER}: expected every edge of {reverse} to reverse one of {edge_type}, got edge {edge} ({i} -> {j}). "
            "Drop it, or make the type with ToUndirected()."
        )
        raise DataError(message)
