"""``python -m benchmarks [FAMILY...] [--row TEXT]``: run, print ratios, keep the JSON, render ``docs/benchmarks.md``.

Results of a partial run replace their own rows alone. ``--render`` measures nothing.
"""

import argparse
import importlib
import sys
from pathlib import Path

from rich.console import Console

from benchmarks import FAMILIES, _report, _results
from benchmarks._run import Options, run_row

DOCS = Path("docs/benchmarks.md")


def parse(words: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("families", nargs="*", help=f"some of {', '.join(FAMILIES)}; all if none is named")
    parser.add_argument("--row", default="", metavar="TEXT", help="only rows whose work contains TEXT, in any case")
    parser.add_argument("--render", action="store_true", help="only render the JSON again")
    parser.add_argument("--threads", type=int, default=Options.threads)
    parser.add_argument("--rounds", type=int, default=Options.rounds, help="at most so many rounds")
    parser.add_argument("--seconds", type=float, default=Options.seconds, help="of timed steps in each process")
    parser.add_argument("--scale", type=float, default=1.0, help="share of nodes and edges, to try the program out")
    parser.add_argument("--out", type=Path, default=Path("build/benchmarks.json"))
    parser.add_argument("--docs", type=Path, help=f"page to render; {DOCS} if the scale is 1")
    chosen = parser.parse_args(words)
    if unknown := set(chosen.families) - set(FAMILIES):
        parser.error(f"expected families among {', '.join(FAMILIES)}, got {', '.join(sorted(unknown))}")
    return chosen


def main() -> int:
    chosen, console = parse(), Console(width=None if sys.stdout.isatty() else 150)
    options = Options(chosen.threads, chosen.rounds, chosen.seconds, chosen.scale)
    results = _results.load(chosen.out, None if chosen.render else _results.environment(options))
    all_works, failed = [], False
    for family in [] if chosen.render else chosen.families or FAMILIES:
        works: list[str] = []
        for row in importlib.import_module(f"benchmarks.{family}").ROWS:
            if chosen.row.lower() not in row.work.lower():
                continue
            with console.status(row.work) as status:
                record = run_row(family, row, options, status.update)
            _results.merge(results, family, record)
            _results.write(results, chosen.out)  # Row by row: an interrupted run keeps what is done.
            works.append(row.work)
            failed |= "error" in record
        _report.show(results, console, works)
        all_works += works
    if chosen.render:
        _report.show(results, console)
    docs = chosen.docs or (DOCS if results["environment"]["scale"] == 1 else None)
    if docs is not None:
        docs.write_text(_report.markdown(results), encoding="utf-8")
    console.print(_report.tally([row for row in results["rows"] if chosen.render or row["work"] in all_works]))
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
