"""Which nodes of each graph a pooling keeps: those of the highest scores."""

import math
from collections.abc import Callable

import torch

from edgewise._typing import Float, Int, Tensor
from edgewise.errors import ArgumentError
from edgewise.nn.pool.global_pool import check_batch, count_graphs
from edgewise.ops import segment_reduce, segment_softmax

__all__ = ["SelectTopK", "topk"]


def topk(
    x: Float[Tensor, " nodes"],
    ratio: float | int | None,
    batch: Int[Tensor, " nodes"],
    min_score: float | None = None,
    tol: float = 1e-7,
) -> Int[Tensor, " kept"]:
    r"""Return the nodes of the highest scores of each graph.

    Args:
        x: The scores.
        ratio: Below 1, a share: :math:`\lceil \mathrm{ratio} \cdot N_g \rceil` nodes of a graph are kept; from 1 on,
            how many are kept. ``1.0`` is one node.
        batch: The graph of each node, in any order.
        min_score: Keep every node whose score is higher instead, and at least the best of each graph.
        tol: How far below the best score of its graph a node is still kept by that last rule.

    Shape:
        x ``[nodes]`` · batch ``[nodes]`` → ``[kept]``: graph after graph, highest score first; with ``min_score`` in
        the order of the nodes

    Raises:
        ArgumentError: Neither ``ratio`` nor ``min_score``.

    Cost: one sort of the scores and a counting sort, O(nodes log nodes). Of nodes with equal scores, the first of them
    is kept: the result never depends on chance.

    Example:
        >>> topk(torch.tensor([1.0, 3.0, 2.0, 5.0]), 0.5, torch.tensor([0, 0, 0, 1])).tolist()
        [1, 2, 3]
    """
    check_batch(batch, x.shape[0], "topk")
    graphs = count_graphs(batch, None, "topk")
    if min_score is not None:
        bound = segment_reduce(x.detach(), batch, graphs, "max") - tol
        return (x > bound.clamp(max=min_score)[batch]).nonzero().view(-1)
    if ratio is None:
        message = "topk: expected ratio or min_score, got neither. Pass ratio=0.5, for example."
        raise ArgumentError(message)
    sizes = torch.bincount(batch, minlength=graphs)
    if ratio >= 1:
        k = torch.full_like(sizes, int(ratio))
    else:
        # In the precision of the scores, as PyG counts; one of 8 or 11 bits cannot count nodes.
        counted = sizes.to(torch.promote_types(x.dtype, torch.float32))
        k = (float(ratio) * counted).ceil().long()
    by_score = x.detach().sort(descending=True, stable=True).indices
    by_graph = batch[by_score].sort(stable=True).indices
    order = by_score[by_graph]
    place = torch.arange(order.shape[0], device=x.device) - (sizes.cumsum(0) - sizes).repeat_interleave(sizes)
    return order[place < k.repeat_interleave(sizes)]


class SelectTopK(torch.nn.Module):
    r"""Scores every node by a learned direction, and selects the best of each graph.

    .. math:: y = \sigma\left(\frac{X p}{\Vert p \Vert}\right), \quad i = \mathrm{top}_k(y)

    With ``min_score``: :math:`y = \mathrm{softmax}(X p)` within each graph, and every :math:`y_i` above it is selected.

    Args:
        in_channels: Width of a node feature.
        ratio: As in :func:`topk`.
        min_score: As in :func:`topk`; ``ratio`` is not used then.
        act: The nonlinearity :math:`\sigma`: a name from ``torch`` or ``torch.nn.functional``, or a callable.

    Raises:
        ArgumentError: Neither ``ratio`` nor ``min_score``, a ``ratio`` of 0 or less, or an unknown ``act``.

    Source: Gao & Ji, *Graph U-Nets*, ICML 2019, eq. 2; Knyazev et al., *Understanding Attention and Generalization in
    Graph Neural Networks*, NeurIPS 2019, eq. 3, for ``min_score``. Returns a pair where PyG has a ``SelectOutput``.

    Example:
        >>> node_index, score = SelectTopK(3)(torch.eye(3))
        >>> node_index.shape
        torch.Size([2])
    """

    def __init__(
        self,
        in_channels: int,
        ratio: int | float = 0.5,
        min_score: float | None = None,
        act: str | Callable[[Tensor], Tensor] = "tanh",
    ) -> None:
        super().__init__()
        if min_score is None and (ratio is None or not ratio > 0):
            message = f"SelectTopK: expected ratio above 0, got {ratio}. Pass 0.5 to keep half of the nodes."
            raise ArgumentError(message)
        self.in_channels = in_channels
        self.ratio = ratio
        self.min_score = min_score
        self.act = _function(act)
        self.weight = torch.nn.Parameter(torch.empty(1, in_channels))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the direction anew."""
        bound = 1 / math.sqrt(max(1, self.in_channels))
        torch.nn.init.uniform_(self.weight, -bound, bound)

    def forward(self, x: Tensor, batch: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Return the selected nodes, and their scores.

        Args:
            x: Node features ``[nodes, in]``, or ``[nodes]`` for one.
            batch: The graph of each node. ``None``: all nodes are one graph.
        """
        x = x.view(-1, 1) if x.dim() == 1 else x
        if batch is None:
            batch = torch.zeros(x.shape[0], dtype=torch.int64, device=x.device)
        check_batch(batch, x.shape[0], "SelectTopK")
        score = torch.nn.functional.linear(x, self.weight).squeeze(1)
        if self.min_score is None:
            score = self.act(score / self.weight.norm(p=2, dim=-1))
        else:
            score = segment_softmax(score, batch, count_graphs(batch, None, "SelectTopK"))
        node_index = topk(score, self.ratio, batch, self.min_score)
        return node_index, score.index_select(0, node_index)

    def __repr__(self) -> str:
        return f"SelectTopK({self.in_channels}, {rule(self.ratio, self.min_score)})"


def rule(ratio: int | float, min_score: float | None) -> str:
    """What decides, for a ``repr``."""
    return f"ratio={ratio}" if min_score is None else f"min_score={min_score}"


def _function(act: str | Callable[[Tensor], Tensor]) -> Callable[[Tensor], Tensor]:
    if callable(act):
        return act
    for room in (torch, torch.nn.functional):
        if callable(found := getattr(room, act, None)):
            return found  # type: ignore[no-any-return]
    message = f"SelectTopK: expected act to be a function of torch, got {act!r}. Pass 'tanh', for example."
    raise ArgumentError(message)
