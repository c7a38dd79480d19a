"""The command line in this process; ``test_process.py`` starts it as a user does."""

import pytest

from edgewise.cli import main

COMMANDS = {
    "train": {
        *("--edges", "--nodes", "--target", "--task", "--id", "--from", "--to", "--split", "--features", "--directed"),
        *("--model", "--hidden", "--layers", "--dropout", "--lr", "--weight-decay", "--epochs", "--seed"),
        *("--root", "--out", "--resume", "--quiet"),
    },
    "predict": {"--nodes", "--edges", "--output", "--out"},
    "eval": {"--nodes", "--edges", "--out"},
    "export": {"--to", "--output", "--out"},
    "show": {"--output", "--root"},
    "open": {"--out"},
    "models": set(),
    "env": set(),
    "data": None,
}
"""The whole surface: a flag more or less is a promise more or less."""


def run(capsys, *words):
    code = main(words)
    return code, *capsys.readouterr()


def test_alone_prints_the_three_line_start(capsys):
    code, out, err = run(capsys)
    assert (code, err) == (0, "")
    assert [line.split()[:2] for line in out.splitlines()] == [
        ["edgewise", "train"],
        ["edgewise", "open"],
        ["edgewise", "--help"],
    ]


def test_commands_are_fixed(capsys):
    code, out, _ = run(capsys, "--help")
    assert code == 0
    commands = {line.split()[1] for line in out.splitlines() if line.startswith("│ ") and not line.startswith("│  ")}
    assert commands == {*COMMANDS, "--help", "--version"}


@pytest.mark.parametrize("command", [name for name, flags in COMMANDS.items() if flags is not None])
def test_flags_are_fixed(capsys, command):
    _, out, _ = run(capsys, command, "--help")
    lines = [line.split() for line in out.splitlines() if line.startswith("│ ")]
    assert {word for words in lines for word in words if word.startswith("--") and words.index(word) < 2} == (
        COMMANDS[command]
    )


@pytest.mark.parametrize("command", [*([name] for name in COMMANDS if name != "data"), ["data", "list"]])
def test_every_command_has_an_example(capsys, command):
    code, out, _ = run(capsys, *command, "--help")
    assert code == 0
    assert f"Example: edgewise {' '.join(command)}" in out


def test_train_prints_data_model_scores_and_where_things_are(capsys, tmp_path):
    code, out, _ = run(capsys, "train", "karate", "--epochs", "8", "--out", str(tmp_path))
    assert code == 0
    lines = out.splitlines()
    assert lines[0] == (
        "data   karate: 34 nodes, 78 undirected edges, 34 features, 4 classes; 4 to learn from, 30 to score"
    )
    assert lines[1].startswith("model  GCN: 3 layers, 16 wide, tanh")
    for name in ("GCN", "majority class", "MLP without edges"):
        assert sum(line.startswith(f"{name} ") for line in lines) == 1
    assert any(line.startswith(f"in     {tmp_path / 'karate-gcn-001'} ") for line in lines)
    assert lines[-1] == "next   edgewise open"


def test_quiet_prints_one_line(capsys, tmp_path):
    code, out, err = run(capsys, "train", "karate", "--epochs", "3", "--out", str(tmp_path), "--quiet")
    assert (code, err) == (0, "")
    assert len(out.splitlines()) == 1
    assert out.startswith(f"{tmp_path / 'karate-gcn-001'} 0.")


def test_several_seeds_are_printed_with_their_spread(capsys, tmp_path):
    words = ["train", "karate", "--epochs", "3", "--out", str(tmp_path), "--seed"]
    _, by_range, _ = run(capsys, *words, "0-2")
    _, by_list, _ = run(capsys, *words, "0,1,2")
    scores = [line for line in by_range.splitlines() if line.startswith("each seed: ")]
    assert len(scores[0].split()) == 5
    assert scores == [line for line in by_list.splitlines() if line.startswith("each seed: ")]
    assert any(line.startswith("GCN: 0.") and line.endswith(" over 3 seeds") for line in by_range.splitlines())
    assert {path.name for path in tmp_path.iterdir()} == {"karate-gcn-001", "karate-gcn-002"}


def test_open_prints_the_newest_report_without_a_screen(capsys, tmp_path, monkeypatch):
    opened = []
    monkeypatch.setattr("edgewise.cli.open.sys.platform", "linux")
    monkeypatch.setattr("edgewise.cli.open.webbrowser.open", opened.append)
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"):
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path / "karate-gcn-001"
    folder.mkdir()
    (folder / "config.toml").write_text("")
    (folder / "report.html").write_text("")
    assert run(capsys, "open", "--out", str(tmp_path)) == (0, f"{folder / 'report.html'}\n", "")
    assert run(capsys, "open", "karate-gcn-001", "--out", str(tmp_path))[1] == f"{folder / 'report.html'}\n"
    assert opened == []
    monkeypatch.setenv("DISPLAY", ":0")
    run(capsys, "open", str(folder))
    assert opened == [(folder / "report.html").as_uri()]


