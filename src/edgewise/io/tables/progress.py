"""How long reading shows itself: a bar on a terminal, lines in a log, nothing when quiet or soon done."""

import sys
import time
from collections.abc import Callable
from typing import Any

from edgewise._lazy import lazy_import

rich_console = lazy_import("rich.console")
rich_progress = lazy_import("rich.progress")

__all__ = ["ReadingProgress"]

Advance = Callable[[int], None]
"""Called with how many more rows are done."""

_SILENT_S = 1.0
_LINE_EVERY_S = 5.0


class ReadingProgress:
    """Progress on standard error, from the first second on; a context.

    Args:
        quiet: Show nothing.

    Example:
        >>> with ReadingProgress(quiet=True) as progress:
        ...     progress.step("edges.csv", 10)(10)
    """

    def __init__(self, *, quiet: bool) -> None:
        self._quiet, self._start, self._last = quiet, time.monotonic(), time.monotonic()
        self._bar: Any = None

    def __enter__(self) -> "ReadingProgress":
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    @property
    def seconds(self) -> float:
        """How long it has taken so far."""
        return time.monotonic() - self._start

    def step(self, name: str, rows: int | None) -> Advance:
        """Begin with a table, of so many rows if that is known; returns a function to call as rows are done."""
        state: dict[str, Any] = {"done": 0, "task": None}

        def advance(more: int) -> None:
            state["done"] += more
            if self._quiet or self.seconds < _SILENT_S:
                return
            if sys.stderr.isatty():
                bar = self._shown()
                if state["task"] is None:
                    state["task"] = bar.add_task(name, total=rows)
                bar.update(state["task"], completed=state["done"])
            elif time.monotonic() - self._last >= _LINE_EVERY_S:
                self._last = time.monotonic()
                print(f"{name}: {state['done']:,} of {rows or 'its'} rows", file=sys.stderr, flush=True)

        return advance

    def _shown(self) -> Any:
        if self._bar is None:
            columns = (
                rich_progress.TextColumn("{task.description}"),
                rich_progress.BarColumn(bar_width=30),
                rich_progress.TextColumn("{task.completed:,.0f} rows"),
                rich_progress.TimeElapsedColumn(),
            )
            self._bar = rich_progress.Progress(*columns, console=rich_console.Console(stderr=True))
            self._bar.start()
        return self._bar
