"""Graphs with attributes of every kind, ours and PyG's, and how the two are compared."""

import torch
import torch_geometric.data as pyg
from tests.graphs import CORNER_CASES, corner_case

from edgewise.data import Data, HeteroData

NAMES = list(CORNER_CASES)


def graph_of(edge_index, nodes, seed=0):
    """A graph with node, edge and graph attributes, drawn from a seed."""
    generator = torch.Generator().manual_seed(seed)
    edges = edge_index.shape[1]
    return Data(
        x=torch.randn(nodes, 3, generator=generator),
        edge_index=edge_index,
        edge_attr=torch.rand(edges, 2, generator=generator),
        edge_weight=torch.rand(edges, generator=generator) + 0.5,
        pos=torch.randn(nodes, 2, generator=generator),
        label=torch.tensor([[7.0, 8.0]]),
        name="a graph",
    )


def corner(name, seed=0):
    edge_index, num_src, num_dst = corner_case(name)
    return graph_of(edge_index, max(num_src, num_dst), seed)


def random_graph(nodes=12, edges=40, seed=0, *, undirected=False, simple=False):
    generator = torch.Generator().manual_seed(seed)
    edge_index = torch.randint(0, nodes, (2, edges), generator=generator)
    if simple:
        edge_index = edge_index[:, edge_index[0] != edge_index[1]].unique(dim=1)
    if undirected:
        edge_index = torch.cat([edge_index, edge_index.flip(0)], dim=1).unique(dim=1)
    return graph_of(edge_index, nodes, seed)


def plain(data, *names):
    """The same graph with only some of its attributes, and its number of nodes."""
    out = Data(num_nodes=data.num_nodes)
    for name in names:
        out[name] = data[name]
    return out


def hetero_graph(seed=0):
    """Papers, authors and a type without edges; a relation within one type, two relations between the same two."""
    generator = torch.Generator().manual_seed(seed)

    def pairs(num_src, num_dst, edges):
        ends = (torch.randint(0, nodes, (edges,), generator=generator) for nodes in (num_src, num_dst))
        return torch.stack(tuple(ends))

    data = HeteroData()
    data["paper"].x = torch.randn(6, 3, generator=generator)
    data["paper"].train_mask = torch.rand(6, generator=generator) < 0.5
    data["author"].x = torch.randn(4, 2, generator=generator)
    data["venue"].num_nodes = 3
    data["author", "writes", "paper"].edge_index = pairs(4, 6, 9)
    data["author", "writes", "paper"].edge_attr = torch.rand(9, 2, generator=generator)
    data["author", "reads", "paper"].edge_index = pairs(4, 6, 5)
    data["paper", "cites", "paper"].edge_index = pairs(6, 6, 11)
    data["paper", "cites", "paper"].edge_weight = torch.rand(11, generator=generator)
    return data


def to_pyg(data):
    if isinstance(data, HeteroData):
        out = pyg.HeteroData()
        for key, store in [*data.node_items(), *data.edge_items()]:
            for name, value in store.to_dict().items():
                out[key][name] = value
        return out
    return pyg.Data(**data.to_dict())


def assert_same(ours, theirs, *names, **tolerance):
    """The named attributes, or all of theirs, are equal; theirs alone decides which there are."""
    if isinstance(ours, HeteroData):
        assert ours.node_types == theirs.node_types
        assert set(ours.edge_types) == set(theirs.edge_types)
        for key in [*theirs.node_types, *theirs.edge_types]:
            _assert_same(ours[key].to_dict(), theirs[key].to_dict(), names, tolerance)
    else:
        assert ours.num_nodes == theirs.num_nodes
        _assert_same(ours.to_dict(), theirs.to_dict(), names, tolerance)


def _assert_same(ours, theirs, names, tolerance):
    for name in names or theirs:
        mine, other = ours.get(name), theirs.get(name)
        if isinstance(other, torch.Tensor):
            assert isinstance(mine, torch.Tensor), name
            torch.testing.assert_close(mine, other, msg=lambda text, name=name: f"{name}: {text}", **tolerance)
        elif name != "num_nodes":
            assert mine == other, name
