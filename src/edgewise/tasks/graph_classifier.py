"""Tasks on many graphs: estimators whose examples are graphs."""

from pathlib import Path
from typing import Any, ClassVar, TypeVar

import torch
from torch import nn

from edgewise._typing import Float, Tensor
from edgewise.data import Data, Dataset
from edgewise.errors import ArgumentError
from edgewise.tasks.calling import evaluate, extra_names, hidden_of, plan_of
from edgewise.tasks.config import TrainConfig
from edgewise.tasks.estimator import Estimator
from edgewise.tasks.given import tensor_of
from edgewise.tasks.graph_models import GRAPH_MODELS, build_graph_model, check_readout
from edgewise.tasks.graph_problem import (
    GraphProblem,
    as_dataset,
    check_graph,
    checked,
    columns_of,
    form_of,
    graph_problem,
    in_order,
    labels_of,
)
from edgewise.tasks.loop import Training
from edgewise.tasks.seeds import SeedScores
from edgewise.tasks.targets import Target

__all__ = ["GraphClassifier", "GraphEstimator"]

Self = TypeVar("Self", bound="GraphEstimator")


class GraphEstimator(Estimator):
    """What classifying graphs and predicting their numbers have in common.

    Args:
        model: ``"gine"`` (which reads edge features where there are any), ``"gin"``, ``"gcn"``, ``"sage"``, ``"gat"``,
            ``"mlp"`` (which sees no edges), or any ``torch.nn.Module`` with ``forward(x, edge_index, batch)`` that
            returns one row a graph. ``edge_attr``, ``edge_weight``, ``batch_size``, ``pos`` of a batch are passed on if
            it asks for them; a ``forward`` of one argument gets the batch itself.
        readout: How a named model puts the nodes of a graph together: ``"mean"``, ``"sum"`` or ``"max"``.
        **settings: See :class:`~edgewise.tasks.Estimator`.
    """

    _models: ClassVar[tuple[str, ...]] = GRAPH_MODELS
    _numbers: ClassVar[bool]

    train_: Dataset
    val_: Dataset | None
    test_: Dataset | None

    def __init__(
        self,
        model: str | nn.Module = "gine",
        *,
        readout: str = "mean",
        hidden: int = 64,
        layers: int = 4,
        dropout: float = 0.2,
        lr: float = 0.001,
        weight_decay: float = 0.0,
        epochs: int = 100,
        **settings: Any,
    ) -> None:
        super().__init__(
            model,
            hidden=hidden,
            layers=layers,
            dropout=dropout,
            lr=lr,
            weight_decay=weight_decay,
            epochs=epochs,
            **settings,
        )
        self.readout = readout

    def fit(
        self: Self,
        graphs: Any,
        y: Any = None,
        *,
        val: Any = None,
        test: Any = None,
        checkpoint: str | Path | None = None,
        resume: bool = False,
    ) -> Self:
        """Train on graphs, and keep the weights of the best epoch on ``val``, or of the last.

        Args:
            graphs: A dataset or a list of graphs with ``x``, ``edge_index`` and a label ``y``; or a
                :class:`~edgewise.data.splits.GraphSplit`, whose three parts are taken.
            y: Labels instead of those of the graphs, one row each (scikit-learn passes them so).
            val: Graphs to choose the epoch by.
            test: Graphs to score on.
            checkpoint: File that is kept up to date about once a second, so that a killed training can go on.
            resume: Go on from ``checkpoint`` if it exists.

        Raises:
            DataError: No graphs, no labels, a graph in two parts, features not finite, or a class that was not
                learnt from.
            NodeIndexError: An edge names a node that its graph has not.
            ShapeError: The model does not return one row a graph.
            KeyboardInterrupt: Ctrl-C was pressed. What is learnt is kept.
        """
        check_readout(self.readout, type(self).__name__)
        self._fit((graphs if y is None else _with_labels(graphs, y), val, test), checkpoint, resume=resume)
        return self

    def predict(self, graphs: Any) -> Tensor:
        """Return what is most probable for each graph: its class, its labels or its numbers.

        Args:
            graphs: A dataset, a list of graphs, or one graph.

        Raises:
            ArgumentError: It was never fitted.
            ShapeError: The features have another width than the fitted ones.
        """
        out = self._outputs(graphs, "predict")
        return self.target_.predict(out)

    def score(self, graphs: Any = None, y: Any = None, *, metric: str | None = None) -> float:
        """Return a metric on graphs: by default accuracy of classes, mean area under ROC of labels, R2 of numbers.

        Args:
            graphs: ``None`` takes those of ``test`` that it was fitted with.
            y: Labels instead of those of the graphs.
            metric: Another one by name: ``"macro_f1"``, ``"average_precision"``, ``"rmse"``, ``"mae"``.

        Raises:
            ArgumentError: It was never fitted, or there are no graphs to score.
        """
        self._check_fitted("score")
        graphs = getattr(self, "test_", None) if graphs is None else graphs
        if graphs is None:
            raise ArgumentError("score: expected graphs, got none and fit had no test. Pass a dataset.")
        dataset = as_dataset(graphs if y is None else _with_labels(graphs, y), "score")
        wanted = form_of(labels_of(dataset, "score"), self.target_)
        known = self.target_.known(wanted)
        return self.target_.score(self._outputs(dataset, "score")[known], wanted[known], metric)

    def embed(self, graphs: Any) -> Float[Tensor, "graphs hidden"]:
        """Return what the model makes of each graph before its last layers.

        Raises:
            ArgumentError: It was never fitted.
        """
        dataset, names = self._ready(graphs, "embed")
        return torch.cat([hidden_of(self.model_, batch, names) for batch in checked(dataset, "embed")])

    def report(self, path: str | Path, graphs: Any = None, *, seeds: SeedScores | None = None) -> Path:
        """Write a self-contained HTML report: best, typical and worst graphs, scores beside baselines, curves.

        Molecules (graphs with ``smiles``) are drawn by RDKit where it is installed.

        Args:
            path: File to write, for example ``"report.html"``.
            graphs: To score and draw; ``None`` takes those of ``test`` that it was fitted with.
            seeds: From :func:`~edgewise.tasks.score_seeds`: mean and spread are told beside the headline.

        Raises:
            ArgumentError: It was never fitted, or there are no graphs to score.
            FileError: The folder cannot be written.

        Cost: trains the baseline that sees no edges once.

        Example:
            >>> import tempfile
            >>> from edgewise.datasets import FakeDataset
            >>> from edgewise.tasks import GraphClassifier
            >>> graphs = FakeDataset(num_graphs=20, avg_num_nodes=8)
            >>> classifier = GraphClassifier("gin", hidden=8, layers=2, epochs=2, quiet=True).fit(graphs[:15])
            >>> classifier.report(Path(tempfile.mkdtemp()) / "report.html", graphs[15:]).name
            'report.html'
        """
        from edgewise.tasks.reports.graphs import graph_report
        from edgewise.tasks.reports.seeds import with_seeds
        from edgewise.viz.report import write_report

        self._check_fitted("report")
        graphs = getattr(self, "test_", None) if graphs is None else graphs
        if graphs is None:
            raise ArgumentError("report: expected graphs, got none and fit had no test. Pass a dataset.")
        return write_report(with_seeds(graph_report(self, graphs), seeds), Path(path))

    def plan(self, graphs: Any) -> Any:
        """Say what the fitted model computes on a batch of graphs, and why: see :func:`edgewise.plan`.

        Raises:
            ArgumentError: It was never fitted.
        """
        dataset, _ = self._ready(graphs, "plan")
        return plan_of(self.model_, next(iter(in_order(dataset, self.batch_size))))

    def _problem(self, data: Any) -> GraphProblem:
        train, val, test = data
        problem = graph_problem(
            train, val, test, numbers=self._numbers, batch_size=self.batch_size, class_weight=self.class_weight
        )
        self._features, self._edge_features = columns_of(problem.train, "x"), columns_of(problem.train, "edge_attr")
        return problem

    def _width(self, problem: GraphProblem) -> int:
        width: int = problem.train[0].x.shape[-1]
        return width

    def _build(self, config: TrainConfig, in_channels: int, target: Target) -> nn.Module:
        return build_graph_model(config, self._features, self._edge_features, target.width, self.readout)

    def _fitted(self, training: Training, data: Any) -> None:
        problem: Any = training.problem
        self.train_, self.val_, self.test_ = problem.train, problem.val, problem.test

    def _own_facts(self) -> dict[str, Any]:
        return {"readout": self.readout, "features": self._features, "edge_features": self._edge_features}

    def _take_facts(self, facts: dict[str, Any]) -> None:
        self.readout = facts["readout"]
        self._features, self._edge_features = facts["features"], facts["edge_features"]

    def _outputs(self, graphs: Any, function: str) -> Tensor:
        dataset, names = self._ready(graphs, function)
        return torch.cat([evaluate(self.model_, batch, names) for batch in checked(dataset, function)])

    def _ready(self, graphs: Any, function: str) -> tuple[Dataset, tuple[str, ...] | None]:
        self._check_fitted(function)
        dataset = as_dataset(graphs, function)
        check_graph(dataset[0], function, self.in_channels_)
        return dataset, extra_names(self.model_, next(iter(in_order(dataset, 1))))


