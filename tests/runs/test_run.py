"""Run folders: what is in them, what is not left behind, and the script that reproduces them."""

import json
import subprocess
import sys
import threading

import pytest
import torch

from edgewise.errors import ArgumentError, DataError, FileError
from edgewise.runs import presets, run
from edgewise.tasks import NodeClassifier, SeedScores
from edgewise.tasks.config import TrainConfig, parse_toml

FILES = {
    "config.toml",
    "embedding.gif",
    "embedding.svg",
    "graph.svg",
    "metrics.jsonl",
    "model.safetensors",
    "report.html",
    "train.py",
}


def small(**settings):
    return presets.preset("karate", {"epochs": 12, **settings})


@pytest.fixture(scope="module")
def graph():
    return presets.load_graph("karate")


@pytest.fixture(scope="module")
def finished(graph, tmp_path_factory):
    out = tmp_path_factory.mktemp("runs")
    return run.train_run(graph, run.new_run(graph, small(dropout=0.5), out), quiet=True)


def test_a_run_holds_exactly_these_files(finished):
    assert finished.path.name == "karate-gcn-001"
    assert {path.name for path in finished.path.iterdir()} == FILES
    assert all(path.stat().st_size > 0 for path in finished.path.iterdir())


def test_metrics_hold_one_line_per_epoch(finished):
    rows = [json.loads(line) for line in (finished.path / "metrics.jsonl").read_text().splitlines()]
    assert [row["epoch"] for row in rows] == list(range(12))
    assert rows[-1]["test_accuracy"] == finished.score.value


def test_settings_and_weights_are_those_of_the_run(finished, graph):
    settings = parse_toml((finished.path / "config.toml").read_text())
    assert settings["data"] == {"name": "karate"}
    assert TrainConfig.from_mapping(settings["train"]) == small(dropout=0.5)
    loaded = NodeClassifier.load(finished.path / "model.safetensors")
    assert loaded.score(graph.data) == finished.score.value


