"""Reports of nodes, edges and pairs: the numbers in them, by hand."""

import itertools

import pytest
import torch
from tests.tasks.test_edge_classifier import groups  # noqa: F401
from tests.tasks.test_interaction_predictor import GRAPHS, TEXTS

from edgewise.data import Data
from edgewise.datasets import KarateClub
from edgewise.errors import DataError
from edgewise.tasks import EdgeClassifier, InteractionPredictor, NodeClassifier, NodeRegressor
from edgewise.tasks.reports.edges import edge_report
from edgewise.tasks.reports.node_answers import node_answer_report
from edgewise.tasks.reports.pairs import member_means, pair_report

QUICK = {"hidden": 8, "epochs": 10, "quiet": True}


def r2(told, y):
    return 1 - float(((told - y).double() ** 2).sum() / ((y - y.mean()).double() ** 2).sum())


def auroc(score, y):
    """Share of pairs of a yes and a no that stand in the right order."""
    yes, no = score[y == 1], score[y == 0]
    return float((yes[:, None] > no).double().mean() + (yes[:, None] == no).double().mean() / 2)


def names_of(report):
    return {title: [row.name for row in rows] for title, rows in report.rows.items()}


@pytest.fixture(scope="module")
def numbers():
    data = KarateClub()[0]
    degree = data.edge_index[1].bincount(minlength=34).float()
    degree[7] = float("nan")
    data.y = degree
    data.train_mask = torch.arange(34) % 2 == 0
    data.node_names = [f"member {k}" for k in range(34)]
    return data


def test_numbers_of_nodes(numbers):
    regressor = NodeRegressor("sage", **QUICK).fit(numbers)
    report = node_answer_report(regressor)
    rows = torch.tensor([k for k in range(1, 34, 2) if k != 7])
    y, told = numbers.y[rows], regressor.predict()[rows, 0]
    assert report.score.value == pytest.approx(r2(told, y), rel=1e-4)
    assert report.score.value == pytest.approx(regressor.score())
    rmse = float(((told - y).double() ** 2).mean().sqrt())
    assert report.score.detail == f"R² on the 16 other nodes; RMSE {rmse:.4g} in the unit of y"
    mean, blind = report.baselines
    assert mean.name == "mean of training nodes"
    assert mean.value == pytest.approx(r2(numbers.y[::2].mean().expand(16), y), rel=1e-4)
    alone = NodeRegressor("mlp", **QUICK).fit(numbers)
    assert (blind.name, blind.value) == ("MLP without edges", alone.score())
    order = rows[(told - y).abs().argsort(stable=True)].tolist()
    assert names_of(report)["Best"] == [f"member {k}" for k in order[:5]]
    assert names_of(report)["Worst"] == [f"member {k}" for k in order[::-1][:5]]
    assert report.rows["Worst"][0].truth == f"{float(numbers.y[order[-1]]):.4g}"
    assert report.example_names == [f"member {k}" for k in rows.tolist()]
    assert torch.equal(report.prediction[:, 0], told)
    assert report.training_card["leak check"].startswith("passed (NodeSplit.check)")
    assert (report.data_card["training"], report.data_card["test"]) == ("17", "16")


def test_several_labels_of_nodes_some_unknown(tmp_path):
    data = KarateClub()[0]
    y = torch.nn.functional.one_hot(data.y).float()[:, :2]
    y[::5, 1] = float("nan")
    y[3] = float("nan")
    data.y, data.train_mask = y, torch.arange(34) % 2 == 0
    classifier = NodeClassifier("gcn", **QUICK).fit(data)
    report = node_answer_report(classifier)
    mask = (torch.arange(34) % 2 == 1) & ~y.isnan().all(1)
    truth, told = y[mask], classifier.predict_proba()[mask]
    each = [auroc(told[known, k], truth[known, k]) for k in range(2) for known in [~truth[:, k].isnan()]]
    assert report.label_scores == pytest.approx(each, abs=1e-6)
    assert report.score.value == pytest.approx(sum(each) / 2, abs=1e-6)
    assert [(score.name, score.value) for score in report.baselines] == [
        ("chance", 0.5),
        ("MLP without edges", NodeClassifier("mlp", **QUICK).fit(data).score()),
    ]
    assert report.kind == "labels"
    assert classifier.report(tmp_path / "report.html").stat().st_size < 100_000


