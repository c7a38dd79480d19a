"""Normalisation by the number of nodes of a graph."""

import torch

from edgewise._typing import Float, Tensor
from edgewise.nn.norm._graphs import Graphs, check_rows

__all__ = ["GraphSizeNorm"]


class GraphSizeNorm(torch.nn.Module):
    r"""Divide node features by the square root of the number of nodes of their graph.

    .. math:: x_i' = \frac{x_i}{\sqrt{|\mathcal{V}|}}

    Shape:
        x ``[nodes, in]`` · batch ``[nodes]`` (optional): the graph of each node, in any order → ``[nodes, in]``

    Raises:
        DTypeError: ``x`` is not floating, or ``batch`` not integer.
        ShapeError: ``batch`` has another length than ``x``.
        NodeIndexError: A graph outside of ``batch_size``.

    Cost: O(nodes · in) time and memory. ``batch`` is grouped once and kept. Without ``batch_size`` its maximum is read,
    which ``torch.compile(fullgraph=True)`` cannot: pass it there.

    Source: Dwivedi et al., *Benchmarking Graph Neural Networks*, JMLR 2023, where graph normalisation is named GN.

    Example:
        >>> GraphSizeNorm()(torch.ones(4, 1), torch.zeros(4, dtype=torch.long)).flatten().tolist()
        [0.5, 0.5, 0.5, 0.5]
    """

    def forward(
        self, x: Float[Tensor, "nodes in"], batch: Tensor | None = None, batch_size: int | None = None
    ) -> Float[Tensor, "nodes in"]:
        """Return the scaled features.

        Args:
            x: Node features.
            batch: The graph of each node; without it all nodes are one graph.
            batch_size: How many graphs there are; read from ``batch`` where it is ``None``.
        """
        check_rows("GraphSizeNorm", x)
        graphs = Graphs(x, batch, batch_size, "GraphSizeNorm")
        return x * graphs.spread(graphs.sizes(x).clamp(min=1).rsqrt())

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"
