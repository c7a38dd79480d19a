"""What estimators of graphs, links and numbers answer to data and settings that they cannot work with."""

import pytest
import torch

from edgewise.data import Data
from edgewise.data.splits import GraphSplit
from edgewise.datasets import KarateClub
from edgewise.errors import ArgumentError, DataError, DTypeError, NodeIndexError, ShapeError
from edgewise.tasks import EdgeClassifier, GraphClassifier, GraphRegressor, LinkPredictor, NodeClassifier, NodeRegressor

QUICK = {"epochs": 1, "quiet": True}


def graph(y=None, width=2, **attributes):
    data = Data(x=torch.ones(3, width), edge_index=torch.tensor([[0, 1], [1, 2]]), **attributes)
    if y is not None:
        data.y = torch.tensor(y)
    return data


def exact(call, error, text):
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value) == text


def classify(*graphs, **arguments):
    return lambda: GraphClassifier("gin", hidden=4, layers=1, **QUICK).fit(list(graphs), **arguments)


class OnNodes(torch.nn.Linear):
    def forward(self, x, edge_index):
        return super().forward(x)


TWO = [graph([0]), graph([1])]


def broken(**attributes):
    out = graph([1])
    for name, value in attributes.items():
        setattr(out, name, value)
    return out


OUTSIDE = broken(edge_index=torch.tensor([[0, 1], [1, 3]]))
NOT_FINITE = broken(x=torch.tensor([[1.0, 1.0], [1.0, float("nan")], [1.0, 1.0]]))


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (classify(), DataError, "fit: expected at least one graph, got none. Pass a dataset or a list of Data."),
        (
            lambda: GraphClassifier(**QUICK).fit(3),
            DTypeError,
            "fit: expected a dataset or a list of graphs, got int. Wrap them in a list.",
        ),
        (
            classify(Data(edge_index=torch.zeros(2, 0, dtype=torch.long), num_nodes=2, y=torch.tensor([0]))),
            DataError,
            "fit: expected graphs with x, got one without. Use transforms.Constant().",
        ),
        (classify(graph()), DataError, "fit: expected a label y in every graph, got none. Set data.y."),
        (
            classify(graph([0, 1])),
            DataError,
            "fit: expected one row of y a graph, got [2] for 1 graphs. Several labels of one graph are a row: shape "
            "[1, labels].",
        ),
        (
            classify(graph([[0.5]])),
            DataError,
            "fit: expected 0, 1 or NaN in the columns of y, got 0.5 in row 0, column 0. Numbers are learnt by a "
            "regressor.",
        ),
        (
            classify(*TWO, OUTSIDE, *TWO),
            NodeIndexError,
            "fit: expected nodes in 0..2, got 3 in edge_index of graph 2 of train. Number the nodes of each graph from "
            "0.",
        ),
        (
            classify(*TWO, val=TWO, test=[TWO[0], NOT_FINITE]),
            DataError,
            "fit: expected finite features, got nan in x[1, 1] of graph 1 of test. Repair or drop it.",
        ),
        (
            lambda: GraphClassifier("gin", **QUICK).fit(TWO).predict([*TWO, OUTSIDE]),
            NodeIndexError,
            "predict: expected nodes in 0..2, got 3 in edge_index of graph 2. Number the nodes of each graph from 0.",
        ),
        (
            lambda: GraphClassifier("gin", **QUICK).fit(TWO).embed(NOT_FINITE),
            DataError,
            "embed: expected finite features, got nan in x[1, 1] of graph 0. Repair or drop it.",
        ),
        (
            classify(*TWO, test=[graph([4])]),
            DataError,
            "fit: expected classes that were learnt from, 0 to 1, got 4 in graph 0 of test. Split so that every class "
            "is in train (stratify).",
        ),
        (
            lambda: GraphClassifier(**QUICK).fit(GraphSplit(TWO * 2, [torch.tensor(i) for i in ([0, 1], [1], [2])])),
            DataError,
            "GraphSplit.check: expected every graph in one part, got graph 1 in train and val. Take it out of one.",
        ),
        (
            lambda: GraphClassifier("gni", **QUICK).fit(TWO),
            ArgumentError,
            "GraphClassifier: expected model among gine, gin, gcn, sage, gat, mlp, got 'gni'. Did you mean 'gin'?",
        ),
        (
            lambda: GraphClassifier(readout="men", **QUICK).fit(TWO),
            ArgumentError,
            "GraphClassifier: expected readout among mean, sum, max, got 'men'. Did you mean 'mean'?",
        ),
        (
            lambda: GraphRegressor(**QUICK).fit(TWO, [1.0, float("inf")]),
            DataError,
            "fit: expected finite numbers or NaN in y, got infinity in row 1. Mend it.",
        ),
        (
            lambda: GraphRegressor(**QUICK).fit(TWO, [1.0]),
            ArgumentError,
            "fit: expected one row of y a graph, got 1 for 2 graphs. Pass as many.",
        ),
        (
            lambda: GraphClassifier("gin", **QUICK).fit(TWO).predict(graph(width=5)),
            ShapeError,
            "predict: expected graphs with 2 node features, as fitted, got 5. Prepare them as those that were fitted.",
        ),
        (
            lambda: GraphClassifier("gin", **QUICK).fit(TWO).score(),
            ArgumentError,
            "score: expected graphs, got none and fit had no test. Pass a dataset.",
        ),
        (
            lambda: GraphClassifier("gin", **QUICK).fit(TWO).score(TWO, metric="f1"),
            ArgumentError,
            "score: expected metric among accuracy, macro_f1, got 'f1'. Pass one of those.",
        ),
        (
            lambda: GraphClassifier("gin", **QUICK).set_params(hiden=3),
            ArgumentError,
            "GraphClassifier.set_params: expected a setting of GraphClassifier, got 'hiden'. Did you mean 'hidden'?",
        ),
        (
            lambda: GraphClassifier("gin", schedule="plateau", **QUICK).fit(TWO),
            ArgumentError,
            "fit: expected validation examples for schedule='plateau', got none. Mark some (data.val_mask), or leave "
            "schedule out.",
        ),
        (
            lambda: GraphClassifier(OnNodes(2, 2), **QUICK).fit(TWO),
            ShapeError,
            "fit: expected the model to return [graphs, outputs] = [2, 2], got [6, 2]. Pool the nodes of each graph "
            "(global_mean_pool), and give the last layer that many outputs.",
        ),
    ],
)
def test_graphs(call, error, text):
    exact(call, error, text)


