"""What was run, per row and seed, in ``results.json``: a long reproduction goes on over several sessions."""

import fcntl
import json
import math
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from examples.reproduce.row import Row

from edgewise._files import atomic_write
from edgewise.tasks.runner import own_generator

__all__ = ["RESULTS", "missing_seeds", "read_runs", "run_and_record"]

RESULTS = Path(__file__).parent / "results.json"


def read_runs(row: Row, path: Path = RESULTS) -> dict[int, dict[str, Any]]:
    """Return the recorded runs of a row under its present settings: seed to metrics and processor time."""
    runs = _read(path).get(row.name, {})
    return {int(seed): run for seed, run in runs.items() if run["settings"] == row.settings_hash}


def missing_seeds(row: Row, path: Path = RESULTS) -> list[int]:
    """Return the seeds that are not recorded under the row's present settings."""
    done = read_runs(row, path)
    return [] if row.run is None else [seed for seed in row.seeds if seed not in done]


def run_and_record(row: Row, seed: int, path: Path = RESULTS) -> dict[str, float]:
    """Run one seed of a row, keep what it gave, and return it."""
    started = time.process_time()  # of all threads; a machine that does other work beside it stretches the clock only
    with own_generator(seed, torch.device("cpu")):  # recipes seed torch's generator; the caller's is left as it was
        metrics = row.run(seed=seed, **row.settings)
    seconds = time.process_time() - started
    wrong = [figure.metric for figure in row.published if not math.isfinite(metrics.get(figure.metric, math.nan))]
    if wrong:
        message = f"{row.name}: expected finite {', '.join(wrong)}, got {metrics}. Return every published metric."
        raise ValueError(message)
    run = {"settings": row.settings_hash, "metrics": metrics, "cpu_seconds": round(seconds, 1)}
    with _locked(path):
        results = _read(path)
        runs = results.setdefault(row.name, {})
        # Runs under other settings would never be read again.
        kept = {key: old for key, old in runs.items() if old["settings"] == row.settings_hash}
        results[row.name] = dict(sorted({**kept, str(seed): run}.items(), key=lambda item: int(item[0])))
        _write(path, results)
    return metrics


def _read(path: Path) -> dict[str, dict[str, Any]]:
    return json.loads(path.read_text()) if path.is_file() else {}


def _write(path: Path, results: Mapping[str, Any]) -> None:
    """One line a run, so that a change is read easily."""
    rows = []
    for name, runs in sorted(results.items()):
        lines = ",\n".join(f'    "{seed}": {json.dumps(run)}' for seed, run in runs.items())
        rows.append(f'  "{name}": {{\n{lines}\n  }}')
    with atomic_write(path) as temporary:
        temporary.write_text("{\n" + ",\n".join(rows) + "\n}\n")


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Two processes may run different rows at once. What is locked is the folder, so that no file is left behind."""
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)
