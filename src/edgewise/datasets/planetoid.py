"""The citation networks Cora, CiteSeer and PubMed with their public splits."""

import copy
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from edgewise._suggest import did_you_mean
from edgewise.data import Data, InMemoryDataset
from edgewise.datasets._download import fetch, home
from edgewise.datasets._pickles import SparseRows, read_pickle
from edgewise.datasets._planetoid_files import ADDRESS, PARTS, SHA256
from edgewise.errors import ArgumentError, FileError
from edgewise.utils import coalesce, remove_self_loops

__all__ = ["Planetoid"]

_NAMES = {"cora": "Cora", "citeseer": "CiteSeer", "pubmed": "PubMed"}
_SPLITS = ("public", "full", "random")
_CLASSES = {
    "cora": [
        "Theory",
        "Reinforcement Learning",
        "Genetic Algorithms",
        "Neural Networks",
        "Probabilistic Methods",
        "Case Based",
        "Rule Learning",
    ],
    "citeseer": ["AI", "Machine Learning", "Information Retrieval", "Databases", "Agents", "HCI"],
    "pubmed": ["Diabetes Mellitus, Experimental", "Diabetes Mellitus Type 1", "Diabetes Mellitus Type 2"],
}


class Planetoid(InMemoryDataset):
    """A citation network: papers as nodes, citations as edges in both directions, bags of words as features.

    Files are taken from ``root`` (or ``root/raw``, ``root/<name>/raw``) where they lie there, and downloaded with a
    checksum otherwise.

    Args:
        root: Folder of the dataset. ``None``: ``EDGEWISE_HOME``, or the platform's cache folder.
        name: ``"Cora"``, ``"CiteSeer"`` or ``"PubMed"``, in any case.
        split: ``"public"``: 20 training nodes a class, 500 validation, 1000 test, as published; ``"full"``: all nodes
            that neither validate nor test; ``"random"``: sizes as below, drawn with torch's generator.
        num_train_per_class: Training nodes of a class in a random split.
        num_val: Validation nodes of a random split.
        num_test: Test nodes of a random split.
        transform: Applied to the graph each time it is taken out.
        pre_transform: Applied once, before the graph is stored.
        force_reload: Process again even if a stored graph is good.

    Raises:
        ArgumentError: An unknown name or split.
        FileError: A file is missing and cannot be fetched, or is broken.

    Source: Sen et al., *Collective classification in network data*, AI Magazine 2008; split: Yang, Cohen &
    Salakhutdinov, *Revisiting semi-supervised learning with graph embeddings*, ICML 2016. Self loops and duplicate
    citations are dropped; the 15 test papers of CiteSeer that have no features get zeros.
    """

    def __init__(
        self,
        root: str | Path | None,
        name: str,
        split: str = "public",
        num_train_per_class: int = 20,
        num_val: int = 500,
        num_test: int = 1000,
        transform: Callable[[Data], Data] | None = None,
        pre_transform: Callable[[Data], Data] | None = None,
        force_reload: bool = False,  # noqa: FBT001, FBT002 - PyG's signature
    ) -> None:
        if name.lower() not in _NAMES:
            hint = did_you_mean(name, _NAMES.values())
            message = f"Planetoid: expected name to be one of {', '.join(_NAMES.values())}, got {name!r}.{hint}"
            raise ArgumentError(message)
        if split not in _SPLITS:
            hint = did_you_mean(split, _SPLITS) or " Choose one of these."
            message = f"Planetoid: expected split to be one of {_SPLITS}, got {split!r}.{hint}"
            raise ArgumentError(message)
        self.name = name.lower()
        self.class_names = _CLASSES[self.name]
        folder = home() if root is None else Path(root).expanduser()
        self._raw, self._processed = self._folders(folder)
        super().__init__(folder, transform, pre_transform, None, force_reload)
        if split != "public":
            graph = copy.copy(self._graphs[0])
            _resplit(graph, split, num_train_per_class, num_val, num_test)
            self._graphs = [graph]

    def _folders(self, root: Path) -> tuple[Path, Path]:
        """Where the raw files are, or go; and where the processed graph is kept: never beside a user's own files."""
        own = root / _NAMES[self.name]
        for raw in (own / "raw", root / self.name / "raw", root / "raw", root):
            if all((raw / name).is_file() for name in self.raw_file_names):
                mine = raw.name == "raw"
                return raw, raw.parent / "processed" if mine else home() / _NAMES[self.name] / "processed"
        return own / "raw", own / "processed"

    @property
    def raw_dir(self) -> Path:
        """Where the files lie as their publisher made them."""
        return self._raw

    @property
    def processed_dir(self) -> Path:
        """Where the processed graph is kept."""
        return self._processed

    @property
    def raw_file_names(self) -> Sequence[str]:
        """The eight files of the network."""
        return [f"ind.{self.name}.{part}" for part in PARTS]

    @property
    def checksums(self) -> dict[str, str | None]:
        """The published SHA-256 of each file."""
        return {f"ind.{self.name}.{part}": SHA256[self.name][part] for part in PARTS}

    @property
    def card(self) -> dict[str, str]:
        """Facts about the data, for a report."""
        graph = self._graphs[0]
        return {
            "name": f"{_NAMES[self.name]} citation network",
            "nodes": f"{graph.num_nodes} papers",
            "edges": f"{graph.num_edges // 2} citations, stored in both directions",
            "features": f"{graph.num_features} words of a vocabulary",
            "classes": ", ".join(self.class_names),
            "source": "github.com/kimiyoung/planetoid",
            "licence": "MIT (repository)",
            "citation": "Sen et al. 2008; split of Yang, Cohen & Salakhutdinov 2016",
        }

    def download(self) -> None:
        """Fetch the files that are missing, with their checksums."""
        for part in PARTS:
            fetch(f"{ADDRESS}ind.{self.name}.{part}", self.raw_dir, SHA256[self.name][part], f"Planetoid({self.name})")

    def process(self) -> list[Data]:
        """Return the one graph."""
        parts = {part: self._read(part) for part in PARTS}
        try:
            return [_assemble(parts)]
        except (KeyError, ValueError, IndexError, RuntimeError, TypeError, AttributeError) as error:
            message = f"Planetoid: expected eight files that fit together in {self.raw_dir}, got others ({error})."
            raise FileError(f"{message} Delete them and fetch them again.") from error

    def _read(self, part: str) -> Any:
        path = self.raw_dir / f"ind.{self.name}.{part}"
        if part == "test.index":
            try:
                return torch.tensor([int(line) for line in path.read_text().split()])
            except (OSError, ValueError) as error:
                message = f"read: expected one number a line, got {path} ({error}). Delete it and fetch it again."
                raise FileError(message) from error
        value = read_pickle(path)
        if part == "graph":
            return value
        dense = value.to_dense() if isinstance(value, SparseRows) else np.asarray(value)
        return torch.from_numpy(dense).float()

    def __repr__(self) -> str:
        return f"{_NAMES[self.name]}()"


