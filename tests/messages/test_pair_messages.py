"""What estimators of edges and of pairs from two worlds answer to data that they cannot work with."""

import copy

import pytest
import torch

from edgewise.data import Data
from edgewise.errors import ArgumentError, DataError, DTypeError, NodeIndexError, ShapeError
from edgewise.tasks import EdgeClassifier, InteractionPredictor

QUICK = {"epochs": 1, "hidden": 4, "layers": 1, "quiet": True}
EDGES = torch.tensor([[0, 1, 2, 3, 0, 1], [1, 0, 3, 2, 3, 2]])  # two undirected edges, and two that go one way
UNDIRECTED = torch.tensor([[0, 1, 2, 3, 0, 3], [1, 0, 3, 2, 3, 0]])


def exact(call, error, text):
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value) == text


def graph(edge_index=EDGES, y=(0, 0, 1, 1, 0, 1), **attributes):
    data = Data(x=torch.eye(4), edge_index=edge_index, edge_y=torch.tensor(y))
    for name, value in attributes.items():
        setattr(data, name, value)
    return data


def mask(*edges):
    return torch.zeros(6, dtype=torch.bool).index_fill(0, torch.tensor(edges, dtype=torch.long), True)


def classify(data):
    return lambda: EdgeClassifier(**QUICK).fit(data)


@pytest.mark.parametrize(
    ("data", "error", "text"),
    [
        (
            Data(x=torch.eye(4), edge_index=EDGES),
            DataError,
            "fit: expected labels data.edge_y, got none. Give one an edge, -1 where unknown.",
        ),
        (
            graph(y=(0, 1)),
            ShapeError,
            "fit: expected one row of data.edge_y an edge, 6, got [2]. Label each column of edge_index.",
        ),
        (
            graph(y=(-1,) * 6),
            DataError,
            "fit: expected labels in data.edge_y, got none that is known. Label some edges.",
        ),
        (
            graph(y=(0.0, 0.5, 1.0, 1.0, 0.0, 0.0)),
            DataError,
            "fit: expected 0, 1 or NaN in the columns of data.edge_y, got 0.5 in row 1, column 0. Numbers are learnt "
            "by a regressor.",
        ),
        (
            graph(edge_attr=torch.arange(6)),
            DTypeError,
            "fit: expected floating data.edge_attr, got int64. Use torch.nn.functional.one_hot for kinds of edges, or "
            ".float().",
        ),
        (
            graph(val_edge_mask=mask(0)),
            DataError,
            "fit: expected data.train_edge_mask beside the other masks, got none. Mark the edges to learn from, or "
            "leave all masks out to have them drawn.",
        ),
        (
            graph(train_edge_mask=torch.ones(6)),
            DTypeError,
            "fit: expected boolean data.train_edge_mask, got float32. Use data.train_edge_mask.bool().",
        ),
        (
            graph(train_edge_mask=torch.ones(4, dtype=torch.bool)),
            ShapeError,
            "fit: expected data.train_edge_mask [6], got [4]. Give one value an edge.",
        ),
        (
            graph(train_edge_mask=mask()),
            DataError,
            "fit: expected labels in data.train_edge_mask, got none that is known. Mark labelled edges.",
        ),
        (
            graph(train_edge_mask=mask(0, 3, 4), test_edge_mask=mask(1, 4)),
            DataError,
            "fit: expected every edge in one mask, got edge 4 (0 -> 3) in train_edge_mask and test_edge_mask. Take it "
            "out of one.",
        ),
        (
            graph(UNDIRECTED, (0, 0, 1, 1, 0, 0), train_edge_mask=mask(0, 1, 2), test_edge_mask=mask(3, 4)),
            DataError,
            "fit: expected both directions of an edge in one mask, got edge 2 (2 -> 3) in train_edge_mask and edge 3 "
            "(3 -> 2) in test_edge_mask: its label would be known. Put both into one, or leave all masks out to have "
            "them drawn.",
        ),
        (
            graph(train_edge_mask=mask(0, 1), test_edge_mask=mask(2)),
            DataError,
            "fit: expected classes that are learnt from, got class 1 of edge 2 in test_edge_mask alone. Give masks "
            "that have it in train_edge_mask, or draw by another seed.",
        ),
    ],
)
def test_edges(data, error, text):
    exact(classify(data), error, text)


