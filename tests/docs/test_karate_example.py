"""The introductory demo runs, and its PyG version differs in import lines alone: same facts, same training."""

import os
import re
import subprocess
import sys

import pytest


@pytest.fixture(scope="module")
def outputs(repository):
    ours = (repository / "examples" / "karate_club.py").read_text()
    swapped = re.sub(r"^from edgewise\.(datasets|nn|utils) import", r"from torch_geometric.\1 import", ours, flags=re.M)
    changed = [a for a, b in zip(ours.splitlines(), swapped.splitlines(), strict=True) if a != b]
    assert len(changed) == 3
    assert all(line.startswith("from edgewise.") for line in changed)
    return [_run(code) for code in (ours, swapped)]


def _run(code):
    environment = {**os.environ, "MPLBACKEND": "Agg"}
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, env=environment, timeout=120
    )
    assert run.returncode == 0, run.stderr
    assert "edgewise" not in run.stderr  # no warning of ours
    return run.stdout


def test_facts_are_those_of_pyg(outputs):
    ours, theirs = (output.rpartition("Final loss")[0] for output in outputs)
    assert "Number of edges: 156" in ours
    assert ours == theirs


def test_training_is_that_of_pyg(outputs):
    ours, theirs = (float(output.rpartition(": ")[2]) for output in outputs)
    assert ours == pytest.approx(theirs, abs=1e-4)
    assert ours < 0.1
