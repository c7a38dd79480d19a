"""Graphs from tables: the same graph from every kind of table, features by rules that can be used again."""

import datetime as dt
import gzip
import json
import math
import warnings

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from edgewise.data import Data, HeteroData
from edgewise.errors import DataError, EdgewiseError, EdgewiseWarning
from edgewise.io import FeatureRules, TableReport, from_tables

NODES = {
    "id": ["ann", "bob", "eve", "zed", "kim"],
    "age": [31, 45, None, 20, 34],
    "vip": [True, False, True, False, None],
    "town": ["Rome", "Oslo", "Rome", None, "Oslo"],
    "born": [dt.date(1990, 5, 1), dt.date(1980, 1, 2), None, dt.date(2000, 1, 1), dt.date(1991, 12, 31)],
    "bio": ["likes cats, a lot", "a dog man", "cats and dogs", "the end", "the cat"],
    "label": ["x", "y", "x", "y", None],
    "split": ["train", "train", "val", "test", "test"],
}
EDGES = {
    "from": ["ann", "bob", "eve", "ann", "zed", "kim"],
    "to": ["bob", "eve", "eve", "bob", "ann", "zed"],
    "weight": [1.5, 2.0, 3.0, 1.0, 0.5, 4.0],
    "kind": ["likes", "knows", "knows", "likes", "knows", "likes"],
    "time": [10, 20, 30, 40, 50, 60],
}


def as_csv(table, path, separator=","):
    def cell(value):
        text = "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
        return f'"{text}"' if separator in text else text

    lines = [separator.join(table), *(separator.join(map(cell, row)) for row in zip(*table.values(), strict=True))]
    path.write_text("\n".join(lines) + "\n")
    return path


def every_form(table, folder, name):
    """A table in every form that it can be passed in."""
    arrow = pa.table(table)
    pa.parquet.write_table(arrow, folder / f"{name}.parquet", row_group_size=2)
    pa.feather.write_feather(arrow, folder / f"{name}.feather")
    with pa.ipc.new_stream(str(folder / f"{name}.arrow"), arrow.schema) as writer:
        writer.write_table(arrow)
    parts = folder / f"{name}-parts"
    parts.mkdir()
    pa.parquet.write_table(arrow.slice(0, 2), parts / "part-0.parquet")
    pa.parquet.write_table(arrow.slice(2), parts / "part-1.parquet")
    (folder / f"{name}.csv.gz").write_bytes(gzip.compress(as_csv(table, folder / f"{name}.csv").read_bytes()))
    return {
        "dict": table,
        "csv": folder / f"{name}.csv",
        "csv.gz": str(folder / f"{name}.csv.gz"),
        "tsv": as_csv(table, folder / f"{name}.tsv", "\t"),
        "semicolons": as_csv(table, folder / f"{name}-semicolons.csv", ";"),
        "parquet": folder / f"{name}.parquet",
        "parquet folder": parts,
        "feather": folder / f"{name}.feather",
        "arrow stream": folder / f"{name}.arrow",
        "arrow": arrow,
        "arrow reader": arrow.to_reader(2),
        "pandas": pd.DataFrame(table),
        "polars": pl.DataFrame(table),
    }


def same(one, other):
    assert sorted(one.keys()) == sorted(other.keys())
    for name, value in one:
        if isinstance(value, torch.Tensor):
            torch.testing.assert_close(value, other[name], rtol=0, atol=0, equal_nan=True, msg=name)
        elif name != "report":
            assert value == other[name], name


def test_the_same_graph_from_every_form(tmp_path):
    node_tables, edge_tables = every_form(NODES, tmp_path, "nodes"), every_form(EDGES, tmp_path, "edges")
    expected = from_tables(EDGES, NODES, quiet=True)
    assert expected.node_names == NODES["id"]
    assert expected.edge_index.tolist() == [[0, 1, 2, 0, 3, 4], [1, 2, 2, 1, 0, 3]]
    assert expected.y.tolist() == [0, 1, 0, 1, -1]
    assert expected.class_names == ["x", "y"]
    assert expected.test_mask.tolist() == [False, False, False, True, False]  # kim has no label
    assert expected.edge_weight.tolist() == EDGES["weight"]
    assert expected.edge_time.tolist() == EDGES["time"]
    for form in node_tables:
        same(from_tables(edge_tables[form], node_tables[form]), expected)


