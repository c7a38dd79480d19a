"""Runs a training to its end or its interruption: progress, checkpoints, Ctrl-C, and its own random generator."""

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import torch

from edgewise._memory import KeptMemory
from edgewise.tasks.checkpoint import save_checkpoint
from edgewise.tasks.loop import Training
from edgewise.tasks.progress import show_progress

__all__ = ["own_generator", "run_training"]

CHECKPOINT_EVERY_S = 1.0


def run_training(training: Training, name: str, checkpoint: Path | None, *, quiet: bool) -> bool:
    """Train until finished, or until Ctrl-C; return whether it finished.

    The best weights are in the model afterwards, and the checkpoint is up to date, in either case.

    Args:
        training: Where it stands; changed in place.
        name: Shown by the progress bar.
        checkpoint: Written after the first epoch, then at most once a second, and at the end.
        quiet: Show no progress.
    """
    written = -CHECKPOINT_EVERY_S
    progress = show_progress(training.config.epochs, name, quiet=quiet)
    with KeptMemory() as memory, _interruptions() as is_interrupted, progress as tell:
        while not training.is_finished and not is_interrupted():
            tell(training.epoch + 1, training.run_epoch())
            if time.monotonic() - written >= CHECKPOINT_EVERY_S:
                memory.bound()
                if checkpoint is not None:
                    save_checkpoint(training, checkpoint)
                written = time.monotonic()
        if checkpoint is not None:
            save_checkpoint(training, checkpoint)
    if training.epoch > 0:
        training.keep_best()
    return training.is_finished


@contextmanager
def own_generator(seed: int, device: torch.device) -> Iterator[None]:
    """Seed torch's generators for the block, then put the caller's back.

    Example:
        >>> before = torch.get_rng_state()
        >>> with own_generator(0, torch.device("cpu")):
        ...     _ = torch.rand(3)
        >>> torch.equal(before, torch.get_rng_state())
        True
    """
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        torch.default_generator.manual_seed(seed)
        if device.type == "cuda":
            with torch.cuda.device(device):
                torch.cuda.manual_seed(seed)
        yield


@contextmanager
def _interruptions() -> Iterator[Callable[[], bool]]:
    """Yield a question: was Ctrl-C pressed? An epoch is never cut in two, so the state on disk is whole.

    A second Ctrl-C interrupts at once. Only the main thread receives signals; elsewhere the answer stays no.
    """
    pressed = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield pressed.is_set
        return
    previous = signal.getsignal(signal.SIGINT)

    def remember(number: int, frame: FrameType | None) -> None:
        if pressed.is_set():
            raise KeyboardInterrupt
        pressed.set()

    signal.signal(signal.SIGINT, remember)
    try:
        yield pressed.is_set
    finally:
        signal.signal(signal.SIGINT, previous)
