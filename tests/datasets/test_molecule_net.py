"""MoleculeNet against PyG and the published statistics, what is left out, and files that are broken."""

import gzip

import pytest
import torch
import torch_geometric.datasets as pyg

from edgewise.data import Data
from edgewise.datasets.molecule_net import _SOURCES, MoleculeNet, _measurements
from edgewise.errors import ArgumentError, DataError, FileError

# Molecules that parse, rows of the file, tasks, and known labels, as verified in the data's README.
STATISTICS = {
    "ESOL": (1128, 1128, 1, 1128),
    "FreeSolv": (642, 642, 1, 642),
    "BBBP": (2039, 2050, 1, 2039),
    "Tox21": (7823, 7831, 12, None),
    "ClinTox": (1480, 1484, 2, 2960),
}
ATOMS_AND_BONDS = {"ESOL": (14991, 15428)}
NO_BONDS = {"ESOL": 1, "FreeSolv": 3, "Tox21": 19}
TOX21 = "NR-AR,SR-p53,mol_id,smiles\n0,,TOX1,CC\n,1,TOX2,bad\n1,0,TOX3,C\n,,TOX4,\n"


def letters(smiles):
    """A path of the letters, which needs no RDKit."""
    if "bad" in smiles:
        raise ValueError("no molecule")
    nodes = torch.arange(max(len(smiles) - 1, 0))
    return Data(x=torch.ones(len(smiles), 1), edge_index=torch.stack([nodes, nodes + 1]))


def other_letters(smiles):
    data = letters(smiles)
    data.x = data.x * 2
    return data


def counted(smiles):
    """A graph of as many atoms and bonds as the molecule has: thousands of them in a second."""
    from rdkit import Chem

    molecule = Chem.MolFromSmiles(smiles)
    if molecule is None:
        raise ValueError("no molecule")
    bonds = torch.zeros(2, 2 * molecule.GetNumBonds(), dtype=torch.long)
    return Data(torch.zeros(molecule.GetNumAtoms(), 9), bonds, torch.zeros(bonds.shape[1], 3))


