"""Traffic: small files of the published forms, and what is said of broken ones."""

import pickle

import numpy as np
import pytest
import torch

from edgewise.datasets._signals import signal_windows
from edgewise.datasets.dcrnn_traffic import MetrLa, PemsBay
from edgewise.datasets.los_loop import LosLoop
from edgewise.errors import DataError, EdgewiseWarning, FileError

MATRIX = np.array([[1.0, 0.5, 0.0], [0.0, 1.0, 0.25], [0.0, 0.0, 1.0]], dtype=np.float32)
NAMES = ["11", "22", "33"]


def los_loop(folder, speeds="11,22,33\n1,2,3\n4,5,6\n7,8,9\n", closeness="1,.5,0\n.5,1,0\n0,0,1\n"):
    folder.mkdir(exist_ok=True)
    (folder / "los_speed.csv").write_text(speeds)
    (folder / "los_adj.csv").write_text(closeness)
    return folder


def metr_la(folder, *, ids=NAMES, signal=None):
    folder.mkdir(exist_ok=True)
    told = pickle.dumps([ids, {name: i for i, name in enumerate(ids)}, MATRIX], protocol=3)
    (folder / "adj_mx.pkl").write_bytes(told.replace(b"numpy._core", b"numpy.core"))  # as the old NumPy wrote it
    places = "index,sensor_id,latitude,longitude\n0,22,34.2,-118.2\n1,11,34.1,-118.1\n2,33,34.3,-118.3\n"
    (folder / "graph_sensor_locations.csv").write_text(places)
    if signal is not None:
        (folder / "METR-LA.csv").write_text(signal)
    return folder


def test_los_loop(tmp_path):
    dataset = LosLoop(los_loop(tmp_path / "mine"))
    data = dataset[0].validate()
    assert data.edge_index.tolist() == [[0, 0, 1, 1, 2], [0, 1, 0, 1, 2]]
    assert data.edge_weight.tolist() == [1.0, 0.5, 0.5, 1.0, 1.0]
    assert data.signal.tolist() == [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]]
    assert (data.node_names, data.num_nodes, repr(dataset)) == (NAMES, 3, "LosLoop()")
    assert dataset.statistics() == {"nodes": 3, "edges": 5, "steps": 3}
    known, asked = dataset.windows(history=1, horizon=2)
    assert (known.shape, asked.tolist()) == ((1, 1, 3), [[[4.0, 5.0, 6.0], [7.0, 8.0, 9.0]]])
    assert not list((tmp_path / "mine").glob("**/*.safetensors"))  # nothing beside a user's own files


@pytest.mark.parametrize(
    ("changed", "error", "text"),
    [
        ({"speeds": "11,22,33\n1,2,3\n4,x,6\n"}, DataError, "'x' in line 3"),
        ({"speeds": "11,22,33\n1,2\n"}, FileError, r"got \[3, 3\] in .* and \[1, 2\]"),
        ({"speeds": ""}, FileError, "expected a matrix of the 1 detectors"),
        ({"closeness": "1,0\n0,1\n"}, FileError, r"expected a matrix of the 3 detectors .* got \[2, 2\]"),
        ({"closeness": "1,0,0\n0,1\n0,0,1\n"}, DataError, "2 columns after 3 in line 2"),
    ],
)
def test_broken_los_loop(tmp_path, changed, error, text):
    with pytest.raises(error, match=text) as caught:
        LosLoop(los_loop(tmp_path / "mine", **changed))
    assert "\n" not in str(caught.value)
    assert str(tmp_path / "mine") in str(caught.value)


def test_metr_la_with_a_signal(tmp_path):
    # Columns in another order than the sensors, and times in front, as Zenodo has them.
    signal = ",33,11,22\n2012-03-01 00:00:00,3,1,2\n2012-03-01 00:05:00,6,4,5\n"
    dataset = MetrLa(metr_la(tmp_path / "mine", signal=signal))
    data = dataset[0].validate()
    assert data.edge_index.tolist() == [[0, 0, 1, 1, 2], [0, 1, 1, 2, 2]]  # from row to column
    assert data.edge_weight.tolist() == [1.0, 0.5, 1.0, 0.25, 1.0]
    assert data.signal.tolist() == [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]
    torch.testing.assert_close(data.pos, torch.tensor([[34.1, -118.1], [34.2, -118.2], [34.3, -118.3]]))
    assert dataset.statistics() == {"nodes": 3, "edges": 5, "steps": 2}
    assert dataset.checksums["METR-LA.csv"] is None
    plain = metr_la(tmp_path / "plain", signal="11,22,33\n1,2,3\n")
    assert MetrLa(plain)[0].signal.tolist() == [[1.0, 2.0, 3.0]]


