"""Layer normalisation of a graph or of a node."""

import torch

from edgewise._typing import Float, Tensor
from edgewise.errors import ArgumentError
from edgewise.nn.norm._graphs import Graphs, check_rows

__all__ = ["LayerNorm"]

_MODES = ("graph", "node")


class LayerNorm(torch.nn.Module):
    r"""Scale all numbers of a graph, or of a node, to mean 0 and variance 1.

    .. math:: x_i' = \frac{x_i - \mathrm{E}[x]}{\sqrt{\mathrm{Var}[x] + \epsilon}} \odot \gamma + \beta

    Args:
        in_channels: Width of a node feature.
        eps: Added to the variance.
        affine: Learn :math:`\gamma` and :math:`\beta`.
        mode: What mean and variance are of: all features of a ``"graph"``, or those of a ``"node"``.
        device: Where the parameters are.

    Shape:
        x ``[nodes, in]`` · batch ``[nodes]`` (optional): the graph of each node, in any order → ``[nodes, in]``

    Raises:
        ArgumentError: An unknown ``mode``.
        DTypeError: ``x`` is not floating, or ``batch`` not integer.
        ShapeError: ``x`` has another width, or ``batch`` another length.
        NodeIndexError: A graph outside of ``batch_size``.

    Cost: O(nodes · in) time and memory. ``batch`` is grouped once and kept. Without ``batch_size`` its maximum is read,
    which ``torch.compile(fullgraph=True)`` cannot: pass it there.

    Source: Ba et al., *Layer Normalization*, 2016, eq. 3. As in PyG, a single graph without ``batch`` is divided by
    :math:`\sqrt{\mathrm{Var}[x]} + \epsilon`.

    Example:
        >>> LayerNorm(2)(torch.tensor([[1.0, 3.0], [1.0, 3.0]])).round().tolist()
        [[-1.0, 1.0], [-1.0, 1.0]]
    """

    def __init__(
        self,
        in_channels: int,
        eps: float = 1e-5,
        affine: bool = True,  # noqa: FBT001, FBT002 - PyG's signature
        mode: str = "graph",
        device: torch.device | str | None = None,
    ) -> None:
        super().__init__()
        if mode not in _MODES:
            message = f"LayerNorm: expected mode to be one of {_MODES}, got {mode!r}. Normalise by one of those."
            raise ArgumentError(message)
        self.in_channels = in_channels
        self.eps = eps
        self.affine = affine
        self.mode = mode
        self.weight = torch.nn.Parameter(torch.empty(in_channels, device=device)) if affine else None
        self.bias = torch.nn.Parameter(torch.empty(in_channels, device=device)) if affine else None
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Set scale to 1 and shift to 0."""
        if self.weight is not None and self.bias is not None:
            torch.nn.init.ones_(self.weight)
            torch.nn.init.zeros_(self.bias)

    def forward(
        self, x: Float[Tensor, "*batch in"], batch: Tensor | None = None, batch_size: int | None = None
    ) -> Float[Tensor, "*batch in"]:
        """Return the normalised features.

        Args:
            x: Node features.
            batch: The graph of each node; without it all nodes are one graph.
            batch_size: How many graphs there are; read from ``batch`` where it is ``None``.
        """
        check_rows("LayerNorm", x, self.in_channels, deep=self.mode == "node")
        if self.mode == "node":
            return torch.nn.functional.layer_norm(x, (self.in_channels,), self.weight, self.bias, self.eps)
        graphs = Graphs(x, batch, batch_size, "LayerNorm")
        x = x - graphs.spread(graphs.mean(x.mean(1, keepdim=True)))
        variance = graphs.mean(torch.linalg.vecdot(x, x).unsqueeze(1) / self.in_channels)
        scale = 1 / (_root(variance) + self.eps) if batch is None else (variance + self.eps).rsqrt()
        out = x * graphs.spread(scale)
        return out if self.weight is None or self.bias is None else torch.addcmul(self.bias, out, self.weight)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.in_channels}, affine={self.affine}, mode={self.mode})"


def _root(variance: Tensor) -> Tensor:
    """The square root, with a gradient of 0 where it is 0, as that of a standard deviation is."""
    is_zero = variance == 0
    return variance.masked_fill(is_zero, 1).sqrt().masked_fill(is_zero, 0)
