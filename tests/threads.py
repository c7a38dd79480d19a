"""The same bits on any number of threads."""

import hashlib
from collections.abc import Callable, Iterable

import torch
from torch import Tensor

__all__ = ["check_same_bits"]


def check_same_bits(compute: Callable[[torch.Generator], Iterable[Tensor]]) -> None:
    """Fail unless one, two and three threads compute the same; ``compute`` makes its inputs anew from a generator."""
    before, digests = torch.get_num_threads(), set()
    try:
        for threads in (1, 2, 3):
            torch.set_num_threads(threads)
            digest = hashlib.sha256()
            for value in compute(torch.Generator().manual_seed(0)):
                digest.update(value.detach().numpy().tobytes())
            digests.add(digest.hexdigest())
    finally:
        torch.set_num_threads(before)
    assert len(digests) == 1
