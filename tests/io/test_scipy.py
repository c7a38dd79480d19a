"""Graphs from and to SciPy's sparse matrices, as PyG converts them."""

import numpy as np
import pytest
import scipy.sparse
import torch
import torch_geometric.utils as pyg
from hypothesis import given, settings
from tests.graphs import graphs

from edgewise.io.scipy import from_scipy_sparse_matrix, to_scipy_sparse_matrix


@settings(max_examples=40, deadline=None)
@given(graph=graphs(square=True))
def test_as_pyg(graph):
    edge_index, nodes, _ = graph
    weight = torch.randn(edge_index.shape[1], dtype=torch.float64)
    for attr in (None, weight, weight.reshape(-1, 1), weight.long()):
        for count in (None, nodes):
            ours = to_scipy_sparse_matrix(edge_index, attr, count)
            theirs = pyg.to_scipy_sparse_matrix(edge_index, attr, count)
            assert type(ours) is type(theirs)
            assert ours.shape == theirs.shape
            for field in ("row", "col", "data"):
                assert getattr(ours, field).dtype == getattr(theirs, field).dtype
                assert np.array_equal(getattr(ours, field), getattr(theirs, field))
            for one, other in zip(from_scipy_sparse_matrix(ours), pyg.from_scipy_sparse_matrix(theirs), strict=True):
                assert one.dtype == other.dtype
                assert torch.equal(one, other)


@pytest.mark.parametrize("layout", ["csr", "csc", "coo", "lil", "dok", "dia", "bsr"])
@pytest.mark.parametrize("kind", ["array", "matrix"])
def test_every_format(layout, kind):
    dense = np.array([[0.0, 2.0, 0.0], [0.0, 0.0, 3.0]])
    edge_index, weight = from_scipy_sparse_matrix(getattr(scipy.sparse, f"{layout}_{kind}")(dense))
    again = np.zeros_like(dense)
    again[tuple(edge_index.numpy())] += weight.numpy()
    assert edge_index.dtype == torch.int64
    assert np.array_equal(again, dense)


def test_values_are_shared_and_gradients_left_behind():
    weight = torch.ones(2, requires_grad=True)
    matrix = to_scipy_sparse_matrix(torch.tensor([[0, 1], [1, 0]]), weight)
    matrix.data[0] = 5.0
    assert weight.tolist() == [5.0, 1.0]


def test_read_only():
    matrix = scipy.sparse.coo_array((np.array([1.5, 2.5]), ([0, 1], [1, 0])))
    matrix.data.flags.writeable = False
    assert from_scipy_sparse_matrix(matrix)[1].tolist() == [1.5, 2.5]
