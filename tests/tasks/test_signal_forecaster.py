"""Forecasts: the graph is used, nothing of the future leaks, gaps count nowhere, and a file brings everything back."""

import math

import numpy as np
import pytest
import torch

from edgewise.data import Data
from edgewise.errors import DataError
from edgewise.nn import TGCN
from edgewise.tasks import SignalForecaster
from edgewise.tasks.forecast_input import series_of
from edgewise.tasks.forecast_problem import forecast_problem
from edgewise.tasks.forecast_target import Series
from edgewise.tasks.forecast_windows import fill

QUICK = {"hidden": 16, "window": 4, "horizon": 2, "quiet": True}
NODES, STEPS = 12, 240
NAN = float("nan")


def around(nodes=NODES):
    """A ring in one direction."""
    node = torch.arange(nodes)
    return torch.stack([node.roll(1), node])


@pytest.fixture(scope="module")
def wave():
    """Noise that moves one node on at each step: a node's own past says nothing, that of the node before it all."""
    noise = torch.randn(STEPS + NODES, generator=torch.Generator().manual_seed(0))
    step, node = torch.arange(STEPS)[:, None], torch.arange(NODES)
    return 50 + 10 * noise[step - node + NODES - 1]


@pytest.fixture(scope="module")
def fitted(wave):
    return SignalForecaster("tgcn", **QUICK, lr=0.02, epochs=15).fit(wave, around())


def problem_of(signal, window=4, horizon=2, split=(0.5, 0.25, 0.25)):
    series = series_of(signal, "fit", missing=None, has_features=False)
    graph = (torch.empty(2, 0, dtype=torch.long), None)
    return forecast_problem(series, graph, window=window, horizon=horizon, split=split, loss="mae", batch_size=8)


def test_only_the_graph_can_tell_a_travelling_wave(wave, fitted):
    blind = SignalForecaster("gru", **QUICK, lr=0.02, epochs=15).fit(wave)
    assert fitted.score() > 0.3
    assert blind.score() < 0.05
    assert fitted.score(metric="mae") < 0.9 * min(rival["mae"] for rival in fitted.baselines_.values())
    first, second = fitted.by_horizon()["model"]
    assert first < second


def test_windows_keep_to_their_part():
    """Each number is its own step, so that what a window holds says when it was."""
    signal = torch.arange(40.0)[:, None].expand(40, 3)
    problem = problem_of(signal)
    target = problem.windows.target
    ends = {"train": (0, 20), "val": (20, 30), "test": (30, 40)}
    for name, (begin, end) in ends.items():
        starts = getattr(problem, name)
        told = problem.windows.wanted(starts)
        seen = target.predict(problem.windows.inputs(starts))[..., 0]
        assert told.min() == begin + (4 if name == "train" else 0)
        assert told.max() == end - 1
        assert torch.allclose(seen[:, -1, 0] + 1, told[:, 0, 0], atol=1e-4)
        assert len(starts) == end - begin - 1 - (4 if name == "train" else 0)
    assert target.mean[0] == pytest.approx(9.5)


def test_nothing_after_train_changes_what_is_learnt(wave):
    other = wave.clone()
    other[round(0.7 * STEPS) :] += 1000
    one, two = (
        SignalForecaster("tgcn", **QUICK, epochs=2, split=(0.7, 0.0, 0.3)).fit(signal, around())
        for signal in (wave, other)
    )
    for name, value in one.model_.state_dict().items():
        assert torch.equal(value, two.model_.state_dict()[name]), name
    assert one.target_ == two.target_


def test_gaps_count_nowhere_and_are_filled():
    nan = torch.tensor([[NAN, 5.0], [1.0, NAN], [NAN, 7.0], [3.0, NAN]])
    assert fill(nan[None, :, :, None])[0, :, :, 0].tolist() == [[0, 5], [1, 5], [1, 7], [3, 7]]
    target = Series((0.0,), (1.0,), horizon=2)
    out, y = torch.tensor([[[1.0, 2.0], [3.0, 4.0]]]), torch.tensor([[[2.0, NAN], [NAN, 8.0]]])
    assert float(target.loss(out, y)) == 2.5
    assert target.measure(out, y) == 2.5
    assert float(Series((0.0,), (1.0,), horizon=2, criterion="mse").loss(out, y)) == 8.5


def test_a_value_that_means_missing_is_missing(wave):
    gaps = torch.rand(STEPS, NODES, generator=torch.Generator().manual_seed(1)) < 0.1
    gaps[50:60] = True  # whole windows are followed by nothing
    marked, unknown = wave.masked_fill(gaps, 0.0), wave.masked_fill(gaps, NAN)
    one = SignalForecaster("tgcn", **QUICK, epochs=2, missing=0.0).fit(marked, around())
    two = SignalForecaster("tgcn", **QUICK, epochs=2).fit(unknown, around())
    assert torch.equal(one.predict(marked[-4:]), two.predict(unknown[-4:]))
    assert one.history_ == two.history_
    assert one.target_.mean[0] == pytest.approx(float(unknown[:168].nanmean()), rel=1e-5)
    told, came = two.backtest()
    assert told.isfinite().all()
    assert came.isnan().any()


