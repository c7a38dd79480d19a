"""MoleculeNet: molecules as graphs, made from their SMILES, with what was measured of each."""

import math
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import torch

from edgewise._lazy import lazy_import
from edgewise._suggest import did_you_mean
from edgewise.data import Data
from edgewise.datasets._public import PublicDataset, RawFile
from edgewise.datasets._raw import read_table, read_text
from edgewise.errors import ArgumentError, DataError, MissingPackageError
from edgewise.io.smiles import from_smiles as _from_smiles

__all__ = ["MoleculeNet"]

rich_console = lazy_import("rich.console")
rich_progress = lazy_import("rich.progress")

_ADDRESS = "https://deepchemdata.s3-us-west-1.amazonaws.com/datasets/"


@dataclass(frozen=True)
class _Source:
    """One dataset of the collection."""

    name: str
    file: str
    rows: int
    about: str
    targets: tuple[str, ...] = ()
    """Columns to predict; without any, all but the molecule and its number."""
    smiles: str = "smiles"
    sha256: str | None = None


_ESOL = "8c06a76f0c6487d29ab0f903e6a7a7139f189ab3c1178f159c8be8964602f189"
_SOLUBILITY = "measured log solubility in mols per litre"
_SOURCES = {
    source.name.lower(): source
    for source in (
        _Source("ESOL", "delaney-processed.csv", 1128, "solubility in water, log mol/l", (_SOLUBILITY,), sha256=_ESOL),
        _Source("FreeSolv", "SAMPL.csv", 642, "free energy of hydration, kcal/mol", ("expt",)),
        _Source("Lipo", "Lipophilicity.csv", 4200, "octanol/water distribution, logD at pH 7.4", ("exp",)),
        _Source("HIV", "HIV.csv", 41127, "stops HIV from multiplying", ("HIV_active",)),
        _Source("BACE", "bace.csv", 1513, "stops human beta-secretase 1", ("Class",), smiles="mol"),
        _Source("BBBP", "BBBP.csv", 2050, "passes from blood into brain", ("p_np",)),
        _Source("Tox21", "tox21.csv.gz", 7831, "12 kinds of toxicity"),
        _Source("ToxCast", "toxcast_data.csv.gz", 8597, "617 kinds of toxicity"),
        _Source("SIDER", "sider.csv.gz", 1427, "27 kinds of side effects"),
        _Source("ClinTox", "clintox.csv.gz", 1484, "approved; failed trials for toxicity", ("FDA_APPROVED", "CT_TOX")),
        _Source("MUV", "muv.csv.gz", 93087, "17 virtual screens"),
        _Source("PCBA", "pcba.csv.gz", 437929, "128 bioassays"),
    )
}
_SOURCES["lipophilicity"] = _SOURCES["lipo"]


