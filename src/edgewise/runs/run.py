"""Run folders: a named graph or a user's tables are trained on, and ``runs/<name>-NNN/`` holds what is worth keeping.

A run that fails before its first epoch leaves no folder. A killed one leaves its settings and a checkpoint, from which
``resume`` goes on; a complete one leaves no checkpoint.
"""

import importlib.resources
import itertools
import json
import shlex
import shutil
import string
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from edgewise._files import atomic_write, make_folder
from edgewise.errors import ArgumentError, EdgewiseError, FileError
from edgewise.runs.judging import AnyGraph, judge
from edgewise.runs.pictures import write_pictures
from edgewise.runs.presets import NamedGraph
from edgewise.runs.table_output import predictions_of, write_table
from edgewise.runs.tables import TableGraph
from edgewise.tasks.config import TrainConfig, parse_toml, toml_lines
from edgewise.tasks.estimator import Estimator
from edgewise.tasks.link_predictor import LinkPredictor
from edgewise.tasks.models import MODELS
from edgewise.tasks.node_classifier import NodeClassifier
from edgewise.tasks.node_regressor import NodeRegressor
from edgewise.tasks.reports.nodes import kept_why
from edgewise.tasks.reports.seeds import with_seeds
from edgewise.tasks.seeds import SeedScores
from edgewise.viz.report import Score, write_report
from edgewise.viz.report.record import NodeReport, Report

__all__ = ["ESTIMATORS", "FinishedRun", "RunFolder", "latest_run", "new_run", "resumable_run", "train_run"]

_CHECKPOINT = "checkpoint.safetensors"
_WEIGHTS = "model.safetensors"

ESTIMATORS: dict[str, type[Estimator]] = {
    "classification": NodeClassifier,
    "regression": NodeRegressor,
    "link": LinkPredictor,
}
"""By the name of their task."""


@dataclass(frozen=True, kw_only=True)
class RunFolder:
    """Where a run lives, and its settings."""

    path: Path
    graph: str
    config: TrainConfig
    is_resumed: bool = False

    @property
    def checkpoint(self) -> Path:
        """The file that a killed run goes on from."""
        return self.path / _CHECKPOINT


@dataclass(frozen=True, kw_only=True)
class FinishedRun:
    """What a run found."""

    path: Path
    estimator: Any
    score: Score
    baselines: Sequence[Score]
    verdict: str
    seed_scores: Sequence[float]
    """Of every seed, the run's own first."""
    seconds: float = 0.0

    @property
    def spread(self) -> str | None:
        """Mean and standard deviation over seeds, where there are several."""
        return str(SeedScores(list(self.seed_scores))) if len(self.seed_scores) > 1 else None

    @property
    def kept(self) -> str:
        """Which epoch's weights were kept, and why."""
        return f"Kept epoch {self.estimator.best_epoch_} ({kept_why(self.estimator)})."


def new_run(graph: AnyGraph, config: TrainConfig, out: Path) -> RunFolder:
    """Make the first free ``out/<graph>-<model>-NNN`` with its ``config.toml``.

    Raises:
        FileError: The folder cannot be made.
    """
    make_folder(out)
    for number in itertools.count(1):
        path = out / f"{graph.name}-{config.model}-{number:03}"
        try:
            path.mkdir()  # Fails where another run was faster: two at once never share a folder.
        except FileExistsError:
            continue
        except OSError as error:
            raise FileError(
                f"train: expected a writable folder {out}, got one that is not ({error.strerror}). "
                "Choose another --out."
            ) from error
        break
    name, facts = graph.section
    _write(path / "config.toml", f"[{name}]\n{toml_lines(facts)}\n[train]\n{config.to_toml()}")
    return RunFolder(path=path, graph=graph.name, config=config)


def resumable_run(
    graph: str, overrides: Mapping[str, Any], out: Path, tables: Mapping[str, Any] | None = None
) -> RunFolder:
    """Find the newest run of a graph that was killed or interrupted.

    Args:
        graph: Name of the data set.
        tables: What the user says of their tables; the run must have begun with the same.
        overrides: Settings given anew; they must agree with the run's own.
        out: Folder of runs.

    Raises:
        ArgumentError: There is none, or a setting differs.
    """
    unfinished = [
        path
        for path in _runs(out)
        if path.name.startswith(f"{graph}-") and _is_unfinished(path) and _section(path, "tables") == tables
    ]
    if not unfinished:
        raise ArgumentError(
            f"train: expected an unfinished run of {graph} in {out}, got none. Leave --resume out to start a new run."
        )
    path = unfinished[-1]
    config = TrainConfig.from_mapping(_section(path, "train") or {})
    for name, value in overrides.items():
        if getattr(config, name) != value:
            raise ArgumentError(
                f"train: expected {name}={getattr(config, name)!r}, as {path} began, got {value!r}. "
                "Leave it out, or leave --resume out to start a new run."
            )
    return RunFolder(path=path, graph=graph, config=config, is_resumed=True)


def latest_run(out: Path) -> Path:
    """The folder of the newest complete run.

    Raises:
        ArgumentError: There is none.
    """
    complete = [path for path in _runs(out) if (path / "report.html").is_file()]
    if not complete:
        raise ArgumentError(f"open: expected a run in {out}, got none. Make one first: edgewise train karate.")
    return max(complete, key=lambda path: (path / "report.html").stat().st_mtime_ns)


