"""Knowledge graphs against PyG on small files of the published form, packed and not."""

import io
import tarfile

import pytest
import torch
import torch_geometric.datasets as pyg

from edgewise.datasets.knowledge_graphs import FB15k_237, WordNet18RR
from edgewise.errors import ArgumentError, FileError

FACTS = {
    "train.txt": "b\t_hypernym\ta\nc\t_hypernym\tb\na\t_also_see\tc\nb\t_hypernym\tc\n",
    "valid.txt": "c\t_also_see\td\n",
    "test.txt": "d\t_verb_group\ta\ne\t_hypernym\ta\n",
}


def unpacked(folder, facts=FACTS):
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in facts.items():
        (folder / name).write_text(text)
    return folder


def packed(folder, name, facts=FACTS):
    folder.mkdir(parents=True, exist_ok=True)
    with tarfile.open(folder / name, "w:gz") as archive:
        for member, text in facts.items():
            info = tarfile.TarInfo(f"a/{member}")
            info.size = len(text)
            archive.addfile(info, io.BytesIO(text.encode()))
    return folder


@pytest.mark.parametrize("split", ["train", "val", "test"])
def test_fb15k_as_pyg(tmp_path, split):
    unpacked(tmp_path / "pyg" / "raw")
    theirs = pyg.FB15k_237(str(tmp_path / "pyg"), split)[0]
    for folder in (packed(tmp_path / "packed", "FB15k-237.tar.gz"), unpacked(tmp_path / "plain")):
        ours = FB15k_237(folder, split)
        assert len(ours) == 1
        assert torch.equal(ours[0].edge_index, theirs.edge_index)
        assert torch.equal(ours[0].edge_type, theirs.edge_type)
        assert ours[0].num_nodes == theirs.num_nodes == 5
        assert (ours.num_relations, ours[0].relation_names) == (3, ["_hypernym", "_also_see", "_verb_group"])
        assert ours.statistics() == {"nodes": 5, "relations": 3, "train": 4, "val": 1, "test": 2}
        assert ours[0].validate().num_edges == theirs.num_edges


def test_wordnet_as_pyg(tmp_path):
    unpacked(tmp_path / "pyg" / "raw")
    theirs = pyg.WordNet18RR(str(tmp_path / "pyg"))[0]
    for folder in (packed(tmp_path / "packed", "WN18RR.tar.gz"), unpacked(tmp_path / "plain")):
        ours = WordNet18RR(folder)
        for name in ("edge_index", "edge_type", "train_mask", "val_mask", "test_mask"):
            assert torch.equal(ours[0][name], theirs[name]), name
        assert ours[0].num_nodes == theirs.num_nodes == 5
        assert ours.statistics() == {"nodes": 5, "relations": 3, "train": 4, "val": 1, "test": 2}


@pytest.mark.parametrize(
    ("facts", "text"),
    [
        ({**FACTS, "valid.txt": "c\t_also_see\n"}, "got 2 fields in row 1"),
        ({**FACTS, "train.txt": "c\t_also_see\td\nc d e\n"}, "got 1 fields in row 2"),
        ({"train.txt": FACTS["train.txt"]}, "expected a whole tar file with train.txt, valid.txt, test.txt"),
    ],
)
def test_broken_facts(tmp_path, facts, text):
    with pytest.raises(FileError, match=text):
        FB15k_237(packed(tmp_path, "FB15k-237.tar.gz", facts))


def test_unknown_relation_and_truncated_archive(tmp_path):
    with pytest.raises(FileError, match="expected relations of WordNet, got '_likes'"):
        WordNet18RR(unpacked(tmp_path / "a", {**FACTS, "test.txt": "a\t_likes\tb\n"}))
    archive = packed(tmp_path / "b", "WN18RR.tar.gz") / "WN18RR.tar.gz"
    archive.write_bytes(archive.read_bytes()[:60])
    with pytest.raises(FileError, match=r"expected a whole tar file .*WN18RR\.tar\.gz"):
        WordNet18RR(archive.parent)


def test_unknown_split(tmp_path):
    with pytest.raises(ArgumentError) as caught:
        FB15k_237(tmp_path, "tets")
    expected = "FB15k_237: expected split to be one of ('train', 'val', 'test'), got 'tets'. Did you mean 'test'?"
    assert str(caught.value) == expected


def test_empty_split(tmp_path):
    dataset = FB15k_237(unpacked(tmp_path, {**FACTS, "valid.txt": ""}), "val")
    assert (dataset[0].num_edges, dataset[0].edge_index.shape, dataset[0].num_nodes) == (0, (2, 0), 5)