def test_features_by_definition():
    x = from_tables(EDGES, NODES).x
    rules = from_tables(EDGES, NODES).feature_rules
    column = {name: x[:, place] for place, name in enumerate(rules.feature_names)}
    torch.testing.assert_close(column["age"], torch.tensor([-1.0, 1.0, 0.0, -18 / 7, -4 / 7]))  # ann and bob train
    assert column["age is missing"].tolist() == [0, 0, 1, 0, 0]
    assert column["vip"].tolist() == [1, 0, 1, 0, 0.5]
    assert column["town=Oslo"].tolist() == [0, 1, 0, 0, 1]
    assert column["town=Rome"].tolist() == [1, 0, 1, 0, 0]
    assert column["town is missing"].tolist() == [0, 0, 0, 1, 0]
    assert column["born year"].tolist() == pytest.approx([1, -1, 0, 3, 1.2])
    assert column["born month"].tolist() == pytest.approx([1, -1, 0, -1, 4.5])
    assert column["born weekday"].tolist() == pytest.approx([-1, 1, 0, 7, -1])  # Tuesday, Wednesday; Saturday; Tuesday
    days = [(date - dt.date(1970, 1, 1)).days for date in NODES["born"] if date]
    mean, std = np.mean(days[:2]), np.std(days[:2])
    assert column["born days"][[0, 1, 3, 4]].tolist() == pytest.approx([(day - mean) / std for day in days])


def fnv(word):
    """FNV-1a of 64 bits, folded, as its authors define it."""
    found = 0xCBF29CE484222325
    for byte in word.encode():
        found = (found ^ byte) * 0x100000001B3 % 2**64
    return (found ^ found >> 32) % 128


def test_text_by_definition():
    texts = ["Ünder the Sea, the sea", "a sea", "", "x" * 70 + "!"]
    rules = FeatureRules.fit({"text": texts}, {"text": "text"})
    x, words = rules.apply({"text": texts}), [["ünder", "the", "sea", "the", "sea"], ["a", "sea"], [], ["x" * 64]]
    documents = np.zeros(128)
    for bag in words:
        documents[list({fnv(word) for word in bag})] += 1
    idf = np.log(5 / (1 + documents)) + 1
    for row, bag in zip(x, words, strict=True):
        expected = np.zeros(128)
        for word in bag:
            expected[fnv(word)] += 1
        expected *= idf
        expected /= np.linalg.norm(expected) or 1
        assert row.tolist() == pytest.approx(expected.tolist(), abs=1e-6)


def test_rules_give_new_rows_the_same_features():
    data = from_tables(EDGES, NODES)
    rules = FeatureRules.from_json(data.feature_rules.to_json())
    assert rules == data.feature_rules
    assert json.loads(rules.to_json())["class_names"] == ["x", "y"]
    for row in range(5):
        alone = {name: [values[row]] for name, values in NODES.items()}
        assert torch.equal(rules.apply(alone)[0], data.x[row])
    strange = {**{name: values[:1] for name, values in NODES.items()}, "town": ["Bern"], "bio": ["nothing known"]}
    new = from_tables({"from": ["ann"], "to": ["ann"]}, {**strange, "label": ["y"]}, features=rules)
    assert new.y.tolist() == [1]  # numbered as before, though it is the only one
    assert new.x[0, rules.feature_names.index("town other")] == 1
    assert new.feature_rules == rules
    again = from_tables({**EDGES, "kind": ["likes"] * 6}, NODES, edge_features=data.edge_rules)
    assert again.edge_attr.tolist() == [[0, 1, 0]] * 6


