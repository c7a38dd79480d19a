"""What forecasting answers to signals, graphs and settings that it cannot work with."""

import numpy as np
import pytest
import torch

from edgewise.data import Data
from edgewise.datasets import FakeDataset
from edgewise.errors import ArgumentError, DataError, DTypeError, EdgewiseWarning, NodeIndexError, ShapeError
from edgewise.tasks import SignalForecaster

EDGES = torch.tensor([[0, 1], [1, 2]])
SIGNAL = torch.arange(60.0).sin()[:, None] * torch.tensor([1.0, 2.0, 3.0])
NAN = float("nan")


def forecaster(model="tgcn", **settings):
    return SignalForecaster(model, **{"hidden": 4, "epochs": 1, "quiet": True, "window": 4, "horizon": 2, **settings})


def exact(call, error, text):
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value) == text


def changed(value, step=slice(None)):
    signal = SIGNAL.clone()
    signal[step] = value
    return signal


class Flat(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.lin = torch.nn.Linear(1, 1)

    def forward(self, x, edge_index):
        return self.lin(x)


@pytest.mark.parametrize(
    ("signal", "error", "text"),
    [
        (
            SIGNAL[:5],
            DataError,
            "fit: expected a series of at least window + horizon = 4 + 2 steps, got 5. Pass a longer one, or choose a "
            "shorter window.",
        ),
        (
            SIGNAL[:8],
            DataError,
            "fit: expected at least window + horizon = 6 steps in train, got 4 (0.5 of 8). Give train a larger share "
            "in split, or pass a longer series.",
        ),
        (
            SIGNAL[:14],
            DataError,
            "fit: expected at least horizon = 2 steps in val, got 1 (0.1 of 14). Give val a larger share in split, or "
            "pass a longer series.",
        ),
        (
            changed(7.0),
            DataError,
            "fit: expected a signal that changes, got 7 at every known step of train. There is nothing to learn from "
            "it.",
        ),
        (
            changed(NAN, slice(0, 30)),
            DataError,
            "fit: expected known values in train, got none. Choose another split, or look at what is missing.",
        ),
        (
            changed(NAN, slice(36, 60)),
            DataError,
            "fit: expected known values in test, got none. Choose another split, or look at what is missing.",
        ),
        (
            changed(float("inf"), (9, 2)),
            DataError,
            "fit: expected finite numbers or NaN in the signal, got infinity at step 9, node 2. Mend it, or set it to "
            "NaN.",
        ),
        (
            SIGNAL[:, 0],
            ShapeError,
            "fit: expected a signal [steps, nodes] or [steps, nodes, features], got [60]. For one node use "
            "signal[:, None].",
        ),
        (
            SIGNAL[:, :2],
            NodeIndexError,
            "fit: expected edge_index values in 0..1, got node 2 as destination of edge 1 (2 destination nodes). Usual "
            "cause: ids are not consecutive, or x lacks nodes. Renumber them (Data.from_edges does).",
        ),
        (
            np.array([["a"]]),
            DTypeError,
            "fit: expected a signal of numbers, got ndarray of <U1. Pass a tensor or array [steps, nodes], or a graph "
            "with data.signal.",
        ),
        (
            Data(edge_index=EDGES, num_nodes=3),
            DataError,
            "fit: expected a graph with a signal, got one without. Set data.signal = [steps, nodes].",
        ),
        (
            Data(edge_index=EDGES, num_nodes=4, signal=SIGNAL),
            ShapeError,
            "fit: expected a signal [steps, 4] for 4 nodes, got [60, 3]. Give each node a column.",
        ),
        (
            Data(edge_index=EDGES, num_nodes=3, signal=SIGNAL.t()),
            ShapeError,
            "fit: expected a signal [steps, 3] for 3 nodes, got [3, 60]. It looks transposed: use signal.t().",
        ),
        (
            Data(edge_index=EDGES, num_nodes=3, signal=SIGNAL, edge_time=torch.arange(2)),
            ArgumentError,
            "fit: expected a graph that stays, got edges with an edge_time each. Pass data.signal, and edge_index and "
            "edge_weight of one snapshot.",
        ),
        (
            FakeDataset(num_graphs=2),
            DataError,
            "fit: expected a dataset of one graph with a signal, got 2 graphs. Pass one of them.",
        ),
    ],
)
def test_signals(signal, error, text):
    edges = None if isinstance(signal, Data) else EDGES
    split = (0.5, 0.1, 0.4)
    exact(lambda: forecaster(split=split).fit(signal, edges), error, text)


def test_graphs():
    exact(
        lambda: forecaster().fit(SIGNAL),
        ArgumentError,
        "fit: expected edge_index beside a signal, got none. Pass fit(signal, edge_index), or model='gru', which sees "
        "no edges.",
    )
    exact(
        lambda: forecaster().fit(SIGNAL, EDGES, torch.ones(3)),
        ShapeError,
        "fit: expected edge_weight [2], one number an edge, got [3]. Pass as many.",
    )
    exact(
        lambda: forecaster().fit(SIGNAL, torch.zeros(5, 2, dtype=torch.long)),
        ShapeError,
        "fit: expected edge_index of shape [2, edges], got [5, 2]. It looks transposed: use edge_index.t().",
    )


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"horizon": 0}, "SignalForecaster: expected horizon a whole number >= 1, got 0. Choose another."),
        ({"window": 2.5}, "SignalForecaster: expected window a whole number >= 1, got 2.5. Choose another."),
        ({"period": 0}, "SignalForecaster: expected period a whole number >= 1, got 0. Choose another."),
        (
            {"split": (0.7, 0.2, 0.2)},
            "SignalForecaster: expected split of three shares that add up to 1, got (0.7, 0.2, 0.2). Choose for "
            "example (0.7, 0.1, 0.2).",
        ),
        ({"loss": "l1"}, "SignalForecaster: expected loss among mae, mse, got 'l1'. Pass one of those."),
        (
            {"model": "tgnc"},
            "SignalForecaster: expected model among tgcn, dcrnn, gru, got 'tgnc'. Did you mean 'tgcn'?",
        ),
        (
            {"layers": 2},
            "SignalForecaster: expected layers=1 for model 'tgcn', got 2. Choose 'dcrnn' for more, or a larger hidden.",
        ),
        (
            {"split": (0.8, 0.0, 0.2), "patience": 3},
            "fit: expected validation examples for patience=3, got none. Mark some (data.val_mask), or leave patience "
            "out.",
        ),
    ],
)
def test_settings(settings, text):
    exact(lambda: forecaster(**settings).fit(SIGNAL, EDGES), ArgumentError, text)


