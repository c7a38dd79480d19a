"""The command line as a user starts it: few tests, since each start costs the import of torch."""

import os
import signal
import subprocess
import sys
import time

import pytest


def start(*words, **settings):
    environment = {**os.environ, "NO_COLOR": "1", **settings}
    return subprocess.Popen(
        [sys.executable, "-m", "edgewise", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )


def test_version_and_no_colour():
    out, err = start("--version").communicate()
    assert (out, err) == ("0.1.0\n", "")


@pytest.mark.parametrize("words", [["--help"], ["train", "--help"], ["predict", "--help"], ["data", "list", "--help"]])
def test_help_needs_nothing_heavy(words):
    heavy = "torch numpy pyarrow matplotlib networkx scipy pandas torchmetrics jaxtyping safetensors rich.markdown"
    code = f"""
import sys
from edgewise.cli import main
assert main({words!r}) == 0
print(*[name for name in {heavy.split()!r} if name in sys.modules], file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == "\n"
    assert "Usage: edgewise" in done.stdout


def test_one_line_without_traceback_and_exit_code_1(tmp_path):
    (tmp_path / "runs").write_text("in the way")
    process = start("train", "karate", "--out", str(tmp_path / "runs"))
    out, err = process.communicate()
    assert (process.returncode, out) == (1, "")
    assert err.startswith("edgewise: write: expected a writable folder, got ")
    assert len(err.splitlines()) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX's")
def test_killed_run_resumes_and_ctrl_c_says_how(tmp_path):
    words = ["train", "karate", "--epochs", "1200", "--out", str(tmp_path), "--quiet"]
    checkpoint = tmp_path / "karate-gcn-001" / "checkpoint.safetensors"
    process = start(*words)
    wait_for(checkpoint)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate()
    assert process.returncode == 130
    assert err == (
        f"edgewise: stopped; what is learnt is kept in {checkpoint.parent}. "
        f"Go on with: edgewise train karate --resume --out {tmp_path}\n"
    )
    before = checkpoint.stat().st_mtime_ns
    process = start(*words, "--resume")
    wait_for(checkpoint, before)
    process.kill()
    process.communicate()
    process = start("train", "karate", "--out", str(tmp_path), "--resume", "--quiet")
    out, err = process.communicate()
    assert (process.returncode, err) == (0, "")
    assert out.startswith(f"{tmp_path / 'karate-gcn-001'} 0.")
    assert [path.name for path in tmp_path.iterdir()] == ["karate-gcn-001"]
    assert not checkpoint.exists()


def wait_for(path, newer_than=0):
    deadline = time.monotonic() + 60
    while not path.exists() or path.stat().st_mtime_ns <= newer_than:
        if time.monotonic() > deadline:
            raise TimeoutError(path)
        time.sleep(0.01)
