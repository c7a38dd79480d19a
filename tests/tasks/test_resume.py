"""A training that was stopped, whenever and however, goes on to the same final weights, bit for bit."""

import os
import random
import signal
import subprocess
import sys
import time

import pytest
import torch

from edgewise.errors import DataError, FileError
from edgewise.tasks import NodeClassifier

SCRIPT = """
import sys
from edgewise.datasets import KarateClub
from edgewise.tasks import NodeClassifier, runner
runner.CHECKPOINT_EVERY_S = 0.0
data = KarateClub()[0]
data.val_mask = ~data.train_mask
data.val_mask[::2] = False
data.test_mask = ~(data.train_mask | data.val_mask)
print("ready", flush=True)
fitted = NodeClassifier(epochs=400, seed=7, quiet=True).fit(data, checkpoint=sys.argv[1], resume=True)
fitted.save(sys.argv[2])
"""


class StopError(Exception):
    pass


def stop_after(epochs, monkeypatch):
    from edgewise.tasks.loop import Training

    run_epoch = Training.run_epoch

    def stopping(self):
        if self.epoch == epochs:
            raise StopError
        return run_epoch(self)

    monkeypatch.setattr(Training, "run_epoch", stopping)


def assert_same_run(first, second):
    for name, value in first.model_.state_dict().items():
        assert torch.equal(value, second.model_.state_dict()[name]), name
    assert first.history_ == second.history_
    assert first.best_epoch_ == second.best_epoch_
    assert first.snapshots_.epochs == second.snapshots_.epochs
    assert all(torch.equal(a, b) for a, b in zip(first.snapshots_.embedding, second.snapshots_.embedding, strict=True))


@pytest.mark.parametrize("graph", ["karate", "split_karate"])
@pytest.mark.parametrize("stop", [1, 17, 59])
def test_resumed_run_equals_undisturbed_run(graph, stop, request, tmp_path, monkeypatch):
    data, path = request.getfixturevalue(graph), tmp_path / "run.safetensors"
    monkeypatch.setattr("edgewise.tasks.runner.CHECKPOINT_EVERY_S", 0.0)
    undisturbed = NodeClassifier(epochs=60, quiet=True).fit(data)
    with monkeypatch.context() as patch:
        stop_after(stop, patch)
        with pytest.raises(StopError):
            NodeClassifier(epochs=60, quiet=True).fit(data, checkpoint=path)
    torch.rand(5)
    resumed = NodeClassifier(epochs=60, quiet=True).fit(data, checkpoint=path, resume=True)
    assert_same_run(undisturbed, resumed)


def test_own_module_with_dropout_resumes(karate, own_module, tmp_path, monkeypatch):
    path = tmp_path / "run.safetensors"
    monkeypatch.setattr("edgewise.tasks.runner.CHECKPOINT_EVERY_S", 0.0)
    undisturbed = NodeClassifier(own_module, epochs=30, quiet=True).fit(karate)
    with monkeypatch.context() as patch:
        stop_after(13, patch)
        with pytest.raises(StopError):
            NodeClassifier(own_module, epochs=30, quiet=True).fit(karate, checkpoint=path)
    resumed = NodeClassifier(own_module, epochs=30, quiet=True).fit(karate, checkpoint=path, resume=True)
    assert_same_run(undisturbed, resumed)


def test_finished_checkpoint_gives_the_finished_run(karate, tmp_path):
    path = tmp_path / "run.safetensors"
    first = NodeClassifier(epochs=9, quiet=True).fit(karate, checkpoint=path)
    assert_same_run(first, NodeClassifier(epochs=9, quiet=True).fit(karate, checkpoint=path, resume=True))


def test_without_resume_a_checkpoint_is_replaced(karate, tmp_path):
    path = tmp_path / "run.safetensors"
    NodeClassifier(epochs=4, quiet=True).fit(karate, checkpoint=path)
    assert len(NodeClassifier(epochs=6, quiet=True).fit(karate, checkpoint=path).history_["epoch"]) == 6


