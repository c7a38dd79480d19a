"""Nodes and edges of several types as those of one graph, and back by the type of each."""

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from edgewise.data.data import Data
from edgewise.errors import DataError

if TYPE_CHECKING:
    from edgewise.data.hetero_data import HeteroData

__all__ = ["as_homogeneous"]


def as_homogeneous(
    hetero: "HeteroData", node_attrs: list[str] | None, edge_attrs: list[str] | None, *, types: tuple[bool, bool]
) -> Data:
    """Return one graph with the nodes of all types, type after type.

    Args:
        hetero: The graph.
        node_attrs: Which node attributes to join; ``None`` for those that every type has with the same width.
        edge_attrs: Which edge attributes to join; likewise.
        types: Whether to add ``node_type`` and ``edge_type``.
    """
    counts = [_count(name, store) for name, store in hetero.node_items()]
    names = hetero.node_types
    first = dict(zip(names, torch.tensor([0, *counts]).cumsum(0).tolist(), strict=False))
    out = Data.from_dict(hetero.to_dict()["_global_store"])
    ends = []
    for (source, _, target), store in hetero.edge_items():
        edge_index = store.edge_index if store.edge_index is not None else torch.zeros(2, 0, dtype=torch.int64)
        ends.append(edge_index + torch.tensor([[first[source]], [first[target]]], dtype=edge_index.dtype))
    out.edge_index = torch.cat(ends, dim=1) if ends else torch.zeros(2, 0, dtype=torch.int64)
    for name in _shared(hetero.node_stores) if node_attrs is None else node_attrs:
        out[name] = torch.cat([store[name] for store in hetero.node_stores])
    for name in _shared(hetero.edge_stores) if edge_attrs is None else edge_attrs:
        out[name] = torch.cat([store[name] for store in hetero.edge_stores])
    if types[0]:
        out.node_type = torch.arange(len(counts)).repeat_interleave(torch.tensor(counts, dtype=torch.int64))
    if types[1]:
        edges = torch.tensor([part.shape[1] for part in ends], dtype=torch.int64)
        out.edge_type = torch.arange(len(ends)).repeat_interleave(edges)
    out.num_nodes = sum(counts)
    out._node_type_names, out._edge_type_names = names, hetero.edge_types
    return out


def _count(name: str, store: Any) -> int:
    if store.num_nodes is None:
        message = (
            f"HeteroData.to_homogeneous: expected to know how many nodes of type {name!r} there are, got no attribute "
            f"that tells. Set data[{name!r}].num_nodes or x."
        )
        raise DataError(message)
    return int(store.num_nodes)


def _shared(stores: list[Any]) -> list[str]:
    """Names of the tensors that every store has, in one dtype and width."""

    def kinds(name: str) -> set[Any]:
        values = [store._store.get(name) for store in stores]
        return {(v.dtype, v.shape[1:]) if isinstance(v, Tensor) and v.dim() else v is None for v in values}

    names = stores[0].keys() if stores else []
    found = {name: kinds(name) for name in names if name not in ("edge_index", "num_nodes")}
    return [name for name, kind in found.items() if len(kind) == 1 and isinstance(next(iter(kind)), tuple)]
