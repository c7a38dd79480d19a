"""LightGCN: recommendation by embeddings that are averaged along edges."""

from typing import Any

import torch
from torch.nn.functional import logsigmoid

from edgewise._checks import check_edge_index
from edgewise._typing import Adj, Float, Int, Tensor
from edgewise.adjacency import Adjacency
from edgewise.errors import ArgumentError, ShapeError
from edgewise.nn._checks import check_at_least, check_graph
from edgewise.nn._gcn_operator import GCNPropagation
from edgewise.nn.message_passing import as_edge_index
from edgewise.nn.models._pairs import KnownPairs, pair_scores

__all__ = ["LightGCN"]

_BLOCK = 2**22  # scores that are ranked at a time


class LightGCN(torch.nn.Module):
    r"""Learns an embedding a node, and mixes it with those of its neighbours, their neighbours and so on.

    .. math:: x_i = \sum_{l=0}^{L} \alpha_l\, x_i^{(l)}, \qquad
        x_i^{(l+1)} = \sum_{j \in \mathcal{N}(i)} \frac{e_{ji}}{\sqrt{d_i d_j}}\, x_j^{(l)}

    A pair of nodes scores :math:`x_i^\top x_j`.

    Args:
        num_nodes: How many nodes there are: users and items together.
        embedding_dim: Width of an embedding.
        num_layers: How many hops are mixed.
        alpha: Weight of each hop's embedding: a number for all, or ``[num_layers + 1]``. Default: their mean.
        normalize: ``False`` leaves out :math:`1/\sqrt{d_i d_j}`.
        **kwargs: Settings of :class:`~edgewise.nn.MessagePassing`.

    Shape:
        edge_index ``[2, edges]`` integer, or a ``torch.sparse`` adjacency ``[nodes, nodes]`` · edge_label_index
        ``[2, pairs]`` (optional) · edge_weight ``[edges]`` (optional) → scores ``[pairs]``

    Raises:
        ArgumentError: ``num_layers`` below 0, or ``alpha`` of another length than ``num_layers + 1``.
        ShapeError: ``edge_index`` or ``edge_label_index`` is not ``[2, edges]``.
        DTypeError: ``edge_index`` or ``edge_label_index`` is not integer.
        NodeIndexError: An edge or a pair names a node outside of ``num_nodes``.

    Cost: O(num_layers · edges · embedding_dim + pairs · embedding_dim) time, O(nodes · embedding_dim + edges + pairs)
    memory: no hop's embedding is kept for the gradient. The same bits on any number of threads.

    Source: He et al., *LightGCN: Simplifying and Powering Graph Convolution Network for Recommendation*, SIGIR 2020,
    eq. 3-8 and 15. The sum over hops is nested, :math:`\alpha_0 x + A(\alpha_1 x + A(\ldots))`. As in PyG, the losses
    are means, and the regulariser is divided by the number of pairs.

    Example:
        >>> model, edge_index = LightGCN(4, 8, num_layers=2), torch.tensor([[0, 1, 2, 3], [2, 3, 0, 1]])
        >>> model(edge_index, torch.tensor([[0, 1], [2, 2]])).shape
        torch.Size([2])
    """

    alpha: Tensor

    def __init__(
        self,
        num_nodes: int,
        embedding_dim: int,
        num_layers: int,
        alpha: float | Tensor | None = None,
        *,
        normalize: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__()
        check_at_least("LightGCN", "num_layers", num_layers, 0)
        self.num_nodes = num_nodes
        self.embedding_dim = embedding_dim
        self.num_layers = num_layers
        if not isinstance(alpha, Tensor):
            alpha = torch.full((num_layers + 1,), 1 / (num_layers + 1) if alpha is None else alpha)
        if alpha.shape != (num_layers + 1,):
            message = (
                f"LightGCN: expected alpha with one number for each of the {num_layers + 1} embeddings that "
                f"num_layers={num_layers} makes, got {list(alpha.shape)}. Pass one number for all, or leave it out."
            )
            raise ArgumentError(message)
        self.register_buffer("alpha", alpha)
        self.embedding = torch.nn.Embedding(num_nodes, embedding_dim)
        self.conv = GCNPropagation(cached=False, add_self_loops=False, normalize=normalize, **kwargs)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the embeddings anew."""
        torch.nn.init.xavier_uniform_(self.embedding.weight)

    def get_embedding(self, edge_index: Adj, edge_weight: Tensor | None = None) -> Float[Tensor, "nodes hidden"]:
        r"""Return :math:`\sum_l \alpha_l x^{(l)}` of every node.

        Args:
            edge_index: The edges.
            edge_weight: One number an edge.
        """
        check_graph("LightGCN", edge_index)
        if not torch.compiler.is_compiling():
            Adjacency.of(edge_index, (self.num_nodes, self.num_nodes), caller="LightGCN")
        x = self.embedding.weight
        propagate = self.conv._propagation(x, edge_index, edge_weight)
        out = self.alpha[-1] * x
        for layer in reversed(range(self.num_layers)):
            out = torch.addcmul(propagate(out), x, self.alpha[layer])
        return out

    def forward(
        self, edge_index: Adj, edge_label_index: Tensor | None = None, edge_weight: Tensor | None = None
    ) -> Float[Tensor, " pairs"]:
        """Return the score of each pair.

        Args:
            edge_index: The edges.
            edge_label_index: The pairs. Default: the edges themselves.
            edge_weight: One number an edge.
        """
        out = self.get_embedding(edge_index, edge_weight)
        if edge_label_index is None:
            edge_label_index = edge_index if edge_index.layout == torch.strided else as_edge_index(edge_index)[0]
        return pair_scores(out, edge_label_index, "LightGCN")

    def predict_link(
        self,
        edge_index: Adj,
        edge_label_index: Tensor | None = None,
        edge_weight: Tensor | None = None,
        prob: bool = False,  # noqa: FBT001, FBT002 - PyG's signature
    ) -> Float[Tensor, " pairs"]:
        """Return for each pair whether it is a link, 1 or 0.

        Args:
            edge_index: The edges.
            edge_label_index: The pairs. Default: the edges themselves.
            edge_weight: One number an edge.
            prob: Return probabilities.
        """
        p: Tensor = self(edge_index, edge_label_index, edge_weight).sigmoid()
        return p if prob else p.round()

    @torch.no_grad()
    def recommend(
        self,
        edge_index: Adj,
        edge_weight: Tensor | None = None,
        src_index: Tensor | None = None,
        dst_index: Tensor | None = None,
        k: int = 1,
        sorted: bool = True,  # noqa: FBT001, FBT002 - PyG's signature
        *,
        known: Tensor | None = None,
    ) -> Int[Tensor, "sources k"]:
        """Return the ``k`` destinations of the highest scores for each source.

        Scores are made and ranked for a block of sources at a time, never for all pairs at once.

        Args:
            edge_index: The edges.
            edge_weight: One number an edge.
            src_index: For whom to recommend. Default: every node.
            dst_index: What may be recommended. Default: every node.
            k: How many.
            sorted: Highest score first; ``False`` leaves the order open.
            known: Pairs ``[2, pairs]`` that must not be recommended, such as purchases that were made. They come last
                where nothing else is left.

        Raises:
            ArgumentError: ``k`` is larger than the number of destinations, or below 1.
        """
        out = self.get_embedding(edge_index, edge_weight)
        every = torch.arange(self.num_nodes, device=out.device)
        src_index, dst_index = (every if index is None else index for index in (src_index, dst_index))
        if not 1 <= k <= dst_index.shape[0]:
            message = (
                f"LightGCN.recommend: expected k between 1 and the {dst_index.shape[0]} destinations, got {k}. "
                "Lower k, or pass a longer dst_index."
            )
            raise ArgumentError(message)
        hidden = None if known is None else _columns(known, dst_index, self.num_nodes)
        targets, best = out[dst_index].t(), []
        for sources in src_index.split(max(1, _BLOCK // dst_index.shape[0])):
            scores = out[sources] @ targets
            if hidden is not None:
                scores[hidden.of(sources.long())] = -torch.inf
            best.append(scores.topk(k, dim=-1, sorted=sorted).indices)
        return dst_index[torch.cat(best)] if best else dst_index.new_empty(0, k)

    def link_pred_loss(
        self, pred: Float[Tensor, " pairs"], edge_label: Tensor, **kwargs: Any
    ) -> Float[Tensor, "*pairs"]:
        """Return the cross-entropy of scores, as logits, against labels 1 and 0.

        Args:
            pred: Scores, as :meth:`forward` returns them.
            edge_label: 1 for a link, 0 for none.
            **kwargs: Settings of ``torch.nn.BCEWithLogitsLoss``.
        """
        return torch.nn.BCEWithLogitsLoss(**kwargs)(pred, edge_label.to(pred.dtype))  # type: ignore[no-any-return]

    def recommendation_loss(
        self,
        pos_edge_rank: Float[Tensor, " pairs"],
        neg_edge_rank: Float[Tensor, " pairs"],
        node_id: Tensor | None = None,
        lambda_reg: float = 1e-4,
    ) -> Float[Tensor, ""]:
        r"""Return the Bayesian personalised ranking loss.

        .. math:: -\frac{1}{P} \sum_{p} \ln \sigma(\hat y_{ui} - \hat y_{uj})
            + \frac{\lambda}{P} \Vert x^{(0)} \Vert^2

        Args:
            pos_edge_rank: Scores of links.
            neg_edge_rank: Scores of pairs without one, each of the same source as the link at its place.
            node_id: Whose embeddings are kept small. Default: all.
            lambda_reg: :math:`\lambda`.

        Raises:
            ShapeError: There are more scores of the one kind than of the other.
        """
        if pos_edge_rank.shape != neg_edge_rank.shape:
            message = (
                f"LightGCN.recommendation_loss: expected neg_edge_rank of shape {list(pos_edge_rank.shape)}, one score "
                f"for each of pos_edge_rank, got {list(neg_edge_rank.shape)}. Draw one such pair for each link."
            )
            raise ShapeError(message)
        loss = -logsigmoid(pos_edge_rank - neg_edge_rank).mean()
        if lambda_reg == 0:
            return loss
        x = self.embedding.weight if node_id is None else self.embedding(node_id)
        return loss + lambda_reg / pos_edge_rank.shape[0] * x.square().sum()

    def __repr__(self) -> str:
        return f"LightGCN({self.num_nodes}, {self.embedding_dim}, num_layers={self.num_layers})"


def _columns(known: Tensor, dst_index: Tensor, nodes: int) -> KnownPairs:
    """Known pairs, with the place that their destination has among the columns of scores."""
    check_edge_index(known, caller="LightGCN.recommend(known)")
    place = dst_index.new_full((nodes,), -1, dtype=torch.int64)
    place[dst_index] = torch.arange(dst_index.shape[0], device=dst_index.device)
    columns = place[known[1]]
    return KnownPairs(known[0, columns >= 0].long(), columns[columns >= 0])
