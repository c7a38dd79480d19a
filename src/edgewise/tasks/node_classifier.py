"""Node classification: an estimator with ``fit``, ``predict``, ``score``, ``report`` and ``save``."""

from pathlib import Path
from typing import Any, ClassVar, TypeVar

from torch import nn

from edgewise._typing import Bool, Float, Tensor
from edgewise.data import Data
from edgewise.errors import ArgumentError, DataError, DTypeError, ShapeError
from edgewise.tasks.calling import evaluate, extra_names, hidden_of, plan_of
from edgewise.tasks.config import TrainConfig
from edgewise.tasks.estimator import Estimator
from edgewise.tasks.given import labelled, node_numbers
from edgewise.tasks.loop import Training
from edgewise.tasks.models import MODELS, build_model
from edgewise.tasks.node_problem import NodeProblem, check_inputs, node_problem, scored_mask
from edgewise.tasks.seeds import SeedScores
from edgewise.tasks.targets import Target

__all__ = ["NodeClassifier", "NodeEstimator"]

Self = TypeVar("Self", bound="NodeEstimator")


class NodeEstimator(Estimator):
    """What classifying nodes and predicting their numbers have in common."""

    _models: ClassVar[tuple[str, ...]] = tuple(MODELS)
    _numbers: ClassVar[bool]

    embedding_: Tensor
    data_: Data

    def fit(
        self: Self,
        data: Any,
        y: Any = None,
        *,
        graph: Data | None = None,
        checkpoint: str | Path | None = None,
        resume: bool = False,
    ) -> Self:
        """Train on ``data.train_mask`` and keep the best weights.

        Args:
            data: Graph with ``x``, ``edge_index``, ``y``, ``train_mask``, and perhaps ``val_mask`` and ``test_mask``;
                or numbers of nodes of ``graph``, the examples that scikit-learn splits:
                ``cross_val_score(estimator, nodes, y, params={"graph": graph})``.
            y: The labels of those nodes; nothing else of ``graph`` is labelled then.
            graph: With ``x`` and ``edge_index``, where ``data`` are nodes.
            checkpoint: File that is kept up to date about once a second, so that a killed training can go on.
            resume: Go on from ``checkpoint`` if it exists, to the same final weights as undisturbed, bit for bit.

        Raises:
            DataError: Labels, masks or features cannot be used, or the checkpoint is of another run.
            ArgumentError: A setting is out of range.
            ShapeError: The model does not return one row of outputs per node.
            FileError: The checkpoint is broken or its folder not writable.
            KeyboardInterrupt: Ctrl-C was pressed. What is learnt is kept in the estimator and in ``checkpoint``.

        Example:
            >>> from edgewise.datasets import KarateClub
            >>> NodeClassifier(epochs=5, quiet=True).fit(KarateClub()[0]).best_epoch_
            4
        """
        data = data if graph is None else labelled(graph, data, y)
        if not isinstance(data, Data):
            message = f"fit: expected a graph, got {type(data).__name__}. Pass numbers of nodes with graph=."
            raise DTypeError(message)
        self._fit(data, checkpoint, resume=resume)
        return self

    def predict(self, data: Any = None) -> Tensor:
        """Return what is most probable for each node: its class, its labels ``[nodes, labels]`` or its numbers.

        Args:
            data: Graph with ``x`` and ``edge_index``; ``None`` takes the one it was fitted on, and numbers of nodes
                take those of it.

        Raises:
            ArgumentError: It was never fitted.
            ShapeError: The features have another width than the fitted ones.

        Example:
            >>> from edgewise.datasets import KarateClub
            >>> NodeClassifier(epochs=5, quiet=True).fit(KarateClub()[0]).predict().dtype
            torch.int64
        """
        out = self._outputs(data, "predict")
        return self.target_.predict(out)

    def score(
        self,
        data: Any = None,
        y: Any = None,
        *,
        mask: Bool[Tensor, " nodes"] | None = None,
        metric: str | None = None,
    ) -> float:
        """Return a metric on some nodes: by default accuracy of classes, mean area under ROC of labels, R2 of numbers.

        Args:
            data: Graph with labels; ``None`` takes the one it was fitted on, and numbers of nodes take those of it.
            y: The labels of those nodes.
            mask: Nodes that count. ``None`` takes ``test_mask`` if there is one, else every labelled node that is
                neither in ``train_mask`` nor in ``val_mask``.
            metric: Another one by name: ``"macro_f1"``, ``"average_precision"``, ``"rmse"``, ``"mae"``.

        Raises:
            DataError: The mask selects nothing.
            ArgumentError: It was never fitted.

        Example:
            >>> from edgewise.datasets import KarateClub
            >>> data = KarateClub()[0]
            >>> NodeClassifier(epochs=100, quiet=True).fit(data).score(data, mask=data.train_mask)
            1.0
        """
        if y is not None:
            data = labelled(self._graph(None, "score"), data, y, "score")
            mask = data.train_mask
        elif not (data is None or isinstance(data, Data)):
            raise ArgumentError("score: expected y beside numbers of nodes, got none. Pass the labels of those nodes.")
        out = self._outputs(data, "score")
        data = self.data_ if data is None else data
        if data.y is None:
            raise DataError("score: expected labels data.y, got none. Use predict where there are no labels.")
        mask = scored_mask(data) if mask is None else mask
        if list(mask.shape) != [len(data.y)]:
            raise ShapeError(
                f"score: expected mask [{len(data.y)}], got {list(mask.shape)}. Give one boolean per node."
            )
        if not mask.any():
            raise DataError(
                "score: expected nodes to score, got a mask that selects none. Pass mask= with labelled nodes."
            )
        return self.target_.score(out[mask], _like_fitted(data.y[mask], self.target_), metric)

    def report(self, path: str | Path, *, seeds: SeedScores | None = None) -> Path:
        """Write the self-contained HTML report of the fitted graph: scores, baselines, curves.

        Classes are shown on the graph and in the embedding over training; of numbers and of several labels, truth
        against prediction, and the best, typical and worst nodes.

        Args:
            path: File to write, for example ``"report.html"``.
            seeds: From :func:`~edgewise.tasks.score_seeds`: mean and spread are told beside the headline.

        Raises:
            ArgumentError: It was never fitted, or loaded without its graph.
            DataError: No node is scored.
            FileError: The folder cannot be written.

        Cost: trains the baseline that sees no edges once.

        Example:
            >>> import tempfile
            >>> from edgewise.datasets import KarateClub
            >>> classifier = NodeClassifier(epochs=5, quiet=True).fit(KarateClub()[0])
            >>> classifier.report(Path(tempfile.mkdtemp()) / "report.html").name
            'report.html'
        """
        from edgewise.tasks.reports.node_answers import node_answer_report
        from edgewise.tasks.reports.nodes import node_report
        from edgewise.tasks.reports.seeds import with_seeds
        from edgewise.viz.report import write_report

        self._check_fitted("report", "data_")
        gather: Any = node_report if self.target_.kind == "classes" else node_answer_report
        return write_report(with_seeds(gather(self), seeds), Path(path))

    def plan(self, data: Data | None = None) -> Any:
        """Say what the fitted model computes on a graph, and why: see :func:`edgewise.plan`.

        Raises:
            ArgumentError: It was never fitted.
        """
        data = self._graph(data, "plan")
        return plan_of(self.model_, data)

    def _problem(self, data: Any) -> NodeProblem:
        return node_problem(data, numbers=self._numbers, class_weight=self.class_weight)

    def _width(self, problem: NodeProblem) -> int:
        return problem.x.shape[1]

    def _build(self, config: TrainConfig, in_channels: int, target: Target) -> nn.Module:
        return build_model(config, in_channels, target.width)

    def _fitted(self, training: Training, data: Any) -> None:
        self.data_ = data
        self.num_outputs_ = training.width
        self.embedding_ = hidden_of(self.model_, data, extra_names(self.model_, data))

    def _own_facts(self) -> dict[str, Any]:
        return {"num_outputs": self.num_outputs_}

    def _take_facts(self, facts: dict[str, Any]) -> None:
        self.num_outputs_ = facts["num_outputs"]

    def _outputs(self, data: Any, function: str) -> Tensor:
        nodes, data = (None, data) if data is None or isinstance(data, Data) else (data, None)
        data = self._graph(data, function)
        check_inputs(data, function, self.in_channels_)
        out = evaluate(self.model_, data, extra_names(self.model_, data))
        return out if nodes is None else out[node_numbers(nodes, len(out), function)]

    def _graph(self, data: Data | None, function: str) -> Data:
        self._check_fitted(function)
        if data is None and not hasattr(self, "data_"):
            what = "classifier" if "Classifier" in type(self).__name__ else "estimator"
            raise ArgumentError(
                f"{function}: expected data, got none; a loaded {what} has no graph. Pass data to {function}."
            )
        return self.data_ if data is None else data