def test_metr_la_without_a_signal_says_so(tmp_path):
    with pytest.warns(EdgewiseWarning, match=r"the graph has no signal\. .*Put METR-LA\.csv into .*by hand\.$"):
        dataset = MetrLa(metr_la(tmp_path / "mine"))
    assert dataset.statistics() == {"nodes": 3, "edges": 5}
    assert "signal" not in dataset[0]
    with pytest.raises(DataError, match=r"MetrLa\.windows: expected a signal, got the graph alone"):
        dataset.windows(1, 1)
    (tmp_path / "mine" / "metr-la.h5").write_bytes(b"")
    with pytest.warns(EdgewiseWarning, match=r"\*\.h5 cannot be read: save it as CSV"):
        MetrLa(tmp_path / "mine")


def test_the_signal_is_part_of_the_key(tmp_path):
    folder = metr_la(tmp_path / "mine", signal="11,22,33\n1,2,3\n")
    assert MetrLa(folder)[0].signal.shape == (1, 3)
    (folder / "METR-LA.csv").write_text("11,22,33\n1,2,3\n4,5,6\n")
    assert MetrLa(folder)[0].signal.shape == (2, 3)


@pytest.mark.parametrize(
    ("changed", "error", "text"),
    [
        ({"ids": ["11", "22", "44"], "signal": "11,22,33\n"}, DataError, "got none for 44"),
        ({"signal": "11,22\n1,2\n"}, DataError, "expected a column for each of 3 sensors in .* got none for 33"),
        ({"signal": "11,22,33\n1,2,3\n1,?,3\n"}, DataError, "'\\?' in line 3"),
        ({"signal": "t,11,22,33\n0,1,2\n"}, DataError, "expected 4 columns as in the header"),
        ({"ids": ["11"], "signal": "11\n1\n"}, FileError, r"expected \[names, numbers, matrix\]"),
    ],
)
def test_broken_metr_la(tmp_path, changed, error, text):
    with pytest.raises(error, match=text):
        MetrLa(metr_la(tmp_path / "mine", **changed))


def test_hostile_graph_file_does_not_run(tmp_path):
    folder = metr_la(tmp_path / "mine", signal="11,22,33\n1,2,3\n")
    (folder / "adj_mx.pkl").write_bytes(pickle.dumps([NAMES, {}, np.random.default_rng(0)]))
    with pytest.raises(FileError, match="it asks for numpy"):
        MetrLa(folder)


def test_pems_bay(tmp_path):
    folder = metr_la(tmp_path / "mine")
    (folder / "adj_mx.pkl").rename(folder / "adj_mx_bay.pkl")
    (folder / "graph_sensor_locations_bay.csv").write_text("11,37.1,-121.1\n22,37.2,-121.2\n33,37.3,-121.3\n")
    (folder / "PEMS-BAY.csv").write_text("11,22,33\n1,2,3\n")
    data = PemsBay(folder)[0]
    assert (data.num_edges, data.signal.shape) == (5, (1, 3))
    torch.testing.assert_close(data.pos[0], torch.tensor([37.1, -121.1]))
    (folder / "graph_sensor_locations_bay.csv").write_text("11;37.1;-121.1\n")
    with pytest.raises(DataError, match="expected sensor, latitude and longitude a line"):
        PemsBay(folder)


def test_windows_are_views_of_the_signal():
    signal = torch.arange(24.0).reshape(12, 2)
    known, asked = signal_windows(signal, history=3, horizon=2, step=4)
    assert known.tolist() == [signal[begin : begin + 3].tolist() for begin in (0, 4)]
    assert asked.tolist() == [signal[begin + 3 : begin + 5].tolist() for begin in (0, 4)]
    signal[0, 0] = -1.0
    assert known[0, 0, 0] == -1.0
