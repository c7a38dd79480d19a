"""A crawl of the web."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from edgewise.data import Data
from edgewise.datasets._arrays import read_arrays, reading
from edgewise.datasets._public import PublicDataset, RawFile

__all__ = ["CNR2000"]


class CNR2000(PublicDataset):
    """325,557 pages of the Italian research council with 3,216,152 links: a crawl of the year 2000.

    The graph is ``Data(edge_index)``, directed, without features: a real graph of millions of edges to measure on. It
    is read from ``cnr-2000_csr.npz``, arrays ``indptr`` and ``indices`` with the links of each page; the publisher's
    own format, ``cnr-2000.graph``, is not decoded here, and there is no address to fetch the arrays from.

    Args:
        root: Folder that holds the file. ``None``: ``EDGEWISE_HOME``, or the platform's cache folder.
        transform: Applied to the graph each time it is taken out.
        pre_transform: Applied once, before the graph is stored.
        force_reload: Process again even if the stored graph is good.

    Raises:
        FileError: The file is missing or broken.

    Source: Boldi & Vigna, *The WebGraph framework I: compression techniques*, WWW 2004.
    """

    own: Sequence[str] = ("cnr-2000", "large/cnr-2000")
    layouts: Sequence[Sequence[RawFile]] = (
        (RawFile("cnr-2000_csr.npz", sha256="903da91b247abf9817918f69375b7f0b37a1a4558a308b91d2bd7afc18ab9b25"),),
    )
    expected: Mapping[str, int] = {
        "nodes": 325557,
        "edges": 3216152,
        "largest in-degree": 18235,
        "largest out-degree": 2716,
    }
    card: Mapping[str, str] = {
        "name": "cnr-2000: a crawl of the web",
        "nodes": "325,557 pages",
        "edges": "3,216,152 links",
        "source": "law.di.unimi.it/datasets.php, decoded from the WebGraph format",
        "licence": "not stated",
        "citation": "Boldi & Vigna, The WebGraph framework I, WWW 2004",
    }

    def __init__(
        self,
        root: str | Path | None = None,
        transform: Any = None,
        pre_transform: Any = None,
        force_reload: bool = False,  # noqa: FBT001, FBT002 - as PyG's datasets
    ) -> None:
        super().__init__(root, transform, pre_transform, force_reload=force_reload)

    def counted(self, graphs: list[Any]) -> dict[str, int]:
        """Count pages, links, and the most that end and begin at a page."""
        src, dst = graphs[0].edge_index
        largest = {"largest in-degree": int(dst.bincount().max()), "largest out-degree": int(src.bincount().max())}
        return {**super().counted(graphs), **largest}

    def parse(self) -> list[Data]:
        """Return the one graph."""
        path = self.raw_paths[0]
        indptr, indices = read_arrays(path, ("indptr", "indices"), "CNR2000")
        with reading(path, "links of each page", "CNR2000"):
            counts, nodes = np.diff(indptr), len(indptr) - 1
            if indptr.ndim != 1 or nodes < 0 or indptr[0] != 0 or (counts < 0).any() or indptr[-1] != len(indices):
                message = "its row pointers do not fit"
                raise ValueError(message)
            if len(indices) and not (indices.min() >= 0 and indices.max() < nodes):
                message = f"a link leads to a page outside 0..{nodes - 1}"
                raise ValueError(message)
        src = torch.arange(nodes).repeat_interleave(torch.from_numpy(counts.astype(np.int64)))
        dst = torch.from_numpy(indices.astype(np.int64))
        return [Data(edge_index=torch.stack([src, dst]), num_nodes=nodes)]
