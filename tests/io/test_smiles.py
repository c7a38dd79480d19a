"""Molecules from and to SMILES: the codes of PyG, number by number, on the molecules of MoleculeNet."""

import csv
import gzip
import random
import warnings

import pytest
import torch

Chem = pytest.importorskip("rdkit.Chem")
import torch_geometric.utils as pyg  # noqa: E402
import torch_geometric.utils.smiles as pyg_smiles  # noqa: E402
from rdkit import RDLogger, rdBase  # noqa: E402

from edgewise.data import Batch, Data, PackedDataset  # noqa: E402
from edgewise.errors import DataError, EdgewiseWarning  # noqa: E402
from edgewise.io import _molecule_codes as codes  # noqa: E402
from edgewise.io.smiles import (  # noqa: E402
    ATOM_COLUMNS,
    BOND_COLUMNS,
    from_rdmol,
    from_smiles,
    from_smiles_list,
    to_rdmol,
    to_smiles,
)

FILES = ["BBBP.csv", "HIV.csv", "SAMPL.csv", "clintox.csv.gz", "delaney-processed.csv", "tox21.csv.gz"]
SPECIAL = [
    "C",  # no bond
    "[Na+].[Cl-]",
    "[H][H]",
    "[CH3]",  # a radical
    "*C",
    "C[C@H](F)Cl",
    "N[C@@H](C)C(=O)O",
    "C/C=C/C",
    "F/C=C\\F",
    "c1ccccc1",
    "c1cc[nH]c1",
    "[O-][N+](=O)c1ccccc1",
    "CS(=O)(=O)C",
    "FS(F)(F)(F)(F)F",
    "[Fe+2]",
    "[U]",
    "C#N",
    "C[N+](C)(C)C",
    "[NH4+]",
    "O=C1OC(=O)C=C1",
    "N->[Pt](Cl)Cl",
    "F[P@](Cl)Br",
]
PARTS = ("x", "edge_index", "edge_attr")


@pytest.fixture(scope="module")
def drawn(data_root):
    """Some molecules of each file that RDKit takes for molecules."""
    out = []
    for name in FILES:
        content = (data_root / "molecules" / name).read_bytes()
        text = (gzip.decompress(content) if name.endswith(".gz") else content).decode()
        rows = [row["smiles"] for row in csv.DictReader(text.splitlines())]
        out += random.Random(0).sample(rows, 45)
    with rdBase.BlockLogs():
        return [smiles for smiles in out if Chem.MolFromSmiles(smiles) is not None]


def assert_as_pyg(smiles, **options):
    ours, theirs = from_smiles(smiles, **options), pyg.from_smiles(smiles, **options)
    assert sorted(ours.keys()) == sorted(theirs.keys())
    assert ours.smiles == theirs.smiles
    for part in PARTS:
        assert ours[part].dtype == theirs[part].dtype == torch.int64
        assert torch.equal(ours[part], theirs[part]), (smiles, part)


@pytest.mark.parametrize("options", [{}, {"with_hydrogen": True}, {"kekulize": True}])
def test_codes_as_pyg(drawn, options):
    assert len(drawn) > 260
    for smiles in [*SPECIAL, *drawn]:
        assert_as_pyg(smiles, **options)
    chiral, charged, aromatic, single = (
        sum(bool((graph.x[:, column] != value).any()) for graph in map(from_smiles, drawn))
        for column, value in ((1, 0), (3, 5), (7, 0), (2, -1))
    )
    assert min(chiral, charged, aromatic, single) > 15


def test_names_are_the_codes_of_pyg():
    names = codes.Names()
    for own, theirs in (
        (names.chirality, pyg_smiles.x_map["chirality"]),
        (names.hybridization, pyg_smiles.x_map["hybridization"]),
        (names.bond, pyg_smiles.e_map["bond_type"]),
        (names.stereo, pyg_smiles.e_map["stereo"]),
    ):
        assert list(own) == theirs
    assert list(codes.ATOM_SIZES.values()) == [len(values) for values in pyg_smiles.x_map.values()]
    assert list(codes.BOND_SIZES.values()) == [len(values) for values in pyg_smiles.e_map.values()]
    assert pyg_smiles.x_map["formal_charge"][0] == codes.LEAST_CHARGE


