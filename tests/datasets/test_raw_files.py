"""Where raw files are sought, and the readers of text, tables, numbers and archives."""

import gzip
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgewise.data import Data
from edgewise.datasets._download import fetch
from edgewise.datasets._raw import FileDataset, as_integers, read_members, read_numbers, read_table, read_text
from edgewise.errors import DataError, FileError


class Words(FileDataset):
    def __init__(self, root, **options):
        super().__init__(root, ["Words", "alias/words"], [["a.txt", "b.txt"], ["a.txt.gz"]], **options)

    def process(self):
        return [Data(num_nodes=len(path.name)) for path in self.raw_paths]


class Root(Words):
    def __init__(self, root):
        FileDataset.__init__(self, root, ["", "words"], [["a.txt"]])


def put(folder, *names):
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name).write_text("x")
    return folder


@pytest.mark.parametrize("place", ["Words/raw", "Words", "alias/words/raw", "alias/words", "raw", "."])
@pytest.mark.parametrize("names", [("a.txt", "b.txt"), ("a.txt.gz",)])
def test_files_are_found_where_they_lie(place, names, tmp_path, own_home):
    folder = put(tmp_path / "root" / place, *names)
    dataset = Words(tmp_path / "root")
    assert [path.resolve() for path in dataset.raw_paths] == [folder.resolve() / name for name in names]
    kept = folder.parent / "processed" if folder.name == "raw" else own_home / "Words" / "processed"
    assert dataset.processed_dir.resolve() == kept.resolve()
    assert (kept / "graphs.safetensors").is_file()
    assert len(list(tmp_path.glob("**/*.safetensors"))) == 1


def test_a_set_of_files_must_be_whole(tmp_path):
    put(tmp_path / "Words" / "raw", "a.txt")
    put(tmp_path, "b.txt")
    with pytest.raises(FileError, match=r"Words: expected the file .*/Words/raw/b\.txt, got none"):
        Words(tmp_path)


def test_places_of_new_files(tmp_path, own_home):
    for build, place in (
        (lambda: Words(tmp_path), tmp_path / "Words" / "raw"),
        (lambda: Words(None), own_home / "Words" / "raw"),
        (lambda: Root(tmp_path), tmp_path / "raw"),
        (lambda: Root(None), own_home / "Root" / "raw"),
    ):
        with pytest.raises(FileError) as caught:
            build()
        assert (
            str(caught.value)
            == f"{build.__code__.co_names[0]}: expected the file {place}/a.txt, got none. Put it there."
        )


def test_a_folder_without_permission(tmp_path, monkeypatch):
    def refuse(path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.is_file", refuse)
    with pytest.raises(FileError) as caught:
        Words(tmp_path)
    expected = f"Words: expected a readable folder, got {tmp_path} (Permission denied). Choose another."
    assert str(caught.value) == expected


def test_fetch_without_a_checksum(tmp_path, monkeypatch):
    monkeypatch.delenv("EDGEWISE_OFFLINE")
    asked = []
    monkeypatch.setattr("pooch.retrieve", lambda url, known, fname, path: asked.append(known) or path / fname)
    assert fetch("https://a.b/c.txt", tmp_path, None, "Mine") == tmp_path / "c.txt"
    assert fetch("https://a.b/c.txt", tmp_path, "12ab", "Mine") == tmp_path / "c.txt"
    assert asked == [None, "sha256:12ab"]


def test_texts(tmp_path):
    (tmp_path / "a.txt").write_bytes("é".encode("latin-1"))
    assert read_text(tmp_path / "a.txt", "Mine", encoding="latin-1") == "é"
    (tmp_path / "b.gz").write_bytes(gzip.compress(b"one"))
    assert read_text(tmp_path / "b.gz", "Mine") == "one"
    (tmp_path / "c.gz").write_bytes(gzip.compress(b"one")[:-6])
    for name, reason in (("a.txt", "codec can't decode"), ("c.gz", "end-of-stream"), ("d.txt", "No such file")):
        with pytest.raises(FileError, match=f"Mine: expected a whole text file, got .*{name} .*{reason}.*Delete it"):
            read_text(tmp_path / name, "Mine")


def test_members(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("deep//a.txt", "one")
        archive.writestr("b.txt", b"\xff")
    assert read_members(tmp_path / "a.zip", lambda name: name.endswith("a.txt"), "Mine") == {"deep//a.txt": "one"}
    with pytest.raises(FileError, match=r"Mine: expected a whole zip file, got .*codec can't decode"):
        read_members(tmp_path / "a.zip", lambda name: True, "Mine")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1,2\n\n3\n", "1 columns after 2 in line 3"),
        ("1,2\n3,x\n", "'x' in line 2"),
        ("1,2\n3,\n", "'' in line 2"),
        ("1_0,2\n", "could not convert string '1_0' to float64 at row 0, column 1."),
    ],
)
def test_rows_that_are_none(text, reason):
    with pytest.raises(DataError) as caught:
        read_numbers(text, "a.txt", "Mine")
    expected = f"Mine: expected rows of numbers in a.txt, got {reason}. Repair it, or fetch it again."
    assert str(caught.value) == expected


@settings(deadline=None, max_examples=50)
@given(st.integers(1, 4).flatmap(lambda width: st.lists(st.lists(st.integers(), min_size=width, max_size=width))))
def test_numbers_as_written(rows):
    text = "head\n" + "".join(", ".join(map(str, row)) + "\r\n" for row in rows)
    assert read_numbers(text, "a.txt", "Mine", skip=1).tolist() == [[float(cell) for cell in row] for row in rows]


@pytest.mark.parametrize(("value", "shown"), [(1.5, "1.5"), (np.nan, "nan"), (np.inf, "inf"), (2.0**60, "1.15292e+18")])
def test_whole_numbers(value, shown):
    with pytest.raises(DataError) as caught:
        as_integers(np.array([[1.0, 2.0], [3.0, value]]), "a.txt", "Mine")
    expected = f"Mine: expected whole numbers in a.txt, got {shown} in row 2. Repair it, or fetch it again."
    assert str(caught.value) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "expected the column 'id' in a.csv, got nothing."),
        ("key,label\n", "expected the column 'id' in a.csv, got key, label."),
        ("id,label\n1,2\n\n3\n", "expected 2 columns in a.csv, got 1 in line 4."),
        ('id,label\n1,"two\nlines"\n3\n', "expected 2 columns in a.csv, got 1 in line 4."),
        ('id,label\n"1"2,3\n', "expected a CSV file in a.csv, got ',' expected after '\"' in line 2."),
        ('id,label\n1,"2\n', "expected a CSV file in a.csv, got unexpected end of data in line 2."),
    ],
)
def test_tables_that_are_none(text, message):
    with pytest.raises(DataError) as caught:
        read_table(text, ["id"], "a.csv", "Mine")
    assert str(caught.value) == f"Mine: {message} Repair it, or fetch it again."


def test_tables():
    text = 'id, name\r\n1,"a, ""b"""\r\n\r\n2,\r\n'
    assert read_table(text, ["id"], "a.csv", "Mine") == {"id": ["1", "2"], "name": ['a, "b"', ""]}
