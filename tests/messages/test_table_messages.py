"""What is said where tables cannot become a graph: the file, the row and the column, and the cure."""

import datetime as dt
import gzip
import os
import re
import zipfile

import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pytest
import torch

from edgewise.errors import ArgumentError, DataError, EdgewiseWarning, FileError
from edgewise.io import FeatureRules, from_tables

EDGES = {"source": ["ann"], "target": ["bob"]}
NODES = {"id": ["ann", "bob", "eve"], "age": [1.0, 2.0, 4.0]}


@pytest.fixture(autouse=True)
def _in_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def exact(call, error, text):
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value) == text


def write(name, content, folder):
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())


@pytest.mark.parametrize(
    ("name", "content", "error", "text"),
    [
        (
            "edges.csv",
            "",
            FileError,
            "from_tables: expected CSV in edges.csv, got an empty file. Write a first line with column names.",
        ),
        (
            "edges.csv",
            "\n\n",
            FileError,
            "from_tables: expected a first line with column names in edges.csv, got blank lines. Write one.",
        ),
        (
            "edges.csv",
            "0,1\n1,2\n",
            FileError,
            "from_tables: expected a first line with column names in edges.csv, got 0,1. Add one, such as "
            "source,target.",
        ),
        (
            "edges.csv",
            "source,target\nann,bob\n\nann,bob,eve\n",
            DataError,
            "from_tables: expected 2 values in every line of edges.csv, as in its first, got 3 at line 4. Put values "
            "with commas in quotes, or correct the line.",
        ),
        (
            "edges.csv",
            b"source,target\nann,bob\nj\xfcrg,bob\n",
            FileError,
            "from_tables: expected text in UTF-8 in edges.csv, got other bytes at line 3. Save it as UTF-8.",
        ),
        (
            "edges.csv",
            b"source,target,name\na,b,c\na,b,j\xfcrg\n",
            FileError,
            "from_tables: expected text in UTF-8 in edges.csv, got other bytes at line 3. Save it as UTF-8.",
        ),
        (
            "edges.csv",
            "source,target,source\na,b,c\n",
            DataError,
            "from_tables: expected every column of edges.csv to have its own name, got 'source' twice. Rename one.",
        ),
        (
            "edges.csv",
            "source\nann\n",
            DataError,
            "from_tables: expected two columns of ids in edges.csv, got source. Give each edge a source and a target.",
        ),
        (
            "edges.parquet",
            "source,target\nann,bob\n",
            FileError,
            "from_tables: expected Parquet in edges.parquet, as its ending says, got something else. Rename or convert "
            "it.",
        ),
        (
            "edges.csv",
            b"PAR1\x15\x04\x15F",
            FileError,
            "from_tables: expected CSV in edges.csv, as its ending says, got Parquet. Rename or convert it.",
        ),
        (
            "edges.arrow",
            b"\x1f\x8b\x08",
            FileError,
            "from_tables: expected Arrow in edges.arrow, as its ending says, got gzip. Rename or convert it.",
        ),
        (
            "edges.parquet",
            "",
            FileError,
            "from_tables: expected Parquet in edges.parquet, got an empty file. Write it again.",
        ),
        (
            "edges.xlsx",
            b"PK\x03\x04",
            FileError,
            "from_tables: expected a table (.csv, .tsv, .parquet, .arrow, .feather; .csv.gz), got edges.xlsx. Convert "
            "it to one of these.",
        ),
    ],
)
def test_files(tmp_path, name, content, error, text):
    write(name, content, tmp_path)
    exact(lambda: from_tables(name), error, text)


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("edges.parquet", b"PAR1 and no more", "Parquet"),
        ("edges.arrow", b"ARROW1 and no more", "Arrow"),
        ("edges.csv.gz", b"\x1f\x8b\x08 and no more", "CSV"),
        ("edges.csv.gz", gzip.compress(b"source,target\nann,bob\n" * 100, mtime=0)[:40], "CSV"),
    ],
)
def test_broken_files(tmp_path, name, content, kind):
    write(name, content, tmp_path)
    with pytest.raises(FileError) as caught:
        from_tables(name)
    said = re.fullmatch(r"(.*) \((.+)\)(.*)", str(caught.value))  # what is in brackets are the words of Arrow and zlib
    assert (said[1], said[3]) == (f"from_tables: expected {kind} in {name}, got a broken file", ". Write it again.")


