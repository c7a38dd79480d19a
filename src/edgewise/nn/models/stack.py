"""What stock models share: layers of one kind, one above the other, with activation and dropout between them."""

import copy
import itertools
from collections.abc import Mapping
from typing import Any, ClassVar

import torch

from edgewise._suggest import did_you_mean
from edgewise._typing import Adj, Float, Tensor
from edgewise.errors import ArgumentError
from edgewise.nn._planner import ENABLED, NOTHING, Finish, finish
from edgewise.nn.models._resolve import (
    Activation,
    activate,
    fused_name,
    resolve_activation,
    resolve_norm,
    takes_batch,
)
from edgewise.nn.models.jumping_knowledge import JumpingKnowledge
from edgewise.ops import dropout

__all__ = ["Stack"]

_JUMPS = ("last", "cat", "max", "lstm")


class Stack(torch.nn.Module):
    """Base of the stock models. A subclass says which layer it stacks and which edge values that layer takes.

    Without a normalisation, bias, activation and dropout between two layers are one pass over the hidden features.
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
        act: str | Activation | None = "relu",
        act_first: bool = False,  # noqa: FBT001, FBT002 - PyG's signature
        act_kwargs: Mapping[str, Any] | None = None,
        norm: str | torch.nn.Module | None = None,
        norm_kwargs: Mapping[str, Any] | None = None,
        jk: str | None = None,
        *,
        input_dropout: float = 0.0,
        **kwargs: Any,
    ) -> None:
        super().__init__()
        self._check(num_layers, dropout, input_dropout, jk)
        name = type(self).__name__
        self.in_channels = in_channels
        self.hidden_channels = hidden_channels
        self.num_layers = num_layers
        self.out_channels = hidden_channels if out_channels is None else out_channels
        self._has_output = out_channels is not None and jk is None
        self.dropout = dropout
        self.input_dropout = input_dropout
        self.act = resolve_activation(act, act_kwargs, name)
        self.act_first = act_first
        self.norm = norm if isinstance(norm, str) else None
        self.norm_kwargs = norm_kwargs
        self.jk_mode = jk
        last = self.out_channels if jk is None else hidden_channels
        widths = [in_channels, *[hidden_channels] * (num_layers - 1), last]
        self.convs = torch.nn.ModuleList(self._conv(*pair, **kwargs) for pair in itertools.pairwise(widths[:-1]))
        self.convs.append(self._last_conv(*widths[-2:], **kwargs))
        made = resolve_norm(norm, hidden_channels, norm_kwargs, name)
        self.supports_norm_batch = takes_batch(made)
        # The layer that yields the output is followed by nothing; with jk that is a linear layer of its own.
        self._hidden_layers = num_layers - (jk is None)
        self.norms = torch.nn.ModuleList(copy.deepcopy(made) for _ in range(self._hidden_layers))
        self.norms.extend(torch.nn.Identity() for _ in range(num_layers - self._hidden_layers))
        self._normalizes = norm is not None
        if jk is not None:
            if jk != "last":
                self.jk = JumpingKnowledge(jk, hidden_channels, num_layers)
            self.lin = torch.nn.Linear(hidden_channels * (num_layers if jk == "cat" else 1), self.out_channels)

    def _check(self, num_layers: int, dropout: float, input_dropout: float, jk: str | None) -> None:
        name = type(self).__name__
        if num_layers < 1:
            message = f"{name}: expected num_layers of at least 1, got {num_layers}. Pass 2 or 3."
            raise ArgumentError(message)
        for argument, p in (("dropout", dropout), ("input_dropout", input_dropout)):
            if not 0 <= p <= 1:
                message = f"{name}: expected {argument} between 0 and 1, got {p}. Pass 0.5, for example."
                raise ArgumentError(message)
        if jk is not None and jk not in _JUMPS:
            hint = did_you_mean(jk, _JUMPS) or " Pass one of those, or None."
            message = f"{name}: expected jk to be one of {_JUMPS}, got {jk!r}.{hint}"
            raise ArgumentError(message)

    def _conv(self, in_channels: int, out_channels: int, **kwargs: Any) -> torch.nn.Module:
        """Build one layer."""
        raise NotImplementedError

    def _last_conv(self, in_channels: int, out_channels: int, **kwargs: Any) -> torch.nn.Module:
        """Build the layer that yields the output."""
        return self._conv(in_channels, out_channels, **kwargs)

    def reset_parameters(self) -> None:
        """Draw the parameters of every layer anew."""
        ends = [getattr(self, name) for name in ("jk", "lin") if hasattr(self, name)]
        for module in (*self.convs, *self.norms, *ends):
            if hasattr(module, "reset_parameters"):
                module.reset_parameters()

    def forward(
        self,
        x: Float[Tensor, "nodes in"],
        edge_index: Adj,
        edge_weight: Tensor | None = None,
        edge_attr: Tensor | None = None,
        batch: Tensor | None = None,
        batch_size: int | None = None,
    ) -> Float[Tensor, "nodes out"]:
        """Return the output of the last layer.

        Args:
            x: Node features.
            edge_index: The edges.
            edge_weight: One number an edge, where the layers take it.
            edge_attr: Edge features, where the layers take them.
            batch: The graph of each node, for a normalisation that asks for it.
            batch_size: How many graphs there are; read from ``batch`` where it is ``None``.
        """
        values = self._edge_values(edge_weight, edge_attr)
        h = self._hidden(x, edge_index, values, batch, batch_size)
        if self.jk_mode is not None:
            out: Tensor = self.lin(h)
            return out
        return self._run(self.num_layers - 1, h, edge_index, values, NOTHING)

    def embed(
        self,
        x: Float[Tensor, "nodes in"],
        edge_index: Adj,
        edge_weight: Tensor | None = None,
        edge_attr: Tensor | None = None,
        batch: Tensor | None = None,
        batch_size: int | None = None,
    ) -> Float[Tensor, "nodes hidden"]:
        """Return what enters the last layer, or the linear one after ``jk``: the nodes as the model sees them.

        Args:
            x: Node features.
            edge_index: The edges.
            edge_weight: One number an edge, where the layers take it.
            edge_attr: Edge features, where the layers take them.
            batch: The graph of each node, for a normalisation that asks for it.
            batch_size: How many graphs there are; read from ``batch`` where it is ``None``.
        """
        return self._hidden(x, edge_index, self._edge_values(edge_weight, edge_attr), batch, batch_size)

    def _hidden(
        self,
        x: Tensor,
        edge_index: Adj,
        values: tuple[Tensor | None, ...],
        batch: Tensor | None,
        batch_size: int | None,
    ) -> Tensor:
        p = self.dropout if self.training else 0.0
        fused = None if self._normalizes else fused_name(self.act)
        after = NOTHING if fused is None else Finish(fused, p)
        keeps, outputs = self.jk_mode in ("cat", "max", "lstm"), []
        for layer in range(self._hidden_layers):
            x = self._run(layer, x, edge_index, values, after)
            if fused is None:
                x = self._after(layer, x, p, batch, batch_size)
            if keeps:
                outputs.append(x)
        return self.jk(outputs) if keeps else x

    def _after(self, layer: int, x: Tensor, p: float, batch: Tensor | None, batch_size: int | None) -> Tensor:
        """Normalise, activate and drop what a layer yields."""
        norm = self.norms[layer]
        x = activate(x, self.act, 0.0) if self.act_first else x
        if self._normalizes:
            x = norm(x, batch, batch_size) if self.supports_norm_batch else norm(x)
        return dropout(x, p) if self.act_first else activate(x, self.act, p)

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
