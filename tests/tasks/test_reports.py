"""Reports of graphs, links and forecasts, gathered from fitted estimators: right numbers beside right baselines."""

import itertools
import json
import re

import networkx as nx
import pytest
import torch
from tests.tasks.test_graph_estimators import GRAPHS, QUICK

from edgewise.data import Data
from edgewise.tasks import GraphClassifier, GraphRegressor, LinkPredictor
from edgewise.tasks.reports.answers import gallery_order
from edgewise.tasks.reports.baselines import paired_error, verdict, verdict_beside_rules
from edgewise.tasks.reports.forecasts import forecast_report, forecaster_report
from edgewise.tasks.reports.graphs import count_copies, graph_report
from edgewise.tasks.reports.link_baselines import NeighbourRules, precision_at
from edgewise.tasks.reports.links import area_under_roc, link_report
from edgewise.tasks.signal_forecaster import SignalForecaster
from edgewise.viz.report import Score, write_report

TRAIN, VAL, TEST = GRAPHS[:36], GRAPHS[36:46], GRAPHS[46:]


@pytest.fixture(scope="module")
def classifier():
    return GraphClassifier("gin", epochs=8, batch_size=12, **QUICK).fit(TRAIN, val=VAL, test=TEST)


@pytest.fixture(scope="module")
def graphs_told(classifier):
    return graph_report(classifier, TEST)


@pytest.fixture(scope="module")
def predictor():
    generator = torch.Generator().manual_seed(0)
    group = torch.arange(60) // 15
    chance = torch.where(group[:, None] == group[None, :], 0.5, 0.02)
    pairs = torch.triu(torch.rand(60, 60, generator=generator) < chance, 1).nonzero().t()
    edge_index = torch.cat([pairs, pairs.flip(0)], 1)
    x = torch.randn(60, 8, generator=generator)
    data = Data(x=x, edge_index=edge_index, node_names=[f"<i>{k}</i>" for k in range(60)])
    return LinkPredictor("gcn", epochs=40, hidden=8, quiet=True).fit(data)


@pytest.fixture(scope="module")
def links_told(predictor):
    return link_report(predictor)


def payload_of(path):
    return json.loads(re.search(r'id="payload">(.*?)</script>', path.read_text(), flags=re.S).group(1))


# Graphs.


def test_graph_scores_are_those_of_the_estimators(classifier, graphs_told):
    assert graphs_told.score.value == classifier.score()
    majority, mlp = graphs_told.baselines
    share = sum(int(graph.y) == 0 for graph in TEST) / len(TEST)  # as many of each class in training: the smaller
    assert (majority.name, majority.value) == ("majority class", share)
    blind = GraphClassifier("mlp", epochs=8, batch_size=12, **QUICK).fit(TRAIN, val=VAL)
    assert (mlp.name, mlp.value) == ("MLP without edges", blind.score(TEST))


def test_confusion_counts_every_scored_graph(classifier, graphs_told):
    y = torch.cat([graph.y for graph in TEST])
    told = classifier.predict(TEST)
    expected = [[int(((y == a) & (told == b)).sum()) for b in range(2)] for a in range(2)]
    assert graphs_told.confusion.tolist() == expected


def test_the_gallery_goes_from_surest_to_most_wrong(classifier, graphs_told):
    y = torch.cat([graph.y for graph in TEST])
    chance = classifier.predict_proba(TEST).gather(1, y[:, None]).squeeze(1)
    order = [f"graph {k}" for k in chance.argsort(descending=True, stable=True).tolist()]
    rows = {title: [card.name for card in cards] for title, cards in graphs_told.gallery.items()}
    assert rows["Best"] == order[:4]
    assert rows["Worst"] == order[::-1][:4]
    assert not set(rows["Typical"]) & {*rows["Best"], *rows["Worst"]}
    for card in itertools.chain(*graphs_told.gallery.values()):
        number = int(card.name.split()[1])
        assert card.truth == f"class {int(y[number])}"
        assert card.is_right == (chance[number] > 0.5)


def test_copies_of_training_graphs_are_counted_and_told(classifier):
    report = graph_report(classifier, TRAIN[:3], baselines=["constant"])
    assert report.training_card["leak check"] == "3 of 3 scored graphs equal one of training, node by node."
    assert report.verdict.endswith(report.training_card["leak check"])
    other = [Data(x=torch.full((3, 2), 7.0), edge_index=torch.tensor([[0], [1]]), y=torch.tensor([0]))]
    clean = graph_report(classifier, other, baselines=["constant"]).training_card["leak check"]
    assert clean == "passed: none of 1 graphs equals one of 36 in training, node by node"


