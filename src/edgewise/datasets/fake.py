"""Random graphs of any shape, for trying things out."""

from collections import Counter
from collections.abc import Callable
from itertools import product
from typing import Any

import torch

from edgewise._suggest import did_you_mean
from edgewise._typing import Int, Tensor
from edgewise.data import Data, HeteroData, InMemoryDataset
from edgewise.errors import ArgumentError
from edgewise.utils import coalesce, remove_self_loops, to_undirected

__all__ = ["FakeDataset", "FakeHeteroDataset"]

Shape = int | tuple[int, ...]


class FakeDataset(InMemoryDataset):
    """Random graphs with random features, moved apart by their label so that there is something to learn.

    Args:
        num_graphs: How many graphs there are.
        avg_num_nodes: How many nodes a graph has on average; between three and five quarters of it.
        avg_degree: How many edges are drawn a node.
        num_channels: How many features a node has; 0 for none.
        edge_dim: How many features an edge has; 1 makes ``edge_weight``, more ``edge_attr``.
        num_classes: How many classes there are; 0 for no labels.
        task: ``"node"`` or ``"graph"`` labels; ``"auto"``: a graph's where there are several, else a node's.
        is_undirected: Whether every edge has its opposite.
        transform: Applied to a graph each time it is taken out.
        pre_transform: Applied to each graph once.
        **kwargs: More attributes by their shape, for example ``global_features=5``.

    Raises:
        ArgumentError: An unknown task.

    Cost: no download. Draws from torch's generator: same seed, same graphs.

    Example:
        >>> _ = torch.manual_seed(0)
        >>> dataset = FakeDataset(num_graphs=2, avg_num_nodes=8, avg_degree=2.0, num_channels=3)
        >>> len(dataset), dataset.num_features, dataset[0].y.shape
        (2, 3, torch.Size([1]))
    """

    def __init__(
        self,
        num_graphs: int = 1,
        avg_num_nodes: int = 1000,
        avg_degree: float = 10.0,
        num_channels: int = 64,
        edge_dim: int = 0,
        num_classes: int = 10,
        task: str = "auto",
        is_undirected: bool = True,  # noqa: FBT001, FBT002 - PyG's signature
        transform: Callable[[Data], Any] | None = None,
        pre_transform: Callable[[Data], Any] | None = None,
        **kwargs: Shape,
    ) -> None:
        self.num_graphs, self.task = max(num_graphs, 1), _task(task, num_graphs, "FakeDataset")
        self.avg_num_nodes, self.avg_degree = max(avg_num_nodes, int(avg_degree)), max(avg_degree, 1)
        self.num_channels, self.edge_dim, self.classes = num_channels, edge_dim, num_classes
        self.is_undirected, self.more = is_undirected, kwargs
        super().__init__(None, transform, pre_transform)

    def process(self) -> list[Data]:
        """Draw the graphs."""
        return [self.generate_data() for _ in range(self.num_graphs)]

    def generate_data(self) -> Data:
        """Draw one graph."""
        nodes = _num_nodes(self.avg_num_nodes, self.avg_degree)
        edges, _ = remove_self_loops(_edges(nodes, nodes, self.avg_degree))
        edges = to_undirected(edges, num_nodes=nodes) if self.is_undirected else coalesce(edges, num_nodes=nodes)
        data = Data(edge_index=edges)
        if self.classes > 0:
            data.y = torch.randint(self.classes, (nodes if self.task == "node" else 1,))
        if self.num_channels > 0:
            data.x = torch.randn(nodes, self.num_channels) + (0 if data.y is None else data.y.unsqueeze(1))
        else:
            data.num_nodes = nodes
        _set_edge_features(data, self.edge_dim)
        for name, shape in self.more.items():
            data[name] = torch.randn(shape)
        return data


