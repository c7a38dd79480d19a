"""How tables are read: what a fitted estimator keeps of its tables, so that new ones become the same features."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch

from edgewise._typing import Tensor
from edgewise.data import Data
from edgewise.errors import ArgumentError, FileError
from edgewise.io import FeatureRules, from_tables
from edgewise.io.tables.features import Rows
from edgewise.io.tables.opening import open_source
from edgewise.io.tables.values import UnfitValueError, as_floats

__all__ = ["FILLER_WIDTH", "TableReading", "filler", "read_numbers"]

FILLER_WIDTH = 32
"""How many random features a node gets where the tables have none."""


@dataclass(frozen=True, kw_only=True)
class TableReading:
    """The rules and columns by which :func:`~edgewise.io.from_tables` made a graph.

    Args:
        features: The rule of each column of nodes.
        columns: Names of the columns of ids, ends and weight, as ``from_tables`` takes them; whether both directions of
            edges are stored.
        targets: The columns that were learnt.
        filler: The seed of random features, where the tables have none.

    Example:
        >>> graph = from_tables({"from": [0, 1], "to": [1, 2]}, {"age": [1.0, 2.0, 3.0]}, quiet=True)
        >>> TableReading.of(graph).read({"from": [0], "to": [1]}, {"age": [2.0, 3.0]}, quiet=True).x.shape
        torch.Size([2, 1])
    """

    features: FeatureRules
    columns: Mapping[str, Any] = field(default_factory=dict)
    targets: tuple[str, ...] = ()
    filler: int | None = None

    @classmethod
    def of(cls, data: Any) -> "TableReading | None":
        """Return what a graph says of its tables; ``None`` where it comes from none."""
        own = getattr(data, "table_reading", None)
        if own is not None:
            return own  # type: ignore[no-any-return]
        rules = getattr(data, "feature_rules", None)
        if not isinstance(data, Data) or rules is None:
            return None
        return cls(features=rules, columns={"undirected": data.is_undirected()})

    def read(self, edges: Any, nodes: Any = None, **settings: Any) -> Data:
        """Make a graph of new tables.

        Args:
            edges: As ``from_tables`` takes them.
            nodes: Likewise.
            **settings: Of ``from_tables``, where they differ from the fitted tables'.

        Raises:
            DataError: A column is missing, or holds what its rule cannot take.
        """
        known = [] if nodes is None else open_source(nodes, "nodes", "read_tables").columns
        wanted = dict(self.columns) | {"edge_features": []}
        if nodes is None:
            wanted.pop("id", None)
        else:
            wanted["features"] = self.features
            if len(self.targets) == 1 and self.targets[0] in known and self.features.class_names is not None:
                wanted["label"] = self.targets[0]
        data: Any = from_tables(edges, nodes, **(wanted | settings))
        if self.targets and "label" not in wanted and set(self.targets) <= set(known):
            data.y = read_numbers(nodes, self.targets, "read_tables")
        if self.filler is not None:
            data.x = filler(data.num_nodes, self.filler)
        data.table_reading = self
        return data  # type: ignore[no-any-return]

    def facts(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "features": self.features.to_json(),
            "columns": dict(self.columns),
            "targets": list(self.targets),
            "filler": self.filler,
        }

    @classmethod
    def from_facts(cls, facts: Mapping[str, Any]) -> "TableReading":
        """Return what :meth:`facts` wrote down.

        Raises:
            FileError: It did not.
        """
        try:
            return cls(
                features=FeatureRules.from_json(facts["features"]),
                columns=dict(facts["columns"]),
                targets=tuple(facts["targets"]),
                filler=facts["filler"],
            )
        except (KeyError, TypeError, ValueError) as error:
            raise FileError(
                "load: expected the rules of tables as save() writes them, got others. Fit the estimator anew."
            ) from error


def read_numbers(nodes: Any, names: Sequence[str], function: str) -> Tensor:
    """Return columns of a table as numbers ``[rows, columns]``, NaN where missing; of one column ``[rows]``.

    Raises:
        DataError: A value is no number, or infinite.
        ArgumentError: There is no such column.

    Example:
        >>> read_numbers({"a": [1, None]}, ["a"], "train")
        tensor([1., nan])
    """
    source = open_source(nodes, "nodes", function)
    rows, columns = Rows(source), []
    for name in names:
        source.check_column(name, "target", function)
        try:
            columns.append(as_floats(rows.column(name)).astype(np.float32))
        except UnfitValueError as error:
            raise rows.unfit(error, name, function, "Correct it, or choose another --target.") from error
    values = torch.from_numpy(np.stack(columns, axis=1))
    return values[:, 0].clone() if len(names) == 1 else values


def filler(num_nodes: int, seed: int) -> Tensor:
    """Return random features that tell nodes apart: uniform, of deviation 1; the first nodes' never change.

    Raises:
        ArgumentError: ``num_nodes`` is negative.

    Example:
        >>> bool((filler(3, 0) == filler(9, 0)[:3]).all())
        True
    """
    if num_nodes < 0:
        raise ArgumentError(f"filler: expected num_nodes of 0 or more, got {num_nodes}. Use 0.")
    generator = torch.Generator().manual_seed(seed)
    return (torch.rand(num_nodes, FILLER_WIDTH, generator=generator) * 2 - 1) * 3**0.5
