"""TransE: a relation is the way from head to tail."""

import math

import torch
from torch.nn.functional import margin_ranking_loss, normalize

from edgewise._typing import Float, Tensor
from edgewise.nn.models.kge.base import Index, KGEModel

__all__ = ["TransE"]


class TransE(KGEModel):
    r"""Scores a triple by how near the head, moved by the relation, comes to the tail.

    .. math:: d(h, r, t) = -\left\Vert \frac{e_h}{\Vert e_h \Vert_p} + e_r - \frac{e_t}{\Vert e_t \Vert_p} \right\Vert_p

    Args:
        num_nodes: How many nodes (entities) there are.
        num_relations: How many relations there are.
        hidden_channels: Width of an embedding.
        margin: By how much a true triple is to score above one drawn at random.
        p_norm: :math:`p`, of lengths and distances.
        sparse: Gradients of the embeddings are sparse: for ``torch.optim.SparseAdam``.

    Shape:
        head_index ``[triples]`` · rel_type ``[triples]`` · tail_index ``[triples]`` → ``[triples]``

    Raises:
        ArgumentError: A size below 1.
        DTypeError: An index is not integer.
        ShapeError: The indices do not have one shape ``[triples]``.
        NodeIndexError: An index is outside of ``num_nodes`` or ``num_relations``.

    Cost: O(triples · hidden) time and memory. Distances that are ranked with ``p_norm=2`` come from a matrix product,
    so those that differ by less than about 1e-3 may change places in float32.

    Source: Bordes et al., *Translating Embeddings for Modeling Multi-relational Data*, NIPS 2013, algorithm 1. As in
    PyG, the loss is a mean, and nodes are scaled to length 1 in each score, not once a step.

    Example:
        >>> model = TransE(num_nodes=4, num_relations=2, hidden_channels=8)
        >>> head, rel, tail = torch.tensor([0, 1]), torch.tensor([0, 1]), torch.tensor([2, 3])
        >>> model(head, rel, tail).shape, model.loss(head, rel, tail).shape
        (torch.Size([2]), torch.Size([]))
    """

    def __init__(
        self,
        num_nodes: int,
        num_relations: int,
        hidden_channels: int,
        margin: float = 1.0,
        p_norm: float = 1.0,
        sparse: bool = False,  # noqa: FBT001, FBT002 - PyG's signature
    ) -> None:
        super().__init__(num_nodes, num_relations, hidden_channels, sparse)
        self.margin = margin
        self.p_norm = p_norm
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the embeddings anew; those of relations have length 1."""
        bound = 6 / math.sqrt(self.hidden_channels)
        torch.nn.init.uniform_(self.node_emb.weight, -bound, bound)
        torch.nn.init.uniform_(self.rel_emb.weight, -bound, bound)
        with torch.no_grad():
            self.rel_emb.weight.copy_(self._scaled(self.rel_emb.weight))

    def forward(
        self,
        head_index: Index,
        rel_type: Index,
        tail_index: Index,
    ) -> Float[Tensor, " triples"]:
        r"""Return :math:`-\Vert e_h + e_r - e_t \Vert_p` of scaled nodes."""
        self._check(head_index, rel_type, tail_index, "forward")
        head, tail = self._scaled(self.node_emb(head_index)), self._scaled(self.node_emb(tail_index))
        score: Tensor = -(head + self.rel_emb(rel_type) - tail).norm(p=self.p_norm, dim=-1)
        return score

    def loss(
        self,
        head_index: Index,
        rel_type: Index,
        tail_index: Index,
    ) -> Float[Tensor, ""]:
        r"""Return the mean of :math:`\max(0, \mathrm{margin} - d + d')`, with :math:`d'` of a random triple."""
        true, drawn = self._true_and_random(head_index, rel_type, tail_index)
        return margin_ranking_loss(true, drawn, torch.ones_like(true), margin=self.margin)

    def _scaled(self, x: Tensor) -> Tensor:
        return normalize(x, p=self.p_norm, dim=-1)

    def _scores_of_all(self, given: Tensor, rel_type: Tensor, batch_size: int, *, heads: bool) -> Tensor:
        way = self.rel_emb(rel_type)
        moved = self._scaled(self.node_emb(given)) + (-way if heads else way)
        every = self._scaled(self.node_emb.weight)
        return -torch.cdist(moved, every, p=self.p_norm, compute_mode="use_mm_for_euclid_dist")