@pytest.mark.parametrize(
    ("column", "kind", "names"),
    [
        ([1, 2, 4], "number", ["c"]),
        ([0.5, None, 1.0], "number", ["c", "c is missing"]),
        ([float("nan"), 2.0, 1.0], "number", ["c", "c is missing"]),
        ([True, False, True], "flag", ["c"]),
        (["a", "b", "a"], "category", ["c=a", "c=b", "c other"]),
        (["a", None, "a"], "category", ["c=a", "c other", "c is missing"]),
        (["2020-01-01", "2021-05-05", "2021-05-06"], "date", ["c year", "c month", "c weekday", "c days"]),
        (["2020-01-01T10:00:00Z"] * 2 + [None], "date", ["c year", "c month", "c weekday", "c days", "c is missing"]),
        ([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], "vector", ["c[0]", "c[1]"]),
        ([[1.0], None, [5.0]], "vector", ["c[0]", "c is missing"]),
        (pa.array(["a", "b", "c"]).dictionary_encode(), "category", ["c=a", "c=b", "c=c", "c other"]),
        ([dt.timedelta(seconds=1), dt.timedelta(seconds=3), dt.timedelta(seconds=2)], "number", ["c"]),
        ([dt.time(1), dt.time(2), dt.time(4)], "number", ["c"]),
        (["one two", "three four", "five six"], "text", None),
        (["x1", "y2", "z3"], None, []),  # another word in every row
        ([7, 7, 7], None, []),
        (["a", "a", "a"], None, []),
        ([None, None, None], None, []),
        ([float("nan")] * 3, None, []),
        ([{"a": 1}, {"a": 2}, {"a": 3}], None, []),
    ],
)
def test_kinds(column, kind, names):
    rules = FeatureRules.fit({"c": column})
    assert [rule.kind for rule in rules.columns] == ([kind] if kind else [])
    assert rules.feature_names == (names if names is not None else [f"c #{i}" for i in range(128)])
    assert rules.apply({"c": column}).shape == (3, len(rules.feature_names))
    assert rules.apply({"c": column}).isfinite().all()
    assert FeatureRules.from_json(rules.to_json()) == rules


def test_columns_can_be_chosen_and_their_kinds_set():
    table = {"zip": [12, 13, 12], "user_id": [9, 4, 7], "note": ["a", "b", "a"], "size": [1.0, 2.0, 4.0]}
    assert FeatureRules.fit(table).feature_names == ["zip", "note=a", "note=b", "note other", "size"]
    chosen = FeatureRules.fit(table, {"zip": "category", "note": "drop", "user_id": "number"})
    assert chosen.feature_names == ["zip=12", "zip=13", "zip other", "user_id", "size"]
    assert FeatureRules.fit({"row": list(range(20)), "size": [1, 2] * 10}).feature_names == ["size"]
    assert FeatureRules.fit(table, ["size"]).feature_names == ["size"]
    assert FeatureRules.fit({"n": ["1", "2.5", None]}, {"n": "number"}).apply({"n": ["1.75"]}).tolist() == [[0, 0]]
    few = FeatureRules.fit({"n": [1.0, 3.0, 100.0]}, rows=[True, True, False])
    assert few.apply({"n": [2.0, 3.0]}).tolist() == [[0], [1]]
    many = FeatureRules.fit({"c": [f"v{i % 40:02}" for i in range(79)]}, {"c": "category"})
    assert many.feature_names == [f"c=v{i:02}" for i in range(32)] + ["c other"]


def test_names_of_columns_are_found():
    for pair in (("source", "target"), ("src", "dst"), ("From", "To"), ("u", "v"), ("source_id", "target_id")):
        table = {"strength": [1.0, 2.0], pair[1]: [1, 2], pair[0]: [0, 1]}
        assert from_tables(table).edge_index.tolist() == [[0, 1], [1, 2]]
    assert from_tables({"a": [0, 1], "b": [1, 2], "c": [1.0, 2.0]}).edge_index.tolist() == [[0, 1], [1, 2]]
    assert from_tables({"a": [0, 1], "b": [1, 2]}, source="b", target="a").edge_index.tolist() == [[1, 2], [0, 1]]
    indexed = pd.DataFrame({"age": [1.0, 2.0]}, index=[30, 50])
    assert from_tables({"u": [50], "v": [30]}, indexed).edge_index.tolist() == [[1], [0]]