def _like_fitted(y: Tensor, target: Target) -> Tensor:
    """Labels in the form that the target measures."""
    return y if target.kind == "classes" else y.reshape(len(y), -1)


class NodeClassifier(NodeEstimator):
    """Learn the classes of some nodes of a graph, predict those of all others.

    Full-batch training with Adam and cross entropy on ``data.train_mask`` alone. Where there is a ``data.val_mask`` the
    weights of the best validation epoch are kept, otherwise the last. Where ``data.y`` has several columns of 0, 1 and
    NaN (unknown), each is a yes-or-no label, learnt by binary cross entropy and measured by the mean area under ROC.

    Args:
        model: ``"gcn"``, ``"sage"``, ``"gat"``, ``"gin"``, ``"mlp"`` (which sees no edges), or any ``torch.nn.Module``
            with ``forward(x, edge_index)`` that returns class scores ``[nodes, classes]``, alone or as
            ``(scores, embedding)``. ``edge_weight`` and ``edge_attr`` of the data are passed on if it asks for them.
        **settings: See :class:`~edgewise.tasks.Estimator`.

    Attributes:
        num_classes_: Number of classes.
        embedding_: ``[nodes, hidden]``, the last hidden layer of the trained model.
        snapshots_: Embeddings and predictions at about 41 epochs spread over training.
        data_: The graph it was fitted on.

    Cost: per epoch one training and one evaluation pass over the graph.

    Source: Kipf & Welling, *Semi-supervised classification with graph convolutional networks*, ICLR 2017, section 5.
        Differs: weight decay on every layer; the best validation epoch is kept instead of a window of 10.

    Example:
        >>> from edgewise.datasets import KarateClub
        >>> classifier = NodeClassifier("gcn", epochs=50, dropout=0.0, quiet=True).fit(KarateClub()[0])
        >>> classifier.predict().shape
        torch.Size([34])
    """

    _kind: ClassVar[str] = "node-classifier"
    _numbers: ClassVar[bool] = False

    @property
    def num_classes_(self) -> int:
        """How many classes the model tells apart."""
        return self.num_outputs_

    def predict_proba(self, data: Any = None) -> Float[Tensor, "nodes classes"]:
        """Return the probability of each class for each node.

        Args:
            data: Graph with ``x`` and ``edge_index``; ``None`` takes the one it was fitted on, and numbers of nodes
                take those of it.

        Raises:
            ArgumentError: It was never fitted.
            ShapeError: The features have another width than the fitted ones.

        Example:
            >>> from edgewise.datasets import KarateClub
            >>> NodeClassifier(epochs=5, quiet=True).fit(KarateClub()[0]).predict_proba().shape
            torch.Size([34, 4])
        """
        out = self._outputs(data, "predict_proba")
        return self.target_.probability(out)
