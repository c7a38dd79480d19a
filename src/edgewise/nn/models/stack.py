"""What stock models share: layers of one kind, one above the other, with activation and dropout between them."""

import itertools
from collections.abc import Callable
from typing import Any, ClassVar

import torch

from edgewise._suggest import did_you_mean
from edgewise._typing import Adj, Float, Tensor
from edgewise.errors import ArgumentError
from edgewise.nn._planner import ENABLED, NOTHING, Finish, finish
from edgewise.ops import dropout
from edgewise.ops.epilogue import FUSED_ACTIVATIONS

__all__ = ["Stack"]


class Stack(torch.nn.Module):
    """Base of the stock models. A subclass says which layer it stacks and which edge values that layer takes.

    Bias, activation and dropout between two layers are one pass over the hidden features.
    """

    _edge_argument: ClassVar[str | None] = None
    """The edge values that the layers take: ``"edge_weight"``, ``"edge_attr"`` or none."""

    def __init__(
        self,
        in_channels: int,
        hidden_channels: int,
        num_layers: int,
        out_channels: int | None = None,
        dropout: float = 0.0,
        act: str | Callable[[Tensor], Tensor] | None = "relu",
        *,
        input_dropout: float = 0.0,
        **kwargs: Any,
    ) -> None:
        super().__init__()
        name = type(self).__name__
        if num_layers < 1:
            message = f"{name}: expected num_layers of at least 1, got {num_layers}. Pass 2 or 3."
            raise ArgumentError(message)
        for argument, p in (("dropout", dropout), ("input_dropout", input_dropout)):
            if not 0 <= p <= 1:
                message = f"{name}: expected {argument} between 0 and 1, got {p}. Pass 0.5, for example."
                raise ArgumentError(message)
        self.in_channels = in_channels
        self.hidden_channels = hidden_channels
        self.num_layers = num_layers
        self.out_channels = hidden_channels if out_channels is None else out_channels
        self._has_output = out_channels is not None
        self.dropout = dropout
        self.input_dropout = input_dropout
        self.act, self._fused_act = _activation(act, name)
        widths = [in_channels, *[hidden_channels] * (num_layers - 1), self.out_channels]
        self.convs = torch.nn.ModuleList(self._conv(*pair, **kwargs) for pair in itertools.pairwise(widths[:-1]))
        self.convs.append(self._last_conv(*widths[-2:], **kwargs))

    def _conv(self, in_channels: int, out_channels: int, **kwargs: Any) -> torch.nn.Module:
        """Build one layer."""
        raise NotImplementedError

    def _last_conv(self, in_channels: int, out_channels: int, **kwargs: Any) -> torch.nn.Module:
        """Build the layer that yields the output."""
        return self._conv(in_channels, out_channels, **kwargs)

    def reset_parameters(self) -> None:
        """Draw the parameters of every layer anew."""
        for conv in self.convs:
            conv.reset_parameters()  # type: ignore[operator]

    def forward(
        self,
        x: Float[Tensor, "nodes in"],
        edge_index: Adj,
        edge_weight: Tensor | None = None,
        edge_attr: Tensor | None = None,
    ) -> Float[Tensor, "nodes out"]:
        """Return the output of the last layer."""
        values = self._edge_values(edge_weight, edge_attr)
        h = self._hidden(x, edge_index, values)
        return self._run(self.num_layers - 1, h, edge_index, values, NOTHING)

    def embed(
        self,
        x: Float[Tensor, "nodes in"],
        edge_index: Adj,
        edge_weight: Tensor | None = None,
        edge_attr: Tensor | None = None,
    ) -> Float[Tensor, "nodes hidden"]:
        """Return what enters the last layer: the nodes as the model sees them."""
        return self._hidden(x, edge_index, self._edge_values(edge_weight, edge_attr))

    def _hidden(self, x: Tensor, edge_index: Adj, values: tuple[Tensor | None, ...]) -> Tensor:
        p = self.dropout if self.training else 0.0
        for layer in range(self.num_layers - 1):
            if self._fused_act is not None and ENABLED:
                x = self._run(layer, x, edge_index, values, Finish(self._fused_act, p))
            else:
                x = dropout(self.act(self._run(layer, x, edge_index, values, NOTHING)), p)
        return x

    def _run(self, layer: int, x: Tensor, edge_index: Adj, values: tuple[Tensor | None, ...], after: Finish) -> Tensor:
        """One layer and what follows it, together where nothing looks at what is between."""
        conv: Any = self.convs[layer]
        p = self.input_dropout if self.training and layer == 0 else 0.0
        if ENABLED and _is_plain(conv):
            out: Tensor = conv._layer(x, edge_index, *values, p=p, after=after)
            return out
        return finish(conv(dropout(x, p), edge_index, *values), None, after, reuse=False)

    def _edge_values(self, edge_weight: Tensor | None, edge_attr: Tensor | None) -> tuple[Tensor | None, ...]:
        for argument, value in (("edge_weight", edge_weight), ("edge_attr", edge_attr)):
            if value is not None and argument != self._edge_argument:
                message = (
                    f"{type(self).__name__}: expected no {argument}, got one. Its layers do not use it: leave it out."
                )
                raise ArgumentError(message)
        given = {"edge_weight": edge_weight, "edge_attr": edge_attr}
        return () if self._edge_argument is None else (given[self._edge_argument],)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.in_channels}, {self.out_channels}, num_layers={self.num_layers})"


def _is_plain(conv: Any) -> bool:
    """Whether calling the layer is what its class says and nothing else: no hooks, nothing overridden."""
    hooks = conv._forward_hooks or conv._forward_pre_hooks or conv._backward_hooks
    return bool(conv._fuses_epilogue and not hooks)


def _activation(
    act: str | Callable[[Tensor], Tensor] | None, caller: str
) -> tuple[Callable[[Tensor], Tensor], str | None]:
    """The function, and its name where an epilogue knows it."""
    if act is None:
        return lambda x: x, "identity"
    if callable(act):
        return act, None
    for source in (torch.nn.functional, torch):
        found = getattr(source, act, None)
        if callable(found):
            return found, act if act in FUSED_ACTIVATIONS else None
    hint = did_you_mean(act, FUSED_ACTIVATIONS) or " Pass 'relu', for example."
    message = f"{caller}: expected act to be a function of torch.nn.functional, got {act!r}.{hint}"
    raise ArgumentError(message)
