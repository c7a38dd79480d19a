"""Normalised weights, propagated features and graph diffusion against PyG and dense matrices."""

from types import SimpleNamespace

import pytest
import torch
import torch_geometric.transforms as pyg
import torch_geometric.utils.ppr as pyg_ppr
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.graphs import graphs
from tests.transforms.parity import NAMES, assert_same, corner, graph_of, plain, random_graph, to_pyg

from edgewise.data import Data
from edgewise.transforms import GDC, SIGN, GCNNorm, ToSparseTensor

pytestmark = pytest.mark.filterwarnings("ignore:Sparse invariant checks")  # PyG's matrices


@settings(max_examples=30, deadline=None)
@given(graph=graphs(square=True), loops=st.booleans(), weighted=st.booleans())
def test_norm_as_pyg(graph, loops, weighted):
    edge_index, nodes, _ = graph
    data = plain(graph_of(edge_index.long().unique(dim=1), nodes), "edge_index", *["edge_weight"] * weighted)
    ours, theirs = GCNNorm(loops)(data), pyg.GCNNorm(loops)(to_pyg(data))
    assert_same(ours, theirs, "edge_index", "edge_weight")


@pytest.mark.parametrize("layout", [torch.sparse_csr, torch.sparse_coo])
@pytest.mark.parametrize("loops", [True, False])
def test_norm_of_a_sparse_matrix(layout, loops):
    data = plain(random_graph(8, 20, simple=True), "edge_index", "edge_weight")
    norm, sparse = GCNNorm(loops), ToSparseTensor(layout=layout)
    out = norm(sparse(data)).adj_t
    assert out.layout == layout
    torch.testing.assert_close(out.to_dense(), sparse(norm(data)).adj_t.to_dense())


def dense(data):
    matrix = torch.zeros(data.num_nodes, data.num_nodes)
    weight = torch.ones(data.num_edges) if data.edge_weight is None else data.edge_weight
    return matrix.index_put_((data.edge_index[0], data.edge_index[1]), weight, accumulate=True)


@pytest.mark.parametrize("case", NAMES)
def test_sign(case):
    data = plain(corner(case), "x", "edge_index", "edge_weight")
    ours, theirs = SIGN(3)(data), pyg.SIGN(3)(to_pyg(data))
    assert_same(ours, theirs)
    matrix = dense(data).T
    scale = matrix.sum(1).pow(-0.5)
    scale[scale.isinf()] = 0
    matrix = scale.reshape(-1, 1) * matrix * scale
    torch.testing.assert_close(ours.x3, matrix @ matrix @ matrix @ data.x)


DIFFUSIONS = [
    None,
    {"method": "ppr", "alpha": 0.3},
    {"method": "heat", "t": 3.0},
    {"method": "coeff", "coeffs": [0.5, 0.3, 0.2]},
]
SPARSIFICATIONS = [
    {"method": "threshold", "avg_degree": 3},
    {"method": "threshold", "eps": 0.02},
    {"method": "topk", "k": 3, "dim": 0},
    {"method": "topk", "k": 3, "dim": 1},
]


def weights(data, nodes):
    """Edges as a matrix: the order of equal weights is nobody's business."""
    return dense(Data(edge_index=data.edge_index, edge_weight=data.edge_attr.float(), num_nodes=nodes))


@pytest.mark.parametrize("diffusion", DIFFUSIONS)
@pytest.mark.parametrize("sparsification", SPARSIFICATIONS)
@pytest.mark.parametrize("undirected", [True, False])
def test_exact_diffusion_as_pyg(diffusion, sparsification, undirected):
    data = random_graph(11, 40, 1, undirected=undirected, simple=True)
    data = Data(edge_index=data.edge_index, edge_attr=1.0 + data.edge_index.sum(0) % 5, num_nodes=11)
    arguments = {"diffusion_kwargs": diffusion, "sparsification_kwargs": sparsification}
    ours = GDC(**arguments)(data)
    theirs = pyg.GDC(**{name: value and dict(value) for name, value in arguments.items()})(to_pyg(data))
    torch.testing.assert_close(weights(ours, 11), weights(theirs, 11), atol=1e-5, rtol=1e-4)
    assert ours.num_edges == theirs.num_edges
    assert ours.edge_index.tolist() == theirs.edge_index.tolist()


