"""Ratings over time against PyG, and what is said of broken files."""

import gzip
import time

import pytest
import torch
import torch_geometric.datasets as pyg

from edgewise.datasets.bitcoin_otc import BitcoinOTC
from edgewise.errors import ArgumentError, DataError, FileError

DAY = 24 * 3600
# A gap of several steps, in which PyG and we number on by one a rating.
DAYS = [0.0, 1.5, 13.7, 13.9, 20.0, 90.0, 90.1, 90.2, 90.3, 150.0]


def lines(days=DAYS):
    return "".join(f"{1 + i % 4},{2 + i % 5},{i - 4},{1289241911.7 + day * DAY}\n" for i, day in enumerate(days))


def bitcoin(folder, text=None, *, packed=True):
    folder.mkdir(parents=True, exist_ok=True)
    content = (lines() if text is None else text).encode()
    name = "soc-sign-bitcoinotc.csv"
    (folder / (f"{name}.gz" if packed else name)).write_bytes(gzip.compress(content) if packed else content)
    return folder


@pytest.mark.parametrize("window", [1, 2, 10])
def test_graphs_as_pyg(tmp_path, monkeypatch, window):
    monkeypatch.setenv("TZ", "UTC")  # PyG's steps are those of the computer's time zone
    time.tzset()
    bitcoin(tmp_path / "pyg" / "raw", packed=False)
    theirs = pyg.BitcoinOTC(str(tmp_path / "pyg"), window)
    ours = BitcoinOTC(bitcoin(tmp_path / "mine"), window)
    assert len(ours) == len(theirs)
    for one, other in zip(ours, theirs, strict=True):
        assert torch.equal(one.edge_index, other.edge_index)
        assert torch.equal(one.edge_attr, other.edge_attr)
        assert one.num_nodes == other.num_nodes


def test_events(tmp_path):
    dataset = BitcoinOTC(bitcoin(tmp_path / "mine"))
    events = dataset.events
    assert (len(events), events.msg.shape, events.t.dtype) == (10, (10, 1), torch.int64)
    assert (events.src[:3].tolist(), events.dst[:3].tolist()) == ([0, 1, 2], [1, 2, 3])
    assert (events.t[1] - events.t[0]).item() == int(1.5 * DAY)
    assert torch.equal(dataset[-1].edge_index[:, -1], events.edge_index[:, -1])
    assert dataset.statistics() == {"graphs": len(dataset), "nodes": 6, "events": 10}
    assert BitcoinOTC(bitcoin(tmp_path / "plain", packed=False)).events.src.tolist() == events.src.tolist()


@pytest.mark.parametrize(
    ("text", "error", "match"),
    [
        ("1,2,3\n", DataError, r"expected source, target, rating and time in .*, got \[1, 3\]"),
        ("", DataError, "expected source, target, rating and time"),
        ("1,2,3,4\n1,2,x,5\n", DataError, "'x' in line 2"),
        ("1,2,3.5,4\n", DataError, "expected whole numbers"),
        (lines([2.0, 1.0]), DataError, "expected times in ascending order"),
        ("1,2,3,nan\n", DataError, "expected whole numbers"),
    ],
)
def test_broken_ratings(tmp_path, text, error, match):
    with pytest.raises(error, match=match):
        BitcoinOTC(bitcoin(tmp_path / "mine", text))


def test_truncated_file(tmp_path):
    path = bitcoin(tmp_path / "mine") / "soc-sign-bitcoinotc.csv.gz"
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(FileError, match=r"expected a whole text file, got .*\.csv\.gz"):
        BitcoinOTC(path.parent)


def test_window_below_one(tmp_path):
    with pytest.raises(ArgumentError) as caught:
        BitcoinOTC(tmp_path, edge_window_size=0)
    expected = "BitcoinOTC: expected edge_window_size of 1 or more, got 0. PyG's default is 10."
    assert str(caught.value) == expected
