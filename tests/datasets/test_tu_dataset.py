"""TUDataset against PyG on the same files, the published statistics, and files that are broken."""

import io
import zipfile
from contextlib import suppress

import pytest
import torch
import torch_geometric.datasets as pyg

from edgewise.datasets.tu_dataset import TUDataset
from edgewise.errors import ArgumentError, DataError, EdgewiseError, FileError
from edgewise.loader import DataLoader

# Graphs, nodes, directed edges, classes, node labels, node attributes, edge labels, as verified in the data's README.
STATISTICS = {
    "MUTAG": (188, 3371, 7442, [63, 125], 7, 0, 4),
    "PROTEINS": (1113, 43471, 162088, [663, 450], 3, 1, 0),
    "ENZYMES": (600, 19580, 74564, [100] * 6, 3, 18, 0),
    "IMDB-BINARY": (1000, 19773, 193062, [500, 500], 0, 0, 0),
}

# Two graphs of three and two nodes; a self loop, a duplicate edge, and labels that begin at 2.
FILES = {
    "A": "1, 2\n2, 1\n2, 3\n2, 3\n3, 3\n4, 5\n5, 4\n",
    "graph_indicator": "1\n1\n1\n2\n2\n",
    "graph_labels": "1\n-1\n",
    "node_labels": "2\n4\n2\n3\n2\n",
    "node_attributes": "0.5, 1\n1.5, 1\n2.5, 1\n3.5, 1\n4.5, 1\n",
    "edge_labels": "1\n1\n0\n0\n1\n1\n0\n",
    "edge_attributes": "1\n2\n3\n4\n5\n6\n7\n",
}


def unpack(folder, files, name="Tiny"):
    folder.mkdir(parents=True, exist_ok=True)
    for part, text in files.items():
        (folder / f"{name}_{part}.txt").write_text(text)


def pack(path, files, name="Tiny"):
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for part, text in files.items():
            archive.writestr(f"{name}//{name}_{part}.txt", text)


def same(ours, theirs):
    for name in ("x", "edge_index", "edge_attr", "y"):
        one, other = (data.to_dict().get(name) for data in (ours, theirs))
        other = None if other is not None and other.dim() == 2 and other.shape[1] == 0 else other  # as we say: none
        assert (one is None) == (other is None), name
        assert one is None or (one.dtype == other.dtype and torch.equal(one, other)), name
    assert ours.num_nodes == theirs.num_nodes


@pytest.mark.unhooked  # thousands of graphs: seconds, or many where every call is checked
@pytest.mark.parametrize("name", STATISTICS)
def test_published_statistics(name, data_root):
    dataset = TUDataset(data_root / "tudataset", name)
    graphs, nodes, edges, classes, labels, attributes, edge_labels = STATISTICS[name]
    batch = next(iter(DataLoader(dataset, batch_size=len(dataset))))
    assert (len(dataset), batch.num_nodes, batch.num_edges) == (graphs, nodes, edges)
    assert batch.y.bincount().tolist() == classes
    assert dataset.num_classes == len(classes)
    assert (dataset.num_node_labels, dataset.num_node_attributes) == (labels, attributes)
    assert (dataset.num_edge_labels, dataset.num_edge_attributes) == (edge_labels, 0)
    assert (dataset.num_features, dataset.num_edge_features) == (labels, edge_labels)
    assert batch.is_undirected()
    assert not batch.has_self_loops()
    assert dataset[0].validate() is not None
    assert dataset.card["graphs"] == str(graphs)
    assert f"{nodes / graphs:.2f} a graph" in dataset.card["nodes"]
    assert repr(dataset) == f"{name}({graphs})"
    assert not list((data_root / "tudataset").glob("**/*.safetensors"))


def test_mutag_as_pyg(data_root, tmp_path):
    with zipfile.ZipFile(data_root / "tudataset" / "MUTAG.zip") as archive:
        files = {n.rpartition("/")[2]: archive.read(n) for n in archive.namelist() if n.endswith(".txt")}
    (tmp_path / "MUTAG" / "raw").mkdir(parents=True)
    for name, content in files.items():
        (tmp_path / "MUTAG" / "raw" / name).write_bytes(content)
    theirs = pyg.TUDataset(str(tmp_path), "MUTAG")
    for ours in (TUDataset(data_root / "tudataset", "MUTAG"), TUDataset(tmp_path, "MUTAG")):
        assert len(ours) == len(theirs)
        for one, other in zip(ours, theirs, strict=True):
            same(one, other)