class GraphClassifier(GraphEstimator):
    """Learn the class of graphs, or several yes-or-no labels of each, some of them unknown.

    Integers in ``y`` are classes: cross entropy, measured by accuracy. Floating 0, 1 and NaN (unknown) are yes-or-no
    labels, one a column: binary cross entropy, measured by the mean area under ROC. Columns of whole numbers in ``x``
    and ``edge_attr`` (atoms and bonds) are embedded by a named model.

    Args:
        model: A name, or a module: see :class:`GraphEstimator`.
        **settings: ``readout``, and what :class:`~edgewise.tasks.Estimator` has.

    Attributes:
        target_: What was learnt.

    Cost: per epoch one pass over the training graphs and one, without gradients, over those of ``val`` and ``test``.

    Example:
        >>> from edgewise.datasets import FakeDataset
        >>> graphs = FakeDataset(num_graphs=20, avg_num_nodes=8)
        >>> classifier = GraphClassifier("gin", hidden=8, layers=2, epochs=2, quiet=True)
        >>> classifier.fit(graphs[:15]).predict(graphs[15:]).shape
        torch.Size([5])
    """

    _kind: ClassVar[str] = "graph-classifier"
    _numbers: ClassVar[bool] = False

    def predict_proba(self, graphs: Any) -> Float[Tensor, "graphs classes"]:
        """Return the probability of each class, or of yes for each label.

        Raises:
            ArgumentError: It was never fitted.
            ShapeError: The features have another width than the fitted ones.
        """
        out = self._outputs(graphs, "predict_proba")
        return self.target_.probability(out)


def _with_labels(graphs: Any, y: Any) -> list[Data]:
    labels = tensor_of(y, "y", "fit")
    if len(labels) != len(graphs):
        message = f"fit: expected one row of y a graph, got {len(labels)} for {len(graphs)} graphs. Pass as many."
        raise ArgumentError(message)
    out = []
    for graph, label in zip(graphs, labels, strict=True):
        copied = graph.clone()
        copied.y = label.reshape(1, -1) if label.dim() else label.reshape(1)
        out.append(copied)
    return out