def test_another_edge_is_another_graph(classifier):
    one = classifier.train_[:1]
    moved = one[0].clone()
    moved.edge_index = moved.edge_index.roll(1, dims=1).flip(0)
    from edgewise.data import PackedDataset

    assert count_copies(one, classifier.train_) == 1
    assert count_copies(PackedDataset.from_list([moved]), one) == 0


def test_gallery_of_few_graphs():
    assert gallery_order(torch.tensor([0.2, 0.1])) == {"All": [1, 0]}
    rows = gallery_order(torch.tensor([0.5, 0.4, 0.3, 0.2, 0.1]))
    assert rows == {"Best": [4], "Typical": [2], "Worst": [0]}


def test_labels_some_unknown(tmp_path):
    graphs = [graph.clone() for graph in GRAPHS[:40]]
    for n, graph in enumerate(graphs):
        has = float(graph.y)
        graph.y = torch.tensor([[has, float("nan") if n % 3 else 1 - has]])
    classifier = GraphClassifier("gin", epochs=2, **QUICK).fit(graphs[:28], test=graphs[28:])
    report = graph_report(classifier, graphs[28:], baselines=())
    content = payload_of(write_report(report, tmp_path / "r.html"))
    y = torch.cat([graph.y for graph in graphs[28:]])
    assert content["yes"] == (y == 1).sum(0).tolist()
    assert content["no"] == (y == 0).sum(0).tolist()
    assert sum(content["auroc"]) / 2 == pytest.approx(classifier.score())


def test_numbers_and_molecules(tmp_path):
    pytest.importorskip("rdkit")
    from edgewise.io import from_smiles

    chains = [from_smiles("C" * n + end) for n in range(1, 9) for end in ("", "O", "N")]
    sizes = [float(graph.num_nodes) for graph in chains]
    regressor = GraphRegressor("gin", readout="sum", epochs=5, **QUICK).fit(chains[:18], sizes[:18])
    for graph, size in zip(chains, sizes, strict=True):
        graph.y = torch.tensor([size])
    report = graph_report(regressor, chains[18:])
    assert report.score.value == pytest.approx(regressor.score(chains[18:]))
    mean = torch.tensor(sizes[:18]).mean()
    wanted = torch.tensor(sizes[18:])
    r2 = 1 - float(((wanted - mean) ** 2).sum() / ((wanted - wanted.mean()) ** 2).sum())
    assert report.baselines[0].name == "mean of training graphs"
    assert report.baselines[0].value == pytest.approx(r2, rel=1e-4)
    cards = list(itertools.chain(*report.gallery.values()))
    assert all("bond" in card.picture for card in cards)  # RDKit's name of a line
    assert {card.note for card in cards} <= {graph.smiles for graph in chains[18:]}
    assert regressor.report(tmp_path / "r.html", chains[18:]).stat().st_size < 200_000


def test_a_loaded_estimator_reports_what_it_can(classifier, tmp_path):
    loaded = GraphClassifier.load(classifier.save(tmp_path / "m.safetensors"))
    report = graph_report(loaded, TEST)
    assert report.score.value == classifier.score()
    assert report.baselines == []
    assert "time" not in report.training_card
    assert report.training_card["leak check"].startswith("not made")


def test_a_model_without_edges_is_called_so():
    blind = GraphClassifier("mlp", epochs=1, **QUICK).fit(TRAIN, test=TEST)
    report = graph_report(blind, TEST)
    assert [score.name for score in report.baselines] == ["majority class"]
    assert report.verdict.startswith("This model sees no edges.")


def test_a_report_leaves_the_generator_and_the_model_alone(classifier, tmp_path):
    before, weights = torch.get_rng_state(), classifier.predict_proba(TEST)
    pages = [classifier.report(tmp_path / name).read_text() for name in ("a.html", "b.html")]
    assert torch.equal(before, torch.get_rng_state())
    assert torch.equal(weights, classifier.predict_proba(TEST))
    without_memory = [re.sub(r"<dt>memory</dt><dd>.*?</dd>", "", page) for page in pages]
    assert without_memory[0] == without_memory[1]


# Links.


def test_rules_agree_with_networkx():
    graph = nx.gnm_random_graph(40, 120, seed=1)
    edges = torch.tensor(list(graph.edges)).t()
    loops = torch.tensor([[3, 5], [3, 5]])
    rules = NeighbourRules(torch.cat([edges, edges[:, :20].flip(0), loops], 1), 40)  # both ways, and loops
    pairs = torch.combinations(torch.arange(40)).t()
    listed = [tuple(pair) for pair in pairs.t().tolist()]
    expected = {
        "common neighbours": [len(list(nx.common_neighbors(graph, *pair))) for pair in listed],
        "Adamic-Adar": [value for *_, value in nx.adamic_adar_index(graph, listed)],
        "preferential attachment": [value for *_, value in nx.preferential_attachment(graph, listed)],
    }
    for name, score in rules.scores(pairs).items():
        torch.testing.assert_close(score, torch.tensor(expected[name], dtype=torch.float64))


