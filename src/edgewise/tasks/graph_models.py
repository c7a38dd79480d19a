"""The models that tasks on many graphs know by name: layers, a readout, and a perceptron on top of it."""

from typing import Any, ClassVar

import torch
from torch import nn

from edgewise._suggest import did_you_mean
from edgewise._typing import Adj, Float, Tensor
from edgewise.errors import ArgumentError
from edgewise.nn import GAT, GCN, GIN, MLP, GINEConv, GraphSAGE, global_add_pool, global_max_pool, global_mean_pool
from edgewise.nn.models.stack import Stack
from edgewise.tasks.config import TrainConfig
from edgewise.tasks.models import MLPWithoutEdges

__all__ = ["GRAPH_MODELS", "READOUTS", "Categories", "GraphModel", "build_graph_model", "check_readout"]

READOUTS = {"mean": global_mean_pool, "sum": global_add_pool, "max": global_max_pool}
GRAPH_MODELS = ("gine", "gin", "gcn", "sage", "gat", "mlp")


def check_readout(readout: str, caller: str) -> None:
    """Refuse a name that no readout has.

    Raises:
        ArgumentError: The name is unknown; the message names the nearest one.
    """
    if readout not in READOUTS:
        hint = did_you_mean(str(readout), READOUTS) or " Pass one of those."
        raise ArgumentError(f"{caller}: expected readout among {', '.join(READOUTS)}, got {readout!r}.{hint}")


class Categories(nn.Module):
    """Columns of whole numbers, each embedded by a table of its own; the embeddings add up.

    A number that no example of training had gets the embedding of the last row, which is "none of those".

    Args:
        sizes: How many values each column has, 0 to ``size - 1``.
        width: Of the embedding.

    Shape:
        x ``[rows, columns]`` integer → ``[rows, width]``

    Source: as the atom and bond encoders of Hu et al., *Open Graph Benchmark*, NeurIPS 2020. One table holds all
    columns, so that the sum is one native lookup.

    Example:
        >>> Categories([3, 2], 4)(torch.tensor([[0, 1], [2, 7]])).shape
        torch.Size([2, 4])
    """

    def __init__(self, sizes: list[int], width: int) -> None:
        super().__init__()
        starts = torch.tensor([0, *(size + 1 for size in sizes)]).cumsum(0)
        self.register_buffer("starts", starts[:-1], persistent=False)
        self.register_buffer("sizes", torch.tensor(sizes), persistent=False)
        self.table = nn.EmbeddingBag(int(starts[-1]), width, mode="sum")
        nn.init.xavier_uniform_(self.table.weight)

    def forward(self, x: Tensor) -> Float[Tensor, "rows width"]:
        """Return the sum of the embeddings of a row's columns."""
        starts: Any = self.starts
        sizes: Any = self.sizes
        known = (x >= 0) & (x < sizes)
        out: Tensor = self.table(torch.where(known, x, sizes).long() + starts)
        return out


class GINE(Stack):
    """The stack of GINE layers, which read edge features; not a model of its own, but the body of one."""

    _edge_argument: ClassVar[str | None] = "edge_attr"

    def _conv(self, in_channels: int, out_channels: int, **kwargs: Any) -> GINEConv:
        mlp = MLP([in_channels, out_channels, out_channels], act=self.act, norm=self.norm)
        return GINEConv(mlp, train_eps=True, **kwargs)


class GraphModel(nn.Module):
    """Message passing, a readout of all nodes of a graph, and a perceptron of two layers.

    Args:
        kind: Which layers: one of :data:`GRAPH_MODELS`.
        features: Width of node features, or how many values each column of whole numbers has.
        edge_features: The same of edges; 0 for none.
        hidden: Width of all layers.
        layers: How many.
        out: Width of the output.
        readout: ``"mean"``, ``"sum"`` or ``"max"``.
        dropout: Probability that a hidden value is dropped while training.
        act: Name of the activation.

    Shape:
        x ``[nodes, in]`` · edge_index ``[2, edges]`` · batch ``[nodes]`` · edge_attr ``[edges, edge_in]`` →
        ``[graphs, out]``

    Example:
        >>> model = GraphModel("gin", 3, 0, 8, 2, 1)
        >>> model(torch.ones(4, 3), torch.tensor([[0], [1]]), torch.tensor([0, 0, 1, 1]), batch_size=2).shape
        torch.Size([2, 1])
    """

    def __init__(
        self,
        kind: str,
        features: int | list[int],
        edge_features: int | list[int],
        hidden: int,
        layers: int,
        out: int,
        readout: str = "mean",
        dropout: float = 0.0,
        act: str = "relu",
    ) -> None:
        super().__init__()
        self.encode = None if isinstance(features, int) else Categories(features, hidden)
        width = features if isinstance(features, int) else hidden
        self.encode_edges: nn.Module | None = None
        if kind == "gine" and edge_features:
            # GINE adds an edge's features to those of its source: both get the width of the layers.
            is_number = isinstance(edge_features, int)
            self.encode_edges = nn.Linear(edge_features, hidden) if is_number else Categories(edge_features, hidden)  # type: ignore[arg-type]
        self.lift = nn.Linear(width, hidden) if kind == "gine" and width != hidden else None
        self.body = _body(kind, width, hidden, layers, dropout, act, has_edges=self.encode_edges is not None)
        self.readout = READOUTS[readout]
        self.head = MLP([hidden, hidden, out], dropout=dropout, act=act, norm=None)

    def embed(
        self,
        x: Tensor,
        edge_index: Adj,
        batch: Tensor | None = None,
        batch_size: int | None = None,
        edge_attr: Tensor | None = None,
    ) -> Float[Tensor, "graphs hidden"]:
        """Return what enters the perceptron: one row a graph."""
        h = x if self.encode is None else self.encode(x)
        h = h if self.lift is None else self.lift(h)
        extra = {}
        if self.encode_edges is not None:
            if edge_attr is None:
                message = (
                    "GraphModel: expected edge_attr, as it was built for edge features, got none. Set data.edge_attr."
                )
                raise ArgumentError(message)
            extra["edge_attr"] = self.encode_edges(edge_attr)
        h = self.body(h, edge_index, **extra)
        return self.readout(h, batch, batch_size)

    def forward(
        self,
        x: Tensor,
        edge_index: Adj,
        batch: Tensor | None = None,
        batch_size: int | None = None,
        edge_attr: Tensor | None = None,
    ) -> Float[Tensor, "graphs out"]:
        """Return one row a graph."""
        out: Tensor = self.head(self.embed(x, edge_index, batch, batch_size, edge_attr))
        return out


def _body(kind: str, width: int, hidden: int, layers: int, dropout: float, act: str, *, has_edges: bool) -> nn.Module:
    if kind == "mlp":
        return MLPWithoutEdges(width, hidden, layers, hidden, dropout, act)
    kinds: dict[str, type[Stack]] = {"gin": GIN, "gine": GINE if has_edges else GIN, "gcn": GCN, "sage": GraphSAGE}
    heads: dict[str, Any] = {"heads": 4 if hidden % 4 == 0 else 1} if kind == "gat" else {}
    width = hidden if kind == "gine" else width
    body = kinds.get(kind, GAT)
    return body(width, hidden, layers, hidden, dropout, act, norm="batch_norm", jk="last", **heads)


def build_graph_model(
    config: TrainConfig, features: int | list[int], edge_features: int | list[int], out: int, readout: str
) -> GraphModel:
    """Build the named model with fresh weights from torch's generator."""
    shape = (config.hidden, config.layers, out, readout, config.dropout, config.act)
    return GraphModel(config.model, features, edge_features, *shape)
