"""Estimators of graphs: they learn what can be learnt, keep to scikit-learn's contract, and come back from a file."""

import pytest
import torch

from edgewise.data import Data
from edgewise.data.splits import random_split
from edgewise.nn import GCNConv, global_mean_pool
from edgewise.tasks import GraphClassifier, GraphRegressor

QUICK = {"hidden": 16, "layers": 2, "lr": 0.01, "dropout": 0.0, "quiet": True}


def ring(nodes, *, chord):
    """A ring, with or without a chord: the class is in the edges alone."""
    node = torch.arange(nodes)
    edges = torch.stack([node, node.roll(1)])
    extra = torch.tensor([[0], [nodes // 2]])
    edges = torch.cat([edges, extra], 1) if chord else edges
    return Data(x=torch.ones(nodes, 2), edge_index=torch.cat([edges, edges.flip(0)], 1), y=torch.tensor([int(chord)]))


GRAPHS = [ring(n % 7 + 6, chord=bool(n % 2)) for n in range(60)]


@pytest.fixture(scope="module")
def fitted():
    split = random_split(GRAPHS, 0.6, 0.2, stratify="y", generator=torch.Generator().manual_seed(0))
    return split, GraphClassifier("gin", epochs=40, batch_size=16, **QUICK).fit(split)


def test_learns_what_is_in_the_edges_alone(fitted):
    split, classifier = fitted
    assert classifier.score() == 1.0
    blind = GraphClassifier("mlp", epochs=10, **QUICK).fit(split)
    assert blind.score() <= 0.6
    proba = classifier.predict_proba(split.test)
    assert torch.equal(proba.argmax(1), classifier.predict(split.test))
    torch.testing.assert_close(proba.sum(1), torch.ones(len(split.test)))


def test_a_file_brings_it_back(fitted, tmp_path):
    split, classifier = fitted
    loaded = GraphClassifier.load(classifier.save(tmp_path / "model.safetensors"))
    assert torch.equal(loaded.predict_proba(split.test), classifier.predict_proba(split.test))
    assert loaded.score(split.test) == classifier.score()


def test_batches_do_not_change_predictions(fitted):
    split, classifier = fitted
    alone = torch.cat([classifier.predict_proba(graph) for graph in split.test])
    torch.testing.assert_close(alone, classifier.predict_proba(split.test))
    assert classifier.embed(split.test).shape == (len(split.test), 16)


def test_fitting_twice_gives_the_same_bits():
    one, other = (GraphClassifier("gine", epochs=2, **QUICK).fit(GRAPHS[:20]) for _ in range(2))
    assert torch.equal(one.predict_proba(GRAPHS), other.predict_proba(GRAPHS))


def test_own_module_is_called_by_its_arguments():
    class Mine(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.conv, self.lin = GCNConv(2, 8), torch.nn.Linear(8, 2)

        def forward(self, x, edge_index, batch):
            return self.lin(global_mean_pool(self.conv(x, edge_index).relu(), batch))

    class Whole(Mine):
        def forward(self, data):
            return super().forward(data.x, data.edge_index, data.batch)

    torch.manual_seed(0)
    mine, whole = Mine(), Whole()
    whole.load_state_dict(mine.state_dict())
    fitted = [GraphClassifier(model, epochs=3, quiet=True).fit(GRAPHS) for model in (mine, whole)]
    assert torch.equal(fitted[0].predict_proba(GRAPHS), fitted[1].predict_proba(GRAPHS))


def test_missing_labels_are_left_out():
    graphs = [graph.clone() for graph in GRAPHS]
    for n, graph in enumerate(graphs):
        has = float(graph.y)
        graph.y = torch.tensor([[has, float("nan") if n % 3 else 1 - has]])
    classifier = GraphClassifier("gin", epochs=40, **QUICK).fit(graphs[:40], test=graphs[40:])
    assert classifier.target_.kind == "labels"
    assert classifier.score() == 1.0
    assert classifier.predict(graphs[:5]).shape == (5, 2)


def test_graphs_without_a_label_take_no_part():
    none = ring(30, chord=True)
    none.x, none.y = none.x * 100, torch.tensor([-1])
    with_none = GraphClassifier("gin", epochs=3, **QUICK).fit([*GRAPHS[:20], none], val=[none, *GRAPHS[20:30]])
    without = GraphClassifier("gin", epochs=3, **QUICK).fit(GRAPHS[:20], val=GRAPHS[20:30])
    assert torch.equal(with_none.predict_proba(GRAPHS), without.predict_proba(GRAPHS))
    assert with_none.history_ == without.history_


def test_double_precision_stays():
    graphs = [Data(x=graph.x.double(), edge_index=graph.edge_index, y=graph.y) for graph in GRAPHS[:12]]
    assert GraphClassifier("gin", epochs=2, **QUICK).fit(graphs).predict_proba(graphs).dtype == torch.float64


def test_regressor_returns_numbers_in_their_unit():
    sizes = [float(graph.num_nodes) * 1000 for graph in GRAPHS]
    regressor = GraphRegressor("gin", readout="sum", epochs=60, batch_size=12, **QUICK).fit(GRAPHS, sizes)
    assert regressor.score(GRAPHS, sizes) > 0.5  # what the mean would get is 0
    error = (regressor.predict(GRAPHS).squeeze(1) - torch.tensor(sizes)).square().mean().sqrt()
    assert regressor.score(GRAPHS, sizes, metric="rmse") == pytest.approx(float(error))


def test_whole_numbers_are_embedded_and_unknown_ones_do_not_fail():
    from edgewise.io import from_smiles

    molecules = [from_smiles(smiles) for smiles in ("C", "CC", "CCO", "c1ccccc1", "CC=O", "CN")]
    regressor = GraphRegressor(epochs=3, **QUICK).fit(molecules, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
    assert regressor.predict([from_smiles("[Au]")]).isfinite().all()  # gold was not among them


@pytest.mark.parametrize(
    "setting", [{"schedule": "cosine"}, {"clip": 0.1}, {"autocast": True}, {"class_weight": "balanced"}]
)
def test_settings_change_the_result_and_resume(setting, tmp_path, monkeypatch):
    monkeypatch.setattr("edgewise.tasks.runner.CHECKPOINT_EVERY_S", 0.0)
    plain = GraphClassifier("gcn", epochs=4, **QUICK).fit(GRAPHS[:21])
    whole = GraphClassifier("gcn", epochs=4, **setting, **QUICK).fit(GRAPHS[:21])
    assert not torch.equal(plain.predict_proba(GRAPHS), whole.predict_proba(GRAPHS))
    path = tmp_path / "run.safetensors"

    def stop(row):
        if row["epoch"] == 1:
            raise StopIteration

    with pytest.raises(StopIteration):
        GraphClassifier("gcn", epochs=4, callbacks=[stop], **setting, **QUICK).fit(GRAPHS[:21], checkpoint=path)
    resumed = GraphClassifier("gcn", epochs=4, **setting, **QUICK).fit(GRAPHS[:21], checkpoint=path, resume=True)
    assert torch.equal(resumed.predict_proba(GRAPHS), whole.predict_proba(GRAPHS))


def test_plateau_lowers_the_step_size():
    rates = []
    classifier = GraphClassifier("gcn", epochs=30, schedule="plateau", **{**QUICK, "lr": 0.5}, callbacks=[rates.append])
    classifier.fit(GRAPHS[:20], val=GRAPHS[20:30])
    assert len(rates) == 30
    assert set(rates[0]) == {"epoch", "train_loss", "train_accuracy", "val_loss", "val_accuracy", "test_accuracy"}


@pytest.mark.unhooked  # ten trainings
def test_scikit_learn_clones_searches_and_cross_validates():
    from sklearn.base import clone
    from sklearn.model_selection import GridSearchCV, cross_val_score

    classifier = GraphClassifier("gin", epochs=20, batch_size=8, **QUICK)
    copied = clone(classifier)
    assert copied is not classifier
    assert copied.get_params() == classifier.get_params()
    labels = [int(graph.y) for graph in GRAPHS]
    scores = cross_val_score(classifier, GRAPHS, labels, cv=3)
    assert scores.mean() > 0.9
    search = GridSearchCV(classifier, {"model": ["mlp", "gin"]}, cv=3).fit(GRAPHS, labels)
    assert search.best_params_ == {"model": "gin"}
    assert repr(copied.set_params(hidden=8)) == (
        "GraphClassifier('gin', hidden=8, layers=2, dropout=0.0, lr=0.01, epochs=20, batch_size=8, quiet=True)"
    )