def test_precision_is_the_mean_over_all_orders_of_equal_scores():
    score, is_link = torch.tensor([2.0, 1.0, 1.0, 1.0, 0.5]), torch.tensor([False, True, True, False, True])
    found = torch.zeros(5)
    orders = list(itertools.permutations([1, 2, 3]))
    for middle in orders:
        found += is_link[[0, *middle, 4]].float().cumsum(0) / torch.arange(1, 6)
    torch.testing.assert_close(
        torch.tensor(precision_at(score, is_link, [1, 2, 3, 4, 5])), found / len(orders), check_dtype=False
    )


def test_link_scores_are_those_of_the_estimators(predictor, links_told):
    assert links_told.score.value == pytest.approx(predictor.score())
    names = ["MLP without edges", "common neighbours", "Adamic-Adar", "preferential attachment"]
    assert [score.name for score in links_told.baselines] == names
    blind = LinkPredictor("mlp", epochs=40, hidden=8, quiet=True).fit(predictor.split_)
    assert links_told.baselines[0].value == pytest.approx(blind.score())


def test_score_of_a_rule(predictor, links_told):
    test = predictor.split_.test
    counts = NeighbourRules(test.edge_index, 60).scores(test.edge_label_index)["preferential attachment"]
    yes, no = counts[test.edge_label > 0], counts[test.edge_label == 0]
    share = (yes[:, None] > no[None, :]).double().mean() + (yes[:, None] == no[None, :]).double().mean() / 2
    assert links_told.baselines[3].value == pytest.approx(float(share), abs=1e-6)


def test_large_counts_keep_their_order():
    # torchmetrics would take them for logits, whose sigmoid is 1 for all three.
    counts, y = torch.tensor([100.0, 200.0, 300.0]), torch.tensor([[0.0], [1.0], [1.0]])
    assert area_under_roc(counts, y) == 1.0
    assert area_under_roc(-counts, y) == 0.0
    assert area_under_roc(torch.ones(3), y) == 0.5


def test_histograms_and_tables_of_links(predictor, links_told):
    test = predictor.split_.test
    probability = predictor.predict_proba(test.edge_label_index)
    links, others = probability[test.edge_label > 0], probability[test.edge_label == 0]
    assert int(links_told.link_counts.sum()) == len(links)
    assert links_told.other_counts.tolist() == torch.histc(others, 40, 0, 1).long().tolist()
    assert [row.probability for row in links_told.negatives] == others.sort(descending=True).values[:10].tolist()
    assert [row.probability for row in links_told.misses] == links.sort().values[:10].tolist()
    row = links_told.negatives[0]
    one, other = (int(re.sub(r"\D", "", name)) for name in (row.source, row.target))
    graph = nx.Graph(test.edge_index.t().tolist())
    assert row.shared_neighbours == len(list(nx.common_neighbors(graph, one, other)))
    assert links_told.training_card["leak check"].startswith("passed (LinkSplit.check): none of the ")


def test_precision_curves_end_at_the_number_of_links(links_told):
    assert links_told.ks[0] == 1
    assert links_told.ks[-1] == int(links_told.link_counts.sum())
    assert next(iter(links_told.precision)) == links_told.score.name
    assert all(0 <= value <= 1 for values in links_told.precision.values() for value in values)


def test_the_link_page_escapes_names(predictor, tmp_path):
    page = predictor.report(tmp_path / "r.html").read_text()
    assert "&lt;i&gt;" in page
    assert "<i>" not in page.split("<script>")[0]


# Forecasts.


def wave(steps=120, nodes=6):
    return (torch.arange(steps).unsqueeze(1) / 4 + torch.arange(nodes)).sin()


def rows_of(series, horizon=3):
    return series.unfold(0, horizon, 1).transpose(1, 2).contiguous()


def test_forecast_errors_are_means_over_what_is_known():
    truth = rows_of(wave())
    truth[5, 1, 2] = float("nan")
    told = truth.nan_to_num(50.0) + torch.arange(3.0).view(1, 3, 1) + torch.arange(6.0)
    report = forecast_report(truth, told)
    difference = (told - truth).abs()
    assert report.score.value == pytest.approx(float(difference.nanmean()), rel=1e-5)
    torch.testing.assert_close(report.node_error.float(), difference.nanmean((0, 1)))
    assert report.horizon_error["model"] == pytest.approx(difference.nanmean((0, 2)).tolist(), rel=1e-5)
    assert report.data_card["known"].endswith("% of what was to be told")
    assert report.verdict == ""


