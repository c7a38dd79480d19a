"""Personalised PageRank: how much a random walk that keeps starting again at one node is seen at every other."""

from numbers import Real
from typing import NamedTuple

import torch

from edgewise._typing import EdgeIndex, Int, Tensor
from edgewise.errors import ArgumentError
from edgewise.ops import structure
from edgewise.utils._arguments import check_index, count_nodes
from edgewise.utils.maps import cumsum

__all__ = ["get_ppr"]

_CHUNK_ENTRIES = 2**23
"""How large the tables of a chunk of targets may be: 200 MB."""


def get_ppr(
    edge_index: EdgeIndex,
    alpha: float = 0.2,
    eps: float = 1e-5,
    target: Int[Tensor, " targets"] | None = None,
    num_nodes: int | None = None,
) -> tuple[Tensor, Tensor]:
    r"""Approximate the personalised PageRank of some nodes, or of all.

    .. math:: \pi_s = \alpha \sum_{k \ge 0} (1 - \alpha)^k e_s (D^{-1} A)^k

    Every node :math:`v` holds a residual, at first :math:`\alpha` at :math:`s` alone. Where it is at least
    :math:`\alpha\,\epsilon\,d_v`, it is added to the result, and :math:`1 - \alpha` of it is passed on along the edges
    that leave :math:`v`; until it is small everywhere.

    Args:
        edge_index: The edges; an edge that is there twice counts twice.
        alpha: The probability to start again, at each step.
        eps: How small residuals must be in the end, for each edge that leaves the node.
        target: The nodes to start from. Default: all.
        num_nodes: How many nodes there are. Default: one more than the largest in ``edge_index``.

    Shape:
        edge_index ``[2, edges]`` · target ``[targets]`` → ``[2, entries]``: row 0 the target, row 1 a node, by target
        and node; and the weights ``[entries]``

    Raises:
        ArgumentError: ``alpha`` is not above 0 and at most 1, or ``eps`` not above 0.
        NodeIndexError: An edge, or ``target``, names a node outside of ``num_nodes``.

    Cost: O(1 / (alpha² · eps)) steps a target at most, whatever the size of the graph, for many targets at once, and 24
    bytes of memory a node. In float64, on the CPU; the same bits on any number of threads.

    Source: Andersen, Chung & Lang, *Local graph partitioning using PageRank vectors*, FOCS 2006. All nodes with much
    residual pass it on at once here, and one after the other in PyG, which needs numba: weights differ within the bound
    that both keep, so a node with next to nothing may be listed by one of them only.

    Example:
        >>> edges, weight = get_ppr(torch.tensor([[0, 1], [1, 0]]), alpha=0.5, target=torch.tensor([0]))
        >>> edges.tolist(), [round(w, 3) for w in weight.tolist()]
        ([[0, 0], [0, 1]], [0.667, 0.333])
    """
    if not isinstance(alpha, Real) or not 0.0 < alpha <= 1.0:
        message = f"get_ppr: expected alpha above 0 and at most 1, got {alpha!r}. It is the probability to start again."
        raise ArgumentError(message)
    if not isinstance(eps, Real) or not eps > 0.0:
        message = f"get_ppr: expected eps above 0, got {eps!r}. Use 1e-5, or smaller for more entries."
        raise ArgumentError(message)
    nodes = count_nodes(edge_index, num_nodes, caller="get_ppr")
    if target is None:
        target = torch.arange(nodes, device=edge_index.device)
    check_index(target, nodes, "target", "Pass num_nodes, or leave them out.", caller="get_ppr")
    pushes = _Pushes.on(edge_index.cpu(), nodes, alpha, eps)
    chunks = target.cpu().long().split(max(1, _CHUNK_ENTRIES // max(nodes, 1)))
    starts, found, weights = (torch.cat(parts) for parts in zip(*map(pushes.run, chunks), strict=True))
    edges = torch.stack([starts, found]).to(edge_index.device)
    return edges, weights.to(edge_index.device, torch.get_default_dtype())


class _Pushes(NamedTuple):
    """A graph whose nodes pass on what they hold, for several seeds at once: node ``v`` of seed ``s`` has the place
    ``s * nodes + v`` in every table.
    """

    first: Tensor
    column: Tensor
    degree: Tensor
    least: Tensor
    alpha: float

    @staticmethod
    def on(edge_index: Tensor, nodes: int, alpha: float, eps: float) -> "_Pushes":
        row, column = structure.sort(edge_index, nodes)[0]
        degree = torch.bincount(row, minlength=nodes)
        return _Pushes(cumsum(degree), column.long(), degree, alpha * eps * degree.double(), alpha)

    def run(self, seeds: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """The seed, the node and the weight of every entry."""
        nodes = self.degree.shape[0]
        residual, result = torch.zeros(2, seeds.shape[0] * nodes, dtype=torch.float64)
        latest = torch.empty(residual.shape, dtype=torch.long)
        places = torch.arange(seeds.shape[0]) * nodes + seeds
        residual[places] = self.alpha
        while places.shape[0]:
            value = residual.index_select(0, places)
            residual.index_fill_(0, places, 0.0)
            result.index_add_(0, places, value)
            reached, share, least = self._pass_on(places, value)
            residual.index_add_(0, reached, share)
            # Of places that are reached several times, the last one counts: a set without a sort.
            reached = reached[residual.index_select(0, reached) >= least]
            order = torch.arange(reached.shape[0])
            latest.scatter_reduce_(0, reached, order, "amax", include_self=False)
            places = reached[latest.index_select(0, reached) == order]
        places = (result > 0).nonzero().squeeze(1)
        return seeds[places // nodes], places % nodes, result[places]

    def _pass_on(self, places: Tensor, value: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """The places that neighbours have, what each gets, and how much each must hold to pass that on in turn."""
        node = places % self.degree.shape[0]
        degree = self.degree.index_select(0, node)
        edges = int(degree.sum())
        origin = torch.repeat_interleave(torch.arange(places.shape[0]), degree, output_size=edges)
        shift = self.first.index_select(0, node) - (degree.cumsum(0) - degree)
        neighbour = self.column.index_select(0, shift.index_select(0, origin).add_(torch.arange(edges)))
        share = (1 - self.alpha) * value / degree
        reached = (places - node).index_select(0, origin).add_(neighbour)
        return reached, share.index_select(0, origin), self.least.index_select(0, neighbour)
