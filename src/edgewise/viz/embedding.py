"""Where a model puts the nodes, drawn."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from edgewise._typing import Float, Int, Tensor
from edgewise.errors import ShapeError
from edgewise.viz._style import (
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

__all__ = ["save_embedding_svg", "visualize_embedding"]


def visualize_embedding(h: Float[Tensor, "nodes width"], color: Any, epoch: int | None = None, loss: Any = None) -> Any:
    """Draw an embedding, nodes coloured by class; shown where there is a screen or a notebook.

    Args:
        h: A point for each node; of more than two columns the first two principal components are drawn.
        color: A label for each node, or a colour for each, or one for all.
        epoch: Written below the picture.
        loss: Written beside the epoch: a number or a tensor with one.

    Shape:
        h ``[nodes, width]``

    Raises:
        ShapeError: ``h`` has not two axes, or fewer than two columns.

    Example:
        >>> type(visualize_embedding(torch.randn(5, 2), color=[0, 0, 1, 1, 1], epoch=3, loss=0.5)).__name__
        'Figure'
    """
    points = _plane(h.detach().cpu().float())
    made, axes = new_axes(on_screen=True)
    axes.scatter(*points.t().numpy(), s=140, c=as_classes(color, len(points)), edgecolors="white", linewidths=0.8)
    if epoch is not None:
        loss = loss.detach() if isinstance(loss, Tensor) else loss
        axes.set_xlabel(f"Epoch: {epoch}" + ("" if loss is None else f", Loss: {float(loss):.4f}"), fontsize=16)
    axes.margins(0.08)
    return shown(made)


def save_embedding_svg(
    path: str | Path,
    embedding: Float[Tensor, "nodes 2"],
    label: Int[Tensor, " nodes"],
    class_names: Sequence[str] | None = None,
    title: str | None = None,
) -> Path:
    """Write a drawing of a two-dimensional embedding with a legend of its classes.

    Args:
        path: The file; its suffix chooses the format.
        embedding: A point for each node.
        label: The class of each node, ``-1`` for unknown.
        class_names: Names for the legend.
        title: Written below.

    Shape:
        embedding ``[nodes, 2]`` · label ``[nodes]``

    Raises:
        ShapeError: ``embedding`` is not ``[nodes, 2]``, or ``label`` not ``[nodes]``.
        ArgumentError: A class has no name.
        FileError: The folder cannot be written.
    """
    check_plane(embedding, "save_embedding_svg", "embedding")
    check_label(label, len(embedding), class_names, "save_embedding_svg")
    made, axes = new_axes(on_screen=False)
    size = 140 if len(embedding) <= 100 else max(4.0, 26000 / len(embedding))
    draw_classes(axes, embedding, label, s=size, edgecolors="white", linewidths=0.3, rasterized=len(label) > MANY)
    axes.set_xlabel(title or "", fontsize=11)
    legend_below(axes, class_handles(label, class_names), fontsize=9, gap=0.04 if title else 0.0)
    axes.margins(0.08)
    return save(made, Path(path))


def _plane(points: Tensor) -> Tensor:
    if points.dim() != 2 or points.shape[1] < 2:
        message = (
            f"visualize_embedding: expected h of shape [nodes, 2 or more], got {list(points.shape)}. "
            "Pass one point a node."
        )
        raise ShapeError(message)
    if points.shape[1] == 2:
        return points
    centred = points - points.mean(0)
    directions = torch.linalg.eigh(centred.t() @ centred).eigenvectors  # by rising variance; any number of nodes
    plane: Tensor = centred @ directions[:, -2:].flip(1)
    return plane
