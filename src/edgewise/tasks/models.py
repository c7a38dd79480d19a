"""The models that a task knows by name, and the baseline that sees no edges. A layer belongs in ``nn``, not here."""

import itertools
from collections.abc import Callable, Collection
from typing import Any

from torch import nn

from edgewise._suggest import did_you_mean
from edgewise._typing import EdgeIndex, Float, Tensor
from edgewise.errors import ArgumentError
from edgewise.nn import GAT, GCN, GraphSAGE
from edgewise.ops import dropout
from edgewise.tasks.config import TrainConfig

__all__ = ["MODELS", "MLPWithoutEdges", "build_model", "check_model_name"]


class MLPWithoutEdges(nn.Module):
    """Perceptron with a graph model's signature that never looks at the edges: what the features alone can do.

    Args:
        in_channels: Width of an input node feature.
        hidden_channels: Width of each hidden layer.
        num_layers: Number of linear layers.
        out_channels: Number of classes.
        dropout: Probability of dropping a hidden feature in training.
        input_dropout: Probability of dropping an input feature in training.
        act: Name of an activation in ``torch.nn.functional``.

    Shape:
        x ``[nodes, in]`` float · edge_index ``[2, edges]``, ignored → ``[nodes, out]``

    Example:
        >>> import torch
        >>> model = MLPWithoutEdges(34, 8, 2, 4)
        >>> model(torch.eye(34), torch.empty(2, 0, dtype=torch.long)).shape
        torch.Size([34, 4])
    """

    def __init__(
        self,
        in_channels: int,
        hidden_channels: int,
        num_layers: int,
        out_channels: int,
        dropout: float = 0.0,
        act: str = "relu",
        input_dropout: float = 0.0,
    ) -> None:
        super().__init__()
        widths = [in_channels] + [hidden_channels] * (num_layers - 1) + [out_channels]
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in itertools.pairwise(widths))
        self.act: Callable[[Tensor], Tensor] = getattr(nn.functional, act)
        self.dropout = dropout
        self.input_dropout = input_dropout

    def forward(self, x: Float[Tensor, "nodes in"], edge_index: EdgeIndex) -> Float[Tensor, "nodes out"]:
        """Return one row of class scores per node."""
        x = dropout(x, self.input_dropout, training=self.training)
        for layer in self.layers[:-1]:
            x = dropout(self.act(layer(x)), self.dropout, training=self.training)
        logits: Tensor = self.layers[-1](x)
        return logits


Builder = Callable[..., nn.Module]


def _gat(in_channels: int, hidden: int, layers: int, out: int, **kwargs: Any) -> GAT:
    """As published: 8 heads that share the width of a hidden layer, where they can."""
    return GAT(in_channels, hidden, layers, out, heads=8 if hidden % 8 == 0 else 1, **kwargs)


MODELS: dict[str, Builder] = {"gcn": GCN, "sage": GraphSAGE, "gat": _gat}
"""Model name -> its class, called as ``(in, hidden, layers, out, dropout=, input_dropout=, act=)``."""

_BASELINES: dict[str, Builder] = {"mlp": MLPWithoutEdges}


def check_model_name(
    name: str, names: Collection[str] = (*MODELS, *_BASELINES), caller: str = "NodeClassifier"
) -> None:
    """Refuse a name that no built-in model has.

    Raises:
        ArgumentError: The name is unknown; the message names the nearest one.

    Example:
        >>> check_model_name("gcn")
    """
    if name not in names:
        repair = did_you_mean(name, names) or " Pass one of these names or your own torch.nn.Module."
        raise ArgumentError(f"{caller}: expected model among {', '.join(names)}, got {name!r}.{repair}")


def build_model(config: TrainConfig, in_channels: int, num_classes: int) -> nn.Module:
    """Build the named model with fresh weights from torch's generator.

    Raises:
        ArgumentError: The name is unknown.

    Example:
        >>> build_model(TrainConfig(hidden=8), 34, 4).hidden_channels
        8
    """
    check_model_name(config.model)
    builder = (MODELS | _BASELINES)[config.model]
    drops = {"dropout": config.dropout, "input_dropout": config.dropout}
    return builder(in_channels, config.hidden, config.layers, num_classes, **drops, act=config.act)
