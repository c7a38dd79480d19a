"""``edgewise data``: a table of all datasets, a card, files fetched and checked."""

import subprocess
import sys

import pytest

from edgewise.cli import main
from edgewise.datasets import NAMES


@pytest.fixture(autouse=True)
def own_home(tmp_path, monkeypatch):
    monkeypatch.setenv("EDGEWISE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("EDGEWISE_OFFLINE", "1")


def run(capsys, *words):
    code = main(["data", *words])
    return code, *capsys.readouterr()


def los_loop(folder):
    folder.mkdir()
    (folder / "los_speed.csv").write_text("11,22\n1,2\n3,4\n")
    (folder / "los_adj.csv").write_text("1,0.5\n0.5,1\n")
    return folder


def test_list_has_a_line_for_each_dataset(capsys):
    code, out, err = run(capsys, "list")
    assert (code, err) == (0, "")
    head, *lines = out.splitlines()
    assert head.split() == ["name", "task", "graphs", "nodes", "edges", "download"]
    assert [line.split()[0] for line in lines] == list(NAMES)
    by_name = {line.split()[0]: line for line in lines}
    assert by_name["cora"].split() == ["cora", "node", "classes", "1", "2,708", "10,556", "0.6", "MB"]
    assert by_name["karate"].endswith("none")
    assert by_name["com-amazon"].endswith("-")
    assert len({len(line) for line in lines if line.endswith("MB")}) == 1  # columns stand under each other


@pytest.mark.parametrize("name", NAMES)
def test_every_dataset_has_a_card(capsys, name):
    code, out, err = run(capsys, "info", name)
    assert (code, err) == (0, "")
    card = dict(line.split("  ", 1) for line in out.splitlines())
    assert list(card) == [
        "name", "what it is", "task", "graphs", "nodes", "edges", "download", "source", "licence", "cite",
    ]  # fmt: skip
    assert all(value.strip() for value in card.values())
    assert card["name"].strip() == name


def test_fetch_says_where_files_lie(capsys, tmp_path):
    folder = los_loop(tmp_path / "mine")
    code, out, err = run(capsys, "fetch", "los-loop", "--root", str(folder))
    assert (code, err) == (0, "")
    assert [line.split()[-1] for line in out.splitlines()] == [
        str(folder / "los_speed.csv"),
        str(folder / "los_adj.csv"),
    ]
    assert run(capsys, "fetch", "karate") == (0, "karate needs no files\n", "")


def test_check_of_good_data(capsys):
    code, out, err = run(capsys, "check", "karate")
    assert (code, err) == (0, "")
    assert out == "nodes  34  as published\nedges  156  as published\nclasses  4  as published\n"


def test_check_of_real_data(capsys, data_root):
    code, out, err = run(capsys, "check", "los-loop", "--root", str(data_root))
    assert (code, err) == (0, "")
    facts = [line.split("  ") for line in out.splitlines()]
    assert [fact[0] for fact in facts] == ["los_speed.csv", "los_adj.csv", "nodes", "edges", "steps"]
    assert {fact[2] for fact in facts} == {"as published"}
    code, out, _ = run(capsys, "check", "mutag", "--root", str(data_root))
    assert code == 0
    assert out.splitlines()[0].startswith("MUTAG.zip  20f52db82d6d")
    assert out.splitlines()[0].endswith("(nothing published to compare with)")


def test_check_of_other_data_fails_with_one_line(capsys, tmp_path):
    code, out, err = run(capsys, "check", "los-loop", "--root", str(los_loop(tmp_path / "mine")))
    assert code == 1
    assert "nodes  2  NOT as published: 207" in out.splitlines()
    assert err.startswith(
        "edgewise: data check: expected los_speed.csv 7b732d86ae32b2930595becba28aff39dacbfb2197e250f"
    )
    assert err.endswith(" (5 such facts). Delete the files and fetch them again.\n")
    assert len(err.splitlines()) == 1


def test_check_reads_the_files_again(capsys, tmp_path):
    folder = los_loop(tmp_path / "mine")
    run(capsys, "fetch", "los-loop", "--root", str(folder))
    (folder / "los_adj.csv").write_text("1,x\n")
    code, _, err = run(capsys, "check", "los-loop", "--root", str(folder))
    assert code == 1
    assert "got 'x' in line 1" in err
    assert len(err.splitlines()) == 1


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["info", "coar"], "edgewise: data info: expected the name of a dataset, got 'coar'. Did you mean 'cora'?\n"),
        (
            ["check", "zzzz"],
            "edgewise: data check: expected the name of a dataset, got 'zzzz'. See them all: edgewise data list.\n",
        ),
    ],
)
def test_unknown_names(capsys, words, expected):
    assert run(capsys, *words) == (1, "", expected)


def test_without_a_network_it_says_what_to_put_where(capsys, tmp_path):
    code, out, err = run(capsys, "fetch", "chickenpox", "--root", str(tmp_path))
    assert (code, out) == (1, "")
    assert err.startswith("edgewise: Chickenpox: expected https://raw.githubusercontent.com/")
    assert f"Put chickenpox.json into {tmp_path}/Chickenpox/raw by hand" in err


@pytest.mark.parametrize("command", ["list", "info", "fetch", "check"])
def test_every_command_has_an_example(capsys, command):
    code, out, _ = run(capsys, command, "--help")
    assert code == 0
    assert f"Example: edgewise data {command}" in out


def test_help_loads_no_dataset():
    code = """
import sys
from edgewise.cli import main
main(["data", "--help"])
print(sorted({"edgewise.datasets", "edgewise.data", "pyarrow", "scipy", "pooch", "rdkit"} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
