"""``edgewise data``: which named graphs there are."""

from cyclopts import App
from rich.console import Console
from rich.table import Table

__all__ = ["app", "list_graphs"]

app = App(name="data", help="Named graphs.")


@app.command(name="list")
def list_graphs() -> None:
    """List the named graphs that edgewise train takes.

    Example: edgewise data list
    """
    from edgewise.datasets.registry import NAMES

    table = Table(box=None, pad_edge=False)
    for heading in ("name", "what it is", "download"):
        table.add_column(heading)
    for name, entry in NAMES.items():
        table.add_row(name, entry.summary, "once" if entry.needs_download else "none")
    Console(highlight=False).print(table)
