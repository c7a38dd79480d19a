"""The settings that suit each named graph. Downloading and parsing are ``datasets``' business."""

import copy
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from edgewise.data import Data
from edgewise.datasets import registry
from edgewise.errors import ArgumentError
from edgewise.tasks.config import TrainConfig
from edgewise.transforms import NormalizeFeatures

__all__ = ["NamedGraph", "load_graph", "preset"]

# Citation graphs need none: TrainConfig's defaults are those of Kipf & Welling (ICLR 2017).
_SETTINGS: dict[str, Mapping[str, Any]] = {
    # With 4 labels regularisation only costs; a bounded activation lets the embedding unfold smoothly.
    "karate": {"hidden": 16, "layers": 3, "act": "tanh", "dropout": 0.0, "weight_decay": 0.0, "epochs": 401},
}

_CITATIONS = ["from edgewise.datasets import Planetoid", "from edgewise.transforms import NormalizeFeatures"]
_EXPRESSION = 'Planetoid({root}, "%s", transform=NormalizeFeatures())[0]'
_SOURCE = {
    "karate": (["from edgewise.datasets import KarateClub"], "KarateClub()[0]"),
    "cora": (_CITATIONS, _EXPRESSION % "Cora"),
    "citeseer": (_CITATIONS, _EXPRESSION % "CiteSeer"),
    "pubmed": (_CITATIONS, _EXPRESSION % "PubMed"),
}


@dataclass(frozen=True, kw_only=True)
class NamedGraph:
    """A public graph, ready to train on, and the Python lines that load it."""

    name: str
    data: Data
    root: Path | None = None
    card: Mapping[str, str] = field(default_factory=dict)
    imports: str
    expression: str
    task: str = "classification"

    @property
    def usual(self) -> TrainConfig:
        """The settings that are taken where none are given."""
        return preset(self.name)

    @property
    def section(self) -> tuple[str, dict[str, str]]:
        """What ``config.toml`` says of it."""
        return "data", {"name": self.name} | ({} if self.root is None else {"root": str(self.root.absolute())})

    @property
    def words(self) -> list[str]:
        """What names it on the command line."""
        return [self.name] + ([] if self.root is None else ["--root", str(self.root)])


def preset(name: str, overrides: Mapping[str, Any] | None = None) -> TrainConfig:
    """Return the settings for a named graph, with the given ones in their place.

    Raises:
        ArgumentError: A setting is out of range.

    Example:
        >>> preset("karate", {"seed": 3}).epochs
        401
    """
    return TrainConfig(**{**_SETTINGS.get(name, {}), **(overrides or {})})


def load_graph(name: str, root: Path | None = None) -> NamedGraph:
    """Load a named graph, with its features prepared as in the paper.

    Args:
        name: For example ``"karate"``.
        root: Folder with the raw files; ``None`` takes the cache, and downloads where needed.

    Raises:
        ArgumentError: No graph has this name; the message names the nearest.
        FileError: The files are missing and cannot be fetched, or broken.

    Example:
        >>> load_graph("karate").data.num_nodes
        34
    """
    if name in registry.NAMES and name not in _SOURCE:
        message = (
            f"load_graph: expected one of {', '.join(_SOURCE)}, got {name!r}, which has no settings for training yet. "
            "Load it in Python (edgewise.datasets) and pass its graph to NodeClassifier.fit."
        )
        raise ArgumentError(message)
    dataset = registry.load(name, root, None if name == "karate" else NormalizeFeatures())
    data = copy.copy(dataset[0])
    data.class_names = getattr(dataset, "class_names", None)
    imports, expression = _SOURCE[name]
    where = "None" if root is None else json.dumps(str(root.absolute()))
    return NamedGraph(
        name=name,
        data=data,
        root=root,
        card=getattr(dataset, "card", {}),
        imports="\n".join(imports),
        expression=expression.format(root=where),
    )
