"""What someone is told whose dataset files are missing, broken or of something else."""

import pickle

import pytest
import torch

from edgewise.data import Data
from edgewise.datasets.drug_target import DrugTarget
from edgewise.datasets.molecule_net import MoleculeNet
from edgewise.datasets.social import FacebookPagePage, Twitch
from edgewise.datasets.text_graph import TextGraph
from edgewise.datasets.tu_dataset import TUDataset
from edgewise.errors import ArgumentError, DataError, FileError


@pytest.fixture(autouse=True)
def own_home(tmp_path, monkeypatch):
    monkeypatch.setenv("EDGEWISE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("EDGEWISE_OFFLINE", "1")


def one_atom(smiles):
    return Data(x=torch.ones(1, 1), edge_index=torch.zeros(2, 0, dtype=torch.long))


@pytest.mark.parametrize(
    ("build", "error", "text"),
    [
        (
            lambda root: TUDataset(root, "a/b"),
            ArgumentError,
            "TUDataset: expected name to be one of the publisher's list, got 'a/b'. Use one, as 'MUTAG'.",
        ),
        (
            lambda root: TUDataset(root, "MUTAG"),
            FileError,
            "TUDataset: expected https://www.chrsmrrs.com/graphkerneldatasets/MUTAG.zip, got none (EDGEWISE_OFFLINE is "
            "set). Put MUTAG.zip into {root}/MUTAG/raw by hand; karate needs no download.",
        ),
        (
            lambda root: MoleculeNet(root, "Tox12"),
            ArgumentError,
            "MoleculeNet: expected name to be one of ESOL, FreeSolv, Lipo, HIV, BACE, BBBP, Tox21, ToxCast, SIDER, "
            "ClinTox, MUV, PCBA, got 'Tox12'. Did you mean 'Tox21'?",
        ),
        (
            lambda root: DrugTarget(root, "Kibo"),
            ArgumentError,
            "DrugTarget: expected name to be one of Davis, KIBA, got 'Kibo'.",
        ),
        (
            lambda root: TextGraph(root, "R8", window_size=1),
            ArgumentError,
            "TextGraph: expected window_size of 2 or more, got 1. Use 20, as the paper does.",
        ),
        (
            lambda root: Twitch(root, "ENGB"),
            ArgumentError,
            "Twitch: expected name to be one of DE, EN, ES, FR, PT, RU, got 'ENGB'. Did you mean 'EN'?",
        ),
    ],
)
def test_names_and_missing_files(build, error, text, tmp_path):
    with pytest.raises(error) as caught:
        build(tmp_path)
    assert str(caught.value) == text.format(root=tmp_path)


TU = {"T_A.txt": "1,2\n", "T_graph_indicator.txt": "1\n1\n", "T_graph_labels.txt": "1\n"}
DAVIS = {
    "Y": pickle.dumps([1]),
    "ligands_can.txt": '{"d": "C"}',
    "proteins.txt": '{"p": "M"}',
    "train_fold_setting1.txt": "[[0]]",
    "test_fold_setting1.txt": "[]",
}
FACEBOOK = {
    "musae_facebook_edges.csv": "id_1,id_2\n0,0\n",
    "musae_facebook_features.json": "{}",
    "musae_facebook_target.csv": "id,page_type\n0,tvshow\n",
}


@pytest.mark.parametrize(
    ("build", "files", "error", "text"),
    [
        (
            lambda root: TUDataset(root, "T"),
            {**TU, "T_A.txt": "1,2\n1,3\n"},
            DataError,
            "TUDataset(T): expected nodes in 1..2 in {root}/T_A.txt, got 1, 3 in row 2. Repair it, or fetch it again.",
        ),
        (
            lambda root: TUDataset(root, "T"),
            {**TU, "T_graph_labels.txt": "1\n2\n"},
            DataError,
            "TUDataset(T): expected 1 rows in {root}/T_graph_labels.txt, got 2. Repair it, or fetch it again.",
        ),
        (
            lambda root: TUDataset(root, "T"),
            {"T.zip": ""},
            FileError,
            "TUDataset(T): expected a whole zip file, got {root}/T.zip (File is not a zip file). Delete it and "
            "fetch it again.",
        ),
        (
            lambda root: MoleculeNet(root, "FreeSolv", from_smiles=one_atom),
            {"SAMPL.csv": "smiles,expt\nC,1\nCC,?\n"},
            DataError,
            "MoleculeNet(FreeSolv): expected numbers in column 'expt' of {root}/SAMPL.csv, got '?' in row 2. Repair "
            "it, or fetch it again.",
        ),
        (
            lambda root: MoleculeNet(root, "SIDER", from_smiles=one_atom),
            {"sider.csv": "smiles\nC\n"},
            DataError,
            "MoleculeNet(SIDER): expected columns to predict in {root}/sider.csv, got smiles alone. Fetch it again.",
        ),
        (
            lambda root: DrugTarget(root, "Davis", from_smiles=one_atom),
            DAVIS,
            DataError,
            "DrugTarget(Davis): expected numbers [1, 1], drugs by proteins in {root}/Y, got list. Delete it and "
            "fetch it again.",
        ),
        (
            lambda root: DrugTarget(root, "Davis", from_smiles=one_atom),
            {**DAVIS, "Y": pickle.dumps(print)},
            FileError,
            "read: expected a whole file of plain data, got {root}/Y (it asks for builtins.print). Delete it and "
            "fetch it again.",
        ),
        (
            lambda root: TextGraph(root, "MR"),
            {"mr.txt": "0 train 1\n", "mr.clean.txt": "a\n"},
            DataError,
            "TextGraph: expected a number, train or test, and a label between tabs in {root}/mr.txt, got '0 train 1' "
            "in line 1. Delete it and fetch it again.",
        ),
        (
            FacebookPagePage,
            {**FACEBOOK, "musae_facebook_edges.csv": "id_1,id_2\n0,1\n"},
            DataError,
            "FacebookPagePage: expected nodes in 0..0 in {root}/musae_facebook_edges.csv, got 0, 1 in row 1. Repair "
            "it, or fetch it again.",
        ),
        (
            FacebookPagePage,
            {**FACEBOOK, "musae_facebook_target.csv": "id,page_type\n0,bar\n"},
            DataError,
            "FacebookPagePage: expected a label of company, government, politician, tvshow in "
            "{root}/musae_facebook_target.csv, got 'bar' in row 1. Repair it, or fetch it again.",
        ),
    ],
)
def test_broken_files(build, files, error, text, tmp_path):
    for name, content in files.items():
        (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(error) as caught:
        build(tmp_path)
    assert str(caught.value) == text.format(root=tmp_path)
