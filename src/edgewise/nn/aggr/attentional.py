"""Attention over the rows of a group, scored by a network."""

from typing import Any

import torch

from edgewise._typing import Float, Int, Tensor
from edgewise.errors import ShapeError
from edgewise.nn.aggr.base import Aggregation

__all__ = ["AttentionalAggregation"]


class AttentionalAggregation(Aggregation):
    r"""A sum weighted by a softmax of learned scores.

    .. math:: y_g = \sum_{k \in g} \operatorname{softmax}_k\bigl(h_{\mathrm{gate}}(x_k)\bigr) \odot h(x_k)

    Args:
        gate_nn: :math:`h_{\mathrm{gate}}`, to one score a row, or one for each column of :math:`h(x_k)`. An
            :class:`~edgewise.nn.MLP` is also told the group of each row, for its normalisations.
        nn: :math:`h`, applied to rows before they are summed. ``None``: the rows as they are.

    Shape:
        x ``[rows, in]`` · index ``[rows]`` → ``[groups, out]``, the width of :math:`h(x_k)`

    Raises:
        ShapeError: The scores are neither one column nor as wide as :math:`h(x_k)`.

    Cost: that of the networks, and O(rows · out) time and memory; the same bits on any number of threads.

    Source: Li et al., *Gated Graph Sequence Neural Networks*, ICLR 2016, eq. 7, with a softmax for the sigmoid as in
    Li et al., *Graph Matching Networks*, ICML 2019, eq. 3.

    Example:
        >>> gate = torch.nn.Linear(3, 1)
        >>> AttentionalAggregation(gate)(torch.ones(4, 3), torch.tensor([0, 0, 1, 1])).shape
        torch.Size([2, 3])
    """

    def __init__(self, gate_nn: torch.nn.Module, nn: torch.nn.Module | None = None) -> None:
        super().__init__()
        # Two names for either, as in PyG: so the keys of the state are the same.
        self.gate_nn, self.gate_mlp = _by_kind(gate_nn)
        self.nn, self.mlp = _by_kind(nn)

    def forward(
        self,
        x: Float[Tensor, "..."],
        index: Int[Tensor, " rows"],
        ptr: Tensor | None = None,
        dim_size: int | None = None,
        dim: int = -2,
        max_num_elements: int | None = None,
    ) -> Float[Tensor, "..."]:
        r"""Return :math:`\sum_k \operatorname{softmax}_k(h_{\mathrm{gate}}(x_k)) \odot h(x_k)`."""
        gate = self.gate_nn(x) if self.gate_nn is not None else self.gate_mlp(x, batch=index, batch_size=dim_size)
        if self.nn is not None:
            x = self.nn(x)
        elif self.mlp is not None:
            x = self.mlp(x, batch=index, batch_size=dim_size)
        if gate.dim() != x.dim() or gate.shape[-1] not in (1, x.shape[-1]):
            message = (
                f"AttentionalAggregation: expected gate_nn to give 1 column, or {x.shape[-1]} as the rows that it "
                f"weighs, got {list(gate.shape)}. End it in Linear(..., 1)."
            )
            raise ShapeError(message)
        alpha = self.softmax(gate, index, ptr, dim_size, dim)
        return self.reduce(alpha * x, index, ptr, dim_size, dim)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(gate_nn={self.gate_mlp or self.gate_nn}, nn={self.mlp or self.nn})"


def _by_kind(network: torch.nn.Module | None) -> tuple[Any, Any]:
    """A network and nothing, or nothing and an MLP."""
    from edgewise.nn.models.mlp import MLP  # models stand on aggregations

    return (None, network) if isinstance(network, MLP) else (network, None)
