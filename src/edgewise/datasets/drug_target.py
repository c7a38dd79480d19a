"""How strongly a drug binds to a protein: the pairs of Davis and KIBA, as DeepDTA published them."""

import copy
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import torch
from numpy.typing import NDArray

from edgewise._suggest import did_you_mean
from edgewise._typing import Int, Tensor
from edgewise.data import Data
from edgewise.data.batch import follow, values_of
from edgewise.data.table import Field, GraphTable
from edgewise.datasets._arrays import read_json
from edgewise.datasets._pickles import read_pickle
from edgewise.datasets._public import PublicDataset, RawFile
from edgewise.errors import ArgumentError, DataError, MissingPackageError
from edgewise.io.smiles import from_smiles as _from_smiles

__all__ = ["DrugTarget"]

_ADDRESS = "https://raw.githubusercontent.com/hkmztrk/DeepDTA/master/data/"
_ALPHABET = "ABCDEFGHIKLMNOPQRSTUVWXYZ"
_LENGTH = 1000
_FOLDS = ("train_fold_setting1.txt", "test_fold_setting1.txt")
_SHA256 = {
    "Y": "9855c4f234ec6dd18295b0e0cd6ee54214cafa908c6eb1d447b47d454fc0294a",
    "ligands_can.txt": "141094d99510a52091d2ea1b05be7c1f66b2c5fcaeeeb261eaf4cbf2128bde6d",
    "proteins.txt": "187cedeee10cd3b58af915a2861a5ed0c4ff42a2d728f4dea5e0b47e3d75b291",
    "train_fold_setting1.txt": "bb7a63b2178c40a4e2417bc701b95511407787fa5eabb6a43a695fe6bd722f56",
    "test_fold_setting1.txt": "c97589fa2fae318b01870854af0ab6fdd155dd38524cc6ac1d0319418ac6d568",
}
_NAMES = {"davis": "Davis", "kiba": "KIBA"}
_COUNTS = {
    "davis": {"drugs": 68, "proteins": 442, "pairs": 30056},
    "kiba": {"drugs": 2111, "proteins": 229, "pairs": 118254},
}


