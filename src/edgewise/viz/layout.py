"""Node positions from an edge list in any direction."""

from edgewise import ops
from edgewise._checks import check_edge_index, check_node_range
from edgewise._typing import EdgeIndex, Float, Tensor
from edgewise.adjacency import Adjacency
from edgewise.utils import to_undirected

__all__ = ["force_layout"]


def force_layout(
    edge_index: EdgeIndex, num_nodes: int, *, seed: int = 0, iterations: int = 60
) -> Float[Tensor, "nodes 2"]:
    """Place nodes so that edges are short and nodes keep apart; direction does not count.

    Args:
        edge_index: The edges.
        num_nodes: How many nodes there are.
        seed: The same seed gives the same picture.
        iterations: Steps at the finest level.

    Shape:
        edge_index ``[2, edges]`` → ``[nodes, 2]``, zero mean, largest coordinate 1

    Raises:
        DTypeError: ``edge_index`` is not an integer tensor.
        ShapeError: ``edge_index`` is not ``[2, edges]``.
        NodeIndexError: An edge names a node that does not exist.

    Cost: see :func:`edgewise.ops.force_layout`.

    Example:
        >>> import torch
        >>> force_layout(torch.tensor([[0, 1], [1, 2]]), 3).shape
        torch.Size([3, 2])
    """
    check_edge_index(edge_index, caller="force_layout")
    check_node_range(edge_index, num_nodes, num_nodes, caller="force_layout")
    both = to_undirected(edge_index.cpu(), num_nodes=num_nodes)
    adjacency = Adjacency.of(both, (num_nodes, num_nodes), caller="force_layout")
    return ops.force_layout(adjacency, seed=seed, iterations=iterations)
