"""Run what is missing, then write ``docs/results.md``: ``python -m examples.reproduce [ROW ...]``."""

import argparse
import sys

from examples.reproduce.catalog import GROUPS, rows
from examples.reproduce.record import missing_seeds, run_and_record
from examples.reproduce.table import write_table

from edgewise._suggest import did_you_mean


def main() -> int:
    """Run the rows that are asked for; return the exit status."""
    every = rows()
    parser = argparse.ArgumentParser(prog="python -m examples.reproduce", description=__doc__)
    parser.add_argument("row", nargs="*", help=f"among {', '.join(every)}; default: all")
    parser.add_argument("--seeds", type=int, help="run at most so many missing seeds of each row")
    parser.add_argument("--table", action="store_true", help="run nothing, write the table")
    asked = parser.parse_args()
    for name in asked.row:
        if name not in every:
            hint = did_you_mean(name, every) or f" There are {', '.join(every)}."
            sys.stderr.write(f"reproduce: expected the name of a row, got {name!r}.{hint}\n")
            return 2
    if not asked.table:
        for name in asked.row or every:
            for seed in missing_seeds(every[name])[: asked.seeds]:
                metrics = run_and_record(every[name], seed)
                text = ", ".join(f"{metric} {value:.4g}" for metric, value in metrics.items())
                print(f"{name} seed {seed}: {text}", flush=True)
                write_table(GROUPS)  # so that page and runs agree whenever it is interrupted
    write_table(GROUPS)
    print("docs/results.md is written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
