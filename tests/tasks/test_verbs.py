"""Every estimator has every verb, and every report says what a reader needs to trust the score."""

import re

import pytest
import torch
from tests.tasks.test_interaction_predictor import GRAPHS as RINGS

from edgewise.datasets import FakeDataset, KarateClub
from edgewise.errors import ArgumentError, DTypeError
from edgewise.tasks import (
    EdgeClassifier,
    GraphClassifier,
    GraphRegressor,
    InteractionPredictor,
    LinkPredictor,
    NodeClassifier,
    NodeRegressor,
    SeedScores,
    SignalForecaster,
    score_seeds,
)

GRAPHS = list(FakeDataset(num_graphs=40, avg_num_nodes=8, num_classes=2))
QUICK = {"hidden": 8, "epochs": 2, "quiet": True}
VERBS = ("fit", "predict", "score", "report", "save", "load", "plan")


def karate(**labels):
    data = KarateClub()[0]
    for name, value in labels.items():
        setattr(data, name, value)
    return data


def club():
    data = karate()
    data.edge_y = (data.y[data.edge_index[0]] == data.y[data.edge_index[1]]).long()
    return data


def pairs():
    return torch.cartesian_prod(torch.arange(12), torch.arange(10)).t()


def strength():
    one, other = pairs()
    return (one % 3).float() + 2.0 * (other % 2)


def ring():
    return torch.stack([torch.arange(6), torch.arange(6).roll(1)])


def wave():
    return (torch.arange(120).unsqueeze(1) / 4 + torch.arange(6)).sin()


def sized(graphs):
    out = [graph.clone() for graph in graphs]
    for graph in out:
        graph.y = torch.tensor([float(graph.num_edges)])
    return out


FITTED = {
    "NodeClassifier": lambda: NodeClassifier(**QUICK).fit(karate()),
    "NodeRegressor": lambda: NodeRegressor(**QUICK).fit(karate(y=torch.arange(34.0))),
    "EdgeClassifier": lambda: EdgeClassifier(**QUICK).fit(club()),
    "LinkPredictor": lambda: LinkPredictor(**QUICK).fit(karate()),
    "GraphClassifier": lambda: GraphClassifier("gin", layers=2, **QUICK).fit(GRAPHS[:30], test=GRAPHS[30:]),
    "GraphRegressor": lambda: GraphRegressor("gin", layers=2, **QUICK).fit(sized(GRAPHS[:30]), test=sized(GRAPHS[30:])),
    "InteractionPredictor": lambda: InteractionPredictor("gin", layers=2, **QUICK).fit(
        RINGS[:12], 10, pairs(), strength()
    ),
    "SignalForecaster": lambda: SignalForecaster("tgcn", window=6, **QUICK).fit(wave(), ring()),
}

KINDS = [
    NodeClassifier,
    NodeRegressor,
    EdgeClassifier,
    LinkPredictor,
    GraphClassifier,
    GraphRegressor,
    InteractionPredictor,
    SignalForecaster,
]


@pytest.fixture(scope="module", params=FITTED)
def fitted(request):
    return FITTED[request.param]()


def test_every_verb_is_there(fitted):
    assert [verb for verb in VERBS if not callable(getattr(fitted, verb, None))] == []
    assert hasattr(fitted, "predict_proba") == (fitted.target_.kind in ("classes", "labels") or has_both(fitted))


def has_both(estimator):
    """Whether it learns numbers or yes and no, as the answers are."""
    return isinstance(estimator, InteractionPredictor)


def test_every_plan_names_layers(fitted):
    planned = fitted.plan(GRAPHS[:3]) if isinstance(fitted, GraphClassifier | GraphRegressor) else fitted.plan()
    assert planned.steps
    assert all(name and not name.startswith("model.") for name, _ in planned.steps)


def test_every_report_says_what_it_rests_on(fitted, tmp_path):
    values = SeedScores([0.5, 0.6, 0.7], "mae")
    page = fitted.report(tmp_path / "report.html", seeds=values).read_text(encoding="utf-8")
    big, detail = re.search(r'<p class="big"><strong>(.*?)</strong> <span>(.*?)</span>', page, flags=re.S).groups()
    assert big not in ("", "none")
    assert detail.endswith("; mae 0.6000 ± 0.1000 over 3 seeds")
    assert len(re.findall(r'<li class="score', page)) >= 3  # the model, and two baselines at least
    assert re.search(r'<p class="verdict">[^<]{20,}\.', page)
    facts = dict(re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", page))
    assert facts["leak check"].startswith("passed")
    assert facts["time"].endswith("an epoch")
    assert facts["memory"].endswith("this process held")
    assert "<h2>Reproduce</h2>" in page


def test_every_estimator_comes_back_and_cannot_report_without_its_data(fitted, tmp_path):
    loaded = type(fitted).load(fitted.save(tmp_path / "model.safetensors"))
    with pytest.raises(ArgumentError, match=r"^report: expected "):
        loaded.report(tmp_path / "report.html")
    assert not (tmp_path / "report.html").exists()


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_never_fitted_has_no_report(kind, tmp_path):
    what = "classifier" if "Classifier" in kind.__name__ else "estimator"
    with pytest.raises(ArgumentError) as caught:
        kind().report(tmp_path / "report.html")
    assert str(caught.value) == f"report: expected a fitted {what}, got one never fitted. Call fit(data) first."


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_never_fitted_has_no_plan(kind):
    given = (GRAPHS[:1],) if kind in (GraphClassifier, GraphRegressor) else ()
    with pytest.raises(ArgumentError, match=r"^plan: expected a fitted \w+, got one never fitted\. Call fit"):
        kind().plan(*given)


def test_seeds_are_those_of_score_seeds(tmp_path):
    estimator, data = NodeRegressor(**QUICK), karate(y=torch.arange(34.0))
    seeds = score_seeds(estimator, data, seeds=(0, 1))
    assert seeds.metric == "r2"
    assert score_seeds(estimator, data, seeds=(0,), metric="mae").metric == "mae"
    fitted = NodeRegressor(**QUICK).fit(data)
    page = fitted.report(tmp_path / "report.html", seeds=seeds).read_text(encoding="utf-8")
    assert f"; r2 {seeds}</span>" in page
    assert seeds.values[0] == fitted.score()


@pytest.mark.unhooked
def test_other_seeds_are_refused(tmp_path):
    fitted = NodeRegressor(**QUICK).fit(karate(y=torch.arange(34.0)))
    with pytest.raises(DTypeError) as caught:
        fitted.report(tmp_path / "report.html", seeds=[0.5, 0.6])
    assert str(caught.value) == ("report: expected seeds of score_seeds, got list. Pass score_seeds(estimator, data).")


def test_members_that_are_no_graphs_leave_nothing_to_plan():
    fitted = InteractionPredictor(**QUICK).fit(12, 10, pairs(), strength())
    assert fitted.plan().steps == []


def test_a_plan_of_edge_features_passes_them_on():
    graphs = [graph.clone() for graph in GRAPHS[:8]]
    for graph in graphs:
        graph.edge_attr = torch.ones(graph.num_edges, 3)
    fitted = GraphClassifier("gine", layers=2, **QUICK).fit(graphs)
    assert {name for name, _ in fitted.plan(graphs).steps} >= {"body.convs.0.nn", "body.convs.1.nn"}