def test_values_that_arrow_does_not_know():
    with pytest.raises(DataError) as caught:
        from_tables({"source": [2**70], "target": [0]})
    assert re.fullmatch(
        r"from_tables: expected values that Arrow knows in edges, column 'source', got others \(.+\)\. Convert them\.",
        str(caught.value),
    )


def test_paths(tmp_path):
    write("edges.csv", "source,target\n", tmp_path)
    exact(
        lambda: from_tables("edge.csv"),
        FileError,
        "from_tables: expected a file at edge.csv, got none. Did you mean 'edges.csv'?",
    )
    exact(
        lambda: from_tables("of/nothing.csv"),
        FileError,
        "from_tables: expected a file at of/nothing.csv, got none. Check the path.",
    )
    exact(
        lambda: from_tables(tmp_path.relative_to(tmp_path)),
        FileError,
        "from_tables: expected Parquet files in the folder ., got none. Name a file, or such a folder.",
    )
    pa.parquet.write_table(pa.table({"u": [1], "v": [2]}), "a.parquet")
    pa.parquet.write_table(pa.table({"u": [1], "w": [2]}), "b.parquet")
    exact(
        lambda: from_tables("."),
        FileError,
        "from_tables: expected the columns u, v in every file of ., got u, w in b.parquet. Keep the files of one table "
        "in a folder.",
    )


def test_a_path_without_permission(tmp_path):
    write("edges.csv", "source,target\n", tmp_path)
    (tmp_path / "edges.csv").chmod(0)
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)  # whom permissions bind
    try:
        exact(
            lambda: from_tables("edges.csv"),
            FileError,
            "from_tables: expected a readable file, got edges.csv (permission denied). Change its "
            "permissions or the path.",
        )
    finally:
        if user == 0:
            os.seteuid(0)


