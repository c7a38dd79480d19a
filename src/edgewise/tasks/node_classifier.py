"""Semi-supervised node classification in scikit-learn's manners. The loop itself is ``loop.py``."""

import copy
from dataclasses import asdict, fields
from pathlib import Path

import torch
from torch import nn

from edgewise._typing import Bool, Float, Int, Tensor
from edgewise.data import Data
from edgewise.errors import ArgumentError, DataError, DTypeError, FileError, ShapeError
from edgewise.tasks.checkpoint import load_checkpoint, load_tensors, save_tensors
from edgewise.tasks.config import TrainConfig
from edgewise.tasks.loop import Snapshots, Training, accuracy, embed, predict_logits
from edgewise.tasks.models import MODELS, build_model, check_model_name
from edgewise.tasks.problem import NodeProblem, check_inputs, node_problem, scored_mask
from edgewise.tasks.runner import own_generator, run_training

__all__ = ["NodeClassifier"]


class NodeClassifier:
    """Learn the classes of some nodes of a graph, predict those of all others.

    Full-batch training with Adam and cross entropy on ``data.train_mask`` alone. Where there is a ``data.val_mask`` the
    weights of the best validation epoch are kept, otherwise the last. The result is a function of data, settings and
    seed; torch's global generator is left as it was. Memory that is freed between steps stays in the process while it
    trains (:func:`edgewise.keep_memory`) and is handed back at the end.

    Args:
        model: ``"gcn"``, or any ``torch.nn.Module`` with ``forward(x, edge_index)`` that returns class scores
            ``[nodes, classes]``, alone or as ``(scores, embedding)``. A module is copied before it is trained.
        hidden: Width of each hidden layer of a named model.
        layers: Number of layers of a named model.
        act: Activation of a named model, a name from ``torch.nn.functional``.
        dropout: Probability with which a named model drops input and hidden features in training.
        lr: Adam's step size.
        weight_decay: L2 penalty on all weights.
        epochs: Passes over the whole graph, at most.
        patience: Stop after so many epochs without a better validation accuracy. ``None`` runs them all.
        seed: Of the initial weights of a named model, and of dropout.
        quiet: Show no progress.

    Attributes:
        model_: The trained module, in evaluation mode.
        history_: Per epoch ``epoch``, ``train_loss``, ``train_accuracy``, ``test_accuracy``, and with validation
            ``val_loss``, ``val_accuracy``.
        best_epoch_: The epoch whose weights were kept, counted from 0.
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

    model_: nn.Module
    history_: dict[str, list[float | None]]
    best_epoch_: int
    num_classes_: int
    in_channels_: int
    embedding_: Tensor
    snapshots_: Snapshots
    data_: Data

    def __init__(
        self,
        model: str | nn.Module = "gcn",
        *,
        hidden: int = 16,
        layers: int = 2,
        act: str = "relu",
        dropout: float = 0.5,
        lr: float = 0.01,
        weight_decay: float = 5e-4,
        epochs: int = 200,
        patience: int | None = None,
        seed: int = 0,
        quiet: bool = False,
    ) -> None:
        self.model = model
        self.hidden = hidden
        self.layers = layers
        self.act = act
        self.dropout = dropout
        self.lr = lr
        self.weight_decay = weight_decay
        self.epochs = epochs
        self.patience = patience
        self.seed = seed
        self.quiet = quiet

    def __repr__(self) -> str:
        settings = ", ".join(f"{name}={value!r}" for name, value in asdict(self.config).items() if name != "model")
        return f"NodeClassifier({self.config.model!r}, {settings})"

    @property
    def config(self) -> TrainConfig:
        """The settings, checked.

        Raises:
            ArgumentError: One is outside its range, or the model's name is unknown.
        """
        name = self.model if isinstance(self.model, str) else type(self.model).__name__
        if isinstance(self.model, str):
            check_model_name(name)
        elif not isinstance(self.model, nn.Module):
            raise DTypeError(
                f"NodeClassifier: expected model a name or a torch.nn.Module, got {name}. "
                f"Pass {' or '.join(map(repr, MODELS))}, or an instance of your module."
            )
        rest = {field.name: getattr(self, field.name) for field in fields(TrainConfig) if field.name != "model"}
        return TrainConfig(model=name, **rest)

    def fit(self, data: Data, *, checkpoint: str | Path | None = None, resume: bool = False) -> "NodeClassifier":
        """Train on ``data.train_mask`` and keep the best weights.

        Args:
            data: Graph with ``x``, ``edge_index``, ``y``, ``train_mask``, and perhaps ``val_mask`` and ``test_mask``.
            checkpoint: File that is kept up to date about once a second, so that a killed training can go on.
            resume: Go on from ``checkpoint`` if it exists, to the same final weights as undisturbed, bit for bit.

        Raises:
            DataError: Labels, masks or features cannot be used, or the checkpoint is of another run.
            ArgumentError: A setting is out of range.
            ShapeError: The model does not return one row of scores per node.
            FileError: The checkpoint is broken or its folder not writable.
            KeyboardInterrupt: Ctrl-C was pressed. What is learnt is kept in the estimator and in ``checkpoint``.

        Example:
            >>> from edgewise.datasets import KarateClub
            >>> NodeClassifier(epochs=5, quiet=True).fit(KarateClub()[0]).best_epoch_
            4
        """
        config = self.config
        problem = node_problem(data)
        path = None if checkpoint is None else Path(checkpoint)
        with own_generator(config.seed, problem.x.device):
            training = self._training(problem, config)
            if resume and path is not None and path.exists():
                load_checkpoint(training, path)
            is_finished = run_training(training, config.model, path, quiet=self.quiet)
        if training.epoch > 0:
            self._keep(training, data)
        if not is_finished:
            advice = "" if path is None else f" Go on with fit(data, checkpoint={str(path)!r}, resume=True)."
            raise KeyboardInterrupt(f"fit: stopped after {training.epoch} of {config.epochs} epochs.{advice}")
        return self

    def predict(self, data: Data | None = None) -> Int[Tensor, " nodes"]:
        """Return the most probable class of each node.

        Args:
            data: Graph with ``x`` and ``edge_index``; ``None`` takes the one it was fitted on.

        Raises:
            ArgumentError: It was never fitted.
            ShapeError: The features have another width than the fitted ones.

        Example:
            >>> from edgewise.datasets import KarateClub
            >>> NodeClassifier(epochs=5, quiet=True).fit(KarateClub()[0]).predict().dtype
            torch.int64
        """
        return self._logits(data, "predict").argmax(1)

    def predict_proba(self, data: Data | None = None) -> Float[Tensor, "nodes classes"]:
        """Return the probability of each class for each node.

        Args:
            data: Graph with ``x`` and ``edge_index``; ``None`` takes the one it was fitted on.

        Raises:
            ArgumentError: It was never fitted.
            ShapeError: The features have another width than the fitted ones.

        Example:
            >>> from edgewise.datasets import KarateClub
            >>> NodeClassifier(epochs=5, quiet=True).fit(KarateClub()[0]).predict_proba().shape
            torch.Size([34, 4])
        """
        return self._logits(data, "predict_proba").softmax(1)

    def score(self, data: Data | None = None, mask: Bool[Tensor, " nodes"] | None = None) -> float:
        """Return the accuracy on some nodes.

        Args:
            data: Graph with labels; ``None`` takes the one it was fitted on.
            mask: Nodes that count. ``None`` takes ``test_mask`` if there is one, else every labelled node that is
                neither in ``train_mask`` nor in ``val_mask``.

        Raises:
            DataError: The mask selects nothing.
            ArgumentError: It was never fitted.

        Example:
            >>> from edgewise.datasets import KarateClub
            >>> data = KarateClub()[0]
            >>> NodeClassifier(epochs=100, quiet=True).fit(data).score(data, data.train_mask)
            1.0
        """
        logits = self._logits(data, "score")
        data = self.data_ if data is None else data
        if data.y is None:
            raise DataError("score: expected labels data.y, got none. Use predict where there are no labels.")
        mask = scored_mask(data) if mask is None else mask
        if mask.shape != data.y.shape:
            raise ShapeError(
                f"score: expected mask {list(data.y.shape)}, got {list(mask.shape)}. Give one boolean per node."
            )
        if not mask.any():
            raise DataError(
                "score: expected nodes to score, got a mask that selects none. Pass mask= with labelled nodes."
            )
        return accuracy(logits[mask], data.y[mask])

    def report(self, path: str | Path) -> Path:
        """Write the self-contained HTML report of the fitted graph: scores, baselines, pictures, curves.

        Args:
            path: File to write, for example ``"report.html"``.

        Raises:
            ArgumentError: It was never fitted.
            FileError: The folder cannot be written.

        Cost: trains the baseline that sees no edges once.
        """
        from edgewise.tasks.reporting import node_report
        from edgewise.viz.report import write_report

        self._check_fitted("report")
        return write_report(node_report(self), Path(path))

    def save(self, path: str | Path) -> Path:
        """Write weights and settings into one safetensors file.

        Raises:
            ArgumentError: It was never fitted.
            FileError: The folder cannot be written.

        Example:
            >>> import tempfile
            >>> from edgewise.datasets import KarateClub
            >>> path = Path(tempfile.mkdtemp()) / "model.safetensors"
            >>> fitted = NodeClassifier(epochs=5, quiet=True).fit(KarateClub()[0])
            >>> NodeClassifier.load(fitted.save(path)).best_epoch_
            4
        """
        self._check_fitted("save")
        facts = {
            "kind": "node-classifier",
            "config": asdict(self.config),
            "is_named": isinstance(self.model, str),
            "in_channels": self.in_channels_,
            "num_classes": self.num_classes_,
            "best_epoch": self.best_epoch_,
            "history": self.history_,
        }
        save_tensors(Path(path), self.model_.state_dict(), facts)
        return Path(path)

    @classmethod
    def load(cls, path: str | Path, *, model: nn.Module | None = None) -> "NodeClassifier":
        """Read what :meth:`save` wrote; no code runs from the file.

        Args:
            path: The file.
            model: The user's own module that was saved, freshly built. Not needed for a named model.

        Raises:
            FileError: The file is missing, broken, or holds other weights.
            ArgumentError: It holds a user's module and ``model`` was not given.
        """
        tensors, facts = load_tensors(Path(path), "load")
        if facts.get("kind") != "node-classifier":
            raise FileError(
                f"load: expected a saved NodeClassifier, got {path}, which is {facts.get('kind')}. Use save()."
            )
        config = TrainConfig.from_mapping(facts["config"])
        if model is None and not facts["is_named"]:
            raise ArgumentError(
                f"load: expected model=, got none: {path} holds the weights of your own {config.model}. "
                f"Pass model={config.model}(...)."
            )
        loaded = cls(**{**asdict(config), "model": config.model if model is None else model})
        with own_generator(config.seed, torch.device("cpu")):
            loaded.model_ = build_model(config, facts["in_channels"], facts["num_classes"]) if model is None else model
        if model is None:
            loaded.model_.to(next(iter(tensors.values())).dtype)
        try:
            loaded.model_.load_state_dict(tensors)
        except RuntimeError as error:
            reason = " ".join(str(error).split())
            raise FileError(
                f"load: expected weights of {config.model} in {path}, got others ({reason}). Check model=."
            ) from error
        loaded.model_.eval()
        loaded.in_channels_, loaded.num_classes_ = facts["in_channels"], facts["num_classes"]
        loaded.best_epoch_, loaded.history_ = facts["best_epoch"], facts["history"]
        return loaded

    def _training(self, problem: NodeProblem, config: TrainConfig) -> Training:
        if isinstance(self.model, nn.Module):
            # A copy, so that fitting twice starts twice from the same weights.
            return Training(copy.deepcopy(self.model).to(problem.x.device), problem, config)
        model = build_model(config, problem.x.shape[1], problem.num_classes).to(problem.x)
        return Training(model, problem, config)

    def _keep(self, training: Training, data: Data) -> None:
        self.data_ = data
        self.model_ = training.model
        self.history_ = training.history
        self.best_epoch_ = training.best.epoch
        self.num_classes_ = training.num_classes
        self.in_channels_ = data.x.shape[1]
        self.embedding_ = embed(self.model_, data.x, data.edge_index)
        self.snapshots_ = training.snapshots

    def _logits(self, data: Data | None, function: str) -> Tensor:
        self._check_fitted(function)
        if data is None:
            if not hasattr(self, "data_"):
                raise ArgumentError(
                    f"{function}: expected data, got none; a loaded classifier has no graph. Pass data to {function}."
                )
            data = self.data_
        x, edge_index = check_inputs(data, function, self.in_channels_)
        return predict_logits(self.model_, x, edge_index)

    def _check_fitted(self, function: str) -> None:
        if not hasattr(self, "model_"):
            raise ArgumentError(
                f"{function}: expected a fitted classifier, got one never fitted. Call fit(data) first."
            )
