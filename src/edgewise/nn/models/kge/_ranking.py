"""Where the true node of a triple stands among all nodes, by score."""

import torch

from edgewise._typing import Float, Int, Tensor

__all__ = ["rank_of"]


def rank_of(
    scores: Float[Tensor, "triples nodes"], true: Int[Tensor, " triples"], known: tuple[Tensor, Tensor] | None
) -> Float[Tensor, " triples"]:
    """Return how many nodes score higher than the true one, from 0; nodes that score the same count half.

    Args:
        scores: Changed in place where pairs are known.
        true: The true node of each row.
        known: Rows and columns that do not count.
    """
    rows = torch.arange(true.shape[0], device=true.device)
    mine = scores[rows, true].unsqueeze(1)
    if known is not None:
        scores[known] = -torch.inf
        scores[rows, true] = mine.squeeze(1)
    # Counted from below, so that a score that is not a number puts its triple last and never first.
    lower, equal = (scores < mine).sum(1), (scores == mine).sum(1)
    return scores.shape[1] - lower - (equal.double() + 1) / 2
