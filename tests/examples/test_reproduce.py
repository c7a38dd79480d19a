"""The table of published results: no row is missing, no run is done twice, nothing in it is written by hand."""

import importlib
import json
import math
import re
import sys

import pytest
import torch
from examples.reproduce import __main__ as command
from examples.reproduce.catalog import GROUPS, rows
from examples.reproduce.record import RESULTS, missing_seeds, read_runs, run_and_record
from examples.reproduce.row import Published, Row, data_folder
from examples.reproduce.table import TABLE, render, verdict

CITATIONS = ["cora", "citeseer", "pubmed"]
ASKED = [
    *(f"{dataset}-{model}" for dataset in CITATIONS for model in ("gcn", "gat", "sgc", "appnp", "gcnii")),
    *("mutag-gin", "proteins-gin", "imdb-binary-gin"),
    *("esol-gine", "freesolv-gine", "bbbp-gine", "tox21-gine"),
    *("cora-vgae", "citeseer-vgae"),
    "wn18rr-complex",
    "davis-graphdta",
    "los-loop-tgcn",
    *("r8-textgcn", "mr-textgcn"),
    *("facebook-gcn", "facebook-sage"),
    "acm-han",
    "gowalla-lightgcn",
]


class Counter:
    """A recipe that costs nothing, and counts how often it is run."""

    __qualname__ = "Counter"

    def __init__(self):
        self.seeds = []

    def __call__(self, *, seed, base):
        self.seeds.append(seed)
        return {"accuracy": base + seed}


def tiny(run, seeds=range(3), base=80.0, **figure):
    published = Published(**{"metric": "accuracy", "value": 81.0, "source": "A paper, table 1", **figure})
    return Row(
        name="tiny", dataset="Toy", model="GCN", published=[published], run=run, settings={"base": base}, seeds=seeds
    )


def run_all(row, path):
    for seed in missing_seeds(row, path):
        run_and_record(row, seed, path)


def test_every_row_of_the_plan_is_in_the_table():
    assert sorted(rows()) == sorted(ASKED)
    assert sum(len(group) for group in GROUPS.values()) == len(ASKED)  # no name twice


def test_every_row_says_where_its_figures_are_from_and_asks_for_enough_seeds():
    for row in rows().values():
        assert row.published, row.name
        for figure in row.published:
            assert re.search(r"(19|20)\d\d", figure.source), row.name
            assert not math.isnan(figure.value)
        assert len(row.seeds) >= 3, row.name
        json.dumps(dict(row.settings))


def test_the_page_is_what_the_recorded_runs_render_to():
    assert TABLE.read_text() == render(GROUPS), "write it anew: python -m examples.reproduce --table"


def test_a_row_that_was_never_run_says_so(tmp_path):
    page = render({"Toys": [tiny(None)]}, tmp_path / "results.json")

    assert "| Toy | GCN | accuracy | 81.0 | not run yet |  |  |  |" in page
    assert "Of 1 rows 0 were run" in page


def test_a_run_is_recorded_and_not_done_again(tmp_path):
    path, run = tmp_path / "results.json", Counter()
    row = tiny(run)

    run_all(row, path)
    run_all(row, path)

    assert run.seeds == [0, 1, 2]
    assert [runs["metrics"]["accuracy"] for runs in read_runs(row, path).values()] == [80.0, 81.0, 82.0]


def test_the_callers_generator_is_left_as_it_was(tmp_path):
    def run(*, seed, base):
        torch.manual_seed(seed)
        return {"accuracy": base + float(torch.rand(()))}

    before = torch.get_rng_state()
    first = run_and_record(tiny(run), 0, tmp_path / "results.json")

    assert torch.equal(torch.get_rng_state(), before)
    assert run_and_record(tiny(run), 0, tmp_path / "results.json") == first


def test_a_reproduction_goes_on_where_it_stopped(tmp_path):
    path, run = tmp_path / "results.json", Counter()
    run_and_record(tiny(run), 1, path)

    assert missing_seeds(tiny(run), path) == [0, 2]
    assert "80.5 ± 0.7 (2 of 3 seeds)" not in render({"Toys": [tiny(run)]}, path)
    assert "| 81.0 (1 of 3 seeds) | +0.0 | same |" in render({"Toys": [tiny(run)]}, path)


def test_other_settings_are_run_again_and_the_old_runs_go(tmp_path):
    path, run = tmp_path / "results.json", Counter()
    run_all(tiny(run), path)
    changed = tiny(run, seeds=range(2), base=90.0)

    assert read_runs(changed, path) == {}
    run_all(changed, path)

    assert run.seeds == [0, 1, 2, 0, 1]
    assert list(json.loads(path.read_text())["tiny"]) == ["0", "1"]
    assert read_runs(tiny(run), path) == {}


