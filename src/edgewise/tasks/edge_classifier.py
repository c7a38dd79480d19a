"""Edge classification: of which class each edge of a graph is."""

from pathlib import Path
from typing import Any, ClassVar

import torch
from torch import nn

from edgewise._typing import Float, Tensor
from edgewise.data import Data
from edgewise.errors import ArgumentError, DataError
from edgewise.tasks.calling import extra_names, plan_of
from edgewise.tasks.config import TrainConfig
from edgewise.tasks.edge_problem import (
    EdgeModel,
    EdgeProblem,
    check_edges,
    edge_labels,
    edge_problem,
    edge_values,
    scored_edges,
)
from edgewise.tasks.estimator import Estimator
from edgewise.tasks.graph_problem import form_of
from edgewise.tasks.loop import Training
from edgewise.tasks.models import MODELS, build_model
from edgewise.tasks.pair_head import PairHead
from edgewise.tasks.seeds import SeedScores
from edgewise.tasks.targets import Target

__all__ = ["EdgeClassifier"]


class EdgeClassifier(Estimator):
    r"""Learn the class of some edges of a graph, such as trust between people or kinds of bond; predict all others.

    .. math:: p(e_{ij}) = \mathrm{softmax}(\mathrm{MLP}([z_i \,\|\, z_j \,\|\, e_{ij}])), \quad Z = \mathrm{GNN}(X, A)

    All edges pass messages, those that are judged too; their labels take no part. Whole numbers in ``data.edge_y`` are
    classes (-1 unknown): cross entropy, measured by accuracy. Floating 0, 1 and NaN (unknown), or columns, are
    yes-or-no labels: binary cross entropy, measured by the mean area under ROC.

    Args:
        model: ``"gcn"``, ``"sage"``, ``"gat"``, ``"gin"``, ``"mlp"`` (which sees no edges but the one that is asked
            about), or any ``torch.nn.Module`` with ``forward(x, edge_index)`` that returns an embedding
            ``[nodes, width]``. ``edge_weight`` and ``edge_attr`` of the data are passed on if it asks for them;
            ``edge_attr`` enters the perceptron in any case.
        **settings: See :class:`~edgewise.tasks.Estimator`.

    Attributes:
        data_: The graph that it was fitted on, with the three masks.

    Cost: per epoch one pass over the graph, O(training edges · hidden²), and a pass in evaluation mode over all edges.

    Example:
        >>> from edgewise.datasets import KarateClub
        >>> data = KarateClub()[0]
        >>> data.edge_y = (data.y[data.edge_index[0]] == data.y[data.edge_index[1]]).long()
        >>> classifier = EdgeClassifier("sage", epochs=5, quiet=True).fit(data)
        >>> classifier.predict().shape, int(classifier.data_.test_edge_mask.sum())
        (torch.Size([156]), 32)
    """

    _kind: ClassVar[str] = "edge-classifier"
    _models: ClassVar[tuple[str, ...]] = tuple(MODELS)

    data_: Data

    def __init__(
        self,
        model: str | nn.Module = "gcn",
        *,
        hidden: int = 32,
        dropout: float = 0.0,
        weight_decay: float = 0.0,
        **settings: Any,
    ) -> None:
        super().__init__(model, hidden=hidden, dropout=dropout, weight_decay=weight_decay, **settings)

    def fit(self, data: Data, *, checkpoint: str | Path | None = None, resume: bool = False) -> "EdgeClassifier":
        """Train on the labels of some edges, and keep the weights of the best epoch on those of validation.

        Args:
            data: A graph with ``x``, ``edge_index`` and ``edge_y``, one row an edge. ``train_edge_mask``,
                ``val_edge_mask`` and ``test_edge_mask`` say which edges are for what; without any, 60, 20 and 20 % of
                the labelled ones are drawn by ``seed``. Edges between the same two nodes are drawn together, since one
                direction of an undirected edge gives away the other.
            checkpoint: File that is kept up to date about once a second, so that a killed training can go on.
            resume: Go on from ``checkpoint`` if it exists.

        Raises:
            DataError: There are no labels, or masks put the two directions of an undirected edge into two parts.
            ShapeError: The model does not return one row a node.
            KeyboardInterrupt: Ctrl-C was pressed. What is learnt is kept.
        """
        self._fit(data, checkpoint, resume=resume)
        return self

    def predict(self, data: Data | None = None) -> Tensor:
        """Return what is most probable for each edge: its class, or its labels ``[edges, labels]``.

        Args:
            data: A graph with ``x`` and ``edge_index``; ``None`` takes the one it was fitted on.

        Raises:
            ArgumentError: It was never fitted.
            ShapeError: The features have another width than the fitted ones.
        """
        out = self._outputs(data, "predict")
        return self.target_.predict(out)

    def predict_proba(self, data: Data | None = None) -> Float[Tensor, "edges classes"]:
        """Return the probability of each class, or of yes for each label, for each edge.

        Raises:
            ArgumentError: It was never fitted.
            ShapeError: The features have another width than the fitted ones.
        """
        out = self._outputs(data, "predict_proba")
        return self.target_.probability(out)

    def score(self, data: Data | None = None, *, metric: str | None = None) -> float:
        """Return a metric on some edges: by default accuracy of classes, mean area under ROC of labels.

        Args:
            data: A graph with ``edge_y``, scored on ``test_edge_mask`` or, without one, on all labelled edges in no
                other mask; ``None`` takes the one it was fitted on, and its test.
            metric: Another one by name: ``"macro_f1"``, ``"average_precision"``.

        Raises:
            ArgumentError: It was never fitted.
            DataError: There is no edge to score.
        """
        out = self._outputs(data, "score")
        data = self.data_ if data is None else data
        y = form_of(edge_labels(data, "score"), self.target_)
        mask = scored_edges(data) & self.target_.known(y)
        if not mask.any():
            raise DataError("score: expected labelled edges to score, got none. Label some, or mark other ones.")
        return self.target_.score(out[mask], y[mask], metric)

    @torch.no_grad()
    def embed(self, data: Data | None = None) -> Float[Tensor, "nodes hidden"]:
        """Return the embedding of every node.

        Raises:
            ArgumentError: It was never fitted.
        """
        data, model = self._graph(data, "embed"), self._edge_model
        model.eval()
        return model.embed(data, extra_names(model.encoder, data))

    def report(self, path: str | Path, *, seeds: SeedScores | None = None) -> Path:
        """Write a self-contained HTML report: the score beside baselines, what is taken for what, the worst edges.

        Args:
            path: File to write, for example ``"report.html"``.
            seeds: From :func:`~edgewise.tasks.score_seeds`: mean and spread are told beside the headline.

        Raises:
            ArgumentError: It was never fitted, or loaded without its graph.
            DataError: No edge is scored.
            FileError: The folder cannot be written.

        Cost: trains the baseline that sees no edges once.
        """
        from edgewise.tasks.reports.edges import edge_report
        from edgewise.tasks.reports.seeds import with_seeds
        from edgewise.viz.report import write_report

        self._check_fitted("report", "data_")
        return write_report(with_seeds(edge_report(self), seeds), Path(path))

    def plan(self, data: Data | None = None) -> Any:
        """Say what the fitted model computes on a graph, and why: see :func:`edgewise.plan`.

        Raises:
            ArgumentError: It was never fitted.
        """
        data = self._graph(data, "plan")
        return plan_of(self._edge_model.encoder, data)

    def _problem(self, data: Any) -> EdgeProblem:
        problem = edge_problem(data, seed=self.seed, class_weight=self.class_weight)
        values = edge_values(problem.data)
        self._edge_width = 0 if values is None else values.shape[1]
        self._outs = problem.target.width
        return problem

    def _width(self, problem: EdgeProblem) -> int:
        width: int = problem.data.x.shape[1]
        return width

    def _build(self, config: TrainConfig, in_channels: int, target: Target) -> EdgeModel:
        return EdgeModel(build_model(config, in_channels, config.hidden), self._head(config.hidden))

    def _wrap(self, module: nn.Module) -> EdgeModel:
        weight = next((value for value in module.parameters() if value.is_floating_point()), torch.empty(0))
        return EdgeModel(module, self._head(-1).to(weight.dtype))

    def _head(self, width: int) -> PairHead:
        return PairHead(width, width, self._edge_width, self.hidden, self._outs, self.dropout, self.act)

    @property
    def _edge_model(self) -> EdgeModel:
        model: Any = self.model_
        return model  # type: ignore[no-any-return]

    def _fitted(self, training: Training, data: Any) -> None:
        problem: Any = training.problem
        self.data_ = problem.data

    def _own_facts(self) -> dict[str, Any]:
        return {"edge_width": self._edge_width, "outs": self._outs}

    def _take_facts(self, facts: dict[str, Any]) -> None:
        self._edge_width, self._outs = facts["edge_width"], facts["outs"]

    @torch.no_grad()
    def _outputs(self, data: Data | None, function: str) -> Tensor:
        data, model = self._graph(data, function), self._edge_model
        model.eval()
        return model.say(data, extra_names(model.encoder, data))

    def _graph(self, data: Data | None, function: str) -> Data:
        self._check_fitted(function)
        if data is None and not hasattr(self, "data_"):
            message = f"{function}: expected data, got none; a loaded classifier has no graph. Pass data to {function}."
            raise ArgumentError(message)
        data = self.data_ if data is None else data
        check_edges(data, function, self.in_channels_, self._edge_width)
        return data
