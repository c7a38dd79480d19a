"""The models that a task knows by name, and the baseline that sees no edges. A layer belongs in ``nn``, not here."""

from collections.abc import Callable, Collection
from typing import Any, NamedTuple

from torch import nn

from edgewise._suggest import did_you_mean
from edgewise._typing import EdgeIndex, Float, Tensor
from edgewise.errors import ArgumentError
from edgewise.nn import GAT, GCN, GIN, MLP, GraphSAGE
from edgewise.ops import dropout
from edgewise.tasks.config import TrainConfig

__all__ = ["MODELS", "MLPWithoutEdges", "NamedModel", "build_model", "check_model_name"]


class MLPWithoutEdges(MLP):
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
        widths = [in_channels, *[hidden_channels] * (num_layers - 1), out_channels]
        super().__init__(widths, dropout=dropout, act=act, norm=None)
        self.input_dropout = input_dropout

    def forward(self, x: Float[Tensor, "nodes in"], edge_index: EdgeIndex) -> Float[Tensor, "nodes out"]:  # type: ignore[override]
        """Return one row of class scores per node."""
        out: Tensor = super().forward(dropout(x, self.input_dropout, training=self.training))
        return out


class NamedModel(NamedTuple):
    """A class called as ``(in, hidden, layers, out, act=, dropout=, input_dropout=)``, and what else it is given."""

    cls: type[nn.Module]
    further: Callable[[int], dict[str, Any]] = lambda hidden: {}
    """From the hidden width."""


def _heads(hidden: int) -> dict[str, Any]:
    """As published for GAT: 8 heads that share the width of a hidden layer, where they can."""
    return {"heads": 8 if hidden % 8 == 0 else 1}


MODELS = {
    "gcn": NamedModel(GCN),
    "sage": NamedModel(GraphSAGE),
    "gat": NamedModel(GAT, _heads),
    "gin": NamedModel(GIN),
    "mlp": NamedModel(MLPWithoutEdges),
}
"""The models that tasks on the nodes of one graph know by name."""


def check_model_name(name: str, names: Collection[str] = tuple(MODELS), caller: str = "NodeClassifier") -> None:
    """Refuse a name that no built-in model has.

    Raises:
        ArgumentError: The name is unknown; the message names the nearest one.

    Example:
        >>> check_model_name("gcn")
    """
    if name not in names:
        repair = did_you_mean(name, names) or " Pass one of these names or your own torch.nn.Module."
        raise ArgumentError(f"{caller}: expected model among {', '.join(names)}, got {name!r}.{repair}")


def build_model(config: TrainConfig, in_channels: int, out_channels: int) -> nn.Module:
    """Build the named model with fresh weights from torch's generator.

    Raises:
        ArgumentError: The name is unknown.

    Example:
        >>> build_model(TrainConfig(hidden=8), 34, 4).hidden_channels
        8
    """
    check_model_name(config.model)
    cls, further = MODELS[config.model]
    settings = {"act": config.act, "dropout": config.dropout, "input_dropout": config.dropout}
    return cls(in_channels, config.hidden, config.layers, out_channels, **settings, **further(config.hidden))
