"""pack_rows: the kernel against its definition, under tracing, and on any number of threads."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.threads import check_same_bits

from edgewise.ops import _reference, pack_rows

DTYPES = [torch.float32, torch.float64, torch.bfloat16, torch.int64, torch.int32, torch.int16, torch.uint8, torch.bool]


def example(sizes, width, dtype, seed=0):
    generator = torch.Generator().manual_seed(seed)
    offsets = torch.tensor([0, *sizes]).cumsum(0)
    return torch.randint(0, 9, (int(offsets[-1]), width), generator=generator).to(dtype), offsets


@settings(max_examples=60, deadline=None)
@given(
    sizes=st.lists(st.integers(0, 5), min_size=1, max_size=6),
    chosen=st.lists(st.integers(0, 100), max_size=8),
    width=st.integers(0, 3),
    dtype=st.sampled_from(DTYPES),
    flipped=st.booleans(),
    columns=st.sampled_from([None, "one", "each"]),
)
def test_equals_the_definition(sizes, chosen, width, dtype, flipped, columns):
    rows, offsets = example(sizes, width, dtype)
    graphs = torch.tensor([c % len(sizes) for c in chosen], dtype=torch.int64)
    increments = None
    if columns is not None and dtype in (torch.int32, torch.int64):
        increments = torch.arange(len(sizes))[:, None].repeat(1, 1 if columns == "one" else width)
    if increments is not None and increments.shape[1] not in (1, width):
        return
    out, ptr = pack_rows(rows, offsets, graphs, increments, flipped=flipped)
    expected, where = _reference.pack_rows(rows, offsets, graphs, increments, flipped=flipped)
    assert (out.dtype, out.shape) == (dtype, expected.shape)
    assert torch.equal(out, expected)
    assert torch.equal(ptr, where)


def test_opcheck():
    rows, offsets = example([2, 0, 3], 2, torch.int64)
    arguments = (rows, offsets, torch.tensor([2, 0]), torch.tensor([[1], [2], [3]]))
    torch.library.opcheck(torch.ops.edgewise.pack_rows, arguments, {"flipped": True})


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"graphs": torch.tensor([3])}, "graphs must lie in the table"),
        ({"graphs": torch.tensor([-1])}, "graphs must lie in the table"),
        ({"offsets": torch.tensor([0, 2, 1, 9])}, "offsets must rise and lie in the rows"),
        ({"increments": torch.zeros(2, 1, dtype=torch.int64)}, "increments must have one row a graph"),
        ({"increments": torch.zeros(3, 5, dtype=torch.int64)}, "increments must be int64"),
    ],
)
def test_nothing_outside_is_read(change, text):
    rows, offsets = example([2, 0, 3], 2, torch.int64)
    given = {"rows": rows, "offsets": offsets, "graphs": torch.tensor([1, 2, 0]), "increments": None, **change}
    with pytest.raises(RuntimeError, match=text):
        torch.ops.edgewise.pack_rows(*given.values(), flipped=False)


def test_same_bits_on_any_number_of_threads():
    def compute(generator):
        rows, offsets = torch.arange(90000).reshape(-1, 3), torch.arange(0, 30001, 10)
        graphs = torch.randperm(3000, generator=generator)
        return pack_rows(rows, offsets, graphs, torch.ones(3000, 1, dtype=torch.long), flipped=True)[:1]

    check_same_bits(compute)
