"""What reports answer where there is nothing to report, or parts do not fit."""

import pytest
import torch

from edgewise.data import Data
from edgewise.errors import ArgumentError, DataError, ShapeError
from edgewise.tasks import GraphClassifier, LinkPredictor
from edgewise.tasks.reports.forecasts import forecast_report
from edgewise.tasks.signal_forecaster import SignalForecaster
from edgewise.transforms import RandomLinkSplit

QUICK = {"epochs": 1, "hidden": 4, "quiet": True}
EDGES = torch.tensor([[0, 1, 2, 3, 4, 0, 2], [1, 2, 3, 4, 5, 3, 5]])
GRAPH = Data(x=torch.eye(6), edge_index=torch.cat([EDGES, EDGES.flip(0)], 1))
TRUTH = torch.arange(24.0).view(4, 2, 3)


def graphs(*labels):
    return [Data(x=torch.ones(3, 2), edge_index=torch.tensor([[0], [1]]), y=torch.tensor([y])) for y in labels]


def fitted_graphs(**parts):
    return GraphClassifier("gin", layers=1, **QUICK).fit(graphs(0, 1), **parts)


def without_test():
    return LinkPredictor(**QUICK).fit(RandomLinkSplit(0.2, 0.0, is_undirected=True)(GRAPH))


def forecaster(split=(0.6, 0.2, 0.2)):
    signal = torch.arange(90.0).view(30, 3).sin()
    return SignalForecaster("gru", window=3, horizon=2, split=split, **QUICK).fit(signal)


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (
            lambda: GraphClassifier().report("r.html"),
            ArgumentError,
            "report: expected a fitted classifier, got one never fitted. Call fit(data) first.",
        ),
        (
            lambda: fitted_graphs().report("r.html"),
            ArgumentError,
            "report: expected graphs, got none and fit had no test. Pass a dataset.",
        ),
        (
            lambda: fitted_graphs().report("r.html", graphs(-1)),
            DataError,
            "report: expected labels in y, got none that is known. Pass graphs with labels.",
        ),
        (
            lambda: LinkPredictor().report("r.html"),
            ArgumentError,
            "report: expected a fitted estimator, got one never fitted. Call fit(data) first.",
        ),
        (
            lambda: without_test().report("r.html"),
            ArgumentError,
            "report: expected test links, got a split or a file without. Fit a split with num_test above 0.",
        ),
        (
            lambda: SignalForecaster().report("r.html"),
            ArgumentError,
            "report: expected a fitted estimator, got one never fitted. Call fit(data) first.",
        ),
        (
            lambda: forecaster((0.8, 0.2, 0.0)).report("r.html"),
            ArgumentError,
            "report: expected a signal, got none; split leaves none for test. Pass a signal to report.",
        ),
        (
            lambda: forecaster().report("r.html", step_names=["Monday"]),
            ShapeError,
            "report: expected 30 step_names, got 1. Pass one each.",
        ),
        (
            lambda: forecaster().report("r.html", position=torch.zeros(2, 2)),
            ShapeError,
            "forecast_report: expected position [3, 2], got [2, 2]. Pass one a node.",
        ),
        (
            lambda: forecast_report(TRUTH[0], TRUTH[0]),
            ShapeError,
            "forecast_report: expected truth [rows, horizon, nodes], got [2, 3]. Add the missing axis.",
        ),
        (
            lambda: forecast_report(TRUTH, TRUTH, rivals={"last value": TRUTH[1:]}),
            ShapeError,
            "forecast_report: expected last value [4, 2, 3], as truth, got [3, 2, 3]. Pass as many numbers.",
        ),
        (
            lambda: forecast_report(TRUTH, TRUTH, node_names=["a"]),
            ShapeError,
            "forecast_report: expected 3 node_names, got 1. Pass one each.",
        ),
        (
            lambda: forecast_report(TRUTH * float("nan"), TRUTH),
            ArgumentError,
            "forecast_report: expected known values in truth, got none. Look at what is missing.",
        ),
        (
            lambda: forecast_report(TRUTH, TRUTH, rivals={"last value": TRUTH}, blind="gru"),
            ArgumentError,
            "forecast_report: expected blind among the rivals (last value), got 'gru'. Add it there.",
        ),
    ],
)
def test_message(call, error, text, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value) == text
    assert list(tmp_path.iterdir()) == []