def test_edges_later(tmp_path):
    data = graph(edge_attr=torch.rand(6, 2), train_edge_mask=mask(0, 2, 4), test_edge_mask=mask(5))
    fitted = EdgeClassifier(**QUICK).fit(data)
    other = copy.copy(data)
    other.edge_attr = torch.rand(6, 3)
    exact(
        lambda: fitted.predict(other),
        ShapeError,
        "predict: expected data.edge_attr with 2 features, as fitted, got 3. Prepare them as those of the training "
        "graph.",
    )
    other = copy.copy(data)
    other.test_edge_mask = mask()
    exact(
        lambda: fitted.score(other),
        DataError,
        "score: expected labelled edges to score, got none. Label some, or mark other ones.",
    )
    exact(
        EdgeClassifier(**QUICK).predict,
        ArgumentError,
        "predict: expected a fitted classifier, got one never fitted. Call fit(data) first.",
    )
    exact(
        EdgeClassifier.load(fitted.save(tmp_path / "model.safetensors")).predict,
        ArgumentError,
        "predict: expected data, got none; a loaded classifier has no graph. Pass data to predict.",
    )
    exact(
        lambda: EdgeClassifier("gcnn", **QUICK).fit(data),
        ArgumentError,
        "EdgeClassifier: expected model among gcn, sage, gat, gin, mlp, got 'gcnn'. Did you mean 'gcn'?",
    )


class OneRow(torch.nn.Linear):
    def forward(self, x, edge_index):
        return super().forward(x).mean(0, keepdim=True)


def test_own_modules():
    exact(
        lambda: EdgeClassifier(OneRow(4, 2), **QUICK).fit(graph(train_edge_mask=mask(0, 2, 4))),
        ShapeError,
        "fit: expected model(x, edge_index) to return an embedding [4, width], got [1, 2]. Return one row per node, "
        "alone or first in a tuple.",
    )
    exact(
        lambda: InteractionPredictor(OneRow(4, 2), **QUICK).fit(3, 4, PAIRS, Y),
        ArgumentError,
        "fit: expected graphs on a side for a model of your own, got none for OneRow. Leave model out.",
    )

    class OnNodes(torch.nn.Linear):
        def forward(self, x, edge_index, batch):
            return super().forward(x)

    graphs = [Data(x=torch.ones(2, 4), edge_index=torch.tensor([[0], [1]]))] * 3
    exact(
        lambda: InteractionPredictor(OnNodes(4, 2), **QUICK).fit(graphs, 4, PAIRS, Y),
        ShapeError,
        "fit: expected the model to return one row a graph [2, width], got [4, 2]. Pool the nodes of each graph "
        "(global_mean_pool).",
    )


PAIRS = torch.tensor([[0, 1, 2, 0, 1], [0, 1, 2, 3, 3]])
Y = torch.tensor([1.0, 2.0, 3.0, 4.0, 5.0])


