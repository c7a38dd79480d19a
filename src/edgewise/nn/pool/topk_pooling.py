"""Pooling that keeps the nodes which a learned direction scores highest."""

from collections.abc import Callable

import torch

from edgewise._checks import check_node_range
from edgewise._typing import EdgeIndex, Float, Tensor
from edgewise.errors import ShapeError
from edgewise.nn._checks import check_features, check_width
from edgewise.nn.pool.filter_edges import filter_adj
from edgewise.nn.pool.global_pool import check_batch
from edgewise.nn.pool.select_topk import SelectTopK, rule

__all__ = ["Pooled", "TopKPooling", "keep_selected"]

Pooled = tuple[Tensor, Tensor, Tensor | None, Tensor, Tensor, Tensor]
"""Features, edges, edge features and graph number of what is kept; which nodes these were; and their scores."""


class TopKPooling(torch.nn.Module):
    r"""Keeps the nodes of each graph that a learned direction scores highest, and the edges between them.

    .. math:: y = \sigma\left(\frac{X p}{\Vert p \Vert}\right), \quad i = \mathrm{top}_k(y), \quad
        X' = (X \odot y)_i, \quad A' = A_{i,i}

    With ``min_score``: :math:`y = \mathrm{softmax}(X p)` within each graph,
    :math:`i = (y_i > \mathrm{min\_score})`.

    Args:
        in_channels: Width of a node feature.
        ratio: Below 1, the share of a graph's nodes that is kept, rounded up; from 1 on, how many are kept.
        min_score: Keep every node whose score is higher instead, and at least the best of each graph.
        multiplier: Factor of the kept features.
        nonlinearity: :math:`\sigma`: a name from ``torch`` or ``torch.nn.functional``, or a callable.

    Shape:
        x ``[nodes, in]`` · edge_index ``[2, edges]`` · edge_attr ``[edges, *]`` (optional) · batch ``[nodes]``
        (optional) · attn ``[nodes, in]`` (optional) → ``[kept, in]``, ``[2, kept_edges]``, ``[kept_edges, *]`` or
        ``None``, batch ``[kept]``, perm ``[kept]``, score ``[kept]``

    Raises:
        ShapeError: ``edge_index`` is not ``[2, edges]``, ``x`` has another width than ``in_channels``, or ``batch`` or
            ``edge_attr`` does not fit.
        DTypeError: ``edge_index`` or ``batch`` is not integer, or ``x`` not floating.
        NodeIndexError: An edge names a node that ``x`` has no row for.
        ArgumentError: Neither ``ratio`` nor ``min_score``, or an unknown ``nonlinearity``.

    Cost: O(nodes · in + nodes log nodes + edges) time. Of nodes with equal scores, the first of them is kept: the same
    bits on any number of threads. How many nodes remain is known only when it runs, so ``torch.compile`` breaks its
    graph here.

    Source: Gao & Ji, *Graph U-Nets*, ICML 2019, eq. 2; Cangea et al., *Towards Sparse Hierarchical Graph Classifiers*,
    2018, eq. 2; Knyazev et al., *Understanding Attention and Generalization in Graph Neural Networks*, NeurIPS 2019,
    eq. 3, for ``min_score``. As in PyG, :math:`\sigma` is applied before the choice and is the gate. PyG leaves open
    which of equal scores is kept.

    Example:
        >>> pool = TopKPooling(4, ratio=0.5)
        >>> x, edge_index, _, batch, perm, score = pool(torch.eye(4), torch.tensor([[0, 1, 2], [1, 2, 3]]))
        >>> x.shape, batch.tolist()
        (torch.Size([2, 4]), [0, 0])
    """

    def __init__(
        self,
        in_channels: int,
        ratio: int | float = 0.5,
        min_score: float | None = None,
        multiplier: float = 1.0,
        nonlinearity: str | Callable[[Tensor], Tensor] = "tanh",
    ) -> None:
        super().__init__()
        self.in_channels = in_channels
        self.ratio = ratio
        self.min_score = min_score
        self.multiplier = multiplier
        self.select = SelectTopK(in_channels, ratio, min_score, nonlinearity)

    def reset_parameters(self) -> None:
        """Draw the direction anew."""
        self.select.reset_parameters()

    def forward(
        self,
        x: Float[Tensor, "nodes in"],
        edge_index: EdgeIndex,
        edge_attr: Tensor | None = None,
        batch: Tensor | None = None,
        attn: Tensor | None = None,
    ) -> Pooled:
        """Return ``(x, edge_index, edge_attr, batch, perm, score)`` of the kept nodes.

        Args:
            x: Node features.
            edge_index: The edges.
            edge_attr: One row an edge.
            batch: The graph of each node. ``None``: all nodes are one graph.
            attn: What the nodes are scored by. Default: ``x``.
        """
        check_features("TopKPooling", x, edge_index)
        scored = x if attn is None else attn.view(-1, 1) if attn.dim() == 1 else attn
        check_width("TopKPooling", scored, self.in_channels, "x" if attn is None else "attn")
        return keep_selected(self.select, scored, x, edge_index, edge_attr, batch, self.multiplier, "TopKPooling")

    def __repr__(self) -> str:
        return f"TopKPooling({self.in_channels}, {rule(self.ratio, self.min_score)}, multiplier={self.multiplier})"


def keep_selected(
    select: SelectTopK,
    scored: Tensor,
    x: Tensor,
    edge_index: Tensor,
    edge_attr: Tensor | None,
    batch: Tensor | None,
    multiplier: float,
    caller: str,
) -> Pooled:
    """Select nodes by ``scored``, multiply their features by their scores, and keep the edges between them."""
    if scored.shape[0] != x.shape[0]:
        message = (
            f"{caller}: expected attn with one row for each of the {x.shape[0]} nodes, got {list(scored.shape)}. "
            "Leave it out to score nodes by x."
        )
        raise ShapeError(message)
    if batch is None:
        batch = torch.zeros(x.shape[0], dtype=torch.int64, device=x.device)
    check_batch(batch, x.shape[0], caller)
    check_node_range(edge_index, x.shape[0], x.shape[0], caller=caller)
    perm, score = select(scored, batch)
    kept = x.index_select(0, perm) * score.view(-1, 1)
    kept = kept if multiplier == 1 else multiplier * kept
    edge_index, edge_attr = filter_adj(edge_index, edge_attr, perm, num_nodes=x.shape[0])
    return kept, edge_index, edge_attr, batch[perm], perm, score
