"""Normalisations that know where a graph ends."""

from typing import TYPE_CHECKING

from edgewise._lazy import lazy_exports

if TYPE_CHECKING:
    from edgewise.nn.norm.batch_norm import BatchNorm
    from edgewise.nn.norm.graph_norm import GraphNorm
    from edgewise.nn.norm.graph_size_norm import GraphSizeNorm
    from edgewise.nn.norm.layer_norm import LayerNorm
    from edgewise.nn.norm.pair_norm import PairNorm

__all__ = [
    "BatchNorm",
    "GraphNorm",
    "GraphSizeNorm",
    "LayerNorm",
    "PairNorm",
]

__getattr__, __dir__ = lazy_exports(
    __name__,
    {
        "edgewise.nn.norm.batch_norm": ("BatchNorm",),
        "edgewise.nn.norm.graph_norm": ("GraphNorm",),
        "edgewise.nn.norm.graph_size_norm": ("GraphSizeNorm",),
        "edgewise.nn.norm.layer_norm": ("LayerNorm",),
        "edgewise.nn.norm.pair_norm": ("PairNorm",),
    },
)
