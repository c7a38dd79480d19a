"""Rules that score pairs of nodes and learn nothing: what a link predictor must beat to be worth its training."""

from typing import Any

import torch

from edgewise._lazy import lazy_import
from edgewise._typing import EdgeIndex, Float, Int, Tensor

sparse = lazy_import("scipy.sparse")
np = lazy_import("numpy")

__all__ = ["RULES", "NeighbourRules", "precision_at"]

RULES = ("common neighbours", "Adamic-Adar", "preferential attachment")
_PAIRS_AT_ONCE = 1 << 16


class NeighbourRules:
    r"""Scores of pairs from their neighbours alone; direction and repeated edges do not count.

    .. math::
        \text{common}(i, j) = |N_i \cap N_j|, \quad
        \text{AA}(i, j) = \sum_{k \in N_i \cap N_j} \frac{1}{\log |N_k|}, \quad
        \text{PA}(i, j) = |N_i| \, |N_j|

    Args:
        edge_index: Edges that are known.
        num_nodes: How many nodes there are.

    Shape:
        pairs ``[2, pairs]`` → ``[pairs]`` for each name of :data:`RULES`

    Cost: a merge of two neighbour lists a pair.

    Source: Liben-Nowell & Kleinberg, *The link-prediction problem for social networks*, 2007, section 3; Adamic & Adar,
        *Friends and neighbors on the web*, 2003.

    Example:
        >>> rules = NeighbourRules(torch.tensor([[0, 1, 0], [2, 2, 3]]), 4)
        >>> {name: score.tolist() for name, score in rules.scores(torch.tensor([[0], [1]])).items()}
        {'common neighbours': [1.0], 'Adamic-Adar': [1.4426950408889634], 'preferential attachment': [2.0]}
    """

    def __init__(self, edge_index: EdgeIndex, num_nodes: int) -> None:
        rows, columns = edge_index.cpu().numpy()
        ones = np.ones(len(rows))
        one_way = sparse.coo_array((ones, (rows, columns)), (num_nodes, num_nodes))
        both = (one_way + one_way.T).tocsr()
        both.setdiag(0)
        both.eliminate_zeros()
        both.data[:] = 1
        self.neighbours: Any = both
        self.degree: Any = both.sum(1)
        with np.errstate(divide="ignore"):
            # A node of degree 1 is nobody's common neighbour; its weight counts nowhere.
            rarity = np.where(self.degree > 1, 1 / np.log(np.maximum(self.degree, 2)), 0.0)
        self.weighted: Any = both.multiply(rarity[None, :]).tocsr()

    def scores(self, pairs: Int[Tensor, "2 pairs"]) -> dict[str, Float[Tensor, " pairs"]]:
        """Return the score of each pair by each rule."""
        parts = [self._some(*part.cpu().numpy()) for part in pairs.split(_PAIRS_AT_ONCE, dim=1)]
        columns = zip(*parts, strict=True)
        return {name: torch.from_numpy(np.concatenate(column)) for name, column in zip(RULES, columns, strict=True)}

    def _some(self, sources: Any, targets: Any) -> tuple[Any, Any, Any]:
        of_source = self.neighbours[sources]
        common = of_source.multiply(self.neighbours[targets]).sum(1)
        rare = of_source.multiply(self.weighted[targets]).sum(1)
        return common, rare, self.degree[sources] * self.degree[targets]


def precision_at(score: Float[Tensor, " pairs"], is_link: Tensor, ks: list[int]) -> list[float]:
    r"""Share of links among the ``k`` pairs with the highest scores.

    Pairs of equal score stand in no order: what counts is the mean over all orders, so that a rule with few different
    scores gains nothing by the order in which pairs were listed.

    Args:
        score: Of each pair.
        is_link: Which pairs are links.
        ks: Numbers of best pairs, at most as many as there are.

    Example:
        >>> precision_at(torch.tensor([3.0, 1.0, 1.0]), torch.tensor([True, True, False]), [1, 2, 3])
        [1.0, 0.75, 0.6666666666666666]
    """
    order = score.argsort(descending=True, stable=True)
    _, size = score[order].unique_consecutive(return_counts=True)
    ends = size.cumsum(0)
    hits = is_link[order].double().cumsum(0)[ends - 1]
    # Within a group of equal scores, hits grow evenly on average.
    found = np.interp(ks, [0, *ends.tolist()], [0.0, *hits.tolist()])
    return [float(hit) / k for hit, k in zip(found, ks, strict=True)]
