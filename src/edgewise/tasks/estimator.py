"""What every estimator shares: settings, fitting, saving, and scikit-learn's contract about parameters."""

import copy
import inspect
import time
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import torch
from torch import nn

from edgewise._suggest import did_you_mean
from edgewise._typing import Tensor
from edgewise.data import Data
from edgewise.errors import ArgumentError, DTypeError, FileError
from edgewise.tasks.checkpoint import load_checkpoint, load_tensors, save_tensors
from edgewise.tasks.config import TrainConfig
from edgewise.tasks.loop import Callback, Problem, Snapshots, Training
from edgewise.tasks.models import check_model_name
from edgewise.tasks.runner import own_generator, run_training
from edgewise.tasks.table_reading import TableReading
from edgewise.tasks.targets import Target, target_from

__all__ = ["Estimator"]

Self = TypeVar("Self", bound="Estimator")


class Estimator:
    """Base of the estimators: the settings that all of them share, and what is done alike.

    The result of ``fit`` is a function of data, settings and seed; torch's global generator is left as it was.
    Memory that is freed between steps stays in the process while it trains (:func:`edgewise.keep_memory`).

    Args:
        model: A name, or any ``torch.nn.Module``; a module is copied before it is trained.
        hidden: Width of each hidden layer of a named model.
        layers: Number of layers of a named model.
        act: Activation of a named model, a name from ``torch.nn.functional``.
        dropout: Probability with which a named model drops features in training.
        lr: Adam's step size.
        weight_decay: L2 penalty on all weights.
        epochs: Passes over the training examples, at most.
        patience: Stop after so many epochs without a better validation metric. ``None`` runs them all.
        schedule: Of the step size: ``"cosine"`` to 0, or ``"plateau"``: halved after 10 epochs without a better
            validation loss.
        clip: Largest norm of all gradients together.
        batch_size: Examples a step, where there are many graphs.
        autocast: Compute the forward pass of training in bfloat16 where that is safe.
        class_weight: What an example of each class counts in the loss: one number a class, or ``"balanced"``.
        callbacks: Called after each epoch with its row of ``history_``, a dictionary.
        seed: Of the initial weights of a named model, of dropout, and of the order of batches.
        quiet: Show no progress.

    Attributes:
        model_: The trained module, in evaluation mode.
        history_: A list for each of ``epoch``, ``train_loss``, ``train_<metric>``, ``test_<metric>``, and with
            validation ``val_loss``, ``val_<metric>``.
        best_epoch_: The epoch whose weights were kept, from 0: the best by the validation metric, else the last.
        target_: What was learnt: classes, labels or numbers.
        seconds_: How long the last ``fit`` took.
        tables_: The rules by which tables became the graph, where it is of :func:`~edgewise.io.from_tables`.
    """

    _kind: ClassVar[str]
    """Names the file format of :meth:`save`."""
    _models: ClassVar[tuple[str, ...]] = ()
    """Names of built-in models."""

    model_: nn.Module
    history_: dict[str, list[float | None]]
    best_epoch_: int
    target_: Target
    in_channels_: int
    seconds_: float
    snapshots_: Snapshots
    tables_: TableReading | None

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
        schedule: str | None = None,
        clip: float | None = None,
        batch_size: int = 64,
        autocast: bool = False,
        class_weight: str | Sequence[float] | None = None,
        callbacks: Sequence[Callback] = (),
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
        self.schedule = schedule
        self.clip = clip
        self.batch_size = batch_size
        self.autocast = autocast
        self.class_weight = class_weight
        self.callbacks = callbacks
        self.seed = seed
        self.quiet = quiet

    @classmethod
    def _parameters(cls) -> dict[str, inspect.Parameter]:
        """Every setting of the class and its bases; the defaults of the most derived one count."""
        found: dict[str, inspect.Parameter] = {}
        for base in cls.__mro__:
            if base is not object and "__init__" in vars(base):
                own = inspect.signature(base.__init__).parameters  # type: ignore[misc]
                for name, parameter in own.items():
                    if name != "self" and parameter.kind is not parameter.VAR_KEYWORD:
                        found.setdefault(name, parameter)
        return found

    def get_params(self, deep: bool = True) -> dict[str, Any]:  # noqa: FBT001, FBT002 - scikit-learn's signature
        """Return the settings by name, as scikit-learn asks for them.

        Example:
            >>> from edgewise.tasks import NodeClassifier
            >>> NodeClassifier(hidden=8).get_params()["hidden"]
            8
        """
        return {name: getattr(self, name) for name in self._parameters()}

    def set_params(self: Self, **params: Any) -> Self:
        """Change settings by name, as scikit-learn does.

        Raises:
            ArgumentError: There is no setting of that name.
        """
        known = self._parameters()
        for name, value in params.items():
            if name not in known:
                kind = type(self).__name__
                hint = did_you_mean(name, known) or f" It has {', '.join(known)}."
                raise ArgumentError(f"{kind}.set_params: expected a setting of {kind}, got {name!r}.{hint}")
            setattr(self, name, value)
        return self

    def __sklearn_tags__(self) -> Any:
        """Say what kind of estimator this is, as scikit-learn asks before it splits and scores."""
        from sklearn.utils import ClassifierTags, RegressorTags, Tags, TargetTags

        is_classifier = "Classifier" in type(self).__name__
        return Tags(
            estimator_type="classifier" if is_classifier else "regressor",
            target_tags=TargetTags(required=False),
            classifier_tags=ClassifierTags() if is_classifier else None,
            regressor_tags=None if is_classifier else RegressorTags(),
        )

    @property
    def classes_(self) -> Tensor:
        """The classes that are told apart, as scikit-learn's scorers ask for them."""
        if not hasattr(self, "target_") or self.target_.kind != "classes":
            raise AttributeError(f"{type(self).__name__} has no classes_: it was not fitted on classes.")
        return torch.arange(self.target_.width)

    def __repr__(self) -> str:
        words = [repr(self.model if isinstance(self.model, str) else type(self.model).__name__)]
        for name, parameter in self._parameters().items():
            value = getattr(self, name)
            if name != "model" and value is not parameter.default and value != parameter.default:
                words.append(f"{name}={value!r}")
        return f"{type(self).__name__}({', '.join(words)})"

    @property
    def config(self) -> TrainConfig:
        """The settings, checked.

        Raises:
            ArgumentError: One is outside its range, or the model's name is unknown.
            DTypeError: The model is neither a name nor a module.
        """
        kind, name = type(self).__name__, self.model if isinstance(self.model, str) else type(self.model).__name__
        if isinstance(self.model, str):
            check_model_name(name, self._models, kind)
        elif not isinstance(self.model, nn.Module):
            raise DTypeError(
                f"{kind}: expected model a name or a torch.nn.Module, got {name}. "
                f"Pass {' or '.join(map(repr, self._models[:1]))}, or an instance of your module."
            )
        rest = {field.name: getattr(self, field.name) for field in fields(TrainConfig) if field.name != "model"}
        return TrainConfig(model=name, **rest)

    # What a subclass says.

    def _problem(self, data: Any) -> Problem:
        """Check data and return what is to be learnt."""
        raise NotImplementedError

    def _width(self, problem: Any) -> int:
        """Return how wide the features are."""
        raise NotImplementedError

    def _build(self, config: TrainConfig, in_channels: int, target: Target) -> nn.Module:
        """Build the named model."""
        raise NotImplementedError

    def _wrap(self, module: nn.Module) -> nn.Module:
        """Return what is trained, of a user's module."""
        return module

    def _own_facts(self) -> dict[str, Any]:
        """Return what :meth:`save` keeps beside weights and settings."""
        return {}

    def _take_facts(self, facts: dict[str, Any]) -> None:
        """Take back what :meth:`_own_facts` returned."""

    # What is done alike.

    def _fit(self, data: Any, checkpoint: str | Path | None, *, resume: bool) -> Training:
        started = time.perf_counter()
        config, problem = self.config, self._problem(data)
        path = None if checkpoint is None else Path(checkpoint)
        with own_generator(config.seed, problem.device):
            training = Training(self._module(problem, config), problem, config, self.callbacks)
            if resume and path is not None and path.exists():
                load_checkpoint(training, path)
            is_finished = run_training(training, config.model, path, quiet=self.quiet)
        if training.epoch > 0:
            self.model_, self.history_ = training.model, training.history
            self.best_epoch_, self.snapshots_ = training.best.epoch, training.snapshots
            self.target_, self.in_channels_ = problem.target, self._width(problem)
            self.seconds_ = time.perf_counter() - started
            self.tables_ = TableReading.of(data[0] if isinstance(data, tuple) else data)
            self._fitted(training, data)
        if not is_finished:
            advice = "" if path is None else f" Go on with fit(data, checkpoint={str(path)!r}, resume=True)."
            raise KeyboardInterrupt(f"fit: stopped after {training.epoch} of {config.epochs} epochs.{advice}")
        return training

    def _fitted(self, training: Training, data: Any) -> None:
        """Keep what else there is after a training."""

    def _module(self, problem: Problem, config: TrainConfig) -> nn.Module:
        if isinstance(self.model, nn.Module):
            # A copy, so that fitting twice starts twice from the same weights.
            return self._wrap(copy.deepcopy(self.model)).to(problem.device)
        return self._build(config, self._width(problem), problem.target).to(problem.device, problem.dtype)

    def save(self, path: str | Path) -> Path:
        """Write weights, settings, and the rules of the tables that it was fitted on, into one safetensors file.

        Raises:
            ArgumentError: It was never fitted.
            FileError: The folder cannot be written.

        Example:
            >>> import tempfile
            >>> from edgewise.datasets import KarateClub
            >>> from edgewise.tasks import NodeClassifier
            >>> path = Path(tempfile.mkdtemp()) / "model.safetensors"
            >>> fitted = NodeClassifier(epochs=5, quiet=True).fit(KarateClub()[0])
            >>> NodeClassifier.load(fitted.save(path)).best_epoch_
            4
        """
        self._check_fitted("save")
        facts = {
            "kind": self._kind,
            "config": asdict(self.config),
            "is_named": isinstance(self.model, str),
            "in_channels": self.in_channels_,
            "target": self.target_.facts(),
            "best_epoch": self.best_epoch_,
            "history": self.history_,
            "own": self._own_facts(),
            "tables": None if self.tables_ is None else self.tables_.facts(),
        }
        save_tensors(Path(path), self.model_.state_dict(), facts)
        return Path(path)

    @classmethod
    def load(cls: type[Self], path: str | Path, *, model: nn.Module | None = None) -> Self:
        """Read what :meth:`save` wrote; no code runs from the file.

        Args:
            path: The file.
            model: The user's own module that was saved, freshly built. Not needed for a named model.

        Raises:
            FileError: The file is missing, broken, of another version, or holds other weights.
            ArgumentError: It holds a user's module and ``model`` was not given.
        """
        tensors, facts = load_tensors(Path(path), "load")
        if facts.get("kind") != cls._kind:
            raise FileError(
                f"load: expected a saved {cls.__name__}, got {path}, which is {facts.get('kind')}. Use save()."
            )
        if not {"config", "target", "own", "in_channels"} <= facts.keys():
            raise FileError(
                f"load: expected a {cls.__name__} saved by this version, got {path}, which lacks some facts. "
                "Fit it anew."
            )
        config = TrainConfig.from_mapping(facts["config"])
        if model is None and not facts["is_named"]:
            raise ArgumentError(
                f"load: expected model=, got none: {path} holds the weights of your own {config.model}. "
                f"Pass model={config.model}(...)."
            )
        loaded = cls(**{**asdict(config), "model": config.model if model is None else model})
        loaded.target_, loaded.in_channels_ = target_from(facts["target"]), facts["in_channels"]
        loaded.best_epoch_, loaded.history_ = facts["best_epoch"], facts["history"]
        loaded._take_facts(facts["own"])
        tables = facts.get("tables")
        loaded.tables_ = None if tables is None else TableReading.from_facts(tables)
        with own_generator(config.seed, torch.device("cpu")):
            built = loaded._build(config, loaded.in_channels_, loaded.target_) if model is None else loaded._wrap(model)
        loaded.model_ = built
        _load_weights(loaded.model_, tensors, f"{config.model} in {path}", convert=model is None)
        return loaded

    def read_tables(self, edges: Any, nodes: Any = None, **settings: Any) -> Data:
        """Make a graph of new tables, with the features of those that it was fitted on: what ``predict`` takes.

        Means, categories and word weights are the fitted ones: a value that was not among the categories is "other", a
        missing one is treated as in the rules; columns that were not used may be absent.

        Args:
            edges: A table of edges, as :func:`~edgewise.io.from_tables` takes it.
            nodes: A table of nodes.
            **settings: Of ``from_tables``, such as ``id="user"``, where they differ from the fitted tables'.

        Raises:
            ArgumentError: It was never fitted, or on a graph that is not of ``from_tables``.
            DataError: A column that the rules need is missing, or holds what they cannot take.

        Example:
            >>> from edgewise.io import from_tables
            >>> from edgewise.tasks import NodeClassifier
            >>> people = {"age": [31.0, 45.0, 29.0], "label": ["a", "b", None]}
            >>> data = from_tables({"from": [0, 1], "to": [1, 2]}, people, split=(1, 0, 0), quiet=True)
            >>> fitted = NodeClassifier(epochs=3, quiet=True).fit(data)
            >>> fitted.predict(fitted.read_tables({"from": [0], "to": [1]}, {"age": [30.0, 47.0]}, quiet=True)).shape
            torch.Size([2])
        """
        self._check_fitted("read_tables")
        if self.tables_ is None:
            raise ArgumentError(
                "read_tables: expected an estimator fitted on a graph of from_tables, got one fitted on another. "
                "Build the graph as that one was, and pass it to predict."
            )
        return self.tables_.read(edges, nodes, **settings)

    def _check_fitted(self, function: str, data: str | None = None) -> None:
        """Check that it was fitted, and still has the data that it was fitted on, where that is asked for."""
        if not hasattr(self, "model_"):
            what = "classifier" if "Classifier" in type(self).__name__ else "estimator"
            raise ArgumentError(f"{function}: expected a fitted {what}, got one never fitted. Call fit(data) first.")
        if data is not None and not hasattr(self, data):
            message = f"{function}: expected an estimator with the data that it was fitted on, got a loaded one."
            raise ArgumentError(f"{message} Call {function} after fit, before save.")


def _load_weights(model: nn.Module, tensors: dict[str, Tensor], what: str, *, convert: bool) -> None:
    if convert:
        model.to(next((value.dtype for value in tensors.values() if value.is_floating_point()), torch.float32))
    try:
        model.load_state_dict(tensors)
    except RuntimeError as error:
        reason = " ".join(str(error).split())
        raise FileError(f"load: expected weights of {what}, got others ({reason}). Check model=.") from error
    model.eval()
