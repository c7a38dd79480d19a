"""Named data sets and the settings that suit each. Downloading and parsing are ``datasets``' business."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from edgewise._suggest import did_you_mean
from edgewise.data import Data
from edgewise.datasets.registry import NAMES
from edgewise.errors import ArgumentError
from edgewise.tasks.config import TrainConfig
from edgewise.transforms import NormalizeFeatures

__all__ = ["NamedGraph", "load_graph", "preset"]

_PAPER: Mapping[str, Any] = {}
"""Kipf & Welling (ICLR 2017) for citation graphs; :class:`TrainConfig`'s defaults are theirs."""

_SETTINGS: dict[str, Mapping[str, Any]] = {
    # With 4 labels regularisation only costs; a bounded activation lets the embedding unfold smoothly.
    "karate": {"hidden": 16, "layers": 3, "act": "tanh", "dropout": 0.0, "weight_decay": 0.0, "epochs": 401},
    "cora": _PAPER,
    "citeseer": _PAPER,
    "pubmed": _PAPER,
}

_SOURCE = {
    "karate": ("KarateClub", "KarateClub()[0]", ""),
    "cora": ("Planetoid", 'Planetoid({root}, "Cora")[0]', "NormalizeFeatures"),
    "citeseer": ("Planetoid", 'Planetoid({root}, "CiteSeer")[0]', "NormalizeFeatures"),
    "pubmed": ("Planetoid", 'Planetoid({root}, "PubMed")[0]', "NormalizeFeatures"),
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


def preset(name: str, overrides: Mapping[str, Any] | None = None) -> TrainConfig:
    """Return the settings for a named data set, with the given ones in their place.

    Raises:
        ArgumentError: No data set has this name, or a setting is out of range.

    Example:
        >>> preset("karate", {"seed": 3}).epochs
        401
    """
    _check_name(name)
    return TrainConfig(**{**_SETTINGS[name], **(overrides or {})})


def load_graph(name: str, root: Path | None = None) -> NamedGraph:
    """Load a named data set, with its features prepared as in the paper.

    Args:
        name: For example ``"karate"``.
        root: Folder with the raw files; ``None`` takes the cache, and downloads where needed.

    Raises:
        ArgumentError: No data set has this name; the message names the nearest.

    Example:
        >>> load_graph("karate").data.num_nodes
        34
    """
    _check_name(name)
    dataset = NAMES[name].load(root)
    data = dataset[0]
    class_name, expression, transform = _SOURCE[name]
    imports = [f"from edgewise.datasets import {class_name}", "from edgewise.nn import GCN"]
    expression = expression.format(root=None if root is None else json.dumps(str(root.absolute())))
    if transform:
        data = NormalizeFeatures()(data)
        imports.append(f"from edgewise.transforms import {transform}")
        expression = f"{transform}()({expression})"
    return NamedGraph(
        name=name, data=data, root=root, card=dataset.card, imports="\n".join(imports), expression=expression
    )


def _check_name(name: str) -> None:
    if name not in NAMES:
        repair = did_you_mean(name, NAMES) or " Run: edgewise data list."
        raise ArgumentError(f"train: expected a data set among {', '.join(NAMES)}, got {name!r}.{repair}")