def test_continuous_says_what_codes_say(drawn):
    for smiles in [*SPECIAL, *drawn[::5]]:
        plain, floats = from_smiles(smiles), from_smiles(smiles, features="continuous")
        assert floats.x.dtype == floats.edge_attr.dtype == torch.float32
        assert floats.x.shape == (len(plain.x), len(ATOM_COLUMNS))
        assert floats.edge_attr.shape == (plain.num_edges, len(BOND_COLUMNS))
        assert torch.equal(floats.edge_index, plain.edge_index)
        for atom, row in zip(Chem.MolFromSmiles(smiles).GetAtoms(), floats.x, strict=True):
            said = {name: value for name, value in zip(ATOM_COLUMNS, row.tolist(), strict=True) if value}
            symbol = f"is {atom.GetSymbol()}"
            wanted = {
                symbol if symbol in ATOM_COLUMNS else "is another element": 1.0,
                "atomic number / 100": atom.GetAtomicNum() / 100,
                "neighbours, hydrogens too / 4": atom.GetTotalDegree() / 4,
                "formal charge": float(atom.GetFormalCharge()),
                "hydrogens / 4": atom.GetTotalNumHs() / 4,
                "radical electrons": float(atom.GetNumRadicalElectrons()),
                "aromatic": float(atom.GetIsAromatic()),
                "in a ring": float(atom.IsInRing()),
                "chiral, clockwise": float(str(atom.GetChiralTag()) == "CHI_TETRAHEDRAL_CW"),
                "chiral, counterclockwise": float(str(atom.GetChiralTag()) == "CHI_TETRAHEDRAL_CCW"),
            }
            if f"hybridization {atom.GetHybridization()}" in ATOM_COLUMNS:
                wanted[f"hybridization {atom.GetHybridization()}"] = 1.0
            assert said == pytest.approx({name: value for name, value in wanted.items() if value})


def test_continuous_bonds():
    data = from_smiles("F/C=C/C#N", features="continuous")
    said = [{name for name, value in zip(BOND_COLUMNS, row, strict=True) if value} for row in data.edge_attr.tolist()]
    pairs = dict(zip(map(tuple, data.edge_index.t().tolist()), said, strict=True))
    assert pairs[0, 1] == pairs[1, 0] == {"single"}
    assert pairs[1, 2] == {"double", "trans", "conjugated"}
    assert pairs[2, 3] == {"single", "conjugated"}
    assert pairs[3, 4] == {"triple", "conjugated"}
    other = from_smiles("N->[Pt]", features="continuous")
    assert BOND_COLUMNS[int(other.edge_attr[0].argmax())] == "another bond"
    assert BOND_COLUMNS[int(from_smiles("c1ccccc1", features="continuous").edge_attr[0].argmax())] == "aromatic"


def test_there_and_back(drawn):
    for smiles in [*SPECIAL, *drawn[::4]]:
        mol = Chem.MolFromSmiles(smiles)
        assert to_smiles(from_smiles(smiles)) == Chem.MolToSmiles(mol), smiles
        kept = from_smiles(smiles, kekulize=True)
        assert to_smiles(kept) == Chem.MolToSmiles(mol)
        hydrogens = from_smiles(smiles, with_hydrogen=True)
        assert to_smiles(hydrogens) == Chem.MolToSmiles(Chem.AddHs(mol))