@pytest.mark.unhooked  # 13,000 molecules: seconds, or a minute where every call is checked
@pytest.mark.parametrize("name", STATISTICS)
def test_published_statistics(name, data_root):
    pytest.importorskip("rdkit.RDLogger").DisableLog("rdApp.*")
    made_by = None if name == "FreeSolv" else counted
    dataset = MoleculeNet(data_root / "molecules", name, from_smiles=made_by)
    graphs = list(dataset)
    molecules, rows, tasks, known = STATISTICS[name]
    assert (len(graphs), len(graphs) + len(dataset.skipped)) == (molecules, rows)
    y = torch.cat([data.y for data in graphs])
    assert y.shape == (molecules, tasks) == (molecules, len(dataset.tasks))
    assert known is None or int((~y.isnan()).sum()) == known
    assert (dataset.num_features, dataset.num_edge_features, dataset.num_classes) == (9, 3, 0)
    counts = [(data.num_nodes, data.num_edges // 2) for data in graphs]
    assert name not in NO_BONDS or sum(bonds == 0 for _, bonds in counts) == NO_BONDS[name]
    if name in ATOMS_AND_BONDS:
        assert tuple(map(sum, zip(*counts, strict=True))) == ATOMS_AND_BONDS[name]
        assert dataset.card["nodes"] == f"{ATOMS_AND_BONDS[name][0]} atoms"
    assert dataset.checksums == {dataset.raw_paths[0].name: sha256_of(data_root) if name == "ESOL" else None}
    if name == "BBBP":
        kept = MoleculeNet(data_root / "molecules", name, from_smiles=made_by)
        assert kept.skipped == dataset.skipped  # found anew where graphs were stored
    assert not list((data_root / "molecules").glob("**/*.safetensors"))


@pytest.mark.parametrize(
    ("name", "rows", "tasks", "known", "positive"),
    [("Tox21", 7831, 12, 77946, None), ("HIV", 41127, 1, 41127, 1443), ("BBBP", 2050, 1, 2050, 1567)],
)
def test_published_rows(name, rows, tasks, known, positive, data_root):
    source = _SOURCES[name.lower()]
    molecules, targets = _measurements(data_root / "molecules" / source.file, source)
    y = torch.tensor(list(targets.values()))
    assert (len(molecules), len(targets), int((~y.isnan()).sum())) == (rows, tasks, known)
    assert source.rows == rows
    assert positive is None or int(y.nansum()) == positive


def test_molecules_that_are_none(data_root, tmp_path):
    pytest.importorskip("rdkit")
    lines = (data_root / "molecules" / "BBBP.csv").read_text().splitlines(keepends=True)
    (tmp_path / "BBBP.csv").write_text("".join(lines[:65]))
    first, again = MoleculeNet(tmp_path, "bbbp"), MoleculeNet(tmp_path, "BBBP")
    assert (len(first), first.skipped) == (62, again.skipped)
    assert first.skipped[0] == (60, "O=N([O-])C1=C(CN=C1NCCSCc2ncccc2)Cc3ccccc3")


def test_esol_as_pyg(data_root, tmp_path):
    pytest.importorskip("rdkit")
    (tmp_path / "esol" / "raw").mkdir(parents=True)
    lines = (data_root / "molecules" / "delaney-processed.csv").read_text().splitlines(keepends=True)
    (tmp_path / "esol" / "raw" / "delaney-processed.csv").write_text("".join(lines[:120]))
    theirs, ours = pyg.MoleculeNet(str(tmp_path), "ESOL"), MoleculeNet(tmp_path, "ESOL")
    assert len(ours) == len(theirs) == 119
    for one, other in zip(ours, theirs, strict=True):
        for name in ("x", "edge_index", "edge_attr", "y"):
            assert one[name].dtype == other[name].dtype
            assert torch.equal(one[name], other[name]), name
        assert one.smiles == other.smiles.strip()


@pytest.mark.parametrize("layout", ["tox21.csv", "tox21.csv.gz", "tox21/raw/tox21.csv", "Tox21/tox21.csv.gz"])
def test_missing_labels_and_molecules(layout, tmp_path):
    path = tmp_path / layout
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(TOX21.encode()) if path.suffix == ".gz" else TOX21.encode())
    for dataset in (MoleculeNet(tmp_path, "tox21", from_smiles=letters) for _ in range(2)):
        assert [data.smiles for data in dataset] == ["CC", "C"]
        assert dataset.skipped == [(2, "bad"), (4, "")]
        assert dataset.tasks == ["NR-AR", "SR-p53"]
        torch.testing.assert_close(
            torch.cat([data.y for data in dataset]), torch.tensor([[0.0, torch.nan], [1.0, 0.0]]), equal_nan=True
        )
        assert dataset[0].y.shape == (1, 2)
        assert repr(dataset) == "Tox21(2)"


def test_another_from_smiles_makes_other_graphs(tmp_path):
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "tox21.csv").write_text(TOX21)
    assert float(MoleculeNet(tmp_path, "Tox21", from_smiles=letters)[0].x.sum()) == 2
    assert float(MoleculeNet(tmp_path, "Tox21", from_smiles=other_letters)[0].x.sum()) == 4
    few = MoleculeNet(tmp_path, "Tox21", from_smiles=letters, pre_filter=lambda data: data.num_nodes == 1)
    assert ([data.smiles for data in few], few.skipped) == (["C"], [(2, "bad"), (4, "")])


