"""The perceptron that says something of a pair of rows: of the two ends of an edge, of a drug and a protein."""

import torch
from torch import nn

from edgewise._typing import Float, Int, Tensor
from edgewise.adjacency import Adjacency
from edgewise.nn import MLP, Linear
from edgewise.nn.models._resolve import activate, resolve_activation
from edgewise.ops import gather

__all__ = ["PairHead"]


class PairHead(nn.Module):
    r"""Perceptron of three layers on two rows side by side, and on what else is known of their pair.

    .. math:: f(i, j) = \mathrm{MLP}([z_i \,\|\, u_j \,\|\, e_{ij}])

    The first layer is a sum of three linear maps, :math:`W_1 z_i + W_2 u_j + W_3 e_{ij}`: the first two are computed
    once a row instead of once a pair, and no row is copied before it is narrow.

    Args:
        left: Width of :math:`z`. ``-1`` reads it from the first call.
        right: Width of :math:`u`, likewise.
        more: Width of :math:`e`; 0 for none.
        hidden: Width of both hidden layers.
        out: Width of the output.
        dropout: Probability that a hidden value is dropped while training.
        act: Name of the activation.

    Shape:
        left ``[left, in]`` · right ``[right, in]`` · pairs ``[2, pairs]`` · more ``[pairs, in]`` → ``[pairs, out]``

    Cost: O((left + right) · in · hidden + pairs · hidden²); gradients of rows are summed in a fixed order.

    Example:
        >>> head = PairHead(3, 2, 0, 8, 1)
        >>> head(torch.ones(4, 3), torch.ones(5, 2), torch.tensor([[0, 3], [4, 4]])).shape
        torch.Size([2, 1])
    """

    def __init__(
        self, left: int, right: int, more: int, hidden: int, out: int, dropout: float = 0.0, act: str = "relu"
    ) -> None:
        super().__init__()
        self.left = Linear(left, hidden)
        self.right = Linear(right, hidden, bias=False)
        self.more = Linear(more, hidden, bias=False) if more else None
        self.dropout = dropout
        self.act = resolve_activation(act, None, "PairHead")
        self.rest = MLP([hidden, hidden, out], dropout=dropout, act=act, norm=None)

    def forward(
        self,
        left: Float[Tensor, "left in_left"],
        right: Float[Tensor, "right in_right"],
        pairs: Int[Tensor, "2 pairs"],
        more: Tensor | None = None,
    ) -> Float[Tensor, "pairs out"]:
        """Return one row a pair."""
        left, right = self.left(left), self.right(right)
        if torch.is_grad_enabled():
            grouped = Adjacency.of(pairs, (len(left), len(right)))
            h = gather(left, pairs[0], grouped.transpose()) + gather(right, pairs[1], grouped)
        else:
            h = left.index_select(0, pairs[0]) + right.index_select(0, pairs[1])
        return self._finish(h if self.more is None or more is None else h + self.more(more))

    def table(
        self, left: Float[Tensor, "left in_left"], right: Float[Tensor, "right in_right"]
    ) -> Float[Tensor, "left right out"]:
        """Return one row for each left row with each right one."""
        return self._finish(self.left(left).unsqueeze(1) + self.right(right))

    def _finish(self, h: Tensor) -> Tensor:
        out: Tensor = self.rest(activate(h, self.act, self.dropout if self.training else 0.0))
        return out