def test_numbers_of_nodes():
    words = from_tables({"u": ["c", "a"], "v": ["a", "b"]})
    assert (words.edge_index.tolist(), words.node_names, words.num_nodes) == ([[0, 1], [1, 2]], ["c", "a", "b"], 3)
    gaps = from_tables({"u": [70, 5], "v": [5, 9]})
    assert (gaps.edge_index.tolist(), gaps.node_id.tolist()) == ([[0, 1], [1, 2]], [70, 5, 9])
    plain = from_tables({"u": [2, 0], "v": [0, 1]})
    assert plain.edge_index.tolist() == [[2, 0], [0, 1]]
    assert not {"node_id", "node_names"} & set(plain.keys())
    rows = from_tables({"u": [2, 0], "v": [0, 1]}, {"size": [1.0, 2.0, 4.0, 8.0]})
    assert (rows.edge_index.tolist(), rows.num_nodes) == ([[2, 0], [0, 1]], 4)
    with pytest.warns(EdgewiseWarning, match="1 row of edges dropped: an end is missing"):
        floats = from_tables({"u": [5.0, float("nan"), 9.0], "v": [9.0, 5.0, 5.0]})  # as pandas has integers and gaps
    assert (floats.edge_index.tolist(), floats.node_id.tolist()) == ([[0, 1], [1, 0]], [5, 9])
    sparse = from_tables({"u": [10**12, 3], "v": [3, 10**12]}, {"id": [3, 10**12], "size": [1.0, 2.0]})
    assert sparse.edge_index.tolist() == [[1, 0], [0, 1]]


def test_ids_of_different_types_meet(tmp_path):
    csv = tmp_path / "edges.csv"
    csv.write_text("source,target\n7,9\n9,7\n")
    assert from_tables(csv, {"id": [9, 7]}).edge_index.tolist() == [[1, 0], [0, 1]]
    assert from_tables(csv, {"id": ["9", "7"]}).edge_index.tolist() == [[1, 0], [0, 1]]
    assert from_tables({"u": [7.0], "v": [9.0]}, {"id": ["9", "7", "x"]}).edge_index.tolist() == [[1], [0]]
    nodes = tmp_path / "nodes.csv"
    nodes.write_text("id,size\n007,1\n7,2\n")
    zeros = from_tables({"u": ["007", "7"], "v": ["7", "7"]}, nodes)
    assert (zeros.edge_index.tolist(), zeros.node_names) == ([[0, 1], [1, 1]], ["007", "7"])
    large = tmp_path / "large.csv"
    large.write_text("source,target\n18446744073709551615,18446744073709551614\n")
    assert from_tables(large).node_names == ["18446744073709551615", "18446744073709551614"]
    snow = from_tables({"u": ["1234567890123456789"], "v": ["2"]}, {"id": [2, 1234567890123456789]})
    assert snow.edge_index.tolist() == [[1], [0]]


def test_labels():
    def labels(values, **more):
        data = from_tables({"u": [0], "v": [1]}, {"id": list(range(len(values))), "y": values}, **more)
        return data.y.tolist(), getattr(data, "class_names", None)

    assert labels([True, False, None]) == ([1, 0, -1], ["false", "true"])
    assert labels([10, 9, 10]) == ([1, 0, 1], ["9", "10"])
    assert labels([-1, 0, 1]) == ([-1, 0, 1], ["0", "1"])
    assert labels([-1, 1, 1]) == ([0, 1, 1], ["-1", "1"])
    assert labels([1.0, float("nan"), 0.0]) == ([1, -1, 0], ["0", "1"])
    assert labels(["b", "a", ""]) == ([1, 0, -1], ["a", "b"])
    numbers, names = labels([0.5, float("nan"), 2.0], split=(0.5, 0.5, 0))
    assert (numbers[0], math.isnan(numbers[1]), numbers[2], names) == (0.5, True, 2.0, None)
    many, names = labels([float(i) for i in range(30)])
    assert (many[7], names) == (7.0, None)
    rules = from_tables({"u": [0], "v": [1]}, {"y": [0.5, 1.5]}).feature_rules
    assert labels([1.0, 2.0], features=rules) == ([1.0, 2.0], None)  # whole by chance: still numbers


