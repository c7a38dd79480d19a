"""``python -m benchmarks [--out FILE]``: run every family, print ratios, write JSON."""

import argparse
import json
import platform
import warnings
from pathlib import Path

import torch
from rich.console import Console
from rich.table import Table

from benchmarks import sorting, spmm

FAMILIES = {"spmm": spmm, "sorting": sorting}


def show(name: str, rows: list[dict[str, float | str]], console: Console) -> None:
    table = Table(title=f"{name}: how many times faster edgewise is", title_justify="left")
    for column in rows[0]:
        table.add_column(column, justify="left" if column == "work" else "right")
    for row in rows:
        table.add_row(*(value if isinstance(value, str) else f"{value:.2f}" for value in row.values()))
    console.print(table)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("families", nargs="*", default=list(FAMILIES), help=f"some of {', '.join(FAMILIES)}")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--out", type=Path, default=Path("build/benchmarks.json"))
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    warnings.filterwarnings("ignore", message="Sparse CSR tensor support is in beta")

    console = Console()
    console.print(
        f"torch {torch.__version__}, {arguments.threads} threads, {platform.processor() or platform.machine()}"
    )
    results = {}
    for name in arguments.families:
        results[name] = FAMILIES[name].run()
        show(name, results[name], console)
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(
        json.dumps({"torch": torch.__version__, "threads": arguments.threads, **results}, indent=1)
    )


if __name__ == "__main__":
    main()
