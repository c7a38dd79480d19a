"""Linear layers one above the other: a model without edges, and the network inside of other layers."""

import copy
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import torch

from edgewise._typing import Float, Tensor
from edgewise.errors import ArgumentError
from edgewise.nn._networks import Step
from edgewise.nn.linear import Linear
from edgewise.nn.models._resolve import Activation, activate, resolve_activation, resolve_norm, takes_batch
from edgewise.ops import dropout as drop

__all__ = ["MLP"]


class MLP(torch.nn.Module):
    r"""Linear layers with normalisation, activation and dropout between them.

    .. math:: H^{(l+1)} = \sigma\bigl(\mathrm{norm}(H^{(l)} W^{(l)} + b^{(l)})\bigr)

    Args:
        channel_list: Widths from input to output, ``[16, 32, 4]`` for two layers; or an int, as ``in_channels``.
        in_channels: Width of an input row, with the three below instead of ``channel_list``. ``-1`` reads it from the
            first call.
        hidden_channels: Width between the layers.
        out_channels: Width of the output.
        num_layers: How many layers.
        dropout: Probability that a hidden value is dropped while training; a list gives one for each layer.
        act: The activation: a name such as ``"relu"`` or ``"LeakyReLU"``, or any callable. ``None``: none.
        act_first: Activate before normalising.
        act_kwargs: Settings of a named activation.
        norm: ``"batch_norm"``, ``"layer_norm"``, ``"graph_norm"``, ``"graph_size_norm"``, ``"pair_norm"``, a module
            that each layer gets a copy of, or ``None``.
        norm_kwargs: Settings of a named normalisation.
        plain_last: The last layer is linear alone.
        bias: Add learnable biases; a list says so for each layer.

    Shape:
        x ``[*, in]`` · batch ``[rows]`` (optional) → ``[*, out]``

    Raises:
        ArgumentError: Widths are missing, a list has not one entry a layer, or an unknown name.

    Cost: O(rows · in · out) a layer; activation and dropout are one pass.

    Source: as PyG's ``MLP``. Differs from it in that a normalisation given as a module is copied for each layer, and
    that ``norm="pair_norm"`` keeps its scale of 1, where PyG passes the width as scale.

    Example:
        >>> MLP([16, 32, 4])(torch.randn(5, 16)).shape
        torch.Size([5, 4])
        >>> MLP(in_channels=16, hidden_channels=32, out_channels=4, num_layers=3)
        MLP(16, 32, 32, 4)
    """

    def __init__(
        self,
        channel_list: Sequence[int] | int | None = None,
        *,
        in_channels: int | None = None,
        hidden_channels: int | None = None,
        out_channels: int | None = None,
        num_layers: int | None = None,
        dropout: float | Sequence[float] = 0.0,
        act: str | Activation | None = "relu",
        act_first: bool = False,
        act_kwargs: Mapping[str, Any] | None = None,
        norm: str | torch.nn.Module | None = "batch_norm",
        norm_kwargs: Mapping[str, Any] | None = None,
        plain_last: bool = True,
        bias: bool | Sequence[bool] = True,
    ) -> None:
        super().__init__()
        if isinstance(channel_list, int):
            in_channels, channel_list = channel_list, None
        self.channel_list = _widths(channel_list, in_channels, hidden_channels, out_channels, num_layers)
        layers = len(self.channel_list) - 1
        self.act = resolve_activation(act, act_kwargs, "MLP")
        self.act_first = act_first
        self.plain_last = plain_last
        self.dropout = _each("dropout", dropout, layers)
        if isinstance(dropout, int | float) and plain_last:
            self.dropout[-1] = 0.0
        for p in self.dropout:
            if not 0 <= p <= 1:
                message = f"MLP: expected dropout between 0 and 1, got {p}. Pass 0.5, for example."
                raise ArgumentError(message)
        pairs = zip(self.channel_list[:-1], self.channel_list[1:], _each("bias", bias, layers), strict=True)
        self.lins = torch.nn.ModuleList(Linear(a, b, bias=with_bias) for a, b, with_bias in pairs)
        self.norms = torch.nn.ModuleList(
            copy.deepcopy(resolve_norm(norm, width, norm_kwargs, "MLP"))
            for width in (self.channel_list[1:-1] if plain_last else self.channel_list[1:])
        )
        self.supports_norm_batch = len(self.norms) > 0 and takes_batch(self.norms[0])
        self.reset_parameters()

    @property
    def in_channels(self) -> int:
        """Width of an input row."""
        return self.channel_list[0]

    @property
    def out_channels(self) -> int:
        """Width of an output row."""
        return self.channel_list[-1]

    @property
    def num_layers(self) -> int:
        """How many layers there are."""
        return len(self.channel_list) - 1

    def reset_parameters(self) -> None:
        """Draw the parameters of every layer anew."""
        for module in (*self.lins, *self.norms):
            if hasattr(module, "reset_parameters"):
                module.reset_parameters()

    def forward(
        self,
        x: Float[Tensor, "*batch in"],
        batch: Tensor | None = None,
        batch_size: int | None = None,
        return_emb: bool | None = None,  # noqa: FBT001 - PyG's signature
    ) -> Any:
        """Return the output; and with ``return_emb`` as a pair, with what enters the last layer.

        Args:
            x: One row a node.
            batch: The graph of each node, for normalisations that ask for it.
            batch_size: How many graphs there are.
            return_emb: ``True`` for a pair of output and embedding.
        """
        hidden = x
        for layer in range(len(self.norms)):
            hidden = self._after(layer, self.lins[layer](hidden), batch, batch_size)
        out = hidden
        if self.plain_last:
            out = drop(self.lins[-1](hidden), self.dropout[-1], training=self.training)
        if return_emb is None:
            return out
        return out, hidden if return_emb and len(self.norms) else None

    def _after(self, layer: int, x: Tensor, batch: Tensor | None = None, batch_size: int | None = None) -> Tensor:
        """Normalise, activate and drop what a linear layer yields."""
        norm, p = self.norms[layer], self.dropout[layer] if self.training else 0.0
        if self.act_first:
            x = activate(x, self.act, 0.0)
        if type(norm) is not torch.nn.Identity:
            x = norm(x, batch, batch_size) if self.supports_norm_batch else norm(x)
        return drop(x, p) if self.act_first else activate(x, self.act, p)

    def _steps(self) -> list[Step]:
        """The functions that the network applies one after the other, where no batch is given."""
        if type(self).forward is not MLP.forward:
            return [self]
        steps: list[Step] = []
        for layer in range(len(self.norms)):
            steps += [self.lins[layer], partial(self._after, layer)]
        if self.plain_last:
            steps.append(self.lins[-1])
            if self.training and self.dropout[-1] > 0:
                steps.append(lambda x: drop(x, self.dropout[-1]))
        return steps

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(map(str, self.channel_list))})"