@pytest.mark.parametrize(
    ("edges", "nodes", "more", "error", "text"),
    [
        (
            {"source": ["ann", "bbo"], "target": ["bob", "ann"]},
            NODES,
            {},
            DataError,
            "from_tables: expected ids of nodes in edges, column 'source', got 'bbo' at row 1. Did you mean 'bob'? Add "
            'it there, or pass unknown="drop".',
        ),
        (
            {"source": [1], "target": [7]},
            {"id": [1, 2]},
            {},
            DataError,
            "from_tables: expected ids of nodes in edges, column 'target', got 7 at row 0. Add it there, or pass "
            'unknown="drop".',
        ),
        (
            EDGES,
            {"name": ["ann", "bob"]},
            {},
            DataError,
            "from_tables: expected ids of nodes in edges, column 'source', got 'ann' at row 0. Its rows are numbered 0 "
            "to 1: pass id=... if a column holds ids.",
        ),
        (
            EDGES,
            {"id": ["ann", "bob", "ann"]},
            {},
            DataError,
            "from_tables: expected every id once in nodes, column 'id', got 'ann' at row 2, as at row 0. Delete one of "
            "the rows, or pass another id.",
        ),
        (
            EDGES,
            {"id": ["ann", None]},
            {},
            DataError,
            "from_tables: expected an id in every row of nodes, column 'id', got none at row 1. Fill it in, or delete "
            "the row.",
        ),
        (
            {"source": [1.5], "target": [2.0]},
            None,
            {},
            DataError,
            "from_tables: expected integers or words as ids in edges, column 'source', got 1.5 at row 0. Convert them, "
            "or name another column.",
        ),
        (
            {"source": [dt.date(2020, 1, 1)], "target": [2]},
            None,
            {},
            DataError,
            "from_tables: expected integers or words as ids in edges, column 'source', got values of type date32[day]. "
            "Convert them, or name another column.",
        ),
        (
            EDGES,
            NODES,
            {"source": "sorce"},
            ArgumentError,
            "from_tables: expected source to name a column of edges, got 'sorce'. Did you mean 'source'? It has "
            "source, target.",
        ),
        (
            EDGES,
            NODES,
            {"source": "target"},
            ArgumentError,
            "from_tables: expected two columns of edges as source and target, got 'target' for both. Name another one.",
        ),
        (
            EDGES,
            NODES,
            {"label": "ages"},
            ArgumentError,
            "from_tables: expected label to name a column of nodes, got 'ages'. Did you mean 'age'? It has id, age.",
        ),
        (
            EDGES,
            None,
            {"label": "age"},
            ArgumentError,
            "from_tables: expected nodes, as label is given, got none. Pass the table of nodes.",
        ),
        (
            EDGES,
            NODES,
            {"features": {"age": "numbr"}},
            ArgumentError,
            "from_tables: expected features['age'] to be one of number, flag, category, text, date, vector or drop, "
            "got 'numbr'. Did you mean 'number'?",
        ),
        (
            EDGES,
            NODES,
            {"features": 3},
            ArgumentError,
            "from_tables: expected features as names of columns, their kinds or FeatureRules, got int. "
            'Write features=["column"].',
        ),
        (
            EDGES,
            NODES,
            {"features": ["agee"]},
            ArgumentError,
            "from_tables: expected features to name a column of nodes, got 'agee'. Did you mean 'age'? It has id, age.",
        ),
        (
            EDGES,
            {"id": ["ann", "bob", "c", "d", "e"], "age": ["31", "45", "x7", "20", "9"]},
            {},
            DataError,
            "from_tables: expected numbers, as in 4 of 5 rows in nodes, column 'age', got 'x7' at row 2. Correct it, "
            'or say what the column is: features={"age": "category"}.',
        ),
        (
            EDGES,
            {"id": ["ann", "bob"], "age": [31, "old"]},
            {},
            DataError,
            "from_tables: expected values of one type in nodes, column 'age', got 'old' (str) at row 1 after int. Make "
            "them one type.",
        ),
        (
            EDGES,
            {"id": ["ann", "bob", "eve"], "age": [31, 2.5, "old"]},
            {},
            DataError,
            "from_tables: expected values of one type in nodes, column 'age', got 'old' (str) at row 2 after int. Make "
            "them one type.",
        ),
        (
            EDGES,
            pd.DataFrame({"id": ["ann", "bob"], "age": [31, "old"]}),
            {},
            DataError,
            "from_tables: expected values of one type in nodes, column 'age', got 'old' (str) at row 1 after int. Make "
            "them one type.",
        ),
        (
            EDGES,
            {"id": ["ann", "bob"], "age": [31]},
            {},
            DataError,
            "from_tables: expected columns of one length in nodes, got 2 rows in 'id' and 1 in 'age'. Give every row a "
            "value, None where it is missing.",
        ),
        (
            EDGES,
            {"id": ["ann", "bob"], "age": [1.0, float("inf")]},
            {},
            DataError,
            "from_tables: expected finite numbers of float32 in nodes, column 'age', got inf at row 1. Correct it, or "
            'say what the column is: features={"age": "category"}.',
        ),
        (
            EDGES,
            {"id": ["ann", "bob"], "age": ["a b", "c d"]},
            {"features": {"age": "date"}},
            DataError,
            "from_tables: expected dates such as 2024-05-31 in nodes, column 'age', got 'a b' at row 0. Correct it, or "
            'say what the column is: features={"age": "category"}.',
        ),
        (
            EDGES,
            {"id": ["ann", "bob"], "vip": [0, 2]},
            {"features": {"vip": "flag"}},
            DataError,
            "from_tables: expected true or false in nodes, column 'vip', got 2 at row 1. Correct it, or say what the "
            'column is: features={"vip": "category"}.',
        ),
        (
            EDGES,
            {"id": ["ann", "bob"], "emb": [[1.0, 2.0], [1.0]]},
            {},
            DataError,
            "from_tables: expected lists of 2 numbers in nodes, column 'emb', got one of 1 at row 1. Correct it, or "
            'say what the column is: features={"emb": "category"}.',
        ),
        (
            EDGES,
            {"id": ["ann", "bob"], "label": [None, None]},
            {},
            DataError,
            "from_tables: expected a label in some row in nodes, column 'label', got none. Correct it, or name another "
            "column: label=...",
        ),
        (
            EDGES,
            {"id": ["ann", "bob"], "label": [float("nan"), float("nan")]},
            {},
            DataError,
            "from_tables: expected a label in some row in nodes, column 'label', got none. Correct it, or name another "
            "column: label=...",
        ),
        (
            {"source": [0], "target": [1]},
            {"label": list(range(0, 300, 2))},
            {},
            DataError,
            "from_tables: expected classes in nodes, column 'label', got 150 different values in 150 rows (numbers to "
            "predict are floats). Correct it, or name another column: label=...",
        ),
        (
            EDGES,
            {"id": ["ann", "bob"], "split": ["train", "tst"]},
            {},
            DataError,
            "from_tables: expected train, val, test or nothing in nodes, column 'split', got 'tst' at row 1. Rename "
            "it, or name another column: split=...",
        ),
        (
            EDGES,
            {"id": ["ann", "bob"], "split": [None, None]},
            {},
            DataError,
            "from_tables: expected a row in train, val or test in nodes, column 'split', got none. Fill it in, or pass "
            'split="random".',
        ),
        (
            EDGES,
            {"id": ["ann", "bob"], "train_mask": [True, True], "test_mask": [False, True]},
            {},
            DataError,
            "from_tables: expected every row of nodes in one part, got row 1 in train and test, columns train_mask, "
            "test_mask (1 such). Take it out of one.",
        ),
        (
            EDGES,
            {"id": ["ann", "bob"], "train_mask": [3, 4]},
            {},
            DataError,
            "from_tables: expected true or false in nodes, column 'train_mask', got values of type int64. Correct it, "
            "or name another column: split=...",
        ),
        (
            EDGES,
            {"id": ["ann", "bob"], "label": ["x", None], "split": ["test", "train"]},
            {},
            DataError,
            "from_tables: expected a training node with a label in nodes, got none. Label some, or choose another "
            "split.",
        ),
        (
            EDGES,
            NODES,
            {"split": (0.9, 0.2, 0.1)},
            ArgumentError,
            "from_tables: expected split as a column, three columns, 'random' or three shares of at most 1 together, "
            "got (0.9, 0.2, 0.1). Write (0.6, 0.2, 0.2).",
        ),
        (
            EDGES,
            NODES,
            {"split": ["id", "age", "id", "age"]},
            ArgumentError,
            "from_tables: expected split as one to three columns, got 4. Name train, val and test.",
        ),
        (
            EDGES,
            NODES,
            {"split": "randm"},
            ArgumentError,
            "from_tables: expected split to name a column of nodes, got 'randm'. It has id, age.",
        ),
        (
            {**EDGES, "weight": [None]},
            NODES,
            {},
            DataError,
            "from_tables: expected a weight in every row in edges, column 'weight', got none at row 0. Fill it in, or "
            'pass edge_features={"weight": "number"}.',
        ),
        (
            {**EDGES, "time": ["noon"]},
            NODES,
            {},
            DataError,
            "from_tables: expected dates such as 2024-05-31 in edges, column 'time', got 'noon' at row 0. Correct it, "
            'or pass edge_features={"time": "drop"}.',
        ),
        (
            {"source": ["a", "b"], "target": ["b", "a"], "weight": [1.0, 2.0]},
            None,
            {"undirected": True},
            DataError,
            "from_tables: expected one edge_weight for each pair of nodes in edges, as undirected=True, got different "
            "ones for a pair that is listed more than once. Merge such rows, or leave undirected out.",
        ),
        (
            EDGES,
            NODES,
            {"unknown": "dorp"},
            ArgumentError,
            "from_tables: expected unknown to be 'raise' or 'drop', got 'dorp'. Did you mean 'drop'?",
        ),
        (
            EDGES,
            NODES,
            {"seed": "1"},
            ArgumentError,
            "from_tables: expected seed as an int of 0 or more, got '1'. Use 0.",
        ),
        (
            [("ann", "bob")],
            None,
            {},
            ArgumentError,
            "from_tables: expected edges as a path, a frame (Arrow, pandas, Polars) or a dictionary of columns, got "
            "list. Convert it. For pairs of nodes use Data.from_edges.",
        ),
        (
            EDGES,
            torch.ones(2),
            {},
            ArgumentError,
            "from_tables: expected nodes as a path, a frame (Arrow, pandas, Polars) or a dictionary of columns, got "
            "Tensor. Convert it.",
        ),
        (
            {"source": "ann", "target": "bob"},
            None,
            {},
            ArgumentError,
            "from_tables: expected a list or array in column 'source' of edges, got str. Write one value a row.",
        ),
        (
            {"source": torch.ones(1, 1, 1), "target": [1]},
            None,
            {},
            ArgumentError,
            "from_tables: expected a list or array in column 'source' of edges, got an array of 3 dimensions. "
            "Write one value a row.",
        ),
        (EDGES, {}, {}, DataError, "from_tables: expected columns in nodes, got none. Give it some."),
        (
            {"source": [0], "target": [1]},
            {"size": []},
            {},
            DataError,
            "from_tables: expected ids of nodes in edges, column 'source', got 0 at row 0. There is no node.",
        ),
        (
            {0: [1], 1: [2]},
            None,
            {},
            ArgumentError,
            "from_tables: expected names of columns in edges, got 0. Write {'column': [...]}.",
        ),
    ],
)
def test_tables(edges, nodes, more, error, text):
    exact(lambda: from_tables(edges, nodes, **more), error, text)