def test_target_columns_of_every_name(tmp_path):
    headers = {
        "delaney-processed.csv": ("ESOL", "Compound ID,measured log solubility in mols per litre,smiles"),
        "SAMPL.csv": ("FreeSolv", "iupac,smiles,expt,calc"),
        "Lipophilicity.csv": ("Lipophilicity", "CMPD_CHEMBLID,exp,smiles"),
        "HIV.csv": ("HIV", "smiles,activity,HIV_active"),
        "bace.csv": ("BACE", "mol,CID,Class"),
        "BBBP.csv": ("BBBP", "num,name,p_np,smiles"),
        "clintox.csv": ("ClinTox", "smiles,FDA_APPROVED,CT_TOX"),
        "sider.csv": ("SIDER", "smiles,Eye disorders,Ear disorders"),
    }
    for file, (name, header) in headers.items():
        cells = {"smiles": "CC", "mol": "CC", "iupac": '"a,b"', "activity": "CI", "name": "x", "CMPD_CHEMBLID": "y"}
        (tmp_path / file).write_text(
            f"{header}\n" + ",".join(cells.get(cell, "1") for cell in header.split(",")) + "\n"
        )
        dataset = MoleculeNet(tmp_path, name, from_smiles=letters)
        assert (dataset[0].smiles, dataset[0].y.unique().tolist()) == ("CC", [1.0])
        assert dataset[0].y.shape == (1, 2 if name in ("ClinTox", "SIDER") else 1)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("smiles,expt\nCC,-1\nC\n", "expected 2 columns in .*, got 1 in line 3"),
        ("smiles,expt\nCC,-1\n\nC,high\n", "expected numbers in column 'expt' of .*, got 'high' in row 2"),
        ("smiles,expt\nCC,inf\n", "expected numbers in column 'expt' of .*, got 'inf' in row 1"),
        ("smiles,calc\nCC,1\n", "expected the column 'expt' in .*, got smiles, calc"),
        ('smiles,expt\n"CC"C,1\n', "expected a CSV file in .*, got .* in line 2"),
        ("<html>\n", "expected the column 'smiles' in .*, got <html>"),
    ],
)
def test_broken_rows_are_named(text, error, tmp_path):
    (tmp_path / "SAMPL.csv").write_text(text)
    with pytest.raises(DataError, match=error) as caught:
        MoleculeNet(tmp_path, "FreeSolv", from_smiles=letters)
    assert "SAMPL.csv" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_broken_files_are_named(tmp_path):
    (tmp_path / "tox21.csv.gz").write_bytes(gzip.compress(TOX21.encode() * 50)[:60])
    with pytest.raises(FileError, match=r"expected a whole text file, got .*tox21\.csv\.gz"):
        MoleculeNet(tmp_path, "Tox21", from_smiles=letters)
    (tmp_path / "tox21.csv.gz").write_bytes(gzip.compress(b"smiles\nCC\n"))
    with pytest.raises(DataError, match=r"expected columns to predict in .*, got smiles alone"):
        MoleculeNet(tmp_path, "Tox21", from_smiles=letters)
    (tmp_path / "SAMPL.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(FileError, match="codec can't decode"):
        MoleculeNet(tmp_path, "FreeSolv", from_smiles=letters)


def test_downloads_are_checked(data_root, tmp_path, monkeypatch):
    monkeypatch.delenv("EDGEWISE_OFFLINE")
    calls = []

    def retrieve(url, known_hash, fname, path):
        calls.append((url, known_hash))
        (path / fname).write_text("smiles,expt\nCC,-1\n")
        return str(path / fname)

    monkeypatch.setattr("pooch.retrieve", retrieve)
    with pytest.raises(DataError, match=r"expected 642 rows in SAMPL\.csv as published, got 1\."):
        MoleculeNet(tmp_path, "FreeSolv", from_smiles=letters)
    assert not (tmp_path / "freesolv" / "raw" / "SAMPL.csv").exists()
    with pytest.raises(DataError):
        MoleculeNet(tmp_path, "ESOL", from_smiles=letters)
    address = "https://deepchemdata.s3-us-west-1.amazonaws.com/datasets/"
    assert calls[0] == (f"{address}SAMPL.csv", None)
    assert calls[1] == (f"{address}delaney-processed.csv", f"sha256:{sha256_of(data_root)}")


def sha256_of(data_root):
    sums = dict(line.split()[::-1] for line in (data_root / "SHA256SUMS").read_text().splitlines())
    return sums["molecules/delaney-processed.csv"]


def test_missing_files_and_wrong_names(tmp_path):
    with pytest.raises(FileError, match=r"MoleculeNet: expected https://deepchemdata\..*/datasets/tox21\.csv\.gz"):
        MoleculeNet(tmp_path, "Tox21", from_smiles=letters)
    with pytest.raises(ArgumentError) as caught:
        MoleculeNet(tmp_path, "ESL")
    known = "ESOL, FreeSolv, Lipo, HIV, BACE, BBBP, Tox21, ToxCast, SIDER, ClinTox, MUV, PCBA"
    assert str(caught.value) == f"MoleculeNet: expected name to be one of {known}, got 'ESL'. Did you mean 'ESOL'?"