def test_killed_at_random_moments_ends_with_the_same_file(repository, tmp_path):
    undisturbed, killed = tmp_path / "undisturbed.safetensors", tmp_path / "killed.safetensors"
    subprocess.run([*command(tmp_path / "a.safetensors"), undisturbed], check=True)
    delays, kills = random.Random(2), 0
    while not killed.exists():
        process = subprocess.Popen([*command(tmp_path / "b.safetensors"), killed], stdout=subprocess.PIPE, text=True)
        assert process.stdout.readline() == "ready\n"
        if kills < 3:
            time.sleep(delays.uniform(0.05, 0.5))
            process.kill()
        status = process.wait()
        process.stdout.close()
        assert status in (0, -signal.SIGKILL)
        kills += status != 0
    assert kills >= 2
    assert killed.read_bytes() == undisturbed.read_bytes()


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is sent as a POSIX signal")
def test_ctrl_c_keeps_what_is_done_and_says_how_to_go_on(split_karate, tmp_path, monkeypatch):
    from edgewise.tasks.loop import Training

    run_epoch = Training.run_epoch

    def pressing(self):
        if self.epoch == 20:
            os.kill(os.getpid(), signal.SIGINT)
        return run_epoch(self)

    path = tmp_path / "run.safetensors"
    undisturbed = NodeClassifier(epochs=40, quiet=True).fit(split_karate)
    stopped = NodeClassifier(epochs=40, quiet=True)
    with monkeypatch.context() as patch:
        patch.setattr(Training, "run_epoch", pressing)
        with pytest.raises(KeyboardInterrupt) as interruption:
            stopped.fit(split_karate, checkpoint=path)
    assert str(interruption.value) == (
        f"fit: stopped after 21 of 40 epochs. Go on with fit(data, checkpoint={str(path)!r}, resume=True)."
    )
    assert stopped.predict().shape == (34,)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    resumed = NodeClassifier(epochs=40, quiet=True).fit(split_karate, checkpoint=path, resume=True)
    assert_same_run(undisturbed, resumed)


def test_checkpoint_of_another_run_is_refused(karate, tmp_path):
    path = tmp_path / "run.safetensors"
    NodeClassifier(epochs=4, quiet=True).fit(karate, checkpoint=path)
    repair = f"Use the same settings and data, or remove {path} to start anew."
    with pytest.raises(DataError) as error:
        NodeClassifier(epochs=4, lr=0.5, seed=2, quiet=True).fit(karate, checkpoint=path, resume=True)
    assert str(error.value) == (
        f"fit: expected a checkpoint of this run, got one of lr=0.01 (now 0.5), seed=0 (now 2). {repair}"
    )
    karate.y[0] = 3
    with pytest.raises(DataError) as error:
        NodeClassifier(epochs=4, quiet=True).fit(karate, checkpoint=path, resume=True)
    assert str(error.value) == f"fit: expected a checkpoint of this run, got one of other data. {repair}"


def test_checkpoint_of_other_layers_is_refused(karate, own_module, tmp_path):
    path = tmp_path / "run.safetensors"
    NodeClassifier(own_module, epochs=2, quiet=True).fit(karate, checkpoint=path)
    own_module.last = torch.nn.Linear(6, 5)
    with pytest.raises(DataError, match="got one of a model with other layers"):
        NodeClassifier(own_module, epochs=2, quiet=True).fit(karate, checkpoint=path, resume=True)


@pytest.mark.parametrize("damage", [lambda raw: raw[: len(raw) // 2], lambda raw: b"", lambda raw: b"x" * 99])
def test_broken_checkpoint_is_refused(karate, tmp_path, damage):
    path = tmp_path / "run.safetensors"
    NodeClassifier(epochs=2, quiet=True).fit(karate, checkpoint=path)
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(
        FileError, match=r"fit: expected a safetensors file written by edgewise, got .*run\.safetensors"
    ):
        NodeClassifier(epochs=2, quiet=True).fit(karate, checkpoint=path, resume=True)


def test_a_saved_model_is_no_checkpoint(karate, tmp_path):
    path = NodeClassifier(epochs=2, quiet=True).fit(karate).save(tmp_path / "model.safetensors")
    with pytest.raises(FileError, match=r"expected a checkpoint, got .* which is another kind of file"):
        NodeClassifier(epochs=2, quiet=True).fit(karate, checkpoint=path, resume=True)


def command(checkpoint):
    return [sys.executable, "-c", SCRIPT, checkpoint]