def _widths(
    channel_list: Sequence[int] | None, first: int | None, hidden: int | None, last: int | None, layers: int | None
) -> list[int]:
    """The widths of all layers, from a list or from one width each."""
    if first is None:
        if channel_list is None or len(channel_list) < 2:
            message = (
                f"MLP: expected channel_list of at least two widths, got {channel_list}. "
                "Pass [16, 32, 4], or in_channels, hidden_channels, out_channels and num_layers."
            )
            raise ArgumentError(message)
        return list(channel_list)
    given = {"num_layers": layers, "out_channels": last, "hidden_channels": hidden}
    if layers == 1:
        del given["hidden_channels"]
    missing = [name for name, value in given.items() if value is None]
    if missing or layers is None or last is None:
        message = f"MLP: expected {' and '.join(missing)} beside in_channels={first}, got None. Pass a number."
        raise ArgumentError(message)
    if layers < 1:
        message = f"MLP: expected num_layers of at least 1, got {layers}. Pass 2 or 3."
        raise ArgumentError(message)
    return [first, *[hidden or 0] * (layers - 1), last]


def _each(name: str, value: Any, layers: int) -> list[Any]:
    """One entry a layer."""
    values = list(value) if isinstance(value, Sequence) else [value] * layers
    if len(values) != layers:
        message = (
            f"MLP: expected {name} with one entry for each of the {layers} layers, got {len(values)}. Or pass one."
        )
        raise ArgumentError(message)
    return values
