"""Papers of computer science with their authors and subjects."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from edgewise._suggest import did_you_mean
from edgewise._typing import Int, Tensor
from edgewise.data import HeteroData
from edgewise.datasets._arrays import read_array, read_sparse
from edgewise.datasets._public import PublicDataset, RawFile
from edgewise.datasets._raw import as_integers, read_numbers, read_text
from edgewise.errors import ArgumentError, FileError

__all__ = ["ACM"]

_ADDRESS = "https://raw.githubusercontent.com/liun-online/HeCo/main/data/acm/"
_SHA256 = {
    "a_feat.npz": "e2f2ac8d357310149fc7badbf32ea0b171dec25aad6c37ec45de592666c65555",
    "labels.npy": "019284b3e6a58fc8ebd432fb99aaaf183ad41dbf56b8ca7af0b56dca9dd844b5",
    "p_feat.npz": "9e1019dfceaaabb19ee5b5f09de3147ffbaa818b43c3fc3f92bdfaf4ed5f02f4",
    "pa.txt": "e67385fc13c3b3b624d81de7eb6e4245d9aeafa063c5466c6fab0f151bcb84d6",
    "pap.npz": "3f25894497558f74356448f1a504c946efef9f23e7beb74d38bc9ecf95a4dbb6",
    "ps.txt": "3da7615ef5567c5f7f1ab9ec770c4b4b8b6a54790baa1cda3d4499329dfc22d5",
    "psp.npz": "cd25669b884825155487308c7d4adb42d99edbc843215438219ad551f86c8f3e",
    "test_20.npy": "eb90e38c882009c6439d749d160d39ed64f8813e9f672c02be54993914934afa",
    "test_40.npy": "f73d7e23459dd654a7567ee8bf123849f400096f8fac558dc37033d3fdc11aa6",
    "test_60.npy": "5181ccdeacc54b88ed53681ba9f2c789cc6d67a499f40a68ac6827a96932b976",
    "train_20.npy": "6bf4c1cef638f3ffe1826091b9be7fbff23a4935dfbde03c24b492d264d67684",
    "train_40.npy": "98239282e69e9775a9b13bc54598cc780eca31dcaeb81963efbbd4c6c3e51435",
    "train_60.npy": "5b86f56415b84d1faa8c8f864cd37272589ec4ffff1b0ca347d4c39ee38dcc02",
    "val_20.npy": "4280dccb661a50196502a39973a462919399fcfcd97b1d43581dfa9ca02d1b5d",
    "val_40.npy": "19fb1e72b76bc24da95423d1a83583a42fe5b62d69b2b197312f630ff5096202",
    "val_60.npy": "e234b6c1e19445ed6cc3694a273b943bbded8e847a9d0246f18d59f76fb8cd5d",
}
_PER_CLASS = (20, 40, 60)
_PATHS = ("pap", "psp")


class ACM(PublicDataset):
    """4,019 papers of computer science with their authors and subjects; a paper's field is asked for.

    The graph is ``HeteroData`` with the types ``paper``, ``author`` and ``subject``; papers and authors have bags of
    words as features, papers labels and masks. :meth:`metapath` returns which papers share an author or a subject.

    Args:
        root: Folder of the dataset. ``None``: ``EDGEWISE_HOME``, or the platform's cache folder.
        num_train_per_class: 20, 40 or 60 papers a field to train on: one of the published splits, each with 1,000
            papers to validate and 1,000 to test.
        transform: Applied to the graph each time it is taken out.
        pre_transform: Applied once, before the graph is stored.
        force_reload: Process again even if the stored graph is good.

    Raises:
        ArgumentError: Another number of papers a field.
        FileError: A file is missing and cannot be fetched, or the files do not fit together.

    Source: Wang, Liu, Han & Shi, *Self-supervised heterogeneous graph neural network with co-contrastive learning*
    (HeCo), KDD 2021.
    """

    own: Sequence[str] = ("ACM", "hetero/ACM")
    layouts: Sequence[Sequence[RawFile]] = (tuple(RawFile(name, _ADDRESS, sha256) for name, sha256 in _SHA256.items()),)
    expected: Mapping[str, int] = {
        "papers": 4019,
        "authors": 7167,
        "subjects": 60,
        "paper-author edges": 13407,
        "paper-subject edges": 4019,
        "features": 1902,
        "classes": 3,
        "val": 1000,
        "test": 1000,
    }
    card: Mapping[str, str] = {
        "name": "ACM: papers, authors, subjects",
        "nodes": "4,019 papers, 7,167 authors, 60 subjects",
        "edges": "13,407 authorships and 4,019 subjects of papers, stored in both directions",
        "features": "1,902 words, of papers and of authors",
        "classes": "3 fields of 1,993, 965 and 1,061 papers",
        "source": "github.com/liun-online/HeCo",
        "licence": "not stated",
        "citation": "Wang, Liu, Han & Shi, HeCo, KDD 2021",
    }

    def __init__(
        self,
        root: str | Path | None = None,
        num_train_per_class: int = 20,
        transform: Any = None,
        pre_transform: Any = None,
        force_reload: bool = False,  # noqa: FBT001, FBT002 - as PyG's datasets
    ) -> None:
        if num_train_per_class not in _PER_CLASS:
            message = f"ACM: expected num_train_per_class to be 20, 40 or 60, got {num_train_per_class}. Choose one."
            raise ArgumentError(message)
        self.num_train_per_class = num_train_per_class
        super().__init__(root, transform, pre_transform, force_reload=force_reload)

    @property
    def num_classes(self) -> int:
        """How many fields there are."""
        return int(self[0]["paper"].y.max()) + 1

    def metapath(self, name: str) -> Int[Tensor, "2 edges"]:
        """Return which papers share something.

        Args:
            name: ``"pap"`` for an author, ``"psp"`` for a subject (4,338,213 pairs).

        Raises:
            ArgumentError: An unknown name.
            FileError: The file is broken.
        """
        if name not in _PATHS:
            hint = did_you_mean(name, _PATHS) or " Choose one of these."
            message = f"ACM.metapath: expected name to be one of {_PATHS}, got {name!r}.{hint}"
            raise ArgumentError(message)
        return read_sparse(self.raw_dir / f"{name}.npz", "ACM").edge_index()

    def counted(self, graphs: list[Any]) -> dict[str, int]:
        """Count nodes, edges, features, classes and the papers that validate and test."""
        data = graphs[0]
        paper = data["paper"]
        return {
            **{f"{name}s": store.num_nodes for name, store in data.node_items()},
            **{f"paper-{name} edges": data["paper", name].num_edges for name in ("author", "subject")},
            "features": paper.num_features,
            "classes": int(paper.y.max()) + 1,
            "val": int(paper.val_mask.sum()),
            "test": int(paper.test_mask.sum()),
        }

    def parse(self) -> list[HeteroData]:
        """Return the one graph."""
        papers, authors = (read_sparse(self.raw_dir / f"{kind}_feat.npz", "ACM").dense() for kind in "pa")
        links = {"author": self._edges("pa.txt"), "subject": self._edges("ps.txt")}
        data = HeteroData()
        data["paper"].x, data["author"].x = papers, authors
        data["subject"].num_nodes = int(links["subject"][1].max()) + 1
        data["paper"].y = torch.from_numpy(read_array(self.raw_dir / "labels.npy", "ACM").astype(np.int64))
        for part in ("train", "val", "test"):
            data["paper"][f"{part}_mask"] = self._mask(f"{part}_{self.num_train_per_class}.npy", len(papers))
        for other, edge_index in links.items():
            data["paper", "to", other].edge_index = edge_index
            data[other, "to", "paper"].edge_index = edge_index.flip(0)
        data.validate()
        return [data]

    def _edges(self, name: str) -> Int[Tensor, "2 edges"]:
        path = self.raw_dir / name
        pairs = read_numbers(read_text(path, "ACM").replace("\t", ","), str(path), "ACM")
        return torch.from_numpy(as_integers(pairs, str(path), "ACM").T.copy())

    def _mask(self, name: str, papers: int) -> Tensor:
        chosen = read_array(self.raw_dir / name, "ACM")
        if chosen.dtype.kind not in "iu" or not (chosen.min() >= 0 and chosen.max() < papers):
            message = f"ACM: expected papers in 0..{papers - 1} in {self.raw_dir / name}, got others. Fetch it again."
            raise FileError(message)
        mask = torch.zeros(papers, dtype=torch.bool)
        mask[torch.from_numpy(chosen.astype(np.int64))] = True
        return mask