@pytest.mark.parametrize("without", [(), ("node_labels",), ("node_attributes", "edge_attributes"), ("edge_labels",)])
@pytest.mark.parametrize("attributes", [False, True])
def test_every_kind_of_feature_as_pyg(without, attributes, tmp_path):
    files = {part: text for part, text in FILES.items() if part not in without}
    unpack(tmp_path / "Tiny" / "raw", files)
    options = {"use_node_attr": attributes, "use_edge_attr": attributes}
    theirs = pyg.TUDataset(str(tmp_path), "Tiny", **options)
    ours = TUDataset(tmp_path, "Tiny", **options)
    assert len(ours) == 2
    for one, other in zip(ours, theirs, strict=True):
        same(one, other)
    for size in ("num_node_labels", "num_node_attributes", "num_edge_labels", "num_edge_attributes"):
        assert getattr(ours, size) == getattr(theirs, size)


@pytest.mark.parametrize(("text", "y"), [("0.5\n1.5\n", [0.5]), ("0.5, 1\n1.5, 2\n", [[0.5, 1.0]])])
def test_numbers_to_predict_as_pyg(text, y, tmp_path):
    unpack(tmp_path / "Tiny" / "raw", {**FILES, "graph_attributes": text})
    ours, theirs = TUDataset(tmp_path, "Tiny"), pyg.TUDataset(str(tmp_path), "Tiny")
    for one, other in zip(ours, theirs, strict=True):
        same(one, other)
    assert ours[0].y.tolist() == y
    assert ours.num_classes == 0
    assert ours.card["classes"] == "numbers to predict"


def test_zip_and_text_files_give_the_same(tmp_path, own_home):
    unpack(tmp_path / "text" / "raw", FILES)
    pack(tmp_path / "zip" / "Tiny.zip", FILES)
    text, packed = TUDataset(tmp_path / "text", "Tiny"), TUDataset(tmp_path / "zip", "Tiny")
    for one, other in zip(text, packed, strict=True):
        same(one, other)
    assert (tmp_path / "text" / "processed" / "graphs.safetensors").is_file()
    assert (own_home / "Tiny" / "processed" / "graphs.safetensors").is_file()
    assert [path.name for path in (tmp_path / "zip").iterdir()] == ["Tiny.zip"]


def test_kept_graphs_are_never_of_other_files_or_options(tmp_path):
    unpack(tmp_path / "raw", FILES)
    assert TUDataset(tmp_path, "Tiny").num_features == 3
    assert TUDataset(tmp_path, "Tiny", use_node_attr=True).num_features == 5
    (tmp_path / "raw" / "Tiny_node_labels.txt").write_text("2\n2\n2\n2\n2\n")
    assert TUDataset(tmp_path, "Tiny", use_node_attr=True).num_features == 3
    assert len(TUDataset(tmp_path, "Tiny", pre_filter=lambda data: data.num_nodes == 3)) == 1


def test_cleaned_graphs_are_not_the_others(tmp_path):
    unpack(tmp_path / "Tiny" / "raw", FILES)
    with pytest.raises(FileError, match=r"expected https://raw\.githubusercontent\.com/nd7141/.*/Tiny\.zip"):
        TUDataset(tmp_path, "Tiny", cleaned=True)
    pack(tmp_path / "Tiny" / "raw_cleaned" / "Tiny.zip", {**FILES, "graph_labels": "3\n3\n"})
    assert TUDataset(tmp_path, "Tiny", cleaned=True).num_classes == 1
    assert (tmp_path / "Tiny" / "processed_cleaned").is_dir()
    assert TUDataset(tmp_path, "Tiny").num_classes == 2


def test_download_goes_into_raw_without_a_checksum(tmp_path, monkeypatch):
    monkeypatch.delenv("EDGEWISE_OFFLINE")
    calls = []

    def retrieve(url, known_hash, fname, path):
        calls.append((url, known_hash))
        pack(path / fname, FILES)
        return str(path / fname)

    monkeypatch.setattr("pooch.retrieve", retrieve)
    assert len(TUDataset(tmp_path, "Tiny")) == 2
    assert len(TUDataset(tmp_path, "Tiny")) == 2
    assert calls == [("https://www.chrsmrrs.com/graphkerneldatasets/Tiny.zip", None)]
    assert (tmp_path / "Tiny" / "raw" / "Tiny.zip").is_file()
    assert TUDataset(tmp_path, "Tiny").checksums == {"Tiny.zip": None}


