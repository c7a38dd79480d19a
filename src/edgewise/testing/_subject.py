"""The layer under test, and how it is called on a generated graph."""

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from edgewise.errors import EdgewiseError

__all__ = ["GRAPHS", "CheckError", "Graph", "Subject", "graph", "require_close"]

GRAPHS: dict[str, tuple[list[list[int]], int, int]] = {
    "no nodes": ([[], []], 0, 0),
    "no edges": ([[], []], 3, 3),
    "one node": ([[], []], 1, 1),
    "one loop": ([[0], [0]], 1, 1),
    "isolated nodes": ([[0, 1], [1, 0]], 4, 4),
    "self loops": ([[0, 1, 1, 2], [0, 1, 0, 2]], 3, 3),
    "duplicates": ([[0, 0, 0, 1], [1, 1, 1, 0]], 2, 2),
    "unsorted": ([[2, 0, 1, 2, 0], [2, 1, 0, 0, 2]], 3, 3),
    "star": ([[1, 2, 3, 4, 5], [0, 0, 0, 0, 0]], 6, 6),
}
"""Edges and the numbers of sources and destinations; each one has broken some layer."""


class CheckError(EdgewiseError, AssertionError):
    """A layer breaks a promise, for example gives other results when its nodes are numbered otherwise."""


@dataclass(frozen=True)
class Graph:
    """The arguments of one call."""

    x: Tensor | tuple[Tensor, Tensor]
    edge_index: Tensor
    others: dict[str, Tensor]
    """Arguments with a row a node or a row an edge, by name."""
    per_node: frozenset[str]
    """Which of them have a row a node."""

    def arguments(self) -> dict[str, Any]:
        """Return what the layer is called with."""
        return {"x": self.x, "edge_index": self.edge_index, **self.others}

    def to(self, dtype: torch.dtype) -> "Graph":
        """Return the graph with floating values of a dtype."""
        x: Any = tuple(part.to(dtype) for part in self.x) if isinstance(self.x, tuple) else self.x.to(dtype)
        others = {k: v.to(dtype) if v.is_floating_point() else v for k, v in self.others.items()}
        return replace(self, x=x, others=others)

    def leaves(self) -> "Graph":
        """Return a copy whose floating values ask for gradients."""
        x: Any = tuple(map(_asking, self.x)) if isinstance(self.x, tuple) else _asking(self.x)
        return replace(self, x=x, others={name: _asking(value) for name, value in self.others.items()})

    def wanted(self) -> list[Tensor]:
        """Return the values that ask for gradients."""
        parts = [*self.x] if isinstance(self.x, tuple) else [self.x]
        return [value for value in [*parts, *self.others.values()] if value.requires_grad]


@dataclass(frozen=True)
class Subject:
    """A layer, and what it takes beside ``x`` and ``edge_index``."""

    layer: torch.nn.Module
    widths: tuple[int, int]
    """Of the features of sources and destinations."""
    is_bipartite: bool
    """Whether it takes a pair of features."""
    node_args: Mapping[str, Callable[[int], Tensor]]
    edge_args: Mapping[str, Callable[[int], Tensor]]

    @property
    def name(self) -> str:
        """The name of the layer's class."""
        return type(self.layer).__name__

    def copy(self, dtype: torch.dtype = torch.float64) -> torch.nn.Module:
        """Return a copy of the layer in a dtype."""
        return copy.deepcopy(self.layer).to(dtype)

    def draw(self, edge_index: Tensor, num_src: int, num_dst: int, *, seed: int = 0, pair: bool = False) -> Graph:
        """Draw features of a graph in float64; with ``pair`` those of sources and destinations apart."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            pair = pair or self.widths[0] != self.widths[1]
            source = torch.randn(num_src, self.widths[0], dtype=torch.float64)
            target = torch.randn(num_dst, self.widths[1], dtype=torch.float64) if pair else source
            others = {name: draw(num_src) for name, draw in self.node_args.items()}
            others |= {name: draw(edge_index.shape[1]) for name, draw in self.edge_args.items()}
        made = Graph((source, target) if pair else source, edge_index, others, frozenset(self.node_args))
        return made.to(torch.float64)

    def run(self, layer: torch.nn.Module, graph: Graph) -> Tensor:
        """Call a layer, with the same random numbers each time."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            out: Tensor = layer(**graph.arguments())
        return out

    def gradients(self, layer: torch.nn.Module, graph: Graph) -> list[Tensor]:
        """Return the result of a layer, then the gradients of a sum of squares by every input and parameter."""
        asked = graph.leaves()
        out = self.run(layer, asked)
        wanted = [*asked.wanted(), *layer.parameters()]
        found = torch.autograd.grad((out**2).sum(), wanted, allow_unused=True)
        # Nobody depends on an edge that does not exist: no gradient and one of zeros are the same.
        return [out.detach(), *(torch.zeros_like(v) if g is None else g for v, g in zip(wanted, found, strict=True))]


def _asking(value: Tensor) -> Tensor:
    return value.detach().clone().requires_grad_() if value.is_floating_point() else value


def graph(nodes: int, edges: int, *, dst: int | None = None, seed: int = 0) -> Tensor:
    """Draw an ``edge_index`` with loops, duplicates and isolated nodes."""
    generator = torch.Generator().manual_seed(seed)
    rows = [torch.randint(0, n, (edges,), generator=generator) for n in (nodes, nodes if dst is None else dst)]
    return torch.stack(rows)


def require_close(
    subject: Subject, what: str, repair: str, found: Tensor, expected: Tensor, *, tolerance: float = 1e-10
) -> None:
    """Require equal tensors.

    Raises:
        CheckError: They differ; the message says where and by how much.
    """
    if found.shape != expected.shape:
        message = f"check_conv: expected {subject.name} to {what}, got shape {list(found.shape)} instead of "
        raise CheckError(f"{message}{list(expected.shape)}. {repair}")
    found, expected = found.double(), expected.double()
    limit = tolerance * (1 + expected.abs())
    wrong = ~((found - expected).abs() <= limit) & ~(found == expected)
    if wrong.any():
        place = [int(n) for n in wrong.nonzero()[0]]
        values = f"{found[tuple(place)]:.6g} instead of {expected[tuple(place)]:.6g}"
        message = f"check_conv: expected {subject.name} to {what}, got {values} at {place}."
        raise CheckError(f"{message} {repair}")
