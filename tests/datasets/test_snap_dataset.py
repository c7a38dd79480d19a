"""SNAP's edge lists: small files of the published form, and what is said of broken ones."""

import gzip

import pytest
import torch

from edgewise.datasets import snap_dataset
from edgewise.datasets.snap_dataset import SNAPDataset, SnapFile
from edgewise.errors import ArgumentError, DataError, FileError

HEADER = "# Directed graph (each unordered pair of nodes is saved once)\n# Nodes: 3 Edges: 4\n# FromNodeId\tToNodeId\n"


def write(folder, name, text, *, packed=True):
    folder.mkdir(exist_ok=True)
    path = folder / (f"{name}.gz" if packed else name)
    path.write_bytes(gzip.compress(text.encode()) if packed else text.encode())
    return folder


@pytest.mark.parametrize("packed", [True, False])
def test_published_numbers_are_kept_apart(tmp_path, packed):
    text = HEADER + "70\t5\n5\t70\n5\t5\n9\t5\n"
    dataset = SNAPDataset(write(tmp_path / "mine", "ca-AstroPh.txt", text, packed=packed), "ca-AstroPh")
    data = dataset[0].validate()
    assert data.edge_index.tolist() == [[0, 0, 1, 2], [0, 2, 0, 0]]
    assert (data.node_id.tolist(), data.num_nodes, repr(dataset)) == ([5, 9, 70], 3, "SNAP-ca-AstroPh(1)")
    assert dataset.statistics() == {"nodes": 3, "edges": 4}
    assert dataset.expected == {"nodes": 18772, "edges": 396160}


def test_communities_are_listed_once(tmp_path):
    dataset = SNAPDataset(write(tmp_path / "mine", "com-dblp.ungraph.txt", HEADER + "0\t1\n1\t2\n"), "com-DBLP")
    assert dataset[0].edge_index.tolist() == [[0, 1, 1, 2], [1, 0, 2, 1]]
    assert "node_id" not in dataset[0]
    assert dataset.card["edges"] == "2,099,732, in both directions"


@pytest.mark.parametrize("name", ["soc-ca-astroph", "CA-ASTROPH", "ca-AstroPh"])
def test_names_of_pyg(tmp_path, name):
    assert SNAPDataset(write(tmp_path / "mine", "ca-AstroPh.txt", "0 1\n"), name).name == "ca-AstroPh"


def test_a_download_is_counted(tmp_path, monkeypatch):
    text = HEADER + "0 1\n1 2\n"

    def fetch(url, folder, sha256, caller):
        assert (url, sha256) == ("https://snap.stanford.edu/data/ca-AstroPh.txt.gz", None)
        return write(folder, "ca-AstroPh.txt", text) / "ca-AstroPh.txt.gz"

    def make_folder_and_fetch(url, folder, sha256, caller):
        folder.parent.mkdir(parents=True, exist_ok=True)
        return fetch(url, folder, sha256, caller)

    monkeypatch.setattr("edgewise.datasets._public.fetch", make_folder_and_fetch)
    with pytest.raises(DataError, match=r"expected 18772 nodes in ca-AstroPh\.txt\.gz as published, got 3"):
        SNAPDataset(tmp_path, "ca-AstroPh")
    small = SnapFile("ca-AstroPh.txt.gz", "a test", 3, 2, "nobody")
    monkeypatch.setitem(snap_dataset.SNAP_FILES, "ca-AstroPh", small)
    assert torch.equal(SNAPDataset(tmp_path, "ca-AstroPh")[0].edge_index, torch.tensor([[0, 1], [1, 2]]))


@pytest.mark.parametrize(
    ("text", "error", "match"),
    [
        (HEADER, DataError, "expected edges, got none"),
        (HEADER + "0 1\n2\n", DataError, r"line 5 of .*ca-AstroPh\.txt\.gz"),
    ],
)
def test_broken_lists(tmp_path, text, error, match):
    with pytest.raises(error, match=match) as caught:
        SNAPDataset(write(tmp_path / "mine", "ca-AstroPh.txt", text), "ca-AstroPh")
    assert "\n" not in str(caught.value)


def test_truncated_list(tmp_path):
    path = write(tmp_path / "mine", "email-Enron.txt", HEADER + "0 1\n" * 100) / "email-Enron.txt.gz"
    path.write_bytes(path.read_bytes()[:-12])
    with pytest.raises(FileError, match="expected a whole text file"):
        SNAPDataset(path.parent, "email-Enron")


def test_unknown_names(tmp_path):
    with pytest.raises(ArgumentError) as caught:
        SNAPDataset(tmp_path, "email-Enrn")
    expected = "SNAPDataset: expected the name of an edge list, got 'email-Enrn'. Did you mean 'email-Enron'?"
    assert str(caught.value) == expected
    with pytest.raises(ArgumentError, match="Known: ca-AstroPh, ca-GrQc, com-amazon"):
        SNAPDataset(tmp_path, "zzz")