def test_rows_with_the_same_words_share_a_remark(tmp_path):
    rows = [Row(**{**vars(tiny(None)), "name": name, "dataset": name}) for name in ("Toy", "Game")]

    assert "- GCN (Toy, Game): A paper, table 1.\n" in render({"Toys": rows}, tmp_path / "results.json")


def test_rows_are_kept_beside_each_other(tmp_path):
    path = tmp_path / "results.json"
    other = Row(**{**vars(tiny(Counter())), "name": "other"})
    run_and_record(other, 0, path)
    run_and_record(tiny(Counter()), 0, path)

    assert list(json.loads(path.read_text())) == ["other", "tiny"]


def test_a_recipe_that_forgets_a_metric_is_refused_and_leaves_no_trace(tmp_path):
    path = tmp_path / "results.json"
    row = tiny(Counter(), metric="AUC")

    with pytest.raises(ValueError, match=r"^tiny: expected finite AUC, got \{'accuracy': 80.0\}\. Return every publi"):
        run_and_record(row, 0, path)
    assert not path.exists()


def test_a_line_says_mean_spread_difference_and_processor_time(tmp_path):
    path = tmp_path / "results.json"
    run_all(tiny(Counter(), value=79.5, spread=0.2), path)

    page = render({"Toys": [tiny(Counter(), value=79.5, spread=0.2)]}, path)
    assert "| Toy | GCN | accuracy | 79.5 ± 0.2 | 81.0 ± 1.0 (3 seeds) | +1.5 | better | 0 |" in page
    assert "Of 1 rows 1 were run; 1 of those are the same or better in every measure." in page
    assert "- GCN (Toy): A paper, table 1." in page


@pytest.mark.parametrize(
    ("figure", "mean", "expected"),
    [
        ({"value": 81.0}, 80.0, "same"),
        ({"value": 81.0}, 79.9, "**worse**"),
        ({"value": 81.0}, 82.1, "better"),
        ({"value": 89.4, "spread": 5.6}, 84.0, "same"),
        ({"value": 0.476, "point": 0.01}, 0.465, "**worse**"),
        ({"value": 0.58, "point": 0.01, "higher_is_better": False}, 0.60, "**worse**"),
        ({"value": 0.58, "point": 0.01, "higher_is_better": False}, 0.50, "better"),
    ],
)
def test_verdict(figure, mean, expected):
    assert verdict(Published(metric="m", source="A paper 2020", **figure), mean) == expected


def test_the_command_runs_what_is_missing_and_writes_the_page(tmp_path, monkeypatch, capsys):
    run, page = Counter(), []
    monkeypatch.setattr(command, "rows", lambda: {"tiny": tiny(run)})
    monkeypatch.setattr(command, "missing_seeds", lambda row: missing_seeds(row, tmp_path / "results.json"))
    monkeypatch.setattr(command, "run_and_record", lambda row, seed: run_and_record(row, seed, tmp_path / "r.json"))
    monkeypatch.setattr(command, "write_table", page.append)
    monkeypatch.setattr(sys, "argv", ["reproduce", "tiny", "--seeds", "2"])

    assert command.main() == 0
    assert run.seeds == [0, 1]
    assert page == [GROUPS] * 3  # after each run, and at the end
    assert "tiny seed 0: accuracy 80\n" in capsys.readouterr().out


def test_the_command_names_the_nearest_row(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["reproduce", "mutag-gni"])

    assert command.main() == 2
    assert (
        capsys.readouterr().err == "reproduce: expected the name of a row, got 'mutag-gni'. Did you mean 'mutag-gin'?\n"
    )


def test_a_row_runs_on_real_data_as_recorded(data_root):
    """The cheapest one, so that a change of the library that changes a result is noticed."""
    row = rows()["cora-sgc"]
    recorded = read_runs(row)
    if 0 not in recorded:
        pytest.skip("cora-sgc was not recorded")

    assert row.run(seed=0, **row.settings)["accuracy"] == pytest.approx(recorded[0]["metrics"]["accuracy"], abs=0.3)


def test_data_is_downloaded_where_there_is_none(tmp_path, monkeypatch):
    monkeypatch.setenv("EDGEWISE_TEST_DATA", str(tmp_path))

    assert data_folder("planetoid") is None


def test_nothing_heavy_is_opened_by_reading_the_rows():
    assert RESULTS.name == "results.json"
    for name in ("citation", "text", "knowledge", "social", "heterogeneous", "recommendation", "autoencoder"):
        module = importlib.import_module(f"examples.reproduce.{name}")
        assert not {"torchmetrics", "pandas", "sklearn"} & set(vars(module))
