"""Pairs of two worlds: how strongly a drug binds a protein, how a person rates a film."""

import copy
from pathlib import Path
from typing import Any, ClassVar

import torch
from torch import nn

from edgewise._typing import Float, Int, Tensor
from edgewise.errors import ArgumentError
from edgewise.nn.models._pairs import KnownPairs
from edgewise.tasks.calling import plan_of
from edgewise.tasks.config import TrainConfig
from edgewise.tasks.estimator import Estimator
from edgewise.tasks.given import node_numbers
from edgewise.tasks.graph_models import GRAPH_MODELS, check_readout
from edgewise.tasks.graph_problem import in_order
from edgewise.tasks.interaction_members import Graphs, Members, members_of
from edgewise.tasks.interaction_models import (
    MEMBERS_AT_ONCE,
    PAIRS_AT_ONCE,
    InteractionModel,
    build_encoder,
    encode_all,
)
from edgewise.tasks.interaction_problem import InteractionProblem, answers_of, check_pairs, interaction_problem
from edgewise.tasks.loop import Training
from edgewise.tasks.pair_head import PairHead
from edgewise.tasks.recommending import best_new
from edgewise.tasks.seeds import SeedScores
from edgewise.tasks.targets import Target

__all__ = ["InteractionPredictor"]

_SIDES = ("left", "right")


