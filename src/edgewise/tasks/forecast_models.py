"""The models that forecasting knows by name, and the one among them that sees no edges."""

import inspect
from types import SimpleNamespace

from torch import nn

from edgewise._typing import EdgeIndex, Float, Tensor
from edgewise.errors import ArgumentError
from edgewise.nn import DCRNN, TGCN
from edgewise.tasks.calling import extra_names
from edgewise.tasks.config import TrainConfig
from edgewise.tasks.loop import first_output

__all__ = ["FORECAST_MODELS", "ForecastModel", "GRUWithoutEdges", "build_forecast_model"]

FORECAST_MODELS = ("tgcn", "dcrnn", "gru")


class ForecastModel(nn.Module):
    """A model and the one graph that it always sees, which is saved with its weights.

    Args:
        module: Called as ``module(x, edge_index)``, with ``edge_weight`` too if it asks for it; a ``forward`` of one
            argument gets ``x`` alone.
        edge_index: The graph.
        edge_weight: What each edge counts.

    Shape:
        x ``[batch, window, nodes, features]`` → ``[batch, horizon, nodes]``

    Example:
        >>> import torch
        >>> model = ForecastModel(TGCN(1, 8, horizon=3), torch.tensor([[0, 1], [1, 0]]))
        >>> model(torch.ones(4, 12, 2, 1)).shape
        torch.Size([4, 3, 2])
    """

    edge_index: Tensor
    edge_weight: Tensor | None

    def __init__(
        self, module: nn.Module, edge_index: EdgeIndex, edge_weight: Float[Tensor, " edges"] | None = None
    ) -> None:
        super().__init__()
        self.module = module
        self.register_buffer("edge_index", edge_index)
        self.register_buffer("edge_weight", edge_weight)
        self._is_blind = len(inspect.signature(module.forward).parameters) == 1
        graph = SimpleNamespace(edge_weight=edge_weight)
        self._takes_weight = not self._is_blind and "edge_weight" in (extra_names(module, graph) or ())

    def forward(self, x: Float[Tensor, "batch window nodes features"]) -> Tensor:
        """Return the standardised forecast of every node, step by step ahead."""
        if self._is_blind:
            out = self.module(x)
        elif self._takes_weight:
            out = self.module(x, self.edge_index, edge_weight=self.edge_weight)
        else:
            out = self.module(x, self.edge_index)
        first: Tensor = first_output(out)
        return first


class GRUWithoutEdges(nn.Module):
    """A gated recurrent unit that sees each node alone: what the past of a node says of its future.

    Args:
        in_channels: Width of a node feature at one time.
        hidden_channels: Width of the state.
        horizon: How many steps ahead are forecast.
        num_layers: How many units stand one above the other.

    Shape:
        x ``[batch, window, nodes, features]`` → ``[batch, horizon, nodes]``

    Example:
        >>> import torch
        >>> GRUWithoutEdges(1, 8, horizon=3)(torch.ones(4, 12, 2, 1)).shape
        torch.Size([4, 3, 2])
    """

    def __init__(self, in_channels: int, hidden_channels: int, horizon: int, num_layers: int = 1) -> None:
        super().__init__()
        self.gru = nn.GRU(in_channels, hidden_channels, num_layers)
        self.lin = nn.Linear(hidden_channels, horizon)

    def forward(self, x: Float[Tensor, "batch window nodes features"]) -> Float[Tensor, "batch horizon nodes"]:
        """Return the forecast of every node; one set of weights for all."""
        states, _ = self.gru(x.transpose(0, 1).flatten(1, 2))  # [window, batch * nodes, hidden]
        ahead: Tensor = self.lin(states[-1])
        return ahead.view(x.shape[0], x.shape[2], -1).transpose(1, 2)


def build_forecast_model(config: TrainConfig, in_channels: int, horizon: int) -> nn.Module:
    """Build the named model with fresh weights from torch's generator.

    Raises:
        ArgumentError: ``layers`` above 1 for T-GCN, which has one.

    Example:
        >>> build_forecast_model(TrainConfig(model="tgcn", hidden=8, layers=1), 1, 3)
        TGCN(1, 8, horizon=3)
    """
    if config.model == "tgcn":
        if config.layers != 1:
            message = f"SignalForecaster: expected layers=1 for model 'tgcn', got {config.layers}. "
            raise ArgumentError(f"{message}Choose 'dcrnn' for more, or a larger hidden.")
        return TGCN(in_channels, config.hidden, horizon)
    if config.model == "dcrnn":
        return DCRNN(in_channels, config.hidden, horizon, num_layers=config.layers)
    return GRUWithoutEdges(in_channels, config.hidden, horizon, config.layers)