def interact(left=3, right=4, pairs=PAIRS, y=Y, settings=(), **arguments):
    return lambda: InteractionPredictor(**{**QUICK, **dict(settings)}).fit(left, right, pairs, y, **arguments)


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (
            interact(left={1, 2}),
            DTypeError,
            "fit: expected left graphs, strings, a floating matrix or a number of things, got set. A list holds one "
            "kind.",
        ),
        (
            interact(left=["AB", 3, "C"]),
            DTypeError,
            "fit: expected left graphs, strings, a floating matrix or a number of things, got list. A list holds one "
            "kind.",
        ),
        (
            interact(right="ABC"),
            DTypeError,
            "fit: expected several strings in right, got one. Wrap it in a list.",
        ),
        (interact(left=[]), DataError, "fit: expected at least one member of left, got none. Pass some."),
        (interact(left=0), DataError, "fit: expected at least one member of left, got none. Pass some."),
        (
            interact(right=torch.arange(4)),
            DTypeError,
            "fit: expected floating right, got int64. Use right.float(), or how many there are.",
        ),
        (
            interact(right=torch.ones(4)),
            ShapeError,
            "fit: expected right [members, features], got [4]. Use right.reshape(-1, 1) for one feature.",
        ),
        (
            interact(right=torch.tensor([[0.0], [1.0], [float("inf")], [0.0]])),
            DataError,
            "fit: expected finite features, got inf in right[2, 0]. Repair or drop it.",
        ),
        (
            interact(left=[Data(edge_index=torch.zeros(2, 0, dtype=torch.long), num_nodes=1)] * 3),
            DataError,
            "fit: expected graphs with x, got one without. Use transforms.Constant().",
        ),
        (
            interact(pairs=PAIRS.t()),
            ShapeError,
            "fit: expected pairs [2, pairs], got [5, 2]. It looks transposed: use pairs.t().",
        ),
        (
            interact(pairs=PAIRS[0]),
            ShapeError,
            "fit: expected pairs [2, pairs], got [5]. Row 0 = left, row 1 = right.",
        ),
        (
            interact(pairs=PAIRS.float()),
            DTypeError,
            "fit: expected whole numbers in pairs, got float32. Use pairs.long().",
        ),
        (
            interact(right=3),
            NodeIndexError,
            "fit: expected pairs[1] in 0..2, got 3 in pair 3. Row 1 numbers the 3 members of right.",
        ),
        (
            interact(y=Y[:3]),
            ShapeError,
            "fit: expected y [5], one answer a pair, got [3]. Give as many.",
        ),
        (
            interact(y=torch.arange(5)),
            DataError,
            "fit: expected 0 or 1 in whole y, got 2 for pair 2. Pass numbers=True or y.float() to learn numbers.",
        ),
        (
            interact(y=Y / 0),
            DataError,
            "fit: expected finite numbers or NaN in y, got infinity in row 0. Mend it.",
        ),
        (
            interact(y=Y, settings={"numbers": False}),
            DataError,
            "fit: expected 0, 1 or NaN in the columns of y, got 2 in row 1, column 0. Numbers are learnt by a "
            "regressor.",
        ),
        (
            interact(y=Y * float("nan")),
            DataError,
            "fit: expected answers in y, got none that is known. Give some pairs one.",
        ),
        (
            interact(settings={"split": "lefft"}),
            ArgumentError,
            "InteractionPredictor: expected split among random, left, right, got 'lefft'. Did you mean 'left'?",
        ),
        (
            interact(settings={"readout": "men"}),
            ArgumentError,
            "InteractionPredictor: expected readout among mean, sum, max, got 'men'. Did you mean 'mean'?",
        ),
        (
            interact(settings={"length": 0}),
            ArgumentError,
            "InteractionPredictor: expected length a whole number >= 1, got 0. Choose another.",
        ),
        (
            interact(test=[5]),
            NodeIndexError,
            "fit: expected test in 0..4, positions of pairs, got 5. There are 5 pairs.",
        ),
        (
            interact(val=torch.ones(4, dtype=torch.bool)),
            DTypeError,
            "fit: expected val as positions or a mask of pairs, got bool [4]. Whole numbers below 5, or 5 booleans.",
        ),
        (
            interact(val=[0, 1], test=[1]),
            DataError,
            "fit: expected every pair in one part, got pair 1 in val and test. Take it out of one.",
        ),
        (
            interact(test=[0, 1, 2, 3, 4]),
            DataError,
            "fit: expected pairs to learn from, got none. Leave some out of val and test.",
        ),
        (
            interact(pairs=PAIRS[:, [0, 1, 2, 3, 1]], test=[4]),
            DataError,
            "fit: expected every pair in one part, got pair 1 (1, 1) in train and again as pair 4 in test. Put both "
            "into one.",
        ),
    ],
)
def test_pairs(call, error, text):
    exact(call, error, text)


def test_pairs_later(tmp_path):
    fitted = InteractionPredictor(**QUICK).fit(3, torch.rand(4, 2), PAIRS, Y, val=[0])
    exact(
        lambda: fitted.predict(PAIRS, left=5),
        ArgumentError,
        "predict: expected the fitted members of left, known by number alone, got others. Leave left out, or fit with "
        "features of them.",
    )
    exact(
        lambda: fitted.predict(PAIRS, right=["A", "B", "C", "D"]),
        DTypeError,
        "predict: expected rows in right, as fitted, got strings. Pass rows.",
    )
    exact(
        lambda: fitted.predict(PAIRS, right=torch.rand(4, 3)),
        ShapeError,
        "predict: expected right with 2 columns, as fitted, got 3. Prepare them as those that were fitted.",
    )
    exact(
        lambda: fitted.predict_proba(PAIRS),
        ArgumentError,
        "predict_proba: expected a task that classifies, got one that predicts numbers. Use predict.",
    )
    exact(fitted.score, ArgumentError, "score: expected pairs, got none and fit had no test. Pass pairs and y.")
    exact(
        lambda: fitted.score(PAIRS),
        ArgumentError,
        "score: expected pairs and y together, got one alone. Pass both, or none for the test.",
    )
    exact(
        lambda: fitted.score(PAIRS, Y, metric="concord"),
        ArgumentError,
        "score: expected metric among r2, rmse, mse, mae, concordance, got 'concord'. Did you mean 'concordance'?",
    )
    exact(
        lambda: fitted.recommend(torch.tensor([3])),
        NodeIndexError,
        "recommend: expected members in 0..2, got 3. They are those of left.",
    )
    exact(
        lambda: fitted.recommend(torch.tensor([2]), k=5),
        ArgumentError,
        "recommend: expected k in 1..4, got 5. There are 4 members of right.",
    )
    loaded = InteractionPredictor.load(fitted.save(tmp_path / "model.safetensors"))
    exact(
        lambda: loaded.predict(PAIRS),
        ArgumentError,
        "predict: expected right, got none; a loaded estimator has no rows. Pass right=.",
    )
    exact(
        lambda: InteractionPredictor(**QUICK).predict(PAIRS),
        ArgumentError,
        "predict: expected a fitted estimator, got one never fitted. Call fit(data) first.",
    )
