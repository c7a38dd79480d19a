"""The Set2Set aggregation of Vinyals et al."""

from typing import Any

import torch

from edgewise._memo import TensorMemo
from edgewise._typing import Float, Int, Tensor
from edgewise.errors import ArgumentError, ShapeError
from edgewise.nn.aggr.base import Aggregation
from edgewise.ops import attention

__all__ = ["Set2Set"]

_memo = TensorMemo()


class Set2Set(Aggregation):
    r"""A recurrent network that reads each group several times, each time with another question.

    .. math:: q_t = \mathrm{LSTM}(q^*_{t-1}), \quad
        r_t = \sum_{k \in g} \operatorname{softmax}_k(x_k^\top q_t)\, x_k, \quad
        q^*_t = q_t \Vert r_t

    Args:
        in_channels: Width of ``x``; the result, :math:`q^*_T`, is twice as wide.
        processing_steps: How many times T a group is read.
        **kwargs: Settings of ``torch.nn.LSTM``, such as ``num_layers``.

    Shape:
        x ``[rows, in]`` · index ``[rows]`` → ``[groups, 2 · in]``

    Raises:
        ArgumentError: Fewer than one step, or a setting that makes the recurrence another (``bidirectional``,
            ``batch_first``, ``proj_size``).
        ShapeError: ``x`` is not ``[rows, in_channels]``.

    Cost: O(T · (rows · in + groups · in²)) time, O(rows + groups · in) memory a step: scores, softmax and sum are one
    pass over ``x``. The same bits on any number of threads.

    Source: Vinyals et al., *Order Matters: Sequence to Sequence for Sets*, ICLR 2016, eq. 3-7.

    Example:
        >>> Set2Set(3, processing_steps=2)(torch.ones(5, 3), torch.tensor([0, 0, 1, 1, 1])).shape
        torch.Size([2, 6])
    """

    def __init__(self, in_channels: int, processing_steps: int, **kwargs: Any) -> None:
        super().__init__()
        if processing_steps < 1:
            message = f"Set2Set: expected processing_steps of at least 1, got {processing_steps}. Pass 3, for example."
            raise ArgumentError(message)
        for setting in ("bidirectional", "batch_first", "proj_size"):
            if kwargs.get(setting):
                message = f"Set2Set: expected no {setting}, got {kwargs[setting]}. Leave it out."
                raise ArgumentError(message)
        self.in_channels = in_channels
        self.out_channels = 2 * in_channels
        self.processing_steps = processing_steps
        self.lstm = _LSTM(self.out_channels, in_channels, **kwargs)

    def get_out_channels(self, in_channels: int) -> int:
        """Return twice the width of the rows."""
        return 2 * in_channels

    def forward(
        self,
        x: Float[Tensor, "rows in"],
        index: Int[Tensor, " rows"],
        ptr: Tensor | None = None,
        dim_size: int | None = None,
        dim: int = -2,
        max_num_elements: int | None = None,
    ) -> Float[Tensor, "groups out"]:
        r"""Return :math:`q^*_T` of each group."""
        if x.dim() != 2 or dim not in (0, -2) or x.shape[1] != self.in_channels:
            message = (
                f"Set2Set: expected x of shape [rows, {self.in_channels}] (built with in_channels={self.in_channels}), "
                f"got {list(x.shape)}. Build it with in_channels={x.shape[-1]}."
            )
            raise ShapeError(message)
        groups = 0 if dim_size is None else dim_size
        edges = _memo.get((index,), None, lambda: _to_groups(index))
        memory = x.new_zeros(self.lstm.num_layers, groups, self.in_channels)
        state = (memory, memory)
        q_star = x.new_zeros(groups, self.out_channels)
        if groups == 0:
            return q_star
        for _ in range(self.processing_steps):
            q, state = self.lstm(q_star, state)
            r = attention(edges, q, x, x, score="dot", factor=1.0, num_dst=groups)
            q_star = torch.cat([q, r], dim=1)
        return q_star

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.in_channels}, {self.out_channels})"


class _LSTM(torch.nn.Module):
    """One step of ``torch.nn.LSTM``, with its parameters. The compiler takes the function, but not that module."""

    def __init__(self, in_channels: int, out_channels: int, **kwargs: Any) -> None:
        super().__init__()
        made = torch.nn.LSTM(in_channels, out_channels, **kwargs)
        for name, parameter in made.named_parameters():
            self.register_parameter(name, parameter)
        self.num_layers = made.num_layers
        self._bound = out_channels**-0.5
        self._settings = (made.bias, made.num_layers, float(made.dropout))
        self._one_way = (False, False)  # neither bidirectional nor batch_first

    def reset_parameters(self) -> None:
        for parameter in self.parameters():
            torch.nn.init.uniform_(parameter, -self._bound, self._bound)

    def forward(self, x: Tensor, state: tuple[Tensor, Tensor]) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        weights: list[Tensor] = [*self.parameters()]  # in the order that the function wants
        settings = (*self._settings, self.training, *self._one_way)
        out, hidden, cell = torch.lstm(x.unsqueeze(0), state, weights, *settings)
        return out.squeeze(0), (hidden, cell)


def _to_groups(index: Tensor) -> Tensor:
    """An edge from each row to its group."""
    return torch.stack([torch.arange(index.shape[0], dtype=index.dtype, device=index.device), index])
