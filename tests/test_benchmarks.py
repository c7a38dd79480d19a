"""The benchmark program measures what it says: bounds, peaks, turns, the limit's loop; one tiny run end to end."""

import json
import subprocess
import sys

import pytest
import torch
from benchmarks import FAMILIES, _report, _results
from benchmarks._gather_limit import read_rows
from benchmarks._graphs import undirected_power_law
from benchmarks._rows import Bound, Contender, Limits, Row, Steps
from benchmarks._run import Options, evaluate
from benchmarks._worker import find, measure_together

QUICK = Limits(seconds=0.05, warm_up=1)
MIB = 2**20


def contenders(**seconds):
    return {name.replace("_", " "): {"time": time, "memory": time} for name, time in seconds.items()}


def test_bounds_compare_in_their_direction():
    timed = contenders(edgewise=2.0, PyG_default=10.0, PyG_csr=6.0, torch_MLP=5.0)
    assert evaluate(Bound("PyG default", at_least=5), timed)["holds"] is True
    assert evaluate(Bound("PyG default", at_least=5.1), timed)["holds"] is False
    assert evaluate(Bound("torch MLP", at_most=0.4, quantity="memory"), timed)["holds"] is True
    assert evaluate(Bound("torch MLP", at_most=0.39), timed)["holds"] is False
    best = evaluate(Bound("PyG best", at_least=4), timed)
    assert (best["measured_against"], best["value"], best["holds"]) == ("PyG csr", 3.0, False)


def test_a_contender_without_a_number_proves_nothing():
    timed = contenders(edgewise=1.0) | {"PyG default": {"time": None, "memory": None, "error": "no"}}
    assert evaluate(Bound("PyG default", at_least=1), timed)["holds"] is None
    assert evaluate(Bound("PyG best", at_least=1), timed)["holds"] is None


PEAK = """
import torch
from benchmarks._rows import Contender, Limits, Row, Steps
from benchmarks._worker import measure
before = torch.ones(8 * 2**20)  # Resident before the first step.
step = Contender(lambda: Steps(lambda: torch.ones(16 * 2**20).add_(before[0])))
print(measure(Row("memory", {"edgewise": step}), "edgewise", Limits(seconds=0.05, warm_up=1))["edgewise"]["peak"])
"""


def test_the_peak_counts_what_a_step_allocates_and_no_more(repository):
    run = subprocess.run([sys.executable, "-c", PEAK], capture_output=True, text=True, check=True, cwd=repository)
    assert 63 * MIB <= int(run.stdout) <= 70 * MIB


def test_contenders_take_turns_and_preparation_is_not_timed():
    calls = []
    row = Row(
        "turns",
        {
            name: Contender(lambda name=name: Steps(lambda: calls.append(name), lambda: torch.ones(MIB)))
            for name in ("edgewise", "peer")
        },
    )
    result = measure_together(row, ["edgewise", "peer"], Limits(seconds=0.0, warm_up=0))
    assert calls[-10:] == ["edgewise", "peer"] * 5
    assert all(second < 1e-3 for one in result.values() for second in one["seconds"])


def test_the_limit_reads_every_row():
    x = torch.randint(8, (50, 128)).float()
    indices = torch.randint(50, (997,), dtype=torch.int32)
    assert torch.equal(read_rows(x, indices), x[indices.long()].view(-1, 2, 64).sum((0, 1)))


def test_the_undirected_graph_is_one():
    source, target = undirected_power_law(200, 1000)
    keys, mirrored = source * 200 + target, target * 200 + source
    assert len(keys) == len(keys.unique())
    assert torch.equal(keys.sort().values, mirrored.sort().values)
    assert not (source == target).any()


def test_families_have_rows_with_their_contenders():
    for family in FAMILIES:
        rows = __import__(f"benchmarks.{family}", fromlist=["ROWS"]).ROWS
        for row in rows:
            assert find(family, row.work) is row
            assert "edgewise" in row.contenders
            assert {bound.against for bound in row.bounds} <= {*row.contenders, "PyG best"}


def test_a_partial_run_replaces_its_row_alone(tmp_path):
    here = _results.environment(Options())
    results = _results.load(tmp_path / "none.json", here)
    for family, work, bounds in [("karate", "b", []), ("spmm", "a", []), ("karate", "b", [{"holds": True}])]:
        _results.merge(results, family, {"work": work, "bounds": bounds})
    assert [(row["family"], len(row["bounds"])) for row in results["rows"]] == [("spmm", 0), ("karate", 1)]
    _results.write(results, tmp_path / "kept.json")
    assert _results.load(tmp_path / "kept.json", here) == results
    assert _results.load(tmp_path / "kept.json", here | {"torch": "0"})["rows"] == []


@pytest.fixture(scope="module")
def tiny_run(repository, tmp_path_factory):
    folder = tmp_path_factory.mktemp("benchmarks")
    words = ["spmm", "--row", "F = 64", "--scale", "0.01", "--rounds", "1", "--seconds", "0.05"]
    files = ["--out", str(folder / "all.json"), "--docs", str(folder / "page.md")]
    run = subprocess.run(
        [sys.executable, "-m", "benchmarks", *words, *files],
        cwd=repository,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    return json.loads((folder / "all.json").read_text()), (folder / "page.md").read_text(), run.stdout


def test_a_run_compares_times_and_renders(tiny_run):
    results, page, shown = tiny_run
    (row,) = results["rows"]
    assert 0 <= row["agreement"]["output"][0] <= 1e-5
    assert row["contenders"].keys() == find("spmm", row["work"]).contenders.keys()
    assert all(one["time"] > 0 and len(one["samples"][0]) >= 5 for one in row["contenders"].values())
    assert all(isinstance(bound["holds"], bool) for bound in row["bounds"])
    assert page == _report.markdown(results)
    assert "spmm sum, F = 64" in page
    assert "Sizes scaled by 0.01" in page
    assert "reading the rows alone" in shown
