"""RDKit's molecules from and to the codes of their atoms and bonds."""

import functools
import warnings
from typing import Any

import numpy as np
import torch

from edgewise._checks import check_node_range
from edgewise._lazy import lazy_import
from edgewise._typing import Int, Tensor
from edgewise.data import Data
from edgewise.errors import DataError, DTypeError, EdgewiseWarning, ShapeError
from edgewise.io._molecule_codes import ATOM_SIZES, BOND_SIZES, LEAST_CHARGE, Names

__all__ = ["as_coded", "as_written", "check_codes", "codes_of"]

Chem = lazy_import("rdkit.Chem", "chem")
rd_base = lazy_import("rdkit.rdBase", "chem")


@functools.cache
def _code_tables() -> tuple[dict[Any, int], ...]:
    """The code of each of RDKit's values, in the order of :class:`Names`."""
    kinds = (Chem.ChiralType, Chem.HybridizationType, Chem.BondType, Chem.BondStereo)
    return tuple(
        {kind.names[name]: code for code, name in enumerate(names)} for kind, names in zip(kinds, Names(), strict=True)
    )


def codes_of(mol: Any, what: str) -> tuple[Int[Tensor, "atoms 9"], Int[Tensor, "2 edges"], Int[Tensor, "edges 3"]]:
    """Return ``x``, ``edge_index`` and ``edge_attr`` of a molecule; ``what`` is its name in errors.

    Example:
        >>> from rdkit import Chem
        >>> codes_of(Chem.MolFromSmiles("C#N"), "it")[1:]
        (tensor([[0, 1],
                [1, 0]]), tensor([[3, 0, 0],
                [3, 0, 0]]))
    """
    chirality, hybridization, bond_type, stereo = (table.get for table in _code_tables())
    atoms = [
        (
            atom.GetAtomicNum(),
            chirality(atom.GetChiralTag(), -1),
            atom.GetTotalDegree(),
            atom.GetFormalCharge() - LEAST_CHARGE,
            atom.GetTotalNumHs(),
            atom.GetNumRadicalElectrons(),
            hybridization(atom.GetHybridization(), -1),
            atom.GetIsAromatic(),
            atom.IsInRing(),
        )
        for atom in mol.GetAtoms()
    ]
    bonds = [
        (
            bond.GetBeginAtomIdx(),
            bond.GetEndAtomIdx(),
            bond_type(bond.GetBondType(), -1),
            stereo(bond.GetStereo(), -1),
            bond.GetIsConjugated(),
        )
        for bond in mol.GetBonds()
    ]
    x = np.array(atoms, dtype=np.int64).reshape(-1, 9)
    table = np.array(bonds, dtype=np.int64).reshape(-1, 5)
    _check_range(x, ATOM_SIZES, f"from_smiles: expected atoms of {what}", "atom")
    _check_range(table[:, 2:], BOND_SIZES, f"from_smiles: expected bonds of {what}", "bond")
    both = np.concatenate([table, table[:, [1, 0, 2, 3, 4]]])
    both = both[(both[:, 0] * len(x) + both[:, 1]).argsort()]
    edges = torch.from_numpy(both)
    return torch.from_numpy(x), edges[:, :2].t().contiguous(), edges[:, 2:].contiguous()


def _check_range(codes: np.ndarray, sizes: dict[str, int], expected: str, what: str) -> None:
    """Check that each code is one; a value of RDKit's own kind without a code is -1."""
    limits = np.fromiter(sizes.values(), dtype=np.int64)
    if ((codes >= 0) & (codes < limits)).all():
        return
    row, column = np.argwhere((codes < 0) | (codes >= limits))[0]
    name = list(sizes)[column]
    message = (
        f"{expected} with codes of {name} in 0..{limits[column] - 1}, got {codes[row, column]} for {what} {row}. "
        "Leave that molecule out."
    )
    raise DataError(message)


