"""Personalised PageRank as a propagation: many rounds, each of which goes back to the start a little."""

from typing import Any

from edgewise._typing import Adj, Float, Tensor
from edgewise.nn._checks import check_at_least, check_features, count_edges
from edgewise.nn._gcn_operator import GCNPropagation
from edgewise.nn.message_passing import overrides_nothing
from edgewise.ops import dropout

__all__ = ["APPNP"]


class APPNP(GCNPropagation):
    r"""Approximate personalised PageRank of features, without parameters of its own.

    .. math:: H^{(0)} = X, \quad H^{(k)} = (1 - \alpha) \hat D^{-1/2} \hat A \hat D^{-1/2} H^{(k-1)} + \alpha X,
        \quad X' = H^{(K)}, \quad \hat A = A + I

    Args:
        K: How many rounds: how far a node sees.
        alpha: The share of its own features that a node goes back to in each round.
        dropout: Probability that an entry of the normalised adjacency, self loops among them, is dropped in training;
            drawn anew in each round.
        cached: Compute the normalisation once and use it whatever graph comes later. Rarely needed: it is kept with
            ``edge_index`` anyway, and computed again when that changes.
        add_self_loops: Add self loops to nodes without one.
        normalize: Normalise the adjacency; ``False`` uses it as it is, without adding loops.
        **kwargs: Settings of :class:`~edgewise.nn.MessagePassing`.

    Shape:
        x ``[nodes, width]`` float · edge_index ``[2, edges]`` integer, or a ``torch.sparse`` adjacency
        ``[nodes, nodes]`` (row = destination), whose values are edge weights · edge_weight ``[edges]`` (optional) →
        ``[nodes, width]``

    Raises:
        ShapeError: ``edge_index`` is not ``[2, edges]``.
        DTypeError: ``edge_index`` is not integer, or ``x`` not floating.
        NodeIndexError: An edge names a node that ``x`` has no row for.
        ArgumentError: ``K`` is negative.

    Cost: O(K · edges · width) time, O(nodes · width + edges) memory, however many rounds there are; a gradient of
    ``edge_weight`` keeps the features of all rounds. The same bits on any number of threads.

    Source: Gasteiger et al., *Predict then Propagate: Graph Neural Networks meet Personalized PageRank*, ICLR 2019,
    eq. 4. Ours adds ``edge_weight``; the softmax is the caller's. Dropout is drawn anew in each round, as in the paper;
    in PyG each round drops from what the rounds before have left.

    Example:
        >>> import torch
        >>> propagate = APPNP(K=10, alpha=0.1)
        >>> propagate(torch.eye(2), torch.tensor([[0, 1], [1, 0]]))
        tensor([[0.5500, 0.4500],
                [0.4500, 0.5500]])
    """

    def __init__(
        self,
        K: int,
        alpha: float,
        dropout: float = 0.0,
        cached: bool = False,  # noqa: FBT001, FBT002 - PyG's signature
        add_self_loops: bool = True,  # noqa: FBT001, FBT002
        normalize: bool = True,  # noqa: FBT001, FBT002
        **kwargs: Any,
    ) -> None:
        check_at_least("APPNP", "K", K, 0)
        super().__init__(cached=cached, add_self_loops=add_self_loops, normalize=normalize, **kwargs)
        self.K = K
        self.alpha = alpha
        self.dropout = dropout
        self._is_stock = self.fuse and overrides_nothing(self, APPNP)

    def forward(
        self, x: Float[Tensor, "*batch nodes width"], edge_index: Adj, edge_weight: Tensor | None = None
    ) -> Float[Tensor, "*batch nodes width"]:
        r"""Return :math:`H^{(K)}`."""
        check_features("APPNP", x, edge_index)
        if not self._is_stock:
            return self._explicit(x, edge_index, edge_weight)
        adjacency, weight, diagonal = self._operator(
            edge_index,
            edge_weight,
            x.shape[self.node_dim],
            x.dtype,
            scale=1 - self.alpha,
            in_order=self.dropout > 0,
        )
        h = x
        for _ in range(self.K):
            h = self.message_and_aggregate(adjacency, h, self._dropped(weight), self._dropped(diagonal))
            h = h.add_(x, alpha=self.alpha)
        return h

    def _explicit(self, x: Tensor, edge_index: Adj, edge_weight: Tensor | None) -> Tensor:
        """The rounds for a subclass that has its own messages."""
        edges, weight = self._edges(edge_index, edge_weight, x.shape[self.node_dim], x.dtype)
        if weight is None and self.dropout > 0:
            weight = x.new_ones(count_edges(edges))
        h = x
        for _ in range(self.K):
            h = self.propagate(edges, x=h, edge_weight=self._dropped(weight), diagonal=None)
            h = (1 - self.alpha) * h + self.alpha * x
        return h

    def _dropped(self, weight: Tensor | None) -> Tensor | None:
        return None if weight is None else dropout(weight, self.dropout, training=self.training)

    def __repr__(self) -> str:
        return f"APPNP(K={self.K}, alpha={self.alpha})"
