"""From a user's own files to a report and predictions, as on the command line."""

import csv
import random

import pyarrow
import pyarrow.parquet
import pytest
import torch

from edgewise.cli import main
from edgewise.tasks import NodeClassifier
from edgewise.tasks.config import parse_toml

TOPICS = ("art", "sport", "war")


def write(path, header, rows):
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([header, *rows])


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """60 people of three topics, who follow mostly their like; age tells a little."""
    monkeypatch.chdir(tmp_path)
    draw = random.Random(0)
    topic = [number % 3 for number in range(60)]
    people = [
        (f"u{i}", round(20 + 3 * topic[i] + draw.uniform(0, 8), 1), draw.choice(["Rome", "Oslo"]), TOPICS[topic[i]])
        for i in range(60)
    ]
    write(tmp_path / "people.csv", ("user", "age", "town", "topic"), people)
    edges = []
    for _ in range(240):
        one = draw.randrange(60)
        like = [other for other in range(60) if other != one and (topic[other] == topic[one] or draw.random() < 0.1)]
        edges.append((f"u{one}", f"u{draw.choice(like)}"))
    write(tmp_path / "follows.csv", ("who", "whom"), edges)
    write(tmp_path / "new.csv", ("user", "age", "town"), [("n1", 24, "Rome"), ("n2", 28, "Bern")])
    write(tmp_path / "new_follows.csv", ("who", "whom"), [("n1", "u1"), ("n1", "u4"), ("n2", "n1")])
    return tmp_path


TRAIN = ("train", "--edges", "follows.csv", "--nodes", "people.csv", "--target", "topic", "--epochs", "30")


def run(capsys, *words):
    code = main(words)
    return code, *capsys.readouterr()


def read(path):
    with path.open() as file:
        return list(csv.DictReader(file))


def test_tables_become_a_report_and_predictions_of_new_people(capsys, folder):
    code, out, _ = run(capsys, *TRAIN)
    assert code == 0
    lines = [" ".join(line.split()) for line in out.splitlines()]
    assert lines[0].startswith("data follows: 60 nodes, ")
    for line in (
        "task classification of nodes (--task)",
        "edges who to whom (--from --to)",
        "directions both directions of each (--directed)",
        "id column user (--id)",
        "target topic: 3 classes (art, sport, war) (--target)",
        "split random, seed 0: 36 train, 12 val, 12 test (--split)",
        "town category: a column for each of 2 values, and one for others (--features town=drop)",
    ):
        assert line in lines
    assert any(line.startswith("model SAGE: 2 layers, 64 wide") and line.endswith("(--model)") for line in lines)
    assert {path.name for path in (folder / "runs" / "follows-sage-001").iterdir()} == {
        *("config.toml", "embedding.gif", "embedding.svg", "graph.svg", "metrics.jsonl", "model.safetensors"),
        *("predictions.csv", "report.html"),
    }
    assert len(read(folder / "runs" / "follows-sage-001" / "predictions.csv")) == 60

    words = ("predict", "follows-sage-001", "--nodes", "new.csv", "--edges", "new_follows.csv", "-o", "out.parquet")
    code, out, _ = run(capsys, *words)
    names = "id, prediction, probability of art, probability of sport, probability of war"
    assert (code, out) == (0, f"2 rows in out.parquet: {names}\n")
    table = pyarrow.parquet.read_table("out.parquet").to_pydict()
    assert table["id"] == ["n1", "n2"]
    total = [sum(row) for row in zip(*(table[name] for name in table if name.startswith("prob")), strict=True)]
    assert total == pytest.approx([1, 1])

    # The same as of one pair of tables that a person has put together.
    for name, more, columns in (("people", "new", 3), ("follows", "new_follows", 2)):
        rows = [
            row[:columns]
            for part in (name, more)
            for row in list(csv.reader((folder / f"{part}.csv").read_text().splitlines()))[1:]
        ]
        write(folder / f"all_{name}.csv", ("user", "age", "town") if columns == 3 else ("who", "whom"), rows)
    loaded = NodeClassifier.load("runs/follows-sage-001/model.safetensors")
    expected = loaded.predict_proba(loaded.read_tables("all_follows.csv", "all_people.csv", quiet=True))[-2:]
    found = torch.tensor([table[f"probability of {name}"] for name in TOPICS]).t()
    assert torch.allclose(found, expected, atol=1e-6)

    code, out, _ = run(capsys, "eval", "follows-sage-001")
    assert [line.split()[:2] for line in out.splitlines()] == [
        ["count", "accuracy"], ["train", "36"], ["val", "12"], ["test", "12"],
    ]  # fmt: skip


