"""Numbers of nodes as scikit-learn's examples, several seeds, and TensorBoard."""

import pytest
import torch
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, cross_validate

from edgewise.tasks import NodeClassifier, NodeRegressor, TensorBoard, score_seeds

QUICK = {"epochs": 30, "dropout": 0.0, "lr": 0.05, "quiet": True}


def test_nodes_with_labels_are_a_graph_with_a_mask(karate):
    nodes = karate.train_mask.nonzero().squeeze(1)
    fitted = NodeClassifier(**QUICK).fit(nodes.numpy(), karate.y[nodes].numpy(), graph=karate)
    masked = NodeClassifier(**QUICK).fit(karate)
    assert torch.equal(fitted.predict(), masked.predict())
    some = [33, 0, 5]
    assert torch.equal(fitted.predict(some), masked.predict()[some])
    assert torch.equal(fitted.predict_proba(torch.tensor(some)), masked.predict_proba()[some])
    assert fitted.score(some, karate.y[some]) == pytest.approx(
        (masked.predict()[some] == karate.y[some]).float().mean()
    )
    assert karate.val_mask is None
    assert int(karate.train_mask.sum()) == 4


def test_labels_of_other_nodes_are_not_seen(karate):
    nodes = torch.arange(0, 34, 2)
    before = NodeClassifier(**QUICK).fit(nodes, karate.y[nodes], graph=karate).predict_proba()
    karate.y[1::2] = 0
    assert torch.equal(NodeClassifier(**QUICK).fit(nodes, karate.y[::2], graph=karate).predict_proba(), before)


def test_cross_validation_and_grid_search_split_nodes(karate):
    nodes, y = torch.arange(34).numpy(), karate.y.numpy()
    classifier = clone(NodeClassifier(**QUICK))
    found = cross_validate(classifier, nodes, y, params={"graph": karate}, cv=3, scoring=["accuracy", "f1_macro"])
    assert found["test_accuracy"].mean() > 0.6
    # Who knows whom is all there is: a row of the identity says nothing of another member.
    search = GridSearchCV(classifier, {"model": ["mlp", "gcn"]}, cv=3).fit(nodes, y, graph=karate)
    assert search.best_params_ == {"model": "gcn"}
    assert search.predict(nodes).shape == (34,)


def test_numbers_of_nodes_alone(karate):
    nodes = torch.arange(20)
    degree = karate.edge_index[0].bincount(minlength=34).float()
    regressor = NodeRegressor(**QUICK).fit(nodes, degree[:20], graph=karate)
    assert regressor.predict([30, 31]).shape == (2, 1)
    assert regressor.score([30, 31, 33], degree[[30, 31, 33]], metric="mae") > 0


def test_seeds_differ_and_tell_their_spread(karate):
    classifier = NodeClassifier(epochs=8, quiet=True, seed=3)
    found = score_seeds(classifier, karate, seeds=[0, 1, 4])
    assert found.values == [NodeClassifier(epochs=8, quiet=True, seed=seed).fit(karate).score() for seed in (0, 1, 4)]
    assert found.mean == pytest.approx(sum(found.values) / 3)
    assert found.std == pytest.approx(float(torch.tensor(found.values, dtype=torch.float64).std()))
    assert not hasattr(classifier, "model_")
    assert score_seeds(classifier, karate, seeds=[2], metric="macro_f1").std == 0.0


def test_tensorboard_shows_the_history(karate, tmp_path):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    fitted = NodeClassifier(epochs=4, quiet=True, callbacks=[TensorBoard(tmp_path)]).fit(karate)
    events = EventAccumulator(str(tmp_path)).Reload()
    assert set(events.Tags()["scalars"]) == {"train_loss", "train_accuracy", "test_accuracy"}
    written = [event.value for event in events.Scalars("train_loss")]
    assert written == pytest.approx(fitted.history_["train_loss"], rel=1e-6)
