"""One look for every picture: colours that colour-blind eyes tell apart, and axes without clutter."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from edgewise._files import atomic_write
from edgewise._lazy import lazy_import
from edgewise.errors import ArgumentError, ShapeError

__all__ = [
    "PALETTE",
    "UNKNOWN",
    "as_classes",
    "check_label",
    "check_plane",
    "class_colours",
    "class_handles",
    "draw_classes",
    "legend_below",
    "new_axes",
    "save",
    "shown",
]

figure = lazy_import("matplotlib.figure")
lines = lazy_import("matplotlib.lines")
pyplot = lazy_import("matplotlib.pyplot")
matplotlib = lazy_import("matplotlib")

# Okabe & Ito (2008), then Tol's muted scheme (2021): distinct in hue and in lightness.
PALETTE = (
    "#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#B8A800", "#332288", "#88CCEE", "#44AA99",
    "#117733", "#999933", "#DDCC77", "#CC6677", "#882255", "#AA4499", "#6699CC", "#661100", "#AA4466", "#4477AA",
)  # fmt: skip
MARKERS = ("o", "s", "^", "D", "v", "P", "X")  # a second sign of the class, for print in grey
UNKNOWN = "#9AA0A6"
EDGE = "#8A9099"
MANY = 1000  # nodes or edges that are thin lines and dots rather than shapes
_FILES_ONLY = frozenset(
    {"agg", "cairo", "pdf", "pgf", "ps", "svg", "template"}
)  # matplotlib's backends without a screen


def class_colours(label: Tensor) -> list[str]:
    """The colour of each node's class; grey for ``-1``."""
    return [UNKNOWN if c < 0 else PALETTE[c % len(PALETTE)] for c in label.long().tolist()]


def as_classes(color: Any, count: int) -> list[Any]:
    """Colours for ``count`` nodes from labels, colour names, or one colour for all."""
    if isinstance(color, Tensor) and not color.is_floating_point():
        return class_colours(color.detach().cpu())
    if isinstance(color, Tensor) or hasattr(color, "__array__"):
        return list(torch.as_tensor(color).detach().cpu().tolist())
    if isinstance(color, str):
        return [color] * count
    values = list(color)
    return class_colours(torch.tensor(values)) if values and all(isinstance(v, int) for v in values) else values


def check_plane(points: Tensor, caller: str, name: str) -> None:
    """Check that ``points`` is ``[nodes, 2]``.

    Raises:
        ShapeError: It is not.
    """
    if points.dim() != 2 or points.shape[1] != 2:
        message = f"{caller}: expected {name} of shape [nodes, 2], got {list(points.shape)}. Project it to two columns."
        raise ShapeError(message)


def check_label(label: Tensor, nodes: int, class_names: Sequence[str] | None, caller: str) -> None:
    """Check that every node has a label and every class a name.

    Raises:
        ShapeError: Not one label a node.
        ArgumentError: A class without a name.
    """
    if label.shape != (nodes,):
        message = (
            f"{caller}: expected label of shape [{nodes}], one a node, got {list(label.shape)}. Use -1 for unknown."
        )
        raise ShapeError(message)
    classes = int(label.max()) + 1 if nodes else 0
    if class_names is not None and len(class_names) < classes:
        message = (
            f"{caller}: expected class_names for {classes} classes, got {len(class_names)}. Name every class, or none."
        )
        raise ArgumentError(message)


def new_axes(*, on_screen: bool) -> tuple[Any, Any]:
    """A square figure without ticks. One for a screen belongs to pyplot, one for a file to nobody."""
    made = pyplot.figure(figsize=(7, 7)) if on_screen else figure.Figure(figsize=(7, 7))
    axes = made.add_axes((0.02, 0.06, 0.96, 0.92))
    axes.set_xticks([])
    axes.set_yticks([])
    for side in axes.spines.values():
        side.set_color("#C8CCD2")
    return made, axes


def shown(made: Any) -> Any:
    """Show a figure where there is a screen or a notebook; let go of it, so that loops do not pile figures up."""
    if pyplot.get_backend().lower() not in _FILES_ONLY:
        pyplot.show()
        made._ipython_display_ = lambda: None  # as the value of a notebook's cell it would be drawn a second time
    pyplot.close(made)
    return made


def class_handles(label: Tensor, class_names: Sequence[str] | None) -> list[Any]:
    """Legend entries of the classes that occur."""
    entries = []
    for c in sorted(set(label.long().tolist())):
        name = "unknown" if c < 0 else class_names[c] if class_names is not None else f"class {c}"
        colour = UNKNOWN if c < 0 else PALETTE[c % len(PALETTE)]
        entries.append(lines.Line2D([], [], marker=_marker(c, len(label)), linestyle="", color=colour, label=name))
    return entries


def _marker(c: int, nodes: int) -> str:
    return MARKERS[max(c, 0) % len(MARKERS)] if nodes <= MANY else "o"


def draw_classes(axes: Any, points: Tensor, label: Tensor, **look: Any) -> list[tuple[Any, Tensor]]:
    """Scatter ``points [nodes, 2]`` by class: each drawn collection with the nodes that it holds.

    Many points are dots in the order of the nodes, so that no class hides the others.
    """
    points, label = points.detach().cpu(), label.cpu()
    if len(points) > MANY:
        groups = [torch.arange(len(points))]
    else:
        groups = [(label == c).nonzero().flatten() for c in label.unique()]
    drawn = []
    for nodes in groups:
        marker = _marker(int(label[nodes[0]]), len(points))
        colours = class_colours(label[nodes])
        drawn.append((axes.scatter(*points[nodes].t().numpy(), c=colours, marker=marker, **look), nodes))
    return drawn


def legend_below(axes: Any, handles: Sequence[Any], *, fontsize: int, gap: float = 0.0) -> int:
    """Put a legend under the axes, where it covers no node; the number of its rows."""
    width = 72 * axes.bbox.width / axes.figure.dpi
    longest = max((len(handle.get_label()) for handle in handles), default=0)
    columns = max(1, min(len(handles), int(width / (fontsize * (4.5 + 0.55 * longest)))))
    place = {"loc": "upper center", "bbox_to_anchor": (0.5, -gap), "ncols": columns}
    axes.legend(handles=handles, frameon=False, fontsize=fontsize, **place)
    return -(-len(handles) // columns)


def save(made: Any, path: Path) -> Path:
    """Write a figure whole; equal figures give equal files."""
    with atomic_write(path) as temporary, matplotlib.rc_context({"svg.hashsalt": "edgewise", "svg.fonttype": "none"}):
        made.savefig(
            temporary, dpi=160, bbox_inches="tight", metadata={"Date": None} if path.suffix == ".svg" else None
        )
    return path
