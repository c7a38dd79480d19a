"""The graph itself, drawn."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from edgewise._lazy import lazy_import
from edgewise._typing import EdgeIndex, Int, Tensor
from edgewise.io import from_networkx
from edgewise.viz._style import EDGE, as_classes, check_plane, class_colours, class_handles, new_axes, save, shown
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
    _draw(axes, data.edge_index, position, as_classes(color, data.num_nodes))
    return shown(made)


def save_graph_svg(
    path: Path,
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
        ShapeError: ``position`` is not ``[nodes, 2]``.
        FileError: The folder cannot be written.
    """
    check_plane(position, "save_graph_svg", "position")
    made, axes = new_axes(on_screen=False)
    _draw(axes, edge_index, position, class_colours(label))
    below = {"loc": "upper center", "bbox_to_anchor": (0.5, 0.0), "ncols": 4}  # where it covers no node
    axes.legend(handles=class_handles(label, class_names), frameon=False, fontsize=9, **below)
    return save(made, path)


def _draw(axes: Any, edge_index: Tensor, position: Tensor, colours: list[Any]) -> None:
    position, edge_index = position.cpu(), edge_index.cpu()
    forward = edge_index[:, edge_index[0] <= edge_index[1]]  # one line for both directions
    drawn = forward if 2 * forward.shape[1] >= edge_index.shape[1] else edge_index
    busy = drawn.shape[1] > 1000  # too many to be worth a path each in an SVG: they become one image there
    segments = position[drawn.t().long()].numpy()  # [edges, 2 ends, 2]
    axes.add_collection(
        collections.LineCollection(
            segments, colors=EDGE, linewidths=0.3 if busy else 0.9, alpha=0.5, zorder=1, rasterized=busy
        )
    )
    size = 260 if len(position) <= 100 else max(4.0, 26000 / len(position))
    axes.scatter(
        *position.t().numpy(),
        s=size,
        c=colours,
        edgecolors="white",
        linewidths=0.2 if busy else 1.0,
        zorder=2,
        rasterized=busy,
    )
    axes.set_aspect("equal")
    axes.margins(0.06)


def _bare(G: Any) -> Any:
    """The same nodes and edges without attributes, which a drawing does not need and which may differ in kind."""
    bare = G.__class__()
    bare.add_nodes_from(G.nodes)
    bare.add_edges_from(G.edges())
    return bare
