"""How long work shows itself: a bar on a terminal, lines in a log, nothing when quiet."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from edgewise._lazy import lazy_import

rich_console = lazy_import("rich.console")
rich_progress = lazy_import("rich.progress")

__all__ = ["Tell", "show_progress"]

LINE_EVERY_S = 5.0

Tell = Callable[[int, str], None]
"""Called with the number of finished epochs and a short text."""


@contextmanager
def show_progress(total: int, name: str, *, quiet: bool = False) -> Iterator[Tell]:
    """Yield a function that shows progress on standard error.

    Args:
        total: Number of epochs.
        name: What is going on, for example ``"training"``.
        quiet: Show nothing.

    Example:
        >>> with show_progress(10, "training", quiet=True) as tell:
        ...     tell(10, "loss 0.1")
    """
    if quiet:
        yield lambda done, text: None
    elif sys.stderr.isatty():
        with _bar(total, name) as tell:
            yield tell
    else:
        yield _lines(total, name)


@contextmanager
def _bar(total: int, name: str) -> Iterator[Tell]:
    columns = (
        rich_progress.TextColumn("{task.description}"),
        rich_progress.BarColumn(bar_width=30),
        rich_progress.TextColumn("{task.completed:.0f}/{task.total:.0f}"),
        rich_progress.TimeElapsedColumn(),
        rich_progress.TextColumn("{task.fields[text]}"),
    )
    with rich_progress.Progress(*columns, console=rich_console.Console(stderr=True)) as progress:
        task = progress.add_task(name, total=total, text="")
        yield lambda done, text: progress.update(task, completed=done, text=text)


def _lines(total: int, name: str) -> Tell:
    last = time.monotonic()

    def tell(done: int, text: str) -> None:
        nonlocal last
        if time.monotonic() - last >= LINE_EVERY_S or done == total:
            last = time.monotonic()
            print(f"{name}: epoch {done}/{total} {text}", file=sys.stderr, flush=True)

    return tell
