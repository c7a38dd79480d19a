"""Runs a row: results compared first, then rounds in which each contender's process has its turn, never two at once."""

import dataclasses
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks._graphs import SCALE_VARIABLE
from benchmarks._rows import OURS, Bound, Limits, Row
from benchmarks._worker import AGREEMENT

__all__ = ["Options", "evaluate", "run_row"]

_TIMEOUT_SECONDS = 400

Record = dict[str, Any]


@dataclass(frozen=True)
class Options:
    threads: int = 2
    rounds: int = 3
    seconds: float = Limits.seconds
    scale: float = 1.0


def run_row(family: str, row: Row, options: Options, tell: Callable[[str], None] = lambda text: None) -> Record:
    """Everything about one row as plain data: all samples, medians, bounds, or why there are none."""
    record: Record = {"work": row.work, "agreement": {}, "contenders": {}, "bounds": []}
    record["load_before"] = os.getloadavg()[0]  # Others' work on the same cores would explain odd numbers.
    if (reason := row.absent()) is not None:
        return record | {"skipped": reason}
    if row.agreement is not None:
        tell(f"{row.work}: comparing results")
        record["agreement"] = _process(family, row, [AGREEMENT], options)
        if reason := _disagreement(record["agreement"]):
            return record | {"error": reason}
    collected: dict[str, Record] = {name: {"samples": [], "peaks": []} for name in row.contenders}
    for turn in range(options.rounds):
        names = [name for name, one in row.contenders.items() if turn < one.rounds and "error" not in collected[name]]
        for group in [names] if row.together else [[name] for name in names]:
            tell(f"{row.work}: round {turn + 1}, {', '.join(group)}")
            result = _process(family, row, group, options) if group else {}
            for name in group:
                _collect(collected[name], result)
                _collect_one(collected[name], result.get(name))
    record["contenders"] = {name: _summary(one) for name, one in collected.items()}
    if "error" in collected[OURS]:
        record["error"] = f"{OURS} cannot run: {collected[OURS]['error']}"
    record["bounds"] = [evaluate(bound, record["contenders"]) for bound in row.bounds]
    return record


def evaluate(bound: Bound, contenders: Mapping[str, Record]) -> Record:
    """Whether a bound holds, by the medians; ``None`` where a side of it has no number."""
    against = bound.against
    if against == "PyG best":
        timed = {name: one["time"] for name, one in contenders.items() if name.startswith("PyG") and one.get("time")}
        against = min(timed, key=timed.__getitem__, default=against)
    ours, theirs = (contenders.get(name, {}).get(bound.quantity) for name in (OURS, against))
    value = holds = None
    if ours is not None and theirs:
        value = theirs / max(ours, 1e-12) if bound.at_least is not None else ours / theirs
        holds = value >= bound.at_least if bound.at_least is not None else value <= (bound.at_most or 0)
    return {**dataclasses.asdict(bound), "measured_against": against, "value": value, "holds": holds}


def _process(family: str, row: Row, names: Sequence[str], options: Options) -> Record:
    words = [sys.executable, "-m", "benchmarks._worker", family, row.work, *names]
    words += ["--threads", str(options.threads), "--seconds", str(options.seconds)]
    environment = os.environ | {"OMP_NUM_THREADS": str(options.threads), SCALE_VARIABLE: str(options.scale)}
    try:
        run = subprocess.run(
            words, capture_output=True, text=True, check=False, env=environment, timeout=_TIMEOUT_SECONDS
        )
    except subprocess.TimeoutExpired:
        return {"error": f"not done after {_TIMEOUT_SECONDS} s"}
    if run.returncode != 0:
        last = (run.stderr.strip().splitlines() or ["no message"])[-1]
        return {"error": f"exit status {run.returncode}: {last[:300]}"}
    result: Record = json.loads(run.stdout.splitlines()[-1])
    return result


def _disagreement(agreement: Record) -> str | None:
    if "error" in agreement:
        return f"results could not be compared: {agreement['error']}"
    wrong = [f"{name} {value:.1e} > {most:.0e}" for name, (value, most) in agreement.items() if not value <= most]
    return f"results differ: {', '.join(wrong)}" if wrong else None


def _collect(one: Record, result: Record) -> None:
    if "error" in result:
        one["error"] = result["error"]


def _collect_one(one: Record, result: Record | None) -> None:
    if result is not None:
        one["samples"].append(result["seconds"])
        one["peaks"].append(result["peak"])


def _summary(one: Record) -> Record:
    """Median over rounds of each round's median, in seconds; median of the peaks, in bytes."""
    if "error" in one or not one["samples"]:
        return one | {"time": None, "memory": None}
    peaks = [peak for peak in one["peaks"] if peak is not None]
    time = statistics.median(map(statistics.median, one["samples"]))
    return one | {"time": time, "memory": statistics.median(peaks) if peaks else None}