class InteractionPredictor(Estimator):
    r"""Learn a number, or yes or no, of pairs from two worlds: drugs and proteins, users and films.

    .. math:: f(i, j) = \mathrm{MLP}([\mathrm{left}(i) \,\|\, \mathrm{right}(j)])

    Either side is one of four: graphs, such as molecules, are encoded by message passing and a readout; strings, such
    as protein sequences, by convolutions along their characters; rows of numbers by a perceptron; and things of which
    only their number is known by an embedding each. A member is encoded once a step, in however many pairs it is.
    Answers that are numbers are standardised and learnt by squared error; 0 and 1 by binary cross entropy.

    Args:
        model: For sides that are graphs: ``"gine"`` (which reads edge features where there are any), ``"gin"``,
            ``"gcn"``, ``"sage"``, ``"gat"``, ``"mlp"``, or any ``torch.nn.Module`` with
            ``forward(x, edge_index, batch)`` that returns one row a graph; each side has a copy of its own.
        numbers: Learn ``y`` as numbers. ``None``: where it is floating.
        split: How pairs are parted where ``fit`` is not told: 80, 10 and 10 % of ``"random"`` pairs; or of all members
            on the ``"left"`` or ``"right"`` with all of their pairs, so that the score is that of new members.
        batches: What the pairs of a step have in common: nothing (``"random"``), or members of the ``"left"`` or
            ``"right"`` side, each of which is then encoded about once an epoch, not in nearly every step. Choose the
            side that takes long to encode, such as proteins that are in many pairs.
        readout: How a named model puts the nodes of a graph together: ``"mean"``, ``"sum"`` or ``"max"``.
        length: How many characters of a string are read.
        **settings: See :class:`~edgewise.tasks.Estimator`. ``layers`` are those of a graph's model.

    Attributes:
        pairs_: The pairs that it was fitted on.
        parts_: Which of them were ``"train"``, ``"val"`` and ``"test"``.

    Cost: a step encodes the distinct members of its pairs, and then O(pairs · hidden²).

    Source: as GraphDTA (Nguyen et al., Bioinformatics 2021) for drugs and proteins. Differs: normalisation sees each
        member of a batch once, not once a pair.

    Example:
        >>> pairs = torch.cartesian_prod(torch.arange(6), torch.arange(5)).t()
        >>> ratings = (pairs[0] % 3 + pairs[1] % 2).float()
        >>> predictor = InteractionPredictor(hidden=8, epochs=5, quiet=True).fit(6, 5, pairs, ratings)
        >>> predictor.predict(torch.tensor([[0, 5], [4, 4]])).shape
        torch.Size([2])
    """

    _kind: ClassVar[str] = "interaction-predictor"
    _models: ClassVar[tuple[str, ...]] = GRAPH_MODELS

    pairs_: Tensor
    parts_: dict[str, Tensor]

    def __init__(
        self,
        model: str | nn.Module = "gine",
        *,
        numbers: bool | None = None,
        split: str = "random",
        batches: str = "random",
        readout: str = "mean",
        length: int = 1000,
        hidden: int = 64,
        layers: int = 3,
        dropout: float = 0.1,
        lr: float = 0.001,
        weight_decay: float = 0.0,
        epochs: int = 100,
        batch_size: int = 512,
        **settings: Any,
    ) -> None:
        super().__init__(
            model,
            hidden=hidden,
            layers=layers,
            dropout=dropout,
            lr=lr,
            weight_decay=weight_decay,
            epochs=epochs,
            batch_size=batch_size,
            **settings,
        )
        self.numbers = numbers
        self.split = split
        self.batches = batches
        self.readout = readout
        self.length = length

    def fit(
        self,
        left: Any,
        right: Any,
        pairs: Any,
        y: Any,
        *,
        val: Any = None,
        test: Any = None,
        checkpoint: str | Path | None = None,
        resume: bool = False,
    ) -> "InteractionPredictor":
        """Train on pairs, and keep the weights of the best epoch on those of ``val``.

        Args:
            left: A dataset or list of graphs, a list of strings, a floating matrix with a row for each, or how many.
            right: The same.
            pairs: ``[2, pairs]``: a member of ``left`` over one of ``right``.
            y: An answer for each pair: numbers (floating), or 0 and 1; NaN where unknown.
            val: Which pairs choose the epoch: positions in ``pairs``, or a boolean for each.
            test: Which pairs are scored. Where neither is given, both are drawn by ``seed``, as ``split`` says.
            checkpoint: File that is kept up to date about once a second, so that a killed training can go on.
            resume: Go on from ``checkpoint`` if it exists.

        Raises:
            NodeIndexError: A pair names a member that there is not.
            ShapeError: ``pairs`` or ``y`` has another shape.
            DataError: No answer is known, or the same pair is in two parts.
            KeyboardInterrupt: Ctrl-C was pressed. What is learnt is kept.
        """
        check_readout(self.readout, type(self).__name__)
        if isinstance(self.length, bool) or not isinstance(self.length, int) or self.length < 1:
            message = f"InteractionPredictor: expected length a whole number >= 1, got {self.length!r}. Choose another."
            raise ArgumentError(message)
        self._fit((left, right, pairs, y, val, test), checkpoint, resume=resume)
        return self

    def predict(self, pairs: Int[Tensor, "2 pairs"], left: Any = None, right: Any = None) -> Tensor:
        """Return the number of each pair in its own unit, or 1 where yes is more probable than no, else 0.

        Args:
            pairs: ``[2, pairs]``.
            left: Other members than the fitted ones, of the same kind: new molecules, for example.
            right: The same.

        Raises:
            ArgumentError: It was never fitted, or there can be no other members.
            NodeIndexError: A pair names a member that there is not.
        """
        out = self._outputs(pairs, left, right, "predict")
        return self.target_.predict(out).squeeze(1)

    def predict_proba(
        self, pairs: Int[Tensor, "2 pairs"], left: Any = None, right: Any = None
    ) -> Float[Tensor, " pairs"]:
        """Return the probability of yes for each pair.

        Raises:
            ArgumentError: It was never fitted, or it learnt numbers.
            NodeIndexError: A pair names a member that there is not.
        """
        out = self._outputs(pairs, left, right, "predict_proba")
        return self.target_.probability(out).squeeze(1)

    def score(
        self, pairs: Any = None, y: Any = None, *, left: Any = None, right: Any = None, metric: str | None = None
    ) -> float:
        """Return a metric of pairs: by default R2 of numbers, the area under ROC of yes and no.

        Args:
            pairs: ``None`` takes those of ``test`` that it was fitted with.
            y: Their answers.
            left: Other members than the fitted ones.
            right: The same.
            metric: Another one by name: ``"mse"``, ``"rmse"``, ``"mae"``, ``"concordance"``; ``"average_precision"``.

        Raises:
            ArgumentError: It was never fitted, or there is nothing to score.
        """
        self._check_fitted("score")
        if (pairs is None) != (y is None):
            raise ArgumentError("score: expected pairs and y together, got one alone. Pass both, or none for the test.")
        if pairs is None:
            test = self.parts_["test"] if hasattr(self, "parts_") else ()
            if not len(test):
                raise ArgumentError("score: expected pairs, got none and fit had no test. Pass pairs and y.")
            pairs, y = self.pairs_[:, test], self._y[test]
        out = self._outputs(pairs, left, right, "score")
        wanted, _ = answers_of(y, len(out), "score", numbers=self.target_.kind == "numbers")
        wanted = wanted.to(out.device)
        known = self.target_.known(wanted)
        return self.target_.score(out[known], wanted[known], metric)

    @torch.no_grad()
    def recommend(
        self, members: Int[Tensor, " members"], k: int = 10, *, left: Any = None, right: Any = None
    ) -> tuple[Int[Tensor, "members k"], Float[Tensor, "members k"]]:
        """Return the ``k`` members on the right with the highest answer for each on the left, and the answers.

        Pairs that it was fitted with are left out, those of the test apart; where fewer than ``k`` remain, the last
        answers are minus infinity. Answers are numbers in their own unit, or probabilities (0 for none).

        Raises:
            ArgumentError: It was never fitted, or ``k`` is larger than the number of members on the right.
            NodeIndexError: There is no such member.
        """
        worlds = self._worlds(left, right, "recommend")
        members = node_numbers(members, len(worlds[0]), "recommend", "members", "They are those of left.")
        if not 1 <= k <= len(worlds[1]):
            message = (
                f"recommend: expected k in 1..{len(worlds[1])}, got {k}. There are {len(worlds[1])} members of right."
            )
            raise ArgumentError(message)
        z, u = self._rows(*worlds)
        known = None
        if left is None and right is None and hasattr(self, "parts_"):
            known = KnownPairs(*self.pairs_[:, torch.cat([self.parts_["train"], self.parts_["val"]])])
        partners, out = best_new(
            lambda some: self._model.head.table(z[some], u).squeeze(2), members, known, k, PAIRS_AT_ONCE // len(u)
        )
        answer = self.target_.predict if self.target_.kind == "numbers" else self.target_.probability
        return partners, answer(out.reshape(-1, 1)).reshape(out.shape)

    def embed(self, left: Any = None, right: Any = None) -> tuple[Tensor, Tensor]:
        """Return what it makes of each member, ``[left, hidden]`` and ``[right, hidden]``.

        Raises:
            ArgumentError: It was never fitted.
        """
        return self._rows(*self._worlds(left, right, "embed"))

    def report(self, path: str | Path, *, seeds: SeedScores | None = None) -> Path:
        """Write a self-contained HTML report: truth against prediction, the score beside baselines, the worst pairs.

        Baselines are the mean, what is usual for the two members of a pair, and, where a side is graphs, the same
        model without edges.

        Args:
            path: File to write, for example ``"report.html"``.
            seeds: From :func:`~edgewise.tasks.score_seeds`: mean and spread are told beside the headline.

        Raises:
            ArgumentError: It was never fitted, or loaded without its pairs.
            DataError: No pair is scored.
            FileError: The folder cannot be written.

        Cost: trains the baseline that sees no edges once, where a side is graphs.
        """
        from edgewise.tasks.reports.pairs import pair_report
        from edgewise.tasks.reports.seeds import with_seeds
        from edgewise.viz.report import write_report

        self._check_fitted("report", "parts_")
        return write_report(with_seeds(pair_report(self), seeds), Path(path))

    def plan(self, left: Any = None, right: Any = None) -> Any:
        """Say what the fitted model computes on a batch of graphs of either side, and why: see :func:`edgewise.plan`.

        Nothing is to be chosen for members that are no graphs.

        Args:
            left: Other members than the fitted ones.
            right: The same.

        Raises:
            ArgumentError: It was never fitted, or there can be no other members.
        """
        from edgewise.nn.planning import Plan

        steps = []
        for side, members in zip(_SIDES, self._worlds(left, right, "plan"), strict=True):
            if isinstance(members, Graphs):
                batch = next(iter(in_order(members.dataset, MEMBERS_AT_ONCE)))
                planned = plan_of(getattr(self._model, side), batch)
                steps += [(f"{side}.{name}", step) for name, step in planned.steps]
        return Plan(steps)

    def _problem(self, data: Any) -> InteractionProblem:
        left, right, pairs, y, val, test = data
        worlds = [members_of(one, side, "fit", self.length) for one, side in zip((left, right), _SIDES, strict=True)]
        if isinstance(self.model, nn.Module) and not any(isinstance(one, Graphs) for one in worlds):
            name = type(self.model).__name__
            message = f"fit: expected graphs on a side for a model of your own, got none for {name}. Leave model out."
            raise ArgumentError(message)
        self._facts = [members.facts() for members in worlds]
        return interaction_problem(
            worlds[0],
            worlds[1],
            pairs,
            y,
            val,
            test,
            split=self.split,
            batches=self.batches,
            numbers=self.numbers,
            class_weight=self.class_weight,
            batch_size=self.batch_size,
            seed=self.seed,
        )

    def _width(self, problem: InteractionProblem) -> int:
        return len(problem.left)

    def _build(self, config: TrainConfig, in_channels: int, target: Target) -> InteractionModel:
        left, right = (build_encoder(facts, config, self.readout) for facts in self._facts)
        return InteractionModel(left, right, self._head(config, [config.hidden] * 2))

    def _wrap(self, module: nn.Module) -> InteractionModel:
        config = self.config
        named = TrainConfig(hidden=config.hidden, dropout=config.dropout, act=config.act)
        weight = next((value for value in module.parameters() if value.is_floating_point()), torch.empty(0))
        encoders = [
            copy.deepcopy(module) if facts["kind"] == "graphs" else build_encoder(facts, named, self.readout)
            for facts in self._facts
        ]
        widths = [-1 if facts["kind"] == "graphs" else config.hidden for facts in self._facts]
        return InteractionModel(encoders[0], encoders[1], self._head(config, widths)).to(weight.dtype)

    def _head(self, config: TrainConfig, widths: list[int]) -> PairHead:
        return PairHead(widths[0], widths[1], 0, config.hidden, 1, config.dropout, config.act)

    @property
    def _model(self) -> InteractionModel:
        model: Any = self.model_
        return model  # type: ignore[no-any-return]

    def _fitted(self, training: Training, data: Any) -> None:
        problem: Any = training.problem
        self._members = [problem.left, problem.right]
        self.pairs_, self._y = problem.pairs, problem.y
        self.parts_ = {name: getattr(problem, name) for name in ("train", "val", "test")}

    def _own_facts(self) -> dict[str, Any]:
        names = ("readout", "length", "split", "batches", "numbers")
        return {"sides": self._facts, **{name: getattr(self, name) for name in names}}

    def _take_facts(self, facts: dict[str, Any]) -> None:
        self._facts = facts["sides"]
        self.readout, self.length, self.numbers = facts["readout"], facts["length"], facts["numbers"]
        self.split, self.batches = facts["split"], facts["batches"]

    def _outputs(self, pairs: Any, left: Any, right: Any, function: str) -> Float[Tensor, "pairs 1"]:
        worlds = self._worlds(left, right, function)
        pairs = check_pairs(pairs, worlds[0], worlds[1], function)
        return self._model.say(worlds[0], worlds[1], pairs.to(next(self.model_.parameters()).device))

    def _rows(self, left: Members, right: Members) -> tuple[Tensor, Tensor]:
        device, model = next(self.model_.parameters()).device, self._model
        every = [torch.arange(len(members), device=device) for members in (left, right)]
        return encode_all(model.left, left, every[0]), encode_all(model.right, right, every[1])

    def _worlds(self, left: Any, right: Any, function: str) -> tuple[Members, Members]:
        """The members of both sides: given ones, else those that it was fitted on."""
        self._check_fitted(function)
        found = []
        for number, (given, side) in enumerate(zip((left, right), _SIDES, strict=True)):
            facts = self._facts[number]
            if given is not None:
                found.append(members_of(given, side, function, self.length, facts))
            elif hasattr(self, "_members"):
                found.append(self._members[number])
            elif facts["kind"] == "ids":
                found.append(members_of(facts["count"], side, function))
            else:
                message = f"{function}: expected {side}, got none; a loaded estimator has no {facts['kind']}."
                raise ArgumentError(f"{message} Pass {side}=.")
        return found[0], found[1]
