"""Pooling that keeps the nodes which a graph layer scores highest."""

from collections.abc import Callable
from typing import Any

import torch

from edgewise._typing import EdgeIndex, Float, Tensor
from edgewise.nn._checks import check_features, check_width
from edgewise.nn.conv.graph_conv import GraphConv
from edgewise.nn.pool.select_topk import SelectTopK, rule
from edgewise.nn.pool.topk_pooling import Pooled, keep_selected

__all__ = ["SAGPooling"]


class SAGPooling(torch.nn.Module):
    r"""Keeps the nodes of each graph that a graph layer scores highest, and the edges between them.

    .. math:: y = \sigma\bigl(\mathrm{GNN}(X, A)\bigr), \quad i = \mathrm{top}_k(y), \quad
        X' = (X \odot y)_i, \quad A' = A_{i,i}

    With ``min_score``: :math:`y = \mathrm{softmax}(\mathrm{GNN}(X, A))` within each graph, and
    :math:`i = (y_i > \mathrm{min\_score})`.

    Args:
        in_channels: Width of a node feature.
        ratio: Below 1, the share of a graph's nodes that is kept, rounded up; from 1 on, how many are kept.
        GNN: Class of the layer that scores, built as ``GNN(in_channels, 1, **kwargs)``. Default:
            :class:`~edgewise.nn.GraphConv`.
        min_score: Keep every node whose score is higher instead, and at least the best of each graph.
        multiplier: Factor of the kept features.
        nonlinearity: :math:`\sigma`: a name from ``torch`` or ``torch.nn.functional``, or a callable.
        **kwargs: Settings of the layer.

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

    Cost: that of the layer at width 1, and O(nodes log nodes + edges) time. Of nodes with equal scores, the first of
    them is kept: the same bits on any number of threads. How many nodes remain is known only when it runs, so
    ``torch.compile`` breaks its graph here.

    Source: Lee et al., *Self-Attention Graph Pooling*, ICML 2019, eq. 3-5; Knyazev et al., *Understanding Attention and
    Generalization in Graph Neural Networks*, NeurIPS 2019, eq. 3, for ``min_score``. As in PyG, the layer is
    ``GraphConv`` where the paper has ``GCNConv``, and a learned factor of length 1, which is a sign, follows it.

    Example:
        >>> pool = SAGPooling(4, ratio=2)
        >>> x, edge_index, _, batch, perm, score = pool(torch.eye(4), torch.tensor([[0, 1, 2], [1, 2, 3]]))
        >>> x.shape, batch.tolist()
        (torch.Size([2, 4]), [0, 0])
    """

    def __init__(
        self,
        in_channels: int,
        ratio: float | int = 0.5,
        GNN: Callable[..., torch.nn.Module] = GraphConv,
        min_score: float | None = None,
        multiplier: float = 1.0,
        nonlinearity: str | Callable[[Tensor], Tensor] = "tanh",
        **kwargs: Any,
    ) -> None:
        super().__init__()
        self.in_channels = in_channels
        self.ratio = ratio
        self.min_score = min_score
        self.multiplier = multiplier
        self.gnn: Any = GNN(in_channels, 1, **kwargs)
        self.select = SelectTopK(1, ratio, min_score, nonlinearity)

    def reset_parameters(self) -> None:
        """Draw the parameters of the layer, and its factor, anew."""
        self.gnn.reset_parameters()
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
            edge_attr: One row an edge; kept or dropped with its edge, and not seen by the layer.
            batch: The graph of each node. ``None``: all nodes are one graph.
            attn: What the layer sees. Default: ``x``.
        """
        check_features("SAGPooling", x, edge_index)
        seen = x if attn is None else attn.view(-1, 1) if attn.dim() == 1 else attn
        check_width("SAGPooling", seen, self.in_channels, "x" if attn is None else "attn")
        scored = self.gnn(seen, edge_index)
        return keep_selected(self.select, scored, x, edge_index, edge_attr, batch, self.multiplier, "SAGPooling")

    def __repr__(self) -> str:
        layer = type(self.gnn).__name__
        how = rule(self.ratio, self.min_score)
        return f"SAGPooling({layer}, {self.in_channels}, {how}, multiplier={self.multiplier})"
