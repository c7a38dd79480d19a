"""What a node was after every layer, put together."""

from collections.abc import Sequence

import torch

from edgewise._suggest import did_you_mean
from edgewise._typing import Float, Tensor
from edgewise.errors import ArgumentError

__all__ = ["JumpingKnowledge"]

_MODES = ("cat", "max", "lstm")


class JumpingKnowledge(torch.nn.Module):
    r"""Put the outputs of all layers together: side by side, by their maximum, or weighted by an LSTM.

    .. math:: x_v^{(1)} \Vert \ldots \Vert x_v^{(T)}, \quad \max_t x_v^{(t)}, \quad \sum_t \alpha_v^{(t)} x_v^{(t)}

    Args:
        mode: ``"cat"``, ``"max"``, or ``"lstm"``: a bidirectional LSTM over the layers yields the scores whose softmax
            is :math:`\alpha`.
        channels: Width of each output; for ``"lstm"``.
        num_layers: How many outputs there are; for ``"lstm"``.

    Shape:
        xs: ``[nodes, channels]`` each → ``[nodes, layers * channels]`` for ``"cat"``, else ``[nodes, channels]``

    Raises:
        ArgumentError: An unknown ``mode``, ``"lstm"`` without ``channels`` and ``num_layers``, or no ``xs``.

    Cost: O(nodes · layers · channels) time and memory; O(nodes · layers² · channels · (channels + layers · channels))
    time for ``"lstm"``.

    Source: Xu et al., *Representation Learning on Graphs with Jumping Knowledge Networks*, ICML 2018, section 4.

    Example:
        >>> JumpingKnowledge("cat")([torch.ones(3, 2), torch.ones(3, 2)]).shape
        torch.Size([3, 4])
    """

    def __init__(self, mode: str, channels: int | None = None, num_layers: int | None = None) -> None:
        super().__init__()
        self.mode = mode.lower()
        if self.mode not in _MODES:
            hint = did_you_mean(mode, _MODES) or " Choose one of these."
            message = f"JumpingKnowledge: expected mode to be one of {_MODES}, got {mode!r}.{hint}"
            raise ArgumentError(message)
        self.channels = channels
        self.num_layers = num_layers
        self.lstm: torch.nn.LSTM | None = None
        self.att: torch.nn.Linear | None = None
        if self.mode == "lstm":
            if channels is None or num_layers is None:
                message = (
                    f"JumpingKnowledge: expected channels and num_layers with mode='lstm', "
                    f"got {channels} and {num_layers}. Pass both."
                )
                raise ArgumentError(message)
            hidden = num_layers * channels // 2
            self.lstm = torch.nn.LSTM(channels, hidden, bidirectional=True, batch_first=True)
            self.att = torch.nn.Linear(2 * hidden, 1)

    def reset_parameters(self) -> None:
        """Draw the parameters of the LSTM anew."""
        if self.lstm is not None and self.att is not None:
            self.lstm.reset_parameters()
            self.att.reset_parameters()

    def forward(self, xs: Sequence[Float[Tensor, "nodes channels"]]) -> Float[Tensor, "nodes together"]:
        """Return one row a node.

        Args:
            xs: The output of each layer.
        """
        if not xs:
            message = "JumpingKnowledge: expected xs with the output of each layer, got none. Pass at least one."
            raise ArgumentError(message)
        if self.mode == "cat":
            return torch.cat(list(xs), dim=-1)
        if self.lstm is None or self.att is None:
            return torch.stack(list(xs)).max(dim=0).values
        x = torch.stack(list(xs), dim=1)  # [nodes, layers, channels]
        alpha = torch.softmax(self.att(self.lstm(x)[0]).squeeze(-1), dim=-1)
        return torch.bmm(alpha.unsqueeze(1), x).squeeze(1)

    def __repr__(self) -> str:
        if self.mode == "lstm":
            return f"{type(self).__name__}({self.mode}, channels={self.channels}, layers={self.num_layers})"
        return f"{type(self).__name__}({self.mode})"
