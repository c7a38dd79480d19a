"""Laplacians, dense blocks and torch.sparse matrices against PyG's."""

import pytest
import torch
import torch_geometric.utils as pyg
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.graphs import graphs

from edgewise import utils
from edgewise.errors import EdgewiseWarning

pytestmark = [
    pytest.mark.filterwarnings("ignore:Sparse CSC tensor support is in beta state"),
    pytest.mark.filterwarnings("ignore:Sparse invariant checks are implicitly disabled"),  # by PyG
]


def assert_same(ours, theirs):
    for mine, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(mine, other)


@st.composite
def batches(draw):
    """Edges within graphs, the batch vector, and how many graphs there are."""
    sizes = draw(st.lists(st.integers(0, 5), min_size=1, max_size=4))
    batch = torch.repeat_interleave(torch.arange(len(sizes)), torch.tensor(sizes))
    generator = torch.Generator().manual_seed(draw(st.integers(0, 2**31)))
    edges, first = [], 0
    for size in sizes:
        if size:
            edges.append(first + torch.randint(size, (2, draw(st.integers(0, 8))), generator=generator))
        first += size
    edge_index = torch.cat(edges, 1) if edges else torch.zeros(2, 0, dtype=torch.long)
    return edge_index, batch, len(sizes)


@settings(max_examples=60, deadline=None)
@given(
    graph=graphs(square=True),
    normalization=st.sampled_from([None, "sym", "rw"]),
    weights=st.sampled_from(["none", "positive", "zeros"]),
    dtype=st.sampled_from([None, torch.float64]),
)
def test_laplacian_as_pyg(graph, normalization, weights, dtype):
    edge_index, nodes, _ = graph
    edge_index = edge_index.long()
    weight = None
    if weights != "none":
        weight = torch.rand(edge_index.shape[1]) + 0.5
        weight = weight * 0 if weights == "zeros" else weight
    arguments = (edge_index, weight, normalization, dtype, nodes)
    assert_same(utils.get_laplacian(*arguments), pyg.get_laplacian(*arguments))
    narrow = utils.get_laplacian(edge_index.int(), weight, normalization, dtype, nodes)
    assert torch.equal(narrow[0].long(), utils.get_laplacian(*arguments)[0])


@pytest.mark.parametrize("normalization", [None, "sym", "rw"])
def test_laplacian_has_a_finite_gradient(normalization):
    weight = torch.tensor([1.0, 2.0, 0.0], dtype=torch.float64, requires_grad=True)
    edge_index = torch.tensor([[0, 1, 2], [1, 0, 0]])
    _, values = utils.get_laplacian(edge_index, weight, normalization)
    grad = torch.autograd.grad(values.square().sum(), weight)[0]
    assert grad.isfinite().all()
    assert torch.autograd.gradcheck(
        lambda w: utils.get_laplacian(edge_index[:, :2], w, normalization)[1], weight.detach()[:2].requires_grad_()
    )


def test_laplacian_counts_a_last_node_with_a_loop_alone():
    edges, values = utils.get_laplacian(torch.tensor([[0, 1, 2], [1, 0, 2]]))
    assert edges.tolist() == [[0, 1, 0, 1, 2], [1, 0, 0, 1, 2]]
    assert values.tolist() == [-1.0, -1.0, 1.0, 1.0, 0.0]


@settings(max_examples=60, deadline=None)
@given(
    case=batches(),
    with_attr=st.booleans(),
    max_nodes=st.sampled_from([None, 1, 3, 7]),
    sized=st.booleans(),
    whole=st.booleans(),
)
def test_to_dense_adj_as_pyg(case, with_attr, max_nodes, sized, whole):
    edge_index, batch, graphs_ = case
    batch = None if whole else batch
    attr = torch.randn(edge_index.shape[1], 2) if with_attr else None
    size = graphs_ if sized and not whole else None
    arguments = (edge_index, batch, attr, max_nodes, size)
    torch.testing.assert_close(utils.to_dense_adj(*arguments), pyg.to_dense_adj(*arguments))


