"""RotatE: a relation turns the head's complex numbers into the tail's."""

import math

import torch
from torch.nn.functional import binary_cross_entropy_with_logits

from edgewise._typing import Float, Tensor
from edgewise.nn.models.kge.base import Index, KGEModel

__all__ = ["RotatE"]


class RotatE(KGEModel):
    r"""Scores a triple by how near the head, turned by the relation, comes to the tail.

    .. math:: d(h, r, t) = \gamma - \Vert e_h \circ r - e_t \Vert_2, \qquad r_k = e^{i \theta_{rk}}

    Args:
        num_nodes: How many nodes (entities) there are.
        num_relations: How many relations there are.
        hidden_channels: How many complex numbers an embedding has.
        margin: :math:`\gamma`: triples nearer than that are taken for true.
        sparse: Gradients of the embeddings are sparse: for ``torch.optim.SparseAdam``.

    Shape:
        head_index ``[triples]`` · rel_type ``[triples]`` · tail_index ``[triples]`` → ``[triples]``

    Raises:
        ArgumentError: A size below 1.
        DTypeError: An index is not integer.
        ShapeError: The indices do not have one shape ``[triples]``.
        NodeIndexError: An index is outside of ``num_nodes`` or ``num_relations``.

    Cost: O(triples · hidden) time and memory; distances that are ranked come from a matrix product, so those that
    differ by less than about 1e-3 of an embedding's length may change places in float32.

    Source: Sun et al., *RotatE: Knowledge Graph Embedding by Relational Rotation in Complex Space*, ICLR 2019, eq. 2.
    As in PyG, the distance is the 2-norm of all parts, and random triples are weighted equally, without the paper's
    self-adversarial weights (eq. 5-6).

    Example:
        >>> model = RotatE(num_nodes=4, num_relations=2, hidden_channels=8)
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
        self.node_emb_im = torch.nn.Embedding(num_nodes, hidden_channels, sparse=sparse)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the embeddings and angles anew."""
        torch.nn.init.xavier_uniform_(self.node_emb.weight)
        torch.nn.init.xavier_uniform_(self.node_emb_im.weight)
        torch.nn.init.uniform_(self.rel_emb.weight, 0, 2 * math.pi)

    def forward(
        self,
        head_index: Index,
        rel_type: Index,
        tail_index: Index,
    ) -> Float[Tensor, " triples"]:
        r"""Return :math:`\gamma - \Vert e_h \circ r - e_t \Vert`."""
        self._check(head_index, rel_type, tail_index, "forward")
        tail = torch.cat([self.node_emb(tail_index), self.node_emb_im(tail_index)], 1)
        turned = self._turned(head_index, self.rel_emb(rel_type))
        distance: Tensor = torch.linalg.vector_norm(turned - tail, dim=1)
        return self.margin - distance

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

    def _turned(self, node: Tensor, angle: Tensor) -> Tensor:
        r""":math:`e \circ e^{i \theta}`: real parts, then imaginary ones."""
        re, im = self.node_emb(node), self.node_emb_im(node)
        cos, sin = angle.cos(), angle.sin()
        return torch.cat([cos * re - sin * im, cos * im + sin * re], 1)

    def _scores_of_all(self, given: Tensor, rel_type: Tensor, batch_size: int, *, heads: bool) -> Tensor:
        angle = self.rel_emb(rel_type)  # turning the head is as good as turning the tail back
        turned = self._turned(given, -angle if heads else angle)
        every = torch.cat([self.node_emb.weight, self.node_emb_im.weight], 1)
        return self.margin - torch.cdist(turned, every, compute_mode="use_mm_for_euclid_dist")
