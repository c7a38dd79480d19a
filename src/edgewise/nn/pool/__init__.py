"""From the nodes of a graph to the graph."""

from typing import TYPE_CHECKING

from edgewise._lazy import lazy_exports

if TYPE_CHECKING:
    from edgewise.nn.pool.global_pool import global_add_pool, global_max_pool, global_mean_pool
    from edgewise.nn.pool.sag_pooling import SAGPooling
    from edgewise.nn.pool.topk_pooling import TopKPooling

__all__ = [
    "SAGPooling",
    "TopKPooling",
    "global_add_pool",
    "global_max_pool",
    "global_mean_pool",
]

__getattr__, __dir__ = lazy_exports(
    __name__,
    {
        "edgewise.nn.pool.global_pool": (
            "global_add_pool",
            "global_max_pool",
            "global_mean_pool",
        ),
        "edgewise.nn.pool.sag_pooling": ("SAGPooling",),
        "edgewise.nn.pool.topk_pooling": ("TopKPooling",),
    },
)