def test_rows_are_lines_of_a_file(tmp_path):
    write("nodes.csv", 'id,name\n1,"of two\nlines"\n\n2,short\n1,again\n', tmp_path)
    exact(
        lambda: from_tables({"u": [1], "v": [2]}, "nodes.csv"),
        DataError,
        "from_tables: expected every id once in nodes.csv, column 'id', got 1 at line 6, as at line 2. Delete one of "
        "the rows, or pass another id.",
    )
    write("edges.csv", "u,v\nann,bob\nann,eev\n", tmp_path)
    exact(
        lambda: from_tables("edges.csv", NODES),
        DataError,
        "from_tables: expected ids of nodes in edges.csv, column 'v', got 'eev' at line 3. Did you mean 'eve'? Add it "
        'there, or pass unknown="drop".',
    )
    write("ages.csv", "id,age\nann,31\nbob,45\neve,x\nkim,4\n", tmp_path)
    exact(
        lambda: from_tables(EDGES, "ages.csv"),
        DataError,
        "from_tables: expected numbers, as in 3 of 4 rows in ages.csv, column 'age', got 'x' at line 4. Correct it, or "
        'say what the column is: features={"age": "category"}.',
    )
    (tmp_path / "parts").mkdir()
    pa.parquet.write_table(pa.table({"u": ["ann", "bob"], "v": ["bob", "eve"]}), "parts/0.parquet")
    pa.parquet.write_table(pa.table({"u": ["ann", "bob"], "v": ["bob", "zed"]}), "parts/1.parquet")
    exact(
        lambda: from_tables("parts", NODES),
        DataError,
        "from_tables: expected ids of nodes in parts, column 'v', got 'zed' at row 1 of 1.parquet. Add it there, or "
        'pass unknown="drop".',
    )