def test_splits():
    def masks(**more):
        nodes = {"id": list(range(10)), "y": [0, 1] * 4 + [None, 0], **more.pop("nodes", {})}
        data = from_tables({"u": [0], "v": [1]}, nodes, **more)
        return [data[f"{part}_mask"] for part in ("train", "val", "test")]

    words = ["train"] * 3 + ["Valid"] * 3 + ["test"] * 3 + [None]
    train, val, test = masks(nodes={"split": words})
    assert [mask.nonzero().flatten().tolist() for mask in (train, val, test)] == [[0, 1, 2], [3, 4, 5], [6, 7]]
    flags = {
        f"{part}_mask": [row % 3 == place for row in range(10)] for place, part in enumerate(("train", "val", "test"))
    }
    train, val, test = masks(nodes=flags)
    assert val.nonzero().flatten().tolist() == [1, 4, 7]
    other = {"a": flags["train_mask"], "b": flags["val_mask"]}
    train, val, test = masks(nodes=other, split=["a", "b"])
    assert (train.nonzero().flatten().tolist(), test) == ([0, 3, 6, 9], None)
    drawn = masks(split="random", seed=3)
    assert [int(mask.sum()) for mask in drawn] == [5, 2, 2]  # of the nine with a label
    assert all(torch.equal(one, other) for one, other in zip(drawn, masks(split="random", seed=3), strict=True))
    assert any(not torch.equal(one, other) for one, other in zip(drawn, masks(split="random", seed=4), strict=True))
    assert [mask is None or int(mask.sum()) for mask in masks(split=(0.5, 0, 0.5))] == [4, True, 5]


def test_edges_keep_what_they_have():
    table = {**EDGES, "since": [dt.datetime(2020, 1, day) for day in range(1, 7)]}
    data = from_tables(table, time="since")
    assert data.edge_time.tolist()[:2] == [1577836800, 1577923200]
    assert data.edge_rules.feature_names == ["kind=knows", "kind=likes", "kind other", "time"]
    assert data.edge_attr.shape == (6, 4)
    assert data.edge_attr[:, 1].tolist() == [1, 0, 0, 1, 0, 1]
    named = from_tables(table, edge_features={"weight": "number", "time": "drop", "since": "drop", "kind": "drop"})
    assert (named.edge_weight, named.edge_attr.shape) == (None, (6, 1))
    text = str(from_tables(EDGES).report)
    assert "edges: 1 edge repeats another one; it is kept (data.coalesce() merges them)" in text
    assert "edges: 1 edge joins a node with itself; it is kept" in text


def test_undirected():
    table = {"u": ["a", "b", "c", "c"], "v": ["b", "a", "a", "c"], "weight": [1.0, 1.0, 3.0, 4.0]}
    data = from_tables(table, undirected=True)
    assert data.edge_index.tolist() == [[0, 0, 1, 2, 2], [1, 2, 0, 0, 2]]
    assert data.edge_weight.tolist() == [1, 3, 1, 3, 4]


def test_rows_that_make_no_edge(tmp_path):
    path = tmp_path / "edges.csv"
    path.write_text('source,target,weight\nann,bob,1\n\nann,,2\n,"",3\n"bob","kim",4\nbob,ann,5\n')
    with pytest.warns(EdgewiseWarning, match="2 rows of .*edges.csv dropped: an end is missing"):
        data = from_tables(path)
    assert (data.node_names, data.edge_weight.tolist()) == (["ann", "bob", "kim"], [1, 4, 5])
    with pytest.warns(EdgewiseWarning, match="first at line 4"):
        data = from_tables(path, {"id": ["bob", "ann"]}, unknown="drop")
    assert (data.edge_index.tolist(), data.edge_weight.tolist()) == ([[1, 0], [0, 1]], [1, 5])
    rows = [(row.table, row.reason, row.count, row.places) for row in data.report.dropped]
    assert rows == [
        ("edges.csv", "an end is missing", 2, ("line 4", "line 5")),
        ("edges.csv", "an end that no node table lists", 1, ("line 6",)),
    ]
    assert repr(data.report) == "TableReport(4 columns, 3 rows dropped)"
    assert "dropped from edges.csv: 2 rows, an end is missing (first: line 4, line 5)" in str(data.report)


