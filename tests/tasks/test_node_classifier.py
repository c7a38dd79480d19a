import pytest
import torch

from edgewise.tasks import NodeClassifier


def test_init_only_stores():
    module = torch.nn.Identity()
    classifier = NodeClassifier(module, hidden=-3, lr=-1.0)
    assert classifier.model is module
    assert (classifier.hidden, classifier.lr) == (-3, -1.0)


def test_fit_returns_itself_and_repr_shows_the_settings(karate):
    classifier = NodeClassifier("gcn", epochs=2, quiet=True)
    assert classifier.fit(karate) is classifier
    assert repr(classifier) == "NodeClassifier('gcn', epochs=2, quiet=True)"


def test_probabilities_are_a_softmax_of_the_model_s_output(karate):
    fitted = NodeClassifier(epochs=20, quiet=True).fit(karate)
    with torch.no_grad():
        logits = fitted.model_(karate.x, karate.edge_index)
    expected = logits.exp() / logits.exp().sum(1, keepdim=True)
    torch.testing.assert_close(fitted.predict_proba(), expected)
    assert torch.equal(fitted.predict(), expected.argmax(1))


def test_score_counts_the_unlabelled_nodes(karate):
    fitted = NodeClassifier(epochs=50, quiet=True).fit(karate)
    right = [
        int(p) == int(t) for p, t, known in zip(fitted.predict(), karate.y, karate.train_mask, strict=True) if not known
    ]
    assert len(right) == 30
    assert fitted.score() == sum(right) / 30


def test_score_takes_the_test_mask_where_there_is_one(split_karate):
    fitted = NodeClassifier(epochs=20, quiet=True).fit(split_karate)
    hits = (fitted.predict() == split_karate.y)[split_karate.test_mask]
    assert fitted.score() == hits.double().mean().item()


def test_unknown_labels_are_not_scored(karate):
    karate.y[30:] = -1
    fitted = NodeClassifier(epochs=5, quiet=True).fit(karate)
    known = (karate.y >= 0) & ~karate.train_mask
    assert fitted.score() == (fitted.predict() == karate.y)[known].double().mean().item()


def test_predicts_another_graph_of_the_same_width(karate):
    fitted = NodeClassifier(epochs=20, quiet=True).fit(karate)
    other = karate.clone()
    other.edge_index = other.edge_index[:, :100]
    assert not torch.equal(fitted.predict_proba(other), fitted.predict_proba())


def test_saved_classifier_predicts_the_same_bits(karate, tmp_path):
    fitted = NodeClassifier(epochs=20, seed=4, quiet=True).fit(karate)
    loaded = NodeClassifier.load(fitted.save(tmp_path / "model.safetensors"))
    assert torch.equal(loaded.predict_proba(karate), fitted.predict_proba())
    assert loaded.score(karate) == fitted.score()
    assert loaded.history_ == fitted.history_
    assert loaded.config == fitted.config
    assert [path.name for path in tmp_path.iterdir()] == ["model.safetensors"]


def test_own_module_is_loaded_into_a_module_given(karate, own_module, tmp_path):
    fitted = NodeClassifier(own_module, epochs=5, quiet=True).fit(karate)
    path = fitted.save(tmp_path / "model.safetensors")
    fresh = type(own_module)()
    assert torch.equal(NodeClassifier.load(path, model=fresh).predict(karate), fitted.predict())


def test_double_precision_features_train_and_load_in_double_precision(karate, tmp_path):
    karate.x = karate.x.double()
    fitted = NodeClassifier(epochs=2, quiet=True).fit(karate)
    assert fitted.predict_proba().dtype == torch.float64
    loaded = NodeClassifier.load(fitted.save(tmp_path / "model.safetensors"))
    assert torch.equal(loaded.predict_proba(karate), fitted.predict_proba())


def test_report_is_one_html_file(karate, tmp_path):
    fitted = NodeClassifier(epochs=5, quiet=True).fit(karate)
    path = fitted.report(tmp_path / "report.html")
    assert [found.name for found in tmp_path.iterdir()] == ["report.html"]
    assert "NodeClassifier" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("quiet", [True, False])
def test_progress_goes_to_standard_error_alone(karate, capsys, quiet):
    NodeClassifier(epochs=3, quiet=quiet).fit(karate)
    out, err = capsys.readouterr()
    assert out == ""
    assert err == "" if quiet else err.startswith("gcn: epoch 3/3 loss ")
