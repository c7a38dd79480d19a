"""What is left of the edges when some nodes are kept."""

import torch

from edgewise._checks import check_edge_index
from edgewise._typing import EdgeIndex, Int, Tensor
from edgewise.errors import ShapeError

__all__ = ["filter_adj"]


def filter_adj(
    edge_index: EdgeIndex,
    edge_attr: Tensor | None,
    node_index: Int[Tensor, " kept"],
    cluster_index: Int[Tensor, " kept"] | None = None,
    num_nodes: int | None = None,
) -> tuple[Int[Tensor, "2 kept_edges"], Tensor | None]:
    r"""Keep the edges between kept nodes, in their order, with the nodes' new numbers: :math:`A' = A_{I,I}`.

    Args:
        edge_index: The edges.
        edge_attr: One row an edge, or ``None``.
        node_index: The nodes that are kept, in their new order.
        cluster_index: The new number of each of them. Default: its place in ``node_index``.
        num_nodes: How many nodes there were. Default: one more than the largest named.

    Shape:
        edge_index ``[2, edges]`` · edge_attr ``[edges, *]`` · node_index ``[kept]`` → ``[2, kept_edges]``,
        ``[kept_edges, *]``

    Raises:
        ShapeError: ``edge_index`` is not ``[2, edges]``, or ``edge_attr`` does not have one row an edge.

    Cost: O(edges + nodes).

    Example:
        >>> filter_adj(torch.tensor([[0, 1, 2], [1, 2, 0]]), None, torch.tensor([2, 1]))[0].tolist()
        [[1], [0]]
    """
    check_edge_index(edge_index, caller="filter_adj")
    if edge_attr is not None and edge_attr.shape[0] != edge_index.shape[1]:
        message = (
            f"filter_adj: expected edge_attr with one row for each of the {edge_index.shape[1]} edges, "
            f"got {list(edge_attr.shape)}. Pass it in the order of edge_index."
        )
        raise ShapeError(message)
    if num_nodes is None:
        num_nodes = max((int(t.max()) + 1 for t in (edge_index, node_index) if t.numel()), default=0)
    if cluster_index is None:
        cluster_index = torch.arange(node_index.shape[0], device=node_index.device)
    number = edge_index.new_full((num_nodes,), -1)
    number[node_index.long()] = cluster_index.to(edge_index.dtype)
    moved = number[edge_index.long()]
    kept = (moved >= 0).all(0)
    return moved[:, kept], None if edge_attr is None else edge_attr[kept]
