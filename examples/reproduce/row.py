"""What a row of the table is: a published figure, and the function that gets it again."""

import hashlib
import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

__all__ = ["Published", "Row", "data_folder"]

REPOSITORY = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, kw_only=True)
class Published:
    """A figure of a paper."""

    metric: str
    """Its key in what the row's function returns, and its name in the table."""
    value: float
    spread: float | None = None
    """Standard deviation, where the paper gives one."""
    source: str
    """Paper and table."""
    point: float = 1.0
    """How far off still counts as the same, where the spread is not wider: 1 of a percentage, 0.01 of a share."""
    higher_is_better: bool = True
    digits: int = 1


@dataclass(frozen=True, kw_only=True)
class Row:
    """One dataset and one model, with a function from a seed to metrics."""

    name: str
    """As in ``make reproduce ROW=cora-gcn``."""
    dataset: str
    model: str
    published: Sequence[Published]
    run: Callable[..., dict[str, float]] | None
    """Called as ``run(seed=seed, **settings)``; returns at least the published metrics. ``None``: no recipe yet."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Plain values that JSON knows. A run is done again when they change."""
    seeds: Sequence[int] = range(5)
    note: str = ""
    """In what the recipe differs from the paper."""

    @property
    def settings_hash(self) -> str:
        """Of the settings and the name of the function."""
        function = getattr(self.run, "__qualname__", "none")
        text = json.dumps([function, dict(self.settings)], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:12]


def data_folder(name: str) -> Path | None:
    """Return a folder of the shared test data, or ``None``: the dataset class downloads what it needs."""
    root = Path(os.environ.get("EDGEWISE_TEST_DATA", REPOSITORY.parent / "shared" / "data"))
    return root / name if (root / name).is_dir() else None
