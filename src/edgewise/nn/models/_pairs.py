"""Scores of pairs of nodes, and pairs that are known and must not count among the best."""

import torch

from edgewise._typing import EdgeIndex, Float, Int, Tensor
from edgewise.adjacency import Adjacency
from edgewise.nn._checks import check_features
from edgewise.ops import sddmm

__all__ = ["KnownPairs", "pair_scores"]


def pair_scores(z: Float[Tensor, "nodes hidden"], edge_index: EdgeIndex, caller: str) -> Float[Tensor, " edges"]:
    r"""Return :math:`z_i \cdot z_j` of each pair, without a tensor of a row a pair.

    Pairs that come again as the same tensor are sorted once; their gradient is a sparse product.
    """
    check_features(caller, z, edge_index, "z")
    if torch.compiler.is_compiling():  # a compiler fuses gather, product and sum
        return (z[edge_index[0]] * z[edge_index[1]]).sum(1)
    adjacency = Adjacency.of(edge_index, (z.shape[0], z.shape[0]), caller=caller)
    return sddmm(adjacency, z, z)


class KnownPairs:
    """Pairs of a key and a column, looked up for a block of keys at a time.

    Args:
        keys: A number of each pair.
        columns: The other number.
    """

    def __init__(self, keys: Int[Tensor, " pairs"], columns: Int[Tensor, " pairs"]) -> None:
        self.keys, order = keys.sort(stable=True)
        self.columns = columns[order]

    def of(self, keys: Int[Tensor, " rows"]) -> tuple[Tensor, Tensor]:
        """Return row and column of every pair whose key stands among ``keys``; its place there is the row."""
        first, last = (torch.searchsorted(self.keys, keys, right=right) for right in (False, True))
        count = last - first
        row = torch.repeat_interleave(torch.arange(keys.shape[0], device=keys.device), count)
        place = torch.arange(row.shape[0], device=keys.device) - (count.cumsum(0) - count)[row] + first[row]
        return row, self.columns[place]