def run_script(path):
    done = subprocess.run([sys.executable, path], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def test_script_reproduces_the_score_without_the_task(finished):
    text = (finished.path / "train.py").read_text()
    assert len(text.splitlines()) <= 50
    assert "tasks" not in text.replace("without the task", "")
    assert run_script(finished.path / "train.py") == (0, f"test accuracy {finished.score.value:.4f}\n", "")


@pytest.mark.parametrize("model", ["sage", "gat", "mlp"])
def test_script_names_the_model_that_was_trained(graph, tmp_path, model):
    done = run.train_run(graph, run.new_run(graph, small(model=model), tmp_path), quiet=True)
    assert run_script(done.path / "train.py") == (0, f"test accuracy {done.score.value:.4f}\n", "")


def test_script_of_a_graph_with_validation_reproduces_the_score(data_root, tmp_path):
    cora = presets.load_graph("cora", data_root / "planetoid")
    config = presets.preset("cora", {"epochs": 12, "patience": 3, "seed": 2})
    folder = run.new_run(cora, config, tmp_path)
    classifier = NodeClassifier(epochs=12, patience=3, seed=2, quiet=True).fit(cora.data)
    script = folder.path / "train.py"
    script.write_text(run.script(cora, folder, classifier))
    assert run_script(script) == (0, f"test accuracy {classifier.score():.4f}\n", "")


def test_numbers_run_on_and_two_at_once_never_share_a_folder(graph, tmp_path):
    made = []
    threads = [
        threading.Thread(target=lambda: made.append(run.new_run(graph, small(), tmp_path).path.name)) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(made) == [f"karate-gcn-{number:03}" for number in range(1, 9)]


def test_a_run_that_fails_leaves_no_folder(graph, tmp_path):
    folder = run.new_run(graph, small(lr=1e38), tmp_path)
    with pytest.raises(ArgumentError, match=r"expected a finite loss"):
        run.train_run(graph, folder, quiet=True)
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_run_goes_on_in_its_folder(graph, tmp_path, monkeypatch):
    config = small(epochs=30)
    undisturbed = run.train_run(graph, run.new_run(graph, config, tmp_path / "a"), quiet=True)
    folder = run.new_run(graph, config, tmp_path / "b")
    with monkeypatch.context() as patch:
        interrupt_after(5, patch)
        with pytest.raises(KeyboardInterrupt, match=f"Go on with: edgewise train karate --resume --out {tmp_path}"):
            run.train_run(graph, folder, quiet=True)
    assert {path.name for path in folder.path.iterdir()} == {"checkpoint.safetensors", "config.toml"}
    again = run.resumable_run("karate", {"epochs": 30}, tmp_path / "b")
    assert (again.path, again.config) == (folder.path, config)
    resumed = run.train_run(graph, again, quiet=True)
    assert {path.name for path in folder.path.iterdir()} == FILES
    for name in ("model.safetensors", "metrics.jsonl", "train.py", "graph.svg", "embedding.svg"):
        assert (folder.path / name).read_bytes() == (undisturbed.path / name).read_bytes(), name
    assert resumed.score == undisturbed.score


def test_resuming_with_another_setting_is_refused(graph, tmp_path):
    folder = run.new_run(graph, small(), tmp_path)
    with pytest.raises(ArgumentError) as error:
        run.resumable_run("karate", {"lr": 0.5}, tmp_path)
    assert str(error.value) == (
        f"train: expected lr=0.01, as {folder.path} began, got 0.5. "
        "Leave it out, or leave --resume out to start a new run."
    )


def test_nothing_to_resume_is_said(finished):
    with pytest.raises(ArgumentError, match=r"expected an unfinished run of karate in .*, got none"):
        run.resumable_run("karate", {}, finished.path.parent)


def test_a_file_in_the_folder_s_place_is_refused(graph, tmp_path):
    (tmp_path / "runs").write_text("")
    with pytest.raises(FileError, match=r"expected a writable folder, got .*runs"):
        run.new_run(graph, small(), tmp_path / "runs")


def test_a_full_disk_keeps_the_checkpoint(graph, tmp_path, monkeypatch):
    folder = run.new_run(graph, small(), tmp_path)

    def full(*arguments, **settings):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("edgewise.tasks.estimator.save_tensors", full)
        with pytest.raises(OSError, match="No space left"):
            run.train_run(graph, folder, quiet=True)
    assert {path.name for path in folder.path.iterdir()} == {"checkpoint.safetensors", "config.toml"}
    run.train_run(graph, run.resumable_run("karate", {}, tmp_path), quiet=True)
    assert {path.name for path in folder.path.iterdir()} == FILES


def test_unusable_data_leave_no_folder(graph, tmp_path):
    broken = graph.data.clone()
    broken.train_mask = torch.zeros(34, dtype=torch.bool)
    bad = presets.NamedGraph(name="karate", data=broken, imports="", expression="")
    with pytest.raises(DataError, match="got none of 34"):
        run.train_run(bad, run.new_run(bad, small(), tmp_path), quiet=True)
    assert list(tmp_path.iterdir()) == []


def test_latest_run_is_the_last_completed(finished):
    run.new_run(presets.load_graph("karate"), small(), finished.path.parent)
    assert run.latest_run(finished.path.parent) == finished.path


def test_command_names_what_differs_from_the_preset(graph):
    assert run.command(graph, small(hidden=5)) == "edgewise train karate --hidden 5 --epochs 12 --seed 0"


def test_seeds_are_told_with_their_spread(graph, tmp_path):
    found = run.train_run(graph, run.new_run(graph, small(), tmp_path), further_seeds=[1, 2], quiet=True)
    scores = [NodeClassifier(**vars(small(seed=seed)), quiet=True).fit(graph.data).score() for seed in range(3)]
    assert found.seed_scores == scores
    assert found.score.detail.endswith(f"; {SeedScores(scores)}")


def interrupt_after(epochs, monkeypatch):
    from edgewise.tasks import runner

    class Counting:
        def __enter__(self):
            self.calls = 0
            return self

        def __exit__(self, *error):
            return None

        def __call__(self):
            self.calls += 1
            return self.calls > epochs

    monkeypatch.setattr(runner, "_interruptions", Counting)
