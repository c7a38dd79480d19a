"""Traffic in Los Angeles and around San Francisco, with the road graphs of DCRNN."""

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray

from edgewise._typing import Float, Tensor
from edgewise.data import Data
from edgewise.datasets._download import fetch, home
from edgewise.datasets._pickles import read_pickle
from edgewise.datasets._public import RawFile
from edgewise.datasets._raw import read_numbers, read_text
from edgewise.datasets._signals import SignalDataset
from edgewise.errors import DataError, EdgewiseWarning, FileError

__all__ = ["MetrLa", "PemsBay"]

_GRAPHS = "https://raw.githubusercontent.com/liyaguang/DCRNN/master/data/sensor_graph/"
_SIGNALS = "https://zenodo.org/records/5146275/files/"
_CITATION = "Li et al., Diffusion convolutional recurrent neural network, ICLR 2018"


class _Traffic(SignalDataset):
    """A road graph, and the speeds at its sensors where their file can be had."""

    signal_name: ClassVar[str]
    pickle_name: ClassVar[str]

    def __init__(
        self,
        root: str | Path | None = None,
        transform: Any = None,
        pre_transform: Any = None,
        force_reload: bool = False,  # noqa: FBT001, FBT002 - as PyG's datasets
    ) -> None:
        self._signal_path, fetched = self._find_signal(home() if root is None else Path(root).expanduser())
        super().__init__(root, transform, pre_transform, force_reload=force_reload, unproven=fetched)

    def _find_signal(self, base: Path) -> tuple[Path | None, list[Path]]:
        """The file of speeds: where the graph's files may lie, or else downloaded; and what was downloaded."""
        parents = [*(base / name for name in self.own), base]
        folders = [folder for parent in parents for folder in (parent / "raw", parent)]
        for folder in folders:
            if (folder / self.signal_name).is_file():
                return folder / self.signal_name, []
        name = type(self).__name__
        try:
            path = fetch(_SIGNALS + self.signal_name, folders[0], None, name)
        except FileError as error:
            other = next((folder for folder in folders for _ in folder.glob("*.h5")), None)
            because = f" ({other}/*.h5 cannot be read: save it as CSV)" if other else ""
            message = f"{name}: the graph has no signal{because}. {error}"
            warnings.warn(message.replace("; karate needs no download", ""), EdgewiseWarning, stacklevel=4)
            return None, []
        return path, [path]

    @property
    def raw_paths(self) -> list[Path]:
        """The files of the graph, and that of the signal where there is one."""
        return [*super().raw_paths, *([self._signal_path] if self._signal_path else [])]

    @property
    def checksums(self) -> dict[str, str | None]:
        """The published SHA-256 of each raw file, ``None`` where none is known."""
        return {**super().checksums, **({self.signal_name: None} if self._signal_path else {})}

    def parse(self) -> list[Data]:
        """Return the one graph."""
        caller = type(self).__name__
        names, matrix = _sensors(self.raw_dir / self.pickle_name, caller)
        rows, columns = matrix.nonzero()
        data = Data(
            pos=_positions(self.raw_paths[1], names, caller),
            edge_index=torch.from_numpy(np.stack([rows, columns])),
            edge_weight=torch.from_numpy(matrix[rows, columns]).float(),
            node_names=names,
        )
        if self._signal_path:
            data.signal = _speeds(self._signal_path, names, caller)
        return [data]


def _sensors(path: Path, caller: str) -> tuple[list[str], NDArray[np.float64]]:
    """Names, and the matrix of weights from row to column."""
    told = read_pickle(path)
    if isinstance(told, list | tuple) and len(told) == 3:
        names, matrix = [str(name) for name in told[0]], np.asarray(told[2])
        if matrix.dtype.kind == "f" and matrix.shape == (len(names), len(names)) and np.isfinite(matrix).all():
            return names, matrix.astype(np.float64)
    message = (
        f"{caller}: expected [names, numbers, matrix] in {path}, got something else. Delete it and fetch it again."
    )
    raise FileError(message)


def _positions(path: Path, names: Sequence[str], caller: str) -> Float[Tensor, "sensors 2"]:
    """Latitude and longitude of each sensor; METR-LA's file has a header and numbers its rows."""
    lines = [line.split(",") for line in read_text(path, caller).splitlines() if line.strip()]
    skipped = int(bool(lines) and lines[0][0] == "index")
    try:
        found = {line[-3].strip(): (float(line[-2]), float(line[-1])) for line in lines[skipped:]}
    except (ValueError, IndexError) as error:
        message = f"{caller}: expected sensor, latitude and longitude a line in {path}, got another line ({error})."
        raise DataError(f"{message} Repair or refetch it.") from error
    missing = [name for name in names if name not in found]
    if missing:
        message = f"{caller}: expected a place for each of {len(names)} sensors in {path}, got none for {missing[0]}."
        raise DataError(f"{message} Delete it and fetch it again.")
    return torch.tensor([found[name] for name in names])


