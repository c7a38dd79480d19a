"""Molecules: SMILES to graphs with atoms as nodes and bonds as edges in both directions, and back."""

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from edgewise._lazy import lazy_import
from edgewise.data import Data
from edgewise.errors import DataError, DTypeError
from edgewise.io._molecule_codes import ATOM_COLUMNS, BOND_COLUMNS, as_continuous_atoms, as_continuous_bonds
from edgewise.io._rdmol import as_coded, as_written, check_codes, codes_of
from edgewise.utils._arguments import check_choice

__all__ = [
    "ATOM_COLUMNS",
    "BOND_COLUMNS",
    "Molecules",
    "from_rdmol",
    "from_smiles",
    "from_smiles_list",
    "to_rdmol",
    "to_smiles",
]

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

    Cost: about 0.4 ms for a drug, most of it calls of RDKit, several for each atom.

    Source: PyG's function of this name. Ours raises for what is no molecule, where PyG returns a graph without atoms.

    Example:
        >>> data = from_smiles("CCO")
        >>> data
        Data(x=[3, 9], edge_index=[2, 4], edge_attr=[4, 3], smiles='CCO')
        >>> data.x[:, 0].tolist(), from_smiles("CCO", features="continuous").x.shape
        ([6, 6, 8], torch.Size([3, 29]))
    """
    check_choice(features, "features", _PRESETS, caller="from_smiles")
    return _made(smiles, features, with_hydrogen=with_hydrogen, kekulize=kekulize)


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
            molecules.graphs.append(_made(one, features, with_hydrogen=with_hydrogen, kekulize=kekulize))
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

    Codes tell neither isotopes nor in which order the bonds of an atom were written, and so not whether a chiral atom
    of a ring is left- or right-handed. Where ``data.smiles`` is there and describes this graph, it decides; else such
    atoms are read with their neighbours in the order of their numbers, and a warning says so.

    Args:
        data: The molecule.
        kekulize: Write aromatic bonds as single and double ones.

    Raises:
        DTypeError: ``x`` or ``edge_attr`` are not integers: the continuous preset has no way back.
        ShapeError: They do not have nine and three columns.
        NodeIndexError: A bond names an atom that does not exist.
        DataError: Codes that do not exist, or atoms and bonds that make no molecule; the message gives RDKit's reason.
        MissingPackageError: RDKit is not installed.

    Source: PyG's function of this name, which mirrors some chiral atoms of rings, and does nothing with ``kekulize``.

    Example:
        >>> to_smiles(from_smiles("OCC"))
        'CCO'
    """
    smiles: str = Chem.MolToSmiles(to_rdmol(data, kekulize), kekuleSmiles=kekulize)
    return smiles


def to_rdmol(data: Data, kekulize: bool = False) -> Any:  # noqa: FBT001, FBT002 - PyG's signature
    """Return the ``rdkit.Chem.Mol`` of a graph that has the codes of :func:`from_smiles`; see :func:`to_smiles`.

    Args:
        data: The molecule.
        kekulize: Make aromatic bonds single and double ones.

    Example:
        >>> to_rdmol(from_smiles("CCO")).GetNumAtoms()
        3
    """
    check_codes(data)
    mol = as_written(data) or as_coded(data)
    if kekulize:
        Chem.Kekulize(mol, clearAromaticFlags=True)
    return mol


def _made(smiles: Any, features: str, *, with_hydrogen: bool, kekulize: bool) -> Data:
    mol = _parse(smiles)
    if with_hydrogen:
        mol = Chem.AddHs(mol)
    if kekulize:
        Chem.Kekulize(mol)
    data = _graph(mol, features, repr(smiles))
    data.smiles = smiles
    return data


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
    first = " ".join(re.sub(r"( for input:| while parsing:).*", "", first).split()).rstrip(".")
    place = re.search(r"around position \d+", log)
    return f"{first} {place[0]}" if place else first


def _graph(mol: Any, features: str, what: str) -> Data:
    x, edge_index, edge_attr = codes_of(mol, what)
    if features == "continuous":
        x, edge_attr = as_continuous_atoms(x), as_continuous_bonds(edge_attr)
    return Data(x=x, edge_index=edge_index, edge_attr=edge_attr)
