"""Molecules: SMILES to graphs with atoms as nodes and bonds as edges in both directions, and back."""

import functools
import re
import warnings
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import torch

from edgewise._lazy import lazy_import
from edgewise.data import Data
from edgewise.errors import DataError, DTypeError, EdgewiseWarning, ShapeError
from edgewise.io._molecule_codes import (
    ATOM_COLUMNS,
    ATOM_SIZES,
    BOND_COLUMNS,
    BOND_SIZES,
    LEAST_CHARGE,
    Names,
    as_continuous_atoms,
    as_continuous_bonds,
)
from edgewise.utils._arguments import check_choice

__all__ = ["ATOM_COLUMNS", "BOND_COLUMNS", "Molecules", "from_rdmol", "from_smiles", "from_smiles_list", "to_smiles"]

Chem = lazy_import("rdkit.Chem", "chem")
rd_base = lazy_import("rdkit.rdBase", "chem")

_PRESETS = ("categorical", "continuous")


class Molecules(NamedTuple):
    """What :func:`from_smiles_list` made."""

    graphs: list[Data]
    rows: list[int]
    """The place in the list of each graph's SMILES, to choose labels by."""
    rejected: dict[int, str]
    """Why there is no graph, by place in the list."""


def from_smiles(
    smiles: str,
    with_hydrogen: bool = False,  # noqa: FBT001, FBT002 - PyG's signature
    kekulize: bool = False,  # noqa: FBT001, FBT002
    *,
    features: str = "categorical",
) -> Data:
    """Return the graph of a molecule.

    ``x`` holds nine codes of each atom: atomic number, chirality, degree (neighbours, hydrogens too), formal charge
    + 5, number of hydrogens, number of radical electrons, hybridization, aromatic or not, in a ring or not.
    ``edge_attr`` holds three of each bond: its type, stereo configuration, conjugated or not. They are PyG's, number by
    number.

    The continuous preset says the same in floats near 0 and 1, for models without embeddings; ``ATOM_COLUMNS`` and
    ``BOND_COLUMNS`` of this module name each column. Atoms: which of 13 elements (H B C N O F Si P S Cl Se Br I), or
    another; atomic number / 100; degree / 4; formal charge; hydrogens / 4; radical electrons; hybridization (s, sp,
    sp2, sp3, sp3d, sp3d2); chiral clockwise, counterclockwise; aromatic; in a ring. Bonds: single, double, triple,
    aromatic, or another; cis, trans; conjugated.

    Args:
        smiles: The molecule; it is kept as ``smiles``.
        with_hydrogen: Hydrogens are atoms of the graph.
        kekulize: Aromatic bonds are single and double ones in turn.
        features: ``"categorical"`` or ``"continuous"``.

    Shape:
        → x ``[atoms, 9]`` int64 or ``[atoms, 29]`` float · edge_index ``[2, 2 bonds]``, sorted · edge_attr
        ``[2 bonds, 3]`` int64 or ``[2 bonds, 8]`` float

    Raises:
        DataError: RDKit does not take it for a molecule; the message gives its reason.
        DTypeError: ``smiles`` is no string.
        ArgumentError: Unknown ``features``.
        MissingPackageError: RDKit is not installed.

    Cost: about 0.2 ms for a drug, half of it in RDKit.

    Source: PyG's function of this name. Ours raises for what is no molecule, where PyG returns a graph without atoms.

    Example:
        >>> data = from_smiles("CCO")
        >>> data
        Data(x=[3, 9], edge_index=[2, 4], edge_attr=[4, 3], smiles='CCO')
        >>> data.x[:, 0].tolist(), from_smiles("CCO", features="continuous").x.shape
        ([6, 6, 8], torch.Size([3, 29]))
    """
    check_choice(features, "features", _PRESETS, caller="from_smiles")
    mol = _parse(smiles)
    if with_hydrogen:
        mol = Chem.AddHs(mol)
    if kekulize:
        Chem.Kekulize(mol)
    data = _graph(mol, features, repr(smiles))
    data.smiles = smiles
    return data


def from_smiles_list(
    smiles: Iterable[Any],
    *,
    with_hydrogen: bool = False,
    kekulize: bool = False,
    features: str = "categorical",
) -> Molecules:
    """Return the graphs of many molecules, and say which rows are none and why.

    Args:
        smiles: The molecules, such as a column of a table.
        with_hydrogen: As of :func:`from_smiles`.
        kekulize: As of :func:`from_smiles`.
        features: As of :func:`from_smiles`.

    Raises:
        ArgumentError: Unknown ``features``.
        MissingPackageError: RDKit is not installed.

    Cost: as :func:`from_smiles` for each.

    Example:
        >>> molecules = from_smiles_list(["CCO", "C1CC", "C"])
        >>> len(molecules.graphs), molecules.rows, molecules.rejected
        (2, [0, 2], {1: "from_smiles: expected a molecule, got 'C1CC' (unclosed ring). Repair it or drop the row."})
    """
    check_choice(features, "features", _PRESETS, caller="from_smiles_list")
    molecules = Molecules([], [], {})
    for row, one in enumerate(smiles):
        try:
            molecules.graphs.append(from_smiles(one, with_hydrogen, kekulize, features=features))
            molecules.rows.append(row)
        except (DataError, DTypeError) as error:
            molecules.rejected[row] = str(error)
    return molecules