def test_several_types():
    papers = {"paper_id": [30, 10, 20], "year": [1999, 2004, 2010], "venue": ["a", "b", "a"]}
    authors = pl.DataFrame({"id": ["x", "y"], "h_index": [3.0, 5.0]})
    edges = {
        ("author", "writes", "paper"): {"author": ["y", "x", "y"], "paper": [10, 30, 20], "weight": [1.0, 2.0, 3.0]},
        ("paper", "cites", "paper"): {"source": [10, 20], "target": [20, 30]},
        ("paper", "in", "place"): {"paper": [10, 20], "place": ["Rome", "Oslo"]},
    }
    data = from_tables(edges, {"paper": papers, "author": authors}, label={"paper": "venue"}, split="random", seed=1)
    assert isinstance(data, HeteroData)
    assert data.metadata() == (["paper", "author", "place"], list(edges))
    assert data["author", "writes", "paper"].edge_index.tolist() == [[1, 0, 1], [1, 0, 2]]
    assert data["author", "writes", "paper"].edge_weight.tolist() == [1, 2, 3]
    assert data["paper", "in", "place"].edge_index.tolist() == [[1, 2], [0, 1]]
    assert data["paper"].y.tolist() == [0, 1, 0]
    assert data["paper"].x.shape == (3, 1)
    assert data["paper"].node_id.tolist() == [30, 10, 20]
    assert data["author"].x.shape == (2, 1)
    assert "train_mask" not in data["author"]
    assert (data["place"].num_nodes, data["place"].node_names) == (2, ["Rome", "Oslo"])
    again = from_tables(edges, {"paper": papers, "author": authors}, label="venue", features={"paper": ["year"]})
    assert torch.equal(again["paper"].x[:, 0].argsort(), torch.tensor([0, 1, 2]))
    lost = {("author", "writes", "paper"): {"author": ["y", "q", "x"], "paper": [10, 30, 99]}}
    for nodes, people in (({"paper": papers}, ["y", "q"]), ({"author": authors}, ["x", "y"])):
        found = from_tables(lost, nodes, unknown="drop")
        assert found["author"].num_nodes == 2
        assert found["author"].node_names == people
        assert found["author", "writes", "paper"].num_edges == 2
    both = from_tables(edges, {"paper": papers}, undirected=True)
    assert both["paper", "cites", "paper"].edge_index.shape == (2, 4)
    assert both["author", "writes", "paper"].edge_index.shape == (2, 3)


def test_there_and_back(tmp_path):
    data = from_tables(EDGES, NODES)
    names = np.array(data.node_names)
    table = pa.table(
        {"source": names[data.edge_index[0]], "target": names[data.edge_index[1]], "weight": data.edge_weight.numpy()}
    )
    pa.parquet.write_table(table, tmp_path / "edges.parquet")
    again = from_tables(tmp_path / "edges.parquet", NODES)
    assert torch.equal(again.edge_index, data.edge_index)
    assert torch.equal(again.edge_weight, data.edge_weight)


def test_files_of_other_programs(tmp_path):
    """A mark of the encoding, line ends of Windows, blanks around values, quotes, and pandas' index."""
    path = tmp_path / "edges.csv"
    path.write_bytes('\ufeff, source ,target\r\n0, ann ,bob\r\n1,"bob", eve\r\n'.encode())
    data = from_tables(path)
    assert (data.edge_index.tolist(), data.node_names) == ([[0, 1], [1, 2]], ["ann", "bob", "eve"])
    assert data.edge_attr is None
    assert "no name, like an index" in str(data.report)
    text = str(from_tables(path, {"id": ["ann", "bob", "eve", "zed"]}).report)
    assert "1 node has no edge to another node" in text
    assert "graph: 4 nodes, 2 edges" in text