@pytest.mark.parametrize("norm_in", ["sym", "col", "row", None])
@pytest.mark.parametrize("norm_out", ["sym", "col", "row", None])
@pytest.mark.parametrize("loop", [None, 0.5])
def test_normalisations_as_pyg(norm_in, norm_out, loop):
    data = plain(random_graph(9, 25, 2, simple=True), "edge_index")
    arguments = {"self_loop_weight": loop, "normalization_in": norm_in, "normalization_out": norm_out}
    arguments |= {"diffusion_kwargs": {"method": "coeff", "coeffs": [0.2, 0.8]}}
    ours = GDC(**arguments, sparsification_kwargs={"method": "threshold", "eps": 1e-6})(data)
    theirs = pyg.GDC(**arguments, sparsification_kwargs={"method": "threshold", "eps": 1e-6})(to_pyg(data))
    torch.testing.assert_close(weights(ours, 9), weights(theirs, 9), atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("case", [name for name in NAMES if name not in ("empty", "one node", "one loop")])
def test_default_diffusion_of_corner_cases(case):
    data = plain(corner(case), "edge_index")
    ours, theirs = GDC()(data), pyg.GDC()(to_pyg(data))
    torch.testing.assert_close(weights(ours, data.num_nodes), weights(theirs, data.num_nodes))


@pytest.fixture
def pyg_without_numba(monkeypatch):
    """PyG's own push algorithm, run as plain Python."""
    monkeypatch.setattr(pyg_ppr, "numba", SimpleNamespace(prange=range, int64=int), raising=False)
    monkeypatch.setattr(pyg_ppr, "WITH_NUMBA", True)
    monkeypatch.setattr(pyg_ppr, "_get_ppr_numba", pyg_ppr._get_ppr)


@pytest.mark.parametrize("norm_in", ["sym", "col", "row"])
@pytest.mark.parametrize("undirected", [True, False])
@pytest.mark.parametrize("limit", [{"avg_degree": 5}, {"eps": 0.03}])
def test_approximate_diffusion(norm_in, undirected, limit, pyg_without_numba):
    data = plain(random_graph(9, 30, 3, undirected=undirected, simple=True), "edge_index")
    arguments = {
        "normalization_in": norm_in,
        "diffusion_kwargs": {"method": "ppr", "alpha": 0.3, "eps": 1e-4},
        "sparsification_kwargs": {"method": "threshold", **limit},
        "exact": False,
    }
    ours = GDC(**arguments)(data)
    theirs = pyg.GDC(**{**arguments, "sparsification_kwargs": {"method": "threshold", **limit}})(to_pyg(data))
    torch.testing.assert_close(weights(ours, 9), weights(theirs, 9), atol=1e-3, rtol=1e-3)
    if norm_in == "row" or undirected:  # the push algorithm follows edges from source to destination
        exact = GDC(**{**arguments, "exact": True})(data)
        torch.testing.assert_close(weights(ours, 9), weights(exact, 9), atol=1e-2, rtol=1e-2)


def test_diffusion_forgets_what_belonged_to_old_edges():
    data = random_graph(8, 30)
    data.edge_attr = None
    data.edge_type = torch.arange(30)
    out = GDC(sparsification_kwargs={"method": "topk", "k": 2, "dim": 1})(data)
    assert out.num_edges == 16
    assert out.keys() == ["x", "pos", "label", "name", "edge_index", "edge_attr"]
    weighted = GDC(sparsification_kwargs={"method": "topk", "k": 2, "dim": 1})
    same = weighted(Data(edge_index=data.edge_index, edge_attr=data.edge_weight, num_nodes=8))
    torch.testing.assert_close(out.edge_attr, same.edge_attr)
