"""What a task answers to data, settings and models it cannot work with: one line that names the cure."""

import sys

import pytest
import torch
from torch import nn

from edgewise.datasets import KarateClub
from edgewise.errors import (
    ArgumentError,
    DataError,
    DTypeError,
    EdgewiseError,
    FileError,
    MissingPackageError,
    NodeIndexError,
    ShapeError,
)
from edgewise.runs import presets
from edgewise.tasks import NodeClassifier, TensorBoard, score_seeds


@pytest.fixture
def data():
    return KarateClub()[0]


def message(error_type, action):
    with pytest.raises(error_type) as error:
        action()
    assert isinstance(error.value, EdgewiseError)
    assert "\n" not in str(error.value)
    return str(error.value)


def fit(data, model="gcn", **settings):
    return NodeClassifier(model, **{"epochs": 2, "quiet": True, **settings}).fit(data)


def test_no_training_mask(data):
    data.train_mask = None
    assert message(DataError, lambda: fit(data)) == (
        "fit: expected data.train_mask, got none. "
        "Mark the nodes to learn from: data.train_mask = a boolean tensor [nodes]."
    )


@pytest.mark.parametrize("name", ["train_mask", "val_mask", "test_mask"])
def test_mask_that_selects_nothing(data, name):
    setattr(data, name, torch.zeros(34, dtype=torch.bool))
    text = message(DataError, lambda: fit(data))
    assert f"expected {name} to select at least one node, got none of 34" in text


def test_label_above_the_named_classes(data):
    data.class_names = ["a", "b", "c"]
    data.y[5] = 3
    node = int(data.y.argmax())
    assert message(DataError, lambda: fit(data)) == (
        f"fit: expected labels 0 to 2, one per class name, got 3 at node {node}. Name every class in data.class_names."
    )


def test_negative_label(data):
    data.y[7] = -5
    assert "expected labels y of 0 and more, or -1 for unknown, got -5 at node 7" in message(
        DataError, lambda: fit(data)
    )


def test_unlabelled_training_node(data):
    node = int(data.train_mask.nonzero()[0])
    data.y[node] = -1
    assert f"expected a label for every node in train_mask, got -1 (unknown) at node {node}" in message(
        DataError, lambda: fit(data)
    )


def test_float_labels(data):
    data.y = data.y.float()
    assert message(DTypeError, lambda: fit(data)) == (
        "fit: expected integer labels data.y, got torch.float32. Use data.y = data.y.long()."
    )


def test_labels_of_another_graph(data):
    data.y = data.y[:5]
    assert message(ShapeError, lambda: fit(data)) == (
        "Data.validate: expected y with one row for each of the 34 nodes, got [5]. Give every node a row."
    )


def test_mask_of_several_splits(data):
    data.train_mask = torch.ones(34, 10, dtype=torch.bool)
    assert message(ShapeError, lambda: fit(data)) == (
        "fit: expected data.train_mask [34], got [34, 10]. It holds several splits: choose one column."
    )


def test_integer_and_sparse_features(data):
    dense, data.x = data.x, data.x.long()
    assert message(DTypeError, lambda: fit(data)) == (
        "fit: expected floating data.x, got torch.int64. Use data.x = data.x.float()."
    )
    data.x = dense.to_sparse()
    assert message(ShapeError, lambda: fit(data)) == (
        "fit: expected data.x dense [nodes, features], got sparse [34, 34]. Use data.x.to_dense()."
    )


def test_no_edges(data):
    data.edge_index = None
    assert message(DataError, lambda: fit(data)) == (
        "fit: expected data.edge_index, got none. Build the graph with Data.from_edges."
    )


def test_no_labels(data):
    data.y = None
    assert message(DataError, lambda: fit(data)) == (
        "fit: expected labels data.y, got none. Give one class per node, -1 where unknown."
    )


def test_no_features(data):
    data.x, data.num_nodes = None, 34
    assert message(DataError, lambda: fit(data)) == (
        "fit: expected data.x, got none. Without features use data.x = torch.eye(num_nodes)."
    )


