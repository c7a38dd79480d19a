"""What each number of a molecule's features means. Names are RDKit's, their order PyG's; no RDKit needed."""

from typing import NamedTuple

import torch

from edgewise._typing import Float, Int, Tensor

__all__ = [
    "ATOM_COLUMNS",
    "ATOM_SIZES",
    "BOND_COLUMNS",
    "BOND_SIZES",
    "Names",
    "as_continuous_atoms",
    "as_continuous_bonds",
]


class Names(NamedTuple):
    """RDKit's names of the values that are not numbers themselves, in the order of their codes."""

    chirality: tuple[str, ...] = (
        "CHI_UNSPECIFIED",
        "CHI_TETRAHEDRAL_CW",
        "CHI_TETRAHEDRAL_CCW",
        "CHI_OTHER",
        "CHI_TETRAHEDRAL",
        "CHI_ALLENE",
        "CHI_SQUAREPLANAR",
        "CHI_TRIGONALBIPYRAMIDAL",
        "CHI_OCTAHEDRAL",
    )
    hybridization: tuple[str, ...] = ("UNSPECIFIED", "S", "SP", "SP2", "SP3", "SP3D", "SP3D2", "OTHER")
    bond: tuple[str, ...] = (
        "UNSPECIFIED",
        "SINGLE",
        "DOUBLE",
        "TRIPLE",
        "QUADRUPLE",
        "QUINTUPLE",
        "HEXTUPLE",
        "ONEANDAHALF",
        "TWOANDAHALF",
        "THREEANDAHALF",
        "FOURANDAHALF",
        "FIVEANDAHALF",
        "AROMATIC",
        "IONIC",
        "HYDROGEN",
        "THREECENTER",
        "DATIVEONE",
        "DATIVE",
        "DATIVEL",
        "DATIVER",
        "OTHER",
        "ZERO",
    )
    stereo: tuple[str, ...] = ("STEREONONE", "STEREOANY", "STEREOZ", "STEREOE", "STEREOCIS", "STEREOTRANS")


LEAST_CHARGE = -5
"""The charge that has code 0."""

ATOM_SIZES = {
    "atomic number": 119,
    "chirality": 9,
    "degree": 11,
    "formal charge": 12,
    "number of hydrogens": 9,
    "number of radical electrons": 5,
    "hybridization": 8,
    "aromatic": 2,
    "in a ring": 2,
}
"""The nine columns of ``x``, and how many codes each has."""

BOND_SIZES = {"bond type": 22, "stereo": 6, "conjugated": 2}
"""The three columns of ``edge_attr``, and how many codes each has."""

_ELEMENTS = {"H": 1, "B": 5, "C": 6, "N": 7, "O": 8, "F": 9, "Si": 14, "P": 15, "S": 16, "Cl": 17, "Se": 34}
_ELEMENTS |= {"Br": 35, "I": 53}
_HYBRIDS = {"S": 1, "SP": 2, "SP2": 3, "SP3": 4, "SP3D": 5, "SP3D2": 6}
_BONDS = {"single": 1, "double": 2, "triple": 3, "aromatic": 12}

ATOM_COLUMNS = (
    *(f"is {name}" for name in _ELEMENTS),
    "is another element",
    "atomic number / 100",
    "neighbours, hydrogens too / 4",
    "formal charge",
    "hydrogens / 4",
    "radical electrons",
    *(f"hybridization {name}" for name in _HYBRIDS),
    "chiral, clockwise",
    "chiral, counterclockwise",
    "aromatic",
    "in a ring",
)
"""What each column of the continuous ``x`` is."""

BOND_COLUMNS = (*_BONDS, "another bond", "cis", "trans", "conjugated")
"""What each column of the continuous ``edge_attr`` is."""


def as_continuous_atoms(x: Int[Tensor, "atoms 9"]) -> Float[Tensor, "atoms width"]:
    """Return codes of atoms as floats near 0 and 1.

    Example:
        >>> carbon = torch.tensor([[6, 0, 4, 5, 3, 0, 4, 0, 0]])
        >>> [ATOM_COLUMNS[i] for i in as_continuous_atoms(carbon)[0].nonzero().flatten().tolist()]
        ['is C', 'atomic number / 100', 'neighbours, hydrogens too / 4', 'hydrogens / 4', 'hybridization SP3']
    """
    number, chirality, degree, charge, hydrogens, radicals, hybrid, aromatic, ring = x.unbind(1)
    elements = _is_each(number, tuple(_ELEMENTS.values()))
    scaled = [number / 100, degree / 4, charge + LEAST_CHARGE, hydrogens / 4, radicals]
    return torch.cat(
        [
            elements,
            _is_none(elements),
            _side_by_side(scaled),
            _is_each(hybrid, tuple(_HYBRIDS.values())),
            _is_each(chirality, (1, 2)),
            _side_by_side([aromatic, ring]),
        ],
        dim=1,
    )


def as_continuous_bonds(edge_attr: Int[Tensor, "bonds 3"]) -> Float[Tensor, "bonds width"]:
    """Return codes of bonds as floats 0 and 1.

    Example:
        >>> as_continuous_bonds(torch.tensor([[2, 3, 1]])).tolist()
        [[0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0]]
    """
    kind, stereo, conjugated = edge_attr.unbind(1)
    bonds = _is_each(kind, tuple(_BONDS.values()))
    cis, trans = ((stereo == by_rank) | (stereo == by_place) for by_rank, by_place in ((2, 4), (3, 5)))
    return torch.cat([bonds, _is_none(bonds), _side_by_side([cis, trans, conjugated])], dim=1)


def _is_each(codes: Tensor, values: tuple[int, ...]) -> Tensor:
    return (codes.unsqueeze(1) == torch.tensor(values)).float()


def _is_none(flags: Tensor) -> Tensor:
    return 1 - flags.sum(dim=1, keepdim=True)


def _side_by_side(columns: list[Tensor]) -> Tensor:
    return torch.stack([column.float() for column in columns], dim=1)
