"""Edges as a sparse matrix."""

import torch

from edgewise._typing import EdgeIndex, Tensor
from edgewise.data import Data
from edgewise.errors import ArgumentError
from edgewise.transforms._checks import check_graph
from edgewise.transforms._stores import Graph, count_nodes, edge_attributes, edge_items, edges_of
from edgewise.transforms.base import BaseTransform
from edgewise.transforms.remove_duplicated_edges import merge_duplicates
from edgewise.utils import coalesce, to_torch_coo_tensor, to_torch_csr_tensor

__all__ = ["ToSparseTensor"]


class ToSparseTensor(BaseTransform):
    """Replace ``edge_index`` by ``adj_t``, a ``torch.sparse`` matrix ``[destinations, sources]``.

    Layers take ``data.adj_t`` wherever they take ``data.edge_index``. Other transforms want ``edge_index``: put this
    one last. Edge attributes that stay are sorted as the matrix is, by destination, then source.

    Args:
        attr: The edge attribute that becomes the values of the matrix, 1 where there is none.
        remove_edge_index: ``False`` keeps ``edge_index``, sorted, and ``attr``.
        fill_cache: For PyG's sake; has no effect.
        layout: ``torch.sparse_csr`` or ``torch.sparse_coo``. Default: CSR; COO for an ``attr`` of more than one number
            an edge.

    Raises:
        ArgumentError: Another layout, or CSR for an ``attr`` of more than one number an edge.
        DataError: Nothing tells how many nodes of a type there are.
        NodeIndexError: An edge names a node that does not exist.

    Cost: one sort, O(edges); a second one where other edge attributes stay.

    Source: PyG's without ``torch_sparse``. A matrix has one entry for an edge that is there several times: their
    weights added up, and without weights their number, where PyG has 1; other attributes keep the row of the first.

    Example:
        >>> data = Data(edge_index=torch.tensor([[0, 1, 2], [1, 0, 1]]), num_nodes=3)
        >>> out = ToSparseTensor()(data)
        >>> out.adj_t.to_dense().tolist(), out.edge_index
        ([[0.0, 1.0, 0.0], [1.0, 0.0, 1.0], [0.0, 0.0, 0.0]], None)
    """

    _shown = ("attr",)

    def __init__(
        self,
        attr: str | None = "edge_weight",
        remove_edge_index: bool = True,  # noqa: FBT001, FBT002 - PyG's signature
        fill_cache: bool = True,  # noqa: FBT001, FBT002
        layout: torch.layout | None = None,
    ) -> None:
        if layout not in (None, torch.sparse_coo, torch.sparse_csr):
            message = (
                f"ToSparseTensor: expected layout torch.sparse_csr or torch.sparse_coo, got {layout}. Leave it out."
            )
            raise ArgumentError(message)
        self.attr = attr
        self.remove_edge_index = remove_edge_index
        self.fill_cache = fill_cache
        self.layout = layout

    def forward(self, data: Graph) -> Graph:
        """Build the matrix."""
        check_graph(data, "ToSparseTensor")
        for key, store in edge_items(data):
            edges = edges_of(store, "ToSparseTensor")
            num_src, num_dst = _size(data, key)
            weight = store[self.attr] if self.attr is not None and self.attr in store else None
            # Ones are counted, so that an edge that is there twice weighs 2.
            counted = torch.ones(edges.shape[1], device=edges.device) if weight is None else weight
            ends, values = coalesce(edges, counted, max(num_src, num_dst), sort_by_row=False)
            store.adj_t = self._matrix(ends.flip(0), values, (num_dst, num_src))
            others = [name for name in edge_attributes(data, store) if name != self.attr]
            if others or not self.remove_edge_index:
                merge_duplicates(data, store, [self.attr or ""], "add", by_row=False)
            if self.remove_edge_index:
                if isinstance(store, Data) and store.counted_nodes() is None:
                    store.num_nodes = num_dst  # the edges, which told it, go
                store.edge_index = None
                if weight is not None:
                    del store[self.attr]
        return data

    def _matrix(self, ends: EdgeIndex, values: Tensor, size: tuple[int, int]) -> Tensor:
        if values.dim() == 1 and self.layout != torch.sparse_coo:
            return to_torch_csr_tensor(ends, values, size, is_coalesced=True)
        if self.layout == torch.sparse_csr:
            message = (
                f"ToSparseTensor: expected one number an edge in {self.attr} for torch.sparse_csr, "
                f"got {list(values.shape)}. Use layout=torch.sparse_coo, or another attr."
            )
            raise ArgumentError(message)
        return to_torch_coo_tensor(ends, values, size, is_coalesced=True)


def _size(data: Graph, key: tuple[str, str, str] | None) -> tuple[int, int]:
    if isinstance(data, Data) or key is None:
        return data.num_nodes, data.num_nodes
    source, target = (count_nodes(key[end], data[key[end]], "ToSparseTensor") for end in (0, 2))
    return source, target