def test_nan_features(data):
    data.x[3, 4] = float("nan")
    data.x[9, 0] = float("inf")
    assert "expected finite x, got nan at [3, 4] (2 such values)" in message(DataError, lambda: fit(data))


def test_wrong_width_on_predict(data):
    fitted = fit(data)
    data.x = torch.rand(34, 5)
    assert message(ShapeError, lambda: fitted.predict(data)) == (
        "predict: expected data.x with 34 features, as fitted, got 5. "
        "Prepare the features as those of the training graph."
    )


def test_patience_without_validation(data):
    assert message(ArgumentError, lambda: fit(data, patience=10)) == (
        "fit: expected validation examples for patience=10, got none. Mark some (data.val_mask), or leave patience out."
    )


def test_unknown_model_name(data):
    assert message(ArgumentError, lambda: fit(data, "gcm")) == (
        "NodeClassifier: expected model among gcn, sage, gat, gin, mlp, got 'gcm'. Did you mean 'gcn'?"
    )


def test_model_of_another_kind(data):
    classifier = NodeClassifier()
    classifier.model = 3
    assert message(DTypeError, lambda: classifier.fit(data)).startswith(
        "NodeClassifier: expected model a name or a torch.nn.Module, got int."
    )


class Constant(nn.Module):
    def __init__(self, *shape):
        super().__init__()
        self.value = nn.Parameter(torch.zeros(*shape))

    def forward(self, x, edge_index):
        return self.value


def test_model_with_too_few_outputs(data):
    assert message(ShapeError, lambda: fit(data, Constant(34, 2))) == (
        "fit: expected a model with 4 outputs, one per class, got 2. Give its last layer 4 outputs."
    )


def test_model_that_returns_something_else(data):
    assert message(ShapeError, lambda: fit(data, Constant(7))) == (
        "fit: expected model(x, edge_index) to return class scores [34, 4], got [7]. "
        "Return one row per node, alone or first in a tuple."
    )


def test_model_without_weights(data):
    class Empty(nn.Module):
        def forward(self, x, edge_index):
            return x[:, :4]

    assert message(ArgumentError, lambda: fit(data, Empty())) == (
        "fit: expected a model with weights, got one without. Give it layers to train."
    )


def test_diverging_training(data):
    text = message(ArgumentError, lambda: fit(data, lr=1e38, epochs=20))
    assert text.startswith("fit: expected a finite loss, got nan at epoch ")
    assert text.endswith("Lower lr (now 1e+38).")


@pytest.mark.parametrize("method", ["predict", "predict_proba", "score"])
def test_not_fitted(method):
    assert message(ArgumentError, getattr(NodeClassifier(), method)).endswith(
        "expected a fitted classifier, got one never fitted. Call fit(data) first."
    )


def test_loaded_without_data(data, tmp_path):
    loaded = NodeClassifier.load(fit(data).save(tmp_path / "m.safetensors"))
    assert message(ArgumentError, loaded.predict) == (
        "predict: expected data, got none; a loaded classifier has no graph. Pass data to predict."
    )


def test_load_needs_the_user_s_module(data, tmp_path):
    path = fit(data, Constant(34, 4)).save(tmp_path / "m.safetensors")
    assert message(ArgumentError, lambda: NodeClassifier.load(path)) == (
        f"load: expected model=, got none: {path} holds the weights of your own Constant. Pass model=Constant(...)."
    )
    text = message(FileError, lambda: NodeClassifier.load(path, model=nn.Linear(2, 2)))
    assert text.startswith(f"load: expected weights of Constant in {path}, got others (")


def test_load_of_nothing_and_of_another_file(tmp_path):
    path = tmp_path / "m.safetensors"
    assert message(FileError, lambda: NodeClassifier.load(path)) == (
        f"load: expected a file at {path}, got none. Check the path."
    )
    path.write_bytes(b"\x80\x04 a pickle, say")
    assert message(FileError, lambda: NodeClassifier.load(path)).startswith(
        f"load: expected a safetensors file written by edgewise, got {path}, which is broken or another's"
    )


