"""Edges as nodes."""

import torch

from edgewise._typing import Int, Tensor
from edgewise.data import Data
from edgewise.transforms._checks import check_homogeneous, check_no_edge_labels, check_single
from edgewise.transforms._stores import edge_attributes, edges_of, node_attributes
from edgewise.transforms.base import BaseTransform
from edgewise.utils import coalesce, is_undirected, scatter

__all__ = ["LineGraph"]


class LineGraph(BaseTransform):
    r"""Turn every edge to a node; nodes are joined where their edges meet.

    .. math:: V' = E, \quad E' = \{ (e_1, e_2) : e_1 \cap e_2 \ne \emptyset \}

    Nodes are numbered as the edges of the coalesced graph. In a directed graph :math:`e_1 \to e_2` where :math:`e_1`
    ends at the start of :math:`e_2`. In an undirected one both directions of an edge are one node, numbered among those
    with source before destination; self loops are left out.

    Args:
        force_directed: Take every edge for directed.

    Shape:
        edge_attr ``[edges, width]`` (optional) → x ``[edges, width]``; both directions of an undirected edge added up

    Raises:
        DataError: There is no ``edge_index``, an ``edge_label_index``, or a batch.
        DTypeError: A ``HeteroData``.
        NodeIndexError: An edge names a node that does not exist.

    Cost: O(edges + edges of the line graph), which are the sum of squared degrees.

    Source: PyG's. Ours keeps no attribute of the old nodes and edges beside ``edge_attr``, and takes rows of duplicate,
    unsorted edges, and undirected graphs with self loops, for what they are.

    Example:
        >>> data = Data(edge_index=torch.tensor([[0, 1, 1, 2], [1, 0, 2, 1]]), num_nodes=3)
        >>> out = LineGraph()(data)
        >>> out.num_nodes, out.edge_index.tolist()
        (2, [[0, 1], [1, 0]])
    """

    def __init__(self, force_directed: bool = False) -> None:  # noqa: FBT001, FBT002 - PyG's signature
        self.force_directed = force_directed

    def forward(self, data: Data) -> Data:
        """Build the line graph."""
        check_homogeneous(data, "LineGraph")
        check_single(data, "LineGraph")
        check_no_edge_labels(data, "LineGraph")
        edges, nodes, attributes = edges_of(data, "LineGraph"), data.num_nodes, data.edge_attr
        directed = self.force_directed or not is_undirected(edges, attributes, nodes)
        edges, attributes = coalesce(edges, attributes, nodes)
        for name in {**node_attributes(data, data), **edge_attributes(data, data)}:
            del data[name]
        source, target = edges
        if directed:
            data.num_nodes = edges.shape[1]
            data.edge_index = _joined(target, source, nodes)
        else:
            forth = source < target  # the opposites stand for the same, with the same attributes
            data.num_nodes = int(forth.sum())
            number = torch.arange(data.num_nodes, device=edges.device)
            attributes = None if attributes is None else attributes[forth] + attributes[forth]
            ends = torch.cat([source[forth], target[forth]])
            met = _joined(ends, ends, nodes)
            pairs = torch.cat([number, number])[met]
            data.edge_index = coalesce(pairs[:, pairs[0] != pairs[1]], num_nodes=data.num_nodes)
        data.x = attributes
        return data


def _joined(left: Int[Tensor, " left"], right: Int[Tensor, " right"], nodes: int) -> Int[Tensor, "2 pairs"]:
    """Every pair of positions, one in each, that hold the same node; sorted."""
    order = right.argsort(stable=True)
    count = scatter(torch.ones_like(right, dtype=torch.int64), right, dim_size=nodes)
    first = count.cumsum(0) - count
    partners = count[left]
    row = torch.arange(len(left), device=left.device).repeat_interleave(partners)
    before = partners.cumsum(0) - partners
    within = torch.arange(len(row), device=left.device) - before[row]
    return torch.stack([row, order[first[left][row] + within]])
