"""Old pickles: arrays as numpy reads them, and descriptions of arrays that numpy's own reader would crash on."""

import pickle
from contextlib import suppress

import numpy as np
import pytest
import torch

from edgewise.datasets._pickles import read_pickle
from edgewise.errors import FileError


def as_python_2(value):
    """With the name that numpy's module had then: the only one that is allowed."""
    return pickle.dumps(value, protocol=3).replace(b"numpy._core.multiarray", b"numpy.core.multiarray")


@pytest.mark.parametrize("dtype", ["b1", "u1", "i4", "<i8", ">i4", "f2", "f4", ">f8"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_arrays_as_numpy_reads_them(dtype, order, tmp_path):
    values = np.asarray(np.arange(6).reshape(2, 3), dtype=dtype, order=order)
    (tmp_path / "a").write_bytes(as_python_2({"a": [values, values.T]}))
    found = read_pickle(tmp_path / "a")["a"]
    np.testing.assert_array_equal(found[0], values)
    np.testing.assert_array_equal(found[1], values.T)
    assert isinstance(found[0], np.ndarray)
    assert found[0].dtype == values.dtype.newbyteorder("=")  # as torch takes them


def edit(old, new):
    return lambda content: content.replace(old, new, 1)


@pytest.mark.parametrize(
    ("value", "change", "reason"),
    [
        (np.zeros((2, 3)), edit(b"K\x02K\x03", b"K\x02K\x7f"), r"an array \[2, 127\] of float64 has 48 bytes"),
        (np.zeros(2, dtype="u1"), edit(b"K\x02\x85", b"K\xff\x85"), r"an array \[255\] of uint8 has 2 bytes"),
        (np.array([None, 1]), lambda content: content, "it asks for an array of 'O8'"),
        (np.array(["a"]), lambda content: content, "it asks for an array of 'U1'"),
        (np.zeros(2), edit(b"f8", b"O8"), "it asks for an array of 'O8'"),
        (np.zeros(2), edit(b"K\x02\x85", b"N\x85"), "an array is described in a way that none is"),
        (np.zeros(2), edit(b"cnumpy\ndtype\n", b"c__builtin__\nlist\n"), ""),
        (np.zeros(2), lambda content: b"cnumpy\nndarray\nK\x05\x85R.", "object is not callable"),
        (np.zeros(2), lambda content: content[:-20], ""),
    ],
)
def test_arrays_that_are_none(value, change, reason, tmp_path):
    (tmp_path / "a").write_bytes(change(as_python_2(value)))
    with pytest.raises(FileError, match=f"expected a whole file of plain data, got .*{reason}") as caught:
        read_pickle(tmp_path / "a")
    assert "\n" not in str(caught.value)


def test_mutated_arrays_are_read_or_refused(tmp_path):
    whole, generator, read = as_python_2([np.arange(6.0).reshape(2, 3)]), torch.Generator().manual_seed(0), 0
    for _ in range(300):
        content = bytearray(whole)
        for place in torch.randint(len(whole), (2,), generator=generator).tolist():
            content[place] = int(torch.randint(256, (1,), generator=generator))
        (tmp_path / "a").write_bytes(content)
        with suppress(FileError):
            read_pickle(tmp_path / "a")
            read += 1
    assert 0 < read < 300