def test_back_from_codes_alone(drawn):
    """What codes can tell: all but isotopes, and the hands of chiral atoms in rings."""
    unsure = 0
    for smiles in [*SPECIAL[:-2], *drawn[::2]]:
        mol = Chem.MolFromSmiles(smiles)
        for atom in mol.GetAtoms():
            atom.SetIsotope(0)
        data = from_smiles(smiles)
        data.smiles = None
        rings = bool(((data.x[:, 1] > 0) & (data.x[:, 8] == 1)).any())
        unsure += rings
        if rings:
            with pytest.warns(
                EdgewiseWarning, match=r"^to_smiles: whether atom \d+, chiral and in a ring, is left- or"
            ):
                back = Chem.MolFromSmiles(to_smiles(data))
            Chem.RemoveStereochemistry(back)
            Chem.RemoveStereochemistry(mol)
            assert Chem.MolToSmiles(back) == Chem.MolToSmiles(mol)
        else:
            assert to_smiles(data) == Chem.MolToSmiles(Chem.MolFromSmiles(Chem.MolToSmiles(mol))), smiles
    assert unsure > 10


def test_a_changed_graph_is_not_what_its_smiles_says():
    data = from_smiles("CCO")
    data.x = data.x.clone()
    data.x[2, 0] = 16
    assert to_smiles(data) == "CCS"
    data.smiles = "nonsense"
    assert to_smiles(data) == "CCS"


def test_kekulized():
    data = from_smiles("c1ccccc1O")
    assert to_smiles(data) == "Oc1ccccc1"
    assert to_smiles(data, kekulize=True) == "OC1=CC=CC=C1"
    data.smiles = None
    assert to_smiles(data, kekulize=True) == "OC1=CC=CC=C1"
    assert not any(atom.GetIsAromatic() for atom in to_rdmol(data, kekulize=True).GetAtoms())


def test_self_loops_are_no_bonds():
    data = from_smiles("CO")
    loops = torch.arange(2).repeat(2, 1)
    data.edge_index = torch.cat([data.edge_index, loops], dim=1)
    data.edge_attr = torch.cat([data.edge_attr, torch.ones(2, 3, dtype=torch.int64)])
    assert to_smiles(data) == "CO"


def test_many(drawn):
    smiles = [*drawn[:20], "C1CC", None, "", float("nan"), "CC"]
    molecules = from_smiles_list(smiles, features="continuous")
    assert molecules.rows == [*range(20), 24]
    assert [graph.smiles for graph in molecules.graphs] == [*drawn[:20], "CC"]
    assert sorted(molecules.rejected) == [20, 21, 22, 23]
    batch = Batch.from_data_list(molecules.graphs)
    assert batch.x.shape[1] == len(ATOM_COLUMNS)
    assert len(PackedDataset.from_list(molecules.graphs)) == 21
    assert from_smiles_list([]).graphs == []


def test_rdkit_is_quiet_and_stays_as_it_was(capfd):
    with pytest.raises(DataError):
        from_smiles("C1CC")
    from_smiles("[H]")  # RDKit warns of it
    assert capfd.readouterr().err == ""
    RDLogger.EnableLog("rdApp.*")  # PyG turns it off for good
    with pytest.raises(DataError):
        from_smiles("C1CC")
    assert capfd.readouterr().err == ""
    Chem.MolFromSmiles("C1CC")
    assert "unclosed ring" in capfd.readouterr().err


def test_molecules_of_rdkit(drawn):
    for smiles in drawn[::20]:
        ours, theirs = from_rdmol(Chem.MolFromSmiles(smiles)), from_smiles(smiles)
        assert all(torch.equal(ours[part], theirs[part]) for part in PARTS)
        assert "smiles" not in ours


def test_no_warning_where_nothing_is_unsure():
    data = from_smiles("C[C@H](F)Cl")
    data.smiles = None
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert to_smiles(data) == Chem.CanonSmiles("C[C@H](F)Cl")


def test_no_atoms_is_a_graph_too():
    bare = Data(x=torch.zeros(0, 9, dtype=torch.int64), edge_index=torch.zeros(2, 0, dtype=torch.int64))
    bare.edge_attr = torch.zeros(0, 3, dtype=torch.int64)
    assert to_smiles(bare) == ""
