"""A split of molecules by their scaffold: what is scored on looks unlike what was learnt from."""

from collections.abc import Iterable
from typing import Any

import torch

from edgewise._lazy import lazy_import
from edgewise._typing import Tensor
from edgewise.data.splits._parts import PARTS, check_shares
from edgewise.data.splits.graphs import GraphSplit
from edgewise.errors import DataError

__all__ = ["ScaffoldSplit", "scaffold_split"]

chem = lazy_import("rdkit.Chem", "chem")
murcko = lazy_import("rdkit.Chem.Scaffolds.MurckoScaffold", "chem")
rdkit_base = lazy_import("rdkit.rdBase", "chem")


class ScaffoldSplit(GraphSplit):
    """Molecules to learn from, to choose by and to score on, none with a scaffold of another part.

    Args:
        dataset: SMILES strings, or graphs with an attribute ``smiles``.
        indices: Three tensors of positions in it.

    Raises:
        ArgumentError: There are not three.
        DataError: A molecule has no SMILES, or one that does not parse.
        MissingPackageError: rdkit is not installed.

    Example:
        >>> split = ScaffoldSplit(["c1ccccc1", "C1CCCCC1", "CCO"], [torch.tensor([i]) for i in range(3)]).check()
        >>> split.scaffolds
        ['c1ccccc1', 'C1CCCCC1', '']
    """

    scaffolds: list[str]

    def __new__(cls, dataset: Any, indices: Iterable[Tensor]) -> "ScaffoldSplit":
        """Make a split of the molecules at some positions."""
        out: ScaffoldSplit = GraphSplit.__new__(cls, dataset, indices)  # type: ignore[assignment]
        out.scaffolds = _scaffolds(dataset)
        return out

    def check(self) -> "ScaffoldSplit":
        """Check that no molecule is in two parts, and no scaffold; returns the split.

        Raises:
            DataError: One is.
        """
        super().check()
        owner: dict[str, tuple[int, int]] = {}
        for part, index in enumerate(self.indices):
            for molecule in index.tolist():
                scaffold = self.scaffolds[molecule]
                before, other = owner.setdefault(scaffold, (part, molecule))
                if before != part:
                    kind = f"scaffold {scaffold}" if scaffold else "molecules without rings"
                    message = (
                        f"ScaffoldSplit.check: expected every scaffold in one part, got {kind} in {PARTS[before]} "
                        f"(molecule {other}) and {PARTS[part]} (molecule {molecule}). Split with scaffold_split."
                    )
                    raise DataError(message)
        return self


def scaffold_split(dataset: Any, frac_train: float = 0.8, frac_val: float = 0.1) -> ScaffoldSplit:
    """Part molecules such that all with one Bemis-Murcko scaffold are in one part; nothing is drawn at random.

    Sets of molecules with one scaffold are taken from the largest to the smallest: each goes to train if that stays
    within its share, else to val if train and val together stay within theirs, else to test. Molecules without rings
    have the empty scaffold in common.

    Args:
        dataset: SMILES strings, or graphs with an attribute ``smiles``.
        frac_train: Share of molecules for train.
        frac_val: Share of molecules for val.

    Raises:
        ArgumentError: Shares that are no shares.
        DataError: A molecule has no SMILES or one that does not parse; or a part that has a share gets no molecule.
        MissingPackageError: rdkit is not installed.

    Cost: a Python loop over molecules, about 0.1 ms each.

    Source: Bemis & Murcko, *The properties of known drugs*, J. Med. Chem. 1996; the order of filling is that of Wu et
    al., *MoleculeNet*, Chemical Science 2018: sets of one size in descending order of their first molecule.

    Example:
        >>> split = scaffold_split(["c1ccccc1C", "CCO", "c1ccccc1", "C1CC1", "c1ccccc1O"], 0.6, 0.2)
        >>> [index.tolist() for index in split.indices]
        [[0, 2, 4], [3], [1]]
    """
    caller = "scaffold_split"
    check_shares(frac_train, frac_val, ("frac_train", "frac_val"), caller)
    members: dict[str, list[int]] = {}
    for molecule, scaffold in enumerate(_scaffolds(dataset)):
        members.setdefault(scaffold, []).append(molecule)
    sets = sorted(members.values(), key=lambda these: (len(these), these[0]), reverse=True)
    count = len(dataset)
    parts: tuple[list[int], list[int], list[int]] = ([], [], [])
    for these in sets:
        if len(parts[0]) + len(these) <= frac_train * count:
            parts[0].extend(these)
        elif len(parts[0]) + len(parts[1]) + len(these) <= (frac_train + frac_val) * count:
            parts[1].extend(these)
        else:
            parts[2].extend(these)
    shares = (frac_train, frac_val, 1 - frac_train - frac_val)
    for name, part, share in zip(PARTS, parts, shares, strict=True):
        if share > 1e-9 and not part:
            message = (
                f"{caller}: expected a molecule for {name}, got none: the largest scaffold has "
                f"{len(sets[0]) if sets else 0} of {count} molecules. Change frac_train, or use random_split."
            )
            raise DataError(message)
    return ScaffoldSplit(dataset, [torch.tensor(sorted(part), dtype=torch.int64) for part in parts])


def _scaffolds(dataset: Any) -> list[str]:
    return [_scaffold(dataset[position], position) for position in range(len(dataset))]


def _scaffold(molecule: Any, position: int) -> str:
    smiles = molecule if isinstance(molecule, str) else getattr(molecule, "smiles", None)
    if not isinstance(smiles, str):
        message = (
            f"scaffold_split: expected SMILES of molecule {position}, got {type(smiles).__name__}. "
            "Set smiles on every graph, or pass strings."
        )
        raise DataError(message)
    with rdkit_base.BlockLogs():  # rdkit prints what the error below says
        parsed = chem.MolFromSmiles(smiles)
    if parsed is None:
        message = f"scaffold_split: expected SMILES that parses, got {smiles!r} of molecule {position}. Drop it."
        raise DataError(message)
    scaffold: str = murcko.MurckoScaffoldSmiles(mol=parsed, includeChirality=False)
    return scaffold
