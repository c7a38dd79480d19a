"""A batch of graphs taken apart again."""

import torch

from edgewise._checks import check_edge_index, check_node_range
from edgewise._typing import EdgeIndex, Int, Tensor
from edgewise.utils._arguments import as_axis, check_within_graphs, graph_sizes
from edgewise.utils.maps import cumsum, index_sort

__all__ = ["unbatch", "unbatch_edge_index"]


def unbatch(src: Tensor, batch: Int[Tensor, " nodes"], dim: int = 0, batch_size: int | None = None) -> list[Tensor]:
    """Split a tensor into one for each graph of a batch.

    Args:
        src: What is split.
        batch: The graph of each entry, in order.
        dim: The axis of ``src`` that ``batch`` goes along.
        batch_size: How many graphs there are. Default: one more than the last in ``batch``.

    Shape:
        src ``[*before, nodes, *after]`` · batch ``[nodes]`` → ``[*before, nodes of one graph, *after]`` each

    Raises:
        ArgumentError: ``batch`` is not in order.
        NodeIndexError: ``batch`` names a graph outside of ``batch_size``.
        ShapeError: ``batch`` does not have one entry for each of ``src``.

    Cost: O(nodes); the results are views of ``src``.

    Example:
        >>> [part.tolist() for part in unbatch(torch.arange(5), torch.tensor([0, 0, 1, 2, 2]))]
        [[0, 1], [2], [3, 4]]
    """
    axis = as_axis(dim, src, "src", "It is the axis that batch goes along.", caller="unbatch")
    sizes = graph_sizes(batch, batch_size, caller="unbatch", rows=src.shape[axis])
    return list(src.split(sizes.tolist(), axis)) if sizes.shape[0] else []


def unbatch_edge_index(
    edge_index: EdgeIndex, batch: Int[Tensor, " nodes"], batch_size: int | None = None
) -> list[Tensor]:
    """Split edges into those of each graph of a batch, with nodes that count from 0 in each.

    Args:
        edge_index: The edges, each within one graph, in any order.
        batch: The graph of each node, in order.
        batch_size: How many graphs there are. Default: one more than the last in ``batch``.

    Shape:
        edge_index ``[2, edges]`` · batch ``[nodes]`` → ``[2, edges of one graph]`` each

    Raises:
        ArgumentError: ``batch`` is not in order.
        DataError: An edge joins nodes of two graphs.
        NodeIndexError: An edge names a node outside of ``batch``, or ``batch`` a graph outside of ``batch_size``.

    Cost: O(nodes + edges), and a radix sort where edges do not stand in the order of their graphs. Last graphs without
    edges get empty ones, which PyG leaves out unless it knows ``batch_size``.

    Example:
        >>> edge_index = torch.tensor([[0, 1, 2, 3], [1, 0, 3, 2]])
        >>> [part.tolist() for part in unbatch_edge_index(edge_index, torch.tensor([0, 0, 1, 1]))]
        [[[0, 1], [1, 0]], [[0, 1], [1, 0]]]
    """
    caller = "unbatch_edge_index"
    check_edge_index(edge_index, caller=caller)
    sizes = graph_sizes(batch, batch_size, caller=caller)
    check_node_range(edge_index, batch.shape[0], batch.shape[0], caller=caller)
    graph = check_within_graphs(edge_index, batch, caller=caller)
    local = edge_index - cumsum(sizes).index_select(0, graph).to(edge_index.dtype)
    if bool((graph[1:] < graph[:-1]).any()):
        local = local.index_select(1, index_sort(graph)[1])
    counts = torch.bincount(graph, minlength=sizes.shape[0])
    return list(local.split(counts.tolist(), 1)) if sizes.shape[0] else []
