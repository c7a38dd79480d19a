"""``edgewise data``: which named datasets there are, what is known of one, fetching and checking it."""

from pathlib import Path

from cyclopts import App

__all__ = ["app", "check_dataset", "fetch_dataset", "list_datasets", "show_card"]

app = App(name="data", help="Named datasets: list, info, fetch, check.")


@app.command(name="list")
def list_datasets() -> None:
    """List the named datasets: what is asked for, how large they are, how much is fetched.

    Edges count both directions of an undirected one; "-" is not known before the files are there.

    Example: edgewise data list
    """
    from edgewise.datasets.registry import NAMES

    rows = [("name", "task", "graphs", "nodes", "edges", "download")]
    for name, entry in NAMES.items():
        counts = (_count(entry.graphs), _count(entry.nodes), _count(entry.edges))
        rows.append((name, entry.task, *counts, _size(entry.download)))
    widths = [max(len(row[column]) for row in rows) for column in range(6)]
    for row in rows:
        cells = [
            cell.ljust(width) if column < 2 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        print("  ".join(cells).rstrip())


@app.command(name="info")
def show_card(name: str, /) -> None:
    """Print what is known of a dataset: size, source, licence, whom to cite.

    Example: edgewise data info cora

    Args:
        name: Name of the dataset; see edgewise data list.
    """
    from edgewise.datasets.registry import entry

    known = entry(name, "data info")
    facts = {
        "name": name,
        "what it is": known.summary,
        "task": known.task,
        "graphs": _count(known.graphs),
        "nodes": _count(known.nodes),
        "edges": _count(known.edges),
        "download": _size(known.download),
        "source": known.source,
        "licence": known.licence,
        "cite": known.citation,
    }
    for title, value in facts.items():
        print(f"{title:<10}  {value}")


@app.command(name="fetch")
def fetch_dataset(name: str, /, *, root: Path | None = None) -> None:
    """Fetch a dataset's files and prepare them, so that it loads without a network.

    Example: edgewise data fetch cora

    Args:
        name: Name of the dataset; see edgewise data list.
        root: Folder that holds the files, or gets them.
    """
    from edgewise.datasets.registry import entry

    dataset = entry(name, "data fetch").load(root)
    paths = dataset.raw_paths if dataset.raw_file_names else []
    for path in paths:
        print(f"{_size(path.stat().st_size):>9}  {path}")
    if not paths:
        print(f"{name} needs no files")


@app.command(name="check")
def check_dataset(name: str, /, *, root: Path | None = None) -> None:
    """Check a dataset's files against published checksums, read them, and compare what is counted in them.

    Prints a line for each fact; ends with code 1 where one is not as published.

    Example: edgewise data check cora

    Args:
        name: Name of the dataset; see edgewise data list.
        root: Folder that holds the files, or gets them.
    """
    from edgewise.datasets.check import facts
    from edgewise.datasets.registry import entry
    from edgewise.errors import DataError

    known = entry(name, "data check")
    wrong = []
    for fact in facts(known, known.load(root, force_reload=True)):
        print(f"{fact.name}  {fact}")
        wrong += [] if fact.is_good else [fact]
    if wrong:
        first = wrong[0]
        raise DataError(
            f"data check: expected {first.name} {first.expected}, got {first.found} ({len(wrong)} such facts). "
            "Delete the files and fetch them again."
        )


def _count(number: int | None) -> str:
    return "-" if number is None else f"{number:,}"


def _size(size: int | None) -> str:
    if size is None:
        return "-"
    if size == 0:
        return "none"
    return f"{size / 1e6:.1f} MB" if size >= 1e5 else f"{max(size / 1e3, 0.1):.1f} kB"
