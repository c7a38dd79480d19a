"""Two epidemics: chickenpox in the counties of Hungary, and the first wave of COVID-19 in England."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from edgewise._typing import Tensor
from edgewise.data import Data
from edgewise.datasets._arrays import read_json, reading
from edgewise.datasets._public import RawFile
from edgewise.datasets._signals import SignalDataset
from edgewise.errors import ArgumentError, FileError

__all__ = ["Chickenpox", "EnglandCovid"]

_ADDRESS = "https://raw.githubusercontent.com/benedekrozemberczki/pytorch_geometric_temporal/master/dataset/"


class Chickenpox(SignalDataset):
    """Weekly cases of chickenpox in the 20 counties of Hungary, 2004 to 2014; neighbouring counties are joined.

    The graph is ``Data(edge_index, edge_weight, signal, node_names)``: ``signal`` ``[521, 20]`` is standardised as
    published, all weights are 1, and each county is joined with itself. :meth:`windows` cuts the signal into histories
    and what follows them.

    Args:
        root: Folder of the dataset. ``None``: ``EDGEWISE_HOME``, or the platform's cache folder.
        transform: Applied to the graph each time it is taken out.
        pre_transform: Applied once, before the graph is stored.
        force_reload: Process again even if the stored graph is good.

    Raises:
        FileError: The file is missing and cannot be fetched, or broken.

    Source: Rozemberczki et al., *Chickenpox cases in Hungary: a benchmark dataset for spatiotemporal signal processing
    with graph neural networks*, 2021.
    """

    own: Sequence[str] = ("Chickenpox", "spatiotemporal")
    layouts: Sequence[Sequence[RawFile]] = (
        (RawFile("chickenpox.json", _ADDRESS, "724b48cfb274b2ecbb855bdb99b970b5ef9dd3671694fa477435dc1e08293735"),),
    )
    expected: Mapping[str, int] = {"nodes": 20, "edges": 102, "steps": 521}
    card: Mapping[str, str] = {
        "name": "Chickenpox in Hungary",
        "nodes": "20 counties",
        "edges": "102: neighbours in both directions, counties with themselves",
        "signal": "weekly cases, standardised, 521 weeks from 2004 to 2014",
        "source": "github.com/benedekrozemberczki/pytorch_geometric_temporal",
        "licence": "MIT (repository)",
        "citation": "Rozemberczki et al., Chickenpox cases in Hungary, 2021",
    }

    def __init__(
        self,
        root: str | Path | None = None,
        transform: Any = None,
        pre_transform: Any = None,
        force_reload: bool = False,  # noqa: FBT001, FBT002 - as PyG's datasets
    ) -> None:
        super().__init__(root, transform, pre_transform, force_reload=force_reload)

    def parse(self) -> list[Data]:
        """Return the one graph."""
        path, caller = self.raw_paths[0], type(self).__name__
        told = read_json(path, caller)
        with reading(path, "edges, node_ids and FX", caller):
            numbers = {str(name): int(number) for name, number in told["node_ids"].items()}
            names = sorted(numbers, key=numbers.__getitem__)
            edge_index = _pairs(told["edges"], len(names), path, caller)
            signal = _signal(told["FX"], len(names), path, caller)
        weight = torch.ones(edge_index.shape[1])
        return [
            Data(edge_index=edge_index, edge_weight=weight, signal=signal, node_names=names, num_nodes=len(names)),
        ]


class EnglandCovid(SignalDataset):
    """Daily cases of COVID-19 in 129 regions of England, March to May 2020, and how many people moved between them.

    The graph is ``Data(edge_index, edge_weight, edge_time, signal)``: ``signal`` ``[61, 129]`` holds cases; an edge
    says how many people moved between two regions (within one, for an edge to itself) on the day ``edge_time``.
    :meth:`snapshot` returns the graph of one day, :meth:`windows` cuts the signal into histories and what follows them.

    Args:
        root: Folder of the dataset. ``None``: ``EDGEWISE_HOME``, or the platform's cache folder.
        transform: Applied to the graph each time it is taken out.
        pre_transform: Applied once, before the graph is stored.
        force_reload: Process again even if the stored graph is good.

    Raises:
        FileError: The file is missing and cannot be fetched, or broken.

    Source: Panagopoulos, Nikolentzos & Vazirgiannis, *Transfer graph neural networks for pandemic forecasting*,
    AAAI 2021.
    """

    own: Sequence[str] = ("EnglandCovid", "spatiotemporal")
    layouts: Sequence[Sequence[RawFile]] = (
        (RawFile("england_covid.json", _ADDRESS, "497056cc4585b58951fd5cd17554fe0c535f68ea0c907a5b5727ae30e3913450"),),
    )
    expected: Mapping[str, int] = {"nodes": 129, "edges": 82529, "steps": 61}
    card: Mapping[str, str] = {
        "name": "COVID-19 in England",
        "nodes": "129 regions",
        "edges": "82,529 on 61 days, weighted by people who moved",
        "signal": "daily cases, 61 days from March to May 2020",
        "source": "github.com/benedekrozemberczki/pytorch_geometric_temporal",
        "licence": "MIT (repository)",
        "citation": "Panagopoulos, Nikolentzos & Vazirgiannis, AAAI 2021",
    }

    def __init__(
        self,
        root: str | Path | None = None,
        transform: Any = None,
        pre_transform: Any = None,
        force_reload: bool = False,  # noqa: FBT001, FBT002 - as PyG's datasets
    ) -> None:
        super().__init__(root, transform, pre_transform, force_reload=force_reload)

    def snapshot(self, day: int) -> Data:
        """Return the graph of one day, with its cases as ``y``.

        Args:
            day: Its number from 0.

        Raises:
            ArgumentError: There is no such day.
        """
        data, days = self[0], self[0].signal.shape[0]
        if not 0 <= day < days:
            message = f"EnglandCovid.snapshot: expected day in 0..{days - 1}, got {day}. Choose among those there are."
            raise ArgumentError(message)
        edges = data.edge_time == day
        return Data(
            edge_index=data.edge_index[:, edges],
            edge_weight=data.edge_weight[edges],
            y=data.signal[day],
            num_nodes=data.num_nodes,
        )

    def parse(self) -> list[Data]:
        """Return the one graph."""
        path, caller = self.raw_paths[0], type(self).__name__
        told = read_json(path, caller)
        with reading(path, "edge_mapping, time_periods and y", caller):
            days, nodes = range(int(told["time_periods"])), len(told["y"][0])
            signal = _signal(told["y"], nodes, path, caller)
            pairs, weights = (told["edge_mapping"][name] for name in ("edge_index", "edge_weight"))
            edges = [_pairs(pairs[str(day)], nodes, path, caller) for day in days]
            weight = [torch.tensor(weights[str(day)], dtype=torch.float32) for day in days]
            if len(signal) != len(days) or any(e.shape[1] != len(w) for e, w in zip(edges, weight, strict=True)):
                message = "days, edges and weights of different number"
                raise ValueError(message)
        times = torch.cat([torch.full((len(w),), day) for day, w in zip(days, weight, strict=True)])
        return [
            Data(
                edge_index=torch.cat(edges, dim=1),
                edge_weight=torch.cat(weight),
                edge_time=times,
                signal=signal,
                num_nodes=nodes,
            )
        ]


def _pairs(pairs: Any, nodes: int, path: Path, caller: str) -> Tensor:
    edges = torch.tensor(pairs, dtype=torch.int64).reshape(-1, 2).t().contiguous()
    if edges.numel() and not (int(edges.min()) >= 0 and int(edges.max()) < nodes):
        found = int(edges.max()) if int(edges.max()) >= nodes else int(edges.min())
        message = f"{caller}: expected nodes in 0..{nodes - 1} in {path}, got {found}. Delete it and fetch it again."
        raise FileError(message)
    return edges


def _signal(rows: Any, nodes: int, path: Path, caller: str) -> Tensor:
    signal = torch.tensor(rows, dtype=torch.float32)
    if signal.dim() != 2 or signal.shape[1] != nodes or not bool(signal.isfinite().all()):
        message = f"{caller}: expected finite numbers [steps, {nodes}] in {path}, got {list(signal.shape)}."
        raise FileError(f"{message} Delete it and fetch it again.")
    return signal