def _speeds(path: Path, names: Sequence[str], caller: str) -> Float[Tensor, "steps sensors"]:
    """The columns in the order of the sensors; a first column of times is left out."""
    text = read_text(path, caller)
    heads = [head.strip().strip('"') for head in text.partition("\n")[0].split(",")]
    column = {head: place for place, head in enumerate(heads)}
    missing = [name for name in names if name not in column]
    if missing:
        message = f"{caller}: expected a column for each of {len(names)} sensors in {path}, got none for {missing[0]}."
        raise DataError(f"{message} Repair or refetch it.")
    if heads[0] not in names:
        text = "\n".join(line.partition(",")[2] for line in text.splitlines())
        column = {head: place - 1 for head, place in column.items()}
    table = read_numbers(text, str(path), caller, skip=1)
    if table.shape[1] != len(heads) - (heads[0] not in names):
        message = f"{caller}: expected {len(heads)} columns as in the header of {path}, got another number of them."
        raise DataError(f"{message} Repair or refetch it.")
    return torch.from_numpy(table[:, [column[name] for name in names]]).float()


class MetrLa(_Traffic):
    """Speeds at 207 loop detectors of Los Angeles, every 5 minutes of four months, and the road graph between them.

    The graph is ``Data(pos, edge_index, edge_weight, signal, node_names)``: ``edge_weight`` falls with the distance by
    road from a detector to another (1 to itself), ``pos`` is latitude and longitude, ``signal`` ``[34272, 207]`` the
    speed in miles an hour, 0 where it was not measured. The signal comes as ``METR-LA.csv``; where it cannot be had, a
    warning says so and the graph has none. The HDF5 form ``metr-la.h5`` is not read.

    Args:
        root: Folder of the dataset. ``None``: ``EDGEWISE_HOME``, or the platform's cache folder.
        transform: Applied to the graph each time it is taken out.
        pre_transform: Applied once, before the graph is stored.
        force_reload: Process again even if the stored graph is good.

    Raises:
        FileError: A file of the graph is missing and cannot be fetched, or broken.
        DataError: A file lacks a sensor, or is not made of numbers.

    Source: Li, Yu, Shahabi & Liu, *Diffusion convolutional recurrent neural network: data-driven traffic forecasting*,
    ICLR 2018; measurements of Jagadish et al., *Big data and its technical challenges*, CACM 2014.
    """

    own: Sequence[str] = ("METR-LA", "traffic/sensor_graph", "sensor_graph")
    signal_name = "METR-LA.csv"
    pickle_name = "adj_mx.pkl"
    layouts: Sequence[Sequence[RawFile]] = (
        (
            RawFile(pickle_name, _GRAPHS, "a35687c6e15aa228dc45027b0ed2a0ea0f4ec78f573deb992c595092d12f61b3"),
            RawFile(
                "graph_sensor_locations.csv",
                _GRAPHS,
                "eb8ea96e07358b45d0e4ba3b89c2673fa20c54af50150249e627389e749ade6f",
            ),
        ),
    )
    expected: Mapping[str, int] = {"nodes": 207, "edges": 1722, "steps": 34272}
    card: Mapping[str, str] = {
        "name": "METR-LA: four months of traffic in Los Angeles",
        "nodes": "207 loop detectors",
        "edges": "1,722 from a detector to one close by road, 207 of them to itself",
        "signal": "speed in miles an hour, 34,272 steps of 5 minutes, March to June 2012, 0 where not measured",
        "source": "github.com/liyaguang/DCRNN (graph), zenodo.org/records/5146275 (signal)",
        "licence": "MIT (repository of the graph); CC BY 4.0 (Zenodo record of the signal)",
        "citation": _CITATION,
    }


class PemsBay(_Traffic):
    """Speeds at 325 sensors around San Francisco, every 5 minutes of half a year, and the road graph between them.

    As :class:`MetrLa`, with a ``signal`` ``[52116, 325]`` that comes as ``PEMS-BAY.csv``.

    Args:
        root: Folder of the dataset. ``None``: ``EDGEWISE_HOME``, or the platform's cache folder.
        transform: Applied to the graph each time it is taken out.
        pre_transform: Applied once, before the graph is stored.
        force_reload: Process again even if the stored graph is good.

    Raises:
        FileError: A file of the graph is missing and cannot be fetched, or broken.
        DataError: A file lacks a sensor, or is not made of numbers.

    Source: Li, Yu, Shahabi & Liu, *Diffusion convolutional recurrent neural network: data-driven traffic forecasting*,
    ICLR 2018; measurements of Caltrans PeMS.
    """

    own: Sequence[str] = ("PEMS-BAY", "traffic/sensor_graph", "sensor_graph")
    signal_name = "PEMS-BAY.csv"
    pickle_name = "adj_mx_bay.pkl"
    layouts: Sequence[Sequence[RawFile]] = (
        (
            RawFile(pickle_name, _GRAPHS, "116275f5704d0d492018e14c047f7ae5004385b450aa907f88424055a4a97370"),
            RawFile(
                "graph_sensor_locations_bay.csv",
                _GRAPHS,
                "276ee01059610774d4e59572507f7e32eaac21f1f5882fcd9e3d7d426a4b7a6c",
            ),
        ),
    )
    expected: Mapping[str, int] = {"nodes": 325, "edges": 2694, "steps": 52116}
    card: Mapping[str, str] = {
        "name": "PEMS-BAY: half a year of traffic around San Francisco",
        "nodes": "325 sensors",
        "edges": "2,694 from a sensor to one close by road, 325 of them to itself",
        "signal": "speed in miles an hour, 52,116 steps of 5 minutes, January to June 2017",
        "source": "github.com/liyaguang/DCRNN (graph), zenodo.org/records/5146275 (signal)",
        "licence": "MIT (repository of the graph); CC BY 4.0 (Zenodo record of the signal)",
        "citation": _CITATION,
    }
