"""The loop against a plain PyTorch loop that shares no code with it: same seed, same weights, bit for bit."""

import math

import pytest
import torch
from torch.nn.functional import cross_entropy

from edgewise.nn import GCN
from edgewise.tasks import NodeClassifier

SETTINGS = {"hidden": 8, "layers": 2, "dropout": 0.5, "lr": 0.02, "weight_decay": 1e-3, "epochs": 30, "seed": 5}


def plain_loop(data, model, epochs, lr, weight_decay):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr, weight_decay=weight_decay, fused=True)
    best, losses = (-1.0, -math.inf, None), []
    for _ in range(epochs):
        model.train()
        optimizer.zero_grad()
        out = model(data.x, data.edge_index)
        out = out[0] if isinstance(out, tuple) else out
        loss = cross_entropy(out[data.train_mask], data.y[data.train_mask])
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        if data.val_mask is not None:
            model.eval()
            with torch.no_grad():
                out = model(data.x, data.edge_index)[data.val_mask]
            right = (out.argmax(1) == data.y[data.val_mask]).double().mean().item()
            candidate = (right, -cross_entropy(out, data.y[data.val_mask]).item())
            if candidate > best[:2]:
                best = (*candidate, {name: value.clone() for name, value in model.state_dict().items()})
    return losses, best[2] or model.state_dict()


def assert_same_bits(first, second):
    assert first.keys() == second.keys()
    for name in first:
        assert torch.equal(first[name], second[name]), name


@pytest.mark.parametrize("graph", ["karate", "split_karate"])
def test_named_model_matches_plain_loop(graph, request):
    data = request.getfixturevalue(graph)
    fitted = NodeClassifier("gcn", **SETTINGS, quiet=True).fit(data)
    torch.manual_seed(5)
    model = GCN(34, 8, 2, 4, dropout=0.5, input_dropout=0.5)
    losses, weights = plain_loop(data, model, 30, 0.02, 1e-3)
    assert fitted.history_["train_loss"] == losses
    assert_same_bits(fitted.model_.state_dict(), weights)


def test_dense_features_match_plain_loop(karate):
    karate.x = torch.rand(34, 9, generator=torch.Generator().manual_seed(0)) + 0.1
    fitted = NodeClassifier("gcn", **SETTINGS, quiet=True).fit(karate)
    torch.manual_seed(5)
    losses, _ = plain_loop(karate, GCN(9, 8, 2, 4, dropout=0.5, input_dropout=0.5), 30, 0.02, 1e-3)
    assert fitted.history_["train_loss"] == losses


def test_own_module_matches_plain_loop_and_is_left_alone(karate, own_module):
    before = {name: value.clone() for name, value in own_module.state_dict().items()}
    fitted = NodeClassifier(own_module, epochs=20, seed=3, quiet=True).fit(karate)
    assert_same_bits(own_module.state_dict(), before)
    torch.manual_seed(3)
    losses, weights = plain_loop(karate, own_module, 20, 0.01, 5e-4)
    assert fitted.history_["train_loss"] == losses
    assert_same_bits(fitted.model_.state_dict(), weights)


def test_fitting_twice_gives_the_same_bits_and_leaves_the_generator(karate):
    state = torch.get_rng_state()
    first = NodeClassifier(epochs=10, quiet=True).fit(karate)
    torch.rand(7)
    second = NodeClassifier(epochs=10, quiet=True).fit(karate)
    assert_same_bits(first.model_.state_dict(), second.model_.state_dict())
    torch.rand(7)
    torch.set_rng_state(state)
    expected = torch.rand(3)
    torch.set_rng_state(state)
    NodeClassifier(epochs=2, quiet=True).fit(karate)
    assert torch.equal(torch.rand(3), expected)


def test_another_seed_gives_other_weights(karate):
    first, second = (NodeClassifier(epochs=2, seed=seed, quiet=True).fit(karate) for seed in (0, 1))
    assert not torch.equal(first.predict_proba(), second.predict_proba())


def test_best_validation_epoch_is_kept(split_karate):
    fitted = NodeClassifier(epochs=60, quiet=True).fit(split_karate)
    accuracy, loss = fitted.history_["val_accuracy"], fitted.history_["val_loss"]
    ranked = sorted(range(60), key=lambda epoch: (-accuracy[epoch], loss[epoch], epoch))
    assert fitted.best_epoch_ == ranked[0]
    assert fitted.score(mask=split_karate.val_mask) == accuracy[ranked[0]]
    assert fitted.score() == fitted.history_["test_accuracy"][ranked[0]]


def test_without_validation_the_last_epoch_is_kept(karate):
    fitted = NodeClassifier(epochs=12, quiet=True).fit(karate)
    assert fitted.best_epoch_ == 11
    assert fitted.score() == fitted.history_["test_accuracy"][-1]


def test_patience_stops_after_as_many_epochs_without_better_validation(split_karate):
    fitted = NodeClassifier(epochs=300, patience=7, quiet=True).fit(split_karate)
    assert len(fitted.history_["epoch"]) == fitted.best_epoch_ + 7 + 1 < 300


def test_401_epochs_are_pictured_every_ten(karate):
    snapshots = NodeClassifier(epochs=401, layers=1, quiet=True).fit(karate).snapshots_
    assert snapshots.epochs == list(range(0, 401, 10))
    assert len(snapshots.embedding) == len(snapshots.prediction) == 41


def test_the_chosen_epoch_is_always_pictured(split_karate):
    fitted = NodeClassifier(epochs=100, seed=1, quiet=True).fit(split_karate)
    place = fitted.snapshots_.epochs.index(fitted.best_epoch_)
    assert fitted.snapshots_.epochs == sorted(fitted.snapshots_.epochs)
    assert torch.equal(fitted.snapshots_.embedding[place], fitted.embedding_)
    assert torch.equal(fitted.snapshots_.prediction[place], fitted.predict())


def test_snapshots_of_wide_embeddings_stay_within_memory(karate, monkeypatch):
    monkeypatch.setattr("edgewise.tasks.loop._SNAPSHOT_BYTES", 5 * 34 * 16 * 4)
    assert len(NodeClassifier(epochs=100, quiet=True).fit(karate).snapshots_.epochs) <= 6


def test_embedding_is_the_tuple_s_second_output(karate, own_module):
    fitted = NodeClassifier(own_module, epochs=3, quiet=True).fit(karate)
    with torch.no_grad():
        assert torch.equal(fitted.embedding_, fitted.model_(karate.x, karate.edge_index)[1])
    assert fitted.embedding_.shape == (34, 6)


def test_a_second_output_of_another_kind_is_no_embedding(karate):
    class WithAttention(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = torch.nn.Linear(34, 4)

        def forward(self, x, edge_index):
            return self.layer(x), torch.ones(edge_index.shape[1], 2)

    fitted = NodeClassifier(WithAttention(), epochs=2, quiet=True).fit(karate)
    assert fitted.embedding_.shape == (34, 4)


def test_lazy_layers_get_trained(karate):
    class Lazy(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = torch.nn.LazyLinear(4)

        def forward(self, x, edge_index):
            return self.layer(x)

    fitted = NodeClassifier(Lazy(), epochs=150, lr=0.1, quiet=True).fit(karate)
    assert fitted.score(mask=karate.train_mask) == 1.0