@settings(max_examples=60, deadline=None)
@given(
    case=batches(),
    width=st.sampled_from([(), (2,), (2, 3)]),
    max_nodes=st.sampled_from([None, 1, 3, 7]),
    sized=st.booleans(),
    whole=st.booleans(),
    fill=st.sampled_from([0.0, -2.5]),
)
def test_to_dense_batch_as_pyg(case, width, max_nodes, sized, whole, fill):
    _, batch, graphs_ = case
    if batch.numel() == 0:
        return  # PyG has no answer
    x = torch.randn(batch.shape[0], *width)
    batch = None if whole else batch
    size = graphs_ if sized and not whole else None
    arguments = (x, batch, fill, max_nodes, size)
    assert_same(utils.to_dense_batch(*arguments), pyg.to_dense_batch(*arguments))


def test_dense_forms_of_nothing():
    blocks, is_node = utils.to_dense_batch(torch.zeros(0, 3), torch.zeros(0, dtype=torch.long))
    assert blocks.shape == (1, 0, 3)
    assert is_node.shape == (1, 0)
    assert utils.to_dense_adj(torch.zeros(2, 0, dtype=torch.long)).shape == (1, 0, 0)


def test_gradients_of_dense_forms():
    x = torch.randn(4, 2, dtype=torch.float64, requires_grad=True)
    batch = torch.tensor([0, 0, 0, 2])
    assert torch.autograd.gradcheck(lambda v: utils.to_dense_batch(v, batch, max_num_nodes=2)[0], x)
    edge_index = torch.tensor([[0, 1, 0, 3], [1, 2, 1, 3]])
    assert torch.autograd.gradcheck(lambda v: utils.to_dense_adj(edge_index, batch, v, max_num_nodes=2), x)


@settings(max_examples=40, deadline=None)
@given(case=batches(), masked=st.booleans(), matrices=st.booleans())
def test_dense_to_sparse_as_pyg(case, masked, matrices):
    edge_index, batch, graphs_ = case
    adj = utils.to_dense_adj(edge_index, batch, torch.rand(edge_index.shape[1]) + 0.5, batch_size=graphs_)
    if not matrices:
        assert_same(utils.dense_to_sparse(adj[0]), pyg.dense_to_sparse(adj[0]))
        return
    if adj.shape[1] == 0:
        return  # PyG has no answer
    mask = utils.to_dense_batch(batch, batch, batch_size=graphs_)[1] if masked else None
    edges, values = utils.dense_to_sparse(adj, mask)
    assert_same((edges, values), pyg.dense_to_sparse(adj, mask))
    if masked:
        order = utils.coalesce(edge_index, num_nodes=batch.shape[0])
        assert torch.equal(edges, order)


def test_masked_nodes_in_the_middle_are_left_out():
    adj = torch.tensor([[[0, 9, 1], [9, 9, 9], [2, 9, 0]], [[0, 3, 0], [0, 0, 0], [0, 0, 0]]])
    mask = torch.tensor([[True, False, True], [True, True, True]])
    edges, values = utils.dense_to_sparse(adj, mask)
    assert edges.tolist() == [[0, 1, 2], [1, 0, 3]]
    assert values.tolist() == [1, 2, 3]


def test_a_mask_for_one_matrix_is_ignored_with_a_warning():
    with pytest.warns(EdgewiseWarning, match=r"dense_to_sparse: mask is ignored for a single matrix\. Pass adj\.unsq"):
        edges, _ = utils.dense_to_sparse(torch.eye(2), torch.tensor([[True, False]]))
    assert edges.tolist() == [[0, 1], [0, 1]]


LAYOUTS = [torch.sparse_coo, torch.sparse_csr, torch.sparse_csc]