class DrugTarget(PublicDataset):
    r"""Pairs of a drug and a protein, and how strongly they bind.

    A pair is the drug's molecule graph with ``target`` ``[1, 1000]``, the protein's amino acids as numbers from 1 (0
    beyond its end), and ``y`` ``[1]``. Each molecule and protein is kept once; a pair is put together when it is taken.

    Files are taken from ``root``, ``root/davis`` (``kiba``) or the folder ``raw`` in either, and fetched otherwise:
    those of Davis with a checksum; those of KIBA are counted after they came.

    Args:
        root: Folder of the dataset. ``None``: ``EDGEWISE_HOME``, or the platform's cache folder.
        name: ``"Davis"`` or ``"KIBA"``, in any case.
        transform: Applied to a pair each time it is taken out.
        pre_transform: Applied once to each molecule, before it is stored.
        force_reload: Process again even if the stored molecules are good.
        from_smiles: Makes a graph of a SMILES. Default: :func:`edgewise.io.from_smiles`.

    Raises:
        ArgumentError: An unknown name.
        FileError: A file is missing and cannot be fetched, or broken.
        DataError: Files that do not fit together, a molecule or an amino acid that is none; the message names it.
        MissingPackageError: RDKit is not installed.

    Cost: a batch is one gather a field and no loop over pairs, where there is no ``transform``.

    Source: Davis et al., Nature Biotechnology 2011, :math:`K_d` in nM, here :math:`-\log_{10}(K_d / 10^9)`; Tang et
    al., J. Chemical Information and Modeling 2014 (KIBA scores); folds: Öztürk, Özgür & Ozkirimli, *DeepDTA*,
    Bioinformatics 2018; the alphabet of 25 letters and the length: Nguyen et al., *GraphDTA*, Bioinformatics 2021.
    """

    drugs: dict[str, str]
    """SMILES of each drug by its identifier, in the order that numbers them."""
    proteins: dict[str, str]
    """Amino acids of each protein by its identifier, in the order that numbers them."""
    pairs: Tensor
    """``[pairs, 2]``: drug and protein."""
    affinity: Tensor
    """``[pairs]`` float32."""

    def __init__(
        self,
        root: str | Path | None,
        name: str,
        transform: Callable[[Data], Any] | None = None,
        pre_transform: Callable[[Data], Any] | None = None,
        force_reload: bool = False,  # noqa: FBT001, FBT002 - as PyG's datasets
        from_smiles: Callable[[str], Any] | None = None,
    ) -> None:
        if name.lower() not in _NAMES:
            hint = did_you_mean(name, _NAMES.values())
            message = f"DrugTarget: expected name to be one of {', '.join(_NAMES.values())}, got {name!r}.{hint}"
            raise ArgumentError(message)
        self.name = name.lower()
        self._caller = f"DrugTarget({_NAMES[self.name]})"
        self.from_smiles = from_smiles or _from_smiles
        self._maker = repr(from_smiles)  # stored graphs of another one are not these
        self.own, self.expected = [self.name, _NAMES[self.name]], _COUNTS[self.name]
        self.layouts = _layouts(self.name)
        super().__init__(root, transform, pre_transform, force_reload=force_reload)
        if not hasattr(self, "pairs"):  # the molecules were stored
            self._read()
        self._target = _encoded(self.proteins, self._caller)
        self._fields = {"target": _field("target", self._target), "y": _field("y", self.affinity)}

    def parse(self) -> list[Data]:
        """Return the molecules."""
        self._read()
        return [self._molecule(identifier, smiles) for identifier, smiles in self.drugs.items()]

    def counted(self, graphs: list[Any]) -> dict[str, int]:
        """Count drugs, proteins and pairs."""
        return {"drugs": len(graphs), "proteins": len(self.proteins), "pairs": len(self.pairs)}

    def statistics(self) -> dict[str, int]:
        """Count drugs, proteins and pairs, and the pairs to train and to test with."""
        folds = {"train": sum(map(len, self.folds)), "test": len(self.test)}
        return {**self.counted(self._graphs), **folds}

    def split(self, part: str | int) -> "DrugTarget":
        """Return some of all pairs, whichever of them this dataset has.

        Args:
            part: ``"train"``, ``"test"``, or the number of one of the five folds that the training pairs are divided
                into.

        Raises:
            ArgumentError: Something else.
        """
        parts: dict[Any, Tensor] = {"train": torch.cat(self.folds), "test": self.test, **dict(enumerate(self.folds))}
        if isinstance(part, str | int) and part in parts:
            out = copy.copy(self)
            out._indices = parts[part]
            return out
        message = (
            f"DrugTarget.split: expected 'train', 'test' or a fold in 0..{len(self.folds) - 1}, got {part!r}. Use one."
        )
        raise ArgumentError(message)

    @property
    def molecules(self) -> list[Data]:
        """The graph of each drug, in the order that numbers them."""
        return [copy.copy(graph) for graph in self._graphs]

    def len(self) -> int:
        """Return how many pairs there are in all."""
        return self.pairs.shape[0]

    def get(self, idx: int) -> Data:
        """Return the pair with a number from 0."""
        drug, protein = self.pairs[idx].tolist()
        data: Data = copy.copy(self._graphs[drug])
        data.target, data.y = self._target[protein : protein + 1], self.affinity[idx : idx + 1]
        return data

    def __getitems__(self, indices: Sequence[int]) -> Sequence[Any]:
        """Return the pairs of a batch, as torch's ``DataLoader`` asks for them."""
        if self._table is None or self.transform is not None:
            return [self[i] for i in indices]
        return _Pairs(self, self._table, self._fields, self.indices()[self._positions(list(indices))])

    @property
    def num_classes(self) -> int:
        """None: affinities are numbers."""
        return 0

    @property
    def card(self) -> dict[str, str]:
        """Facts about the data, for a report."""
        davis, sizes = self.name == "davis", {key: f"{value:,}" for key, value in self.statistics().items()}
        return {
            "name": f"{_NAMES[self.name]} drug-target affinities",
            "graphs": f"{sizes['pairs']} pairs of {sizes['drugs']} drugs and {sizes['proteins']} proteins",
            "split": f"{sizes['train']} to train in {len(self.folds)} folds, {sizes['test']} to test",
            "features": f"9 facts of an atom, 3 of a bond; {_LENGTH} amino acids",
            "targets": "pKd, -log10 of the dissociation constant in mol/l" if davis else "KIBA score",
            "size": self._size(),
            "source": "github.com/hkmztrk/DeepDTA",
            "licence": "not stated",
            "citation": "Davis et al., Nature Biotechnology 2011"
            if davis
            else "Tang et al., J. Chem. Inf. Model. 2014",
        }

    def _read(self) -> None:
        """Read everything but the molecules' graphs."""
        self.drugs, self.proteins = self._named("ligands_can.txt"), self._named("proteins.txt")
        values = self._values(self._path("Y"))
        known = ~np.isnan(values)
        affinity = values[known]
        if self.name == "davis":
            if (affinity <= 0).any():
                self._fail("Y", "constants above 0", f"{affinity[affinity <= 0][0]:g}")
            affinity = -np.log10(affinity / 1e9)
        self.pairs = torch.from_numpy(np.argwhere(known))
        self.affinity = torch.from_numpy(affinity).float()
        train, test = (read_json(self._path(name), self._caller) for name in _FOLDS)
        if not (isinstance(train, list) and train and all(isinstance(fold, list) for fold in train)):
            self._fail(_FOLDS[0], "lists of pairs", type(train).__name__)
        self.folds = [self._numbers(_FOLDS[0], fold) for fold in train]
        self.test = self._numbers(_FOLDS[1], test)
        drawn = torch.bincount(torch.cat([*self.folds, self.test]), minlength=1)
        if int(drawn.max()) > 1:
            self._fail(_FOLDS[0], "every pair in one fold or the test", f"pair {int(drawn.argmax())} twice")

    def _path(self, name: str) -> Path:
        return next(path for path in self.raw_paths if path.name == name)

    def _named(self, name: str) -> dict[str, str]:
        found = read_json(self._path(name), self._caller)
        if not (isinstance(found, dict) and found and all(isinstance(value, str) for value in found.values())):
            self._fail(name, "a JSON object of strings", type(found).__name__)
        return dict(found)

    def _values(self, path: Path) -> NDArray[np.float64]:
        values = read_pickle(path)
        shape = (len(self.drugs), len(self.proteins))
        if not isinstance(values, np.ndarray) or values.dtype.kind != "f" or values.shape != shape:
            got = f"{values.dtype} {list(values.shape)}" if isinstance(values, np.ndarray) else type(values).__name__
            self._fail("Y", f"numbers {list(shape)}, drugs by proteins", got)
        if np.isinf(values).any():
            self._fail("Y", "finite numbers", "inf")
        return values.astype(np.float64)

    def _numbers(self, name: str, fold: Any) -> Int[Tensor, "some"]:
        """Numbers of pairs."""
        if not (isinstance(fold, list) and all(type(pair) is int for pair in fold)):
            self._fail(name, "numbers of pairs", str(fold)[:40])
        wrong = [pair for pair in fold if not 0 <= pair < len(self.pairs)]
        if wrong:
            self._fail(name, f"pairs in 0..{len(self.pairs) - 1}", str(wrong[0]))
        return torch.tensor(fold, dtype=torch.int64)

    def _molecule(self, identifier: str, smiles: str) -> Data:
        try:
            molecule: Data = self.from_smiles(smiles)
        except MissingPackageError:
            raise
        except ValueError as error:  # DataError of ours is one
            self._fail("ligands_can.txt", "molecules", f"{smiles[:60]!r} for {identifier} ({error})")
        return molecule

    def _fail(self, name: str, expected: str, got: str) -> NoReturn:
        message = f"{self._caller}: expected {expected} in {self._path(name)}, got {got}. Delete it and fetch it again."
        raise DataError(message)

    def __repr__(self) -> str:
        return f"{_NAMES[self.name]}({len(self)})"