def test_env_says_what_a_bug_report_needs(capsys):
    code, out, _ = run(capsys, "env")
    assert code == 0
    for name in ("edgewise", "torch", "python", "processor", "threads", "kernels, cpu", "cache folder"):
        assert any(line.startswith(name) for line in out.splitlines()), name


def test_data_list_names_every_graph(capsys):
    code, out, _ = run(capsys, "data", "list")
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()][:5] == ["name", "karate", "cora", "citeseer", "pubmed"]


@pytest.mark.parametrize(
    ("words", "code", "expected"),
    [
        (
            ["train", "rmat"],
            1,
            "edgewise: load_graph: expected one of karate, cora, citeseer, pubmed, got 'rmat', which has no settings "
            "for training yet. Load it in Python (edgewise.datasets) and pass its graph to NodeClassifier.fit.",
        ),
        (["train", "karat"], 1, "edgewise: load: expected the name of a dataset, got 'karat'. "
         "Did you mean 'karate'?\n"),
        (["train", "karate", "--model", "gcnn"], 1,
         "edgewise: NodeClassifier: expected model among gcn, sage, gat, gin, mlp, got 'gcnn'. Did you mean 'gcn'?\n"),
        (["train", "karate", "--seed", "4-1"], 1, "edgewise: train: expected --seed like 0, 0-4 or 0,2,5, got '4-1'. "
         "Give whole numbers.\n"),
        (["train", "karate", "--dropout", "2"], 1, "edgewise: TrainConfig: expected dropout in [0, 1), got 2.0. "
         "It is the share of features left out.\n"),
        (["open", "--out", "absent"], 1, "edgewise: open: expected a run in absent, got none. "
         "Make one first: edgewise train karate.\n"),
        (["trian"], 2, 'edgewise: Unknown command "trian". Did you mean "train"?'),
        (["train", "karate", "--hiden", "3"], 2, "edgewise: Unknown option: --hiden. Did you mean --hidden?"),
        (["train", "karate", "--epochs", "many"], 2, 'edgewise: Invalid value for --epochs: unable to convert "many"'),
        (["train"], 1, "edgewise: train: expected the name of a graph or --edges FILE, got neither. "
         "Try: edgewise train karate.\n"),
        (["train", "karate", "--edges", "e.csv"], 1, "edgewise: train: expected the name of a graph or --edges FILE, "
         "got 'karate' and --edges. Leave one out.\n"),
        (["train", "karate", "--from", "a"], 1, "edgewise: train: expected the name of a graph or --edges FILE, "
         "got 'karate' and --from. Leave one out.\n"),
        (["predict", "absent"], 1, "edgewise: predict: expected a complete run with config.toml, got absent. "
         "Name a folder in runs.\n"),
        (["predict", "absent", "-o", "a.xlsx"], 1, "edgewise: predict: expected a file ending in .csv, .parquet, "
         ".arrow, got a.xlsx. Rename it.\n"),
        (["eval", "absent"], 1, "edgewise: eval: expected a complete run with config.toml, got absent. "
         "Name a folder in runs.\n"),
        (["export", "absent", "--to", "onnx"], 1, "edgewise: export: expected --to pt2, got onnx, and ONNX has no "
         "operators for sparse message passing like edgewise's. Leave --to out.\n"),
        (["export", "absent", "--to", "script"], 1, "edgewise: export: expected --to pt2, got script, and TorchScript "
         "cannot hold edgewise's operators. Leave --to out.\n"),
        (["show", "absent.csv"], 1, "edgewise: from_tables: expected a file at absent.csv, got none. "
         "Check the path.\n"),
        (["show", "absent.graphml"], 1, "edgewise: show: expected a file at absent.graphml, got none. "
         "Check the path.\n"),
        (["show", "a.docx"], 1, "edgewise: show: expected a graph file (.csv, .tsv, .parquet, .arrow, .feather, .txt, "
         ".edges, .edgelist, .el, .graphml, .gml) or the name of a data set, got a.docx. Convert it.\n"),
        (["show", "karate", "-o", "a.html"], 1, "edgewise: show: expected a picture ending in .png, .svg, .pdf, "
         "got a.html. Rename it.\n"),
    ],
)  # fmt: skip
def test_mistakes_get_one_line_and_leave_nothing(capsys, tmp_path, monkeypatch, words, code, expected):
    monkeypatch.chdir(tmp_path)
    got, out, err = run(capsys, *words)
    assert (got, out) == (code, "")
    assert err.startswith(expected)
    assert len(err.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_debug_shows_the_traceback(capsys):
    code, _, err = run(capsys, "train", "karat", "--debug")
    assert code == 1
    assert "Traceback" in err


def test_ctrl_c_is_130_and_one_line(capsys, tmp_path, monkeypatch):
    def stopped(*arguments, **settings):
        raise KeyboardInterrupt("stopped; go on with: edgewise train karate --resume")

    monkeypatch.setattr("edgewise.runs.run.train_run", stopped)
    code, _, err = run(capsys, "train", "karate", "--out", str(tmp_path), "--quiet")
    assert code == 130
    assert err == "edgewise: stopped; go on with: edgewise train karate --resume\n"
