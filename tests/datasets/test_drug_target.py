"""DrugTarget: the published statistics, pairs put together, batches, splits, and files that are broken or hostile."""

import json
import pickle
import shutil

import numpy as np
import pytest
import torch

from edgewise.data import Batch, Data
from edgewise.datasets.drug_target import DrugTarget
from edgewise.errors import ArgumentError, DataError, EdgewiseError, FileError
from edgewise.loader import DataLoader

DRUGS = {"d1": "CCO", "d2": "CN"}
PROTEINS = {"p1": "ABC", "p2": "ZY" * 600, "p3": "M"}
KD = np.array([[10.0, 100.0, 1000.0], [1.0, 10000.0, 5.0]])
SCORES = np.array([[11.5, np.nan, 12.0], [np.nan, 10.0, 13.0]])


def letters(smiles):
    """A path of the letters, which needs no RDKit."""
    if "bad" in smiles:
        raise ValueError("no molecule")
    nodes = torch.arange(len(smiles) - 1)
    return Data(x=torch.ones(len(smiles), 1), edge_index=torch.stack([nodes, nodes + 1]), smiles=smiles)


def lay_out(folder, train=((0, 3), (1,)), test=(2,), values=KD, drugs=DRUGS, proteins=PROTEINS, folds="folds"):
    (folder / folds).mkdir(parents=True, exist_ok=True)
    (folder / "ligands_can.txt").write_text(json.dumps(drugs))
    (folder / "proteins.txt").write_text(json.dumps(proteins))
    (folder / "Y").write_bytes(as_python_2(values))
    (folder / folds / "train_fold_setting1.txt").write_text(json.dumps(train))
    (folder / folds / "test_fold_setting1.txt").write_text(json.dumps(test))
    return folder


def as_python_2(values):
    """With the name that numpy's module had then: the only one that is allowed."""
    return pickle.dumps(values, protocol=3).replace(b"numpy._core.multiarray", b"numpy.core.multiarray")


def load(root, name="Davis", **options):
    return DrugTarget(root, name, from_smiles=letters, **options)


def test_pairs_are_put_together(tmp_path):
    dataset = load(lay_out(tmp_path))
    assert (len(dataset), dataset.pairs.tolist()) == (6, [[0, 0], [0, 1], [0, 2], [1, 0], [1, 1], [1, 2]])
    torch.testing.assert_close(dataset.affinity, -torch.tensor(KD.reshape(-1) / 1e9).log10().float())
    pair = dataset[4]
    assert (pair.num_nodes, pair.smiles, pair.target.shape, pair.y.tolist()) == (2, "CN", (1, 1000), [5.0])
    assert pair.target[0].tolist() == [25, 24] * 500
    assert dataset[3].target[0, :5].tolist() == [1, 2, 3, 0, 0]
    assert (dataset.drugs, dataset.proteins) == (DRUGS, PROTEINS)
    assert len(dataset._graphs) == 2
    assert (dataset.num_classes, dataset.num_features, repr(dataset)) == (0, 1, "Davis(6)")
    assert [int(data.y) for data in dataset[torch.tensor([0, 3])]] == [8, 9]


def test_kiba_has_gaps(tmp_path):
    dataset = load(lay_out(tmp_path / "kiba", values=SCORES, train=[[0], [3]], test=[1, 2]), "kiba")
    assert dataset.pairs.tolist() == [[0, 0], [0, 2], [1, 1], [1, 2]]
    assert dataset.affinity.tolist() == [11.5, 12.0, 10.0, 13.0]
    assert dataset.statistics() == {"drugs": 2, "proteins": 3, "pairs": 4, "train": 2, "test": 2}
    assert dataset.card["targets"] == "KIBA score"


def test_splits(tmp_path):
    dataset = load(lay_out(tmp_path))
    for part, expected in (("train", [0, 3, 1]), ("test", [2]), (0, [0, 3]), (1, [1])):
        assert dataset.split(part).indices().tolist() == expected
        assert dataset[4:].split(part).indices().tolist() == expected
    for part in (2, -1, "val"):
        with pytest.raises(ArgumentError) as caught:
            dataset.split(part)
        expected = f"DrugTarget.split: expected 'train', 'test' or a fold in 0..1, got {part!r}. Use one."
        assert str(caught.value) == expected


def test_a_batch_is_the_pairs_joined(tmp_path):
    dataset = load(lay_out(tmp_path))
    part = dataset.split("train")
    batch = next(iter(DataLoader(part, batch_size=3, follow_batch=["y"])))
    one_by_one = Batch.from_data_list([dataset[i] for i in (0, 3, 1)], follow_batch=["y"])
    assert set(batch.keys()) == set(one_by_one.keys())
    for name in one_by_one.keys():  # noqa: SIM118 - not a dict
        one, other = batch[name], one_by_one[name]
        assert torch.equal(one, other) if isinstance(one, torch.Tensor) else one == other, name
    assert torch.equal(batch[1].target, dataset[3].target)
    chosen = dataset.__getitems__([5, 0, 1])
    assert [int(data.num_nodes) for data in chosen] == [2, 3, 3]
    assert len(chosen[1:]) == 2
    assert "target" not in Batch.from_data_list(chosen, exclude_keys=["target"])


def test_transforms(tmp_path):
    def twice(data):
        data.y = data.y * 2
        return data

    def marked(data):
        data.marked = 1
        return data

    plain = load(lay_out(tmp_path))
    dataset = load(tmp_path, transform=twice, pre_transform=marked)
    assert torch.equal(dataset[1].y, plain[1].y * 2)
    assert torch.equal(plain[1].y, plain.affinity[1:2])  # what a transform sets is not the dataset's own
    assert dataset[1].marked == 1
    batch = next(iter(DataLoader(dataset, batch_size=6)))
    torch.testing.assert_close(batch.y, plain.affinity * 2)