def test_nothing_and_little(tmp_path):
    path = tmp_path / "edges.csv"
    path.write_text("source,target\n")
    empty = from_tables(path)
    assert (empty.num_nodes, empty.num_edges) == (0, 0)
    assert from_tables(path, {"id": ["a"], "label": [1]}).num_nodes == 1
    assert from_tables(pa.table({"u": pa.array([], pa.string()), "v": pa.array([], pa.string())})).num_nodes == 0
    assert from_tables({"u": [], "v": []}, {"id": []}).num_nodes == 0


def test_large_numbers_of_names_are_an_array():
    count = 100_001
    names = [f"n{i}" for i in range(count)]
    data = from_tables({"u": names[:2], "v": names[1:3]}, {"id": names})
    assert isinstance(data.node_names, np.ndarray)
    assert (len(data.node_names), data.node_names[-1]) == (count, "n100000")


def test_many_batches(monkeypatch):
    monkeypatch.setattr("edgewise.io.tables.sources.BATCH", 3)
    monkeypatch.setattr("edgewise.io.tables.rules.BLOCK", 2)
    generator = torch.Generator().manual_seed(0)
    ends = torch.randint(0, 9, (2, 50), generator=generator).numpy()
    order = list(dict.fromkeys(ends.T.ravel().tolist()))
    data = from_tables({"u": [f"n{i}" for i in ends[0]], "v": [f"n{i}" for i in ends[1]], "size": ends[0] * 1.5})
    assert data.node_names == [f"n{i}" for i in order]
    assert np.array_equal(np.array(order)[data.edge_index], ends)
    size = ends[0] * 1.5
    assert data.edge_attr[:, 0].tolist() == pytest.approx(((size - size.mean()) / size.std()).tolist(), abs=1e-6)


def test_report_is_readable():
    data = from_tables(EDGES, NODES)
    assert isinstance(data.report, TableReport)
    text = str(data.report)
    assert "nodes  town    category" not in text
    for words in (
        "one more column says where it is missing",
        'label="..."',
        'features={"age": "category"}',
        "2 train, 1 val, 1 test",
    ):
        assert words in text
    assert {row.column for row in data.report.columns} == {*NODES, *EDGES}
    assert data.report.seconds > 0


def test_progress_shows_itself(monkeypatch, capsys):
    monkeypatch.setattr("edgewise.io.tables.progress._SILENT_S", 0.0)
    monkeypatch.setattr("edgewise.io.tables.progress._LINE_EVERY_S", 0.0)
    from_tables(EDGES, NODES)
    assert "edges: 6 of 6 rows" in capsys.readouterr().err
    from_tables(EDGES, NODES, quiet=True)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    from_tables(EDGES, NODES)
    assert "6 rows" in capsys.readouterr().err


CSV = {
    "edges": b"""source,target,weight,kind,when
ann,bob,1.5,a,2020-01-01
bob,eve,2,b,2020-02-01
eve,ann,3,a,2020-03-01
""",
    "nodes": b"""id,age,vip,label,split,bio
ann,31,true,x,train,"likes, cats"
bob,45,false,y,val,a dog
eve,20,true,x,test,b c
""",
}


@settings(deadline=None, max_examples=60)
@given(
    table=st.sampled_from(sorted(CSV)),
    changes=st.lists(
        st.tuples(
            st.integers(0, 200),
            st.integers(0, 3),
            st.one_of(st.binary(max_size=3), st.sampled_from([b",", b"\n", b'"', b"nan", b"\x00", b"inf"])),
        ),
        min_size=1,
        max_size=6,
    ),
)
def test_mutated_files_give_an_answer_or_our_error(tmp_path_factory, table, changes):
    folder = tmp_path_factory.mktemp("fuzz")
    for name, text in CSV.items():
        for place, cut, put in changes if name == table else ():
            text = text[: place % len(text)] + put + text[place % len(text) + cut :] if text else put
        (folder / f"{name}.csv").write_bytes(text)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", EdgewiseWarning)
            data = from_tables(folder / "edges.csv", folder / "nodes.csv", quiet=True)
    except EdgewiseError as error:
        said = str(error)
    else:
        said = "from_tables: a graph"
        assert isinstance(data.validate(), Data)
    assert said.startswith("from_tables: ")