def test_predictions_of_everyone_are_those_of_the_training(capsys, folder):
    run(capsys, *TRAIN, "--quiet")
    run(capsys, "predict", "follows-sage-001", "-o", "all.csv")
    own = read(folder / "runs" / "follows-sage-001" / "predictions.csv")
    for one, other in zip(own, read(folder / "all.csv"), strict=True):
        assert (one["id"], one["prediction"]) == (other["id"], other["prediction"])
        assert float(one["probability of war"]) == pytest.approx(float(other["probability of war"]), abs=1e-5)


def test_eval_of_new_people_counts_them_alone(capsys, folder):
    run(capsys, *TRAIN, "--quiet")
    write(folder / "known.csv", ("user", "age", "town", "topic"), [("n1", 24, "Rome", "sport"), ("n2", 9, "Rome", "")])
    code, out, _ = run(capsys, "eval", "follows-sage-001", "--nodes", "known.csv", "--edges", "new_follows.csv")
    assert (code, out.splitlines()[1].split()[:3]) == (0, ["new", "nodes", "1"])


def test_the_saved_model_alone_reads_new_tables(capsys, folder):
    run(capsys, *TRAIN, "--quiet")
    loaded = NodeClassifier.load(folder / "runs" / "follows-sage-001" / "model.safetensors")
    data = loaded.read_tables("new_follows.csv", "new.csv", quiet=True)
    assert data.node_names == ["n1", "n2"]
    assert data.x[1, 1:].tolist() == [0, 0, 1]  # Bern was not there: "other"
    assert loaded.predict_proba(data).shape == (2, 3)


def test_an_unfinished_run_goes_on_with_the_same_words(capsys, folder):
    run(capsys, *TRAIN, "--quiet")
    path = folder / "runs" / "follows-sage-001"
    weights = (path / "model.safetensors").read_bytes()
    (path / "model.safetensors").unlink()
    code, out, _ = run(capsys, *TRAIN, "--resume", "--quiet")
    assert (code, out.split()[0]) == (0, "runs/follows-sage-001")
    assert (path / "model.safetensors").read_bytes() == weights
    (path / "model.safetensors").unlink()
    code, _, err = run(capsys, *TRAIN, "--directed", "--resume")
    assert (code, err) == (
        1,
        "edgewise: train: expected an unfinished run of follows in runs, got none. "
        "Leave --resume out to start a new run.\n",
    )


def test_config_holds_paths_and_what_was_said(capsys, folder):
    run(capsys, *TRAIN, "--features", "age", "--quiet")
    assert parse_toml((folder / "runs" / "follows-sage-001" / "config.toml").read_text())["tables"] == {
        "edges": str(folder / "follows.csv"),
        "nodes": str(folder / "people.csv"),
        "target": ["topic"],
        "features": ["age"],
        "seed": 0,
    }


def test_links_need_no_table_of_nodes(capsys, folder):
    code, out, _ = run(capsys, "train", "--edges", "follows.csv", "--task", "link", "--epochs", "10")
    assert code == 0
    assert "features    none: 32 random numbers a node" in out
    assert (folder / "runs" / "follows-gcn-001" / "report.html").is_file()
    run(capsys, "predict", "follows-gcn-001", "-o", "partners.csv")
    rows = read(folder / "partners.csv")
    assert len(rows) == 600
    assert rows[0]["id"] == rows[9]["id"] != rows[0]["partner"]
    code, out, _ = run(capsys, "eval", "follows-gcn-001")
    assert [line.split()[0] for line in out.splitlines()] == ["count", "val", "test"]


