"""Where to draw each node of a graph."""

from edgewise._typing import Float, Tensor
from edgewise.adjacency import Adjacency
from edgewise.errors import ArgumentError
from edgewise.ops import _dispatch

__all__ = ["force_layout"]


def force_layout(adjacency: Adjacency, *, seed: int = 0, iterations: int = 60) -> Float[Tensor, "nodes 2"]:
    r"""Place nodes so that edges are short and nodes keep apart.

    .. math:: F_i = \sum_{j \ne i} \frac{p_i - p_j}{\lVert p_i - p_j \rVert^2}
        - \sum_{j \in \mathcal{N}(i)} \lVert p_i - p_j \rVert (p_i - p_j) - g\, p_i

    Args:
        adjacency: The graph; both directions of every edge.
        seed: The same seed gives the same picture, bit for bit on any number of threads.
        iterations: Steps at the finest level; coarser graphs take as many, the coarsest four times as many.

    Shape:
        adjacency of ``nodes`` → ``[nodes, 2]``, zero mean, largest coordinate 1

    Raises:
        ArgumentError: The adjacency is bipartite, or ``iterations`` below 1.

    Cost: O((nodes log nodes + edges) · iterations).

    Source: Fruchterman & Reingold 1991 (forces), Barnes & Hut 1986 (far nodes together), Hu 2005 (coarse to fine).
    Ours adds a weak pull to the centre, so that parts without a connection stay in the picture.

    Example:
        >>> import torch
        >>> adjacency = Adjacency.of(torch.tensor([[0, 1, 1, 2], [1, 0, 2, 1]]), (3, 3))
        >>> force_layout(adjacency).shape
        torch.Size([3, 2])
    """
    if adjacency.num_src != adjacency.num_dst or iterations < 1:
        message = (
            "force_layout: expected a square adjacency and at least 1 iteration, got "
            f"{adjacency.num_dst} x {adjacency.num_src} and {iterations}. Lay a bipartite graph out as one graph."
        )
        raise ArgumentError(message)
    position: Tensor = _dispatch.run(
        "force_layout", adjacency.indices, adjacency.indptr, adjacency.indices, seed, iterations
    )
    return position