@pytest.mark.parametrize(
    ("part", "text", "error"),
    [
        ("A", "1, 2\n2\n", "got 1 columns after 2 in line 2"),
        ("A", "1, 2, 3\n", "expected 2 columns in .*, got 3"),
        ("A", "1, x\n", "got 'x' in line 1"),
        ("A", "1, 2\n1.5, 2\n", "expected whole numbers in .*, got 1.5 in row 2"),
        ("A", "1, 2\n1, 6\n", r"expected nodes in 1\.\.5 in .*, got 1, 6 in row 2"),
        ("A", "0, 1\n", r"expected nodes in 1\.\.5 in .*, got 0, 1 in row 1"),
        ("A", "1, 4\n", "expected edges within a graph in .*, got 1, 4 in row 1"),
        ("A", "1, nan\n", "expected whole numbers in .*, got nan in row 1"),
        ("graph_indicator", "1\n1\n2\n1\n2\n", "expected the nodes of graph after graph in .*, got 1 in row 4"),
        ("graph_indicator", "0\n1\n1\n2\n2\n", "expected graphs numbered from 1 in .*, got 0 in row 1"),
        ("graph_labels", "1\n", "expected 2 rows in .*, got 1"),
        ("graph_attributes", "1\n2\n3\n", "expected 2 rows in .*, got 3"),
        ("node_labels", "1\n2\n", "expected 5 rows in .*, got 2"),
        (
            "node_labels",
            "0\n1\n2\n3\n1000000000000\n",
            "labels less than 429496729 apart .*, got 1000000000000 in row 5",
        ),
        ("edge_labels", "1\n", "expected 7 rows in .*, got 1"),
        ("edge_attributes", "", "expected 7 rows in .*, got 0"),
    ],
)
def test_broken_rows_are_named(part, text, error, tmp_path):
    pack(tmp_path / "Tiny.zip", {**FILES, part: text})
    with pytest.raises(DataError, match=error) as caught:
        TUDataset(tmp_path, "Tiny")
    assert f"Tiny.zip (Tiny//Tiny_{part}.txt)" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_graph_left_out_needs_a_label(tmp_path):
    files = {**FILES, "graph_indicator": "1\n1\n1\n3\n3\n"}
    pack(tmp_path / "a" / "Tiny.zip", {**files, "graph_labels": "0\n1\n0\n"})
    assert [data.num_nodes for data in TUDataset(tmp_path / "a", "Tiny")] == [3, 0, 2]
    del files["graph_labels"]
    pack(tmp_path / "b" / "Tiny.zip", files)
    with pytest.raises(DataError, match=r"expected no graph left out in .*, got 3 in row 4"):
        TUDataset(tmp_path / "b", "Tiny")


def test_a_dataset_of_no_graphs(tmp_path):
    pack(tmp_path / "Tiny.zip", {"A": "", "graph_indicator": "", "graph_labels": ""})
    dataset = TUDataset(tmp_path, "Tiny")
    assert (len(dataset), dataset.num_features, dataset.num_classes) == (0, 0, 0)


def test_broken_archives_are_named(tmp_path):
    path = tmp_path / "Tiny.zip"
    pack(path, FILES)
    whole = path.read_bytes()
    for content in (whole[: len(whole) // 2], b"<html>404</html>", b"", whole.replace(b"1, 2\n", b"9, 9\n", 1)):
        path.write_bytes(content)
        with pytest.raises(FileError, match=r"expected a whole zip file, got .*Delete it and fetch it again"):
            TUDataset(tmp_path, "Tiny")
    pack(path, {"A": FILES["A"]})
    with pytest.raises(FileError, match=r"expected a file \*_graph_indicator\.txt, got A\."):
        TUDataset(tmp_path, "Tiny")
    pack(path, FILES, name="Other")
    with pytest.raises(FileError, match=r"expected Tiny_A\.txt and others in .*Tiny\.zip, got none of them"):
        TUDataset(tmp_path, "Tiny")


def test_mutated_archives_raise_errors_of_ours_or_load(tmp_path):
    path = tmp_path / "Tiny.zip"
    pack(path, FILES)
    whole, generator = path.read_bytes(), torch.Generator().manual_seed(0)
    loaded = 0
    for _ in range(60):
        content = bytearray(whole)
        for place in torch.randint(len(whole), (3,), generator=generator).tolist():
            content[place] = int(torch.randint(256, (1,), generator=generator))
        path.write_bytes(content)
        with suppress(EdgewiseError):
            loaded += len(TUDataset(tmp_path, "Tiny")) == 2
    assert 0 < loaded < 60


@pytest.mark.parametrize("name", ["", "../MUTAG", "a/b"])
def test_names_are_no_paths(name, tmp_path):
    with pytest.raises(ArgumentError, match="TUDataset: expected name to be one of the publisher's list"):
        TUDataset(tmp_path, name)


def test_a_member_outside_of_the_folder_is_not_unpacked(tmp_path):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for part, text in FILES.items():
            archive.writestr(f"../../Tiny_{part}.txt", text)
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "deep" / "er" / "Tiny.zip").write_bytes(buffer.getvalue())
    assert len(TUDataset(tmp_path / "deep" / "er", "Tiny")) == 2
    assert not list(tmp_path.glob("*.txt"))
