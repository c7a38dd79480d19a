"""``edgewise open``: the report of a run in the browser."""

import os
import sys
import webbrowser
from pathlib import Path

from edgewise.errors import FileError

__all__ = ["open_run"]

_RUNS = Path("runs")


def open_run(run: Path | None = None, /, *, out: Path = _RUNS) -> None:
    """Open the report of a run in the browser; without a browser print where it is.

    Example: edgewise open runs/karate-gcn-001

    Args:
        run: Folder of the run, or its name within --out; the newest by default.
        out: Folder of runs.
    """
    from edgewise.runs.run import latest_run

    folder = latest_run(out) if run is None else next((path for path in (run, out / run) if path.is_dir()), run)
    report = folder / "report.html"
    if not report.is_file():
        raise FileError(f"open: expected a run with report.html, got {folder}. Make one: edgewise train karate.")
    print(report)
    if _has_screen():
        webbrowser.open(report.absolute().as_uri())


def _has_screen() -> bool:
    # Without one, webbrowser would start a text browser inside the terminal.
    screens = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
    return sys.platform in ("darwin", "win32") or any(os.environ.get(name) for name in screens)
