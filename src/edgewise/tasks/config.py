"""The settings of one training, checked once, written to and read from TOML. What they do is ``loop.py``'s business."""

import json
import math
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from edgewise._suggest import did_you_mean
from edgewise.errors import ArgumentError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

__all__ = ["TrainConfig", "parse_toml", "toml_lines"]

_WHOLE = {"hidden": 1, "layers": 1, "epochs": 1, "batch_size": 1, "seed": 0}
_AT_LEAST_ZERO = ("lr", "weight_decay")
SCHEDULES = ("cosine", "plateau")


@dataclass(frozen=True, kw_only=True)
class TrainConfig:
    """The settings of one training.

    Raises:
        ArgumentError: A value is outside its range; the message names it.

    Example:
        >>> TrainConfig(epochs=401).epochs
        401
    """

    model: str = "gcn"
    """Name of a built-in model, or the class name of the user's own module."""
    hidden: int = 16
    """Width of each hidden layer."""
    layers: int = 2
    """Number of layers: how many steps along edges a node sees."""
    act: str = "relu"
    """Activation between layers."""
    dropout: float = 0.5
    """Probability with which a built-in model drops input and hidden features in training."""
    lr: float = 0.01
    """Adam's step size."""
    weight_decay: float = 5e-4
    """L2 penalty on all weights."""
    epochs: int = 200
    """Passes over the whole graph, at most."""
    patience: int | None = None
    """Stop after so many epochs without a better validation metric; ``None`` runs them all."""
    schedule: str | None = None
    """Of the step size: ``"cosine"`` to 0, ``"plateau"`` halves it after 10 epochs without a better validation loss."""
    clip: float | None = None
    """Largest norm of all gradients together; longer ones are scaled down."""
    batch_size: int = 64
    """Examples a step, for tasks of many graphs; a single graph is trained on whole."""
    autocast: bool = False
    """Compute the forward pass in bfloat16 where that is safe."""
    seed: int = 0
    """Of the initial weights and of dropout."""

    def __post_init__(self) -> None:
        """Check every value, so that no later place has to."""
        for name, least in _WHOLE.items():
            _check_whole(name, getattr(self, name), least)
        if self.patience is not None:
            _check_whole("patience", self.patience, 1)
        for name in _AT_LEAST_ZERO:
            value = getattr(self, name)
            if not _is_number(value) or not 0 <= value < math.inf:
                raise ArgumentError(
                    f"TrainConfig: expected {name} >= 0, got {value!r}. Choose for example {name}=0.01."
                )
        if self.clip is not None and (not _is_number(self.clip) or not self.clip > 0):
            message = f"TrainConfig: expected clip > 0 or None, got {self.clip!r}. Choose for example clip=1."
            raise ArgumentError(message)
        if self.schedule is not None and self.schedule not in SCHEDULES:
            raise ArgumentError(
                f"TrainConfig: expected schedule among {', '.join(SCHEDULES)} or None, got {self.schedule!r}."
                f"{did_you_mean(str(self.schedule), SCHEDULES) or ' Choose one of these.'}"
            )
        if not _is_number(self.dropout) or not 0 <= self.dropout < 1:
            raise ArgumentError(
                f"TrainConfig: expected dropout in [0, 1), got {self.dropout!r}. It is the share of features left out."
            )

    def to_toml(self) -> str:
        """Write the settings as TOML, one line each; an absent ``patience`` is left out.

        Example:
            >>> TrainConfig.from_toml(TrainConfig(seed=3).to_toml()).seed
            3
        """
        return toml_lines(asdict(self))

    @classmethod
    def from_toml(cls, text: str) -> "TrainConfig":
        """Read what :meth:`to_toml` wrote.

        Raises:
            ArgumentError: The text is not TOML, or names an unknown setting.

        Example:
            >>> TrainConfig.from_toml("hidden = 8").hidden
            8
        """
        return cls.from_mapping(parse_toml(text))

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> "TrainConfig":
        """Build from a mapping of names to values.

        Raises:
            ArgumentError: A name is unknown.

        Example:
            >>> TrainConfig.from_mapping({"seed": 1}).seed
            1
        """
        known = [field.name for field in fields(cls)]
        for name in values:
            if name not in known:
                raise ArgumentError(
                    f"TrainConfig: expected a setting among {', '.join(known)}, got {name!r}."
                    f"{did_you_mean(name, known) or ' Remove or rename it.'}"
                )
        return cls(**values)


def toml_lines(values: Mapping[str, str | int | float | None]) -> str:
    """Write a flat table as TOML; ``None`` has no form there and is left out.

    Example:
        >>> print(toml_lines({"name": "karate", "patience": None, "lr": 0.01}), end="")
        name = "karate"
        lr = 0.01
    """
    # JSON's strings, integers and floats are TOML's.
    return "".join(f"{name} = {json.dumps(value)}\n" for name, value in values.items() if value is not None)


def parse_toml(text: str) -> dict[str, Any]:
    """Read TOML text.

    Raises:
        ArgumentError: The text is not TOML.

    Example:
        >>> parse_toml("lr = 0.01")
        {'lr': 0.01}
    """
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ArgumentError(f"parse_toml: expected TOML, got text that is not ({error}). Mend that line.") from error


def _check_whole(name: str, value: object, least: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise ArgumentError(f"TrainConfig: expected {name} a whole number >= {least}, got {value!r}. Choose another.")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