def test_score_mask_of_another_graph(data):
    fitted = fit(data)
    assert message(ShapeError, lambda: fitted.score(mask=torch.ones(5, dtype=torch.bool))) == (
        "score: expected mask [34], got [5]. Give one boolean per node."
    )
    assert message(DataError, lambda: fitted.score(mask=torch.zeros(34, dtype=torch.bool))) == (
        "score: expected nodes to score, got a mask that selects none. Pass mask= with labelled nodes."
    )


def test_unwritable_folder(data, tmp_path):
    fitted = fit(data)
    path = tmp_path / "absent" / "model.safetensors"
    assert message(FileError, lambda: fitted.save(path)).startswith(
        f"write: expected a writable folder, got {path.parent} (no such file or directory)."
    )
    assert list(tmp_path.iterdir()) == []


def test_unknown_graph():
    assert message(ArgumentError, lambda: presets.load_graph("coar")).endswith(", got 'coar'. Did you mean 'cora'?")


def test_nodes_as_examples(data):
    fitted = NodeClassifier(epochs=2, quiet=True).fit(data)
    assert message(NodeIndexError, lambda: fitted.predict([3, 34])) == (
        "predict: expected nodes in 0..33, got 34. Number them as in the graph."
    )
    assert message(DTypeError, lambda: fitted.predict([0.5])) == (
        "predict: expected numbers of nodes [nodes], got float32 [1]. Pass whole numbers, or a whole graph."
    )
    assert message(ArgumentError, lambda: NodeClassifier(epochs=2, quiet=True).fit([0, 1], [1], graph=data)) == (
        "fit: expected one row of y a node, got [1] for 2 nodes. Pass as many."
    )
    assert message(ArgumentError, lambda: NodeClassifier(epochs=2, quiet=True).fit([0, 1], graph=data)) == (
        "fit: expected one row of y a node, got none for 2 nodes. Pass as many."
    )
    assert message(ArgumentError, lambda: fitted.score(data, data.y)) == (
        "score: expected numbers of nodes beside y, got a graph. Set data.y, or choose nodes by mask=."
    )
    assert message(DTypeError, lambda: NodeClassifier(epochs=2, quiet=True).fit([0, 1], [0, 1])) == (
        "fit: expected a graph, got list. Pass numbers of nodes with graph=."
    )
    assert message(DTypeError, lambda: NodeClassifier(epochs=2, quiet=True).fit([0, 1], ["a", "b"], graph=data)) == (
        "fit: expected y as numbers, got list. Number what has names: 0, 1, 2, ..."
    )
    assert message(DTypeError, lambda: fitted.predict("ann")) == (
        "predict: expected nodes as numbers, got str. Number what has names: 0, 1, 2, ..."
    )
    assert message(DTypeError, lambda: NodeClassifier(epochs=2, quiet=True).fit([0, 1], [0, 1], graph=3)) == (
        "fit: expected graph= a Data, got int. Pass the nodes' graph."
    )
    assert message(ArgumentError, lambda: fitted.score([0, 1])) == (
        "score: expected y beside numbers of nodes, got none. Pass the labels of those nodes."
    )
    assert message(ArgumentError, lambda: score_seeds(fitted, data, seeds=3)) == (
        "score_seeds: expected several seeds, got 3. Pass seeds=range(3)."
    )
    assert message(ArgumentError, lambda: score_seeds(fitted, data, seeds=[])) == (
        "score_seeds: expected at least one seed, got none. Pass seeds=range(5), for example."
    )


def test_tensorboard_that_is_not_there(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    assert message(MissingPackageError, lambda: TensorBoard(tmp_path)) == (
        'TensorBoard: expected the package tensorboard, got none. pip install "edgewise[tensorboard]".'
    )