def test_numbers_and_several_labels(capsys, folder):
    draw = random.Random(1)
    rows = [(i, draw.random(), draw.uniform(0, 9), i % 2, draw.randrange(2)) for i in range(40)]
    write(folder / "n.csv", ("id", "a", "rent", "vip", "old"), rows)
    write(folder / "e.csv", ("source", "target"), [(draw.randrange(40), draw.randrange(40)) for _ in range(80)])
    words = ("train", "--edges", "e.csv", "--nodes", "n.csv", "--epochs", "5")
    code, out, _ = run(capsys, *words, "--target", "rent")
    assert (code, "mean of training nodes" in out) == (0, True)
    page = (folder / "runs" / "e-sage-001" / "report.html").read_text(encoding="utf-8")
    assert "R² on the " in page
    assert "<dt>nodes file</dt><dd>n.csv</dd>" in page
    assert list(read(folder / "runs" / "e-sage-001" / "predictions.csv")[0]) == ["id", "prediction"]
    code, out, _ = run(capsys, *words, "--target", "vip", "--target", "old")
    assert (code, "chance" in out) == (0, True)
    assert "vip" in (folder / "runs" / "e-sage-002" / "report.html").read_text(encoding="utf-8")
    assert list(read(folder / "runs" / "e-sage-002" / "predictions.csv")[0]) == [
        "id", "prediction of vip", "prediction of old", "probability of vip", "probability of old",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("--target", "topik"), "train: expected --target to name a column of people.csv, got 'topik'. "
         "Did you mean 'topic'? It has user, age, town, topic."),
        ((), "train: expected --target COLUMN, got none. people.csv has user, age, town, topic. Or pass --task link."),
        (("--target", "topic", "--task", "link"), "train: expected no --target with --task link, got one. "
         "Links are the target."),
        (("--target", "topic", "--task", "classify"), "train: expected --task among classification, regression, link, "
         "got 'classify'. Did you mean 'classification'?"),
        (("--target", "age", "--task", "classification"), "train: expected classes in people.csv, column 'age', "
         "got numbers. Leave --task out."),
        (("--target", "topic", "--features", "age", "--features", "town=flag"), "train: expected --features as "
         "columns, or all as column=kind, got age town=flag. Write one kind."),
        (("--target", "topic", "--task", "regression"), "train: expected a number in people.csv, column 'topic', "
         "got 'art' at line 2. Correct it, or choose another --target."),
    ],
)  # fmt: skip
def test_mistakes_get_one_line(capsys, folder, words, expected):
    code, out, err = run(capsys, "train", "--edges", "follows.csv", "--nodes", "people.csv", *words)
    assert (code, out, err) == (1, "", f"edgewise: {expected}\n")
    assert not (folder / "runs").exists()


def test_a_constant_target_is_refused(capsys, folder):
    write(folder / "same.csv", ("user", "age", "topic"), [(f"u{i}", i, "art") for i in range(60)])
    code, _, err = run(capsys, "train", "--edges", "follows.csv", "--nodes", "same.csv", "--target", "topic")
    assert (code, err) == (
        1,
        "edgewise: train: expected different values in the target 'topic', got the same in all 60 rows that have one. "
        "Choose another --target.\n",
    )


def test_what_is_suspicious_is_told(capsys, folder):
    parts = ["train"] * 40 + ["val"] * 10 + ["test"] * 10
    rows = [(f"u{i}", i % 3 * 10 + i % 7, i % 2, "rare" if i == 59 else TOPICS[i % 2], parts[i]) for i in range(60)]
    rows = [(*row[:2], {"art": "x", "sport": "y", "rare": "z"}[row[3]], *row[3:]) for row in rows]
    write(folder / "odd.csv", ("user", "age", "code", "topic", "split"), rows)
    write(folder / "none.csv", ("who", "whom"), [("a", "b")])
    code, out, _ = run(
        capsys,
        "train",
        "--edges",
        "none.csv",
        "--nodes",
        "odd.csv",
        "--target",
        "topic",
        "--epochs",
        "2",
        "--id",
        "user",
    )
    assert code == 0
    assert [line for line in out.splitlines() if line.startswith("warning")] == [
        "warning: 1 row of none.csv dropped: an end that no node table lists (first: line 2)",
        "warning: the graph has no edges: the model learns from features alone (--edges --from --to)",
        "warning: topic rare: only in test, so it cannot be learnt (--split)",
        "warning: code alone predicts topic perfectly; if it is not known beforehand, leave it out "
        "(--features code=drop)",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("header", "row", "expected"),
    [
        (("user", "age"), ("n1", 3), "predict: expected a column 'town' in bad.csv, as the rules were fitted with, got "
         "user, age. Add it."),
        (("name", "age", "town"), ("n1", 3, "Rome"), "predict: expected the id of each node to name a column of "
         "bad.csv, got 'user'. It has name, age, town."),
        (("user", "age", "town"), ("n1", "old", "Rome"), "predict: expected a number in bad.csv, column 'age', "
         "got 'old' at line 2. The rules take the column as number: correct it, or fit rules anew."),
    ],
)  # fmt: skip
def test_new_tables_that_do_not_fit(capsys, folder, header, row, expected):
    run(capsys, *TRAIN, "--quiet")
    write(folder / "bad.csv", header, [row])
    code, _, err = run(capsys, "predict", "follows-sage-001", "--nodes", "bad.csv")
    assert (code, err) == (1, f"edgewise: {expected}\n")


