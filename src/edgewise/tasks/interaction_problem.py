"""Checks at the door of interactions: two worlds, pairs of them with answers, and parts that do not leak."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from edgewise._suggest import did_you_mean
from edgewise._typing import Float, Int, Tensor
from edgewise.errors import ArgumentError, DataError, DTypeError, NodeIndexError, ShapeError
from edgewise.tasks.given import pair_numbers, tensor_of
from edgewise.tasks.grouped_split import draw_parts, pair_groups, shared_group
from edgewise.tasks.interaction_members import Members
from edgewise.tasks.loop import Outputs, Picture
from edgewise.tasks.targets import Target, target_of

__all__ = ["SPLITS", "InteractionProblem", "answers_of", "check_pairs", "interaction_problem"]

SPLITS = ("random", "left", "right")


@dataclass(kw_only=True)
class InteractionProblem:
    """A checked problem on pairs of two worlds. See :class:`~edgewise.tasks.loop.Problem`."""

    left: Members
    right: Members
    pairs: Int[Tensor, "2 pairs"]
    y: Float[Tensor, "pairs 1"]
    train: Int[Tensor, " train"]
    """Which pairs are learnt from."""
    val: Int[Tensor, " val"]
    test: Int[Tensor, " test"]
    target: Target
    batch_size: int
    grouped: str = "random"
    """What the pairs of a batch have in common: nothing, or members of the ``"left"`` or ``"right"`` side."""

    @property
    def device(self) -> torch.device:
        """Where it is computed."""
        return self.pairs.device

    @property
    def dtype(self) -> torch.dtype:
        """Of floating features, graphs before matrices; float32 where there are none."""
        found = [members.dtype() for members in sorted((self.left, self.right), key=lambda side: side.kind != "graphs")]
        return next((dtype for dtype in found if dtype is not None), torch.float32)

    @property
    def has_validation(self) -> bool:
        """Whether there are pairs to choose the epoch by."""
        return len(self.val) > 0

    def check(self, model: Any) -> int:
        """Call the model on a few pairs, which gives lazy layers their weights; return how wide its output is."""
        out: Tensor = model.say(self.left, self.right, self.pairs[:, self.train[:2]])
        return out.shape[1]

    def batches(self) -> Iterator[Tensor]:
        """Yield numbers of pairs, in a new order; where they are grouped, those of one member one after the other."""
        chosen = self.train[torch.randperm(len(self.train), device=self.device)]
        if self.grouped != "random":
            row, members = (0, self.left) if self.grouped == "left" else (1, self.right)
            turn = torch.randperm(len(members), device=self.device)
            chosen = chosen[turn[self.pairs[row, chosen]].argsort(stable=True)]
        yield from chosen.split(self.batch_size)

    def learn(self, model: Any, batch: Tensor) -> tuple[Tensor, Tensor]:
        """Return outputs and answers of the pairs of a batch."""
        return model(self.left, self.right, self.pairs[:, batch]), self.y[batch]

    def outputs(self, model: Any) -> Outputs:
        """Return what the model says of the pairs that are not learnt from."""
        judged = torch.cat([self.val, self.test])
        if not len(judged):
            return Outputs({})
        out = model.say(self.left, self.right, self.pairs[:, judged]).split([len(self.val), len(self.test)])
        parts = {"val": (out[0], self.y[self.val]), "test": (out[1], self.y[self.test])}
        return Outputs({name: part for name, part in parts.items() if len(part[1])})

    def picture(self, model: nn.Module, outputs: Outputs) -> Picture | None:
        """Return nothing."""
        return None

    def contents(self) -> Iterator[tuple[str, Tensor]]:
        """Yield every tensor that the result depends on."""
        for name in ("pairs", "y", "train", "val", "test"):
            yield name, getattr(self, name)
        for side, members in (("left", self.left), ("right", self.right)):
            for name, value in members.contents():
                yield f"{side}/{name}", value


def interaction_problem(
    left: Members,
    right: Members,
    pairs: Any,
    y: Any,
    val: Any = None,
    test: Any = None,
    *,
    split: str = "random",
    batches: str = "random",
    numbers: bool | None = None,
    class_weight: str | Sequence[float] | None = None,
    batch_size: int = 512,
    seed: int = 0,
    function: str = "fit",
) -> InteractionProblem:
    """Check pairs and answers, and part them.

    Args:
        left: Members that row 0 of ``pairs`` numbers.
        right: Members that row 1 numbers.
        pairs: ``[2, pairs]``.
        y: An answer for each pair: numbers (floating) or 0 and 1; NaN where unknown.
        val: Which pairs choose the epoch: positions or a mask.
        test: Which are scored.
        split: How they are drawn where neither is given: ``"random"`` pairs, or whole members of one side.
        batches: What the pairs of a step have in common: nothing, or members of one side.
        numbers: Learn ``y`` as numbers. ``None``: where it is floating.
        class_weight: What a yes counts in the loss.
        batch_size: Pairs a step.
        seed: Of what is drawn.
        function: Named in errors.

    Raises:
        NodeIndexError: A pair names a member that there is not.
        ShapeError: ``pairs`` is not ``[2, pairs]``, or ``y`` not one answer a pair.
        DataError: No answer is known, the same pair is in two parts, or nothing is left to learn from.
        ArgumentError: An unknown way to split or to group.

    Cost: a few sorts of the pairs.
    """
    for name, value in (("split", split), ("batches", batches)):
        if value not in SPLITS:
            hint = did_you_mean(str(value), SPLITS) or " Pass one of those."
            raise ArgumentError(
                f"InteractionPredictor: expected {name} among {', '.join(SPLITS)}, got {value!r}.{hint}"
            )
    pairs = check_pairs(pairs, left, right, function)
    answers, target = answers_of(y, pairs.shape[1], function, numbers=numbers, class_weight=class_weight)
    answers = answers.to(pairs.device)
    known = target.known(answers)
    if not known.any():
        raise DataError(f"{function}: expected answers in y, got none that is known. Give some pairs one.")
    if val is None and test is None:
        row = {"left": pairs[0], "right": pairs[1]}
        group = pair_groups(pairs, is_undirected=False) if split == "random" else row[split]
        rows = known.nonzero().squeeze(1)
        train, val, test = (rows[part] for part in draw_parts(group[rows], 0.8, 0.1, seed))
    else:
        train, val, test = _given_parts(pairs, known, val, test, function)
    if not len(train):
        raise DataError(f"{function}: expected pairs to learn from, got none. Leave some out of val and test.")
    if target.kind == "numbers":  # by mean and spread of what is learnt from
        target = target_of(answers[train], function, "y", numbers=True)
    return InteractionProblem(
        left=left, right=right, pairs=pairs, y=answers, train=train, val=val, test=test, target=target,
        batch_size=batch_size, grouped=batches,
    )  # fmt: skip


def check_pairs(pairs: Any, left: Members, right: Members, function: str) -> Int[Tensor, "2 pairs"]:
    """Return pairs as a tensor of numbers of members that there are.

    Raises:
        ShapeError: They are not ``[2, pairs]``.
        DTypeError: They are not whole numbers.
        NodeIndexError: A number is none of a member.
    """
    found = pair_numbers(pairs, function, "Row 0 = left, row 1 = right.")
    for row, (side, members) in enumerate((("left", left), ("right", right))):
        wrong = (found[row] < 0) | (found[row] >= len(members))
        if wrong.any():
            pair = int(wrong.nonzero()[0])
            raise NodeIndexError(
                f"{function}: expected pairs[{row}] in 0..{len(members) - 1}, got {int(found[row, pair])} in "
                f"pair {pair}. Row {row} numbers the {len(members)} members of {side}."
            )
    return found


def answers_of(
    y: Any,
    count: int,
    function: str,
    *,
    numbers: bool | None = None,
    class_weight: str | Sequence[float] | None = None,
) -> tuple[Float[Tensor, "pairs 1"], Target]:
    """Return one answer a pair, and what is learnt of them.

    Raises:
        ShapeError: There is not one a pair.
        DataError: Whole numbers that are not 0 and 1, or an infinite one.
    """
    y = tensor_of(y, "y", function)
    if list(y.shape) not in ([count], [count, 1]):
        raise ShapeError(f"{function}: expected y [{count}], one answer a pair, got {list(y.shape)}. Give as many.")
    numbers = y.is_floating_point() if numbers is None else numbers
    if not numbers and not y.is_floating_point() and y.dtype != torch.bool and ((y != 0) & (y != 1)).any():
        pair = int(((y != 0) & (y != 1)).reshape(-1).nonzero()[0])
        message = f"{function}: expected 0 or 1 in whole y, got {int(y.reshape(-1)[pair])} for pair {pair}."
        raise DataError(f"{message} Pass numbers=True or y.float() to learn numbers.")
    answers = y.reshape(-1, 1) if y.is_floating_point() else y.reshape(-1, 1).float()
    return answers, target_of(answers, function, "y", numbers=numbers, class_weight=class_weight)


def _given_parts(pairs: Tensor, known: Tensor, val: Any, test: Any, function: str) -> tuple[Tensor, Tensor, Tensor]:
    masks = {name: _as_mask(part, name, pairs, function) & known for name, part in (("val", val), ("test", test))}
    both = (masks["val"] & masks["test"]).nonzero()
    if len(both):
        message = f"{function}: expected every pair in one part, got pair {int(both[0])} in val and test."
        raise DataError(f"{message} Take it out of one.")
    masks = {"train": known & ~masks["val"] & ~masks["test"], **masks}
    if shared := shared_group(pair_groups(pairs, is_undirected=False), masks):
        name, row, other, at = shared
        raise DataError(
            f"{function}: expected every pair in one part, got pair {row} ({int(pairs[0, row])}, {int(pairs[1, row])}) "
            f"in {name} and again as pair {at} in {other}. Put both into one."
        )
    train, val, test = (mask.nonzero().squeeze(1) for mask in masks.values())
    return train, val, test


def _as_mask(part: Any, name: str, pairs: Tensor, function: str) -> Tensor:
    count = pairs.shape[1]
    mask = torch.zeros(count, dtype=torch.bool, device=pairs.device)
    if part is None:
        return mask
    part = torch.as_tensor(part, device=pairs.device)
    if part.dtype == torch.bool and list(part.shape) == [count]:
        mask |= part
        return mask
    if part.dim() != 1 or part.dtype not in (torch.int32, torch.int64):
        got = f"{str(part.dtype).removeprefix('torch.')} {list(part.shape)}"
        message = f"{function}: expected {name} as positions or a mask of pairs, got {got}."
        raise DTypeError(f"{message} Whole numbers below {count}, or {count} booleans.")
    wrong = part[(part < 0) | (part >= count)]
    if len(wrong):
        message = f"{function}: expected {name} in 0..{count - 1}, positions of pairs, got {int(wrong[0])}."
        raise NodeIndexError(f"{message} There are {count} pairs.")
    mask[part.long()] = True
    return mask
