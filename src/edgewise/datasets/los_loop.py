"""One week of traffic on the motorways of Los Angeles."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch

from edgewise.data import Data
from edgewise.datasets._public import RawFile
from edgewise.datasets._raw import read_numbers, read_text
from edgewise.datasets._signals import SignalDataset
from edgewise.errors import FileError

__all__ = ["LosLoop"]

_ADDRESS = "https://raw.githubusercontent.com/lehaifeng/T-GCN/master/data/"


class LosLoop(SignalDataset):
    """Speeds at 207 loop detectors of Los Angeles, every 5 minutes of a week: part of METR-LA, without gaps.

    The graph is ``Data(edge_index, edge_weight, signal, node_names)``: ``signal`` ``[2016, 207]`` in miles an hour,
    ``edge_weight`` the closeness of two detectors by road, 1 for a detector with itself. :meth:`windows` cuts the
    signal into histories and what follows them.

    Args:
        root: Folder of the dataset. ``None``: ``EDGEWISE_HOME``, or the platform's cache folder.
        transform: Applied to the graph each time it is taken out.
        pre_transform: Applied once, before the graph is stored.
        force_reload: Process again even if the stored graph is good.

    Raises:
        FileError: A file is missing and cannot be fetched, or the files do not fit together.
        DataError: A file is not made of numbers; the message names the line.

    Source: Zhao et al., *T-GCN: A temporal graph convolutional network for traffic prediction*, IEEE Transactions on
    Intelligent Transportation Systems 2020.
    """

    own: Sequence[str] = ("LosLoop", "traffic/los-loop", "los-loop")
    layouts: Sequence[Sequence[RawFile]] = (
        (
            RawFile("los_speed.csv", _ADDRESS, "7b732d86ae32b2930595becba28aff39dacbfb2197e250fc0332e1744ce2cbf4"),
            RawFile("los_adj.csv", _ADDRESS, "7a6eb41e10677992b5af50f5ab187c6c05c5c3a92cb973950cfddbf857361e76"),
        ),
    )
    expected: Mapping[str, int] = {"nodes": 207, "edges": 2833, "steps": 2016}
    card: Mapping[str, str] = {
        "name": "Los-loop: a week of traffic in Los Angeles",
        "nodes": "207 loop detectors",
        "edges": "2,833 pairs close by road, detectors with themselves among them",
        "signal": "speed in miles an hour, 2,016 steps of 5 minutes, 1-7 March 2012",
        "source": "github.com/lehaifeng/T-GCN",
        "licence": "not stated",
        "citation": "Zhao et al., T-GCN, IEEE T-ITS 2020; a week of METR-LA, Li et al., DCRNN, ICLR 2018",
    }

    def __init__(
        self,
        root: Any = None,
        transform: Any = None,
        pre_transform: Any = None,
        force_reload: bool = False,  # noqa: FBT001, FBT002 - as PyG's datasets
    ) -> None:
        super().__init__(root, transform, pre_transform, force_reload=force_reload)

    def parse(self) -> list[Data]:
        """Return the one graph."""
        caller = type(self).__name__
        speeds, closeness = self.raw_paths
        text = read_text(speeds, caller)
        names = [name.strip() for name in text.partition("\n")[0].split(",")]
        signal = read_numbers(text, str(speeds), caller, skip=1)
        matrix = read_numbers(read_text(closeness, caller), str(closeness), caller)
        if signal.shape[1] != len(names) or matrix.shape != (len(names), len(names)):
            message = (
                f"{caller}: expected a matrix of the {len(names)} detectors of {speeds.name} and as many columns, got "
                f"{list(matrix.shape)} in {closeness} and {list(signal.shape)}. Delete them and fetch them again."
            )
            raise FileError(message)
        rows, columns = matrix.nonzero()
        return [
            Data(
                edge_index=torch.from_numpy(np.stack([rows, columns])),
                edge_weight=torch.from_numpy(matrix[rows, columns]).float(),
                signal=torch.from_numpy(signal).float(),
                node_names=names,
                num_nodes=len(names),
            )
        ]
