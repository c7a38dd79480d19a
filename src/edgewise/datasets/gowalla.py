"""Who checked in where."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from edgewise._typing import Int, Tensor
from edgewise.data import HeteroData
from edgewise.datasets._arrays import read_sparse
from edgewise.datasets._public import PublicDataset, RawFile
from edgewise.datasets._raw import read_text
from edgewise.errors import DataError, FileError

__all__ = ["Gowalla"]

_ADDRESS = "https://raw.githubusercontent.com/gusye1234/LightGCN-PyTorch/master/data/gowalla/"
_LISTS = (
    RawFile("user_list.txt", _ADDRESS, "5344c4d0deef610e1f148f23ad216a0db03b36f88834cd39a06786a672c5f5a1"),
    RawFile("item_list.txt", _ADDRESS, "6b186f92890cc3f0c15a6dae5d6285f125a302bb8c5ea0cd9a16cf9c16347139"),
    RawFile("test.txt", _ADDRESS, "099a2a73924e4b754dc6efd730d764f492321b53c38eb93298850c83acf57be3"),
)
_MATRIX = RawFile("s_adj_mat.npz", _ADDRESS, "6ab3ab7aa1278da3717054c60258d88d2d2d78914fa62db2b13da9321e397cab")


class Gowalla(PublicDataset):
    """1,027,370 visits of 29,858 users at 40,981 places, split as by LightGCN.

    The graph is ``HeteroData`` with the types ``user`` and ``item``, and the names of PyG's ``AmazonBook``, which the
    same authors split: ``data["user", "rates", "item"].edge_index`` is learnt from, its ``edge_label_index`` tests, and
    ``data["item", "rated_by", "user"]`` holds the way back.

    Args:
        root: Folder of the dataset. ``None``: ``EDGEWISE_HOME``, or the platform's cache folder.
        transform: Applied to the graph each time it is taken out.
        pre_transform: Applied once, before the graph is stored.
        force_reload: Process again even if the stored graph is good.

    Raises:
        FileError: A file is missing and cannot be fetched, or the files do not fit together.
        DataError: A line is not made of numbers, or names an unknown user or item.

    Source: He et al., *LightGCN: simplifying and powering graph convolution network for recommendation*, SIGIR 2020;
    visits of Cho, Myers & Leskovec, *Friendship and mobility*, KDD 2011.
    """

    own: Sequence[str] = ("Gowalla", "recsys/gowalla", "gowalla")
    # The matrix and train.txt hold the same visits.
    layouts: Sequence[Sequence[RawFile]] = ((*_LISTS, _MATRIX), (*_LISTS, RawFile("train.txt", _ADDRESS)))
    expected: Mapping[str, int] = {"users": 29858, "items": 40981, "train": 810128, "test": 217242}
    card: Mapping[str, str] = {
        "name": "Gowalla, split by LightGCN",
        "nodes": "29,858 users, 40,981 places",
        "edges": "810,128 visits to learn from, 217,242 to test",
        "source": "github.com/gusye1234/LightGCN-PyTorch",
        "licence": "not stated",
        "citation": "He et al., LightGCN, SIGIR 2020; Cho, Myers & Leskovec, KDD 2011",
    }

    def __init__(
        self,
        root: str | Path | None = None,
        transform: Any = None,
        pre_transform: Any = None,
        force_reload: bool = False,  # noqa: FBT001, FBT002 - as PyG's AmazonBook
    ) -> None:
        super().__init__(root, transform, pre_transform, force_reload=force_reload)

    def counted(self, graphs: list[Any]) -> dict[str, int]:
        """Count users, items, and visits to learn from and to test."""
        data = graphs[0]
        visits = data["user", "rates", "item"]
        return {
            "users": data["user"].num_nodes,
            "items": data["item"].num_nodes,
            "train": visits.edge_index.shape[1],
            "test": visits.edge_label_index.shape[1],
        }

    def parse(self) -> list[HeteroData]:
        """Return the one graph."""
        users, items, test, train = self.raw_paths
        counts = [_lines(path) for path in (users, items)]
        edges = _from_matrix(train, *counts) if train.suffix == ".npz" else _from_lists(train, *counts)
        data = HeteroData()
        data["user"].num_nodes, data["item"].num_nodes = counts
        data["user", "rates", "item"].edge_index = edges
        data["user", "rates", "item"].edge_label_index = _from_lists(test, *counts)
        data["item", "rated_by", "user"].edge_index = edges.flip(0)
        return [data]


def _lines(path: Path) -> int:
    """How many lines there are below the header."""
    return max(sum(1 for line in read_text(path, "Gowalla").splitlines() if line.strip()) - 1, 0)


def _from_matrix(path: Path, users: int, items: int) -> Int[Tensor, "2 edges"]:
    """The block of users by items of a matrix of both by both."""
    matrix = read_sparse(path, "Gowalla")
    if matrix.shape != (users + items, users + items):
        message = (
            f"Gowalla: expected a matrix of {users} users and {items} items, got {list(matrix.shape)} in {path}. "
            "Fetch the files again."
        )
        raise FileError(message)
    edges = matrix.edge_index()[:, torch.from_numpy(matrix.rows < users)] - torch.tensor([[0], [users]])
    if bool((edges < 0).any()):
        message = f"Gowalla: expected visits of users at items in {path}, got users joined with users. Fetch it again."
        raise DataError(message)
    return edges


def _from_lists(path: Path, users: int, items: int) -> Int[Tensor, "2 edges"]:
    """A line for each user: its number, then those of items."""
    rows = [line.split() for line in read_text(path, "Gowalla").splitlines()]
    try:
        numbers = np.array([int(word) for row in rows for word in row], dtype=np.int64)
    except (ValueError, OverflowError) as error:
        message = f"Gowalla: expected numbers between blanks in {path}, got something else ({error}). Fetch it again."
        raise DataError(message) from error
    lengths = np.array([len(row) for row in rows if row], dtype=np.int64)
    first = np.zeros(len(numbers), dtype=bool)
    first[np.cumsum(lengths) - lengths] = True
    edges = np.stack([np.repeat(numbers[first], lengths - 1), numbers[~first]])
    for name, row, count in zip(("user", "item"), edges, (users, items), strict=True):
        if row.size and not (row.min() >= 0 and row.max() < count):
            wrong = int(row.max() if row.max() >= count else row.min())
            message = f"Gowalla: expected {name}s in 0..{count - 1} in {path}, got {wrong}. Fetch the files again."
            raise DataError(message)
    return torch.from_numpy(edges)
