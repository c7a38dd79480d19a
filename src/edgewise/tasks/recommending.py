"""The best partners of each thing, those that are known already left out."""

from collections.abc import Callable

import torch

from edgewise._typing import Float, Int, Tensor
from edgewise.nn.models._pairs import KnownPairs

__all__ = ["best_new"]


def best_new(
    score: Callable[[Tensor], Tensor], things: Int[Tensor, " things"], known: KnownPairs | None, k: int, at_once: int
) -> tuple[Int[Tensor, "things k"], Float[Tensor, "things k"]]:
    """Return the ``k`` partners of highest score for each thing, and the scores; ``-inf`` where fewer are new.

    Args:
        score: Returns ``[some, partners]`` for some things.
        things: Numbers of those to serve.
        known: Pairs of a thing and a partner that are left out.
        k: How many partners.
        at_once: How many things are scored at a time.

    Example:
        >>> table = torch.tensor([[3.0, 1.0, 2.0]])
        >>> known = KnownPairs(torch.tensor([0]), torch.tensor([0]))
        >>> best_new(lambda some: table[some].clone(), torch.tensor([0]), known, 2, 8)[0].tolist()
        [[2, 1]]
    """
    found = []
    for block in things.split(max(1, at_once)):
        scores = score(block)
        if known is not None:
            scores[known.of(block.long())] = -torch.inf
        found.append(scores.topk(k))
    if not found:
        return things.new_empty(0, k), torch.empty(0, k, device=things.device)
    return torch.cat([part.indices for part in found]), torch.cat([part.values for part in found])
