"""Positional encodings against dense definitions and PyG's: eigenvectors up to sign, and up to turns of equal ones."""

import pytest
import torch
import torch_geometric.transforms as pyg
from tests.transforms.parity import corner, plain, random_graph, to_pyg

from edgewise.data import Data
from edgewise.transforms import AddLaplacianEigenvectorPE, AddRandomWalkPE


def laplacian(data):
    matrix = torch.zeros(data.num_nodes, data.num_nodes, dtype=torch.float64)
    weight = torch.ones(data.num_edges) if data.edge_weight is None else data.edge_weight
    matrix.index_put_((data.edge_index[0], data.edge_index[1]), weight.double(), accumulate=True)
    matrix.fill_diagonal_(0)
    scale = matrix.sum(1).pow(-0.5)
    scale[scale.isinf()] = 0
    return torch.eye(data.num_nodes) - scale.reshape(-1, 1) * matrix * scale


def weighted(data):
    """With the same weight in both directions."""
    data.edge_weight = 1.0 + data.edge_index.sum(0) % 3
    return plain(data, "edge_index", "edge_weight")


@pytest.mark.parametrize("nodes", [12, 130])
@pytest.mark.parametrize("flag", [True, False])
@pytest.mark.parametrize("with_weight", [True, False])
def test_eigenvectors_of_undirected_graphs(nodes, flag, with_weight):
    torch.manual_seed(0)
    data = random_graph(nodes, 4 * nodes, undirected=True, simple=True)
    data = weighted(data) if with_weight else plain(data, "edge_index")
    out = AddLaplacianEigenvectorPE(k=4, is_undirected=flag)(data).laplacian_eigenvector_pe.double()
    values = torch.linalg.eigvalsh(laplacian(data))[1:5]
    torch.testing.assert_close(laplacian(data) @ out, out * values, atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(out.T @ out, torch.eye(4, dtype=torch.float64), atol=1e-5, rtol=1e-5)
    theirs = pyg.AddLaplacianEigenvectorPE(k=4, is_undirected=True)(to_pyg(data)).laplacian_eigenvector_pe
    torch.testing.assert_close(out.abs().float(), theirs.abs(), atol=1e-3, rtol=1e-3)


def test_equal_eigenvalues_span_the_same_space():
    """A ring: eigenvalues come in pairs, and any turn of a pair will do."""
    around = torch.arange(10)
    edge_index = torch.cat([torch.stack([around, (around + 1) % 10]), torch.stack([(around + 1) % 10, around])], dim=1)
    data = Data(edge_index=edge_index, num_nodes=10)
    ours = AddLaplacianEigenvectorPE(4)(data).laplacian_eigenvector_pe
    theirs = pyg.AddLaplacianEigenvectorPE(4, is_undirected=True)(to_pyg(data)).laplacian_eigenvector_pe
    for pair in (slice(0, 2), slice(2, 4)):
        mine, other = ours[:, pair], theirs[:, pair]
        torch.testing.assert_close(mine @ mine.T, other @ other.T, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("nodes", [8, 120])
def test_directed_graphs(nodes):
    data = plain(random_graph(nodes, 5 * nodes, simple=True), "edge_index")
    out = AddLaplacianEigenvectorPE(k=3)(data).laplacian_eigenvector_pe
    assert out.shape == (nodes, 3)
    assert out.isfinite().all()
    if nodes == 8:
        values, vectors = torch.linalg.eig(laplacian(data))
        wanted = vectors[:, values.real.argsort()].real[:, 1:4]
        torch.testing.assert_close(out.abs(), wanted.abs().float(), atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("case", ["empty", "no edges", "one node", "isolated last", "star"])
def test_small_graphs_are_filled_up(case):
    data = plain(corner(case), "edge_index")
    out = AddLaplacianEigenvectorPE(k=7)(data).laplacian_eigenvector_pe
    assert out.shape == (data.num_nodes, 7)
    assert (out[:, max(data.num_nodes - 1, 0) :] == 0).all()


def test_same_seed_same_encoding_and_any_place_for_it():
    data = random_graph(120, 500, undirected=True, simple=True)
    drawn = []
    for _ in range(2):
        torch.manual_seed(3)
        drawn.append(AddLaplacianEigenvectorPE(k=2, attr_name=None)(plain(data, "edge_index", "x")).x)
    assert torch.equal(*drawn)
    assert drawn[0].shape == (120, 5)
    assert torch.equal(drawn[0][:, :3], data.x)


@pytest.mark.parametrize("seed", range(4))
def test_walks_as_pyg(seed):
    data = plain(random_graph(20, 70, seed, simple=True), "edge_index", "x")
    for attr_name in ("random_walk_pe", None):
        ours = AddRandomWalkPE(6, attr_name)(data)
        theirs = pyg.AddRandomWalkPE(6, attr_name)(to_pyg(data))
        name = attr_name or "x"
        torch.testing.assert_close(ours[name], theirs[name])


@pytest.mark.parametrize("case", ["empty", "no edges", "one loop", "self loops", "duplicates", "unsorted", "star"])
@pytest.mark.parametrize("block", [1, 2**24])
def test_walks_by_definition(case, block, monkeypatch):
    monkeypatch.setattr("edgewise.transforms.add_positional_encoding._BLOCK", block)
    data = plain(corner(case), "edge_index", "edge_weight")
    step = torch.zeros(data.num_nodes, data.num_nodes)
    step.index_put_((data.edge_index[0], data.edge_index[1]), data.edge_weight, accumulate=True)
    step = (step / step.sum(1, keepdim=True)).nan_to_num()
    powers = [torch.linalg.matrix_power(step, k).diagonal() for k in range(1, 5)]
    torch.testing.assert_close(AddRandomWalkPE(4)(data).random_walk_pe, torch.stack(powers, dim=1))
