"""The history of a training in TensorBoard, epoch by epoch."""

from pathlib import Path
from typing import Any

from edgewise.errors import MissingPackageError

__all__ = ["TensorBoard"]


class TensorBoard:
    """A callback that writes each epoch's losses and metrics for TensorBoard (``pip install edgewise[tensorboard]``).

    Args:
        folder: Where to write; look at it with ``tensorboard --logdir folder``.

    Raises:
        MissingPackageError: TensorBoard is not installed.

    Example:
        >>> import tempfile
        >>> from pathlib import Path
        >>> from edgewise.datasets import KarateClub
        >>> from edgewise.tasks import NodeClassifier
        >>> folder = Path(tempfile.mkdtemp())
        >>> fitted = NodeClassifier(epochs=3, quiet=True, callbacks=[TensorBoard(folder)]).fit(KarateClub()[0])
        >>> len(list(folder.glob("events.*")))
        1
    """

    def __init__(self, folder: str | Path) -> None:
        try:
            from torch.utils.tensorboard import SummaryWriter
        except ImportError as error:
            message = 'TensorBoard: expected the package tensorboard, got none. pip install "edgewise[tensorboard]".'
            raise MissingPackageError(message) from error
        self._writer = SummaryWriter(str(folder))

    def __call__(self, row: dict[str, Any]) -> None:
        """Write one row of ``history_``; called by the training."""
        for name, value in row.items():
            if name != "epoch" and value is not None:
                self._writer.add_scalar(name, value, row["epoch"])
        # A training may end with any row, by patience or Ctrl-C: none waits in a buffer.
        self._writer.flush()
