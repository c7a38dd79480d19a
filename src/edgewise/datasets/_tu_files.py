"""The text files of a TUDataset, ``<name>_A.txt`` and its companions, as graphs."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from edgewise.data import Data
from edgewise.datasets._raw import as_integers, read_numbers
from edgewise.errors import DataError, FileError
from edgewise.utils import coalesce, remove_self_loops

__all__ = ["PARTS", "Texts", "graphs_of", "widths_of"]

PARTS = ("A", "graph_indicator", "graph_labels", "graph_attributes", "node_labels", "node_attributes", "edge_labels",
         "edge_attributes")  # fmt: skip

Texts = Mapping[str, tuple[str, str]]
"""Of each part that there is: what its file holds, and the file's name for errors."""

# Labels are one-hot columns; more numbers than these (8 GB) are refused before they fill the memory.
_MOST_NUMBERS = 2**31


def graphs_of(texts: Texts, caller: str, *, node_attributes: bool, edge_attributes: bool) -> list[Data]:
    """Return the graphs of a dataset.

    Args:
        texts: The files.
        caller: The dataset that errors name.
        node_attributes: Put attributes before labels in ``x``.
        edge_attributes: Put attributes before labels in ``edge_attr``.

    Raises:
        DataError: Files that do not fit together; the message names one and a row.
    """
    files = _Files(texts, caller)
    graph, edges = files.needed("graph_indicator", 1)[:, 0] - 1, files.needed("A", 2) - 1
    nodes, graphs = len(graph), int(graph.max()) + 1 if len(graph) else 0
    files.check("graph_indicator", graph < 0, "graphs numbered from 1", graph + 1)
    files.check("graph_indicator", np.diff(graph, prepend=0) < 0, "the nodes of graph after graph", graph + 1)
    files.check("A", ((edges < 0) | (edges >= nodes)).any(1), f"nodes in 1..{nodes}", edges + 1)
    files.check("A", np.not_equal(graph[edges[:, 0]], graph[edges[:, 1]]), "edges within a graph", edges + 1)
    y = files.targets(graphs)
    if y is None:  # else a graph without nodes has a row there
        files.check("graph_indicator", np.diff(graph, prepend=0) > 1, "no graph left out", graph + 1)

    x = files.features("node", nodes, attributes=node_attributes)
    edge_attr = files.features("edge", len(edges), attributes=edge_attributes)
    edge_index, edge_attr = remove_self_loops(torch.from_numpy(edges.T.copy()), edge_attr)
    edge_index, edge_attr = coalesce(edge_index, edge_attr, num_nodes=nodes)
    return _split(torch.from_numpy(graph), graphs, x, edge_index, edge_attr, y)


def widths_of(texts: Texts, caller: str, kind: str) -> tuple[int, int]:
    """Return how many columns the attributes and the one-hot labels of ``"node"`` or ``"edge"`` take.

    Raises:
        DataError: A row is none; the message names file and row.
    """
    files = _Files(texts, caller)
    values, labels = files.numbers(f"{kind}_attributes", -1), files.integers(f"{kind}_labels", -1)
    attributes = values.shape[1] if values is not None and len(values) else 0
    return attributes, int((np.ptp(labels, axis=0) + 1).sum()) if labels is not None and len(labels) else 0


class _Files:
    """Reads the files, and says which one is wrong."""

    def __init__(self, texts: Texts, caller: str) -> None:
        self._texts, self._caller = texts, caller

    def numbers(self, part: str, rows: int) -> NDArray[np.float64] | None:
        """A file with a row for each of something, or ``None`` if there is no such file."""
        if part not in self._texts:
            return None
        numbers = read_numbers(*self._texts[part], self._caller)
        if len(numbers) != rows and rows >= 0:
            self.fail(part, f"{rows} rows", f"{len(numbers)}")
        return numbers

    def integers(self, part: str, rows: int) -> NDArray[np.int64] | None:
        """The same of whole numbers."""
        numbers = self.numbers(part, rows)
        return None if numbers is None else as_integers(numbers, self._texts[part][1], self._caller)

    def needed(self, part: str, columns: int) -> NDArray[np.int64]:
        """A file that every dataset has, with any number of rows."""
        found = self.integers(part, -1)
        if found is None:
            message = f"{self._caller}: expected a file *_{part}.txt, got {', '.join(self._texts) or 'none'}."
            raise FileError(f"{message} Delete the dataset's files and fetch them again.")
        if len(found) == 0:
            return np.zeros((0, columns), dtype=np.int64)
        if found.shape[1] != columns:
            self.fail(part, f"{columns} columns", f"{found.shape[1]}")
        return found

    def features(self, kind: str, rows: int, *, attributes: bool) -> Tensor | None:
        """Attributes, if wanted, and labels as one-hot columns, side by side; ``None`` if there are none."""
        values, labels = self.numbers(f"{kind}_attributes", rows), self.integers(f"{kind}_labels", rows)
        parts = [torch.from_numpy(values).float()] if values is not None and attributes else []
        if labels is not None:
            parts += [self._one_hot(f"{kind}_labels", column) for column in labels.T]
        return torch.cat(parts, dim=1) if parts and rows else None

    def _one_hot(self, part: str, labels: NDArray[np.int64]) -> Tensor:
        if len(labels) == 0:
            return torch.zeros(0, 0)
        labels = labels - labels.min()
        most = _MOST_NUMBERS // len(labels)
        self.check(part, labels >= most, f"labels less than {most} apart (they become one-hot columns)", labels)
        out = torch.zeros(len(labels), int(labels.max()) + 1)
        out[torch.arange(len(labels)), torch.from_numpy(labels)] = 1.0
        return out

    def targets(self, graphs: int) -> Tensor | None:
        """Numbers to predict where there are some, else classes from 0."""
        values, labels = self.numbers("graph_attributes", graphs), self.integers("graph_labels", graphs)
        if values is not None:
            return torch.from_numpy(values[:, 0] if values.shape[1] == 1 else values).float()
        if labels is None:
            return None
        classes = torch.from_numpy(np.unique(labels, return_inverse=True)[1].reshape(labels.shape))
        return classes[:, 0] if labels.shape[1] == 1 else classes

    def check(self, part: str, wrong: Any, expected: str, values: NDArray[np.int64]) -> None:
        if wrong.any():
            row = int(wrong.argmax())
            self.fail(part, expected, f"{', '.join(map(str, values[row].reshape(-1)))} in row {row + 1}")

    def fail(self, part: str, expected: str, got: str) -> None:
        label = self._texts[part][1]
        message = f"{self._caller}: expected {expected} in {label}, got {got}. Repair it, or fetch it again."
        raise DataError(message)


def _split(
    graph: Tensor, graphs: int, x: Tensor | None, edge_index: Tensor, edge_attr: Tensor | None, y: Tensor | None
) -> list[Data]:
    counts = torch.bincount(graph, minlength=graphs)
    first = torch.cat([counts.new_zeros(1), counts.cumsum(0)])
    owner = graph[edge_index[0]]  # edges are sorted by source, hence by graph
    lengths = torch.bincount(owner, minlength=graphs).tolist()
    edges = (edge_index - first[owner]).split(lengths, dim=1)
    attributes = None if edge_attr is None else edge_attr.split(lengths)
    features = None if x is None else x.split(counts.tolist())
    out = []
    for g, nodes in enumerate(counts.tolist()):
        data = Data(
            x=None if features is None else features[g],
            edge_index=edges[g],
            edge_attr=None if attributes is None else attributes[g],
            y=None if y is None else y[g : g + 1],
        )
        if features is None:
            data.num_nodes = nodes
        out.append(data)
    return out
