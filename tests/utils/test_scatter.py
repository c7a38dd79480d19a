"""Reducing, normalising and sorting within groups against PyG's; maps and masks too."""

import pytest
import torch
import torch_geometric.utils as pyg
import torch_geometric.utils.map as pyg_map
from hypothesis import given, settings
from hypothesis import strategies as st

from edgewise import utils

REDUCTIONS = ["sum", "add", "mean", "mul", "min", "max", "amin", "amax", "any"]


@st.composite
def groups(draw, max_rows=20):
    """A generator, an index in any order (some groups empty), and how many groups there are."""
    generator = torch.Generator().manual_seed(draw(st.integers(0, 2**31)))
    rows, size = draw(st.integers(0, max_rows)), draw(st.integers(1, 6))
    index = torch.randint(size, (rows,), generator=generator)
    return generator, index.sort()[0] if draw(st.booleans()) else index, size


def values_of(generator, shape, kind):
    """No two alike, so that extremes have one gradient; no float is 0, which PyG's extremes share with empty groups."""
    count = torch.Size(shape).numel()
    order = torch.randperm(count, generator=generator).reshape(shape)
    return order - count // 3 if kind == "int" else (order.double() - count // 3 + 0.25) / 7


@settings(max_examples=120, deadline=None)
@given(
    case=groups(),
    reduce=st.sampled_from(REDUCTIONS),
    shape=st.sampled_from([((), ()), ((), (3,)), ((2,), ()), ((2,), (3,))]),
    kind=st.sampled_from(["float", "int"]),
    from_the_end=st.booleans(),
    sized=st.booleans(),
)
def test_scatter_as_pyg(case, reduce, shape, kind, from_the_end, sized):
    generator, index, size = case
    before, after = shape
    dim = -1 - len(after) if from_the_end else len(before)
    src = values_of(generator, (*before, index.shape[0], *after), kind)
    arguments = (index, dim, size if sized else None, reduce)
    ours, theirs = utils.scatter(src, *arguments), pyg.scatter(src, *arguments)
    torch.testing.assert_close(ours, theirs)
    torch.testing.assert_close(utils.scatter(src, index.int(), *arguments[1:]), theirs)


@settings(max_examples=40, deadline=None)
@given(case=groups(), reduce=st.sampled_from(REDUCTIONS), dim=st.integers(0, 1))
def test_gradient_of_scatter_as_pyg(case, reduce, dim):
    generator, index, size = case
    shape = (index.shape[0], 2) if dim == 0 else (2, index.shape[0])
    grads = []
    for module in (utils, pyg):
        src = values_of(generator.manual_seed(0), shape, "float").requires_grad_()
        out = module.scatter(src, index, dim, size, reduce)
        grads.append(torch.autograd.grad((out * torch.arange(1.0, out.numel() + 1).view_as(out)).sum(), src)[0])
    if reduce == "any":  # PyG's gradient reaches every slice, though one alone is taken
        grads[1] = torch.where(grads[0] == 0, 0.0, grads[1])
    torch.testing.assert_close(*grads)


def test_scatter_of_small_floats_is_summed_in_float32():
    index = torch.zeros(1000, dtype=torch.long)
    assert utils.scatter(torch.full((1000,), 0.1, dtype=torch.bfloat16), index).item() == pytest.approx(100, rel=0.01)


@settings(max_examples=60, deadline=None)
@given(case=groups(), reduce=st.sampled_from(["sum", "mean", "min", "max"]), width=st.sampled_from([(), (3,), (2, 2)]))
def test_segment_as_pyg(case, reduce, width):
    generator, index, size = case
    ptr = utils.cumsum(torch.bincount(index, minlength=size))
    src = values_of(generator, (index.shape[0], *width), "float")
    ours = utils.segment(src, ptr, reduce)
    torch.testing.assert_close(ours, utils.scatter(src, index.sort()[0], dim_size=size, reduce=reduce))
    if index.shape[0]:
        torch.testing.assert_close(ours, pyg.segment(src, ptr, reduce))
    whole = values_of(generator, (index.shape[0], *width), "int")
    wanted = pyg.scatter(whole, index.sort()[0], dim_size=size, reduce=reduce)
    torch.testing.assert_close(utils.segment(whole, ptr.int(), reduce), wanted)


@settings(max_examples=60, deadline=None)
@given(
    case=groups(),
    shape=st.sampled_from([((), ()), ((), (3,)), ((2,), ()), ((2,), (3,))]),
    by=st.sampled_from(["index", "index of unknown size", "ptr"]),
)
def test_softmax_as_pyg(case, shape, by):
    generator, index, size = case
    if index.shape[0] == 0:
        return  # PyG has no answer
    before, after = shape
    index = index.sort()[0] if by == "ptr" else index
    ptr = utils.cumsum(torch.bincount(index, minlength=size))
    arguments = {"index": (index, None, size), "index of unknown size": (index,), "ptr": (None, ptr)}[by]
    results = []
    for module in (utils, pyg):
        src = values_of(generator.manual_seed(0), (*before, index.shape[0], *after), "float").requires_grad_()
        use = (index, None, size) if module is pyg and by == "ptr" else arguments
        out = module.softmax(src, *use, dim=len(before))
        weights = torch.arange(1.0, out.numel() + 1).view_as(out)
        results.append((out, torch.autograd.grad((out * weights).sum(), src)[0]))
    torch.testing.assert_close(*results)


