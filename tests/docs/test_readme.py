"""The README tells the truth: its Python blocks run, its commands exist, its pictures are there."""

import re
import subprocess
import sys

import pytest


@pytest.fixture(scope="module")
def readme(repository) -> str:
    return (repository / "README.md").read_text()


def blocks(text, language):
    return re.findall(rf"```{language}\n(.*?)```", text, flags=re.S)


def test_python_blocks_run_in_order(readme, tmp_path):
    code = "\n".join(blocks(readme, "python"))
    assert code
    environment = {"MPLBACKEND": "Agg"}
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env={**__import__("os").environ, **environment},
    )
    assert run.returncode == 0, run.stderr


def test_begins_with_the_two_commands(readme, repository):
    first = blocks(readme, "sh")[0]
    assert "make demo" in first
    assert "make test" in first
    makefile = (repository / "Makefile").read_text()
    for target in re.findall(r"^make ([a-z-]+)", "\n".join(blocks(readme, "sh")), flags=re.M):
        assert re.search(rf"^{target}:", makefile, flags=re.M), target


def test_edgewise_commands_exist(readme):
    commands = set(re.findall(r"^\$? ?edgewise ([a-z]+)", "\n".join(blocks(readme, "sh")), flags=re.M))
    assert commands
    for command in commands:
        run = subprocess.run(
            [sys.executable, "-m", "edgewise", command, "--help"], capture_output=True, text=True, check=False
        )
        assert run.returncode == 0, command


def test_linked_files_are_there(readme, repository):
    for target in re.findall(r"\]\(([^)#]+)\)|src=\"([^\"]+)\"", readme):
        path = next(filter(None, target))
        if not path.startswith("http"):
            assert (repository / path).exists(), path