def train_run(
    graph: AnyGraph, run: RunFolder, *, further_seeds: Sequence[int] = (), quiet: bool = False
) -> FinishedRun:
    """Train in a run folder and fill it.

    Args:
        graph: What to train on.
        run: From :func:`new_run` or :func:`resumable_run`.
        further_seeds: Trained without a folder; their spread is told beside the headline.
        quiet: Show no progress.

    Raises:
        EdgewiseError: Training failed; a new folder is removed again.
        KeyboardInterrupt: Ctrl-C was pressed; the checkpoint is kept, and the message says how to go on.
    """
    started = time.monotonic()
    try:
        estimator = _fitted(graph, run.config, quiet=quiet, checkpoint=run.checkpoint, resume=True)
        report = judge(graph, estimator, command(graph, run.config))
        seed_scores = [
            report.score.value,
            *(_fitted(graph, replace(run.config, seed=seed), quiet=quiet).score() for seed in further_seeds),
        ]
        report = with_seeds(report, SeedScores(seed_scores) if further_seeds else None)
        finished = FinishedRun(
            path=run.path,
            estimator=estimator,
            score=report.score,
            baselines=report.baselines,
            verdict=report.verdict,
            seed_scores=seed_scores,
        )
        _fill(graph, run, estimator, report)
        return replace(finished, seconds=time.monotonic() - started)
    except BaseException as error:
        _clean_up(graph, run, error)
        raise


def _fitted(graph: AnyGraph, config: TrainConfig, *, quiet: bool, **checkpoint: Any) -> Any:
    estimator: Any = ESTIMATORS[graph.task](**asdict(config), quiet=quiet)
    return estimator.fit(graph.data, **checkpoint)


def _clean_up(graph: AnyGraph, run: RunFolder, error: BaseException) -> None:
    """Leave a folder only where there is something to go on from; a full disk takes nothing away."""
    cannot_go_on = isinstance(error, EdgewiseError) and not isinstance(error, FileError)
    if not run.is_resumed and (cannot_go_on or not run.checkpoint.exists()):
        shutil.rmtree(run.path)
    elif isinstance(error, KeyboardInterrupt):
        named, *rest = graph.words if isinstance(graph, NamedGraph) else ["", *graph.words]
        words = ["edgewise", "train", *([named] if named else []), "--resume"]
        words += [] if run.path.parent == Path("runs") else ["--out", str(run.path.parent)]
        words += rest
        message = f"stopped; what is learnt is kept in {run.path}. Go on with: {shlex.join(words)}"
        raise KeyboardInterrupt(message) from error


def script(graph: NamedGraph, run: RunFolder, classifier: NodeClassifier) -> str:
    """A plain script that reproduces the run without this package's tasks."""
    template = importlib.resources.files("edgewise.runs").joinpath("train_template.py.txt").read_text(encoding="utf-8")
    config, (cls, further) = run.config, MODELS[run.config.model]
    home = "edgewise.nn" if cls.__module__.startswith("edgewise.nn.") else cls.__module__
    imports = sorted([*graph.imports.splitlines(), f"from {home} import {cls.__name__}"])
    drops = {"act": config.act, "dropout": config.dropout, "input_dropout": config.dropout}
    values = asdict(config) | {
        "name": run.path.name,
        "imports": "\n".join(imports),
        "model": cls.__name__,
        "settings": json.dumps(drops | further(config.hidden)),
        "expression": graph.expression,
        "in_channels": classifier.in_channels_,
        "num_classes": classifier.num_classes_,
    }
    return string.Template(template).substitute(values)


def command(graph: AnyGraph, config: TrainConfig) -> str:
    """The shell command that reproduces a run: only what differs from the preset is named."""
    named, *rest = graph.words
    words = ["edgewise", "train", named, *(rest if isinstance(graph, TableGraph) else [])]
    usual = asdict(graph.usual)
    for name, value in asdict(config).items():
        if value != usual[name] or name == "seed":
            words += [f"--{name.replace('_', '-')}", str(value)]
    return shlex.join(words + ([] if isinstance(graph, TableGraph) else rest))


def _fill(graph: AnyGraph, run: RunFolder, estimator: Any, report: Report) -> None:
    path = run.path
    estimator.save(path / _WEIGHTS)
    history = estimator.history_
    rows = (dict(zip(history, row, strict=True)) for row in zip(*history.values(), strict=True))
    _write(path / "metrics.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    if isinstance(graph, NamedGraph):
        _write(path / "train.py", script(graph, run, estimator))
    elif graph.task != "link":
        write_table(predictions_of(estimator, graph.data), path / "predictions.csv")
    if isinstance(report, NodeReport):
        write_pictures(report, path)
    write_report(report, path / "report.html")
    run.checkpoint.unlink(missing_ok=True)
    for leftover in path.glob(".*"):  # A killed process may have left a temporary file behind.
        leftover.unlink()


def _runs(out: Path) -> list[Path]:
    """Run folders, oldest first."""
    configs = sorted(out.glob("*/config.toml"), key=lambda config: (config.stat().st_mtime_ns, config.parent.name))
    return [config.parent for config in configs]


def _is_unfinished(path: Path) -> bool:
    return (path / _CHECKPOINT).exists() or not (path / _WEIGHTS).exists()


def _section(path: Path, name: str) -> dict[str, Any] | None:
    """A table of a run's ``config.toml``; ``None`` where it has none."""
    section: dict[str, Any] | None = parse_toml((path / "config.toml").read_text(encoding="utf-8")).get(name)
    return section


def _write(path: Path, text: str) -> None:
    with atomic_write(path) as temporary:
        temporary.write_text(text, encoding="utf-8")