def test_dropped_rows(tmp_path):
    write("edges.csv", "u,v\nann,bob\nann,\n,eve\n", tmp_path)
    with pytest.warns(EdgewiseWarning) as caught:
        from_tables("edges.csv")
    assert [str(warning.message) for warning in caught] == [
        "from_tables: 2 rows of edges.csv dropped: an end is missing (first at line 3). See data.report."
    ]


TYPES = {("author", "writes", "paper"): {"a": [0], "p": [1]}}


@pytest.mark.parametrize(
    ("edges", "nodes", "more", "text"),
    [
        (
            {("author", "paper"): EDGES},
            {},
            {},
            "from_tables: expected edges by (source type, relation, destination type), got ('author', 'paper'). Write "
            '("author", "writes", "paper").',
        ),
        (
            TYPES,
            NODES["age"],
            {},
            'from_tables: expected nodes as a dictionary of tables, as edges is one, got list. Write {"author": ...}.',
        ),
        (
            EDGES,
            {"author": "authors.csv"},
            {},
            "from_tables: expected edges as a dictionary of tables, as nodes is one, got dict. Write "
            '{("author", "writes", "paper"): ...}.',
        ),
        (
            TYPES,
            {"paper": {"id": [1], "venue": ["a"]}},
            {"label": {"papr": "venue"}},
            "from_tables: expected label by type, got 'papr'. Did you mean 'paper'? Types are paper.",
        ),
        (
            TYPES,
            {"paper": {"id": [1], "venue": ["a"]}},
            {"label": "venu"},
            "from_tables: expected label to name a column of some table, got 'venu'. Did you mean 'venue'? There are "
            "id, venue.",
        ),
        (
            TYPES,
            {"paper": {"id": [1], "venue": ["a"]}},
            {"features": ["venue"]},
            "from_tables: expected features by type, as there are several, got list. Write features={'paper': ...}.",
        ),
    ],
)
def test_types(edges, nodes, more, text):
    exact(lambda: from_tables(edges, nodes, **more), ArgumentError, text)


