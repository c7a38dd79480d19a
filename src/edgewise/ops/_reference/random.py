"""The random numbers of ``csrc/core/random.h`` in plain torch: a function of seed, row and column alone."""

import torch
from torch import Tensor

__all__ = ["keep_scale"]

_WORD = 0xFFFFFFFF


def _mix(z: Tensor) -> Tensor:
    """The finaliser of splitmix64 on int64, whose products wrap as those of uint64 do."""
    z = (z ^ _shift(z, 30)) * -4658895280553007687
    z = (z ^ _shift(z, 27)) * -7723592293110705685
    return z ^ _shift(z, 31)


def _shift(z: Tensor, bits: int) -> Tensor:
    """Shift right, filling with zeros."""
    return (z >> bits) & ((1 << (64 - bits)) - 1)


def keep_scale(seed: Tensor | None, rows: int, columns: int, p: float, like: Tensor) -> Tensor:
    """``[rows, columns]``: 0 with probability ``p``, else ``1 / (1 - p)``, in the dtype and device of ``like``."""
    if p == 0 or seed is None:
        return like.new_ones(rows, columns)
    golden = -7046029254386353131
    device = like.device
    key = _mix(_mix(seed.to(device) + golden) + torch.arange(rows, device=device) * golden).unsqueeze(1)
    h = ((key & _WORD) + torch.arange(columns, device=device) * 0x9E3779B9) & _WORD
    h = ((h ^ (h >> 16)) * 0x21F0AAAD) & _WORD
    h = h ^ _shift(key, 32)
    h = ((h ^ (h >> 15)) * 0x735A2D97) & _WORD
    h = h ^ (h >> 15)
    threshold = _WORD if p >= 1 else int(p * 2**32)
    scale = 0.0 if p >= 1 else 1 / (1 - p)
    return (h >= threshold).to(like.dtype) * scale
