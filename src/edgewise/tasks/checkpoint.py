"""A training on disk: everything the next epoch depends on, in one safetensors file. Loading runs no code."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from edgewise._files import atomic_write
from edgewise._typing import Tensor
from edgewise.errors import DataError, FileError
from edgewise.tasks.loop import Best, Problem, Snapshots, Training

__all__ = ["load_checkpoint", "load_tensors", "save_checkpoint", "save_tensors"]


def save_tensors(path: Path, tensors: Mapping[str, Tensor], facts: Mapping[str, Any]) -> None:
    """Write tensors and JSON facts into one safetensors file, whole or not at all.

    Raises:
        FileError: The folder cannot be written.

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / "a.safetensors"
        >>> save_tensors(path, {"w": torch.ones(2)}, {"epoch": 3})
        >>> load_tensors(path, "load")[1]
        {'epoch': 3}
    """
    # Clones, because safetensors refuses tensors that share memory (tied weights do).
    copies = {name: value.detach().cpu().contiguous().clone() for name, value in tensors.items()}
    try:
        with atomic_write(path) as temporary:
            save_file(copies, temporary, metadata={"edgewise": json.dumps(facts)})
    except (SafetensorError, OSError) as error:
        if isinstance(error, FileError):
            raise
        raise FileError(f"save: expected room for {path}, got none ({error}). Free some and try again.") from error


def load_tensors(path: Path, function: str) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Read what :func:`save_tensors` wrote.

    Raises:
        FileError: The file is missing, truncated, or not one of edgewise's.
    """
    if not path.is_file():
        raise FileError(f"{function}: expected a file at {path}, got none. Check the path.")
    try:
        with safe_open(path, framework="pt") as file:
            facts = json.loads((file.metadata() or {})["edgewise"])
            return {name: file.get_tensor(name) for name in file.keys()}, facts  # noqa: SIM118
    except (SafetensorError, KeyError, ValueError) as error:
        raise FileError(
            f"{function}: expected a safetensors file written by edgewise, got {path}, which is broken or another's "
            f"({type(error).__name__}). Remove it and start anew."
        ) from error


def save_checkpoint(training: Training, path: Path) -> None:
    """Write the state between two epochs."""
    best, snapshots = training.best, training.snapshots
    tensors = {f"model/{name}": value for name, value in training.model.state_dict().items()}
    tensors |= {f"best/{name}": value for name, value in best.weights.items()}
    for index, state in training.optimizer.state_dict()["state"].items():
        tensors |= {f"adam/{index}/{name}": value for name, value in state.items()}
    tensors |= {f"rng/{name}": value for name, value in _rng_state(training.problem).items()}
    if snapshots.epochs:
        tensors["snapshots/embedding"] = torch.stack(snapshots.embedding)
        tensors["snapshots/prediction"] = torch.stack(snapshots.prediction)
    facts = _identity(training) | {
        "epoch": training.epoch,
        "history": training.history,
        "best": [best.epoch, best.score, best.loss],
        "lr": [group["lr"] for group in training.optimizer.param_groups],
        "schedule": None if training.schedule is None else training.schedule.state_dict(),
        "snapshots": snapshots.epochs,
    }
    save_tensors(path, tensors, facts)


def load_checkpoint(training: Training, path: Path) -> None:
    """Put a fresh training, and torch's random generators, where the checkpoint left off.

    Raises:
        DataError: The checkpoint is of another run; the message says what differs.
        FileError: The file is broken.
    """
    tensors, facts = load_tensors(path, "fit")
    _check_identity(training, facts, tensors, path)
    device = training.problem.device
    group = _grouped(tensors)
    training.model.load_state_dict(group["model"])
    adam: dict[int, dict[str, Tensor]] = {}
    for key, value in group.get("adam", {}).items():
        index, _, name = key.partition("/")
        adam.setdefault(int(index), {})[name] = value
    state = training.optimizer.state_dict()
    groups = [{**group, "lr": lr} for group, lr in zip(state["param_groups"], facts["lr"], strict=True)]
    training.optimizer.load_state_dict({"state": adam, "param_groups": groups})
    if training.schedule is not None:
        training.schedule.load_state_dict(facts["schedule"])
    epoch, score, loss = facts["best"]
    best_weights = {name: value.to(device) for name, value in group.get("best", {}).items()}
    training.best = Best(epoch, score, loss, best_weights)
    pictures = {name: list(value.to(device)) for name, value in group.get("snapshots", {}).items()}
    training.snapshots = Snapshots(facts["snapshots"], pictures.get("embedding", []), pictures.get("prediction", []))
    training.epoch, training.history = facts["epoch"], facts["history"]
    _set_rng_state(group["rng"], training.problem)


def _identity(training: Training) -> dict[str, Any]:
    return {"kind": "checkpoint", "config": asdict(training.config), "data": _digest(training.problem)}


def _digest(problem: Problem) -> str:
    digest = hashlib.sha256(json.dumps(problem.target.facts()).encode())
    for name, tensor in problem.contents():
        digest.update(f"{name} {tensor.dtype} {list(tensor.shape)}".encode())
        digest.update(tensor.detach().cpu().contiguous().view(-1).view(torch.uint8).numpy().data)
    return digest.hexdigest()


def _check_identity(training: Training, facts: dict[str, Any], tensors: dict[str, Tensor], path: Path) -> None:
    here = _identity(training)
    repair = f"Use the same settings and data, or remove {path} to start anew."
    if facts.get("kind") != here["kind"]:
        raise FileError(f"fit: expected a checkpoint, got {path}, which is another kind of file. {repair}")
    there = facts["config"]
    differing = [
        f"{name}={there.get(name)} (now {value})" for name, value in here["config"].items() if there.get(name) != value
    ]
    if differing:
        raise DataError(f"fit: expected a checkpoint of this run, got one of {', '.join(differing)}. {repair}")
    if facts["data"] != here["data"]:
        raise DataError(f"fit: expected a checkpoint of this run, got one of other data. {repair}")
    shapes = {f"model/{name}": value.shape for name, value in training.model.state_dict().items()}
    if shapes != {name: value.shape for name, value in tensors.items() if name.startswith("model/")}:
        raise DataError(f"fit: expected a checkpoint of this run, got one of a model with other layers. {repair}")


def _grouped(tensors: dict[str, Tensor]) -> dict[str, dict[str, Tensor]]:
    group: dict[str, dict[str, Tensor]] = {}
    for key, value in tensors.items():
        prefix, _, name = key.partition("/")
        group.setdefault(prefix, {})[name] = value
    return group


def _rng_state(problem: Problem) -> dict[str, Tensor]:
    state = {"cpu": torch.get_rng_state()}
    if problem.device.type == "cuda":
        state["cuda"] = torch.cuda.get_rng_state(problem.device)
    return state


def _set_rng_state(state: dict[str, Tensor], problem: Problem) -> None:
    torch.set_rng_state(state["cpu"])
    if problem.device.type == "cuda":
        torch.cuda.set_rng_state(state["cuda"], problem.device)