def from_rdmol(mol: Any, *, features: str = "categorical") -> Data:
    """Return the graph of an RDKit molecule, with the features of :func:`from_smiles`.

    Args:
        mol: An ``rdkit.Chem.Mol``.
        features: ``"categorical"`` or ``"continuous"``.

    Raises:
        DTypeError: ``mol`` is no molecule.
        DataError: A feature has a value without a code, such as a charge of 9.
        ArgumentError: Unknown ``features``.

    Example:
        >>> from rdkit import Chem
        >>> from_rdmol(Chem.MolFromSmiles("C=O"))
        Data(x=[2, 9], edge_index=[2, 2], edge_attr=[2, 3])
    """
    check_choice(features, "features", _PRESETS, caller="from_rdmol")
    if not isinstance(mol, Chem.Mol):
        message = f"from_rdmol: expected an rdkit.Chem.Mol, got {type(mol).__name__}. Use from_smiles for a string."
        raise DTypeError(message)
    return _graph(mol, features, "the molecule")


def to_smiles(data: Data, kekulize: bool = False) -> str:  # noqa: FBT001, FBT002 - PyG's signature
    """Return the canonical SMILES of a graph that has the codes of :func:`from_smiles`.

    Codes do not tell in which order the bonds of an atom were written, and so not whether a chiral atom of a ring is left-
    or right-handed. Where ``data.smiles`` is there and describes this graph, it decides; else such an atom is read with
    its neighbours in the order of their numbers, and a warning says so.

    Args:
        data: The molecule.
        kekulize: Write aromatic bonds as single and double ones.

    Raises:
        DTypeError: ``x`` or ``edge_attr`` are not integers: the continuous preset has no way back.
        ShapeError: They do not have nine and three columns.
        DataError: Codes that do not exist, or atoms and bonds that make no molecule; the message gives RDKit's reason.
        MissingPackageError: RDKit is not installed.

    Source: PyG's function of this name, which mirrors about every tenth chiral molecule.

    Example:
        >>> to_smiles(from_smiles("OCC"))
        'CCO'
    """
    _check_codes(data)
    mol = _as_written(data) or _as_coded(data)
    if kekulize:
        mol = Chem.Mol(mol)
        Chem.Kekulize(mol, clearAromaticFlags=True)
    smiles: str = Chem.MolToSmiles(mol, kekuleSmiles=kekulize)
    return smiles


def _parse(smiles: Any) -> Any:
    if not isinstance(smiles, str):
        message = f"from_smiles: expected smiles as a str, got {smiles!r}. Drop the row, or convert it by str(...)."
        raise DTypeError(message)
    with rd_base.BlockLogs():  # what RDKit says of a molecule that is one would only disturb
        mol = Chem.MolFromSmiles(smiles) if smiles.strip() else None
    if mol is not None:
        return mol
    with rd_base.CaptureErrorLog() as log:
        Chem.MolFromSmiles(smiles)
    reason = _reason(log.messages) if smiles.strip() else "empty"
    shown = smiles if len(smiles) <= 80 else f"{smiles[:80]}..."
    message = f"from_smiles: expected a molecule, got {shown!r} ({reason}). Repair it or drop the row."
    raise DataError(message)


def _reason(log: str) -> str:
    """The first thing that RDKit says, without the time and the SMILES itself."""
    lines = [re.sub(r"^\[\d\d:\d\d:\d\d\] ", "", line) for line in log.splitlines()]
    first = lines[0].removeprefix("SMILES Parse Error: ") if lines else "RDKit gives no reason"
    first = re.sub(r"( for input:| while parsing:).*", "", first).strip().rstrip(".")
    place = re.search(r"around position \d+", log)
    return f"{first} {place[0]}" if place else first


def _graph(mol: Any, features: str, what: str) -> Data:
    x, edge_index, edge_attr = _codes_of(mol, what)
    if features == "continuous":
        x, edge_attr = as_continuous_atoms(x), as_continuous_bonds(edge_attr)
    return Data(x=x, edge_index=edge_index, edge_attr=edge_attr)


@functools.cache
def _code_tables() -> tuple[dict[Any, int], ...]:
    """The code of each of RDKit's values, in the order of :class:`Names`."""
    kinds = (Chem.ChiralType, Chem.HybridizationType, Chem.BondType, Chem.BondStereo)
    return tuple(
        {kind.names[name]: code for code, name in enumerate(names)} for kind, names in zip(kinds, Names(), strict=True)
    )


def _codes_of(mol: Any, what: str) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
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


def _check_codes(data: Data) -> None:
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


def _as_written(data: Data) -> Any:
    """The molecule of ``data.smiles`` if ``data`` is its graph: it knows the order of bonds."""
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
        codes = _codes_of(known, "the molecule")
    except DataError:
        return None
    given = (data.x, data.edge_index, data.edge_attr)
    same = all(
        one.shape == other.shape and bool((one == other.cpu()).all()) for one, other in zip(codes, given, strict=True)
    )
    return mol if same else None


def _as_coded(data: Data) -> Any:
    """The molecule that codes describe."""
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
            message = f"to_smiles: expected atoms and bonds that make a molecule, got {error}. Check x and edge_attr."
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
