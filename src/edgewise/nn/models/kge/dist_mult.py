"""DistMult: a relation is a diagonal matrix between head and tail."""

import torch
from torch.nn.functional import margin_ranking_loss

from edgewise._typing import Float, Tensor
from edgewise.nn.models.kge.base import Index, KGEModel

__all__ = ["DistMult"]


class DistMult(KGEModel):
    r"""Scores a triple by a product of its three embeddings, whichever way round.

    .. math:: d(h, r, t) = \langle e_h, e_r, e_t \rangle = \sum_k e_{hk}\, e_{rk}\, e_{tk}

    Args:
        num_nodes: How many nodes (entities) there are.
        num_relations: How many relations there are.
        hidden_channels: Width of an embedding.
        margin: By how much a true triple is to score above one drawn at random.
        sparse: Gradients of the embeddings are sparse: for ``torch.optim.SparseAdam``.

    Shape:
        head_index ``[triples]`` · rel_type ``[triples]`` · tail_index ``[triples]`` → ``[triples]``

    Raises:
        ArgumentError: A size below 1.
        DTypeError: An index is not integer.
        ShapeError: The indices do not have one shape ``[triples]``.
        NodeIndexError: An index is outside of ``num_nodes`` or ``num_relations``.

    Cost: O(triples · hidden) time and memory; ranking is a matrix product.

    Source: Yang et al., *Embedding Entities and Relations for Learning and Inference in Knowledge Bases*, ICLR 2015,
    eq. 2 and 4. As in PyG, the loss is a mean, and embeddings are not scaled to length 1.

    Example:
        >>> model = DistMult(num_nodes=4, num_relations=2, hidden_channels=8)
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
        sparse: bool = False,  # noqa: FBT001, FBT002 - PyG's signature
    ) -> None:
        super().__init__(num_nodes, num_relations, hidden_channels, sparse)
        self.margin = margin
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the embeddings anew."""
        torch.nn.init.xavier_uniform_(self.node_emb.weight)
        torch.nn.init.xavier_uniform_(self.rel_emb.weight)

    def forward(
        self,
        head_index: Index,
        rel_type: Index,
        tail_index: Index,
    ) -> Float[Tensor, " triples"]:
        r"""Return :math:`\langle e_h, e_r, e_t \rangle`."""
        self._check(head_index, rel_type, tail_index, "forward")
        head, rel, tail = self.node_emb(head_index), self.rel_emb(rel_type), self.node_emb(tail_index)
        score: Tensor = (head * rel * tail).sum(-1)
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

    def _scores_of_all(self, given: Tensor, rel_type: Tensor, batch_size: int, *, heads: bool) -> Tensor:
        query: Tensor = self.node_emb(given) * self.rel_emb(rel_type)
        return query @ self.node_emb.weight.t()