def check_codes(data: Data) -> None:
    """Check that a graph has codes of atoms and bonds."""
    for name, sizes in (("x", ATOM_SIZES), ("edge_attr", BOND_SIZES)):
        codes = data[name]
        if codes is None or codes.dim() != 2 or codes.shape[1] != len(sizes):
            got = "none" if codes is None else list(codes.shape)
            message = f"to_smiles: expected {name} with {len(sizes)} columns, as from_smiles makes, got {got}."
            raise ShapeError(f"{message} Keep the codes, and embed them in the model.")
        if codes.is_floating_point():
            kind = str(codes.dtype).removeprefix("torch.")
            message = f"to_smiles: expected integer codes in {name}, got {kind}. Use from_smiles(...) as it is."
            raise DTypeError(message)
        _check_range(codes.cpu().numpy(), sizes, f"to_smiles: expected {name}", "row")
    if data.edge_index is None or data.edge_index.shape[1] != len(data.edge_attr):
        got = "none" if data.edge_index is None else list(data.edge_index.shape)
        message = (
            f"to_smiles: expected edge_index with a column for each row of edge_attr, got {got}. Keep them together."
        )
        raise ShapeError(message)
    check_node_range(data.edge_index, len(data.x), len(data.x), caller="to_smiles")


def as_written(data: Data) -> Any:
    """Return the molecule of ``data.smiles`` if ``data`` is its graph: it knows isotopes and the order of bonds."""
    smiles = data.smiles if "smiles" in data else None
    if not isinstance(smiles, str) or not smiles.strip():
        return None
    with rd_base.BlockLogs():
        mol = Chem.MolFromSmiles(smiles)
        if mol is None:
            return None
        if mol.GetNumAtoms() != len(data.x):
            mol = Chem.AddHs(mol)
        known = Chem.Mol(mol)
        if bool(data.x[:, 7].any()) and not bool((data.edge_attr[:, 0] == Names().bond.index("AROMATIC")).any()):
            Chem.Kekulize(known)
    try:
        codes = codes_of(known, "the molecule")
    except DataError:
        return None
    given = (data.x, data.edge_index, data.edge_attr)
    same = all(
        one.shape == other.shape and bool((one == other.cpu()).all()) for one, other in zip(codes, given, strict=True)
    )
    return mol if same else None


def as_coded(data: Data) -> Any:
    """Return the molecule that codes describe."""
    names = Names()
    mol = Chem.RWMol()
    for number, chirality, _, charge, hydrogens, radicals, _, aromatic, _ in data.x.tolist():
        atom = Chem.Atom(number)
        atom.SetChiralTag(Chem.ChiralType.names[names.chirality[chirality]])
        atom.SetFormalCharge(charge + LEAST_CHARGE)
        atom.SetNumExplicitHs(hydrogens)
        atom.SetNoImplicit(True)  # noqa: FBT003 - RDKit's method
        atom.SetNumRadicalElectrons(radicals)
        atom.SetIsAromatic(bool(aromatic))
        mol.AddAtom(atom)
    stereo: dict[int, int] = {}
    for (source, target), (kind, configuration, _) in zip(
        data.edge_index.t().tolist(), data.edge_attr.tolist(), strict=True
    ):
        if source != target and mol.GetBondBetweenAtoms(source, target) is None:
            mol.AddBond(source, target, Chem.BondType.names[names.bond[kind]])
            stereo[mol.GetNumBonds() - 1] = configuration
    with rd_base.CaptureErrorLog():
        try:
            Chem.SanitizeMol(mol)
        except ValueError as error:  # RDKit's own errors are some
            reason = str(error).splitlines()[0]
            message = (
                f"to_smiles: expected atoms and bonds that make a molecule, got {reason!r}. Check x and edge_attr."
            )
            raise DataError(message) from error
    _warn_of_rings(data)
    _set_stereo(mol, stereo)
    return mol


def _set_stereo(mol: Any, stereo: dict[int, int]) -> None:
    names = Names().stereo
    Chem.FindPotentialStereoBonds(mol)  # and their neighbours of the highest rank, which Z and E speak of
    sides = {"STEREOZ": "STEREOCIS", "STEREOE": "STEREOTRANS"}
    for bond in mol.GetBonds():
        name = names[stereo.get(bond.GetIdx(), 0)]
        name = sides.get(name, name)
        bond.SetStereo(Chem.BondStereo.names[name if len(bond.GetStereoAtoms()) == 2 else "STEREONONE"])
    Chem.SetDoubleBondNeighborDirections(mol)
    Chem.AssignStereochemistry(mol, cleanIt=True, force=True)


def _warn_of_rings(data: Data) -> None:
    unsure = ((data.x[:, 1] == 1) | (data.x[:, 1] == 2)) & (data.x[:, 8] == 1)
    if bool(unsure.any()):
        atom = int(unsure.nonzero()[0, 0])
        message = (
            f"to_smiles: whether atom {atom}, chiral and in a ring, is left- or right-handed does not follow from "
            "codes. Keep data.smiles as from_smiles set it."
        )
        warnings.warn(message, EdgewiseWarning, stacklevel=4)
