"""Bloggers, their friends and their groups."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from edgewise.data import Data
from edgewise.datasets._public import PublicDataset, RawFile
from edgewise.datasets._raw import as_integers, read_numbers, read_text
from edgewise.errors import DataError
from edgewise.utils import to_undirected

__all__ = ["BlogCatalog"]

_ADDRESS = "https://raw.githubusercontent.com/PaddlePaddle/PGL/main/pgl/data/BlogCatalog/"


class BlogCatalog(PublicDataset):
    """10,312 bloggers with 333,983 friendships; each belongs to one or more of 39 groups.

    The graph is ``Data(edge_index, y)``: ``y`` ``[10312, 39]`` is 1 for the groups of a blogger and 0 for the others,
    in float32 as losses for several labels take it. There are no features:
    :class:`~edgewise.transforms.OneHotDegree`, an embedding of nodes, or node numbers serve.

    Args:
        root: Folder of the dataset. ``None``: ``EDGEWISE_HOME``, or the platform's cache folder.
        transform: Applied to the graph each time it is taken out.
        pre_transform: Applied once, before the graph is stored.
        force_reload: Process again even if the stored graph is good.

    Raises:
        FileError: A file is missing and cannot be fetched, or no text.
        DataError: A line is not made of two numbers, or names a blogger or group below 1.

    Source: Tang & Liu, *Relational learning via latent social dimensions*, KDD 2009.
    """

    own: Sequence[str] = ("BlogCatalog", "social/blogcatalog", "blogcatalog")
    # The published site is gone and the copy has no checksum of its own: it is counted.
    layouts: Sequence[Sequence[RawFile]] = ((RawFile("edges.csv", _ADDRESS), RawFile("group-edges.csv", _ADDRESS)),)
    expected: Mapping[str, int] = {"nodes": 10312, "edges": 2 * 333983, "groups": 39, "memberships": 14476}
    card: Mapping[str, str] = {
        "name": "BlogCatalog",
        "nodes": "10,312 bloggers",
        "edges": "333,983 friendships, stored in both directions",
        "classes": "39 groups, 14,476 memberships: one or more for each blogger",
        "source": "github.com/PaddlePaddle/PGL pgl/data/BlogCatalog (the publisher's site is gone)",
        "licence": "not stated",
        "citation": "Tang & Liu, Relational learning via latent social dimensions, KDD 2009",
    }

    def __init__(
        self,
        root: str | Path | None = None,
        transform: Any = None,
        pre_transform: Any = None,
        force_reload: bool = False,  # noqa: FBT001, FBT002 - as PyG's datasets
    ) -> None:
        super().__init__(root, transform, pre_transform, force_reload=force_reload)

    @property
    def num_classes(self) -> int:
        """How many groups there are."""
        return int(self[0].y.shape[1])

    def counted(self, graphs: list[Any]) -> dict[str, int]:
        """Count bloggers, edges, groups and memberships."""
        groups = {"groups": graphs[0].y.shape[1], "memberships": int(graphs[0].y.sum())}
        return {**super().counted(graphs), **groups}

    def parse(self) -> list[Data]:
        """Return the one graph."""
        friends, members = (self._pairs(path) for path in self.raw_paths)
        nodes = int(max(friends.max(), members[:, 0].max())) + 1
        y = torch.zeros(nodes, int(members[:, 1].max()) + 1)
        y[members[:, 0], members[:, 1]] = 1.0
        edge_index = to_undirected(friends.t().contiguous(), num_nodes=nodes)
        return [Data(edge_index=edge_index, y=y, num_nodes=nodes)]

    def _pairs(self, path: Path) -> torch.Tensor:
        """Two numbers a line, from 1, as numbers from 0."""
        table = as_integers(
            read_numbers(read_text(path, "BlogCatalog"), str(path), "BlogCatalog"), str(path), "BlogCatalog"
        )
        if not len(table) or table.shape[1] != 2 or table.min() < 1:
            found = f"{list(table.shape)} numbers" + (f", the least {table.min()}" if table.size else "")
            message = f"BlogCatalog: expected two numbers from 1 a line in {path}, got {found}. Fetch it again."
            raise DataError(message)
        return torch.from_numpy(table - 1)
