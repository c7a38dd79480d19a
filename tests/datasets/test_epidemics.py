"""Chickenpox and COVID-19: small files of the published forms, and what is said of broken ones."""

import json

import pytest
import torch

from edgewise.datasets.epidemics import Chickenpox, EnglandCovid
from edgewise.errors import ArgumentError, EdgewiseError, FileError

CHICKENPOX = {"edges": [[0, 1], [1, 0], [1, 1]], "node_ids": {"B": 1, "A": 0}, "FX": [[0.5, 1.5], [2.5, 3.5]]}
COVID = {
    "edge_mapping": {
        "edge_index": {"1": [[0, 0]], "0": [[0, 1], [2, 2]]},
        "edge_weight": {"1": [7.0], "0": [5.0, 6.0]},
    },
    "time_periods": 2,
    "y": [[1, 2, 3], [4, 5, 6]],
}


def write(folder, name, value):
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(value if isinstance(value, str) else json.dumps(value))
    return folder


def test_chickenpox(tmp_path):
    dataset = Chickenpox(write(tmp_path / "mine", "chickenpox.json", CHICKENPOX))
    data = dataset[0].validate()
    assert (data.edge_index.tolist(), data.node_names) == ([[0, 1, 1], [1, 0, 1]], ["A", "B"])
    assert (data.edge_weight.tolist(), data.signal.tolist()) == ([1.0] * 3, CHICKENPOX["FX"])
    assert dataset.windows(1, 1)[1].tolist() == [[[2.5, 3.5]]]


def test_england_covid(tmp_path):
    dataset = EnglandCovid(write(tmp_path / "mine", "england_covid.json", COVID))
    data = dataset[0].validate()
    assert (data.edge_index.tolist(), data.edge_weight.tolist()) == ([[0, 2, 0], [1, 2, 0]], [5.0, 6.0, 7.0])
    assert (data.edge_time.tolist(), data.signal.shape) == ([0, 0, 1], (2, 3))
    day = dataset.snapshot(1)
    assert (day.edge_index.tolist(), day.edge_weight.tolist(), day.y.tolist()) == ([[0], [0]], [7.0], [4.0, 5.0, 6.0])
    assert day.num_nodes == 3
    with pytest.raises(ArgumentError) as caught:
        dataset.snapshot(2)
    assert str(caught.value) == ("EnglandCovid.snapshot: expected day in 0..1, got 2. Choose among those there are.")


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ("{", "a whole JSON file"),
        ("[]", "edges, node_ids and FX"),
        ({**CHICKENPOX, "edges": [[0, 2]]}, r"expected nodes in 0\.\.1 in .* got 2"),
        ({**CHICKENPOX, "edges": [[0, -1]]}, r"expected nodes in 0\.\.1 in .* got -1"),
        ({**CHICKENPOX, "edges": [[0, 1], [1]]}, "edges, node_ids and FX"),
        ({**CHICKENPOX, "FX": [[1.0], [2.0]]}, r"expected finite numbers \[steps, 2\]"),
        ({**CHICKENPOX, "FX": [[1.0, None]]}, "edges, node_ids and FX"),
        ({name: value for name, value in CHICKENPOX.items() if name != "FX"}, "'FX'"),
        (json.dumps({**CHICKENPOX, "FX": [[1.0, float("nan")]]}), "expected finite numbers"),
        ("[" * 100_000, "a whole JSON file"),
    ],
)
def test_broken_chickenpox(tmp_path, change, text):
    with pytest.raises(FileError, match=text) as caught:
        Chickenpox(write(tmp_path / "mine", "chickenpox.json", change))
    assert "\n" not in str(caught.value)
    assert "Delete it and fetch it again." in str(caught.value)


@pytest.mark.parametrize(
    "change",
    [
        {"time_periods": 3},
        {"y": [[1, 2, 3]]},
        {"y": []},
        {"edge_mapping": {"edge_index": {"0": [], "1": []}, "edge_weight": {"0": [1.0], "1": []}}},
    ],
)
def test_broken_england_covid(tmp_path, change):
    with pytest.raises(EdgewiseError, match=r"england_covid\.json"):
        EnglandCovid(write(tmp_path / "mine", "england_covid.json", {**COVID, **change}))


def test_a_day_without_edges(tmp_path):
    mapping = {"edge_index": {"0": [], "1": [[0, 0]]}, "edge_weight": {"0": [], "1": [1.0]}}
    dataset = EnglandCovid(write(tmp_path / "mine", "england_covid.json", {**COVID, "edge_mapping": mapping}))
    assert torch.equal(dataset[0].edge_time, torch.tensor([1]))
    assert dataset.snapshot(0).num_edges == 0
