"""The small modules under everything: whole files, memos that forget, lazy imports, error classes."""

import os
import sys

import pytest
import torch

from edgewise import errors
from edgewise._files import atomic_write, make_folder
from edgewise._lazy import lazy_import
from edgewise._memo import TensorMemo
from edgewise._suggest import did_you_mean
from edgewise.errors import EdgewiseError, FileError, MissingPackageError
from tests.threads import check_same_bits


def test_atomic_write_leaves_the_old_file_or_the_new(tmp_path):
    target = tmp_path / "a.txt"
    target.write_text("old")
    with pytest.raises(IsADirectoryError), atomic_write(target) as temporary:
        tmp_path.write_text(str(temporary.write_text("half")))
    assert target.read_text() == "old"
    with atomic_write(target) as temporary:
        assert temporary.suffix == ".txt"
        temporary.write_text("new")
    assert target.read_text() == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]
    assert target.stat().st_mode & 0o777 == 0o666 & ~_umask()


def _umask():
    current = os.umask(0)
    os.umask(current)
    return current


def test_unwritable_folders_are_named(tmp_path):
    missing = r"expected a writable folder, got .*missing \(no such file or directory\)"
    with pytest.raises(FileError, match=missing), atomic_write(tmp_path / "missing" / "a.txt"):
        pass
    (tmp_path / "file").write_text("")
    with pytest.raises(FileError, match=r"expected a writable folder, got .*file"):
        make_folder(tmp_path / "file" / "sub")


def test_memo_is_bounded_and_ties_results_to_every_tensor():
    memo, owner = TensorMemo(limit=3), torch.zeros(2)
    others = [torch.zeros(1) for _ in range(5)]
    calls = []
    for other in others:
        memo.get((owner, other), "key", lambda: calls.append(1))
    assert len(memo) == 3
    memo.get((owner, others[4]), "key", lambda: calls.append(1))
    assert len(calls) == 5
    others[4].add_(1)
    memo.get((owner, others[4]), "key", lambda: calls.append(1))
    assert len(calls) == 6
    del owner
    assert len(memo) == 0


def test_lazy_import():
    proxy = lazy_import("this_is_not_installed", extra="chem")
    with pytest.raises(MissingPackageError) as caught:
        proxy.anything  # noqa: B018
    assert str(caught.value) == (
        "this_is_not_installed.anything: expected the package this_is_not_installed, got none. "
        'pip install "edgewise[chem]".'
    )
    sys.modules.pop("colorsys", None)
    proxy = lazy_import("colorsys")
    assert "colorsys" not in sys.modules
    assert proxy.rgb_to_hsv(0, 0, 0) == (0, 0, 0)
    assert "colorsys" in sys.modules


@pytest.mark.parametrize(
    ("name", "hint"), [("coar", " Did you mean 'cora'?"), ("karat", " Did you mean 'karate'?"), ("zzz", "")]
)
def test_did_you_mean(name, hint):
    assert did_you_mean(name, ["cora", "karate"]) == hint


@pytest.mark.parametrize("name", [name for name in errors.__all__ if name.endswith("Error")])
def test_every_error_is_an_edgewise_error_and_a_builtin_one(name):
    error = getattr(errors, name)
    assert issubclass(error, EdgewiseError)
    assert error is EdgewiseError or any(base.__module__ == "builtins" for base in error.__mro__[2:-3])
    assert name in errors.__doc__


def test_the_check_of_threads_fails_where_their_number_shows():
    before = torch.get_num_threads()
    with pytest.raises(AssertionError):
        check_same_bits(lambda _: [torch.tensor(torch.get_num_threads())])
    assert torch.get_num_threads() == before