def test_classes_of_edges_one_direction_a_row(groups):  # noqa: F811
    settings = {"hidden": 16, "epochs": 10, "quiet": True}
    classifier = EdgeClassifier("gcn", **settings).fit(groups)
    report = edge_report(classifier)
    mask, y = classifier.data_.test_edge_mask, groups.edge_y
    told = classifier.predict()
    assert report.score.value == classifier.score() == pytest.approx(float((told == y)[mask].float().mean()))
    majority = int(y[classifier.data_.train_edge_mask].bincount().argmax())
    assert report.baselines[0].name == "majority class"
    assert report.baselines[0].value == pytest.approx(float((y[mask] == majority).float().mean()))
    assert report.baselines[1].value == EdgeClassifier("mlp", **settings).fit(groups).score()
    expected = [[int(((y == a) & (told == b))[mask].sum()) for b in range(4)] for a in range(4)]
    assert report.confusion.tolist() == expected
    listed = [tuple(map(int, name.split(" → "))) for name in itertools.chain(*names_of(report).values())]
    assert len({frozenset(pair) for pair in listed}) == len(listed)
    assert report.training_card["leak check"] == (
        "passed: no edge, in either direction, is in two of training, validation and test"
    )
    chance = classifier.predict_proba().gather(1, y[:, None])[:, 0]
    worst = int(torch.where(mask, chance, 2.0).argmin())
    source, target = groups.edge_index[:, worst].tolist()
    assert set(listed[-1 - (len(report.rows["Worst"]) - 1)]) == {source, target}
    assert report.rows["Worst"][0].truth == f"class {int(y[worst])}"


def test_copies_of_an_edge_do_not_make_it_sure(groups):  # noqa: F811
    """Both directions of an edge are one observation: the error is that of half as many."""
    from edgewise.tasks.reports.answers import answer_scores, answer_verdict

    classifier = EdgeClassifier("gcn", hidden=8, epochs=1, quiet=True).fit(groups)
    y = torch.zeros(200, dtype=torch.long)
    own, other = torch.zeros(200, 4), torch.zeros(200, 4)
    own[:, 0], other[:, 0] = 1.0, 1.0
    other[:5, 1] = 2.0  # five mistakes of 200: 2.5 points, with a standard error of 1.1
    outputs = {"GCN": own, "MLP": other}
    scores = answer_scores(outputs, y, classifier.target_, "")
    assert answer_verdict(classifier, scores, outputs, y, "edges").startswith("The graph helped: ")
    assert answer_verdict(classifier, scores, outputs, y, "edges", copies=2.0).startswith("Not clear: ")


def test_member_means_by_hand():
    pairs, y = torch.tensor([[0, 0, 1, 2], [0, 1, 0, 1]]), torch.tensor([1.0, 3.0, 4.0, 8.0])
    # The mean is 4; members on the left are off it by -2, 0, 4, those on the right by -1.5 and 1.5.
    wanted = torch.tensor([[0, 1, 2, 3, 3], [1, 1, 0, 1, 5]])
    assert member_means(pairs, y, wanted).tolist() == [3.5, 5.5, 6.5, 5.5, 4.0]


def test_numbers_of_pairs():
    generator = torch.Generator().manual_seed(0)
    pairs = torch.cartesian_prod(torch.arange(60), torch.arange(40)).t()[
        :, torch.randperm(2400, generator=generator)[:900]
    ]
    ratings = (pairs[0] % 5).float() + 2.0 * (pairs[1] % 3) + torch.rand(900, generator=generator)
    predictor = InteractionPredictor(hidden=8, epochs=20, quiet=True).fit(60, 40, pairs, ratings)
    report = pair_report(predictor)
    train, test = predictor.parts_["train"], predictor.parts_["test"]
    y, told = ratings[test], predictor.predict(pairs[:, test])
    assert report.score.name == "this model"
    assert report.score.value == pytest.approx(r2(told, y), rel=1e-4)
    mean, means = report.baselines
    assert (mean.name, means.name) == ("mean of training pairs", "row and column means")
    assert mean.value == pytest.approx(r2(ratings[train].mean().expand(len(y)), y), rel=1e-3, abs=1e-6)
    usual = member_means(pairs[:, train], ratings[train], pairs[:, test])
    assert means.value == pytest.approx(r2(usual, y), rel=1e-4)
    assert means.value > 0.8  # the ratings are made of a row and a column
    assert report.verdict.startswith("Training did not help: this model is ")
    worst = int((told - y).abs().argmax())
    assert report.rows["Worst"][0].name == f"left {int(pairs[0, test[worst]])}, right {int(pairs[1, test[worst]])}"
    left, right = (unseen(row, train, test) for row in pairs)
    assert report.training_card["leak check"] == (
        "passed: no pair is in two of training, validation and test; "
        f"of 90 test pairs {left} have a left and {right} a right member never seen in training"
    )
    assert "model" not in report.model_card  # no model of graphs was built


