"""Who trusted whom on the Bitcoin market OTC, and when."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from edgewise.data import Data
from edgewise.data.temporal_data import TemporalData
from edgewise.datasets._public import PublicDataset, RawFile
from edgewise.datasets._raw import as_integers, read_numbers, read_text
from edgewise.errors import ArgumentError, DataError

__all__ = ["BitcoinOTC"]

_STEP = 13.8 * 24 * 3600
"""Seconds from a graph to the next: 138 graphs of EvolveGCN."""


class BitcoinOTC(PublicDataset):
    """35,592 ratings among 5,881 traders: as 138 graphs in the order of time, and as a stream of :attr:`events`.

    A graph is ``Data(edge_index, edge_attr)`` of the ratings, -10 to 10, of the last ``edge_window_size`` steps of 13.8
    days. Nodes keep their published numbers, from 0; 124 of the 6,005 have no rating.

    Args:
        root: Folder of the dataset. ``None``: ``EDGEWISE_HOME``, or the platform's cache folder.
        edge_window_size: How many steps a rating stays.
        transform: Applied to a graph each time it is taken out.
        pre_transform: Applied once, before graphs are stored.
        force_reload: Process again even if the stored graphs are good.

    Raises:
        ArgumentError: A window below 1.
        FileError: The file is missing and cannot be fetched, or truncated.
        DataError: A line is not made of four numbers, or the times are not in order.

    Source: Pareja et al., *EvolveGCN: evolving graph convolutional networks for dynamic graphs*, AAAI 2020; ratings of
    Kumar, Spezzano, Subrahmanian & Faloutsos, *Edge weight prediction in weighted signed networks*, ICDM 2016.

    Unlike PyG's, the steps do not depend on the time zone of the computer.
    """

    own: Sequence[str] = ("BitcoinOTC", "temporal")
    layouts: Sequence[Sequence[RawFile]] = (
        (RawFile("soc-sign-bitcoinotc.csv.gz", "https://snap.stanford.edu/data/"),),
        (RawFile("soc-sign-bitcoinotc.csv"),),
    )
    expected: Mapping[str, int] = {"graphs": 138, "nodes": 5881, "events": 35592}
    card: Mapping[str, str] = {
        "name": "Bitcoin OTC: who trusts whom",
        "nodes": "5,881 traders",
        "edges": "35,592 ratings of -10 to 10 with their times, 2010 to 2016",
        "graphs": "138 steps of 13.8 days, each with the ratings of the last 10",
        "source": "snap.stanford.edu/data/soc-sign-bitcoin-otc.html",
        "licence": "not stated",
        "citation": "Kumar, Spezzano, Subrahmanian & Faloutsos, ICDM 2016; steps: Pareja et al., EvolveGCN, AAAI 2020",
    }

    def __init__(
        self,
        root: str | Path | None = None,
        edge_window_size: int = 10,
        transform: Any = None,
        pre_transform: Any = None,
        force_reload: bool = False,  # noqa: FBT001, FBT002 - PyG's signature
    ) -> None:
        if edge_window_size < 1:
            message = (
                f"BitcoinOTC: expected edge_window_size of 1 or more, got {edge_window_size}. PyG's default is 10."
            )
            raise ArgumentError(message)
        self.edge_window_size = edge_window_size
        super().__init__(root, transform, pre_transform, force_reload=force_reload)

    @property
    def events(self) -> TemporalData:
        """Every rating as an event: ``src``, ``dst``, ``t`` in whole seconds since 1970, ``msg`` ``[events, 1]``."""
        path = self.raw_paths[0]
        table = read_numbers(read_text(path, "BitcoinOTC"), str(path), "BitcoinOTC")
        if table.shape[1] != 4 or not len(table):
            message = (
                f"BitcoinOTC: expected source, target, rating and time in {path}, got {list(table.shape)} numbers."
            )
            raise DataError(f"{message} Delete it and fetch it again.")
        table[:, 3] //= 1
        whole = torch.from_numpy(as_integers(table, str(path), "BitcoinOTC"))
        src, dst = (whole[:, :2] - whole[:, :2].min()).t().contiguous()
        return TemporalData(src=src, dst=dst, t=whole[:, 3].contiguous(), msg=whole[:, 2:3].float()).validate()

    def counted(self, graphs: list[Any]) -> dict[str, int]:
        """Count graphs, nodes that have a rating, and ratings."""
        events = self.events
        return {
            "graphs": len(graphs),
            "nodes": int(events.edge_index.unique().numel()),
            "events": events.num_events,
        }

    def parse(self) -> list[Data]:
        """Return one graph a step."""
        events = self.events
        steps = ((events.t - events.t[0]).double() / _STEP).floor().long()
        # A step without any rating is no graph: each rating lies in the step of the one before, or in the next.
        places = torch.arange(len(steps))
        steps = places + (steps - places).cummin(0).values
        graphs = []
        for step in range(int(steps[-1]) + 1):
            chosen = (steps > step - self.edge_window_size) & (steps <= step)
            edges = events.edge_index[:, chosen]
            graphs.append(Data(edge_index=edges, edge_attr=events.msg[chosen, 0].long(), num_nodes=events.num_nodes))
        return graphs
