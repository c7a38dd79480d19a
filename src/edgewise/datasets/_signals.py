"""What datasets of signals on graphs have in common: measurements of every node at regular times."""

from typing import Any

from edgewise._typing import Shaped, Tensor
from edgewise.datasets._public import PublicDataset
from edgewise.errors import ArgumentError, DataError

__all__ = ["SignalDataset", "signal_windows"]


def signal_windows(
    signal: Shaped[Tensor, "steps *sensors"], history: int, horizon: int, step: int = 1
) -> tuple[Shaped[Tensor, "windows history *sensors"], Shaped[Tensor, "windows horizon *sensors"]]:
    """Return what is known and what follows, for every place of a window in a signal.

    Args:
        signal: Measurements ``[steps, nodes, ...]``.
        history: How many steps are known.
        horizon: How many steps after them are asked for.
        step: How far apart windows begin.

    Raises:
        ArgumentError: A length below 1, or longer together than the signal.

    Shape:
        ``[windows, history, nodes, ...]`` and ``[windows, horizon, nodes, ...]``, in the order of time: cut them by
        their first axis into training, validation and test, with ``history + horizon - 1`` windows left out between.

    Cost: nothing is copied; both are views of the signal.

    Example:
        >>> import torch
        >>> known, asked = signal_windows(torch.arange(5), history=2, horizon=1)
        >>> known.tolist(), asked.tolist()
        ([[0, 1], [1, 2], [2, 3]], [[2], [3], [4]])
    """
    steps = signal.shape[0]
    if min(history, horizon, step) < 1 or history + horizon > steps:
        message = (
            f"windows: expected history, horizon and step of 1 or more, and history + horizon within {steps} steps, "
            f"got {history}, {horizon} and {step}. Take shorter windows."
        )
        raise ArgumentError(message)
    both = signal.unfold(0, history + horizon, step).movedim(-1, 1)
    return both[:, :history], both[:, history:]


class SignalDataset(PublicDataset):
    """Base of datasets of one graph with a ``signal`` ``[steps, nodes]``."""

    def windows(
        self, history: int, horizon: int, step: int = 1
    ) -> tuple[Shaped[Tensor, "windows history *sensors"], Shaped[Tensor, "windows horizon *sensors"]]:
        """Return what is known and what follows, for every place of a window: see :func:`signal_windows`.

        Args:
            history: How many steps are known.
            horizon: How many steps after them are asked for.
            step: How far apart windows begin.

        Raises:
            ArgumentError: A length below 1, or longer together than the signal.
            DataError: There is no signal.
        """
        signal = getattr(self[0], "signal", None)
        if signal is None:
            message = (
                f"{type(self).__name__}.windows: expected a signal, got the graph alone. Give the file of the signal."
            )
            raise DataError(message)
        return signal_windows(signal, history, horizon, step)

    def counted(self, graphs: list[Any]) -> dict[str, int]:
        """Count nodes and edges, and steps where there is a signal."""
        signal = getattr(graphs[0], "signal", None)
        return {**super().counted(graphs), **({} if signal is None else {"steps": int(signal.shape[0])})}
