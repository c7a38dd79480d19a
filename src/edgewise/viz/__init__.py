"""Pictures of graphs and of what a model makes of them; ``viz.report`` is the page that holds them together."""

from edgewise.viz.animate import animate_embedding
from edgewise.viz.embedding import save_embedding_svg, visualize_embedding
from edgewise.viz.graph import save_graph_svg, visualize_graph
from edgewise.viz.layout import force_layout

__all__ = [
    "animate_embedding",
    "force_layout",
    "save_embedding_svg",
    "save_graph_svg",
    "visualize_embedding",
    "visualize_graph",
]