def test_class_weights():
    y = [graph([0]), graph([2])]
    exact(
        lambda: GraphClassifier("gin", class_weight="balanced", **QUICK).fit(y),
        DataError,
        "fit: expected examples of every class for class_weight='balanced', got none of class 1. "
        "Pass one number a class.",
    )
    exact(
        lambda: GraphClassifier("gin", class_weight=[1.0], **QUICK).fit(TWO),
        ArgumentError,
        "fit: expected class_weight with 2 numbers >= 0, got [1.0]. Give one a class.",
    )
    exact(
        lambda: GraphClassifier("gin", class_weight="equal", **QUICK).fit(TWO),
        ArgumentError,
        "fit: expected class_weight None, 'balanced' or one number a class, got 'equal'. Use 'balanced'.",
    )


def test_numbers_of_nodes():
    data = KarateClub()[0]
    data.y = data.y.float()
    exact(
        lambda: NodeRegressor(**QUICK).fit(data).target_.probability(torch.ones(1, 1)),
        ArgumentError,
        "predict_proba: expected a task that classifies, got one that predicts numbers. Use predict.",
    )
    data.y = torch.full((34,), float("nan"))
    exact(
        lambda: NodeRegressor(**QUICK).fit(data),
        DataError,
        "fit: expected labels in data.train_mask, got none that is known. Mark labelled nodes.",
    )


def test_a_model_that_asks_for_what_the_data_has_not():
    class Asks(torch.nn.Linear):
        def forward(self, x, edge_index, distance):
            return super().forward(x)

    exact(
        lambda: NodeClassifier(Asks(34, 4), **QUICK).fit(KarateClub()[0]),
        ArgumentError,
        "fit: expected a model called as model(x, edge_index), got Asks, whose forward also needs 'distance', which "
        "the data has not. Give it a default, or set data.distance.",
    )


def test_links():
    data = KarateClub()[0]
    fitted = LinkPredictor(**QUICK).fit(data)
    exact(
        lambda: fitted.predict(torch.tensor([[0], [34]])),
        NodeIndexError,
        "predict: expected nodes in 0..33, got 34. Number them as in the graph.",
    )
    exact(
        lambda: fitted.predict(torch.tensor([[0, 1]])),
        ShapeError,
        "predict: expected pairs [2, pairs], got [1, 2]. Row 0 = sources.",
    )
    exact(
        lambda: fitted.predict(torch.tensor([[0, 1], [2, 3], [4, 5]])),
        ShapeError,
        "predict: expected pairs [2, pairs], got [3, 2]. It looks transposed: use pairs.t().",
    )
    exact(
        lambda: fitted.predict([[0.0], [1.0]]),
        DTypeError,
        "predict: expected whole numbers in pairs, got float32. Use pairs.long().",
    )
    exact(
        lambda: fitted.recommend([[0, 1]], k=2),
        DTypeError,
        "recommend: expected numbers of nodes [nodes], got int64 [1, 2]. Pass whole numbers, or a whole graph.",
    )
    exact(
        lambda: LinkPredictor(**QUICK).fit(TWO),
        ArgumentError,
        "fit: expected a graph or a LinkSplit, got list. RandomLinkSplit(...)(data) makes one.",
    )
    exact(
        lambda: EdgeClassifier(**QUICK).fit(TWO),
        DTypeError,
        "fit: expected a graph, got list. Pass a Data with x and edge_index.",
    )
    exact(
        lambda: GraphClassifier(**QUICK).fit(TWO, ["a", "b"]),
        DTypeError,
        "fit: expected y as numbers, got list. Number what has names: 0, 1, 2, ...",
    )
    exact(
        lambda: fitted.recommend(torch.tensor([-1]), k=2),
        NodeIndexError,
        "recommend: expected nodes in 0..33, got -1. Number them as in the graph.",
    )
    exact(
        lambda: fitted.recommend(torch.tensor([0]), k=34),
        ArgumentError,
        "recommend: expected k in 1..33, got 34. There are 34 nodes.",
    )
    exact(
        lambda: LinkPredictor(decoder="dott", **QUICK).fit(data),
        ArgumentError,
        "LinkPredictor: expected decoder among dot, mlp, got 'dott'. Did you mean 'dot'?",
    )
    exact(
        lambda: LinkPredictor(**QUICK).fit((data, data, data)),
        ArgumentError,
        "fit: expected a graph or a LinkSplit, got tuple. RandomLinkSplit(...)(data) makes one.",
    )


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"clip": 0}, "TrainConfig: expected clip > 0 or None, got 0. Choose for example clip=1."),
        (
            {"schedule": "cosin"},
            "TrainConfig: expected schedule among cosine, plateau or None, got 'cosin'. Did you mean 'cosine'?",
        ),
        ({"batch_size": 0}, "TrainConfig: expected batch_size a whole number >= 1, got 0. Choose another."),
    ],
)
def test_settings(settings, text):
    exact(lambda: GraphClassifier("gin", **{**QUICK, **settings}).fit(TWO), ArgumentError, text)