@settings(max_examples=60, deadline=None)
@given(
    graph=graphs(),
    layout=st.sampled_from(LAYOUTS),
    width=st.sampled_from([None, (), (2,)]),
    size=st.sampled_from(["none", "one", "both", "half"]),
)
def test_sparse_tensors_as_pyg(graph, layout, width, size):
    edge_index, num_src, num_dst = graph
    edge_index = edge_index.long()
    if edge_index.shape[1] == 0:
        return  # PyG has no answer
    attr = None if width is None else torch.randn(edge_index.shape[1], *width)
    size = {"none": None, "one": max(num_src, num_dst), "both": (num_src, num_dst), "half": (None, num_dst)}[size]
    ours, theirs = (m.to_torch_sparse_tensor(edge_index, attr, size, layout=layout) for m in (utils, pyg))
    torch.testing.assert_close(ours, theirs)
    name = f"to_torch_{str(layout).removeprefix('torch.sparse_')}_tensor"
    torch.testing.assert_close(getattr(utils, name)(edge_index, attr, size), theirs)
    assert utils.is_sparse(ours)
    assert utils.is_torch_sparse_tensor(ours)
    assert_same(utils.to_edge_index(ours), pyg.to_edge_index(theirs))
    narrow = utils.to_torch_sparse_tensor(edge_index.int(), attr, size, layout=layout)
    torch.testing.assert_close(narrow.to_dense(), ours.to_dense())


@pytest.mark.parametrize("layout", LAYOUTS)
def test_equal_edges_stay_apart_where_the_caller_says_so(layout):
    edge_index, attr = torch.tensor([[1, 0, 0], [0, 1, 1]]), torch.tensor([1.0, 2.0, 4.0])
    kept = utils.to_torch_sparse_tensor(edge_index, attr, 2, is_coalesced=True, layout=layout)
    assert sorted(utils.to_edge_index(kept)[1].tolist()) == [1.0, 2.0, 4.0]
    merged = utils.to_torch_sparse_tensor(edge_index, attr, 2, layout=layout)
    assert merged.to_dense().tolist() == [[0.0, 6.0], [1.0, 0.0]]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_sparse_tensors_of_no_edges(layout):
    matrix = utils.to_torch_sparse_tensor(torch.zeros(2, 0, dtype=torch.long), size=(3, 2), layout=layout)
    assert matrix.shape == (3, 2)
    assert matrix.to_dense().eq(0).all()
    assert utils.to_torch_sparse_tensor(torch.zeros(2, 0, dtype=torch.long), layout=layout).shape == (0, 0)
    assert utils.to_edge_index(matrix)[0].shape == (2, 0)


def test_to_edge_index_keeps_the_entries_of_an_unmerged_matrix_apart():
    edge_index, values = torch.tensor([[1, 0, 1], [0, 1, 0]]), torch.tensor([1.0, 2.0, 4.0])
    matrix = torch.sparse_coo_tensor(edge_index, values, (2, 2), check_invariants=True)
    assert_same(utils.to_edge_index(matrix), (edge_index, values))
    assert not matrix.is_coalesced()


def test_values_carry_gradients_there_and_back():
    attr = torch.tensor([1.0, 2.0, 4.0], requires_grad=True)
    edge_index = torch.tensor([[1, 0, 1], [0, 1, 0]])
    matrix = utils.to_torch_coo_tensor(edge_index, attr, 2)
    edges, values = utils.to_edge_index(matrix)
    assert edges.tolist() == [[0, 1], [1, 0]]
    assert torch.autograd.grad((values * torch.tensor([1.0, 10.0])).sum(), attr)[0].tolist() == [10.0, 1.0, 10.0]
    plain = torch.sparse_coo_tensor(edge_index, attr, (2, 2), check_invariants=False)
    assert utils.to_edge_index(plain)[1].tolist() == [2.0, 5.0]


def test_other_things_are_not_sparse():
    assert not utils.is_sparse(torch.eye(2))
    assert not utils.is_sparse([[0]])