def test_molecules_are_kept(tmp_path, own_home):
    lay_out(tmp_path / "davis" / "raw", folds=".")
    first = load(tmp_path)
    (again,) = [DrugTarget(tmp_path, "davis", from_smiles=letters)]
    assert torch.equal(first[5].x, again[5].x)
    assert (tmp_path / "davis" / "processed" / "graphs.safetensors").is_file()
    assert not own_home.exists()


@pytest.mark.unhooked
def test_published_statistics(data_root):
    pytest.importorskip("rdkit")
    for root in (data_root, data_root / "davis"):
        dataset = DrugTarget(root, "Davis")
        assert dataset.statistics() == {"drugs": 68, "proteins": 442, "pairs": 30056, "train": 25046, "test": 5010}
    assert [len(dataset.split(fold)) for fold in range(5)] == [5010, 5009, 5009, 5009, 5009]
    drawn = torch.cat([dataset.split("train").indices(), dataset.split("test").indices()]).sort().values
    assert torch.equal(drawn, torch.arange(30056))
    lengths = [len(acids) for acids in dataset.proteins.values()]
    assert (min(lengths), max(lengths)) == (244, 2549)
    assert (float(dataset.affinity.min()), dataset[0].target.shape) == (5.0, (1, 1000))
    assert dataset.counted(dataset._graphs) == dict(dataset.expected)
    assert dataset.card["graphs"] == "30,056 pairs of 68 drugs and 442 proteins"
    sums = dict(line.split()[::-1] for line in (data_root / "SHA256SUMS").read_text().splitlines())
    assert dataset.checksums == {name: sums[f"davis/{name}"] for name in dataset.checksums}
    assert not list((data_root / "davis").glob("**/*.safetensors"))


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"drugs": {"d1": "bad", "d2": "C"}}, "expected molecules in .*ligands_can.txt, got 'bad' for d1"),
        ({"drugs": ["C"]}, "expected a JSON object of strings in .*ligands_can.txt, got list"),
        ({"drugs": {}}, "expected a JSON object of strings in .*ligands_can.txt, got dict"),
        ({"drugs": {"d1": "C"}}, r"expected numbers \[1, 3\], drugs by proteins in .*Y, got float64 \[2, 3\]"),
        ({"proteins": {**PROTEINS, "p3": "MJ"}}, "expected amino acids ABC.*, got 'J' in p3"),
        ({"values": -KD}, "expected constants above 0 in .*Y, got -10"),
        ({"values": KD * np.inf}, "expected finite numbers in .*Y, got inf"),
        ({"values": KD.astype(int)}, "expected numbers .* in .*Y, got int64"),
        ({"test": [6]}, r"expected pairs in 0\.\.5 in .*test_fold_setting1.txt, got 6"),
        ({"test": [True]}, r"expected numbers of pairs in .*test_fold_setting1.txt, got \[True\]"),
        ({"train": [1, 2]}, "expected lists of pairs in .*train_fold_setting1.txt, got list"),
        ({"train": [[0], [2]]}, "expected every pair in one fold or the test in .*, got pair 2 twice"),
    ],
)
def test_broken_files_are_named(changed, error, tmp_path):
    with pytest.raises(DataError, match=error) as caught:
        load(lay_out(tmp_path, **changed))
    assert "\n" not in str(caught.value)


class Hostile:
    def __reduce__(self):
        return (print, ("it ran",))


def test_hostile_and_truncated_pickles(tmp_path, capsys):
    lay_out(tmp_path)
    (tmp_path / "Y").write_bytes(pickle.dumps(Hostile()))
    with pytest.raises(
        FileError, match=r"expected a whole file of plain data, got .*Y \(it asks for builtins\.print\)"
    ):
        load(tmp_path)
    assert capsys.readouterr().out == ""
    for content in (as_python_2(KD)[:100], b"", as_python_2({"a": [1]})):
        (tmp_path / "Y").write_bytes(content)
        with pytest.raises(EdgewiseError, match="Y"):
            load(tmp_path)
    shutil.copy(tmp_path / "Y", tmp_path / "proteins.txt")
    with pytest.raises(FileError, match=r"expected a whole JSON file, got .*proteins\.txt"):
        load(tmp_path)


def test_missing_files_and_wrong_names(tmp_path):
    with pytest.raises(FileError, match=r"DrugTarget: expected https://raw\.githubusercontent\.com/hkmztrk/.*/kiba/Y"):
        load(tmp_path, "KIBA")
    with pytest.raises(ArgumentError) as caught:
        load(tmp_path, "Davies")
    assert (
        str(caught.value) == "DrugTarget: expected name to be one of Davis, KIBA, got 'Davies'. Did you mean 'Davis'?"
    )


def test_downloads_are_checked(tmp_path, monkeypatch):
    monkeypatch.delenv("EDGEWISE_OFFLINE")
    calls = []
    source = lay_out(tmp_path / "source", folds=".", values=SCORES, train=[[0], [3]], test=[1, 2])

    def retrieve(url, known_hash, fname, path):
        calls.append((url, known_hash))
        shutil.copy(source / fname, path)
        return str(path / fname)

    monkeypatch.setattr("pooch.retrieve", retrieve)
    with pytest.raises(DataError, match=r"expected 2111 drugs in Y, ligands_can\.txt, .* as published, got 2"):
        load(tmp_path, "KIBA")
    assert not any((tmp_path / "kiba" / "raw").iterdir())
    address = "https://raw.githubusercontent.com/hkmztrk/DeepDTA/master/data/kiba"
    assert calls[0] == (f"{address}/Y", None)
    assert calls[-1] == (f"{address}/folds/test_fold_setting1.txt", None)