def _assemble(parts: dict[str, Any]) -> Data:
    test = parts["test.index"]
    in_order, first = test.sort().values, int(test.min())
    # CiteSeer's test papers have gaps: papers without citations, whose features were never published.
    span = int(test.max()) - first + 1
    tx, ty = (parts[name].new_zeros(span, parts[name].shape[1]) for name in ("tx", "ty"))
    tx[in_order - first], ty[in_order - first] = parts["tx"], parts["ty"]
    x = torch.cat([parts["allx"], tx])
    y = torch.cat([parts["ally"], ty]).argmax(1)
    x[test], y[test] = x[in_order], y[in_order]  # the files list test papers in the order of test.index
    nodes, labelled = x.shape[0], parts["y"].shape[0]
    pairs = torch.tensor([(source, target) for source, targets in parts["graph"].items() for target in targets])
    edge_index, _ = remove_self_loops(pairs.t())
    edge_index = coalesce(edge_index.flip(0), num_nodes=nodes).flip(0).contiguous()
    masks = {name: torch.zeros(nodes, dtype=torch.bool) for name in ("train_mask", "val_mask", "test_mask")}
    masks["train_mask"][:labelled] = True
    masks["val_mask"][labelled : labelled + 500] = True
    masks["test_mask"][test] = True
    return Data(x=x, edge_index=edge_index, y=y, **masks)


def _resplit(graph: Data, split: str, per_class: int, num_val: int, num_test: int) -> None:
    if split == "full":
        graph.train_mask = ~(graph.val_mask | graph.test_mask)
        return
    train, val, test = (torch.zeros_like(graph.train_mask) for _ in range(3))
    for c in range(int(graph.y.max()) + 1):
        members = (graph.y == c).nonzero().flatten()
        train[members[torch.randperm(len(members))[:per_class]]] = True
    rest = (~train).nonzero().flatten()
    rest = rest[torch.randperm(len(rest))]
    val[rest[:num_val]] = True
    test[rest[num_val : num_val + num_test]] = True
    graph.train_mask, graph.val_mask, graph.test_mask = train, val, test
