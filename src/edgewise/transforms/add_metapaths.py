"""Edges along paths through several types of nodes."""

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from edgewise._lazy import lazy_import
from edgewise.data import HeteroData
from edgewise.errors import ArgumentError, DTypeError, ShapeError
from edgewise.transforms._checks import check_at_least, check_graph
from edgewise.transforms._stores import count_nodes, edges_of
from edgewise.transforms.base import BaseTransform

__all__ = ["AddMetaPaths"]

sparse: Any = lazy_import("scipy.sparse")

EdgeType = tuple[str, str, str]


class AddMetaPaths(BaseTransform):
    r"""Join the first and last node of every path along given edge types, by edges of a type of their own.

    The path number ``i`` gives the edges ``(first type, "metapath_i", last type)``, sorted, each once: the product of
    the adjacencies along it. ``data.metapath_dict`` says which path each new type stands for.

    Args:
        metapaths: Each a list of two or more edge types, ``(source, relation, target)`` or ``(source, target)``.
        drop_orig_edge_types: Drop the other edge types.
        keep_same_node_type: But not those that join nodes of one type.
        drop_unconnected_node_types: Drop node types that no edge type is left to name.
        max_sample: Keep of each node's edges about so many, at random, after every step of a path. Default: all.
        weighted: Save as ``edge_weight`` how many paths an edge stands for; with an ``edge_weight`` along them, the sum
            over paths of its product.

    Raises:
        ArgumentError: A path of fewer than two edge types or whose types do not meet, or an edge type that ``data`` has
            not.
        DTypeError: Not a ``HeteroData``.
        DataError: An edge type without ``edge_index``, or nothing tells how many nodes of a type there are.
        NodeIndexError: An edge names a node that does not exist.

    Cost: that of sparse products, up to O(sum over edges of the degrees that follow them).

    Source: Wang et al., *Heterogeneous graph attention network*, WWW 2019. Random numbers come from torch.

    Example:
        >>> data = HeteroData({"paper": {"num_nodes": 3}, "author": {"num_nodes": 2}})
        >>> data["paper", "by", "author"].edge_index = torch.tensor([[0, 1, 2], [0, 0, 1]])
        >>> data["author", "of", "paper"].edge_index = torch.tensor([[0, 0, 1], [0, 1, 2]])
        >>> out = AddMetaPaths([[("paper", "author"), ("author", "paper")]])(data)
        >>> out["paper", "metapath_0", "paper"].edge_index.tolist()
        [[0, 0, 1, 1, 2], [0, 1, 0, 1, 2]]
    """

    def __init__(
        self,
        metapaths: Sequence[Sequence[tuple[str, ...]]],
        drop_orig_edge_types: bool = False,  # noqa: FBT001, FBT002 - PyG's signature
        keep_same_node_type: bool = False,  # noqa: FBT001, FBT002
        drop_unconnected_node_types: bool = False,  # noqa: FBT001, FBT002
        max_sample: int | None = None,
        weighted: bool = False,  # noqa: FBT001, FBT002
    ) -> None:
        for path in metapaths:
            _check_path(path)
        if max_sample is not None:
            check_at_least("AddMetaPaths", "max_sample", max_sample)
        self.metapaths = metapaths
        self.drop_orig_edge_types = drop_orig_edge_types
        self.keep_same_node_type = keep_same_node_type
        self.drop_unconnected_node_types = drop_unconnected_node_types
        self.max_sample = max_sample
        self.weighted = weighted

    def forward(self, data: HeteroData) -> HeteroData:
        """Add the edges."""
        check_graph(data, "AddMetaPaths")
        if not isinstance(data, HeteroData):
            message = "AddMetaPaths: expected a HeteroData, got a Data. Paths go through several types of nodes."
            raise DTypeError(message)
        known = data.edge_types
        paths = [[_full_name(edge_type, known) for edge_type in path] for path in self.metapaths]
        for number, path in enumerate(paths):
            reached = self._sampled(self._matrix(data, path[0]))
            for edge_type in path[1:]:
                reached = reached @ self._matrix(data, edge_type)
                if not self.weighted:
                    reached.data[:] = 1
                reached = self._sampled(reached)
            reached.sort_indices()
            device = data[path[0]].edge_index.device
            row, column = reached.tocoo().coords
            store = data[path[0][0], f"metapath_{number}", path[-1][2]]
            store.edge_index = torch.from_numpy(np.stack([row, column]).astype(np.int64)).to(device)
            if self.weighted:
                store.edge_weight = torch.from_numpy(reached.data.astype(np.float32)).to(device)
            store.metapath = self.metapaths[number]
        self._drop(data, known)
        return data

    def _matrix(self, data: HeteroData, edge_type: EdgeType) -> Any:
        """The adjacency of an edge type, sources as rows."""
        store = data[edge_type]
        row, column = edges_of(store, "AddMetaPaths").cpu().numpy()
        size = tuple(count_nodes(edge_type[end], data[edge_type[end]], "AddMetaPaths") for end in (0, 2))
        weight = np.ones(len(row))
        if self.weighted and store.edge_weight is not None:
            if store.edge_weight.dim() != 1:
                message = (
                    "AddMetaPaths: expected edge_weight with one number an edge, "
                    f"got {list(store.edge_weight.shape)} in {edge_type}. Use weighted=False."
                )
                raise ShapeError(message)
            weight = store.edge_weight.detach().cpu().double().numpy()
        return sparse.csr_array(sparse.coo_array((weight, (row, column)), shape=size))

    def _sampled(self, matrix: Any) -> Any:
        """Keep each edge of a node of degree d with probability max_sample / d."""
        if self.max_sample is None:
            return matrix
        matrix.sort_indices()
        degree = torch.from_numpy(np.diff(matrix.indptr))
        chance = (self.max_sample * (1 / degree)).repeat_interleave(degree)
        kept = (torch.rand(len(chance)) < chance).numpy()
        row, column = (ends[kept] for ends in matrix.tocoo().coords)
        return sparse.csr_array(sparse.coo_array((matrix.data[kept], (row, column)), shape=matrix.shape))

    def _drop(self, data: HeteroData, known: list[EdgeType]) -> None:
        if self.drop_orig_edge_types:
            for edge_type in known:
                if not (self.keep_same_node_type and edge_type[0] == edge_type[2]):
                    del data[edge_type]
        if self.drop_unconnected_node_types:
            named = {end for edge_type in data.edge_types for end in (edge_type[0], edge_type[2])}
            for node_type in data.node_types:
                if node_type not in named:
                    del data[node_type]


def _check_path(path: Sequence[tuple[str, ...]]) -> None:
    if len(path) < 2:
        message = (
            f"AddMetaPaths: expected metapaths of two or more edge types, got {path!r}. One type is there already."
        )
        raise ArgumentError(message)
    for one, following in itertools.pairwise(path):
        if one[-1] != following[0]:
            message = (
                f"AddMetaPaths: expected each edge type to begin where the one before ends, got {following!r} after "
                f"{one!r}. Begin it with {one[-1]!r}."
            )
            raise ArgumentError(message)


def _full_name(name: tuple[str, ...], known: list[EdgeType]) -> EdgeType:
    name = tuple(name)
    found = [edge_type for edge_type in known if name in (edge_type, (edge_type[0], edge_type[2]))]
    if len(found) > 1:
        message = f"AddMetaPaths: expected one edge type for {name!r}, got {found}. Name the relation in metapaths."
        raise ArgumentError(message)
    if not found:
        message = f"AddMetaPaths: expected metapaths along the edge types {known}, got {name!r}. Correct the path."
        raise ArgumentError(message)
    return found[0]
