"""The axis legend: shapes stand in signatures, as jaxtyping annotations over these axis names.

``nodes edges graphs`` count things; ``in out hidden heads classes`` are widths; ``src`` and ``dst`` are the two sides
of a bipartite graph (equal to ``nodes`` otherwise). A leading ``*batch`` stands for any further axes.
Shapes are enforced under pytest only (``--jaxtyping-packages``), so users pay nothing for them.
"""

from typing import TypeAlias

from jaxtyping import Bool, Float, Int, Shaped
from torch import Tensor

__all__ = ["Adj", "Bool", "EdgeIndex", "Float", "Int", "Shaped", "Size", "Tensor"]

EdgeIndex: TypeAlias = Int[Tensor, "2 edges"]
"""Row 0 holds the source node of each edge, row 1 its destination."""

Adj: TypeAlias = Tensor
"""An ``edge_index`` ``[2, edges]`` or a transposed ``torch.sparse`` adjacency ``[dst, src]``, as PyG's ``adj_t``."""

Size: TypeAlias = tuple[int | None, int | None] | None
"""``(num_src, num_dst)``; ``None`` where it follows from the features."""