def test_scores_are_those_of_the_definitions(wave, fitted):
    told, came = fitted.backtest()
    assert told.shape == came.shape == (47, 2, NODES)
    assert torch.equal(came[0], wave[192:194])
    assert torch.allclose(fitted.predict(wave[188:192]), told[0], atol=1e-4)
    error, spread = (told - came).double(), (came - came.mean()).double()
    expected = {
        "mae": error.abs().mean(),
        "rmse": error.square().mean().sqrt(),
        "mape": (error / came).abs().mean(),
        "r2": 1 - error.square().sum() / spread.square().sum(),
        "accuracy": 1 - error.norm() / came.norm(),
        "explained_variance": 1 - error.var() / came.double().var(),
    }
    for name, value in expected.items():
        assert fitted.score(metric=name) == pytest.approx(float(value), rel=1e-5), name
    assert fitted.score() == fitted.score(metric="r2")
    table = fitted.by_horizon()
    assert list(table) == ["step", "model", "last value", "historical average"]
    assert table["step"] == [1, 2]
    assert table["model"] == pytest.approx(error.abs().mean((0, 2)).tolist(), rel=1e-5)
    own = fitted.by_horizon(wave[188:])
    assert own["model"] == pytest.approx(table["model"])
    assert "historical average" not in own
    assert fitted.score(wave[188:]) == pytest.approx(fitted.score())


def test_rivals_tell_what_they_say():
    step = torch.arange(60)
    signal = torch.stack([step % 5, step % 5 + 10], dim=1).float()
    signal[3, 0] = NAN
    forecaster = SignalForecaster("gru", window=5, horizon=2, epochs=1, period=5, hidden=4, quiet=True).fit(signal)
    assert forecaster.baselines_["historical average"]["mae"] == pytest.approx(0, abs=1e-6)
    changes = (signal[48:, 0] - signal[47:-1, 0]).abs()[:-1], (signal[49:, 0] - signal[47:-2, 0]).abs()
    assert forecaster.by_horizon()["last value"] == pytest.approx([float(change.mean()) for change in changes])
    without = SignalForecaster("gru", window=5, horizon=2, epochs=1, hidden=4, quiet=True).fit(signal)
    mean = signal[:42].nanmean(0)
    expected = (torch.stack([signal[48:-1], signal[49:]], 1) - mean).abs().mean()
    assert without.baselines_["historical average"]["mae"] == pytest.approx(float(expected), rel=1e-5)


def test_predict_takes_a_window_more_or_a_batch(wave, fitted):
    one = fitted.predict(wave[-4:])
    assert one.shape == (2, NODES)
    assert torch.equal(one, fitted.predict(wave))
    assert torch.equal(one, fitted.predict())
    assert torch.equal(one, fitted.predict(wave.numpy()))
    batch = fitted.predict(torch.stack([wave[:4], wave[-4:]]))
    assert batch.shape == (2, 2, NODES)
    torch.testing.assert_close(batch[1], one)


def test_a_graph_that_holds_its_signal(wave):
    weight = torch.linspace(0.1, 1, NODES)
    data = Data(edge_index=around(), edge_weight=weight, signal=wave, num_nodes=NODES)
    forecaster = SignalForecaster("tgcn", **QUICK, epochs=1)
    whole = forecaster.fit(data).predict(data)
    assert torch.equal(whole, forecaster.fit(wave, around(), weight).predict(wave))
    assert not torch.equal(whole, forecaster.fit(wave, around()).predict(wave))
    assert torch.equal(
        forecaster.fit(data, edge_weight=torch.ones(NODES)).predict(), forecaster.fit(wave, around()).predict()
    )


def test_features_beside_the_signal_are_seen():
    """Whether the next step is high is told by a second feature alone."""
    coin = (torch.rand(300, 3, generator=torch.Generator().manual_seed(0)) < 0.5).float()
    both = torch.stack([coin, coin.roll(-1, 0)], dim=2)
    settings = {"window": 2, "horizon": 1, "hidden": 8, "lr": 0.02, "epochs": 15, "quiet": True}
    forecaster = SignalForecaster("gru", **settings).fit(both)
    assert forecaster.score() > 0.8
    assert SignalForecaster("gru", **settings).fit(coin).score() < 0.2
    assert forecaster.predict(both[:2]).shape == (1, 3)
    assert forecaster.predict(both[None, :2]).shape == (1, 1, 3)


@pytest.mark.parametrize("model", ["tgcn", "dcrnn", "gru"])
def test_a_file_brings_it_back(wave, model, tmp_path):
    edges = None if model == "gru" else around()
    forecaster = SignalForecaster(model, **QUICK, epochs=1, split=(0.6, 0.2, 0.2), period=7).fit(wave, edges)
    loaded = SignalForecaster.load(forecaster.save(tmp_path / "model.safetensors"))
    assert torch.equal(loaded.predict(wave[-4:]), forecaster.predict())
    assert loaded.score(wave) == forecaster.score(wave)
    assert loaded.baselines_ == forecaster.baselines_
    assert {**loaded.get_params(), "quiet": True} == forecaster.get_params()


