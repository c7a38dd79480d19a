"""Normalisation that keeps the total distance between nodes."""

import torch

from edgewise._typing import Float, Tensor
from edgewise.nn.norm._graphs import Graphs, check_rows

__all__ = ["PairNorm"]


class PairNorm(torch.nn.Module):
    r"""Centre the nodes of a graph and scale them so that their mean squared distance stays the same.

    .. math:: x_i' = s \cdot \frac{x_i^c}{\sqrt{\frac{1}{n} \sum_i \lVert x_i^c \rVert_2^2 + \epsilon}}, \quad
        x_i^c = x_i - \frac{1}{n} \sum_i x_i

    Args:
        scale: The factor :math:`s`.
        scale_individually: Divide each node by its own length,
            :math:`x_i' = s \cdot x_i^c / (\lVert x_i^c \rVert_2 + \epsilon)`.
        eps: Added to what is divided by.

    Shape:
        x ``[nodes, in]`` · batch ``[nodes]`` (optional): the graph of each node, in any order → ``[nodes, in]``

    Raises:
        DTypeError: ``x`` is not floating, or ``batch`` not integer.
        ShapeError: ``batch`` has another length than ``x``.
        NodeIndexError: A graph outside of ``batch_size``.

    Cost: O(nodes · in) time and memory. ``batch`` is grouped once and kept. Without ``batch_size`` its maximum is read,
    which ``torch.compile(fullgraph=True)`` cannot: pass it there.

    Source: Zhao & Akoglu, *PairNorm: Tackling Oversmoothing in GNNs*, ICLR 2020, eq. 10-11. As in PyG, ``eps`` is
    added.

    Example:
        >>> PairNorm()(torch.tensor([[1.0], [3.0]])).round().tolist()
        [[-1.0], [1.0]]
    """

    def __init__(
        self,
        scale: float = 1.0,
        scale_individually: bool = False,  # noqa: FBT001, FBT002 - PyG's signature
        eps: float = 1e-5,
    ) -> None:
        super().__init__()
        self.scale = scale
        self.scale_individually = scale_individually
        self.eps = eps

    def forward(
        self, x: Float[Tensor, "nodes in"], batch: Tensor | None = None, batch_size: int | None = None
    ) -> Float[Tensor, "nodes in"]:
        """Return the centred and scaled features.

        Args:
            x: Node features.
            batch: The graph of each node; without it all nodes are one graph.
            batch_size: How many graphs there are; read from ``batch`` where it is ``None``.
        """
        check_rows("PairNorm", x)
        graphs = Graphs(x, batch, batch_size, "PairNorm")
        x = x - graphs.spread(graphs.mean(x))
        if self.scale_individually:
            own: Tensor = x * (self.scale / (self.eps + torch.linalg.vector_norm(x, dim=1, keepdim=True)))
            return own
        distance = graphs.mean(torch.linalg.vecdot(x, x).unsqueeze(1))
        return x * graphs.spread(self.scale * (self.eps + distance).rsqrt())

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"
