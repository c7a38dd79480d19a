"""ComplEx: embeddings of complex numbers, so that a relation has a direction."""

import torch
from torch.nn.functional import binary_cross_entropy_with_logits

from edgewise._typing import Float, Tensor
from edgewise.nn.models.kge.base import Index, KGEModel

__all__ = ["ComplEx"]


class ComplEx(KGEModel):
    r"""Scores a triple by a product of three complex embeddings, the tail's conjugated.

    .. math:: d(h, r, t) = \mathrm{Re}\, \langle e_h, e_r, \bar e_t \rangle
        = \mathrm{Re} \sum_k e_{hk}\, e_{rk}\, \bar e_{tk}

    Args:
        num_nodes: How many nodes (entities) there are.
        num_relations: How many relations there are.
        hidden_channels: How many complex numbers an embedding has.
        sparse: Gradients of the embeddings are sparse: for ``torch.optim.SparseAdam``.

    Shape:
        head_index ``[triples]`` · rel_type ``[triples]`` · tail_index ``[triples]`` → ``[triples]``

    Raises:
        ArgumentError: A size below 1.
        DTypeError: An index is not integer.
        ShapeError: The indices do not have one shape ``[triples]``.
        NodeIndexError: An index is outside of ``num_nodes`` or ``num_relations``.

    Cost: O(triples · hidden) time and memory; ranking is two matrix products.

    Source: Trouillon et al., *Complex Embeddings for Simple Link Prediction*, ICML 2016, eq. 9-11. As in PyG, the loss
    is a mean without a regulariser: pass ``weight_decay`` to the optimiser.

    Example:
        >>> model = ComplEx(num_nodes=4, num_relations=2, hidden_channels=8)
        >>> head, rel, tail = torch.tensor([0, 1]), torch.tensor([0, 1]), torch.tensor([2, 3])
        >>> model(head, rel, tail).shape, model.loss(head, rel, tail).shape
        (torch.Size([2]), torch.Size([]))
    """

    def __init__(
        self,
        num_nodes: int,
        num_relations: int,
        hidden_channels: int,
        sparse: bool = False,  # noqa: FBT001, FBT002 - PyG's signature
    ) -> None:
        super().__init__(num_nodes, num_relations, hidden_channels, sparse)
        self.node_emb_im = torch.nn.Embedding(num_nodes, hidden_channels, sparse=sparse)
        self.rel_emb_im = torch.nn.Embedding(num_relations, hidden_channels, sparse=sparse)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the embeddings anew."""
        for embedding in (self.node_emb, self.node_emb_im, self.rel_emb, self.rel_emb_im):
            torch.nn.init.xavier_uniform_(embedding.weight)

    def forward(
        self,
        head_index: Index,
        rel_type: Index,
        tail_index: Index,
    ) -> Float[Tensor, " triples"]:
        r"""Return :math:`\mathrm{Re}\, \langle e_h, e_r, \bar e_t \rangle`."""
        self._check(head_index, rel_type, tail_index, "forward")
        re, im = self._times_relation(head_index, rel_type, conjugate=False)
        score: Tensor = (re * self.node_emb(tail_index) + im * self.node_emb_im(tail_index)).sum(-1)
        return score

    def loss(
        self,
        head_index: Index,
        rel_type: Index,
        tail_index: Index,
    ) -> Float[Tensor, ""]:
        """Return the mean cross-entropy of these triples, as true, and of random ones, as false."""
        true, drawn = self._true_and_random(head_index, rel_type, tail_index)
        target = torch.cat([torch.ones_like(true), torch.zeros_like(drawn)])
        return binary_cross_entropy_with_logits(torch.cat([true, drawn]), target)

    def _times_relation(self, node: Tensor, rel_type: Tensor, *, conjugate: bool) -> tuple[Tensor, Tensor]:
        r"""Real and imaginary part of :math:`e_h e_r`, or of :math:`e_t \bar e_r`."""
        re, im = self.node_emb(node), self.node_emb_im(node)
        rel_re, rel_im = self.rel_emb(rel_type), self.rel_emb_im(rel_type)
        rel_im = -rel_im if conjugate else rel_im
        return re * rel_re - im * rel_im, re * rel_im + im * rel_re

    def _scores_of_all(self, given: Tensor, rel_type: Tensor, batch_size: int, *, heads: bool) -> Tensor:
        re, im = self._times_relation(given, rel_type, conjugate=heads)
        return re @ self.node_emb.weight.t() + im @ self.node_emb_im.weight.t()