class Mine(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = TGCN(1, 8, 2)

    def forward(self, x, edge_index, edge_weight=None):
        return self.inner(x, edge_index, edge_weight)


class Alone(Mine):
    def forward(self, x):
        return self.inner(x, around())


def test_own_module_is_called_by_its_arguments(wave, tmp_path):
    torch.manual_seed(0)
    mine, alone = Mine(), Alone()
    alone.load_state_dict(mine.state_dict())
    one, two = (SignalForecaster(model, **QUICK, epochs=2).fit(wave, around()) for model in (mine, alone))
    assert torch.equal(one.predict(), two.predict())
    loaded = SignalForecaster.load(one.save(tmp_path / "mine.safetensors"), model=Mine())
    assert torch.equal(loaded.predict(wave), one.predict())


def test_the_same_seed_gives_the_same_bits_and_leaves_the_generator(wave):
    before = torch.get_rng_state()
    one, two, other = (SignalForecaster("tgcn", **QUICK, epochs=2, seed=seed).fit(wave, around()) for seed in (0, 0, 1))
    assert torch.equal(one.predict(), two.predict())
    assert not torch.equal(one.predict(), other.predict())
    assert torch.equal(before, torch.get_rng_state())


@pytest.mark.parametrize("setting", [{}, {"schedule": "plateau", "clip": 1.0, "patience": 9}, {"loss": "mse"}])
def test_resumes_to_the_same_bits(wave, setting, tmp_path, monkeypatch):
    monkeypatch.setattr("edgewise.tasks.runner.CHECKPOINT_EVERY_S", 0.0)
    path = tmp_path / "run.safetensors"

    def stop(row):
        if row["epoch"] == 1:
            raise StopIteration

    def forecaster(**more):
        return SignalForecaster("tgcn", **QUICK, epochs=4, **setting, **more)

    whole = forecaster().fit(wave, around())
    with pytest.raises(StopIteration):
        forecaster(callbacks=[stop]).fit(wave, around(), checkpoint=path)
    resumed = forecaster().fit(wave, around(), checkpoint=path, resume=True)
    assert torch.equal(resumed.predict(), whole.predict())
    assert resumed.history_ == whole.history_
    other = SignalForecaster("tgcn", **{**QUICK, "window": 5}, epochs=4, **setting)
    with pytest.raises(DataError, match="got one of other data"):
        other.fit(wave, around(), checkpoint=path, resume=True)


def test_without_validation_the_last_epoch_is_kept(wave):
    forecaster = SignalForecaster("tgcn", **QUICK, epochs=3, split=(0.8, 0.0, 0.2)).fit(wave, around())
    assert forecaster.best_epoch_ == 2
    assert set(forecaster.history_) == {"epoch", "train_loss", "train_mae", "test_mae"}
    only = SignalForecaster("tgcn", **QUICK, epochs=1, split=(1.0, 0.0, 0.0)).fit(wave, around())
    assert only.baselines_ == {}
    assert only.predict().shape == (2, NODES)


def test_double_precision_stays_and_arrays_are_single(wave):
    double = SignalForecaster("tgcn", **QUICK, epochs=1).fit(wave.double(), around())
    assert double.predict().dtype == torch.float64
    assert SignalForecaster("tgcn", **QUICK, epochs=1).fit(wave.double().numpy(), around()).predict().dtype == (
        torch.float32
    )


def test_scikit_learn_cross_validates_in_the_order_of_time(wave):
    from sklearn.base import clone
    from sklearn.model_selection import TimeSeriesSplit, cross_val_score

    forecaster = SignalForecaster("tgcn", **QUICK, epochs=1, split=(0.8, 0.2, 0.0))
    assert clone(forecaster).get_params() == forecaster.get_params()
    scores = cross_val_score(
        forecaster, wave.numpy(), cv=TimeSeriesSplit(2), params={"edge_index": around(), "edge_weight": None}
    )
    assert np.isfinite(scores).all()
    assert repr(forecaster).startswith("SignalForecaster('tgcn', window=4, horizon=2, split=(0.8, 0.2, 0.0), hidden=")


def test_a_step_copies_a_batch_of_windows_not_all_of_them(wave):
    problem = problem_of(wave)
    assert problem.windows._known.untyped_storage().nbytes() == wave.numel() * 4
    assert problem.windows._asked.untyped_storage().data_ptr() == problem.windows.series.untyped_storage().data_ptr()
    with torch.no_grad():
        orders = [torch.cat(list(problem.batches())) for _ in range(2)]
    assert not torch.equal(*orders)
    assert torch.equal(orders[0].sort().values, problem.train)


def test_los_loop_is_taken_as_it_is(data_root):
    from edgewise.datasets import LosLoop

    forecaster = SignalForecaster(hidden=4, window=3, epochs=1, batch_size=512, quiet=True, period=288)
    forecaster.fit(LosLoop(data_root / "traffic" / "los-loop"))
    assert forecaster.predict().shape == (3, 207)
    assert 2.5 < forecaster.baselines_["last value"]["mae"] < 5
    assert not math.isnan(forecaster.score())