class FakeHeteroDataset(InMemoryDataset):
    """Random graphs with several types of nodes and edges, and random features.

    Node types are ``"v0"``, ``"v1"``, ...; relations between the same two types ``"e0"``, ``"e1"``, ...

    Args:
        num_graphs: How many graphs there are.
        num_node_types: How many types of nodes there are.
        num_edge_types: How many types of edges there are.
        avg_num_nodes: How many nodes of a type a graph has on average; between three and five quarters of it.
        avg_degree: How many edges of a type are drawn a source.
        avg_num_channels: How many features nodes have on average; between three and five quarters of it; 0 for none.
        edge_dim: How many features an edge has; 1 makes ``edge_weight``, more ``edge_attr``.
        num_classes: How many classes there are; 0 for no labels.
        task: ``"node"`` labels, of type ``"v0"``, or ``"graph"`` labels; ``"auto"``: a graph's where there are several.
        transform: Applied to a graph each time it is taken out.
        pre_transform: Applied to each graph once.
        **kwargs: More attributes by their shape, for example ``global_features=5``.

    Raises:
        ArgumentError: An unknown task.

    Cost: no download. Draws from torch's generator: same seed, same graphs.

    Example:
        >>> _ = torch.manual_seed(0)
        >>> graph = FakeHeteroDataset(num_node_types=2, num_edge_types=3, avg_num_nodes=8, avg_degree=2.0)[0]
        >>> graph.node_types, len(graph.edge_types), graph["v0"].y.shape[0] == graph["v0"].num_nodes
        (['v0', 'v1'], 3, True)
    """

    def __init__(
        self,
        num_graphs: int = 1,
        num_node_types: int = 3,
        num_edge_types: int = 6,
        avg_num_nodes: int = 1000,
        avg_degree: float = 10.0,
        avg_num_channels: int = 64,
        edge_dim: int = 0,
        num_classes: int = 10,
        task: str = "auto",
        transform: Callable[[HeteroData], Any] | None = None,
        pre_transform: Callable[[HeteroData], Any] | None = None,
        **kwargs: Shape,
    ) -> None:
        self.num_graphs, self.task = max(num_graphs, 1), _task(task, num_graphs, "FakeHeteroDataset")
        self.node_types = [f"v{number}" for number in range(max(num_node_types, 1))]
        self.edge_types = _edge_types(self.node_types, max(num_edge_types, 1))
        self.avg_num_nodes, self.avg_degree = max(avg_num_nodes, int(avg_degree)), max(avg_degree, 1)
        self.channels = [_between(3 * avg_num_channels // 4, 5 * avg_num_channels // 4) for _ in self.node_types]
        self.edge_dim, self.classes, self.more = edge_dim, num_classes, kwargs
        super().__init__(None, transform, pre_transform)

    @property
    def num_classes(self) -> int:
        """How many classes the labels name."""
        graphs = list(self)
        labels = [graph["v0"].y if self.task == "node" else graph.y for graph in graphs] if self.classes > 0 else []
        return max((int(label.max()) + 1 for label in labels if label.numel()), default=0)

    def process(self) -> list[HeteroData]:
        """Draw the graphs."""
        return [self.generate_data() for _ in range(self.num_graphs)]

    def generate_data(self) -> HeteroData:
        """Draw one graph."""
        data = HeteroData()
        for name, channels in zip(self.node_types, self.channels, strict=True):
            nodes = _num_nodes(self.avg_num_nodes, self.avg_degree)
            if channels > 0:
                data[name].x = torch.randn(nodes, channels)
            else:
                data[name].num_nodes = nodes
        if self.classes > 0 and self.task == "node":
            data["v0"].y = torch.randint(self.classes, (data["v0"].num_nodes,))
        for src, relation, dst in self.edge_types:
            edges = _edges(data[src].num_nodes, data[dst].num_nodes, self.avg_degree)
            data[src, relation, dst].edge_index = coalesce(edges)
            _set_edge_features(data[src, relation, dst], self.edge_dim)
        if self.classes > 0 and self.task == "graph":
            data.y = torch.randint(self.classes, (1,))
        for name, shape in self.more.items():
            data[name] = torch.randn(shape)
        return data


def _task(task: str, num_graphs: int, caller: str) -> str:
    known = ("node", "graph", "auto")
    if task not in known:
        hint = did_you_mean(task, known) or " Choose one of these."
        message = f"{caller}: expected task to be one of {known}, got {task!r}.{hint}"
        raise ArgumentError(message)
    return ("graph" if num_graphs > 1 else "node") if task == "auto" else task


def _between(least: int, most: int) -> int:
    return int(torch.randint(least, most + 1, ()))


def _num_nodes(average: int, degree: float) -> int:
    return _between(max(3 * average // 4, int(degree)), max(5 * average // 4, int(degree)))


def _edges(num_src: int, num_dst: int, degree: float) -> Int[Tensor, "2 edges"]:
    count = int(num_src * degree)
    return torch.stack([torch.randint(num_src, (count,)), torch.randint(num_dst, (count,))])


def _edge_types(node_types: list[str], count: int) -> list[tuple[str, str, str]]:
    """Pairs of types in a random order; a pair that comes again is another relation."""
    pairs = list(product(node_types, node_types))
    pairs = pairs * -(-count // len(pairs))
    chosen = [pairs[place] for place in torch.randperm(len(pairs)).tolist()[:count]]
    seen: Counter[tuple[str, str]] = Counter()
    types = []
    for src, dst in chosen:
        types.append((src, f"e{seen[src, dst]}", dst))
        seen[src, dst] += 1
    return types


def _set_edge_features(store: Any, width: int) -> None:
    if width > 1:
        store.edge_attr = torch.rand(store.num_edges, width)
    elif width == 1:
        store.edge_weight = torch.rand(store.num_edges)
