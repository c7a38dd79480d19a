"""The graph itself, drawn."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from edgewise._checks import check_edge_index, check_node_range
from edgewise._lazy import lazy_import
from edgewise._typing import EdgeIndex, Int, Tensor
from edgewise.io import from_networkx
from edgewise.viz._style import (
    EDGE,
    MANY,
    as_classes,
    check_label,
    check_plane,
    class_handles,
    draw_classes,
    legend_below,
    new_axes,
    save,
    shown,
)
from edgewise.viz.layout import force_layout

__all__ = ["save_graph_svg", "visualize_graph"]

collections = lazy_import("matplotlib.collections")


def visualize_graph(G: Any, color: Any) -> Any:
    """Draw a NetworkX graph, nodes coloured by class; shown where there is a screen or a notebook.

    Args:
        G: A ``networkx`` graph, as from ``to_networkx(data, to_undirected=True)``; or ``Data``.
        color: A label for each node, or a colour for each, or one for all.

    Cost: the layout; see :func:`edgewise.ops.force_layout`.

    Example:
        >>> import networkx
        >>> type(visualize_graph(networkx.path_graph(3), color=[0, 1, 1])).__name__
        'Figure'
    """
    data = G if hasattr(G, "edge_index") else from_networkx(_bare(G))
    position = force_layout(data.edge_index, data.num_nodes)
    made, axes = new_axes(on_screen=True)
    busy = _draw_edges(axes, data.edge_index, position)
    look = _node_look(len(position), busy=busy)
    axes.scatter(*position.t().numpy(), c=as_classes(color, data.num_nodes), **look)
    return shown(made)


def save_graph_svg(
    path: str | Path,
    edge_index: EdgeIndex,
    position: Tensor,
    label: Int[Tensor, " nodes"],
    class_names: Sequence[str] | None = None,
) -> Path:
    """Write a drawing of the graph with a legend of its classes.

    Args:
        path: The file; its suffix chooses the format.
        edge_index: The edges.
        position: Where each node is drawn.
        label: The class of each node, ``-1`` for unknown.
        class_names: Names for the legend.

    Shape:
        edge_index ``[2, edges]`` · position ``[nodes, 2]`` · label ``[nodes]``

    Raises:
        ShapeError: ``position`` is not ``[nodes, 2]``, or ``label`` not ``[nodes]``.
        ArgumentError: A class has no name.
        DTypeError: ``edge_index`` is not an integer tensor.
        NodeIndexError: An edge names a node that does not exist.
        FileError: The folder cannot be written.
    """
    check_plane(position, "save_graph_svg", "position")
    check_label(label, len(position), class_names, "save_graph_svg")
    check_edge_index(edge_index, caller="save_graph_svg")
    check_node_range(edge_index, len(position), len(position), caller="save_graph_svg")
    made, axes = new_axes(on_screen=False)
    busy = _draw_edges(axes, edge_index, position)
    look = _node_look(len(position), busy=busy)
    draw_classes(axes, position, label, **look)
    legend_below(axes, class_handles(label, class_names), fontsize=9)
    return save(made, Path(path))


def _draw_edges(axes: Any, edge_index: Tensor, position: Tensor) -> bool:
    """Draw the edges; whether there are so many that they and the nodes become one image inside an SVG."""
    position, edge_index = position.detach().cpu(), edge_index.cpu()
    drawn = edge_index.sort(0).values.unique(dim=1)  # one line for both directions
    busy: bool = drawn.shape[1] > MANY
    segments = position[drawn.t().long()].numpy()  # [edges, 2 ends, 2]
    axes.add_collection(
        collections.LineCollection(
            segments, colors=EDGE, linewidths=0.3 if busy else 0.9, alpha=0.5, zorder=1, rasterized=busy
        )
    )
    axes.set_aspect("equal")
    axes.margins(0.06)
    return busy


def _node_look(nodes: int, *, busy: bool) -> dict[str, Any]:
    size = 260 if nodes <= 100 else max(4.0, 26000 / nodes)
    return {"s": size, "edgecolors": "white", "linewidths": 0.2 if busy else 1.0, "zorder": 2, "rasterized": busy}


def _bare(G: Any) -> Any:
    """The same nodes and edges without attributes, which a drawing does not need and which may differ in kind."""
    bare = G.__class__()
    bare.add_nodes_from(G.nodes)
    bare.add_edges_from(G.edges())
    return bare
