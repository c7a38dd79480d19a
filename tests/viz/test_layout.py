"""The layout kernel: neighbours end up near, nothing breaks on odd graphs, the same seed gives the same bits."""

import networkx as nx
import pytest
import torch
from tests.graphs import CORNER_CASES, corner_case

from edgewise import Adjacency
from edgewise.errors import ArgumentError, DTypeError, NodeIndexError, ShapeError
from edgewise.ops import _reference, force_layout
from edgewise.utils import to_undirected
from edgewise.viz import force_layout as layout_of_edges


def symmetric(G):
    edge_index = to_undirected(torch.tensor(list(G.edges), dtype=torch.long).reshape(-1, 2).t())
    return Adjacency.of(edge_index, (G.number_of_nodes(),) * 2), edge_index


def mean_edge_length(position, edge_index):
    return (position[edge_index[0]] - position[edge_index[1]]).norm(dim=1).mean()


@pytest.mark.parametrize("name", [name for name, case in CORNER_CASES.items() if case[1] == case[2]])
def test_odd_graphs(name):
    edge_index, nodes, _ = corner_case(name)
    position = layout_of_edges(edge_index, nodes)
    assert position.shape == (nodes, 2)
    assert position.isfinite().all()
    if nodes > 1:
        torch.testing.assert_close(position.mean(0), torch.zeros(2), rtol=0, atol=1e-5)
        assert position.abs().max() == 1
        assert torch.pdist(position).min() > 0


@pytest.mark.parametrize("G", [nx.grid_2d_graph(12, 12), nx.balanced_tree(3, 5), nx.caveman_graph(8, 9)], ids=str)
def test_neighbours_are_near(G):
    adjacency, edge_index = symmetric(nx.convert_node_labels_to_integers(G))
    position = force_layout(adjacency)
    assert mean_edge_length(position, edge_index) < 0.35 * torch.pdist(position).mean()


def test_as_good_as_the_reference():
    adjacency, edge_index = symmetric(nx.karate_club_graph())
    native = force_layout(adjacency)
    reference = _reference.force_layout(adjacency.indptr, adjacency.indices, 0, 60)
    lengths = [mean_edge_length(p, edge_index) / torch.pdist(p).mean() for p in (native, reference)]
    assert lengths[0] < 1.15 * lengths[1]


def test_same_seed_same_picture_on_any_number_of_threads():
    adjacency, _ = symmetric(nx.barabasi_albert_graph(9000, 2, seed=0))  # more than one grain of work
    before = torch.get_num_threads()
    try:
        pictures = []
        for threads in (1, 2, 3):
            torch.set_num_threads(threads)
            pictures.append(force_layout(adjacency, seed=3))
    finally:
        torch.set_num_threads(before)
    assert torch.equal(pictures[0], pictures[1])
    assert torch.equal(pictures[0], pictures[2])
    assert not torch.equal(pictures[0], force_layout(adjacency, seed=4))


def test_bad_edges_are_named():
    with pytest.raises(
        NodeIndexError, match=r"force_layout: expected edge_index values in 0\.\.2, got node 9 as source"
    ):
        layout_of_edges(torch.tensor([[0, 9], [1, 2]]), 3)
    with pytest.raises(NodeIndexError, match=r"force_layout: .* got node -1 as destination of edge 0"):
        layout_of_edges(torch.tensor([[0], [-1]]), 3)


@pytest.mark.unhooked
def test_edges_of_wrong_kind_are_refused():
    with pytest.raises(ShapeError, match=r"force_layout: .* looks transposed: use edge_index\.t"):
        layout_of_edges(torch.zeros(3, 2, dtype=torch.long), 3)
    with pytest.raises(DTypeError, match="force_layout: expected integer edge_index, got float32"):
        layout_of_edges(torch.rand(2, 3), 3)


def test_opcheck_and_messages():
    adjacency, _ = symmetric(nx.path_graph(5))
    torch.library.opcheck(torch.ops.edgewise.force_layout, (adjacency.indptr, adjacency.indices, 0, 5))
    with pytest.raises(ArgumentError, match="expected a square adjacency and at least 1 iteration, got 2 x 5 and 60"):
        force_layout(Adjacency.of(*(lambda case: (case[0], case[1:]))(corner_case("bipartite"))))
    with pytest.raises(RuntimeError, match="adjacency is broken"):
        torch.ops.edgewise.force_layout(torch.tensor([0, 1]), torch.tensor([5]), 0, 5)
