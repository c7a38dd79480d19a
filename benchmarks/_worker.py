"""One process of one contender: build, warm up, time, look at the peak; the numbers go to standard output as JSON.

``python -m benchmarks._worker FAMILY WORK CONTENDER...`` is started by ``_run.py``; several contenders take turns.
``agreement`` in place of a contender compares results instead.
"""

import argparse
import importlib
import json
import warnings
from collections.abc import Sequence
from typing import Any

import torch

from benchmarks import _memory
from benchmarks._rows import Limits, Row, Steps

__all__ = ["AGREEMENT", "find", "measure", "measure_together"]

AGREEMENT = "agreement"

_LEAST_TURNS = 5


def find(family: str, work: str) -> Row:
    rows: Sequence[Row] = importlib.import_module(f"benchmarks.{family}").ROWS
    return next(row for row in rows if row.work == work)


def measure(row: Row, name: str, limits: Limits) -> dict[str, Any]:
    contender = row.contenders[name]
    if contender.kept:
        _memory.keep_freed()
    work = contender.build()
    resident = _memory.reset_peak()
    seconds = work.samples(limits)
    return {name: {"seconds": seconds, "peak": _memory.peak_since(resident)}}


def measure_together(row: Row, names: Sequence[str], limits: Limits) -> dict[str, Any]:
    works = {name: row.contenders[name].build() for name in names}
    seconds: dict[str, list[float]] = {name: [] for name in names}
    steps = {name: work for name, work in works.items() if isinstance(work, Steps)}
    if steps.keys() != works.keys():
        raise TypeError("only Steps can take turns in one process")
    for work in steps.values():
        work.warm_up(limits)
    turns = 0
    while turns < _LEAST_TURNS or (turns < limits.most and sum(map(sum, seconds.values())) < limits.seconds):
        turns += 1
        for name, work in steps.items():
            seconds[name].append(work.once())
    return {name: {"seconds": values, "peak": None} for name, values in seconds.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("family")
    parser.add_argument("work")
    parser.add_argument("contenders", nargs="+")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=Limits.seconds)
    options = parser.parse_args()
    warnings.filterwarnings("ignore")
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    row, limits = find(options.family, options.work), Limits(seconds=options.seconds)
    try:
        if options.contenders == [AGREEMENT]:
            result = row.agreement() if row.agreement else {}
        elif row.together:
            result = measure_together(row, options.contenders, limits)
        else:
            result = measure(row, options.contenders[0], limits)
    except Exception as error:  # Whatever stops a contender is part of the result: a dash with its reason.
        result = {"error": f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"}
    print(json.dumps(result))


if __name__ == "__main__":
    main()
