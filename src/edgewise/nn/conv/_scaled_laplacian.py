"""The Laplacian that Chebyshev polynomials are taken of, with its eigenvalues between -1 and 1."""

import torch

from edgewise._typing import Adj, Tensor
from edgewise.adjacency import Adjacency
from edgewise.nn._gcn_operator import inverse_power
from edgewise.nn.message_passing import as_edge_index
from edgewise.ops import spmm

__all__ = ["scaled_laplacian"]


def scaled_laplacian(
    edge_index: Adj,
    edge_weight: Tensor | None,
    batch: Tensor | None,
    lambda_max: Tensor | float | None,
    num_nodes: int,
    dtype: torch.dtype,
    *,
    normalization: str | None,
    flow: str,
) -> tuple[Tensor | Adjacency, Tensor, Tensor]:
    r"""Return :math:`\hat L`: its edges, their entries in the caller's order with 0 for loops, and its diagonal."""
    given = edge_index
    if edge_index.layout != torch.strided:
        edge_index, edge_weight = as_edge_index(edge_index)
    adjacency: Tensor | Adjacency = edge_index
    by_source: Tensor | Adjacency = edge_index.flip(0)
    if not torch.compiler.is_compiling():
        adjacency = Adjacency.of(given, (num_nodes, num_nodes), caller="ChebConv")
        by_source = adjacency.transpose()
    source, target = edge_index[0], edge_index[1]
    weight = torch.ones(edge_index.shape[1], dtype=dtype, device=edge_index.device)
    weight = weight if edge_weight is None else edge_weight.reshape(-1)
    is_loop = source == target
    weight = weight.masked_fill(is_loop, 0)
    degree = spmm(by_source, weight.new_ones(num_nodes, 1), weight).squeeze(1)
    diagonal = degree if normalization is None else torch.ones_like(degree)
    if normalization is not None:
        scale = inverse_power(degree, -0.5 if normalization == "sym" else -1.0)
        weight = scale.index_select(0, source) * weight
        weight = weight * scale.index_select(0, target) if normalization == "sym" else weight
    if lambda_max is None:
        lambda_max = _twice_the_largest(-weight, diagonal, is_loop)
    half = torch.as_tensor(lambda_max, dtype=weight.dtype, device=weight.device) / 2
    share = inverse_power(half, -1.0).reshape(-1)  # 2 / lambda_max, [1] or [graphs]
    share = share.expand(num_nodes) if share.shape[0] == 1 else share.index_select(0, batch)  # type: ignore[arg-type]
    weight, diagonal = -share.index_select(0, source) * weight, share * diagonal - 1
    return adjacency if flow == "source_to_target" else by_source, weight, diagonal


def _twice_the_largest(weight: Tensor, diagonal: Tensor, is_loop: Tensor) -> Tensor:
    """Twice the largest entry of the Laplacian: at least its largest eigenvalue, for the usual weights."""
    entries = torch.cat([weight.masked_fill(is_loop, -torch.inf), diagonal])
    return 2 * entries.max() if entries.numel() > 0 else entries.new_ones(())