def test_own_module_of_another_form():
    exact(
        lambda: forecaster(Flat()).fit(SIGNAL, EDGES),
        ShapeError,
        "fit: expected the model to return [batch, horizon, nodes] = [2, 2, 3], got [2, 4, 3, 1]. Its last layer gives "
        "one number a step ahead, for each node.",
    )


def test_after_fit(tmp_path):
    fitted = forecaster(split=(0.8, 0.2, 0.0)).fit(SIGNAL, EDGES)
    loaded = SignalForecaster.load(fitted.save(tmp_path / "model.safetensors"))
    exact(
        lambda: fitted.score(),
        ArgumentError,
        "score: expected a signal, got none; split leaves none for test. Pass a signal to score.",
    )
    exact(
        lambda: loaded.backtest(),
        ArgumentError,
        "backtest: expected a signal, got none; a loaded estimator has none. Pass a signal to backtest.",
    )
    exact(
        lambda: loaded.predict(),
        ArgumentError,
        "predict: expected a signal, got none; a loaded estimator has none. Pass a signal to predict.",
    )
    exact(
        lambda: fitted.predict(SIGNAL[:3]),
        ShapeError,
        "predict: expected a signal [4 steps or more, 3] as fitted, got [3, 3]. A batch has one more axis in front.",
    )
    exact(
        lambda: fitted.predict(SIGNAL[:, :2]),
        ShapeError,
        "predict: expected a signal [4 steps or more, 3] as fitted, got [60, 2]. A batch has one more axis in front.",
    )
    exact(
        lambda: fitted.score(SIGNAL[:5]),
        ShapeError,
        "score: expected a signal [6 steps or more, 3] as fitted, got [5, 3]. Pass one of that form.",
    )
    exact(
        lambda: fitted.score(SIGNAL, metric="mea"),
        ArgumentError,
        "score: expected metric among r2, rmse, mae, mape, accuracy, explained_variance, got 'mea'. Did you mean "
        "'mae'?",
    )
    exact(
        lambda: forecaster().predict(SIGNAL),
        ArgumentError,
        "predict: expected a fitted estimator, got one never fitted. Call fit(data) first.",
    )


def test_a_signal_that_looks_transposed_is_warned_of():
    ring = torch.stack([torch.arange(30), torch.arange(30).roll(1)])
    with pytest.warns(EdgewiseWarning) as caught:
        SignalForecaster("gru", window=4, horizon=1, hidden=4, epochs=1, quiet=True).fit(torch.randn(30, 90), ring)
    assert str(caught[0].message) == (
        "fit: expected a signal [steps, nodes], got [30, 90] with edges among 30 nodes. It looks transposed: use "
        "signal.T."
    )