def test_changed_tables_are_noticed(capsys, folder):
    run(capsys, *TRAIN, "--quiet")
    rows = [(row["user"], float(row["age"]) + 50, row["town"], row["topic"]) for row in read(folder / "people.csv")]
    write(folder / "people.csv", ("user", "age", "town", "topic"), rows)
    code, _, err = run(capsys, "eval", "follows-sage-001")
    assert (code, err) == (
        1,
        "edgewise: eval: expected the tables that runs/follows-sage-001 was trained on, got changed ones "
        f"({folder / 'follows.csv'}). Pass them as --edges and --nodes, or train again.\n",
    )


def test_a_run_edited_by_hand_is_one_line(capsys, folder):
    run(capsys, *TRAIN, "--quiet")
    config = folder / "runs" / "follows-sage-001" / "config.toml"
    text = config.read_text()
    config.write_text(text.replace("edges =", "edgs ="))
    code, _, err = run(capsys, "eval", "follows-sage-001")
    assert (code, err) == (
        1,
        "edgewise: config.toml: expected [tables] with edges, nodes, target, task, id, source, destination, split, "
        "features, directed, seed, got 'edgs'. Mend it, or train again.\n",
    )
    config.write_text(text.replace("[tables]", "[table]"))
    code, _, err = run(capsys, "eval", "follows-sage-001")
    assert (code, err) == (
        1,
        "edgewise: config.toml: expected [tables] or [data] with a name in runs/follows-sage-001, got neither. "
        "Mend it, or train again.\n",
    )


def test_show_draws_files_and_datasets(capsys, folder):
    (folder / "ring.edges").write_text("0 1\n1 2\n2 0\n")
    (folder / "pair.gml").write_text("graph [ node [ id 0 ] node [ id 1 ] edge [ source 0 target 1 ] ]")
    for graph, nodes in (("follows.csv", 60), ("ring.edges", 3), ("pair.gml", 2), ("karate", 34)):
        code, out, _ = run(capsys, "show", graph, "-o", f"{graph}.png")
        assert (code, out.split(",")[0]) == (0, f"{graph}: {nodes} nodes")
        assert (folder / f"{graph}.png").read_bytes()[1:4] == b"PNG"


def test_models_are_listed_with_their_tasks(capsys):
    _, out, _ = run(capsys, "models")
    lines = out.splitlines()
    assert lines[0].startswith("gcn    averages neighbours")
    assert "NodeClassifier" in lines[1]


@pytest.mark.unhooked
def test_exported_program_says_the_same_with_weighted_edges(capsys, folder):
    rows = [(row["who"], row["whom"], number % 5 + 1) for number, row in enumerate(read(folder / "follows.csv"))]
    write(folder / "weighted.csv", ("who", "whom", "weight"), rows)
    words = ("train", "--edges", "weighted.csv", *TRAIN[3:], "--directed", "--quiet")
    code, out, _ = run(capsys, *words)
    assert (code, out.split()[0]) == (0, "runs/weighted-gcn-001")
    code, out, _ = run(capsys, "export", "weighted-gcn-001", "-o", "w.pt2")
    assert (code, out.startswith("w.pt2: loaded again, largest difference of outputs ")) == (0, True)
    model = NodeClassifier.load("runs/weighted-gcn-001/model.safetensors").model_
    x, edge_index = torch.randn(5, 4), torch.tensor([[0, 1, 2], [1, 2, 3]])
    weight = torch.tensor([1.0, 5.0, 2.0])
    out = torch.export.load("w.pt2").module()(x, edge_index, edge_weight=weight)
    assert torch.allclose(out, model(x, edge_index, edge_weight=weight), atol=1e-5)


def test_what_the_tables_say_names_flags(capsys, folder):
    rows = [(f"u{i}", TOPICS[i % 3], "val" if i % 2 else "trian") for i in range(6)]
    write(folder / "parts.csv", ("user", "topic", "part"), rows)
    asked = ["train", "--edges", "follows.csv", "--nodes", "parts.csv", "--target", "topic", "--split", "part"]
    _, _, err = run(capsys, *asked)
    assert err == (
        "edgewise: train: expected train, val, test or nothing in parts.csv, column 'part', got 'trian' at line 2. "
        "Rename it, or name another column: --split COLUMN\n"
    )
    write(folder / "weighted.csv", ("who", "whom", "weight"), [("u0", "u1", 1), ("u1", "u0", 2)])
    _, _, err = run(capsys, "train", "--edges", "weighted.csv", "--nodes", "people.csv", "--target", "topic")
    assert err == (
        "edgewise: train: expected one edge_weight for each pair of nodes in weighted.csv, without --directed, got "
        "different ones for a pair that is listed more than once. Merge such rows, or pass --directed.\n"
    )
