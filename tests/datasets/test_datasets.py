"""Named datasets against PyG on the same files, and what happens when files are missing, broken or hostile."""

import pickle
import shutil

import pytest
import torch
import torch_geometric.datasets as pyg
import torch_geometric.transforms as pyg_transforms

from edgewise.data import Data, InMemoryDataset
from edgewise.datasets import NAMES, KarateClub, Planetoid, load
from edgewise.datasets._pickles import read_pickle
from edgewise.errors import ArgumentError, DTypeError, EdgewiseError, FileError
from edgewise.transforms import Compose, NormalizeFeatures

# The statistics verified in the data's own README.
STATISTICS = {
    "Cora": (2708, 2 * 5278, 1433, 7, 140),
    "CiteSeer": (3327, 2 * 4552, 3703, 6, 120),
    "PubMed": (19717, 2 * 44324, 500, 3, 60),
}


@pytest.fixture(autouse=True)
def own_home(tmp_path, monkeypatch):
    monkeypatch.setenv("EDGEWISE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("EDGEWISE_OFFLINE", "1")


def test_karate_club_as_pyg():
    ours, theirs = KarateClub(), pyg.KarateClub()
    assert (len(ours), ours.num_features, ours.num_classes, repr(ours)) == (1, 34, 4, "KarateClub()")
    for name in ("x", "edge_index", "y", "train_mask"):
        assert torch.equal(ours[0][name], theirs[0][name])


@pytest.mark.parametrize("name", STATISTICS)
def test_planetoid_as_pyg(name, data_root, tmp_path):
    raw = tmp_path / name / "raw"
    raw.mkdir(parents=True)
    for path in (data_root / "planetoid").glob(f"ind.{name.lower()}.*"):
        shutil.copy(path, raw)
    theirs = pyg.Planetoid(str(tmp_path), name)[0]
    dataset = Planetoid(data_root / "planetoid", name)
    data = dataset[0]
    for attribute in ("x", "edge_index", "y", "train_mask", "val_mask", "test_mask"):
        assert torch.equal(data[attribute], theirs[attribute]), attribute
    counts = (data.num_nodes, data.num_edges, data.num_features, dataset.num_classes, int(data.train_mask.sum()))
    assert counts == STATISTICS[name]
    assert (int(data.val_mask.sum()), int(data.test_mask.sum())) == (500, 1000)
    assert len(dataset.class_names) == dataset.num_classes
    assert dataset.card["nodes"] == f"{data.num_nodes} papers"
    assert data.validate() is data

    again = Planetoid(data_root / "planetoid", name)  # from the processed file
    assert torch.equal(again[0].x, data.x)
    assert not list((data_root / "planetoid").glob("**/*.safetensors"))  # nothing beside a user's own files


def test_splits(data_root):
    root = data_root / "planetoid"
    full = Planetoid(root, "cora", split="full")[0]
    assert int(full.train_mask.sum()) == 2708 - 1500
    torch.manual_seed(0)
    data = Planetoid(root, "cora", split="random", num_train_per_class=3, num_val=10, num_test=20)[0]
    assert [int(data[name].sum()) for name in ("train_mask", "val_mask", "test_mask")] == [21, 10, 20]
    assert data.y[data.train_mask].bincount().tolist() == [3] * 7
    assert not (data.train_mask & data.val_mask).any()
    torch.manual_seed(0)
    theirs = Planetoid(root, "cora", split="random", num_train_per_class=3, num_val=10, num_test=20)[0]
    assert torch.equal(data.test_mask, theirs.test_mask)


def test_broken_files_are_named(data_root, tmp_path):
    for path in (data_root / "planetoid").glob("ind.cora.*"):
        shutil.copy(path, tmp_path)
    (tmp_path / "ind.cora.allx").chmod(0o644)
    for name, spoil in (
        ("ind.cora.allx", lambda path: path.write_bytes(path.read_bytes()[:1000])),
        ("ind.cora.test.index", lambda path: path.write_text("1\nx\n")),
        ("ind.cora.ty", lambda path: shutil.copyfile(tmp_path / "ind.cora.y", path)),
    ):
        kept = (tmp_path / name).read_bytes()
        (tmp_path / name).chmod(0o644)
        spoil(tmp_path / name)
        with pytest.raises(FileError, match="Delete") as caught:
            Planetoid(tmp_path, "cora")
        assert "\n" not in str(caught.value)
        assert not list((tmp_path / "home").glob("**/*.safetensors"))
        (tmp_path / name).write_bytes(kept)


def test_offline_says_what_from_where_and_where_to(tmp_path):
    with pytest.raises(FileError) as caught:
        Planetoid(tmp_path / "data", "Cora")
    text = str(caught.value)
    assert text.startswith(
        "Planetoid(cora): expected https://github.com/kimiyoung/planetoid/raw/master/data/ind.cora.x, "
    )
    assert f"Put ind.cora.x into {tmp_path}/data/Cora/raw by hand; karate needs no download." in text
    assert not (tmp_path / "data").exists()


def test_download_is_checked(tmp_path, monkeypatch):
    monkeypatch.delenv("EDGEWISE_OFFLINE")

    def retrieve(url, known_hash, fname, path):
        raise ValueError(f"SHA256 hash of downloaded file ({fname}) does not match the known hash: {known_hash}")

    monkeypatch.setattr("pooch.retrieve", retrieve)
    with pytest.raises(FileError, match=r"expected https://.*ind\.cora\.x, got none \(SHA256 hash of downloaded file"):
        Planetoid(tmp_path, "Cora")


class Hostile:
    def __reduce__(self):
        return (print, ("it ran",))


def test_hostile_pickles_do_not_run(tmp_path, capsys):
    path = tmp_path / "ind.cora.x"
    path.write_bytes(pickle.dumps(Hostile()))
    with pytest.raises(FileError, match=r"it asks for builtins\.print"):
        read_pickle(path)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("build", "text"),
    [
        (lambda: load("coar"), "load: expected the name of a dataset, got 'coar'. Did you mean 'cora'?"),
        (
            lambda: load("xyz"),
            "load: expected the name of a dataset, got 'xyz'. See them all: edgewise data list.",
        ),
        (
            lambda: Planetoid(None, "Core"),
            "Planetoid: expected name to be one of Cora, CiteSeer, PubMed, got 'Core'. Did you mean 'Cora'?",
        ),
        (
            lambda: Planetoid(None, "Cora", split="geom-gcn"),
            "Planetoid: expected split to be one of ('public', 'full', 'random'), got 'geom-gcn'. Choose one of these.",
        ),
    ],
)
def test_unknown_names(build, text):
    with pytest.raises(ArgumentError) as caught:
        build()
    assert str(caught.value) == text


