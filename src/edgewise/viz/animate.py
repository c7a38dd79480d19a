"""An embedding over the epochs, as a GIF."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from edgewise._files import atomic_write
from edgewise._lazy import lazy_import
from edgewise._typing import Float, Int, Tensor
from edgewise.errors import ShapeError
from edgewise.viz._style import MANY, check_label, class_colours, class_handles, draw_classes, legend_below, new_axes

__all__ = ["animate_embedding"]

agg = lazy_import("matplotlib.backends.backend_agg")
image = lazy_import("PIL.Image")


def animate_embedding(
    embeddings: Float[Tensor, "snapshots nodes 2"],
    label: Int[Tensor, " nodes"],
    path: str | Path,
    *,
    epochs: Sequence[int],
    losses: Sequence[float | None] | None = None,
    class_names: Sequence[str] | None = None,
    fps: float = 8,
) -> Path:
    """Write a GIF in which every node moves as the model learns.

    Args:
        embeddings: The nodes' points at each snapshot.
        label: The class of each node, ``-1`` for unknown.
        path: The file.
        epochs: The epoch of each snapshot.
        losses: The loss of each snapshot.
        class_names: Names for the legend.
        fps: Frames a second; the last stays for two seconds.

    Shape:
        embeddings ``[snapshots, nodes, 2]`` · label ``[nodes]``

    Raises:
        ShapeError: There is no snapshot, or not one epoch for each, or not one label for each node.
        ArgumentError: A class has no name.
        FileError: The folder cannot be written.

    Cost: about 30 ms a frame.
    """
    if embeddings.shape[0] != len(epochs) or not len(epochs):
        message = (
            f"animate_embedding: expected one epoch for each of the {embeddings.shape[0]} snapshots, at least one, "
            f"got {len(epochs)}. Pass epochs=[...]."
        )
        raise ShapeError(message)
    check_label(label, embeddings.shape[1], class_names, "animate_embedding")
    path = Path(path)
    frames = _frames(embeddings.detach().cpu(), label, epochs, losses or [None] * len(epochs), class_names)
    with atomic_write(path) as temporary:
        pause = int(1000 / fps)
        durations = [pause] * (len(frames) - 1) + [2000]
        frames[0].save(temporary, "GIF", save_all=True, append_images=frames[1:], duration=durations, loop=0)
    return path


def _frames(
    embeddings: Tensor,
    label: Tensor,
    epochs: Sequence[int],
    losses: Sequence[float | None],
    class_names: Sequence[str] | None,
) -> list[Any]:
    made, axes = new_axes(on_screen=False)
    made.set_dpi(80)
    made.set_size_inches(5, 5)
    rows = legend_below(axes, class_handles(label, class_names), fontsize=7, gap=0.07)
    height = 5.1 + 0.16 * rows
    made.set_size_inches(5, height)
    axes.set_position((0.02, (0.45 + 0.16 * rows) / height, 0.96, 4.55 / height))
    canvas = agg.FigureCanvasAgg(made)
    low, high = embeddings.amin((0, 1)), embeddings.amax((0, 1))
    room = 0.08 * (high - low).clamp(min=1e-6)
    axes.set_xlim(*(float(end) for end in (low[0] - room[0], high[0] + room[0])))
    axes.set_ylim(*(float(end) for end in (low[1] - room[1], high[1] + room[1])))
    size = 90 if embeddings.shape[1] <= 100 else max(3.0, 13000 / embeddings.shape[1])
    rim = 0.4 if len(label) <= MANY else 0.0  # around a dot it would be most of the dot, and of the time
    drawn = draw_classes(axes, embeddings[0], label, s=size, edgecolors="white", linewidths=rim)
    palette = _palette(label)
    frames = []
    for points_now, epoch, loss in zip(embeddings, epochs, losses, strict=True):
        for points, nodes in drawn:
            points.set_offsets(points_now[nodes].numpy())
        axes.set_xlabel(f"epoch {epoch}" + ("" if loss is None else f", loss {loss:.3f}"), fontsize=11)
        canvas.draw()
        picture = image.frombuffer("RGBA", canvas.get_width_height(), canvas.buffer_rgba(), "raw", "RGBA", 0, 1)
        frames.append(picture.convert("RGB").quantize(palette=palette, dither=image.Dither.NONE))
    return frames


def _palette(label: Tensor) -> Any:
    """The colours of all frames: black and each class, fading into the white around them; a class keeps its colour."""
    inks = ["#000000", *sorted(set(class_colours(label)))]
    channels = [int(ink[k : k + 2], 16) for ink in inks for k in (1, 3, 5)]
    fades = [255 - (255 - channel) * step // 9 for step in range(10) for channel in channels]
    palette = image.new("P", (1, 1))
    palette.putpalette((fades + [255] * 768)[:768])
    return palette
