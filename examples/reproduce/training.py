"""The loop of the papers on one graph: full batches, Adam, and one of their four ways to stop."""

import copy
import statistics
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from edgewise.data import Data
from edgewise.ops import dropout, sparse_rows

__all__ = ["accuracy", "multiply", "train"]


def accuracy(out: Tensor, y: Tensor) -> float:
    """Return the percentage of rows whose highest score is the label's."""
    return 100 * float((out.argmax(1) == y).float().mean())


def multiply(x: Tensor, lin: torch.nn.Module, p: float) -> Tensor:
    """Return ``lin(dropout(x, p))``, from the non-zero entries of ``x`` where those are few: ten times faster."""
    packed = sparse_rows(x)
    if packed is None:
        return lin(dropout(x, p))
    out = packed.matmul(lin.weight.t(), p)
    return out if lin.bias is None else out + lin.bias


def train(
    model: torch.nn.Module,
    forward: Callable[[], Tensor],
    data: Data,
    groups: Sequence[dict[str, Any]],
    *,
    lr: float,
    epochs: int,
    stop: str,
    patience: int,
) -> Tensor:
    """Train, and return the class scores of every node under the weights that were kept.

    Args:
        model: Changed in place.
        forward: Calls the model on the whole graph.
        data: With ``y``, ``train_mask`` and ``val_mask``.
        groups: Parameters with their weight decay, as torch's optimisers take them.
        lr: Adam's step size.
        epochs: At most.
        stop: ``"window"``: at the first loss above the mean of the last ``patience``, and the last weights are kept
            (Kipf & Welling). ``"loss"``: the lowest loss is kept (Chen et al.). ``"both"``: weights are kept where
            accuracy and loss are both the best so far (Veličković et al.). ``"either"``: the best accuracy, then the
            lowest loss, is kept (Gasteiger et al.). The last two wait as long as either gets better.
        patience: Epochs without anything better, in validation.
    """
    optimizer = torch.optim.Adam(groups, lr=lr, fused=True)
    rule = Stop(stop, patience)
    kept = copy.deepcopy(model.state_dict())
    for _ in range(epochs):
        model.train()
        optimizer.zero_grad()
        cross_entropy(forward()[data.train_mask], data.y[data.train_mask]).backward()
        optimizer.step()
        out = evaluate(model, forward)[data.val_mask]
        loss = float(cross_entropy(out, data.y[data.val_mask]))
        if stop == "window":
            loss += _decay(groups)
        if rule.keeps(loss, accuracy(out, data.y[data.val_mask])):
            kept = copy.deepcopy(model.state_dict())
        if rule.is_over:
            break
    model.load_state_dict(kept)
    return evaluate(model, forward)


@torch.no_grad()
def evaluate(model: torch.nn.Module, forward: Callable[[], Tensor]) -> Tensor:
    """Return what the model says without dropout."""
    model.eval()
    return forward()


class Stop:
    """When to stop, and which weights to keep. See :func:`train`."""

    def __init__(self, rule: str, patience: int) -> None:
        self.rule, self.patience = rule, patience
        self.losses: list[float] = []
        self.least, self.most = float("inf"), -1.0  # best loss and accuracy, each on its own
        self.best = (-1.0, -float("inf"))  # accuracy, then loss, of what "either" kept
        self.waited = 0
        self.is_over = False

    def keeps(self, loss: float, accuracy: float) -> bool:
        """Take in an epoch; return whether its weights are the ones to keep."""
        self.losses.append(loss)
        if self.rule == "window":
            before = self.losses[-self.patience - 1 : -1]
            self.is_over = len(self.losses) > self.patience + 1 and loss > statistics.mean(before)
            return True
        lower, higher = loss < self.least, accuracy > self.most
        not_worse = loss <= self.least and accuracy >= self.most
        self.least, self.most = min(loss, self.least), max(accuracy, self.most)
        is_better = lower if self.rule == "loss" else lower or higher
        self.waited = 0 if is_better else self.waited + 1
        self.is_over = self.waited >= self.patience
        if self.rule == "loss":
            return lower
        if self.rule == "both":
            return not_worse
        keep = (accuracy, -loss) > self.best
        self.best = max(self.best, (accuracy, -loss))
        return keep


def _decay(groups: Sequence[dict[str, Any]]) -> float:
    """The penalty on the weights, which Kipf & Welling's validation loss contains."""
    parts = [group["weight_decay"] / 2 * p.detach().square().sum() for group in groups for p in group["params"]]
    return float(sum(parts))
