"""Normalisation of each graph with a learnt share of its mean."""

import torch

from edgewise._typing import Float, Tensor
from edgewise.nn.norm._graphs import Graphs, check_rows

__all__ = ["GraphNorm"]


class GraphNorm(torch.nn.Module):
    r"""Scale every feature over the nodes of each graph, keeping a learnt share of the mean.

    .. math:: x_i' = \gamma \odot \frac{x_i - \alpha \odot \mu}{\sqrt{\sigma^2 + \epsilon}} + \beta, \quad
        \mu = \mathrm{E}[x], \quad \sigma^2 = \mathrm{E}[(x - \alpha \odot \mu)^2]

    Args:
        in_channels: Width of a node feature.
        eps: Added to the variance.
        device: Where the parameters are.

    Shape:
        x ``[nodes, in]`` · batch ``[nodes]`` (optional): the graph of each node, in any order → ``[nodes, in]``

    Raises:
        DTypeError: ``x`` is not floating, or ``batch`` not integer.
        ShapeError: ``x`` has another width, or ``batch`` another length.
        NodeIndexError: A graph outside of ``batch_size``.

    Cost: O(nodes · in) time and memory. ``batch`` is grouped once and kept. Without ``batch_size`` its maximum is read,
    which ``torch.compile(fullgraph=True)`` cannot: pass it there.

    Source: Cai et al., *GraphNorm: A Principled Approach to Accelerating Graph Neural Network Training*, ICML 2021,
    eq. 8.

    Example:
        >>> GraphNorm(1)(torch.tensor([[1.0], [3.0], [7.0]]), torch.tensor([0, 0, 1])).round().flatten().tolist()
        [-1.0, 1.0, 0.0]
    """

    def __init__(self, in_channels: int, eps: float = 1e-5, device: torch.device | str | None = None) -> None:
        super().__init__()
        self.in_channels = in_channels
        self.eps = eps
        self.weight = torch.nn.Parameter(torch.empty(in_channels, device=device))
        self.bias = torch.nn.Parameter(torch.empty(in_channels, device=device))
        self.mean_scale = torch.nn.Parameter(torch.empty(in_channels, device=device))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Set both scales to 1 and the shift to 0."""
        torch.nn.init.ones_(self.weight)
        torch.nn.init.zeros_(self.bias)
        torch.nn.init.ones_(self.mean_scale)

    def forward(
        self, x: Float[Tensor, "nodes in"], batch: Tensor | None = None, batch_size: int | None = None
    ) -> Float[Tensor, "nodes in"]:
        """Return the normalised features.

        Args:
            x: Node features.
            batch: The graph of each node; without it all nodes are one graph.
            batch_size: How many graphs there are; read from ``batch`` where it is ``None``.
        """
        check_rows("GraphNorm", x, self.in_channels)
        graphs = Graphs(x, batch, batch_size, "GraphNorm")
        x = x - graphs.spread(self.mean_scale * graphs.mean(x))
        variance = graphs.mean(x * x)
        return torch.addcmul(self.bias, x, graphs.spread(self.weight * (variance + self.eps).rsqrt()))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.in_channels})"