def unseen(row, train, test):
    known = set(row[train].tolist())
    return sum(member not in known for member in row[test].tolist())


def test_new_members_of_pairs_are_counted_and_the_model_without_edges_has_the_same_parts():
    pairs = torch.cartesian_prod(torch.arange(20), torch.arange(15)).t().contiguous()
    y = 10.0 * (pairs[0] % 2) + 5.0 * (pairs[1] % 3 == 0)
    settings = {"hidden": 8, "layers": 2, "epochs": 3, "split": "left", "quiet": True}
    predictor = InteractionPredictor("gin", **settings).fit(GRAPHS, TEXTS, pairs, y)
    report = pair_report(predictor)
    assert "of 30 test pairs 30 have a left and 0 a right member never seen" in report.training_card["leak check"]
    assert [score.name for score in report.baselines] == [
        "mean of training pairs",
        "row and column means",
        "MLP without edges",
    ]
    blind = InteractionPredictor("mlp", **settings).fit(GRAPHS, TEXTS, pairs, y)
    assert report.score.name == "GIN"
    assert report.baselines[2].value == pytest.approx(blind.score())


def test_yes_or_no_of_pairs():
    pairs = torch.cartesian_prod(torch.arange(20), torch.arange(15)).t().contiguous()
    likes = (pairs[0] % 2 == pairs[1] % 2).long()
    predictor = InteractionPredictor("gin", layers=2, **QUICK).fit(GRAPHS, 15, pairs, likes)
    report = pair_report(predictor)
    assert [score.name for score in report.baselines] == ["chance", "MLP without edges"]
    assert report.baselines[0].value == 0.5
    test = predictor.parts_["test"]
    assert report.score.value == pytest.approx(auroc(predictor.predict_proba(pairs[:, test]), likes[test]))
    blind = InteractionPredictor("mlp", layers=2, **QUICK).fit(GRAPHS, 15, pairs, likes)
    assert report.baselines[1].value == pytest.approx(blind.score())


def test_a_model_without_edges_is_not_compared_with_itself(numbers):
    report = node_answer_report(NodeRegressor("mlp", **QUICK).fit(numbers))
    assert [score.name for score in report.baselines] == ["mean of training nodes"]
    assert report.verdict == "This model sees no edges."


def nothing_scored():
    data = KarateClub()[0]
    data.y, data.train_mask = torch.arange(34.0), torch.ones(34, dtype=torch.bool)
    return NodeRegressor(**QUICK).fit(data)


def no_edges_scored():
    data = Data(
        x=torch.eye(4), edge_index=torch.tensor([[0, 1, 2, 3], [1, 2, 3, 0]]), edge_y=torch.tensor([0, 1, 0, 1])
    )
    data.train_edge_mask = torch.ones(4, dtype=torch.bool)
    return EdgeClassifier(**QUICK).fit(data)


def no_pairs_scored():
    pairs = torch.tensor([[0, 1, 2], [0, 1, 1]])
    return InteractionPredictor(**QUICK).fit(3, 2, pairs, torch.rand(3), val=[0])


@pytest.mark.parametrize(
    ("fitted", "what"), [(nothing_scored, "nodes"), (no_edges_scored, "edges"), (no_pairs_scored, "pairs")]
)
def test_nothing_to_score_is_said(fitted, what, tmp_path):
    with pytest.raises(DataError) as caught:
        fitted().report(tmp_path / "report.html")
    assert str(caught.value) == (
        f"report: expected {what} to score, got none with a known answer outside of training. "
        "Leave some out of training, or draw another split."
    )
    assert not (tmp_path / "report.html").exists()