def test_the_worst_hour_is_found_and_its_neighbours_do_not_follow():
    truth = rows_of(wave(400))
    told = truth.clone()
    told[100:106] += torch.linspace(5, 4, 6).view(6, 1, 1)
    told[300, :, 4] += 2.0
    report = forecast_report(truth, told, node_names="abcdef", step_names=[f"hour {k}" for k in range(398)])
    assert [step.name for step in report.worst[:3]] == ["hour 100", "hour 103", "hour 300"]
    assert report.worst[2].node == "e"
    assert report.worst[0].error == pytest.approx(5.0, rel=1e-5)


def test_a_page_holds_so_much_and_says_so(monkeypatch):
    monkeypatch.setattr("edgewise.tasks.reports.forecasts._MOST_NODES", 10)
    monkeypatch.setattr("edgewise.tasks.reports.forecasts._MOST_VALUES", 600)
    truth = rows_of(wave(200, 40))
    told = truth.clone()
    told[150] += 1.0
    told += torch.arange(40.0) / 100  # the last node is worst
    ring = torch.stack([torch.arange(40), torch.arange(40).roll(1)])
    report = forecast_report(truth, told, edge_index=ring)
    assert len(report.node_names) == 10
    assert report.node_names[0] == "node 0"
    assert report.node_names[-1] == "node 39"
    assert report.truth.shape == (60, 10)
    assert "step 150" in report.step_names
    assert report.shown == "60 of 198 scored steps, around the worst."
    assert report.drawn == " 10 are drawn, evenly chosen from the best to the worst."
    assert report.edge_index.numel() == 0 or int(report.edge_index.max()) < 10
    assert len(report.step_error) == 198


def test_a_forecaster_stands_beside_its_rivals(tmp_path):
    ring = torch.stack([torch.arange(6), torch.arange(6).roll(1)])
    forecaster = SignalForecaster("tgcn", hidden=8, epochs=2, window=6, quiet=True).fit(wave(), ring)
    report = forecaster_report(forecaster, step_names=[f"day {k}" for k in range(120)])
    assert report.score.value == pytest.approx(forecaster.score(metric="mae"), rel=1e-5)
    values = {score.name: score.value for score in report.baselines}
    assert list(values) == ["GRU without edges", "last value", "historical average"]
    for name in ("last value", "historical average"):
        assert values[name] == pytest.approx(forecaster.baselines_[name]["mae"], rel=1e-5)
    assert report.step_names[0] == "day 96"  # four fifths of 120
    assert report.training_card["leak check"].startswith("passed: training ends before step 84, ")
    assert forecaster.report(tmp_path / "r.html").stat().st_size < 200_000


# The sentence.


def named(name, value, form="share"):
    return Score(name=name, value=value, detail="", form=form)


@pytest.mark.parametrize(
    ("own", "blind", "rule", "form", "text"),
    [
        (0.9, 0.6, 0.8, "share",
         "The graph helped: GCN is 30.0 points above MLP. "
         "It is 10.0 points above the best rule that learns nothing, AA."),
        (0.7, 0.6, 0.8, "share",
         "The graph helped: GCN is 10.0 points above MLP. "
         "A rule that learns nothing does better: GCN is 10.0 points below AA."),
        (0.6, 0.6, 0.61, "share",
         "Not clear whether the graph helped: GCN is 0.0 points above MLP; on 99 pairs that may be chance. "
         "It may be no better than a rule that learns nothing: GCN is 1.0 points below AA."),
        (3.0, 4.0, 3.5, "error",
         "The graph helped: the error of GCN is 1 below that of MLP. "
         "Its error is 0.5 below that of the best rule that learns nothing, AA."),
        (5.0, 4.0, 3.5, "error",
         "The graph did not help: the error of GCN is 1 above that of MLP. "
         "A rule that learns nothing does better: the error of GCN is 1.5 above that of AA."),
    ],
)  # fmt: skip
def test_verdict_beside_rules(own, blind, rule, form, text):
    scores = [named(name, value, form) for name, value in (("GCN", own), ("MLP", blind), ("AA", rule))]
    found = verdict_beside_rules(scores[0], scores[1], scores[2:], 99, {"MLP": 0.01, "AA": 0.01}, "pairs")
    assert found == text


def test_verdict_of_what_cannot_be_measured():
    found = verdict(named("GCN", float("nan")), [named("MLP", 0.5)], 9)
    assert found.startswith("Whether the graph helped cannot be said")


def test_paired_error_is_the_standard_error_of_a_mean():
    gain = torch.randn(20_000, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    expected = float(gain.std()) / 20_000**0.5
    assert paired_error(lambda some: float(gain[some].mean()), 20_000) == pytest.approx(expected, rel=0.2)
    assert paired_error(lambda some: float(gain[:500][some].mean()), 500) == pytest.approx(
        float(gain[:500].std()) / 500**0.5, rel=0.2
    )