@settings(max_examples=60, deadline=None)
@given(case=groups(), descending=st.booleans(), consecutive=st.booleans(), kind=st.sampled_from(["float", "int"]))
def test_group_argsort_as_pyg(case, descending, consecutive, kind):
    generator, index, size = case
    if index.shape[0] < 2:
        return  # PyG divides by the range of the values
    src = values_of(generator, index.shape, kind)
    arguments = (src, index, 0, size, descending, consecutive)
    assert torch.equal(utils.group_argsort(*arguments), pyg.group_argsort(*arguments))


def test_group_argsort_sees_small_differences_and_keeps_equal_values_in_order():
    src = torch.tensor([1e9, 2.0, 1.0, 2.0, 1.0])
    index = torch.tensor([5, 0, 0, 0, 0])
    assert utils.group_argsort(src, index).tolist() == [0, 2, 0, 3, 1]
    assert utils.group_argsort(src[:0], index[:0]).tolist() == []


@settings(max_examples=40, deadline=None)
@given(case=groups(), dim=st.integers(0, 1), parts=st.integers(1, 3))
def test_group_cat_as_pyg(case, dim, parts):
    generator, _, size = case
    lengths = [int(torch.randint(5, (), generator=generator)) for _ in range(parts)]
    indices = [torch.randint(size, (length,), generator=generator).sort()[0] for length in lengths]
    tensors = [torch.randn((length, 3) if dim == 0 else (3, length), generator=generator) for length in lengths]
    assert torch.equal(utils.group_cat(tensors, indices, dim), pyg.group_cat(tensors, indices, dim))
    ours, theirs = (module.group_cat(tensors, indices, dim, return_index=True) for module in (utils, pyg))
    assert all(map(torch.equal, ours, theirs))


@settings(max_examples=40, deadline=None)
@given(case=groups(), dtype=st.sampled_from([torch.int64, torch.int32]))
def test_index_sort_as_pyg(case, dtype):
    index = case[1].to(dtype)
    (ours, order), (theirs, wanted) = utils.index_sort(index), pyg.index_sort(index, stable=True)
    assert torch.equal(ours, theirs)
    assert torch.equal(order, wanted)


def test_index_sort_of_large_numbers():
    numbers = torch.tensor([2**40, 3, 2**52, 2**40])
    assert [part.tolist() for part in utils.index_sort(numbers)] == [[3, 2**40, 2**40, 2**52], [1, 0, 3, 2]]


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**31),
    known=st.integers(0, 8),
    wanted=st.integers(0, 12),
    dtype=st.sampled_from([torch.int64, torch.int32]),
    scale=st.sampled_from([1, 10**8]),
)
def test_map_index_as_pyg(seed, known, wanted, dtype, scale):
    generator = torch.Generator().manual_seed(seed)
    index = torch.randperm(10, generator=generator)[:known].to(dtype)
    src = torch.randint(12, (wanted,), generator=generator).to(dtype)
    places, found = utils.map_index(src * scale, index * scale)
    theirs, mask = pyg_map.map_index(src, index, max_index=12)
    assert torch.equal(places, theirs)
    assert torch.equal(found, mask)
    inside, none = utils.map_index((src * scale)[found], index * scale, inclusive=True)
    assert none is None
    assert torch.equal(inside, theirs)


def test_map_index_leaves_out_negative_numbers_and_takes_the_last_of_equal_places():
    places, found = utils.map_index(torch.tensor([-1, 4, 9]), torch.tensor([4, 0, 4]))
    assert places.tolist() == [2]
    assert found.tolist() == [False, True, False]


@settings(max_examples=40, deadline=None)
@given(case=groups(), dim=st.integers(-2, 1), dtype=st.sampled_from([torch.int64, torch.int32, torch.float64]))
def test_cumsum_as_pyg(case, dim, dtype):
    generator, index, _ = case
    x = torch.randint(9, (2, index.shape[0]), generator=generator).to(dtype)
    dim_of_pyg = dim % 2
    assert torch.equal(utils.cumsum(x, dim), pyg.cumsum(x, dim_of_pyg))
    assert torch.equal(utils.cumsum(x[0]), pyg.cumsum(x[0]))


def test_cumsum_counts_booleans_and_has_a_gradient():
    assert utils.cumsum(torch.tensor([True, True])).tolist() == [0, 1, 2]
    x = torch.ones(3, requires_grad=True)
    assert torch.autograd.grad(utils.cumsum(x).sum(), x)[0].tolist() == [3.0, 2.0, 1.0]


@settings(max_examples=40, deadline=None)
@given(case=groups(), sized=st.booleans(), dtype=st.sampled_from([None, torch.long, torch.float16]))
def test_one_hot_and_masks_as_pyg(case, sized, dtype):
    generator, index, size = case
    if index.shape[0] == 0:
        return  # PyG has no answer
    size = size if sized else None
    assert torch.equal(utils.one_hot(index, size, dtype), pyg.one_hot(index, size, dtype))
    mask = utils.index_to_mask(index, size)
    assert torch.equal(mask, pyg.index_to_mask(index, size))
    assert torch.equal(utils.mask_to_index(mask), pyg.mask_to_index(mask))
    x = torch.randn(2, mask.shape[0], 3, generator=generator)
    for dim in (1, -2):
        assert torch.equal(utils.mask_select(x, dim, mask), pyg.mask_select(x, dim, mask))


def test_masks_of_nothing():
    nothing = torch.zeros(0, dtype=torch.long)
    assert utils.index_to_mask(nothing).shape == (0,)
    assert utils.index_to_mask(nothing, 2).tolist() == [False, False]
    assert utils.one_hot(nothing).shape == (0, 0)
