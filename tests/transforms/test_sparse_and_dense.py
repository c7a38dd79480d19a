"""Edges as sparse and dense matrices, and graphs padded to one size, as PyG's."""

import pytest
import torch
import torch_geometric.transforms as pyg
import torch_geometric.transforms.pad as pyg_pad
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.graphs import graphs
from tests.transforms.parity import NAMES, assert_same, corner, graph_of, hetero_graph, plain, random_graph, to_pyg

from edgewise import transforms
from edgewise.data import Data
from edgewise.nn import GCNConv

pytestmark = pytest.mark.filterwarnings("ignore:Sparse invariant checks")  # PyG's matrices

LAYOUTS = [None, torch.sparse_csr, torch.sparse_coo]


@settings(max_examples=40, deadline=None)
@given(graph=graphs(square=True), layout=st.sampled_from(LAYOUTS), keep=st.booleans(), weighted=st.booleans())
def test_sparse_as_pyg(graph, layout, keep, weighted):
    edge_index, nodes, _ = graph
    data = plain(graph_of(edge_index.long().unique(dim=1), nodes), "x", "edge_index", "edge_attr")
    data = data.edge_subgraph(torch.randperm(data.num_edges, generator=torch.Generator().manual_seed(nodes)))
    if weighted:
        data.edge_weight = torch.arange(1.0, data.num_edges + 1)
    arguments = {"remove_edge_index": not keep, "layout": layout}
    ours, theirs = transforms.ToSparseTensor(**arguments)(data), pyg.ToSparseTensor(**arguments)(to_pyg(data))
    assert ours.adj_t.layout == theirs.adj_t.layout
    torch.testing.assert_close(ours.adj_t, theirs.adj_t)
    assert_same(ours, theirs, "x", "edge_attr", "edge_index", "edge_weight")


def test_wide_values_become_coo_as_pyg():
    data = plain(random_graph(simple=True), "edge_index", "edge_attr")
    ours, theirs = (library.ToSparseTensor(attr="edge_attr") for library in (transforms, pyg))
    torch.testing.assert_close(ours(data).adj_t, theirs(to_pyg(data)).adj_t)


def test_duplicates_are_counted():
    data = Data(edge_index=torch.tensor([[0, 0, 1], [1, 1, 0]]), edge_type=torch.tensor([7, 8, 9]), num_nodes=3)
    out = transforms.ToSparseTensor()(data)
    assert out.adj_t.to_dense().tolist() == [[0.0, 1.0, 0.0], [2.0, 0.0, 0.0], [0.0, 0.0, 0.0]]
    assert out.edge_type.tolist() == [9, 7]


def test_a_layer_gives_the_same_on_both():
    data = transforms.RemoveSelfLoops()(random_graph(10, 60))
    assert not data.is_coalesced()
    layer, out = GCNConv(3, 2), transforms.ToSparseTensor()(data)
    torch.testing.assert_close(layer(out.x, out.adj_t), layer(data.x, data.edge_index, data.edge_weight))


def test_the_number_of_nodes_outlives_the_edges():
    with pytest.warns(UserWarning, match="guessed 4"):
        out = transforms.ToSparseTensor()(Data(edge_index=torch.tensor([[0], [3]])))
    assert out.num_nodes == 4


def test_hetero_sparse_as_pyg():
    data = hetero_graph()
    data["author", "writes", "paper"].edge_index = torch.tensor(
        [[0, 3, 1, 2, 2, 0, 1, 3, 0], [5, 1, 2, 2, 0, 0, 1, 4, 1]]
    )
    data["author", "reads", "paper"].edge_index = torch.tensor([[0, 3, 1, 2, 2], [5, 1, 2, 2, 0]])
    data["paper", "cites", "paper"].edge_index = torch.stack([torch.arange(11) // 2, torch.arange(11) % 6])
    ours, theirs = transforms.ToSparseTensor()(data), pyg.ToSparseTensor()(to_pyg(data))
    for edge_type in data.edge_types:
        torch.testing.assert_close(ours[edge_type].adj_t, theirs[edge_type].adj_t)
        assert "edge_index" not in ours[edge_type]
    written = ("author", "writes", "paper")
    torch.testing.assert_close(ours[written].edge_attr, theirs[written].edge_attr)


@pytest.mark.parametrize("case", NAMES)
@pytest.mark.parametrize("more", [None, 0, 3])
@pytest.mark.parametrize("with_attributes", [True, False])
def test_dense_as_pyg(case, more, with_attributes):
    data = plain(corner(case), "x", "pos", "edge_index", *["edge_attr"] * with_attributes)
    data.y = torch.arange(data.num_nodes)
    data.num_nodes = None  # which PyG would leave as it is
    size = None if more is None else data.num_nodes + more
    ours, theirs = transforms.ToDense(size)(data), pyg.ToDense(size)(to_pyg(data))
    labels = ["y"] * (data.num_nodes != 1)  # one label is the graph's, here
    assert_same(ours, theirs, "adj", "mask", "x", "pos", *labels, "edge_index", "edge_attr")


PADS = [
    {},
    {"node_pad_value": 2.0, "edge_pad_value": 3.0, "mask_pad_value": True},
    {"add_pad_mask": True, "exclude_keys": ["pos", "absent"]},
    {"by_name": True},
]


def padding(module, by_name=False, **arguments):
    if by_name:
        arguments["node_pad_value"] = module.AttrNamePadding({"x": 5.0, "pos": module.UniformPadding(6.0)}, default=7)
        arguments["edge_pad_value"] = module.AttrNamePadding({"edge_attr": 8.0})
    return module.Pad(**arguments)


@pytest.mark.parametrize("case", NAMES)
@pytest.mark.parametrize("arguments", PADS)
def test_pad_as_pyg(case, arguments):
    data = plain(corner(case), "x", "pos", "edge_index", "edge_attr", "edge_weight")
    data.train_mask = torch.arange(data.num_nodes) % 2 == 0
    data.y = torch.arange(data.num_nodes)
    for edges in (None, data.num_edges, data.num_edges + 3):
        size = {"max_num_nodes": data.num_nodes + 3, "max_num_edges": edges}
        if size["max_num_nodes"] ** 2 >= data.num_edges:
            ours, theirs = (
                padding(transforms, **size, **arguments)(data),
                padding(pyg_pad, **size, **arguments)(to_pyg(data)),
            )
            assert_same(ours, theirs)
            ours.train_mask = None  # of the empty graph, it selects nothing
            ours.validate()


def test_pad_of_a_hetero_graph_as_pyg():
    data = hetero_graph()
    data["venue"].x = torch.ones(3, 1)
    sizes = {"paper": 8, "author": 5, "venue": 4}
    outs = []
    for module, graph in ((transforms, data), (pyg_pad, to_pyg(data))):
        nodes = module.NodeTypePadding({"paper": 2.0, "author": module.AttrNamePadding({"x": 3.0})}, default=4.0)
        edges = module.EdgeTypePadding({("paper", "cites", "paper"): 5.0}, default=6.0)
        transform = module.Pad(dict(sizes), {("author", "writes", "paper"): 30}, nodes, edges, add_pad_mask=True)
        outs.append(transform(graph))
    assert_same(*outs)
    assert outs[0]["author", "reads", "paper"].num_edges == 40
    outs[0].validate()
