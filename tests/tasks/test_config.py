from dataclasses import asdict

import pytest

from edgewise.errors import ArgumentError
from edgewise.tasks import TrainConfig


def test_toml_round_trip_keeps_every_value():
    config = TrainConfig(model="gcn", hidden=7, lr=1e-5, weight_decay=0.0, dropout=0.25, patience=9, seed=2**40)
    assert TrainConfig.from_toml(config.to_toml()) == config


def test_absent_patience_is_left_out_and_comes_back():
    text = TrainConfig().to_toml()
    assert "patience" not in text
    assert TrainConfig.from_toml(text).patience is None


def test_toml_is_what_the_standard_library_reads():
    tomllib = pytest.importorskip("tomllib")
    expected = {name: value for name, value in asdict(TrainConfig()).items() if value is not None}
    assert tomllib.loads(TrainConfig().to_toml()) == expected


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"hidden": 0}, "TrainConfig: expected hidden a whole number >= 1, got 0. Choose another."),
        ({"layers": True}, "TrainConfig: expected layers a whole number >= 1, got True. Choose another."),
        ({"seed": -1}, "TrainConfig: expected seed a whole number >= 0, got -1. Choose another."),
        ({"patience": 0}, "TrainConfig: expected patience a whole number >= 1, got 0. Choose another."),
        ({"lr": -0.1}, "TrainConfig: expected lr >= 0, got -0.1. Choose for example lr=0.01."),
        ({"lr": float("nan")}, "TrainConfig: expected lr >= 0, got nan. Choose for example lr=0.01."),
        ({"dropout": 1.0}, "TrainConfig: expected dropout in [0, 1), got 1.0. It is the share of features left out."),
    ],
)
def test_values_out_of_range_are_refused(settings, message):
    with pytest.raises(ArgumentError) as error:
        TrainConfig.from_mapping(settings)
    assert str(error.value) == message


def test_unknown_setting_gets_the_nearest_name():
    with pytest.raises(ArgumentError, match=r"got 'hiden'\. Did you mean 'hidden'\?"):
        TrainConfig.from_toml("hiden = 3")


def test_broken_toml_is_one_line():
    with pytest.raises(ArgumentError, match="expected TOML, got text that is not"):
        TrainConfig.from_toml("hidden = ")