POOLS = [
    [None, 0, 1, 5],
    ["", "a", " x"],
    ["1", "2", "x"],
    [True, False, None],
    [0.5, float("nan"), 1e38],
    [-1e300, float("inf"), 1.0],
    ["2020-01-01", "1999-12-31", None],
    [dt.date(2020, 1, 1), None, dt.date(1, 1, 1)],
    ["train", "val", None],
    [[1.0, 2.0], None, [1.0]],
    [b"a", b"\xff"],
    ["ß Ünï", "日本 語"],
    [dt.timedelta(1), None],
    [dt.time(1), dt.time(2)],
    [2**63, 3],
]
COLUMNS = ["label", "split", "train_mask", "weight", "time", "a", "text", "", "x id"]
FORMS = {
    "dict": lambda table: table,
    "arrow": pa.table,
    "pandas": pd.DataFrame,
    "polars": pl.DataFrame,
    "categories": lambda table: pa.table(
        {name: pa.array(column).dictionary_encode() for name, column in table.items()}
    ),
}


@settings(deadline=None, max_examples=60)
@given(
    draw=st.data(), form=st.sampled_from(sorted(FORMS)), kind=st.sampled_from(["number", "category", "text", "date"])
)
def test_strange_columns_give_an_answer_or_our_error(draw, form, kind):
    rows = draw.draw(st.integers(1, 6))

    def table():
        names = draw.draw(st.lists(st.sampled_from(COLUMNS), max_size=3, unique=True))
        pool = st.sampled_from(POOLS)
        return {
            name: draw.draw(st.lists(st.sampled_from(draw.draw(pool)), min_size=rows, max_size=rows)) for name in names
        }

    nodes = {"id": list(range(rows)), **table()}
    edges = {"source": list(range(rows)), "target": [0] * rows, **table()}
    features = {draw.draw(st.sampled_from(sorted(nodes))): kind} if draw.draw(st.booleans()) else None
    try:
        nodes_in_form = FORMS[form](nodes)
    except (TypeError, ValueError, pa.ArrowException, pl.exceptions.PolarsError, OverflowError):
        nodes_in_form = nodes  # not every frame holds everything
    try:
        data = from_tables(edges, nodes_in_form, features=features, quiet=True)
    except EdgewiseError as error:
        said = str(error)
    else:
        said = "from_tables: a graph"
        assert data.validate().edge_index.tolist() == [list(range(rows)), [0] * rows]
        assert str(data.report)
        if data.x is not None:
            assert torch.equal(data.feature_rules.apply(nodes), data.x)
            assert FeatureRules.from_json(data.feature_rules.to_json()) == data.feature_rules
    assert said.startswith("from_tables: ")


def test_large_unsigned_integers_are_the_same_in_a_list_and_a_frame():
    columns = {"id": [0, 1], "size": [2**63, 3]}
    edges = {"source": [0], "target": [1]}
    forms = (columns, pd.DataFrame(columns))
    found = [from_tables(edges, nodes, features={"size": "number"}, quiet=True) for nodes in forms]
    assert torch.equal(found[0].x, found[1].x)
    assert torch.equal(found[0].feature_rules.apply(columns), found[0].x)


def test_rules_of_others_are_refused():
    for text in (
        "{}",
        "[]",
        "no",
        '{"format": "edgewise.FeatureRules/1", "columns": [{"kind": "sql"}], "class_names": null}',
    ):
        with pytest.raises(DataError, match=r"FeatureRules.from_json: expected what to_json wrote"):
            FeatureRules.from_json(text)