def test_registry_loads_by_name(data_root):
    assert not NAMES["karate"].needs_download
    assert load("karate", transform=NormalizeFeatures())[0].num_nodes == 34
    assert load("cora", data_root / "planetoid").num_classes == 7


class Numbers(InMemoryDataset):
    processed = 0

    @property
    def raw_file_names(self):
        return ["numbers.txt"]

    def process(self):
        type(self).processed += 1
        return [
            Data(x=torch.full((int(n), 2), 1.0), y=torch.tensor([int(n) % 3]), name=n)
            for n in self.raw_paths[0].read_text().split()
        ]


def test_in_memory_dataset_is_never_stale(tmp_path):
    (tmp_path / "raw").mkdir()
    numbers = tmp_path / "raw" / "numbers.txt"
    numbers.write_text("1 2 3")
    Numbers.processed = 0
    assert len(Numbers(tmp_path)) == len(Numbers(tmp_path)) == 3
    assert Numbers.processed == 1
    numbers.write_text("4 5")
    assert [data.num_nodes for data in Numbers(tmp_path)] == [4, 5]
    assert Numbers(tmp_path, pre_filter=lambda data: data.num_nodes > 4)[0].name == "5"
    stored = tmp_path / "processed" / "graphs.safetensors"
    stored.write_bytes(stored.read_bytes()[:50])
    assert len(Numbers(tmp_path)) == 2
    assert len(Numbers(tmp_path, force_reload=True)) == 2
    assert [path.name for path in (tmp_path / "processed").iterdir()] == ["graphs.safetensors"]


def test_in_memory_dataset_indexing(tmp_path):
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "numbers.txt").write_text("1 2 3 4")
    dataset = Numbers(tmp_path)
    for index in (slice(1, 3), [1, 2], torch.tensor([1, 2]), torch.tensor([False, True, True, False]), range(1, 3)):
        assert [data.name for data in dataset[index]] == ["2", "3"]
    assert (dataset[-1].name, dataset.num_classes, dataset.num_features, repr(dataset)) == ("4", 3, 2, "Numbers(4)")
    with pytest.raises(DTypeError, match="expected an integer, slice, list or tensor, got str"):
        dataset["x"]
    with pytest.raises(EdgewiseError, match=r"expected the file .*numbers\.txt, got none"):
        Numbers(tmp_path / "elsewhere")


def test_normalize_features_as_pyg():
    x = torch.tensor([[1.0, 3.0], [0.0, 0.0], [0.2, 0.3], [-1.0, 2.0]])
    ours, theirs = Data(x=x), pyg.KarateClub()[0]
    theirs.x = x
    out = Compose([NormalizeFeatures()])(ours)
    torch.testing.assert_close(out.x, pyg_transforms.NormalizeFeatures()(theirs).x)
    assert ours.x is x
    assert repr(NormalizeFeatures()) == "NormalizeFeatures()"
