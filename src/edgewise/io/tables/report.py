"""What became of every column and every row, for a person to read."""

import io
from dataclasses import dataclass, field
from typing import Any

from edgewise._lazy import lazy_import

rich_box = lazy_import("rich.box")
rich_console = lazy_import("rich.console")
rich_table = lazy_import("rich.table")
rich_text = lazy_import("rich.text")

__all__ = ["ColumnNote", "DroppedRows", "TableReport"]


@dataclass(frozen=True)
class ColumnNote:
    """What was done with one column."""

    table: str
    column: str
    type: str
    did: str
    change: str
    """The argument that would have it otherwise; empty where the user said so."""


@dataclass(frozen=True)
class DroppedRows:
    """Rows that are not in the graph."""

    table: str
    reason: str
    count: int
    places: tuple[str, ...]
    """Where the first ones are."""


@dataclass
class TableReport:
    """What :func:`from_tables` did: column by column, what it inferred, which rows it dropped.

    ``print(report)`` shows it as a table; the fields hold the same for programs.

    Args:
        columns: What was done with each column.
        notes: What else was found or assumed.
        dropped: Rows that are not in the graph.
        seconds: How long it took.

    Example:
        >>> report = TableReport()
        >>> report.add("edges.csv", "from", "string", "source of each edge", 'source="..."')
        >>> print(report)
        table      column  type    what was done        to change it
        edges.csv  from    string  source of each edge  source="..."
    """

    columns: list[ColumnNote] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    dropped: list[DroppedRows] = field(default_factory=list)
    seconds: float = 0.0

    def add(self, table: str, column: str, type: str, did: str, change: str = "") -> None:
        """Say what was done with a column, and which argument would have it otherwise."""
        self.columns.append(ColumnNote(table, column, type, did, change))

    def note(self, text: str) -> None:
        """Say what else was found or assumed."""
        self.notes.append(text)

    def drop(self, table: str, reason: str, count: int, places: list[str]) -> None:
        """Say which rows are not in the graph."""
        self.dropped.append(DroppedRows(table, reason, count, tuple(places)))

    def __rich__(self) -> Any:
        """The report as Rich shows it."""
        table = rich_table.Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
        for name in ("table", "column", "type", "what was done", "to change it"):
            table.add_column(name, overflow="fold")
        for row in self.columns:
            table.add_row(*(rich_text.Text(cell) for cell in (row.table, row.column, row.type, row.did, row.change)))
        lines = [
            f"dropped from {row.table}: {row.count} rows, {row.reason} (first: {', '.join(row.places)})"
            for row in self.dropped
        ]
        ends = [f"{self.seconds:.1f} s"] if self.seconds else []
        return rich_console.Group(table, *(rich_text.Text(line) for line in [*lines, *self.notes, *ends]))

    def __str__(self) -> str:
        console = rich_console.Console(file=io.StringIO(), width=150, color_system=None, force_jupyter=False)
        console.print(self)
        return "\n".join(line.rstrip() for line in console.file.getvalue().splitlines())

    def __repr__(self) -> str:
        rows = sum(row.count for row in self.dropped)
        return f"TableReport({len(self.columns)} columns, {rows} rows dropped)"
