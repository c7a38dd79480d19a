"""Where raw files are found or go; a download without a checksum is believed only if it counts as published."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
import torch

from edgewise.data import Data
from edgewise.datasets import _public
from edgewise.datasets._public import PublicDataset, RawFile
from edgewise.errors import DataError, FileError, MissingPackageError


class Pairs(PublicDataset):
    own: Sequence[str] = ("Pairs", "many/pairs")
    layouts: Sequence[Sequence[RawFile]] = (
        (RawFile("a.txt", "https://example.org/"), RawFile("b.txt", "https://example.org/", "ab" * 32)),
        (RawFile("plain.txt"),),
    )
    expected: Mapping[str, int] = {"nodes": 3, "edges": 2}
    parsed = 0

    def parse(self):
        type(self).parsed += 1
        words = " ".join(path.read_text() for path in self.raw_paths).split()
        edges = torch.tensor([int(word) for word in words]).reshape(2, -1)
        return [Data(edge_index=edges, num_nodes=int(edges.max()) + 1)]


def write(folder, **texts):
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / f"{name}.txt").write_text(text)
    return folder


@pytest.fixture
def fetched(monkeypatch):
    """Every download brings what a test puts here."""
    texts = {"a": "0 1", "b": "1 2"}
    asked = []

    def fetch(url, folder, sha256, caller):
        asked.append((url, sha256, caller))
        name = url.rpartition("/")[2].removesuffix(".txt")
        return write(folder, **{name: texts[name]}) / f"{name}.txt"

    monkeypatch.setattr(_public, "fetch", fetch)
    return texts, asked


@pytest.mark.parametrize("place", ["", "Pairs/raw", "Pairs", "many/pairs", "many/pairs/raw", "raw"])
def test_files_are_taken_from_where_they_lie(tmp_path, own_home, place):
    root = tmp_path / "root"
    folder = write(root / place, a="0 1", b="1 2")
    dataset = Pairs(root)
    assert dataset.raw_dir == folder
    assert dataset.statistics() == {"nodes": 3, "edges": 2}
    # Beside raw/, which is ours; else among our own files.
    mine = folder.parent if folder.name == "raw" else own_home
    assert dataset.processed_dir.is_relative_to(mine)
    assert (dataset.processed_dir / "graphs.safetensors").is_file()


def test_another_layout_will_do(tmp_path):
    dataset = Pairs(write(tmp_path / "root", plain="0 1 1 2"))
    assert dataset.checksums == {"plain.txt": None}
    assert len(Pairs(tmp_path / "root")) == 1


def test_stored_graphs_are_taken_until_a_file_changes(tmp_path):
    folder = write(tmp_path / "root", a="0 1", b="1 2")
    Pairs.parsed = 0
    Pairs(folder), Pairs(folder)
    assert Pairs.parsed == 1
    Pairs(folder, force_reload=True)
    write(folder, b="2 2")
    assert Pairs(folder)[0].edge_index.tolist() == [[0, 1], [2, 2]]
    assert Pairs.parsed == 3


def test_downloads(tmp_path, fetched):
    _, asked = fetched
    dataset = Pairs(tmp_path / "root")
    assert asked == [
        ("https://example.org/a.txt", None, "Pairs"),
        ("https://example.org/b.txt", "ab" * 32, "Pairs"),
    ]
    assert dataset.raw_dir == tmp_path / "root" / "Pairs" / "raw"
    assert dataset.checksums == {"a.txt": None, "b.txt": "ab" * 32}
    Pairs(tmp_path / "root")
    assert len(asked) == 2


def test_a_download_that_counts_otherwise_is_removed(tmp_path, fetched):
    texts, _ = fetched
    texts["a"] = "0 5"
    with pytest.raises(DataError) as caught:
        Pairs(tmp_path / "root")
    assert str(caught.value) == (
        "Pairs: expected 3 nodes in a.txt as published, got 6. The file has changed or is damaged: fetch it again, or "
        "give your own by root=..."
    )
    raw = tmp_path / "root" / "Pairs" / "raw"
    assert sorted(path.name for path in raw.iterdir()) == ["b.txt"]
    # A user's own file of the same content is taken as it is.
    assert Pairs(write(tmp_path / "own", a="0 5", b="1 2"))[0].num_nodes == 6


def test_files_that_do_not_fit(tmp_path, fetched):
    with pytest.raises(FileError, match=r"Pairs: expected files that fit together in .*, got others \(shape"):
        Pairs(write(tmp_path / "own", a="0 1", b="1"))
    with pytest.raises(FileError, match="invalid literal"):
        Pairs(write(tmp_path / "own", a="0 1", b="x"))
    texts, _ = fetched
    texts["a"] = "x"
    with pytest.raises(FileError):
        Pairs(tmp_path / "root")
    assert not (tmp_path / "root" / "Pairs" / "raw" / "a.txt").exists()


def test_a_missing_package_removes_nothing(tmp_path, fetched, monkeypatch):
    def parse(self):
        raise MissingPackageError("Pairs: expected the package x, got none.")

    monkeypatch.setattr(Pairs, "parse", parse)
    with pytest.raises(MissingPackageError):
        Pairs(tmp_path / "root")
    assert (tmp_path / "root" / "Pairs" / "raw" / "a.txt").is_file()


def test_a_file_without_an_address_must_be_given(tmp_path):
    class Given(Pairs):
        layouts = ((RawFile("plain.txt"),),)

    with pytest.raises(FileError) as caught:
        Given(tmp_path)
    assert str(caught.value) == (
        f"Given: expected the file {tmp_path}/Pairs/raw/plain.txt, got none. It has no address: put it there."
    )


def test_offline_says_from_where_and_where_to(tmp_path):
    with pytest.raises(FileError, match=r"expected https://example\.org/a\.txt, got none .*Put a\.txt into"):
        Pairs(tmp_path)
    assert not (Path(tmp_path) / "Pairs").exists()