class _Pairs(Sequence[Any]):
    """Some pairs: a list to whoever wants one, and joined by one gather a field in a :class:`Batch`."""

    def __init__(self, dataset: DrugTarget, molecules: GraphTable, fields: dict[str, Field], chosen: Tensor) -> None:
        self.dataset, self.molecules, self.fields, self.chosen = dataset, molecules, fields, chosen

    def __len__(self) -> int:
        return len(self.chosen)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return _Pairs(self.dataset, self.molecules, self.fields, self.chosen[index])
        return self.dataset.get(int(self.chosen[index]))

    def as_batch(self, follow_batch: Sequence[str], exclude_keys: Sequence[str]) -> Any:
        """Return the pairs as one; :meth:`Batch.from_data_list` asks for it."""
        drugs, proteins = self.dataset.pairs[self.chosen].t().contiguous()
        batch = self.molecules.batch(drugs, follow_batch, exclude_keys)
        values = values_of(batch, None)
        for name, rows in (("target", proteins), ("y", self.chosen)):
            if name not in exclude_keys:
                values[name], part = self.fields[name].join(rows)
                batch.__dict__["_parts"][None][name] = part
                follow(values, name, part, follow_batch)
        return batch


def _field(name: str, rows: Tensor) -> Field:
    """One row of a tensor for each graph, as a table keeps it."""
    return Field(
        key=None,
        name=name,
        axis=0,
        shape=tuple(rows.shape[1:]),
        is_number=False,
        rows=rows.reshape(len(rows), -1),
        offsets=torch.arange(len(rows) + 1),
        increments=None,
    )


def _encoded(proteins: dict[str, str], caller: str) -> Int[Tensor, "proteins length"]:
    """Amino acids as numbers from 1, cut at, or filled with 0 up to, one length."""
    number = {letter: position for position, letter in enumerate(_ALPHABET, start=1)}
    out = torch.zeros(len(proteins), _LENGTH, dtype=torch.int64)
    for row, (identifier, acids) in enumerate(proteins.items()):
        try:
            numbers = [number[letter] for letter in acids[:_LENGTH]]
        except KeyError as error:
            message = f"{caller}: expected amino acids {_ALPHABET}, got {error} in {identifier}. Repair proteins.txt."
            raise DataError(message) from error
        out[row, : len(numbers)] = torch.tensor(numbers, dtype=torch.int64)
    return out


def _layouts(name: str) -> list[list[RawFile]]:
    """The files side by side, as they are fetched, or as in DeepDTA's repository."""
    address = f"{_ADDRESS}{name}/"
    known: dict[str, str] = _SHA256 if name == "davis" else {}
    plain = [RawFile(file, address, known.get(file)) for file in ("Y", "ligands_can.txt", "proteins.txt")]
    flat = [RawFile(file, f"{address}folds/", known.get(file)) for file in _FOLDS]
    below = [RawFile(f"folds/{file.name}", address, file.sha256) for file in flat]
    return [[*plain, *flat], [*plain, *below]]