class MoleculeNet(PublicDataset):
    """Molecules as graphs: atoms as nodes, bonds as edges in both directions, and what was measured of each.

    Files are taken from ``root``, ``root/<name>`` or the folder ``raw`` in either, packed or not, and fetched
    otherwise. Of ESOL the checksum is known; the other files are counted after they came.

    Args:
        root: Folder of the dataset. ``None``: ``EDGEWISE_HOME``, or the platform's cache folder.
        name: ``"ESOL"``, ``"FreeSolv"``, ``"Lipo"``, ``"HIV"``, ``"BACE"``, ``"BBBP"``, ``"Tox21"``, ``"ToxCast"``,
            ``"SIDER"``, ``"ClinTox"``, ``"MUV"`` or ``"PCBA"``, in any case.
        transform: Applied to a graph each time it is taken out.
        pre_transform: Applied once, before graphs are stored.
        pre_filter: Which graphs are kept, decided once.
        force_reload: Process again even if the stored graphs are good.
        from_smiles: Makes a graph of a SMILES. Default: :func:`edgewise.io.from_smiles`, with its nine features of an
            atom and three of a bond.

    Each graph has ``y`` ``[1, tasks]`` float32, ``NaN`` where nothing was measured, and ``smiles``. Molecules that are
    none (as 11 of BBBP) are left out and listed in :attr:`skipped`.

    Raises:
        ArgumentError: An unknown name.
        FileError: The file is missing and cannot be fetched, or broken.
        DataError: A row is none; the message names file, row and column.
        MissingPackageError: RDKit is not installed.

    Cost: about a millisecond a molecule, once; a bar on a terminal shows how far it is.

    Source: Wu et al., *MoleculeNet: a benchmark for molecular machine learning*, Chemical Science 2018.
    """

    def __init__(
        self,
        root: str | Path | None,
        name: str,
        transform: Callable[[Data], Any] | None = None,
        pre_transform: Callable[[Data], Any] | None = None,
        pre_filter: Callable[[Data], bool] | None = None,
        force_reload: bool = False,  # noqa: FBT001, FBT002 - PyG's signature
        from_smiles: Callable[[str], Any] | None = None,
    ) -> None:
        if name.lower() not in _SOURCES:
            known = list(dict.fromkeys(source.name for source in _SOURCES.values()))
            hint = did_you_mean(name, known)
            message = f"MoleculeNet: expected name to be one of {', '.join(known)}, got {name!r}.{hint}"
            raise ArgumentError(message)
        source = _SOURCES[name.lower()]
        self.name = source.name.lower()
        self.from_smiles = from_smiles or _from_smiles
        self._source = source
        self._maker = repr(from_smiles)  # stored graphs of another one are not these
        plain = source.file.removesuffix(".gz")
        self.own, self.expected = [self.name, source.name], {"rows": source.rows}
        packed_otherwise = [[RawFile(name)] for name in (plain, f"{plain}.gz") if name != source.file]
        self.layouts = [[RawFile(source.file, _ADDRESS, source.sha256)], *packed_otherwise]
        super().__init__(root, transform, pre_transform, pre_filter, force_reload=force_reload)

    @cached_property
    def skipped(self) -> list[tuple[int, str]]:
        """Rows, from 1, of molecules that are none, and their SMILES."""
        kept = {graph.smiles for graph in self._graphs if "smiles" in graph}
        rows = ((row, smiles) for row, smiles in enumerate(self._measured()[0], start=1) if smiles not in kept)
        return [(row, smiles) for row, smiles in rows if self._graph(smiles) is None]

    @property
    def tasks(self) -> list[str]:
        """What each column of ``y`` is."""
        return list(self._measured()[1])

    def parse(self) -> list[Data]:
        """Return the graphs of the molecules that are some."""
        molecules, targets = self._measured()
        y = torch.tensor(list(targets.values()), dtype=torch.float32).t()
        graphs, skipped = [], []
        for row, smiles in enumerate(_shown(molecules, self._source.name)):
            graph = self._graph(smiles)
            if graph is None:
                skipped.append((row + 1, smiles))
                continue
            graph.y = y[row : row + 1]
            if "smiles" not in graph:
                graph.smiles = smiles
            graphs.append(graph)
        self.skipped = skipped
        return graphs

    def counted(self, graphs: list[Any]) -> dict[str, int]:
        """Count the rows of the file."""
        return {"rows": len(graphs) + len(self.skipped)}

    def _graph(self, smiles: str) -> Any:
        """The molecule's graph, or ``None`` if it is none."""
        try:
            graph = self.from_smiles(smiles)
        except MissingPackageError:
            raise
        except ValueError:  # DataError of ours is one
            return None
        return graph if graph is not None and graph.num_nodes else None

    def _measured(self) -> tuple[list[str], dict[str, list[float]]]:
        return _measurements(self.raw_paths[0], self._source)

    @property
    def card(self) -> dict[str, str]:
        """Facts about the data, for a report."""
        graphs, source = self._graphs, self._source
        return {
            "name": f"{source.name} of MoleculeNet",
            "graphs": f"{len(graphs)} molecules; {len(self.skipped)} more in the file are none that RDKit knows",
            "nodes": f"{sum(graph.num_nodes for graph in graphs)} atoms",
            "edges": f"{sum(graph.num_edges for graph in graphs) // 2} bonds, stored in both directions",
            "features": "9 facts of an atom, 3 of a bond",
            "targets": source.about,
            "size": self._size(),
            "source": "moleculenet.org",
            "licence": "not stated",
            "citation": "Wu et al., MoleculeNet: a benchmark for molecular machine learning, Chemical Science 2018",
        }

    def __repr__(self) -> str:
        return f"{self._source.name}({len(self)})"


def _measurements(path: Path, source: _Source) -> tuple[list[str], dict[str, list[float]]]:
    """The SMILES of a file, and what was measured of each: ``NaN`` where nothing was."""
    caller = f"MoleculeNet({source.name})"
    table = read_table(read_text(path, caller), [source.smiles, *source.targets], str(path), caller)
    names = source.targets or [name for name in table if name not in (source.smiles, "mol_id")]
    if not names:
        message = f"{caller}: expected columns to predict in {path}, got {source.smiles} alone. Fetch it again."
        raise DataError(message)
    molecules = [smiles.strip() for smiles in table[source.smiles]]
    return molecules, {name: _numbers(table[name], f"column {name!r} of {path}", caller) for name in names}


def _numbers(column: list[str], label: str, caller: str) -> list[float]:
    out = []
    for row, text in enumerate(column, start=1):
        try:
            out.append(float(text) if text.strip() else math.nan)
        except ValueError:
            out.append(math.inf)
        if math.isinf(out[-1]):
            message = f"{caller}: expected numbers in {label}, got {text[:40]!r} in row {row}."
            raise DataError(f"{message} Repair it, or fetch it again.")
    return out


def _shown(molecules: list[str], name: str) -> Iterable[str]:
    """The molecules; on a terminal with a bar of how far they are."""
    if not sys.stderr.isatty():
        return molecules
    found: Iterable[str] = rich_progress.track(molecules, name, console=rich_console.Console(stderr=True))
    return found