def test_rules():
    rules = FeatureRules.fit({"age": [1, 2, 4]})
    exact(
        lambda: rules.apply({"agee": [1]}),
        DataError,
        "FeatureRules.apply: expected a column 'age' in table, as the rules were fitted with, got agee. Is it 'agee'? "
        "Rename it.",
    )
    exact(
        lambda: rules.apply({"age": [2.0, float("-inf")]}),
        DataError,
        "FeatureRules.apply: expected finite numbers of float32 in table, column 'age', got -inf at row 1. The rules "
        "take the column as number: correct it, or fit rules anew.",
    )
    exact(
        lambda: rules.apply({"age": ["old"]}),
        DataError,
        "FeatureRules.apply: expected a number in table, column 'age', got 'old' at row 0. The rules take the column "
        "as number: correct it, or fit rules anew.",
    )
    exact(
        lambda: FeatureRules.fit({"age": [1, 2, 4]}, rows=[True]),
        ArgumentError,
        "FeatureRules.fit: expected rows with a boolean for each of the 3 rows, got 1. Give every row one.",
    )
    exact(
        lambda: FeatureRules.from_json("age"),
        DataError,
        "FeatureRules.from_json: expected what to_json wrote, got 'age'. Write it again.",
    )
    classes = from_tables({"u": [0], "v": [1]}, {"y": ["a", "b"]}).feature_rules
    exact(
        lambda: from_tables({"u": [0], "v": [1]}, {"y": ["a", "bb"]}, features=classes),
        DataError,
        "from_tables: expected one of the classes a, b in nodes, column 'y', got 'bb' at row 1. Correct it, or name "
        "another column: label=...",
    )


def test_a_spreadsheet_by_another_name(tmp_path):
    with zipfile.ZipFile("edges.csv", "w") as file:
        file.writestr("a", "b")
    exact(
        lambda: from_tables("edges.csv"),
        FileError,
        "from_tables: expected CSV in edges.csv, as its ending says, got a zip file or a spreadsheet. Rename or "
        "convert it.",
    )
